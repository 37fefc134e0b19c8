"""Folder → sources (读入): ``walk`` lists the files, ``read`` makes each an ``Ingested``.

Inside: ``formats`` (with ``decode`` and ``html``) gives the raw text, ``clean`` (with ``wraps``, ``junk``, ``script``) what later
rooms read, ``split`` (with ``lines``, ``noise``, ``boundaries``, ``unmarked``) the documents.
"""

from pipeline.ingest.source import Limits, doc_id, ingest, read

__all__ = ["Limits", "doc_id", "ingest", "read"]
