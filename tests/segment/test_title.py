"""The edges of a document: title lines and sign-off."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ingest.cases import cases
from tests.segment.read import reading_of


@pytest.mark.parametrize("case", cases("title"))
def test_case(case: dict[str, Any]) -> None:
    reading = reading_of(case["lines"])
    assert [reading.clean[a:b] for a, b in reading.title_lines] == case["title"]
    assert [reading.clean[a:b] for a, b in reading.sign_off] == case["sign_off"]


def test_unit_above_goes_into_the_title_and_the_speaker_below_does_not() -> None:
    text = "会员人数由三百人增加到五百人，走访困难职工四十户，办了三期培训班，大家都说好。"
    unit = reading_of(["湘岳省气象局工会经费审查委员会", "关于二〇一四年度经费收支情况的审查报告", "各位委员：", text])
    assert [unit.clean[line.start : line.end] for line in unit.title_lines] == [
        "湘岳省气象局工会经费审查委员会",
        "关于二〇一四年度经费收支情况的审查报告",
    ]
    speaker = reading_of(["在第二次代表大会上的工作报告", "报告人：满江红", "各位代表：", text])
    assert [speaker.clean[line.start : line.end] for line in speaker.title_lines] == ["在第二次代表大会上的工作报告"]
