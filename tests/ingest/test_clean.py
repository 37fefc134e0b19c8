"""Cleaning: what changes, what stays, and the way back to the raw text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ingest import ingest
from pipeline.ingest.clean import clean
from pipeline.ingest.script import script_of
from pipeline.spans import Edit, Text
from tests.ingest.cases import cases

MESSY = st.lists(
    st.sampled_from(
        [*"工会總結製度，,。.:;?!()（）", "(huì)", "(an)", "\r\n", "\r", "\n", "\u3000", "\u200b", "\0", "１２％", "8:30",
         "1,042", "一、", "2、", "- 1 -", "www.a.com", "范文网", "Y3(MKq", "🎉", "\ue5e5",
         "工会工作总结", "今年以来我镇总工会在县总工会的指导下把工作做好。"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@pytest.mark.parametrize("case", cases("clean"))
def test_case(case: dict[str, Any]) -> None:
    text = clean(case["raw"], markdown=case.get("markdown", False))
    assert text.text == case["clean"]
    assert {fix.kind for fix in text.fixes} == set(case["kinds"])


@pytest.mark.parametrize("case", cases("clean", failing=False))
def test_clean_text_needs_no_more_cleaning(case: dict[str, Any]) -> None:
    assert clean(case["clean"]).text == case["clean"]


@settings(max_examples=150, deadline=None)
@given(MESSY)
def test_every_fix_is_reversible_and_every_character_maps_back(raw: str) -> None:
    text = clean(raw)
    assert all(fix.text != raw[fix.start : fix.end] for fix in text.fixes)
    clean_offsets = {i: text.span(i, i + 1) for i in range(len(text))}
    fixed = {k for fix in text.fixes for k in range(fix.start, fix.end)}
    for i, (start, end) in clean_offsets.items():
        assert 0 <= start < end <= len(raw)
        if not fixed & set(range(start, end)):
            assert raw[start:end] == text.text[i]
    assert undone(text) == raw


LINES = st.lists(
    st.sampled_from(
        ["工会工作总结 篇1", "工会工作总结 篇2", "【篇二】", "首页 > 范文 > 正文", "==========", "- 1 -", "2、如需删除请联系客服",
         "我校工會(huì)認真開展工作，得到了上級的肯定。", "工 会 工 作 总 结", "⼯会组织职⼯登⼭，參加46人．", "柳湾小学工会",
         "2011年12月3日", "一、抓好学习www.a.com，丰富活动Y3(MKq",
         "\u3000\u3000今年以来，我校工会在上级工会的领导下，紧紧围绕教学中心，服务教职", "工，做", ""]
    ),
    min_size=1,
    max_size=25,
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(LINES, st.sampled_from(["\n", "\r\n", "\r"]))
def test_every_edit_of_a_whole_source_is_listed_and_reversible(lines: list[str], end: str) -> None:
    """What ``gonghui inspect --fixes`` lists, noise lines included, leads back to the raw text."""
    raw = end.join([*lines, "工会会员都说好。"])
    ingested = ingest(raw.encode(), "a.txt")
    assert all(fix.kind and fix.text != raw[fix.start : fix.end] for fix in ingested.fixes)
    assert undone(Text(ingested.source.raw, ingested.fixes)) == raw


def undone(text: Text) -> str:
    """The clean text with every fix taken back."""
    found, at = [], 0
    for fix, (start, end) in zip(text.fixes, placed(text), strict=True):
        found += [text.text[at:start], text.raw[fix.start : fix.end]]
        at = end
    return "".join([*found, text.text[at:]])


@settings(max_examples=100, deadline=None)
@given(MESSY, st.data())
def test_edits_on_a_clean_text_keep_the_map(raw: str, data: st.DataObject) -> None:
    text = clean(raw)
    a, b = sorted((data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))))
    after = text.edited([Edit(a, b, "新", "test")])
    assert after.text == text.text[:a] + "新" + text.text[b:]


def placed(text: Text) -> list[tuple[int, int]]:
    """Clean span of each fix, counted by hand."""
    out, shift = [], 0
    for fix in text.fixes:
        start = fix.start + shift
        out.append((start, start + len(fix.text)))
        shift += len(fix.text) - (fix.end - fix.start)
    return out


@pytest.mark.parametrize(
    ("raw", "script"),
    [
        ("我校工会工作总结", "simplified"),
        ("我校工會認真學習文件，開展勞動競賽", "traditional"),
        ("我校工會認真學習文件，开展劳动竞赛，圆满完成了各项任务", "mixed"),
        ("会员代表：吳小林、陳立", "simplified"),
        ("峰群床并用", "simplified"),
    ],
)
def test_script(raw: str, script: str) -> None:
    assert script_of(raw) == script


@pytest.mark.parametrize(
    "unit",
    [
        ",",
        "(",
        "工(",
        "(an)",
        "２",
        "\r\n",
        "\u200b",
        "1\n",
        "- 1 -\n",
        "Y3(MKq\n",
        "www.",
        "a.",
        "會",
        "总结",
        ".",
        "…",
        "** ",
        "一、",
    ],
)
def test_repetition_stays_linear(unit: str) -> None:
    """No pattern backtracks: a hundred thousand repetitions come back at all."""
    clean(unit * 100_000)
