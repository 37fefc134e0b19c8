"""Persons (人名): which marked spans can be one, and which the language itself gives away."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from pipeline.extract.features import given_names, is_place
from pipeline.extract.tagger import Marked
from pipeline.resources import alternatives, table, words, yaml
from pipeline.segment.tokens import common_words
from pipeline.surnames import common_surnames, doubtful_surnames, surnames

if TYPE_CHECKING:
    from pipeline.products import Token
    from pipeline.segment import Reading

Proposal = tuple[int, int, str, float]  # start, end, label, confidence


class Patterns(NamedTuple):
    """What ``rules/names.yaml`` and the lexicons say of persons, compiled."""

    title_after: re.Pattern[str]
    title_before: re.Pattern[str]
    short: re.Pattern[str]  # the whole span: 徐老师, 欧阳校长
    short_in_text: re.Pattern[str]
    short_title: re.Pattern[str]
    clinging: re.Pattern[str]  # a full name that took its title along: 谷雨生|老汉
    with_title: re.Pattern[str]  # 石主席, 车晓澜主任
    personal: re.Pattern[str]
    familiar: re.Pattern[str]  # 老夏, 喻老三
    before_role: re.Pattern[str]
    compound: re.Pattern[str]
    by_sound: re.Pattern[str]
    none: re.Pattern[str]
    needed: dict[str, dict[str, float]]  # how sure the model must be, by a span's shape and place
    not_familiar: re.Pattern[str]


HAN = r"[\u4e00-\u9fff\U00020000-\U0003ffff]"


@cache
def patterns() -> Patterns:
    """The patterns, once a process."""
    spec = yaml("rules/names.yaml")
    titles = alternatives(words("lexicons/titles.txt"))
    prefix = rf"(?:(?:{spec['title_prefixes']}){{0,2}})"
    short = spec["short_titles"]
    compound = "|".join(sorted(s for s in surnames() if len(s) == 2 and s not in doubtful_surnames()))
    one = "".join(sorted(s for s in surnames() if len(s) == 1))
    sure = "".join(sorted(s for s in surnames() if len(s) == 1 and s not in doubtful_surnames()))
    bold = "".join(sorted(s for s in surnames() if len(s) == 1 and doubtful_surnames().get(s) != "function"))
    usual = "".join(sorted(s for s in common_surnames() if s not in doubtful_surnames()))
    given = "".join(sorted(c for c, _ in table("lexicons/common_given.tsv", 2)))
    long_titles = "|".join(t for t in short.split("|") if len(t) >= 2)
    sound = alternatives((e for e, _ in table("lexicons/transliterated_names.tsv", 2)))
    heads = "".join(sorted({e[0] for e, _ in table("lexicons/transliterated_names.tsv", 2)}))  # few places begin so
    return Patterns(
        title_after=re.compile(
            rf"(?:等?(?:[0-9一二三四五六七八九十两俩几]{{1,9}}[位名个]?)?(?:青年|优秀|骨干|退休|老|新|女"
            rf"|困难)?)(?P<role>{prefix}(?:{titles}))|[（(](?P<paren>{prefix}(?:{titles}))[）)]|(?:担?任|当选为?|为)(?P<held>{prefix}(?:{titles}))"
        ),
        title_before=re.compile(rf"(?P<role>{prefix}(?:{titles}))(?:[：: 　]*|[是有叫由]|名叫)$"),
        short=re.compile(rf"(?:[{one}]|{compound}|{HAN}{{1,2}}?)(?:{short})"),
        short_in_text=re.compile(
            rf"(?:^|(?<=[，。；、：“！？\s（和请向给为由被让与到对把像是的])|(?<=——))(?P<name>(?:[{sure}]|{compound})(?:{short})"
            rf"|(?:(?<=[，。；、：“！？\s（])|(?<=^))[{bold}](?:{short}))(?!们|会|团|工作|室|制|[程龄资期])",
            re.MULTILINE,
        ),
        with_title=re.compile(
            rf"(?:[{bold}]|{compound})(?P<given>(?:[{given}]{{2}})?)(?P<title>{long_titles})(?!们|会|团|工作|室|制|[程龄资期])"
        ),
        personal=re.compile(rf"(?:{long_titles}|同志|老师|师傅)(?!们|会|团|工作|室|制)"),
        familiar=re.compile(
            rf"[老小][{usual}](?![\u4e00-\u9fff]?(?:师傅|主席|老师))|[{sure}]老(?P<rank>[大二三四五六七八九幺](?![个名位年月]))"
        ),
        short_title=re.compile(short),
        clinging=re.compile(
            rf"(?P<name>[{one}]{HAN}{{1,2}}|{HAN}[ 　]{{1,3}}{HAN}{{1,2}}|(?:{compound}){HAN}{{1,2}})"
            rf"(?:{long_titles}|{spec['folk_titles']})"
        ),
        before_role=re.compile(rf"[：:、，\s](?P<name>[{one}]{HAN}{{1,2}})[（(](?:{titles})[）)]"),
        compound=re.compile(compound),
        by_sound=re.compile(rf"(?=[{heads}])(?:{sound}){{1,3}}(?:[·•](?:{sound}){{1,3}}|[·•]{HAN}{{1,4}})?"),
        none=re.compile("|".join(spec["not_persons"])),
        needed=spec["person_needs"],
        not_familiar=re.compile(spec["not_familiar"]),
    )


_FIXED_TERM = re.compile(r"(?:同志)?为(?:核心|总书记)|(?:同志)?(?:建设)?.{0,12}?(?:理论|思想|主义|重要讲话)")
_LEADERS = frozenset(["邓小平", "毛泽东", "马克思", "列宁", "习近平", "江泽民", "胡锦涛", "恩格斯", "斯大林"])
_NOUN_END = re.compile(r"[\u4e00-\u9fff]{2}[感性化度率于型式者品费款物节力员]")
_CLINGS_BEFORE, _CLINGS_BEHIND = (
    "如由请向对与和让以为是给被使有带见问找陪叫派选",
    "俩等两二三和与及在为坐就都说讲问被把给也从又还并到念各率",
)
VERBS = set("获得来转抓带创去提获兼当报任做列拿住教唱补带画写办拍送接站走跑") | set(_CLINGS_BEHIND)  # behind a name that is whole


@cache
def _impersonal() -> tuple[str, ...]:
    return tuple(sorted(words("lexicons/impersonal_titles.txt")))


def vouched_for(reading: Reading, marked: list[Marked]) -> set[Marked]:
    """Marks next to a sure person in one list (江小白、苏打、黎明): only people stand beside people."""
    text, found = reading.clean, set()
    people = [m for m in marked if m.label == "PER"]
    beside = [(a, b) for a, b in pairwise(people) if IN_ONE_LIST.fullmatch(text, a.end, b.start)]
    for one, other in (*beside, *((b, a) for a, b in reversed(beside))):
        sure = one in found or (one.confidence >= _SURE_NEIGHBOUR and plausible(reading, one))
        if sure and other.confidence >= _IN_A_LIST:
            found.add(other)
    return found


def mended(reading: Reading, m: Marked, *, vouched: bool = False) -> Marked | None:
    """A marked person without what clings to the name, or None where the span can be no person."""
    text = reading.clean
    size = m.end - m.start
    spaced = re.search(r"\s", text[m.start : m.end])
    if (titled := patterns().clinging.fullmatch(text, m.start, m.end)) and titled["name"][0] not in _FAMILIARLY:
        m = m._replace(end=titled.end("name"))  # 温度|师傅
    elif spaced:
        pass
    elif size >= 3 and text[m.start] in _CLINGS_BEFORE and text[m.start + 1] in surnames():
        m = m._replace(start=m.start + 1)
    elif size >= 3 and m.confidence < _TRUSTED and text[m.end - 1] in _CLINGS_BEHIND and re.match(HAN, text[m.end : m.end + 1]):
        m = m._replace(end=m.end - 1)
    elif "·" not in text[m.start : m.end] and m.confidence < _UNSURE and not vouched:
        m = _within_words(reading, m)
    elif over := _OVER.match(text, m.start, m.end):
        m = m._replace(end=over.end())
    m = _to_its_size(reading, m)
    return m if plausible(reading, m, vouched=vouched) else None


_FAMILIARLY = "老小阿"
_OVER = re.compile(rf"{HAN}{{1,12}}[·•]{HAN}{{2,5}}?(?=[与和及问]{HAN})")  # a name by sound that the model runs on from
_TRUSTED = 0.97  # an edge that the model is so sure of stays
_UNSURE, _CERTAIN = 0.75, 0.97  # jieba knows better below; a word is a name from here on
_REST = re.compile(rf"(?P<gap>[ 　]{{0,3}})(?![等和与说讲被获]){HAN}(?=[\n、，。；（）|]|$)")


def _to_its_size(reading: Reading, m: Marked) -> Marked:
    """A name as long as its surname lets it be: 易水寒|念 ends before the verb, 向|阳花 begins with 向, 邱 少| 平 goes on."""
    text = reading.clean
    name = text[m.start : m.end]
    if spaced := re.fullmatch(rf"{HAN}(?P<gap>[ 　]{{1,3}}){HAN}", name):
        rest = _REST.match(text, m.end)
        if rest and (not rest["gap"] or rest["gap"] == spaced["gap"]) and not patterns().title_after.match(text, m.end):
            return m._replace(end=rest.end())
        return m
    if not re.fullmatch(rf"{HAN}+", name):
        return m
    before = text[m.start - 1 : m.start]
    if len(name) == 2 and name[0] not in surnames() and name[0] not in _FAMILIARLY and before in common_surnames():
        return m._replace(start=m.start - 1)
    longest = 3 + (name[:2] in surnames())
    if (name[0] not in surnames() and longest == 3) or patterns().by_sound.fullmatch(name) or patterns().short.fullmatch(name):
        return m
    last = reading.tokens[reading.token_at(m.end - 1)]
    if (len(name) == longest + 1 and (name[-1] in VERBS or last.end > m.end)) or (
        len(name) == longest == 4 and name[-1] in VERBS
    ):
        return m._replace(end=m.end - 1)
    return m


def _within_words(reading: Reading, m: Marked) -> Marked:
    """A name that is cut as words are: 邵勇|开展 ends before the word, 龚晓梅|提 and 李立|三 are what jieba takes for a name."""
    word = reading.tokens[reading.token_at(m.start)]
    if is_name_token(word) and abs(word.start - m.start) + abs(word.end - m.end) == 1 and word.start <= m.start:
        return m._replace(start=word.start, end=word.end)
    word = reading.tokens[reading.token_at(m.end - 1)]
    if word.start == m.end - 1 and word.end > m.end and word.text in common_words():
        return m._replace(end=word.start)
    return m


_NO_NAME_END = frozenset("山湖村镇乡县市区湾沟河江岛寺路桥楼杯赛部营会队节班组团社站院校室厅馆园场词点子里上下中前后间时分之话过")


def is_name_token(token: Token) -> bool:
    """Whether jieba takes a token of three characters for a name, and it is made like one (surname, two common characters)."""
    name = token.text
    return (
        len(name) == 3
        and token.tag.startswith("nr")
        and name[0] in surnames()
        and name[0] not in doubtful_surnames()
        and name[2] not in _NO_NAME_END
        and min(given_names().get(name[1], 0), given_names().get(name[2], 0)) >= 2
    )


def _second(text: str, start: int) -> bool:
    """Whether a titled name stands before and is joined to this one (评委江山和|高兴)."""
    if text[max(0, start - 1) : start] not in ("和", "与", "及", "、"):
        return False
    return any(patterns().title_before.search(text, max(0, first - 8), first) for first in (start - 3, start - 4) if first > 0)


def is_plain_word(reading: Reading, m: Marked, name: str) -> bool:
    """Whether the dictionary has the whole name as a word (利益, 战斗力): nothing but its place can make it a name."""
    token = reading.tokens[reading.token_at(m.start)]
    whole = (token.start, token.end) == (m.start, m.end)
    return name in common_words() if len(name) == 2 else whole and len(name) == 3 and not token.tag.startswith("nr")


def plausible(reading: Reading, m: Marked, *, vouched: bool = False) -> bool:
    """Whether a marked person can be one: ``vouched`` for, or as sure as its shape and its place ask for."""
    text, p = reading.clean, patterns()
    name = re.sub(r"\s", "", text[m.start : m.end])
    if (p.none.fullmatch(name) and len(name) == m.end - m.start) or name in words("lexicons/titles.txt"):
        return False
    if "·" in name:
        return name[0] != "·" != name[-1]
    if not 2 <= len(name) <= 6 or "\n" in text[m.start : m.end] or (name in _LEADERS and _FIXED_TERM.match(text, m.end)):
        return False
    return vouched or m.confidence >= p.needed[_shape(reading, m, name)][_place_for_a_name(reading, m)]


def _shape(reading: Reading, m: Marked, name: str) -> str:
    """What a span looks like: a name, a name holding a word, a word that may be a name, one that hardly is, …"""
    p, doubt = patterns(), doubtful_surnames().get(name[0])
    surnamed = name[0] in surnames() or name[:2] in surnames()
    holds = len(name) == 3 and (name[1:] in common_words() or name[:2] in common_words())
    if p.by_sound.fullmatch(name) or len(name) < m.end - m.start:
        return "name"  # 欧 阳: a word is not written with a space inside
    if p.short.fullmatch(name):
        return "manner" if _said_of_how(reading, m) else "name"  # 石主席, but no 配|齐主席
    if len(name) == 2 and name[0] in "老小" and name[1] in surnames() and not p.not_familiar.fullmatch(name):
        return "familiar"  # 老谭
    if _said_of_how(reading, m):
        return "manner"  # 严格审核, 妥善处理, 配齐主席
    if doubt == "function" and (holds or name in common_words()):
        return "phrase"  # 多渠道, 全校
    if is_plain_word(reading, m, name) or (is_place(name) and reading.tokens[reading.token_at(m.start)].text == name):
        return "surnamed_word" if surnamed and doubt is None else "word"
    if _NOUN_END.fullmatch(name):
        return "word"
    if surnamed and (holds or _cuts_word(reading, m)):
        return "holding_a_word"
    return "name" if surnamed and len(name) <= 3 + (name[:2] in surnames()) else "nameless"


def _said_of_how(reading: Reading, m: Marked) -> bool:
    """Whether a span is the adverb of what follows, or cut out of a longer word: it says how something is done."""
    token = reading.tokens[reading.token_at(m.start)]
    if (token.start, token.end) == (m.start, m.end):
        return token.tag in _ADVERBS and token.text in common_words()
    if token.start < m.start < token.end < m.end:
        return token.text in common_words() and token.tag[:1] in "va"
    return token.start <= m.start and m.end < token.end and len(token.text) >= _PHRASE and token.tag[:1] in "vil"


_ADVERBS = ("ad", "d", "vd")
_PHRASE = 4  # characters of a word that stands for a phrase (妥善处理)


def _place_for_a_name(reading: Reading, m: Marked) -> str:
    """How much the place of a span speaks for a name: a title leads or follows it, other names or a group stand beside it."""
    text, p = reading.clean, patterns()
    titled = p.title_after.match(text, m.end) or p.title_before.search(text, max(0, m.start - 8), m.start)
    role = (titled["role"] or "") if titled else _CROWD[0]
    counted = titled is not None and _COUNTED.search(text, max(0, titled.start() - 8), titled.start()) is not None
    if counted and text[m.start : m.end] in common_words():
        return "bare"  # 7名教师光荣退休
    if not role.endswith(_impersonal()):
        return "titled"
    listed = text[m.end : m.end + 1] in ("、", " ") or text[max(0, m.start - 1) : m.start] in ("、", "：")
    beside = not role.endswith(_CROWD) or listed or _second(text, m.start) or _GROUP.search(text, max(0, m.start - 3), m.start)
    again = text[m.start : m.end] not in common_words() and text.count(text[m.start : m.end]) > 1
    return "beside" if beside or again or _DOES.match(text, m.end) else "bare"


_COUNTED = re.compile(r"(?:[0-9一二三四五六七八九十百两几]{1,6}余?[位名个]|全体|广大|[各多]位)$")
_CROWD = ("职工", "员工", "学生", "师生", "会员", "群众", "工人", "教工")  # 全校学生阳光体育 names nobody
_GROUP = re.compile(r"(?:组|队|部|院|科|班|分会|车间|工区)$")
_DOES = re.compile(
    r"(?:荣?获|被评|提出|夺|当选|说|讲|等[0-9一二三四五六七八九十]{1,3}[人名位]|的(?:父|母|妻|丈夫|女儿|儿子|孩子))"
)


def is_titled(reading: Reading, m: Marked) -> bool:
    """Whether a word of two or three characters is a person by the personal title behind it (江山主席, 和平法官)."""
    name = reading.clean[m.start : m.end]
    title = patterns().personal.match(reading.clean, m.end)
    return bool(title) and re.fullmatch(rf"{HAN}{{2,3}}", name) is not None and name[0] in surnames()


def _cuts_word(reading: Reading, m: Marked) -> bool:
    """Whether an edge of the span lies inside a dictionary word."""
    for edge in (m.start, m.end):
        token = reading.tokens[reading.token_at(edge)]
        if token.start < edge < token.end and token.text in common_words():
            return True
    return False


IN_ONE_LIST = re.compile(r"(?:[（(][^（）()\n]{1,12}[）)])?(?:[、和与及]|[ 　]{1,4})[ 　]{0,2}")
_SURE_NEIGHBOUR, _IN_A_LIST = 0.85, 0.2  # how sure a person must be that vouches for its neighbour, and the neighbour itself
