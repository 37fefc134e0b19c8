"""The tables of the whole run (全区台账): units and years instead of documents. Their rows are those of ``district.py``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from pipeline.aggregate import mask
from pipeline.aggregate.cells import Cell, Figure, Quote, Row, Source
from pipeline.aggregate.district import MOST_NAMED, Alike, District, Summary
from pipeline.aggregate.indicators import known
from pipeline.aggregate.resemblances import Side
from pipeline.aggregate.tables import Column, Reader
from pipeline.labels import label, message
from pipeline.records import Indicator


class RunTable(NamedTuple):
    """One table of the run. A row says in ``names`` whom to mask in its text; its quotes come masked and in clear."""

    name: str
    rows: Callable[[District], Iterable[Any]]
    columns: tuple[Column, ...]


class Annual(NamedTuple):
    """A row of the wide table."""

    row: Row
    needs_check: bool

    @property
    def names(self) -> frozenset[str]:
        return self.row.names


class Taken(NamedTuple):
    """A figure of the wide table and where it stands."""

    row: Row
    indicator: Indicator
    cell: Cell

    @property
    def names(self) -> frozenset[str]:
        return self.cell.figure.source.names


def annual(district: District) -> Iterable[Annual]:
    """The wide rows."""
    return (Annual(row, district.needs_check(row)) for row in district.rows)


def taken(district: District) -> Iterable[Taken]:
    """Cell by cell."""
    return (Taken(row, code, cell) for row in district.rows for code, cell in row.cells.items())


def indicator(code: Indicator) -> Column:
    """A column of the wide table."""

    def read(item: Annual) -> float | None:
        cell = item.row.cells.get(code)
        return cell.figure.value if cell else None

    return Column(code, "number", read)


def ids(sources: Iterable[Source]) -> str:
    """Documents by their ids."""
    return ";".join(source.doc_id for source in sources)


def stated(figures: Iterable[Figure]) -> tuple[Quote, ...]:
    """Each figure with its document, line and words."""
    return tuple(
        Quote(_stated(f, f.source.file, f.text.clear), _stated(f, _masked_file(f.source), f.text.masked)) for f in figures
    )


def _stated(figure: Figure, file: str, text: str) -> str:
    value = int(figure.value) if figure.value.is_integer() else figure.value
    return message("stated", "zh", value=value, file=file, line=figure.line, text=" ".join(text.split()))


def _masked_file(source: Source) -> str:
    return mask.masked(source.file, source.names)


def listed(names: Iterable[str], most: int = MOST_NAMED, of: int | None = None) -> str:
    """Names in one cell; of very many the first, and how many there are. ``of`` is that number where not all are given."""
    found = list(names)
    count = len(found) if of is None else of
    return "、".join(found[:most]) + (message("and_more", "zh", count=count) if count > most else "")


def least(item: Summary) -> float | None:
    return min(item.values, default=None)


def most(item: Summary) -> float | None:
    return max(item.values, default=None)


def quoted(item: Alike, side: Side) -> tuple[Quote, ...]:
    """The words of one side; a name that was found later than they were kept is masked too."""
    return (Quote(side.text, mask.masked(side.masked, item.names)),)


def _of_row(attribute: str) -> Reader:
    return lambda item: getattr(item.row, attribute)


def _of(attribute: str) -> Reader:
    return lambda item: getattr(item, attribute)


UNIT_AND_YEAR = (Column("unit_name", "text", _of_row("unit")), Column("year", "integer", _of_row("year")))

INDICATORS = RunTable("indicators", annual, (
    *UNIT_AND_YEAR,
    Column("period_basis", "code", _of_row("calendar"), "calendar"),
    *(indicator(code) for code, spec in known().items() if spec.wide),
    Column("doc_ids", "mark", lambda item: ids(item.row.sources)),
    Column("needs_check", "boolean", _of("needs_check")),
))  # fmt: skip

HERE = (
    Column("unit_name", "text", lambda item: item.found.here.unit or item.file),
    Column("year", "integer", lambda item: item.found.here.year),
    Column("file_name", "text", _of("file")),
)
OTHER = (
    Column("archive", "text", lambda item: item.found.other.archive),
    Column("other_unit", "text", lambda item: item.found.other.unit or item.other_file),
    Column("other_year", "integer", lambda item: item.found.other.year),
    Column("other_file", "text", _of("other_file")),
)
OF_PASSAGE = (
    Column("doc_id", "mark", lambda item: item.found.here.doc_id),
    Column("start", "integer", lambda item: item.found.here.start),
    Column("end", "integer", lambda item: item.found.here.end),
    Column("line_no", "integer", lambda item: item.found.here.line),
    Column("raw_text", "quote", lambda item: quoted(item, item.found.here)),
    Column("needs_check", "boolean", lambda item: True),  # who copied whom is for a person to say
)

DISTRICT_TABLES = (
    INDICATORS,
    RunTable("cells", taken, (
        *UNIT_AND_YEAR,
        Column("code", "mark", _of("indicator")),
        Column("name", "code", _of("indicator"), "indicator"),
        Column("value", "number", lambda item: item.cell.figure.value),
        Column("file_name", "text", lambda item: item.cell.figure.source.file),
        Column("rivals", "integer", lambda item: len(item.cell.rivals)),
        Column("doc_id", "mark", lambda item: item.cell.figure.source.doc_id),
        Column("start", "integer", lambda item: item.cell.figure.start),
        Column("end", "integer", lambda item: item.cell.figure.end),
        Column("line_no", "integer", lambda item: item.cell.figure.line),
        Column("raw_text", "quote", lambda item: (item.cell.figure.text,)),
        Column("needs_check", "boolean", lambda item: item.cell.figure.doubtful),
    )),
    RunTable("conflicts", lambda d: d.conflicts, (
        *UNIT_AND_YEAR,
        Column("indicator", "code", _of("indicator"), "indicator"),
        Column("kind", "code", _of("kind"), "conflict"),
        Column("taken", "number", lambda item: item.figures[0].value),
        Column("values", "quote", lambda item: stated(item.figures)),
        Column("doc_ids", "mark", lambda item: ids(dict.fromkeys(f.source for f in item.figures))),
        Column("needs_check", "boolean", _of("needs_check")),
    )),
    RunTable("flags", lambda d: d.flags(), (
        *UNIT_AND_YEAR,
        Column("flag", "code", _of("code"), "flag"),
        Column("value", "number", _of("value")),
        Column("limit", "number", _of("limit")),
        Column("doc_ids", "mark", lambda item: item.row.speaker.doc_id),
        Column("needs_check", "boolean", lambda item: item.row.speaker.needs_check),
    )),
    RunTable("summary", lambda d: d.summaries(), (
        Column("year", "integer", _of("year")),
        Column("kind", "code", _of("kind"), "summary_kind"),
        Column("code", "mark", _of("code")),
        Column("name", "text", lambda item: label(item.kind, item.code)),
        Column("reported_by", "integer", lambda item: len(item.values)),
        Column("units", "integer", _of("units")),
        Column("total", "number", _of("total")),
        Column("median", "number", _of("middle")),
        Column("least", "number", least),
        Column("most", "number", most),
        Column("silent_n", "integer", _of("silent_n")),
        Column("silent", "text", lambda item: listed(item.silent, of=item.silent_n)),
    )),
    RunTable("units", lambda d: d.members(), (
        Column("unit_name", "text", _of("unit")),
        Column("unit_type", "code", _of("org_type"), "org_type"),
        Column("listed", "boolean", _of("listed")),
        Column("sent", "code", _of("sent"), "sent"),
        Column("documents", "integer", lambda item: len(item.sources)),
        Column("years", "mark", lambda item: "、".join(map(str, item.years))),
        Column("spelt", "text", lambda item: listed(dict.fromkeys(s.name for s in item.spellings))),
        Column("doc_ids", "mark", lambda item: ids(item.sources)),
        Column("needs_check", "boolean", _of("needs_check")),
    )),
    RunTable("spellings", lambda d: d.spellings(), (
        Column("unit_name", "text", _of("unit")),
        Column("spelling", "text", _of("name")),
        Column("basis", "code", _of("reason"), "spelling"),
        Column("documents", "integer", lambda item: len(item.doc_ids)),
        Column("doc_ids", "mark", lambda item: ";".join(item.doc_ids)),
        Column("needs_check", "boolean", _of("needs_check")),
    )),
    RunTable("duplicates", lambda d: d.alike("copied", "retold"), (
        *HERE,
        Column("kind", "code", lambda item: item.found.kind, "alike"),
        Column("similarity", "number", lambda item: item.found.similarity),
        Column("year_swapped", "boolean", lambda item: item.found.year_swapped),
        *OTHER,
        Column("doc_id", "mark", lambda item: item.found.here.doc_id),
        Column("other_doc_id", "mark", lambda item: item.found.other.doc_id),
        Column("needs_check", "boolean", lambda item: True),
    )),
    RunTable("passages", lambda d: d.alike("passage"), (
        *HERE,
        Column("same", "integer", lambda item: item.found.same),
        *OTHER,
        Column("other_line_no", "integer", lambda item: item.found.other.line),
        Column("other_text", "quote", lambda item: quoted(item, item.found.other)),
        Column("other_doc_id", "mark", lambda item: item.found.other.doc_id),
        Column("other_start", "integer", lambda item: item.found.other.start),
        Column("other_end", "integer", lambda item: item.found.other.end),
        *OF_PASSAGE,
    )),
    RunTable("restored", lambda d: d.alike("restored"), (
        *HERE,
        Column("missing", "code", lambda item: item.found.code, "warning"),
        Column("proposed", "quote", lambda item: quoted(item, item.found.other)),
        Column("same_unit", "boolean", lambda item: item.found.same_unit),
        *OTHER,
        Column("other_line_no", "integer", lambda item: item.found.other.line),
        Column("other_doc_id", "mark", lambda item: item.found.other.doc_id),
        *OF_PASSAGE,
    )),
)  # fmt: skip
