"""Tokens: they tile the text, the fast tokenizer cuts as the reference does, nobody else's words reach ours."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import jieba
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.segment import tokens

ROOT = Path(__file__).resolve().parents[2]
TEXTS = sorted(
    path
    for path in chain((ROOT / "corpora" / "samples").rglob("*"), (ROOT / "corpora" / "gold" / "main").glob("*.txt"))
    if path.suffix in (".txt", ".md", ".html")
)


def decoded(path: Path) -> str:
    from pipeline.ingest.decode import decode

    return decode(path.read_bytes()).text


@pytest.mark.parametrize("path", TEXTS, ids=lambda p: p.name)
def test_the_fast_tokenizer_cuts_as_the_reference_does(path: Path) -> None:
    text = decoded(path)
    assert [t.text for t in tokens.tokenize(text)] == list(tokens.reference().cut(text))


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(), st.text("工会主席教代会2011年a.\n \t\r\0\u200b🎉𠮷。，")))
def test_tokens_tile_any_text(text: str) -> None:
    found = tokens.tokenize(text)
    assert "".join(t.text for t in found) == text
    assert all(text[t.start : t.end] == t.text for t in found)


@settings(max_examples=30, deadline=None)
@given(st.text("工会 教代会\n　2011年。，a"))
def test_a_spacy_doc_gives_the_text_back(text: str) -> None:
    doc = tokens.spacy_doc(text)
    assert doc.text == text
    assert [t.idx for t in doc] == [t.start for t in tokens.tokenize(text)]


def test_the_union_dictionary_is_in_force() -> None:
    words = [t.text for t in tokens.tokenize("学校召开教代会推进校务公开")]
    assert "教代会" in words
    assert "校务公开" in words


def test_a_word_added_to_the_global_jieba_does_not_reach_ours() -> None:
    text = "会员纷纷称赞暖心驿小站服务周到"
    before = tokens.tokenize(text), list(tokens.reference().cut(text))
    jieba.add_word("暖心驿小站服务周到", freq=10**9, tag="nz")
    try:
        assert "暖心驿小站服务周到" in jieba.lcut(text)
        assert (tokens.tokenize(text), list(tokens.reference().cut(text))) == before
    finally:
        jieba.del_word("暖心驿小站服务周到")
