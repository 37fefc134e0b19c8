"""The profile of a document (文档概况): type, title, signature, author — what its edges and openings settle."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from pipeline.extract.almanac import norm
from pipeline.extract.calendar import Moment
from pipeline.records import DocType
from pipeline.resources import yaml
from pipeline.segment.title import SEAL, is_person

if TYPE_CHECKING:
    from pipeline.segment import Reading, Span


class Signature(NamedTuple):
    """Who signs, and when; clean-text spans and the date's norm."""

    unit: Span | None
    date: str | None


@cache
def _rules() -> dict[str, list[tuple[re.Pattern[str], str]]]:
    spec = yaml("rules/profile.yaml")
    return {
        name: [(re.compile(rule["match"]), rule["value"]) for rule in rules]
        for name, rules in spec.items()
        if not name.startswith("org_type")
    }


def first_match(name: str, text: str) -> str | None:
    """Value of the first rule of list ``name`` in ``rules/profile.yaml`` whose pattern is found in ``text``."""
    return next((value for pattern, value in _rules()[name] if pattern.search(text)), None)


def title(reading: Reading) -> str | None:
    """The title lines as one string, as they stand; else the boundary line less its wrapper.

    A page's column before them (【工会动态】), the number and the count of its texts behind them (总结1, （通用14篇）) are
    not of them.
    """
    own = _unwrapped([_bare(reading.text.quote(*line)) for line in reading.title_lines])
    opening = reading.part.boundary_title
    if opening and (not own or own[0].lstrip()[:1] in "—-－"):
        return " ".join([opening, *own])
    return " ".join(own) or None


_SEVERAL = re.compile(
    r"(?<=.{6})[（(【\[](?:通用|精选|推荐|优秀|最新|实用|热门|共|汇总|合集|集合|集锦|锦集|范文|模板|汇编)?"
    r"(?:\d{1,3}|[一二三四五六七八九十多]{1,3}) ?篇[)）】\]]$"
)
_COLUMN = re.compile(
    r"^【(?:工会|基层|信息|工作)(?:工作|动态|信息|之窗|风采)】(?=[^【】]{8})"
)  # of a page: 【工会工作】建家暖人心
_NTH_COPY = re.compile(r"(?<=总结|小结|计划|报告|汇报|材料)(?:[1-9]|[（(]\d{1,2}[)）])$")  # 劳动竞赛总结1, 述职报告(1)


def _bare(line: str) -> str:
    """A title line without what a page puts before and behind it."""
    return _COLUMN.sub("", _NTH_COPY.sub("", _SEVERAL.sub("", line)))


_CARRIES_ON = re.compile(r"(?:委员会|工作(?:情况|报告|总结)|情况|的|和|及|与|活动)")
_WHOLE = re.compile(r"(?:工会|学校|小学|中学|公司|医院|[局厂矿院])$")


def _unwrapped(lines: list[str]) -> list[str]:
    """Title lines, those that a wrap cut within a phrase joined (关于…集体协商|工作情况的汇报)."""
    joined: list[str] = []
    for line in lines:
        bare = line.strip()
        if joined and len(joined[-1]) >= _WRAPPED and _CARRIES_ON.match(bare) and not _WHOLE.search(joined[-1].strip()):
            joined[-1] = joined[-1].rstrip() + bare
        else:
            joined.append(line)
    return joined


_WRAPPED = 10  # characters of a line that is full


def doc_type(reading: Reading, title_text: str) -> DocType:
    """Type by title, then by the opening, then by the balance of what was done and what is planned."""
    if reading.part.kind == "guide":
        return "guide"
    own = "".join(reading.clean[a:b] for a, b in reading.title_lines).replace(" ", "")
    if own and (value := first_match("doc_type_title", own)):
        return value  # type: ignore[return-value]
    value, voice = None, _voice(reading)
    if voice < _PERSONAL:  # the collection's line tells the kind of most texts, not of a confession
        value = first_match("doc_type_title", title_text.replace(" ", "")) if title_text else None
        value = value or first_match("doc_type_title", boundary_line(reading))
    if value is None:
        value = first_match(
            "doc_type_edges", f"{reading.clean[reading.text_start : reading.body.start + 60]}\n{reading.clean[-60:]}"
        )
    opening = reading.clean[reading.body.start : reading.body.start + 400]
    if value is None:
        value = first_match("doc_type_speech" if voice >= _SPOKEN else "doc_type_head", opening)
    if value is None:
        value = _by_voice(reading, voice, bool(title_text))
    return value  # type: ignore[return-value]


_SPOKEN, _PERSONAL = 13, 25  # how often an I speaks, in a thousand characters: of one's own work, of nothing but oneself
_I = re.compile(
    "我(?!们|校|市|县|区|镇|乡|局|厂|矿|公司|院|国|会|园|省|段|队|站|支|行|街|处|部|单位|所|系|团|社|村|班|分|集团|党|军|司|馆|台)"
)
_REFLECTS = re.compile(r"我(?:觉得|认为|想|懂得|明白|体会|深知|常想|感到|反思|意识到|忘不了|记得)|让我|使我|收获|感触|启发|惭愧")


def _voice(reading: Reading) -> float:
    """How often the first person singular speaks, in a thousand characters of the body."""
    length = len(reading.clean) - reading.body.start
    return len(_I.findall(reading.clean, reading.body.start)) * 1000 / length if length >= 200 else 0


def _by_voice(reading: Reading, voice: float, titled: bool) -> DocType:
    """No word names its kind: who says what he felt reflects, a title of its own tells a story, the rest sums up."""
    body = reading.clean[reading.body.start :]
    felt = len(_REFLECTS.findall(body))
    if voice >= _SPOKEN or (voice >= _SPOKEN / 2 and felt >= 3 and felt * 400 > len(body)):
        return "reflection"
    return "exchange" if titled else "summary"


def boundary_line(reading: Reading) -> str:
    """The collection's line that opens the document: it tells the kind of text, never its year."""
    return reading.clean[: reading.text_start].replace(" ", "")


def signature(reading: Reading, moments: list[Moment]) -> Signature:
    """Unit and date of the sign-off (落款), or of a byline right under the title or a bulletin's masthead."""
    from pipeline.segment import Span

    unit, date = None, None
    lines = list(reading.sign_off)
    under = (
        [ln for ln in reading.lines if ln.start >= reading.body.start][:2]
        if reading.title_lines or reading.part.boundary_title
        else []
    )
    lines += [ln for ln in under if ln not in lines and ln.end - ln.start <= 40 and reading.clean[ln.end - 1] not in "。；：，"]
    lines += [
        ln for ln in reading.lines if ln not in lines and any(t.start == ln.start and t.end < ln.end for t in reading.title_lines)
    ]
    lines += _masthead(reading)
    for line in lines:
        inside = [m for m in moments if line.start <= m.start and m.end <= line.end]
        if _HELD.match(reading.clean, *line):
            continue  # when a meeting was held, not when the paper was signed
        for m in inside:
            if date is None and (m.year is not None or m.redacted) and m.month is not None:
                date = norm(m, lambda _: None)
        rest = reading.clean[line.start : line.end]
        for m in inside:
            rest = rest.replace(reading.clean[m.start : m.end], " " * (m.end - m.start), 1)
        piece = SEAL.sub("", rest.strip(" 　（）()，,。"))
        if unit is None and len(piece) >= 3 and not re.search(r"[：:]", piece) and line in reading.sign_off:
            at = line.start + rest.index(piece)
            unit = Span(at, at + len(piece))
    if unit is None and date is None and reading.lines:
        return _signed_in_passing(reading, moments)
    return Signature(unit, date)


_HELD = re.compile(r"(?:会议)?时间[：:]")


def _masthead(reading: Reading) -> list[Span]:
    """The short lines above the title, where a bulletin says who issues it and when; a collection's line is none of them."""
    first, top = reading.text_start, reading.title_lines[0].start if reading.title_lines else 0
    return [line for line in reading.lines if first <= line.start and line.end <= top and line.end - line.start <= _MASTHEAD]


_MASTHEAD = 45  # characters of a line


def day_signed(reading: Reading, moments: list[Moment]) -> Moment | None:
    """The day on the last line of a sign-off that leaves out its year (12月28日)."""
    last = reading.sign_off[-1] if reading.sign_off else None
    days = [m for m in moments if last is not None and last.start <= m.start and m.end <= last.end and m.day and m.year is None]
    return days[-1] if days else None


def _signed_in_passing(reading: Reading, moments: list[Moment]) -> Signature:
    """A signature that hangs on to the last sentence: …出面谈一次。青石桥镇总工会，二〇〇六年元月。"""
    from pipeline.segment import Span

    line = reading.lines[-1]
    dated = [m for m in moments if max(line.start, line.end - 60) <= m.start and m.end <= line.end and m.year and m.month]
    if not dated:
        return Signature(None, None)
    when = dated[-1]
    first = max((reading.clean.rfind(mark, line.start, when.start) for mark in "。！？；"), default=-1) + 1
    unit = _SIGNS.fullmatch(reading.clean, first or line.start, when.start) if first > 0 else None
    return Signature(Span(*unit.span("unit")), norm(when, lambda _: None)) if unit else Signature(None, None)


_SIGNS = re.compile(
    r"[\s（(]{0,6}(?P<unit>[\u4e00-\u9fff]{4,26}?(?:总工会|工会|委员会|公司|学校|小学|中学|医院|分会))[，,\s]{0,6}"
)


def author(reading: Reading) -> Span | None:
    """The person who speaks in the first person singular (我叫…)."""
    from pipeline.segment import Span

    text = reading.clean
    match = re.search(r"我(?:叫|名叫|的名字叫|姓名)\s?([\u4e00-\u9fff·]{2,8}?)(?=[，。、；！,是（(]|$)", text)
    if match:
        return Span(*match.span(1))
    match = _I_AM.search(text, reading.body.start, reading.body.start + 200)
    if match and is_person(match["name"]):
        return Span(*match.span("name"))
    head = [ln for ln in reading.lines if ln.start >= reading.body.start][:3]
    for line, below in pairwise(head):
        if is_person(re.sub(r"\s", "", text[line.start : line.end])) and _SALUTES.fullmatch(text, below.start, below.end):
            return Span(*line)  # 卢月桂 / 各位代表：
    edges = head[:2] + reading.lines[-3:]
    for line in edges:
        if line.end - line.start <= 50 and (match := _BY.search(text, line.start, line.end)):
            return Span(*match.span("name"))
    own = "述职" in text[: reading.body.start]  # who gives an account of himself need not say I twice
    speaks = len(_I.findall(text)) + own
    if speaks:
        for line in [*edges[:2], *reading.lines[-2:]]:
            match = _BARE_NAME.fullmatch(text, line.start, line.end)
            if (
                match
                and speaks > (match["office"] is None or line not in edges[:2])
                and is_person(re.sub(r"\s", "", match["name"]))
            ):
                return Span(*match.span("name"))
    return None


_SALUTES = re.compile(r"(?:各位|同志们|尊敬的|姐妹们|工友们|老师们)[^，。；]{0,20}[：:！!]")
_I_AM = re.compile(
    r"我是[\u4e00-\u9fff]{2,20}(?:的|工会主席|主席|组长|职工|工人|教师)(?P<name>[\u4e00-\u9fff·]{2,8}?)(?=[，。、；！])"
)
_BY = re.compile(
    r"(?:执笔人?|作者|撰稿人?|报告人|述职人|记录人?|汇报人|发言人|口述)[：:\s]\s*(?P<name>[\u4e00-\u9fff·]{2,12}"
    r"|[\u4e00-\u9fff]\s+[\u4e00-\u9fff])(?=[\s）)。，]|$)"
)
_BARE_NAME = re.compile(
    r"(?:[\u4e00-\u9fff]{0,16}(?P<office>主席)[\s　]+|[\u4e00-\u9fff]{2,16}[\s　]+)?(?P<name>[\u4e00-\u9fff·]{2,12}"
    r"|[\u4e00-\u9fff]{1,2}[\s　]+[\u4e00-\u9fff])(?:[（(][^）)]{4,20}[）)]|[ 　]+(?:[0-9]{4}年)?[0-9]{1,2}月[0-9]{1,2}日)?"
)
