"""The outline: which lines are headings, how deep each stands, where each body ends."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.records import Section
from pipeline.segment.numbering import chinese_value, number_at
from tests.ingest.cases import cases
from tests.segment.read import reading_of

WORDS = (
    "一、|二、|三、|（一）|（二）|1、|2、|3、|①|②|⑴|一是|二是|首先，|其次，|第一部分|第一，"
    "|抓学习|抓好民主管理。|：|\n|\n|“|”|  |工会|2011年12月30日"
    "|我们坚持每月组织一次集中学习，引导教职工把心思用在教书育人上。"
)
PIECES = st.lists(st.sampled_from(WORDS.split("|")), max_size=40).map("".join)


@pytest.mark.parametrize("case", cases("outline"))
def test_case(case: dict[str, Any]) -> None:
    found = [[s.level, s.number, s.clean or s.heading] for s in reading_of(case["lines"]).sections()]
    assert found == case["outline"]


def test_there_is_a_case_for_every_kind_of_trouble() -> None:
    assert len(cases("outline")) >= 40


@settings(max_examples=200, deadline=None)
@given(PIECES)
def test_the_tree_holds_whatever_the_numbers(text: str) -> None:
    reading = reading_of(text)
    sections: list[Section] = list(reading.sections())
    raw = reading.text.raw
    last = 0
    for i, section in enumerate(sections):
        assert raw[section.start : section.end] == section.heading
        assert section.start >= last
        assert section.heading.strip()
        last = section.end
        assert section.end <= section.body_start <= section.body_end <= len(raw)
        if section.parent is None:
            assert not any(s.level < section.level for s in sections[:i])
            continue
        parent = sections[section.parent]
        assert section.parent < i
        assert parent.level < section.level
        assert all(s.level >= section.level for s in sections[section.parent + 1 : i])


@settings(max_examples=100, deadline=None)
@given(PIECES)
def test_the_section_of_a_place_is_the_last_that_holds_it(text: str) -> None:
    reading = reading_of(text)
    for offset in range(len(reading.clean)):
        holding = [i for i, h in enumerate(reading.headings) if (h.number.start if h.number else h.start) <= offset < h.body.end]
        assert reading.section_at(offset) == (holding[-1] if holding else None)


@pytest.mark.parametrize(
    ("numeral", "value"), [("一", 1), ("九", 9), ("十", 10), ("十二", 12), ("二十", 20), ("二十三", 23), ("九十九", 99)]
)
def test_chinese_section_numbers(numeral: str, value: int) -> None:
    assert chinese_value(numeral) == value


@pytest.mark.parametrize(
    "text", ["一年来，我们", "1.5万元", "2011年", "3月8日", "六、七月份", "一个会", "12345", "工会", "", "二等奖", "5、6两天"]
)
def test_what_is_no_section_number(text: str) -> None:
    assert number_at(text, 0, len(text)) is None
