"""Folder → sources (读入): ``walk`` lists the files, ``read`` makes each an ``Ingested``.

Inside: ``archive`` opens archives within ``limits``; ``formats`` gives the raw text (with ``decode``, ``html``, ``mail``,
``sheet``, ``pdf``, ``layout``, ``ocr``, ``office``; for Word ``word``, ``numbering``, ``binaryword``, ``binarylists``,
``properties``); ``clean`` (with ``wraps``, ``junk``, ``script``) what later rooms read; ``split`` (with ``lines``, ``noise``,
``boundaries``, ``unmarked``) the documents.
"""

from pipeline.ingest.limits import Limits
from pipeline.ingest.source import doc_id, ingest, read

__all__ = ["Limits", "doc_id", "ingest", "read"]
