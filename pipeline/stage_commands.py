"""A command a stage (分步运行), as DVC calls them: ``gonghui ingest``, ``segment``, ``extract``, ``aggregate``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.spoken import LANG, SPOKEN, Lang, words

if TYPE_CHECKING:
    from pipeline.stages import Tally


class UnitSource(StrEnum):
    """Where a unit's name comes from when the text does not say it."""

    folder = "folder"
    file = "file"


Folder = Annotated[Path, typer.Argument(metavar="DIR", help=words("help_stage_folder"), show_default=False)]
AllowFailures = Annotated[bool, typer.Option("--allow-failures", help=words("help_allow_failures"))]


def ingest(
    input: Annotated[Path, typer.Argument(metavar="INPUT", help=words("help_run_input"), show_default=False)],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help=words("help_stage_out"), show_default=False)],
    include: Annotated[list[str] | None, typer.Option(metavar="GLOB", help=words("help_run_include"))] = None,
    exclude: Annotated[list[str] | None, typer.Option(metavar="GLOB", help=words("help_run_exclude"))] = None,
    allow_failures: AllowFailures = False,
    lang: Lang = SPOKEN,
) -> None:
    from pipeline import stages
    from pipeline.flow import Options
    from pipeline.ingest.limits import limits_of
    from pipeline.run import Job
    from pipeline.settings import settings

    job = Job(
        input=input,
        out=out,
        options=Options(limits=limits_of(settings())),
        include=tuple(include or ()),
        exclude=tuple(exclude or ()),
    )
    _told("ingest", stages.ingest(job), allow_failures)


def segment(folder: Folder, allow_failures: AllowFailures = False, lang: Lang = SPOKEN) -> None:
    from pipeline import stages

    _told("segment", stages.segment(folder), allow_failures)


def extract(folder: Folder, allow_failures: AllowFailures = False, lang: Lang = SPOKEN) -> None:
    from pipeline import stages

    _told("extract", stages.extract(folder), allow_failures)


def aggregate(
    folder: Folder,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="OUT", help=words("help_run_out"), show_default=False)],
    rubric: Annotated[str | None, typer.Option(metavar="NAME|FILE", help=words("help_run_rubric"))] = None,
    units: Annotated[Path | None, typer.Option(metavar="FILE.csv", help=words("help_run_units"))] = None,
    unit_from: Annotated[UnitSource | None, typer.Option(help=words("help_run_unit_from"))] = None,
    year: Annotated[int | None, typer.Option(metavar="YYYY", min=1949, max=2100, help=words("help_run_year"))] = None,
    show_names: Annotated[bool, typer.Option("--show-names", help=words("help_run_show_names"))] = False,
    archive: Annotated[list[Path] | None, typer.Option(metavar="DIR", help=words("help_run_archive"))] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help=words("help_run_overwrite"))] = False,
    allow_failures: AllowFailures = False,
    lang: Lang = SPOKEN,
) -> None:
    from pipeline import stages
    from pipeline.aggregate.coverage import known_rubric
    from pipeline.aggregate.units import Given, read_roster
    from pipeline.console import Display
    from pipeline.flow import Options
    from pipeline.run import Job

    given = Given(roster=read_roster(units) if units else (), unit_from=unit_from.value if unit_from else None, year=year)
    listing = stages.listing_of(folder)
    job = Job(
        input=Path(listing.input),
        out=out,
        include=listing.include,
        exclude=listing.exclude,
        archive=tuple(archive or ()),
        options=Options(given=given, rubric=known_rubric(rubric)),
        show_names=show_names,
        lang=LANG,
        overwrite=overwrite,
    )
    report = stages.aggregate(folder, job)
    Display(LANG).summary(report)
    raise typer.Exit(0 if allow_failures else report.exit_status)


def _told(stage: str, tally: Tally, allow_failures: bool) -> None:
    """Say what a stage came to, and end with its exit status."""
    typer.echo(
        words(
            "stage_done",
            stage=stage,
            sources=tally.sources,
            documents=tally.documents,
            failures=tally.failures,
            path=str(tally.path),
        )
    )
    raise typer.Exit(0 if allow_failures else tally.exit_status)
