"""The main topic of a section: what its heading says decides between a structural topic and its companions."""

from __future__ import annotations

import pytest

from pipeline.extract.topics import _heads, _main_first
from pipeline.segment import Span


@pytest.mark.parametrize(
    ("heading", "found", "first"),
    [
        ("打算和盼头", ["requests", "plans"], "requests"),
        ("下一届往哪使劲", ["requests", "plans", "skills"], "plans"),
        ("难处", ["requests", "problems"], "problems"),
        ("不足与打算", ["plans", "problems"], "problems"),
        ("几个人的事", ["women", "care"], "care"),
        ("女职工工作", ["women", "care"], "women"),
        ("困难补助", ["care", "rights"], "care"),
    ],
)
def test_heading_decides(heading: str, found: list[str], first: str) -> None:
    ordered = _main_first(found, _heads(heading, Span(0, len(heading))))
    assert ordered[0] == first
    assert sorted(ordered) == sorted(found)
