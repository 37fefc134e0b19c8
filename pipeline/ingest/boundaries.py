"""Lines that open a document because they say so (有标记的分界), and the title that is left of such a line."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from typing import Literal, NamedTuple

from pipeline.ingest.ends import is_unit
from pipeline.ingest.lines import LONGEST_TITLE, Line
from pipeline.ingest.noise import noisy
from pipeline.ingest.rules import RESOURCES, Rule, read_rules

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九十")}
_WITHIN = re.compile(
    r"(?:(?<=[。！？!?…”）\s])|^(?P<own>[^。；，！？【\[]{0,40})"
    r"|(?<=[。！？!?])(?P<titled>[^。；，！？【\[]{2,24}(?:总结|小结|计划|汇报|报告|材料|体会|方案|讲话|发言)稿?)篇?)[【\[] ?"
    r"(?:第 ?(?P<n>[一二三四五六七八九十\d]{1,3}) ?篇|篇 ?(?P<n2>[一二三四五六七八九十\d]{1,3})) ?[】\]]?(?![和、，的])"
)
_WRAPPER = re.compile(
    r"怎么写|如何写|怎样写|选登|选编|范文|范本|优秀|精选|通用|最新|热门|实用|推荐|模板|样本|大全|集锦|汇编|合集|汇总"
    r"|必备|经典|简短|标准版|完整版|整理|\d{1,9} ?[篇份则]|[一二三四五六七八九十多]{1,2}篇|\d{2,5} ?字"
)
_YEAR = re.compile(
    r"(?:[12]\d{3}|20[xX×*_]{2}|[_xX×*]{2,4}(?=年)|[二一][〇○零OoＯ一二三四五六七八九0]{3})"
    r"(?:[-—~至]{1,2}\d{2,4})?(?:年度|学年度|学年|年)?(?:第[一二]学期)?"
)
_DATE = re.compile(
    r"(?:[12]\d{3}|[二一][〇○零OoＯ一二三四五六七八九0]{3}) ?[年./\-—] ?"
    r"[\d元正一二三四五六七八九十xX×]{1,3} ?(?:[月./\-—] ?(?:[\d一二三四五六七八九十廿xX×]{1,3} ?日?)?)?$"
)
_APART = 60  # characters between two numbered titles that open texts: an agenda lists them without any
_ALIKE = str.maketrans("〖『「<＜〗』」>＞", "【【【【【】】】】】")
_ORNAMENTS = "=＝~～*＊★☆◆◇■□●○※#＃·•—–-_"
_ENTITLED = re.compile(r"(?:总结|小结|计划|汇报|报告|材料|要点|排期|心得|体会|经验)(?:[（(][^（）()]{1,16}[)）])?$")
_STOPPED = re.compile(r"[。：:]$")
_RUNNING = 40  # characters of a line of running text
_PREFACE = 300  # characters above the first of a collection's texts
_TOP = 5  # lines of a page that may name the collection
_NUMBERED = re.compile(r"[一二三四五六七八九十]{1,2}、|\d{1,2}[、.．]")
_COLLECTION = re.compile(r"范文|范本|大全|集锦|汇编(?!编|工作)|合集|模板(?!工|班)|\d{1,3} ?篇|[一二三四五六七八九十多]{1,2}篇")
_COUNTED = re.compile(
    r"(?P<stem>[^\n]{2,50}[^\d一二三四五六七八九十])(?:\d{1,2}|[一二三四五六七八九十]{1,3})[^\d一二三四五六七八九十]?$"
)
_BRACKETS = re.compile(r"[【\[（(〔].{0,20}[】\]）)〕]$")


class Mark(NamedTuple):
    """A place where a document begins.

    Attributes:
        at: clean offset of the first character of the document.
        end: clean offset behind the boundary line, or behind the mark where text follows in the same line.
        kind: text, or a writing guide (写作指导).
        own: clean spans of what the line says besides its mark; a wrapper may still be in it.
        number: the running number, null where there is none.
        rule: id of the rule; ````title_line`` and ``opening`` are those of ``unmarked``.
    """

    at: int
    end: int
    kind: Literal["text", "guide"]
    own: tuple[tuple[int, int], ...]
    number: int | None
    rule: str


@cache
def boundary_rules() -> tuple[Rule, ...]:
    """The rules, checked against their own examples."""
    return read_rules(
        RESOURCES / "rules" / "boundaries.yaml",
        {"kind": ("text", "guide"), "strength": ("sure", *_KEPT)},
    )


def marks(lines: Sequence[Line]) -> list[Mark]:
    """Every marked boundary, in text order."""
    found: list[Mark] = []
    series: dict[str, list[Mark]] = defaultdict(list)
    for line in lines:
        bare = _unframed(line)  # a number that counts texts keeps its frame: the rule asks for one
        hit = next(((rule, match) for rule in boundary_rules() if (match := rule.match(bare.text))), None)
        if hit is None or _DATE.match((hit[1].groupdict().get("own") or "").strip()):  # a signature, and a mark behind it
            found += _within(line)
            continue
        rule, match = hit
        groups = match.groupdict()
        own = tuple(
            (bare.start + match.start(g), bare.start + match.end(g)) for g in ("after", "own") if (groups.get(g) or "").strip()
        )
        number = next((groups[name] for name in ("n", "n2", "n3") if groups.get(name)), None)
        mark = Mark(
            line.start, line.end, "guide" if rule.attributes["kind"] == "guide" else "text", own, number_value(number), rule.id
        )
        (series[rule.id] if rule.attributes.get("strength", "sure") in _KEPT else found).append(mark)
    strength = {rule.id: rule.attributes.get("strength", "sure") for rule in boundary_rules()}
    if "title_digit" in series:  # 工作总结1 goes on with 把“小家”建到车间去2
        series["title_digit"] = sorted(series["title_digit"] + series.get("title_number", []))
    for name, group in series.items():
        found += _KEPT[strength[name]](group, lines) or _first_of_more(group, lines)
    once = list({mark.at: mark for mark in found if mark.rule != "titled_within" or _is_counted(mark, found, lines)}.values())
    return sorted(_told_apart(once + _run_into(once, lines), lines))


def _unframed(line: Line) -> Line:
    """A short line without the ornaments on both sides of it (★篇一★, ===篇一===), all its brackets of one kind."""
    if not line.fits_a_title:
        return line
    text = line.text.translate(_ALIKE)
    if text[0] in _ORNAMENTS and text[-1] == text[0]:
        bare = text.strip(text[0] + " ")
        start = line.start + text.index(bare)
        return line._replace(start=start, end=start + len(bare), text=bare) if bare and not bare.isdigit() else line
    return line._replace(text=text)


def _told_apart(found: list[Mark], lines: Sequence[Line]) -> list[Mark]:
    """Texts and guides (写作指导) by their own words: those that several marks bear are the page's title and announce neither.

    总结怎么写 篇1, 总结怎么写 篇2 are texts, and 总结怎么写 above them opens no guide.
    """
    at = {line.start: line for line in lines}
    own = {mark: [_words(at[mark.at], a, b) for a, b in mark.own] for mark in found if mark.kind == "text" and mark.at in at}
    borne = Counter(words for several in own.values() for words in several)
    titles = {words for words, times in borne.items() if times > 1}
    told = []
    for mark in found:
        if mark.kind == "guide" and _words(at[mark.at], mark.at, mark.end) in titles:
            continue
        guide = any(words not in titles and _speaks_of_writing(words) for words in own.get(mark, ()))
        told.append(mark._replace(kind="guide") if guide else mark)
    return told


def _words(line: Line, start: int, end: int) -> str:
    return line.text[start - line.start : end - line.start].strip()


def _speaks_of_writing(title: str) -> bool:
    """Whether a title announces a guide (写作要领) rather than a text."""
    return any(rule.attributes["kind"] == "guide" and rule.matches(title.strip()) for rule in boundary_rules())


def _within(line: Line) -> list[Mark]:
    """Marks in brackets within a long line: the text before them ends, another begins."""
    found = []
    for m in _WITHIN.finditer(line.text):
        name = "own" if m["own"] else "titled"
        dated = m[name] and _DATE.match(m[name].strip())
        start = m.end(name) if dated else m.start()
        own = ((line.start + m.start(name), line.start + m.end(name)),) if m[name] and not dated else ()
        rule = "titled_within" if m["titled"] else "bracket_within"
        found.append(Mark(line.start + start, line.start + m.end(), "text", own, number_value(m["n"] or m["n2"]), rule))
    return found


def _counting(group: list[Mark]) -> list[Mark]:
    """The marks of a series whose number follows on another's, or that name their text: one alone may be anything."""
    numbers = {mark.number for mark in group}
    named = sum(len(mark.own) > 1 for mark in group) > 1
    return [
        mark
        for mark in group
        if mark.number is not None and ({mark.number - 1, mark.number + 1} & numbers or (named and len(mark.own) > 1))
    ]


def _standing_apart(group: list[Mark], lines: Sequence[Line]) -> list[Mark]:
    """The marks that count on from one another, from one on, with a text behind each of them.

    Below the title of a text of its own, or running text, they are its sections.
    """
    counted: list[Mark] = []
    for mark in group:
        if mark.number == len(counted) + 1 and (not counted or _between(counted[-1], mark, lines) >= _APART):
            counted.append(mark)
    above = [line.text for line in lines if counted and line.end <= counted[0].at]
    alone = all(len(text) < LONGEST_TITLE and not (_YEAR.search(text) and not is_wrapper(text)) for text in above)
    return counted if len(counted) > 1 and alone else []


def _is_counted(mark: Mark, found: Sequence[Mark], lines: Sequence[Line]) -> bool:
    """Whether a mark within a line counts on with another, or is the first below the name of a collection."""
    near = {(mark.number or 0) - 1, (mark.number or 0) + 1}
    beside = any(other.number in near for other in found if other.number is not None)
    return beside or (
        mark.number == 1 and any(line.end <= mark.at and line.fits_a_title and is_collection(line.text) for line in lines[:_TOP])
    )


def _first_of_more(group: list[Mark], lines: Sequence[Line]) -> list[Mark]:
    """The first mark, where no other is left of a collection that was cut: its title or its preface stands above (工会总结1)."""
    first = group[0]
    line = next(line for line in lines if line.start == first.at)
    above = [other for other in lines if other.end <= first.at]
    if first.number != 1 or not above or not line.fits_a_title:
        return []
    stem = line.text.rstrip("0123456789一二三四五六七八九十篇：: ")
    solid = sum(len(other.text) for other in above if not (other.fits_a_title or noisy(other.text)))
    announced = any(other.fits_a_title and (is_collection(other.text) or other.text == stem) for other in above)
    begun = any(is_unit(other.text) or _NUMBERED.match(other.text) for other in above)
    return [first] if announced and not begun and solid < _PREFACE and _ENTITLED.search(stem) else []


def _above_titles(group: list[Mark], lines: Sequence[Line]) -> list[Mark]:
    """The marks that count and stand above a text's title (附件1 / 某校工会2022年工作总结), below its unit's name at times."""
    starts = [line.start for line in lines]
    titled = []
    for mark in group:
        at = bisect_left(starts, mark.end)
        first, second = (*(line.text for line in lines[at : at + 2]), "", "")[:2]
        title = second if is_unit(first) else first
        if len(title) <= LONGEST_TITLE and _ENTITLED.search(title):
            titled.append(mark)
    return _counting(titled)


def _outside_a_text(group: list[Mark], lines: Sequence[Line]) -> list[Mark]:
    """The marks that count, unless they head the sections of a text that began above them."""
    return [] if _heads_sections(group, lines) else _counting(group)


def _no_parts(group: list[Mark], lines: Sequence[Line]) -> list[Mark]:
    """All marks, unless each only names a part of the text that began above them (第一篇　平安, 第二篇　暖心)."""
    at = {line.start: line for line in lines}
    named = [_words(at[mark.at], *mark.own[0]) if mark.own and mark.at in at else "" for mark in group]
    short = all(0 < len(words) <= _NAME_OF_A_PART and not _ENTITLED.search(words) for words in named)
    return [] if short and group[0].number == 1 and _heads_sections(group, lines) else group


_NAME_OF_A_PART = 8  # characters
_KEPT: dict[str, Callable[[list[Mark], Sequence[Line]], list[Mark]]] = {  # by a rule's strength: which of its marks stand
    "series": lambda group, _: _counting(group),
    "titles": _standing_apart,
    "above_title": _above_titles,
    "outside": _outside_a_text,
    "no_parts": _no_parts,
}


def _heads_sections(group: list[Mark], lines: Sequence[Line]) -> bool:
    """Whether counted lines (总结一：值得肯定的) stand in a text that began above them, under a title of its own and running."""
    above = [line.text for line in lines if line.end <= group[0].at and not noisy(line.text)]
    title = next((text for text in above[1:2] if text.startswith("—")), above[0] if above else "")
    if not title or is_wrapper(title) or len(title) > LONGEST_TITLE:
        return False
    return any(_ENTITLED.search(text) for text in above[:2]) and any(
        len(text) >= _RUNNING and _STOPPED.search(text) for text in above[1:]
    )


def _run_into(found: Sequence[Mark], lines: Sequence[Line]) -> list[Mark]:
    """Marks that lost the line break behind them: the line begins as other marks do (镇工会总结 篇2今年以来…), and counts on."""
    opened = {mark.at: mark for mark in found if mark.kind == "text" and mark.number is not None}
    stems: dict[str, tuple[Mark, set[int]]] = {}
    for line in lines:
        mark = opened.get(line.start)
        if mark is not None and mark.end == line.end and (hit := _COUNTED.match(line.text)):
            stems.setdefault(hit["stem"], (mark, set()))[1].add(mark.number or 0)
    more = []
    for line in lines:
        for stem, (other, numbers) in stems.items():
            if line.start in opened or not line.text.startswith(stem):
                continue
            counted = ((n, form) for n in sorted({m + 1 for m in numbers} - numbers) for form in (str(n), numeral(n)))
            number, form = next((one for one in counted if line.text.startswith(one[1], len(stem))), (None, ""))
            end = len(stem) + len(form)
            if number is None or line.text[end : end + 1].isdigit():
                continue
            own = tuple((a - other.at + line.start, b - other.at + line.start) for a, b in other.own)
            more.append(Mark(line.start, line.start + end, "text", own, number, other.rule))
            numbers.add(number)
    return more


def _between(one: Mark, other: Mark, lines: Sequence[Line]) -> int:
    return sum(len(line.text) for line in lines if one.end <= line.start < other.at)


def number_value(numeral: str | None) -> int | None:
    """The value of a running number (十二, 7); null for none."""
    if not numeral:
        return None
    if numeral.isdigit():
        return int(numeral)
    tens, _, ones = numeral.rpartition("十")
    if "十" not in numeral:
        return _DIGITS.get(numeral)
    return _DIGITS.get(tens or "一", 1) * 10 + _DIGITS.get(ones or "零", 0)


def numeral(value: int) -> str:
    """The Chinese numeral of a running number below a hundred (12 → 十二)."""
    tens, ones = divmod(value, 10)
    digits = {n: char for char, n in _DIGITS.items()}
    return ("" if tens == 0 else digits[tens] * (tens > 1) + "十") + (digits[ones] if ones or not tens else "")


def own_title(own: str, page_title: str | None) -> str | None:
    """The title that a boundary line gives, or null where it is all wrapper.

    A wrapper praises (优秀范文), counts (3篇, 1850字), or repeats the page's title but for its year: wrappers are re-dated.
    """
    title = re.sub(r"^[\s:：、.．\-—】\]]+|[\s:：\-—]+$", "", own)
    if len(title) < 4 or _WRAPPER.search(title):
        return None
    if page_title is not None and _stem(title) and _stem(title) in _stem(page_title):
        return None
    return title


def is_wrapper(line: str) -> bool:
    """Whether a title line speaks of a collection rather than of one text."""
    return bool(_WRAPPER.search(line))


def is_collection(line: str) -> bool:
    """Whether a line counts texts or calls them models: a wrapper beyond doubt, where 优秀 and 推荐 may be a text's own words."""
    return bool(_COLLECTION.search(line))


def _stem(title: str) -> str:
    """What is left of a title without year, brackets and words of praise."""
    return re.sub(r"[\s，,、：:]", "", _WRAPPER.sub("", _YEAR.sub("", _BRACKETS.sub("", title))))
