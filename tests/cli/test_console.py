"""What the summary of a run says of its outputs: only what is masked may be handed on."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.aggregate.units import Given, RosterRow, placed
from pipeline.console import summary_lines
from pipeline.flow import Options, Outcome, Task
from pipeline.labels import message
from pipeline.run import Job, run
from pipeline.settings import Lang
from tests.handmade import outcome_of, record, work


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("show_names", [False, True])
def test_only_what_is_masked_may_be_handed_on(tmp_path: Path, lang: Lang, show_names: bool) -> None:
    (tmp_path / "a.txt").write_text("甲", encoding="utf-8")
    report = run(Job(input=tmp_path / "a.txt", out=tmp_path / "out", show_names=show_names), work=work)
    said = "\n".join(summary_lines(report, lang))
    assert (message("masked", lang) in said) is not show_names
    assert (message("not_masked", lang) in said) is show_names


@pytest.mark.parametrize(
    ("listed", "told"), [(("一小", "二小"), "名册 2 个单位，1 个没有报总结: 二小"), (("一小",), "名册 1 个单位都报了总结")]
)
def test_who_sent_nothing_is_told(tmp_path: Path, listed: tuple[str, ...], told: str) -> None:
    (tmp_path / "a.txt").write_text("甲", encoding="utf-8")
    given = Given(roster=tuple(RosterRow("a.txt" if name == "一小" else "b.txt", name, None) for name in listed))
    report = run(Job(input=tmp_path / "a.txt", out=tmp_path / "out", options=Options(given=given)), work=placed_work)
    assert told in summary_lines(report, "zh")


def placed_work(task: Task, options: Options) -> Outcome:
    """Stands in for the flow: a record with the roster's unit."""
    raw = task.path.read_text(encoding="utf-8")
    return outcome_of(task.name, raw, placed(record(raw, task.name), options.given))
