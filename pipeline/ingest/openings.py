"""What tells, apart from a title, that a text begins at a line: how it opens, what stands between it and the text above."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline import papers
from pipeline.ingest.boundaries import number_value
from pipeline.ingest.ends import ADDRESSED, APPENDED, NUMBER, ended
from pipeline.ingest.lines import Line

NUMBERED_PAPER = re.compile(rf"^{papers.NUMBER}$")
OPENING = re.compile(
    r"^[^。]{0,60}(?:在[^。]{2,50}(?:领导|指导|关心|支持|帮助|关怀|部署)[^。]{0,6}下|(?:本|一个|上)?学期(?:来|以来)?[，,]|(?:一|半|本|这|过去的一)年(?:来|以来|中|里|度)?[，,]|现将|汇报如下|总结如下|围绕|按照|根据)|^(?:回顾|回首|时光|光阴|岁月)"
)
CLOSING = re.compile(
    r"总之|今后|新的一年|新学期|下学期|明年|努力|争取|再上|更大|更好|贡献|不足|展望|谢谢|辉煌|篇章|改进|迈进|前进"
)
_ANNOUNCES = re.compile("(?:总结|汇报|报告|介绍|情况)[^。]{0,6}如下[:：。]?$")
RULER = re.compile(r"[-—–=*~～·](?: ?[-—–=*~～·]){2,}$|[※＊☆★◆◇■□●○](?: ?[※＊☆★◆◇■□●○])*$")
_RED_HEAD = re.compile(r"^[^，。；：]{4,30}文件$")  # 红头: whose paper it is, above the paper's number
THRESHOLD = 3  # points from which on a line opens a text


def opening_points(lines: Sequence[Line], start: int, i: int, end: int) -> int:
    """Points for a paragraph that reads like the first one of a report."""
    line = lines[i].text
    if len(line) < 30 or NUMBER.match(line) or not OPENING.match(line):
        return 0
    before = ended(lines, start, i)
    if before == 0:
        return 0
    again_from_one = restart(lines, start, i, end)
    closed = before == 3 or any(CLOSING.search(other.text) for other in lines[max(i - 1, start) : i])
    again = any(OPENING.match(other.text) and _shared(other.text, line) >= 4 for other in lines[start : start + 3])
    if not (before == 3 or again_from_one):
        return 0
    announces = again_from_one == 2 and bool(_ANNOUNCES.search(line))
    return (2 if before == 3 else 0) + again_from_one + closed * (before != 3) + again + 2 * announces - 1


def is_behind_ruler(lines: Sequence[Line], start: int, i: int, below_cut: str | None) -> bool:
    """Whether a ruler stands between a text that is signed and a line that adds nothing to it, or that addresses a body."""
    line, above = lines[i].text, ended(lines, start, i) if below_cut in RULED else 0
    addressed = _ADDRESSED_TO_ALL.match(line) is not None or ADDRESSED.match(line) is not None
    return (above == 3 and not APPENDED.match(line)) or (above > 0 and addressed)


RULED = ("separator", "ornament")
_ADDRESSED_TO_ALL = re.compile(r"^(?:各|全[体县市区镇]|尊敬的|亲爱的|敬爱的)[^，。；：]{2,40}[：:]$")


def is_headed(lines: Sequence[Line], i: int) -> bool:
    """Whether a line is a red head (某某工会文件) with the paper's number below it."""
    below = lines[i + 1].text if i + 1 < len(lines) else ""
    return bool(_RED_HEAD.match(lines[i].text) and NUMBERED_PAPER.match(below))


def restart(lines: Sequence[Line], start: int, i: int, end: int) -> int:
    """2 where the outermost numbering is past one before the line and begins with one behind it."""
    for style in ("part", "top", "digit"):
        before = [n for line in lines[start:i] if (n := _numbered(line.text, style)) is not None]
        if before:  # the outermost style alone tells: an inner one restarts below every heading
            after = next((n for line in lines[i + 1 : end] if (n := _numbered(line.text, style)) is not None), None)
            return 2 if max(before) >= 2 and after == 1 and not NUMBER.match(lines[i].text) else 0
    return 0


def goes_on(lines: Sequence[Line], i: int, end: int) -> bool:
    """Whether the first number below the line is past one: then it is a page's header, and the text goes on."""
    below = next((match for line in lines[i + 1 : end] if (match := NUMBER.match(line.text))), None)
    if below is None:
        return False
    return number_value(re.sub("[（()）]", "", below["top"] or below["part"] or below["sub"] or below["digit"])) != 1


def numbering_ends(lines: Sequence[Line], start: int, i: int, end: int) -> bool:
    """Whether lines above the line are numbered and none below it, or from one again."""
    above = any(NUMBER.match(line.text) for line in lines[start:i])
    below = next((line.text for line in lines[i + 1 : end] if NUMBER.match(line.text)), None)
    return above and (below is None or bool(re.match(r"[一1第（(]{1,2}[一1、.．]", below)))


def _numbered(line: str, style: str) -> int | None:
    match = NUMBER.match(line)
    return number_value(match[style]) if match and match[style] else None


def _shared(one: str, other: str) -> int:
    """Characters that two openings begin with alike, years and names of schools aside."""
    a, b = (re.sub(r"^[\dxX×*_年度学期上下一二，, ]+", "", text) for text in (one, other))
    n = 0
    while n < min(len(a), len(b)) and a[n] == b[n]:
        n += 1
    return n
