"""Writing the tables: CSV for Excel and WPS with their ``datapackage.json``, one workbook, and Parquet twins for programs.

CSV and workbook may leave the office: masked, Chinese headers and words, text cells that no spreadsheet takes for formulas.
The Parquet stays: in clear, English names, codes.
"""

from __future__ import annotations

import csv
import pickle
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from pipeline.aggregate.columns import shown_number
from pipeline.aggregate.datapackage import write_datapackage
from pipeline.aggregate.district_tables import DISTRICT_TABLES, RunTable
from pipeline.aggregate.ledgers import write_ledgers
from pipeline.aggregate.register import Register
from pipeline.aggregate.steps import Spread, here
from pipeline.aggregate.tables import TABLES, Table
from pipeline.aggregate.tabulate import (
    GATHERED,
    KINDS,
    Key,
    alike_places,
    compare,
    gather,
    of_table,
    parts,
    schema_of,
    summarise,
    tabulate,
)
from pipeline.aggregate.totals import Totals
from pipeline.aggregate.units import RosterRow
from pipeline.aggregate.views import views
from pipeline.aggregate.workbook import Workbook
from pipeline.labels import header
from pipeline.settings import settings

__all__ = ["export", "shown_number", "views"]

ORDER = (
    "documents", "sections", "events", "indicators", "cells", "figures", "names", "awards", "issues", "coverage", "flags",
    "conflicts", "summary", "units", "spellings", "duplicates", "passages", "restored",
)  # fmt: skip
ALL_TABLES: tuple[Table | RunTable, ...] = tuple(sorted((*TABLES, *DISTRICT_TABLES), key=lambda t: ORDER.index(t.name)))


def export(register: Register, *, roster: Sequence[RosterRow] = (), spread: Spread = here) -> dict[str, int]:
    """Write ``tables/`` and ``data/`` beside the records; returns the number of rows by table.

    The cards of ``register`` are filed and its units are settled. ``roster`` has the units from whom something was to come;
    ``data/resemblances.jsonl`` says who has whose text. The rows are made in tasks of bounded size and come in the order of
    the documents, or of the units, whoever works them off.
    """
    folder, most = register.folder, settings().workbook_rows
    for name in ("tables", "data"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        book = stack.enter_context(Workbook(folder / "tables" / "workbook.xlsx", ALL_TABLES, most))
        files = {table.name: stack.enter_context(TableFiles(table, folder, book)) for table in ALL_TABLES}

        def take(place: Path, tables: Sequence[Table | RunTable]) -> None:
            for table in tables:
                files[table.name].take(place)

        sample: list[Key] = []
        for nth, keys in enumerate(spread(tabulate, [(*task, most) for task in register.tasks()])):
            sample += keys
            take(register.file("rows", nth), TABLES)
        totals = Totals()
        for no, found in enumerate(spread(gather, [(register, part, most) for part in parts(register, sample, roster)])):
            totals.add(found)
            take(register.file("gathered", no), GATHERED)
        summarise(register, totals, most)
        take(register.file("summary", 0), [table for table in DISTRICT_TABLES if table.name == "summary"])
        of_pairs = [table for table in DISTRICT_TABLES if table.name in KINDS]
        stretches = [(register, nth, *place, most) for nth, place in enumerate(alike_places(register))]
        for nth, _ in enumerate(spread(compare, stretches)):
            take(register.file("alike", nth), of_pairs)
    write_ledgers(folder / "tables" / "blank_ledgers.xlsx")
    write_datapackage(ALL_TABLES, folder / "tables")
    return {name: file.count for name, file in files.items()}


class TableFiles:
    """The files of one table; a context. Rows are taken over from tasks, whose files are gone then."""

    def __init__(self, table: Table | RunTable, folder: Path, book: Workbook) -> None:
        import pyarrow.parquet as pq

        self.count = 0
        self._table = table
        self._book = book
        path = folder / "tables" / f"{table.name}.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, lineterminator="\r\n").writerow([header(table.name, column.code) for column in table.columns])
        self._csv = path.open("ab")
        self._parquet = pq.ParquetWriter(folder / "data" / f"{table.name}.parquet", schema_of(table))

    def __enter__(self) -> TableFiles:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._parquet.close()
        self._csv.close()

    def take(self, place: Path) -> None:
        """Add the rows that a task has written."""
        import pyarrow as pa

        name = self._table.name
        paths = {ending: of_table(place, name, ending) for ending in ("csv", "arrow", "shown")}
        with paths["csv"].open("rb") as file:
            shutil.copyfileobj(file, self._csv, 1 << 20)
        with paths["arrow"].open("rb") as file, pa.ipc.open_stream(file) as stream, paths["shown"].open("rb") as shown:
            for batch in stream:
                self._parquet.write_table(pa.Table.from_batches([batch]))
                self._book.add(name, pickle.load(shown), batch.num_rows)
                self.count += batch.num_rows
        for path in paths.values():
            path.unlink()
