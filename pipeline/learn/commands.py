"""The commands of whoever makes the models: ``gonghui corpus …``, ``prepare``, ``train``, ``evaluate``."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.errors import CannotRun
from pipeline.spoken import LANG, SPOKEN, Lang, words

if TYPE_CHECKING:
    from pipeline.learn.marks import Marked

GOLD = Path("corpora/gold")
WORK = Path("work")
CORPUS_PATH = typer.Argument(metavar="PATH", help=words("help_corpus_path"))
OVERWRITE = typer.Option("--overwrite", help=words("help_corpus_overwrite"))
ERRORS = (
    "documents, sections, counts, dates, persons, orgs, places, works, events, awards, problems, requests, attributes, coverage"
)
PERTURBED = "wraps, traditional, narrow, wide, noise, redacted_names, redacted_counts, redacted_years, ocr, numbers, pinyin, junk"
corpus = typer.Typer(help=words("help_corpus"), no_args_is_help=True, rich_markup_mode=None)


class Format(StrEnum):
    """Formats that gold converts to and from."""

    docbin = "docbin"
    labelstudio = "labelstudio"


class Incoming(StrEnum):
    """What gold is made from."""

    docbin = "docbin"
    labelstudio = "labelstudio"
    corrections = "corrections"


class Scored(StrEnum):
    """Splits that are scored."""

    dev = "dev"
    test = "test"


class By(StrEnum):
    """What a score is broken down by."""

    genre = "genre"
    phenomenon = "phenomenon"


@corpus.command(help=words("help_corpus_check"))
def check(path: Annotated[Path, CORPUS_PATH] = GOLD, lang: Lang = SPOKEN) -> None:
    from pipeline.learn.check import annotation_files, corpus_faults, report

    if not path.exists():
        raise CannotRun("input_missing", path=str(path))
    lines, faults = report(corpus_faults(path), path, LANG)
    for line in lines:
        typer.echo(line)
    typer.echo(words("check_done", files=len(annotation_files(path)), faults=faults, doubts=len(lines) - faults))
    raise typer.Exit(2 if faults else 0)


@corpus.command("export", help=words("help_corpus_export"))
def export_gold(
    path: Annotated[Path, CORPUS_PATH],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="OUT", help=words("help_corpus_export_out"), show_default=False)],
    to: Annotated[Format, typer.Option("--to", help=words("help_corpus_to"), show_default=False)],
    overwrite: Annotated[bool, OVERWRITE] = False,
    lang: Lang = SPOKEN,
) -> None:
    from pipeline.learn import docbin, labelstudio
    from pipeline.learn.check import annotation_files
    from pipeline.learn.marks import marked

    if not path.exists():
        raise CannotRun("input_missing", path=str(path))
    files = [marked(one) for one in annotation_files(path)]
    if to is Format.docbin:
        written = {out: docbin.to_bytes(files)}
    else:
        written = {out: labelstudio.to_json(files).encode(), out.with_suffix(".xml"): labelstudio.config(LANG).encode()}
    for place in written:
        if place.exists() and not overwrite:
            raise CannotRun("gold_exists", path=str(place))
    out.parent.mkdir(parents=True, exist_ok=True)
    for place, body in written.items():
        place.write_bytes(body)
        typer.echo(words("export_done", count=len(files), path=str(place)))


@corpus.command("import", help=words("help_corpus_import"))
def import_gold(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=words("help_corpus_import_file"), show_default=False)],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help=words("help_corpus_import_out"), show_default=False)],
    source: Annotated[Incoming, typer.Option("--from", help=words("help_corpus_from"), show_default=False)],
    run: Annotated[Path | None, typer.Option(metavar="RUN", help=words("help_corpus_import_run"))] = None,
    overwrite: Annotated[bool, OVERWRITE] = False,
    lang: Lang = SPOKEN,
) -> None:
    from pipeline.learn.check import file_faults, report
    from pipeline.learn.marks import gold_of, write

    if not file.is_file():
        raise CannotRun("input_missing", path=str(file))
    files = incoming(file, source, run)
    for one in files:
        gold_of(one)  # all of them make sense before the first is written
    written = [write(one, out, overwrite=overwrite) for one in files]
    lines, faults = report((fault for path in written for fault in file_faults(path)), out, LANG)
    for line in lines:
        typer.echo(line)
    typer.echo(words("import_done", count=len(written), path=str(out)))
    raise typer.Exit(2 if faults else 0)


def incoming(file: Path, source: Incoming, run: Path | None) -> list[Marked]:
    """The gold files that ``file`` holds, or makes with its run.

    Raises:
        CannotRun: it cannot be read, or lacks its run.
    """
    from pipeline.learn import docbin, labelstudio
    from pipeline.learn.reviewed import reviewed_gold

    if source is Incoming.docbin:
        return list(docbin.from_file(file))
    if source is Incoming.labelstudio:
        return list(labelstudio.from_file(file))
    if run is None:
        raise CannotRun("run_missing", path=str(file))
    found = reviewed_gold(run, file)
    for name in found.unfinished:
        typer.echo(words("import_unfinished", source=name), err=True)
    return found.files


@corpus.command(help=words("help_corpus_stats"))
def stats(
    path: Annotated[Path, CORPUS_PATH] = GOLD,
    show: Annotated[bool, typer.Option("--print", help=words("help_corpus_stats_print"))] = False,
    lang: Lang = SPOKEN,
) -> None:
    from pipeline.learn.check import home_of
    from pipeline.learn.statistics import filled, generated

    body = generated(path)
    if show:
        typer.echo(body)
        return
    readme = (home_of(path) or path.resolve().parent) / "README.md"
    if not readme.is_file():
        raise CannotRun("input_missing", path=str(readme))
    text = filled(readme.read_text(encoding="utf-8"), body)
    readme.write_text(text, encoding="utf-8", newline="\n")
    typer.echo(words("stats_done", path=str(readme)))


def prepare(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help=words("help_prepare_out"), show_default=False)],
    corpus: Annotated[Path, typer.Option(metavar="DIR", help=words("help_train_corpus"))] = GOLD,
    lang: Lang = SPOKEN,
) -> None:
    from pipeline.learn.examples import prepared, write_prepared

    documents = write_prepared(prepared(to_learn_from(corpus)), out)
    typer.echo(words("prepare_done", documents=documents, path=str(out)))


def train(
    corpus: Annotated[Path, typer.Option(metavar="DIR", help=words("help_train_corpus"))] = GOLD,
    prepared: Annotated[Path | None, typer.Option(metavar="FILE", help=words("help_train_prepared"))] = None,
    models: Annotated[Path | None, typer.Option(metavar="DIR", help=words("help_train_models"))] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="NAME", help=words("help_train_only"))] = None,
    lang: Lang = SPOKEN,
) -> None:
    equipped()
    import tempfile

    from pipeline.learn import examples
    from pipeline.learn.train import MODELS, train_from
    from pipeline.settings import models_dir

    for name in only or ():
        if name not in MODELS:
            raise CannotRun("unknown_model", name=name, known=", ".join(MODELS))
    with tempfile.TemporaryDirectory() as folder:
        if prepared is None:
            prepared = Path(folder) / "prepared.jsonl"
            examples.write_prepared(examples.prepared(to_learn_from(corpus)), prepared)
        made = train_from(prepared, models or models_dir(), only or ())
    for name, what in made.items():
        typer.echo(words("train_done", name=name, made=what))


def to_learn_from(corpus: Path) -> list[Path]:
    """The gold files of the train and dev splits.

    Raises:
        CannotRun: there are none.
    """
    from pipeline.learn.cases import files_to_learn_from

    files = files_to_learn_from(corpus, ("train", "dev")) if corpus.exists() else []
    if not files:
        raise CannotRun("gold_missing", path=str(corpus), split="train, dev")
    return files


def evaluate(
    split: Annotated[Scored, typer.Option(help=words("help_evaluate_split"))] = Scored.dev,
    corpus: Annotated[Path, typer.Option(metavar="DIR", help=words("help_train_corpus"))] = GOLD,
    gold: Annotated[Path | None, typer.Option(metavar="DIR", help=words("help_evaluate_gold"))] = None,
    texts: Annotated[Path | None, typer.Option(metavar="DIR", help=words("help_evaluate_texts"))] = None,
    models: Annotated[Path | None, typer.Option(metavar="DIR", help=words("help_evaluate_models"))] = None,
    errors: Annotated[str | None, typer.Option(metavar="KIND", help=words("help_evaluate_errors", kinds=ERRORS))] = None,
    by: Annotated[list[By] | None, typer.Option(help=words("help_evaluate_by"))] = None,
    perturb: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help=words("help_evaluate_perturb", known=PERTURBED))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=words("help_evaluate_json"))] = False,
    curve: Annotated[bool, typer.Option("--curve", help=words("help_evaluate_curve"))] = False,
    work: Annotated[Path, typer.Option(metavar="DIR", help=words("help_evaluate_work"))] = WORK,
    cards: Annotated[Path | None, typer.Option(metavar="DIR", help=words("help_evaluate_cards"))] = None,
    date: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help=words("help_evaluate_date"))] = None,
    lang: Lang = SPOKEN,
) -> None:
    equipped()
    from pipeline.learn import evaluate as judge
    from pipeline.learn import tables
    from pipeline.learn.check import HELD_OUT

    if errors is not None:
        judge.refuse_errors(split.value if gold is None else "", gold)
        if errors not in judge.ERROR_KINDS:
            raise CannotRun("unknown_kind", kind=errors, known=", ".join(judge.ERROR_KINDS))
    from pipeline.learn.perturb import PERTURBATIONS

    for name in perturb or ():
        if name not in (*PERTURBATIONS, "all"):
            raise CannotRun("unknown_perturbation", name=name, known=PERTURBED)
    spoilt = list(PERTURBATIONS) if "all" in (perturb or ()) else list(dict.fromkeys(perturb or ()))
    for place in (corpus if gold is None else gold, texts, models):
        if place is not None and not place.exists():
            raise CannotRun("input_missing", path=str(place))
    if curve:
        points = judge.curve(corpus=corpus, work=work)
        typer.echo("\n".join(tables.curve_table(points, LANG)))
        if cards is not None:
            from pipeline.learn.drawing import write_curve

            typer.echo(words("cards_done", count=len(write_curve(points, cards)), path=str(cards)), err=True)
        return
    if gold is None:
        result = judge.evaluate(corpus=corpus, split=split.value, work=work, models=models, perturb=spoilt)
    else:
        result = judge.evaluate_folder(gold=gold, texts=texts, work=work, models=models, perturb=spoilt)
    if cards is not None and gold is None and split is Scored.dev:
        judge.with_decisions(result, corpus, work, models)
    if as_json:
        typer.echo(result.as_json(), nl=False)
    else:
        blocks = [tables.summary(result, LANG), *(tables.breakdown(result, one.value, LANG) for one in by or ())]
        blocks += [tables.losses(result, LANG)] if spoilt else []
        typer.echo("\n\n".join("\n".join(block) for block in blocks))
    if cards is not None:
        import json

        from pipeline.learn.cards import write
        from pipeline.settings import models_dir

        typer.echo(
            words("cards_done", count=len(write(json.loads(result.as_json()), cards, models_dir())), path=str(cards)), err=True
        )
    if errors is not None:
        typer.echo("\n" + "\n".join(judge.error_lines(result, errors)), err=True)
    if gold is None and split is Scored.test:
        path = corpus / HELD_OUT / "LOG.md"
        judge.log(result, (date or datetime.now()).date(), path)
        typer.echo(words("evaluate_logged", path=str(path)), err=True)
    raise typer.Exit(2 if result.failures else 0)


def equipped() -> None:
    """What only training and evaluation need is here.

    Raises:
        CannotRun: it is not.
    """
    from importlib.util import find_spec

    for package in ("numpy", "sklearn"):
        if find_spec(package) is None:
            raise CannotRun("learn_missing", package=package)
