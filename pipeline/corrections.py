"""The corrections file (更正文件): what a reviewer said of the findings and levels of a run, and nothing else.

The report writes it, ``review.py`` applies it, ``learn/reviewed.py`` makes gold of it. A correction is keyed by the
document (whose id is a hash of the source's path, bytes and place), the kind, the raw span and the quote; it also says what
the reviewer saw there, so that nothing is applied to a finding that has become another one since.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias, get_args

from pydantic import Field, ValidationError, model_validator

from pipeline.errors import CannotRun
from pipeline.records import (
    Award,
    Count,
    Date,
    DocType,
    Event,
    Finding,
    Frozen,
    Offset,
    Org,
    OrgType,
    Person,
    Place,
    Section,
    Statement,
    Work,
)

HUMAN: Final = "human"  # ``made_by`` of a finding, and ``reason`` of a level, that a person vouches for
FindingKind: TypeAlias = Literal[
    "sections", "counts", "dates", "persons", "orgs", "places", "works", "events", "awards",
    "problems", "requests", "plans", "proposals",
]  # fmt: skip
Value: TypeAlias = float | str | tuple[str, ...] | None
Level: TypeAlias = Literal[0, 1, 2]
DocId: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
TYPES: dict[str, type[Finding]] = {
    "sections": Section, "counts": Count, "dates": Date, "persons": Person, "orgs": Org, "places": Place, "works": Work,
    "events": Event, "awards": Award, "problems": Statement, "requests": Statement, "plans": Statement, "proposals": Statement,
}  # fmt: skip
# what a reviewer may say anew of a finding, in the order of the form; the rest follows from the text
EDITABLE: dict[str, tuple[str, ...]] = {
    "sections": ("level", "topics"),
    "counts": ("value", "max", "unit", "modifier", "object", "indicator", "scope", "status"),
    "dates": ("norm",),
    "persons": ("role", "group", "standing"),
    "works": ("kind",),
    "events": ("type", "status", "date", "participants", "participant_unit", "place", "theme", "cost", "result"),
    "awards": ("level", "rank", "recipient", "kind", "grantor", "date"),
}


class FindingCorrection(Frozen):
    """A finding confirmed, rejected, corrected, or added where the machine saw none."""

    about: Literal["finding"] = "finding"
    doc_id: DocId
    kind: FindingKind
    start: Offset  # code points of the raw text, as in the record
    end: Offset
    quote: str  # as the report showed it: masked where the report was
    verdict: Literal["confirm", "reject", "correct", "add"]
    seen: dict[str, Value] = Field(default={})  # what the report said of it, nulls left out
    to: dict[str, Value] = Field(default={})  # what it should say
    span: tuple[Offset, Offset] | None = None  # where it should stand

    @model_validator(mode="after")
    def _sensible(self) -> FindingCorrection:
        unknown = set(self.to) - set(EDITABLE.get(self.kind, ()))
        if unknown:
            raise ValueError(f"{self.kind} has no {', '.join(sorted(unknown))} to correct")
        if self.verdict == "correct" and not self.to and self.span is None:
            raise ValueError("a correction says what is right")
        if self.verdict in ("confirm", "reject") and (self.to or self.span):
            raise ValueError(f"to {self.verdict} changes nothing")
        return self


class LevelCorrection(Frozen):
    """The level of a coverage item confirmed or corrected."""

    about: Literal["level"] = "level"
    doc_id: DocId
    item: str  # of the record's coverage
    seen: Level
    verdict: Literal["confirm", "correct"]
    to: Level | None = None

    @model_validator(mode="after")
    def _sensible(self) -> LevelCorrection:
        if (self.verdict == "correct") != (self.to is not None):
            raise ValueError("a corrected level, and no other, says what is right")
        return self


class DocumentFacts(Frozen):
    """What a document is and whose; null where nothing is to change."""

    doc_type: DocType | None = None
    org_type: OrgType | None = None
    unit: str | None = None
    year: Annotated[int, Field(ge=1949, le=2100)] | None = None


class DocumentCorrection(Frozen):
    """A document as a whole: ``checked`` from beginning to end, or what it is put right."""

    about: Literal["document"] = "document"
    doc_id: DocId
    checked: bool = False
    to: DocumentFacts = DocumentFacts()


Correction: TypeAlias = Annotated[FindingCorrection | LevelCorrection | DocumentCorrection, Field(discriminator="about")]


class Corrections(Frozen):
    """One file of corrections (更正文件)."""

    schema_version: Literal[1] = 1
    run: DocId  # a hash of the records that were looked at
    reviewer: str | None = None
    corrections: tuple[Correction, ...] = ()

    def of(self, doc_id: str) -> list[Correction]:
        """Those about one document."""
        return [c for c in self.corrections if c.doc_id == doc_id]

    @property
    def checked(self) -> list[str]:
        """Documents that somebody has read from beginning to end."""
        return sorted({c.doc_id for c in self.corrections if isinstance(c, DocumentCorrection) and c.checked})


def load_corrections(path: Path) -> Corrections:
    """The corrections file at ``path``.

    Raises:
        CannotRun: there is none, or it is no corrections file; the reason names the entry.
    """
    try:
        return Corrections.model_validate_json(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise CannotRun("input_missing", path=str(path)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRun("corrections_unreadable", path=str(path), reason=type(error).__name__) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise CannotRun("corrections_unreadable", path=str(path), reason=f"{where}: {first['msg']}") from error


def choices(kind: str, field: str) -> tuple[str, ...]:
    """The closed list of a field of a kind; empty for one that is free."""
    return _choices(TYPES[kind].model_fields[field].annotation)


def is_number(kind: str, field: str) -> bool:
    """Whether a field of a kind is a number."""
    annotation = TYPES[kind].model_fields[field].annotation
    return annotation in (int, float) or bool({int, float} & set(get_args(annotation)))


def _choices(annotation: object) -> tuple[str, ...]:
    args = get_args(annotation)
    if args and all(isinstance(a, str) for a in args):
        return args
    return next((found for a in args if (found := _choices(a))), ())
