"""Tables by slices and parts (分片制表): each task writes its rows of every table, which are then put one behind the other.

A slice is a run of documents and gives the tables of documents; a part is a run of units and gives those of the district.
"""

from __future__ import annotations

import csv
import pickle
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple, TypeAlias

from pipeline.aggregate import mask
from pipeline.aggregate.cells import Original, Quote
from pipeline.aggregate.columns import Quoting, Shown, arrow_type, for_people, in_clear, in_csv
from pipeline.aggregate.district import Alike, District, Item, item_of
from pipeline.aggregate.district_tables import DISTRICT_TABLES, RunTable
from pipeline.aggregate.register import Card, Cards, Register
from pipeline.aggregate.resemblances import FILE as RESEMBLANCES
from pipeline.aggregate.resemblances import Resemblance
from pipeline.aggregate.shelf import Shelf, ShelfWriter
from pipeline.aggregate.tables import TABLES, Table
from pipeline.aggregate.totals import Totals, totals_of
from pipeline.aggregate.units import RosterRow
from pipeline.aggregate.views import View, views

ROWS_A_GROUP = 10_000
PART = 5_000  # documents of whole units that a task holds at once
SAMPLED = 50  # of the units' keys of a slice one is told
ALIKE = 2_000  # resemblances that a task holds at once
KINDS = {"duplicates": ("copied", "retold"), "passages": ("passage",), "restored": ("restored",)}
GATHERED = tuple(table for table in DISTRICT_TABLES if table.name not in (*KINDS, "summary"))

Key: TypeAlias = tuple[bool, str]  # sorts units: those without a name behind the others


class Part(NamedTuple):
    """A share of the units: where its documents lie in each slice, and what the roster has of it."""

    no: int
    cuts: tuple[tuple[int, int], ...]
    roster: tuple[RosterRow, ...]


class Rows:
    """Rows of tables on their way to the files of one task; a context. ``most`` of each table are kept for the workbook."""

    def __init__(self, place: Path, tables: Sequence[Table | RunTable], show_names: bool, most: int) -> None:
        self._stack = ExitStack()
        self._writers = {table.name: self._stack.enter_context(_Rows(place, table, show_names, most)) for table in tables}

    def __enter__(self) -> Rows:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.__exit__(kind, error, trace)

    def write(self, table: str, item: Any, names: frozenset[str], quotes: Quoting) -> None:
        """Add one row to a table."""
        self._writers[table].write(item, names, quotes)


class _Rows:
    def __init__(self, place: Path, table: Table | RunTable, show_names: bool, most: int) -> None:
        import pyarrow as pa

        self._table, self._show, self._most = table, show_names, most
        self._file = of_table(place, table.name, "csv").open("w", encoding="utf-8", newline="")
        self._shown: IO[bytes] = of_table(place, table.name, "shown").open("wb")
        self._csv = csv.writer(self._file, lineterminator="\r\n")
        self._schema = schema_of(table)
        self._arrow = pa.ipc.new_stream(str(of_table(place, table.name, "arrow")), self._schema)
        self._rows: list[dict[str, Any]] = []
        self._for_book: list[list[Shown]] = []
        self._count = 0

    def __enter__(self) -> _Rows:
        return self

    def __exit__(self, *exception: object) -> None:
        self._flush()
        self._arrow.close()
        self._file.close()
        self._shown.close()

    def write(self, item: Any, names: frozenset[str], quotes: Quoting) -> None:
        values = [(column, column.read(item)) for column in self._table.columns]
        shown: list[Shown] = [for_people(column, value, quotes, names, self._show) for column, value in values]
        self._csv.writerow([in_csv(value) for value in shown])
        if self._count < self._most:
            self._for_book.append(shown)
        self._rows.append({column.code: in_clear(column, value, quotes) for column, value in values})
        self._count += 1
        if len(self._rows) >= ROWS_A_GROUP:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._rows:
            self._arrow.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
            pickle.dump(self._for_book, self._shown)
        self._rows, self._for_book = [], []


def of_table(place: Path, table: str, ending: str) -> Path:
    """Where a task writes a table."""
    return place.with_name(f"{place.name}-{table}.{ending}")


def schema_of(table: Table | RunTable) -> Any:
    """The columns of a table as Parquet has them."""
    import pyarrow as pa

    return pa.schema([(column.code, arrow_type(column)) for column in table.columns])


def tabulate(register: Register, nth: int, most: int) -> list[Key]:
    """By slice: the rows of its documents, and what the district must know of them, in the order of their units. A sample of
    the units' keys."""
    found: list[tuple[Key, Item]] = []
    place = register.file("rows", nth)
    with (
        Cards(register) as cards,
        Shelf(register.file("names", nth)) as names_of,
        Shelf(register.file("units", nth)) as units,
        Rows(place, TABLES, register.show_names, most) as rows,
    ):
        settled, first = units[0], register.slices[nth].first
        for row, view in enumerate(views(register.records(nth), register.text_of, register.weight, first)):
            names, copied = names_of[row].shown, view.record.duplicate_of
            card = cards.get(copied) if copied else None
            if copied and card is not None:
                view.names[copied] = card.name
            quotes = _quoting(view, names)
            for table in TABLES:
                for line in table.rows(view):
                    rows.write(table.name, line, names, quotes)
            item = item_of(view, names, _original(card), settled[row][0])
            found.append(((not item.source.named, item.source.unit), item))
    found.sort(key=lambda pair: (pair[0], pair[1].source.no))
    keys = [key for key, _ in found]
    with ShelfWriter(register.file("items", nth)) as items, ShelfWriter(register.file("keys", nth)) as out:
        for _, item in found:
            items.add(item)
        out.add(keys)
    return keys[::SAMPLED]


def _original(card: Card | None) -> Original | None:
    return None if card is None else Original(card.record.unit.name or card.name, card.record.report_year.value)


def _quoting(view: View, names: frozenset[str]) -> Quoting:
    """Spans of the document's raw text as quotes."""
    raw, record = view.lines.raw, view.record
    return lambda spans: tuple(Quote(raw[a:b], mask.quoted(raw, a, b, record, names)) for a, b in spans)


def _as_they_are(quotes: tuple[Quote, ...]) -> tuple[Quote, ...]:
    return quotes


def parts(register: Register, sample: Sequence[Key], roster: Sequence[RosterRow]) -> Iterator[Part]:
    """The units cut into parts of some thousand documents."""
    ordered = sorted(sample)
    count = sum(one.documents for one in register.slices) // PART + 1
    edges = sorted({ordered[i * len(ordered) // count] for i in range(1, count)}) if ordered else []
    cuts: list[list[int]] = []
    for nth in range(len(register.slices)):
        with Shelf(register.file("keys", nth)) as keys:
            held: list[Key] = keys[0]
        cuts.append([0, *(bisect_left(held, edge) for edge in edges), len(held)])
    listed: list[list[RosterRow]] = [[] for _ in range(len(edges) + 1)]
    for row in roster:
        listed[bisect_right(edges, (False, row.unit))].append(row)
    for no in range(len(edges) + 1):
        yield Part(no, tuple((own[no], own[no + 1]) for own in cuts), tuple(listed[no]))


def gather(register: Register, part: Part, most: int) -> Totals:
    """By part: the rows of its units, and what the summary must know of them."""
    items: list[Item] = []
    for nth, (start, end) in enumerate(part.cuts):
        if end > start:
            with Shelf(register.file("items", nth)) as held:
                items += [held[row] for row in range(start, end)]
    district = District(roster=part.roster)
    for item in sorted(items, key=lambda item: item.source.no):
        district.take(item)
    with Rows(register.file("gathered", part.no), GATHERED, register.show_names, most) as rows:
        for table in GATHERED:
            for line in table.rows(district):
                rows.write(table.name, line, line.names, _as_they_are)
    return totals_of(district)


def summarise(register: Register, totals: Totals, most: int) -> None:
    """The rows of the summary."""
    (table,) = (table for table in DISTRICT_TABLES if table.name == "summary")
    with Rows(register.file("summary", 0), (table,), register.show_names, most) as rows:
        for line in totals.summaries():
            names = frozenset() if register.show_names else line.names
            rows.write("summary", line, names, _as_they_are)


def alike_places(register: Register) -> list[tuple[int, int]]:
    """Where the resemblances can be cut, in bytes."""
    places, at, count = [0], 0, 0
    path = register.folder / RESEMBLANCES
    if path.is_file():
        with path.open("rb") as lines:
            for line in lines:
                at, count = at + len(line), count + 1
                if count % ALIKE == 0:
                    places.append(at)
    return [(a, b) for a, b in zip(places, [*places[1:], at], strict=True) if b > a or a == 0]


def compare(register: Register, nth: int, begin: int, end: int, most: int) -> None:
    """By a stretch of the resemblances: their rows."""
    tables = tuple(table for table in DISTRICT_TABLES if table.name in KINDS)
    of_kind = {kind: name for name, kinds in KINDS.items() for kind in kinds}
    with Cards(register) as cards, Rows(register.file("alike", nth), tables, register.show_names, most) as rows:
        for found in resemblances(register, begin, end):
            row = alike(found, cards.get, lambda doc_id: cards.names(doc_id).shown)
            rows.write(of_kind[found.kind], row, row.names, _as_they_are)


def resemblances(register: Register, begin: int, end: int) -> Iterator[Resemblance]:
    """Those of a stretch of the file."""
    if end > begin:
        with (register.folder / RESEMBLANCES).open("rb") as file:
            file.seek(begin)
            while file.tell() < end:
                yield Resemblance.model_validate_json(file.readline())


def alike(found: Resemblance, card_of: Callable[[str], Card | None], names_of: Callable[[str], frozenset[str]]) -> Alike:
    """A resemblance as a row."""
    here, there = card_of(found.here.doc_id), card_of(found.other.doc_id)
    other = there.name if there is not None and not found.other.archive else found.other.source
    names = names_of(found.here.doc_id) | names_of(found.other.doc_id)
    return Alike(found, here.name if here is not None else found.here.source, other, names)
