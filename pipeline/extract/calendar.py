"""The grammar of dates (日期): expressions that place something on the calendar, found and read by the same patterns.

``expressions`` yields what the text says (``Moment``: year, month and day as written, or a relative year); what that is in
ISO with the year that the document settles, ``almanac.norm`` tells. Nothing here guesses a year.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from pipeline.resources import table

_ZERO = "〇○零０0OoＯ◯"
_D = str.maketrans({**dict.fromkeys(_ZERO, "0"), **{c: str(i) for i, c in enumerate("零一二三四五六七八九") if i}})
_X = r"[xX×ｘＸ*＊﹡_＿?？—\-某Ｏ]"
_Y4 = rf"(?:19|20)[ ]?[0-9][ ]?[0-9]|[一二][{_ZERO}九](?:[ ]?[{_ZERO}一二三四五六七八九]){{2}}"
_YX = rf"20(?:{_X}{{2}}|[0-9]{_X}|{_X}[0-9]|[xX×*_＿](?=[ ]?学?年))|{_X}{{2,8}}|某"
_Y2 = rf"(?:[0-9]{{2}}|[{_ZERO}一][一二三四五六七八九{_ZERO}])"
_M = r"(?:1[0-2]|0?[1-9]|十[一二]|[一二三四五六七八九十元])"
_DAY = (
    r"(?:3[01]|[12][0-9]|0?[1-9]|三十一?|二十[一二三四五六七八九]?|廿[一二三四五六七八九]?|十[一二三四五六七八九]?"
    r"|[一二三四五六七八九])"
)
_DASH = r"[ ]?(?:[-－–~～至到]|—{1,3}|—-|--)[ ]?"
_REL = "今年|去年|明年|本年|当年|前年|上年|来年|同年|次年|翌年"
_TEN = r"(?:[上中下]旬|初|底|末|中)"
_YEAR = rf"(?:(?P<y>{_Y4})[ ]?(?:年度?|(?=学年))|(?P<yx>{_YX})[ ]?(?:年度?|(?=学年))|(?P<y2>{_Y2})年|(?P<rel>{_REL})度?)"
_TERM = (
    r"(?:的?(?P<half>[上下])半年|第?(?P<quarter>[一二三四1-4])季度|(?:第(?P<term>[一二1-2])学期)|(?P<updown>[上下])学?期"
    r"|(?P<season>[春秋])(?![节晚运耕])季?(?:学期|期)?)"
)

_PATTERNS: tuple[tuple[str, str], ...] = (
    ("plan", r"[“\"]?(?:“)?(?P<plan>十?[一二三四五])五[”\"]?(?:规划)?(?:期间|时期|(?P<edge>末))"),
    ("school_year",
        rf"(?P<y>{_Y4}|{_YX})[ ]?(?:年|学年)?[ ]?(?:{_DASH}(?P<y_2>(?:19|20)?[0-9]{{2}}|{_Y4}"
        rf"|{_YX}))?[ ]?学年度?[ ]?(?:[（(]?(?:第?(?P<term>[一二上下12])(?:学?期|(?=[）)])))[）)]?)?"),
    ("year_season", rf"(?:(?P<y>{_Y4})[ ]?年(?!的?冬)|(?P<rel>{_REL}))的?(?P<weather>[春夏秋冬])天"),
    ("year_term", rf"{_YEAR}[ ]?{_TERM}"),
    ("ymd_range", rf"{_YEAR}[ ]?(?P<m>{_M})[ ]?月[ ]?(?P<d>{_DAY})[ ]?[日号]?{_DASH}(?:(?P<m2>{_M})月)?(?P<d2>{_DAY})[ ]?[日号]"),
    ("ym_range",
        rf"(?:{_YEAR}[ ]?)(?P<m>{_M})[ ]?(?:月?份?{_DASH}|、)(?:(?P<y_2>{_Y4})年|(?P<rel2>次年|翌年|今年|明年"
        rf"|本年))?(?P<m2>{_M})[ ]?月份?(?![ ]?[0-9])"),
    ("ymd", rf"{_YEAR}[ ]?(?P<m>{_M})[ ]?月[ ]?份?(?P<d>{_DAY})[ ]?[日号]"),
    ("ymd_bare",
        r"(?P<y>(?:19|20)[0-9]{2})[ ]?[.．/\-](?P<m>1[0-2]|0?[1-9])[.．/\-](?P<d>3[01]|[12][0-9]|0?[1-9])(?![0-9.％%])日?"),
    ("dmy_bare", r"(?<![0-9.])(?P<d>3[01]|[12][0-9]|0[1-9])[.](?P<m>1[0-2]|0[1-9])[.](?P<y>(?:19|20)[0-9]{2})(?![0-9.])"),
    ("ym", rf"{_YEAR}[ ]?(?P<m>{_M})[ ]?月份?{_TEN}?"),
    ("ym_bare", r"(?<![0-9.\-—])(?P<y>(?:19|20)[0-9]{2})[.．/](?P<m>1[0-2]|0[1-9]|[1-9])(?![0-9.％%万元人个])"),
    ("year_fest", rf"{_YEAR}的?[“\"]?(?P<fest>@FEST@)[”\"]?(?:妇女节|劳动节|青年节|儿童节|节)?(?!红旗|劳动奖|巾帼)"),
    ("year_edge", rf"(?P<rel>{_REL})年?(?P<edge>[初底末])(?!始)"),
    ("lost_point", rf"(?<![0-9])(?P<y>20[0-2][0-9])(?P<m>1[0-2]|[1-9])月份?(?:(?P<d>{_DAY})[日号])?"),
    ("md_year", rf"(?P<m>{_M})月(?P<d>{_DAY})[日号][，, ]?(?P<y>{_Y4})年(?![0-9一二三四五六七八九十])"),
    ("lunar_month",
        rf"(?:{_YEAR}[ ]?)?(?:农历)?(?P<lunar>腊月|正月|冬月|(?<![0-9])[二三四五六七八九十]月(?=初[一二三四五六七八九十])"
        r"|八月(?=十五(?![日号]))|三月(?=三(?![十个名日号])))"
        r"(?P<lunar_day>三(?![十个名日号])|初[一二三四五六七八九十]|[二廿]十?[一二三四五六七八九]|三十|二十|十[一二三四五六七八九]?)?"),
    ("md_range", rf"(?P<m>{_M})[ ]?月[ ]?(?P<d>{_DAY})[ ]?[日号]?{_DASH}(?:(?P<m2>{_M})[ ]?月[ ]?)?(?P<d2>{_DAY})[ ]?[日号]"),
    ("m_range", rf"(?P<m>{_M})[ ]?(?:(?:月份?)?{_DASH}|、)(?P<m2>{_M})[ ]?月份?(?![ ]?{_DAY}[日号])"),
    ("table_md",
        r"(?:(?<=\| )|(?<=\|)|(?<=\n)|^)(?P<m>1[0-2]|0?[1-9])\.(?P<d>3[01]|[12][0-9]|0?[1-9])(?:[-—－~～](?P<m2>1[0-2]"
        r"|0?[1-9])\.(?P<d2>3[01]|[12][0-9]|0?[1-9]))?(?=[ |，：:]|$)(?!.{0,3}[元%万])"),
    ("md", rf"(?P<m>{_M})[ ]?月[ ]?份?(?P<d>{_DAY})[ ]?[日号]"),
    ("md_named",
        r"(?<![0-9.．·A-Za-z])(?=[“\"]?[0-9]{1,2}[·•]|[“\"][0-9]{1,2}[.．][0-9]{1,2}[”\"])[“\"]?(?P<m>1[0-2]|[1-9])[·•.．](?P<d>3[01]|[12][0-9]|[1-9])(?![0-9.．·])[”\"]?"
        r"(?:(?:国际)?护士节)?"),
    ("md_dotted",
        r"(?<![0-9.．·A-Za-z])(?P<m>1[0-2]|[1-9])[.．](?P<d>3[01]|[12][0-9]|[1-9])(?![0-9.．·])"
        r"(?:[ ]?[-—－~～至][ ]?(?P<m2>1[0-2]|[1-9])[.．](?P<d2>3[01]|[12][0-9]|[1-9])(?![0-9.．]))?"),
    ("year_range", rf"(?P<y>{_Y4})年?{_DASH}(?P<y_2>{_Y4})年度?(?!级)"),
    ("y",
        rf"(?:(?P<y>{_Y4})[ ]?年度?|(?P<yx>{_YX})[ ]?年度?|(?P<y2>[0{_ZERO}][0-9一二三四五六七八九])年度?)(?!级|代|来|间"
        rf"|制|龄|以上|生|产量|[0-9]+月)(?P<edge>[底末])?"),
    ("y_alone", rf"(?:^|(?<=[\n　]))(?P<y>[二一][{_ZERO}九][{_ZERO}一二三四五六七八九]{{2}})(?=[，、：　\n]|$)"),
    ("m", rf"(?<![每个０-９0-9一二三四五六七八九十零半点])(?P<m>{_M})[ ]?(?:月份|月{_TEN}|月(?![饼光球亮嫂票均度刊报考]))"),
    ("term",
        r"(?<!每个)(?<![每各本该新])(?:(?P<half>[上下])半年|第?(?P<quarter>[一二三四1-4])季度(?!末)"
        r"|第(?P<term>[一二12])学期|(?P<season>秋)季(?![节运]))"),
    ("nth_fest",
        r"第[ ]?(?P<nth>[0-9]{1,3}|[一二三四五六七八九十百]+)[ ]?个[“\"]?(?P<fest>教师节|(?:“?三八”?"
        r"|国际(?:劳动)?)?妇女节|护士节|记者节)[”\"]?"),
    ("d_only",
        r"(?<![0-9.初第每])(?P<d>3[01]|[12][0-9]|[1-9]|二十[一二三四五六七八九]?|三十一?"
        r"|十[一二三四五六七八九]?)(?:日(?!常|报|期|子|记|游|益|前|后|程|照|均|夜|本)|号(?!楼|文|线|井|机|馆|院|店|车|炉"
        r"|门|公|召|码|称|令|矿|窑|厂|厅|教))"),
    ("fest", r"[“\"]?(?P<fest>@FEST@)(?P<after>[”\"]?(?:国际劳动妇女节|国际妇女节|妇女节|国际劳动节|劳动节|青年节|儿童节|节)?)"),
)  # fmt: skip


class Moment(NamedTuple):
    """One expression at ``[start, end)`` of the clean text, as written; unknown parts are null."""

    start: int
    end: int
    kind: str
    year: int | None = None  # as written
    redacted: bool = False  # the year is masked
    relative: int | None = None  # years from the document's year (去年 -1)
    month: int | None = None
    day: int | None = None
    month_2: int | None = None
    day_2: int | None = None
    year_2: int | None = None
    term: str | None = None  # half1 half2 q1…q4 term1 term2 up down spring autumn
    festival: str | None = None
    after: bool = False  # 国庆节后: near the festival, not on it


@cache
def festivals() -> dict[str, tuple[str, int, int | None]]:
    """Form → (festival, month, day or null for a lunar or moving one)."""
    found = {}
    for name, month, day, forms in table("lexicons/festivals.tsv", 4):
        for form in forms.split():
            found[form] = (name, int(month), int(day) if day.isdigit() else None)
    return found


@cache
def _grammar() -> re.Pattern[str]:
    forms = []
    for form in sorted(festivals(), key=len, reverse=True):
        split = re.match(r"(三八|五一|五四|六一|七一|八一|十一|5·12|12·4|双十?[1一]{1,2})(.*)", form)
        head = split[1] if split else ""
        digits = head.replace("·", "[.·]") if "·" in head else f"{head[:1]}[.·]?{head[1:]}"
        forms.append(f'{digits}[”"]?{split[2]}' if split else form)
    fest = "|".join(forms)
    parts = []
    for name, pattern in _PATTERNS:
        renamed = re.sub(r"\(\?P<(\w+)>", rf"(?P<\1__{name}>", pattern.replace("@FEST@", fest))
        parts.append(f"(?P<{name}>{renamed})")
    return re.compile("|".join(parts))


@cache
def _parts() -> dict[str, list[tuple[str, str]]]:
    """Kind of expression → its parts (y, m, d …), each with the group of the grammar that holds it."""
    groups = _grammar().groupindex
    return {kind: [(g.rsplit("__", 1)[0], g) for g in groups if g.endswith(f"__{kind}")] for kind, _ in _PATTERNS}


_NOT_A_FESTIVAL = re.compile(
    r"红旗|劳动奖|先锋|巾帼|奖章|奖状|路|大道|小学|中学|学校|厂|村|广场|镇|乡|精神|运动|制|式|届|个|名|项|人|次|月|年|条|点|号|分|团支|工程|五|六|七|九|二|三|一|四|八|十|类|中全会|口号"
)
_HONOURS = ("红旗", "劳动奖", "巾帼", "奖章", "奖状")  # that a festival is part of the name of
_CALLED = (*_HONOURS, "工程", "精神", "小学", "中学", "路", "广场", "社区")  # likewise behind its closing quotation mark
_REL_YEARS = {
    "今年": 0,
    "本年": 0,
    "当年": 0,
    "去年": -1,
    "上年": -1,
    "前年": -2,
    "明年": 1,
    "来年": 1,
    "次年": 1,
    "翌年": 1,
    "同年": 0,
}
_PLANS = {"九": 1996, "十": 2001, "十一": 2006, "十二": 2011, "十三": 2016, "十四": 2021, "十五": 2026}
_NTH = {"教师节": 1984, "妇女节": 1910, "护士节": 1911, "记者节": 1999}


# 4.18，西南机场群… is a day where it opens a clause and no unit follows
_DAY_OPENS = re.compile(r"[，。；：、（(止于自从到至\n　]$")
_DAY_CLOSES = re.compile(
    r"(?=[，。）)])|[ ]?(?![0-9万亿千百元%％人名个次公平米倍岁年月天小时分度课亩吨斤升节条件份项家户场期张本册米组级版以、 ])"
    r"[\u4e00-\u9fff]"
)
_LIST_NUMBER = re.compile(r"(?:^|[\n（(；。：])[ ]?[0-9]{1,2}[.．]$")  # 3.7月: the third item, in July


def _number(text: str) -> int:
    text = text.replace("元", "一")
    if text.isascii() and text.isdigit():
        return int(text)
    text = text.replace("廿", "二十")
    if "百" in text:
        head, _, tail = text.partition("百")
        return (_number(head) if head else 1) * 100 + (_number(tail.lstrip("零〇")) if tail.strip("零〇") else 0)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_number(tens) if tens else 1) * 10 + (_number(ones) if ones else 0)
    return int(text.translate(_D))


def _year(text: str) -> int | None:
    text = re.sub(r"\s", "", text).translate(_D)
    return int(text) if text.isdigit() and len(text) == 4 else None


def _full(two: str) -> int:
    value = int(two.translate(_D))
    return 1900 + value if value >= 70 else 2000 + value


@cache
def _openings() -> re.Pattern[str]:
    """Where an expression can begin: its first character, with one behind it that can follow."""
    festive = "".join(sorted({form[0] for form in festivals()}))
    # behind a numeral a year, a month, a day or a festival goes on so; most numerals of a text (一个, 20人) do not
    behind = "".join(sorted({c for form in festivals() for c in form}))
    numeral = f"0-9{_ZERO}零一二三四五六七八九十廿元"
    return re.compile(
        rf"[{numeral}](?=[{numeral}年月日号学季至到、.．·•/～~–－ ”{behind}]|{_X})"
        r"|[今去明本当前上来同次翌](?=年)|[上下](?=[半学期])|[春秋第腊正冬某“\"xX×ｘＸ*＊﹡_＿?？—\-]"
        rf"|(?![0-9一二三四五六七八九十元])[{festive}]"
    )


def _next(text: str, start: int, last: int) -> re.Match[str] | None:
    """The next match of the grammar, tried only where an expression can begin."""
    while (opening := _openings().search(text, start, last)) is not None:
        if (match := _grammar().match(text, opening.start(), last)) is not None:
            return match
        start = opening.start() + 1
    return None


def expressions(text: str, start: int = 0, end: int | None = None) -> Iterator[Moment]:
    """Every date expression of ``text``, in order, disjoint; those inside 《》 are left out."""
    covered = [(m.start(), m.end()) for m in re.finditer(r"《[^》\n]{0,80}》", text)]
    at, told = 0, -1
    last = len(text) if end is None else end
    while (match := _next(text, start, last)) is not None:
        start = match.end()
        while at < len(covered) and covered[at][1] <= match.start():
            at += 1
        if at < len(covered) and covered[at][0] < match.start():
            continue
        moment = _moment(text, match)
        if moment is not None:
            if moment.kind != "fest" or moment.start != told:  # 5月8日母亲节 is one day, told twice
                yield moment
            told = moment.end if moment.month is not None else -1
        else:
            start = match.start() + 1  # 一、8月: what failed as a whole may hold a date


def _moment(text: str, match: re.Match[str]) -> Moment | None:
    kind = next(name for name, _ in _PATTERNS if match[name] is not None)
    got = {part: v for part, group in _parts()[kind] if (v := match[group]) is not None}
    a, b = match.span()
    before, following = text[max(0, a - 6) : a], text[b : b + 8]
    year = redacted = None
    if "y" in got:
        year = _year(got["y"])
        redacted = year is None
    elif "y2" in got:
        year = _full(got["y2"])
        if before[-1:].isdigit():
            return None
    elif "yx" in got:
        redacted = True
        if kind == "y" and ("某" in got["yx"] or set(got["yx"]) <= set("—-?？")) and not got["yx"].startswith("20"):
            return None
    if year is not None and (before[-1:].isdigit() or not 1900 <= year <= 2100):
        return None
    relative = _REL_YEARS.get(got.get("rel", ""))
    month = _number(got["m"]) if "m" in got else None
    day = _number(got["d"]) if "d" in got else None
    if kind in ("m", "md", "m_range", "md_range", "d_only") and (
        before[-1:] in ("第", "个", "每") or (before[-1:] in (".", "．") and not _LIST_NUMBER.search(before))
    ):
        return None
    if kind in ("m", "md", "m_range") and re.search(r"每(?:年|逢)(?:的)?$", before):
        redacted = True  # every year's: no year holds
    if kind == "m" and re.match(r"(?:来|龄|以上|工资|内|后|之)", following):
        return None
    if kind == "m_range" and (
        before[-1:].isdigit()
        or ("、" in match[0] and got["m"].isascii() and before[-1:] in ("", "\n", " "))
        or got["m"].isascii() != got["m2"].isascii()
    ):
        return None
    if kind == "md_dotted" and not (_DAY_OPENS.search(text[max(0, a - 3) : a]) and _DAY_CLOSES.match(text, b)):
        return None
    if kind == "lunar_month":
        month = {"腊月": 12, "冬月": 11, "正月": 1}.get(got["lunar"]) or _number(got["lunar"][:-1])
        day = _number(got["lunar_day"].replace("初", "")) if "lunar_day" in got else None
    if "edge" in got:
        month = 1 if got["edge"] == "初" else 12
    if kind == "fest":
        return _festival(text, a, b, got)
    if kind == "y" and month is None and (following.startswith(("来", "级", "多", "余", "的历史")) or text[a : a + 1] in "—-"):
        return None
    if kind == "ym_bare" and re.match(r"[ ]?[%％万亿元公平倍]", following):
        return None
    if kind == "school_year" and year is None and not redacted:
        return None
    if kind == "m_range" and "、" in match[0] and "月" in match[0][: match[0].index("、")]:
        return None  # 九月、十月 are two dates, 九、十月 is one span of time
    term = None
    if "weather" in got:
        term = {"春": "weather3", "夏": "weather6", "秋": "weather9", "冬": "weather12"}[got["weather"]]
    if "half" in got:
        term = "half1" if got["half"] == "上" else "half2"
    elif "quarter" in got:
        term = f"q{_number(got['quarter'])}"
    elif "updown" in got:
        term = "up" if got["updown"] == "上" else "down"
    elif "season" in got:
        if not re.search(r"[春秋](?:季|学期|期)", match[0]) and re.match(r"[天游]", following):
            return None
        term = "spring" if got["season"] == "春" else "autumn"
    elif "term" in got:
        term = {"一": "term1", "1": "term1", "上": "term1", "二": "term2", "2": "term2", "下": "term2"}[got["term"]]
    if kind == "plan":
        start_year = _PLANS.get(got["plan"])
        if start_year and "edge" in got:
            return Moment(a, b, kind, year=start_year + 4)
        return Moment(a, b, kind, year=start_year, year_2=start_year + 4) if start_year else None
    festival = None
    if kind == "nth_fest":
        name = next(n for n in _NTH if n in got["fest"])
        festival, year = name, _NTH[name] + _number(got["nth"])
    elif kind == "year_fest":
        festival = re.sub(r"[”\".·]", "", got["fest"])
        festival = festivals()[festival][0] if festival in festivals() else None
    return Moment(
        a, b, kind.removesuffix("_alone"), year=year, redacted=bool(redacted), relative=relative, month=month, day=day,
        month_2=_number(got["m2"]) if "m2" in got else None, day_2=_number(got["d2"]) if "d2" in got else None,
        year_2=_second_year(year, got.get("y_2")), term=term, festival=festival,
    )  # fmt: skip


def _second_year(first: int | None, text: str | None) -> int | None:
    if text is None:
        return None
    if len(text) == 2 and text.isdigit():
        return first // 100 * 100 + int(text) if first else None
    return _year(text)


def _festival(text: str, a: int, b: int, got: dict[str, str]) -> Moment | None:
    form = re.sub(r"[”\".·]", "", got["fest"])
    if form not in festivals():
        return None
    quoted = text[a] in '“"'
    after = got.get("after", "")
    closed = "”" in got["fest"] + after or '"' in got["fest"] + after
    if not quoted and closed:
        cut = (got["fest"] + after).find("”")
        if cut >= 0 and not (got["fest"] + after)[cut + 1 :]:
            b = a + cut
        closed = False
    if quoted and not closed:
        a, quoted = a + 1, False
    numeric = form in ("三八", "五一", "五四", "六一", "七一", "八一", "十一")
    following = text[b : b + 6]
    if _NOT_A_FESTIVAL.match(following) and (numeric or following.startswith(_HONOURS)):
        return None
    if following[:1] in ("”", '"') and following[1:].startswith(_CALLED):
        return None  # “三八”红旗手
    if numeric and not quoted and not re.search(r"节", after):
        if form == "十一" or (a and text[a - 1] in "第零一二三四五六七八九十百"):
            return None
        if text[b : b + 1].isdigit() or text[max(0, a - 1) : a].isdigit():
            return None
    if form in ("国庆", "元旦", "清明", "中秋", "重阳", "端午", "元宵", "春节") and re.match(
        r"[0-9一二三四五六七八九十]{1,9}周年|节俭|阅兵|路|村|镇|区", following
    ):
        return None
    if (form == "年三十" and re.search(r"[今去明]$", text[:a][-1:])) or (form == "小年" and following[:1] == "轻"):
        return None  # 今年三十四岁, 小年轻
    name = festivals()[form][0]
    recurring = re.search(r"每(?:年|逢|到)[^，。；]{0,6}$", text[max(0, a - 10) : a]) is not None
    near = following[:1] == "后" and following[:2] not in ("后勤",)
    return Moment(a, b + (1 if near else 0), "fest", redacted=recurring, festival=name, after=near)


def days_completed(text: str, moments: list[Moment]) -> list[Moment]:
    """A bare day (15日) takes month and year from the date before it in its paragraph; without one it is no date."""
    found: list[Moment] = []
    breaks = [match.start() for match in re.finditer("\n", text)]
    before: Moment | None = None
    for m in moments:
        if m.kind == "d_only":
            if (
                before is None
                or bisect_left(breaks, m.start) - bisect_left(breaks, before.end) > 1
                or re.search(r"[0-9一二三四五六七八九十]$", text[max(0, m.start - 1) : m.start])
            ):
                continue
            m = m._replace(
                kind="md",
                month=before.month_2 or before.month,
                year=before.year,
                redacted=before.redacted,
                relative=before.relative,
            )
        found.append(m)
        if m.month is not None and m.month <= 12 and not m.festival:
            before = m
    return found
