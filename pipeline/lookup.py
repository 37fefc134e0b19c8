"""Features as numbers (特征散列): a string's 64-bit key, worked out for many strings at once, and where each key stands.

The key of a string is a polynomial of its codepoints, so that the key of a prefix and two characters of the text follows
from the prefix's key and a column worked out once a document: no string is ever made for it. Two strings of one key are as
rare as two keys drawn alike from 2**64.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Keys = NDArray[np.uint64]
    Rows = NDArray[np.int32]
    Offsets = NDArray[np.intp]

_BASE = 0x9E3779B97F4A7C15  # odd, and its multiples are spread evenly
_ALL = (1 << 64) - 1


class Run(NamedTuple):
    """All stretches of ``size`` characters in ``[start, end)`` of a text: features ``prefix`` + stretch."""

    prefix: str
    start: int
    end: int
    size: int = 2


class Seen(NamedTuple):
    """The features of one row: strings, none of them empty, and runs of the text."""

    words: Sequence[str] = ()
    runs: Sequence[Run] = ()

    def strings(self, text: str) -> list[str]:
        """All of them written out, as models are trained on them."""
        spelt = list(self.words)
        for prefix, start, end, size in self.runs:
            spelt += [prefix + text[i : i + size] for i in range(start, min(end, len(text)) - size + 1)]
        return spelt


def keys_of_words(words: Sequence[str]) -> Keys:
    """The key of each string; none is empty."""
    if not words:
        return np.zeros(0, dtype=np.uint64)
    sizes = np.fromiter(map(len, words), dtype=np.intp, count=len(words))
    ends = sizes.cumsum()
    points = _points("".join(words))
    left = ends.repeat(sizes)
    left -= np.arange(len(points))
    points *= _powers(int(sizes.max()))[left]
    found: Keys = np.add.reduceat(points, ends - sizes)
    return found


def keys_of(rows: Sequence[Seen], text: str) -> tuple[Keys, Offsets]:
    """The keys of all features of all rows, and the row of each; the runs are of ``text``."""
    keys = [keys_of_words([word for row in rows for word in row.words])]
    owners = [np.repeat(np.arange(len(rows)), [len(row.words) for row in rows])]
    for size in {run.size for row in rows for run in row.runs}:
        runs = [(k, run) for k, row in enumerate(rows) for run in row.runs if run.size == size]
        owner = np.array([k for k, _ in runs])
        head = np.array([_head(run.prefix, size) for _, run in runs], dtype=np.uint64)
        start, end = np.array([run[1:3] for _, run in runs]).T
        counts = np.maximum(np.minimum(end, len(text)) - start - (size - 1), 0)
        ends = counts.cumsum()
        at = np.arange(int(ends[-1])) + (start - (ends - counts)).repeat(counts)
        keys.append(head.repeat(counts) + _stretches(text, size).take(at))
        owners.append(owner.repeat(counts))
    return np.concatenate(keys), np.concatenate(owners)


@lru_cache(maxsize=1 << 14)
def _head(prefix: str, size: int) -> int:
    """What the characters before ``size`` last ones add to a key."""
    key = 0
    for c in prefix:
        key = (key + ord(c)) * _BASE & _ALL
    return key * pow(_BASE, size, 1 << 64) & _ALL


@lru_cache(maxsize=4)
def _stretches(text: str, size: int) -> Keys:
    """What the ``size`` characters from each offset on add to a key; of the text that is being read."""
    points, powers = _points(text), _powers(size)
    found = np.zeros(max(len(points) - size + 1, 0), dtype=np.uint64)
    for k in range(size):
        found += points[k : k + len(found)] * powers[size - k]
    return found


@cache
def _powers_up_to(most: int) -> Keys:
    found: Keys = np.cumprod(np.array([1] + [_BASE] * most, dtype=np.uint64), dtype=np.uint64)
    return found


def _powers(most: int) -> Keys:
    """The powers of the base from none on, ``most`` at least."""
    return _powers_up_to(1 << max(most.bit_length(), 6))


def _points(text: str) -> Keys:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)


class Table:
    """Where each known key stands: a hash table with linear probing, looked up for many keys at once."""

    def __init__(self, known: Keys) -> None:
        bits = max(int(len(known) * 4).bit_length(), 4)
        self._shift = np.uint64(64 - bits)
        self._mask = (1 << bits) - 1
        self._keys = np.zeros(1 << bits, dtype=np.uint64)
        self._rows = np.full(1 << bits, len(known), dtype=np.int32)
        self._unknown = len(known)
        waiting = np.arange(len(known), dtype=np.int32)
        slot = (known >> self._shift).astype(np.intp)
        while len(waiting):
            free = np.flatnonzero(self._rows[slot] == self._unknown)
            self._rows[slot[free[::-1]]] = waiting[free[::-1]]  # of several, the first in order stays
            left = np.flatnonzero(self._rows[slot] != waiting)
            waiting, slot = waiting[left], (slot[left] + 1) & self._mask
        used = np.flatnonzero(self._rows != self._unknown)
        self._keys[used] = known[self._rows[used]]

    def rows(self, keys: Keys) -> Rows:
        """The row of each key, that of the unknown where there is none; shaped like ``keys``."""
        flat = keys.ravel()
        slot = (flat >> self._shift).astype(np.intp)
        found = self._rows.take(slot)
        going = np.flatnonzero(found != self._unknown)
        slot = slot.take(going)
        going = going[self._keys.take(slot) != flat.take(going)]
        if len(going):
            self._probe(flat, found, going)
        return found.reshape(keys.shape)

    def _probe(self, flat: Keys, found: Rows, going: Offsets) -> None:
        """Look on from slot to slot for the keys at ``going``, whose first slot another key has taken."""
        wanted = flat.take(going)
        slot = (wanted >> self._shift).astype(np.intp)
        found[going] = self._unknown
        while len(going):
            slot = (slot + 1) & self._mask
            here = self._rows.take(slot)
            same = self._keys.take(slot) == wanted
            found[going[same]] = here[same]
            on = ~same & (here != self._unknown)
            going, slot, wanted = going[on], slot[on], wanted[on]
