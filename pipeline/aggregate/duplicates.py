"""The last pass over all documents of a run: who repeats whom (雷同), and how much of each is set phrases (套话).

A document is a duplicate of the earliest one before it that it shares its wording with, or that says the same in other
words. Candidates come from MinHash bands and from shared landmarks (``candidates.py``); every candidate is then verified on
the texts themselves. Texts and hashes wait on disk, and each step is cut into tasks that hold a bounded share of them. What
comes out depends on the texts and their order, and on nothing else.
"""

from __future__ import annotations

import tempfile
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from pipeline.aggregate import candidates
from pipeline.aggregate.candidates import BANDS, KEYS_A_PART, Plan
from pipeline.aggregate.shelf import Shelf, ShelfWriter
from pipeline.aggregate.sketches import SHINGLE, Sketch, grams
from pipeline.aggregate.steps import Spread, finish, here
from pipeline.records import Record, Warn, WarningCode

if TYPE_CHECKING:
    from pipeline.aggregate.sketches import Grams

COPIED = 0.6  # share of the smaller document's shingles; annotation guide §8
# Calibrated on corpora/gold/main: duplicates there score 0.51 and more, all other pairs 0.38 and less.
RETOLD = 0.48
RETOLD_WORDING = 0.35  # three-character runs that most spun text shares; unrelated texts stay below 0.28
RETOLD_LOOSELY, RETOLD_ANCHORS = 0.15, 8  # less will do where so many anchors follow each other as in the original
RETOLD_ALL_NEW = 0.36  # with so much wording in common no anchor need be: whoever spins a text changes the figures too
RETOLD_LENGTH = 120  # characters; less is too little to tell a retelling from a common subject
WORDING = 3  # characters a run
PRIOR, MOST_WEIGHT = 6, 12  # the anchors that wording weighs as much as; the most that anchors weigh
OLD_WORDING, OLD_FIGURES = 0.7, 0.8  # a text whose year was changed keeps its wording and its figures

RANGE, RANGE_CHARACTERS = 5_000, 4_000_000  # documents, or characters of them, that a task holds at once
BATCH = 500  # documents whose set phrases are looked up at once


class Overlap(NamedTuple):
    """What the pass found of one document."""

    duplicate_of: str | None
    similarity: float | None
    boilerplate: float
    warnings: tuple[WarningCode, ...] = ()

    def completed(self, record: Record) -> Record:
        """The record with what was found; a warning concerns the whole document."""
        found = record.warnings + tuple(Warn(code=code, start=record.start, end=record.start) for code in self.warnings)
        return record.model_copy(
            update={
                "duplicate_of": self.duplicate_of,
                "similarity": self.similarity,
                "boilerplate": self.boilerplate,
                "warnings": tuple(sorted(found, key=lambda w: (w.start, w.end, w.code))),
            }
        )


class Match(NamedTuple):
    """A document's original: its number, how much of the wording is the same, and what to warn of."""

    earlier: int
    similarity: float
    warnings: tuple[WarningCode, ...]

    @property
    def kind(self) -> Literal["copied", "retold"]:
        return "copied" if self.similarity >= COPIED else "retold"


class Collection:
    """The documents of a run, in the order of their sources and offsets; a context that holds a folder of scratch files.

    Documents of the archive (往年存档) come before them. What a run's document repeats is looked for in both: the earliest
    of the run is its original, the earliest of the archive is told beside it. ``spread`` works off the steps of the search.
    """

    def __init__(self, folder: Path | None = None, spread: Spread = here) -> None:
        self._scratch = tempfile.TemporaryDirectory(dir=folder, prefix="duplicates.")
        self._folder = Path(self._scratch.name)
        self._shelf = ShelfWriter(self._folder / candidates.SKETCHES)
        self._spread = spread
        self._firsts: list[int] = []
        self._characters = 0
        self._last: str | None = None
        self._shingles = 0
        self._archived = 0
        self._plan: Plan | None = None

    def __enter__(self) -> Collection:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._plan is None:
            self._shelf.__exit__(kind, error, trace)
        self._scratch.cleanup()

    @property
    def count(self) -> int:
        """Documents of the archive and of the run."""
        return self._shelf.count

    def add_archived(self, found: Sketch) -> None:
        """Take in a document of the archive.

        Raises:
            ValueError: documents of the run have been taken in already.
        """
        if self._archived != self.count:
            raise ValueError("the archive comes first")
        self._take_in(found)
        self._archived += 1

    def add(self, found: Sketch) -> bool:
        """Take in the next document of the run; whether it begins a new range. A source is never cut."""
        return self._take_in(found, afresh=self.count == self._archived)

    def _take_in(self, found: Sketch, afresh: bool = False) -> bool:
        held = self.count - self._firsts[-1] if self._firsts else RANGE
        full = held >= RANGE or self._characters >= RANGE_CHARACTERS
        begins = afresh or (full and found.source != self._last)
        if begins:
            self._firsts.append(self.count)
            self._characters = 0
        self._characters += len(found.squeezed)
        self._shingles += max(len(found.squeezed) - SHINGLE + 1, 0)
        self._last = found.source
        self._shelf.add(found)
        return begins

    @property
    def plan(self) -> Plan:
        """How the search is cut; every document is in. The candidates have been found then, and verified."""
        if self._plan is None:
            self._shelf.__exit__(None, None, None)
            parts = max(BANDS * self.count, self._shingles) // KEYS_A_PART + 1
            self._plan = Plan(self._folder, tuple(self._firsts), self.count, self._archived, parts)
            self._search(self._plan)
        return self._plan

    def _search(self, plan: Plan) -> None:
        ranges, parts = [(plan, nth) for nth in range(len(plan.firsts))], [(plan, part) for part in range(plan.parts)]
        for step, tasks in (
            (candidates.key, ranges),
            (candidates.meet, parts),
            (match, ranges),
            (count_shingles, ranges),
            (candidates.common, parts),
            (measure, ranges),
        ):
            finish(self._spread(step, tasks))
        candidates.forget(plan, "bands", "marks", "kept", "near", "shared", "hashes", "shingles", "common")

    def overlaps(self) -> dict[str, Overlap]:
        """What was found of every document, by its id: for collections that memory holds."""
        plan = self.plan
        return {doc_id: found for nth in range(len(plan.firsts)) for doc_id, found in overlaps_of(plan, nth)}


def match(plan: Plan, nth: int) -> None:
    """By range: the originals of its documents, in the run and in the archive."""
    found: list[tuple[int, Match]] = []
    with plan.sketches() as shelf:
        pairs = Pairs(shelf)
        for no, earlier in candidates.candidates(plan, nth):
            of_run = (other for other in earlier if other >= plan.archived)
            filed = (
                other for other in earlier if other < plan.archived and pairs.sketch(other).doc_id != pairs.sketch(no).doc_id
            )
            for numbers in (of_run, filed):
                original = next((m for other in numbers if (m := pairs.verified(other, no)) is not None), None)
                if original:
                    found.append((no, original))
    with ShelfWriter(plan.file("matches", nth)) as out:
        out.add(found)


def matches(plan: Plan, nth: int) -> list[tuple[int, Match]]:
    """By range: a document of the run and its original; where it has two, that in the run before that in the archive."""
    with Shelf(plan.file("matches", nth)) as found:
        return cast("list[tuple[int, Match]]", found[0])


def count_shingles(plan: Plan, nth: int) -> None:
    """By range: its shingles. A duplicate does not count: a text that was handed in five times is no set phrase."""
    copies = {no for no, found in matches(plan, nth) if found.earlier >= plan.archived}
    candidates.shingle(plan, nth, frozenset(no for no in plan.numbers(nth) if no >= plan.archived and no not in copies))


def measure(plan: Plan, nth: int) -> None:
    """By range: what was found of each of its documents of the run."""
    import numpy as np

    held: dict[int, list[Match]] = defaultdict(list)
    for no, found in matches(plan, nth):
        held[no].append(found)
    numbers, every = [no for no in plan.numbers(nth) if no >= plan.archived], candidates.Common(plan)
    with plan.sketches() as shelf, ShelfWriter(plan.file("overlaps", nth)) as out:
        for start in range(0, len(numbers), BATCH):
            sketches: list[Sketch] = [shelf[no] for no in numbers[start : start + BATCH]]
            common = every.of(np.concatenate([grams(sketch.squeezed, SHINGLE) for sketch in sketches]))
            for no, sketch in zip(numbers[start : start + BATCH], sketches, strict=True):
                share, own = boilerplate(sketch, common), held[no]
                warnings = tuple(dict.fromkeys(code for one in own for code in one.warnings))
                original = next((one for one in own if one.earlier >= plan.archived), None)
                doc_id = shelf[original.earlier].doc_id if original else None
                similarity = original.similarity if original else None
                out.add((sketch.doc_id, Overlap(doc_id, similarity, share, warnings)))


def overlaps_of(plan: Plan, nth: int) -> Iterator[tuple[str, Overlap]]:
    """By range: its documents of the run by their ids, in order, and what was found of them."""
    with Shelf(plan.file("overlaps", nth)) as found:
        for no in range(sum(no >= plan.archived for no in plan.numbers(nth))):
            yield found[no]


class Pairs:
    """Documents compared two by two, those compared last at hand."""

    def __init__(self, shelf: Shelf) -> None:
        self.sketch: Callable[[int], Sketch] = lru_cache(maxsize=256)(shelf.__getitem__)
        self._grams = lru_cache(maxsize=256)(self._grams_of)

    def verified(self, earlier: int, later: int) -> Match | None:
        """How the later document repeats the earlier one, if it does."""
        similarity = containment(self._grams(earlier, SHINGLE), self._grams(later, SHINGLE))
        wording = containment(self._grams(earlier, WORDING), self._grams(later, WORDING))
        if similarity < COPIED and wording < RETOLD_LOOSELY:
            return None
        first, second = self.sketch(earlier), self.sketch(later)
        if similarity < COPIED and not retold(first, second, wording):
            return None
        warnings: tuple[WarningCode, ...] = ("near_duplicate",)
        if year_swapped(first, second, wording):
            warnings += ("year_swapped",)
        return Match(earlier, round(similarity, 2), warnings)

    def _grams_of(self, no: int, size: int) -> Grams:
        import numpy as np

        return np.unique(grams(self.sketch(no).squeezed, size))


def containment(first: Grams, second: Grams) -> float:
    """Share of the smaller set of runs that the other has too; 0 for an empty one. Both are sorted and without repetition."""
    import numpy as np

    smaller = min(len(first), len(second))
    return len(np.intersect1d(first, second, assume_unique=True)) / smaller if smaller else 0.0


def in_order(first: Sequence[str], second: Sequence[str]) -> int:
    """Length of the longest common subsequence, in time proportional to the pairs that are equal."""
    places: dict[str, list[int]] = defaultdict(list)
    for i, word in enumerate(second):
        places[word].append(i)
    ends: list[int] = []  # the earliest place where a common subsequence of each length can end
    for word in first:
        for place in reversed(places.get(word, ())):
            at = bisect_left(ends, place)
            ends[at : at + 1] = [place]
    return len(ends)


def retold(first: Sketch, second: Sketch, wording: float) -> bool:
    """Whether one text says what the other does, in other words (同义改写), ``wording`` being the runs they still share."""
    if min(len(first.squeezed), len(second.squeezed)) < RETOLD_LENGTH:
        return False
    if wording >= RETOLD_ALL_NEW:
        return True
    shared = in_order(first.anchors, second.anchors)
    if wording < RETOLD_WORDING and (wording < RETOLD_LOOSELY or shared < RETOLD_ANCHORS):
        return False
    return retelling(shared, min(len(first.anchors), len(second.anchors)), wording) >= RETOLD


def retelling(shared: int, fewer: int, wording: float) -> float:
    """The score from 0 to 1 that ``RETOLD`` is about, for ``shared`` anchors in the same order, of ``fewer`` that could be.

    They count the more, the more of them there could be, up to twice as much as the wording.
    """
    weight = min(fewer, MOST_WEIGHT)
    return (PRIOR * wording + weight * (shared / fewer if fewer else 0.0)) / (PRIOR + weight)


def year_swapped(first: Sketch, second: Sketch, wording: float) -> bool:
    """Whether a text was handed in again under another year: the years differ, and next to nothing else does."""
    if first.year is None or second.year is None or first.year == second.year or wording < OLD_WORDING:
        return False
    fewer = min(len(first.anchors), len(second.anchors))
    return not fewer or in_order(first.anchors, second.anchors) / fewer >= OLD_FIGURES


def boilerplate(document: Sketch, common: Grams) -> float:
    """Share of the characters that stand in set phrases, of the run or of the lexicon; two decimals."""
    import numpy as np

    length = len(document.squeezed)
    if not length:
        return 0.0
    found = grams(document.squeezed, SHINGLE)
    edges = np.zeros(length + 1, dtype=np.int64)  # +1 where a set phrase begins, -1 where it has ended
    starts = np.flatnonzero(np.isin(found, common))
    np.add.at(edges, starts, 1)
    np.add.at(edges, starts + SHINGLE, -1)
    for start, end in document.phrased:
        edges[start] += 1
        edges[end] -= 1
    return round(int(np.count_nonzero(np.cumsum(edges[:-1]))) / length, 2)
