"""Resemblances (雷同): who has whose text, in this run and in the archive, told with the words of both sides.

What only the whole run can tell and no record holds: ``data/resemblances.jsonl`` keeps it for the tables and the report.
Each side is quoted in clear and as it may leave the office.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Literal, NamedTuple, TypeAlias

from pipeline.aggregate import mask
from pipeline.aggregate.candidates import Plan, passing
from pipeline.aggregate.duplicates import matches
from pipeline.aggregate.passages import blocks, passages, places_of
from pipeline.aggregate.register import Cards, Register
from pipeline.aggregate.restored import HIDDEN, Proposal, proposals
from pipeline.aggregate.shelf import Shelf
from pipeline.aggregate.sketches import Sketch
from pipeline.aggregate.spellings import same_unit
from pipeline.aggregate.views import Lines
from pipeline.records import Frozen, Offset, Record, WarningCode

FILE = "data/resemblances.jsonl"
ARCHIVED = "archived"  # in the plan's folder: a shelf of the archive's documents, by their numbers
# copied, retold: the document as a whole, word for word or in other words · passage: a stretch of it ·
# restored: a value that this document hides and the other one has
Kind: TypeAlias = Literal["copied", "retold", "passage", "restored"]


class Side(Frozen):
    """A stretch of one document. An archived document is named by its archive."""

    doc_id: str
    source: str
    archive: str | None = None
    unit: str | None
    year: int | None
    start: Offset
    end: Offset
    line: int
    text: str
    masked: str


class Resemblance(Frozen):
    """``here`` is in this run and the later one; ``other`` is the earlier one or archived."""

    kind: Kind
    here: Side
    other: Side
    similarity: float | None = None  # of documents: share of the smaller one's 8-grams
    same: int | None = None  # of passages: characters that are equal
    year_swapped: bool = False
    code: WarningCode | None = None  # of restored values: what is hidden

    @property
    def same_unit(self) -> bool:
        """Whether both are of one unit, under whatever spelling."""
        return same_unit(self.here.unit, self.other.unit)


class Known(NamedTuple):
    """What a side is made of."""

    record: Record
    archive: str | None
    names: frozenset[str]  # to be masked
    lines: Lines


class Archived(NamedTuple):
    """A document of the archive: its record, its raw text, where it comes from, and whom to mask in it."""

    record: Record
    raw: str
    archive: str
    names: frozenset[str] = frozenset()


def whole(register: Register, plan: Plan, nth: int, out: Path) -> None:
    """By range: its documents that are another one as a whole, in their order, as JSON lines to ``out``."""
    with Sides(register, plan) as sides, out.open("w", encoding="utf-8", newline="\n") as lines:
        for no, found in matches(plan, nth):
            one = Resemblance(
                kind=found.kind,
                here=sides.whole(no),
                other=sides.whole(found.earlier),
                similarity=found.similarity,
                year_swapped="year_swapped" in found.warnings,
            )
            lines.write(one.model_dump_json() + "\n")


def parts(register: Register, plan: Plan, nth: int, out: Path) -> None:
    """By range: the passages of its documents that later ones have, pair by pair, as JSON lines to ``out``."""
    with Sides(register, plan) as sides, out.open("w", encoding="utf-8", newline="\n") as lines:
        for earlier, later in passing(plan, nth):
            if later >= plan.archived:
                lines.writelines(one.model_dump_json() + "\n" for one in sides.between(earlier, later))


class Sides:
    """Documents of the run and of the archive as the sides of a resemblance; a context."""

    def __init__(self, register: Register, plan: Plan) -> None:
        self._plan = plan
        self._text_of = register.text_of
        self._cards = Cards(register)
        self._sketches = plan.sketches()
        self._filed = Shelf(plan.folder / ARCHIVED) if plan.archived else None
        self._sketch: Callable[[int], Sketch] = lru_cache(maxsize=256)(self._sketches.__getitem__)
        self._known = lru_cache(maxsize=256)(self._look_up)
        self._lines = lru_cache(maxsize=64)(lambda source: Lines(register.text_of(source)))

    def __enter__(self) -> Sides:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._cards.__exit__(kind, error, trace)
        self._sketches.close()
        if self._filed is not None:
            self._filed.close()

    def _look_up(self, no: int) -> Known:
        if no < self._plan.archived and self._filed is not None:
            filed: Archived = self._filed[no]
            return Known(filed.record, filed.archive, filed.names, Lines(filed.raw))
        doc_id = self._sketch(no).doc_id
        card = self._cards.get(doc_id)
        if card is None:
            raise KeyError(doc_id)
        return Known(card.record, None, self._cards.names(doc_id).all, self._lines(card.record.source))

    def side(self, no: int, start: int, end: int) -> Side:
        """A stretch of a document."""
        record, archive, names, seen = self._known(no)
        return Side(
            doc_id=record.doc_id,
            source=record.source,
            archive=archive,
            unit=record.unit.name,
            year=record.report_year.value,
            start=start,
            end=end,
            line=seen.number(start),
            text=seen.raw[start:end],
            masked=mask.excerpt(seen.raw, start, end, record, names),
        )

    def whole(self, no: int) -> Side:
        """A document, without its words."""
        record = self._known(no).record
        return self.side(no, record.start, record.start).model_copy(update={"end": record.end})

    def between(self, earlier: int, later: int) -> Iterator[Resemblance]:
        """The passages that two documents share, and what each hides and the other has."""
        first, second = self._sketch(earlier), self._sketch(later)
        if first.doc_id == second.doc_id:
            return
        aligned = blocks(first.squeezed, second.squeezed)
        found = passages(aligned, second.phrased)
        hidden = [any(w.code in HIDDEN for w in self._known(no).record.warnings) for no in (earlier, later)]
        if not (found or any(hidden)):
            return
        a_places, b_places = places_of(first), places_of(second)
        for p in found:
            yield Resemblance(
                kind="passage",
                here=self.side(later, b_places[p.b_start], b_places[p.b_end - 1] + 1),
                other=self.side(earlier, a_places[p.a_start], a_places[p.a_end - 1] + 1),
                same=p.same,
            )
        a_warnings, b_warnings = self._known(earlier).record.warnings, self._known(later).record.warnings
        swapped = [block._replace(a=block.b, b=block.a) for block in aligned]
        for one in proposals(swapped, b_places, b_warnings, a_places, a_warnings):
            yield self._restored(one, later, earlier)
        if earlier >= self._plan.archived:
            for one in proposals(aligned, a_places, a_warnings, b_places, b_warnings):
                yield self._restored(one, earlier, later)

    def _restored(self, found: Proposal, here: int, other: int) -> Resemblance:
        sides = self.side(here, found.start, found.end), self.side(other, found.other_start, found.other_end)
        return Resemblance(kind="restored", here=sides[0], other=sides[1], code=found.code)
