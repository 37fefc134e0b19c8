"""Dates: every form and norm of the annotation guide, the traps, and the year that a document settles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.extract import calendar, profile
from pipeline.extract.almanac import norm
from pipeline.extract.groundwork import Groundwork
from pipeline.extract.period import settle
from pipeline.extract.years import YearSense
from pipeline.segment import Reading
from tests.ingest.cases import cases
from tests.segment.read import reading_of


def dates_of(reading: Reading) -> list[list[str]]:
    """Every date as the record has it: the quote and its norm."""
    moments = Groundwork(reading).moments
    title = " ".join(reading.clean[a:b] for a, b in reading.title_lines)
    kind = profile.doc_type(reading, title)
    _, settled = settle(reading, kind, moments, profile.signature(reading, moments), title)
    sense = YearSense(reading, moments, settled, summary=kind != "plan")
    return [[reading.text.quote(m.start, m.end), norm(m, sense)] for m in moments]


@pytest.mark.parametrize("case", cases("dates"))
def test_case(case: dict[str, Any]) -> None:
    assert dates_of(reading_of(case["lines"])) == case["dates"]


def test_the_characters_that_open_an_expression_open_every_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scan that starts only at such a character finds what a scan from everywhere finds."""
    root = Path(__file__).resolve().parents[2]
    texts = [p.read_text(encoding="utf-8") for p in sorted((root / "corpora" / "gold" / "main").glob("*.txt"))[::5]]
    texts += [case.read_text(encoding="utf-8") for case in (root / "tests" / "cases" / "dates").glob("*.jsonl")]
    found = [list(calendar.expressions(text)) for text in texts]
    assert sum(map(len, found)) > 300
    monkeypatch.setattr(calendar, "_next", lambda text, start, last: calendar._grammar().search(text, start, last))
    assert [list(calendar.expressions(text)) for text in texts] == found
