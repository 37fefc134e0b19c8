"""Organisations (组织) and their named bodies: marked spans cut right, definite bodies of an administration found by rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from pipeline.extract.features import place_ending_at
from pipeline.resources import alternatives, words, yaml

if TYPE_CHECKING:
    from pipeline.extract.people import Proposal
    from pipeline.extract.tagger import Marked
    from pipeline.segment import Reading


class Patterns(NamedTuple):
    """What ``rules/names.yaml`` says of organisations, compiled."""

    generic: re.Pattern[str]
    other: re.Pattern[str]  # generic in form, another's name in use
    department: re.Pattern[str]
    named: re.Pattern[str]  # 德宏日报
    end: re.Pattern[str]
    firm: re.Pattern[str]  # ends with a trade: 绿迅保洁
    listed_firm: re.Pattern[str]  # 恒捷精密、宏光电子、…
    definite: re.Pattern[str]
    lead: re.Pattern[str]
    local: re.Pattern[str]  # what is called after the place before it: 供销社, 教学点
    not_branches: frozenset[str]


_NO_STEM = (
    r"[的了我本这该各每为把和与及由向到在去个两三几一全请参有某是也咱]|通过|开展|组织|走进|来自|荣获|加强|聘请|附近|当地|基层|多家|所有|其他"
    r"|刊登|登载"
)
_NO_PART = r"[的了和与及由向被经对请给在等我各是也咱]"


@cache
def patterns() -> Patterns:
    """The patterns, once a process."""
    spec = yaml("rules/names.yaml")
    bodies = spec["definite_bodies"]
    departments = alternatives(spec["departments"].split("|"))
    named = alternatives(spec["named_ends"].split("|"))
    leads = alternatives(spec["org_leads"].split("|"))
    trades = alternatives(words("lexicons/trades.txt"))
    return Patterns(
        generic=re.compile("(?:" + "|".join(spec["generic_orgs"]) + ")"),
        other=re.compile(spec["other_bodies"]),
        department=re.compile(rf"(?:{departments})"),
        named=re.compile(
            rf"(?:(?<=[，。、；：“（(的由在给到向请和与同经被对从是\s])|^)(?P<unit>(?!{_NO_STEM})(?:(?!{_NO_PART})[\u4e00-\u9fff]){{2,6}}?(?:{named}))"
            r"(?![\u4e00-\u9fff]?(?:工会|分|支)行?|制|化)",
            re.MULTILINE,
        ),
        end=re.compile(rf"(?:{spec['org_end']}|{departments})$"),
        firm=re.compile(rf"(?:{trades})$"),
        listed_firm=re.compile(
            rf"(?<=[，。、：；])[\u4e00-\u9fff]{{2}}(?:{trades})(?=、[\u4e00-\u9fff]{{2,4}}(?:{trades})|[一二三四五六]家|一名|老板)"
        ),
        definite=re.compile(
            rf"(?:自治区|[省市县区州旗])(?:{bodies})|(?:(?<![\u4e00-\u9fff])|(?<=[由按到向在给经和与请]))[乡镇](?:总工会|教育工会|教育办|民政所|政府|卫生院|广播站|妇联|人大)"
            r"|团[省市县区州]委(?![员书])|[省市县区旗]总(?=[“下拨给法派来要把送，。、的])|(?<=[在由经受向])[镇乡]党委"
            r"|(?<=[，、。的由到和与加])(?:教研室|教师进修学校|教育局|教育工会|政协|人大|妇联)(?=[、，。的和与组主举])"
            r"|(?P<branch>[\u4e00-\u9fff]{2})分工会(?=[，。、现会委的成在是工]|$)"
        ),
        lead=re.compile(rf"(?:{leads})"),
        local=re.compile(rf"(?:{spec['local_bodies']})(?:工会)?"),
        not_branches=frozenset(spec["not_branches"].split("|")),
    )


def is_generic(name: str) -> bool:
    """Whether a name is only a way to say "we" or "they" (我校工会, 上级工会)."""
    return patterns().generic.fullmatch(name) is not None


def mended(reading: Reading, m: Marked) -> Marked | None:
    """A marked organisation from its first to its last character, or None where it is no name of one."""
    if m.confidence < _FAINT:
        return None
    if two := _TWO.match(reading.clean, m.start, m.end):
        m = m._replace(end=two.end())
    m = _left_completed(reading.clean, _edges_mended(reading, m))
    name = reading.clean[m.start : m.end]
    if m.confidence >= _LIKELY and patterns().other.fullmatch(name):
        return m
    if name.endswith("中心") and reading.clean.startswith("工作", m.end):
        return None  # 围绕中心工作
    firm = m.confidence >= _SURE and len(name) >= 4 and patterns().firm.search(name)  # 迈塔精密电子
    if len(name) < 2 or not (firm or patterns().end.search(name)) or is_generic(name) or _AND_OURS.search(name):
        return None
    if term := _OF_A_TERM.match(reading.clean, m.end):
        return m._replace(end=term.end())
    return m._replace(end=_with_department(reading.clean, m.start, m.end))


_DASHES = re.compile(r"[-—－]+")  # ---太平煤矿工会
_AND_OURS = re.compile("[和与及](?:学校|公司)?工会$")  # 德育处和工会
_SHORT = re.compile(r"(?:总|分)?(?:局|段|院|厂|矿|公司|集团|集团公司|行|中心|所|站|校|园)(?:工会|党委|党支部)?")
_SIGNATURE = 60  # characters at the end of a document in which it is signed


def called_after(text: str, m: Marked) -> int | None:
    """Where the name of a body ends whose place alone is marked (清水沟镇|供销社), or None."""
    body = patterns().local.match(text, m.end)
    return body.end() if body else None


def of_others(reading: Reading, found: list[Marked]) -> list[Marked]:
    """The marks without the short forms by which the unit that speaks calls itself (局工会 in what a 国土资源局工会 reports)."""
    text, head = reading.clean, reading.body.start
    edges = [m for m in found if m.label == "ORG" and (m.start < head or m.start >= len(text) - _SIGNATURE)]
    own = [text[m.start : m.end] for m in edges]

    def is_own(m: Marked) -> bool:
        name = text[m.start : m.end]
        if m.label != "ORG" or m.start < head or not _SHORT.fullmatch(name):
            return False
        return name in text[:head] or any(unit.endswith(name) and unit != name for unit in own)

    return [m for m in found if not is_own(m)]


_TWO = re.compile(  # one body, and what is told of it or another one behind
    r"[\u4e00-\u9fff]{2,24}?(?:工会|协会|协管会|委员会|医院|公司|大队|[局院厂厅]|学校|小学|中学|幼儿园|纺织)"
    r"(?=(?:会同|同|被|成立|协调)[\u4e00-\u9fff]{3}|下岗|职工|教官|经验材料|[一二三四五六]楼|车队$|新厂$|协商)"
)
_OF_A_TERM = re.compile(r"(?<=工会)第[一二三四五六七八九十]{1,3}届(?:经费审查|女职工)?委员会")
_FAINT = 0.4  # below it a mark is more often none
_SURE = 0.8  # from here on a name may end with a trade alone
_LIKELY = 0.6  # from here on the model is believed that 局工会 is not the unit itself
_HAS_DEPARTMENTS = re.compile(r"(?:总工会|工会|妇联|政协|人大|法院|教育局|公司|新材料)$")


def _with_department(text: str, start: int, end: int) -> int:
    """Where a body's name ends when the department behind it belongs to it (市总工会|权益保障部)."""
    if not _HAS_DEPARTMENTS.search(text, start, end):
        return end
    department = patterns().department.match(text, end)
    return department.end() if department else end


_FUNCTION = set("年月日的了在和与及由向受被经到对请是从为于给报按据照过入让邀望议将把等任以有各我本该这那全是个")
_LEVEL = "省市县区镇乡局集州旗"
_WHERE = ("在", "到", "向", "对", "由", "给", "去", "赴")


def _edges_mended(reading: Reading, m: Marked) -> Marked:
    """Without the verb or preposition in front (登在局工会), with the union it is followed by (中心小学|工会)."""
    from pipeline.extract.phrases import _STOP_WORDS

    text, start, end = reading.clean, m.start, m.end
    if hung := _DASHES.match(text, start, end - 2):
        start = hung.end()
    i = reading.token_at(start)
    if reading.tokens[i].text == "如" and text[start + 1] not in "东皋一家意":
        start, i = start + 1, i + 1  # 各校如城南小学
    cut = reading.tokens[i]
    if cut.start < start and cut.tag[:1] in "vil" and cut.end < end - 1 and text[start] not in _LEVEL:
        start = cut.end  # 贯彻执|行县教育局
    for token in reading.tokens[i + 1 :]:
        if token.end >= end - 1:
            break
        if token.text in _WHERE and text[token.end] in _LEVEL:
            start = token.end  # 体育运动在|乡中心校
    i = reading.token_at(start)
    while i < len(reading.tokens):
        token = reading.tokens[i]
        if token.start < start or token.end >= end - 1:
            break
        if (
            token.tag[:1] in ("p", "c", "d", "r", "u")
            or token.text in _STOP_WORDS
            or patterns().lead.fullmatch(token.text)
            or (token.tag == "a" and len(token.text) == 1 and (token.text == "好" or m.confidence < _SURE))
            or (token.tag in _NO_BEGINNING and is_generic(text[token.end : end]))
            or (token.tag == "v" and len(token.text) <= 2 and text[token.end] in _LEVEL)
        ):
            start = token.end
            i += 1
        else:
            break
    if (
        text.startswith("工会", end)
        and re.search(r"(?:学|校|园|司|厂|矿|院|局|行|团|段|站|社区|中心|街道|部|镇|乡|村|中小)$", text[start:end])
        and end - start >= 4
        and not is_generic(text[start:end])
    ):
        end += 2
    return m._replace(start=start, end=end)


def _left_completed(text: str, m: Marked) -> Marked:
    """An organisation cut at its 市 or 镇 (市镇中心小学) takes back the place that the document repeats (横市镇…)."""
    if text[m.start] not in "市县区镇乡村州" or text[m.start : m.start + 2] in ("县城", "区域", "市区", "乡村"):
        return m
    start, head = m.start, text[m.start : m.start + 2]
    for size in (1, 2, 3):
        at = m.start - size
        if at < 0 or not "\u4e00" <= text[at] <= "\u9fff" or text[at] in _FUNCTION:
            break
        if text.count(text[at : m.start] + head) >= 2:
            start = at
    if start == m.start and (heads := _HEADS.search(text, max(0, start - 4), start)) and not _FUNCTION & set(heads["place"]):
        start = heads.start("place")
    return m._replace(start=start)


_HEADS = re.compile(r"(?:^|[\n—（(]) *(?P<place>(?:(?![请邀报尊敬并又还代表做好关送抄呈])[\u4e00-\u9fff]){2,3})$")


_NO_BEGINNING = ("v", "m")  # 增强|工会, 两个|分工会: a word before a name that is none
_VERBAL = ("v", "p", "c", "d")  # jieba's tags of what no name ends with: verbs, prepositions, conjunctions, adverbs
_NOT_BEFORE = "在由向受被经到和与及、的获对请是从为给报按据照过入了让邀望议"


def definite(reading: Reading) -> Iterator[Proposal]:
    """Bodies of an administration, with the place before them where the gazetteer knows it (宁乡县教育局, 县教育局)."""
    text = reading.clean
    for m in patterns().definite.finditer(text):
        if m["branch"]:
            token = reading.tokens[reading.token_at(m.start())]
            if m["branch"] not in patterns().not_branches and (token.start, token.text) == (m.start(), m["branch"]):
                yield (*m.span(), "ORG", 1.0)
            continue
        if m[0].startswith("团"):
            yield (*m.span(), "ORG", 1.0)
            continue
        if text[m.start() - 1 : m.start()] == "团" and m[0].endswith("委"):
            continue  # 团市委
        if text[m.start()] not in "自省市县区州旗":
            yield (*m.span(), "ORG", 1.0)
            continue
        start = place_ending_at(text, m.start() + (3 if text.startswith("自治区", m.start()) else 1))
        if start is None:
            start = m.start()
            before = reading.tokens[reading.token_at(start - 1)] if start else None
            verb = before is not None and before.end == start and before.tag[:1] in _VERBAL
            if before and "\u4e00" <= text[start - 1] <= "\u9fff" and text[start - 1] not in _NOT_BEFORE and not verb:
                continue
        yield (start, _with_department(text, start, m.end()), "ORG", 1.0)
    yield from ((*m.span(), "ORG", 0.6) for m in patterns().listed_firm.finditer(text))
    begins = {t.start for t in reading.tokens}
    for m in patterns().named.finditer(text):
        if m.start("unit") in begins and not is_generic(m["unit"]):
            yield (*m.span("unit"), "ORG", 0.6)
