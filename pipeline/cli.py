"""The command line (命令行): ``gonghui run``, ``report``, ``apply``, ``inspect``, ``schema``.

The stages of a run, each by itself, are in ``stage_commands``; ``corpus``, ``prepare``, ``train`` and
``evaluate`` are in ``learn``.
Help is in the user's language, which is therefore settled before the commands are declared.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from pipeline import __version__
from pipeline import stage_commands as staged
from pipeline.errors import CannotRun, GonghuiError
from pipeline.labels import explain
from pipeline.learn import commands as learning
from pipeline.settings import cores, settings
from pipeline.spoken import LANG, SPOKEN, Lang, words


class SchemaOf(StrEnum):
    """Files whose schema can be printed."""

    record = "record"
    corrections = "corrections"


INTERRUPTED = 130


class Engine(StrEnum):
    """Where a run's files are read."""

    local = "local"
    dask = "dask"


app = typer.Typer(
    name="gonghui",
    help=words("help"),
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: boxes do not survive every Windows console
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gonghui {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", help=words("help_version"), callback=_print_version, is_eager=True)
    ] = False,
    lang: Lang = SPOKEN,
) -> None:
    """Options before the command."""


@app.command(help=words("help_run"))
def run(
    input: Annotated[str, typer.Argument(metavar="INPUT", help=words("help_run_input"), show_default=False)],
    out: Annotated[str, typer.Option("--out", "-o", metavar="OUT", help=words("help_run_out"), show_default=False)],
    workers: Annotated[int | None, typer.Option(metavar="N", min=0, help=words("help_run_workers"))] = None,
    rubric: Annotated[str | None, typer.Option(metavar="NAME|FILE", help=words("help_run_rubric"))] = None,
    units: Annotated[Path | None, typer.Option(metavar="FILE.csv", help=words("help_run_units"))] = None,
    unit_from: Annotated[staged.UnitSource | None, typer.Option(help=words("help_run_unit_from"))] = None,
    year: Annotated[int | None, typer.Option(metavar="YYYY", min=1949, max=2100, help=words("help_run_year"))] = None,
    show_names: Annotated[bool, typer.Option("--show-names", help=words("help_run_show_names"))] = False,
    archive: Annotated[list[Path] | None, typer.Option(metavar="DIR", help=words("help_run_archive"))] = None,
    include: Annotated[list[str] | None, typer.Option(metavar="GLOB", help=words("help_run_include"))] = None,
    exclude: Annotated[list[str] | None, typer.Option(metavar="GLOB", help=words("help_run_exclude"))] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help=words("help_run_overwrite"))] = False,
    engine: Annotated[Engine, typer.Option(help=words("help_run_engine"))] = Engine.local,
    scheduler: Annotated[str | None, typer.Option(metavar="ADDRESS", help=words("help_run_scheduler"))] = None,
    log_json: Annotated[Path | None, typer.Option(metavar="FILE", help=words("help_run_log_json"))] = None,
    lang: Lang = SPOKEN,
) -> None:
    from pipeline.aggregate.coverage import known_rubric
    from pipeline.aggregate.units import Given, read_roster
    from pipeline.console import Display
    from pipeline.engine import bounds_of
    from pipeline.flow import Options
    from pipeline.ingest.limits import limits_of
    from pipeline.remote import is_url, places
    from pipeline.run import Job
    from pipeline.run import run as run_job

    if engine is Engine.dask and scheduler is None:
        raise CannotRun("scheduler_missing")
    if engine is Engine.dask and (is_url(input) or is_url(out)):
        raise CannotRun("remote_on_cluster")
    given = Given(
        roster=read_roster(units) if units else (),
        unit_from=unit_from.value if unit_from else None,
        year=year,
    )
    with places(input, out) as (source, target):
        job = Job(
            input=source,
            out=target,
            named=input if is_url(input) else None,
            options=Options(given=given, rubric=known_rubric(rubric), limits=limits_of(settings())),
            workers=(settings().workers if workers is None else workers) or cores(),
            bounds=bounds_of(settings()),
            scheduler=scheduler if engine is Engine.dask else None,
            log=log_json,
            archive=tuple(archive or ()),
            include=tuple(include or ()),
            exclude=tuple(exclude or ()),
            show_names=show_names,
            lang=LANG,
            overwrite=overwrite,
        )
        if job.archive:
            typer.echo(words("reading_archive", folders=", ".join(map(str, job.archive))), err=True)
        display = Display(LANG)
        with display:
            report = run_job(job, watch=display.watch)
    display.summary(report)
    if is_url(out):
        typer.echo(words("sent", url=out))
    raise typer.Exit(report.exit_status)


@app.command(help=words("help_report"))
def report(
    out: Annotated[Path, typer.Argument(metavar="OUT", help=words("help_report_out"), show_default=False)],
    show_names: Annotated[bool, typer.Option("--show-names", help=words("help_report_show_names"))] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help=words("help_run_overwrite"))] = False,
    lang: Lang = SPOKEN,
) -> None:
    from pipeline.run import rebuild_report

    page = rebuild_report(out, lang=LANG, show_names=show_names, overwrite=overwrite)
    typer.echo(words("report_done", path=str(page)))


@app.command(help=words("help_apply"))
def apply(
    out: Annotated[Path, typer.Argument(metavar="OUT", help=words("help_report_out"), show_default=False)],
    corrections: Annotated[Path, typer.Argument(metavar="FILE", help=words("help_apply_file"), show_default=False)],
    new: Annotated[Path, typer.Option("--out", "-o", metavar="OUT2", help=words("help_apply_out"), show_default=False)],
    show_names: Annotated[bool, typer.Option("--show-names", help=words("help_run_show_names"))] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help=words("help_run_overwrite"))] = False,
    lang: Lang = SPOKEN,
) -> None:
    from pipeline.apply import apply as apply_corrections

    done = apply_corrections(out, corrections, new, lang=LANG, show_names=show_names, overwrite=overwrite)
    page = str(new / "report" / "index.html")
    typer.echo(words("apply_done", documents=done.documents, count=done.corrections, path=page))


@app.command(help=words("help_compare"))
def compare(
    before: Annotated[Path, typer.Argument(metavar="RUN1", help=words("help_compare_before"), show_default=False)],
    after: Annotated[Path, typer.Argument(metavar="RUN2", help=words("help_compare_after"), show_default=False)],
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE.csv", help=words("help_compare_out"))] = None,
    years: Annotated[tuple[int, int] | None, typer.Option(metavar="YYYY YYYY", help=words("help_compare_years"))] = None,
    show_names: Annotated[bool, typer.Option("--show-names", help=words("help_compare_show_names"))] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help=words("help_compare_overwrite"))] = False,
    lang: Lang = SPOKEN,
) -> None:
    from pipeline import compare as comparing

    found = comparing.compare(before, after, years)
    for line in comparing.summary_lines(found, LANG, show_names):
        typer.echo(line)
    if out is not None:
        comparing.write_changes(found, out, lang=LANG, show_names=show_names, overwrite=overwrite)
        typer.echo(words("compare_done", path=str(out), count=len(found.changes)))


@app.command(help=words("help_inspect"))
def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=words("help_inspect_file"), show_default=False)],
    fixes: Annotated[bool, typer.Option("--fixes", help=words("help_inspect_fixes"))] = False,
    rubric: Annotated[str | None, typer.Option(metavar="NAME|FILE", help=words("help_run_rubric"))] = None,
    lang: Lang = SPOKEN,
) -> None:
    from pipeline.aggregate.coverage import known_rubric
    from pipeline.engine import bounds_of
    from pipeline.flow import Options, Task
    from pipeline.ingest.limits import limits_of
    from pipeline.ingest.walk import walk
    from pipeline.inspection import show

    if not file.is_file():
        raise CannotRun("input_missing", path=str(file))
    options = Options(rubric=known_rubric(rubric), limits=limits_of(settings()))
    found = walk(file, limits=options.limits).files
    tasks = [Task(one.path, one.name, one.member) for one in found]
    raise typer.Exit(show(tasks, options, LANG, bounds=bounds_of(settings()), fixes=fixes))


@app.command(help=words("help_schema"))
def schema(
    of: Annotated[SchemaOf, typer.Argument(metavar="KIND", help=words("help_schema_of"))] = SchemaOf.record,
) -> None:
    import json

    from pipeline.corrections import Corrections
    from pipeline.records import Record

    shown = Record if of is SchemaOf.record else Corrections
    typer.echo(json.dumps(shown.model_json_schema(), ensure_ascii=False, indent=1))


app.command(help=words("help_ingest"))(staged.ingest)
app.command(help=words("help_segment"))(staged.segment)
app.command(help=words("help_extract"))(staged.extract)
app.command(help=words("help_aggregate"))(staged.aggregate)
app.add_typer(learning.corpus, name="corpus")
app.command(help=words("help_prepare"))(learning.prepare)
app.command(help=words("help_train"))(learning.train)
app.command(help=words("help_evaluate"))(learning.evaluate)


def main() -> NoReturn:
    """The entry point: errors become one line in the user's language and exit status 1."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:  # a console in cp936 has no emoji; a file name may
            reconfigure(errors="replace")
    try:
        status = app(standalone_mode=False) or 0
        if status == INTERRUPTED:  # Typer takes Ctrl-C itself
            status = fail(words("interrupted"))
    except GonghuiError as error:
        status = fail(words("error", text=explain(error, LANG)))
    except (KeyboardInterrupt, typer.Abort):
        status = fail(words("interrupted"))
    except BrokenPipeError:
        status = 1  # the reader of a pipe has had enough
    except Exception as error:
        show_usage = getattr(error, "show", None)  # a mistake on the command line
        status = 1
        if show_usage:
            show_usage()
        else:
            fail(words("unexpected", error=f"{type(error).__name__}: {error}"))
    sys.exit(status)


def fail(text: str) -> int:
    """Say it on stderr; the exit status for it."""
    typer.echo(text, err=True)
    return 1


if __name__ == "__main__":
    main()
