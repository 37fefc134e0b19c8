"""The edges of a document: title lines (标题) at its top, signature (落款) at its end."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pipeline import papers
from pipeline.resources import yaml
from pipeline.segment.numbering import Number, number_at
from pipeline.surnames import common_surnames, is_full_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.products import Span
    from pipeline.segment.reading import Reading


_YEAR = (
    r"(?:[12][0-9]{3}|[12][〇○零０0OoＯ一二三四五六七八九]{3}|[二一][〇○零0OoＯ一二三四五六七八九]{3}|[0-9Xx×*_＿—\-]{2,6}"
    r"|[某XＸx]{1,2})"
)
DATE_LINE = re.compile(
    rf"{_YEAR}\s?[年.．/\-—]\s?[0-9一二三四五六七八九十元Xx×*_＿]{{1,3}}\s?"
    rf"(?:[月.．/\-—]\s?(?:[0-9一二三四五六七八九十廿Xx×*_＿]{{1,4}}\s?[日号]?)?)?"
    rf"|{_YEAR}年"
)
_TITLE_WORD = re.compile(
    r"总结|汇报|报告|计划|要点|材料|交流|体会|心得|方案|通知|意见|事迹|安排|发言|讲话|述职|简介|纪实|札记|随笔|侧记|展示|设想|打算|规划|工作|经验|做法|情况|回顾|致辞|倡议书|公告|公示|制度|办法|小结|思路|风采|纪要|大事|小记|手记|故事|通报|一封信|公开信|倡议|实录|盘点|记事|掠影|请示|批复|决议|决定|申请|[开闭]幕词|行事历|章程|细则|答复|的函$|记$"
)
_SALUTATION = re.compile(r"^(?:尊敬的|各位|同志们|亲爱的|敬爱的|全体|老师们|大家好|各[基科处直]).{0,30}[：:！!]?$")
_DOCUMENT_NUMBER = re.compile(
    rf"{papers.NUMBER}(?:签发人?[：:].{{2,12}})?$"
    r"|(?:密级|档案号|份号|编号|签发人|紧急程度|等级)[：:].{1,30}$|(?:特急|加急|内部资料|秘密|机密)$"
)
_MEETING_NOTE = re.compile(r"^[（(].*[）)]$")
_COLON = re.compile("[：:]")
_BRACKETED_TITLE = re.compile(
    r"[（(][^（）()，。]{6,40}(?:总结|汇报|报告|计划|小结)[）)]$"
)  # below a headline: （…工会2013年度总结）
_DATED_TAIL = re.compile(r"\s{0,8}[（(][^（）()]{0,30}[0-9〇○零一二三四五六七八九十]{2,4}年[^（）()]{0,6}月[^（）()]{0,10}[）)]$")
_CLOSED = re.compile(r"(?:总结|汇报|计划|要点|方案|通知|体会|小结|打算|安排)(?:[（(].{1,12}[）)])?$")
_UNIT_END = re.compile(
    r"(?:工会|委员会|联合会|小学|中学|学校|幼儿园|大学|学院|公司|集团|厂|矿|局|医院|卫生院|研究院|研究所|中心|支行|分行|银行|[^满下]镇|[^山水下家故]乡"
    r"|街道|办事处|车站|车间|车队|工务段|机务段|车务段|[一二三四五六七八九]中|管理站|联合社|社区|办公室|宣传部|党委|支部|小组|分会)[）)]?$"
)


_ROLE_END = re.compile(r"(?:主席|副主席|主任|书记|校长|组长|委员|教师|干事|执笔|撰稿)[：:]?$")


def title_lines(reading: Reading) -> list[Span]:
    """The lines at the top that name the document: the first line that can be a title, and what continues it; at most three."""
    text = reading.clean
    found: list[Span] = []
    top = 0  # the first line, or the one below the document's number
    lines, headline = _below_the_letterhead(text, [line for line in reading.lines if line.start >= reading.text_start])
    for k, line in enumerate(_without_date(reading, line) for line in lines[:_LOOKED_AT]):
        piece = text[line.start : line.end]
        compact = re.sub(r"\s", "", piece)
        if k == 0 and (run_in := _RUN_IN.match(text, line.start, line.end)) and line.end - run_in.end() > _RUNNING:
            return [line._replace(end=run_in.end())]
        if k < headline:
            found.append(line)
            continue
        if k == top and _LETTERHEAD.search(compact) and _title_follows(reading, lines[k + 1 : k + 4]):
            top = k + 1
            continue
        if len(found) >= 3 + headline // 2 or not _can_be_title(compact):
            if not found and (_DOCUMENT_NUMBER.match(compact) or _only_counts(compact)):
                top = k + 1
                continue
            break
        if found and compact in structural_labels():
            break
        number = number_at(text, line.start, line.end)
        if number is not None and (found or not _TITLE_WORD.search(compact) or _goes_on(text, lines[k + 1 :], number)):
            break
        if found:
            if (
                _SPEAKER.match(compact)
                or DATE_LINE.fullmatch(compact)
                or is_byline(compact)
                or _is_signed(piece)
                or (_MEETING_NOTE.match(piece) and not _BRACKETED_TITLE.match(compact))
                or is_person(compact)
            ):
                break
            if not (
                compact.startswith(("—", "-", "－"))
                or _BRACKETED_TITLE.match(compact)
                or (_GOES_ON.match(compact) and _TITLE_WORD.search(compact))
                or (_TITLE_WORD.search(compact) and not _CLOSED.search(text[found[-1].start : found[-1].end]))
            ):
                break
        elif not _TITLE_WORD.search(compact) and (compact in structural_labels() or not _opens_text(reading, lines, k)):
            if is_byline(compact) and len(compact) <= 24 and k == top:
                below = re.sub(r"\s", "", text[lines[k + 1].start : lines[k + 1].end]) if len(lines) > k + 1 else ""
                if _UNIT_END.search(compact) and _OF_THE_UNIT.match(below) and _can_be_title(below):
                    found.append(line)
                top = k + 1
                continue  # the unit's name stands above the title
            break
        elif (
            is_byline(compact)
            and k == top
            and k + 1 < len(lines)
            and _TITLE_WORD.search(re.sub(r"\s", "", text[lines[k + 1].start : lines[k + 1].end]))
            and lines[k + 1].end - lines[k + 1].start <= 40
        ):
            found.append(line)  # unit above, kind of document below: one title in two lines
            continue
        found.append(line)
    return found


_NTH = r"[0-9一二三四五六七八九十]{1,3}"
_LETTERHEAD = re.compile(
    rf"(?:文件|简报|工作动态|信息|通讯|快报)(?:第.{{1,8}}期.{{0,12}})?$|^.{{0,16}}第{_NTH}期"
    rf"|(?:文件|材料)之{_NTH}$|(?:会议|大会|交流|学习|参阅)(?:文件|材料)(?:[（(]?{_NTH}[）)]?)?$|第{_NTH}[件份号卷]$"
    rf"|文件[（(]{_NTH}[）)]$|(?:工会|委员会|办公室|部)编印?(?:{DATE_LINE.pattern})?$"
)
_COUPLET = re.compile(r"([\u4e00-\u9fff]{4,9})[ 　]{1,4}[\u4e00-\u9fff]{4,9}")  # 凝心聚力　共渡难关
_LOOKED_AT = 6  # lines at the top that may be of a title


def _below_the_letterhead(text: str, lines: list[Span]) -> tuple[list[Span], int]:
    """The lines without what stands above a headline and its line of dashes, and how many lines the headline has.

    Of 大会文件之二 | 凝聚力量 | ——在…上的报告 the headline is one line. Below a letterhead, and where the upper is a couplet, it
    has two; else what stands above it is no part of the title.
    """
    dashed = next((k for k, line in enumerate(lines[:5]) if text[line.start : line.end].startswith(("——", "--", "－－"))), 0)
    above = [re.sub(r"\s", "", text[line.start : line.end]) for line in lines[: max(dashed - 1, 0)]]
    if not above or not all(_can_be_title(piece) for piece in above) or number_at(text, *lines[dashed]) is not None:
        return lines, 0
    if any(map(is_byline, above)):
        return lines, 0
    if _COUPLET.fullmatch(text, *lines[dashed - 2]) or (len(above) > 1 and _LETTERHEAD.search(above[-2])):
        return lines[dashed - 2 :], 2
    return (lines[dashed - 1 :], 0) if dashed < 4 else (lines, 0)


def _title_follows(reading: Reading, lines: list[Span]) -> bool:
    """Whether a title of its own stands below a letterhead (某某公司工会文件, 工作简报 第3期)."""
    pieces = [re.sub(r"\s", "", reading.clean[line.start : line.end]) for line in lines]
    return any(_can_be_title(piece) and not (DATE_LINE.fullmatch(piece) or is_byline(piece)) for piece in pieces)


@cache
def structural_labels() -> frozenset[str]:
    """Lines that name a part of any text (基本情况, 主要做法) and so head a section, never the document."""
    return frozenset(yaml("rules/outline.yaml")["structural_labels"].split())


def _goes_on(text: str, lines: list[Span], number: Number) -> bool:
    """Whether a later line takes up the series that ``number`` begins: then its line is the first heading, not a title."""
    following = (number_at(text, line.start, line.end) for line in lines)
    return any(n is not None and (n.style, n.value) == (number.style, number.value + 1) for n in following)


def _without_date(reading: Reading, line: Span) -> Span:
    """A title line less the bracketed date or byline behind it."""
    tail = _DATED_TAIL.search(reading.clean, line.start, line.end)
    return line if tail is None or tail.start() - line.start < 4 else line._replace(end=tail.start())


def _only_counts(compact: str) -> bool:
    """Whether a line is a bare number or says which annex this is (2023, 附件1)."""
    return compact.isdigit() or _ATTACHMENT.fullmatch(compact) is not None


def _can_be_title(compact: str) -> bool:
    if _only_counts(compact):
        return False
    if not 2 <= len(compact) <= 60 or compact[-1] in "。；;，,、：:" or "|" in compact or "。" in compact[:-1]:
        return False
    if len(_COLON.findall(compact)) > 1:  # 时间：… 地点：…
        return False
    note = _MEETING_NOTE.match(compact) and not _BRACKETED_TITLE.match(compact)
    if note or _SALUTATION.match(compact) or _DOCUMENT_NUMBER.match(compact):
        return False
    return len(compact) <= 36 or bool(_TITLE_WORD.search(compact[-10:]))


def _opens_text(reading: Reading, lines: list[Span], k: int) -> bool:
    """A first line without a title word is a title where it stands above something that is not a mere continuation of it."""
    if k or k + 1 >= len(lines) or _IN_TURNS.match(reading.clean, lines[k].start):
        return False
    piece = reading.clean[lines[k].start : lines[k].end]
    return (
        not (
            DATE_LINE.fullmatch(piece)
            or is_byline(piece)
            or piece[-1] in "……"
            or (is_person(piece) and (len(piece) < 4 or piece[0] in common_surnames()))
        )
        and not (_LABELS.search(piece) or _COLUMN_HEADS.fullmatch(piece) or _WRITER.fullmatch(piece))
        and reading.part.cut_start is False
    )


# a title whose line break became a blank, and a text that runs on for so many characters
_RUN_IN = re.compile(
    r"(?!接到|收到|根据|按照|遵照|依据|依照|结合|[^ \n]{0,16}发的)"
    r"[^。，；：:\n]{4,40}?(?:总结|小结|计划|要点|汇报|报告|方案|通知|倡议书)(?=[ 　]|范文(?:今年|近年|一年|本|20))"
)
_RUNNING = 100
_GOES_ON = re.compile(r"[及暨]|和(?:[12]\d|明年|下)")  # 某某工会2006年工作总结 / 及2007年工作计划
_IN_TURNS = re.compile("[问答][：:]")
_LABELS = re.compile(r"[：:][^：:]{1,24}[ 　][^：:]{1,8}[：:]")  # 时间：… 地点：…
_COLUMN_HEADS = re.compile(r"[\u4e00-\u9fff]{1,6}(?:[ 　|]{1,4}[\u4e00-\u9fff]{1,6}){3,8}")  # 序 活动 时间 牵头人
_WRITER = re.compile(
    r"[\u4e00-\u9fff]{2,10}(?:部|处|科|室|队|组|站|所|中心)[ 　]{1,6}[\u4e00-\u9fff](?:[ 　]{0,2}[\u4e00-\u9fff]){1,2}"
)  # 安监部 闫 涛
_SPEAKER = re.compile(r"(?:报告人|汇报人|述职人|发言人|报送人|执笔|作者|编制|审核)[：:]")
_OF_THE_UNIT = re.compile(  # a line that goes on with the unit's name above it: 二〇一四年度工作总结, 关于…的报告
    rf"(?:{_YEAR}年|关于|第?[一二三四五六七八九十]届).{{2,40}}(?:总结|小结|汇报|报告|计划|安排|打算|思路|要点|答复|通知|方案|意见|纪要|请示|批复|决定|通报|申请|决议|倡议书|公告|的函)(?:[（(][^（）()]{{1,16}}[)）])?$"
)
_TIMES = ("明年", "来年", "元月")  # their first character is a surname


def is_person(compact: str) -> bool:
    """A line that is only a person's name."""
    if "·" in compact and len(compact) <= 14:
        return True
    if compact in _TIMES:
        return False
    return is_full_name(compact) and not _TITLE_WORD.search(compact)


_TERM = re.compile(r"[（(][^（）()。，；]{0,12}\d[年月][^（）()。，；]{0,12}[)）]$")  # 某某工会（2021年7月—9月）


_HALF_A_SLOGAN = 5  # characters


def is_byline(piece: str) -> bool:
    """A line that only names a unit or a person with a date: 某某学校工会, 某某公司工会主席 何其多, 张三 2012年1月."""
    bare = DATE_LINE.sub("", _TERM.sub("", piece)).strip(" ()（）　")
    if len(bare) < len(piece.strip()) and is_person("".join(bare.split())):
        return True
    head, *name = bare.split()[:3] or [""]
    if "的" in bare or (len(name) == 1 and len(head) == len(name[0]) >= _HALF_A_SLOGAN):
        return False  # 洞里的工会; 同心聚力建新功　情系职工开新局
    if name and is_person("".join(name)) and (_UNIT_END.search(head) or _ROLE_END.search(head)) and len(head) <= 24:
        return True
    return not bare or (
        len(bare) <= 24 and bool(_UNIT_END.search(bare)) and not _TITLE_WORD.search(bare.removesuffix("工会委员会"))
    )


def _is_signed(piece: str) -> bool:
    """A byline below a headline, dashes before it or the name glued to the unit: ——泊阳职业中专工会游一帆."""
    bare = piece.lstrip("—-－ 　")
    glued = _UNIT_THEN_NAME.fullmatch(bare)
    return is_byline(bare) or (
        glued is not None and (len(glued["name"]) == 3 or glued["name"][0] in common_surnames()) and is_person(glued["name"])
    )


_UNIT_THEN_NAME = re.compile(r"[\u4e00-\u9fff]{2,20}(?:工会|分会|小组|委员会)(?:主席)?(?P<name>[\u4e00-\u9fff]{2,3})")
_DISTRIBUTED = re.compile(
    rf"(?:{papers.SENT_TO}|主题词[：:]).{{2,60}}|[^，。；]{{2,30}}[日号]印发?|[（(]?共印[0-9]{{1,5}}份[）)]?"
    r"|(?:录入|校对|打字|核稿|拟稿)[：:].{2,20}"
)
_ATTACHMENT = re.compile(r"附件? ?[一二三四五六七八九十0-9]{0,2} ?[:：]?")


def is_distributed(piece: str) -> bool:
    """Whether a line says whom an office's paper goes to or who printed it (抄送, 印发): it stands below the signature."""
    return _DISTRIBUTED.fullmatch("".join(piece.split())) is not None


def sign_off_lines(reading: Reading) -> list[Span]:
    """The unit and date lines that close the text, attachments aside; empty where the text just ends."""
    found: list[Span] = []
    lines = reading.lines
    attached = next((i for i, ln in enumerate(lines) if i > 2 and _ATTACHMENT.fullmatch(reading.clean, ln.start, ln.end)), None)
    lines = lines[:attached]
    while len(lines) > 2 and is_distributed(reading.clean[lines[-1].start : lines[-1].end]):
        lines = lines[:-1]
    if lines and _is_signed_by_day(reading, lines):
        found.append(lines[-1])
        lines = lines[:-1]
    for line in reversed(lines[-5:]):
        piece = reading.clean[line.start : line.end].strip(" 　()（）【】")
        if "|" in piece or len(piece) > 45 or piece.endswith(("。", "！", "；", "：")) or (line in reading.title_lines):
            break
        compact = re.sub(r"\s", "", piece)
        dated = DATE_LINE.search(compact)
        if (
            (
                dated
                and len(compact) - len(dated[0]) <= 30
                and not (_IN_A_LIST.match(compact) and "，" in compact[dated.end() : -2])
            )
            or (
                len(compact) <= 30
                and (
                    _UNIT_END.search(SEAL.sub("", compact)) or _UNIT_AND_NAME.fullmatch(piece) or _MASKED_NAME.fullmatch(compact)
                )
                and number_at(reading.clean, line.start, line.end) is None
                and "，" not in piece
            )
            or (
                len(compact) <= 12
                and found == []
                and re.match(r"^(?:报告|汇报|执笔|撰稿|签发|主席|作者|填报|审核)人?[：:]", compact)
            )
            or re.match(r"^(?:报告|汇报|执笔|撰稿|签发|作者|填报|审核|抄送|主题词|联系)(?:单位|人|人员)?[：:]", compact)
        ):
            found.append(line)
        else:
            break
    found.reverse()
    return found


def _is_signed_by_day(reading: Reading, lines: Sequence[Span]) -> bool:
    """Whether the last line is a day without its year, alone or behind who signs, below a text that has ended."""
    signed = _DAY_ALONE.fullmatch(reading.clean, *lines[-1])
    if signed is None or len(lines) < _SHORTEST or lines[-1] in reading.title_lines:
        return False
    who = re.split(r"[ 　]+", signed["who"].strip()) if signed["who"] else []
    above = reading.clean[lines[-2].start : lines[-2].end]
    named = all(is_person(name) or _UNIT_END.search(name) for name in who)
    ended = above[-1] in "。！？”）" or is_byline(above) or _RECORDED.match(above) is not None
    return named and ended and _DAY_ALONE.fullmatch(above) is None


_IN_A_LIST = re.compile(r"[0-9]{1,2}[、.．)）](?![0-9])")  # 1、于20xx年3月下旬，召开…
_SHORTEST = 3  # lines of a text that is signed
_DAY = r"(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})月(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})日"
_DAY_ALONE = re.compile(rf"(?P<who>[^，。；：:|]{{0,34}}?)[ 　]{{0,8}}{_DAY}")
_RECORDED = re.compile(r"(?:会议)?(?:记录|执笔|整理|撰稿|汇报)人?[：:]")
SEAL = re.compile(r"[（(](?:盖?章|公章)[）)]?$")  # behind the name of who signs
_MASKED_NAME = re.compile(r"[Xx×*_]{2,}.{0,12}")
_NAME = r"[\u4e00-\u9fff·]{2,4}|[\u4e00-\u9fff][ 　]{1,2}[\u4e00-\u9fff]"
_UNIT_AND_NAME = re.compile(  # 雪岭隧道项目部工会 巩俊岭; 粟晓棠 敬上
    rf"[\u4e00-\u9fff]{{2,22}}(?:工会|委员会|分会|小组|小学|中学|学校|公司|医院)(?:主席)?[ 　]{{1,6}}(?:{_NAME})"
    rf"|(?:{_NAME})[ 　]{{0,4}}(?:敬上|谨上|敬启)"
)
