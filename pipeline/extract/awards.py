"""Awards (荣誉): honours received, or given by the unit; level, rank, recipient, date."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from pipeline.extract.tagger import Marked
from pipeline.linear import load
from pipeline.lookup import Run, Seen
from pipeline.records import AwardLevel
from pipeline.resources import yaml
from pipeline.segment.reading import beginning

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.extract.roles import Person
    from pipeline.segment import Reading

RANK = re.compile(
    r"(?:特等|[一二三四五六][、等]?等?(?=奖)|[一二三四]等(?=奖)?|第[一二三四五六七八九十0-9]+名?|冠军|亚军|季军|金奖|银奖"
    r"|铜奖|优秀奖|优胜奖|团体第[一二三四五六七八九十]|头名|并列第[一二三])"
)


_AHEAD = 300  # how far before an award its winner, grantor and level are looked for


class Award(NamedTuple):
    """An honour at ``[start, end)`` of the clean text."""

    start: int
    end: int
    level: AwardLevel | None
    rank: str | None
    recipient: str | None
    kind: Literal["person", "unit"] | None
    date: str | None
    confidence: float


@cache
def _levels() -> list[tuple[re.Pattern[str], re.Pattern[str], AwardLevel]]:
    return [
        (re.compile(r.get("award", "")), re.compile(r.get("before", "")), r["level"]) for r in yaml("rules/awards.yaml")["levels"]
    ]


def level(name: str, before: str) -> AwardLevel | None:
    """Level by the award's own words, then by the grantor or body named before it."""
    return next((lv for own, ahead, lv in _levels() if own.search(name) and ahead.search(before)), None)


def features(reading: Reading, start: int, end: int) -> Seen:
    """What the level classifier sees of an award: its words, what stands before it, whose unit speaks, what the rules say."""
    text = reading.clean
    sentence = reading.sentence_at(start)
    name, before = text[start:end], text[max(sentence.start, start - 40) : start]
    told = text[max(sentence.start, start - 120) : start]
    rule, own = level(name, text[sentence.start : start][-60:]), own_level(name)
    speaker = _speaker(text)
    found = [f"rule={rule}", f"own={own}", f"first={name[:1]}", f"first2={name[:2]}", f"last2={name[-2:]}"]
    found += [f"near={before[-k:]}" for k in (1, 2, 3)]
    inside = list(dict.fromkeys(_LEVEL_CHAR.findall(name)))
    found += [f"has={c}" for c in inside] + [f"ahead={c}" for c in _LEVEL_CHAR.findall(before)[-2:]]
    found += [f"unit={w}" for w in dict.fromkeys(_UNIT_WORD.findall(text[: reading.body.start + 200]))]
    hints = [(m.end(1), kind, m[1]) for kind, cue in _CUES.items() for m in cue.finditer(told)]
    hints += [(len(told) + 1, "self", word) for word in inside[:1]]
    found += [f"{kind}={word}" for _, kind, word in hints]
    found += [f"{kind}:{_reach(word, speaker)}" for _, kind, word in hints]
    near = [(kind, _reach(word, speaker)) for _, kind, word in sorted(hints)[-2:]] or [("none", "")]
    kind, reach = near[-1]
    found += [f"nearest={kind}:{reach}", f"reach={reach}", f"reaches={near[0][1]},{reach}", f"reach={reach}|{speaker}"]
    return Seen(found, [Run("n=", start, end)])


@lru_cache(maxsize=1)
def _speaker(text: str) -> str:
    """What the speaking unit calls itself most often (校 of 我校, 全校), or nothing."""
    called = Counter(m[1] for m in _ours().finditer(text))
    return max(called, key=lambda word: (called[word], word), default="")


@cache
def _ours() -> re.Pattern[str]:
    return re.compile(f"[我本全]({yaml('rules/awards.yaml')['speakers']})")


@cache
def _reaches() -> dict[str, str]:
    return {word: reach for reach, words in yaml("rules/awards.yaml")["reach"].items() for word in words.split("|")}


def _reach(word: str, speaker: str) -> str:
    """How far a grantor or contest reaches: its level, ``own`` of the speaking unit, else ``body`` of some other one."""
    return "own" if word == speaker else _reaches().get(word, "body")


_LEVELS = (
    "全国|中国|国家|省|自治区|市|州|地区|县|区|旗|镇|乡|街道|学区|中心校|教育办"
    "|局|集团|系统|行业|铁路|公司|矿|厂|校|院|段|处|行|站|师|团|兵团|国资委|[总分支]行|馆|库|场"
)
_CONTEST = "赛|运动会|比武|调演|评选|展|汇演|会演|评比|征文|演讲|考核|考评|竞技"
# whose contest it was won in (镇教职工|运动会), who gave it (被省总工会|评为), where one had to go for it (代表学校参加|省赛)
_VENUE = re.compile(rf"({_LEVELS})(?:(?!{_LEVELS})[^，。；：、]){{0,24}}?(?:{_CONTEST})")
_GRANTOR = re.compile(
    rf"(?:被|获|受|由|经|得到)(?:(?!{_LEVELS})[^，。；：、]){{0,6}}({_LEVELS})"
    "[^，。；：]{0,12}(?:评|授|命名|表彰|颁|确定|誉|奖|记)"
)
_WENT = re.compile(
    rf"(?:参加|代表[^，。；]{{0,8}}[参赴去到]|组队[参去到]|[赴到去])(?:(?!{_LEVELS})[^，。；：、]){{0,6}}({_LEVELS})"
)
_CUES = {  # what tells how far an honour reaches
    "venue": _VENUE,
    "by": _GRANTOR,
    "went": _WENT,
    "all": re.compile(rf"全(国|{_LEVELS}|路|系统)"),  # 全市通信行业…大赛
    "given": re.compile(rf"({_LEVELS})(?:里|上|内部?)?(?:给|奖|记|授予|评|命名|表彰)"),
}
_LEVEL_CHAR = re.compile(
    "全国|国家|省|自治区|市|州|县|区|镇|乡|街道|中心校|集团|系统|行业|局|路|公司|矿|厂|校|院|段|片|总行|分行|分公司|师|馆|库|场"
)
_UNIT_WORD = re.compile(
    "小学|中学|学校|公司|矿|厂|段|医院|镇|乡|街道|县总工会|区总工会|银行|项目部|学院|大学|局|村|社区|市总工会|农场|图书馆|幼儿园|车间|站|所"
)


def own_level(name: str) -> AwardLevel | None:
    """Level by the award's own words alone (县一等奖, 省五一劳动奖状)."""
    return next((lv for own, ahead, lv in _levels() if own.pattern and not ahead.pattern and own.search(name)), None)


_GIVING = re.compile(r"表彰|评选出|评出|命名|授牌|奖励|考核出|涌现出|评为|授予")
_GIVEN = re.compile(
    r"(?:季度|年度|月度)?(?:优秀|先进|模范|优胜|文明|标杆|样板|十佳|最佳|金牌|五星)(?:“[^”\n]{1,10}”)?[\u4e00-\u9fff]{2,8}?(?=[、，。；”（(]|进行|和|[0-9一二三四五六七八九十]+[名个人支家]|$)"
    r"|[\u4e00-\u9fff]{2,6}(?:明星|标兵|能手|红旗手|状元|之星)(?=[、，。；”（(]|进行|[0-9一二三四五六七八九十]+[名个人])"
)
_NO_HONOUR = re.compile(
    r"先进(?:事迹|典型|经验|性|文化|理念|技术)|优秀(?:传统|文化|品质|成绩|论文|建议|提案|作品)|模范(?:作用|带头)"
    r"|文明(?:建设|创建|校园|单位创建|礼仪|素养|用语)|优秀的|先进的|模范遵守"
)


_COUNTED = re.compile(r"”?[0-9一二三四五六七八九十]{1,9}[个名项家支]")


@cache
def _aims() -> re.Pattern[str]:
    """That an honour is aimed at, not received (争创全国模范职工之家), read up to where it begins."""
    return re.compile(f"(?:{yaml('rules/awards.yaml')['aims']})[^，。；：！？\n]{{0,16}}$")


def given(reading: Reading, marked: list[Marked]) -> list[Marked]:
    """The model's awards, and the honours that a sentence says the unit gave (对8个样板班组进行了表彰)."""
    text = reading.clean
    found = [
        _quoted(text, m)
        for m in marked
        if not _aims().search(text[max(0, m.start - 24) : m.start]) or _COUNTED.match(text, m.end)
    ]
    found = [m for m in found if not _is_offered(reading, m)]
    for sentence in reading.sentences:
        if sentence.start < reading.body.start or not _GIVING.search(text, sentence.start, sentence.end):
            continue
        for m in _GIVEN.finditer(text, sentence.start, sentence.end):
            if not _NO_HONOUR.match(m[0]) and not any(a.start < m.end() and m.start() < a.end for a in found):
                found.append(Marked(m.start(), m.end(), "AWD", 0.5))
    return sorted(found)


def _is_offered(reading: Reading, m: Marked) -> bool:
    """Whether a prize is only announced (奖项设置：一等奖2名; 每组取一等奖1名), so that nobody has it."""
    text = reading.clean
    prize = _PRIZES.match(text, m.end) if text[m.end - 1] == "奖" else None
    if prize is None or text[prize.end() : prize.end() + 1] in ("（", "("):
        return False
    sentence = reading.sentence_at(m.start)
    return _OFFERS.search(text, sentence.start, m.start) is not None and _WON.search(text, *sentence) is None


_PRIZES = re.compile(r"[各设取按预]{0,2}[0-9一二三四五六七八九十两若干]{1,3}[名个]|[，,]?(?:预计)?(?:按|奖)[^，。；]{0,4}[0-9]")
_OFFERS = re.compile(
    r"奖项|(?:奖励|评奖)(?:办法|设置)|设(?:立|置|有)?(?:[一二三]等奖[^。]{0,16})?$|拟[评设]\S{0,6}$|[各每]\S{0,4}取$|[各每]\S{0,4}取[一二三]等奖[^。]{0,16}$|预计"
)
_WON = re.compile(r"[获荣夺捧得]|产生|评出|颁发")


def _quoted(text: str, m: Marked) -> Marked:
    """An honour with both quotation marks or with none: 省巾帼文明岗|”, 市级“模范乡镇工会|”."""
    opened, closed = text.count("“", m.start, m.end), text.count("”", m.start, m.end)
    if closed > opened and text[m.end - 1] == "”":
        return m._replace(end=m.end - 1)
    if opened <= closed:
        return m
    if text[m.start] == "“":
        return m._replace(start=m.start + 1)
    close = _CLOSES.match(text, m.end)
    return m._replace(end=close.end()) if close else m


_CLOSES = re.compile(r"[^“”，。；\n]{0,12}”")


def rank(name: str) -> str | None:
    """The rank as the guide writes it (一等, 第二名, 特等, 冠军), or None."""
    match = RANK.search(name)
    if not match:
        return None
    found = match[0].replace("、", "")
    if found in ("一", "二", "三", "四", "五", "六"):
        return found + "等"
    return found


def awards(
    reading: Reading, marked: list[Marked], people: list[Person], dates: list[tuple[int, int, str]], models: Path
) -> list[Award]:
    """Awards with level, rank, recipient and date."""
    text, found = reading.clean, []
    marked = [m for m in marked if m.end - m.start >= 2 and text[m.start : m.end] not in ("获得", "荣获")]
    guesses = load(models, "award_level").best([features(reading, m.start, m.end) for m in marked], text)[0]
    for m, guess in zip(marked, guesses, strict=True):
        name = text[m.start : m.end]
        sentence = reading.sentence_at(m.start)
        before = text[max(sentence.start, m.start - _AHEAD) : m.start]
        own = max(
            sentence.start,
            m.start - _AHEAD,
            text.rfind("；", sentence.start, m.start) + 1,
            text.rfind("。", sentence.start, m.start) + 1,
        )
        winners = [p for p in beginning(people, own, m.start) if p.end <= m.start]
        near = winners[-1:] if winners else []
        while (
            near and len(near) < len(winners) and re.fullmatch(r"[、和与及]", text[winners[-len(near) - 1].end : near[0].start])
        ):
            near = winners[-len(near) - 1 :]
        if not near:
            near = beginning(people, m.end, m.end + 5)
        recipient: str | None = "、".join(reading.text.quote(p.start, p.end) for p in near) or None
        kind: Literal["person", "unit"] | None = "person" if near else None
        if recipient is None and (
            unit := re.search(
                r"(我[校园厂矿院局镇乡县区市]|本[校园厂院]|学校工会|学校|公司工会|公司|我[校园厂院]工会|工会"
                r"|[\u4e00-\u9fff]{2,8}(?:小组|班组|车间|科室|队))[^，。；]{0,14}(?:被|获|荣|连续|再次|又)",
                before,
            )
        ):
            recipient, kind = unit[1], "unit"
        earlier = [d for d in beginning(dates, sentence.start, m.start) if d[1] <= m.start]
        date = earlier[-1][2] if earlier and text.count("，", earlier[-1][1], m.start) <= 3 else None
        named = None if guess.label == "none" else guess.label
        found.append(Award(m.start, m.end, named, rank(name), recipient, kind, date, m.confidence))  # type: ignore[arg-type]
    return found
