"""Confidence: maps ascend and mend what they were fitted on; without one a claim stays; folds keep author groups whole."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import ResourceError
from pipeline.extract.calibration import FILE, KINDS, Map, calibrated, maps
from pipeline.learn.calibration import FEWEST, claimed, claims_of, decisions, ece, fitted, fold_of, reliability, write
from pipeline.learn.examples import prepared
from pipeline.learn.train import MODELS
from pipeline.records import Count, Person
from pipeline.settings import models_dir
from tests.learn import tiny

CLAIMS = st.lists(st.tuples(st.integers(0, 100).map(lambda n: n / 100), st.booleans()), min_size=FEWEST, max_size=80)


@settings(deadline=None)  # the first one imports scikit-learn
@given(CLAIMS, st.lists(st.floats(0, 1), min_size=2, max_size=9))
def test_who_claims_more_is_believed_more(claims: list[tuple[float, bool]], asked: list[float]) -> None:
    sure = fitted(claims)
    assert sure is not None
    assert list(sure.claimed) == sorted(set(sure.claimed))
    told = [sure(claim) for claim in sorted(asked)]
    assert told == sorted(told)
    assert all(0 <= one <= 1 for one in told)


def test_a_boaster_is_brought_down_and_a_modest_one_up() -> None:
    rng = random.Random(1)
    boaster = [(claim, rng.random() < claim / 2) for claim in (rng.random() for _ in range(900))]
    modest = [(claim, rng.random() < (1 + claim) / 2) for claim in (rng.random() for _ in range(900))]
    for claims in (boaster, modest):
        sure = fitted(claims)
        assert sure is not None
        before = ece(reliability(claims)) or 0
        after = ece(reliability([(sure(claim), right) for claim, right in claims])) or 0
        assert before > 0.15
        assert after < before / 3
    assert fitted(boaster[: FEWEST - 1]) is None


def test_bins_hold_every_claim() -> None:
    bins = reliability([(0.0, False), (0.05, True), (0.95, True), (1.0, True), (0.3, False)])
    assert [b.n for b in bins] == [2, 0, 0, 1, 0, 0, 0, 0, 0, 2]
    assert (bins[0].claimed, bins[0].observed) == (0.025, 0.5)
    assert bins[1].claimed is None
    assert ece(bins) == pytest.approx((2 * 0.475 + 0.3 + 2 * 0.025) / 5, abs=1e-3)
    assert ece(reliability([])) is None


def test_what_is_right_is_what_its_row_says() -> None:
    gold = [{"start": 0, "end": 4, "type": "visit", "status": "held"}, {"start": 9, "end": 12, "wrapped": True, "type": "aid"}]
    found = [
        {"start": 0, "end": 4, "type": "visit", "status": "held", "confidence": 0.9},
        {"start": 5, "end": 8, "type": "visit", "status": "held", "confidence": 0.4},
        {"start": 11, "end": 20, "type": "aid", "status": "held", "confidence": 0.5},  # gold could not quote it
        {"start": 30, "end": 34, "type": "aid", "status": "held", "confidence": None},  # a rule's
    ]
    assert claimed("events", gold, found) == [(0.9, True), (0.4, False)]
    assert claimed("events", [gold[0] | {"status": "planned"}], found[:1]) == [(0.9, False)]


def test_a_record_is_as_sure_as_its_maps_say(tmp_path: Path) -> None:
    finding = Person(start=0, end=2, text="李明", confidence=0.9)
    by_rule = finding.model_copy(update={"confidence": None})
    fields = {"persons": (finding, by_rule), "title": "总结"}
    assert calibrated(fields, tmp_path / "none") == fields
    margin = Count(start=0, end=2, text="6人", value=6, unit="人", confidence=0.4)
    assert calibrated({"counts": (margin,)}, tmp_path / "none")["counts"][0].confidence is None
    claims = [(i / 100, i % 3 == 0) for i in range(100)]
    write({"persons": claims}, tmp_path)
    stored = json.loads((tmp_path / "names" / FILE).read_text(encoding="utf-8"))["kinds"]["persons"]
    assert stored["claims"] == 100
    assert stored["ece_after"] < stored["ece_before"]
    made = calibrated(fields, tmp_path)
    assert [p.confidence for p in made["persons"]] == [maps(tmp_path)["persons"](0.9), None]
    assert made["persons"][0].confidence < 0.6
    assert made["title"] == "总结"
    for name in KINDS:
        assert (tmp_path / name / FILE).exists()


def test_between_knots_lines_are_straight() -> None:
    sure = Map((0.2, 0.8), (0.4, 0.7))
    assert [sure(claim) for claim in (0.0, 0.2, 0.5, 0.8, 1.0)] == [0.4, 0.4, 0.55, 0.7, 0.7]


def test_a_broken_calibration_is_told(tmp_path: Path) -> None:
    (tmp_path / "names").mkdir()
    (tmp_path / "names" / FILE).write_text("{", encoding="utf-8")
    with pytest.raises(ResourceError):
        maps(tmp_path)


def test_folds_keep_groups_whole_and_are_even() -> None:
    of = fold_of([f"g{i}" for i in range(10)] * 2)
    assert sorted(list(of.values()).count(fold) for fold in range(3)) == [3, 3, 4]
    assert of == fold_of(sorted(of, reverse=True))
    assert len(set(fold_of(["a", "b"]).values())) == 2


def test_every_kind_and_classifier_can_be_asked(tmp_path: Path) -> None:
    examples = [one.example() for one in prepared([tiny.corpus(tmp_path) / "main" / "甲.json"])]
    claims = claims_of(examples, models_dir())
    assert claims["persons"]
    assert claims["events"]
    assert all(0 <= sure <= 1 for found in claims.values() for sure, _ in found)
    judged = decisions(examples, models_dir())
    assert {"event_type", "statement", "topics", "levels"} <= set(judged) <= set(MODELS)
    assert len(judged["event_type"]) == 2
