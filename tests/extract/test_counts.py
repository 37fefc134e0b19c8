"""Counts: every form, value and exclusion of the annotation guide; numbers read back as they were written."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.extract.counted import counted
from pipeline.extract.groundwork import Groundwork
from pipeline.settings import models_dir
from tests.ingest.cases import cases
from tests.segment.read import reading_of


def counts_of(text: str) -> list[list[Any]]:
    reading = reading_of(text)
    found = counted(reading, Groundwork(reading).candidates, models_dir())
    return [[reading.text.quote(c.start, c.end), c.value, c.unit, c.modifier, c.max] for c in found]


@pytest.mark.parametrize("case", cases("counts"))
def test_case(case: dict[str, Any]) -> None:
    assert counts_of(case["text"]) == case["counts"]
