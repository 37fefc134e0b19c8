"""Links (关联): which date and which head count belong to an event.

Every date and every count of people near an event is a candidate; a classifier judges each pair by what stands between, on
which side, and what the event is. The best candidate above its margin wins; where none is, the field stays null.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pipeline.lookup import Run, Seen

if TYPE_CHECKING:
    from pipeline.linear import Linear
    from pipeline.segment import Reading, Span

_BREAK = re.compile("[，。；：、！？\n,;:]")
LEAST = {"date": -0.9, "people": -0.7}  # margins from which a pair is taken: fields are mostly null, so the odds lean to no


class Anchor(NamedTuple):
    """Something an event may be linked to: a date or a head count, with what the record would say."""

    start: int
    end: int
    value: str  # norm of a date; "46 人" of a count
    kind: str  # pattern of a date; unit of a count


def candidates(reading: Reading, event: Span, anchors: Sequence[Anchor], *, wide: bool) -> list[Anchor]:
    """Anchors in the event's sentence; for dates (``wide``) also those before it in its paragraph or in the headings above it,
    and for an event that the title names (…大会上的报告) those of the lines below the title.
    """
    sentence = reading.sentence_at(event[0])
    first, last = sentence.start, max(sentence.end, event[1])
    above: list[Anchor] = []
    if wide:
        first = max(reading.clean.rfind("\n", 0, event[0]) + 1, event[0] - 160)
        section = reading.section_at(event[0])
        while section is not None:
            heading = reading.headings[section]
            if heading.end <= first:
                above = [*_within(anchors, heading.start, heading.end), *above]
            section = heading.parent
        if event[0] < reading.body.start:
            last = min(reading.body.start + 60, len(reading.clean))
    return [*above, *_within(anchors, first, last)]


def _within(anchors: Sequence[Anchor], start: int, end: int) -> Iterator[Anchor]:
    for at in range(bisect_left(anchors, start, key=lambda a: a.start), len(anchors)):
        if anchors[at].start >= end:
            return
        if anchors[at].end <= end:
            yield anchors[at]


def features(reading: Reading, event: Span, kind: str, anchor: Anchor, near: Sequence[Anchor], events: Sequence[Span]) -> Seen:
    """What the classifier sees of one pair."""
    text = reading.clean
    before = anchor.end <= event[0]
    inside = anchor.start >= event[0] and anchor.end <= event[1]
    side = "in" if inside else "b" if before else "a"
    if event[0] < reading.body.start:
        side = "t" + side
    elif before and reading.clean.rfind("\n", anchor.end, event[0]) >= 0:
        side = "h"
    between = text[anchor.end : event[0]] if before else text[event[1] : anchor.start]
    lo, hi = (anchor.end, event[0]) if before else (event[1], anchor.start)
    others = sum(lo <= e[0] and e[1] <= hi for e in events)
    rivals = sum(lo <= a.start and a.end <= hi for a in near if a is not anchor)
    commas, stops = between.count("，"), between.count("；") + between.count("。")
    distance = (
        "0"
        if len(between) == 0
        else "3"
        if len(between) <= 3
        else "8"
        if len(between) <= 8
        else "20"
        if len(between) <= 20
        else "+"
    )
    found = [
        f"side={side}",
        f"{side}|ev={min(others, 3)}",
        f"{side}|riv={min(rivals, 2)}",
        f"{side}|com={min(commas, 3)}",
        f"{side}|stop={min(stops, 2)}",
        f"{side}|d={distance}",
        f"{side}|type={kind}",
        f"{side}|anchor={anchor.kind}",
        f"{side}|{kind}|{anchor.kind}|{min(others, 2)}",
        f"{side}|next={text[anchor.end : anchor.end + 1]}",
        f"{side}|next2={text[anchor.end : anchor.end + 2]}",
        f"{side}|prev2={text[max(0, anchor.start - 2) : anchor.start]}",
        f"{side}|e={text[max(0, event[0] - 2) : event[0]]}",
        f"{side}|f={text[event[1] : event[1] + 2]}",
        f"{side}|mix={min(others, 2)}{min(rivals, 2)}{min(commas, 2)}{min(stops, 1)}",
    ]
    clause = text[max(0, anchor.start - 8) : anchor.start]
    found.append(f"{side}|opens={min(len(_BREAK.split(clause)[-1]), 4)}")  # a date that begins its clause holds for what follows
    runs = [
        Run(f"{side}|m=", lo, min(hi, lo + 14)),
        Run(f"{side}|x=", anchor.end, min(anchor.end + 6, len(text))),
        Run(f"{side}|y=", max(0, anchor.start - 6), anchor.start),
    ]
    return Seen(found, runs)


def link(
    model: Linear,
    reading: Reading,
    asked: Sequence[tuple[Span, str, Sequence[Anchor]]],
    events: Sequence[Span],
    least: float,
) -> list[Anchor | None]:
    """The anchor of each event (its span, its type, its candidates), or None."""
    rows = [features(reading, event, kind, anchor, near, events) for event, kind, near in asked for anchor in near]
    yes = model.classes[0].index("yes")
    scores = model.scores(rows, reading.clean)[0]
    margins = iter((scores[:, yes] - scores[:, 1 - yes]).tolist())
    found: list[Anchor | None] = []
    for event, _, near in asked:
        best: tuple[float, int, Anchor] | None = None
        for anchor, margin in [(anchor, round(next(margins), 3)) for anchor in near]:
            rank = (margin, -abs(anchor.start - event[0]), anchor)
            if margin >= least and (best is None or rank[:2] > best[:2]):
                best = rank
        found.append(best[2] if best else None)
    return found


def rows(
    reading: Reading,
    gold: Sequence[tuple[Span, str, str | None]],
    anchors: Sequence[Anchor],
    *,
    wide: bool,
    equal: Callable[[str, str], bool],
) -> Iterator[tuple[Seen, str]]:
    """Training rows: of each gold event (span, type, value or None) every candidate, labelled yes where it gives the value.

    Of several candidates that give the same value the nearest is the right one, the others are left out.
    """
    spans = [span for span, _, _ in gold]
    for span, kind, value in gold:
        near = candidates(reading, span, anchors, wide=wide)
        right = sorted((a for a in near if value is not None and equal(a.value, value)), key=lambda a: abs(a.start - span[0]))
        for anchor in near:
            if anchor in right[1:]:
                continue
            yield features(reading, span, kind, anchor, near, spans), "yes" if anchor in right[:1] else "no"
