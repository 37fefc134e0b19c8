"""What is known of each indicator (指标): ``resources/indicators.yaml``, and what a stated figure can mean in numbers."""

from __future__ import annotations

import math
from functools import cache
from typing import Literal, NamedTuple, TypeAlias, get_args

from pydantic import ValidationError

from pipeline import resources
from pipeline.errors import ResourceError
from pipeline.records import Count, Frozen, Indicator, Modifier

FILE = "indicators.yaml"
Kind: TypeAlias = Literal["stock", "flow", "rate"]
ABOUT = 0.1  # 约 and 近 are said of a figure within a tenth
OVER = 0.1  # 多 and 以上 of one that is at most so much larger, or less than one in its last digit that is not nought
UNDER = 0.5  # 不足 of one that is at least half


class Known(Frozen):
    """One line of the file."""

    kind: Kind
    within: Indicator | None = None  # the indicator that this one is a part of
    most: float | None = None  # a larger value is implausible
    opening: tuple[str, ...] = ()  # words before the figure of an earlier time
    wide: bool = True


@cache
def known() -> dict[Indicator, Known]:
    """All indicators in the order of the wide table's columns.

    Raises:
        ResourceError: one is missing or wrong.
    """
    loaded = resources.yaml(FILE)
    lines = resources.read_text(FILE).splitlines()
    found: dict[Indicator, Known] = {}
    for code, spec in loaded.items():
        line = next((i for i, text in enumerate(lines, 1) if text.startswith(f"{code}:")), 0)
        try:
            found[code] = Known.model_validate(spec)
        except ValidationError as error:
            raise ResourceError("bad_rule", file=FILE, line=line, reason=error.errors()[0]["msg"]) from error
    if set(found) != set(get_args(Indicator)):
        raise ResourceError("bad_rule", file=FILE, line=0, reason=f"{set(found) ^ set(get_args(Indicator))}")
    return found


class Range(NamedTuple):
    """What a stated figure can mean: both ends included."""

    least: float
    most: float

    def agrees(self, other: Range) -> bool:
        """Whether both can be said of one number."""
        return self.least <= other.most and other.least <= self.most


def meant(value: float, upper: float | None, modifier: Modifier | None) -> Range:
    """The range that a figure stands for: 2000多 is below 3000, 近50 is 45 to 55, a figure alone is itself."""
    if upper is not None:
        return Range(value, max(value, upper))
    if modifier == "over":
        return Range(value, value + max(OVER * value, _last_place(value)))
    if modifier == "under":
        return Range(UNDER * value, value)
    if modifier == "about":
        return Range(value - ABOUT * value, value + ABOUT * value)
    return Range(value, value)


def said(count: Count) -> Range:
    """The range of a count that has a value."""
    assert count.value is not None
    return meant(count.value, count.max, count.modifier)


def _last_place(value: float) -> float:
    """The place of the last digit that is not nought: 2000 → 1000, 46 → 1; 0 for 0 and fractions."""
    whole = int(value)
    if not whole or whole != value:
        return 0.0
    place = 1
    while whole % (place * 10) == 0 and place < 10 ** math.floor(math.log10(abs(whole)) + 1e-9):
        place *= 10
    return float(place)
