"""The unit-and-year cell (单位年度): of all that the documents of a unit say for a year, the one figure of each indicator.

A figure of scope own and status done is taken from the unit's annual summary, else from the latest document of a part of
the year that has one. Figures are never added up over documents; duplicates, plans and guides are left out – but a unit that
hands in its text of another year again still has a row for this one, with a flag. What else is said stays beside a figure as a
rival. A document whose unit nobody knows makes a row of its own, under its file name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from pipeline.aggregate import mask
from pipeline.aggregate.indicators import Range, known, said
from pipeline.aggregate.views import View, calendar, document_needs_check, in_doubt
from pipeline.records import Count, DocType, Indicator, OrgType, Period

LEFT_OUT = ("plan", "guide")
TOTAL = re.compile(r"(?:共计?|总计?|合计|累计|总共|一共|全年)[^0-9]{0,6}$")
CLAUSE = re.compile(r"[，。；：！？,;\r\n]")
BEFORE = 10  # characters before a figure that may say that it is the total
QUOTED = 14  # characters on either side of a figure that are quoted with it

Mask: TypeAlias = Callable[[str], str]


class Quote(NamedTuple):
    """Words of a document, in clear and as they may leave the office."""

    clear: str
    masked: str


class Source(NamedTuple):
    """The document that a figure stands in."""

    no: int  # running number in the run, from 1
    doc_id: str
    file: str
    unit: str  # its name, or the file's where nobody knows it
    named: bool  # whether the unit has a name
    year: int | None
    doc_type: DocType
    org_type: OrgType
    period: Period
    copy: bool
    needs_check: bool
    names: frozenset[str]  # to be masked in what is said of it
    levels: tuple[tuple[str, int, float], ...]  # coverage: item, level, points; without the excused
    score: float | None

    @property
    def rank(self) -> tuple[bool, str, int]:
        """Which document goes first: the annual summary, then the latest, then the first in the run."""
        annual = self.doc_type == "summary" and self.period.label == "year"
        return annual, self.period.end or "", -self.no

    @property
    def counts(self) -> bool:
        """Whether its figures and scores go into the cells."""
        return not self.copy and self.doc_type not in LEFT_OUT


class Original(NamedTuple):
    """What a copy must know of the document that it repeats."""

    unit: str
    year: int | None


class Figure(NamedTuple):
    """A figure that a document gives for an indicator."""

    indicator: Indicator
    value: float
    range: Range
    source: Source
    start: int
    end: int
    line: int
    text: Quote  # the figure with the words around it
    total: bool  # said to be the sum
    opening: bool  # said of an earlier time
    doubtful: bool

    @property
    def exact(self) -> bool:
        return self.range.least == self.range.most


Kind = Literal["within", "several", "between", "other_period"]


class Rival(NamedTuple):
    """A figure that does not agree with the one that was taken, and where it stands to it."""

    figure: Figure
    kind: Kind  # same document, one of several flows there, a document of the same period, one of another period


class Cell(NamedTuple):
    """One indicator of a row: the figure taken, and those that contradict it."""

    figure: Figure
    rivals: tuple[Rival, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A unit in a year."""

    unit: str
    named: bool
    year: int | None
    sources: tuple[Source, ...]  # those that speak for it, the first first
    cells: dict[Indicator, Cell]

    @property
    def names(self) -> frozenset[str]:
        """Whom to mask in its text."""
        return frozenset().union(*(source.names for source in self.sources))

    @property
    def speaker(self) -> Source:
        """The document that speaks for the year."""
        return self.sources[0]

    @property
    def calendar(self) -> str | None:
        return calendar(self.speaker.period)


@dataclass(slots=True)
class Cells:
    """Everything the wide table is made of; ``take`` one document after the other, in the order of the records."""

    sources: list[Source] = field(default_factory=list)
    _by_id: dict[str, Source] = field(default_factory=dict)
    _figures: defaultdict[str, list[Figure]] = field(default_factory=lambda: defaultdict(list))

    def take(self, source: Source, figures: Sequence[Figure]) -> None:
        """Take in one document and its figures."""
        self.sources.append(source)
        self._by_id[source.doc_id] = source
        if source.counts:
            self._figures[source.doc_id] = list(figures)

    def original(self, doc_id: str | None) -> Original | None:
        """What a copy must know of the document that it repeats, if that has been taken in."""
        found = self._by_id.get(doc_id or "")
        return found and Original(found.unit, found.year)

    def rows(self) -> list[Row]:
        """Units by name, each by year; a year that nobody knows goes first."""
        grouped: defaultdict[tuple[str, bool, int | None], list[Source]] = defaultdict(list)
        for source in self.sources:
            if source.counts:
                grouped[source.unit, source.named, source.year].append(source)
        found = [self._row(*key, sorted(group, key=lambda s: s.rank, reverse=True)) for key, group in grouped.items()]
        return sorted(found, key=lambda row: (not row.named, row.unit, row.year or 0, row.speaker.no))

    def _row(self, unit: str, named: bool, year: int | None, sources: Sequence[Source]) -> Row:
        by_indicator: defaultdict[Indicator, list[list[Figure]]] = defaultdict(list)
        for source in sources:
            own: defaultdict[Indicator, list[Figure]] = defaultdict(list)
            for figure in self._figures[source.doc_id]:
                own[figure.indicator].append(figure)
            for indicator, stated in own.items():
                by_indicator[indicator].append(stated)
        cells = {code: cell(by_indicator[code]) for code in known() if code in by_indicator}
        return Row(unit, named, year, tuple(sources), cells)


def settled_source(view: View, names: frozenset[str], original: Original | None) -> Source:
    """The document as a source. A copy that repeats what its own unit said of another year is none: it is flagged, yet all
    that there is for this one."""
    source = source_of(view, names)
    of_own = original is not None and original.unit == source.unit
    other_year = original is not None and None not in (original.year, source.year) and original.year != source.year
    return source._replace(copy=source.copy and not (of_own and other_year))


def source_of(view: View, names: frozenset[str]) -> Source:
    """What the cells need to know of a document."""
    record = view.record
    items = record.coverage.items if record.coverage else {}
    return Source(
        no=view.no,
        doc_id=record.doc_id,
        file=view.names[record.doc_id],
        unit=record.unit.name or view.names[record.doc_id],
        named=record.unit.name is not None,
        year=record.report_year.value,
        doc_type=record.doc_type,
        org_type=record.org_type,
        period=record.period,
        copy=record.duplicate_of is not None,
        needs_check=document_needs_check(view),
        names=names,
        levels=tuple((item, found.level, found.points) for item, found in items.items() if not found.excused),
        score=record.coverage.score if record.coverage else None,
    )


def figures(view: View, source: Source) -> Iterator[Figure]:
    """The unit's own figures of what was done, in the order of the text."""
    raw = view.lines.raw
    for count in view.record.counts:
        if not (count.indicator and count.value is not None and count.scope == "own" and count.status == "done"):
            continue
        before = CLAUSE.split(raw[max(view.record.start, count.start - BEFORE) : count.start])[-1]
        yield Figure(
            indicator=count.indicator,
            value=count.value,
            range=said(count),
            source=source,
            start=count.start,
            end=count.end,
            line=view.lines.number(count.start),
            text=_in_context(view, count, source.names),
            total=TOTAL.search(before) is not None,
            opening=any(word in before for word in known()[count.indicator].opening),
            doubtful=in_doubt(view, count),
        )


def cell(stated: Sequence[Sequence[Figure]]) -> Cell:
    """The cell of an indicator, from the figures of each document that has any, the first document first."""
    taken = chosen(stated[0])
    kind: Kind = "several" if known()[taken.indicator].kind == "flow" else "within"
    rivals = [Rival(figure, kind) for figure in distinct(stated[0]) if not figure.range.agrees(taken.range)]
    for others in stated[1:]:
        other = chosen(others)
        if not other.range.agrees(taken.range):
            rivals.append(Rival(other, _between(taken, other)))
    return Cell(taken, tuple(rivals))


def chosen(stated: Sequence[Figure]) -> Figure:
    """Of the figures of one document the one that is said to be the sum or is the sum of the others, else the first.

    Of those that say the same the exact one goes first.
    """
    different = distinct(stated)
    if len(different) == 1:
        return different[0]
    total = next((f for f in different if f.total and not f.opening), None)
    first = next((f for f in different if not f.opening), different[0])
    return total or next((f for f in different if _sums_up(f, different)), first)


def distinct(stated: Sequence[Figure]) -> list[Figure]:
    """The figures that contradict each other, in the order of the text: of those that agree one, the exact one if there is."""
    found: list[Figure] = []
    for figure in stated:
        same = next((i for i, other in enumerate(found) if other.range.agrees(figure.range)), None)
        if same is None:
            found.append(figure)
        elif (figure.total, figure.exact) > (found[same].total, found[same].exact):
            found[same] = figure
    return found


def _sums_up(figure: Figure, stated: Sequence[Figure]) -> bool:
    others = [f for f in stated if f is not figure]
    return len(others) > 1 and all(f.exact for f in stated) and sum(f.value for f in others) == figure.value


def _between(taken: Figure, other: Figure) -> Kind:
    """Contradiction or not: a part of the year has figures of its own, but no larger ones than the whole."""
    one, two = taken.source.period, other.source.period
    if (one.start, one.end) == (two.start, two.end) or None in (one.start, two.start):
        return "between"
    whole = one.label == "year" and known()[taken.indicator].kind == "flow"
    return "between" if whole and other.range.least > taken.range.most else "other_period"


def _in_context(view: View, count: Count, names: frozenset[str]) -> Quote:
    """The clause that the figure stands in, cut short."""
    raw, record = view.lines.raw, view.record
    before = raw[max(record.start, count.start - QUOTED) : count.start]
    after = raw[count.end : min(record.end, count.end + QUOTED)]
    start = count.start - len(CLAUSE.split(before)[-1])
    end = count.end + len(CLAUSE.split(after)[0])
    return Quote(raw[start:end], mask.excerpt(raw, start, end, record, names))
