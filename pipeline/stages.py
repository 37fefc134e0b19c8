"""The stages on disk (分步运行): ``ingest → segment → extract → aggregate``, each from the files that the one before wrote.

A folder holds the products of the first three as JSON lines, one a source, in the order of the sources; every line is one
of the types below. ``aggregate`` ends where ``run`` does, and writes the same bytes: both go through ``flow.STAGES``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

from pydantic import ValidationError

from pipeline import archive, output
from pipeline.errors import CannotRun, ResourceError
from pipeline.flow import STAGES, Document, Options, Outcome, StageName, failure, in_order, ingested, outcome, printable, through
from pipeline.products import Ingested, Outlined
from pipeline.records import Failure, Frozen, Record
from pipeline.run import Job, Report, listed, put_together
from pipeline.settings import one_thread_a_process

LISTING = "listing.json"
FILES = {"ingest": "ingested.jsonl", "segment": "segmented.jsonl", "extract": "extracted.jsonl"}  # stage → its product
PARTIAL = ".partial"


class Listing(Frozen):
    """What the stages began with: the input folder, which files were wanted, and those passed over with the reason why."""

    input: str
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    ignored: tuple[tuple[str, str], ...] = ()


class IngestedSource(Frozen):
    """A source after ingestion: its product, or why there is none."""

    source: str
    product: Ingested | None = None
    failure: Failure | None = None


class SegmentedSource(Frozen):
    """A source after segmentation: what each of its documents came to."""

    source: str
    documents: tuple[Outlined | Failure, ...] = ()


class ExtractedSource(Frozen):
    """A source after extraction: what each of its documents came to."""

    source: str
    documents: tuple[Record | Failure, ...] = ()


T = TypeVar("T")
S = TypeVar("S", IngestedSource, SegmentedSource, ExtractedSource)
Later = TypeVar("Later", SegmentedSource, ExtractedSource)


@dataclass(slots=True)
class Tally:
    """What a stage came to."""

    path: Path
    sources: int = 0
    documents: int = 0
    failures: int = 0

    @property
    def exit_status(self) -> int:
        """0 clean, 2 finished with failures."""
        return 2 if self.failures else 0


def ingest(job: Job) -> Tally:
    """Read every file of ``job.input``, decoded, cleaned and split, into the stages' folder ``job.out``.

    Raises:
        CannotRun: there is no such input, or the folder holds something else.
    """
    one_thread_a_process()
    _own(job.out)
    tasks, ignored = listed(job)
    listing = Listing(input=printable(str(job.input)), include=job.include, exclude=job.exclude, ignored=tuple(ignored))
    tally = Tally(job.out / FILES["ingest"])
    with _replacing(job.out / LISTING) as out:
        out.write(listing.model_dump_json() + "\n")
    with _replacing(tally.path) as out:
        for task in tasks:
            try:
                found = ingested(task, job.options)
                line = IngestedSource(source=found.source.source, product=found)
            except ResourceError:
                raise
            except Exception as error:
                source = printable(task.name)
                line = IngestedSource(source=source, failure=failure(source, "ingest", error))
            out.write(line.model_dump_json() + "\n")
            tally.sources += 1
            tally.documents += len(line.product.parts) if line.product else 0
            tally.failures += line.failure is not None
    return tally


def segment(folder: Path) -> Tally:
    """Outline, sentences and tokens of every document that ``ingest`` left in ``folder``.

    Raises:
        CannotRun: ``ingest`` has not been there, or its product is no longer what it wrote.
    """
    one_thread_a_process()
    return _write(folder, "segment", map(_segmented, _lines(folder, "ingest", IngestedSource)))


def _segmented(line: IngestedSource) -> SegmentedSource:
    if line.product is None:
        return SegmentedSource(source=line.source)
    found = [_through("segment", Document(line.product, part, Options())) for part in in_order(line.product)]
    return SegmentedSource(source=line.source, documents=tuple(_product(d, lambda d: d.outlined) for d in found))


def extract(folder: Path) -> Tally:
    """The record of every document that ``segment`` left in ``folder``.

    Raises:
        CannotRun: an earlier stage has not been there, or its product is no longer what it wrote.
        ResourceError: a rule, lexicon or model is wrong or missing.
    """
    one_thread_a_process()
    before = _together(_lines(folder, "ingest", IngestedSource), _lines(folder, "segment", SegmentedSource))
    return _write(folder, "extract", (_extracted(line, found) for line, found in before))


def _extracted(line: IngestedSource, segmented: SegmentedSource) -> ExtractedSource:
    if line.product is None:
        return ExtractedSource(source=line.source)
    found = [
        one if isinstance(one, Failure) else _through("extract", Document(line.product, one.part, Options(), outlined=one))
        for one in segmented.documents
    ]
    return ExtractedSource(source=line.source, documents=tuple(_product(d, lambda d: d.record) for d in found))


def aggregate(folder: Path, job: Job) -> Report:
    """Scores, duplicates, tables and report of what ``extract`` left in ``folder``, written to ``job.out`` as ``run`` does.

    ``job.input`` is not read again.

    Raises:
        CannotRun: an earlier stage has not been there, its product is no longer what it wrote, or OUT cannot be used.
        ResourceError: a rubric or model is wrong or missing.
    """
    one_thread_a_process()
    output.check(job.out, job.overwrite)
    archive.check(job.archive)
    before = _together(_lines(folder, "ingest", IngestedSource), _lines(folder, "extract", ExtractedSource))
    done = (_outcome(line, found, job.options) for line, found in before)
    with output.locked(job.out):
        return put_together(job, done, list(listing_of(folder).ignored), lambda files, last: None)


def _outcome(line: IngestedSource, extracted: ExtractedSource, options: Options) -> Outcome:
    if line.product is None:
        return Outcome(source=line.source, failures=(line.failure,) if line.failure else ())
    pairs = zip(in_order(line.product), extracted.documents, strict=True)
    product = line.product
    found = [
        one
        if isinstance(one, Failure)
        else _product(_through("aggregate", Document(product, part, options, record=one)), lambda d: d.record)
        for part, one in pairs
    ]
    return outcome(product, found)


def listing_of(folder: Path) -> Listing:
    """What ``ingest`` noted of the input.

    Raises:
        CannotRun: it has not been there.
    """
    try:
        return Listing.model_validate_json((folder / LISTING).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CannotRun("stage_missing", path=str(folder / LISTING), stage="ingest") from error


def _through(stage: StageName, document: Document) -> Document | Failure:
    """A document through the steps of one stage; those of ``export`` are the last of aggregation."""
    names = (stage, "export") if stage == "aggregate" else (stage,)
    return through(document, [step for step in STAGES if step[0] in names])


def _product(result: Document | Failure, of: Callable[[Document], T | None]) -> T | Failure:
    if isinstance(result, Failure):
        return result
    found = of(result)
    if found is None:
        raise ValueError("the stage has left no product")
    return found


def _write(folder: Path, stage: str, lines: Iterable[SegmentedSource] | Iterable[ExtractedSource]) -> Tally:
    tally = Tally(folder / FILES[stage])
    with _replacing(tally.path) as out:
        for line in lines:
            out.write(line.model_dump_json() + "\n")
            tally.sources += 1
            tally.documents += len(line.documents)
            tally.failures += sum(isinstance(one, Failure) for one in line.documents)
    return tally


def _lines(folder: Path, stage: str, kind: type[S]) -> Iterator[S]:
    """The lines that a stage wrote, checked."""
    path = folder / FILES[stage]
    if not path.is_file():
        raise CannotRun("stage_missing", path=str(path), stage=stage)
    with path.open(encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield kind.model_validate_json(line)
            except ValidationError as error:
                raise CannotRun("stage_unreadable", path=str(path), line=number, stage=stage) from error


def _together(first: Iterator[IngestedSource], second: Iterator[Later]) -> Iterator[tuple[IngestedSource, Later]]:
    """Two products of the same sources, line by line.

    Raises:
        CannotRun: they are of different sources, or of different documents in one: a stage in between was left out.
    """
    for line in first:
        other = next(second, None)
        parts = len(line.product.parts) if line.product else 0
        if other is None or other.source != line.source or len(other.documents) != parts:
            raise CannotRun("stages_disagree", source=line.source)
        yield line, other
    if rest := next(second, None):
        raise CannotRun("stages_disagree", source=rest.source)


def _own(folder: Path) -> None:
    """Make the stages' folder, or see that it holds nothing but their products.

    Raises:
        CannotRun: it holds something else, or is none.
    """
    if folder.exists() and not folder.is_dir():
        raise CannotRun("output_is_file", path=str(folder))
    ours: Sequence[str] = (LISTING, *FILES.values(), ".gitignore")  # DVC keeps its own .gitignore there
    if folder.is_dir() and any(path.name.removesuffix(PARTIAL) not in ours for path in folder.iterdir()):
        raise CannotRun("output_not_ours", path=str(folder))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotRun("output_unwritable", path=str(folder), reason=error.strerror or str(error)) from error


@contextmanager
def _replacing(path: Path) -> Iterator[IO[str]]:
    """A file that takes the place of ``path`` once it is whole."""
    draft = path.with_name(path.name + PARTIAL)
    try:
        with draft.open("w", encoding="utf-8", newline="\n") as out:
            yield out
        draft.replace(path)
    except OSError as error:
        raise CannotRun("output_unwritable", path=str(path), reason=error.strerror or str(error)) from error
    finally:
        draft.unlink(missing_ok=True)
