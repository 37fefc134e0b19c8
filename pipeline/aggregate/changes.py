"""What changed (变化) between two runs, or between two years: units, documents, scores, items, indicators.

Rows of the same unit and year are compared; where a unit has no year in both, its latest of each. Units are joined under
their several spellings over both sides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from pipeline.aggregate.cells import Row
from pipeline.aggregate.indicators import known
from pipeline.aggregate.spellings import Mention, joined
from pipeline.aggregate.tables import Column

About: TypeAlias = Literal["unit", "document", "score", "item", "indicator"]
How: TypeAlias = Literal["new", "gone", "up", "down", "rewritten"]


class Change(NamedTuple):
    """One thing that is not as it was; numbers where it has any."""

    unit: str
    before_year: int | None
    after_year: int | None
    about: About
    code: str  # of the item or indicator; the file of a document
    before: float | None
    after: float | None
    how: How
    doc_ids: tuple[str, ...]
    names: frozenset[str]

    @property
    def difference(self) -> float | None:
        return None if self.before is None or self.after is None else round(self.after - self.before, 6)

    @property
    def per_cent(self) -> float | None:
        """By how much of what it was; null where that was nought."""
        return None if self.difference is None or not self.before else round(100 * self.difference / abs(self.before), 1)


class Pair(NamedTuple):
    """A unit's row on each side; null where it has none."""

    unit: str
    before: Row | None
    after: Row | None

    @property
    def names(self) -> frozenset[str]:
        return frozenset().union(*(row.names for row in (self.before, self.after) if row))


def paired(before: Sequence[Row], after: Sequence[Row], years: tuple[int, int] | None = None) -> list[Pair]:
    """The rows of two sides, unit by unit; ``years`` are the ones to compare, where that is not the same one."""
    units = _units(before, after)
    sides: list[defaultdict[str, dict[int | None, Row]]] = []
    for side, rows in enumerate((before, after)):
        by_unit: defaultdict[str, dict[int | None, Row]] = defaultdict(dict)
        for row in rows:
            if years is None or row.year == years[side]:
                by_unit[units[row.unit, row.named]].setdefault(row.year, row)
        sides.append(by_unit)
    return [pair for unit in sorted({*sides[0], *sides[1]}) for pair in _pairs(unit, sides[0][unit], sides[1][unit], years)]


def _units(before: Sequence[Row], after: Sequence[Row]) -> dict[tuple[str, bool], str]:
    """The joined name of each unit of both sides; what has no unit stays under its file name."""
    rows = [*before, *after]
    named = {row.unit: row for row in rows if row.named}
    merged = joined([Mention(unit, unit, row.speaker.file) for unit, row in sorted(named.items())])
    return {(row.unit, row.named): merged[row.unit].unit if row.named else row.unit for row in rows}


def _pairs(
    unit: str, before: Mapping[int | None, Row], after: Mapping[int | None, Row], years: tuple[int, int] | None
) -> Iterator[Pair]:
    if years is not None:
        yield Pair(unit, before.get(years[0]), after.get(years[1]))
        return
    both = sorted(before.keys() & after.keys(), key=lambda y: y or 0)
    if before and after and not both:
        latest = [max(side.items(), key=lambda item: item[0] or 0)[1] for side in (before, after)]
        yield Pair(unit, latest[0], latest[1])
        return
    for year in sorted({*before, *after}, key=lambda y: y or 0):
        yield Pair(unit, before.get(year), after.get(year))


def changes(pairs: Iterable[Pair]) -> Iterator[Change]:
    """All changes, pair by pair: what is new or gone as a whole, else documents, score, items and indicators."""
    for pair in pairs:
        before, after = pair.before, pair.after
        if before is None or after is None:
            row = before or after
            assert row is not None
            how: How = "new" if before is None else "gone"
            yield _change(pair, "unit", row.unit, None, None, how)
            continue
        if before.year == after.year:
            yield from _documents(pair, before, after)
        yield from _numbers(pair, "score", {"score": before.speaker.score}, {"score": after.speaker.score})
        yield from _numbers(pair, "item", _points(before), _points(after))
        yield from _numbers(pair, "indicator", _values(before), _values(after))


def _documents(pair: Pair, before: Row, after: Row) -> Iterator[Change]:
    old, new = ({source.file: source.doc_id for source in row.sources} for row in (before, after))
    for file in sorted({*old, *new}):
        if file not in new:
            yield _change(pair, "document", file, None, None, "gone")
        elif file not in old:
            yield _change(pair, "document", file, None, None, "new")
        elif old[file] != new[file]:
            yield _change(pair, "document", file, None, None, "rewritten")


def _numbers(pair: Pair, about: About, before: Mapping[str, float | None], after: Mapping[str, float | None]) -> Iterator[Change]:
    for code in dict.fromkeys((*before, *after)):
        old, new = before.get(code), after.get(code)
        if old == new:
            continue
        how: How = "new" if old is None else "gone" if new is None else "up" if new > old else "down"
        yield _change(pair, about, code, old, new, how)


def _points(row: Row) -> dict[str, float | None]:
    return {item: points for item, _, points in row.speaker.levels}


def _values(row: Row) -> dict[str, float | None]:
    return {code: row.cells[code].figure.value for code in known() if code in row.cells}


def _change(pair: Pair, about: About, code: str, before: float | None, after: float | None, how: How) -> Change:
    rows = [row for row in (pair.before, pair.after) if row]
    return Change(
        unit=pair.unit,
        before_year=pair.before.year if pair.before else None,
        after_year=pair.after.year if pair.after else None,
        about=about,
        code=code,
        before=before,
        after=after,
        how=how,
        doc_ids=tuple(dict.fromkeys(row.speaker.doc_id for row in rows)),
        names=pair.names,
    )


NAME = "changes"
COLUMNS = (
    Column("unit_name", "text", lambda c: c.unit),
    Column("before_year", "integer", lambda c: c.before_year),
    Column("after_year", "integer", lambda c: c.after_year),
    Column("about", "code", lambda c: c.about, "about"),
    Column("code", "text", lambda c: c.code),
    Column("before", "number", lambda c: c.before),
    Column("after", "number", lambda c: c.after),
    Column("difference", "number", lambda c: c.difference),
    Column("difference_pct", "number", lambda c: c.per_cent),
    Column("how", "code", lambda c: c.how, "how"),
    Column("doc_ids", "mark", lambda c: ";".join(c.doc_ids)),
)
