"""Numbers as the genre writes them (数词): one grammar that both finds and reads them.

Arabic (1,042,552.26), Chinese (二十三, 两千多), mixed (1万4千, 138余万), fractions (三分之二, 1/4), shares (百分之九十五, 九成),
halves, vague hundreds (数十, 上百, 百余) and formal amounts (壹万贰仟元整).
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Modifier = Literal["about", "over", "under"]

_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟萬兩貳參陸", "一二三四五六七八九十百千万两二三六")
_DIGIT = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2, "俩": 2, "仨": 3, "廿": 20, "卅": 30}
SCALE = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}

_ARABIC = (
    r"[0-9]{1,3}(?:[,，]\n?[0-9]{1,3}){1,6}(?:\.[0-9]{1,9})?(?=元|\s?人民币)"
    r"|[1-9][0-9]{0,2}(?: [0-9]{3}){1,3}(?=[余多]?\s?[人名元户件位盒箱份本册篇张平公亩吨条次])"
    r"|[0-9]{1,2} [0-9](?:\.[0-9])?(?=\s?[%％])|[0-9]{1,3} [0-9](?=\s?(?:万元|平方|公里))"
    r"|[0-9]{1,6}(?: \.|\. )[0-9]{1,4}(?=\s?(?:万|公|亿|元))|[0-9]{2,4}、[0-9](?=万元)"
    r"|[0-9]{1,3}(?:[,，][0-9]{3}){1,6}(?:\.[0-9]{1,9})?|[0-9]{1,15}(?:[.．][0-9]{1,9})?"
)
_CHINESE = r"[零〇一二三四五六七八九十百千万亿两廿卅壹贰叁肆伍陆柒捌玖拾佰仟萬]{1,30}"
_MORE = r"[余多几来]"
BEFORE: dict[str, Modifier] = {
    "将近": "about", "接近": "about", "大约": "about", "大概": "about", "约": "about", "近": "about", "约有": "about",
    "超过": "over", "不少于": "over", "不低于": "over", "不下": "over", "至少": "over", "突破": "over", "超": "over",
    "多达": "over", "高达": "over",
    "不足": "under", "不到": "under", "不超过": "under", "低于": "under", "少于": "under", "未满": "under",
    "逾": "over", "上": "over",
}  # fmt: skip
AFTER: dict[str, Modifier] = {
    "左右": "about",
    "上下": "about",
    "以上": "over",
    "以下": "under",
    "以内": "under",
    "余": "over",
    "多": "over",
    "之多": "over",
}
# 节约 416 万元, 附近六家, 彩超184人: the word's own 约, 近, 超
_NO_MODIFIER = "(?<![节签违履邀要合公特制预](?=约))(?<![附最就临邻靠远](?=近))(?<![彩B](?=超))"
_IN_SPAN = sorted((w for w in BEFORE if w not in ("上", "多达", "高达", "至少")), key=len, reverse=True)

_SCALES = "(?:千(?!瓦|伏|分点)|[十百万亿])*"  # 5.7亿|千瓦时
NUMBER = (
    rf"(?:(?:{_ARABIC})\s?{_SCALES}{_MORE}?{_SCALES}(?:[0-9]{{1,4}}[百千万佰仟]){{0,3}}(?:零[0-9]{{1,3}}(?=元))?|{_CHINESE}{_MORE}?[百千万亿]*"
    rf"|[数几][十百千万]+|上[百千万]+)"
)
QUANTITY = re.compile(
    rf"(?:{_NO_MODIFIER}(?P<before>{'|'.join(_IN_SPAN)})\s?)?"
    rf"(?:(?P<percent_of>(?:百分之|千分之)(?:{_ARABIC}|{_CHINESE}|百)(?:点{_CHINESE})?)"
    rf"|(?P<fraction>{_CHINESE}分之{_CHINESE}|[0-9]{{1,2}}/[0-9]{{1,3}}(?![0-9/]))"
    rf"|(?P<low>{NUMBER})(?P<range>(?P<low_unit>[%％﹪元万岁天次人名]?)\s?(?:[-－—–~～至到]|——)\s?(?P<high>{NUMBER}))?)"
)


_ADJACENT = re.compile(r"([一二两三四五六七八])([二两三四五六七八九])([十百千万]*)")


class Quantity(NamedTuple):
    """A number without its unit: ``[start, end)`` holds the number and its leading modifier."""

    start: int
    end: int
    value: float
    max: float | None
    modifier: Modifier | None
    kind: Literal["number", "percent"]


_PLACES = 6  # decimal places that no figure of these texts has


def read_number(text: str) -> tuple[float, Modifier | None] | None:
    """Value and modifier of one numeral (``"2万余"`` → 20000, over), or None if it is not one."""
    text = re.sub(r"[\s，,]", "", text).replace("．", ".").replace("、", ".").translate(_FORMAL)
    modifier: Modifier | None = None
    if more := re.search(_MORE, text):
        modifier = "about" if more[0] == "来" else "over"
        text = re.sub(_MORE, "", text) if text[0] not in "数几" else text[0] + re.sub(_MORE, "", text[1:])
    if text[:1] in "数几" or (text[:1] == "上" and text[1:2] in SCALE):
        modifier, text = "over", "一" + text[1:]
    if not text:
        return None
    if text[0] in SCALE:
        text = "一" + text
    total = section = 0.0
    number: float | None = None
    for piece in re.findall(r"[0-9]+(?:\.[0-9]+)?|.", text):
        if piece[0].isascii() and piece[0].isdigit():
            number = float(piece)
        elif piece in _DIGIT:
            digit = _DIGIT[piece]
            number = digit if number is None or number == 0 else number * 10 + digit
        elif piece in ("万", "亿"):
            total = (
                (total + section + (number or 0)) * SCALE[piece]
                if piece == "亿"
                else total + (section + (number or 0)) * SCALE[piece]
            )
            section, number = 0.0, None
        elif piece in SCALE:
            section += (number or 1) * SCALE[piece]  # 零十 is 10
            number = None
        else:
            return None
    return round(total + section + (number or 0), _PLACES), modifier  # 272.66 times 10,000 is 2726600.0000000005


def read(match: re.Match[str]) -> Quantity | None:
    """The quantity that a match of ``QUANTITY`` stands for."""
    before = match["before"]
    modifier = BEFORE[before] if before else None
    if match["percent_of"]:
        numeral = match["percent_of"][3:]
        whole, _, point = numeral.partition("点")
        value = read_number(whole)
        if value is None:
            return None
        number = value[0] + (float("0." + "".join(str(_DIGIT.get(c, 0)) for c in point)) if point else 0)
        if match["percent_of"].startswith("千"):
            number /= 10
        return Quantity(match.start(), match.end(), round(number, 2), None, modifier or value[1], "percent")
    if match["fraction"]:
        if "/" in match["fraction"]:
            a, b = (float(x) for x in match["fraction"].split("/"))
        else:
            lower, upper = match["fraction"].split("分之")
            pair = read_number(upper), read_number(lower)
            if pair[0] is None or pair[1] is None:
                return None
            a, b = pair[0][0], pair[1][0]
        if not b:
            return None
        return Quantity(match.start(), match.end(), round(a / b * 100, 2), None, modifier, "percent")
    pair_of = _ADJACENT.fullmatch(match["low"])
    if (
        pair_of and not match["range"] and (_DIGIT[pair_of[2]] == _DIGIT[pair_of[1]] + 1 or pair_of[0] == "三五")
    ):  # 五六人, 三四百
        scales = pair_of[3] or ""
        ends = [read_number(pair_of[k] + scales) for k in (1, 2)]
        if ends[0] and ends[1]:
            return Quantity(match.start(), match.end(), ends[0][0], ends[1][0], modifier, "number")
    first = read_number(match["low"])
    if first is None:
        return None
    low, low_modifier = first
    high: float | None = None
    if match["range"]:
        second = read_number(match["high"])
        if second is None:
            return None
        high = second[0]
        low_scale, high_scale = re.search(r"[百千万亿]+$", match["low"]), re.search(r"[百千万亿]+$", match["high"])
        if high_scale and not low_scale and low < high:  # 3至5万: the scale belongs to both
            low *= high / (read_number(match["high"][: high_scale.start()]) or (high, None))[0]
        if high <= low:
            return None
    return Quantity(match.start(), match.end(), low, high, modifier or low_modifier, "number")
