"""The last pass (汇总): what only all documents together can tell, step by step, each cut into tasks of bounded size.

The tasks read and write files below OUT's draft and are worked off by this process, a pool or a cluster. What one task
learns of another's documents it reads from disk; this process holds what is counted by unit and by file, a few hundred
bytes each, and no document.
"""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.aggregate import mask
from pipeline.aggregate.candidates import Plan
from pipeline.aggregate.duplicates import Collection, overlaps_of
from pipeline.aggregate.register import FILE, Register, Slice, file_all
from pipeline.aggregate.resemblances import ARCHIVED, Archived, parts, whole
from pipeline.aggregate.resemblances import FILE as RESEMBLANCES
from pipeline.aggregate.shelf import Shelf, ShelfWriter
from pipeline.aggregate.sketches import Sketch
from pipeline.aggregate.steps import Spread, finish


class Archive:
    """The documents of the archive on their way into a collection, each once."""

    def __init__(self, collection: Collection, folder: Path) -> None:
        self._collection = collection
        self._shelf = ShelfWriter(folder / f"{ARCHIVED}.read")
        self._ids: set[str] = set()
        self._by_source: defaultdict[str, set[str]] = defaultdict(set)
        self._by_unit: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, document: Archived, sketch: Sketch) -> None:
        """Take in a document, unless it is there already."""
        record = document.record
        if record.doc_id in self._ids:
            return
        self._ids.add(record.doc_id)
        self._collection.add_archived(sketch)
        self._shelf.add(document)
        if names := mask.names_of(record):
            self._by_source[record.source] |= names
            self._by_unit[record.unit.name or ""] |= names

    def close(self) -> mask.Aided:
        """Whom to mask in them and for their sake."""
        self._shelf.__exit__(None, None, None)
        self._by_unit.pop("", None)
        found = [{key: frozenset(names) for key, names in one.items()} for one in (self._by_source, self._by_unit)]
        return mask.Aided(*found)


def file_archive(folder: Path, plan: Plan, archive: mask.Aided, by_unit: dict[str, set[str]]) -> None:
    """Put the archive's documents on a shelf of the plan, each with whom to mask in it."""
    with Shelf(folder / f"{ARCHIVED}.read") as read, ShelfWriter(plan.folder / ARCHIVED) as out:
        for no in range(plan.archived):
            document: Archived = read[no]
            unit = document.record.unit.name
            names = archive.names(document.record) | (by_unit.get(unit, set()) if unit else set())
            out.add(document._replace(names=frozenset(names)))


class Cuts:
    """Where to cut the records of a run while they are written: where the collection begins a range."""

    def __init__(self) -> None:
        self._begins: list[tuple[int, int]] = [(0, 0)]  # byte and document
        self._bytes = self._documents = 0
        self._any = False

    def add(self, records: Sequence[str], begins: Iterable[bool]) -> None:
        """Take in the records of the next source; ``begins`` says of its sketches whether one begins a range."""
        if any(begins):
            if self._any:
                self._begins.append((self._bytes, self._documents))
            self._any = True
        self._bytes += sum(len(record.encode("utf-8")) + 1 for record in records)
        self._documents += len(records)

    def slices(self) -> tuple[Slice, ...]:
        """The slices; that of each range of the run, in order, or the only one."""
        ends = [*self._begins[1:], (self._bytes, self._documents)]
        return tuple(Slice(a, b, no, end - no) for (a, no), (b, end) in zip(self._begins, ends, strict=True) if end > no)


def complete(register: Register, nth: int, plan: Plan, part: int | None) -> Counter[str]:
    """By slice: its records anew with what only the whole run can tell: duplicates, set phrases, one name a unit. ``part`` is
    the range of the plan that has its documents. The warnings that are new, counted."""
    overlaps = dict(overlaps_of(plan, part)) if part is not None else {}
    with (
        Shelf(register.file("units", nth)) as units,
        register.file("records", nth).open("w", encoding="utf-8", newline="\n") as out,
    ):
        for record, (_, unit) in zip(register.records(nth), units[0], strict=True):
            if unit is not None:
                record = record.model_copy(update={"unit": record.unit.model_copy(update={"name": unit})})
            overlap = overlaps.get(record.doc_id)
            out.write((overlap.completed(record) if overlap else record).model_dump_json() + "\n")
    return Counter(code for overlap in overlaps.values() for code in overlap.warnings)


def complete_all(register: Register, collection: Collection, spread: Spread) -> tuple[Register, Counter[str]]:
    """All records anew, in place; the register of them, and the new warnings."""
    plan = collection.plan
    ranges = [nth for nth, first in enumerate(plan.firsts) if first >= plan.archived]
    whose: list[int | None] = list(ranges) if ranges else [None for _ in register.slices]
    tasks = [(*task, plan, part) for task, part in zip(register.tasks(), whose, strict=True)]
    warnings: Counter[str] = Counter()
    for found in spread(complete, tasks):
        warnings.update(found)
    files = [register.file("records", nth) for nth in range(len(register.slices))]
    slices, at = [], 0
    for one, path in zip(register.slices, files, strict=True):
        slices.append(one._replace(begin=at, end=at + path.stat().st_size))
        at += path.stat().st_size
    joined_files(files, register.folder / FILE)
    return register._replace(slices=tuple(slices)), warnings


def compare(register: Register, collection: Collection, archive: mask.Aided, scratch: Path, spread: Spread) -> None:
    """Make the cards, and write who has whose text to ``data/resemblances.jsonl``."""
    plan = collection.plan
    by_unit = file_all(register, spread, archive)
    if plan.archived:
        file_archive(scratch, plan, archive, by_unit)
    files = []
    for kind, step in (("whole", whole), ("parts", parts)):
        tasks = [(register, plan, nth, scratch / f"{kind}-{nth}") for nth in range(len(plan.firsts))]
        finish(spread(step, tasks))
        files += [task[3] for task in tasks]
    (register.folder / RESEMBLANCES).parent.mkdir(parents=True, exist_ok=True)
    joined_files(files, register.folder / RESEMBLANCES)


def joined_files(files: Iterable[Path], target: Path) -> None:
    """Put files one behind the other; they are gone then."""
    draft = target.with_name(target.name + ".new")
    with draft.open("wb") as out:
        for path in files:
            with path.open("rb") as file:
                shutil.copyfileobj(file, out, 1 << 20)
            path.unlink()
    draft.replace(target)
