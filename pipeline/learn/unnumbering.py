"""Gold documents whose headings have lost their numbers (去编号): few headings in gold have none, and a number is no matter.

What makes a heading without a number is that it names what follows and stands apart; the numbered headings of gold do so
too. A copy takes the numbers of one level away where every heading of it is short and has text of its own;
another also sets them otherwise, on lines of their own or glued to their text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.products import Part
from pipeline.segment import Reading, Span
from pipeline.segment.candidates import LONGEST_OPENING, TEXT
from pipeline.segment.numbering import number_at
from pipeline.spans import Text

if TYPE_CHECKING:
    from pipeline.learn.examples import Example

Stripped = tuple[Reading, list[Span]]  # a copy, and its headings

LAYOUTS = ("\n", "：\n", "：", "。", "。\n", "  ")  # what may stand behind a heading
_BEHIND = re.compile(r"[。：: \u3000]{0,4}\n?[ \u3000]{0,4}")
_WIDEST = 8  # characters of a number with the space behind it


class Cut(NamedTuple):
    """A number, and what stands between its heading and the text."""

    number: Span
    behind: Span


def unnumbered_copies(example: Example) -> Iterator[Stripped]:
    """Two copies for every level of headings that could stand without their numbers: set as they are, and set otherwise."""
    sections = example.spans("sections")
    for level in sorted({item["level"] for _, item in sections}):
        cuts = _cuts(example.reading, sections, level)
        if len(cuts) >= 2:
            other = LAYOUTS[(len(example.reading.clean) + level) % len(LAYOUTS)]
            yield _without(example.reading, cuts, sections, None)
            yield _without(example.reading, cuts, sections, other)


def _cuts(reading: Reading, sections: list[tuple[Span, dict[str, Any]]], level: int) -> list[Cut]:
    """The numbers to take away from the headings of a level; none where one of them is long or stands above nothing."""
    text, found = reading.clean, []
    starts = [line.start for line in reading.lines]
    ends = [*(span.start for span, _ in sections[1:]), len(text)]
    for (span, item), end in zip(sections, ends, strict=True):
        if item["level"] != level or not item["number"]:
            continue
        line = reading.lines[max(bisect_right(starts, span.start) - 1, 0)]
        if span.start - line.start > _WIDEST or number_at(text, line.start, span.end) is None:
            continue
        if span.end - span.start >= LONGEST_OPENING or len("".join(text[span.end : end].split())) < TEXT // 2:
            return []
        behind = _BEHIND.match(text, span.end)
        found.append(Cut(Span(line.start, span.start), Span(span.end, behind.end() if behind else span.end)))
    return found


def _without(reading: Reading, cuts: list[Cut], sections: list[tuple[Span, dict[str, Any]]], layout: str | None) -> Stripped:
    """The document without these numbers, and with ``layout`` behind each of the headings unless it is null."""
    text = reading.clean
    changes: list[tuple[Span, str]] = []
    for number, behind in cuts:
        changes += [(number, ""), *([] if layout is None else [(behind, layout)])]
    parts, at = [], 0
    for span, new in changes:
        parts += [text[at : span.start], new]
        at = span.end
    rest = "".join([*parts, text[at:]])
    ends = [span.end for span, _ in changes]
    grown = [0, *accumulate(len(new) - (span.end - span.start) for span, new in changes)]

    def moved(offset: int, side: Callable[[list[int], int], int] = bisect_right) -> int:
        return offset + grown[side(ends, offset)]

    headings = [Span(moved(span.start), moved(span.end, bisect_left)) for span, _ in sections]
    part = Part(start=0, end=len(rest), body_start=min(moved(reading.text_start), len(rest)))
    return Reading(Text(rest), part), headings
