"""A folder of files → an output folder: lists, works off, writes, makes the tables, puts all in place."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pipeline import archive, output
from pipeline.aggregate.duplicates import Collection
from pipeline.aggregate.register import Register, Slice, file_all, sliced
from pipeline.aggregate.resemblances import FILE as RESEMBLANCES
from pipeline.aggregate.resemblances import Resemblance
from pipeline.aggregate.settling import settle_units
from pipeline.aggregate.steps import here
from pipeline.aggregate.units import Given, RosterRow
from pipeline.engine import UNBOUND, Bounds, Crew, Work, outcomes
from pipeline.errors import CannotRun
from pipeline.flow import Note, Options, Outcome, Task, printable, process, rubric_of
from pipeline.records import SCHEMA_VERSION, Failure, Noise, Record
from pipeline.resources import yaml
from pipeline.settings import Lang, settings
from pipeline.state import recalled, state_of
from pipeline.times import Times
from pipeline.together import Archive, Cuts, compare, complete_all

MOST_TO_SHOW = 5
DEFAULTS = Options()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """All that the operator asked for."""

    input: Path
    out: Path
    options: Options = DEFAULTS
    workers: int = 1
    bounds: Bounds = UNBOUND  # of a file
    scheduler: str | None = None  # the address of a Dask cluster, which then does the work
    log: Path | None = None  # JSON lines of how the run goes
    named: str | None = None  # what the manifest calls the input, where that is a copy
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    show_names: bool = False
    lang: Lang = "zh"  # of the report
    overwrite: bool = False
    archive: tuple[Path, ...] = ()  # earlier runs and folders of sample essays to compare with


@dataclass(slots=True)
class Report:
    """What a run came to; ``manifest`` holds the same for machines."""

    out: Path
    masked: bool = True  # tables and report, so that they may leave the office
    files: int = 0
    ignored: list[tuple[str, str]] = field(default_factory=list)
    doc_types: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    fixes: Counter[str] = field(default_factory=Counter)
    noise: int = 0
    archive_failures: Counter[str] = field(default_factory=Counter)  # files of the archive that could not be read
    failed: list[Failure] = field(default_factory=list)  # the first few
    doubtful: list[tuple[str, Note]] = field(default_factory=list)  # the few documents to look at first
    rows: dict[str, int] = field(default_factory=dict)  # of each table
    listed: int = 0  # units on the roster
    silent: list[str] = field(default_factory=list)  # those of them that sent no report

    @property
    def exit_status(self) -> int:
        """0 clean, 2 finished with failures."""
        return 2 if self.failures else 0

    def add(self, outcome: Outcome) -> None:
        """Count one source."""
        self.files += 1
        self.noise += len(outcome.noise)
        self.fixes.update(outcome.fixes)
        self.failures.update(f.kind for f in outcome.failures)
        self.failed = (self.failed + list(outcome.failures))[:MOST_TO_SHOW]
        for note in outcome.notes:
            self.doc_types[note.doc_type] += 1
            self.warnings.update(note.warnings)
        doubtful = self.doubtful + [(outcome.source, note) for note in outcome.notes if note.warnings or doubts(note)]
        self.doubtful = sorted(doubtful, key=lambda pair: _pressing(pair[1]), reverse=True)[:MOST_TO_SHOW]

    def counts(self) -> dict[str, Any]:
        """The figures for the manifest, in a stable order."""
        tallies = {
            "doc_types": self.doc_types,
            "failures": self.failures,
            "archive_failures": self.archive_failures,
            "warnings": self.warnings,
            "fixes": self.fixes,
        }
        single = {"files": self.files, "documents": self.doc_types.total(), "noise": self.noise, "ignored": len(self.ignored)}
        return single | {name: dict(sorted(tally.items())) for name, tally in tallies.items()} | {"rows": self.rows}


def doubts(note: Note) -> list[float]:
    """The confidences of a document that are below what the settings want looked at, the least first."""
    below = settings().needs_check_below
    return sorted(claim for claim in note.claims if claim < below)


def _pressing(note: Note) -> tuple[int, int, int]:
    """How urgently a person should look at a document: by its gravest warning, its doubtful findings, its warnings."""
    gravity: dict[str, int] = yaml("priorities.yaml")
    return max((gravity.get(code, 1) for code in note.warnings), default=0), len(doubts(note)), len(note.warnings)


Watch = Callable[[int, int, Outcome], None]  # files done, files in all, the last one


def run(job: Job, *, watch: Watch = lambda done, total, last: None, work: Work = process) -> Report:
    """Read every file of ``job.input``, write records, tables and all the rest to ``job.out``.

    Raises:
        CannotRun: there is no such input, or OUT cannot be used; nothing of OUT has been touched then, but for a file
            that another program has locked in the very last step.
        ResourceError: a rule, lexicon, rubric or model is wrong or missing.
    """
    tasks, ignored = listed(job)
    output.check(job.out, job.overwrite)
    archive.check(job.archive)
    kept: list[str] = []
    with output.locked(job.out) as home, Times(job.log) as times:
        times.say("started", input=printable(str(job.input)), out=printable(str(job.out)), files=len(tasks), ignored=len(ignored))
        state = state_of(home, job.options)
        keeping = partial(recalled, state=state, work=work)
        done = outcomes(tasks, job.options, workers=job.workers, bounds=job.bounds, work=keeping, scheduler=job.scheduler)

        def watched(files: int, last: Outcome) -> None:
            kept.extend([last.kept] if last.kept else ())
            times.add(last)
            watch(files, len(tasks), last)

        report = put_together(job, done, ignored, watched, times)
        state.forget(kept)
        engine = "local" if job.scheduler is None else "dask"
        output.write_times(job.out, times.summary(engine=engine, workers=job.workers, files=report.files))
        times.say("finished", files=report.files, recalled=times.recalled, failures=dict(sorted(report.failures.items())))
    return report


def put_together(
    job: Job,
    done: Iterator[Outcome],
    ignored: list[tuple[str, str]],
    watch: Callable[[int, Outcome], None],
    times: Times | None = None,
) -> Report:
    """What the sources of ``job.input`` came to, in the order of their names, written to ``job.out``."""
    times = times or Times()
    report = Report(out=job.out, masked=not job.show_names, ignored=ignored)
    with output.building(job.out) as folder:
        with (
            tempfile.TemporaryDirectory(dir=folder, prefix=".scratch.") as place,
            Crew(job.workers, job.scheduler) as crew,
            Collection(Path(place), crew.spread) as collection,
        ):
            scratch, cuts = Path(place), Cuts()
            filing = Archive(collection, scratch)
            _take_in_archive(job, filing, report)
            archived = filing.close()
            for outcome in written(done, folder):
                report.add(outcome)
                cuts.add(outcome.records, [collection.add(sketch) for sketch in outcome.sketches])
                watch(report.files, outcome)
            with times.of("duplicates"):
                register = _register(folder, scratch, cuts.slices(), job.options.rubric, job.show_names)
                report.listed, report.silent = settle_units(register, job.options.given.roster, crew.spread)
                register, warnings = complete_all(register, collection, crew.spread)
                report.warnings.update(warnings)
                compare(register, collection, archived, scratch, crew.spread)
            with times.of("tables"):
                report.rows = _tables(register, job, crew)
            with times.of("report"):
                _report(register, folder, _settings(job), job.lang)
        output.put_in_place(folder, job.out, _manifest(job, report))
    return report


def listed(job: Job) -> tuple[list[Task], list[tuple[str, str]]]:
    """The files to read, sorted by path, and those passed over with the reason why.

    Raises:
        CannotRun: INPUT is not there, or is OUT itself.
    """
    from pipeline.ingest.walk import walk

    if not job.input.exists():
        raise CannotRun("input_missing", path=str(job.input))
    root, out = job.input.resolve(), job.out.resolve()
    if root == out:
        raise CannotRun("input_is_output", path=str(job.input))
    listing = walk(job.input, job.include, job.exclude, job.options.limits)
    tasks = [Task(found.path, found.name, found.member) for found in listing.files]
    ignored = [(item.name, str(item.reason)) for item in listing.ignored]
    if out.is_relative_to(root):  # told as one, whether there is anything in it yet or not
        name = out.relative_to(root).as_posix()
        tasks = [task for task in tasks if not task.path.resolve().is_relative_to(out)]
        ignored = sorted([pair for pair in ignored if not (pair[0] + "/").startswith(name + "/")] + [(name, "output")])
    return tasks, ignored


def written(done: Iterator[Outcome], folder: Path) -> Iterator[Outcome]:
    """Write each outcome as it comes, and hand it on."""
    (folder / output.TEXTS).mkdir()
    with ExitStack() as stack:
        records, failures, noise, sources = (
            stack.enter_context((folder / f"{name}.jsonl").open("w", encoding="utf-8", newline="\n"))
            for name in ("records", "failures", "noise", "sources")
        )
        for outcome in done:
            records.writelines(line + "\n" for line in outcome.records)
            noise.writelines(line + "\n" for line in outcome.noise)
            sources.write(json.dumps(_source(outcome), ensure_ascii=False) + "\n")
            failures.writelines(failure.model_dump_json() + "\n" for failure in outcome.failures)
            if outcome.text is not None:
                (folder / output.TEXTS / output.text_name(outcome.source)).write_bytes(outcome.text.encode("utf-8"))
            yield outcome


def _take_in_archive(job: Job, filing: Archive, report: Report) -> None:
    """Read the archive. What cannot be read of it is counted."""

    def tasks(folder: Path) -> list[Task]:
        return listed(Job(input=folder, out=job.out, options=job.options))[0]

    def reading(wanted: list[Task]) -> Iterator[Outcome]:
        return outcomes(wanted, job.options._replace(given=Given()), workers=job.workers, bounds=job.bounds)

    for folder in job.archive:
        for one in archive.filed(folder, tasks, reading):
            if isinstance(one, Failure):
                report.archive_failures[one.kind] += 1
            else:
                filing.add(one.document, one.sketch)


def read_resemblances(folder: Path) -> Iterator[Resemblance]:
    """Who has whose text in a run; nothing for one of an earlier version, which did not say."""
    path = folder / RESEMBLANCES
    if path.is_file():
        with path.open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                yield Resemblance.model_validate_json(line)


def make_tables(folder: Path, job: Job) -> dict[str, int]:
    """The tables and their Parquet twins, from the records and texts that ``folder`` holds; rows by table."""
    with filed(folder, folder, job.options.rubric, job.show_names) as register, Crew(job.workers, job.scheduler) as crew:
        return _tables(register, job, crew)


def _tables(register: Register, job: Job, crew: Crew) -> dict[str, int]:
    from pipeline.aggregate.export import export

    settle_units(register, job.options.given.roster, crew.spread)
    return export(register, roster=job.options.given.roster, spread=crew.spread)


@contextmanager
def filed(run: Path, folder: Path, rubric: str | None, show_names: bool) -> Iterator[Register]:
    """The records of an earlier run with their cards, which lie below ``folder`` meanwhile."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=".scratch.") as place:
        register = _register(run, Path(place), sliced(run), rubric, show_names)
        file_all(register, here)
        yield register


def _register(folder: Path, scratch: Path, slices: tuple[Slice, ...], rubric: str | None, show_names: bool) -> Register:
    return Register(folder, scratch, slices, partial(raw_text, folder), partial(item_weight, rubric), show_names)


def make_report(
    run: Path, folder: Path, settings: dict[str, Any], *, lang: Lang, show_names: bool, checked: Sequence[str] = ()
) -> None:
    """``report/`` below ``folder``, from what the folder ``run`` holds and the settings of its manifest."""
    with filed(run, folder, settings["rubric"], show_names) as register:
        _report(register, folder, settings, lang, checked)


def _report(register: Register, folder: Path, settings: dict[str, Any], lang: Lang, checked: Sequence[str] = ()) -> None:
    from pipeline.report.site import write_report

    write_report(
        register,
        folder,
        failures=read_failures(register.folder),
        roster=[RosterRow(*row) for row in settings["units"]],
        checked=checked,
        resemblances=read_resemblances(register.folder),
        lang=lang,
    )


def rebuild_report(out: Path, *, lang: Lang, show_names: bool = False, overwrite: bool = False) -> Path:
    """Make the report of an earlier run anew, in another language or with names; the rest of OUT stays. Its first page.

    Raises:
        CannotRun: OUT holds no finished run, or a page was changed by hand and ``overwrite`` does not say so.
    """
    manifest = output.finished(out)
    output.check(out, overwrite, part="report/")
    with output.locked(out), output.building(out) as folder:
        checked = manifest.get("checked", ())
        make_report(out, folder, manifest["settings"], lang=lang, show_names=show_names, checked=checked)
        output.put_part(folder, out, "report/", manifest | {"report": {"lang": lang, "show_names": show_names}})
    return out / "report" / "index.html"


def item_weight(rubric: str | None, record: Record, item: str) -> float | None:
    """The weight of a coverage item in the rubric that a record was scored by."""
    from pipeline.aggregate.coverage import load_rubric

    found = load_rubric(rubric or rubric_of(record))
    return next((entry.weight for entry in found.items if entry.item == item), None)


def read_records(folder: Path) -> Iterator[Record]:
    """The records of a run, in order.

    Raises:
        CannotRun: a line is no record, or one of another version.
    """
    from pydantic import ValidationError

    path = folder / "records.jsonl"
    with path.open(encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield Record.model_validate_json(line)
            except ValidationError as error:
                raise CannotRun("records_unreadable", path=str(path), line=number) from error


def read_failures(folder: Path) -> list[Failure]:
    """What did not come through in a run, and why."""
    with (folder / "failures.jsonl").open(encoding="utf-8", newline="\n") as lines:
        return [Failure.model_validate_json(line) for line in lines]


def read_noise(folder: Path) -> list[Noise]:
    """What was cut in a run, and why."""
    with (folder / "noise.jsonl").open(encoding="utf-8", newline="\n") as lines:
        return [Noise.model_validate_json(line) for line in lines]


def raw_text(folder: Path, source: str) -> str:
    """The raw text of a source of a run, line ends as they were."""
    return (folder / output.TEXTS / output.text_name(source)).read_bytes().decode("utf-8")


def _source(outcome: Outcome) -> dict[str, Any]:
    return {
        "source": outcome.source,
        "format": outcome.format,
        "encoding": outcome.encoding,
        "text": None if outcome.text is None else f"{output.TEXTS}/{output.text_name(outcome.source)}",
        "documents": len(outcome.records),
        "failures": len(outcome.failures),
    }


def _settings(job: Job) -> dict[str, Any]:
    given = job.options.given
    return {
        "rubric": job.options.rubric,
        "units": [json.loads(json.dumps(row)) for row in given.roster],
        "unit_from": given.unit_from,
        "year": given.year,
        "include": list(job.include),
        "exclude": list(job.exclude),
        "show_names": job.show_names,
        "archive": [printable(str(folder)) for folder in job.archive],
    }


def _manifest(job: Job, report: Report) -> dict[str, Any]:
    from pipeline import __version__

    return {
        "made_by": output.OURS,
        "version": __version__,
        "schema_version": SCHEMA_VERSION,
        "input": job.named or printable(str(job.input)),
        "settings": _settings(job),
        "report": {"lang": job.lang, "show_names": job.show_names},
        "counts": report.counts(),
        "ignored": [{"source": name, "reason": reason} for name, reason in report.ignored],
    }
