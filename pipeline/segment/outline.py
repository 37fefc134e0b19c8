"""The outline of a document (章节树): which lines are headings, how deep each stands, where each body ends.

``depth`` tells how deep each heading stands; here they are found, and where their text and their bodies end.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.segment.candidates import NO_PART, SET_OFF
from pipeline.segment.depth import ONLY_HEADING, Opener, depths
from pipeline.segment.numbering import Number, kind, number_at, rank
from pipeline.segment.title import is_distributed
from pipeline.segment.unnumbered import unnumbered

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.products import Heading, Span
    from pipeline.segment.reading import Reading

_END = "。！？!?：:；;"
_OPEN, _CLOSE = "“‘「『《（(【[", "”’」』》）)】]"
_INLINE = re.compile(r"(?:(?<=[。；;！？!?）)：:”…】])|(?<=  ))[ 　]{0,8}(?=[（(\[【第一二三四五六七八九十0-9①-⒛㈠-㈩])")
_ATTACHED = re.compile(r"附件?[:：] ?1 ?[、.．]")
_BRACKET = re.compile(r"[（(〔【⑴㈠]")
_BLANK = re.compile(r"(?<=[^ ]) (?=[（(第一二三四五六七八九十0-9①-⒛㈠-㈩])")
_UNBROKEN = 500  # a line this long with several numbers in it is a text whose line breaks were lost
_NEARLY_ALL = 0.7  # or one that has this share of the document


def outline(reading: Reading) -> list[Heading]:
    """Headings in text order, in clean coordinates."""
    openers = _openers(reading)
    levels = depths(openers)
    return _headings(reading, openers, levels)


def _openers(reading: Reading) -> list[Opener]:
    lines = body_lines(reading)
    found = numbered(reading.clean, lines)
    found += unnumbered(reading, lines, opening_lines(found))
    return sorted(found, key=lambda o: o.start)


def body_lines(reading: Reading) -> list[Span]:
    """The lines between title and signature, what an office sets above and below them aside."""
    edge = {*reading.title_lines, *reading.sign_off}
    begin = max([reading.text_start, *(line.start for line in reading.title_lines[:1])])
    lines = (line._replace(start=max(line.start, begin)) for line in reading.lines if line not in edge and line.end > begin)
    return [line for line in lines if not is_distributed(reading.clean[line.start : line.end])]


def opening_lines(openers: Iterable[Opener]) -> dict[Span, Opener]:
    """The lines that a number opens."""
    return {o.line: o for o in openers if not o.inline}


def numbered(text: str, lines: Sequence[Span]) -> list[Opener]:
    """The numbers that open sections, those at the front of a line first."""
    found: list[Opener] = []
    attached = 0  # the number of the last attachment that the lines above list: 附件：1.名单 / 2.花名册
    for line in lines:
        number = number_at(text, line.start, line.end)
        listed = _ATTACHED.match(text, line.start, line.end)
        attached = 1 if listed else attached + 1 if attached and number and number.value == attached + 1 else 0
        if number is not None and not attached and _opens(text, number, line):
            found.append(Opener(line.start, number, line, False, number.style))
    taken = opening_lines(found)
    found += _glued(text, [line for line in lines if line not in taken])
    found = _without_lone_words(found)
    found = [o for i, o in enumerate(found) if not _runs_on(text, found, i)]
    found += _inline(text, lines, found)
    found += _run_into(text, found)
    return found


def _opens(text: str, number: Number, line: Span) -> bool:
    """A number opens a section only where a text follows it that is not itself a number, a date or a table cell."""
    rest = text[number.end : min(line.end, number.end + 40)].strip()
    if not rest or "|" in rest[:12]:
        return False
    if number.style == "ar" and number.value > 40:
        return False
    return not (
        number.style in ("ar", "ar_half")
        and re.match(r"[0-9]", rest) is not None
        and not re.match(r"[0-9]{1,9}[个项名年月人次家条]", rest)
    )


# a numeral that lost its mark, on a short line of its own: 一组织与民主 / 二学习与练兵 / 三慰问与关爱
_GLUED = re.compile(
    r"(?:(?P<cn>[一二三四五六七八九十])|(?P<formal>[壹贰叁肆伍陆柒捌玖拾]))(?!季度|[月年班队厂区期届次个名位条项件天日])"
    r"(?=[\u4e00-\u9fff“][^，。；：|]{1,20}\Z)"
)


def _glued(text: str, lines: Sequence[Span]) -> list[Opener]:
    """Lines whose numerals count on from one without a mark behind them; three at least, or they are words (三八节, 十佳)."""
    found: dict[str, list[Opener]] = {}
    for line in lines:
        match = _GLUED.match(text[line.start : line.end])
        if match is not None and match.lastgroup is not None:
            style = match.lastgroup
            value = ("一二三四五六七八九十" if style == "cn" else "壹贰叁肆伍陆柒捌玖拾").index(match[0]) + 1
            found.setdefault(style, []).append(
                Opener(line.start, Number(line.start, line.start + 1, style, value), line, False, style)
            )
    return [opener for series in found.values() if len(series) >= 3 and _counts_on(series) for opener in series]


def _counts_on(series: list[Opener]) -> bool:
    return [o.number.value for o in series if o.number] == list(range(1, len(series) + 1))


_SERIES_ONLY = {"word", "shi", "qi", "di", "nth", "gan", "formal", "roman", "article", "counted", "code"}


def _without_lone_words(openers: list[Opener]) -> list[Opener]:
    """首先/其次 and 一是/二是 are sections only where a series of them opens paragraphs."""
    values: dict[str, list[int]] = {}
    for opener in openers:
        if opener.number is not None and kind(opener.style) in _SERIES_ONLY:
            values.setdefault(opener.style, []).append(opener.number.value)
    lone = {style for style, found in values.items() if not _is_series(kind(style), found)}
    return [o for o in openers if o.style not in lone]


def _is_series(style: str, values: list[int]) -> bool:
    if len(values) < 2 or max(values) < 2:
        return False
    return 1 in values or not (style == "counted" or (style == "word" and max(values) > 3))


_LISTING = {"shi", "di", "qi", "word", "circled"}  # numbers that list within a paragraph
_FULL_STOP = re.compile(r"[。！？][”）]?[ 　]{0,2}\Z")


def _runs_on(text: str, openers: list[Opener], i: int) -> bool:
    """A paragraph that opens with ⑴ and holds ⑵, ⑶ … too is a list, unless the series opens paragraphs or names its parts.

    Nor is it one where each part is a sentence of its own: then a line break was lost before each.
    """
    opener = openers[i]
    n = opener.number
    if n is None or n.value != 1 or n.style in ("cn", "part", "section"):
        return False
    inner = [
        m
        for at in _INLINE.finditer(text, n.end, opener.line.end)
        if (m := number_at(text, at.end(), opener.line.end)) is not None
    ]
    run = _run([m for m in inner if m.style == n.style], 2)
    if not run or all(_names_its_part(text, m, opener.line) for m in (n, *run)):
        return False
    if kind(n.style) not in _LISTING and all(_FULL_STOP.search(text, m.start - 4, m.start) for m in run):
        return False
    later = (openers[k].number for k in range(i + 1, len(openers)))
    following = next((m for m in later if m and m.style == n.style), None)
    return following is None or following.value != run[-1].value + 1


def _inline(text: str, lines: Sequence[Span], openers: list[Opener]) -> list[Opener]:
    """Numbers inside a line that open sections: they go on a series that opens paragraphs, or each names its part."""
    found: list[Opener] = []
    by_line = {o.line: o for o in openers}
    last: dict[str, int] = {}  # the last paragraph-opening value of each style
    for line in lines:
        opener = by_line.get(line)
        if opener and opener.number:
            last[opener.number.style] = opener.number.value
            for deeper in [s for s in last if s != opener.number.style and rank(s) > rank(opener.number.style)]:
                del last[deeper]
        inner = _numbers_within(text, line, _INLINE)
        long = line.end - line.start > min(_UNBROKEN, _NEARLY_ALL * len(text))
        # its line breaks may be blanks now, or nothing at all before the first part
        whole = sorted({*inner, *_numbers_within(text, line, _BLANK), *_first_part(text, line, inner)}) if long else []
        unbroken = len(_counted(whole)) >= 2
        inner = whole if unbroken else inner
        for style in dict.fromkeys(n.style for n in inner):
            series = [n for n in inner if n.style == style]
            first = last.get(style)
            if first is not None and series[0].value == first + 1:
                run = _run(series, first + 1)
                found += [Opener(n.start, n, line, True, style) for n in run]
                last[style] = run[-1].value
            elif style != "shi" and series[0].value == 1:
                for run in _runs(series) if unbroken else [_run(series, 1)]:
                    if len(run) >= 2 and (unbroken or all(_names_its_part(text, n, line) for n in run)):
                        found += [Opener(n.start, n, line, True, style) for n in run]
    return found


def _numbers_within(text: str, line: Span, places: re.Pattern[str]) -> list[Number]:
    """The numbers that stand at such places of a line and may open a section."""
    found = (number_at(text, m.end(), line.end) for m in places.finditer(text, line.start + 1, line.end))
    return [n for n in found if n is not None and n.style not in ("word", "di", "qi") and _opens(text, n, line)]


def _first_part(text: str, line: Span, inner: list[Number]) -> list[Number]:
    """The 一、 that stands right behind a word (总结如下一、加强学习), where the numbers of a line begin with 二、."""
    second = next((n for n in inner if n.style == "cn"), None)
    at = text.find("一、", line.start + 1, second.start) if second is not None and second.value == 2 else -1
    first = number_at(text, at, line.end) if at > 0 else None
    return [first] if first is not None and first.style == "cn" and first.value == 1 else []


def _counted(numbers: list[Number]) -> list[Number]:
    """Those of the outermost style that count on from 一、."""
    return _run([n for n in numbers if n.style == "cn"], 1)


def _run_into(text: str, openers: list[Opener]) -> list[Opener]:
    """The first of a series that lost the line break before it: 一、建家创品牌（一）健全制度, and （二） opens the next line."""
    found: list[Opener] = []
    ordered = sorted(openers, key=lambda o: o.start)
    for above, below in pairwise(ordered):
        one, two = above.number, below.number
        if one is None or two is None or two.value != 2 or "paren" not in two.style or rank(one.style) >= rank(two.style):
            continue
        inner = (number_at(text, m.start(), above.line.end) for m in _BRACKET.finditer(text, one.end + 2, above.line.end))
        found += [Opener(n.start, n, above.line, True, n.style) for n in inner if n and (n.style, n.value) == (two.style, 1)][:1]
    return found


def _run(series: list[Number], first: int) -> list[Number]:
    run = []
    for n in series:
        if n.value == first:
            run.append(n)
            first += 1
    return run


def _runs(series: list[Number]) -> list[list[Number]]:
    """Every run that counts on from one: a series begins anew in each part."""
    starts = [i for i, n in enumerate(series) if n.value == 1]
    return [_run(series[a:b], 1) for a, b in pairwise([*starts, len(series)])]


def _names_its_part(text: str, number: Number, line: Span) -> bool:
    """A short phrase up to 。 or ： with text of its own behind it."""
    end = _heading_end(text, number.end, line.end)
    return 2 <= end - number.end <= 22 and "，" not in text[number.end : end] and end < line.end - 8 and text[end] in "。：: "


_SENTENCE_END = re.compile("[。！？!?]")


def _heading_end(text: str, start: int, end: int, *, whole: bool = False) -> int:
    """Where a heading that begins at ``start`` ends: at a sentence's end, a colon, dashes, a double space or the line's end.

    Quotes are stepped over. With ``whole`` nothing but the heading stands up to ``end``: a colon in it may join its two
    parts, and of a single sentence all is heading, semicolons and what they set apart.
    """
    i = start
    single = whole and _SENTENCE_END.search(text, start, max(end - 1, start)) is None
    while i < end:
        c = text[i]
        if c in _OPEN:
            close = text.find(_CLOSE[_OPEN.index(c)], i + 1, min(end, i + 60))
            if close > 0:
                i = close + 1
                continue
        if c in _END and not (c == ":" and text[i - 1 : i].isdigit()):
            if c in "：:" and whole and 2 < end - i <= 18 and not NO_PART.search(text, i + 1, end):
                i += 1  # 搭灶台：把组织建起来 — a heading of two parts
                continue
            if c in "；;" and single:
                i += 1
                continue
            return i
        if c in " 　" and i - start >= 4 and (text[i + 1 : i + 2] in (" ", "　") or _stands_before_text(text, start, i, end)):
            return i
        if text.startswith(("……", "...."), i) or (i - start in _LABEL and _SET_OFF.match(text, i, end)):
            return i
        i += 1
    return end


def _stands_before_text(text: str, start: int, i: int, end: int) -> bool:
    """Whether the blank at ``i`` is what is left of a line's end: a short phrase before it, sentences and no blank behind it."""
    if not _HEADING_THERE <= i - start <= _LONGEST_THERE or end - i <= _TEXT_BEHIND:
        return False
    phrase, (sentence, stop, _) = text[start:i], text[i + 1 : end].partition("。")
    whole = not _BLANK.search(phrase) and phrase[-1] not in "的和与及在于日年月半"
    return whole and stop == "。" and _BEGINS.match(sentence) is not None and not _BLANK.search(sentence)


_HEADING_THERE, _LONGEST_THERE, _TEXT_BEHIND = 6, 32, 40  # characters
_BLANK = re.compile(r"[ 　]")
_BEGINS = re.compile(
    r"(?:在|为|根据|按照|围绕|自|随着|今年|去年|一年|本|我|[12][0-9]{3}|[^，]{0,8}(?:工会|公司|学校))[^，]{1,40}，"
)
_LABEL = range(2, 9)  # characters of a heading that dashes set off from its text (安全——跳大绳限45岁以下，怀孕的同志当裁判)
_SET_OFF = re.compile(SET_OFF)


def _closes(openers: list[Opener], levels: list[int], end: int) -> list[int]:
    """Where each section's body ends: at the next opener that is no deeper, else at ``end``."""
    closes = [end] * len(openers)
    waiting: list[int] = []
    for i, (opener, level) in enumerate(zip(openers, levels, strict=True)):
        while waiting and levels[waiting[-1]] >= level:
            closes[waiting.pop()] = opener.start
        waiting.append(i)
    return closes


_GAP = re.compile(
    r"[^。！？：:；;，,\n ]{1,13}[^。！？：:；;，,\n \d]"
    r"(?= +(?![\d.,]+ )(?:[^\n。]{6,160}[；，]|[^\n。]{10,160}。))"
)
_WITHIN = "within a line"


def _set_off(text: str, openers: list[Opener]) -> set[str]:
    """Styles whose headings end at a blank (2.1 技能竞赛　3月11日…): three of them do, and most that have text behind them.

    The styles within a line count as one: if blanks took the place of its line breaks, then everywhere.
    """
    styles: dict[str, list[bool]] = {}
    within = {opener.style for opener in openers if opener.inline}
    for opener in openers:
        if opener.number is not None and opener.line.end - opener.line.start > ONLY_HEADING:
            hit = _GAP.match(text, _behind_number(text, opener), opener.line.end) is not None
            styles.setdefault(opener.style, []).append(hit)
            if opener.inline:
                styles.setdefault(_WITHIN, []).append(hit)
    found = {style for style, hits in styles.items() if sum(hits) >= 3 and sum(hits) * 10 >= 6 * len(hits)}
    return found | within if _WITHIN in found else found


def _behind_number(text: str, opener: Opener) -> int:
    at = opener.number.end if opener.number else opener.start
    while text[at : at + 1] and text[at] in " 　、，,.．":
        at += 1
    return at


def _headings(reading: Reading, openers: list[Opener], levels: list[int]) -> list[Heading]:
    from pipeline.products import Heading, Span

    text = reading.clean
    last = reading.sign_off[0].start if reading.sign_off else len(text)
    closes = _closes(openers, levels, len(text))
    set_off = _set_off(text, openers)
    found: list[Heading] = []
    above: list[int] = []  # indices of the open headings, outermost first
    for i, (opener, level) in enumerate(zip(openers, levels, strict=True)):
        nxt = openers[i + 1].start if i + 1 < len(openers) else len(text)
        limit = min(opener.line.end, nxt)
        start = min(_behind_number(text, opener), limit)
        whole = opener.number is not None and limit == opener.line.end and not opener.inline
        end = opener.end or _heading_end(text, start, limit, whole=whole)
        if opener.style in set_off and (gap := _GAP.match(text, start, limit)):
            end = min(gap.end(), end)
        body = end
        while body < limit and text[body] in _END + "”　 】〕]］":
            body += 1
        while end > start and text[end - 1] in " 　，、,.；;":
            end -= 1
        if end <= start:
            continue
        while above and found[above[-1]].level >= level:
            above.pop()
        parent = above[-1] if above else None
        above.append(len(found))
        number = Span(opener.number.start, opener.number.end) if opener.number else None
        body_end = max(min(closes[i], last) if body < last else closes[i], body)
        while body_end > body and text[body_end - 1].isspace():
            body_end -= 1
        found.append(Heading(start, end, number, level, parent, Span(body, body_end)))
    return found
