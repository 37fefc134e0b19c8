"""Checks of one document: what cannot be right is flagged on its place, what may be right is left alone, nothing is changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import records as r
from pipeline.aggregate.checks import checked
from tests.handmade import found, record

CASES = Path(__file__).resolve().parents[1] / "cases" / "aggregate" / "checks.jsonl"


def cases() -> list[Any]:
    loaded = [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]
    return [
        pytest.param(
            case, marks=pytest.mark.xfail(strict=True) if case["provenance"] == "known-failure" else (), id=case["text"][:20]
        )
        for case in loaded
    ]


def made(case: dict[str, Any]) -> r.Record:
    counts = [
        found("counts", case["text"], quote, value=float(value), unit=unit, indicator=rest[0] if rest else None, scope="own")
        for quote, value, unit, *rest in case["counts"]
    ]
    return record(case["text"], counts=sorted(counts, key=lambda c: c.start))


@pytest.mark.parametrize("case", cases())
def test_checks(case: dict[str, Any]) -> None:
    before = made(case)
    after = checked(before, case["text"])
    assert [[w.code, case["text"][w.start : w.end]] for w in after.warnings] == case["expected"]
    assert after.model_copy(update={"warnings": ()}) == before


def test_the_warnings_that_are_there_stay_and_only_the_document_is_looked_at() -> None:
    raw = "支出36,83,0元。\n支出11,22,3元。"
    before = record(raw, start=0, end=12, warnings=[r.Warn(code="unsigned", start=0, end=0)])
    assert [w.code for w in checked(before, raw).warnings] == ["unsigned", "implausible_value"]


@given(st.lists(st.integers(1, 10**7), min_size=2, max_size=6))
def test_a_sum_that_comes_out_is_never_flagged(parts: list[int]) -> None:
    raw = "，".join(f"第{'甲乙丙丁戊己'[i]}项{part}元" for i, part in enumerate(parts)) + f"，合计{sum(parts)}元。"
    counts, at = [], 0
    for value in [*parts, sum(parts)]:
        start = raw.index(f"{value}元", at)
        at = start + 1
        counts.append(r.Count(start=start, end=start + len(f"{value}元"), text=f"{value}元", value=float(value), unit="元"))
    assert not checked(record(raw, counts=counts), raw).warnings


@pytest.mark.parametrize("text", ["1," * 200_000, "1 " * 200_000, "率为11 " * 50_000])
def test_a_long_run_of_figures_is_no_trap(text: str) -> None:
    checked(record(text), text)
