"""One document → its record: every kind of finding, grounded in the raw text, coverage and duplicates left to aggregation."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pipeline import records as r
from pipeline.extract import awards as awards_
from pipeline.extract import events as events_
from pipeline.extract import names, profile, roles
from pipeline.extract.almanac import norm
from pipeline.extract.basics import basics
from pipeline.extract.calibration import calibrated
from pipeline.extract.certain import completed
from pipeline.extract.counted import counted
from pipeline.extract.cut import breaks_off
from pipeline.extract.deeds import deeds
from pipeline.extract.figures import Act
from pipeline.extract.groundwork import Groundwork
from pipeline.extract.indicators import indicate
from pipeline.extract.redaction import is_redacted
from pipeline.extract.speaker import reporting_unit
from pipeline.extract.statements import statements
from pipeline.extract.tagger import mark
from pipeline.extract.topics import topics
from pipeline.extract.years import YearSense
from pipeline.products import Ingested, Outlined
from pipeline.segment import Reading, Span
from pipeline.settings import models_dir
from pipeline.spans import Text, unbroken

if TYPE_CHECKING:
    from pipeline.extract.counts import Found as Count

F = TypeVar("F", bound=r.Finding)


_BLANK = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


def ground(made: type[F], text: Text, start: int, end: int, made_by: str, /, **fields: Any) -> F:
    """The one way a finding comes to be: a clean span becomes a raw span and quotes the raw text."""
    a, b = text.span(start, end)
    behind = bisect_left(text.fixes, (b,))
    if behind < len(text.fixes) and text.fixes[behind].start == b and text.fixes[behind].kind == "inline_pinyin":
        b = text.fixes[behind].end  # 工會(huì): its pinyin is the character's
    quote = text.raw[a:b]
    clean = _BLANK.sub("", text.text[start:end])
    name = {r.Section: "heading", r.Event: "name"}.get(made, "text")
    return made(start=a, end=b, clean=None if clean == quote else clean, made_by=made_by, **fields | {name: quote})


def _attributes(found: Count | roles.Person | events_.Event | awards_.Award) -> dict[str, Any]:
    """What a room found, less its place: named as the record names it."""
    return {name: value for name, value in found._asdict().items() if name not in ("start", "end")}


def plain(text: Text, start: int, end: int) -> str:
    """A raw quote for an attribute: as it stands, line breaks and padding between characters left out."""
    return unbroken(text.quote(start, end)).strip()


def extract(ingested: Ingested, outlined: Outlined) -> r.Record:
    """The record of one document of a source, as segmentation has outlined it.

    Raises:
        ResourceError: a model or rule file is missing or wrong.
    """
    part, source = outlined.part, ingested.source
    reading = Reading.of(ingested.text(part), outlined)
    common: dict[str, Any] = {
        "doc_id": part.doc_id,
        "source": source.source,
        "encoding": source.encoding,
        "format": source.format,
        "script": part.script,
        "start": part.start,
        "end": part.end,
    }
    if part.kind == "guide":
        truncated = part.cut_start or part.cut_end
        return r.Record(**common, doc_type="guide", title=profile.title(reading), truncated=truncated)
    return _with_pages(r.Record(**common, **findings(reading, ingested.warnings)), source.pages)


def findings(reading: Reading, warnings: Iterable[r.Warn] = (), *, calibrate: bool = True) -> dict[str, Any]:
    """Every field of the record that reading the text settles; without ``calibrate`` as sure as the models say themselves."""
    text, ground_work = reading.text, Groundwork(reading)
    models = models_dir()
    _, kind, signed, period, settled = known = basics(reading, ground_work.moments)
    sense = YearSense(reading, ground_work.moments, settled, summary=kind != "plan")
    dated = [(m.start, m.end, norm(m, sense)) for m in ground_work.moments]

    sentences = ground_work.sentences
    marked = mark(models, ground_work.sight, sentences, deeds(reading, models))
    named = names.completed(reading, marked.names)
    honours = awards_.given(reading, marked.awards)
    acts = completed(reading, marked.events, named)
    people = roles.persons(reading, named, [Span(a.start, a.end) for a in honours], models)
    orgs = [m for m in named if m.label == "ORG"]
    places = [Span(m.start, m.end) for m in named if m.label == "PLC"]
    counts = counted(reading, ground_work.candidates, models)
    held = events_.events(reading, acts, dated, counts, places, kind, models)
    activities = [Act(e.start, e.end, e.type, e.participants) for e in held]
    unit = reporting_unit(reading, orgs, signed.unit, models)
    org = plain(text, *unit) if unit else None
    clean_org = text.text[unit[0] : unit[1]] if unit else None
    setting = known.setting(reading, clean_org)
    me = profile.author(reading)
    cut_end = reading.part.cut_end or breaks_off(reading, models)
    said = statements(reading, kind, models)

    def sayings(wanted: str) -> tuple[r.Statement, ...]:
        return tuple(
            ground(
                r.Statement,
                text,
                s.start,
                s.end,
                "statement" if s.confidence is not None else "statement_rule",
                confidence=s.confidence,
            )
            for s in said
            if s.kind == wanted
        )

    found = {
        "doc_type": kind,
        "title": profile.title(reading),
        "org": org,
        "org_type": setting.org_type,
        "period": period,
        "signed_by": plain(text, *signed.unit) if signed.unit else None,
        "signed_date": signed.date,
        "author": plain(text, *me) if me else None,
        "unit": r.Unit(name=org, basis="text" if org else None),
        "report_year": _report_year(period),
        "truncated": reading.part.cut_start or cut_end,
        "redacted": is_redacted(ground_work.hidden),
        "sections": _sections(reading, models),
        "topics": () if any(h.level == 1 for h in reading.headings) else topics(reading, [(None, reading.body)], models)[0],
        "counts": tuple(
            ground(r.Count, text, c.start, c.end, "counts", **_attributes(c) | judged)
            for c, judged in zip(counts, indicate(reading, counts, setting, activities, models), strict=True)
        ),
        "dates": tuple(ground(r.Date, text, a, b, "calendar", norm=n) for a, b, n in dated),
        "persons": tuple(ground(r.Person, text, p.start, p.end, "names", **_attributes(p)) for p in people),
        "orgs": tuple(ground(r.Org, text, o.start, o.end, "names", confidence=o.confidence) for o in orgs),
        "places": tuple(
            ground(r.Place, text, m.start, m.end, "names", confidence=m.confidence) for m in named if m.label == "PLC"
        ),
        "works": tuple(ground(r.Work, text, w.start, w.end, "works", kind=w.kind) for w in ground_work.works),
        "events": tuple(
            ground(
                r.Event,
                text,
                e.start,
                e.end,
                "events",
                **_attributes(e)
                | {
                    "place": plain(text, *e.place) if e.place else None,
                    "theme": plain(text, *e.theme) if e.theme else None,
                    "section": reading.section_at(e.start),
                },
            )
            for e in held
        ),
        "awards": tuple(
            ground(r.Award, text, a.start, a.end, "awards", **_attributes(a))
            for a in awards_.awards(reading, honours, people, dated, models)
        ),
        "problems": sayings("problem"),
        "requests": sayings("request"),
        "plans": sayings("plan"),
        "proposals": sayings("proposal"),
        "warnings": _warnings(reading, ground_work, warnings, period, signed.date, cut_end),
    }
    return calibrated(found, models) if calibrate else found


def _sections(reading: Reading, models: Path) -> tuple[r.Section, ...]:
    """The outline; each level-1 section bears its topics."""
    stretches = [(Span(h.start, h.end), h.body) for h in reading.headings if h.level == 1]
    borne = iter(topics(reading, stretches, models))
    return tuple(s.model_copy(update={"topics": next(borne)}) if s.level == 1 else s for s in reading.sections())


def _report_year(period: r.Period) -> r.ReportYear:
    """The year a row belongs to: the period's last for several years, its first otherwise."""
    stated = period.end if period.label == "multi_year" else period.start
    return r.ReportYear(value=int(stated[:4]), basis="period") if stated else r.ReportYear()


def _warnings(
    reading: Reading, work: Groundwork, given: Iterable[r.Warn], period: r.Period, signed: str | None, cut_end: bool
) -> tuple[r.Warn, ...]:
    text, part = reading.text, reading.part
    found = [w for w in given if part.start <= w.start and w.end <= part.end]
    for h in work.hidden:
        a, b = text.span(h.start, h.end)
        found.append(r.Warn(code=h.code, start=a, end=b))

    def whole(code: r.WarningCode) -> None:
        found.append(r.Warn(code=code, start=part.start, end=part.start))

    if part.cut_start:
        whole("truncated_start")
    if cut_end:
        whole("truncated_end")
    if period.start is None:
        whole("unsettled_year")
    if not reading.sign_off and signed is None:
        whole("unsigned")
    titled = {m.year for m in work.moments if m.year and m.end <= reading.body.start}
    if titled and period.start and not any(abs(y - int(period.start[:4])) <= 1 for y in titled):
        whole("title_body_conflict")
    numbers = [(h.level, h.parent, h.number) for h in reading.headings if h.number]
    if _gap(reading, numbers):
        whole("numbering_gap")
    unique = dict.fromkeys(sorted(found, key=lambda w: (w.start, w.end, w.code)))
    return tuple(unique)


def _gap(reading: Reading, numbers: list[tuple[int, int | None, Span]]) -> bool:
    """Whether a series of section numbers misses, doubles or does not begin at one."""
    from pipeline.segment.numbering import number_at

    last: dict[tuple[int, int | None], int] = {}
    for level, parent, span in numbers:
        number = number_at(reading.clean, span.start, span.end + 4)
        if number is None or number.style in ("word", "dashed"):
            continue
        before = last.get((level, parent), 0)
        if number.value != before + 1:
            return True
        last[level, parent] = number.value
    return False


def _with_pages(record: r.Record, pages: tuple[int, ...]) -> r.Record:
    """Findings of a paged source carry their page (1-based)."""
    if not pages:
        return record
    from bisect import bisect_right

    update = {
        kind: tuple(f.model_copy(update={"page": max(bisect_right(pages, f.start), 1)}) for f in getattr(record, kind))
        for kind in r.FINDING_KINDS
    }
    return record.model_copy(update=update)
