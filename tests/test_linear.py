"""Linear classifiers, against the sum written out."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ResourceError
from pipeline.linear import UNIT, Linear, Model, load, read, weights_of, write
from pipeline.lookup import Run, Seen, keys_of, keys_of_words

A = Model(("yes", "no"), np.array([UNIT // 2, 0]), ["b=工会", "c", "\n"], np.array([[3, -1], [-2, 4], [7, 7]]) * UNIT)
B = Model(("x", "y", "z"), np.array([0, 0, 0]), ["c", "d"], np.array([[1, 2, 3], [3, 2, 1]]) * UNIT)


def plain(model: Model, row: list[str]) -> list[float]:
    """Bias and weights of the features, each counted once."""
    known = {feature: model.weights[k] for k, feature in enumerate(model.features)}
    return ((sum((known[f] for f in {*row} & {*known}), np.zeros(len(model.classes))) + model.bias) / UNIT).tolist()


@given(st.lists(st.lists(st.sampled_from(["b=工会", "c", "d", "\n", "unknown"]), max_size=6), max_size=300))
def test_models_together_score_as_each_alone(rows: list[list[str]]) -> None:
    for model, scores in zip((A, B), Linear([A, B]).scores([Seen(row) for row in rows]), strict=True):
        assert scores.tolist() == [plain(model, row) for row in rows]


@given(st.lists(st.lists(st.sampled_from(["b=工会", "d", "x"]), max_size=4), max_size=300))
def test_what_rows_share_weighs_as_if_it_were_their_own(rows: list[list[str]]) -> None:
    common, other = Seen(["c", "c"]), Seen(["\n"])
    shared = [[common, other][: k % 3] for k in range(len(rows))]
    flat = [Seen([*row, *(f for one in lent for f in one.words)]) for row, lent in zip(rows, shared, strict=True)]
    for one, two in zip(
        Linear([A, B]).scores([Seen(row) for row in rows], shared=shared), Linear([A, B]).scores(flat), strict=True
    ):
        assert one.tolist() == two.tolist()


runs = st.builds(Run, st.sampled_from(["b=", "人/", ""]), st.integers(0, 12), st.integers(0, 12), st.sampled_from([2, 3]))


@given(st.text(max_size=10), st.lists(st.builds(Seen, st.lists(st.text(min_size=1), max_size=3), st.lists(runs, max_size=3))))
def test_a_run_of_the_text_has_the_keys_of_its_stretches_written_out(text: str, rows: list[Seen]) -> None:
    keys, owners = keys_of(rows, text)
    found: list[list[int]] = [[] for _ in rows]
    for key, owner in zip(keys.tolist(), owners.tolist(), strict=True):
        found[owner].append(key)
    assert [sorted(one) for one in found] == [sorted(keys_of_words(row.strings(text)).tolist()) for row in rows]


def test_a_run_weighs_as_its_stretches_do_each_counted_once() -> None:
    text = "和工会工会"
    model = Linear([A])
    assert Seen(["c"], [Run("b=", 1, 5)]).strings(text) == ["c", "b=工会", "b=会工", "b=工会"]
    ((scores,), (spelt,)) = (model.scores([row], text) for row in (Seen(["c"], [Run("b=", 1, 5)]), Seen(["c", "b=工会"])))
    assert scores.tolist() == spelt.tolist()


def test_the_likeliest_class_and_the_first_of_equals() -> None:
    (a, b) = Linear([A, B]).best([Seen(["c"]), Seen(["c", "d"]), Seen()])
    assert [g.label for g in a] == ["no", "no", "yes"]
    assert [g.label for g in b] == ["z", "x", "x"]
    assert b[0].confidence == round(1 / (1 + math.exp(-1) + math.exp(-2)), 2)
    assert b[1].confidence == b[2].confidence == 0.33


def test_chances() -> None:
    (row,) = Linear([B]).chances([Seen(["c"])])
    assert sum(row.values()) == pytest.approx(1, abs=0.011)
    assert Linear([B]).each([Seen(["c"])])[0] == {
        c: round(1 / (1 + math.exp(-w)), 2) for c, w in zip("xyz", (1, 2, 3), strict=True)
    }
    assert Linear([B]).chances([]) == Linear([B]).each([]) == []


def test_a_stored_model_is_read_as_it_was_and_gives_the_same_bytes(tmp_path: Path) -> None:
    write(A, weights_of(tmp_path, "a"))
    again = read(weights_of(tmp_path, "a"))
    write(again, weights_of(tmp_path, "b"))
    assert (again.classes, again.features) == (A.classes, A.features)
    assert again.weights.tolist() == A.weights.tolist()
    assert weights_of(tmp_path, "a").read_bytes() == weights_of(tmp_path, "b").read_bytes()
    assert load(tmp_path, "a", "b").classes == [A.classes, A.classes]


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResourceError):
        load(tmp_path, "none")
