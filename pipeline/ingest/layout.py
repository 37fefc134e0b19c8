"""Reading order on a page (版面): columns beside each other are read one after the other, what spans them stands between.

A gutter is where hardly any line crosses. It parts columns of running text alone: lines on both sides fill their column, so that
neither a table's cells nor names set in rows are torn apart.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import groupby, pairwise
from statistics import median
from typing import NamedTuple

_FEWEST = 4  # lines of a column
_CROSSING = 0.34  # most lines that may cross a gutter: title, headings, a table
_LOOSE = 0.5  # of a character: how far a line's box may reach beyond its words, into the gutter
_GUTTER = 1.2  # characters from words to words: narrower gaps are none
_NARROWEST = 8  # characters of a column
_FILLED = 0.75  # of its column's width that a full line fills
_FULL = 0.5  # share of a column's lines that are full
_STEPS = 8  # places to a character at which a gutter is looked for


class Box(NamedTuple):
    """A line, or a part of one that stands apart, on a page; ``number`` is the caller's."""

    left: float
    top: float
    right: float
    bottom: float
    number: int


def regions(boxes: Sequence[Box], size: float) -> list[list[Box]]:
    """The boxes of a page in groups, in reading order; a group is one column, or what spans several, from top to bottom.

    Args:
        size: width of a character.
    """
    head, body, foot = _apart(boxes, size)
    return [group for group in (head, *_columns(body, size), foot) if group]


def _apart(boxes: Sequence[Box], size: float) -> tuple[list[Box], list[Box], list[Box]]:
    """The first row, what is between, and the last row, where these stand off: a page's header and footer."""
    lines = rows(boxes)
    gaps = [min(b.top for b in below) - max(b.bottom for b in above) for above, below in pairwise(lines)]
    if len(lines) < 2 * _FEWEST:
        return [], list(boxes), []
    usual = median(gaps)
    first = 1 if gaps[0] >= usual + size else 0
    last = len(lines) - 1 if gaps[-1] >= usual + size else len(lines)
    return (
        [box for row in lines[:first] for box in row],
        [box for row in lines[first:last] for box in row],
        [box for row in lines[last:] for box in row],
    )


def _columns(boxes: Sequence[Box], size: float) -> list[list[Box]]:
    at = _gutter(boxes, size)
    if at is None:
        return [sorted(boxes, key=lambda box: (box.top, box.left))] if boxes else []
    found: list[list[Box]] = []
    slack = _LOOSE * size
    for spans, band in groupby(_banded(boxes, at, slack), key=lambda box: _spans(box, at, slack)):
        group = list(band)
        if spans:
            found.append(group)
        else:
            for side in (True, False):
                found += _columns([box for box in group if (box.left + box.right < 2 * at) == side], size)
    return found


def rows(boxes: Sequence[Box]) -> list[list[Box]]:
    """The boxes of one region as lines: those that stand beside each other, from left to right."""
    found: list[list[Box]] = []
    for box in sorted(boxes, key=lambda box: (box.top + box.bottom, box.left)):
        last = found[-1][0] if found else None
        if last is not None and (box.top + box.bottom) / 2 < last.bottom - (last.bottom - last.top) / 4:
            found[-1].append(box)
        else:
            found.append([box])
    return [sorted(row, key=lambda box: box.left) for row in found]


def _spans(box: Box, at: float, slack: float) -> bool:
    return box.left + slack < at < box.right - slack


def _banded(boxes: Sequence[Box], at: float, slack: float) -> list[Box]:
    """The boxes so sorted that those between two that span the gutter stand together."""
    spanning = sorted(box.top for box in boxes if _spans(box, at, slack))
    return sorted(
        boxes,
        key=lambda box: (
            bisect_right(spanning, box.top) * 2 - _spans(box, at, slack),
            box.top,
        ),
    )


def _gutter(boxes: Sequence[Box], size: float) -> float | None:
    """Where columns part, or null."""
    if len(boxes) < 2 * _FEWEST or size <= 0:
        return None
    left, right = min(box.left for box in boxes), max(box.right for box in boxes)
    step = size / _STEPS
    places = min(int((right - left) / step) + 2, 10_000)
    changes = [0] * (places + 1)
    slack = _LOOSE * size
    for box in boxes:
        first, last = int((box.left + slack - left) / step), int((box.right - slack - left) / step) + 1
        if first < last:
            changes[min(first, places)] += 1
            changes[min(last, places)] -= 1
    crossing, now = [], 0
    for change in changes[:places]:
        now += change
        crossing.append(now)
    inner = crossing[places // 5 : places - places // 5]
    least = min(inner, default=len(boxes))
    if least > _CROSSING * len(boxes):
        return None
    runs = [(n, list(group)) for n, group in groupby(range(len(inner)), key=lambda i: inner[i])]
    widest = max((group for n, group in runs if n == least), key=len)
    if len(widest) * step < _GUTTER * size:
        return None
    at = left + (places // 5 + widest[len(widest) // 2]) * step
    apart = [box for box in boxes if not _spans(box, at, slack)]
    sides = [[box for box in apart if (box.left + box.right < 2 * at) == side] for side in (True, False)]
    return at if all(_is_column(side, size) for side in sides) and _beside(*sides) else None


def _is_column(boxes: Sequence[Box], size: float) -> bool:
    if len(boxes) < _FEWEST:
        return False
    width = max(box.right for box in boxes) - min(box.left for box in boxes)
    full = sum(box.right - box.left >= _FILLED * width for box in boxes)
    return width >= _NARROWEST * size and full >= _FULL * len(boxes)


def _beside(one: Sequence[Box], other: Sequence[Box]) -> bool:
    """Whether two columns stand at one height for most of the shorter one."""
    tops = [min(box.top for box in side) for side in (one, other)]
    ends = [max(box.bottom for box in side) for side in (one, other)]
    return min(ends) - max(tops) > 0.5 * min(end - top for top, end in zip(tops, ends, strict=True))
