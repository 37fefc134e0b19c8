"""The sequence models' machinery: keys, the table of weights, the chain, against what is plain but slow."""

from __future__ import annotations

from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.extract.crf import SCALE, Chain, Model, read, write
from pipeline.extract.features import Sight
from pipeline.extract.groundwork import Groundwork
from pipeline.extract.tagger import LONGEST_SENTENCE, pieces
from pipeline.extract.templates import TEMPLATES, window
from pipeline.learn.taggers import _exported
from pipeline.lookup import Table
from pipeline.products import Part
from pipeline.segment import Reading, Span
from pipeline.spans import Text

TEXT = "3月8日，组织女教师46人学习《工会法》，邀请县教育工会赵秀兰主席讲课。全体教师𬱖🙂参加了“送温暖”活动！"


def sight(text: str) -> Sight:
    return Groundwork(Reading(Text(text), Part(start=0, end=len(text)))).sight


def model(rng: np.random.Generator, labels: tuple[str, ...], size: int = 6, scale: float = 2.0) -> Model:
    weights = np.rint(rng.normal(0, scale, (size, len(labels))) * SCALE).astype(np.int32)
    weights[:, labels.index("O")] += SCALE * int(rng.integers(0, 12))  # now and then so sure of O that the gate closes
    steps = np.rint(rng.normal(0, scale, (len(labels), len(labels))) * SCALE).astype(np.int32)
    return Model(labels, np.arange(1, size + 1, dtype=np.uint64) << np.uint64(60), weights, steps)


def exhaustive(one: Model, keys: np.ndarray, start: int, end: int) -> tuple[dict[tuple[int, ...], float], np.ndarray]:
    """The score of every labelling of ``[start, end)``, and the marginals that they make."""
    row = {int(key): k for k, key in enumerate(one.keys)}
    local = [
        sum((one.weights[row[int(k)]] for k in keys[:, t] if int(k) in row), np.zeros(len(one.labels))) / SCALE
        for t in range(start, end)
    ]
    steps = one.transitions / SCALE
    paths = list(product(range(len(one.labels)), repeat=end - start))
    scores = np.array(
        [sum(local[t][y] for t, y in enumerate(path)) + sum(steps[a, b] for a, b in pairwise(path)) for path in paths]
    )
    odds = np.exp(scores - scores.max())
    marginals = np.zeros((end - start, len(one.labels)))
    for path, weight in zip(paths, odds / odds.sum(), strict=True):
        marginals[np.arange(end - start), list(path)] += weight
    return dict(zip(paths, scores.tolist(), strict=True)), marginals


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), sizes=st.lists(st.integers(1, 4), min_size=1, max_size=4))
@example(seed=4, sizes=[1, 4, 1, 4])  # two labellings of the same score: either will do
def test_the_chain_agrees_with_every_labelling_tried(seed: int, sizes: list[int]) -> None:
    rng = np.random.default_rng(seed)
    models = [model(rng, ("O", "B-X", "I-X")), model(rng, ("B-Y", "O", "I-Y", "B-Z", "I-Z"))]
    ends = np.cumsum(sizes).tolist()
    sentences = [Span(end - size, end) for size, end in zip(sizes, ends, strict=True)]
    keys = rng.integers(0, 9, (3, ends[-1])).astype(np.uint64) << np.uint64(60)  # some of them unknown
    for one, made in zip(models, Chain(models).marginals(keys, window(sentences)), strict=True):
        for start, end in sentences:
            scores, chance = exhaustive(one, keys, start, end)
            assert scores[tuple(made.path[start:end].tolist())] == pytest.approx(max(scores.values()), abs=1e-9)
            assert np.abs(made.chance[start:end] - chance).max() < 1e-5


@given(
    known=st.sets(st.integers(0, 2**64 - 1), min_size=1, max_size=80),
    crowded=st.sets(st.integers(0, 200), max_size=60),
    asked=st.lists(st.integers(0, 2**64 - 1), max_size=30),
)
def test_the_table_knows_its_keys_and_no_others(known: set[int], crowded: set[int], asked: list[int]) -> None:
    ordered = sorted(known | crowded)  # the crowded ones all fall into the first slot
    queries = [*ordered, *asked, 0, 2**64 - 1]
    rows = Table(np.array(ordered, dtype=np.uint64)).rows(np.array(queries, dtype=np.uint64))
    where = {key: k for k, key in enumerate(ordered)}
    assert rows.tolist() == [where.get(key, len(ordered)) for key in queries]


def test_keys_look_no_further_than_their_sentence() -> None:
    seen = sight(TEXT)
    cut = TEXT.index("全体")
    whole = seen.keys(window([Span(0, cut), Span(cut, len(TEXT))]))
    assert (whole[:, :cut] == seen.keys(window([Span(0, cut)]))).all()
    assert (whole[:, cut:] == seen.keys(window([Span(cut, len(TEXT))]))).all()
    assert (whole != seen.keys(window([Span(0, len(TEXT))]))).any()


def test_a_key_is_that_of_its_template_and_of_what_stands_there() -> None:
    keys = dict(zip(TEMPLATES, sight("学习学习，学习").keys(window([Span(0, 7)])), strict=True))
    assert keys["0"][0] == keys["0"][2] == keys["0"][5]  # 学
    assert keys["5"][0] == keys["5"][2] != keys["5"][1]  # 学习, 习学
    assert keys["1"][0] != keys["1"][2]  # nothing before the first
    assert keys["0"][0] != keys["2"][0]
    assert len({int(row[3]) for row in keys.values()}) == len(TEMPLATES)


def test_keys_are_the_same_on_every_machine() -> None:
    keys = sight("工会A5").keys(window([Span(0, 4)]))
    assert f"{int(keys[0, 0]):016x}" == "5abea594dddc5faf"


def test_no_document_is_too_short() -> None:
    assert sight("").keys(window([])).shape == (len(TEMPLATES), 0)
    assert sight("会").keys(window([Span(0, 1)])).shape == (len(TEMPLATES), 1)


def test_an_endless_sentence_is_cut() -> None:
    cut = list(pieces([Span(3, 3 + 2 * LONGEST_SENTENCE + 1)]))
    assert [p.end - p.start for p in cut] == [LONGEST_SENTENCE, LONGEST_SENTENCE, 1]
    assert cut[0].start == 3


def test_a_stored_model_is_read_as_it_was_and_gives_the_same_bytes(tmp_path: Path) -> None:
    one = model(np.random.default_rng(1), ("O", "B-X", "I-X"))
    write(one, tmp_path / "a.npz")
    again = read(tmp_path / "a.npz")
    write(again, tmp_path / "b.npz")
    assert again.labels == one.labels
    assert all((x == y).all() for x, y in zip(again[1:], one[1:], strict=True))
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_the_chain_agrees_with_crfsuite(tmp_path: Path) -> None:
    """The same model, applied by the library that has trained it."""
    crfsuite = pytest.importorskip("pycrfsuite")
    keys = sight(TEXT * 3).keys(window([Span(0, 3 * len(TEXT))]))
    rows = [[f"{key:x}" for key in row] for row in keys.T.tolist()]
    labels = (["O"] * 6 + ["B-E", "I-E", "I-E"] + ["O"] * (len(TEXT) - 9)) * 3
    trainer = crfsuite.Trainer(verbose=False)
    trainer.set_params({"c1": 0.05, "c2": 0.05, "max_iterations": 20, "feature.possible_transitions": True})
    for at in range(0, len(rows), len(TEXT)):
        trainer.append(rows[at : at + len(TEXT)], labels[at : at + len(TEXT)])
    trainer.train(str(tmp_path / "m"))
    tagger = crfsuite.Tagger()
    tagger.open(str(tmp_path / "m"))
    tagged = tagger.tag(rows)
    one = _exported(tmp_path / "m")
    made = Chain([one]).marginals(keys, window([Span(0, len(rows))]))[0]
    assert [one.labels[k] for k in made.path] == tagged
    assert "B-E" in tagged
    for k, label in enumerate(one.labels):
        assert made.chance[:, k] == pytest.approx([tagger.marginal(label, t) for t in range(len(rows))], abs=1e-4)
    tagger.close()
