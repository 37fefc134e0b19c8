"""What evaluation found, written where people and DVC look: ``metrics.json``, data for plots, and a card for each model.

All of it is made from the JSON of ``gonghui evaluate --json`` and the models' own files; nothing in a card is typed by hand
but what ``resources/models.yaml`` says of the model.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline import linear
from pipeline.extract import crf
from pipeline.extract.calibration import KINDS as KINDS_OF
from pipeline.learn.evaluate import targets
from pipeline.learn.matching import MATCH
from pipeline.learn.scoring import headline
from pipeline.learn.tables import markdown
from pipeline.learn.train import CRF, MODELS, crf_params
from pipeline.resources import yaml
from pipeline.settings import settings

KINDS = ("documents", *MATCH)
PLOTS = {"kinds": "plots/kinds.json", "genre": "plots/genres.json", "phenomenon": "plots/phenomena.json"}
METRICS = "metrics.json"
CARD = "card.md"
Body = Mapping[str, Any]  # what ``Evaluation.as_json`` writes


def write(evaluation: Body, folder: Path, models: Path) -> list[Path]:
    """Write metrics, plots' data and a card for each of ``models`` into ``folder``; the paths, in order."""
    files = {METRICS: _json(metrics(evaluation)), PLOTS["kinds"]: _json(kind_rows(evaluation))}
    for by in ("genre", "phenomenon"):
        files[PLOTS[by]] = _json(group_rows(evaluation, by))
    for name, file in MODELS.items():
        if (models / file).is_file():
            files[f"{name}/{CARD}"] = card(name, evaluation, models / file)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return [folder / name for name in files]


def metrics(evaluation: Body) -> dict[str, Any]:
    """The headline of every row, and of every kind the mean over a genre's documents: what ``dvc metrics`` shows and compares."""
    rows = evaluation["figures"]
    genres = evaluation["groups"]["genre"]
    return {
        "split": evaluation["name"],
        "documents": evaluation["documents"],
        "score": {name: value for name, row in rows.items() if (value := headline(row)) is not None},
        "ece": {name: one["ece"] for name, one in evaluation.get("reliability", {}).items()},
        "genre": {genre: _mean(found["figures"]) for genre, found in genres.items()},
    }


def _mean(rows: Mapping[str, Any]) -> float | None:
    values = [value for kind in KINDS if (value := headline(rows.get(kind, {}))) is not None]
    return round(sum(values) / len(values), 4) if values else None


def kind_rows(evaluation: Body) -> list[dict[str, Any]]:
    """A row for each row of the scorer: headline, interval, precision, recall, number in gold, target."""
    asked = targets()
    found = []
    for name, row in evaluation["figures"].items():
        low, high = row.get("ci95") or (None, None)
        n = row.get("gold", row.get("n"))
        found.append({
            "row": name, "kind": name in KINDS, "score": headline(row), "low": low, "high": high,
            "precision": row.get("precision"), "recall": row.get("recall"), "gold": n, "target": asked.get(name),
        })  # fmt: skip
    return found


def group_rows(evaluation: Body, by: str) -> list[dict[str, Any]]:
    """A row for each kind in each genre group, or for each phenomenon."""
    return [
        {by: group, "documents": found["documents"], "kind": kind, "score": headline(row), "gold": row.get("gold")}
        for group, found in evaluation["groups"][by].items()
        for kind in KINDS
        if (row := found["figures"].get(kind, {})) and headline(row) is not None
    ]


def card(name: str, evaluation: Body, file: Path) -> str:
    """The card (模型卡) of one model, in Markdown."""
    about = yaml("models.yaml")[name]
    asked = targets()
    rows: list[Sequence[object]] = [("row", "score", "95 %", "precision", "recall", "in gold", "target")]
    for row in about["rows"]:
        found = evaluation["figures"].get(row)
        if found is None:
            continue
        low, high = found.get("ci95") or (None, None)
        rates = [_rate(found.get(rate)) for rate in ("precision", "recall")]
        interval = "–" if low is None else f"{_rate(low)}–{_rate(high)}"
        n = found.get("gold", found.get("n"))
        rows.append((f"`{row}`", _rate(headline(found)), interval, *rates, n, _rate(asked.get(row))))
    data = file.read_bytes()
    facts = [
        ("kind", _kind(name)),
        ("reads", about["reads"]),
        ("learnt from", "the train and dev splits of `corpora/gold` (`gonghui train`); nothing was downloaded"),
        ("file", f"`{file.name}`, {len(data):,} bytes, sha256 `{hashlib.sha256(data).hexdigest()[:16]}…`"),
        ("size", _size(name, file)),
    ]
    parts = [
        f"# {name}\n\n{about['what']}\n",
        markdown([("", ""), *facts]),
        f"## How good\n\nOn the {evaluation['name']} split ({evaluation['documents']} documents), read by the whole pipeline "
        "with models that learnt from the train split alone; F1, accuracy or κ, intervals from a bootstrap over documents.\n",
        markdown(rows) if len(rows) > 1 else "The scorer does not ask for it.\n",
        *_reliability(name, evaluation),
        f"## Limits\n\n{about['limits']}\n",
        "Made by `gonghui evaluate --cards`; do not edit.\n",
    ]
    return "\n".join(parts)


def _reliability(name: str, evaluation: Body) -> Iterator[str]:
    """What its confidence is worth: claimed and observed, bin by bin, of each kind of finding and of its own choices."""
    found = evaluation.get("reliability", {})
    kinds = [kind for kind in (*KINDS_OF.get(name, ()), *((name,) if name not in CRF else ())) if kind in found]
    if not kinds:
        return
    yield (
        f"## How sure\n\nOn the {evaluation['name']} split. Findings: the confidence in the record beside the share that is "
        "right in span and in what its row of the tables says; the model itself: the probability of its choice on what gold "
        "marks, as it comes. ECE is the mean distance of the two.\n"
    )
    for kind in kinds:
        what = "of the model's choices" if kind == name else "of findings"
        rows: list[Sequence[object]] = [("confidence", "n", "claimed", "observed")]
        rows += [
            (f"{b['low']:.1f}–{b['high']:.1f}", b["n"], _rate(b["claimed"]), _rate(b["observed"])) for b in found[kind]["bins"]
        ]
        yield f"`{kind}`, confidence {what}: ECE {_rate(found[kind]['ece'])}\n"
        yield markdown(rows)


def _kind(name: str) -> str:
    if name not in CRF:
        return "logistic regression (scikit-learn), scored without it (`pipeline/linear.py`)"
    params = crf_params()
    copies = f", {settings().name_copies} copies of each document with other people and places" if name == "names" else ""
    told = f"c1 {params['c1']}, c2 {params['c2']}, {params['max_iterations']} iterations{copies}"
    return f"linear-chain CRF (CRFsuite), applied without it (`pipeline/extract/crf.py`), {told}"


def _size(name: str, file: Path) -> str:
    if name in CRF:
        chain = crf.read(file)
        return f"{len(chain.keys):,} features, {len(chain.labels)} labels"
    model = linear.read(file)
    return f"{len(model.features):,} features, {len(model.classes)} classes"


def _rate(value: float | int | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _json(value: object) -> str:
    if isinstance(value, list):  # a row a line: small, and git shows what changed
        return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in value) + "\n]\n"
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
