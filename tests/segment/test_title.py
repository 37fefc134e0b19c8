"""The edges of a document: title lines and sign-off."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ingest.cases import cases
from tests.segment.read import reading_of


@pytest.mark.parametrize("case", cases("title"))
def test_case(case: dict[str, Any]) -> None:
    reading = reading_of(case["lines"])
    assert [reading.clean[a:b] for a, b in reading.title_lines] == case["title"]
    assert [reading.clean[a:b] for a, b in reading.sign_off] == case["sign_off"]
