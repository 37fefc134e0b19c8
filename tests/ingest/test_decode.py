"""Decoding: the ladder, and the doubt about what GB18030 makes of foreign bytes."""

from __future__ import annotations

import base64
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.ingest.decode import MIXED, decode, han_share, plausibility
from tests.ingest.cases import cases


@pytest.mark.parametrize("case", cases("decode"))
def test_case(case: dict[str, Any]) -> None:
    data = base64.b64decode(case["base64"])
    if case["text"] is None:
        with pytest.raises(SourceError, match="undecodable"):
            decode(data)
    else:
        assert decode(data) == (case["text"], case["encoding"])


@given(st.text(st.characters(codec="utf-8")))
def test_utf8_is_never_doubted(text: str) -> None:
    decoded = decode(text.encode())
    assert decoded.encoding != "utf-8" or decoded.text == text.removeprefix("\ufeff")


@given(st.binary(max_size=200))
def test_random_bytes_give_a_text_or_a_failure(data: bytes) -> None:
    with suppress(SourceError):
        decoded = decode(data)
        if decoded.encoding != MIXED:
            assert decoded.text.encode(decoded.encoding) in data


@pytest.mark.parametrize("charset", ["gbk", "gb18030", "big5hkscs", "utf-8"])
def test_names_and_words_in_every_encoding(charset: str) -> None:
    """A list of names has few common characters; it is read in its own encoding all the same."""
    for text in ("會員：冼國權、卓鈺瑩、甄穎嫻。", "工会委员：逄锦锲、麴珺\n"):
        with suppress(UnicodeEncodeError):
            assert decode(text.encode(charset)).text == text


def test_plausibility_tells_text_from_what_wrong_decoders_make() -> None:
    text = "我校工会在上级工会和学校党支部的领导下，认真履行职责，团结全体教职工，圆满完成了全年的各项工作任务。"
    assert plausibility(text) > 0.8
    assert plausibility(text.encode("utf-16-le").decode("gb18030", "replace") * 3) < 0.3


def test_han_share() -> None:
    assert han_share("工会 work") == pytest.approx(2 / 6)
    assert han_share(" \n") == 1.0
