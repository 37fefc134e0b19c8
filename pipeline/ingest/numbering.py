"""Automatic numbering of Word (自动编号): the numbers that Word shows but does not store, counted and spelt as it does.

Levels, formats and restarts are those of ``numbering.xml`` (ECMA-376 part 1, 17.9); a style may carry the numbering for its
paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from lxml.etree import _Element as Element
else:
    Element = Any

_HAN = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"),
          (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_COUNTING = {
    "chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "taiwaneseCountingThousand",
    "ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital",
}  # fmt: skip
_CLOSED = "、．。，：；）)】〕］]"  # behind these a number needs no blank; behind a plain point it does: 1. 5月
_PRIVATE = re.compile("[\ue000-\uf8ff]")  # bullets of symbol fonts
_DEEPEST = 9  # levels that Word knows
_LONGEST_CHAIN = 20  # styles based on styles


class _Level(NamedTuple):
    start: int
    format: str
    text: str
    restart: int | None  # the level (from 1) after which this one begins anew; 0: never
    legal: bool  # upper levels are shown in digits
    style: str | None  # style of the paragraphs that stand at this level


class Numbering:
    """Counts the numbered paragraphs of one document, in reading order."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        self._styles = {_value(s, "styleId"): s for s in _children(styles, "style")} if styles is not None else {}
        self._abstract: dict[str, dict[int, _Level]] = {}
        self._links: dict[str, str] = {}
        self._nums: dict[str, tuple[str, dict[int, _Level], dict[int, int]]] = {}
        self._counters: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()  # overrides of a start that have been used
        if numbering is not None:
            self._read(numbering)

    def _read(self, numbering: Element) -> None:
        for abstract in _children(numbering, "abstractNum"):
            key = _value(abstract, "abstractNumId") or ""
            self._abstract[key] = {n: level for n, level in map(_level, _children(abstract, "lvl")) if 0 <= n < _DEEPEST}
            if (link := _child_value(abstract, "numStyleLink")) is not None:
                self._links[key] = link
        for num in _children(numbering, "num"):
            levels: dict[int, _Level] = {}
            starts: dict[int, int] = {}
            for override in _children(num, "lvlOverride"):
                n = _number(_value(override, "ilvl"), 0)
                if (start := _child_value(override, "startOverride")) is not None:
                    starts[n] = _number(start, 1)
                levels |= dict(map(_level, _children(override, "lvl")))
            self._nums[_value(num, "numId") or ""] = _child_value(num, "abstractNumId") or "", levels, starts

    def number(self, paragraph: Element) -> str:
        """What Word shows in front of the paragraph, with a blank where one is needed; nothing where it has no number."""
        num, n = self._place(paragraph)
        if num not in self._nums:
            return ""
        abstract, own, starts = self._nums[num]
        abstract, inherited = self._levels(abstract)
        levels = inherited | own
        if n not in levels:
            return ""
        counters = self._counters.setdefault(abstract, {})
        level = levels[n]
        first = starts.get(n, level.start)
        overridden = n in starts and (num, n) not in self._begun
        counters[n] = counters[n] + 1 if n in counters and not overridden else first
        self._begun.add((num, n))
        for deeper in [m for m in counters if m > n]:
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or n < restart:
                del counters[deeper]
        return _shown(level, levels, counters)

    def _levels(self, abstract: str) -> tuple[str, dict[int, _Level]]:
        """The levels of an abstract numbering, which may only point to a style that has them."""
        for _ in range(_LONGEST_CHAIN):
            style = self._styles.get(self._links.get(abstract, ""))
            target = self._nums.get(_style_number(style)[0] or "") if style is not None else None
            if target is None or self._abstract.get(abstract):
                break
            abstract = target[0]
        return abstract, self._abstract.get(abstract, {})

    def _place(self, paragraph: Element) -> tuple[str | None, int]:
        """The numbering that a paragraph belongs to and its level (from 0), its own or that of its style."""
        properties = _child(paragraph, "pPr")
        if properties is None:
            return None, 0
        num, n = _number_of(properties)
        style = _child_value(properties, "pStyle")
        for name in self._chain(style):
            if num is not None and n is not None:
                break
            of_style, level = _style_number(self._styles[name])
            if num is None and of_style is not None:
                num = of_style
                n = level if n is None else n
                if n is None and num in self._nums:
                    found = self._levels(self._nums[num][0])[1]
                    n = next((k for k, candidate in found.items() if candidate.style == name), 0)
        return num, min(max(n or 0, 0), _DEEPEST - 1)

    def _chain(self, style: str | None) -> Iterator[str]:
        for _ in range(_LONGEST_CHAIN):
            if style is None or style not in self._styles:
                return
            yield style
            style = _child_value(self._styles[style], "basedOn")


def spelt(value: int, style: str) -> str:
    """A number in one of Word's formats (``w:numFmt``); in plain digits where the format does not reach it or is unknown."""
    if style in _COUNTING:
        return counting(value)
    if style in ("upperLetter", "lowerLetter") and value > 0:
        letter = chr(ord("a") + (value - 1) % 26) * min((value - 1) // 26 + 1, 30)
        return letter.upper() if style == "upperLetter" else letter
    if style in ("upperRoman", "lowerRoman") and 0 < value < 4000:
        return _roman(value).upper() if style == "upperRoman" else _roman(value)
    if style in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and 0 < value <= 20:
        return chr(ord("①") + value - 1)
    if style == "decimalEnclosedParen" and 0 < value <= 20:
        return chr(ord("⑴") + value - 1)
    if style == "decimalEnclosedFullstop" and 0 < value <= 20:
        return chr(ord("⒈") + value - 1)
    if style == "ideographEnclosedCircle" and 0 < value <= 10:
        return chr(ord("㊀") + value - 1)
    if style == "ideographTraditional" and 0 < value <= 10:
        return _STEMS[value - 1]
    if style == "ideographZodiac" and 0 < value <= 12:
        return _BRANCHES[value - 1]
    if style in ("chineseLegalSimplified", "ideographLegalTraditional"):
        return _in_words(value, _LEGAL, "拾佰仟")
    if style == "decimalFullWidth":
        return "".join(chr(ord("０") + int(digit)) for digit in str(max(value, 0)))
    if style == "decimalZero":
        return f"{value:02d}"
    return "" if style == "none" else str(value)


def counting(value: int) -> str:
    """A number as Chinese counts (一, 十二, 一百〇三), up to 9999."""
    words = _in_words(value, _HAN, "十百千")
    return words.removeprefix("一") if 10 <= value < 20 else words


def _in_words(value: int, digits: str, units: str) -> str:
    if not 0 < value < 10_000:
        return digits[0] if value == 0 else str(value)
    words, text = "", str(value)
    for i, digit in enumerate(text):
        power = len(text) - 1 - i
        if digit != "0":
            words += digits[int(digit)] + (units[power - 1] if power else "")
        elif not words.endswith(digits[0]) and text[i:].strip("0"):
            words += digits[0]
    return words


def _roman(value: int) -> str:
    words = ""
    for worth, letters in _ROMAN:
        while value >= worth:
            words += letters
            value -= worth
    return words


def _shown(level: _Level, levels: dict[int, _Level], counters: dict[int, int]) -> str:
    if level.format == "bullet":
        return (_PRIVATE.sub("•", level.text) or "•") + " "

    def filled(match: re.Match[str]) -> str:
        n = int(match[1]) - 1
        other = levels.get(n)
        if other is None:
            return ""
        plain = level.legal and other is not level
        return spelt(counters.get(n, other.start), "decimal" if plain else other.format)

    text = re.sub(r"%([1-9])", filled, level.text).strip()
    return text + ("" if not text or text[-1] in _CLOSED else " ")


def _level(element: Element) -> tuple[int, _Level]:
    restart = _child_value(element, "lvlRestart")
    return _number(_value(element, "ilvl"), 0), _Level(
        start=_number(_child_value(element, "start"), 1),
        format=_format(element),
        text=_child_value(element, "lvlText") or "",
        restart=None if restart is None else _number(restart, 0),
        legal=_child(element, "isLgl") is not None,
        style=_child_value(element, "pStyle"),
    )


def _format(element: Element) -> str:
    """The number format; newer ones hide in an alternative for programs that know them."""
    found = _child_value(element, "numFmt")
    if found is None:
        found = next((_value(inner, "val") for inner in element.iter("{*}numFmt")), None)
    return found or "decimal"


def _style_number(style: Element | None) -> tuple[str | None, int | None]:
    properties = _child(style, "pPr") if style is not None else None
    return _number_of(properties) if properties is not None else (None, None)


def _number_of(properties: Element) -> tuple[str | None, int | None]:
    numbered = _child(properties, "numPr")
    if numbered is None:
        return None, None
    level = _child_value(numbered, "ilvl")
    return _child_value(numbered, "numId"), None if level is None else _number(level, 0)


def _children(element: Element | None, name: str) -> list[Element]:
    return [] if element is None else element.findall(f"{{*}}{name}")


def _child(element: Element, name: str) -> Element | None:
    return element.find(f"{{*}}{name}")


def _child_value(element: Element, name: str) -> str | None:
    found = _child(element, name)
    return None if found is None else _value(found, "val")


def _value(element: Element, name: str) -> str | None:
    """An attribute whatever its namespace: the strict form of the format has another than the usual one."""
    found = next((value for key, value in element.items() if str(key).rpartition("}")[2] == name), None)
    return None if found is None else str(found)


def _number(text: str | None, default: int) -> int:
    return int(text) if text is not None and re.fullmatch(r"\d{1,6}", text) else default
