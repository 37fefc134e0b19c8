"""The almanac (历书): what a moment of the text is in ISO, and the days of festivals that move.

``norm`` turns what ``calendar`` reads into a norm (annotation guide §4 and §8) with the year that the document settles.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from pipeline.extract.calendar import festivals
from pipeline.resources import table

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.extract.calendar import Moment

# the months of a half of the year and of terms, named by the calendar year or by the school year
_TERMS = {
    "half1": (1, 6), "half2": (7, 12), "up": (2, 7), "spring": (2, 7), "down": (9, 1), "autumn": (9, 1), "term1": (9, 1),
}  # fmt: skip


@cache
def festival_days() -> dict[str, tuple[int, int | None]]:
    """Festival → (month, day or null for a lunar or moving one)."""
    return {name: (month, day) for name, month, day in festivals().values()}


@cache
def _moving() -> dict[str, str]:
    """Festival → the rule that gives its day."""
    return {name: day for name, _, day, _ in table("lexicons/festivals.tsv", 4) if day and not day.isdigit()}


@cache
def _lunar_months() -> dict[int, tuple[str, ...]]:
    """Lunar year → 清明, and the first days of its twelve months."""
    return {int(row[0]): row[1:] for row in table("lexicons/lunar_months.tsv", 14)}


def lunar_date(year: int, month: int, day: int) -> date | None:
    """The solar date of a day of a lunar year (农历), leap months left out; None outside the table."""
    if year not in _lunar_months():
        return None
    first = _lunar_months()[year][month]
    return date(year + (len(first) == 5), int(first[-4:-2]), int(first[-2:])) + timedelta(days=day - 1)


def moving_day(name: str, year: int) -> date | None:
    """The day of a festival that moves, in the solar year ``year``; None where no rule or table gives it."""
    kind, _, rule = _moving().get(name, "").partition(" ")
    if kind == "qingming" and year in _lunar_months():
        return date(year, int(_lunar_months()[year][0][:2]), int(_lunar_months()[year][0][2:]))
    if kind == "sunday":
        first = date(year, festival_days()[name][0], 1)
        return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (int(rule) - 1))
    if kind != "lunar":
        return None
    month, day = map(int, rule.split("-"))
    if month == 0:  # the eve of the first day
        spring = lunar_date(year, 1, 1)
        return spring - timedelta(days=1) if spring else None
    return lunar_date(year - (month == 12), month, day)


def norm(moment: Moment, year_of: Callable[[Moment], int | None]) -> str:
    """ISO norm of a moment; ``year_of`` gives the year of one that does not state it, or None."""
    year = moment.year if moment.year is not None else None if moment.redacted else year_of(moment)
    if moment.kind in ("plan", "year_range") and moment.year_2 is not None:
        return f"{moment.year}/{moment.year_2}"
    if moment.kind == "school_year":
        return _term("term2", year) if moment.term == "term2" else _months(year, 9, 1 if moment.term == "term1" else 7)
    if moment.term:
        return _term(moment.term, year)
    if moment.festival:
        return _festival(moment, year)
    if moment.month is None:
        return _year(year)
    if moment.kind == "lunar_month":
        return _lunar(moment, moment.month, year)
    head = f"{_year(year)}-{moment.month:02d}" + (f"-{moment.day:02d}" if moment.day is not None else "")
    if moment.day_2 is not None:
        return f"{head}/{_year(year)}-{moment.month_2 or moment.month:02d}-{moment.day_2:02d}"
    if moment.month_2 is not None:
        last = moment.year_2 or (year + (moment.month_2 < moment.month) if year is not None else None)
        return f"{head}/{_year(last)}-{moment.month_2:02d}"
    return head


def _year(year: int | None) -> str:
    return f"{year:04d}" if year is not None else "XXXX"


def _months(year: int | None, first: int, last: int) -> str:
    """From one month to another, which is of the next year where it does not come later."""
    return f"{_year(year)}-{first:02d}/{_year(year + (last < first) if year is not None else None)}-{last:02d}"


def _term(term: str, year: int | None) -> str:
    """A half, a quarter, a season or a school term; the second term of a school year falls in the next year."""
    if term.startswith("weather"):
        first = int(term[7:])
        return _months(year, first, (first + 1) % 12 + 1)
    if term.startswith("q"):
        last = int(term[1]) * 3
        return _months(year, last - 2, last)
    if term == "term2":
        return _months(year + 1 if year is not None else None, 2, 7)
    return _months(year, *_TERMS[term])


def _festival(moment: Moment, year: int | None) -> str:
    month, day = festival_days()[moment.festival or ""]
    if moment.after:
        return f"{_year(year)}-{month:02d}"
    if day is not None:
        return f"{_year(year)}-{month:02d}-{day:02d}"
    exact = moving_day(moment.festival or "", year) if year is not None else None
    return exact.isoformat() if exact else f"{_year(year)}-{month:02d}"


def _lunar(moment: Moment, month: int, year: int | None) -> str:
    """A lunar month or day: 去年腊月 is of the lunar year and falls in this January, a bare 腊月 in the document's own."""
    late = month >= 11
    usual = {12: "01"}.get(month, f"{month + 1:02d}")
    if year is None:
        return f"XXXX-{usual}"
    stated = moment.year is not None or moment.relative is not None
    lunar_year = year if stated or not late else year - 1
    exact = lunar_date(lunar_year, month, moment.day) if moment.day else None
    if exact is not None:
        return exact.isoformat()
    return f"{lunar_year + (month == 12)}-{usual}"
