"""Noun phrases by rule (名词短语): what leads up to an event noun or an organisation suffix, back to where a phrase can begin.

They are hints, not findings: the sequence models see them as features and decide.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.segment import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.segment.tokens import Token

_WALL = set("，。；：！？、,;:!?\n（）()《》|")
_STOP_TAGS = ("p", "c", "d", "r", "u", "ul", "uz", "uv", "ud", "ug", "t", "y", "x", "w", "e", "o", "zg")
_STOP_WORDS = frozenset(
    "开展 举办 举行 召开 组织 进行 参加 参与 实施 推进 深化 加强 做好 抓好 坚持 继续 积极 认真 利用 通过 结合 围绕 配合 配合做好 协助 完成 落实 制定 建立 成立 健全"
    " 完善 设立 创建 签订 出台 发起 启动 承办 主办 协办 搞好 搞 办 办好 办了 开 有 是 为 把 将 让 使 被 给 向 对 在 到 去 赴 前往 以 按照 根据 鼓励 引导 支持 动员 号召 要求"
    " 推荐 选派 安排 邀请 请 聘请 并 还 又 再 也 都 先后 分别 多次 定期 不定期 每年 每月 每周 全面 广泛 深入 扎实 大力 切实 及时 成功 圆满 隆重 共同 集体 联合 会同 了 过 着 等"
    " 评选 评出 表彰 获 荣获 获得 取得 夺得 学习 观看 收看 宣传 贯彻 传达 听取 审议 审查 起 起来 来 从 自 由 于 与 和 及 或 暨 这次 本次 此次 该 各 各种 各类 各项 一系列 系列".split()
)  # fmt: skip
_KEEP = frozenset("学习 评选 宣传 表彰 观摩 参观 创建 争创 慰问 走访 看望 捐款 健身 培训".split())


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
    """The phrase of each head noun, the longest of those that end alike; a head's own phrase never reaches into the head before."""
    found = []
    for head in heads:
        start = phrase_before(text, tokens, index_at, head.start, max(0, head.start - 24))
        found.append(Span(start, head.end))
    return found
