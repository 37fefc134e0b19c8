"""Feature templates (特征模板) of the sequence models: what they see of a character, as numbers.

A *column* gives every character of a document one 64-bit number, the stable hash of a value (its token, its shape …). A
template joins one to four columns, each as it is here or some characters away, into one *key*; the models know keys and
nothing else. Keys of a whole document are computed column by column in numpy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.segment import Span

    Keys = NDArray[np.uint64]

# name → the columns it joins; -1 is the character before, +1 the one after
TEMPLATES: dict[str, tuple[tuple[str, int], ...]] = {
    "0": (("char", 0),),
    "1": (("char", -1),),
    "2": (("char", 1),),
    "3": (("char", -2), ("char", -1)),
    "4": (("char", -1), ("char", 0)),
    "5": (("char", 0), ("char", 1)),
    "6": (("char", 1), ("char", 2)),
    "8": (("char", -2),),
    "9": (("char", 2),),
    "A": (("shape", 0), ("tag", 0)),
    "B": (("shape", 0), ("token", 0)),
    "C": (("token_before", 0),),
    "D": (("token_after", 0),),
    "F": (("lexicon", 0),),
    "G": (("lexicon", -1),),
    "H": (("lexicon", 1),),
    "I": (("name", 0), ("name", 1)),
    "J": (("name", -1), ("name", 0)),
    "K": (("mark", 0),),
    "L": (("shape", 0), ("lexicon", 0), ("mark", 0)),
    "N": (("token_before", 0), ("shape", 0)),
    "P": (("ahead", 0),),
    "Q": (("ahead", 0), ("lexicon", 0)),
    "T": (("event_phrase", 0),),
    "U": (("event_phrase", 0), ("shape", 0), ("lexicon", 0)),
    "V": (("org_phrase", 0),),
    "W": (("org_phrase", 0), ("shape", 0), ("lexicon", 0)),
    "X": (("titles", 0), ("name", 0)),
    "Y": (("titles", 0), ("name", 0), ("name", 1)),
    "Z": (("event_phrase", -1), ("event_phrase", 0), ("event_phrase", 1)),
    "R": (("again", 0), ("name", 0), ("name", 1)),
    "S": (("char", -1), ("name", 0), ("name", 1), ("name", 2)),
    "a": (("bearing", 0), ("bearing", 1), ("bearing", 2)),
    "b": (("bearing", -1), ("bearing", 0), ("bearing", 1)),
    "c": (("bearing", -2), ("bearing", -1), ("bearing", 0)),
    "d": (("bearing", -1), ("bearing", 0), ("char", 1)),
    "e": (("lexicon", -1), ("bearing", 0), ("bearing", 1)),
    "f": (("tag", -1), ("shape", 0), ("tag", 0), ("tag", 1)),
    "g": (("site", 0),),
    "h": (("site", 0), ("shape", 0), ("lexicon", 0)),
    "i": (("char", -3), ("char", -2), ("char", -1)),
    "ea": (("kind", 0), ("shape", 0)),
    "eb": (("kind-1", 0), ("kind", 0), ("kind+1", 0), ("shape", 0)),
    "ec": (("kind-2", 0), ("kind-1", 0), ("kind", 0), ("shape", 0)),
    "ed": (("kind", 0), ("kind+1", 0), ("kind+2", 0), ("shape", 0)),
    "ee": (("governor", 0), ("shape", 0)),
    "ef": (("governor", 0), ("event_phrase", 0)),
    "eg": (("zone", 0), ("kind", 0), ("shape", 0)),
    "eh": (("zone", 0), ("event_phrase", 0)),
    "ei": (("told", 0), ("event_phrase", 0)),
    "ej": (("told", 0), ("kind", 0), ("shape", 0)),
    "ek": (("kind-1", 0), ("event_phrase", 0), ("shape", 0)),
    "el": (("char", -1), ("char", 0), ("char", 1)),
    "em": (("char", 0), ("char", 1), ("char", 2)),
    "en": (("kind-1", 0), ("token", 0), ("shape", 0)),
    "eo": (("token", 0), ("kind+1", 0), ("shape", 0)),
    "ep": (("clause", 0), ("kind", 0), ("shape", 0)),
    "eq": (("clause", 0), ("event_phrase", 0)),
    "er": (("lead", 0), ("kind", 0), ("shape", 0)),
    "es": (("act", 0), ("shape", 0), ("kind", 0)),
    "et": (("clause", 0), ("kind-1", 0), ("kind", 0), ("shape", 0)),
}
EVENTS_ONLY = frozenset(name for name in TEMPLATES if len(name) == 2)  # what names and awards do not look at
BEFORE, AFTER = "^", "$"  # what a window sees beyond the sentence
_FARTHEST = max(abs(by) for parts in TEMPLATES.values() for _, by in parts)
_PRIME = np.uint64(0x9E3779B97F4A7C15)


@lru_cache(maxsize=1 << 16)  # the words of many documents: not all of them for ever
def hashed(value: str) -> int:
    """The stable 64-bit hash of a value: the same on every machine and in every process."""
    return int.from_bytes(blake2b(value.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def hashes(values: Sequence[str]) -> Keys:
    """The hashes of some values."""
    return np.fromiter(map(hashed, values), dtype=np.uint64, count=len(values))


class Window(NamedTuple):
    """The characters of some sentences, one after the other.

    Attributes:
        at: clean offset of each.
        first, last: whether it is the first, the last of its sentence.
    """

    at: NDArray[np.intp]
    first: NDArray[np.bool_]
    last: NDArray[np.bool_]

    def only(self, which: NDArray[np.intp]) -> Window:
        """Those of the characters: whole sentences, in order."""
        return Window(self.at[which], self.first[which], self.last[which])


def window(sentences: Sequence[Span]) -> Window:
    """The characters of ``sentences``; none of these is empty."""
    starts = np.array([s.start for s in sentences], dtype=np.intp)
    sizes = np.array([s.end for s in sentences], dtype=np.intp) - starts
    ends = np.cumsum(sizes)
    size = int(ends[-1]) if len(ends) else 0
    at = np.arange(size) + np.repeat(starts - (ends - sizes), sizes)
    first, last = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    first[ends - sizes] = True
    last[ends - 1] = True
    return Window(at, first, last)


def keys(columns: Mapping[str, Keys], seen: Window) -> Keys:
    """The key of every template at every character: shape (templates, characters)."""
    wanted = {part for parts in TEMPLATES.values() for part in parts}
    # every sentence between margins, into which the characters at its edges look
    place = np.arange(len(seen.at)) + np.cumsum(seen.first) * (2 * _FARTHEST) - _FARTHEST
    margins = np.full(len(seen.at) + int(seen.first.sum()) * 2 * _FARTHEST, hashed(AFTER), dtype=np.uint64)
    margins[(place[seen.first] - np.arange(1, _FARTHEST + 1)[:, None]).ravel()] = hashed(BEFORE)
    moved: dict[tuple[str, int], Keys] = {}
    for name in {name for name, _ in wanted}:
        margins[place] = columns[name].take(seen.at)
        moved |= {(name, by): margins.take(place + by) if by else margins[place] for other, by in wanted if other == name}
    found = np.empty((len(TEMPLATES), len(seen.at)), dtype=np.uint64)
    for row, (name, parts) in zip(found, TEMPLATES.items(), strict=True):
        row[:] = hashed(name)
        for part in parts:
            row *= _PRIME
            row += moved[part]
    return found
