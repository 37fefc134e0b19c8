"""What the sequence models see of a character: the text around it, jieba's token, lexicon hits, quotes, numbers, dates.

One computation serves every model: ``Sight`` is built once a document, a column of hashes a view (``templates.py``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pipeline.extract import context
from pipeline.extract.phrases import phrases
from pipeline.extract.templates import AFTER, BEFORE, hashed, hashes, keys
from pipeline.resources import table, words
from pipeline.segment import Span
from pipeline.surnames import common_surnames, doubtful_surnames, surnames

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.extract.templates import Keys, Window
    from pipeline.segment import Reading

    Flags = NDArray[np.bool_]
    Offsets = NDArray[np.intp]


@cache
def given_names() -> dict[str, int]:
    """Character of given names → how common it is there (0 rare … 3 common)."""
    rows = [(c, int(n)) for c, n in table("lexicons/given_names.tsv", 2)]
    return {c: 3 if n >= 100 else 2 if n >= 30 else 1 for c, n in rows}


@cache
def _bearing() -> dict[str, str]:
    """Character → how people bear it: as a surname (C common, s, d more often a word), in given names (3 very often, 2, 1)."""
    common, doubtful = common_surnames(), doubtful_surnames()
    given: dict[str, str] = dict(table("lexicons/common_given.tsv", 2))  # type: ignore[arg-type]
    rank = {c: ("d" if c in doubtful else "C" if c in common else "s") for c in surnames() if len(c) == 1}
    every = {*rank, *given, *given_names()}
    return {c: rank.get(c, "") + given.get(c, "1" if c in given_names() else "0") for c in every}


@cache
def _places() -> frozenset[str]:
    listed = (name for name, level in table("lexicons/places.tsv", 2) if level != "4")
    return frozenset(listed) - {name for name in words("lexicons/not_places.txt") if len(name) > 2}  # 会同县教育局: a verb


def is_place(name: str) -> bool:
    """Whether a word is a province, city or county, or another place that these texts often name."""
    return name in _places() or name in words("lexicons/known_places.txt")


def place_ending_at(text: str, end: int) -> int | None:
    """Where the longest province, city or county name that ends at ``end`` begins, or None."""
    for size in range(min(11, end), 2, -1):
        if text[end - size : end] in _places():
            return end - size
    return None


class _Lexicons(NamedTuple):
    """Every lexicon in one Aho-Corasick automaton: word → (length, code).

    A character at place ``p`` (0 begin, 1 inside, 2 end) of a word has the lexical code ``code + p``, 0 where no word is.

    Attributes:
        hashes: code → its hash.
        org_end, event_end, title_begin, title_end: code → whether such a word begins or ends there.
        event, org: codes of words (at their begin) that name events, organisations.
    """

    automaton: Any
    hashes: Keys
    org_end: Flags
    event_end: Flags
    title_begin: Flags
    title_end: Flags
    event: frozenset[int]
    org: frozenset[int]


@cache
def _lexicons() -> _Lexicons:
    import ahocorasick

    entries: dict[str, set[str]] = {}
    for name, level in table("lexicons/places.tsv", 2):
        entries.setdefault(name, set()).add(f"p{level}")
    for word in words("lexicons/org_suffixes.txt"):
        entries.setdefault(word, set()).add("o")
    for word in words("lexicons/titles.txt"):
        entries.setdefault(word, set()).add("t")
    for word in words("lexicons/known_places.txt") - words("lexicons/not_places.txt"):
        entries.setdefault(word, set()).add("k")
    for word in words("lexicons/trades.txt"):
        entries.setdefault(word, set()).add("b")
    for word in surnames():
        if len(word) == 2 and word not in doubtful_surnames():
            entries.setdefault(word, set()).add("c")
    for word, kind in table("lexicons/event_nouns.tsv", 2):
        entries.setdefault(word, set()).add(f"e{kind[:3]}")
    values, codes = [""], {}
    automaton = ahocorasick.Automaton()
    for word, found in entries.items():
        tags = tuple(sorted(found))
        if tags not in codes:
            codes[tags] = len(values)
            values += ["".join(tag + place for tag in tags) for place in "BIE"]
        automaton.add_word(word, (len(word), codes[tags]))
    automaton.make_automaton()
    return _Lexicons(
        automaton,
        hashes(values),
        org_end=np.array(["oE" in v for v in values]),
        event_end=np.array(["e" in v and "E" in v for v in values]),
        title_begin=np.array(["tB" in v for v in values]),
        title_end=np.array(["tE" in v for v in values]),
        event=frozenset(code for tags, code in codes.items() if any(tag[0] == "e" for tag in tags)),
        org=frozenset(code for tags, code in codes.items() if "o" in tags),
    )


@cache
def _sites() -> Any:
    """The ends of places' names: word → its length."""
    import ahocorasick

    automaton = ahocorasick.Automaton()
    for word in sorted(words("lexicons/sites.txt")):
        automaton.add_word(word, len(word))
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
_FAR = 1 << 40  # beyond every text


class Sight:
    """One document's clean text as the sequence models see it.

    Attributes:
        columns: name → a hash a character of the text; ``templates.TEMPLATES`` joins them.
        event_hints: phrases that are events by rule, for the tagger to weigh.
    """

    def __init__(self, reading: Reading, dates: Iterable[Span] = (), counts: Iterable[Span] = ()) -> None:
        text, tokens = reading.clean, reading.tokens
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        lexicons = _lexicons()
        met = [(last - size + 1, last + 1, code) for last, (size, code) in lexicons.automaton.iter_long(text)]
        codes = _lexical_codes(len(text), met)
        events = [Span(first, end) for first, end, code in met if code in lexicons.event]
        orgs = [Span(first, end) for first, end, code in met if code in lexicons.org]
        spelt, starts, stops, tags = zip(*tokens, strict=True) if tokens else ((), (), (), ())
        sizes = np.array(stops, dtype=np.intp) - np.array(starts, dtype=np.intp)
        until = _next(_WALL[points])  # where each character's clause ends
        token_at = np.repeat(np.arange(len(tokens)), sizes)
        index_at = token_at.tolist()
        proposed = phrases(text, tokens, index_at, _joined(text, events))
        self.event_hints = [
            p
            for p in proposed
            if p.end - p.start >= 4 and _STRONG.search(text, p.start, p.end) and not _NOT_HELD.match(text, p.end)
        ]
        words = hashes([word[:LONGEST_TOKEN] for word in spelt])
        self._words, self._token_at, self._sizes = words, token_at, sizes
        self.columns: dict[str, Keys] = {
            "char": _by_character(_CHARACTERS, _character, points),
            "name": _by_character(_NAMES, _name_part, points),
            "bearing": _by_character(_BEARING, _borne, points),
            "shape": _shapes(sizes),
            "token": words[token_at],
            "tag": hashes([tag[:2] for tag in tags])[token_at],
            "lexicon": lexicons.hashes[codes],
            "mark": _marks(text, dates, counts),
            "ahead": _ahead(until, lexicons.org_end[codes], lexicons.event_end[codes]),
            "site": _site(text, until, np.cumsum(sizes)),
            "titles": _titles(lexicons.title_begin[codes], lexicons.title_end[codes]),
            "again": _again(points),
            "event_phrase": _phrase_places(len(text), proposed),
            "org_phrase": _phrase_places(len(text), phrases(text, tokens, index_at, orgs)),
            **context.columns(reading, tokens, token_at),
        }

    def keys(self, seen: Window) -> Keys:
        """The key of every template at every character of ``seen``."""
        return keys(self.columns | self._neighbours(seen), seen)

    def _neighbours(self, seen: Window) -> dict[str, Keys]:
        """The tokens on either side of each character's, unless they lie in another sentence."""
        n = len(self._token_at)
        ends = np.cumsum(self._sizes)
        before, after = np.empty(n, dtype=np.uint64), np.empty(n, dtype=np.uint64)
        sentence = np.cumsum(seen.first) - 1
        starts, stops = seen.at[seen.first][sentence], seen.at[seen.last][sentence] + 1
        token = self._token_at[seen.at]
        left, right = ends[token] - self._sizes[token], ends[token]
        words = self._words
        before[seen.at] = np.where(left > starts, words[np.maximum(token - 1, 0)], np.uint64(hashed(BEFORE)))
        after[seen.at] = np.where(right < stops, words[np.minimum(token + 1, len(words) - 1)], np.uint64(hashed(AFTER)))
        return {"token_before": before, "token_after": after}


def _lexical_codes(size: int, met: Sequence[tuple[int, int, int]]) -> NDArray[np.int32]:
    """The lexical code of each character, from the words met: begin, end and code of each; none of them overlap."""
    codes = np.zeros(size, dtype=np.int32)
    if met:
        first, end, code = np.array(met).T
        sizes = end - first
        codes[np.arange(sizes.sum()) + np.repeat(end - np.cumsum(sizes), sizes)] = np.repeat(code + 1, sizes)
        codes[end - 1] = code + 2
        codes[first] = code
    return codes


# codepoint → hash, filled as characters are met (0: not met yet); a page of zeros costs nothing until it is written to
_CHARACTERS = np.zeros(0x110000, dtype=np.uint64)
_NAMES = np.zeros(0x110000, dtype=np.uint64)
_BEARING = np.zeros(0x110000, dtype=np.uint64)


def _by_character(known: Keys, value: Callable[[str], str], points: NDArray[np.uint32]) -> Keys:
    found = known[points]
    if not found.all():
        for point in np.unique(points[found == 0]).tolist():
            known[point] = hashed(value(chr(point)))
        found = known[points]
    return found


def _character(c: str) -> str:
    """A digit is 0, an ASCII letter a."""
    return "0" if c.isdigit() else "a" if c.isascii() and c.isalpha() else c


def _name_part(c: str) -> str:
    """Whether a character is a surname, and how common it is in given names."""
    return ("s" if c in surnames() else "") + str(given_names().get(c, 0))


def _borne(c: str) -> str:
    return _bearing().get(c, "" if "\u4e00" <= c <= "\u9fff" else "-")


_SHAPES = ["S", "M", *(f"{place}{size}" for place in "BE" for size in (2, 3, 4))]


def _shapes(sizes: Offsets) -> Keys:
    """S of a token of one character; B and E with the token's size up to four; M between."""
    codes = np.ones(int(sizes.sum()), dtype=np.intp)
    ends = np.cumsum(sizes)
    longer = sizes > 1
    codes[(ends - sizes)[~longer]] = 0
    codes[(ends - sizes)[longer]] = np.minimum(sizes[longer], 4)
    codes[ends[longer] - 1] = np.minimum(sizes[longer], 4) + 3
    return hashes(_SHAPES)[codes]


_QUOTE_EDGE = re.compile(r"[“《\n”》]")


def _marks(text: str, dates: Iterable[Span], counts: Iterable[Span]) -> Keys:
    """Inside “…” (q) or 《…》 (w), in so many dates (D) and counts (N)."""
    inside = np.zeros(len(text), dtype=np.intp)
    depth = begun = 0
    for m in _QUOTE_EDGE.finditer(text):
        at, c = m.start(), m[0]
        if depth:
            inside[begun : at + (c in "”》")] = depth
        depth, begun = (1, at) if c == "“" else (2, at) if c == "《" else (0, at)
    if depth:
        inside[begun:] = depth
    found: Keys = _MARKS[inside + 3 * _covered(len(text), dates) + 12 * _covered(len(text), counts)]
    return found


def _covered(size: int, spans: Iterable[Span]) -> Offsets:
    """How many of ``spans`` hold each character, up to three."""
    times = np.zeros(size, dtype=np.intp)
    for start, end in spans:
        times[start:end] += 1
    return np.minimum(times, 3)


_MARKS = hashes([depth + "D" * dates + "N" * counts for counts in range(4) for dates in range(4) for depth in ("", "q", "w")])


def _next(flags: Flags) -> Offsets:
    """Where the next flag is, from here on; far beyond the text where none is."""
    at = np.where(flags, np.arange(len(flags)), _FAR)
    nearest: Offsets = np.minimum.accumulate(at[::-1])[::-1]
    return nearest


_WALL = np.zeros(0x110000, dtype=bool)
_WALL[[ord(c) for c in "，。；：！？、\n"]] = True


_STEPS = [*map(str, range(13)), "-"]
_AHEAD = hashes([f"{org}.{event}" for org in _STEPS for event in _STEPS])


def _ahead(until: Offsets, org_end: Flags, event_end: Flags) -> Keys:
    """How far, within the clause, the next organisation suffix or event noun ends: what a long name leads up to."""
    here = np.arange(len(until))

    def steps(ends: Flags) -> Offsets:
        at = _next(ends)
        away = at - here
        return np.where((at <= until) & (away < 20), np.minimum(away, 12), 13)

    found: Keys = _AHEAD[steps(org_end) * 14 + steps(event_end)]
    return found


_SITE = hashes([*map(str, range(13)), "-"])


def _site(text: str, until: Offsets, token_ends: Offsets) -> Keys:
    """How far, within the clause, the next end of a place's name is; a word of one character (村) ends one where a token ends."""
    ends, last = np.zeros(len(text), dtype=bool), set((token_ends - 1).tolist())
    for at, size in _sites().iter_long(text):
        ends[at] = size > 1 or at in last
    at, here = _next(ends), np.arange(len(text))
    away = at - here
    found: Keys = _SITE[np.where((at <= until) & (away < 12), away, 13)]
    return found


_TITLES = hashes([f"{since}.{until}" for since in ("-", *"01234") for until in ("-", *"01234")])


def _titles(begin: Flags, end: Flags) -> Keys:
    """Characters from the last title's end and to the next title's begin, up to four: where a person stands."""
    here = np.arange(len(begin))
    ended = np.maximum.accumulate(np.where(np.append(False, end[:-1]), here, -9)) if len(end) else here
    since = here - ended
    until = _next(np.append(begin[1:], False)) + 1 - here if len(begin) else here
    found: Keys = _TITLES[np.where(since <= 4, since + 1, 0) * 6 + np.where(until <= 4, until + 1, 0)]
    return found


_AGAIN = hashes(["1", "2"])


def _again(points: NDArray[np.uint32]) -> Keys:
    """Whether the two characters from here stand more than once in the document."""
    pairs = (points[:-1].astype(np.int64) << 21) | points[1:]
    _, which, times = np.unique(pairs, return_inverse=True, return_counts=True)
    again = np.zeros(len(points), dtype=np.intp)
    again[:-1] = times[which] > 1
    return _AGAIN[again]


_PLACES = hashes(["-", "B", "I", "E"])


def _phrase_places(size: int, spans: list[Span]) -> Keys:
    """B, I, E of the phrases that rules propose; a later one that begins inside an earlier one takes its place."""
    places = np.zeros(size, dtype=np.intp)
    for start, end in spans:
        places[start + 1 : end - 1] = 2
        places[end - 1] = 3
        places[start] = 1
    return _PLACES[places]
