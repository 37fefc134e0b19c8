"""Copies of gold documents whose headings have lost their numbers."""

from __future__ import annotations

from typing import Any

from pipeline.learn.examples import Example
from pipeline.learn.unnumbering import LAYOUTS, unnumbered_copies
from pipeline.products import Part
from pipeline.segment import Reading
from pipeline.spans import Text

BODY = "全年组织职工集中学习十二次，人人写了心得，还办了三期法律讲座。"
LINES = (
    "一年的工作如下。",
    f"一、抓学习。{BODY}",
    "二、抓维权",
    BODY,
    f"三、抓关爱：{BODY}",
    f"（一）走访。{BODY}",
    f"（二）体检。{BODY}",
)
HEADINGS = (("抓学习", 1), ("抓维权", 1), ("抓关爱", 1), ("走访", 2), ("体检", 2))
NUMBERS = ("一、", "二、", "三、", "（一）", "（二）")


def example(lines: tuple[str, ...] = LINES) -> Example:
    text = "\n".join(lines)
    sections: list[dict[str, Any]] = []
    for (heading, level), number in zip(HEADINGS, NUMBERS, strict=True):
        start = text.index(number + heading) + len(number)
        sections.append({"start": start, "end": start + len(heading), "level": level, "number": number})
    reading = Reading(Text(text), Part(start=0, end=len(text)))
    return Example("a.txt", "a", "", "train", (), {"sections": sections}, reading)


def test_a_copy_lacks_the_numbers_of_one_level_and_keeps_every_heading() -> None:
    copies = list(unnumbered_copies(example()))
    assert len(copies) == 4  # two levels, each set as it is and set otherwise
    for reading, headings in copies:
        assert [reading.clean[h.start : h.end] for h in headings] == [heading for heading, _ in HEADINGS]
    outer, outer_otherwise, inner, _ = (reading.clean for reading, _ in copies)
    assert not any(number in outer for number in NUMBERS[:3])
    assert all(number in outer for number in NUMBERS[3:])
    assert outer.replace("\n", "") == "".join(LINES).replace("一、", "").replace("二、", "").replace("三、", "")
    assert not any(number in inner for number in NUMBERS[3:])
    assert any(f"抓学习{layout}{BODY}" in outer_otherwise for layout in LAYOUTS)


def test_a_level_with_a_heading_that_stands_above_nothing_keeps_its_numbers() -> None:
    copies = list(unnumbered_copies(example((*LINES[:-1], "（二）体检。"))))
    assert len(copies) == 2
    assert all("（一）" in reading.clean for reading, _ in copies)
