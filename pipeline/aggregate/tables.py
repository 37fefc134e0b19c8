"""The tables (台账): for each, what its rows are, and each column's code, type and the way it is read off the record.

The order is the order of the files. Headers and the words for codes stand in ``resources/labels.tsv``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Literal, NamedTuple, TypeAlias

from pipeline.aggregate.views import View, calendar, document_needs_check, finding_needs_check
from pipeline.records import Date, Finding, ItemScore

# text: masked and neutralised in CSV · quote: spans of the raw text, likewise · code, codes: shown by their label ·
# mark: opaque (ids, ISO dates) · the rest are numbers and truth values
ColumnType: TypeAlias = Literal["text", "quote", "code", "codes", "mark", "integer", "number", "boolean"]
SUBJECT = re.compile(r"关于[^关，。；：（）\n]{2,40}的(?:建议|提案|议案|意见|请示)")


Reader: TypeAlias = Callable[[Any], Any]  # of a View, or of a row of the run


class Column(NamedTuple):
    """One column. ``labels`` is the group of ``labels.tsv`` that words a code."""

    code: str
    type: ColumnType
    read: Reader
    labels: str | None = None


class Table(NamedTuple):
    """One table: its rows, each a view with ``item`` set, and its columns."""

    name: str
    rows: Callable[[View], Iterator[View]]
    columns: tuple[Column, ...]


def document(view: View) -> Iterator[View]:
    """One row: the document."""
    yield view


def each(*kinds: str) -> Callable[[View], Iterator[View]]:
    """A row for each finding of the kinds, kind by kind."""

    def rows(view: View) -> Iterator[View]:
        for kind in kinds:
            for index, finding in enumerate(getattr(view.record, kind), 1):
                yield replace(view, item=finding, index=index, kind=kind)

    return rows


def scored_items(view: View) -> Iterator[View]:
    """A row for each item of the coverage score."""
    for index, pair in enumerate((view.record.coverage.items if view.record.coverage else {}).items(), 1):
        yield replace(view, item=pair, index=index)


def of(attribute: str) -> Reader:
    """An attribute of the row's finding."""
    return lambda v: getattr(v.item, attribute)


def doc(attribute: str) -> Reader:
    """An attribute of the document."""
    return lambda v: getattr(v.record, attribute)


def clean(view: View) -> str:
    """The finding as it is best read."""
    finding: Finding = view.item
    return finding.clean or finding.quote


def unit_key(view: View) -> str:
    """The unit; a document whose unit is unknown keeps its own rows, under the name of its file and its place there."""
    return view.record.unit.name or view.names[view.record.doc_id]


def score_needs_check(view: View) -> bool:
    """A truncated or redacted document can be scored too low."""
    return view.record.truncated or view.record.redacted


def date_as_written(view: View) -> str | None:
    """The date expression nearest to the event that has the event's date."""
    same: list[Date] = [d for d in view.record.dates if view.item.date and d.norm == view.item.date]
    nearest = min(same, key=lambda d: abs(d.start - view.item.start), default=None)
    return nearest.text if nearest else None


def precision(norm: str | None) -> str | None:
    """How exact an ISO date is."""
    if not norm:
        return None
    if "/" in norm:
        return "interval"
    return "no_year" if norm.startswith("XXXX") else {4: "year", 7: "month", 10: "day"}.get(len(norm))


def lower(view: View) -> float | None:
    """The least that the number can be: a range's lower end, and what 多 or 以上 is said of."""
    return view.item.value if view.item.max is not None or view.item.modifier == "over" else None


def upper(view: View) -> float | None:
    """The most that the number can be."""
    if view.item.max is not None:
        return float(view.item.max)
    return view.item.value if view.item.modifier == "under" else None


def subject(view: View) -> str | None:
    """What a proposal is about (案由), where it says so in the set form 关于…的建议."""
    found = SUBJECT.search(clean(view))
    return found and found.group()


def _score(view: View) -> tuple[str, ItemScore]:
    pair: tuple[str, ItemScore] = view.item
    return pair


def _similar(view: View) -> str | None:
    other = view.record.duplicate_of
    return other and view.names.get(other, other)


def _per_cent(view: View) -> float | None:
    share = view.record.boilerplate
    return None if share is None else round(100 * share, 1)


def _topic(view: View) -> str | None:
    return view.item.topics[0] if view.item.topics else None


UNIT_AND_YEAR = (
    Column("unit_name", "text", unit_key),
    Column("year", "integer", lambda v: v.record.report_year.value),
)
OF_FINDING = (
    Column("doc_id", "mark", doc("doc_id")),
    Column("start", "integer", of("start")),
    Column("end", "integer", of("end")),
    Column("line_no", "integer", lambda v: v.lines.number(v.item.start)),
    Column("raw_text", "quote", lambda v: ((v.item.start, v.item.end),)),
    Column("needs_check", "boolean", finding_needs_check),
)


def of_unit(needs_check: Reader) -> tuple[Column, ...]:
    """The last columns of a table of units."""
    return Column("doc_ids", "mark", doc("doc_id")), Column("needs_check", "boolean", needs_check)


TABLES = (
    Table("documents", document, (
        Column("no", "integer", lambda v: v.no),
        Column("file_name", "text", doc("source")),
        Column("part_no", "integer", lambda v: v.part_no),
        Column("unit_name", "text", lambda v: v.record.unit.name),
        Column("unit_type", "code", doc("org_type"), "org_type"),
        Column("doc_type", "code", doc("doc_type"), "doc_type"),
        Column("title", "text", doc("title")),
        Column("year", "integer", lambda v: v.record.report_year.value),
        Column("year_basis", "code", lambda v: v.record.report_year.basis, "year_basis"),
        Column("period_basis", "code", lambda v: calendar(v.record.period), "calendar"),
        Column("period_start", "mark", lambda v: v.record.period.start),
        Column("period_end", "mark", lambda v: v.record.period.end),
        Column("signed_by", "text", doc("signed_by")),
        Column("signed_date", "mark", doc("signed_date")),
        Column("chars", "integer", lambda v: v.lines.chars(v.record.start, v.record.end)),
        Column("script", "code", doc("script"), "script"),
        Column("redacted", "boolean", doc("redacted")),
        Column("truncated", "boolean", doc("truncated")),
        Column("similar_to", "text", _similar),
        Column("similarity", "number", doc("similarity")),
        Column("boilerplate_pct", "number", _per_cent),
        Column("quality_notes", "codes", lambda v: tuple(dict.fromkeys(w.code for w in v.record.warnings)), "warning"),
        *of_unit(document_needs_check),
    )),
    Table("sections", each("sections"), (
        Column("section_no", "integer", lambda v: v.index),
        Column("level", "integer", of("level")),
        Column("raw_no", "text", of("number")),
        Column("heading", "text", clean),
        Column("item_code", "mark", _topic),
        Column("item_name", "code", _topic, "topic"),
        Column("line_start", "integer", lambda v: v.lines.number(v.item.start)),
        Column("line_end", "integer", lambda v: v.lines.number(max(v.item.start, v.item.body_end - 1))),
        Column("chars", "integer", lambda v: v.lines.chars(v.item.body_start, v.item.body_end)),
        *OF_FINDING,
    )),
    Table("events", each("events"), (
        *UNIT_AND_YEAR,
        Column("event_date", "mark", of("date")),
        Column("date_raw", "text", date_as_written),
        Column("precision", "code", lambda v: precision(v.item.date), "precision"),
        Column("event_name", "text", clean),
        Column("event_type", "code", of("type"), "event_type"),
        Column("place", "text", of("place")),
        Column("participants", "integer", of("participants")),
        Column("participant_unit", "text", of("participant_unit")),
        Column("cost_yuan", "number", of("cost")),
        Column("result", "text", of("result")),
        Column("status", "code", of("status"), "event_status"),
        *OF_FINDING,
    )),
    Table("figures", each("counts"), (
        Column("code", "mark", of("indicator")),
        Column("name", "code", lambda v: v.item.indicator, "indicator"),
        Column("value", "number", of("value")),
        Column("min", "number", lower),
        Column("max", "number", upper),
        Column("approx", "code", of("modifier"), "modifier"),
        Column("unit", "text", of("unit")),
        Column("scope", "code", of("scope"), "scope"),
        Column("status", "code", of("status"), "count_status"),
        *OF_FINDING,
    )),
    Table("names", each("persons"), (
        Column("name", "text", clean),
        Column("name_raw", "quote", lambda v: ((v.item.start, v.item.end),)),
        Column("post", "text", of("role")),
        Column("group", "text", of("group")),
        Column("role", "code", of("standing"), "standing"),
        Column("privacy", "code", lambda v: "aided" if v.item.standing == "aided" else None, "privacy"),
        *OF_FINDING,
    )),
    Table("awards", each("awards"), (
        *UNIT_AND_YEAR,
        Column("recipient", "text", of("recipient")),
        Column("kind", "code", of("kind"), "award_kind"),
        Column("award", "text", clean),
        Column("level", "code", of("level"), "award_level"),
        Column("rank", "text", of("rank")),
        Column("grantor", "text", of("grantor")),
        Column("award_date", "mark", of("date")),
        *OF_FINDING,
    )),
    Table("issues", each("proposals", "problems", "requests", "plans"), (
        Column("kind", "code", lambda v: v.kind and v.kind.removesuffix("s"), "issue"),
        Column("no", "integer", lambda v: v.index),
        Column("subject", "text", subject),
        Column("content", "text", clean),
        *OF_FINDING,
    )),
    Table("coverage", scored_items, (
        *UNIT_AND_YEAR,
        Column("rubric", "code", lambda v: v.record.coverage and v.record.coverage.rubric, "rubric"),
        Column("item_name", "code", lambda v: _score(v)[0], "item"),
        Column("weight", "number", lambda v: v.weight(v.record, _score(v)[0])),
        Column("self_score", "number", lambda v: None),  # the unit fills it in
        Column("auto_score", "number", lambda v: None if _score(v)[1].excused else _score(v)[1].points),
        Column("review_score", "number", lambda v: None),  # the office fills it in
        Column("evidence", "quote", lambda v: _score(v)[1].evidence),
        Column("reason", "code", lambda v: "excused" if _score(v)[1].excused else _score(v)[1].reason, "reason"),
        *of_unit(score_needs_check),
    )),
)  # fmt: skip
