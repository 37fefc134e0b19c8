"""The district at a glance (全区概览): what all documents of a run come to, collected one page at a time."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple, get_args

from pipeline.records import Count, CoverageItem, DocType, EventType, Indicator, Record
from pipeline.report.page import Page

BINS = 10  # of the score distribution
REPORTS = ("summary", "exchange")  # documents that report work done
ENOUGH = 5  # figures before one can be called an outlier
FAR = 3.5  # median absolute deviations, on a logarithmic scale
MONTHS = tuple(f"{m:02d}" for m in range(1, 13))

Rank = tuple[bool, bool, str, float]


class Cell(NamedTuple):
    """An item of a unit's coverage: level (null: excused) and where its first evidence stands."""

    level: int | None
    start: int = 0
    end: int = 0


class Row(NamedTuple):
    """A unit in a year, as its weightiest document shows it."""

    rank: Rank
    unit: str
    year: int | None
    doc_id: str
    score: float | None
    cells: tuple[Cell, ...]


class Figure(NamedTuple):
    """What a unit reports of an indicator in a year, and where."""

    rank: Rank
    unit: str
    year: int | None
    doc_id: str
    value: float
    start: int
    end: int


class Total(NamedTuple):
    """An indicator over all units (指标汇总)."""

    indicator: Indicator
    reported_by: int  # units
    total: float | None  # a sum of percentages would mean nothing
    middle: float
    least: float
    most: float
    outliers: int


class Check(NamedTuple):
    """A document that a person should look at (待核)."""

    priority: int
    doc_id: str
    name: str
    warnings: list[str]


class Copy(NamedTuple):
    """A document and the earlier one that it resembles (雷同)."""

    doc_id: str
    name: str
    other: str
    other_name: str
    similarity: float | None


@dataclass(slots=True)
class Overview:
    """All that the first page tells; ``add`` one page after the other, in the order of the records."""

    documents: int = 0
    units: set[str] = field(default_factory=set)
    reporting: set[str] = field(default_factory=set)  # units with a document that reports work done
    doc_types: Counter[DocType] = field(default_factory=Counter)
    scores: list[float] = field(default_factory=list)
    activities: Counter[tuple[str, EventType]] = field(default_factory=Counter)  # by month ("" where not said) and type
    checks: list[Check] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    nameless: list[tuple[str, str]] = field(default_factory=list)  # documents whose unit is unknown
    _rows: dict[tuple[str, int | None], Row] = field(default_factory=dict)
    _figures: dict[tuple[Indicator, str, int | None], Figure] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def add(self, page: Page) -> None:
        """Take in one document."""
        record = page.record
        self.documents += 1
        self.doc_types[record.doc_type] += 1
        self._names[record.doc_id] = page.title
        if page.unit:
            self.units.add(page.unit)
        else:
            self.nameless.append((record.doc_id, page.title))
        if page.priority:
            self.checks.append(Check(page.priority, record.doc_id, page.title, page.warning_codes))
        if record.duplicate_of:
            name = self._names.get(record.duplicate_of, record.duplicate_of)
            self.copies.append(Copy(record.doc_id, page.title, record.duplicate_of, name, record.similarity))
        elif record.doc_type in REPORTS:
            self._report(page)

    def _report(self, page: Page) -> None:
        record, unit, year = page.record, page.unit or page.file, page.record.report_year.value
        self.reporting.add(unit)
        if record.coverage and record.coverage.score is not None:
            self.scores.append(record.coverage.score)
        if record.coverage:
            row = Row(_rank(record), unit, year, record.doc_id, record.coverage.score, _cells(page))
            known = self._rows.get((unit, year))
            if known is None or row.rank > known.rank:
                self._rows[unit, year] = row
        for event in record.events:
            if event.status == "held":
                self.activities[_month(event.date), event.type] += 1
        taken: set[Indicator] = set()
        for count in record.counts:
            if _reported(count) and count.indicator not in taken:
                assert count.indicator is not None
                assert count.value is not None
                taken.add(count.indicator)
                self._figure(count.indicator, Figure(_rank(record), unit, year, record.doc_id, count.value,
                                                     *page.span(count.start, count.end)))  # fmt: skip

    def _figure(self, indicator: Indicator, figure: Figure) -> None:
        key = indicator, figure.unit, figure.year
        if key not in self._figures or figure.rank > self._figures[key].rank:
            self._figures[key] = figure

    @property
    def rows(self) -> list[Row]:
        """Units by year, by name."""
        return sorted(self._rows.values(), key=lambda row: (row.unit, row.year or 0))

    def figures(self) -> dict[Indicator, list[tuple[Figure, bool]]]:
        """Of each indicator what each unit reports, and whether it lies far from the others."""
        grouped: defaultdict[Indicator, list[Figure]] = defaultdict(list)
        for (indicator, _, _), figure in self._figures.items():
            grouped[indicator].append(figure)
        found: dict[Indicator, list[tuple[Figure, bool]]] = {}
        for indicator in get_args(Indicator):
            if figures := sorted(grouped[indicator], key=lambda f: (f.unit, f.year or 0)):
                found[indicator] = list(zip(figures, far_off([f.value for f in figures]), strict=True))
        return found

    def totals(self) -> Iterator[Total]:
        """The indicators that any unit reports."""
        for indicator, figures in self.figures().items():
            values = [figure.value for figure, _ in figures]
            yield Total(
                indicator,
                len({figure.unit for figure, _ in figures}),
                None if indicator.endswith("_pct") else math.fsum(values),
                median(values),
                min(values),
                max(values),
                sum(far for _, far in figures),
            )

    @property
    def median_score(self) -> float | None:
        """The middle of the coverage scores."""
        return round(median(self.scores), 1) if self.scores else None

    def held(self, month: str) -> int:
        """Activities of all types in a month; those of "" do not say theirs."""
        return sum(self.activities[month, kind] for kind in get_args(EventType))

    def shade(self, count: int) -> int:
        """How dark a cell of the activities is: 0 for none, else 1 to 4 by its share of the largest."""
        return math.ceil(4 * count / max(self.activities.values())) if count else 0

    def distribution(self) -> list[int]:
        """Documents by score, in ten bins of ten points; 100 lies in the last."""
        bins = [0] * BINS
        for score in self.scores:
            bins[min(int(score // (100 / BINS)), BINS - 1)] += 1
        return bins

    def silent(self, roster: Sequence[str]) -> list[str]:
        """Units of the roster, or of this run, that have sent no report."""
        return sorted((set(roster) | self.units) - self.reporting)

    def ranked_checks(self) -> list[Check]:
        """What to look at, the most pressing first."""
        return sorted(self.checks, key=lambda check: (-check.priority, -len(check.warnings)))


def far_off(values: Sequence[float]) -> list[bool]:
    """Which values lie far from the rest, by orders of magnitude; of few values none does."""
    logs = [math.log10(v) if v > 0 else None for v in values]
    known = [v for v in logs if v is not None]
    if len(known) < ENOUGH:
        return [False] * len(values)
    middle = median(known)
    spread = max(median(abs(v - middle) for v in known) * 1.4826, 0.1)
    return [v is not None and abs(v - middle) / spread > FAR for v in logs]


def _rank(record: Record) -> Rank:
    """Which document speaks for a unit and year: the summary of the whole year, else the latest, else the fullest."""
    score = record.coverage.score if record.coverage else None
    return record.doc_type == "summary", record.period.label == "year", record.period.end or "", score or 0.0


def _cells(page: Page) -> tuple[Cell, ...]:
    items = page.record.coverage.items if page.record.coverage else {}
    cells = []
    for item in get_args(CoverageItem):
        found = items.get(item)
        if found is None or found.excused:
            cells.append(Cell(None))
        elif found.evidence:
            cells.append(Cell(found.level, *page.span(*found.evidence[0])))
        else:
            cells.append(Cell(found.level))
    return tuple(cells)


def _month(date: str | None) -> str:
    """The month that a date begins in, "" where it says none; ``XXXX-05-04`` says one."""
    month = (date or "").partition("/")[0][5:7]
    return month if month in MONTHS else ""


def _reported(count: Count) -> bool:
    return count.indicator is not None and count.value is not None and count.scope == "own" and count.status == "done"
