"""Cards and metrics say what evaluation found, and nothing that a machine or a day changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import CannotRun
from pipeline.learn import cards, classifiers
from pipeline.learn import evaluate as judge
from pipeline.learn.calibration import reliability
from pipeline.learn.examples import Example, prepared, read_prepared, write_prepared
from pipeline.learn.scoring import headline
from pipeline.learn.train import MODELS, train_from
from pipeline.resources import yaml
from pipeline.settings import models_dir
from tests.learn import tiny
from tests.learn.test_evaluate import gonghui, imperfect


@pytest.fixture(scope="module")
def body(tmp_path_factory: pytest.TempPathFactory) -> cards.Body:
    found: cards.Body = json.loads(judge.scored("dev", imperfect(), Path("m"), tmp_path_factory.mktemp("work")).as_json())
    return found


def test_metrics_and_plots_are_the_scores(body: cards.Body, tmp_path: Path) -> None:
    written = cards.write(body, tmp_path, models_dir())
    assert {p.relative_to(tmp_path).as_posix() for p in written} == {
        cards.METRICS, *cards.PLOTS.values(), *(f"{name}/{cards.CARD}" for name in MODELS)
    }  # fmt: skip
    metrics = json.loads((tmp_path / cards.METRICS).read_text(encoding="utf-8"))
    assert metrics["documents"] == 12
    assert metrics["score"]["counts"] == body["figures"]["counts"]["f1"]
    assert set(metrics["genre"]) == {"bank", "mining"}
    assert 0 < metrics["genre"]["bank"] < 1
    rows = json.loads((tmp_path / cards.PLOTS["kinds"]).read_text(encoding="utf-8"))
    counts = next(row for row in rows if row["row"] == "counts")
    assert counts["low"] <= counts["score"] <= counts["high"]
    assert counts["kind"]
    assert counts["target"] == judge.targets()["counts"]
    genres = json.loads((tmp_path / cards.PLOTS["genre"]).read_text(encoding="utf-8"))
    by = {(row["genre"], row["kind"]): row["score"] for row in genres}
    assert by["bank", "counts"] == headline(body["groups"]["genre"]["bank"]["figures"]["counts"])


def test_the_same_evaluation_gives_the_same_cards(body: cards.Body, tmp_path: Path) -> None:
    first, second = (cards.write(body, tmp_path / name, models_dir()) for name in "ab")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_a_card_names_its_file_and_its_scores(body: cards.Body) -> None:
    for name, file in MODELS.items():
        text = cards.card(name, body, models_dir() / file)
        assert text.startswith(f"# {name}\n")
        assert f"{(models_dir() / file).stat().st_size:,} bytes" in text
        assert "青石沟" not in text
    persons = body["figures"]["persons"]
    assert f"| `persons` | {persons['f1']:.3f} |" in cards.card("names", body, models_dir() / MODELS["names"])


def test_a_card_says_what_its_confidence_is_worth(body: cards.Body) -> None:
    bins = [b._asdict() for b in reliability([(0.9, True), (0.9, False), (0.3, False)]) if b.n]
    known = {**body, "reliability": {"events": {"ece": 0.367, "bins": bins}, "statement": {"ece": 0.1, "bins": bins}}}
    text = cards.card("events", known, models_dir() / MODELS["events"])
    assert "| 0.9–1.0 | 2 | 0.900 | 0.500 |" in text
    assert "ECE 0.367" in text
    assert "of the model's choices" in cards.card("statement", known, models_dir() / MODELS["statement"])
    assert "How sure" not in cards.card("names", known, models_dir() / MODELS["names"])


def test_a_model_that_nothing_scores_says_so(body: cards.Body) -> None:
    assert "does not ask" in cards.card("award_level", body, models_dir() / MODELS["award_level"])


def test_every_model_is_described() -> None:
    known = yaml("models.yaml")
    assert set(known) == set(MODELS)
    assert all(set(about) == {"what", "reads", "rows", "limits"} for about in known.values())


def test_prepared_gold_is_what_training_reads_from_the_corpus(tmp_path: Path) -> None:
    corpus = tiny.corpus(tmp_path)
    path = tmp_path / "prepared.jsonl"
    done = gonghui("prepare", "--corpus", str(corpus), "-o", str(path))
    assert done.returncode == 0, done.stderr
    files = sorted((corpus / "main").glob("*.json"))
    found, straight = list(read_prepared(path)), [one.example() for one in prepared(files)]
    assert len(found) == len(straight) == 2, "not the held-out one"
    for one, other in zip(found, straight, strict=True):
        assert (one.gold, one.group, one.split, one.phenomena) == (other.gold, other.group, other.split, other.phenomena)
        assert one.reading.clean == other.reading.clean
        assert one.reading.text.fixes == other.reading.text.fixes
        assert one.spans("counts") == other.spans("counts")
    assert {example.split for example in found} == {"train", "dev"}


def test_a_file_that_is_not_prepared_gold_is_named(tmp_path: Path) -> None:
    corpus = tiny.corpus(tmp_path)
    path = tmp_path / "prepared.jsonl"
    assert write_prepared(prepared(sorted((corpus / "main").glob("*.json"))), path) == 2
    path.write_text(path.read_text(encoding="utf-8") + "{}\n", encoding="utf-8")
    with pytest.raises(CannotRun) as caught:
        list(read_prepared(path))
    assert caught.value.params["line"] == 3
    with pytest.raises(CannotRun, match="stage_missing"):
        train_from(tmp_path / "nowhere.jsonl", tmp_path, only=("levels",))


def test_an_interrupted_training_leaves_the_models_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, models = tmp_path / "prepared.jsonl", tmp_path / "models"
    write_prepared(prepared(sorted((tiny.corpus(tmp_path) / "main").glob("*.json"))), path)
    made = train_from(path, models, only=("levels",))
    before = {p.name: p.read_bytes() for p in models.rglob("*") if p.is_file()}
    assert list(made) == ["levels"]
    assert list(before) == ["weights.npz"]

    def interrupted(task: str, examples: list[Example], place: Path) -> dict[str, Any]:
        if task == "levels":
            raise KeyboardInterrupt
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"new")
        return {}

    monkeypatch.setattr(classifiers, "train", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train_from(path, models, only=("levels", "topics"))
    assert {p.name: p.read_bytes() for p in models.rglob("*") if p.is_file()} == before
    assert [p.name for p in models.iterdir()] == ["levels"]
