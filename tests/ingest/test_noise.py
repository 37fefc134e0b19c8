"""Noise: which lines are cut, for which reason, and which of a union text's own lines stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ResourceError
from pipeline.ingest import ingest
from pipeline.ingest.rules import read_rules
from tests.ingest.cases import cases


@pytest.mark.parametrize("case", cases("noise"))
def test_case(case: dict[str, Any]) -> None:
    raw = "\n".join(case["lines"])
    found = {noise.text.strip(): noise.reason for noise in ingest(raw.encode(), "a.txt").noise}
    assert found == {case["lines"][int(i)]: reason for i, reason in case["noise"].items()}


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("rules:\n  - id: a\n    pattern: '('\n", 2, "error"),
        ("rules:\n  - id: a\n    pattern: x\n  - id: a\n    pattern: y\n", 4, "taken"),
        ("rules:\n  - id: a\n    pattern: x\n    were: any\n", 2, "unknown keys"),
        ("rules:\n  - id: a\n    pattern: x\n    where: there\n", 2, "where"),
        ("rules:\n  - id: a\n    pattern: x\n    examples: [y]\n", 2, "example"),
        ("rules:\n  - id: a\n    pattern: x\n    counters: [x]\n", 2, "counter"),
        ("rules:\n  - id: a\n    pattern: '{word}'\n", 2, "word"),
        ("rules: [\n", 2, ""),
        ("- a\n", 1, "no list"),
        ("", 1, "no list"),
    ],
)
def test_a_bad_rule_is_told_by_file_and_line(tmp_path: Path, content: str, line: int, reason: str) -> None:
    path = tmp_path / "noise.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ResourceError) as caught:
        read_rules(path)
    assert (caught.value.params["file"], caught.value.params["line"]) == ("noise.yaml", line)
    assert reason in str(caught.value.params["reason"])
