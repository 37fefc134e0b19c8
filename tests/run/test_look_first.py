"""What to look at first: the gravest warnings, then the documents with most findings in doubt; nothing of a clean one."""

from __future__ import annotations

from pathlib import Path

from pipeline.console import summary_lines
from pipeline.flow import Note, Outcome
from pipeline.run import Report, doubts


def outcome(source: str, warnings: tuple[str, ...], claims: tuple[float, ...]) -> Outcome:
    return Outcome(source=source, notes=(Note("0" * 16, 0, "summary", warnings, claims),))


def test_grave_warnings_go_before_many_and_doubts_break_ties() -> None:
    report = Report(out=Path("out"))
    for one in (
        outcome("many.txt", ("unsigned", "hard_wraps", "inline_pinyin", "numbering_gap"), ()),
        outcome("clean.txt", (), (0.95, 0.61)),
        outcome("unsure.txt", (), (0.2, 0.9, 0.55)),
        outcome("grave.txt", ("statement_conflict",), ()),
        outcome("grave_and_unsure.txt", ("statement_conflict",), (0.4,)),
    ):
        report.add(one)
    assert [source for source, _ in report.doubtful] == [
        "grave_and_unsure.txt", "grave.txt", "many.txt", "unsure.txt"
    ]  # fmt: skip
    assert doubts(report.doubtful[3][1]) == [0.2, 0.55]
    lines = summary_lines(report, "zh")
    assert any("unsure.txt @0: 2 条把握不足（最低 0.20）" in line for line in lines)
    assert not any("clean.txt" in line for line in lines)
