"""Numbers that open a section (编号): every style of the genre, with one grammar for finding and for reading them."""

from __future__ import annotations

import re
from typing import NamedTuple

CN = "〇零一二三四五六七八九十"
_DIGIT = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0}
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
PAREN_DIGIT = "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇"
DOT_DIGIT = "⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛"
PAREN_CN = "㈠㈡㈢㈣㈤㈥㈦㈧㈨㈩"
SEQUENCE_WORDS = ("首先", "其次", "再次", "再者", "然后", "最后")
FURTHER_WORDS = ("再就是", "再有", "还有", "另外", "此外")  # go on with a series that one of the words above begins
# nouns that a number belongs to without counting the parts of a text: 第二天， 第一名： 星期一：
_NO_PART = (
    "[是要]|季度|学期|学年|阶段|时间|小组|中心|车间|工区|分会|支部|小学|中学|医院|责任|书记"
    "|[届批名组天年次回期轮周月代线场等位手大队师]"
)
_NO_COUNT = "星期|礼拜|附[件表图]|表格|图[片表]|[0-9一二三四五六七八九十百千月日周第]|.[0-9一二三四五六七八九十百千月日周第]"

_ALONE = r"(?=[\u4e00-\u9fff“《][^，。；：|0-9\n]{1,18}(?:\n|$))"  # a short line behind a number that only a blank sets off
_DATED = r"(?:19|20)[0-9]{2}\s?年|[0-9]{1,2}\s?月(?!份)"  # 2、9月2日…; 2、9月份 may be two months, 2.9 is a figure
_DATED_CN = r"(?:19|20)[0-9xX×*_]{2}\s?年|[0-9]{1,2}\s?(?:[-—–~～至到]{1,3}\s?[0-9]{1,2}\s?)?月"  # 一、1—2月, 一、20xx年

# One alternative a style. `tail` is what makes a numeral a section number; the space around it belongs to no heading.
_STYLES = {
    "part": rf"第\s?(?P<part>[{CN}]{{1,3}}|\d{{1,2}})\s?(?:部分|章|编)[、：:，,．.]?",
    "section": rf"第\s?(?P<section>[{CN}]{{1,3}}|\d{{1,2}})\s?节[、：:，,．.]?",
    "article": rf"第(?P<article>[{CN}]{{1,3}})条(?:\s+|[：:、]\s?)(?=\S)",
    # 第一件小事： 头一宗是 第三本账：, and 做法一： 关口二 代表: of one noun each series
    "nth": rf"[第头](?P<nth>[一二三四五六七八九十]{{1,2}})(?:方面|(?!{_NO_PART})[\u4e00-\u9fff]{{1,3}}?)(?:[，、：:。]|是)",
    "counted": rf"(?!{_NO_COUNT})[\u4e00-\u9fff]{{2,3}}?(?<!之)(?P<counted>[一二三四五六七八九十]{{1,2}}|[0-9]{{1,2}})"
    rf"(?:\s?[：:、．.]|[ 　]+{_ALONE})",
    "code": r"(?P<code>[A-H][0-9]{1,2})\s?[～~、．:：](?=[\u4e00-\u9fff“《])",
    "qi": r"其(?P<qi>[一二三四五六])[，,、：:]",
    "shi": r"(?:第?(?P<shi>[一二三四五六七八九十])是)(?=[^\s])[，,：:]?",
    "di": r"第(?P<di>[一二三四五六七八九十])[、，,：:．]",
    "cn_paren": rf"[（(〔【<〈]\s?(?P<cn_paren>[{CN}]{{1,3}})\s?[）)〕】>〉][、，,．.]?",
    "cn": rf"(?P<cn>[{CN}]{{1,3}}|○[{CN}])\s?[、．.，,：:](?:(?![0-9])|(?={_DATED_CN}))",
    "gan": r"(?P<gan>[甲乙丙丁戊己庚辛])[、．.]",
    "formal": r"(?P<formal>[壹贰叁参肆伍陆柒捌玖拾])[、．.，,：:]",
    "formal_space": r"(?P<formal_space>[壹贰叁参肆伍陆柒捌玖拾])[ 　]+(?=[\u4e00-\u9fff“《][^，。；：|\n]{1,18}(?:\n|$))",
    "roman": r"(?P<roman>[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ])[、．.，,：: ]?",
    "latin": r"(?P<latin>I{1,3}|I?V|VI{1,3}|I?X)[、．.]",
    "ar_space": rf"(?P<ar_space>[0-9]{{1,2}})[ 　]+{_ALONE}",
    "cn_space": rf"(?P<cn_space>[{CN}]{{1,3}})[ 　]+{_ALONE}",
    "dashed": r"(?P<dashed>[-—])、",
    "ar_section": r"(?P<ar_section>[0-9]{1,2}\.[0-9]{1,2}(?:\.[0-9]{1,2})?)"
    r"(?=[\s\u4e00-\u9fff])(?![年月日号万亿千百十个元名人次%分家户件条场支页册台])",
    "ar_paren": r"[（(〔]\s?(?P<ar_paren>[0-9]{1,2})\s?[）)〕][、，,．.]?",
    "ar_half": r"(?P<ar_half>[0-9]{1,2})[）)][、，,．.]?",
    "ar_bracket": r"\[\s?(?P<ar_bracket>[0-9]{1,2})\s?\]",
    "ar": rf"(?P<ar>[0-9]{{1,2}})\s?(?:[、．.，,](?![0-9])|[、．.](?={_DATED}))",
    "circled": rf"(?P<circled>[{CIRCLED}])[、，,．.]?",
    "paren_digit": rf"(?P<paren_digit>[{PAREN_DIGIT}])[、，,．.]?",
    "dot_digit": rf"(?P<dot_digit>[{DOT_DIGIT}])[、，,．.]?",
    "cn_paren_one": rf"(?P<cn_paren_one>[{PAREN_CN}])[、，,．.]?",
    "word": rf"(?P<word>{'|'.join(SEQUENCE_WORDS)})(?:是(?!否)|[，,：:])?",
    "further": rf"(?P<further>{'|'.join(FURTHER_WORDS)})[，,：:]",
    "letter": r"(?P<letter>[A-Ha-h])[、．.](?=\s?[\u4e00-\u9fff“《])",
}
NUMBER = re.compile("|".join(_STYLES.values()))
# styles written alike in one document: ⑴ and (1) and [1] continue each other's series when the text mixes them
FAMILY = {
    "paren_digit": "ar_paren", "ar_bracket": "ar_paren", "dot_digit": "ar", "cn_paren_one": "cn_paren", "dashed": "cn",
    "ar_space": "ar", "cn_space": "cn", "further": "word", "latin": "roman",
}  # fmt: skip
# the order in which styles usually nest, outermost first: only breaks ties where the text itself gives no order
RANK = {
    "part": 0, "section": 1, "cn": 2, "gan": 2, "formal": 2, "roman": 2, "cn_paren": 3,
    "di": 4, "ar": 5, "ar_section": 6, "ar_paren": 7, "ar_half": 7, "nth": 4,
    "article": 3, "counted": 2, "code": 4, "circled": 8, "letter": 9, "word": 10, "shi": 10, "qi": 10,
}  # fmt: skip


_MONTH = re.compile(rf"([{CN}]{{1,2}})月")


_LATIN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
_LISTED = {
    "gan": "甲乙丙丁戊己庚辛",
    "formal": "壹贰叁肆伍陆柒捌玖拾",
    "formal_space": "壹贰叁肆伍陆柒捌玖拾",
    "roman": "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ",
}


class Number(NamedTuple):
    """A section number at ``[start, end)`` of the clean text."""

    start: int
    end: int
    style: str
    value: int


def chinese_value(numeral: str) -> int:
    """Value of a Chinese numeral below one hundred (十二 → 12, 二十 → 20)."""
    if "十" not in numeral:
        return int("".join(str(_DIGIT[c]) for c in numeral))
    tens, _, ones = numeral.partition("十")
    return (_DIGIT[tens] if tens else 1) * 10 + (_DIGIT.get(ones[:1], 0) if ones else 0)


def number_at(text: str, start: int, end: int) -> Number | None:
    """The section number that begins exactly at ``start``, if any."""
    match = NUMBER.match(text, start, end)
    if match is None or match.lastgroup is None:
        return None
    style, numeral = match.lastgroup, match[match.lastgroup]
    month = _MONTH.match(text, match.end()) if style == "cn" else None
    if (
        month and chinese_value(month[1]) == chinese_value(numeral.lstrip("○")) + 1
    ):  # 六、七月 is a date, 一、三月份 opens a section
        return None
    if style in ("circled", "paren_digit", "dot_digit", "cn_paren_one"):
        value = {"circled": CIRCLED, "paren_digit": PAREN_DIGIT, "dot_digit": DOT_DIGIT, "cn_paren_one": PAREN_CN}[style].index(
            numeral
        ) + 1
    elif style in _LISTED:
        value = _LISTED[style].index("叁" if numeral == "参" else numeral) + 1  # 參 in plain characters
    elif style == "code":
        value = (ord(numeral[0]) - ord("A")) * 100 + int(numeral[1:])
    elif style == "latin":
        value = _LATIN.index(numeral) + 1
    elif style == "letter":
        value = ord(numeral.lower()) - ord("a") + 1
    elif style == "word":
        value = min(SEQUENCE_WORDS.index(numeral) + 1, 4)
    elif style == "further":
        value = 4
    elif style == "dashed":
        value = 1
    elif style == "ar_section":
        value = int(numeral.rsplit(".", 1)[1])
        style = f"ar_section{numeral.count('.')}"
    elif numeral.isascii():
        value = int(numeral)
    else:
        value = chinese_value(numeral.lstrip("○"))
    if style in _OF_A_NOUN:
        style = f"{style}:{_noun(match, style)}"
    return Number(match.start(), match.end(), FAMILY.get(style, style), value)


_OF_A_NOUN = ("nth", "counted")


def _noun(match: re.Match[str], style: str) -> str:
    """The noun that the parts are counted by: 本账 of 第三本账：, 关口 of 关口二."""
    before, behind = match.string[match.start() : match.start(style)], match.string[match.end(style) : match.end()]
    return before if style == "counted" else behind.rstrip("，、：:。是")


def kind(style: str) -> str:
    """A style less the noun that it counts by."""
    return style.partition(":")[0]


def rank(style: str) -> int:
    """How far in a style usually stands."""
    return RANK.get(kind(style), 6)
