"""Names (名称): persons with role and standing, organisations, places.

The spans are the names model's, mended by what the language itself settles: a surname with a title, a list of names that
goes on, a generic self-reference that is no name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.extract.linear import load, pairs
from pipeline.records import Standing
from pipeline.resources import read_text, yaml
from pipeline.segment.reading import beginning
from pipeline.segment.title import surnames

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.extract.tagger import Marked
    from pipeline.segment import Reading, Span


_SHORT = re.compile(
    r"[\u4e00-\u9fff]{1,2}(?:老师|主席|校长|书记|师傅|主任|局长|院长|经理|厂长|矿长|医生|大姐|阿姨|大爷|奶奶|阿婆|队长"
    r"|站长|镇长|乡长|护士长|教授|工)"
)


class Person(NamedTuple):
    """A person at ``[start, end)`` of the clean text."""

    start: int
    end: int
    role: str | None
    standing: Standing | None
    confidence: float


class Rules(NamedTuple):
    """``rules/names.yaml``, compiled."""

    title_after: re.Pattern[str]
    title_before: re.Pattern[str]
    standing: list[tuple[re.Pattern[str], re.Pattern[str], Standing]]
    generic_orgs: re.Pattern[str]
    not_persons: re.Pattern[str]


@cache
def rules() -> Rules:
    """The compiled rules, once a process."""
    spec = yaml("rules/names.yaml")
    titles = "|".join(sorted(read_text("lexicons/titles.txt").split(), key=len, reverse=True))
    prefix = (
        r"(?:(?:工会|党支部|党总支|党委|女工|支部|学校|校|分工会|教导|政教|总务|年级|教研|备课|行政"
        r"|项目|原|老|前|时任|退休|青年|优秀|困难|特困|女|男|小学|中学|高级|一级|二级)){0,2}"
    )
    return Rules(
        title_after=re.compile(
            rf"(?:等?(?:[0-9一二三四五六七八九十两俩几]+[位名个]?)?(?:青年|优秀|骨干|退休|老|新|女"
            rf"|困难)?)(?P<role>{prefix}(?:{titles}))|[（(](?P<paren>{prefix}(?:{titles}))[）)]"
        ),
        title_before=re.compile(rf"(?P<role>{prefix}(?:{titles}))[：: 　]*$"),
        standing=[(re.compile(r.get("sentence", "")), re.compile(r.get("role", "")), r["standing"]) for r in spec["standing"]],
        generic_orgs=re.compile("(?:" + "|".join(spec["generic_orgs"]) + ")"),
        not_persons=re.compile("|".join(spec["not_persons"])),
    )


def completed(reading: Reading, marked: list[Marked]) -> list[Marked]:
    """What the sequence model marked, mended by the document itself.

    A name that stands once in full is the same name elsewhere; a list of names goes on between its marks; a definite body
    (县教育局, 市总工会) is an organisation wherever it stands; the title names its unit.
    """
    text = reading.clean
    found = [
        _left_completed(text, _edges_mended(reading, m)) if m.label == "ORG" else m
        for m in (_trimmed(text, m) for m in marked)
        if m.label != "PER" or _plausible(reading, m)
    ]
    found = [m for m in found if m.label != "ORG" or (m.end - m.start >= 2 and _ORG_END.search(text[m.start : m.end]))]
    found = [m for m in found if m.label != "ORG" or not rules().generic_orgs.fullmatch(text[m.start : m.end])]
    found = _added(found, ((a, b, "ORG", 1.0) for a, b in _definite_bodies(reading)))
    title = _in_title(reading)
    if title:
        found = _added([m for m in found if m.label != "ORG" or m.end <= title[0] or m.start >= title[1]], [(*title, "ORG", 1.0)])
    found = _added(found, ((m.start("name"), m.end("name"), "PER", 0.9) for m in _before_role().finditer(text)))
    found = _added(found, ((m.start("name"), m.end("name"), "PER", 0.9) for m in _surname_title().finditer(text)))
    found = _added(found, _listed(text, found))
    found = _added(found, _repeated(text, found))
    return _added(found, ((a, b, "PLC", 0.7) for a, b in _known_places(reading)))


def _added(found: list[Marked], more: Iterable[tuple[int, int, str, float]]) -> list[Marked]:
    """Marks with ``more`` put in where nothing of them is marked yet; a longer organisation takes a shorter one's place."""
    from pipeline.extract.tagger import Marked

    holder = {k: m for m in found for k in range(m.start, m.end)}
    for start, end, label, sure in more:
        hit = {holder[k] for k in range(start, end) if k in holder}
        if hit and not (label == "ORG" and all(m.label in (label, "PLC") and start <= m.start and m.end <= end for m in hit)):
            continue
        if any((m.start, m.end) == (start, end) for m in hit):
            continue
        mark = Marked(start, end, label, sure)
        holder.update((k, mark) for k in range(start, end))
    return sorted(set(holder.values()))


def _trimmed(text: str, m: Marked) -> Marked:
    """A person without the function word that clings to the name (如张柏松, 张国玲俩)."""
    if m.label == "PER" and m.end - m.start >= 3:
        if text[m.start] in "如由请向对与和让以为是给被使" and text[m.start + 1] in surnames():
            return m._replace(start=m.start + 1)
        if text[m.end - 1] in "俩等两二三和与及在为":
            return m._replace(end=m.end - 1)
    return m


@cache
def _surname_title() -> re.Pattern[str]:
    """A surname with a title where no fuller name stands: 何老师, 王师傅, 丁主席."""
    one = "".join(sorted(s for s in surnames() if len(s) == 1 and s not in _RARELY_A_SURNAME))
    return re.compile(
        rf"(?:^|(?<=[，。；、：“！？\s（和请向给为由被让与到对把像]))(?P<name>[{one}](?:老师|师傅|主席|校长|书记|主任|局长|院长|经理|厂长|矿长|所长|大姐|阿姨|大爷|教授|会计|园长|队长|站长|护士长|科长|处长))(?!们|会|团|工作)",
        re.MULTILINE,
    )


@cache
def _before_role() -> re.Pattern[str]:
    """A name between a colon or list mark and its bracketed role: 第三小组：张璎（组长）."""
    one = "".join(sorted(s for s in surnames() if len(s) == 1))
    titles = "|".join(sorted(read_text("lexicons/titles.txt").split(), key=len, reverse=True))
    return re.compile(rf"[：:、，\s](?P<name>[{one}][\u4e00-\u9fff]{{1,2}})[（(](?:{titles})[）)]")


# titles that stand before any noun: 提升教师幸福感 names nobody
_ANYBODY = frozenset(
    [
        "教师",
        "职工",
        "员工",
        "会员",
        "学生",
        "干部",
        "教工",
        "女职工",
        "工人",
        "委员",
        "代表",
        "青年教师",
        "退休教师",
        "孩子",
        "党员",
        "农民工",
        "村民",
        "选手",
    ]
)
# surnames that are far more often something else
_RARELY_A_SURNAME = frozenset(
    [
        "多",
        "有",
        "种",
        "还",
        "撒",
        "都",
        "要",
        "应",
        "由",
        "从",
        "全",
        "过",
        "都",
        "把",
        "才",
        "但",
        "完",
        "改",
        "冷",
        "祝",
        "幸",
        "智",
        "高",
        "文",
        "明",
        "和",
        "于",
        "时",
        "常",
        "任",
        "成",
        "经",
        "向",
        "查",
        "解",
        "管",
        "及",
        "等",
        "老",
        "能",
        "可",
        "开",
        "安",
        "平",
        "温",
        "充",
        "满",
        "通",
        "达",
        "信",
        "利",
        "进",
        "阳",
        "光",
        "师",
        "养",
        "习",
        "修",
        "续",
        "折",
        "爱",
        "乐",
        "喜",
        "富",
        "强",
        "新",
        "英",
        "花",
        "家",
        "车",
        "路",
        "水",
        "火",
        "木",
        "石",
        "山",
        "海",
        "云",
        "雷",
        "方",
        "单",
        "双",
        "白",
        "黄",
        "红",
        "青",
        "东",
        "南",
        "西",
        "北",
        "门",
        "空",
        "关",
        "终",
        "后",
        "前",
        "来",
        "去",
        "初",
        "广",
    ]
)
_NOUN_END = re.compile(r"[\u4e00-\u9fff]{2}[感性化度率于型式者品费款物节力员]")
_FUNCTION = set("的了在和与及由向受被经到对请是从为于给报按据照过入让邀望议将把等任以有各我本该这那全是个")


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
    return m._replace(start=start)


_NO_BRANCH = frozenset(
    [
        "我们",
        "他们",
        "基层",
        "各个",
        "下属",
        "所属",
        "参加",
        "全体",
        "部分",
        "有关",
        "所有",
        "学院",
        "二级",
        "本级",
        "优秀",
        "先进",
        "其他",
        "这个",
        "每个",
        "开展",
        "组织",
        "成立",
        "各级",
        "通过",
        "由于",
    ]
)
_ORG_END = re.compile(
    r"(?:会|局|厅|部|委|办|所|院|校|学|园|司|团|厂|矿|行|社|站|段|队|组|中心|镇|乡|府|处|店|馆|台|报|网|库|场|城|楼|超市|基地|联盟|街道|社区|公司|[一二三四五六七八九]中|中小|市总|县总|区总|省总|市局|县局|省局|完小|法院|大厦|电厂|监狱|银行|师范|农校|职校|技校|职中|党校|航空|铁路|快递|外卖|酒店|宾馆|支行|分行|总行|村|路局)$"
)


def _token_at(reading: Reading, offset: int) -> int:
    from bisect import bisect_right

    return max(bisect_right(reading.tokens, offset, key=lambda t: t.start) - 1, 0)


def _edges_mended(reading: Reading, m: Marked) -> Marked:
    """An organisation without the verb or preposition in front (登在局工会), with the union it is followed by (中心小学|工会)."""
    from pipeline.extract.phrases import _STOP_WORDS

    text, start, end = reading.clean, m.start, m.end
    i = _token_at(reading, start)
    while i < len(reading.tokens):
        token = reading.tokens[i]
        if token.start < start or token.end >= end - 1:
            break
        if (
            token.tag[:1] in ("p", "c", "d", "r", "u")
            or token.text in _STOP_WORDS
            or (token.tag == "v" and len(token.text) <= 2 and text[token.end] in "省市县区镇乡局集")
        ):
            start = token.end
            i += 1
        else:
            break
    if (
        text.startswith("工会", end)
        and re.search(r"(?:学|校|园|司|厂|矿|院|局|行|团|段|站|社区|中心|街道|部|镇|乡|村|中小)$", text[start:end])
        and _proper_unit(text[start:end])
    ):
        end += 2
    return m._replace(start=start, end=end)


def _proper_unit(name: str) -> bool:
    return len(name) >= 4 and not rules().generic_orgs.fullmatch(name)


_FIXED_TERM = re.compile(r"(?:同志)?(?:建设)?.{0,12}?(?:理论|思想|主义|重要讲话)")
_LEADERS = frozenset(["邓小平", "毛泽东", "马克思", "列宁", "习近平", "江泽民", "胡锦涛", "恩格斯", "斯大林"])


def _plausible(reading: Reading, m: Marked) -> bool:
    """Whether a marked person can be one: no plain word, no cut through a word, four characters only for a reason."""
    text = reading.clean
    name = re.sub(r"\s", "", text[m.start : m.end])
    if "·" in name:
        return True
    titled = rules().title_after.match(text, m.end) or rules().title_before.search(text, max(0, m.start - 8), m.start)
    named = titled is not None and titled["role"] not in _ANYBODY
    listed = text[m.end : m.end + 1] in ("、", " ") or text[max(0, m.start - 1) : m.start] in ("、", "：")
    if len(name) < 2 or len(name) > 6:
        return False
    if name in _LEADERS and _FIXED_TERM.match(text, m.end):
        return False
    first = reading.tokens[_token_at(reading, m.start)]
    if (
        len(name) == 2
        and (name in _common_words() or (first.tag == "ns" and first.text == name))
        and not named
        and (name[0] in _RARELY_A_SURNAME or m.confidence < 0.95)
    ):
        return False
    if len(name) == 3 and not (named or listed) and (m.confidence < 0.95 or name[0] in _RARELY_A_SURNAME):
        if first.start == m.start and (first.text == name or first.text in _common_words()):
            return False
        if name[1:] in _common_words() and text.count(name) == 1:
            return False
    if len(name) >= 4 and name[:2] not in surnames() and m.confidence < 0.95 and not _SHORT.fullmatch(name):
        return False
    if not (named or listed) and (_cuts_word(reading, m) or _NOUN_END.fullmatch(name)):
        return False
    return "\n" not in text[m.start : m.end] or m.confidence >= 0.8


def _cuts_word(reading: Reading, m: Marked) -> bool:
    """Whether an edge of the span lies inside a dictionary word."""
    for edge in (m.start, m.end):
        token = reading.tokens[_token_at(reading, edge)]
        if token.start < edge < token.end and token.text in _common_words():
            return True
    return False


_BODIES = re.compile(
    r"(?:自治区|[省市县区州旗])(?:总工会|教育工会|教育局|教体局|教委|教育厅|妇联|团委|卫生局|卫健委|卫健局|人社局|民政局|财政局|公安局|司法局"
    r"|文化局|文体局|交警大队|慈善总会|慈善会|红十字会|残联|科协|妇幼保健院|疾控中心|人民医院|中医院|职教中心|教师进修学校|教研室|法院|电视台|劳动局"
    r"|安监局|机关工委|体育局|计生局|税务局|供电公司)|(?<![\u4e00-\u9fff])[乡镇](?:总工会|教育工会|教育办|民政所|政府|卫生院)"
    r"|(?<=[，、。的由到和与加])(?:教研室|教师进修学校|教育局|教育工会|政协|人大|妇联)(?=[、，。的和与组主举])|(?P<branch>[\u4e00-\u9fff]{2})分工会(?=[，。、现会委的成在是工]|$)"
)


def _definite_bodies(reading: Reading) -> list[tuple[int, int]]:
    """Bodies of an administration, with the place before them where the gazetteer knows it (宁乡县教育局, 县教育局)."""
    from pipeline.extract.features import place_ending_at

    text, found = reading.clean, []
    for m in _BODIES.finditer(text):
        if m["branch"]:
            if m["branch"] not in _NO_BRANCH and (m.start(), m["branch"]) == (
                (t := reading.tokens[_token_at(reading, m.start())]).start,
                t.text,
            ):
                found.append(m.span())
            continue
        if text[m.start()] not in "自省市县区州旗":
            found.append(m.span())
            continue
        level = 3 if text.startswith("自治区", m.start()) else 1
        start = place_ending_at(text, m.start() + level)
        if start is None:
            start = m.start()
            if (
                start
                and "\u4e00" <= text[start - 1] <= "\u9fff"
                and text[start - 1] not in "在由向受被经到和与及、的获对请是从为给报按据照过入了让邀望议于"
            ):
                continue
        found.append((start, m.end()))
    return found


def _in_title(reading: Reading) -> tuple[int, int] | None:
    from pipeline.extract.organisation import unit_in_title

    return unit_in_title(reading)


_OUTING = re.compile(
    r"(?:[去到赴往游抵登访]|前往|游览|参观|考察|奔赴)(?:了)?(?P<place>[\u4e00-\u9fff]{2,8}?(?:山|湖|岛|海|江|河|沟|谷|寺|塔|古镇|古城|公园|景区|风景区|森林公园|植物园|动物园|纪念馆|纪念碑|博物馆|烈士陵园|陵园|故居|旧址|度假村|水库|草原|沙漠|温泉|瀑布|大峡谷|湿地))"
    r"(?=[，。、；！）\s一踏游参观春秋赏采登爬旅徒拓开举缅祭学])"
)
_NOT_A_PLACE = frozenset(
    [
        "中国",
        "中华",
        "东方",
        "西方",
        "华夏",
        "神州",
        "亚洲",
        "全国",
        "国家",
        "祖国",
        "北京时间",
        "长征",
        "延安精神",
        "井冈山精神",
        "红旗渠",
    ]
)


_PART_OF_A_NAME = re.compile(r"[\u4e00-\u9fff]?(?:杯|精神|时间|菜|话|籍|人民|大学|银行|路|街道)")


def _known_places(reading: Reading) -> list[tuple[int, int]]:
    """Places that the gazetteer or jieba's dictionary knows, and the goal of an outing by its ending (去龙首山)."""
    from pipeline.extract.features import is_place

    text = reading.clean
    found = [m.span("place") for m in _OUTING.finditer(text)]
    for token in reading.tokens:
        known = token.tag == "ns" and len(token.text) >= 2 and token.text not in _NOT_A_PLACE and is_place(token.text)
        if known and not _PART_OF_A_NAME.match(text, token.end):
            found.append((token.start, token.end))
    return found


_LIST_ITEM = re.compile(
    r"[、 　](?:(?P<name>[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff] {1,3}[\u4e00-\u9fff])(?=[、 　，。；）)\n]|等|$))"
)


def _listed(text: str, found: list[Marked]) -> list[tuple[int, int, str, float]]:
    """Between or beside two marked names of one list, what begins with a surname is a name too."""
    from pipeline.extract.features import given_names

    people = [m for m in found if m.label == "PER"]
    more = []
    for m, n in pairwise(people):
        between = text[m.end : n.start]
        if 3 <= len(between) <= 30 and re.fullmatch(
            r"[、 　](?:[\u4e00-\u9fff]{2,4}[、 　]|[\u4e00-\u9fff] {1,3}[\u4e00-\u9fff][、 　]+)+ *", between
        ):
            for inner in re.finditer(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff] {1,3}[\u4e00-\u9fff]", between):
                word = inner[0].replace(" ", "")
                if word[0] in surnames() or word[:2] in surnames():
                    more.append((m.end + inner.start(), m.end + inner.end(), "PER", 0.9))
    for m in people:  # the list goes on behind its last mark
        item = _LIST_ITEM.match(text, m.end)
        if (
            item
            and text[m.end] == "、"
            and item["name"][0] in surnames()
            and all(c in given_names() for c in item["name"][1:].strip())
        ) and any(text[max(0, p.start - 1) : p.start] == "、" or p.end == m.start - 1 for p in (m,)):
            more.append((item.start("name"), item.end("name"), "PER", 0.7))
    return more


def _repeated(text: str, found: list[Marked]) -> list[tuple[int, int, str, float]]:
    """Further places where a marked name stands, letter for letter."""
    more = []
    for label, least, sure in (("ORG", 4, 0.5), ("PER", 2, 0.7), ("PLC", 2, 0.7)):
        names = {text[m.start : m.end] for m in found if m.label == label and m.end - m.start >= least and m.confidence >= sure}
        if label == "PER":
            names = {n for n in names if len(n) >= 3 or " " in n or n not in _common_words()}
        again = [(-len(name), end + 1 - len(name)) for end, name in _automaton_of(names).iter(text)] if names else []
        more += [(start, start - size, label, 0.6) for size, start in sorted(again)]
    return more


def _automaton_of(names: set[str]) -> Any:
    """All the names in one automaton: the text is read once, however many there are."""
    import ahocorasick

    automaton = ahocorasick.Automaton()
    for name in names:
        automaton.add_word(name, name)
    automaton.make_automaton()
    return automaton


@cache
def _common_words() -> frozenset[str]:
    """Two-character words that are also possible names: they are not carried over from one place to another."""
    from pipeline.segment.tokens import common_words

    return common_words()


_NOT_A_TITLE = re.compile(r"们|会|队|节|团|代表|小组|家|组|协会")


def persons(reading: Reading, marked: list[Marked], honours: list[Span], models: Path) -> list[Person]:
    """Persons with role and standing; ``honours`` are the spans of awards, whose sentences make winners."""
    r, text = rules(), reading.clean
    spans = [m for m in marked if m.label == "PER" and not r.not_persons.fullmatch(re.sub(r"\s", "", text[m.start : m.end]))]
    found: list[Person] = []
    shared: list[str | None] = [None] * len(spans)
    for i in range(len(spans) - 1, -1, -1):
        m = spans[i]
        after = r.title_after.match(text, m.end)
        if after and not _NOT_A_TITLE.match(text, after.end()):
            shared[i] = after["role"] or after["paren"]
        elif i + 1 < len(spans) and re.fullmatch(r"[、和与及]", text[m.end : spans[i + 1].start]):
            shared[i] = shared[i + 1] if r.title_after.match(text, spans[i + 1].end) or shared[i + 1] else None
    for i, m in enumerate(spans):
        role = shared[i]
        if role is None:
            before = r.title_before.search(text, max(0, m.start - 12), m.start)
            role = before["role"] if before else None
        role = _plain(role)
        if role in ("同志", "会员", "职工", "员工") or _SHORT.fullmatch(text[m.start : m.end]):
            role = None
        found.append(Person(m.start, m.end, role, _standing(reading, m, role, honours, models), m.confidence))
    return found


def _plain(role: str | None) -> str | None:
    return re.sub(r"^(?:等|原|前|时任)", "", role) if role else None


_AROUND = 400  # how far around a person the sentence is read: farther than any real one reaches


def _standing(reading: Reading, m: Marked, role: str | None, honours: list[Span], models: Path) -> Standing | None:
    guess = load(models, "standing").best([standing_features(reading, m.start, m.end, role, honours)])[0][0]
    return None if guess.label == "none" or guess.confidence < _SURE else guess.label  # type: ignore[return-value]


_SURE = 0.65  # below it a standing stays null


def standing_features(reading: Reading, start: int, end: int, role: str | None, honours: list[Span]) -> list[str]:
    """What the standing classifier sees of a person: the rules' word, role, sentence, neighbours, honours beside the name."""
    text = reading.clean
    sentence = reading.sentence_at(start)
    first, last = max(sentence.start, start - _AROUND), min(sentence.end, end + _AROUND)
    words = text[first:last]
    rule = next((s for pattern, roles, s in rules().standing if pattern.search(words) and roles.search(role or "")), None)
    near = beginning(honours, first, last)
    gap = min((abs(h[0] - end) if h[0] >= end else abs(start - h[1]) for h in near), default=99)
    before, behind = text[max(sentence.start, start - 12) : start], text[end : end + 14]
    line = text[max(0, start - 30) : start].rpartition("\n")[2]
    found = [
        f"rule={rule}",
        f"role={role}",
        f"honour={'0' if not near else 'near' if gap <= 12 else 'far'}",
        f"rule={rule}|honour={bool(near)}",
    ]
    found += [f"before={before[-2:]}", f"behind={behind[:2]}", f"behind1={behind[:1]}"]
    found += [f"l={before[i : i + 2]}" for i in range(len(before) - 1)] + [
        f"r={behind[i : i + 2]}" for i in range(len(behind) - 1)
    ]
    found += pairs("s", text, sentence.start, sentence.end, 160) + [f"p={line[i : i + 2]}" for i in range(len(line) - 1)]
    section = reading.section_at(start)
    if section is not None:
        h = reading.headings[section]
        found += pairs("h", text, h.start, h.end)
    return found
