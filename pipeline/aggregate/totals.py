"""The summary over all units (全区汇总), added up part by part.

Of each figure its value is kept, since a median needs them all: eight bytes. Of the units that say nothing the first few
hundred names are, which is what the table shows, and how many there are.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from pipeline.aggregate.district import MOST_NAMED, District, Summary
from pipeline.aggregate.indicators import known

Kind: TypeAlias = Literal["item", "indicator"]


class Named(NamedTuple):
    """Units: the first of them by name, and how many."""

    first: tuple[str, ...] = ()
    many: int = 0

    def __add__(self, other: Named) -> Named:  # type: ignore[override]
        return Named(tuple(sorted((*self.first, *other.first))[:MOST_NAMED]), self.many + other.many)


def named(units: Iterable[str]) -> Named:
    """Units by name."""
    ordered = sorted(set(units))
    return Named(tuple(ordered[:MOST_NAMED]), len(ordered))


NOBODY = Named()


@dataclass(slots=True)
class Tally:
    """An item or indicator: what units report of it, and who is silent."""

    values: array[float]
    silent: Named


@dataclass(slots=True)
class Year:
    """What is known of a year."""

    units: Named
    names: set[str] = field(default_factory=set)  # to be masked
    tallies: dict[tuple[Kind, str], Tally] = field(default_factory=dict)


@dataclass(slots=True)
class Totals:
    """What some parts come to; ``add`` the others, in their order."""

    listed: Named = NOBODY
    years: dict[int | None, Year] = field(default_factory=dict)

    def add(self, other: Totals) -> None:
        """Take in the next part. A unit of the roster counts in every year, a code that a part has not is silence there."""
        for year in {*self.years, *other.years}:
            mine = self.years.setdefault(year, Year(self._absent(year)))
            theirs = other.years.get(year) or Year(other._absent(year))
            for key in dict.fromkeys((*mine.tallies, *theirs.tallies)):
                own = mine.tallies.setdefault(key, Tally(array("d"), mine.units))
                more = theirs.tallies.get(key) or Tally(array("d"), theirs.units)
                own.values.extend(more.values)
                own.silent += more.silent
            mine.units += theirs.units
            mine.names |= theirs.names
        self.listed += other.listed

    def _absent(self, year: int | None) -> Named:
        return self.listed if year is not None else Named()

    def summaries(self) -> Iterator[Summary]:
        """Items, then indicators, year by year."""
        for year in sorted(self.years, key=lambda y: y or 0):
            found = self.years[year]
            items = [key for key in found.tallies if key[0] == "item"]
            for kind, code in (*items, *(("indicator", code) for code in known())):
                tally = found.tallies.get((kind, code)) or Tally(array("d"), found.units)
                units = "".join(tally.silent.first)
                names = frozenset(name for name in found.names if all(char in units for char in "".join(name.split())))
                values, silent = tuple(tally.values), tally.silent
                yield Summary(year, kind, code, values, found.units.many, silent.first, names, silent.many)


def totals_of(district: District) -> Totals:
    """What one part comes to."""
    found = Totals(named(row.unit for row in district.roster))
    listed = {row.unit for row in district.roster}
    for row in district.rows:
        found.years.setdefault(row.year, Year(Named())).names.update(row.names)
    for year, own in found.years.items():
        own.units = named({row.unit for row in district.rows if row.year == year} | (listed if year is not None else set()))
    for one in district.summaries():
        if one.values or one.kind == "item":
            silent = Named(one.silent[:MOST_NAMED], len(one.silent))
            found.years[one.year].tallies[one.kind, one.code] = Tally(array("d", one.values), silent)
    return found
