"""The reporting unit (填报单位): the unit that speaks, as its best mention in the text says it.

The signature says it best, then a byline, then the title; otherwise the organisation that the opening and the whole text
repeat, bodies that only lead, visit or decorate left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from pipeline.extract.bodies import is_generic
from pipeline.resources import alternatives, table, words

if TYPE_CHECKING:
    from pipeline.extract.tagger import Marked
    from pipeline.segment import Reading, Span

_MASKED = re.compile(r"[xX×ｘＸ*＊﹡_＿]|某|[Oo○]{2}")
_UNIT = (head for _, heads in table("lexicons/unit_heads.tsv", 2) for head in heads.split() if len(head) > 1)
_BODY = rf"(?:{alternatives([*words('lexicons/union_bodies.txt'), *_UNIT, *'厂矿局镇乡'])})"
_NO_START = (
    r"关于|在|给|记|让|为|当选|做好|举办|召开|[春秋]季|工会知识|工会(?!联合会)|半年|年度|参加|一个|一名|一位|某|（|“|[上下]半年|[一二三四]季度|本?年度?"
    r"|上学期|下学期"
)
_NO_PART = r"[的我届在您被获]|第[一二三四五六七八九十0-9]{1,3}[次届]|[（(][^）)]*$|认真|执行|关于|开展|加强|公开与"
_NAMED = re.compile(
    rf"(?:^|[在由记]|关于[^，]{{0,6}}?|——|—|[：:】\s（]|致)(?P<unit>(?!{_NO_START})(?:(?!{_NO_PART})[\u4e00-\u9fff·（）“”\-]){{2,26}}{_BODY})"
    r"(?:(?<=工会)(?!干部|会员|工作者|委员(?!会))|(?<=[合分]会)|(?<=小组)(?!长)|(?=[0-9二一年第关工开上下本及、\s〇（(—“]|全|三|五|代|致|党|建家|建设|的|$))"
)
_BYLINE = re.compile(
    rf"[（(]?(?:撰稿|供稿|报送"
    rf"|填报)?(?:单位)?[：:]?(?P<unit>(?:(?![的我届在您被获])[\u4e00-\u9fff·]){{3,26}}{_BODY})(?=[\s（）()0-9二一:：,，]|$)"
)
_AFTER_BYLINE = re.compile(
    r"[\s）)：:，,]*(?:[\u4e00-\u9fff·]{2,4}\s*(?:[\u4e00-\u9fff]{1,3})?|(?:执笔|撰稿|作者"
    r"|主席)[：:\s]*[\u4e00-\u9fff·\s]{2,8})?[\s（(]*(?:[0-9〇○零一二三四五六七八九十年月日.\-]{4,16})?[）)\s]*"
)
_GENERIC = re.compile(
    r"(?:我|本|全|各|某)?(?:市|县|区|乡|镇|农村)?(?:小学|中学|学校|初中|高中|公司|企业|幼儿园|医院|机关|单位|教育|基层|年度|年|学期|中心|镇|乡|街道|局|厂|矿|集团|建筑公司|国有企业|集团公司|煤矿|校)?"
    r"(?:教育|基层|女职工委员会)?(?:工会|工会委员会|工会小组|分会|分工会|委员会|小学|中学|学校|公司|医院)?"
)
_LED = re.compile(
    r"(?:(?!在|，)[^。；]){0,24}?(?:领导|指导|关怀|支持|帮助)(?:下|和|与|、|，)"
)  # who speaks stands before 在…领导下


def reporting_unit(reading: Reading, orgs: list[Marked], signed: Span | None) -> tuple[int, int] | None:
    """Clean span of the unit's best mention, or None where only 我校 or xx小学 speaks."""
    text = reading.clean
    orgs = [_before_its_term(text, m) for m in orgs if not _NO_UNIT.search(text, m.start, m.end)]
    titled, by_hand = unit_in_title(reading), _signed(text, signed)
    if titled and by_hand:
        heads, signs = text[titled[0] : titled[1]], text[by_hand[0] : by_hand[1]]
        if heads.endswith(signs) or signs.removesuffix("委员会") == heads.removesuffix("委员会"):
            return titled  # 镇总工会 signs what 柳林堡镇总工会 heads
    for span in (by_hand, titled, _in_byline(reading)):
        if span:
            return _in_full(text, _best_form(text, span, orgs), orgs)
    return _repeated(reading, orgs)


def _before_its_term(text: str, m: Marked) -> Marked:
    """The union whose committee of a term is named (县党校工会|第六届委员会)."""
    term = _TERM.search(text, m.start, m.end)
    return m._replace(end=term.start()) if term else m


_TERM = re.compile(r"(?<=会)第[一二三四五六七八九十0-9]+[次届]")
_NO_UNIT = re.compile(r"(?<!会)第[一二三四五六七八九十0-9]+[次届]|[春秋]季|^(?:召开|举办|参加|举行|成立|组建|加强|开展)")


@cache
def _of_many() -> re.Pattern[str]:
    """Names that many units bear: a level, a branch of work, a kind of body and no name of its own (电信公司工会, 县总工会)."""
    branch = alternatives(words("lexicons/sectors.txt"))
    return re.compile(
        rf"(?:[省市县区州旗乡镇]|街道|社区|农村)?(?:{branch}|大型|中型|小型|基层|机关|直属)*"
        r"(?:系统|行业|分?公司|集团公司|集团|企业|分?局|[分支市总]?行|[总分]?厂|矿|医院|卫生院|学院|大学|中学|小学|学校|幼儿园|所|中心|部门|机关|单位|项目部?)*"
        r"(?:(?:总|分|联合)?工会(?:委员会|联合会|小组)?|退管分会|分会|女工委员会)?"
    )


def _said_of_many(reading: Reading, span: tuple[int, int]) -> bool:
    """Whether a unit in a title has no name of its own and the body does not speak of it by that name either."""
    name = reading.clean[span[0] : span[1]]
    return bool(_of_many().fullmatch(name)) and (
        reading.clean.find(name, reading.body.start) < 0 or _MASKED_YEAR.search(reading.clean) is not None
    )


_MASKED_YEAR = re.compile(r"20[xX×*_]{2}|[xX×*_]{2,4}年")


def _proper(name: str) -> bool:
    return len(name) >= 4 and not _MASKED.search(name) and not _GENERIC.fullmatch(name) and not is_generic(name)


def _signed(text: str, signed: Span | None) -> tuple[int, int] | None:
    if signed is None:
        return None
    match = _BYLINE.match(text, signed.start, signed.end)
    if match and _proper(match["unit"]):
        end = signed.end if re.fullmatch(r"[\u4e00-\u9fff]{0,8}", text[match.end("unit") : signed.end]) else match.end("unit")
        return (match.start("unit"), end - len(office[0]) if (office := _OFFICE.search(text, match.start("unit"), end)) else end)
    return None


_OFFICE = re.compile(r"(?<=会)办公室$")


def _in_byline(reading: Reading) -> tuple[int, int] | None:
    """A short line right under (or above) the title that names a unit."""
    text = reading.clean
    lines = [ln for ln in reading.lines if ln.start >= reading.text_start][: len(reading.title_lines) + 2]
    for line in lines:
        piece = text[line.start : line.end]
        if line in reading.title_lines or len(piece) > 40 or piece[-1] in "。；，：:" or number_like(piece):
            continue
        match = _BYLINE.match(text, line.start, line.end)
        if match and _proper(match["unit"]) and _AFTER_BYLINE.fullmatch(text, match.end(), line.end):
            return match.span("unit")
    return None


def number_like(piece: str) -> bool:
    """Whether a line begins with a section number."""
    return bool(re.match(r"[（(]?[一二三四五六七八九十0-9①-⑳]{1,9}[、.．）)]", piece))


def unit_in_title(reading: Reading) -> tuple[int, int] | None:
    """The unit that the title names: 清河县第三小学工会2012年工作总结, ——在白杨沟煤矿工会第六次会员代表大会上的报告."""
    lines = [(line.start, line.end) for line in reversed(reading.title_lines)]
    if reading.part.boundary_title:
        lines.append((0, reading.text_start))
    for start, end in lines:
        match = _NAMED.search(reading.clean, start, end)
        if match and _AT_ANOTHERS.match(reading.clean, match.end(), end):
            continue
        if match and _proper(match["unit"]) and not re.match(r"给", match["unit"]):
            span = match.span("unit")
            return None if _said_of_many(reading, span) else span  # 电信公司工会工作总结 heads the texts of all of them
    return None


_AT_ANOTHERS = re.compile(
    r".{0,24}(?:交流|座谈|表彰|推进|现场|培训|学习班|经验|研讨|汇报|总结|启动|动员).{0,6}会?上的(?:发言|讲话|交流|汇报)"
)


def _best_form(text: str, span: tuple[int, int], orgs: list[Marked]) -> tuple[int, int]:
    """The union's name in full rather than the bare school; without 公司 before it."""
    name = re.sub(r"\s", "", text[span[0] : span[1]])
    if name.startswith("公司") and _proper(name.removeprefix("公司")):
        return (span[0] + text[span[0] : span[1]].index("司") + 1, span[1])
    if re.search(r"工会|委员会|分会|小组", name):
        return span
    fuller = [(m.start, m.end) for m in orgs if (n := text[m.start : m.end]).startswith(name) and n.endswith("工会")]
    return fuller[0] if fuller else span


def _in_full(text: str, span: tuple[int, int], orgs: list[Marked]) -> tuple[int, int]:
    """The name with its place or firm (鹤鸣隧道项目部工会) where the title only says 项目部工会."""
    name = re.sub(r"\s", "", text[span[0] : span[1]])
    if re.search(r"[县市区州旗]工会$", name) and (at := text.find(name[:-2] + "总工会")) >= 0:
        return (at, at + len(name) + 1)  # 龙溪县工会第九次代表大会 is the congress of 龙溪县总工会
    if name.endswith("工会委员会") and (short := re.search(rf"{name[:-3]}(?!委员会)", text[: span[0]])):
        return next(((m.start, m.end) for m in orgs if m.start < short.start() and m.end == short.end()), short.span())
    if name.endswith("工会") and (at := text.find(name + "联合会")) >= 0:
        return (at, at + len(name) + 3)
    if name[-1] not in "会组" and (at := text.find(name + "工会")) >= 0:
        return (at, at + len(name) + 2)
    longer = [m for m in orgs if len(n := text[m.start : m.end]) > len(name) and n.endswith(name) and "和" not in n]
    return (longer[0].start, longer[0].end) if longer else span


def _repeated(reading: Reading, orgs: list[Marked]) -> tuple[int, int] | None:
    """The organisation that speaks, by where and how often it is named and by what stands around it."""
    text = reading.clean
    candidates = [
        m
        for m in orgs
        if _proper(n := text[m.start : m.end])
        and re.search(_BODY, n)
        and not _of_many().fullmatch(n)
        and not _MASKED.search(text, max(0, m.start - 1), m.start)
    ]
    if not candidates:
        return None
    times = Counter(text[m.start : m.end] for m in candidates)

    def weight(m: Marked) -> float:
        name = text[m.start : m.end]
        return min(times[name], 4) + min(len(name), 12) / 12 + sum(_signs_of_a_speaker(reading, m))

    best = max(candidates, key=lambda m: (weight(m), -m.start))
    return (best.start, best.end) if weight(best) >= _SPEAKS else None


_SPEAKS = 3.0
_OBJECT = re.compile(r"(?:受|向|由|经|被|获|参加|请|到|赴|与|和|、|邀|报|跟|找)$")
_I_AM_OF = re.compile(r"我(?:叫|是)[^。；]{0,24}$")
_ABOVE = re.compile(r"(?:[县市区省乡镇]|街道)?(?:教育局|总工会|教育工会|教育厅|妇联|政府|党委|委)")


def _signs_of_a_speaker(reading: Reading, m: Marked) -> Iterator[float]:
    """What speaks for and against an organisation as the one whose text this is."""
    text, body = reading.clean, reading.body.start
    union = text.endswith(_UNIONS, m.start, m.end)
    yield 5 if m.start < body else 2.5 if m.start < body + 120 else 0
    yield 1.5 if union else 0
    yield 2.5 if _I_AM_OF.search(text, max(body, m.start - 30), m.start) else 0
    yield 1.5 if text.startswith("在", m.end) and text[m.start - 1 : m.start] in _BEGINNING else 0
    yield (
        3
        if union and text.startswith("\n", m.end) and text[text.rfind("\n", 0, m.start) + 1 : m.start].strip("—　 ") == ""
        else 0
    )
    around = _OBJECT.search(text, max(0, m.start - 2), m.start) or _LED.match(text, m.end, min(m.end + 32, len(text)))
    yield -4 if around else 0
    addressed = text[m.end : m.end + 1] in ("：", ":") and text[m.start - 1 : m.start] in ("", "\n")
    yield -4 if addressed else 0
    yield -3 if _ABOVE.match(text, m.start, m.end) else 0


_UNIONS = ("工会", "工会委员会", "分会", "工会小组", "联合会")
_BEGINNING = ("", "\n", "，", "。", "：", "　", " ")
