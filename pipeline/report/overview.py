"""The district at a glance (全区概览): what all documents of a run come to, collected one page at a time.

Whose figure is taken for a unit's year, what contradicts it and who sent nothing is settled in ``aggregate.district``, so
that the report and the tables say the same.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple, get_args

from pipeline.aggregate import mask
from pipeline.aggregate.district import REPORTS, Conflict, District, Flag, Sent
from pipeline.aggregate.indicators import known
from pipeline.records import CoverageItem, DocType, EventType, Indicator
from pipeline.report.page import Page

BINS = 10  # of the score distribution
ENOUGH = 5  # figures before one can be called an outlier
FAR = 3.5  # median absolute deviations, on a logarithmic scale
MONTHS = tuple(f"{m:02d}" for m in range(1, 13))


class Cell(NamedTuple):
    """An item of a unit's coverage: level (null: excused) and where its first evidence stands on the page."""

    level: int | None
    start: int = 0
    end: int = 0


class Row(NamedTuple):
    """A unit in a year, as the document that speaks for it shows it."""

    unit: str
    year: int | None
    doc_id: str
    score: float | None
    cells: tuple[Cell, ...]


class Figure(NamedTuple):
    """What a unit reports of an indicator in a year, and where: a raw span."""

    unit: str
    year: int | None
    value: float
    doubtful: bool
    doc_id: str
    start: int
    end: int


class Total(NamedTuple):
    """An indicator over all units of a year (指标汇总)."""

    indicator: Indicator
    reported_by: int  # units
    units: int
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
    doubts: int = 0  # findings that a model was not sure of


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

    district: District
    show_names: bool = False
    documents: int = 0
    units: set[str] = field(default_factory=set)
    doc_types: Counter[DocType] = field(default_factory=Counter)
    scores: list[float] = field(default_factory=list)
    activities: Counter[tuple[str, EventType]] = field(default_factory=Counter)  # by month ("" where not said) and type
    checks: list[Check] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    nameless: list[tuple[str, str]] = field(default_factory=list)  # documents whose unit is unknown
    _cells: dict[str, dict[str, Cell]] = field(default_factory=dict)  # of each document that is scored, by item
    _names: dict[str, str] = field(default_factory=dict)

    def add(self, page: Page) -> None:
        """Take in one document."""
        record = page.record
        self.district.add(page.view, page.names)
        self.documents += 1
        self.doc_types[record.doc_type] += 1
        self._names[record.doc_id] = page.title
        if page.unit:
            self.units.add(page.unit)
        else:
            self.nameless.append((record.doc_id, page.title))
        if page.priority:
            self.checks.append(Check(page.priority, record.doc_id, page.title, page.warning_codes, page.doubts))
        if record.duplicate_of:
            name = self._names.get(record.duplicate_of, record.duplicate_of)
            self.copies.append(Copy(record.doc_id, page.title, record.duplicate_of, name, record.similarity))
            return
        if record.coverage:
            self._cells[record.doc_id] = _cells(page)
        if record.doc_type in REPORTS:
            if record.coverage and record.coverage.score is not None:
                self.scores.append(record.coverage.score)
            for event in record.events:
                if event.status == "held":
                    self.activities[_month(event.date), event.type] += 1

    def title(self, doc_id: str) -> str:
        """The title of a document of the run; empty for one of the archive."""
        return self._names.get(doc_id, "")

    def shown(self, text: str, names: frozenset[str]) -> str:
        """A text that may be put on a page."""
        return text if self.show_names else mask.masked(text, names)

    @property
    def rows(self) -> list[Row]:
        """Units by year, by name, where a document that is scored speaks for them."""
        found, items = ((row, row.speaker) for row in self.district.rows), self.items
        return [
            Row(self.shown(row.unit, row.names), row.year, speaker.doc_id, speaker.score, self._row(speaker.doc_id, items))
            for row, speaker in found
            if speaker.doc_id in self._cells
        ]

    @property
    def items(self) -> list[str]:
        """The twenty items, and those of the office's own rubric."""
        return list(dict.fromkeys((*get_args(CoverageItem), *(item for cells in self._cells.values() for item in cells))))

    def _row(self, doc_id: str, items: Sequence[str]) -> tuple[Cell, ...]:
        return tuple(self._cells[doc_id].get(item, Cell(None)) for item in items)

    def figures(self) -> dict[Indicator, list[tuple[Figure, bool]]]:
        """Of each indicator what each unit reports, and whether it lies far from the others."""
        grouped: defaultdict[Indicator, list[Figure]] = defaultdict(list)
        for row in self.district.rows:
            unit = self.shown(row.unit, row.names)
            for code, cell in row.cells.items():
                f = cell.figure
                grouped[code].append(Figure(unit, row.year, f.value, f.doubtful, f.source.doc_id, f.start, f.end))
        return {
            code: list(zip(grouped[code], far_off([f.value for f in grouped[code]]), strict=True))
            for code in known()
            if code in grouped
        }

    def totals(self) -> dict[int | None, list[Total]]:
        """The indicators that any unit reports, year by year, the latest first."""
        listed = {row.unit for row in self.district.roster}
        units: defaultdict[int | None, set[str]] = defaultdict(set)
        for row in self.district.rows:
            units[row.year].add(row.unit)
        found: dict[int | None, list[Total]] = {year: [] for year in sorted(units, key=lambda y: -(y or 0))}
        for code, figures in self.figures().items():
            for year, totals in found.items():
                if own := [(f.value, far) for f, far in figures if f.year == year]:
                    values = [value for value, _ in own]
                    whole = None if code.endswith("_pct") else math.fsum(values)
                    of = len(units[year] | (listed if year else set()))
                    far = sum(far for _, far in own)
                    totals.append(Total(code, len(own), of, whole, median(values), min(values), max(values), far))
        return found

    def conflicts(self) -> list[Conflict]:
        """Figures that do not agree, those that a person should look at first."""
        return sorted(self.district.conflicts, key=lambda c: not c.needs_check)

    def flags(self) -> Iterator[Flag]:
        """What to know of a unit's year beside its score."""
        return self.district.flags()

    def sent(self, what: Sent) -> list[str]:
        """Units of the roster, or of this run, by what they have sent."""
        return [self.shown(m.unit, m.names) for m in self.district.members() if m.sent == what]

    @property
    def median_score(self) -> float | None:
        """The middle of the coverage scores."""
        return round(median(self.scores), 1) if self.scores else None

    def held(self, month: str) -> int:
        """Activities of all types in a month; those of "" do not say theirs."""
        return sum(self.activities[month, kind] for kind in get_args(EventType))

    def shade(self, count: int) -> int:
        """How dark a cell of the activities is: 0 for none, else 1 to 4 by its share of the largest that has a month."""
        most = max((n for (month, _), n in self.activities.items() if month), default=1)
        return math.ceil(4 * count / most) if count else 0

    def distribution(self) -> list[int]:
        """Documents by score, in ten bins of ten points; 100 lies in the last."""
        bins = [0] * BINS
        for score in self.scores:
            bins[min(int(score // (100 / BINS)), BINS - 1)] += 1
        return bins

    def ranked_checks(self) -> list[Check]:
        """What to look at, the most pressing first."""
        return sorted(self.checks, key=lambda check: (-check.priority, -check.doubts, -len(check.warnings)))


def far_off(values: Sequence[float]) -> list[bool]:
    """Which values lie far from the rest, by orders of magnitude; of few values none does."""
    logs = [math.log10(v) if v > 0 else None for v in values]
    positive = [v for v in logs if v is not None]
    if len(positive) < ENOUGH:
        return [False] * len(values)
    middle = median(positive)
    spread = max(median(abs(v - middle) for v in positive) * 1.4826, 0.1)
    return [v is not None and abs(v - middle) / spread > FAR for v in logs]


def _cells(page: Page) -> dict[str, Cell]:
    cells = {}
    for item, found in (page.record.coverage.items if page.record.coverage else {}).items():
        level = None if found.excused else found.level
        cells[item] = Cell(level, *page.span(*found.evidence[0])) if level is not None and found.evidence else Cell(level)
    return cells


def _month(date: str | None) -> str:
    """The month that a date begins in, "" where it says none; ``XXXX-05-04`` says one."""
    month = (date or "").partition("/")[0][5:7]
    return month if month in MONTHS else ""
