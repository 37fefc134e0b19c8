"""Places (地点) that a gazetteer knows, or that an outing goes to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from pipeline.extract.features import is_place
from pipeline.extract.tagger import Marked
from pipeline.resources import alternatives, words, yaml

if TYPE_CHECKING:
    from pipeline.extract.people import Proposal
    from pipeline.products import Token
    from pipeline.segment import Reading

_NOT_A_VENUE = re.compile(r"[的了我本这该各每为把和与及在由向]|拔河|周边|^(?:室内|户外|全|网上|线上|所有|有关)")
_PART_OF_A_NAME = re.compile(r"[\u4e00-\u9fff]?(?:杯|精神|时间|菜|话|籍|人民|大学|银行|路|街道)")


_GOES = r"(?:[去到赴往游抵登访爬沿]|(?<![存现正旨意好实内所])在|前往|来到|走进|游览|参观|考察|奔赴|徒步|攀登|最远的)了?"
_NO_STEM = r"[的了我本这该各每为把和与及由向到在去个两三几一开工上下大小里外]"


@cache
def _outing() -> re.Pattern[str]:
    ends = alternatives(yaml("rules/names.yaml")["outing_ends"].split("|"))
    return re.compile(
        rf"{_GOES}(?P<place>(?!{_NO_STEM})[\u4e00-\u9fff]{{2,8}}?(?:{ends}))"
        r"(?=[，。、；！）\s一踏游参观春秋赏采登爬旅徒拓开举缅祭学看送走过救])"
    )


@cache
def _site() -> re.Pattern[str]:
    """Where somebody goes or something is held, by an ending that only places have (最远的孙家窑, 沿滨河路)."""
    ends = alternatives(yaml("rules/names.yaml")["site_ends"].split("|"))
    return re.compile(
        rf"{_GOES}(?P<place>(?!{_NO_STEM})[\u4e00-\u9fff]{{1,4}}?(?:{ends}))(?=[，。、；！）\s0-9举开慰看摆搞召走跑办送接])"
    )


@cache
def _venue() -> re.Pattern[str]:
    venues = alternatives(yaml("rules/names.yaml")["venues"].split("|"))
    return re.compile(
        rf"(?:(?<![存现正旨意好实内所])在|地\s*点[：:]?\s*(?:设?在)?|假座|(?<=[日晚午])于)(?P<place>[\u4e00-\u9fff0-9A-Z]{{0,12}}?(?:{venues}))"
        r"(?=[，。、；！）|\s开举召进组办搞上里中内的集隆启和为摆设看])"
    )


@cache
def _famous() -> re.Pattern[str]:
    """Places of three characters and more that no dictionary need cut out first (慕田峪)."""
    names = words("lexicons/known_places.txt") - words("lexicons/not_places.txt")
    return re.compile(alternatives(n for n in names if len(n) >= 3))


def _in_title(text: str, at: int) -> bool:
    """Whether a place stands inside 《…》, where it is part of another name (《江苏工人报》)."""
    opened = text.rfind("《", max(0, at - 30), at)
    return opened >= 0 and "》" not in text[opened:at] and "》" in text[at : at + 30]


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether what stands here is no part of the name of a cup, a paper or an honour (《江苏工人报》, “岚河工匠”)."""
    return not _in_title(text, start) and text[start - 1 : start] != "“" and not _PART_OF_A_NAME.match(text, end)


_AT_HEAD = re.compile(r"(?P<stem>(?!自治)[\u4e00-\u9fff]{2,4}?)(?:县|市|区|镇|乡|街道|社区|村)(?=[\u4e00-\u9fff])")


def at_home(text: str, orgs: Iterable[Marked]) -> Iterator[Proposal]:
    """The place that a unit is called after, wherever it is named without the unit (岚河县总工会 … 建设幸福岚河)."""
    heads = {head for m in orgs if (head := _AT_HEAD.match(text, m.start, m.end))}
    names = {name for head in heads for name in (head["stem"], head[0])}
    if names:
        for m in re.finditer(alternatives(names), text):
            if stands_alone(text, *m.span()):
                yield (*m.span(), "PLC", 0.6)


def is_verb(text: str, m: Marked) -> bool:
    """Whether a mark is the verb before the name of who gives an honour (荣获|市总工会)."""
    return text[m.start : m.end] in ("荣获", "获得", "荣膺", "授予")


def mended(reading: Reading, m: Marked) -> Marked | None:
    """A marked place from its first to its last character, or None where the model is in doubt or it is any place (操场)."""
    text = reading.clean
    cling, tail = _CLING.match(text, m.start, m.end), _TAIL.search(text, m.start, m.end)
    if cling and m.end - cling.end() >= 2:
        m = m._replace(start=cling.end())
    if tail and tail.start() - m.start >= 2:
        m = m._replace(end=tail.start())
    elif more := _GOES_ON.match(text, m.end):
        m = m._replace(end=more.end())
    if text[m.start : m.end] == "友谊":
        return None  # a county's name, and what a match is played for
    sure = m.confidence >= (_LIKELY if not cling else _HALF)
    return m if sure and not _any_place().fullmatch(text, m.start, m.end) and "的" not in text[m.start : m.end] else None


_LIKELY, _HALF = 0.55, 0.45  # below it a mark is as often no place; what a word clings to was half sure for that
_CLING = re.compile(
    r"[^\u4e00-\u9fffA-Z0-9-]+|(?:如今|目前|位于|来自|地处|灾区|境外|附近|县城|(?:对口)?帮扶(?:村|的)?|横渡|爱护|起点|终点|景区|(?:平安|富裕|和谐|美丽|幸福)+新?"
    r"|(?:赛场|会场|考场|分会场)?设|低?于|在|借)(?=[\u4e00-\u9fff]{2})"
)
_TAIL = re.compile(r"(?:(?:特大)?(?:泥石流|地震|洪水|洪灾|雪灾)|工地|[两三四五六]村|站厅|两岸|[和、][\u4e00-\u9fff]{2,8})$")
_GOES_ON = re.compile(r"(?:社区|街道)(?!工会|联合|居委|总工会|党|卫生|服务)|[梁峪]|(?<=高速)口")


@cache
def _any_place() -> re.Pattern[str]:
    return re.compile(yaml("rules/names.yaml")["any_place"])


def halls(reading: Reading, orgs: Iterable[Marked]) -> Iterator[Proposal]:
    """A hall of a unit's house is a place, house and all (市总工会|三楼会议室)."""
    for m in orgs:
        if hall := _HALL.match(reading.clean, m.end):
            yield (m.start, hall.end(), "PLC", m.confidence)


_HALL = re.compile(
    r"(?:门诊|门诊楼|行政楼|办公楼|教学楼|综合楼|机关|旧楼|新楼)?[一二三四五六七八九十0-9]{0,3}[楼号]?(?:层|厅)?"
    r"(?:大|小)?(?:会议室|会议厅|报告厅|礼堂|多功能厅|阶梯教室|操场|篮球场|运动场|体育馆|体育场|活动室|展厅|练车场|培训中心)"
)


@cache
def _numbered() -> re.Pattern[str]:
    """A building, a pit or a plot by its number (在三号筒仓, 到12号墩)."""
    ends = alternatives(yaml("rules/names.yaml")["numbered_sites"].split("|"))
    return re.compile(
        rf"(?<=[在到将于进去往])[一二三四五六七八九十0-9]{{1,4}}号[\u4e00-\u9fff]{{0,3}}?(?:{ends})(?![长员组内外])"
    )


def known(reading: Reading) -> Iterator[Proposal]:
    """Places by the gazetteer or jieba's dictionary, and the goal of an outing by its ending (去龙首山)."""
    text = reading.clean
    yield from ((*m.span("place"), "PLC", 0.7) for m in _outing().finditer(text) if "拔河" not in m["place"])
    begins = {t.start for t in reading.tokens}
    yield from ((*m.span("place"), "PLC", 0.6) for m in _site().finditer(text) if m.start("place") in begins)
    for m in _venue().finditer(text):
        if not _NOT_A_VENUE.search(m["place"]) and not _any_place().fullmatch(m["place"]):
            yield (*m.span("place"), "PLC", 0.6)
    yield from ((*m.span(), "PLC", 0.6) for m in _numbered().finditer(text))
    for m in _famous().finditer(text):
        if not _in_title(text, m.start()) and not _PART_OF_A_NAME.match(text, m.end()):
            yield (*m.span(), "PLC", 0.7)
    doubtful = words("lexicons/not_places.txt")
    for token in reading.tokens:
        place = token.tag == "ns" and len(token.text) >= 2 and token.text not in doubtful and is_place(token.text)
        if place and not _in_title(text, token.start) and not _PART_OF_A_NAME.match(text, token.end):
            yield (_county_start(reading, token), token.end, "PLC", 0.7)


def _county_start(reading: Reading, token: Token) -> int:
    """Where a county's name begins of which the dictionary knows only the end (临|渠县)."""
    if len(token.text) == 2 and token.text[1] in "县市区镇乡" and token.start:
        before = reading.tokens[reading.token_at(token.start - 1)]
        if (
            before.end == token.start
            and len(before.text) == 1
            and before.text not in _NOT_BEFORE
            and "\u4e00" <= before.text <= "\u9fff"
        ):
            return before.start
    return token.start


_NOT_BEFORE = "在到去赴从由向往和与及、的是为对被请经全本我该各把给至于同跟或且回来离距自沿过进出上下中内外"
