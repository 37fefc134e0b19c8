"""What the sequence models see of a character: the text around it, jieba's token, lexicon hits, quotes, numbers, dates.

One computation serves every model: ``Sight`` is built once a document and handed to each tagger, sentence by sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline.extract.phrases import phrases
from pipeline.resources import read_text, table
from pipeline.segment import Span
from pipeline.segment.title import surnames

if TYPE_CHECKING:
    from pipeline.segment import Reading


@cache
def given_names() -> dict[str, int]:
    """Character of given names → how common it is there (0 rare … 3 common)."""
    rows = [(c, int(n)) for c, n in table("lexicons/given_names.tsv", 2)]
    return {c: 3 if n >= 100 else 2 if n >= 30 else 1 for c, n in rows}


@cache
def _places() -> frozenset[str]:
    return frozenset(name for name, level in table("lexicons/places.tsv", 2) if level != "4")


_COUNTRIES = frozenset(
    [
        "英国",
        "美国",
        "日本",
        "法国",
        "德国",
        "俄罗斯",
        "韩国",
        "意大利",
        "印度",
        "泰国",
        "新加坡",
        "台湾",
        "香港",
        "澳门",
        "汶川",
        "玉树",
        "延安",
        "井冈山",
        "韶山",
        "遵义",
        "西柏坡",
    ]
)


def is_place(name: str) -> bool:
    """Whether a word is a province, city or county, or another place that these texts often name."""
    return name in _places() or name in _COUNTRIES


def place_ending_at(text: str, end: int) -> int | None:
    """Where the longest province, city or county name that ends at ``end`` begins, or None."""
    for size in range(min(11, end), 2, -1):
        if text[end - size : end] in _places():
            return end - size
    return None


@cache
def _automaton() -> Any:
    """Every lexicon in one Aho-Corasick automaton: word → (length, tags)."""
    import ahocorasick

    entries: dict[str, set[str]] = {}
    for name, level in table("lexicons/places.tsv", 2):
        entries.setdefault(name, set()).add(f"p{level}")
    for word in read_text("lexicons/org_suffixes.txt").split():
        entries.setdefault(word, set()).add("o")
    for word in read_text("lexicons/titles.txt").split():
        entries.setdefault(word, set()).add("t")
    for word, kind in table("lexicons/event_nouns.tsv", 2):
        entries.setdefault(word, set()).add(f"e{kind[:3]}")
    automaton = ahocorasick.Automaton()
    for word, tags in entries.items():
        automaton.add_word(word, (len(word), tuple(sorted(tags))))
    automaton.make_automaton()
    return automaton


# phrases that end so are events more often than not, unless what follows makes them a mere topic
_STRONG = re.compile(
    r"(?:比赛|竞赛|大赛|联赛|[球棋牌歌]赛|运动会|联欢会|座谈会|茶话会|讲座|培训班|学习班|征文|演讲|知识竞赛|读书活动|系列活动|主题活动|实践活动|竞赛活动|评选活动|评比活动"
    r"|创建活动|慰问活动|捐款|体检|报告会|代表大会|教代会|职代会|会员大会|交流会|研讨会|拓展|联欢|晚会|汇演|演出|展|春游|秋游|旅游|登山|健步走|徒步|拔河|游园|家访|义诊|献血)$"
)
_NOT_HELD = re.compile(
    r"制度|方案|精神|工作(?!会)|要求|等形式|为载体|形式|机制|规则|室|场|馆|器材|用品|氛围|热情|经费|小组|积极分子"
    r"|的(?:组织|通知|方案|意见|规定)"
)
_TAIL = re.compile(r"(?:系列|主题|专项)?(?:活动|比赛|竞赛|大赛|评选|评比|仪式|工程|行动|班|会|赛)")


def _joined(text: str, heads: list[Span]) -> list[Span]:
    """Event nouns that follow one another closely (读书 活动) are one head."""
    found: list[Span] = []
    for head in heads:
        if found and head[0] <= found[-1][1]:
            found[-1] = Span(found[-1][0], max(head[1], found[-1][1]))
        else:
            found.append(head)
    return [Span(h[0], m.end()) if (m := _TAIL.match(text, h[1])) else h for h in found]


LONGEST_TOKEN = 16  # characters of a token that a feature carries: a word is shorter, an endless number is none


class Sight:
    """Per-character views of one document's clean text, computed once."""

    def __init__(self, reading: Reading, dates: Iterable[Span] = (), counts: Iterable[Span] = ()) -> None:
        text = reading.clean
        n = len(text)
        self.text = text
        self.items: dict[Span, Any] = {}  # features by sentence, as the taggers hold them
        self.chars = ["0" if c.isdigit() else "a" if c.isascii() and c.isalpha() else c for c in text]
        self.tokens = [""] * n
        self.shapes = ["S"] * n
        self.tags = [""] * n
        for token in reading.tokens:
            size = token.end - token.start
            tag = token.tag[:2]
            for k in range(token.start, token.end):
                self.tags[k] = tag
                self.tokens[k] = token.text[:LONGEST_TOKEN]
            if size > 1:
                self.shapes[token.start] = f"B{min(size, 4)}"
                for k in range(token.start + 1, token.end - 1):
                    self.shapes[k] = "M"
                self.shapes[token.end - 1] = f"E{min(size, 4)}"
        self.bounds = [(0, 0)] * n
        for token in reading.tokens:
            for k in range(token.start, token.end):
                self.bounds[k] = (token.start, token.end)
        self.lex = [""] * n
        events: list[Span] = []
        orgs: list[Span] = []
        for end, (size, tags) in _automaton().iter_long(text):
            first = end - size + 1
            if any(tag[0] == "e" for tag in tags):
                events.append(Span(first, end + 1))
            if "o" in tags:
                orgs.append(Span(first, end + 1))
            for tag in tags:
                for k in range(first, end + 1):
                    self.lex[k] += tag + ("B" if k == first else "E" if k == end else "I")
        self.names = [("s" if c in surnames() else "") + str(given_names().get(c, 0)) for c in text]
        self.marks = self._marks(text, n, dates, counts)
        index_at = [0] * n
        for i, token in enumerate(reading.tokens):
            for k in range(token.start, token.end):
                index_at[k] = i
        proposed = phrases(text, reading.tokens, index_at, _joined(text, events))
        self.event_phrase = self._hints(n, proposed)
        self.event_hints = [
            p
            for p in proposed
            if p.end - p.start >= 4 and _STRONG.search(text, p.start, p.end) and not _NOT_HELD.match(text, p.end)
        ]
        self.org_phrase = self._hints(n, phrases(text, reading.tokens, index_at, orgs))
        self.ahead = self._ahead(text, self.lex)
        self.titles = self._titles(self.lex)
        self.again = self._again(text)

    @staticmethod
    def _ahead(text: str, lex: list[str]) -> list[str]:
        """How far, within the clause, the next organisation suffix or event noun ends: what a long name leads up to."""
        found = [""] * len(text)
        org = event = 99
        for k in range(len(text) - 1, -1, -1):
            if text[k] in "，。；：！？、\n":
                org = event = 99
            org, event = org + 1, event + 1
            if "oE" in lex[k]:
                org = 0
            if "e" in lex[k] and "E" in lex[k]:
                event = 0
            found[k] = f"{min(org, 12) if org < 20 else '-'}.{min(event, 12) if event < 20 else '-'}"
        return found

    @staticmethod
    def _hints(n: int, spans: list[Span]) -> list[str]:
        """B, I, E of the phrases that rules propose; a later one that begins inside an earlier one takes its place."""
        hints = ["-"] * n
        for span in spans:
            for k in range(span[0], span[1]):
                hints[k] = "B" if k == span[0] else "E" if k == span[1] - 1 else "I"
        return hints

    @staticmethod
    def _titles(lex: list[str]) -> list[str]:
        """Characters from the last title's end and to the next title's begin, up to four: where a person stands."""
        n = len(lex)
        since, until = [9] * n, [9] * n
        last = -9
        for k in range(n):
            if k and "tE" in lex[k - 1]:
                last = k
            since[k] = k - last
        nxt = n + 9
        for k in range(n - 1, -1, -1):
            until[k] = nxt - k
            if "tB" in lex[k]:
                nxt = k
        return [f"{s if s <= 4 else '-'}.{u if u <= 4 else '-'}" for s, u in zip(since, until, strict=True)]

    @staticmethod
    def _again(text: str) -> list[str]:
        """Whether the two characters from here stand more than once in the document."""
        pairs: dict[str, int] = {}
        for k in range(len(text) - 1):
            pairs[text[k : k + 2]] = pairs.get(text[k : k + 2], 0) + 1
        return ["2" if pairs.get(text[k : k + 2], 0) > 1 else "1" for k in range(len(text))]

    @staticmethod
    def _marks(text: str, n: int, dates: Iterable[Span], counts: Iterable[Span]) -> list[str]:
        marks = [""] * n
        depth = ""
        for i, c in enumerate(text):
            if c == "“":
                depth = "q"
            elif c == "《":
                depth = "w"
            elif c == "\n":
                depth = ""
            marks[i] = depth
            if c in "”》":
                depth = ""
        for span in dates:
            for k in range(span[0], min(span[1], n)):
                marks[k] += "D"
        for span in counts:
            for k in range(span[0], min(span[1], n)):
                marks[k] += "N"
        return marks

    def features(self, start: int, end: int) -> list[list[str]]:
        """Feature strings of each character of ``text[start:end]``; the window does not look over the edges."""
        c = ["^", "^", *self.chars[start:end], "$", "$"]
        lex = ["^", *self.lex[start:end], "$"]
        name = ["^", *self.names[start:end], "$", "$"]
        out = []
        for i in range(end - start):
            k = start + i
            a, b, x, y, z = c[i], c[i + 1], c[i + 2], c[i + 3], c[i + 4]
            first, last = self.bounds[k]
            tok_left = self.tokens[first - 1] if first > start else "^"
            tok_right = self.tokens[last] if last < end else "$"
            s, t, g, m = self.shapes[k], self.tokens[k], self.tags[k], self.marks[k]
            out.append(
                [
                    "0" + x,
                    "1" + b,
                    "2" + y,
                    "3" + a + b,
                    "4" + b + x,
                    "5" + x + y,
                    "6" + y + z,
                    "8" + a,
                    "9" + z,
                    "A" + s + g,
                    "B" + s + t,
                    "C" + tok_left,
                    "D" + tok_right,
                    "F" + lex[i + 1],
                    "G" + lex[i],
                    "H" + lex[i + 2],
                    "I" + name[i + 1] + name[i + 2],
                    "J" + name[i] + name[i + 1],
                    "K" + m,
                    "L" + s + lex[i + 1] + m,
                    "N" + tok_left + "/" + s,
                    "P" + self.ahead[k],
                    "Q" + self.ahead[k] + "/" + lex[i + 1],
                    "T" + self.event_phrase[k],
                    "U" + self.event_phrase[k] + s + lex[i + 1],
                    "V" + self.org_phrase[k],
                    "W" + self.org_phrase[k] + s + lex[i + 1],
                    "X" + self.titles[k] + name[i + 1],
                    "Y" + self.titles[k] + name[i + 1] + name[i + 2],
                    "Z"
                    + (self.event_phrase[k - 1] if i else "^")
                    + self.event_phrase[k]
                    + (self.event_phrase[k + 1] if k + 1 < end else "$"),
                    "R" + self.again[k] + name[i + 1] + name[i + 2],
                    "S" + b + name[i + 1] + name[i + 2] + name[i + 3],
                ]
            )
        return out
