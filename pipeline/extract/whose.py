"""Whose figure a count is, and of when (归属): what its document, its line and the time words before it tell the classifiers.

A unit's own figure of the year, one of all units below it, one of several years: the words beside the count seldom say it. The
document does (who reports, over how long, how often it speaks of 全县 and of itself), and the time that was named last.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pipeline.products import Span
from pipeline.resources import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.extract.cues import Cue
    from pipeline.segment import Reading

SCOPES = ("cum", "now", "area", "own", "next")  # kinds of cue that tell whose figure it is, or when


class Setting(NamedTuple):
    """What is known of the document that a count stands in."""

    doc_type: str
    org_type: str
    several: bool  # it reports on several years


@cache
def _times() -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in yaml("rules/times.yaml")["kinds"].items()))


class Whose:
    """A document's time words and the balance of its cues, seen from each count."""

    def __init__(self, reading: Reading, setting: Setting, cues: Sequence[Cue]) -> None:
        self._reading, self._setting = reading, setting
        found = list(_times().finditer(reading.clean)) if cues else []  # no cue, no count
        self._kinds = [m.lastgroup or "-" for m in found]
        self._starts = [m.start() for m in found]
        self._lines = [line.start for line in reading.lines]
        self._several = "several" if setting.several else "one"
        self._headed: dict[int, tuple[int, str]] = {}
        self._document = _balance(cues, len(reading.clean), setting.org_type, self._several)

    def told(self, kinds: Sequence[str], u: str, code: str | None) -> Iterator[str]:
        """Who reports and over how long, with the class of the count's unit, what it seems to be, and the kinds of its cues."""
        yield from _owner(self._setting.org_type, self._several, u, code)
        for kind in kinds:
            yield from _owned(self._setting.org_type, self._several, kind)

    def within(self, name: str, found: Sequence[Cue], u: str) -> tuple[str, ...]:
        """What the cues of a stretch before the count say of whose it is, and which of them said it last."""
        given, last = set(), "-"
        for cue in found:
            own = [kind for kind in cue.kinds if kind in SCOPES]
            if own:
                given.update(own)
                last = own[0]
        return _scope(name, tuple(kind for kind in SCOPES if kind in given), last, self._setting.org_type, self._several, u)

    def when(self, count: Span, clause: int, sentence: int, u: str) -> list[str]:
        """The kinds of the times named last before a count, seen from its clause out to the headings above it."""
        s = self._several
        j = bisect_right(self._lines, count.start) - 1
        line = self._lines[j] if j >= 0 else 0
        section = self._reading.section_at(count.start)
        opened, headed = (0, "-") if section is None else self._above(section)
        near, said, around = (self._last(start, count.start) for start in (clause, sentence, line))
        first = bisect_left(self._starts, line)
        leads = self._kinds[first] if first < len(self._starts) and self._starts[first] <= count.start else "-"
        row = [f"tcs={near}/{said}/{s}", f"tsl={said}/{around}/{s}", f"tsl={said}/{around}/{s}/{u}"]
        row += [f"tf={leads}/{s}", f"tf={leads}/{said}/{s}", *self._document, *_by_unit(self._document, u)]
        far = self._last(opened, count.start)
        for name, kind in (("tc", near), ("ts", said), ("tl", around), ("th", headed), ("tx", far)):
            row += _timed(name, kind, s, u)
        return row

    def _last(self, start: int, before: int) -> str:
        i = bisect_right(self._starts, before) - 1
        return self._kinds[i] if i >= 0 and self._starts[i] >= start else "-"

    def _above(self, section: int) -> tuple[int, str]:
        """Where the heading of a section begins, and the kind of time that it or the nearest one above it names."""
        known = self._headed.get(section)
        if known is None:
            heading = self._reading.headings[section]
            kind = self._last(heading.start, max(heading.end - 1, heading.start))
            if kind == "-" and heading.parent is not None:
                kind = self._above(heading.parent)[1]
            known = self._headed[section] = heading.start, kind
        return known


def _balance(cues: Sequence[Cue], length: int, d: str, s: str) -> list[str]:
    """How often a document speaks of its district, of itself and of several years."""
    area, own, cum = (sum(kind in cue.kinds for cue in cues) for kind in ("area", "own", "cum"))
    share = round(4 * area / max(area + own, 1))
    thousands = max(length, 1) / 1000
    return [
        f"da={_grade(area / thousands)}/{d}",
        f"do={_grade(own / thousands)}/{d}",
        f"dc={_grade(cum / thousands)}/{s}",
        f"dr={share}",
        f"dr={share}/{d}",
    ]


def _grade(often: float) -> str:
    """0, below 1, 2, 4, 8 in a thousand characters, or more."""
    steps = (0, 1, 2, 4, 8)
    return str(bisect_left(steps, often)) if often else "0"


def _by_unit(document: Sequence[str], u: str) -> list[str]:
    return [f"{told}/{u}" for told in document[-2:]]


@lru_cache(maxsize=1 << 12)
def _timed(name: str, kind: str, s: str, u: str) -> tuple[str, ...]:
    return f"{name}={kind}/{s}", f"{name}={kind}/{s}/{u}", f"{name}={kind}/{u}"


@lru_cache(maxsize=1 << 12)
def _owner(d: str, s: str, u: str, code: str | None) -> tuple[str, ...]:
    by_time = (f"d={s}", f"d={s}/{u}", f"d={s}/{code}")
    return (*by_time, f"d={d}", f"d={d}/{u}", f"d={d}/{s}", f"d={d}/{s}/{u}", f"d={d}/{s}/{code}")


@lru_cache(maxsize=1 << 12)
def _owned(d: str, s: str, kind: str) -> tuple[str, ...]:
    return f"dn={d}/{kind}", f"ds={s}/{kind}"


@lru_cache(maxsize=1 << 12)
def _scope(name: str, given: tuple[str, ...], last: str, d: str, s: str, u: str) -> tuple[str, ...]:
    row = [told for kind in given for told in (f"{name}={kind}/{d}/{s}", f"{name}={kind}/{s}", f"{name}={kind}")]
    return (*row, f"{name}1={last}/{d}/{s}", f"{name}1={last}/{u}")
