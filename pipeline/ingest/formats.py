"""Formats (格式): one function each, from bytes to raw text and where its pages begin.

A new format is a module with such a function and a line in ``_READERS``; it is imported when its first file comes. The first
bytes go before the name: offices rename web pages to .doc and save Word documents as .txt.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import SourceError
from pipeline.ingest.archive import check_package
from pipeline.ingest.decode import decode
from pipeline.ingest.limits import DEFAULT, Limits
from pipeline.products import Recognised

if TYPE_CHECKING:
    from pipeline.ingest.word import Shown

_FORMATS = {
    ".txt": "txt", ".text": "txt", ".md": "md", ".markdown": "md", ".html": "html", ".htm": "html", ".mht": "mht",
    ".mhtml": "mht", ".docx": "docx", ".docm": "docx", ".doc": "doc", ".wps": "wps", ".rtf": "rtf", ".odt": "odt",
    ".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".et": "xls", ".csv": "csv", ".pdf": "pdf", ".zip": "zip",
    ".jpg": "jpg", ".jpeg": "jpg", ".png": "png", ".bmp": "bmp", ".tif": "tif", ".tiff": "tif",
}  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC = ((b"PK\x03\x04", "zip"), (b"%PDF-", "pdf"), (_OLE, "ole"), (b"{\\rtf", "rtf"), (b"\x1f\x8b\x08", "gzip"),
          (b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n", "png"), (b"II*\0", "tif"), (b"MM\0*", "tif"))  # fmt: skip
_BINARY = {"docx", "odt", "xlsx", "pdf", "zip", "jpg", "png", "bmp", "tif"}  # what the first bytes must bear out
_PACKAGES = (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"), ("content.xml", "odt"))
_WORD = {"doc", "wps", "rtf"}
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream that holds an encrypted .docx or .xlsx
_OLD_WORD = "WordDocument".encode("utf-16-le")
_OLD_SHEETS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le") + b"\0\0")
_PAGE = re.compile(rb"\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype html|html|head|meta|body)\b", re.IGNORECASE)
_MAIL = re.compile(rb"^mime-version:", re.IGNORECASE | re.MULTILINE)
_HEAD = 8192


class Extracted(NamedTuple):
    """The raw text of a source, before any cleaning.

    Attributes:
        pages: raw offset at which each page begins.
        recognised: the lines that were read from pictures.
        unread: numbers, from 1, of pages without a text layer that could not be read.
        furniture: raw offset behind the text, where headers and footers begin that pages repeat; null where there are none.
    """

    raw: str
    format: str
    encoding: str | None
    pages: tuple[int, ...] = ()
    recognised: tuple[Recognised, ...] = ()
    unread: tuple[int, ...] = ()
    furniture: int | None = None


def format_of(name: str) -> str:
    """The format that a file name stands for.

    Raises:
        SourceError: ``unsupported_format``, with ``format`` the suffix.
    """
    suffix = "." + name.rsplit("/", 1)[-1].rpartition(".")[2].lower() if "." in name else ""
    if suffix not in _FORMATS:
        raise SourceError("unsupported_format", format=suffix or "-")
    return _FORMATS[suffix]


def extract_text(name: str, data: bytes, limits: Limits = DEFAULT) -> Extracted:
    """The raw text of ``data``.

    Raises:
        SourceError: ``unsupported_format`` ``undecodable`` ``corrupt_file`` ``password_protected`` ``too_large``
            ``too_many_pages`` ``too_many_files`` ``expands_too_much`` ``needs_ocr`` ``needs_libreoffice`` ``no_document``
            ``timed_out``.
    """
    kind = real_format(format_of(name), data, limits)
    try:
        return _READERS[kind](kind, data, limits)
    except (SourceError, MemoryError):
        raise
    except Exception as error:
        if kind in ("txt", "md", "html", "csv"):  # read by us, not by a library: then the fault is ours
            raise
        # whatever a library stumbles over in a damaged file; no list of exceptions is ever complete
        raise SourceError("corrupt_file", reason=f"{type(error).__name__}: {error}"[:200]) from error


def real_format(kind: str, data: bytes, limits: Limits = DEFAULT) -> str:
    """The format that the bytes are in, where they say so, else the one that the name gave.

    Raises:
        SourceError: ``unsupported_format`` ``password_protected`` ``corrupt_file`` and the limits of ``check_package``.
    """
    magic = next((real for start, real in _MAGIC if data.startswith(start)), None)
    if magic == "gzip":
        raise SourceError("unsupported_format", format=magic)
    if magic == "zip":
        parts = check_package(data, limits)
        for part, real in _PACKAGES:
            if part in parts:
                return real
        if kind in ("docx", "odt", "xlsx"):
            raise SourceError("corrupt_file", reason=f"no {kind} inside")
        raise SourceError("unsupported_format", format="zip")
    if magic == "ole":
        if _ENCRYPTED in data:
            raise SourceError("password_protected")
        if _OLD_WORD in data:
            return "doc"
        if any(stream in data for stream in _OLD_SHEETS):
            return "xls"
        if kind in (*_WORD, "xls"):
            return kind
        raise SourceError("unsupported_format", format="ole")
    if magic is not None:
        return magic
    if kind == "bmp" and data.startswith(b"BM"):
        return kind
    if kind in _BINARY:
        raise SourceError("corrupt_file", reason=f"no {kind} inside")
    if kind in _WORD:
        return _renamed(data, "txt")
    if kind == "xls":
        return _renamed(data, "csv")
    return kind


def _renamed(data: bytes, plain: str) -> str:
    """What a ``.doc`` or ``.xls`` is that is none: a web page, an archived one, or ``plain`` text."""
    head = data[:_HEAD]
    if _PAGE.match(head):
        return "html"
    if _MAIL.search(head):
        return "mht"
    return plain


def _plain(kind: str, data: bytes, limits: Limits) -> Extracted:
    decoded = decode(data)
    return Extracted(decoded.text, kind, decoded.encoding)


def _csv(kind: str, data: bytes, limits: Limits) -> Extracted:
    from pipeline.ingest.sheet import csv_text

    decoded = csv_text(data)
    return Extracted(decoded.text, kind, decoded.encoding)


def _html(kind: str, data: bytes, limits: Limits) -> Extracted:
    from pipeline.ingest.html import visible_text

    decoded = visible_text(data)
    return Extracted(decoded.text, kind, decoded.encoding)


def _mht(kind: str, data: bytes, limits: Limits) -> Extracted:
    from pipeline.ingest.mail import archived_page

    decoded = archived_page(data)
    return Extracted(decoded.text, kind, decoded.encoding)


def _docx(kind: str, data: bytes, limits: Limits) -> Extracted:
    from pipeline.ingest.word import shown_text

    return _with_furniture(kind, shown_text(data))


def _doc(kind: str, data: bytes, limits: Limits) -> Extracted:
    """Read here; what cannot be is left to LibreOffice, where there is one."""
    from pipeline.ingest.office import libreoffice
    from pipeline.ingest.word import old_shown_text

    try:
        return _with_furniture(kind, old_shown_text(data, limits))
    except MemoryError:
        raise
    except Exception as error:
        if libreoffice() is None or (isinstance(error, SourceError) and error.code == "password_protected"):
            raise
        return _old_word(kind, data, limits)


def _with_furniture(kind: str, shown: Shown) -> Extracted:
    return Extracted(shown.text, kind, None, furniture=shown.furniture if shown.furniture < len(shown.text) else None)


def _xls(kind: str, data: bytes, limits: Limits) -> Extracted:
    from pipeline.ingest.sheet import old_workbook_text

    return Extracted(old_workbook_text(data), kind, None)


def _xlsx(kind: str, data: bytes, limits: Limits) -> Extracted:
    from pipeline.ingest.sheet import workbook_text

    return Extracted(workbook_text(data), kind, None)


def _pdf(kind: str, data: bytes, limits: Limits) -> Extracted:
    from pipeline.ingest.pdf import text_layer

    layer = text_layer(data, limits)
    return Extracted(layer.text, kind, None, layer.pages, layer.recognised, layer.unread)


def _picture(kind: str, data: bytes, limits: Limits) -> Extracted:
    from pipeline.ingest.ocr import recognised_picture

    found = recognised_picture(data, limits)
    return Extracted(found.text, kind, None, found.pages, found.lines)


def _old_word(kind: str, data: bytes, limits: Limits) -> Extracted:
    from pipeline.ingest.office import converted

    made = converted(data, kind, limits)
    check_package(made, limits)
    return _docx(kind, made, limits)


_READERS: dict[str, Callable[[str, bytes, Limits], Extracted]] = {
    "txt": _plain, "md": _plain, "html": _html, "mht": _mht, "docx": _docx, "xlsx": _xlsx, "csv": _csv, "pdf": _pdf,
    "doc": _doc, "wps": _old_word, "rtf": _old_word, "odt": _old_word, "xls": _xls,
    "jpg": _picture, "png": _picture, "bmp": _picture, "tif": _picture,
}  # fmt: skip
