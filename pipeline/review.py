"""The review loop (核对): a record and what a reviewer said of it → the record as it should have been.

Every correction must still find what it was made of: the document, the finding of that kind with that span and quote, and
what the report said of it. What a person has confirmed, put right or added is ``made_by`` ``human``; levels that follow from
the findings are judged anew, those that a person gave stand. ``reviewed.py`` does it to a whole run.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from pydantic import ValidationError

from pipeline.aggregate import mask
from pipeline.aggregate.checks import implausible, parts_and_totals
from pipeline.aggregate.coverage import load_rubric, score
from pipeline.aggregate.judge import judge
from pipeline.aggregate.levels import Judged
from pipeline.corrections import (
    EDITABLE,
    HUMAN,
    TYPES,
    Correction,
    DocumentCorrection,
    FindingCorrection,
    Level,
    LevelCorrection,
    Value,
)
from pipeline.errors import Refusal
from pipeline.flow import rubric_of
from pipeline.ingest.reread import reread
from pipeline.learn.norms import day_problem
from pipeline.records import Coverage, Event, Finding, Record, ReportYear, Section, Unit, Warn, WarningCode
from pipeline.settings import models_dir

DATES = ("norm", "date")  # fields that hold a date in its normal form
QUOTES = {"sections": "heading", "events": "name"}
ANSWERED: frozenset[WarningCode] = frozenset(  # doubts about a value, which end where a person has looked at it
    ("implausible_value", "amount_without_unit", "missing_number", "lost_date_part", "redacted_count", "low_confidence")
)


class Seen(NamedTuple):
    """A document as the report showed it: the raw text of its source, and the names that were masked."""

    record: Record
    raw: str
    names: frozenset[str]

    def shown(self, start: int, end: int) -> str:
        """A stretch of the page: the raw text, masked character for character."""
        record = self.record
        aided = [(p.start - record.start, p.end - record.start) for p in record.persons if p.standing == "aided"]
        text = mask.veiled(self.raw[record.start : record.end], self.names, aided)
        return text[start - record.start : end - record.start]

    def clean(self, start: int, end: int) -> str | None:
        """What the record would hold as the clean form of a stretch: null where it is the quote itself."""
        text = reread(self.raw, self.record.source, self.record.format).window(start, end).text.replace("\n", "")
        return None if text == self.raw[start:end] else text

    def quotes(self, quote: str, start: int, end: int) -> bool:
        """Whether the page showed ``quote`` there, masked or in clear."""
        return self.record.start <= start < end <= self.record.end and quote in (self.raw[start:end], self.shown(start, end))

    def said(self, kind: str, finding: Finding, seen: dict[str, Value]) -> bool:
        """Whether ``seen`` is what the page said of the finding."""
        for field in EDITABLE.get(kind, ()):
            real, told = getattr(finding, field), seen.get(field)
            real = None if real in ("", ()) else real
            if real != told and not (isinstance(real, str) and mask.masked(real, self.names) == told):
                return False
        return True


class _Refused(Exception):  # noqa: N818 (no error: it never leaves this module)
    """Why a correction cannot be applied, by its code."""


def reviewed(
    seen: Seen, corrections: Iterable[tuple[int, Correction]], rubric: str | None = None
) -> tuple[Record, list[Refusal]]:
    """The record with the corrections, each with its number in the file, and those that it no longer matches.

    ``rubric`` is the one that the run was given, if any.
    """
    record, refusals = seen.record, []
    found: dict[str, dict[tuple[int, int], Finding]] = {
        kind: {(f.start, f.end): f for f in getattr(record, kind)} for kind in TYPES
    }
    given: dict[str, Level] = {}
    update: dict[str, Any] = {}
    touched: list[tuple[int, int]] = []
    dealt: set[tuple[str, int, int]] = set()  # findings are dealt with once
    for number, one in corrections:
        try:
            if isinstance(one, FindingCorrection):
                if (key := (one.kind, one.start, one.end)) in dealt:
                    raise _Refused("twice")
                dealt.add(key)
                _apply(seen, one, found[one.kind])
                touched += [(one.start, one.end)]
            elif isinstance(one, LevelCorrection):
                _given(record, one, given)
            else:
                update |= _facts(one)
        except _Refused as refused:
            refusals.append(_refusal(number, one, str(refused)))
    changed = record.model_copy(update=update | {kind: _sorted(places) for kind, places in found.items()})
    changed = _outlined(record, changed, seen.raw)
    changed = changed.model_copy(update={"warnings": _warnings(seen, changed, touched)})
    return changed.model_copy(update={"coverage": _scored(record, changed, seen.raw, given, rubric)}), refusals


def _warnings(seen: Seen, after: Record, touched: Iterable[tuple[int, int]]) -> tuple[Warn, ...]:
    """The warnings of the corrected record: what the checks say of it now, but no doubts about what a person has looked at."""
    before, now = ({*implausible(r, seen.raw), *parts_and_totals(r, seen.raw)} for r in (seen.record, after))
    left = ({*seen.record.warnings} - (before - now)) | (now - before)
    settled = [*touched, *((f.start, f.end) for _, f in after.findings() if f.made_by == HUMAN)]
    return tuple(
        w
        for w in sorted(left, key=lambda w: (w.start, w.end, w.code))
        if w.code not in ANSWERED or not any(a <= w.start and w.start < w.end <= b for a, b in settled)
    )


def _apply(seen: Seen, one: FindingCorrection, places: dict[tuple[int, int], Finding]) -> None:
    place = one.start, one.end
    if not seen.quotes(one.quote, *place):
        raise _Refused("quote")
    if one.verdict == "add":
        found: dict[str, Any] = {"start": one.start, "end": one.end}
        if one.kind == "sections":
            found |= {"level": 1, "body_start": one.end, "body_end": one.end}
        _put(seen, one, places, found)
        return
    finding = places.get(place)
    if finding is None:
        raise _Refused("no_finding")
    if not seen.said(one.kind, finding, one.seen):
        raise _Refused("changed")
    del places[place]
    if one.verdict != "reject":
        _put(seen, one, places, finding.model_dump())


def _put(seen: Seen, one: FindingCorrection, places: dict[tuple[int, int], Finding], found: dict[str, Any]) -> None:
    """Put the finding, as the reviewer has it, among the others of its kind."""
    if one.span is not None or one.verdict == "add":
        start, end = one.span or (one.start, one.end)
        if not seen.record.start <= start < end <= seen.record.end:
            raise _Refused("quote")
        found |= {"start": start, "end": end, QUOTES.get(one.kind, "text"): seen.raw[start:end], "clean": seen.clean(start, end)}
        if one.kind == "sections":
            found["body_start"] = max(found["body_start"], end)
            found["body_end"] = max(found["body_end"], found["body_start"])
    if any(value is not None and day_problem(value) for name, value in one.to.items() if name in DATES):
        raise _Refused("invalid")
    try:
        new = TYPES[one.kind].model_validate(found | one.to | {"made_by": HUMAN, "confidence": None})
    except ValidationError as error:
        raise _Refused("invalid") from error
    if any(a < new.end and new.start < b for a, b in places):
        raise _Refused("overlap")
    places[new.start, new.end] = new


def _given(record: Record, one: LevelCorrection, given: dict[str, Level]) -> None:
    found = record.coverage.items.get(one.item) if record.coverage else None
    if found is None:
        raise _Refused("no_finding")
    if found.level != one.seen:
        raise _Refused("changed")
    if one.item in given:
        raise _Refused("twice")
    given[one.item] = one.seen if one.to is None else one.to


def _facts(one: DocumentCorrection) -> dict[str, Any]:
    to = one.to
    facts: dict[str, Any] = {"doc_type": to.doc_type, "org_type": to.org_type}
    if to.unit:
        facts["unit"] = Unit(name=to.unit, basis=HUMAN)
    if to.year is not None:
        facts["report_year"] = ReportYear(value=to.year, basis=HUMAN)
    return {name: value for name, value in facts.items() if value is not None}


def _refusal(number: int, one: Correction, reason: str) -> Refusal:
    if isinstance(one, FindingCorrection):
        return Refusal(number, one.doc_id, one.kind, one.quote, reason)
    return Refusal(number, one.doc_id, one.item if isinstance(one, LevelCorrection) else "document", "", reason)


def _sorted(places: dict[tuple[int, int], Finding]) -> tuple[Finding, ...]:
    return tuple(places[place] for place in sorted(places))


def _outlined(before: Record, after: Record, raw: str) -> Record:
    """The record with its outline nested anew, where a heading came, went, moved or changed its level."""
    shape = [[(s.start, s.end, s.level) for s in r.sections] for r in (before, after)]
    if shape[0] == shape[1]:
        return after
    last = max((s.body_end for s in before.sections), default=after.end)
    sections: list[Section] = []
    above: list[int] = []
    for i, section in enumerate(after.sections):
        while above and sections[above[-1]].level >= section.level:
            above.pop()
        closing = next((s for s in after.sections[i + 1 :] if s.level <= section.level), None)
        close = last if closing is None else closing.start if closing.number_start is None else closing.number_start
        body_end = section.body_start + len(raw[section.body_start : max(close, section.body_start)].rstrip())
        sections.append(section.model_copy(update={"parent": above[-1] if above else None, "body_end": body_end}))
        above.append(i)
    events = tuple(e.model_copy(update={"section": _home(e, sections)}) for e in after.events)
    return after.model_copy(update={"sections": tuple(sections), "events": events})


def _home(event: Event, sections: list[Section]) -> int | None:
    """The innermost section that an event lies in: the last that opens before it and closes behind it."""
    inside = [i for i, s in enumerate(sections) if s.start <= event.start < max(s.body_end, s.end)]
    return inside[-1] if inside else None


def _scored(before: Record, after: Record, raw: str, given: dict[str, Level], rubric: str | None) -> Coverage | None:
    """The coverage of the corrected record: levels that the corrections change are judged anew, a person's levels stand."""
    chosen = load_rubric(rubric or rubric_of(after))
    stored = before.coverage.items if before.coverage else {}
    judged = {str(item): Judged(s.level, s.evidence, s.reason or "") for item, s in stored.items()}
    if _facts_of(before) != _facts_of(after) or not stored:
        text = reread(raw, before.source, before.format).window(before.start, before.end)
        old, new = (judge(record, text, models_dir(), chosen) for record in (before, after))
        judged |= {item: found for item, found in new.items() if not stored or found != old[item]}
    for item, level in given.items():
        judged[item] = Judged(level, judged[item].evidence if level else (), HUMAN)
    return score(after, chosen, judged)


def _facts_of(record: Record) -> Record:
    """What levels are judged by."""
    return record.model_copy(update={"coverage": None, "warnings": (), "unit": Unit(), "report_year": ReportYear()})
