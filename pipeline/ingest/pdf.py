"""``.pdf`` with a text layer → its lines (文字层), page by page, indents kept as ideographic blanks, ruled tables as rows.

Lines stay broken as the page breaks them, and page numbers stay too: the clean stage joins and drops them as it does in a text
file, so that every change is a named fix. A page that shows something but has no text is a scan (扫描件).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.errors import SourceError
from pipeline.ingest.limits import DEFAULT, Limits
from pipeline.ingest.sheet import joined

if TYPE_CHECKING:
    from pdfplumber.page import Page
else:
    Page = Any

_GAP = 0.45  # of a character's width: what is farther apart has a blank between
_SAME_LINE = 0.4  # of a character's height
_INDENT = "\u3000\u3000"
_MOST_EDGES = 4000  # of one page; looking for tables grows with their square, and a drawing has no tables


class Layer(NamedTuple):
    """The text layer of a document.

    Attributes:
        pages: offset in ``text`` where each page begins.
        scans: numbers, from 1, of the pages that have no text but an image or a drawing.
    """

    text: str
    pages: tuple[int, ...]
    scans: tuple[int, ...]


class _Line(NamedTuple):
    top: float
    left: float | None  # null for a row of a table, which is not indented
    size: float
    text: str


def text_layer(data: bytes, limits: Limits = DEFAULT) -> Layer:
    """The lines of every page.

    Raises:
        SourceError: ``password_protected`` ``too_many_pages``; ``needs_ocr`` where no page has any text.
    """
    import pdfplumber
    from pdfplumber.utils.exceptions import PdfminerException

    try:
        document = pdfplumber.open(io.BytesIO(data), raise_unicode_errors=False)
    except PdfminerException as error:
        if any("Password" in type(cause).__name__ for cause in (error.__cause__, error.__context__, *error.args)):
            raise SourceError("password_protected") from error
        raise
    text, length = [], 0
    pages: list[int] = []
    scans: list[int] = []
    with document:
        if not document.pages:
            raise SourceError("corrupt_file", reason="no pages")
        if len(document.pages) > limits.max_pages:
            raise SourceError("too_many_pages", pages=len(document.pages), limit=limits.max_pages)
        for number, page in enumerate(document.pages, 1):
            body = "\n".join(page_lines(page))
            if not body.strip() and (page.images or page.curves or page.rects):
                scans.append(number)
            pages.append(length)
            text.append(body)
            length += len(body) + 1
            page.close()  # else every page keeps its characters
    if scans and not any(map(str.strip, text)):
        raise SourceError("needs_ocr", pages=len(pages))
    return Layer("\n".join(text), tuple(pages), tuple(scans))


def page_lines(page: Page) -> list[str]:
    """The lines of one page from top to bottom; those that begin right of the margin are indented."""
    lines = list(_tables(page))
    boxes = [box for box, _ in lines]
    found = [row for _, rows in lines for row in rows]
    outside = page.filter(lambda thing: not any(_inside(thing, box) for box in boxes)) if boxes else page
    found += _running_text(outside)
    lefts = [line.left for line in found if line.left is not None]
    margin = min(lefts, default=0.0)
    return [
        (_INDENT if line.left is not None and line.left - margin > line.size else "") + line.text
        for line in sorted(found, key=lambda line: line.top)
    ]


def _running_text(page: Page) -> Iterator[_Line]:
    chars = page.chars
    size = sorted(char["size"] for char in chars)[len(chars) // 2] if chars else 0.0
    for line in page.dedupe_chars().extract_text_lines(
        strip=True, return_chars=True, x_tolerance_ratio=_GAP, y_tolerance=max(size * _SAME_LINE, 1.0)
    ):
        yield _Line(line["top"], line["x0"], line["chars"][0]["size"], line["text"])


def _tables(page: Page) -> Iterator[tuple[tuple[float, float, float, float], list[_Line]]]:
    """The ruled tables of a page: where each is, and its rows."""
    if not 4 <= len(page.edges) <= _MOST_EDGES:
        return
    for table in page.find_tables():
        rows = _rows(table.extract(x_tolerance_ratio=_GAP))
        if len(table.cells) > 1 and rows:
            top = table.bbox[1]
            yield table.bbox, [_Line(top + i / 1000, None, 0.0, row) for i, row in enumerate(rows)]


def _rows(cells: Iterable[Iterable[str | None]]) -> list[str]:
    """Rows of cells as lines; a cell's own lines run on, since Chinese is broken anywhere."""
    rows = (joined((cell or "").replace("\n", "") for cell in row) for row in cells)
    return [row for row in rows if row]


def _inside(thing: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    x, y = (thing["x0"] + thing["x1"]) / 2, (thing["top"] + thing["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])
