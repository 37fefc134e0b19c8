"""Deeds (做了什么的小句): clauses that tell of an activity without a noun that names it (给值班职工煮抓饭, 元旦上道扫雪).

The sequence model knows an activity by how its name is made; a deed has no name, but its clause as a whole shows that
something was done: its verb and object, its date or count, the clauses beside it. A classifier judges clause by clause;
``tagger`` finds where in the clause the shortest phrase begins.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from pipeline.extract.context import kind_of, zone_at
from pipeline.linear import load
from pipeline.lookup import Run, Seen
from pipeline.segment import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipeline.segment import Reading

LEAST = 0.55  # from this probability on a clause tells of an activity; chosen on the dev split
_CLAUSE = re.compile(r"[^，。；！？：、\n,;:!?（）()|]{3,80}")
_EDGE = ' 　“”"'
_COUNT_BEHIND = re.compile(r"[\u4e00-\u9fff]{0,3}?[余多]?[0-9一二三四五六七八九十百千两]{1,8}[约近]?")  # read from the end


class Deed(NamedTuple):
    """A clause at ``[start, end)`` of the clean text that tells of an activity, less a count at its end."""

    start: int
    end: int
    chance: float


def clauses(reading: Reading) -> list[Span]:
    """The clauses of the body, quotes and space at their edges left out."""
    found = []
    for match in _CLAUSE.finditer(reading.clean, reading.body.start):
        start = match.start() + len(match[0]) - len(match[0].lstrip(_EDGE))
        end = match.end() - len(match[0]) + len(match[0].rstrip(_EDGE))
        if end - start >= 3:
            found.append(Span(start, end))
    return found


def features(reading: Reading, spans: Sequence[Span]) -> Iterator[Seen]:
    """What the classifier sees of each clause: its words and their kinds, where it stands, the kinds in the clauses beside it."""
    tokens = reading.tokens
    starts = [t.start for t in tokens]
    inside = []
    for start, end in spans:
        own = tokens[bisect_left(starts, start) : bisect_left(starts, end)]
        inside.append([(t.text, kind_of(t.text, t.tag)) for t in own if t.end <= end])
    for i, (start, end) in enumerate(spans):
        kinds = [kind for _, kind in inside[i]]
        found = [f"z={zone_at(reading, start)}", f"len={min((end - start) // 4, 6)}", f"n={min(len(kinds), 10)}"]
        found += [f"w={word}" for word, _ in inside[i] if len(word) != 2]  # those of two characters are runs
        found += [f"kk={a}+{b}" for a, b in pairwise(kinds)]
        if kinds:
            found += [f"first={inside[i][0][0]}", f"firstk={kinds[0]}", f"last={inside[i][-1][0]}", f"lastk={kinds[-1]}"]
        found += [f"pre={reading.clean[start - 1 : start]}", f"post={reading.clean[end : end + 1]}"]
        for name, k in (("P", i - 1), ("N", i + 1)):
            if 0 <= k < len(spans) and inside[k]:
                found += [f"{name}k={kind}" for _, kind in inside[k][:4]]
        yield Seen(found, [Run("b=", start, end)])


def deeds(reading: Reading, models: Path) -> list[Deed]:
    """The clauses that tell of an activity, in order."""
    text, found = reading.clean, []
    spans = clauses(reading)
    judged = load(models, "deeds").chances(list(features(reading, spans)), text)
    for span, chances in zip(spans, judged, strict=True):
        if chances["yes"] >= LEAST:
            found.append(Deed(*uncounted(text, span), chances["yes"]))
    return found


def uncounted(text: str, clause: Span) -> Span:
    """A clause less the count at its end (送姜糖 of 送姜糖20斤)."""
    counted = _COUNT_BEHIND.match(text[max(clause.start + 2, clause.end - 14) : clause.end][::-1])
    return clause._replace(end=clause.end - counted.end()) if counted else clause
