"""What the classifiers of indicators see of a count: kinds of words, their places, the document and its events."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.cues import cues
from pipeline.extract.figures import Act
from pipeline.extract.groundwork import Groundwork
from pipeline.extract.indicators import features
from pipeline.extract.whose import Setting
from pipeline.resources import table
from tests.ingest.cases import cases
from tests.segment.read import reading_of


@pytest.mark.parametrize("case", cases("figures"))
def test_case(case: dict[str, Any]) -> None:
    reading = reading_of(case["text"])
    counts = Groundwork(reading).counts
    acts = []
    for name, kind, people in case.get("acts", ()):
        at = reading.clean.index(name)
        acts.append(Act(at, at + len(name), kind, people))
    rows = features(reading, counts, Setting(*case.get("setting", ("summary", "school", False))), acts)
    row = next(row for c, row in zip(counts, rows, strict=True) if reading.text.quote(c.start, c.end) == case["count"])
    assert set(case["sees"]) - set(row.words) == set()
    assert len(set(row.words)) == len(row.words)


WORDS = [word for _, words in table("lexicons/cues.tsv", 2) for word in words.split()]


@given(st.lists(st.sampled_from([*WORDS[::7], "，", "12人", "\n"]), max_size=12).map("".join))
def test_cues_are_in_order_and_disjoint_and_words_of_the_lexicon(text: str) -> None:
    found = list(cues(text))
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(text[cue.start : cue.end] in WORDS and cue.kinds for cue in found)


def test_the_longest_word_stands_with_all_its_kinds() -> None:
    (cue,) = cues("女职工大会"[:3])
    assert cue.kinds == ("woman",)
    assert [(c.start, c.end) for c in cues("金秋助学")] == [(0, 4)]
