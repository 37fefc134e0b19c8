"""Hard cases as data: ``tests/cases/<stage>/*.jsonl``, a known failure as a strict xfail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).resolve().parent.parent / "cases"


def cases(stage: str, *, failing: bool = True) -> list[Any]:
    """Every case of a stage as a pytest parameter; without ``failing`` those that are not known failures."""
    out = []
    for path in sorted((CASES / stage).glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            assert case["provenance"] in ("wild", "synthetic", "negative", "known-failure")
            if case["provenance"] == "known-failure" and not failing:
                continue
            marks = [pytest.mark.xfail(strict=True)] if case["provenance"] == "known-failure" else []
            out.append(pytest.param(case, id=case["id"], marks=marks))
    return out
