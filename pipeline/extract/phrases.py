"""Noun phrases by rule (名词短语): what leads up to an event noun or an organisation suffix, back to where a phrase can begin.

They are hints, not findings: the sequence models see them as features and decide.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.resources import words
from pipeline.segment import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.products import Token

_WALL = set("，。；：！？、,;:!?\n（）()《》|")
_STOP_TAGS = ("p", "c", "d", "r", "u", "ul", "uz", "uv", "ud", "ug", "t", "y", "x", "w", "e", "o", "zg")
_STOP_WORDS = words("lexicons/event_stop_words.txt")
_KEEP = frozenset(
    ["学习", "评选", "宣传", "表彰", "观摩", "参观", "创建", "争创", "慰问", "走访", "看望", "捐款", "健身", "培训"]
)


def phrase_before(text: str, tokens: Sequence[Token], index_at: Sequence[int], head: int, limit: int) -> int:
    """Where the phrase that ends in a head noun at ``head`` begins, not before ``limit``.

    A quoted title right before (“…”, with or without 的) belongs to the phrase; a verb of holding, a preposition, an adverb or a
    punctuation mark ends it.
    """
    at = head
    while at > limit:
        c = text[at - 1]
        if c == "”":
            opening = text.rfind("“", limit, at - 1)
            if opening < 0 or at - opening > 40:
                break
            at = opening
            if at > limit and text[at - 1] in "、和":
                earlier = text[at - 2] == "”" if at - 2 >= limit else False
                if earlier:
                    at -= 1
                    continue
            break
        if c in _WALL or c == "“":
            break
        token = tokens[index_at[at - 1]]
        if token.end > at:  # the head cuts a token: take its front part
            at = max(token.start, limit)
            continue
        if token.text == "的" and token.start > limit and text[token.start - 1] == "”":
            at = token.start
            continue
        if token.text == "主题" or (token.text in _KEEP and at != head):
            at = token.start
            continue
        if token.text in _STOP_WORDS or token.tag in _STOP_TAGS or token.tag[:1] in ("p", "c", "r", "u"):
            break
        if token.tag == "m" and not re.fullmatch(r"[一二三四五六七八九十两0-9]+", token.text):
            break
        at = token.start
    return at


def phrases(text: str, tokens: Sequence[Token], index_at: Sequence[int], heads: Sequence[Span]) -> list[Span]:
    """The phrase of each head noun, in order."""
    found = []
    for head in heads:
        start = phrase_before(text, tokens, index_at, head.start, max(0, head.start - 24))
        found.append(Span(start, head.end))
    return found
