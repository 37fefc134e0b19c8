"""``gonghui evaluate``: how well the real pipeline does on gold, in figures that say how sure they are.

A development score is only honest with models that have seen none of its documents: they are trained on the train split,
or taken from a cache of such models. Of the held-out split only sums leave this module.
"""

from __future__ import annotations

import json
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from pipeline.errors import CannotRun
from pipeline.learn.calibration import Bin, decisions, ece, reliability
from pipeline.learn.cases import Case, Run, cases, files_to_learn_from, fresh_models, gold_files, run
from pipeline.learn.check import HELD_OUT
from pipeline.learn.examples import prepared
from pipeline.learn.matching import MATCH
from pipeline.learn.perturb import perturbed
from pipeline.learn.scoring import Row, Sheet, figures, headline
from pipeline.resources import table
from pipeline.settings import PACKAGE, models_dir

SEED = 20111
SAMPLES = 1000
ERROR_KINDS = (*MATCH, "documents", "attributes", "coverage")
Grouping = Literal["genre", "phenomenon"]
LOGGED = ("documents", *MATCH, "doc.doc_type", "doc.org", "coverage.exact", "coverage.kappa")


@dataclass(kw_only=True)
class Evaluation:
    """A scored run: the table, how sure each headline is, the tables of its groups, and what went wrong."""

    name: str
    models: str
    documents: int
    figures: dict[str, Row]
    intervals: dict[str, tuple[float, float]]  # 95 %, of the headline
    groups: dict[Grouping, dict[str, tuple[int, dict[str, Row]]]]  # group → documents, table
    failures: dict[str, int]  # by kind
    before: dict[str, float] = field(default_factory=dict)  # headlines of the last run of this name
    reliability: dict[str, list[Bin]] = field(default_factory=dict)  # of each kind, or classifier, that bears a confidence
    lost: dict[str, dict[str, float]] = field(default_factory=dict)  # by perturbation and kind, and in "all": F1
    run: Run

    def as_json(self) -> str:
        """The evaluation without its differences, for machines."""
        body = {
            "name": self.name,
            "models": self.models,
            "documents": self.documents,
            "failures": self.failures,
            "figures": {name: {**row, "ci95": self.intervals.get(name)} for name, row in self.figures.items()},
            "reliability": {
                kind: {"ece": ece(bins), "bins": [one._asdict() for one in bins if one.n]}
                for kind, bins in self.reliability.items()
            },
            "lost": self.lost,
            "groups": {
                by: {group: {"documents": n, "figures": rows} for group, (n, rows) in found.items()}
                for by, found in self.groups.items()
            },
        }
        return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def evaluate(
    *, corpus: Path, split: Literal["dev", "test"], work: Path, models: Path | None = None, perturb: Sequence[str] = ()
) -> Evaluation:
    """Score a split of the corpus, and again under each perturbation of ``perturb``. Without ``models``, dev is read by models
    trained on the train split alone, test by those that ship.

    Raises:
        CannotRun: the corpus is not there, has no document of this split, or does not resolve.
    """
    files = gold_files(corpus, (split,))
    if not files:
        raise CannotRun("gold_missing", path=str(corpus), split=split)
    if models is None:
        models = fresh_models(files_to_learn_from(corpus, ("train",)), work) if split == "dev" else models_dir()
    return _with_losses(split, cases(files), models, work, perturb)


def evaluate_folder(
    *, gold: Path, texts: Path | None, work: Path, models: Path | None = None, perturb: Sequence[str] = ()
) -> Evaluation:
    """Score a folder of gold files that is no part of the corpus, with the models that ship unless others are given.

    Raises:
        CannotRun: there is no gold file, or one does not resolve.
    """
    files = sorted(gold.rglob("*.json"))
    if not files:
        raise CannotRun("gold_missing", path=str(gold), split="*")
    chosen = models or models_dir()
    name = "-".join(part for part in gold.parts if part not in ("..", ".", gold.anchor))
    return _with_losses(name, cases(files, texts), chosen, work, perturb)


def _with_losses(name: str, wanted: Sequence[Case], models: Path, work: Path, perturb: Sequence[str]) -> Evaluation:
    result = scored(name, run(wanted, models), models, work)
    for one in perturb:
        with TemporaryDirectory() as folder:
            done = run(perturbed(wanted, one, Path(folder)), models)
        result.lost[one] = lost(result.run.sheets, done.sheets)
    return result


def scored(name: str, done: Run, models: Path, work: Path) -> Evaluation:
    """The evaluation of a run, compared with the last of the same name in ``work``, which it then replaces."""
    result = Evaluation(
        name=name,
        models=models.name,
        documents=len(done.sheets),
        figures=figures(done.sheets),
        intervals=intervals(done.sheets),
        groups={by: grouped(done.sheets, by) for by in ("genre", "phenomenon")},
        reliability={kind: reliability(claims) for kind, claims in done.claims.items() if claims},
        failures=dict(Counter(failure.kind for failure in done.failures)),
        run=done,
    )
    store = work / "evaluate" / f"{name}.json"
    if store.exists():
        rows = json.loads(store.read_text(encoding="utf-8"))["figures"]
        result.before = {k: value for k, row in rows.items() if (value := headline(row)) is not None}
    if not done.failures:  # a broken run is nothing to compare with
        store.parent.mkdir(parents=True, exist_ok=True)
        store.write_text(result.as_json(), encoding="utf-8", newline="\n")
    return result


def with_decisions(result: Evaluation, corpus: Path, work: Path, models: Path | None = None) -> None:
    """Note how reliable each classifier is on the dev split, asked about what gold marks there; ``models`` as in ``evaluate``."""
    models = models or fresh_models(files_to_learn_from(corpus, ("train",)), work)
    examples = [one.example() for one in prepared(gold_files(corpus, ("dev",)))]
    result.reliability |= {name: reliability(claims) for name, claims in decisions(examples, models).items()}


def lost(before: Sequence[Sheet], after: Sequence[Sheet]) -> dict[str, float]:
    """F1 lost, of every kind and of all findings together."""
    was, now = f1_of_kinds(before), f1_of_kinds(after)
    return {kind: round(was[kind] - now[kind], 4) for kind in was if kind in now}


def f1_of_kinds(sheets: Iterable[Sheet]) -> dict[str, float]:
    """F1 of every kind that there is any of, and of all findings in one pot."""
    sums = {kind: [0, 0, 0] for kind in ("all", "documents", *MATCH)}
    for sheet in sheets:
        for kind, counts in sheet.tally.items():
            for pot in (kind, "all") if kind in MATCH else (kind,):
                if pot in sums:
                    sums[pot] = [a + b for a, b in zip(sums[pot], counts, strict=True)]
    return {kind: 2 * hit / (2 * hit + missed + false) for kind, (hit, missed, false) in sums.items() if hit + missed + false}


def grouped(sheets: Sequence[Sheet], by: Grouping) -> dict[str, tuple[int, dict[str, Row]]]:
    """Documents and table of each genre group, or of each phenomenon; a document has one genre and any phenomena."""
    of: Callable[[Sheet], Iterable[str]] = (lambda s: (s.genre,)) if by == "genre" else (lambda s: s.phenomena)
    found: dict[str, list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        for group in of(sheet):
            found[group].append(sheet)
    return {group: (len(found[group]), figures(found[group])) for group in sorted(found)}


def intervals(sheets: Sequence[Sheet], samples: int = SAMPLES, seed: int = SEED) -> dict[str, tuple[float, float]]:
    """The 95 % interval of every headline: documents drawn anew, with replacement, ``samples`` times."""
    import numpy as np

    if not sheets:
        return {}
    draws = np.random.default_rng(seed).multinomial(len(sheets), [1 / len(sheets)] * len(sheets), size=samples)

    def interval(part: Any, whole: Any) -> tuple[float, float] | None:
        known = whole > 0
        if not known.any():
            return None
        low, high = np.percentile(part[known] / whole[known], [2.5, 97.5])
        return round(float(low), 4), round(float(high), 4)

    def summed(rows: list[list[int]]) -> Any:
        return (draws @ np.array(rows, dtype=np.int64)).T.astype(np.float64)

    found: dict[str, tuple[float, float] | None] = {}
    for name in {name: None for s in sheets for name in s.tally}:
        hit, missed, false = summed([s.tally.get(name, [0, 0, 0]) for s in sheets])
        found[name] = interval(2 * hit, 2 * hit + missed + false)
    for name in {name: None for s in sheets for name in s.right}:
        found[name] = interval(*summed([s.right.get(name, [0, 0]) for s in sheets]))
    cells = summed([[s.levels.count((g, p)) for g in range(3) for p in range(3)] for s in sheets]).reshape(3, 3, samples)
    total = cells.sum(axis=(0, 1))
    found["coverage.exact"] = interval(cells[0, 0] + cells[1, 1] + cells[2, 2], total)
    weight = np.subtract.outer(np.arange(3), np.arange(3))[:, :, None] ** 2
    chance = (weight * cells.sum(axis=1)[:, None] * cells.sum(axis=0)[None, :]).sum(axis=(0, 1)) / np.maximum(total, 1)
    found["coverage.kappa"] = interval(chance - (weight * cells).sum(axis=(0, 1)), chance)
    return {name: value for name, value in found.items() if value is not None}


def targets() -> dict[str, float]:
    """What each row is asked to reach."""
    return {name: float(value) for name, value in table("targets.tsv", 2)}


def error_lines(evaluation: Evaluation, kind: str, around: int = 24) -> list[str]:
    """Every difference of one kind, with the text around it: ``source:offset what …before【it】after… detail``."""
    lines = []
    for sheet in evaluation.run.sheets:
        for d in sheet.differences:
            if d.kind != kind:
                continue
            raw = evaluation.run.texts[d.source]
            quote = (
                raw[d.start : d.end] if d.end - d.start <= 120 else raw[d.start : d.start + 40] + " … " + raw[d.end - 20 : d.end]
            )
            text = f"{raw[max(d.start - around, 0) : d.start]}【{quote}】{raw[d.end : d.end + around]}".replace("\n", "⏎")
            lines.append(f"{d.source}:{d.start} {d.what} {text} {d.detail}".rstrip())
    return lines


def refuse_errors(split: str, gold: Path | None) -> None:
    """Differences on held-out documents are shown to nobody.

    Raises:
        CannotRun: these are held out.
    """
    if split == HELD_OUT or (gold is not None and HELD_OUT in gold.resolve().parts):
        raise CannotRun("held_out")


def log_line(evaluation: Evaluation, day: date) -> str:
    """The line of the log: date, commit, documents, headline figures."""
    values = [headline(evaluation.figures.get(name, {})) for name in LOGGED]
    cells = [day.isoformat(), commit(), str(evaluation.documents), *("–" if v is None else f"{v:.4f}" for v in values)]
    return f"| {' | '.join(cells)} |\n"


def log(evaluation: Evaluation, day: date, path: Path) -> None:
    """Append an evaluation to the log of the held-out split."""
    if not path.exists():
        head = " | ".join(("date", "commit", "documents", *LOGGED))
        rule = " | ".join(["---"] * (3 + len(LOGGED)))
        title = (
            "# Evaluations on the held-out split\n\nEvery one is here: F1 of kinds, accuracy of attributes, κ of coverage.\n\n"
        )
        path.write_text(f"{title}| {head} |\n| {rule} |\n", encoding="utf-8", newline="\n")
    with path.open("a", encoding="utf-8", newline="\n") as handle:
        handle.write(log_line(evaluation, day))


def commit() -> str:
    """The commit of the code, with a + where files have changed since; ``?`` outside a checkout."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=PACKAGE.parent, capture_output=True, text=True, check=True).stdout.strip()

    try:
        return git("rev-parse", "--short", "HEAD") + ("+" if git("status", "--porcelain", "--", "pipeline", "models") else "")
    except (OSError, subprocess.CalledProcessError):
        return "?"


def curve(*, corpus: Path, work: Path, shares: Sequence[float] = (0.25, 0.5, 0.75, 1.0)) -> dict[float, dict[str, Row]]:
    """The learning curve: the dev split read by models trained on growing shares of the train split's author groups.

    The groups are taken in the order of their hash, so that every share holds the smaller ones.

    Raises:
        CannotRun: the corpus lacks a train or a dev split.
    """
    import hashlib

    train, dev = gold_files(corpus, ("train",)), cases(gold_files(corpus, ("dev",)))
    if not train or not dev:
        raise CannotRun("gold_missing", path=str(corpus), split="train, dev")
    group_of = {path: json.loads(path.read_text(encoding="utf-8")).get("author_group", "") for path in train}
    groups = sorted(set(group_of.values()), key=lambda g: hashlib.sha256(f"curve {g}".encode()).hexdigest())
    found = {}
    for share in shares:
        chosen = set(groups[: max(round(share * len(groups)), 1)])
        models = fresh_models([path for path in train if group_of[path] in chosen], work, calibrate=False)
        found[share] = figures(run(dev, models).sheets)
    return found
