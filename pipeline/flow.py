"""One source → records: the stages, in the order they run. A stage that fails yields a failure (失败), and the rest goes on."""

from __future__ import annotations

import re
import time
import traceback
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Literal, NamedTuple, TypeAlias

from pipeline.aggregate.sketches import Sketch, sketch
from pipeline.aggregate.units import Given, placed
from pipeline.errors import GonghuiError, ResourceError, SourceError
from pipeline.ingest.limits import DEFAULT, Limits
from pipeline.products import Ingested, Outlined, Part
from pipeline.records import FINDING_KINDS, Failure, Finding, Frozen, Record
from pipeline.settings import PACKAGE, models_dir

ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
Clock: TypeAlias = defaultdict[str, float]  # seconds by stage
StageName: TypeAlias = Literal["ingest", "segment", "extract", "aggregate", "export"]


class Task(NamedTuple):
    """One file to read: where it is, and what the record calls it."""

    path: Path
    name: str  # POSIX path relative to the input folder; a.zip!/inner.docx in an archive
    member: tuple[int, ...] = ()  # its place in the archive at ``path``


class Options(NamedTuple):
    """All that the operator gave and that changes a record."""

    given: Given = Given()
    rubric: str | None = None  # a name or a path; by unit type where there is none
    limits: Limits = DEFAULT


@dataclass(frozen=True, slots=True)
class Document:
    """A document on its way through the stages."""

    ingested: Ingested
    part: Part
    options: Options
    outlined: Outlined | None = None
    record: Record | None = None

    @property
    def settled(self) -> Record:
        """The record, once extraction has made one."""
        if self.record is None:
            raise ValueError("the document has not been extracted")
        return self.record


@dataclass(frozen=True, slots=True)
class Note:
    """What a run counts of one document."""

    doc_id: str
    start: int
    doc_type: str
    warnings: tuple[str, ...]
    claims: tuple[float, ...] = ()  # the confidence of every finding that bears one


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one source came to. Records and noise are JSON lines already: they cross from a worker as they are written."""

    source: str
    text: str | None = None
    format: str | None = None
    encoding: str | None = None
    records: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    noise: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    fixes: dict[str, int] = field(default_factory=dict)
    sketches: tuple[Sketch, ...] = ()  # of the documents that can be duplicates
    seconds: dict[str, float] = field(default_factory=dict)  # by stage
    kept: str | None = None  # the name under which the state has it
    recalled: bool = False  # from an earlier run


class Read(Frozen):
    """A source once it is read: all that its text alone decides, before anything is scored."""

    product: Ingested
    documents: tuple[Record | Failure, ...]  # one for each part, in the order of the text


def segmented(document: Document) -> Document:
    """Outline, sentences and tokens."""
    from pipeline.segment import segment

    return replace(document, outlined=segment(document.ingested, document.part))


def extracted(document: Document) -> Document:
    """Findings: the record as the text gives it."""
    from pipeline.extract import extract

    if document.outlined is None:
        raise ValueError("the document has not been segmented")
    return replace(document, record=extract(document.ingested, document.outlined))


def as_sure_as_read(document: Document) -> Document:
    """Findings of what was read from a picture are as sure as the least sure line they stand in."""
    record, lines = document.settled, document.ingested.source.recognised
    if not lines:
        return document
    starts, ends = [line.start for line in lines], [line.end for line in lines]

    def weighed(finding: Finding) -> Finding:
        touched = lines[bisect_right(ends, finding.start) : bisect_left(starts, finding.end)]
        doubts = [line.confidence for line in touched] + ([finding.confidence] if finding.confidence is not None else [])
        return finding.model_copy(update={"confidence": min(doubts)}) if touched else finding

    update = {kind: tuple(map(weighed, getattr(record, kind))) for kind in FINDING_KINDS}
    return replace(document, record=record.model_copy(update=update))


def with_unit(document: Document) -> Document:
    """Unit and year from the operator, where the text settles none."""
    return replace(document, record=placed(document.settled, document.options.given))


def with_checks(document: Document) -> Document:
    """Warnings of figures that cannot be right, and of sums that do not come out."""
    from pipeline.aggregate.checks import checked

    return replace(document, record=checked(document.settled, document.ingested.source.raw))


def with_coverage(document: Document) -> Document:
    """The coverage score by the rubric that the operator or the unit type chooses."""
    from pipeline.aggregate.coverage import load_rubric, score
    from pipeline.aggregate.judge import judge

    record = document.settled
    if record.doc_type == "guide":
        return document
    rubric = load_rubric(document.options.rubric or rubric_of(record))
    judged = judge(record, document.ingested.text(document.part), models_dir(), rubric)
    return replace(document, record=record.model_copy(update={"coverage": score(record, rubric, judged)}))


def grounded(document: Document) -> Document:
    """The document itself, once every finding is seen to quote the raw text.

    Raises:
        SourceError: ``ungrounded``.
    """
    record, raw = document.settled, document.ingested.source.raw
    for kind, finding in record.findings():
        if raw[finding.start : finding.end] != finding.quote or not record.start <= finding.start <= finding.end <= record.end:
            raise SourceError("ungrounded", finding=kind, start=finding.start, end=finding.end)
    return document


Stage: TypeAlias = tuple[StageName, Callable[[Document], Document]]
STAGES: tuple[Stage, ...] = (
    ("segment", segmented),
    ("extract", extracted),
    ("extract", as_sure_as_read),
    ("aggregate", with_unit),
    ("aggregate", with_checks),
    ("aggregate", with_coverage),
    ("export", grounded),
)
TEXTUAL = tuple(step for step in STAGES if step[0] in ("segment", "extract"))  # what the text alone decides
ADDED = tuple(step for step in STAGES if step not in TEXTUAL)  # what the operator's settings have a part in


def rubric_of(record: Record) -> str:
    """The rubric for a unit type: schools have theirs, all others share one until they have a file of their own."""
    return "school" if record.org_type == "school" else "enterprise"


def ingested(task: Task, options: Options) -> Ingested:
    """The source, decoded, cleaned and split.

    Raises:
        SourceError: it cannot be read.
    """
    from pipeline.ingest import read

    return read(task.path, task.name, options.limits, task.member)


def process(task: Task, options: Options) -> Outcome:
    """Everything one source comes to; what goes wrong with it is in ``failures``.

    Raises:
        ResourceError: a rule, lexicon, rubric or model is wrong or missing. That is no source's fault: it ends the run.
    """
    clock: Clock = defaultdict(float)
    found = reading(task, options, clock)
    return found if isinstance(found, Outcome) else scored(found, options, clock)


def reading(task: Task, options: Options, clock: Clock) -> Read | Outcome:
    """A source up to the records that its text gives, or its outcome where it cannot be read. ``clock`` counts seconds."""
    source, began = printable(task.name), time.perf_counter()
    try:
        product = ingested(task, options)
    except ResourceError:
        raise
    except Exception as error:
        return Outcome(source=source, failures=(failure(source, "ingest", error),))
    finally:
        clock["ingest"] += time.perf_counter() - began
    found = [through(Document(product, part, options), TEXTUAL, clock) for part in in_order(product)]
    return Read(product=product, documents=tuple(d if isinstance(d, Failure) else d.settled for d in found))


def scored(read: Read, options: Options, clock: Clock) -> Outcome:
    """What a source comes to, once its documents have unit, year and score. ``clock`` counts seconds."""
    found = [
        one if isinstance(one, Failure) else through(Document(read.product, part, options, record=one), ADDED, clock)
        for part, one in zip(in_order(read.product), read.documents, strict=True)
    ]
    began = time.perf_counter()
    made = outcome(read.product, [d if isinstance(d, Failure) else d.settled for d in found])
    clock["export"] += time.perf_counter() - began
    return replace(made, seconds={stage: round(spent, 4) for stage, spent in sorted(clock.items())})


def in_order(product: Ingested) -> list[Part]:
    """The documents of a source, in the order in which they stand in it."""
    return sorted(product.parts, key=lambda p: p.start)


def outcome(product: Ingested, documents: Sequence[Record | Failure]) -> Outcome:
    """What a source comes to, ``documents`` being what each of its parts came to."""
    source = product.source.source
    records = [d for d in documents if not isinstance(d, Failure)]
    failures = tuple(d for d in documents if isinstance(d, Failure))
    if not documents:
        failures = (Failure(source=source, stage="ingest", kind="no_document", message="nothing but noise"),)
    failures += tuple(_unread(source, page) for page in product.source.unread)
    return Outcome(
        source=source,
        text=product.source.raw,
        format=product.source.format,
        encoding=product.source.encoding,
        records=tuple(record.model_dump_json() for record in records),
        notes=tuple(map(_note, records)),
        noise=tuple(noise.model_dump_json() for noise in product.noise),
        failures=failures,
        fixes=dict(Counter(fix.kind for fix in product.fixes)),
        sketches=tuple(
            made
            for part, found in zip(in_order(product), documents, strict=True)
            if not isinstance(found, Failure) and (made := _sketch(product, part, found))
        ),
    )


def _note(record: Record) -> Note:
    claims = tuple(finding.confidence for _, finding in record.findings() if finding.confidence is not None)
    return Note(record.doc_id, record.start, record.doc_type, tuple(w.code for w in record.warnings), claims)


def _sketch(product: Ingested, part: Part, record: Record) -> Sketch | None:
    """The sketch of what stands below the boundary line, which is much the same all over a collection."""
    return sketch(record, product.text(part).window(max(part.start, part.body_start), part.end))


def _unread(source: str, page: int) -> Failure:
    """A page that is a picture: the rest of its file is read, and what is not is told."""
    return Failure(
        source=source, stage="ingest", kind="needs_ocr", message=f"page {page} has no text layer", detail={"page": page}
    )


def through_stages(document: Document) -> Record | Failure:
    """One document through every stage."""
    result = through(document, STAGES)
    return result if isinstance(result, Failure) else result.settled


def through(document: Document, stages: Iterable[Stage], clock: Clock | None = None) -> Document | Failure:
    """One document through some stages, in their order; the first that fails ends it. ``clock`` counts seconds by stage."""
    clock = defaultdict(float) if clock is None else clock
    for stage, step in stages:
        began = time.perf_counter()
        try:
            document = step(document)
        except ResourceError:
            raise
        except Exception as error:
            return failure(document.ingested.source.source, stage, error, start=document.part.start)
        finally:
            clock[stage] += time.perf_counter() - began
    return document


def failure(source: str, stage: StageName, error: BaseException, **detail: int) -> Failure:
    """An exception as a value. A known error keeps its code; any other is ``internal``, with the place it came from."""
    if isinstance(error, GonghuiError):
        told = ((key, value) for key, value in error.params.items() if key not in ("file", "path"))
        params = {key: _steady(value) if isinstance(value, str) else value for key, value in told}
        return Failure(source=source, stage=stage, kind=error.code, message=_steady(str(error)), detail={**params, **detail})
    where = next((f"{PurePath(f.filename).relative_to(PACKAGE).as_posix()}:{f.lineno}" for f in _ours(error)), None)
    return Failure(
        source=source,
        stage=stage,
        kind="out_of_memory" if isinstance(error, MemoryError) else "internal",
        message=_steady(f"{type(error).__name__}: {error}")[:500],
        detail={"where": where, **detail},
    )


def _ours(error: BaseException) -> list[traceback.FrameSummary]:
    """The frames of this package that the error passed through, innermost first."""
    frames = traceback.extract_tb(error.__traceback__)
    return [frame for frame in reversed(frames) if PurePath(frame.filename).is_relative_to(PACKAGE)]


def _steady(text: str) -> str:
    """The text of an error, printable and without addresses in memory: the same input is to give the same bytes."""
    return printable(ADDRESS.sub("", text))


def printable(text: str) -> str:
    """The text without lone surrogates: a file name that is no UTF-8 must not break the file that reports it."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
