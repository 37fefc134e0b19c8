"""Cues of figures (线索): which kinds of words stand around a number, whatever the words of one document are."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from pipeline.resources import table

if TYPE_CHECKING:
    from collections.abc import Iterator


class Cue(NamedTuple):
    """A word at ``[start, end)`` of the clean text and the kinds of cue that it gives."""

    start: int
    end: int
    kinds: tuple[str, ...]


@cache
def _lexicon() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    kinds: dict[str, tuple[str, ...]] = {}
    for kind, words in table("lexicons/cues.tsv", 2):
        for word in words.split():
            if kind not in kinds.get(word, ()):
                kinds[word] = (*kinds.get(word, ()), kind)
    tails: dict[str, list[str]] = {}
    for word in sorted(kinds, key=lambda word: (-len(word), word)):  # the longest first
        tails.setdefault(word[0], []).append(re.escape(word[1:]))
    return re.compile("|".join(f"{re.escape(head)}(?:{'|'.join(ends)})" for head, ends in tails.items())), kinds


def cues(text: str, start: int = 0, end: int | None = None) -> Iterator[Cue]:
    """Every cue of ``text``, in order, disjoint: the longest word that begins at a place is the one that stands there."""
    pattern, kinds = _lexicon()
    for match in pattern.finditer(text, start, len(text) if end is None else end):
        yield Cue(match.start(), match.end(), kinds[match[0]])
