"""How a table looks at a document: the record with its lines, its warnings in order, and its place in the run."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from pipeline.corrections import HUMAN
from pipeline.records import Finding, Period, Record, Warn
from pipeline.settings import Settings, settings

LINE_END = re.compile(r"\r\n|\n|\r")


class Lines:
    """A raw text that knows its line numbers."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self._starts = [0, *(m.end() for m in LINE_END.finditer(raw))]

    def number(self, offset: int) -> int:
        """1-based number of the line that an offset lies in."""
        return bisect_right(self._starts, offset)

    def chars(self, start: int, end: int) -> int:
        """Characters of a stretch, blanks left out."""
        return len("".join(self.raw[start:end].split()))


class Warned:
    """The stretches of a document that a warning lies on, looked up in logarithmic time."""

    def __init__(self, warnings: Iterable[Warn]) -> None:
        spans = sorted((w.start, w.end) for w in warnings)
        self._starts = [start for start, _ in spans]
        self._reach = list(accumulate((end for _, end in spans), max))  # how far the warnings up to each one reach

    def touch(self, start: int, end: int) -> bool:
        """Whether a warning shares a character with the stretch."""
        before = bisect_left(self._starts, end)
        return before > 0 and self._reach[before - 1] > start


@dataclass(frozen=True, slots=True)
class View:
    """What a column is read from: a document, and the thing in it that the row is about."""

    record: Record
    lines: Lines
    warned: Warned
    settings: Settings
    no: int  # running number of the document in the run, from 1
    part_no: int  # of the document in its source, from 1
    names: dict[str, str]  # document ids seen so far → file and part
    weight: Callable[[Record, str], float | None]  # of an item in the record's rubric
    item: Any = None
    index: int = 0  # 1-based, of the item among its kind in the document
    kind: str | None = None


def finding_needs_check(view: View) -> bool:
    """Whether a warning lies on the row's finding, or a model was not sure of it."""
    return in_doubt(view, view.item)


def in_doubt(view: View, finding: Finding) -> bool:
    """Whether a warning lies on a finding of the document, or a model was not sure of it; not where a person was."""
    if finding.made_by == HUMAN:
        return False
    unsure = finding.confidence is not None and finding.confidence < view.settings.needs_check_below
    return unsure or view.warned.touch(finding.start, finding.end)


def document_needs_check(view: View) -> bool:
    """Whether the document has a warning that the settings want looked at."""
    return any(w.code in view.settings.needs_check_warnings for w in view.record.warnings)


def calendar(period: Period) -> str | None:
    """Which year the unit counts by (统计口径): calendar year, school year, or October to September."""
    start, end = (period.start or "")[5:7], (period.end or "")[5:7]
    if period.label == "semester" or (start in ("08", "09") and end in ("01", "02", "06", "07", "08")):
        return "school_year"
    if start == "10" and end == "09":
        return "oct_sep"
    same_year = period.start and period.end and period.start[:4] == period.end[:4]
    return "calendar" if same_year or (period.label == "multi_year" and not start) else None


def views(
    records: Iterable[Record],
    text_of: Callable[[str], str],
    weight: Callable[[Record, str], float | None],
    first: int = 0,
) -> Iterator[View]:
    """A view of each document in turn; ``first`` documents have gone before."""
    source, lines, part_no = None, Lines(""), 0
    names: dict[str, str] = {}
    for no, record in enumerate(records, first + 1):
        if record.source != source:
            source, lines, part_no = record.source, Lines(text_of(record.source)), 0
        part_no += 1
        names[record.doc_id] = record.source if part_no == 1 else f"{record.source} #{part_no}"
        yield View(
            record=record, lines=lines, warned=Warned(record.warnings), settings=settings(), no=no, part_no=part_no,
            names=names, weight=weight,
        )  # fmt: skip
