"""Masking: the planted name is nowhere, however it is written; what is no private number stays."""

from __future__ import annotations

import pytest

from pipeline.aggregate import mask
from pipeline.records import Unit
from tests.handmade import found, record

NAMES = frozenset({"聂小娜", "欧阳翀"})


@pytest.mark.parametrize(
    "text",
    ["慰问聂小娜老师", "聂 小　娜", "聂\r\n小娜", "聂(niè)小(xiǎo)娜", "聂（niè）（niè）小娜", "聂小娜、聂小娜", "欧阳 翀"],
)
def test_a_name_is_masked_however_it_is_written(text: str) -> None:
    shown = mask.masked(text, NAMES)
    assert "娜" not in shown
    assert "翀" not in shown
    assert "*" in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话13812345678。", "电话138********。"),
        ("手机 138 1234 5678", "手机 138 **** ****"),
        ("手机138-1234-5678", "手机138-****-****"),
        ("身份证430124198001011234", "身份证430***************"),
        ("身份证43012419800101123X", "身份证430***************"),
        ("430124 19800101 123x", "430*** ******** ****"),
        ("卡号6222 0212 3456 7890 123", "卡号622* **** **** **** ***"),
        ("6222021234567890123", "622****************"),
        ("0731-88123456", "073*-********"),
        ("联系电话：88123456", "联系电话：881*****"),
    ],
)
def test_private_numbers_are_masked(text: str, shown: str) -> None:
    assert mask.masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "1,042,552.26元",
        "2010年12月4日",
        "2010 2011 2012 2013",
        "共20111204份",
        "三等奖2名",
        "13812345678901元",
        "12345678",
        "第100个",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert mask.masked(text) == text


def test_a_recognised_span_is_masked_by_place_whatever_stands_in_it() -> None:
    raw = "看望聂Y3(MKq小娜同志"
    r = record(raw, persons=[found("persons", raw, "聂Y3(MKq小娜", clean="聂小娜", standing="aided")])
    assert mask.quoted(raw, 0, len(raw), r, frozenset()) == "看望聂" + "*" * 8 + "同志"
    assert mask.quoted(raw, 6, len(raw), r, frozenset()) == "*" * 5 + "同志"


def test_who_is_aided_is_known_in_all_documents_of_the_source_and_the_unit() -> None:
    raw = "看望王大力。"
    helped = record(raw, persons=[found("persons", raw, "王大力", standing="aided")], unit=Unit(name="三小工会", basis="text"))
    later = record("王大力获奖。", "乙.txt", unit=Unit(name="三小工会", basis="text"))
    other = record("王大力获奖。", "丙.txt", unit=Unit(name="四小工会", basis="text"))
    aided = mask.aided([helped, later, other])
    assert aided.names(helped) == aided.names(later) == {"王大力"}
    assert not aided.names(other)


@pytest.mark.parametrize("char", ["1", "聂", " ", "(", "-", "聂("])
def test_a_million_characters_are_no_trap(char: str) -> None:
    mask.masked(char * 1_000_000, NAMES)  # a quadratic pattern would not come back
