"""The register (总册): the records of a run, cut into slices, and what one slice must know of the others.

Memory holds one slice. Of every document a card lies on disk, to be found by the document's id: the record without most of
its findings, and whom to mask in what is said of it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from pydantic import ValidationError

from pipeline.aggregate import mask
from pipeline.aggregate.shelf import Shelf, ShelfWriter
from pipeline.aggregate.steps import Spread, finish
from pipeline.errors import CannotRun
from pipeline.records import FINDING_KINDS, Record

FILE = "records.jsonl"
EVERYBODY = "everybody"  # in the scratch: a shelf with the names of all aided persons
OPEN = 64  # shelves at once
SLICE = 5_000  # documents that a task holds at once
SOURCE = re.compile(rb'"source":("(?:[^"\\]|\\.)*")')


class Slice(NamedTuple):
    """A run of records, of whole sources."""

    begin: int  # in bytes of the file
    end: int
    first: int  # running number of its first document, from 0
    documents: int


class Register(NamedTuple):
    """Where the records are and how they are cut; it travels to the tasks.

    Attributes:
        folder: holds ``records.jsonl``.
        scratch: what the steps read and write.
        slices: of the records.
        text_of: the raw text of a source.
        weight: of an item in a record's rubric.
        show_names: nobody is masked.
    """

    folder: Path
    scratch: Path
    slices: tuple[Slice, ...]
    text_of: Callable[[str], str]
    weight: Callable[[Record, str], float | None]
    show_names: bool = False

    def file(self, kind: str, nth: int) -> Path:
        return self.scratch / f"{kind}-{nth}"

    def tasks(self) -> list[tuple[Any, ...]]:
        """One for each slice."""
        return [(self, nth) for nth in range(len(self.slices))]

    def lines(self, nth: int) -> Iterator[bytes]:
        """The lines of a slice."""
        left = self.slices[nth].end - self.slices[nth].begin
        with (self.folder / FILE).open("rb") as file:
            file.seek(self.slices[nth].begin)
            while left > 0:
                line = file.readline()
                left -= len(line)
                yield line

    def records(self, nth: int) -> Iterator[Record]:
        """The records of a slice.

        Raises:
            CannotRun: a line is no record, or one of another version.
        """
        for number, line in enumerate(self.lines(nth), self.slices[nth].first + 1):
            try:
                yield Record.model_validate_json(line)
            except ValidationError as error:
                raise CannotRun("records_unreadable", path=str(self.folder / FILE), line=number) from error


class Card(NamedTuple):
    """What others may ask of a document."""

    record: Record  # slim
    name: str  # its file, and which of its documents


class Found(NamedTuple):
    """What the cards of a slice come to."""

    ids: bytes  # of its documents, each as eight bytes
    aided: dict[str, set[str]]  # persons by unit; "" where nobody knows it


def sliced(folder: Path) -> tuple[Slice, ...]:
    """The records of a folder, cut between sources."""
    found: list[Slice] = []
    begin = first = at = count = 0
    last = b""
    with (folder / FILE).open("rb") as lines:
        for line in lines:
            match = SOURCE.search(line)
            source = match[1] if match else b""
            if count - first >= SLICE and source != last:
                found.append(Slice(begin, at, first, count - first))
                begin, first = at, count
            last = source
            at, count = at + len(line), count + 1
    return (*found, Slice(begin, at, first, count - first)) if count else ()


def slim(record: Record) -> Record:
    """The record without the findings that comparing needs not: persons and warnings stay."""
    dropped: dict[str, object] = {kind: () for kind in FINDING_KINDS if kind != "persons"}
    return record.model_copy(update=dropped | {"coverage": None})


def file_cards(register: Register, nth: int) -> Found:
    """By slice: its cards."""
    ids, units, part_no, last = bytearray(), set[str](), 0, None
    by_source, by_unit = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    with ShelfWriter(register.file("cards", nth)) as cards:
        for record in register.records(nth):
            part_no = part_no + 1 if record.source == last else 1
            last = record.source
            ids += int(record.doc_id, 16).to_bytes(8, "little")
            cards.add(Card(slim(record), record.source if part_no == 1 else f"{record.source} #{part_no}"))
            units.add(record.unit.name or "")
            if names := mask.names_of(record):
                by_source[record.source] |= names
                by_unit[record.unit.name or ""] |= names
    with ShelfWriter(register.file("aided", nth)) as aided:
        aided.add({source: frozenset(names) for source, names in by_source.items()})
        aided.add(units)
    return Found(bytes(ids), dict(by_unit))


class Names(NamedTuple):
    """Whom to mask in what is said of a document: for the tables and the report, and where the archive is quoted too."""

    shown: frozenset[str]
    all: frozenset[str]


def file_names(register: Register, nth: int) -> None:
    """By slice: whom to mask in what is said of each of its documents."""
    with (
        Shelf(register.file("aided", nth)) as own,
        Shelf(register.file("elsewhere", nth)) as elsewhere,
        Shelf(register.file("cards", nth)) as cards,
    ):
        run, archive = mask.Aided(own[0], elsewhere[0]), elsewhere[1]
        with ShelfWriter(register.file("names", nth)) as out:
            for row in range(register.slices[nth].documents):
                record = cards[row].record
                names = run.names(record)
                out.add(Names(frozenset() if register.show_names else names, names | archive.names(record)))


def file_all(register: Register, spread: Spread, archive: mask.Aided = mask.NOBODY) -> dict[str, set[str]]:
    """Make the cards of all slices, so that ``Cards`` finds them; aided persons by unit. ``archive`` has those of the archive."""
    import numpy as np

    ids, every = [], defaultdict[str, set[str]](set)
    for found in spread(file_cards, register.tasks()):
        ids.append(np.frombuffer(found.ids, dtype="<u8"))
        for unit, names in found.aided.items():
            every[unit] |= names
    every_id = np.concatenate([np.zeros(0, "<u8"), *ids])
    order = np.argsort(every_id, kind="stable")
    np.save(register.scratch / "ids.npy", every_id[order])
    np.save(register.scratch / "rows.npy", order.astype(np.uint32))
    for nth in range(len(register.slices)):
        with Shelf(register.file("aided", nth)) as aided, ShelfWriter(register.file("elsewhere", nth)) as out:
            out.add({unit: frozenset(every[unit]) for unit in aided[1] if unit and unit in every})
            out.add(archive)
    with ShelfWriter(register.scratch / EVERYBODY) as out:
        out.add(set().union(*every.values()))
    finish(spread(file_names, register.tasks()))
    return dict(every)


class Cards:
    """The cards of a register, by the ids of their documents; a context."""

    def __init__(self, register: Register) -> None:
        import numpy as np

        self._register = register
        self._ids: Any = np.load(register.scratch / "ids.npy", mmap_mode="r")
        self._rows: Any = np.load(register.scratch / "rows.npy", mmap_mode="r")
        self._firsts = [one.first for one in register.slices]
        self._shelves: dict[tuple[str, int], Shelf] = {}

    def __enter__(self) -> Cards:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for shelf in self._shelves.values():
            shelf.close()
        self._ids = self._rows = None  # which lets go of the files

    def get(self, doc_id: str) -> Card | None:
        """The card of a document, if it is of this run."""
        found: Card | None = self._on("cards", doc_id)
        return found

    def names(self, doc_id: str) -> Names:
        """Whom to mask in what is said of a document."""
        return self._on("names", doc_id) or Names(frozenset(), frozenset())

    def row(self, doc_id: str) -> int:
        """The running number of a document, from 0; of one that is not in the run a number beyond all."""
        import numpy as np

        key = np.uint64(int(doc_id, 16))
        place = int(np.searchsorted(self._ids, key))
        known = place < len(self._ids) and self._ids[place] == key
        return int(self._rows[place]) if known else len(self._ids)

    def _on(self, kind: str, doc_id: str) -> Any:
        row = self.row(doc_id)
        if row == len(self._ids):
            return None
        nth = bisect_right(self._firsts, row) - 1
        if (kind, nth) not in self._shelves:
            if len(self._shelves) >= OPEN:
                self._shelves.pop(next(iter(self._shelves))).close()
            self._shelves[kind, nth] = Shelf(self._register.file(kind, nth))
        return self._shelves[kind, nth][row - self._firsts[nth]]
