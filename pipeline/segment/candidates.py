"""Lines that may head a part of the text without a number (无编号标题): what is asked about, and what their judge sees.

A candidate is a short line of its own, or the words that open a line up to a colon, a full stop or a blank; a bracket or a
bullet may stand before it. Whether it is a heading shows in how it is made and, as much, in its neighbours: what stands
above and below it, and how many other lines of the document are made alike.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

from pipeline.lookup import Run, Seen
from pipeline.products import Span, Token
from pipeline.resources import yaml
from pipeline.segment.numbering import kind
from pipeline.segment.title import DATE_LINE, is_byline, is_person, structural_labels

if TYPE_CHECKING:
    from pipeline.segment.depth import Opener
    from pipeline.segment.reading import Reading

LONGEST_LINE, LONGEST_OPENING = 36, 24  # characters of a heading on a line of its own, and of one that opens a line
TEXT = 24  # characters of a line that is text
_MARK = re.compile(r"[^\w\s“《（(<〈|]{1,2}\s{0,3}")  # a bracket, a bullet, dashes
_BRACKETS = "【〔[［"
_CLOSING = "】〕]］"
_SECOND_PART = 18  # characters behind the colon or the dashes of a heading of two parts, the colon included
# dashes with text behind them, and no second part of a heading: 雪灾——年前那场冰雪，…, but not 先有地方——把储藏间腾成小家。
SET_OFF = rf"——(?:[^—“”\n|，。；]{{1,{_SECOND_PART}}}，|[^—“”\n|。；]{{{_SECOND_PART + 1}}})[^\n|]{{6}}(?=[^\n]*[。；！]$)"
_OPENING = re.compile(rf"[^。：:；;！!？?\n|】〕\]］]{{1,{LONGEST_OPENING}}}?(?=[。：:！!？?】〕\]］　]|{SET_OFF}|  | (?! )|$)")
_BROKEN = re.compile(r"[。；;！!？?|　]|\S  +\S")  # what no heading on a line of its own holds
_COLON = re.compile(r"[：:]")
NO_PART = re.compile(r"[。！？；;：:0-9]|名单|如下")  # what stands behind a colon that joins no two parts of a heading
_MONTH = re.compile(r"(?:20[0-9]{2}年)?(?:[元正腊一二三四五六七八九十\d]{1,3}月?[、—\-至到]?){1,2}月?份?(?<=[月份])")
_STOPS = "。！!？?"


class Candidate(NamedTuple):
    """Words at ``[start, end)`` of the line at ``place`` among the lines of the body."""

    place: int
    line: Span
    start: int
    end: int
    kind: str  # bracket, open (opens the line) or line (all of it)
    mark: str  # the bracket or bullet before it, or nothing
    post: str  # the character behind it, or nothing

    @property
    def make(self) -> tuple[str, str, str]:
        """What candidates that are made alike have in common."""
        return self.kind, self.mark, self.post


def candidates(text: str, lines: Sequence[Span], numbered: Mapping[Span, Opener]) -> list[Candidate]:
    """The candidates of a document, one a line at most, of the lines that no number opens."""
    found = (_candidate(text, place, line) for place, line in enumerate(lines) if line not in numbered)
    return [one for one in found if one is not None and not _speakers().fullmatch(text, one.start, one.end)]


@cache
def _speakers() -> re.Pattern[str]:
    return re.compile(yaml("rules/outline.yaml")["speakers"])


def _candidate(text: str, place: int, line: Span) -> Candidate | None:
    mark = _MARK.match(text, line.start, line.end)
    start = mark.end() if mark else line.start
    sign = text[line.start] if mark else ""
    bracket = bool(sign) and sign in _BRACKETS
    if not bracket and _alone(text[start : line.end]):
        stop = text[line.end - 1] if text[line.end - 1] in _STOPS else ""
        end = line.end - len(stop)
        return Candidate(place, line, start, end, "line", sign, stop) if start < end else None
    opening = _OPENING.match(text, start, line.end)
    if opening is None or "|" in text[opening.end() : opening.end() + 2]:
        return None
    post = text[opening.end() : min(opening.end() + 1, line.end)]
    if bracket and (not post or post not in _CLOSING):
        return None
    post = {":": "：", "　": " "}.get(post, post)
    return Candidate(place, line, start, opening.end(), "bracket" if bracket else "open", sign, post)


def _alone(piece: str) -> bool:
    """Whether what stands on a line can all be a heading; a colon in it joins two parts (搭灶台：把组织建起来)."""
    if not 0 < len(piece) <= LONGEST_LINE or piece[-1] in "：:；;，,、" or _BROKEN.search(piece, 0, len(piece) - 1):
        return False
    colon = _COLON.search(piece)
    return piece[-1] != "|" and (
        colon is None
        or (colon.end() > 2 and 2 < len(piece) - colon.start() <= _SECOND_PART and not NO_PART.search(piece, colon.end()))
    )


def features(
    reading: Reading, lines: Sequence[Span], numbered: Mapping[Span, Opener], found: Sequence[Candidate]
) -> Iterator[Seen]:
    """What the judge sees of each candidate: all of it once for every kind together and once for its own."""
    view = _Document(reading.clean, reading.tokens, lines, numbered, found)
    for nth, one in enumerate(found):
        made = f"{one.kind}{one.post}"
        seen = [*view.made(one), *view.stands(one), *view.alike(nth, one)]
        words, edges = view.words(one)
        yield Seen([made, *seen, *(f"{made}&{f}" for f in (*seen, *edges)), *words, *edges], [Run("b=", one.start, one.end)])


@cache
def _traits() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(pattern)) for name, pattern in yaml("rules/outline.yaml")["traits"].items())


def is_month(compact: str) -> bool:
    """Whether a phrase only names months: 三月份, 7月—9月, 2018年元月."""
    return _MONTH.fullmatch(compact) is not None


def _bucket(number: int, *steps: int) -> int:
    return bisect_right(steps, number)


_SIZES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24, 30, 40, 60, 100, 200)


def _last(piece: str) -> str:
    """The last character if it is a mark, else only that it is a letter."""
    return "字" if piece[-1:].isalpha() else piece[-1:]


class _Siblings:
    """What the candidates that are made alike count up to."""

    def __init__(self, text: str, group: Sequence[Candidate], bodied: Sequence[bool]) -> None:
        pieces = [text[one.start : one.end] for one in group]
        self.count = len(group)
        self.bodied = sum(bodied)
        self.lengths = Counter(len("".join(piece.split())) for piece in pieces)
        self.firsts = Counter(piece[0] for piece in pieces)
        self.lasts = Counter(piece[-1] for piece in pieces)
        self.clauses = Counter(_clauses(piece) for piece in pieces)
        self.pairs = Counter(pair for piece in pieces for pair in _pairs(piece))


def _clauses(piece: str) -> int:
    return piece.count("，") + piece.count("、")


def _pairs(piece: str) -> set[str]:
    return {a + b for a, b in pairwise(piece)}


class _Document:
    """The lines of a document as its candidates stand among them."""

    def __init__(
        self,
        text: str,
        tokens: Sequence[Token],
        lines: Sequence[Span],
        numbered: Mapping[Span, Opener],
        found: Sequence[Candidate],
    ) -> None:
        self.text, self.lines, self.numbered = text, lines, numbered
        self._tokens = tokens
        self._starts = [token.start for token in tokens]
        self._at = {one.place: one for one in found}
        self._texts = sum(line.end - line.start >= TEXT for line in lines if line not in numbered)
        self._traits = [self._traits_of(one) for one in found]
        self._telling = sum(map(bool, self._traits))
        self._nth = {one.place: nth for nth, one in enumerate(found)}
        groups: dict[tuple[str, str, str], list[Candidate]] = {}
        for one in found:
            groups.setdefault(one.make, []).append(one)
        self._groups = {make: _Siblings(text, group, [self._bodied(one) for one in group]) for make, group in groups.items()}
        months = sum(is_month("".join(text[one.start : one.end].split())) for one in found)
        self._months = _bucket(months, 1, 2, 3, 5)
        self._lines_alone = sum(one.kind == "line" for one in found)
        self._runs = [n for _, run in groupby(found, lambda one: one.make) for k in [len(list(run))] for n in [k] * k]

    def _traits_of(self, one: Candidate) -> list[str]:
        compact = "".join(self.text[one.start : one.end].split())
        return [name for name, pattern in _traits() if pattern.search(compact)]

    def _bodied(self, one: Candidate) -> bool:
        """Whether text stands behind it, or below it where nothing stands behind."""
        behind = one.line.end - one.end
        below = self.lines[one.place + 1] if one.place + 1 < len(self.lines) else None
        return behind >= TEXT or (behind <= 1 and below is not None and below.end - below.start >= TEXT)

    def made(self, one: Candidate) -> Iterator[str]:
        """How it is made: its length, its marks, what kind of words it holds, what it speaks of."""
        piece = self.text[one.start : one.end]
        compact = "".join(piece.split())
        behind = one.line.end - one.end
        yield from (f"len={_bucket(len(compact), *_SIZES)}", f"mark={one.mark}", f"rest={_bucket(behind, *_SIZES)}")
        tags = [self._tag(token) for token in self._own(one)]
        if tags:
            yield from (f"t1={tags[0]}", f"tz={tags[-1]}", f"nt={min(len(tags), 8)}")
            yield f"tt={''.join(tags) if len(tags) <= 4 else ''}"
        yield from (f"label={compact in structural_labels()}", f"person={is_person(compact)}", f"byline={is_byline(compact)}")
        yield from (f"date={DATE_LINE.search(compact) is not None}", f"month={self._months if is_month(compact) else 0}")
        yield from (f"commas={min(_clauses(piece), 3)}", f"colon={_COLON.search(piece) is not None}")
        yield from (f"digits={any(map(str.isdecimal, compact))}", f"quote={piece[0] in '“《'}", f"spaced={' ' in piece.strip()}")
        third = one.place * 3 // len(self.lines)
        for trait in self._traits[self._nth[one.place]] or [""]:
            yield f"says={trait}"
            yield f"says={trait}:{third}:{len(self.numbered) > 2}"
            yield f"says={trait}:{_bucket(behind, 1, 12, 40, 100)}"
            yield f"says={trait}:n{min(len(compact), 9)}"

    def stands(self, one: Candidate) -> Iterator[str]:
        """Where it stands: the lines above and below it, blank lines and indents, how far down the document."""
        place, line = one.place, one.line
        above = self.lines[place - 1] if place else None
        below = self.lines[place + 1] if place + 1 < len(self.lines) else None
        gap = self.text[above.end if above else 0 : line.start]
        under = self.text[line.end : below.start] if below else ""
        indent = len(gap.rpartition("\n")[2])
        upper = self.text[above.start : above.end] if above else ""
        lower = self.text[below.start : below.end] if below else ""
        yield from (f"prev={_last(upper)}", f"prevl={_bucket(len(upper), *_SIZES)}", f"top={above is None}")
        yield from (f"next={_last(lower)}", f"nextl={_bucket(len(lower), *_SIZES)}", f"cells={'|' in lower}")
        yield from (f"prevc={self._kind(place - 1)}", f"nextc={self._kind(place + 1)}", f"last={below is None}")
        opens = self.numbered.get(below) if below else None
        if opens is not None and opens.number is not None:
            yield from (f"nextn={min(opens.number.value, 3)}", f"nexts={kind(opens.style)}")
        closes = self.numbered.get(above) if above else None
        if closes is not None:
            yield f"prevs={kind(closes.style)}:{len(upper) <= TEXT}"
        yield from (f"blank={min(gap.count(chr(10)), 3)},{min(under.count(chr(10)), 3)}", f"indent={min(indent, 4)}")
        yield f"level={min(len(under.rpartition(chr(10))[2]), 4) == min(indent, 4)}"
        yield from (f"numbers={_bucket(len(self.numbered), 1, 2, 3, 6)}", f"pos={place * 5 // len(self.lines)}")
        yield f"lines={_bucket(len(self.lines), 3, 6, 10, 15, 25, 40)}"

    def alike(self, nth: int, one: Candidate) -> Iterator[str]:
        """What the other candidates that are made alike share with it."""
        group = self._groups[one.make]
        piece = self.text[one.start : one.end]
        length = len("".join(piece.split()))
        near = sum(group.lengths[n] for n in (length - 1, length, length + 1)) - 1
        bodied = self._bodied(one)
        pair = max((group.pairs[pair] - 1 for pair in _pairs(piece)), default=0)
        yield from (f"sib={_bucket(group.count - 1, 1, 2, 3, 4, 6, 9)}", f"near={_bucket(near, 1, 2, 3, 4, 6)}")
        yield f"same={_bucket(group.lengths[length] - 1, 1, 2, 3, 4, 6)}"
        yield f"bodied={bodied},{_bucket(group.bodied - bodied, 1, 2, 3, 4, 6)}"
        yield f"share={group.count * 5 // max(self._texts, group.count)}"
        yield from (f"s1={_bucket(group.firsts[piece[0]] - 1, 1, 2, 3)}", f"sz={_bucket(group.lasts[piece[-1]] - 1, 1, 2, 3)}")
        yield from (f"sc={_bucket(group.clauses[_clauses(piece)] - 1, 1, 2, 3, 5)}", f"sb={_bucket(pair, 1, 2, 3)}")
        yield from (f"run={_bucket(self._runs[nth] - 1, 1, 2, 3, 5)}",)
        yield f"alone={_bucket(self._lines_alone - (one.kind == 'line'), 1, 2, 3, 5, 8)}"
        yield f"telling={_bucket(self._telling - bool(self._traits[nth]), 1, 2, 4)}"

    def words(self, one: Candidate) -> tuple[list[str], list[str]]:
        """Its words and their order, and those at its edges."""
        own = self._own(one)
        tags = ["^", *map(self._tag, own), "$"]
        words = [f"w={token.text}" for token in own] + [f"tg={a}{b}" for a, b in pairwise(tags)]
        words += [f"c1={self.text[one.start]}", f"cz={self.text[one.end - 1]}"]
        behind = bisect_left(self._starts, one.end + 1)
        if behind < len(self._tokens) and self.text[one.end + 1 : one.line.end].strip():
            words += [f"a={self._tokens[behind].text}", f"at={self._tokens[behind].tag[:1]}"]
            words.append(f"as={_last(self.text[one.line.end - 1])}")
        return words, [f"w1={own[0].text}", f"wz={own[-1].text}"] if own else []

    def _own(self, one: Candidate) -> Sequence[Token]:
        own = self._tokens[bisect_left(self._starts, one.start) : bisect_left(self._starts, one.end)]
        return [token for token in own if token.text.strip()]

    @staticmethod
    def _tag(token: Token) -> str:
        return token.tag if token.tag in ("nr", "ns", "nt") else token.tag[:1]

    def _kind(self, place: int) -> str:
        one = self._at.get(place)
        return one.kind + one.post if one else ""
