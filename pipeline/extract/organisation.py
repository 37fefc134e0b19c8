"""The organisations that may be the reporting unit (填报单位): every one that a text names, and where it does.

A title, a signature and a byline are read for a unit by their form, the rest is what the names' model has marked.
``speaker`` judges which of them the text speaks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.extract.bodies import is_generic
from pipeline.resources import alternatives, table, words

if TYPE_CHECKING:
    from pipeline.segment import Reading, Span

MASKED = re.compile(r"[xX×ｘＸ*＊﹡_＿]|某|[Oo○]{2}")
_UNIT = (head for _, heads in table("lexicons/unit_heads.tsv", 2) for head in heads.split() if len(head) > 1)
_BODY = rf"(?:{alternatives([*words('lexicons/union_bodies.txt'), *_UNIT, *'厂矿局镇乡'])})"
_NO_START = (
    r"好[省市县区乡镇]|关于|在|给|记|让|为|当选|做好|举办|召开|[春秋]季|评选|评比|表彰|命名|推荐|通报|工会知识|工会(?!联合会)|半年|年度|参加|一个|一名|一位|某|（|“|[上下]半年|[一二三四]季度|本?年度?"
    r"|上学期|下学期"
)
_NO_PART = r"[的我届在您被获]|第[一二三四五六七八九十0-9]{1,3}[次届]|[（(][^）)]*$|认真|并[报转抄]|执行|关于|开展|加强|公开与"
_NAMED = re.compile(
    rf"(?:^|[在由记]|关于[^，]{{0,6}}?|——|—|[：:】\s（]|致)(?<!召)(?P<unit>(?!{_NO_START})(?:(?!{_NO_PART})[\u4e00-\u9fff·（）“”\-]){{2,26}}(?<!”){_BODY})"
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
    r"(?:我|本|全|各|某)?(?:市|县|区|乡镇|乡|镇|农村|街道|社区)?(?:小学|中学|学校|初中|高中|公司|企业|幼儿园|医院|机关|单位|教师|教职工|职工|教育|基层|年度|年|学期|中心|镇|乡|街道|局|厂|矿|集团|建筑公司|国有企业|集团公司|煤矿|校)?"
    r"(?:教育|基层|女职工委员会)?(?:工会|工会委员会|工会小组|分会|分工会|委员会|小学|中学|学校|公司|医院)?"
)
_OURS_AHEAD = re.compile(r"(?:公司|大学|学校|集团|医院)(?=[\u4e00-\u9fff]{2,20}会$)")  # 公司|商务分工会
_NOT_IN_NAMES = "的了我你他您在是和与及由向把对为本各全今年月"
_TERM = re.compile(r"(?<=会)第[一二三四五六七八九十0-9]+[次届].*")
_NO_UNIT = re.compile(r"(?<!会)第[一二三四五六七八九十0-9]+[次届]|[春秋]季|^(?:召开|举办|参加|举行|成立|组建|加强|开展)")
_ITS_UNION = re.compile(r"(?:部门|基层|机关)?(?:总工会|工会联合会|工会委员会|工会小组|工会|分工会|分会)")


_OPENS = re.compile(  # 理化组工会小组现有会员13人, with which a text begins
    rf"(?P<unit>(?:(?![{_NOT_IN_NAMES}])[\u4e00-\u9fff]){{2,20}}?(?:工会小组|工会委员会|工会联合会|分?工会|分会))(?=现有|共?有会员|会员[0-9]|[在是]|，)"
)


class Mention(NamedTuple):
    """A place where a candidate is named: ``title``, ``boundary``, ``meeting`` (a title's, which
    another holds), ``signature``, ``byline``, else ``text``."""

    start: int
    end: int
    place: str


def candidates(reading: Reading, orgs: Sequence[tuple[Any, ...]], signed: Span | None) -> dict[str, list[Mention]]:
    """The mentions of every organisation that may be the reporting unit, in text order, by its name without blanks.

    ``orgs`` are the organisations marked, ``signed`` is the unit of the signature; the union of an organisation
    (中心小学|工会) and a committee's union (工会|委员会) are candidates of their own where they stand.
    """
    text, found = reading.clean, dict[str, list[Mention]]()
    for start, end, place in sorted(_mentions(reading, orgs, signed)):
        start -= start > 0 and text[start - 1] in _HIDES  # 某|矿务局 hides which one
        name = re.sub(r"\s", "", text[start:end])
        ours = _OURS_AHEAD.match(name)
        if ours and text.startswith(ours[0], start) and _proper(name[ours.end() :]):
            start, name = start + ours.end(), name[ours.end() :]
        if office := _OFFICE.search(name):
            end, name = end - len(office[0]), name[: office.start()]
        if 2 <= len(name) <= _LONGEST and not _NO_UNIT.search(name):
            found.setdefault(name, []).append(Mention(start, end, place))
    return _settled(found)


def _settled(found: dict[str, list[Mention]]) -> dict[str, list[Mention]]:
    """One name for one unit, and without who holds the meeting that another speaks at.

    The committee that signs what its union heads is that union; 县工会, whose congress it is, is 县总工会.
    """
    found = {name: mentions for name, mentions in found.items() if all(m.place != "meeting" for m in mentions)}
    heads = {name for name, mentions in found.items() if any(m.place in ("title", "boundary") for m in mentions)}
    for name in sorted(heads):
        if (general := _general(name)) != name and general in found:
            found[general] = sorted([*found[general], *found.pop(name)], key=lambda m: (m.end - m.start < len(general), m))
            continue
        committee = name + "委员会"
        if committee in found and committee not in heads:
            signs = [m._replace(end=m.end - len("委员会")) for m in found.pop(committee)]
            found[name] = sorted({*found[name], *signs})
    return found


_LONGEST = 40
_HIDES = "某×"


def _mentions(reading: Reading, orgs: Sequence[tuple[Any, ...]], signed: Span | None) -> Iterator[tuple[int, int, str]]:
    text = reading.clean
    for start, end, *_ in orgs:
        term = _TERM.search(text, start, end)  # the union whose committee of a term is named (县党校工会|第六届委员会)
        end = term.start() if term else end
        yield start, end, "text"
        if not text.endswith(("会", "小组"), start, end) and (union := _ITS_UNION.match(text, end)):
            yield start, union.end(), "text"
        if text.endswith("工会委员会", start, end):
            yield start, end - len("委员会"), "text"
    if by_hand := _signed(text, signed):
        yield *by_hand, "signature"
    if byline := _in_byline(reading):
        yield *byline, "byline"
    below = (line for line in reading.lines if line.start >= reading.body.start)
    if (first := next(below, None)) and (opens := _OPENS.match(text, first.start, first.end)):
        yield *opens.span("unit"), "text"
    lines = [(start, end, "title") for start, end in reading.title_lines]
    lines += [(0, reading.text_start, "boundary")] if reading.part.boundary_title else []
    for start, end, place in lines:
        for match in _NAMED.finditer(text, start, end):
            yield *match.span("unit"), "meeting" if _AT_ANOTHERS.match(text, match.end(), end) else place
            if (general := _general(match["unit"])) != match["unit"] and (at := text.find(general)) >= 0:
                yield at, at + len(general), "text"


def _general(name: str) -> str:
    return re.sub("(?<=[县市区州旗])工会$", "总工会", name)


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
        reading.clean.find(name, reading.body.start) < 0 or MASKED_YEAR.search(reading.clean) is not None
    )


MASKED_YEAR = re.compile(r"20[xX×*_]{2}|[xX×*_]{2,4}年")


def manner(name: str) -> str:
    """How a name names: ``ours`` (我校工会), ``many`` (one that many units bear), ``masked`` (hidden), else ``own``."""
    if MASKED.search(name):
        return "masked"
    if _GENERIC.fullmatch(name) or is_generic(name):
        return "ours"
    return "many" if _of_many().fullmatch(name) else "own"


def _proper(name: str) -> bool:
    return len(name) >= 4 and manner(name) in ("many", "own")


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
        match = _BYLINE.match(text, line.start, line.end - len("文件") * piece.endswith("会文件"))  # a letterhead
        if match and _proper(match["unit"]) and _AFTER_BYLINE.fullmatch(text, match.end(), match.endpos):
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
