"""Counts: every form, value and exclusion of the annotation guide; numbers read back as they were written."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.extract.groundwork import Groundwork
from tests.ingest.cases import cases
from tests.segment.read import reading_of


def counts_of(text: str) -> list[list[Any]]:
    reading = reading_of(text)
    return [[reading.text.quote(c.start, c.end), c.value, c.unit, c.modifier, c.max] for c in Groundwork(reading).counts]


@pytest.mark.parametrize("case", cases("counts"))
def test_case(case: dict[str, Any]) -> None:
    assert counts_of(case["text"]) == case["counts"]
