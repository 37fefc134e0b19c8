"""Missing values (缺值): what one copy of a text hides and another does not. A proposal, never a repair.

Between two stretches that are the same in both copies, the redacted one has a blank or ``xx`` and the other one words.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.aggregate.passages import Block
from pipeline.records import Warn, WarningCode

HIDDEN: tuple[WarningCode, ...] = (
    "redacted_year", "redacted_name", "redacted_count", "missing_number", "masked_words", "lost_date_part",
)  # fmt: skip
LONGEST = 16  # characters that a hidden value may have
SLACK = 2  # characters of a warning's edge that may be the same in both


class Proposal(NamedTuple):
    """``[start, end)`` of the redacted raw text stands as ``[other_start, other_end)`` in the other raw text."""

    code: WarningCode
    start: int
    end: int
    other_start: int
    other_end: int


def proposals(
    blocks: Sequence[Block],
    places: Sequence[int],
    warnings: Sequence[Warn],
    other_places: Sequence[int],
    other_warnings: Sequence[Warn],
) -> Iterator[Proposal]:
    """What the other copy has where a warning says that something is hidden; nothing where that copy hides it too.

    In ``blocks`` the redacted text is the first. ``places`` are the raw offsets of the squeezed characters of each.
    """
    if not places or not other_places:
        return
    monotone = sorted(blocks)
    starts = [block.a for block in monotone]
    hides = sorted((w.start, w.end) for w in other_warnings if w.code in HIDDEN)
    for warning in warnings:
        if warning.code not in HIDDEN or warning.start == warning.end:
            continue
        first, last = bisect_left(places, warning.start), bisect_left(places, warning.end)
        i = bisect_right(starts, first + SLACK) - 1
        while i >= 0 and monotone[i].a + monotone[i].length > last + SLACK:
            i -= 1
        if i < 0 or i + 1 == len(monotone):
            continue
        left, right = monotone[i], monotone[i + 1]
        gap = left.a + left.length, right.a
        other_gap = left.b + left.length, right.b
        between = first - SLACK <= gap[0] <= gap[1] <= last + SLACK and gap[0] <= last and gap[1] >= first
        if not between or not 0 < other_gap[1] - other_gap[0] <= LONGEST:
            continue
        start, end = other_gap[0] - max(gap[0] - first, 0), other_gap[1] + max(last - gap[1], 0)
        if not 0 <= start < end <= len(other_places):
            continue
        found = other_places[start], other_places[end - 1] + 1
        if not any(a < found[1] and found[0] < b for a, b in hides):
            yield Proposal(warning.code, warning.start, warning.end, *found)
