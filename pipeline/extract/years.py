"""What settles a document's year (年度依据): signature, body, title, an event that has one year only — never a wrapper.

``YearSense`` gives every date expression its year: the one it states, else the one its sentence states, else the
document's, else none.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from pipeline.extract.almanac import festival_days
from pipeline.extract.calendar import Moment
from pipeline.records import PeriodBasis
from pipeline.resources import table

if TYPE_CHECKING:
    from pipeline.segment import Heading, Reading


class Settled(NamedTuple):
    """The year a document reports on, and the months if its period is finer than that."""

    year: int | None
    basis: PeriodBasis | None
    first: int | None = None  # months since year 0 of the period's first and last month
    last: int | None = None
    several: bool = False  # a period of several years gives no single year to a bare month


@cache
def _year_events() -> re.Pattern[str]:
    return re.compile(
        "|".join(f"(?P<y{i}_{year}>{pattern})" for i, (pattern, year, _) in enumerate(table("rules/year_events.tsv", 3)))
    )


_YEARS_PAST = re.compile(r"[^，。；\n]{0,3}?([一二三四五六七八九十])周年")


def event_year(text: str) -> int | None:
    """The latest year among the events named that have one year only; of 汶川地震一周年, the year after."""
    years = [
        int(m.lastgroup.rsplit("_", 1)[1])
        + ("零一二三四五六七八九十".index(past[1]) if (past := _YEARS_PAST.match(text, m.end())) else 0)
        for m in _year_events().finditer(text)
        if m.lastgroup
    ]
    return max(years) if years else None


_TAKES_OFFICE = re.compile(
    r"[^，。；\n]{0,8}(?:当选|起担任|起任|接任|上任|到任|调[到任来]|被选|选为|当上|兼任)"
)  # a life, not a year's work
_FRAMES = re.compile(r"[，,度来我]|工作|.{0,5}在")  # 2011年，我校工会在…领导下


def body_year(moments: list[Moment], reading: Reading) -> int | None:
    """The year that the body's first sentences or most of its full dates state."""
    first = reading.body.start
    moments = [m for m in moments if not _TAKES_OFFICE.match(reading.clean, m.end, m.end + 24)]
    early = [
        m
        for m in moments
        if first <= m.start < first + 160 and m.year and m.kind in ("y", "ym", "year_term", "school_year", "ymd", "ym_range")
    ]
    text = reading.clean
    earliest = min((m.year for m in early if m.year and m.kind == "y"), default=9999)
    latest = max((m.year for m in moments if m.year and m.start >= first), default=0)
    for m in early:
        before, behind = text[max(0, m.start - 4) : m.start], text[m.end : m.end + 8]
        told = latest > m.year + 1 or (earliest < m.year - 1 and not _FRAMES.match(behind)) if m.year else False
        if told:  # a history: what came years later or before is told, too
            continue
        if (
            m.kind in ("y", "year_term", "school_year", "ym_range")
            and not re.search(r"[自从于]$|建于|成立|始", before)
            and not re.match(r"以来|建|成立|[0-9一二三四五六七八九十]{1,9}月.{0,3}成立|起|创", behind)
        ):
            return m.year
    full = [
        m.year
        for m in moments
        if m.year
        and m.kind
        in ("ym", "ymd", "ymd_bare", "year_term", "school_year", "ym_bare", "year_fest", "nth_fest", "ym_range", "ymd_range")
        and m.start >= first
    ]
    if full:
        year, _ = max(Counter(full).items(), key=lambda item: (item[1], item[0]))
        return year
    bare = [m.year for m in moments if m.year and m.kind == "y" and m.start >= first]
    if bare and Counter(bare).most_common(1)[0][1] >= 2:
        return max(Counter(bare).items(), key=lambda item: (item[1], item[0]))[0]
    return None


_NEXT_YEAR = re.compile(r"明年|来年|下一?年度?|下一步|下步|今后|新的一年|打算|盘算|盼头|想做的|要办的|展望|下一阶段")


_MOST_STATED = 12  # years that a sentence states before a moment: no real one states more
_SINCE = re.compile(r"以来|起|开始|至今")


def _within(spans: list[tuple[int, int]], around: Heading) -> list[tuple[int, int]]:
    """The spans, in order, that begin inside ``around``."""
    return spans[bisect_left(spans, (around.start, 0)) : bisect_left(spans, (around.end, 0))]


class YearSense:
    """Gives a moment without a year the year that holds for it."""

    def __init__(self, reading: Reading, moments: list[Moment], settled: Settled, *, summary: bool = True) -> None:
        self._summary = summary
        self._reading = reading
        self._settled = settled
        self._stated = [m for m in moments if m.year is not None and not m.festival and m.kind != "plan"]
        self._starts = [m.start for m in self._stated]
        self._redacted = [m.start for m in moments if m.redacted]
        self._outlooks = [m.span() for m in _NEXT_YEAR.finditer(reading.clean)] if summary else []
        self._planning = [any(b <= h.end for _, b in _within(self._outlooks, h)) for h in reading.headings] if summary else []

    def __call__(self, moment: Moment) -> int | None:
        """The year of ``moment``, or None where the text does not settle it."""
        settled = self._settled
        if moment.kind == "d_only":
            return None
        if moment.relative is not None:
            return None if settled.year is None else settled.year + moment.relative
        near = self._stated_before(moment)
        if near is not None:
            return near
        if settled.several:
            return None
        month = moment.month
        if month is None and moment.festival:
            month, _ = festival_days()[moment.festival]
        if month is None and moment.term and moment.term.startswith("q"):
            month = int(moment.term[1]) * 3
        headed = self._heading_year(moment)
        if headed is not None:
            return headed
        whole = settled.first is not None and settled.last is not None and settled.last - settled.first >= 11
        if whole and settled.year is not None and self._looks_ahead(moment):  # every month is in it: the next one is meant
            return settled.year + 1
        if settled.first is not None and settled.last is not None and month is not None:
            for total in range(settled.first, settled.last + 1):
                if total % 12 == month - 1:
                    return total // 12
        if month is None and moment.term in ("half1", "half2"):
            month = 6 if moment.term == "half1" else 12
        if settled.year is not None and self._looks_ahead(moment):
            if settled.last is not None and month is not None:
                return (settled.last + 1 + (month - 2 - settled.last) % 12) // 12  # the next such month after the period
            return settled.year + 1
        return settled.year

    def _heading_year(self, moment: Moment) -> int | None:
        """The year that a heading above the moment states (六、2018年打算)."""
        section = self._reading.section_at(moment.start)
        while section is not None:
            heading = self._reading.headings[section]
            i = bisect_left(self._starts, heading.start)
            if i < len(self._starts) and self._starts[i] < heading.end and self._stated[i].kind in ("y", "year_term"):
                return self._stated[i].year
            section = heading.parent
        return None

    def _looks_ahead(self, moment: Moment) -> bool:
        """Whether the moment stands in what a yearly summary plans for the year to come."""
        if not self._summary:
            return False
        before = bisect_right(self._outlooks, moment.start, key=lambda span: span[1]) - 1
        line = bisect_right(self._reading.lines, moment.start, key=lambda span: span.start) - 1
        if before >= 0 and line >= 0 and self._outlooks[before][0] >= self._reading.lines[line].start:
            return True
        section = self._reading.section_at(moment.start)
        while section is not None:
            if self._planning[section]:
                return True
            section = self._reading.headings[section].parent
        return False

    def _stated_before(self, moment: Moment) -> int | None:
        """The year that the same sentence states before the moment (2012年上学期，…，6月18日)."""
        i = bisect_right(self._starts, moment.start) - 1
        sentence = self._reading.sentence_at(moment.start)
        for m in reversed(self._stated[max(0, i + 1 - _MOST_STATED) : i + 1]):
            if m.start < sentence.start:
                return None
            if bisect_left(self._redacted, m.end) < bisect_left(self._redacted, moment.start):
                return None
            if not _SINCE.match(self._reading.clean, m.end, moment.start) and m.kind != "year_range":
                if m.term in ("down", "autumn", "term1") and moment.month and moment.month <= 2:
                    return m.year + 1 if m.year else None
                return m.year
        return None
