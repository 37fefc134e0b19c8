"""Tables as files (表格): ``.xlsx`` ``.xls`` sheet by sheet and ``.csv``, a line a row, cells joined by `` | ``, no blank rows.

A cell reads as it shows: the value that a formula last had, percentages as such, dates by year, month and day.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, time
from typing import Any

from pipeline.errors import SourceError
from pipeline.ingest.decode import Decoded, decode

_BETWEEN = " | "
_MOST_CELLS = 5_000_000  # a sheet may claim to be 17 thousand million cells wide and deep
_DELIMITERS = ",\t;|"
_HEAD = 4096  # characters that show the delimiter


def workbook_text(data: bytes) -> str:
    """The cells of every sheet, in order.

    Raises:
        SourceError: ``too_large``: more cells than any office fills.
    """
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    lines: list[str] = []
    seen = 0
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what the file says of its size may be a lie
            for row in sheet.iter_rows():
                seen += len(row) + 1
                if seen > _MOST_CELLS:
                    raise SourceError("too_large", cells=seen, limit=_MOST_CELLS)
                line = joined(_shown(cell.value, getattr(cell, "number_format", None)) for cell in row)
                if line:
                    lines.append(line)
    finally:
        book.close()
    return "\n".join(lines)


def old_workbook_text(data: bytes) -> str:
    """The cells of every sheet of a workbook in the binary format (.xls, .et).

    Raises:
        SourceError: ``password_protected`` ``corrupt_file``.
    """
    import xlrd

    try:
        # what xlrd has to say of odd files it would print
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
    except xlrd.XLRDError as error:
        encrypted = "encrypted" in str(error)
        raise SourceError("password_protected") if encrypted else SourceError("corrupt_file", reason=str(error)[:200]) from error
    return "\n".join(
        line
        for sheet in book.sheets()
        for row in range(sheet.nrows)
        if (line := joined(_old_shown(book, cell) for cell in sheet.row(row)))
    )


def _old_shown(book: Any, cell: Any) -> str:
    import xlrd

    style = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
    if cell.ctype == xlrd.XL_CELL_DATE:
        with suppress(xlrd.xldate.XLDateError, ValueError, OverflowError):  # a number that only looks like a date
            return _shown(xlrd.xldate.xldate_as_datetime(cell.value, book.datemode), style)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return _shown(bool(cell.value), style)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#"))
    return _shown(cell.value if cell.ctype != xlrd.XL_CELL_EMPTY else None, style)


def csv_text(data: bytes) -> Decoded:
    """The cells of a ``.csv`` and the encoding that it was in.

    Raises:
        SourceError: ``undecodable``.
    """
    decoded = decode(data)
    head = decoded.text[:_HEAD].lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=head.count)
    try:
        lines = _csv_lines(decoded.text, delimiter, csv.QUOTE_MINIMAL)
    except csv.Error:  # a quotation mark that is never closed swallows the file: then it is no quotation mark
        lines = _csv_lines(decoded.text, delimiter, csv.QUOTE_NONE)
    return Decoded("\n".join(line for line in lines if line), decoded.encoding)


def _csv_lines(text: str, delimiter: str, quoting: int) -> list[str]:
    csv.field_size_limit(max(len(text), 131_072))
    rows = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter, quoting=quoting, strict=quoting == 0)  # type: ignore[arg-type]
    return [joined(row) for row in rows]


def joined(cells: Iterable[str]) -> str:
    """A row as a line: each cell on one line, no bars behind the last one that says something."""
    row = [" ".join(cell.split()) for cell in cells]
    while row and not row[-1]:
        row.pop()
    return _BETWEEN.join(row)


def _shown(value: Any, style: str | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        percent = style is not None and "%" in style
        number = value * 100 if percent else value
        text = f"{number:.10g}" if isinstance(number, float) else str(number)
        return text + ("%" if percent else "")
    if isinstance(value, datetime) and value.time() != time():
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return str(value)
