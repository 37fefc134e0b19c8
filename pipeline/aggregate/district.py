"""The district (全区) as a whole: what only the documents of a run together can tell, gathered one document at a time.

Rows of the tables that are not about one document are made here: conflicts, flags, the summary over all units, who sent
something, and under which names.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import median
from typing import Literal, NamedTuple, TypeAlias, get_args

from pipeline import resources
from pipeline.aggregate.cells import Cells, Figure, Original, Row, Source, figures, settled_source
from pipeline.aggregate.indicators import known
from pipeline.aggregate.resemblances import Resemblance
from pipeline.aggregate.spellings import WEAK, Mention, Merged, Reason, joined, mention_of
from pipeline.aggregate.units import RosterRow
from pipeline.aggregate.views import View
from pipeline.records import Indicator, OrgType, WarningCode

FLAGS = "rules/flags.yaml"
REPORTS = ("summary", "exchange")  # documents that report work done
MOST_NAMED = 300  # units in a cell; the others are a number
OFF_RATIO = 1.0  # percentage points that a stated share may differ from the computed one
TOLERANCE = 0.005  # of a sum, for rounding

# within: a document says two things · several: it has several figures of a flow, perhaps of several occasions ·
# between: documents of one period differ · other_period: those of another part of the year do ·
# part_exceeds: a part is larger than its whole · ratio, balance: does not follow from two others · implausible: too large
ConflictKind: TypeAlias = Literal[
    "within", "several", "between", "other_period", "part_exceeds", "ratio", "balance", "implausible"
]  # fmt: skip
HARMLESS: tuple[ConflictKind, ...] = ("several", "other_period")
FlagCode: TypeAlias = Literal[
    "density_low", "no_congress", "reply_low", "satisfaction_low", "parts_total_conflict", "unsigned", "year_swapped",
    "near_duplicate", "boilerplate_high",
]  # fmt: skip
OF_WARNINGS: tuple[WarningCode, ...] = ("parts_total_conflict", "unsigned", "year_swapped", "near_duplicate")
Sent: TypeAlias = Literal["report", "other", "nothing"]


class Conflict(NamedTuple):
    """Figures that cannot all be right, or that a person should tell apart; the one that was taken goes first."""

    row: Row
    indicator: Indicator
    kind: ConflictKind
    figures: tuple[Figure, ...]

    @property
    def needs_check(self) -> bool:
        return self.kind not in HARMLESS

    @property
    def names(self) -> frozenset[str]:
        return frozenset().union(*(figure.source.names for figure in self.figures))


class Flag(NamedTuple):
    """Something about a unit's year that the score does not say."""

    row: Row
    code: FlagCode
    value: float | None
    limit: float | None

    @property
    def names(self) -> frozenset[str]:
        return self.row.names


class Summary(NamedTuple):
    """One item or indicator over all units of a year."""

    year: int | None
    kind: Literal["item", "indicator"]
    code: str
    values: tuple[float, ...]  # of the units that report it
    units: int
    silent: tuple[str, ...]  # units that report nothing of it; of very many the first
    names: frozenset[str]
    silent_n: int

    @property
    def total(self) -> float | None:
        """The sum; null where one would mean nothing."""
        adds_up = self.kind == "indicator" and not self.code.endswith("_pct")
        return math.fsum(self.values) if adds_up and self.values else None

    @property
    def middle(self) -> float | None:
        return round(median(self.values), 2) if self.values else None


class Spelling(NamedTuple):
    """A name that documents have for a unit, and why it is that unit."""

    unit: str
    name: str
    reason: Reason
    doc_ids: tuple[str, ...]
    names: frozenset[str]

    @property
    def needs_check(self) -> bool:
        return self.reason in WEAK


class Member(NamedTuple):
    """A unit of the roster or of the run, and what it sent."""

    unit: str
    org_type: OrgType
    listed: bool  # on the roster
    sent: Sent
    sources: tuple[Source, ...]
    spellings: tuple[Spelling, ...]
    names: frozenset[str]

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(sorted({s.year for s in self.sources if s.year is not None}))

    @property
    def needs_check(self) -> bool:
        return any(s.needs_check for s in self.spellings) or any(s.copy for s in self.sources)


class Alike(NamedTuple):
    """A resemblance, the files of its two sides, and whom to mask there."""

    found: Resemblance
    file: str
    other_file: str
    names: frozenset[str]


class Item(NamedTuple):
    """What the district must know of a document."""

    source: Source
    figures: tuple[Figure, ...]
    mention: Mention | None
    merged: Merged | None  # where the unit has been settled over all documents
    warned: frozenset[WarningCode]
    boilerplate: float | None
    no_congress: bool  # says nothing of one


def item_of(view: View, names: frozenset[str], original: Original | None, merged: Merged | None = None) -> Item:
    """What of a document the district must know; ``names`` are those to mask in what is said of it, ``original`` is the
    document of the run that it repeats."""
    record = view.record
    source = settled_source(view, names, original)
    text = "".join(view.lines.raw[record.start : record.end].split())
    return Item(
        source=source,
        figures=tuple(figures(view, source)) if source.counts else (),
        mention=mention_of(record),
        merged=merged,
        warned=frozenset(w.code for w in record.warnings if w.code in OF_WARNINGS),
        boilerplate=record.boilerplate,
        no_congress=not any(word in text for word in resources.yaml(FLAGS)["no_congress"]["words"]),
    )


@dataclass
class District:
    """All documents of a run; ``add`` one after the other, in the order of the records, then read the rest."""

    roster: Sequence[RosterRow] = ()
    resemblances: Sequence[Resemblance] = ()
    cells: Cells = field(default_factory=Cells)
    _mentions: list[Mention] = field(default_factory=list)
    _warned: dict[str, frozenset[WarningCode]] = field(default_factory=dict)
    _boilerplate: dict[str, float] = field(default_factory=dict)
    _no_congress: set[str] = field(default_factory=set)
    _merged: dict[str, Merged] = field(default_factory=dict)

    def add(self, view: View, names: frozenset[str]) -> None:
        """Take in one document; ``names`` are those to mask in what is said of it."""
        self.take(item_of(view, names, self.cells.original(view.record.duplicate_of)))

    def take(self, item: Item) -> None:
        """Take in what is known of one document."""
        doc_id = item.source.doc_id
        self.cells.take(item.source, item.figures)
        if item.mention:
            self._mentions.append(item.mention)
            if item.merged:
                self._merged[doc_id] = item.merged
        self._warned[doc_id] = item.warned
        if item.no_congress:
            self._no_congress.add(doc_id)
        if item.boilerplate is not None:
            self._boilerplate[doc_id] = item.boilerplate

    @cached_property
    def rows(self) -> list[Row]:
        """The unit-and-year rows."""
        return self.cells.rows()

    @cached_property
    def conflicts(self) -> list[Conflict]:
        """Row by row, in the order of the indicators."""
        order = {code: i for i, code in enumerate(known())}
        return [c for row in self.rows for c in sorted(conflicts_of(row), key=lambda c: order[c.indicator])]

    @cached_property
    def doubtful(self) -> frozenset[tuple[str, int | None]]:
        """Units and years with a conflict that a person should look at."""
        return frozenset((c.row.unit, c.row.year) for c in self.conflicts if c.needs_check)

    def needs_check(self, row: Row) -> bool:
        """Whether a person should look at a row: a conflict, a doubtful figure, a document with grave warnings."""
        unsure = any(c.figure.doubtful for c in row.cells.values())
        return unsure or row.speaker.needs_check or (row.unit, row.year) in self.doubtful

    def flags(self) -> Iterator[Flag]:
        """Flags row by row."""
        limits = resources.yaml(FLAGS)
        for row in self.rows:
            yield from self._flags_of(row, limits)

    def _flags_of(self, row: Row, limits: Mapping[str, Mapping[str, float]]) -> Iterator[Flag]:
        org_type, doc_id = row.speaker.org_type, row.speaker.doc_id
        for code in ("density_low", "reply_low", "satisfaction_low"):
            limit = limits[code].get(org_type, limits[code]["below"])
            found = row.cells.get(limits[code]["indicator"])  # type: ignore[call-overload]
            if found is not None and found.figure.range.most < limit:
                yield Flag(row, code, found.figure.value, limit)
        if doc_id in self._no_congress and row.speaker.doc_type in REPORTS and "congress_n" not in row.cells:
            yield Flag(row, "no_congress", None, None)
        for warning in OF_WARNINGS:
            if warning in self._warned[doc_id]:
                yield Flag(row, warning, None, None)  # type: ignore[arg-type]
        share, most = 100 * self._boilerplate.get(doc_id, 0.0), limits["boilerplate_high"]["above"]
        if share > most:
            yield Flag(row, "boilerplate_high", round(share, 1), most)

    def summaries(self) -> Iterator[Summary]:
        """Items, then indicators, year by year; the units of the roster count in every year."""
        listed = {row.unit for row in self.roster}
        by_year: defaultdict[int | None, list[Row]] = defaultdict(list)
        for row in self.rows:
            by_year[row.year].append(row)
        for year in sorted(by_year, key=lambda y: y or 0):
            rows = by_year[year]
            units = {row.unit for row in rows} | (listed if year is not None else set())
            names = frozenset[str]().union(*(row.names for row in rows))
            points = [{item: points for item, level, points in row.speaker.levels if level} for row in rows]
            items = dict.fromkeys(item for row in rows for item, _, _ in row.speaker.levels)
            for item in items:
                by_unit = {row.unit: own[item] for row, own in zip(rows, points, strict=True) if item in own}
                yield _summary(year, "item", item, by_unit, units, names)
            for code in known():
                by_unit = {row.unit: row.cells[code].figure.value for row in rows if code in row.cells}
                yield _summary(year, "indicator", code, by_unit, units, names)

    @cached_property
    def merged(self) -> dict[str, Merged]:
        """The unit of each document that names one, and why; settled over these documents where it has not been before."""
        return self._merged or joined(self._mentions, self.roster)

    def spellings(self) -> list[Spelling]:
        """Each name of each unit."""
        names_of = {s.doc_id: s.names for s in self.cells.sources}
        grouped: defaultdict[tuple[str, str, Reason], list[str]] = defaultdict(list)
        for mention in self._mentions:
            unit, reason = self.merged[mention.doc_id]
            grouped[unit, mention.name, reason].append(mention.doc_id)
        return [
            Spelling(unit, name, reason, tuple(ids), frozenset().union(*(names_of[i] for i in ids)))
            for (unit, name, reason), ids in sorted(grouped.items(), key=lambda pair: pair[0])
        ]

    def alike(self, *kinds: str) -> Iterator[Alike]:
        """The resemblances of some kinds, with whom to mask in what is said of them."""
        names_of = {s.doc_id: s.names for s in self.cells.sources}
        files = {s.doc_id: s.file for s in self.cells.sources}
        for one in self.resemblances:
            if one.kind in kinds:
                sides = one.here.doc_id, one.other.doc_id
                names = frozenset[str]().union(*(names_of.get(doc_id, frozenset()) for doc_id in sides))
                other = one.other.source if one.other.archive else files.get(one.other.doc_id, one.other.source)
                yield Alike(one, files.get(one.here.doc_id, one.here.source), other, names)

    def members(self) -> list[Member]:
        """Units of the roster and of the run by name; a document without a unit is none."""
        listed = {row.unit: row.org_type for row in self.roster}
        by_unit: defaultdict[str, list[Source]] = defaultdict(list)
        for source in self.cells.sources:
            if source.named:
                by_unit[source.unit].append(source)
        spelt: defaultdict[str, list[Spelling]] = defaultdict(list)
        for spelling in self.spellings():
            spelt[spelling.unit].append(spelling)
        return [
            Member(
                unit=unit,
                org_type=listed.get(unit) or _org_type(by_unit[unit]),
                listed=unit in listed,
                sent=_sent(by_unit[unit]),
                sources=tuple(by_unit[unit]),
                spellings=tuple(spelt[unit]),
                names=frozenset().union(*(s.names for s in by_unit[unit])),
            )
            for unit in sorted({*listed, *by_unit})
        ]


def conflicts_of(row: Row) -> Iterator[Conflict]:
    """All that does not agree in one row."""
    for code, cell in row.cells.items():
        taken = cell.figure
        kinds = dict.fromkeys(rival.kind for rival in cell.rivals)
        for kind in kinds:
            yield Conflict(row, code, kind, (taken, *(r.figure for r in cell.rivals if r.kind == kind)))
        spec = known()[code]
        if (spec.most is not None and taken.range.least > spec.most) or taken.value < 0:
            yield Conflict(row, code, "implausible", (taken,))
        whole = row.cells.get(spec.within) if spec.within else None
        if whole and taken.range.least > whole.figure.range.most:
            yield Conflict(row, code, "part_exceeds", (taken, whole.figure))
    stated, members, staff = (row.cells.get(code) for code in ("density_pct", "members", "staff"))
    if stated and members and staff and members.figure.exact and staff.figure.exact and staff.figure.value:
        share = 100 * members.figure.value / staff.figure.value
        if not stated.figure.range.least - OFF_RATIO <= share <= stated.figure.range.most + OFF_RATIO:
            yield Conflict(row, "density_pct", "ratio", (stated.figure, members.figure, staff.figure))
    balance, income, expense = (row.cells.get(code) for code in ("balance", "income", "expense"))
    if balance and income and expense:
        three = balance.figure, income.figure, expense.figure
        off = abs(income.figure.value - expense.figure.value - balance.figure.value)
        if all(f.exact for f in three) and off > TOLERANCE * max(abs(f.value) for f in three):
            yield Conflict(row, "balance", "balance", three)


def _summary(
    year: int | None,
    kind: Literal["item", "indicator"],
    code: str,
    by_unit: Mapping[str, float],
    units: set[str],
    names: frozenset[str],
) -> Summary:
    silent = tuple(sorted(units - by_unit.keys()))
    return Summary(year, kind, code, tuple(by_unit.values()), len(units), silent, names, len(silent))


def _sent(sources: Sequence[Source]) -> Sent:
    if any(s.doc_type in REPORTS for s in sources):
        return "report"
    return "other" if sources else "nothing"


def _org_type(sources: Sequence[Source]) -> OrgType:
    """The type that most documents of a unit give it; of equals the first of the closed list."""
    seen: Counter[OrgType] = Counter(s.org_type for s in sources if s.org_type != "unknown")
    order = get_args(OrgType)
    return min(seen, key=lambda kind: (-seen[kind], order.index(kind)), default="unknown")
