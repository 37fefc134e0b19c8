"""Which documents are worth comparing (候选对), found by a shuffle on disk: the steps, each a task by range or by part.

A range is a run of documents, a part a share of the keys. Every step reads what the step before it has written below the
plan's folder and writes a file of its own, so that the tasks of a step may run anywhere, in any order, and more than once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.aggregate.passages import LEAST_KEPT, winnowed
from pipeline.aggregate.shelf import Shelf
from pipeline.aggregate.shuffle import (
    earliest_with_others,
    even_edges,
    pair_edges,
    read_cut,
    summed,
    with_earlier,
    write_cuts,
)
from pipeline.aggregate.sketches import PERMUTATIONS, SHINGLE, Sketch, grams

if TYPE_CHECKING:
    from pipeline.aggregate.shuffle import Keys
    from pipeline.aggregate.sketches import Grams

BANDS = 64  # of two rows each: 0.93 of the pairs with a Jaccard of 0.2 are found, nearly all above 0.25
LEAST_JACCARD = 0.08
SHARED_LANDMARKS = 2
CROWD = 64  # what so many documents share tells nothing
OF_CROWD = (
    4  # documents of a crowded band that a later one is compared with: a text handed in by thousands has its original there
)
MOST_CANDIDATES = 64  # that a document is compared with, those with the most in common
COMMON = 5  # sources that share a set phrase
BATCH = 1 << 14  # pairs whose MinHashes are compared at once
KEYS_A_PART = 1 << 21  # that a task holds at once
SKETCHES = "sketches"


class Plan(NamedTuple):
    """How the work is cut; it travels to the tasks.

    Attributes:
        folder: what the steps read and write.
        firsts: the first document of each range.
        documents: how many, of the archive and of the run.
        archived: documents of the archive; they come first.
        parts: shares of the keys.
    """

    folder: Path
    firsts: tuple[int, ...]
    documents: int
    archived: int
    parts: int

    def numbers(self, nth: int) -> range:
        """The documents of a range."""
        return range(self.firsts[nth], (*self.firsts, self.documents)[nth + 1])

    def file(self, kind: str, nth: int) -> Path:
        return self.folder / f"{kind}-{nth}"

    def files(self, kind: str, count: int) -> list[Path]:
        return [self.file(kind, nth) for nth in range(count)]

    def sketches(self) -> Shelf:
        return Shelf(self.folder / SKETCHES)


def key(plan: Plan, nth: int) -> None:
    """By range: the bands, landmarks and kept shingles of its documents, and their MinHashes."""
    import numpy as np

    numbers, edges = plan.numbers(nth), even_edges(plan.parts)
    hashes = np.zeros((len(numbers), PERMUTATIONS), dtype=np.uint32)
    hashed, marks, kept = [], [], []
    with plan.sketches() as sketches:
        for row, no in enumerate(numbers):
            sketch: Sketch = sketches[no]
            if sketch.minhash is not None:
                hashes[row] = sketch.minhash.digest()
                hashed.append(row)
            marks.append(np.array(sketch.landmarks, dtype=np.uint64))
            kept.append(winnowed(grams(sketch.squeezed, SHINGLE)))
    np.save(plan.file("hashes", nth).with_suffix(".npy"), hashes)
    rows = np.array(hashed, dtype=np.uint32)
    bands = _bands(hashes[rows])
    write_cuts(plan.file("bands", nth), bands.ravel(), np.repeat(rows + numbers.start, BANDS).astype(np.uint32), edges)
    for kind, found in (("marks", marks), ("kept", kept)):
        keys = np.concatenate([np.zeros(0, np.uint64), *found])
        owners = np.repeat(np.arange(numbers.start, numbers.stop, dtype=np.uint32), [len(one) for one in found])
        write_cuts(plan.file(kind, nth), keys, owners, edges)


def _bands(hashes: Any) -> Keys:
    """The key of each band of each row of MinHashes: its two hashes and its place."""
    import numpy as np

    pairs = hashes.reshape(-1, BANDS, 2).astype(np.uint64)
    keys: Keys = (pairs[:, :, 0] << np.uint64(32)) | pairs[:, :, 1]
    keys += np.arange(BANDS, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    keys ^= keys >> np.uint64(29)
    keys *= np.uint64(0xBF58476D1CE4E5B9)
    return keys ^ (keys >> np.uint64(32))


def meet(plan: Plan, part: int) -> None:
    """By part: pairs whose MinHashes are alike, pairs that share a landmark, and pairs that share a kept shingle."""
    import numpy as np

    ranges, edges = len(plan.firsts), pair_edges(plan.firsts)
    keys, owners = read_cut(plan.files("bands", ranges), part, plan.parts)
    near, equals = [np.zeros(0, np.uint64)], [np.zeros(0, np.uint32)]
    with _Hashes(plan) as hashes:
        for pairs in with_earlier(keys, owners, crowd=CROWD, of_crowd=OF_CROWD):
            fresh = np.unique(pairs[pairs >> np.uint64(32) >= plan.archived])
            for start in range(0, len(fresh), BATCH):
                some = fresh[start : start + BATCH]
                equal = hashes.equal(some)
                alike = equal >= LEAST_JACCARD * PERMUTATIONS
                near.append(some[alike])
                equals.append(equal[alike])
    pairs, places = np.unique(np.concatenate(near), return_index=True)
    write_cuts(plan.file("near", part), pairs, np.concatenate(equals)[places], edges)
    keys, owners = read_cut(plan.files("marks", ranges), part, plan.parts)
    shared = [np.zeros(0, np.uint64), *with_earlier(keys, owners, crowd=CROWD, of_crowd=0)]
    _write_counted(plan.file("shared", part), np.concatenate(shared), edges)
    keys, owners = read_cut(plan.files("kept", ranges), part, plan.parts)
    _write_counted(plan.file("passing", part), earliest_with_others(keys, owners), edges)


class _Hashes:
    """The MinHashes of all documents, on disk; a context."""

    def __init__(self, plan: Plan) -> None:
        import numpy as np

        self._plan = plan
        self._rows = [np.load(plan.file("hashes", nth).with_suffix(".npy"), mmap_mode="r") for nth in range(len(plan.firsts))]

    def __enter__(self) -> _Hashes:
        return self

    def __exit__(self, *exception: object) -> None:
        self._rows.clear()  # which lets go of the files

    def equal(self, pairs: Keys) -> Any:
        """Of each pair how many of its hashes are the same."""
        import numpy as np

        major, minor = self._of(pairs >> np.uint64(32)), self._of(pairs & np.uint64(0xFFFFFFFF))
        return np.count_nonzero(major == minor, axis=1).astype(np.uint32)

    def _of(self, numbers: Any) -> Any:
        import numpy as np

        found = np.empty((len(numbers), PERMUTATIONS), dtype=np.uint32)
        within = np.searchsorted(np.array(self._plan.firsts, dtype=np.uint64), numbers, side="right") - 1
        for nth in np.unique(within).tolist():
            mine = within == nth
            found[mine] = self._rows[nth][(numbers[mine] - self._plan.firsts[nth]).astype(int)]
        return found


def candidates(plan: Plan, nth: int) -> Iterator[tuple[int, list[int]]]:
    """By range: its documents of the run, each with the earlier ones that may be its original, the earliest first."""
    import numpy as np

    parts, ranges = plan.files("near", plan.parts), len(plan.firsts)
    near, alike = read_cut(parts, nth, ranges)
    shared, times = summed(*read_cut(plan.files("shared", plan.parts), nth, ranges))
    some = times >= SHARED_LANDMARKS
    near_once = np.concatenate((np.ones(min(len(near), 1), dtype=bool), near[1:] != near[:-1]))
    codes = np.concatenate((near[near_once], shared[some]))
    evidence = np.concatenate((alike[near_once], times[some]))
    order = np.argsort(codes, kind="stable")
    codes, evidence = summed(codes[order], evidence[order])
    majors, minors = (codes >> np.uint64(32)).astype(int), (codes & np.uint64(0xFFFFFFFF)).astype(int)
    cuts = np.searchsorted(majors, np.arange(plan.numbers(nth).start, plan.numbers(nth).stop + 1))
    for no, start, end in zip(plan.numbers(nth), cuts, cuts[1:], strict=False):
        if no >= plan.archived and end > start:
            best = np.argsort(evidence[start:end].astype(int) * -1, kind="stable")[:MOST_CANDIDATES]
            yield no, sorted(minors[start:end][best].tolist())


def passing(plan: Plan, nth: int) -> list[tuple[int, int]]:
    """By range: its documents with the later ones that have a stretch of their text, in order."""
    import numpy as np

    pairs, times = summed(*read_cut(plan.files("passing", plan.parts), nth, len(plan.firsts)))
    pairs = pairs[times >= LEAST_KEPT]
    return list(zip((pairs >> np.uint64(32)).tolist(), (pairs & np.uint64(0xFFFFFFFF)).tolist(), strict=True))


def shingle(plan: Plan, nth: int, originals: frozenset[int]) -> None:
    """By range: how many of its sources have each shingle, ``originals`` being the documents that count."""
    import numpy as np

    by_source: dict[str, list[Grams]] = {}
    with plan.sketches() as sketches:
        for no in plan.numbers(nth):
            if no in originals:
                sketch: Sketch = sketches[no]
                by_source.setdefault(sketch.source, []).append(grams(sketch.squeezed, SHINGLE))
    found = [np.unique(np.concatenate(rows)) for rows in by_source.values()]
    keys, times = np.unique(np.concatenate([np.zeros(0, np.uint64), *found]), return_counts=True)
    write_cuts(plan.file("shingles", nth), keys, times.astype(np.uint32), even_edges(plan.parts))


def common(plan: Plan, part: int) -> None:
    """By part: the shingles of ``COMMON`` sources or more, in order."""
    import numpy as np

    keys, times = summed(*read_cut(plan.files("shingles", len(plan.firsts)), part, plan.parts))
    np.save(plan.file("common", part).with_suffix(".npy"), keys[times >= COMMON])


class Common:
    """The shingles that many sources share, on disk; a context."""

    def __init__(self, plan: Plan) -> None:
        self._paths = [path.with_suffix(".npy") for path in plan.files("common", plan.parts)]

    def of(self, shingles: Grams) -> Grams:
        """Those of some shingles that are common; in order, each once."""
        import numpy as np

        wanted, found = np.unique(shingles), [np.zeros(0, np.uint64)]
        cuts = [*np.searchsorted(wanted, even_edges(len(self._paths))), len(wanted)]
        for path, start, end in zip(self._paths, cuts, cuts[1:], strict=False):
            if end > start:
                held = np.load(path, mmap_mode="r")
                places = np.searchsorted(held, wanted[start:end])
                places[places == len(held)] = 0
                if len(held):
                    found.append(wanted[start:end][held[places] == wanted[start:end]])
        return np.concatenate(found)


def forget(plan: Plan, *kinds: str) -> None:
    """Remove what some steps have left, once it has been read."""
    for kind in kinds:
        for path in plan.folder.glob(f"{kind}-*"):
            with suppress(OSError):
                path.unlink()


def _write_counted(path: Path, pairs: Keys, edges: Keys) -> None:
    import numpy as np

    once, times = np.unique(pairs, return_counts=True)
    write_cuts(path, once, times.astype(np.uint32), edges)
