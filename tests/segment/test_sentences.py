"""Sentences: end mark and closing quote included, a line end ends one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.cases import cases
from tests.segment.read import reading_of


@pytest.mark.parametrize("case", cases("sentences"))
def test_case(case: dict[str, Any]) -> None:
    reading = reading_of(case["text"])
    assert [reading.clean[a:b] for a, b in reading.sentences] == case["sentences"]


@settings(max_examples=200, deadline=None)
@given(st.text("工会。！？；，“”（）\n 　a1", max_size=80))
def test_sentences_hold_all_but_blanks_in_order(text: str) -> None:
    reading = reading_of(text)
    at = 0
    for start, end in reading.sentences:
        assert not reading.clean[at:start].strip()
        assert start < end
        assert "\n" not in reading.clean[start:end]
        at = end
    assert not reading.clean[at:].strip()
    for offset in range(len(reading.clean)):
        sentence = reading.sentence_at(offset)
        assert not reading.sentences or sentence in reading.sentences
