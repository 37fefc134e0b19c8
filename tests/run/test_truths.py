"""Truths across sentences: told twice is one, one sentence settles the year of others, short names, parts and totals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.flow import Options, Task, process
from pipeline.records import Record

FILE = Path(__file__).resolve().parents[1] / "cases" / "truths" / "truths.jsonl"
CASES = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_document_is_read_as_a_whole(case: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(case["text"], encoding="utf-8")
    (line,) = process(Task(tmp_path / "a.txt", "a.txt"), Options()).records
    record = Record.model_validate_json(line)
    found = {
        "events": [event.name for event in record.events],
        "norms": [date.norm for date in record.dates],
        "persons": [person.text for person in record.persons],
        "unit": record.unit.name,
        "conflict": any(warning.code == "parts_total_conflict" for warning in record.warnings),
    }
    assert {name: found[name] for name in found if name in case} == {name: case[name] for name in found if name in case}
