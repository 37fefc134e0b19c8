"""Normal forms of dates (guide §4): whether a value has the form, is on the calendar, and runs forwards."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

_POINT = re.compile(r"(\d{4}|XXXX)(?:-(\d\d|XX)(?:-(\d\d|XX))?)?")
_MONTH = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2]))?")
LEAP_YEAR = 2000  # stands for a year that is not known


def is_month(value: Any) -> bool:
    """Whether ``value`` is ``YYYY`` or ``YYYY-MM``."""
    return isinstance(value, str) and _MONTH.fullmatch(value) is not None


def day_problem(value: Any) -> str | None:
    """``not_a_norm``, ``no_such_day``, ``runs_backwards``, or null for a norm that is right."""
    points = value.split("/") if isinstance(value, str) else []
    matches = [_POINT.fullmatch(point) for point in points]
    if not 1 <= len(points) <= 2 or not all(matches):
        return "not_a_norm"
    if not all(_exists(*match.groups()) for match in matches if match):
        return "no_such_day"
    if len(points) == 2 and "X" not in value:
        start, end = points
        width = min(len(start), len(end))  # at the coarser of the two grains
        if end[:width] < start[:width]:
            return "runs_backwards"
    return None


def _exists(year: str, month: str | None, day: str | None) -> bool:
    try:
        date(_number(year, LEAP_YEAR), _number(month, 1), _number(day, 1))
    except ValueError:
        return False
    return True


def _number(text: str | None, unknown: int) -> int:
    return unknown if text is None or "X" in text else int(text)
