"""The record: what one document comes out as, and nothing else. Read this file first.

Every type is frozen and refuses unknown fields. Offsets are Unicode code-point offsets into the decoded raw
text of the source, half open ``[start, end)``. Closed lists are ``Literal`` types; their meaning is fixed by the
annotation guide (union work documents, 工会工作总结) and shown to people through ``resources/labels.tsv``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION: Final = 1

DocType: TypeAlias = Literal["summary", "plan", "exchange", "reflection", "notice", "guide", "other"]
OrgType: TypeAlias = Literal["school", "enterprise", "government", "federation", "institution", "unknown"]
PeriodLabel: TypeAlias = Literal["year", "half", "semester", "quarter", "month", "multi_year", "unknown"]
PeriodBasis: TypeAlias = Literal["signature", "body", "title", "event", "given"]
Script: TypeAlias = Literal["simplified", "traditional", "mixed"]
Modifier: TypeAlias = Literal["about", "over", "under"]
Scope: TypeAlias = Literal["own", "area", "cumulative"]
CountStatus: TypeAlias = Literal["done", "planned"]
Standing: TypeAlias = Literal["committee", "delegate", "winner", "aided"]
WorkKind: TypeAlias = Literal["law", "rule", "book", "media", "project", "doc"]
EventType: TypeAlias = Literal[
    "meeting", "training", "contest", "recreation", "visit", "aid", "consult", "governance", "inspection",
    "publicity", "outreach", "other",
]  # fmt: skip
EventStatus: TypeAlias = Literal["held", "planned", "recurring"]
AwardLevel: TypeAlias = Literal["national", "provincial", "city", "county", "township", "system", "unit"]
Topic: TypeAlias = Literal[
    "ideology", "ethics", "skills", "democracy", "openness", "rights", "care", "culture", "women", "retirees",
    "organization", "publicity", "finance", "outreach",
]  # fmt: skip
SectionTopic: TypeAlias = Literal[
    "ideology", "ethics", "skills", "democracy", "openness", "rights", "care", "culture", "women", "retirees",
    "organization", "publicity", "finance", "outreach",
    "achievements", "problems", "plans", "requests", "preamble", "closing",
]  # fmt: skip
CoverageItem: TypeAlias = Literal[
    "ideology", "ethics", "skills", "democracy", "openness", "rights", "care", "culture", "women", "retirees",
    "organization", "publicity", "finance", "outreach",
    "figures", "timeline", "results", "problems", "plans", "identity",
]  # fmt: skip
Indicator: TypeAlias = Literal[
    "staff", "women_staff", "members", "women_members", "migrant_members", "new_members", "density_pct", "groups",
    "committee", "congress_n", "delegates", "proposals", "filed", "reply_pct", "satisf_pct", "suggestions",
    "adopted", "benefit_yuan", "contracts", "wage_agreements", "women_contracts", "covered", "disputes",
    "visit_times", "visit_yuan", "hardship", "warmth_yuan", "edu_aid_n", "edu_aid_yuan", "mutual_n", "claims",
    "claims_yuan", "checkups", "women_checkups", "retirees", "retiree_visits", "donors", "donated_yuan",
    "activities", "activity_times", "courses", "trainees", "contests", "awards_n", "income", "expense", "balance",
    "infos", "new_unions", "firms_with_union",
]  # fmt: skip
WarningCode: TypeAlias = Literal[
    "redacted_year", "redacted_name", "redacted_count", "missing_number", "masked_words", "lost_date_part",
    "truncated_start", "truncated_end", "unsettled_year", "title_body_conflict", "parts_total_conflict",
    "statement_conflict", "implausible_value", "amount_without_unit", "numbering_gap", "unsigned", "low_han_share",
    "mixed_script", "inline_pinyin", "hard_wraps", "injected_text", "junk_characters", "possible_two_documents",
    "near_duplicate", "year_swapped", "low_confidence", "recognised",
]  # fmt: skip
Offset: TypeAlias = Annotated[int, Field(ge=0)]


class Frozen(BaseModel):
    """Base of every type here: immutable, and an unknown field is an error, not a note."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Finding(Frozen):
    """Something found in the raw text; ``raw[start:end]`` equals its quoted field (``text``, ``heading`` or ``name``)."""

    start: Offset
    end: Offset
    clean: str | None = None  # simplified, unwrapped, unspaced form; null when equal to the quote
    made_by: str | None = None  # id of the rule or model
    confidence: float | None = None  # two decimals; null for a rule
    page: int | None = None  # 1-based, where the format has pages

    @property
    def quote(self) -> str:
        """The field that repeats the raw text."""
        raise NotImplementedError


class Quoted(Finding):
    """A finding whose quote is called ``text``."""

    text: str

    @property
    def quote(self) -> str:
        return self.text


class Section(Finding):
    """A heading and the body below it (章节). The span is the heading alone, without number and end mark."""

    heading: str
    number: str | None = None  # as written: "一、" "(二)" "①"
    number_start: Offset | None = None
    level: Annotated[int, Field(ge=1)]
    parent: Offset | None = None  # 0-based index into the document's sections
    body_start: Offset
    body_end: Offset
    topics: tuple[SectionTopic, ...] = ()

    @property
    def quote(self) -> str:
        return self.heading


class Count(Quoted):
    """A number with a unit, said about a measured thing (数据). ``value`` is null only for a redacted indicator."""

    value: float | None
    max: float | None = None
    unit: str
    modifier: Modifier | None = None
    object: str | None = None
    indicator: Indicator | None = None
    scope: Scope | None = None
    status: CountStatus = "done"


class Date(Quoted):
    """An expression that places something on the calendar; ``norm`` is ISO, an interval, or ``XXXX-…``."""

    norm: str


class Person(Quoted):
    """A real individual (人员)."""

    role: str | None = None
    group: str | None = None
    standing: Standing | None = None


class Org(Quoted):
    """A named organisation or its named body (单位)."""


class Place(Quoted):
    """A geographic or venue name used as a place (地点)."""


class Work(Quoted):
    """Everything in 《…》, brackets included."""

    kind: WorkKind


class Event(Finding):
    """One concrete activity (活动)."""

    name: str
    type: EventType
    status: EventStatus
    date: str | None = None
    participants: int | None = None
    participant_unit: str | None = None
    place: str | None = None
    theme: str | None = None
    cost: float | None = None  # yuan
    result: str | None = None
    section: Offset | None = None  # 0-based index into the document's sections

    @property
    def quote(self) -> str:
        return self.name


class Award(Quoted):
    """An honour received, or given by the unit (荣誉)."""

    level: AwardLevel | None = None
    rank: str | None = None
    recipient: str | None = None
    kind: Literal["person", "unit"] | None = None
    grantor: str | None = None
    date: str | None = None


class Statement(Quoted):
    """A sentence or list item: a problem, a request, a plan or a proposal."""


class Warn(Frozen):
    """Something about the text that a person should know; a zero-width span at ``start`` concerns the whole document."""

    code: WarningCode
    start: Offset
    end: Offset


class Period(Frozen):
    """The time that is reported on or planned for; months at the finest, null where the text does not settle it."""

    start: str | None = None
    end: str | None = None
    label: PeriodLabel = "unknown"
    basis: PeriodBasis | None = None


class Unit(Frozen):
    """What the tables are keyed by."""

    name: str | None = None
    basis: Literal["text", "roster", "folder", "file", "human"] | None = None


class ReportYear(Frozen):
    """The year a row of the tables belongs to."""

    value: int | None = None
    basis: Literal["period", "given", "human"] | None = None


class ItemScore(Frozen):
    """One item of the coverage score (评分项)."""

    level: Literal[0, 1, 2]
    points: float
    evidence: tuple[tuple[Offset, Offset], ...] = ()
    reason: str | None = None  # a code; labels.tsv has the words
    excused: bool = False


class Coverage(Frozen):
    """What the report covers by one rubric (报告覆盖度); ``score`` is null when every item is excused."""

    rubric: str
    score: float | None
    items: dict[str, ItemScore]  # a ``CoverageItem``, or an item of the office's own rubric by its name


class Record(Frozen):
    """One document of one source."""

    schema_version: Literal[1] = SCHEMA_VERSION
    doc_id: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    source: str
    encoding: str | None
    format: str
    script: Script
    start: Offset
    end: Offset
    doc_type: DocType
    title: str | None = None
    org: str | None = None
    org_type: OrgType = "unknown"
    period: Period = Period()
    signed_by: str | None = None
    signed_date: str | None = None
    author: str | None = None
    unit: Unit = Unit()
    report_year: ReportYear = ReportYear()
    truncated: bool = False
    redacted: bool = False
    topics: tuple[SectionTopic, ...] = ()
    duplicate_of: str | None = None
    similarity: float | None = None
    boilerplate: float | None = None
    sections: tuple[Section, ...] = ()
    counts: tuple[Count, ...] = ()
    dates: tuple[Date, ...] = ()
    persons: tuple[Person, ...] = ()
    orgs: tuple[Org, ...] = ()
    places: tuple[Place, ...] = ()
    works: tuple[Work, ...] = ()
    events: tuple[Event, ...] = ()
    awards: tuple[Award, ...] = ()
    problems: tuple[Statement, ...] = ()
    requests: tuple[Statement, ...] = ()
    plans: tuple[Statement, ...] = ()
    proposals: tuple[Statement, ...] = ()
    coverage: Coverage | None = None
    warnings: tuple[Warn, ...] = ()

    def findings(self) -> Iterator[tuple[str, Finding]]:
        """Yield ``(kind, finding)`` for every finding, kinds in the order of the fields."""
        for kind in FINDING_KINDS:
            for finding in getattr(self, kind):
                yield kind, finding


FINDING_KINDS = (
    "sections", "counts", "dates", "persons", "orgs", "places", "works", "events", "awards",
    "problems", "requests", "plans", "proposals",
)  # fmt: skip


class Noise(Frozen):
    """A stretch of a source that belongs to no document, and why it was cut."""

    source: str
    start: Offset
    end: Offset
    text: str
    reason: str  # a code of rules/noise.yaml


class Failure(Frozen):
    """A source, or a stage of it, that did not come through (失败)."""

    source: str
    stage: Literal["ingest", "segment", "extract", "aggregate", "export"]
    kind: str
    message: str  # in English, for the log; people see labels.tsv's words for the kind
    detail: dict[str, str | int | float | None] = {}
