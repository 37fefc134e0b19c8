"""Writing the tables: CSV for Excel and WPS with their ``datapackage.json``, one workbook, and Parquet twins for programs.

CSV and workbook may leave the office: masked, Chinese headers and words, text cells that no spreadsheet takes for formulas.
The Parquet stays: in clear, English names, codes.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from pipeline.aggregate import mask
from pipeline.aggregate.cells import Quote
from pipeline.aggregate.columns import Quoting, Shown, arrow_type, for_people, in_clear, in_csv, shown_number
from pipeline.aggregate.datapackage import write_datapackage
from pipeline.aggregate.district import District
from pipeline.aggregate.district_tables import DISTRICT_TABLES, RunTable
from pipeline.aggregate.ledgers import write_ledgers
from pipeline.aggregate.resemblances import Resemblance
from pipeline.aggregate.tables import TABLES, Table
from pipeline.aggregate.units import RosterRow
from pipeline.aggregate.views import Lines, View, Warned
from pipeline.aggregate.workbook import Workbook
from pipeline.labels import header
from pipeline.records import Record
from pipeline.settings import settings

__all__ = ["export", "shown_number", "views"]

ORDER = (
    "documents", "sections", "events", "indicators", "cells", "figures", "names", "awards", "issues", "coverage", "flags",
    "conflicts", "summary", "units", "spellings", "duplicates", "passages", "restored",
)  # fmt: skip
ALL_TABLES: tuple[Table | RunTable, ...] = tuple(sorted((*TABLES, *DISTRICT_TABLES), key=lambda t: ORDER.index(t.name)))
ROWS_A_GROUP = 10_000


def export(
    records: Callable[[], Iterator[Record]],
    text_of: Callable[[str], str],
    folder: Path,
    *,
    weight: Callable[[Record, str], float | None],
    roster: Sequence[RosterRow] = (),
    resemblances: Iterable[Resemblance] = (),
    show_names: bool = False,
) -> dict[str, int]:
    """Write ``tables/`` and ``data/`` below ``folder``; returns the number of rows by table.

    ``records`` is gone through twice, for whom to mask and for the rows; neither pass holds more than one document, but
    for its figures. ``text_of`` gives the raw text of a source, ``weight`` the weight of an item in a record's rubric,
    ``roster`` the units from whom something was to come, ``resemblances`` who has whose text.
    """
    aided = mask.NOBODY if show_names else mask.aided(records())
    district = District(roster=roster, resemblances=tuple(resemblances))
    for name in ("tables", "data"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        book = stack.enter_context(Workbook(folder / "tables" / "workbook.xlsx", ALL_TABLES))
        writers = {table.name: stack.enter_context(TableWriter(table, folder, book, show_names)) for table in ALL_TABLES}
        for view in views(records(), text_of, weight):
            names = aided.names(view.record)
            for table in TABLES:
                for row in table.rows(view):
                    writers[table.name].write(row, names, _quoting(row, names))
            district.add(view, names)
        for run_table in DISTRICT_TABLES:
            for item in run_table.rows(district):
                writers[run_table.name].write(item, item.names, _as_they_are)
    write_ledgers(folder / "tables" / "blank_ledgers.xlsx")
    write_datapackage(ALL_TABLES, folder / "tables")
    return {name: writer.count for name, writer in writers.items()}


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
        yield View(
            record=record, lines=lines, warned=Warned(record.warnings), settings=settings(), no=no, part_no=part_no,
            names=names, weight=weight,
        )  # fmt: skip


def _quoting(view: View, names: frozenset[str]) -> Quoting:
    """Spans of the document's raw text as quotes."""
    raw, record = view.lines.raw, view.record
    return lambda spans: tuple(Quote(raw[a:b], mask.quoted(raw, a, b, record, names)) for a, b in spans)


def _as_they_are(quotes: tuple[Quote, ...]) -> tuple[Quote, ...]:
    return quotes


class TableWriter:
    """One table on its way to its files."""

    def __init__(self, table: Table | RunTable, folder: Path, book: Workbook, show_names: bool) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.table = table
        self.count = 0
        self._book = book
        self._show = show_names
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

    def write(self, item: Any, names: frozenset[str], quotes: Quoting) -> None:
        """Add one row to all files."""
        values = [(column, column.read(item)) for column in self.table.columns]
        shown: list[Shown] = [for_people(column, value, quotes, names, self._show) for column, value in values]
        self._csv.writerow([in_csv(value) for value in shown])
        self._book.write(self.table.name, shown)
        self._rows.append({column.code: in_clear(column, value, quotes) for column, value in values})
        self.count += 1
        if len(self._rows) >= ROWS_A_GROUP:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._rows:
            self._parquet.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
            self._rows = []
