"""Levels of coverage: what a level is backed by."""

from __future__ import annotations

from pathlib import Path

from pipeline.flow import Options, Task, process
from pipeline.records import Record

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "input"
SAMPLES = Path(__file__).resolve().parents[2] / "corpora" / "samples"
PLAN = """清泉小学工会2012年工作计划
一、上半年
3月组织女教师踏青，4月召开教代会，5月举办教职工运动会。
二、下半年
9月慰问新教师，10月组织教职工体检，12月评选工会积极分子。
"""
EMPTY_HANDED = ("identity",)  # a unit and a period that only the signature's date or a heading settles


def records(folder: Path) -> list[Record]:
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".txt", ".md"))
    found = []
    for path in files:
        found += [Record.model_validate_json(line) for line in process(Task(path, path.name), Options()).records]
    return found


def test_no_level_stands_without_something_to_show() -> None:
    found = records(GOLDEN) + records(SAMPLES)
    assert len(found) > 10
    bare = [
        (record.source, item, score.level)
        for record in found
        if record.coverage
        for item, score in record.coverage.items.items()
        if score.level and not score.evidence and item not in EMPTY_HANDED
    ]
    assert bare == []


def test_events_to_come_show_for_plans(tmp_path: Path) -> None:
    path = tmp_path / "甲.txt"
    path.write_text(PLAN, encoding="utf-8")
    (line,) = process(Task(path, path.name), Options()).records
    record = Record.model_validate_json(line)
    assert record.coverage is not None
    plans = record.coverage.items["plans"]
    assert plans.level == 2
    told = {(f.start, f.end) for f in (*record.plans, *record.events)}
    assert set(plans.evidence) <= told
