"""Formats (格式): one function each, from bytes to raw text and where its pages begin.

A new format is a module with such a function and a line in ``_READERS``; it is imported when its first file comes.
"""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

from pipeline.errors import SourceError
from pipeline.ingest.decode import decode

_READERS = {".txt": "txt", ".text": "txt", ".md": "md", ".markdown": "md", ".html": "html", ".htm": "html"}
_MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"%PDF-", "pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
    (b"\x1f\x8b\x08", "gzip"),
)


class Extracted(NamedTuple):
    """The raw text of a source, before any cleaning."""

    raw: str
    format: str
    encoding: str | None
    pages: tuple[int, ...] = ()  # raw offset at which each page begins


def format_of(name: str) -> str:
    """The format that a file name stands for.

    Raises:
        SourceError: ``unsupported_format``, with ``format`` the suffix.
    """
    suffix = "." + name.rsplit("/", 1)[-1].rpartition(".")[2].lower() if "." in name else ""
    if suffix not in _READERS:
        raise SourceError("unsupported_format", format=suffix or "-")
    return _READERS[suffix]


def extract_text(name: str, data: bytes) -> Extracted:
    """The raw text of ``data``; a text file that is really a Word document or an archive is told by its first bytes.

    Raises:
        SourceError: ``unsupported_format``, ``undecodable``.
    """
    kind = format_of(name)
    for magic, real in _MAGIC:
        if data.startswith(magic):
            raise SourceError("unsupported_format", format=real)
    if kind == "html":
        raw, encoding = import_module("pipeline.ingest.html").visible_text(data)
        return Extracted(raw, kind, encoding)
    decoded = decode(data)
    return Extracted(decoded.text, kind, decoded.encoding)
