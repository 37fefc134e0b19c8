"""What changed between two runs or years: planted changes are told, nothing else is, and names stay masked."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from pipeline import records as r
from pipeline.aggregate.cells import Row
from pipeline.aggregate.changes import changes, paired
from pipeline.compare import compare, summary_lines, write_changes
from pipeline.errors import CannotRun
from pipeline.flow import Options, Outcome, Task
from pipeline.run import Job, run
from tests.aggregate.test_cells import district, said
from tests.handmade import found, outcome_of, record


def rows(*documents: tuple[r.Record, str]) -> list[Row]:
    return district(*documents).rows


def told(before: list[Row], after: list[Row], years: tuple[int, int] | None = None) -> list[tuple[Any, ...]]:
    return [(c.unit, c.about, c.code, c.before, c.after, c.how) for c in changes(paired(before, after, years))]


def scored(score: float, care: int, **fields: Any) -> dict[str, Any]:
    item = r.ItemScore(level=care, points=care * 5.5)  # type: ignore[arg-type]
    return {"coverage": r.Coverage(rubric="school", score=score, items={"care": item})} | fields


def test_equal_runs_do_not_differ() -> None:
    one = rows(said("a.txt", "职工40人", ("40人", "staff", 40), **scored(50, 1)))
    assert told(one, one) == []


def test_figures_items_and_scores_that_changed() -> None:
    before = rows(said("a.txt", "职工40人，会员30人", ("40人", "staff", 40), ("30人", "members", 30), **scored(50, 1)))
    after = rows(said("a.txt", "职工50人，代表9人", ("50人", "staff", 50), ("9人", "delegates", 9), **scored(61, 2)))
    assert told(before, after) == [
        ("三小", "document", "a.txt", None, None, "rewritten"),
        ("三小", "score", "score", 50, 61, "up"),
        ("三小", "item", "care", 5.5, 11.0, "up"),
        ("三小", "indicator", "staff", 40, 50, "up"),
        ("三小", "indicator", "members", 30, None, "gone"),
        ("三小", "indicator", "delegates", None, 9, "new"),
    ]
    staff = next(c for c in changes(paired(before, after)) if c.code == "staff")
    assert (staff.difference, staff.per_cent) == (10, 25.0)


def test_units_that_came_and_went_and_one_under_another_spelling() -> None:
    before = rows(said("a.txt", "x", unit="三河小学"), said("b.txt", "y", unit="四小"))
    after = rows(said("a.txt", "x", unit="柳河镇三河小学工会"), said("c.txt", "z", unit="五小"))
    assert told(before, after) == [("五小", "unit", "五小", None, None, "new"), ("四小", "unit", "四小", None, None, "gone")]


def test_without_a_common_year_the_latest_of_each_side_are_compared() -> None:
    before = rows(
        said("a.txt", "职工40人", ("40人", "staff", 40), year=2010), said("b.txt", "职工42人", ("42人", "staff", 42), year=2011)
    )
    after = rows(said("c.txt", "职工45人", ("45人", "staff", 45), year=2012))
    assert told(before, after) == [("三小", "indicator", "staff", 42, 45, "up")]


def test_two_years_of_one_run() -> None:
    both = rows(
        said("a.txt", "职工40人", ("40人", "staff", 40), year=2010), said("b.txt", "职工42人", ("42人", "staff", 42), year=2011)
    )
    assert told(both, both, (2010, 2011)) == [("三小", "indicator", "staff", 40, 42, "up")]
    assert told(both, both, (2011, 2012)) == [("三小", "unit", "三小", None, None, "gone")]


def work(task: Task, options: Options) -> Outcome:
    """Stands in for the flow: a unit, a figure, and an aided person in the unit's name."""
    raw = task.path.read_text(encoding="utf-8")
    name, value = raw.split("：")
    made = record(
        raw, task.name, org=name, unit=r.Unit(name=name, basis="text"), report_year=r.ReportYear(value=2011),
        persons=[found("persons", raw, "聂小娜", standing="aided")],
        counts=[found("counts", raw, f"{value}", value=float(value[:-1]), unit="人", indicator="staff", scope="own")],
    )  # fmt: skip
    return outcome_of(task.name, raw, made)


@pytest.fixture
def two_runs(tmp_path: Path) -> tuple[Path, Path]:
    outs = []
    for name, value in (("前", 40), ("后", 60)):
        (tmp_path / f"{name}件").mkdir()
        (tmp_path / f"{name}件" / "a.txt").write_text(f"聂小娜工作室：{value}人", encoding="utf-8")
        run(Job(input=tmp_path / f"{name}件", out=tmp_path / name), work=work)
        outs.append(tmp_path / name)
    return outs[0], outs[1]


def test_the_csv_and_the_summary_of_two_runs(tmp_path: Path, two_runs: tuple[Path, Path]) -> None:
    found = compare(*two_runs)
    summary = write_changes(found, tmp_path / "变化.csv", lang="zh")
    data = (tmp_path / "变化.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\r\n")
    with (tmp_path / "变化.csv").open(encoding="utf-8-sig", newline="") as handle:
        lines = list(csv.DictReader(handle))
    (staff,) = [line for line in lines if line["项目"] == "职工数"]
    assert (staff["前"], staff["后"], staff["增减"], staff["增减%"], staff["变化"]) == ("40", "60", "20", "50", "上升")
    text = summary.read_text("utf-8")
    assert "职工数: 40 → 60" in text
    for leaving in (data.decode("utf-8-sig"), text):
        assert "小娜" not in leaving
    assert "聂**工作室" in data.decode("utf-8-sig")
    with pytest.raises(CannotRun, match="compare_exists"):
        write_changes(found, tmp_path / "变化.csv", lang="zh")
    write_changes(found, tmp_path / "变化.csv", lang="zh", show_names=True, overwrite=True)
    assert "聂小娜工作室" in (tmp_path / "变化.csv").read_text("utf-8-sig")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_summary_says_when_nothing_changed(two_runs: tuple[Path, Path], lang: Any) -> None:
    same = "\n".join(summary_lines(compare(two_runs[0], two_runs[0]), lang))
    assert ("没有变化。" if lang == "zh" else "Nothing changed.") in same


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path, two_runs: tuple[Path, Path]) -> None:
    with pytest.raises(CannotRun, match="not_a_run"):
        compare(two_runs[0], tmp_path)
