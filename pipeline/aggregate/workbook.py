"""The workbook (工作簿): every table as a sheet of one ``.xlsx``, and a last sheet that says what each column means.

Cells hold what the CSV holds, typed: numbers are numbers, and text is text whatever it begins with, so that nothing is
taken for a formula. The same rows give the same bytes.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from pipeline.aggregate.columns import Shown
from pipeline.aggregate.datapackage import Described
from pipeline.aggregate.tables import Column
from pipeline.labels import explanation, header, label, message

LAST_ROW = 1_048_575  # of a sheet, the first being 0
NARROW, WIDE = 6.0, 46.0  # columns of figures in a cell's font
SAMPLED = 200  # rows that a column's width is measured on
MADE = datetime(2000, 1, 1)  # in the properties: a date of the day would make other bytes each time
HEADER = {"bold": True, "bg_color": "#D9E2EC", "border": 1, "border_color": "#9FB3C8", "valign": "vcenter"}
DOUBTFUL = {"bg_color": "#FFF3C4"}
A4 = 9
MONEY, SHARE, SCORE = "#,##0.00", "0.0", "0.0"


class Workbook:
    """The workbook on its way to the disk; a context. Rows of a sheet come in their order, sheets in any.

    Of each table it takes the first ``most`` rows; a sheet in front of the explanations says of which it lacks how many.
    """

    def __init__(self, path: Path, tables: Sequence[Described], most: int | None = None) -> None:
        from xlsxwriter import Workbook as Writer

        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "tmpdir": str(path.parent),
        }
        self._book: Any = Writer(str(path), options)
        self._book.set_properties({"title": message("workbook_title", "zh"), "created": MADE})
        self._header = self._book.add_format(HEADER)
        self._doubtful = self._book.add_format(DOUBTFUL)
        self._formats: dict[str, Any] = {}
        self._tables = tables
        self._sheets = {table.name: Sheet(self, table) for table in tables}
        self._most = most
        self._rows = Counter[str]()  # there are of each table
        self._taken = Counter[str]()

    def __enter__(self) -> Workbook:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            for sheet in self._sheets.values():
                sheet.finish()
            self._tell_what_is_lacking()
            self._explain()
        self._book.close()  # after an error too: it holds scratch files

    def write(self, table: str, cells: Sequence[Shown]) -> None:
        """Add one row to the sheet of a table."""
        self.add(table, [cells], 1)

    def add(self, table: str, rows: Sequence[Sequence[Shown]], count: int) -> None:
        """Add the next ``count`` rows of a table, of which ``rows`` are the first or all."""
        left = len(rows) if self._most is None else self._most - self._taken[table]
        for cells in rows[: max(left, 0)]:
            self._sheets[table].write(cells)
            self._taken[table] += 1
        self._rows[table] += count

    def _tell_what_is_lacking(self) -> None:
        """The sheet of tables that are too long, where there are any."""
        lacking = [table for table in self._tables if self._rows[table.name] > self._taken[table.name]]
        if not lacking:
            return
        sheet = self.add_sheet(message("workbook_lacking", "zh"))
        titles = [message(f"workbook_{name}", "zh") for name in ("table", "rows_here", "rows_in_all", "rows_all_in")]
        sheet.write_row(0, 0, titles, self._header)
        for i, table in enumerate(lacking, 1):
            sheet.write_string(i, 0, label("table", table.name))
            sheet.write_number(i, 1, self._taken[table.name])
            sheet.write_number(i, 2, self._rows[table.name])
            sheet.write_string(i, 3, f"tables/{table.name}.csv")
        for j, title in enumerate(titles):
            sheet.set_column(j, j, _width([title, "tables/coverage.csv"]))

    def add_sheet(self, name: str) -> Any:
        return self._book.add_worksheet(name)

    def format(self, number_format: str) -> Any:
        """The cell format of a number format, made once."""
        if number_format not in self._formats:
            self._formats[number_format] = self._book.add_format({"num_format": number_format})
        return self._formats[number_format]

    @property
    def header(self) -> Any:
        return self._header

    @property
    def doubtful(self) -> Any:
        return self._doubtful

    def _explain(self) -> None:
        """The sheet of explanations: table, column, meaning, type."""
        sheet = self.add_sheet(message("workbook_explained", "zh"))
        titles = [message(f"workbook_{name}", "zh") for name in ("table", "column", "meaning", "code")]
        sheet.write_row(0, 0, titles, self._header)
        rows = [
            (label("table", table.name), header(table.name, column.code), explanation(table.name, column.code), column.code)
            for table in self._tables
            for column in table.columns
        ]
        for i, cells in enumerate(rows, 1):
            for j, text in enumerate(cells):
                sheet.write_string(i, j, text)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(rows), len(titles) - 1)
        for j in range(len(titles)):
            sheet.set_column(j, j, _width([titles[j], *(cells[j] for cells in rows)]))


class Sheet:
    """One table's sheet, and its continuations where it has more rows than a sheet takes."""

    def __init__(self, book: Workbook, table: Described) -> None:
        self._book = book
        self._table = table
        self._number = 0
        self._begin()

    def _begin(self) -> None:
        self._number += 1
        title = label("table", self._table.name)
        self._sheet = self._book.add_sheet(title if self._number == 1 else f"{title}({self._number})")
        self._headers = [header(self._table.name, column.code) for column in self._table.columns]
        self._formats = [self._book.format(number_format(column)) for column in self._table.columns]
        self._sheet.write_row(0, 0, self._headers, self._book.header)
        self._rows = 0
        self._seen: list[list[str]] = [[text] for text in self._headers]

    def write(self, cells: Sequence[Shown]) -> None:
        """Add one row."""
        if self._rows == LAST_ROW:
            self.finish()
            self._begin()
        self._rows += 1
        for j, (value, shape) in enumerate(zip(cells, self._formats, strict=True)):
            if value is None or value == "":
                continue
            if isinstance(value, str):
                self._sheet.write_string(self._rows, j, value)
            else:
                self._sheet.write_number(self._rows, j, value, shape)
            if self._rows <= SAMPLED:
                self._seen[j].append(str(value))

    def finish(self) -> None:
        """What can only be said once all rows are there: widths, filter, frozen header, doubtful rows highlighted."""
        columns, sheet = self._table.columns, self._sheet
        for j, seen in enumerate(self._seen):
            sheet.set_column(j, j, _width(seen))
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.freeze_panes(1, 1 if columns[0].code in ("unit_name", "no") else 0)
        sheet.autofilter(0, 0, max(self._rows, 1), len(columns) - 1)
        doubt = next((j for j, column in enumerate(columns) if column.code == "needs_check"), None)
        if doubt is not None and self._rows:
            from xlsxwriter.utility import xl_col_to_name

            criteria = f'=${xl_col_to_name(doubt)}2="{label("bool", "true")}"'
            sheet.conditional_format(
                1, 0, self._rows, len(columns) - 1, {"type": "formula", "criteria": criteria, "format": self._book.doubtful}
            )


def number_format(column: Column) -> str:
    """How a column's numbers look: money with cents, shares and scores with one decimal, years and counts plain."""
    if column.code.endswith("_yuan") or column.code in ("income", "expense", "balance"):
        return MONEY
    if column.code.endswith("_pct"):
        return SHARE
    if column.code.endswith("_score"):
        return SCORE
    return "0" if column.type == "integer" else "General"


def _width(texts: Sequence[str]) -> float:
    """Width of a column for these cells: a Han character is as wide as two figures."""
    longest = max(sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text[:60]) for text in texts)
    return min(max(longest + 2.0, NARROW), WIDE)
