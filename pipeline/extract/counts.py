"""Counts (数据): numbers with a unit, said about a measured thing — and the many numbers that are none.

What is excluded follows the annotation guide §3 and §8: dates, ordinals, ranks, slogans, grades, structure words, a bare
一 that only means "a". The exclusions are data (``rules/counts.yaml``).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from pipeline.extract.numerals import AFTER, QUANTITY, SCALE, Modifier, Quantity, read, read_number
from pipeline.resources import table, yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.segment import Reading, Span

_TENTHS = re.compile(r"成([一二三四五六七八九半])?(?![立为果绩员功长年品本交名份])")
_AND_A_HALF = ("个半小时", "个半钟头", "个半月")
# what still belongs to a sum, or to a day: 壹仟元整, 三天三夜
_REST = {"元": re.compile("整(?![理改个合治顿风修])"), "天": re.compile("[0-9一二三四五六七八九两]{1,2}夜")}
_TENTH = {c: i for i, c in enumerate("一二三四五六七八九", 1)} | {"半": 5}
_HALF = re.compile(r"半(?![个年月天径路道途信])")
_CHANGE = re.compile(r"([0-9一二两三四五六七八九])角(?:([0-9一二两三四五六七八九])分)?")
_FEWEST, _SUM = 10, 100  # the least that a number without a unit counts: people, and anything else
_SPELT = "一二三四五六七八九十"
_SPENT = re.compile(  # what stands before 块 where it is money: 凑了7300块, 从每晚五块涨到十二块; 公开栏15块 is none
    r"(?:[给发花捐凑涨罚赔补奖省掏交挣赚拨费价资款钱出借贴扣还骗拿得]|一年|[涨降提高加]到|每[人月年天晚户名次件个双])(?:我们|他们?|她|所里|家里)?了?$"
)
_MORE_THAN_ONE = re.compile(r"\s?[多余][样种元层方]")
_TOGETHER = {"俩": 2, "仨": 3}
_PAIR = re.compile(r"(?<![咱我你他她们哥姐])[俩仨](?!个)")  # 夫妻俩: number and unit in one
_CALLED, _LONG_NUMBER = re.compile(r"(?:电话|热线|手机|传真)[：:]?\s?$"), re.compile("[0-9]{5}")  # 接听电话9800余人次 counts
_LOST_POINT = re.compile(r"[0-9]{2} [0-9](?:\.[0-9])?|[0-9]{1,3} [0-9]万")
_SECONDS = re.compile(r"([0-9]{1,2}(?:\.[0-9]{1,2})?|[一二三四五六七八九十]{1,3})秒")
_SHORT = re.compile("([百千万])([一二三四五六七八九1-9])$")  # 一万二 is 12 000
_LAST_DIGIT = re.compile("[1-9](?=[，。；、）)！\n]|$)")
_HALVES = re.compile(r"一半[^，。；：、\n]{1,6}[，、]一半")  # 一半是水，一半是山: no shares
_HALFWAY = re.compile(r"(?<![不达涨降提])到$")  # 听到一半
_AFTER = re.compile(rf"\s?(?:{'|'.join(sorted(AFTER, key=len, reverse=True))})")

# units of time: they count where they measure work
MEASURED = frozenset(["天", "小时", "分钟", "个月", "周", "昼夜", "夜", "晚上", "工作日"])


class Found(NamedTuple):
    """A count at ``[start, end)`` of the clean text."""

    start: int
    end: int
    value: float
    max: float | None
    unit: str
    modifier: Modifier | None
    object: str | None


class Candidate(NamedTuple):
    """What may be a count, and why it may be none: the name of a doubt, or None where rules alone say that it counts."""

    found: Found
    doubt: str | None


class Rules(NamedTuple):
    """``rules/counts.yaml``, compiled."""

    units: re.Pattern[str]
    canonical: dict[str, str]
    slogans: re.Pattern[str]
    before: re.Pattern[str]
    structure: re.Pattern[str]
    one: re.Pattern[str]
    work: re.Pattern[str]
    waiting: re.Pattern[str]
    until: re.Pattern[str]
    after_any: dict[str, re.Pattern[str]]
    seldom: frozenset[str]
    seldom_few: frozenset[str]
    implied: dict[str, re.Pattern[str]]
    implied_of_sums: dict[str, re.Pattern[str]]
    ends: re.Pattern[str]


@cache
def rules() -> Rules:
    """The compiled rules, once a process."""
    canonical = {form: unit for unit, forms in table("lexicons/units.tsv", 2) for form in forms.split()}
    spec = yaml("rules/counts.yaml")
    forms = "|".join(re.escape(f) for f in sorted(canonical, key=len, reverse=True))
    return Rules(
        units=re.compile(rf"\s?(?:{forms})"),
        canonical=canonical,
        slogans=re.compile("|".join(spec["slogans"])),
        before=re.compile("(?:" + "|".join(spec["not_after"]) + r")\s?$"),
        structure=re.compile("|".join(spec["structure_nouns"])),
        one=re.compile("|".join(spec["one_means_a"])),
        work=re.compile("|".join(spec["measures_work"])),
        waiting=re.compile("|".join(spec["waits_before"])),
        until=re.compile("|".join(spec["waits_behind"])),
        after_any={unit: re.compile("|".join(patterns)) for unit, patterns in spec["not_before"].items()},
        seldom=frozenset(spec["seldom_units"].split()),
        seldom_few=frozenset(spec["seldom_when_few"].split()),
        implied=_at_the_end(spec["implied_unit"]),
        implied_of_sums=_at_the_end(spec["implied_of_sums"]),
        ends=re.compile("|".join(spec["ends_without_unit"])),
    )


def _at_the_end(patterns: dict[str, list[str]]) -> dict[str, re.Pattern[str]]:
    return {unit: re.compile(f"(?:{'|'.join(several)})$") for unit, several in patterns.items()}


def find_counts(reading: Reading, taken: Iterable[Span]) -> list[Candidate]:
    """What may be a count outside ``taken`` (dates, section numbers, works), in order."""
    text, r = reading.clean, rules()
    blocked = _joined(sorted({(s[0], s[1]) for s in taken} | {m.span() for m in r.slogans.finditer(text)}))
    found: list[Candidate] = []
    at = 0
    while (match := QUANTITY.search(text, at)) is not None:
        at = match.end()
        block = _block(blocked, match.start(), match.end())
        if block is not None:
            at = max(block[1], match.start() + 1)
            continue
        quantity = read(match)
        candidate = quantity and _count(text, match, quantity, r, blocked)
        if candidate:
            found.append(candidate)
            at = candidate.found.end
    found += [
        Candidate(Found(*m.span(), _TOGETHER[m[0]], None, "人", None, None), None)
        for m in _PAIR.finditer(text)
        if _block(blocked, *m.span()) is None
    ]
    return sorted(found, key=lambda c: c.found.start)


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap made one: a number in 《…》 does not end the title."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _block(blocked: list[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    i = bisect_right(blocked, (start, 1 << 60)) - 1
    for k in (i, i + 1):
        if 0 <= k < len(blocked) and blocked[k][0] < end and blocked[k][1] > start:
            return blocked[k]
    return None


def _count(text: str, match: re.Match[str], q: Quantity, r: Rules, blocked: list[tuple[int, int]]) -> Candidate | None:
    start, end, modifier = q.start, q.end, q.modifier
    before, numeral = text[max(0, start - 8) : start], text[start:end]
    if before and before[-1].isascii() and (before[-1].isalnum() or before[-1] in "-./_"):
        return None
    if text[end - 1] == "千" and text.startswith("米", end) and end - 1 > start:  # 63千|米 are 63 千米
        end, q = end - 1, q._replace(value=q.value / 1000, max=q.max / 1000 if q.max else None)
    unit_match = r.units.match(text, end)
    if _LOST_POINT.fullmatch(numeral):  # 97 6%, 48 5万元: the point was lost
        q = q._replace(value=q.value / 10)
    if q.kind == "percent":
        unit, after = "%", end
        if unit_match and "分之" not in numeral and r.canonical[unit_match[0].strip()] != "%":
            return None
    elif (tenths := _TENTHS.match(text, end)) and q.value <= 10:
        unit, after = "%", tenths.end()
        q = q._replace(value=q.value * 10 + _TENTH.get(tenths[1], 0), max=q.max * 10 if q.max else None)
    elif numeral == "一" and _HALF.match(text, end):
        if _HALFWAY.search(before) or any(
            m.start() <= start < m.end() for m in _HALVES.finditer(text, max(0, start - 10), end + 12)
        ):
            return None
        unit, after, q = "%", end + 1, q._replace(value=50)
    elif unit_match:
        form = unit_match[0].strip()
        unit, after = r.canonical[form], unit_match.end()
        if form == "块" and (text.startswith("钱", after) or _spent(text, start, q.value)):
            unit, after = "元", after + text.startswith("钱", after)
        if unit == "元" and (change := _CHANGE.match(text, after)):
            after = change.end()
            q = q._replace(
                value=q.value + sum((read_number(d) or (0, None))[0] / s for d, s in ((change[1], 10), (change[2], 100)) if d)
            )
        if form in ("本", "天", "个月", "斤", "里", "年") and text.startswith("半", after):
            after, q = after + 1, q._replace(value=q.value + 0.5)
        if form in _AND_A_HALF:
            q = q._replace(value=q.value + 0.5)
        if unit in _REST and (rest := _REST[unit].match(text, after)):
            after = rest.end()
        if unit == "分" and (seconds := _SECONDS.match(text, after)):
            unit, after, q = "秒", seconds.end(), q._replace(value=q.value * 60 + (read_number(seconds[1]) or (0, None))[0])
        for word, way in AFTER.items():  # 40余人 carries its modifier inside, 100人余 outside
            if text.startswith(word, after):
                modifier = modifier or way
                break
    else:
        more = _AFTER.match(text, end)  # 50多 人, 30左右人: a modifier between number and unit
        unit_match = r.units.match(text, more.end()) if more else None
        if more is None or unit_match is None:
            return _unitless(text, start, q, r)
        modifier = modifier or AFTER[more[0].strip()]
        unit, after = r.canonical[unit_match[0].strip()], unit_match.end()
    if modifier is None and re.search(r"至少[^，。；]{0,5}$", before):
        modifier = "over"
    tail = _AFTER.match(text, after)
    if tail and not (tail[0].strip() in ("多", "余") and _MORE_THAN_ONE.match(text, after)):
        modifier, after = modifier or AFTER[tail[0].strip()], tail.end()
    if _block(blocked, after - 1, after):
        return None
    if _never(text, start, end, after, unit, r):
        return None
    doubt = _doubt(text, start, end, after, q, unit, r)
    return Candidate(Found(start, after, q.value, q.max, unit, modifier, _object(text, start, after)), doubt)


def _spent(text: str, start: int, value: float) -> bool:
    """Whether so many 块 are money: tens of thousands are, one is not, of others the words before tell."""
    before = text[max(0, start - 8) : start]
    return (
        value >= 10_000
        or (value >= 100 and before.endswith(("还有", "只有")))
        or (value > 1 and _SPENT.search(before) is not None)
    )


def _unitless(text: str, start: int, q: Quantity, r: Rules) -> Candidate | None:
    """A number whose unit its clause implies: 补助两千， is money, 总人口29.8万 are people."""
    before = text[max(0, start - 12) : start]
    end = q.end
    while text[end : end + 1] and text[end] in "多余":
        end += 1
    if text[end - 1] in "万千" and _LAST_DIGIT.match(text, end):  # 1万9, 4万7
        q, end = q._replace(end=end + 1, value=q.value + int(text[end])), end + 1
    if not r.ends.match(text, end) or q.value < _FEWEST:
        return None
    if short := _SHORT.search(text[start : q.end]):
        digit, _ = read_number(short[2]) or (0, None)
        q = q._replace(value=q.value + digit * (SCALE[short[1]] // 10 - 1))
    unit = next((unit for unit, pattern in r.implied.items() if pattern.search(before)), None)
    if q.value < _SUM and (unit != "人" or any(c in _SPELT for c in text[start : q.end])):
        return None
    if unit is None and re.search("[万.]", text[start : q.end]):
        unit = next((unit for unit, pattern in r.implied_of_sums.items() if pattern.search(before)), None)
    if unit is None and short and short[1] == "万":
        unit = "元"  # 一共十二万四
    if unit is None:
        return None
    modifier = q.modifier or ("over" if end > q.end else None)
    return Candidate(Found(start, end, q.value, q.max, unit, modifier, _object(text, start, end)), None)


def _never(text: str, start: int, end: int, after: int, unit: str, r: Rules) -> bool:
    """Whether what stands around a number rules out that it counts anything."""
    before, following = text[max(0, start - 10) : start], text[after : after + 12]
    numeral, surface = text[start:end], text[end:after].strip()
    if r.before.search(before) or (_CALLED.search(before) and _LONG_NUMBER.match(numeral)):
        return True
    if any(key in r.after_any and r.after_any[key].match(following) for key in (surface, "*")):
        return True
    if numeral in ("百", "千", "万") and (surface not in ("名", "元") or before.endswith(("（", "("))):
        return True  # 万家灯火, 百句, 千斤: figures of speech
    if surface not in ("人", "名", "位", "人次", "口") and unit not in ("%", "元") and r.structure.match(following):
        return True
    return unit == "路" and not before.endswith(("分", "兵分"))


def _doubt(text: str, start: int, end: int, after: int, q: Quantity, unit: str, r: Rules) -> str | None:
    """Why a number with this unit may count nothing, by name; None where rules alone say that it counts."""
    before, following = text[max(0, start - 10) : start], text[after : after + 12]
    numeral = text[start:end]
    spelt = not any(c.isdigit() for c in numeral)
    if unit in r.seldom or (unit in r.seldom_few and spelt and q.value < 10):
        return "unit"
    if numeral == "一" and unit == "天" and not r.work.search(before):
        return "day"  # 一天发证600本
    if unit in MEASURED and not r.work.search(text[max(0, start - 20) : after + 16]):
        if unit in ("个月", "周"):
            return "span"
        if r.waiting.search(text[max(0, start - 12) : start]) or r.until.match(following):
            return "waiting"
    if numeral == "一":
        return None if _one_counts(before, unit, following, r) else "one"
    return None


_FREQUENCY = re.compile(
    r"(?:每[^，。；]{0,8}|一[年月周季学期天]{1,2}|至少(?:进行)?过?|不少于|各|年内?|学期|半年|季度|每月)[^，。；]{0,2}$"
)


def _one_counts(before: str, unit: str, following: str, r: Rules) -> bool:
    """A bare 一 counts as a frequency (每周一次), behind its noun (集体合同一份，), and not where it only means "a"."""
    if unit in ("%", "元"):
        return not before.endswith(("每", "第"))
    if re.search("(?<!合)同$", before) or before.endswith(
        ("第", "每", "任何", "这", "那", "另", "的", "是", "有", "像", "统", "唯", "专", "万", "逐")
    ):
        return False
    closes = not following or following[0] in "，。；、）)！|\n "
    if unit in ("次", "场", "期", "轮") and _FREQUENCY.search(before) and not following.startswith("性"):
        return True
    return closes and bool(re.search(r"[\u4e00-\u9fff》”]$", before)) and not r.one.search(before + "一" + unit)


_OBJECT = re.compile(r"[\u4e00-\u9fff“”·a-zA-Z]{1,14}")
_OBJECT_BEFORE = re.compile(r"([\u4e00-\u9fff“”]{1,12}?)(?:达到?了?|为|共|共有|有|计|了|是|约|[:：，]|人数|数)*$")


def _object(text: str, start: int, end: int) -> str | None:
    """What is counted: the noun behind the unit, else the words before the number."""
    behind = _OBJECT.match(text, end + 1 if text[end : end + 1] == "的" else end)
    if behind:
        word = re.split(r"[的了，在于被由和与及]", behind[0])[0]
        if len(word) >= 2:
            return word[:12]
    ahead = _OBJECT_BEFORE.search(text[max(0, start - 14) : start])
    return ahead[1] if ahead and ahead[1] else None
