"""Copied passages (雷同段落): which stretches of two texts are the same, but for light edits, and where they stand.

Pairs worth comparing are found by winnowing: of every ``WINDOW`` shingles in a row the least is kept, so that two texts
that share a longer stretch share a kept shingle for certain (Schleimer, Wilkerson, Aiken 2003). A stretch is compared with the
earliest text that has it, which is whom it was copied from. Pairs are then aligned character by character.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pipeline.aggregate.shuffle import earliest_with_others
from pipeline.aggregate.sketches import SHINGLE, Sketch, grams

if TYPE_CHECKING:
    from pipeline.aggregate.sketches import Grams

WINDOW = 16  # shingles; a stretch of WINDOW + SHINGLE - 1 characters is found for certain
LEAST_KEPT = 2  # kept shingles that two texts must share to be compared
LEAST_PASSAGE = 60  # characters, set phrases not counted, that make a passage
BRIDGED = 12  # characters of difference that a passage may go across
SOLID = 0.7  # share of a passage that must be the same
MOST_PLACES = 8  # of one shingle in a text that are tried


class Block(NamedTuple):
    """``first[a : a + length]`` equals ``second[b : b + length]``."""

    a: int
    b: int
    length: int


class Passage(NamedTuple):
    """A stretch of the first text and one of the second that are the same but for light edits; ``same`` characters are."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int
    same: int


def winnowed(shingles: Grams) -> Grams:
    """Of every ``WINDOW`` shingles in a row the least, each value once."""
    import numpy as np

    if len(shingles) <= WINDOW:
        return shingles[shingles == shingles.min()][:1] if len(shingles) else shingles
    windows = np.lib.stride_tricks.sliding_window_view(shingles, WINDOW)
    return np.unique(windows.min(axis=1))


def pairs(count: int, sketch: Callable[[int], Sketch]) -> list[tuple[int, int]]:
    """The texts to compare, the earlier of each pair first, in order; ``sketch(no)`` gives each of the ``count`` texts.

    For collections that memory holds; ``candidates.py`` does the same on disk.
    """
    import numpy as np

    kept = [winnowed(grams(sketch(no).squeezed, SHINGLE)) for no in range(count)]
    keys = np.concatenate([np.zeros(0, np.uint64), *kept])
    owners = np.repeat(np.arange(count, dtype=np.uint32), [len(one) for one in kept])
    order = np.lexsort((owners, keys))
    found, times = np.unique(earliest_with_others(keys[order], owners[order]), return_counts=True)
    return [(int(pair) >> 32, int(pair) & 0xFFFFFFFF) for pair in found[times >= LEAST_KEPT]]


def blocks(first: str, second: str) -> list[Block]:
    """The longest equal stretches, greedily from the start of ``second``; none is shorter than a shingle."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for i in range(len(first) - SHINGLE + 1):
        held = places[first[i : i + SHINGLE]]
        if len(held) < MOST_PLACES:
            held.append(i)
    found: list[Block] = []
    b = 0
    while b <= len(second) - SHINGLE:
        best = max((_grown(first, second, a, b) for a in places.get(second[b : b + SHINGLE], ())), default=None, key=_longer)
        if best is None:
            b += 1
        else:
            found.append(best)
            b += best.length
    return found


def passages(aligned: Sequence[Block], phrased: Sequence[tuple[int, int]] = ()) -> list[Passage]:
    """The blocks joined across light edits, those that are long enough; ``phrased`` of the second text does not count."""
    found: list[Passage] = []
    run: list[Block] = []
    for block in aligned:
        if run and not _continues(run[-1], block):
            found += _passage(run, phrased)
            run = []
        run.append(block)
    return found + (_passage(run, phrased) if run else [])


def places_of(sketch: Sketch) -> array[int]:
    """The raw offset of every character of a sketch's squeezed text."""
    found = array("I")
    found.frombytes(sketch.places)
    return found


def _grown(first: str, second: str, a: int, b: int) -> Block:
    length = SHINGLE
    most = min(len(first) - a, len(second) - b)
    step = 64
    while length < most:  # by leaps while they fit, then by single characters
        if step > 1 and first[a + length : a + length + step] == second[b + length : b + length + step]:
            length = min(length + step, most)
        elif step > 1:
            step = step // 2 if step > 1 else 1
        elif first[a + length] == second[b + length]:
            length += 1
        else:
            break
    return Block(a, b, length)


def _longer(block: Block) -> tuple[int, int]:
    return block.length, -block.a


def _continues(last: Block, block: Block) -> bool:
    a_gap, b_gap = block.a - last.a - last.length, block.b - last.b - last.length
    return 0 <= a_gap <= BRIDGED and 0 <= b_gap <= BRIDGED


def _passage(run: Sequence[Block], phrased: Sequence[tuple[int, int]]) -> list[Passage]:
    first, last = run[0], run[-1]
    same = sum(block.length for block in run)
    b_end = last.b + last.length
    set_phrases = sum(max(0, min(end, b_end) - max(start, first.b)) for start, end in phrased)
    if same - set_phrases < LEAST_PASSAGE or same < SOLID * (b_end - first.b):
        return []
    return [Passage(first.a, last.a + last.length, first.b, b_end, same)]


def aligned_pairs(count: int, sketch: Callable[[int], Sketch]) -> Iterator[tuple[int, int, list[Block]]]:
    """Every pair worth comparing with its blocks."""
    for earlier, later in pairs(count, sketch):
        yield earlier, later, blocks(sketch(earlier).squeezed, sketch(later).squeezed)
