"""Headings without a number: what stands in 【】 or behind a bullet, a structural label, a short line that stands apart."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.resources import alternatives, yaml
from pipeline.segment.numbering import number_at
from pipeline.segment.title import DATE_LINE, is_byline, is_person, structural_labels

if TYPE_CHECKING:
    from pipeline.products import Span
    from pipeline.segment.reading import Reading

_MAX = 36
_NOT_A_HEADING = re.compile(
    r"^(?:[^：:]{0,8}(?:人|单位|部门|委员会)[：:]|尊敬的|各位|同志们|老师们|亲爱的|大家好|谢谢|附[:：件表]|表[一二三四五六七八九0-9]|序号|备注|注[:：]|单位[:：]|电话|联系|地址|邮编|网址|此致|敬礼|第.{1,4}[组队][:：]?|主持|记录|时间|地点|出席|图[0-9一二])"
)
_LABEL = re.compile(r"名单|如下|[:：]$")
_SPACED_NAMES = re.compile(
    r"^(?:[\u4e00-\u9fff]{1,2}\s+[\u4e00-\u9fff]{1,2}|[\u4e00-\u9fff]{2,4}(?:[\s　、，]+[\u4e00-\u9fff·]{2,5}){2,})"
)
_PRED = re.compile(r"[\u4e00-\u9fff]")


UNNUMBERED = ("bracket", "bullet", "label", "plain")  # the kinds of headings without a number
_LONGEST_MARKED = 24


@cache
def _marks() -> tuple[tuple[str, re.Pattern[str]], ...]:
    spec = yaml("rules/outline.yaml")
    labels = alternatives(sorted(structural_labels()))
    return (
        (
            "bracket",
            re.compile(
                rf"[【〔\[［](?![^】〕\]］\n]{{0,14}}(?:{spec['not_bracket_labels']}))(?P<heading>(?![\d\s]+[】〕\]］])[^】〕\]］\n]{{1,14}})[】〕\]］]"
            ),
        ),
        (
            "bullet",
            re.compile(
                rf"(?:[{spec['bullets']}]|——)\s{{0,3}}(?P<heading>[^\n，。；：！？:]{{2,{_LONGEST_MARKED}}})(?:[。：:；]|$)",
                re.MULTILINE,
            ),
        ),
        ("label", re.compile(rf"(?P<heading>{labels})[：:](?=[^\n]{{12}}|$)", re.MULTILINE)),
    )


def marked_headings(text: str, lines: list[Span], taken: set[Span]) -> list[tuple[Span, int, str]]:
    """Lines that open with a marked heading, where it begins, and its kind; one mark alone is none."""
    found: list[tuple[Span, int, str]] = []
    for kind, pattern in _marks():
        hits = [(line, m.start("heading"), kind) for line in lines if (m := pattern.match(text, line.start, line.end))]
        alone = sum(text[line.start : line.end].rstrip("：:") in structural_labels() for line in lines) if kind == "label" else 0
        if kind == "bullet":
            hits = _headed(text, lines, hits)
        if len(hits) + alone >= 2:
            found += [hit for hit in hits if hit[0] not in taken]
    return found


def _headed(text: str, lines: list[Span], hits: list[tuple[Span, int, str]]) -> list[tuple[Span, int, str]]:
    """The hits whose bullet heads at least half of its lines: other bullets set out the items of a list."""
    bullets = Counter(text[line.start] for line in lines)
    heads = Counter(text[line.start] for line, _, _ in hits)
    return [hit for hit in hits if heads[text[hit[0].start]] * 2 >= bullets[text[hit[0].start]]]


_ABOVE_A_TABLE = re.compile(r"表$|月份?$|[0-9（(]")  # a table's caption or its first column, no heading


_PARAGRAPH = 24  # characters of a line below a heading that is text
_SHORT_PARAGRAPH = 10  # the same where there are many headings


def unnumbered_headings(reading: Reading, lines: list[Span], numbered: set[Span]) -> list[Span]:
    """Lines of the body that are headings without a number; where there are several, also those above a short paragraph."""
    found = _above_text(reading, lines, numbered, _PARAGRAPH)
    return found if len(found) < 2 else _above_text(reading, lines, numbered, _SHORT_PARAGRAPH)


def _above_text(reading: Reading, lines: list[Span], numbered: set[Span], least: int) -> list[Span]:
    found: list[Span] = []
    headings: set[Span] = set()
    text = reading.clean
    for i, line in enumerate(lines):
        if line in numbered or i + 1 >= len(lines):
            continue
        piece, nxt = text[line.start : line.end], lines[i + 1]
        following = text[nxt.start : nxt.end]
        if not _looks_like_heading(piece):
            continue
        opens_series = nxt in numbered and (n := number_at(text, nxt.start, nxt.end)) is not None and n.value == 1
        stands_before_text = len(following) >= max(least, len(piece)) and following[-1] in "。！？；：…”"
        stands_before_text |= "|" in following and not _ABOVE_A_TABLE.search(piece)
        before = text[lines[i - 1].start : lines[i - 1].end] if i else ""
        if (opens_series or stands_before_text) and (
            not before or before[-1] in "。！？；：…”）|" or lines[i - 1] in numbered or lines[i - 1] in headings
        ):
            found.append(line)
            headings.add(line)
    return found


_LABEL_OPENS = re.compile(r"(?![他她我你它当])[^，。；：！？、\n]{2,14}(?:[。：]|(?<=月份)|(?<=月)(?= ))")


def run_in_labels(reading: Reading, lines: list[Span], taken: set[Span]) -> list[Span]:
    """Paragraphs that each open with a short label of their own (九月份。…) where most of a text's paragraphs do."""
    text = reading.clean
    free = [
        line
        for line in lines
        if line not in taken and number_at(text, line.start, line.end) is None and not _CELLS.search(text, line.start, line.end)
    ]
    alike = _alike(text, free) or _fields(text, free, bool(taken)) or _announced(text, free)
    if alike:
        return alike
    opening = [
        line
        for line in free
        if (m := _LABEL_OPENS.match(text, line.start, line.end))
        and line.end - m.end() >= 24
        and not is_person(m[0].rstrip("。： "))
        and not _TOLD.match(m[0])
    ]
    most = not taken and len(opening) >= 3 and len(opening) * 10 >= 6 * max(len(free) - 2, 3)
    return opening if most else _of_one_length(text, free)


_CELLS = re.compile(r"[^\s] {2,}[^\s][^\n]{0,60}[^\s] {2,}[^\s]")  # a row of a table that blanks set out


_FIRST_SENTENCE = re.compile(r"[^。；：！？\n]{5,24}(?=。)")
_TOLD = re.compile(
    r"^(?:今年|去年|本学期|当然)|的是|头一|第[一二三四五六七八九]|首先|其次|再次|再有|还有|另外|此外|最后|各位|同志们|朋友"
)
_FIELD = re.compile(r"[\u4e00-\u9fff]{2,6}：(?=[^\n]{4})")
_MONTH_LINE = re.compile(r"(?:[元正腊一二三四五六七八九十\d]{1,2}[、—\-至]?){1,2}月份?[：:]?")
_MONTH = re.compile(r"[元正腊一二三四五六七八九十]{1,2}月份?：")
_OF_MINUTES = re.compile(r"主持|记录|出席|列席|缺席|参会|与会|联系|电话|地址|邮编|抄送|主题词|执笔|撰稿|单位|姓名|性别")


def _alike(text: str, lines: list[Span]) -> list[Span]:
    """Paragraphs whose first sentences are made alike (有人建，更要有人管。 有书读，更要读得进。): three share two characters."""
    first = {
        line: m[0]
        for line in lines
        if (m := _FIRST_SENTENCE.match(text, line.start, line.end))
        and line.end - m.end() >= _SHORT_PARAGRAPH
        and not _TOLD.match(m[0])
    }
    shared: dict[str, list[Span]] = {}
    for line, sentence in first.items():
        for pair in {sentence[i : i + 2] for i in range(len(sentence) - 1)}:
            shared.setdefault(pair, []).append(line)
    best = max(shared.values(), key=len, default=[])
    return best if len(best) >= 3 and len(best) * 10 >= 6 * len(first) else []


def _fields(text: str, lines: list[Span], numbered: bool) -> list[Span]:
    """Four paragraphs in a row that each open with a field's name (主题：… 项目：… 奖励：…), as notices are written."""
    runs: list[list[Span]] = [[]]
    for line in lines:
        m = _FIELD.match(text, line.start, line.end)
        if (
            m
            and not (_OF_MINUTES.search(m[0]) or (numbered and "月" in m[0] and not _MONTH.match(m[0])))
            and not _is_name(m[0][:-1])
        ):
            runs[-1].append(line)
        elif runs[-1]:
            runs.append([])
    best = max(runs, key=len)
    return best if len(best) >= 4 else []


_ANNOUNCED = re.compile(r"[\u4e00-\u9fff“”、，]{3,16}：")
_NAMES_NO_PART = re.compile(r"^(?:各位|尊敬|同志)|如下|名单|[们家友](?:：|$)|说(?:：|$)|包括|例如|比如|其中|就是|分别|[是为有]：")


def months_above_series(text: str, lines: list[Span], numbered: set[Span]) -> list[Span]:
    """Lines that name a month (三月份：) above a series that begins anew, where there are two of them."""
    found = [
        line
        for line, below in pairwise(lines)
        if _MONTH_LINE.fullmatch(text, line.start, line.end)
        and below in numbered
        and (n := number_at(text, below.start, below.end)) is not None
        and n.value == 1
    ]
    return found if len(found) >= 2 else []


def _announced(text: str, lines: list[Span]) -> list[Span]:
    """Three phrases with a colon that open paragraphs in a row (先说家底：…), or stand on lines of their own above a text."""
    alone, run = [], []
    best: list[Span] = []
    for line, below in zip(lines, [*lines[1:], None], strict=False):
        m = _ANNOUNCED.match(text, line.start, line.end)
        if m and (_NAMES_NO_PART.search(m[0]) or _OF_MINUTES.search(m[0]) or _is_name(m[0][:-1])):
            m = None
        if m and m.end() == line.end and below is not None and _long(below):
            alone.append(line)
        if m and line.end - m.end() >= _PARAGRAPH:
            run.append(line)
            best = max(best, run, key=len)
        else:
            run = []
    found = max(alone, best, key=len)
    return found if len(found) >= 3 else []


_SHORT_SENTENCE = re.compile(r"[\u4e00-\u9fff]{3,8}(?=。)|[\u4e00-\u9fff，]{6,16}(?=。$)", re.MULTILINE)


def _of_one_length(text: str, lines: list[Span]) -> list[Span]:
    """Three paragraphs in a row whose first sentences are short and of one length (扩队伍。… 练本领。… 给奖励。…).

    Each may also be a line of its own, a paragraph of text below it.
    """
    runs: list[list[tuple[int, Span]]] = [[]]
    for line, below in zip(lines, [*lines[1:], None], strict=False):
        m = _SHORT_SENTENCE.match(text, line.start, line.end)
        alone = m is not None and m.end() + 1 >= line.end
        if m and not _TOLD.match(m[0]) and (below is not None and _long(below) if alone else line.end - m.end() >= _PARAGRAPH):
            if runs[-1] and abs(runs[-1][-1][0] - len(m[0])) > 1:
                runs.append([])
            runs[-1].append((len(m[0]), line))
        elif runs[-1] and not (runs[-1][-1][1].end + 1 >= line.start and _long(line)):
            runs.append([])
    best = max(runs, key=len)
    return [line for _, line in best] if len(best) >= 3 else []


def _long(line: Span) -> bool:
    return line.end - line.start >= _PARAGRAPH


def _is_name(label: str) -> bool:
    return is_person(label) and not _MONTH.match(label + "：")


def _looks_like_heading(piece: str) -> bool:
    compact = re.sub(r"\s", "", piece)
    if not 2 <= len(compact) <= _MAX or piece[-1] in "。！？；，、,;!?：:|…．." or "|" in piece:
        return False
    if len(_PRED.findall(compact)) < len(compact) * 0.6 or "。" in piece:
        return False
    if len(piece.split()) > 2 and re.search(r"[0-9]", piece):
        return False  # cells of a row: 家访周 8月21日 何贝贝 每班不少于10户
    if (compact[0] in "（(" and compact[-1] in "）)") or is_person(compact):
        return False
    if _NOT_A_HEADING.match(compact) or _LABEL.search(compact) or _SPACED_NAMES.match(piece):
        return False
    return not (DATE_LINE.fullmatch(compact) or is_byline(compact) or is_byline(piece))
