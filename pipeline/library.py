"""The library (编程接口): ``pipeline.read``, ``pipeline.run``, ``pipeline.load_run``, for programs and notebooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pipeline import flow, output
from pipeline.aggregate.units import Given, UnitFrom, read_roster
from pipeline.engine import UNBOUND, bounds_of
from pipeline.errors import CannotRun, ResourceError, SourceError
from pipeline.flow import Options, Task
from pipeline.highlight import Html, highlighted
from pipeline.ingest.limits import limits_of
from pipeline.products import Ingested, Outlined
from pipeline.records import Failure, Noise, Record
from pipeline.remote import is_url, places
from pipeline.run import Job, raw_text, read_failures, read_noise, read_records
from pipeline.run import run as run_job  # the module is loaded before ``pipeline.run`` comes to name the function below
from pipeline.settings import Lang, cores, samples_dir, settings

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Document", "Run", "load_run", "read", "run", "samples_dir"]


@dataclass(frozen=True, repr=False)
class Document:
    """One document (一篇材料) and the source that it stands in.

    Attributes:
        record: all that was found in it.
        raw: the raw text of its whole source, which the record's offsets index.
        ingested: the source as ingestion left it; null for a document of an earlier run.
        outlined: the document as segmentation left it; likewise.
    """

    record: Record
    raw: str
    ingested: Ingested | None = None
    outlined: Outlined | None = None

    @property
    def text(self) -> str:
        """The document's own stretch of the raw text."""
        return self.raw[self.record.start : self.record.end]

    def highlight(self, *kinds: str, lang: Lang | None = None) -> Html:
        """The text with its findings marked, for a notebook: each kind has a colour, a tooltip says what was found.

        ``kinds`` (``"counts"``, ``"events"``, …) are all unless some are named; ``lang`` is that of the settings.

        >>> import pipeline
        >>> file = pipeline.samples_dir() / "柳河镇" / "三河小学2011年工会总结.txt"
        >>> "<mark" in pipeline.read(file)[0].highlight("dates", "counts")
        True

        Raises:
            ValueError: there is no such kind.
        """
        return highlighted(self.record, self.raw, kinds, lang or settings().lang)

    def _repr_html_(self) -> str:
        return self.highlight()

    def __repr__(self) -> str:
        found = sum(1 for _ in self.record.findings())
        return f"<Document {self.record.doc_id} {self.record.doc_type} {self.record.title!r}: {found} findings>"


def read(path: str | Path, *, rubric: str | None = None, failures: list[Failure] | None = None) -> list[Document]:
    """The documents in a file, an archive or a small folder, in order, with all products of the stages.

    Nothing is written; duplicates and set phrases, which only a whole run can tell, are left out. A source that fails is
    an error, unless ``failures`` is a list: then it is appended there, and the rest is read.

    >>> import pipeline
    >>> documents = pipeline.read(pipeline.samples_dir() / "柳河镇" / "三河小学2011年工会总结.txt")
    >>> [document.record.doc_type for document in documents]
    ['summary']
    >>> first = documents[0].record.dates[0]
    >>> documents[0].raw[first.start : first.end] == first.text
    True

    Raises:
        CannotRun: there is no such path.
        SourceError: a source cannot be read; its ``code`` is the failure's kind.
        ResourceError: a rule, lexicon, rubric or model is wrong or missing.
    """
    from pipeline.ingest.walk import walk

    place = Path(path)
    if not place.exists():
        raise CannotRun("input_missing", path=str(place))
    options = Options(rubric=rubric, limits=limits_of(settings()))
    documents = []
    for found in walk(place, limits=options.limits).files:
        for result in _read_source(Task(found.path, found.name, found.member), options):
            if isinstance(result, Document):
                documents.append(result)
            elif failures is None:
                raise SourceError(result.kind, source=result.source, message=result.message)
            else:
                failures.append(result)
    return documents


def _read_source(task: Task, options: Options) -> Iterator[Document | Failure]:
    try:
        product = flow.ingested(task, options)
    except ResourceError:
        raise
    except Exception as error:
        yield flow.failure(task.name, "ingest", error)
        return
    for part in flow.in_order(product):
        done = flow.through(flow.Document(product, part, options), flow.STAGES)
        yield done if isinstance(done, Failure) else Document(done.settled, product.source.raw, product, done.outlined)


def run(
    input: str | Path,
    out: str | Path,
    *,
    workers: int = 1,
    rubric: str | None = None,
    units: str | Path | None = None,
    unit_from: UnitFrom | None = None,
    year: int | None = None,
    archive: Sequence[str | Path] = (),
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    show_names: bool = False,
    overwrite: bool = False,
    engine: Literal["local", "dask"] = "local",
    scheduler: str | None = None,
    log_json: str | Path | None = None,
    lang: Lang | None = None,
) -> Run:
    """Read every file of ``input``, write records, tables and a report to ``out``: what ``gonghui run`` does.

    With more than one worker the calling script needs an ``if __name__ == "__main__":``, as all of multiprocessing does.

    >>> import pipeline, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     done = pipeline.run(pipeline.samples_dir() / "柳河镇", f"{folder}/out")
    ...     done.manifest["counts"]["files"], len(done["documents"])
    (2, 2)

    Args:
        input: the folder of documents, or a single file; a path, or a URL that fsspec knows.
        out: the output folder: new, empty, or one that an earlier run made; likewise.
        workers: processes that read files, 0 for one a core; the result does not depend on it.
        rubric: a rubric's name or YAML file; by unit type where there is none.
        units: a roster (单位名册) for documents that do not name their unit.
        unit_from: ``"folder"`` or ``"file"``, likewise.
        year: the year (年度) for documents whose text settles none.
        archive: earlier runs and folders of sample essays to compare with.
        include: read only files that match one of these globs.
        exclude: pass over files that match one of these.
        show_names: do not mask aided persons and numbers in tables and report.
        overwrite: replace files of an earlier run even if they were changed by hand.
        engine: ``"dask"`` has the workers of the cluster at ``scheduler`` read the files.
        scheduler: the address of a Dask scheduler.
        log_json: a file that every step is appended to, a JSON object a line.
        lang: language of the report.

    Raises:
        CannotRun: there is no such input, or ``out`` cannot be used.
        ResourceError: a rule, lexicon, rubric or model is wrong or missing.
    """
    given = Given(roster=read_roster(Path(units)) if units else (), unit_from=unit_from, year=year)
    if engine == "dask" and (scheduler is None or is_url(str(input)) or is_url(str(out))):
        raise CannotRun("scheduler_missing" if scheduler is None else "remote_on_cluster")
    with places(str(input), str(out)) as (source, target):
        run_job(
            Job(
                input=source,
                out=target,
                named=str(input) if is_url(str(input)) else None,
                options=Options(given=given, rubric=rubric, limits=limits_of(settings())),
                workers=workers or cores(),
                # one worker is this process, which a script may rely on
                bounds=UNBOUND if workers == 1 and engine == "local" else bounds_of(settings()),
                scheduler=scheduler if engine == "dask" else None,
                log=Path(log_json) if log_json is not None else None,
                archive=tuple(map(Path, archive)),
                include=tuple(include),
                exclude=tuple(exclude),
                show_names=show_names,
                lang=lang or settings().lang,
                overwrite=overwrite,
            )
        )
    return load_run(target)


def load_run(out: str | Path) -> Run:
    """A finished run, by its output folder.

    Raises:
        CannotRun: the folder holds no finished run.
    """
    return Run(Path(out), output.finished(Path(out)))


class Run:
    """A finished run: ``run["events"]`` is a table, ``run.records()`` are the records, all in clear.

    Tables are pandas frames with English names and codes: whole numbers are ``Int64``, truth values ``boolean``, both with
    ``NA``. A date stays as it was settled (``"2011-03"``), and ``…_day`` beside it is the first day that it can be.

    Attributes:
        path: the output folder.
        manifest: counts and settings, as ``manifest.json`` has them.
    """

    def __init__(self, path: Path, manifest: Mapping[str, Any]) -> None:
        self.path = path
        self.manifest = manifest

    @property
    def names(self) -> list[str]:
        """The names of the tables."""
        return sorted(path.stem for path in (self.path / "data").glob("*.parquet"))

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by its name."""
        return {name: self[name] for name in self.names}

    def __getitem__(self, table: str) -> pd.DataFrame:
        from pipeline.frames import frame

        if table not in self.names:
            raise KeyError(f"no table {table!r}; there are {', '.join(self.names)}")
        return frame(self.path / "data" / f"{table}.parquet")

    def records(self) -> Iterator[Record]:
        """The records, one at a time, in the order of their sources."""
        return read_records(self.path)

    def documents(self) -> Iterator[Document]:
        """The documents with their texts, one at a time."""
        for record in self.records():
            yield Document(record, raw_text(self.path, record.source))

    def document(self, doc_id: str) -> Document:
        """One document.

        Raises:
            KeyError: the run has no document of this id.
        """
        for record in self.records():
            if record.doc_id == doc_id:
                return Document(record, raw_text(self.path, record.source))
        raise KeyError(doc_id)

    def failures(self) -> list[Failure]:
        """What did not come through, and why."""
        return read_failures(self.path)

    def noise(self) -> list[Noise]:
        """What was cut, and why."""
        return read_noise(self.path)

    def __repr__(self) -> str:
        counts = self.manifest["counts"]
        return f"<Run {self.path}: {counts['files']} files, {counts['documents']} documents>"
