"""Writing the tables: CSV for Excel and WPS with their ``datapackage.json``, and Parquet twins for programs.

The CSV may leave the office: masked, Chinese headers and words, UTF-8 with BOM, ``\\r\\n``, text cells that no spreadsheet
takes for formulas. The Parquet stays: in clear, English names, codes.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.aggregate import mask
from pipeline.aggregate.tables import TABLES, Column, Lines, Table, View
from pipeline.labels import header, label
from pipeline.records import Record
from pipeline.settings import settings

if TYPE_CHECKING:
    import pyarrow as pa

BETWEEN = " | "  # of several quotes in a cell
LONGEST_CELL = 32_000  # Excel takes 32,767 characters
FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20\t\r\n")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # Excel ends the file at some of them
ROWS_A_GROUP = 10_000
FRICTIONLESS = {"integer": "integer", "number": "number", "boolean": "boolean"}


def export(
    records: Callable[[], Iterator[Record]],
    text_of: Callable[[str], str],
    folder: Path,
    *,
    weight: Callable[[Record, str], float | None],
    show_names: bool = False,
) -> dict[str, int]:
    """Write ``tables/`` and ``data/`` below ``folder``; returns the number of rows by table.

    ``records`` is gone through twice, for whom to mask and for the rows; neither pass holds more than one document.
    ``text_of`` gives the raw text of a source, ``weight`` the weight of an item in a record's rubric.
    """
    aided = mask.NOBODY if show_names else mask.aided(records())
    with ExitStack() as stack:
        writers = [stack.enter_context(TableWriter(table, folder, show_names)) for table in TABLES]
        for view in views(records(), text_of, weight):
            names = aided.names(view.record)
            for writer in writers:
                for row in writer.table.rows(view):
                    writer.write(row, names)
    package = [resource(table) for table in TABLES]
    (folder / "tables" / "datapackage.json").write_text(
        json.dumps(
            {"profile": "tabular-data-package", "name": "gonghui-tables", "resources": package}, ensure_ascii=False, indent=1
        )
        + "\n",
        encoding="utf-8",
        newline="\n",
    )
    return {writer.table.name: writer.count for writer in writers}


def views(
    records: Iterator[Record], text_of: Callable[[str], str], weight: Callable[[Record, str], float | None]
) -> Iterator[View]:
    """A view of each document in turn."""
    source, lines, part_no = None, Lines(""), 0
    names: dict[str, str] = {}
    for no, record in enumerate(records, 1):
        if record.source != source:
            source, lines, part_no = record.source, Lines(text_of(record.source)), 0
        part_no += 1
        names[record.doc_id] = record.source if part_no == 1 else f"{record.source} #{part_no}"
        yield View(record=record, lines=lines, settings=settings(), no=no, part_no=part_no, names=names, weight=weight)


class TableWriter:
    """One table on its way to its two files."""

    def __init__(self, table: Table, folder: Path, show_names: bool) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.table = table
        self.count = 0
        self._show = show_names
        for name in ("tables", "data"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._file = (folder / "tables" / f"{table.name}.csv").open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file, lineterminator="\r\n")
        self._csv.writerow([header(table.name, column.code) for column in table.columns])
        self._schema = pa.schema([(column.code, arrow_type(column)) for column in table.columns])
        self._parquet = pq.ParquetWriter(folder / "data" / f"{table.name}.parquet", self._schema)
        self._rows: list[dict[str, Any]] = []

    def __enter__(self) -> TableWriter:
        return self

    def __exit__(self, *exception: object) -> None:
        self._flush()
        self._parquet.close()
        self._file.close()

    def write(self, view: View, names: frozenset[str]) -> None:
        """Add one row to both files."""
        values = [column.read(view) for column in self.table.columns]
        pairs = list(zip(self.table.columns, values, strict=True))
        self._csv.writerow([self._cell(column, value, view, names) for column, value in pairs])
        self._rows.append({column.code: plain(column, value, view) for column, value in pairs})
        self.count += 1
        if len(self._rows) >= ROWS_A_GROUP:
            self._flush()

    def _cell(self, column: Column, value: Any, view: View, names: frozenset[str]) -> str:
        if column.type in ("text", "quote"):
            if self._show:
                return safe(plain(column, value, view) or "")
            if column.type == "quote":
                raw = view.lines.raw
                return safe(BETWEEN.join(mask.quoted(raw, start, end, view.record, names) for start, end in value))
            return safe(mask.masked(value or "", names))
        if column.type == "codes":
            return "、".join(label(column.labels or "", code) for code in value)
        if column.type in ("code", "boolean"):
            return label(column.labels or "bool", str(value).lower() if isinstance(value, bool) else value)
        return shown_number(value) if isinstance(value, float) else "" if value is None else str(value)

    def _flush(self) -> None:
        import pyarrow as pa

        if self._rows:
            self._parquet.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
            self._rows = []


def plain(column: Column, value: Any, view: View) -> Any:
    """A value in clear, as the Parquet holds it."""
    if column.type == "quote":
        return BETWEEN.join(view.lines.raw[start:end] for start, end in value)
    return ";".join(value) if column.type == "codes" else value


def safe(text: str) -> str:
    """A text cell that a spreadsheet shows as it is: no formula, no control character, not too long."""
    text = CONTROL.sub("\ufffd", text)
    if len(text) > LONGEST_CELL:
        text = text[:LONGEST_CELL] + "…"
    return "'" + text if text.startswith(FORMULA) else text


def shown_number(value: float) -> str:
    """2000.0 is written 2000."""
    return str(int(value)) if value.is_integer() else repr(value)


def arrow_type(column: Column) -> pa.DataType:
    """The Parquet type of a column."""
    import pyarrow as pa

    types = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
    return types.get(column.type, pa.string())


def resource(table: Table) -> dict[str, Any]:
    """The description of a CSV file; a field's name is its header, ``code`` its name in the Parquet twin."""
    fields: list[dict[str, Any]] = []
    for column in table.columns:
        described: dict[str, Any] = {
            "name": header(table.name, column.code),
            "type": FRICTIONLESS.get(column.type, "string"),
            "code": column.code,
        }
        if column.type == "boolean":
            described |= {"trueValues": [label("bool", "true")], "falseValues": [label("bool", "false")]}
        fields.append(described)
    return {
        "name": table.name,
        "title": label("table", table.name),
        "path": f"{table.name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": {"fields": fields, "missingValues": [""]},
    }
