"""The last pass over all documents of a run: who repeats whom (雷同), and how much of each is set phrases (套话).

A document is a duplicate of the earliest one before it that it shares its wording with, or that says the same in other
words. Candidates come from MinHash bands and from shared landmarks; every candidate is then verified on the texts
themselves, which wait in a temporary file: memory holds hashes alone. What comes out depends on the texts and their
order, and on nothing else.
"""

from __future__ import annotations

import pickle
import tempfile
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pipeline.aggregate.sketches import PERMUTATIONS, SHINGLE, Sketch, grams
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

BANDS = 64  # of two rows each: 0.93 of the pairs with a Jaccard of 0.2 are found, nearly all above 0.25
LEAST_JACCARD = 0.08
SHARED_LANDMARKS = 2
CROWD = 64  # a landmark of so many documents tells nothing

COMMON = 5  # sources that share a set phrase
PARTITION = 1 << 24  # shingles counted at once


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
    """The documents of a run, in the order of their sources and offsets; a context that holds a temporary file.

    Documents of the archive (往年存档) come before them. What a run's document repeats is looked for in both: the earliest
    of the run is its original, the earliest of the archive is told beside it.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (closed by __exit__)
        self._places: list[int] = []
        self._ids: list[str] = []
        self._minhashes: list[Any] = []
        self._landmarks: dict[int, list[int]] = defaultdict(list)
        self._shingles = 0
        self._bands: Any = None
        self._matches: dict[int, Match] = {}
        self._filed: dict[int, Match] = {}  # originals in the archive
        self._archived = 0
        self._grams = lru_cache(maxsize=256)(self._grams_of)

    def __enter__(self) -> Collection:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    @property
    def count(self) -> int:
        """Documents of the archive and of the run."""
        return len(self._places)

    def id_of(self, no: int) -> str:
        return self._ids[no]

    def is_archived(self, no: int) -> bool:
        return no < self._archived

    def add_archived(self, found: Sketch) -> None:
        """Take in a document of the archive.

        Raises:
            ValueError: documents of the run have been taken in already.
        """
        if self._archived != len(self._places):
            raise ValueError("the archive comes first")
        self._take_in(found)
        self._archived += 1

    def add(self, found: Sketch) -> None:
        """Take in the next document of the run, and look for what it repeats among those before it."""
        candidates = list(self._candidates(found))
        no = self._take_in(found)
        for matches, numbers in (
            (self._filed, (c for c in candidates if self.is_archived(c) and self._ids[c] != found.doc_id)),
            (self._matches, (c for c in candidates if not self.is_archived(c))),
        ):
            match = next((m for earlier in numbers if (m := self._verified(earlier, no)) is not None), None)
            if match:
                matches[no] = match

    def _take_in(self, found: Sketch) -> int:
        no = len(self._places)
        self._file.seek(0, 2)
        self._places.append(self._file.tell())
        pickle.dump(found._replace(minhash=None, landmarks=()), self._file)
        self._ids.append(found.doc_id)
        self._minhashes.append(found.minhash)
        self._shingles += max(len(found.squeezed) - SHINGLE + 1, 0)
        if found.minhash is not None:
            self._lsh().insert(no, found.minhash)
        for landmark in found.landmarks:
            holders = self._landmarks[landmark]
            if len(holders) < CROWD:
                holders.append(no)
        return no

    def matches(self) -> Iterator[tuple[int, int, Match]]:
        """A document of the run, its original, and how they match: in the run, then in the archive."""
        for no in range(self._archived, len(self._places)):
            for match in (self._matches.get(no), self._filed.get(no)):
                if match is not None:
                    yield no, match.earlier, match

    def overlaps(self) -> dict[str, Overlap]:
        """What was found of every document, by its id."""
        common = self._common()
        return {self._ids[no]: self._overlap(no, common) for no in range(self._archived, len(self._ids))}

    def _overlap(self, no: int, common: Grams) -> Overlap:
        share = boilerplate(self.sketch(no), common)
        match, filed = self._matches.get(no), self._filed.get(no)
        warnings = tuple(dict.fromkeys(code for one in (match, filed) if one for code in one.warnings))
        if match is None:
            return Overlap(None, None, share, warnings)
        return Overlap(self._ids[match.earlier], match.similarity, share, warnings)

    def _lsh(self) -> Any:
        if self._bands is None:
            from rensa import RMinHashLSH

            self._bands = RMinHashLSH(0.2, PERMUTATIONS, BANDS)
        return self._bands

    def _candidates(self, found: Sketch) -> Iterator[int]:
        """Earlier documents that may be the original, the earliest first."""
        held = [self._landmarks[mark] for mark in found.landmarks if mark in self._landmarks]
        shared = Counter(no for holders in held if len(holders) < CROWD for no in holders)
        near = set(self._lsh().query(found.minhash)) if found.minhash is not None else set()
        for no in sorted(near | shared.keys()):
            if shared[no] >= SHARED_LANDMARKS or (no in near and found.minhash.jaccard(self._minhashes[no]) >= LEAST_JACCARD):
                yield no

    def _verified(self, earlier: int, later: int) -> Match | None:
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

    def sketch(self, no: int) -> Sketch:
        """The document of a number, without its hashes."""
        self._file.seek(self._places[no])
        found: Sketch = pickle.load(self._file)  # written by this very process, into a file without a name
        return found

    def _grams_of(self, no: int, size: int) -> Grams:
        import numpy as np

        return np.unique(grams(self.sketch(no).squeezed, size))

    def _common(self) -> Grams:
        """The shingles of ``COMMON`` sources or more, counted a partition at a time so that memory stays bounded.

        A duplicate does not count: a text that was handed in five times is no set phrase.
        """
        import numpy as np

        parts = self._shingles // PARTITION + 1
        found = [self._common_of(part, parts) for part in range(parts)]
        return np.sort(np.concatenate(found))

    def _common_of(self, part: int, parts: int) -> Grams:
        import numpy as np

        by_source: dict[str, list[Grams]] = {}
        counted: list[Grams] = [np.zeros(0, dtype=np.uint64)]

        def close() -> None:
            counted.extend(np.unique(np.concatenate(rows)) for rows in by_source.values())
            by_source.clear()

        for no in range(self._archived, len(self._places)):
            if no in self._matches:
                continue
            document = self.sketch(no)
            if document.source not in by_source:
                close()
            shingles = grams(document.squeezed, SHINGLE)
            by_source.setdefault(document.source, []).append(shingles[shingles % parts == part])
        close()
        values, counts = np.unique(np.concatenate(counted), return_counts=True)
        return values[counts >= COMMON]


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
