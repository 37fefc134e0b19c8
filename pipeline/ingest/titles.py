"""How much a line without a mark is like the title of a text: what it names, what stands above it and below it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.ingest.ends import (
    NUMBER,
    ORGAN,
    SIGN_OFF,
    SIGNATURE,
    SIGNER,
    YEAR,
    ended,
    is_byline_below,
    is_row_of_names,
    is_signed,
    is_slip,
    is_unit,
)
from pipeline.ingest.lines import Line
from pipeline.ingest.openings import CLOSING, NUMBERED_PAPER, OPENING, THRESHOLD, numbering_ends, restart

_DATED = re.compile(
    YEAR + r" ?(?:[-—–~～至]{1,2} ?\d{2,4} ?)?(?:年|学年)|第[一二]学期|[上下]半年|[春秋]季|下一?年度"
    r"|[一二三四1-4]季度|(?:[一二三四五六七八九十]{1,2}|\d{1,2})月份"
)
_DOCUMENT = re.compile(
    r"(?:总结|小结|计划|打算|要点|汇报|汇报材料|报告|述职报告|材料|心得体会|体会|心得|事迹|经验交流|经验"
    r"|交流|发言稿?|讲话稿?|方案|通知|通报|决定|意见|安排|倡议书|建议书|慰问信|感谢信|一封信|会议记录|会议纪要"
    r"|答复|批复|请示|决议|交接信|公开信|表扬信|贺信|行事历|月历|问答|调查报告|公示|公告|启事|管理办法|办法|规定|实施细则|章程|述职|侧记|手记|[年季月]报)(?:[（(][^（）()]{1,16}[)）])?$"
)
_PERSONAL = re.compile(
    r"(?:体会|心得|感言|感想|事迹|信|倡议书|发言稿?|讲话稿?|述职报告|通知|通报|决定|公示|公告|启事|季报|月报|简报|简讯)$"
)  # kinds that name no section
_ISSUED = re.compile(r"(?:公示|公告|启事|季报|月报|简报|简讯)$")  # kinds that are a text of their own however short their title
_INNER = re.compile(
    r"^(?:今后|下一步|下一年度|下阶段|下学期|下半年|明年|来年|新学期|存在|主要|基本|几点|我的|附|抄送|主题词|联系"
    r"|工作(?:总结|计划|思路|打算|安排|要点)$|[^工]{0,4}工作(?:打算|思路|安排)$)"
)
_SALUTATION = re.compile(
    r"^(?:尊敬的|亲爱的|敬爱的|各位|同志们|老师们|姐妹们|工友们|全体|领导|大家好|代表们|[^，。]{2,16}[：:]$)"
)
_BYLINE = re.compile(r"^(?:[（(]|[\u4e00-\u9fff]{0,2}时间[:：])")
_SPEAKS = re.compile(  # 沙河物流园联合工会  桑吉卓玛, between a speech's title and its salutation
    r"^[^，。；：]{2,24}(?:工会|公司|学校|小学|中学|学院|医院|分会|委员会|[厂矿局院站])(?:主席)?[ 　]{1,8}"
    r"[\u4e00-\u9fff·](?:[ 　]{0,2}[\u4e00-\u9fff·]){1,6}$"
)
_TO_ALL = re.compile(r"^(?:尊敬的|各位|同志们|老师们|姐妹们|工友们|代表们)[^。；]{0,30}[：:！!]$")
_SHORT_LETTER = re.compile(r"(?:感谢信|慰问信|倡议书|决心书|公开信|通知|通报|公示|公告|启事)$")
_LETTER = re.compile(
    r"^(?:尊敬的|亲爱的|敬爱的|各位|同志们|老师们|姐妹们|工友们)[^。；]{0,40}[：:！!]?$"
    r"|^[^。；]{1,40}(?:们|同志|同仁|领导|家人|代表)[：:！!]$"
)
_EXPLAINED = re.compile(r"^[（(][^（）()。]{4,60}(?:材料|总结|小结|汇报|发言稿?|报告|记录|体会|讲话稿?)[^（）()。]{0,24}[)）]$")
_SUBTITLE = re.compile(r"^[—\-－]{1,4} ?[^，。；]{4,40}$")
_DASHED = re.compile(r"^[^，。；—]{3,24}——[^，。；—]{4,30}$")
_QUOTED = re.compile("^《([^《》]{4,45})》$")
_NEXT_PLAN = re.compile("(?:计划|打算|要点|安排|思路)$")
_ONE_OF_A_SERIES = re.compile(r"([\u4e00-\u9fff]{1,6}?)(?:之)?[一二三四五六七八九十\d]{1,2} ?[：:、．. ]")
_NEW_PLAN = re.compile(rf"^{YEAR}年[^，。；、]{{0,8}}(?:计划|打算|要点|安排|思路|设想)$")
_REPORTS = re.compile(r"总结|小结|汇报|回顾|盘点")
_PLANS = re.compile(r"计划|打算|要点|安排|思路|设想")
_OWNER = re.compile(r"^(?P<unit>[^，。；：]{2,24}?(?:工会联合会|联合工会|总工会|分工会|工会))[^，。；：]{0,16}$")
_PLAN_LINES = 5  # of a plan that is a text of its own
_ROW = re.compile(r"\d\S*(?: {2,}|　+|\t)\S*\d\S*(?:$| {2,}|　|\t)")  # figures in columns
_BARE_NUMBER = re.compile(r"\d{1,2}[ 　][^\d\s]")
_SLOGAN = re.compile("“[^“”]{3,24}”(?:$|——)")
_PAUSES = "。；，、：:！!？?|"


def title_points(lines: Sequence[Line], start: int, i: int, end: int, *, below_cut: str | None) -> int:
    """Points for a line that reads like a document's title.

    ``below_cut`` is why the line above was cut: ``separators`` where it is one of several rulers between texts.
    """
    last = i + more_title(lines, start, i, end)
    bare = _QUOTED.sub(r"\1", "".join(line.text for line in lines[i : last + 1]).replace(" ", ""))
    signed_above = i > start and ended(lines, start, i) == 3
    if (
        not (2 if signed_above or _SHORT_LETTER.match(bare) else 4) <= len(bare) <= (45 if last == i else 64)
        or SIGNER.search(lines[i].text)
        or (i > start and not _DOCUMENT.search(bare) and is_byline_below(lines[i - 1].text, bare))
        or bare[-1] in _PAUSES
        or "|" in bare
        or ((_ROW.search(lines[i].text) or _BARE_NUMBER.match(lines[i].text)) and not _DOCUMENT.search(bare))
        or is_slip(bare)
        or NUMBER.match(bare)
        or SIGN_OFF.search(bare)
    ):
        return 0
    if last + 1 >= end:
        return 0
    if _INNER.search(bare) and not (_NEXT_PLAN.search(bare) and signed_above and restart(lines, start, i, end)):
        return 0
    below = lines[last + 1].text
    kind_said = bool(_DOCUMENT.search(bare))
    salutation = any(_SALUTATION.match(line.text) for line in lines[last + 1 : last + 3]) or (
        _BYLINE.match(below) is not None and len(below) < 50
    )
    if (not kind_said and _in_series(lines, start, i, end)) or _names_a_part(lines, start, i):
        return 0
    letter = bool(_LETTER.match(below)) and not kind_said
    subtitle = bool(_SUBTITLE.match(below) or _SUBTITLE.match(lines[last].text) or _EXPLAINED.match(below))
    spoken = _SPEAKS.match(below) is not None and last + 2 < end and _TO_ALL.match(lines[last + 2].text) is not None
    dashed = bool(_DASHED.match(bare))
    apart = lines[i].after_blank and not lines[last + 1].after_blank and len(below) >= 40
    ruled = below_cut == "separators" or (below_cut == "separator" and len(below) >= 40)
    before = max(ended(lines, start, i), int(apart or below_cut is not None or (kind_said and salutation)))
    if before == 0:
        return 0
    signed = (
        len(below) <= 30 and below[-1] not in _PAUSES and last + 2 < end and len(lines[last + 2].text) >= 30
    )  # a byline on top
    stands_apart = (
        apart
        or ruled
        or letter
        or spoken
        or (below_cut is not None and (salutation or dashed or signed))
        or (before == 3 and (salutation or signed or len(below) >= 40 or (below_cut is not None and bool(ORGAN.search(bare)))))
    )
    stands_apart = stands_apart and not (is_unit(bare) and not kind_said)
    if not (kind_said or subtitle or stands_apart):
        return THRESHOLD if _told_behind_a_report(lines, start, i, end) else 0
    full = kind_said and bool(_DATED.search(bare)) and bool(ORGAN.search(bare))
    opens = (
        full
        or salutation
        or subtitle
        or signed
        or below_cut == "separators"
        or len(below) >= 30
        or bool(NUMBER.match(below) or _DOCUMENT.search(below) or NUMBERED_PAPER.match(below))
    )
    if not (opens or below[-1] in "。："):
        return 0
    points = (
        2 * (before == 3)
        + (below_cut is not None) * (1 + 2 * (signed and not kind_said))
        + 2 * ruled
        + (before == 3 and not kind_said and (signed or len(below) >= 40))
        + kind_said
        + bool(_DATED.search(bare))
        + bool(ORGAN.search(bare))
    )
    if len(bare) >= (6 if _ISSUED.search(bare) else 8) and _PERSONAL.search(bare):
        points += 1 + numbering_ends(lines, start, i, end) + bool(_ISSUED.search(bare))
    points += _beside_another(lines[start].text, bare) + 2 * (
        _NEW_PLAN.match(bare) is not None and _is_whole(lines, start, i, end)
    )
    points += (
        2 * salutation
        + letter
        + 3 * spoken
        + 3 * subtitle
        + 2 * dashed
        + 3 * apart
        + restart(lines, start, i, end)
        + bool(OPENING.match(below))
    )
    return points


def _in_series(lines: Sequence[Line], start: int, i: int, end: int) -> bool:
    """Whether the line is one of several that count alike (做法一： 做法二：) or are slogans: they head sections of one text."""
    if _SLOGAN.match(lines[i].text) and any(_SLOGAN.match(lines[k].text) for k in range(start + 1, i)):
        return True
    match = _ONE_OF_A_SERIES.match(lines[i].text)
    return match is not None and any(
        (other := _ONE_OF_A_SERIES.match(lines[k].text)) is not None and other[1] == match[1] for k in range(start, end) if k != i
    )


def _names_a_part(lines: Sequence[Line], start: int, i: int) -> bool:
    """Whether the line names a later part of the text whose first part is named above (第一篇　平安 … 第二篇　暖心)."""
    return _PART.match(lines[i].text) is not None and any(_PART.match(line.text) for line in lines[start:i])


_PART = re.compile(r"第[一二三四五六七八九十\d]{1,2} ?[篇章部编]分? ?[^，。；：]{0,8}$")


def _beside_another(first: str, title: str) -> int:
    """A point for the title of another union's text (后庄联合工会总结 below 下寨村工会工作小结)."""
    one, other = _OWNER.match(first), _OWNER.match(title)
    alike = one is not None and other is not None and one["unit"] != other["unit"] and bool(_DOCUMENT.search(first))
    return int(alike and bool(_DOCUMENT.search(title)))


def _is_whole(lines: Sequence[Line], start: int, i: int, end: int) -> bool:
    """Whether a plan below a report that announces none is as long as a text of its own, and no section of a numbered one."""
    above, below = lines[start:i], lines[i + 1 : end]
    if not _REPORTS.search(lines[start].text) or _PLANS.search(lines[start].text) or len(lines[start].text) > SIGNATURE:
        return False
    length = sum(len(line.text) for line in below)
    numbered = any(NUMBER.match(line.text) for line in above)
    return len(below) >= _PLAN_LINES and length * 3 >= sum(len(line.text) for line in above) and not numbered


def _told_behind_a_report(lines: Sequence[Line], start: int, i: int, end: int) -> bool:
    """Whether a story's title stands behind a numbered report that has ended: no number below, no such heading above."""
    line, above, below = lines[i].text, lines[start + 1 : i], lines[i + 1 : end]
    numbered = sum(NUMBER.match(other.text) is not None for other in above)
    return (
        numbered >= 3
        and "，" not in line
        and len(line) <= 20
        and bool(CLOSING.search(lines[i - 1].text))
        and lines[i - 1].text[-1] in "。！"
        and not NUMBER.match(lines[i - 1].text)
        and len(below) >= 2
        and all(len(other.text) >= 40 and other.text[-1] in "。！”" for other in below[:2])
        and not any(NUMBER.match(other.text) for other in below)
        and not any(
            len(other.text) <= 20 and not re.search("[：:]", other.text) and not NUMBER.match(other.text) for other in above
        )
    )


def more_title(lines: Sequence[Line], start: int, i: int, end: int) -> int:
    """How many lines a title goes on below its first: one under the unit's name, under a headline, or with a dash before it."""
    if i + 2 >= end:
        return 0
    first, second = lines[i].text, lines[i + 1].text
    if _is_headline(first) and _SUBTITLE.match(second):
        return 1
    if not names_kind(second) or _INNER.search(second):
        return 0
    if is_unit(first):  # of the text above, if that speaks of it: then it is its signature
        alike = is_unit(lines[start].text) and names_kind(lines[start + 1].text)  # the text above began so, too
        unsaid = (
            ended(lines, start, i) > 0
            and _DATED.search(second) is not None
            and not any(first in line.text for line in lines[start:i])
        )
        return int(is_signed(lines[i - 1].text) or alike or unsaid)
    return int(_is_headline(first) and bool(ORGAN.search(second)) and ended(lines, start, i) > 0)


def _is_headline(line: str) -> bool:
    """Whether a line may stand above the line that says what the text is."""
    return (
        4 <= len(line) <= 24
        and line[-1] not in _PAUSES
        and "|" not in line
        and line[0] not in "（(《"
        and not (NUMBER.match(line) or is_unit(line) or is_signed(line) or SIGNER.search(line) or is_row_of_names(line))
        and not (_INNER.search(line) or _SUBTITLE.match(line) or _DOCUMENT.search(line) or NUMBERED_PAPER.match(line))
    )


def names_kind(line: str) -> bool:
    """Whether a line without a number ends with what kind of document it heads."""
    return len(line) <= 45 and bool(_DOCUMENT.search(line)) and not NUMBER.match(line)
