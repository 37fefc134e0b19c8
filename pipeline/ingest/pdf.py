"""``.pdf`` → its lines (文字层), page by page, columns one after the other, indents as ideographic blanks, ruled tables as rows.

Lines stay broken as the page breaks them, and page numbers stay too: the clean stage joins and drops them as it does in a text
file, so that every change is a named fix. A page that is a picture (扫描件) is read by ``ocr``, where the extra is installed.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable, Iterator
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.errors import SourceError
from pipeline.ingest import ocr
from pipeline.ingest.layout import Box, regions
from pipeline.ingest.limits import DEFAULT, Limits
from pipeline.ingest.sheet import joined
from pipeline.products import Recognised

if TYPE_CHECKING:
    from pdfplumber.page import Page
else:
    Page = Any

_GAP = 0.45  # of a character's width: what is farther apart has a blank between
_SAME_LINE = 0.4  # of a character's height
_INDENT = "\u3000\u3000"
_APART = 0.8  # of a character's width: parts of a line that are farther apart may belong to two columns
_STAMPED = 60  # characters that a scanner or a viewer prints on a page that is a picture
_COVERED = 0.5  # share of such a page that pictures cover
_MOST_EDGES = 4000  # of one page; looking for tables grows with their square, and a drawing has no tables


class Layer(NamedTuple):
    """The text of a document.

    Attributes:
        pages: offset in ``text`` where each page begins.
        recognised: the lines that were read from pictures.
        unread: numbers, from 1, of the pages that are pictures and could not be read.
    """

    text: str
    pages: tuple[int, ...]
    recognised: tuple[Recognised, ...]
    unread: tuple[int, ...]


class _Line(NamedTuple):
    top: float
    left: float | None  # null for a row of a table, which is not indented
    size: float
    text: str


def text_layer(data: bytes, limits: Limits = DEFAULT) -> Layer:
    """The lines of every page.

    Raises:
        SourceError: ``password_protected`` ``too_many_pages`` ``too_large``; ``needs_ocr`` where no page can be read;
            ``no_document`` where pictures are all there is, and they show no text.
    """
    import pdfplumber
    from pdfplumber.utils.exceptions import PdfminerException

    logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it tells of every odd font, to nobody's use
    try:
        document = pdfplumber.open(io.BytesIO(data), raise_unicode_errors=False)
    except PdfminerException as error:
        if any("Password" in type(cause).__name__ for cause in (error.__cause__, error.__context__, *error.args)):
            raise SourceError("password_protected") from error
        raise
    text, length, scans = [], 0, 0
    pages: list[int] = []
    recognised: list[Recognised] = []
    unread: list[int] = []
    with document:
        if not document.pages:
            raise SourceError("corrupt_file", reason="no pages")
        if len(document.pages) > limits.max_pages:
            raise SourceError("too_many_pages", pages=len(document.pages), limit=limits.max_pages)
        for number, page in enumerate(document.pages, 1):
            pages.append(length)
            lines = page_lines(page)
            if is_scan(page, lines):
                scans += 1
                if not ocr.available():
                    unread.append(number)
                elif scans > limits.max_scans:
                    raise SourceError("too_many_pages", pages=scans, limit=limits.max_scans)
                else:
                    read = ocr.recognised_lines(_drawn(page, limits))
                    lines, at = [line for line, _ in read], length
                    for line, confidence in read:
                        recognised.append(Recognised(at, at + len(line), confidence))
                        at += len(line) + 1
            body = "\n".join(lines)
            text.append(body)
            length += len(body) + 1
            page.close()  # else every page keeps its characters
    if scans and not any(map(str.strip, text)):
        raise SourceError("needs_ocr", pages=scans) if unread else SourceError("no_document", reason="no text in the pictures")
    return Layer("\n".join(text), tuple(pages), tuple(recognised), tuple(unread))


def is_scan(page: Page, lines: list[str]) -> bool:
    """Whether a page is a picture: it shows something but has no text, or hardly any on a picture of most of the page."""
    characters = sum(len(line.strip()) for line in lines)
    if characters == 0:
        return bool(page.images or page.curves or page.rects)
    covered = max((max(i["width"], 0) * max(i["height"], 0) for i in page.images), default=0)
    return characters <= _STAMPED and covered >= _COVERED * page.width * page.height


def _drawn(page: Page, limits: Limits) -> Any:
    """The page as a picture."""
    dots = ocr.resolution(float(page.width), float(page.height))
    pixels = int(page.width * page.height * dots * dots / 72**2)
    if pixels > limits.max_pixels:
        raise SourceError("too_large", pixels=pixels, limit=limits.max_pixels)
    return page.to_image(resolution=dots).original


def page_lines(page: Page) -> list[str]:
    """The lines of one page in reading order; those that begin right of their column's margin are indented."""
    tables = list(_tables(page))
    boxes = [box for box, _ in tables]
    outside = (page.filter(lambda thing: not any(_inside(thing, box) for box in boxes)) if boxes else page).dedupe_chars()
    areas = _areas(outside, boxes)
    if len(areas) < 2:
        return _column_lines([*(row for _, rows in tables for row in rows), *_running_text(outside)])
    found: list[str] = []
    for number, area in enumerate(areas):
        part = outside.filter(lambda thing, number=number: _place(thing, areas) == number)  # type: ignore[misc]
        rows = [row for box, rows in tables if _within(box, area) for row in rows]
        found += _column_lines([*rows, *_running_text(part)])
    return found


def _column_lines(lines: list[_Line]) -> list[str]:
    margin = min((line.left for line in lines if line.left is not None), default=0.0)
    return [
        (_INDENT if line.left is not None and line.left - margin > line.size else "") + line.text
        for line in sorted(lines, key=lambda line: line.top)
    ]


def _areas(page: Page, tables: list[tuple[float, float, float, float]]) -> list[tuple[float, float, float, float]]:
    """Where the columns of a page are, and what stands across them, in reading order; tables are boxes like lines."""
    if not _is_chinese(page):
        return []
    size = float(median(char["width"] for char in page.chars if char["text"] > "\u1fff"))
    words = page.extract_words(x_tolerance_ratio=_APART, keep_blank_chars=True, y_tolerance=size * _SAME_LINE)
    boxes = [(word["x0"], word["top"], word["x1"], word["bottom"]) for word in words] + tables
    numbered = [Box(*box, number) for number, box in enumerate(boxes)]
    return [
        (min(b.left for b in region), min(b.top for b in region), max(b.right for b in region), max(b.bottom for b in region))
        for region in regions(numbered, size)
    ]


def _is_chinese(page: Page) -> bool:
    return any(char["text"] > "\u1fff" for char in page.chars)


def _running_text(page: Page) -> Iterator[_Line]:
    chars = page.chars
    size = sorted(char["size"] for char in chars)[len(chars) // 2] if chars else 0.0
    for line in page.extract_text_lines(
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


def _place(thing: dict[str, Any], areas: list[tuple[float, float, float, float]]) -> int | None:
    """The first area that a thing lies in."""
    return next((number for number, area in enumerate(areas) if _inside(thing, area)), None)


def _inside(thing: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    x, y = (thing["x0"] + thing["x1"]) / 2, (thing["top"] + thing["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _within(box: tuple[float, float, float, float], area: tuple[float, float, float, float]) -> bool:
    return area[0] <= box[0] and area[1] <= box[1] and box[2] <= area[2] and box[3] <= area[3]
