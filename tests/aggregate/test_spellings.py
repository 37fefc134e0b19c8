"""One unit under several spellings: names that are the same unit are joined, others are not, and the roster's name goes first."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.aggregate.spellings import Mention, core, joined, same_unit
from pipeline.aggregate.units import RosterRow
from pipeline.flow import Options, Outcome, Task
from pipeline.records import Unit
from pipeline.run import Job, read_records, run
from tests.handmade import outcome_of, record

CASES = Path(__file__).resolve().parents[1] / "cases" / "aggregate" / "spellings.jsonl"


def mentions(names: list[list[str]]) -> list[Mention]:
    return [Mention(str(i), name, source) for i, (name, source) in enumerate(names)]


@pytest.mark.parametrize("case", [json.loads(line) for line in CASES.read_text("utf-8").splitlines()])
def test_spellings(case: dict[str, Any]) -> None:
    found = joined(mentions(case["names"]))
    assert [found[str(i)].unit for i in range(len(case["names"]))] == case["units"]
    assert [found[str(i)].reason for i in range(len(case["names"]))] == case["reasons"]


def test_the_roster_names_the_unit_and_may_join_what_is_common() -> None:
    roster = (RosterRow("柳河镇/*", "柳河镇中心小学工会", "school"), RosterRow("城区/二小", "清河县第二小学", "school"))
    found = joined(
        mentions(
            [
                ["中心小学", "柳河镇/a.txt"],
                ["二小", "城区/二小/b.txt"],
                ["青山中学", "柳河镇/c.txt"],
                ["清河县第二小学工会", "别处/d.txt"],
            ]
        ),
        roster,
    )
    assert [tuple(found[str(i)]) for i in range(4)] == [
        ("柳河镇中心小学工会", "roster"), ("清河县第二小学", "roster"), ("青山中学", "differs"), ("清河县第二小学", "ending"),
    ]  # fmt: skip


NAMES = st.sampled_from(
    ["三小", "第三小学", "县第三小学", "清河县第三小学工会", "三河小学", "柳河镇三河小学", "青山镇三河小学", "宏远公司",
     "宏远轴承公司", "宏远轴承有限公司工会", "中心校", "柳河镇中心小学"]
)  # fmt: skip


@given(st.lists(st.tuples(NAMES, st.sampled_from(["a/1.txt", "b/2.txt", "3.txt"])), max_size=8))
def test_a_unit_is_one_of_its_names_and_joining_again_changes_nothing(names: list[tuple[str, str]]) -> None:
    found = joined(mentions([list(pair) for pair in names]))
    assert {m.unit for m in found.values()} <= {name for name, _ in names}
    again = joined([Mention(str(i), found[str(i)].unit, source) for i, (_, source) in enumerate(names)])
    assert [again[str(i)].unit for i in range(len(names))] == [found[str(i)].unit for i in range(len(names))]


@given(st.lists(st.tuples(NAMES, st.sampled_from(["a/1.txt", "b/2.txt", "3.txt"])), max_size=8), st.randoms())
def test_the_order_of_the_documents_does_not_matter(names: list[tuple[str, str]], rng: Any) -> None:
    made = mentions([list(pair) for pair in names])
    other = made.copy()
    rng.shuffle(other)
    assert joined(made) == joined(other)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("三小", "清河县第三小学工会", True), ("三河小学", "柳河镇三河小学工会", True), ("宏远公司", "宏远轴承有限公司", True),
        ("三小", "四小", False), (None, None, False), ("三小", None, False), ("清泉小学", "青山小学", False),
    ],
)  # fmt: skip
def test_two_names_alone(one: str | None, other: str | None, same: bool) -> None:
    assert same_unit(one, other) is same
    assert same_unit(other, one) is same


@pytest.mark.parametrize("name", ["县" * 200, "第三" * 200, "公司" * 200, "(" * 400, "工会" * 200])
def test_a_long_name_is_no_trap(name: str) -> None:
    assert core(name)
    assert joined(mentions([[name, "a.txt"], [name + "工会", "b.txt"]]))


def test_the_records_of_a_run_bear_the_joined_name_and_keep_their_own(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, unit in (("a", "三河小学"), ("b", "柳河镇三河小学工会")):
        (folder / f"{name}.txt").write_text(unit, encoding="utf-8")
    run(Job(input=folder, out=tmp_path / "out"), work=work)
    assert [(one.org, one.unit.name) for one in read_records(tmp_path / "out")] == [
        ("三河小学", "柳河镇三河小学工会"), ("柳河镇三河小学工会", "柳河镇三河小学工会"),
    ]  # fmt: skip
    with (tmp_path / "out" / "tables" / "spellings.csv").open(encoding="utf-8-sig", newline="") as handle:
        assert [(row["写法"], row["归并依据"]) for row in csv.DictReader(handle)] == [
            ("三河小学", "省略地名"), ("柳河镇三河小学工会", "名称相同"),
        ]  # fmt: skip


def work(task: Task, options: Options) -> Outcome:
    """Stands in for the flow: the text is the unit's name."""
    raw = task.path.read_text(encoding="utf-8")
    return outcome_of(task.name, raw, record(raw, task.name, org=raw, unit=Unit(name=raw, basis="text")))
