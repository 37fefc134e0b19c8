"""Events that the language itself settles (固定句式): quoted campaigns, rules adopted by name, laws studied by name.

They complete what the events model marks; where the two overlap, the model's span stands.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.extract.tagger import Marked
from pipeline.segment.reading import beginning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.segment import Reading

_QUOTED = re.compile(
    r"“[^”“\n]{2,40}”(?:[、和与]“[^”“\n]{2,30}”){0,4}的?(?:主题|系列|专题|专项|教职工|职工|全员|群众性|集体|教师|女职工){0,2}"
    r"(?:实践活动|教育活动|竞赛活动|创建活动|评选活动|评比表彰活动|评比活动|读书活动|征集活动|签名活动|捐款活动|慰问活动|主题活动|教育实践活动|爱心活动|征文|演讲比赛|演讲活动|演讲|竞赛|比赛|大赛|评选|评比|座谈会|报告会|读书会|论坛|沙龙|讲座|宣讲|大讨论|活动|行动|工程|运动会)"
)
_NOT_HELD = re.compile(r"(?:的?(?:要求|精神|方案|通知|目标|原则|方针|意见|部署|积极分子|先进|称号|优胜))")
_ADOPTED = re.compile(
    r"(?:制定|制订|修订|出台|通过|建立|建立和完善|完善|健全|签订|签定|拟定|颁布|下发|印发|审议通过|讨论通过)了?(?:新的|新修订的|本校的|学校的)?(?P<name>《[^》\n]{2,40}(?:制度|办法|方案|细则|规定|章程|条例|规则|公约|协议|合同|协议书|合同书|意见|计划|准则|预案)(?:（[^）]{1,8}）)?》)"
)
_STUDIED = re.compile(
    r"(?<![的、])(?P<name>(?:学习贯彻|学习宣传|认真学习|集中学习|学习|观看|收看|研读|传达学习)(?:了)?(?:新的|新修订的|新)?《[^》\n]{2,40}》(?:录像|电影|专题片)?)"
)
_VERB_ALONE = re.compile(r"(?:走访慰问|走访|慰问|看望|探望|资助|救助|补助|帮扶)$")
_OBJECT = re.compile(
    r"(?:了)?(?P<noun>(?:[\u4e00-\u9fff]{2,4}、){0,4}[\u4e00-\u9fff]{2,10}?)(?=[，。；、！）\n0-9]|等|并|和|及|家中|近|共|达|人次|累计|[一二三四五六七八九十两]{1,9}[户人名位]|$)"
)
_OBJECT_END = re.compile(
    r"(?:[教职员馆演会党]员|人员|[职员教民工]工|教师|老师|老人|工人|家庭|家属|[困难特]户|干部|学生|新生|同志|劳模|[住困]户|孤寡|群众|儿童|遗属|病号"
    r"|骑手|师傅|工友|姐妹|产妇|病员)$"
)


def certain(reading: Reading) -> Iterator[tuple[int, int]]:
    """Clean spans of such events, in no order; they may overlap one another."""
    text = reading.clean
    first = reading.body.start
    for m in _QUOTED.finditer(text, first):
        if not _NOT_HELD.match(text, m.end()):
            yield m.span()
    for m in _ADOPTED.finditer(text, first):
        yield m.span("name")
    for m in _STUDIED.finditer(text, first):
        start = m.start("name") + (2 if m["name"].startswith(("认真", "集中", "传达")) else 0)
        yield start, m.end("name")


def completed(reading: Reading, marked: list[Marked], names: list[Marked]) -> list[Marked]:
    """The model's marks, a bare verb with its object (走访|教职工家庭), and the certain events that nothing covers.

    ``names`` are the document's: where one goes or stays is no part of what is done there (到樱花谷|踏青).
    """
    text = reading.clean
    found = [_with_object(text, t) for m in marked if (t := _without_verb(text, _without_place(text, m, names))) is not None]
    for start, end in sorted(certain(reading), key=lambda s: (s[0], -s[1])):
        if not any(m.start < end and start < m.end for m in found):
            found.append(Marked(start, end, "EVT", 0.6))
    return sorted(found)


_THERE = re.compile(r"(?:^|[\u4e00-\u9fff]{0,6})[到去在同与向赴往]$")


def _without_place(text: str, m: Marked, names: list[Marked]) -> Marked:
    """An event's name from behind the place where it is held, or the body that it is held with."""
    for name in beginning(names, m.start, m.end):
        if name.label != "PER" and m.end - name.end >= 2 and _THERE.fullmatch(text, m.start, name.start):
            m = m._replace(start=name.end)
    return m


_LEADING = re.compile(
    r"(?:了|充分利用|落实|给予|履行|利用|加强|举办|开展|举行|召开|进行|通过|参加|搞好|抓好|做好|坚持|继续|积极|认真|如|对|把|为|将|以|在|先后|还|并|又|等)+(?=[\u4e00-\u9fff“《]{2})"
)
_NO_EVENT = re.compile(
    r"(?:学习|贯彻|传达|落实|领会).{0,30}精神$|(?:水平|能力|意识|素质|作用|机制|氛围|环境|力度|覆盖面|积极性|责任感|凝聚力)$|^(?:工作|活动|组织|制度|管理|建设|服务|学习|教育|培训|宣传|检查|调查|讨论|交流|安排)$"
)


_PHRASE = re.compile(  # what a sentence is filled with, and a number
    r"(?:表示.{0,6}(?:祝贺|感谢)|引向深入|(?:打下|奠定)了?.{0,8}基础|提供了.{0,6}(?:保障|帮助|支持)|摸清|部分调整|方案|物资|布置|行政干部"
    r"|相互学习|得到了?.{0,8}(?:肯定|好评|提高|增强)|当.{2,30}(?<!小)时|落到实处|做出.{0,6}贡献|.{0,8}会议室|构建和谐.{0,4}"
    r"|[^\u4e00-\u9fff]*[0-9]{7}.*)"
)


def _without_verb(text: str, m: Marked) -> Marked | None:
    """An event's name without the verb in front (履行职代会); None where no event is left (学习…精神)."""
    lead = _LEADING.match(text, m.start, m.end)
    if lead and lead.end() < m.end:
        m = m._replace(start=lead.end())
    for opening, closing in _PAIRS:
        m = _whole(text, m, opening, closing)
    return None if _NO_EVENT.search(text[m.start : m.end]) or _PHRASE.fullmatch(text, m.start, m.end) else m


_PAIRS = (("“", "”"), ("《", "》"))
_CUT = {opening: re.compile(f"[。；！？\n{opening}{closing}]") for opening, closing in _PAIRS}


def _whole(text: str, m: Marked, opening: str, closing: str) -> Marked:
    """A name with both marks of a pair, or with neither where the other is far off."""
    opened, closed = text.count(opening, m.start, m.end), text.count(closing, m.start, m.end)
    if opened > closed:
        close = text.find(closing, m.end, m.end + 12)
        if close >= 0 and not _CUT[opening].search(text, m.end, close):
            return m._replace(end=close + 1)
        return m._replace(start=m.start + 1) if text[m.start] == opening else m
    if closed > opened and (first := text.rfind(opening, max(0, m.start - 30), m.start)) >= 0:
        return m if _CUT[opening].search(text, first + 1, m.start) else m._replace(start=first)
    return m


def _with_object(text: str, m: Marked) -> Marked:
    if m.end - m.start > 4 or not _VERB_ALONE.search(text[m.start : m.end]):
        return m
    follows = _OBJECT.match(text, m.end)
    if follows and _OBJECT_END.search(follows["noun"]):
        return m._replace(end=follows.end("noun"))
    return m
