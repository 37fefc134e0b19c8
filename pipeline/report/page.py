"""One document as its page shows it: masked text, marks, lists, scores. Offsets count UTF-16 units from the document's start.

JavaScript counts in UTF-16 units: 𬁶 is one character of the raw text and two units of a page.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from pipeline.aggregate import mask
from pipeline.aggregate.export import shown_number
from pipeline.aggregate.views import View, document_needs_check, in_doubt
from pipeline.corrections import EDITABLE, HUMAN
from pipeline.records import FINDING_KINDS, Finding, Record
from pipeline.report.words import Words, label_group, priorities

BEYOND_BMP = re.compile("[\U00010000-\U0010ffff]")
DETAILS: dict[str, tuple[str, ...]] = {
    "counts": ("modifier", "value", "max", "unit", "object", "indicator", "scope", "status"),
    "dates": ("norm",),
    "persons": ("role", "group", "standing"),
    "works": ("kind",),
    "events": ("type", "status", "date", "participants", "participant_unit", "place", "theme", "cost", "result"),
    "awards": ("level", "rank", "recipient", "grantor", "date"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """A view made fit for showing."""

    view: View
    names: frozenset[str]  # to be masked
    show_names: bool
    words: Words
    text: str  # masked, as long as the document
    units: Units
    checked: bool = False  # a person has read the document from beginning to end

    @property
    def record(self) -> Record:
        return self.view.record

    def shown(self, value: str | None) -> str:
        """A value that may be put on a page."""
        text = value or ""
        return text if self.show_names else mask.masked(text, self.names)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A raw span in the page's own offsets."""
        base = self.record.start
        return self.units(start - base), self.units(end - base)

    @property
    def file(self) -> str:
        """The file, and which of its documents this is."""
        name = self.shown(self.record.source)
        return name if self.view.part_no == 1 else f"{name} #{self.view.part_no}"

    @property
    def title(self) -> str:
        return self.shown(self.record.title) or self.file

    @property
    def unit(self) -> str:
        return self.shown(self.record.unit.name)

    @property
    def priority(self) -> int:
        """0 where nobody need look; else that of the weightiest warning."""
        if self.checked or not document_needs_check(self.view):
            return 0
        return max((priorities().get(w.code, 1) for w in self.record.warnings), default=1)

    @property
    def doubts(self) -> int:
        """How many findings a model was not sure of."""
        below = self.view.settings.needs_check_below
        claims = (f.confidence for _, f in self.record.findings() if f.made_by != HUMAN and f.confidence is not None)
        return sum(claim < below for claim in claims)

    @property
    def warning_codes(self) -> list[str]:
        return list(dict.fromkeys(w.code for w in self.record.warnings))


class Units:
    """Offsets of a text, from code points to UTF-16 units."""

    def __init__(self, text: str) -> None:
        self._wide = [m.start() for m in BEYOND_BMP.finditer(text)]

    def __call__(self, offset: int) -> int:
        return offset + bisect_left(self._wide, offset)


def page_of(view: View, names: frozenset[str], show_names: bool, words: Words, checked: bool = False) -> Page:
    """The page of a document; ``names`` are masked unless ``show_names``. ``checked``: a person has read all of it."""
    record = view.record
    text = view.lines.raw[record.start : record.end]
    if not show_names:
        aided = [(p.start - record.start, p.end - record.start) for p in record.persons if p.standing == "aided"]
        text = mask.veiled(text, names, aided)
    return Page(view, names, show_names, words, text, Units(text), checked)


Proposed: TypeAlias = tuple[tuple[int, int], str, str]  # raw span of what is hidden, what another copy says there, its id


def page_data(page: Page, proposed: Sequence[Proposed] = ()) -> dict[str, Any]:
    """What the script shows a document from."""
    record, words = page.record, page.words
    return {
        "id": record.doc_id,
        "title": page.title,
        "start": record.start,
        "checked": page.checked,
        "facts": [[words("fact_" + name), value, name] for name, value in _facts(page) if value],
        "editable": {"doc_type": record.doc_type, "org_type": record.org_type, "unit": page.unit or None,
                     "year": record.report_year.value},
        "copy_of": record.duplicate_of,
        "text": page.text,
        "line": page.view.lines.number(record.start),
        "outline": [
            _finding(page, "sections", s)
            | {"level": s.level, "number": page.shown(s.number), "heading": page.shown(s.clean or s.heading),
               "topics": [words.label("topic", topic) for topic in s.topics]}
            for s in record.sections
        ],
        "kinds": {
            kind: [_finding(page, kind, finding) for finding in getattr(record, kind)]
            for kind in FINDING_KINDS
            if kind != "sections" and getattr(record, kind)
        },
        "score": _score(page),
        "warnings": [
            [w.code, *page.span(w.start, w.end), [[text, other] for place, text, other in proposed if place == (w.start, w.end)]]
            for w in record.warnings
        ],
    }  # fmt: skip


def _facts(page: Page) -> list[tuple[str, str]]:
    record, label = page.record, page.words.label
    period = record.period
    return [
        ("file", page.file),
        ("checked", page.words("fact_all") if page.checked else ""),
        ("unit", page.unit),
        ("org_type", label("org_type", record.org_type)),
        ("doc_type", label("doc_type", record.doc_type)),
        ("year", str(record.report_year.value or "")),
        ("period", " – ".join(filter(None, (period.start, period.end)))),
        ("period_basis", label("period_basis", period.basis)),
        ("signed_by", page.shown(record.signed_by)),
        ("signed_date", record.signed_date or ""),
        ("author", page.shown(record.author)),
        ("script", label("script", record.script)),
        ("similarity", "" if record.similarity is None else f"{record.similarity:.0%}"),
        ("boilerplate", "" if record.boilerplate is None else f"{record.boilerplate:.0%}"),
    ]


def _finding(page: Page, kind: str, finding: Finding) -> dict[str, Any]:
    """Where it stands, what is known of it in words and in codes, and, where it is so, whether to check it, whether a person
    vouches for it, and how it is best read."""
    known = {
        "at": page.span(finding.start, finding.end),
        "note": _details(page, kind, finding),
        "values": [_shown_value(page, getattr(finding, name)) for name in EDITABLE.get(kind, ())],
        "check": int(in_doubt(page.view, finding)),
        "human": int(finding.made_by == HUMAN),
        "clean": page.shown(finding.clean) if finding.clean else None,
    }
    return {name: value for name, value in known.items() if value or name in ("at", "note")}


def _shown_value(page: Page, value: Any) -> Any:
    return page.shown(value) if isinstance(value, str) else value


def _details(page: Page, kind: str, finding: Finding) -> str:
    parts = []
    for name in DETAILS.get(kind, ()):
        value = getattr(finding, name)
        if value is None or value == "":
            continue
        group = label_group(kind, name)
        if group:
            parts.append(page.words.label(group, value))
        elif isinstance(value, str):
            parts.append(page.shown(value))
        else:
            parts.append(shown_number(float(value)))
    return " · ".join(parts)


def _score(page: Page) -> dict[str, Any] | None:
    coverage = page.record.coverage
    if coverage is None:
        return None
    label = page.words.label
    return {
        "rubric": label("rubric", coverage.rubric),
        "score": coverage.score,
        "items": [
            {
                "item": item,
                "name": label("item", item),
                "seen": found.level,
                "human": int(found.reason == HUMAN),
                "level": None if found.excused else found.level,
                "points": found.points,
                "weight": page.view.weight(page.record, item),
                "reason": label("reason", "excused" if found.excused else found.reason),
                "evidence": [page.span(start, end) for start, end in found.evidence],
            }
            for item, found in coverage.items.items()
        ],
    }
