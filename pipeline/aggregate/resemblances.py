"""Resemblances (雷同): who has whose text, in this run and in the archive, told with the words of both sides.

What only the whole run can tell and no record holds: ``data/resemblances.jsonl`` keeps it for the tables and the report.
Each side is quoted in clear and as it may leave the office.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from pipeline.aggregate import mask
from pipeline.aggregate.duplicates import Collection
from pipeline.aggregate.passages import aligned_pairs, passages, places_of
from pipeline.aggregate.restored import Proposal, proposals
from pipeline.aggregate.spellings import same_unit
from pipeline.aggregate.views import Lines
from pipeline.records import Frozen, Offset, Record, WarningCode

FILE = "data/resemblances.jsonl"
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


class Archived(NamedTuple):
    """A document of the archive: its record, its raw text and where it comes from."""

    record: Record
    raw: str
    archive: str


def resemblances(
    collection: Collection,
    records: Mapping[str, Record],
    text_of: Callable[[str], str],
    archived: Mapping[str, Archived],
) -> Iterator[Resemblance]:
    """All of a run, in the order of its documents. ``records`` are those of the run by id, ``archived`` the others.

    Raises:
        KeyError: the collection holds a document that neither of them has.
    """
    aided = mask.aided([*records.values(), *(one.record for one in archived.values())])
    lines = lru_cache(maxsize=64)(lambda source: Lines(text_of(source)))
    archived_lines = lru_cache(maxsize=64)(lambda doc_id: Lines(archived[doc_id].raw))

    def record_of(no: int) -> Record:
        doc_id = collection.id_of(no)
        return archived[doc_id].record if collection.is_archived(no) else records[doc_id]

    def side(no: int, start: int, end: int) -> Side:
        record = record_of(no)
        filed = archived[record.doc_id] if collection.is_archived(no) else None
        seen = archived_lines(record.doc_id) if filed else lines(record.source)
        return Side(
            doc_id=record.doc_id,
            source=record.source,
            archive=filed.archive if filed else None,
            unit=record.unit.name,
            year=record.report_year.value,
            start=start,
            end=end,
            line=seen.number(start),
            text=seen.raw[start:end],
            masked=mask.excerpt(seen.raw, start, end, record, aided.names(record)),
        )

    def whole(no: int) -> Side:
        record = record_of(no)
        return side(no, record.start, record.start).model_copy(update={"end": record.end})

    for no, other, match in collection.matches():
        yield Resemblance(
            kind=match.kind,
            here=whole(no),
            other=whole(other),
            similarity=match.similarity,
            year_swapped="year_swapped" in match.warnings,
        )
    for earlier, later, aligned in aligned_pairs(collection.count, collection.sketch):
        if collection.is_archived(later) or collection.id_of(earlier) == collection.id_of(later):
            continue
        a_places, b_places = places_of(collection.sketch(earlier)), places_of(collection.sketch(later))
        for p in passages(aligned, collection.sketch(later).phrased):
            yield Resemblance(
                kind="passage",
                here=side(later, b_places[p.b_start], b_places[p.b_end - 1] + 1),
                other=side(earlier, a_places[p.a_start], a_places[p.a_end - 1] + 1),
                same=p.same,
            )
        first, second = record_of(earlier), record_of(later)
        swapped = [block._replace(a=block.b, b=block.a) for block in aligned]
        for found in proposals(swapped, b_places, second.warnings, a_places, first.warnings):
            yield _restored(found, side(later, found.start, found.end), side(earlier, found.other_start, found.other_end))
        if not collection.is_archived(earlier):
            for found in proposals(aligned, a_places, first.warnings, b_places, second.warnings):
                yield _restored(found, side(earlier, found.start, found.end), side(later, found.other_start, found.other_end))


def _restored(found: Proposal, here: Side, other: Side) -> Resemblance:
    return Resemblance(kind="restored", here=here, other=other, code=found.code)
