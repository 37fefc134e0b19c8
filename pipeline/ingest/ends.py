"""How a text ends (落款与结尾): its date and unit, its thanks, and whether another text may begin below."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline import papers
from pipeline.ingest.lines import Line
from pipeline.surnames import is_full_name

YEAR = r"(?:[12]\d{3}|20[xX×*_]{2}|[xX×*_]{2,4}|[二一][〇○零OoＯ0一二三四五六七八九]{3})"
SIGN_OFF = re.compile(
    YEAR + r" ?[年.．/\-—] ?(?:\d{1,2}|[元正腊一二三四五六七八九十]{1,2}|[xX×*_]{1,2})"
    r"(?: ?[月.．/\-—] ?(?:(?:\d{1,2}|[一二三四五六七八九十廿]{1,3}|[xX×*_]{1,2}) ?[日号]?)?)?[）)]?(?:于.{2,8})?$"
    r"|(?<!\d)\d{2}[./年]\d{1,2}[./月]\d{1,2}日?[）)]?$"
)
_BEHIND_DATE = re.compile(
    r"[。]$|(?<=[\d日号]) ?[（(](?:执笔|撰稿|联系|记录|整理)[^（）()]{0,20}[)）]$|(?<=[\d日号]) [\u4e00-\u9fff]{2,4}[）)]$"
)
SIGNER = re.compile(
    r"(?:主席|副主席|主任|书记|组长|负责人|执笔|撰稿|记录整理|记录|审阅)"
    r"[ ：:]{1,4}[\u4e00-\u9fff](?:[ ·]{0,2}[\u4e00-\u9fff]){1,3}$"
)
_UNIT = re.compile(
    r"(?:工会|委员会|小学|中学|学校|幼儿园|学院|公司|集团|厂|矿|局|医院|支行|镇|乡|街道办事处|联合会)(?:（[章公]章?）)?$"
)
ORGAN = re.compile(r"工会|公司|集团|学校|小学|中学|学院|大学|幼儿园|医院|银行|[分支]行|[镇乡县区市局厂矿所]|女职工|教代会|职代会")
NUMBER = re.compile(
    r"(?:(?P<top>[一二三四五六七八九十]{1,3})[、.．]|第(?P<part>[一二三四五六七八九十]{1,3})部分"
    r"|(?P<sub>[（(][一二三四五六七八九十\d]{1,3}[）)])|(?P<digit>\d{1,2}) ?[、.．](?!\d))"
)
_REPORTED = re.compile(r"[（(][^（）()]{0,16}(?:供稿|通讯员|撰稿|报道|供图|摄影报道)[^（）()]{0,20}[)）]$")  # a news item's end
# a speech ends
_THANKS = re.compile("(?:^|[。！!，])(?:再次)?(?:谢谢|感谢)(?:各位|大家|同志们)?(?:领导|代表|评委|的?聆听)?[！!。]$")
_SENT_TO = re.compile(papers.SENT_TO + "[^，。；]{2,40}$")
SIGNATURE = 45  # characters of a line with a signature's date
_BY_NAME = re.compile(r"(?<=会)[ 　]{1,8}(?:主席[ 　]?)?[\u4e00-\u9fff](?:[ 　]?[\u4e00-\u9fff]){1,3}$")
ADDRESSED = re.compile(r"[^，。；：]{2,16}(?:总工会|工会|委员会|局|公司|领导|同志们?|代表们?|会员们?)[:：]$")
_SLIP = r"[^，。；：]{0,12}(?:回执|(?:报名|申报|推荐|登记|统计|评分|一览)表|名单|花名册)(?:[（(].{1,12}[）)])?$"
APPENDED = re.compile(rf"{_SLIP}|[^，。]{{0,24}}(?:印发|共印)|附|注[:：]|抄送|联系|备注|主题词|[（(【]|\||[^，。]{{0,8}}[:：]")
_STOPS = "。！？!?…；;：:）)”》|"
_PARAGRAPH = 16  # characters of a paragraph that opens a text


def is_signed(line: str) -> bool:
    """Whether a text's last line is the date of its signature."""
    bare = _BEHIND_DATE.sub("", line)
    if line.endswith("。") and ORGAN.search(line) is None:
        return False
    return len(line) <= SIGNATURE and bool(SIGN_OFF.search(bare)) and "。" not in bare


def behind_signature(lines: Sequence[Line], start: int, i: int) -> bool:
    """Whether a text that is signed by its unit and dated has ended above, and a salutation or a paragraph opens another."""
    line, above = lines[i].text, lines[i - 1].text
    if i - start < 4 or not is_signed(above):
        return False
    unit = _BY_NAME.sub("", lines[i - 2].text)
    if not is_unit(unit) or re.search("[，。；]", unit):
        return False
    paragraph = len(line) >= _PARAGRAPH and "，" in line and not NUMBER.match(line) and not APPENDED.match(line)
    return paragraph or ADDRESSED.match(line) is not None


def ended(lines: Sequence[Line], start: int, i: int) -> int:
    """What stands above: 3 a sign-off (落款), 1 a sentence that has ended or a list, 0 a text that runs on."""
    above = lines[i - 1].text
    dated = is_signed(above) or bool(_REPORTED.search(above)) or above.rstrip("！!") in ("敬礼", "此致敬礼", "此致 敬礼")
    dated |= bool(_THANKS.search(above)) or bool(_SENT_TO.match(above))
    dated |= bool(SIGNER.search(above)) and (is_unit(lines[i - 2].text) or is_signed(lines[i - 2].text))
    signed = dated or (len(above) <= 24 and _UNIT.search(above) and lines[i - 2].text[-1] in "。！" and not NUMBER.match(above))
    below_text = signed and i - start >= 3 and any(lines[k].text[-1] in "。！；" for k in range(start, i - 1))
    if below_text:  # not the date under a title
        return 3
    return 1 if above[-1] in "。！？!?…；）)”》" or is_row_of_names(above) else 0


def breaks_off(line: str) -> bool:
    """Whether a line of running text ends within a sentence, as a hard wrap leaves it."""
    return len(line) >= _PARAGRAPH and "，" in line and line[-1] not in _STOPS and not is_signed(line)


def is_unit(line: str) -> bool:
    """Whether a line is a unit's name, as it signs."""
    return len(line) <= 24 and bool(_UNIT.search(line))


def is_byline_below(above: str, line: str) -> bool:
    """Whether a line is only a person's name, below a line that is no running text: who speaks, under a title or its date."""
    return is_full_name("".join(line.split())) and len(above) <= SIGNATURE and above[-1] not in "。！？；：:"


def is_slip(line: str) -> bool:
    """Whether a line heads what is filled in or listed below a paper: a reply slip, a form, a list of names."""
    return re.match(_SLIP, line) is not None


def is_row_of_names(line: str) -> bool:
    """Whether a line is three names or more, a blank between them."""
    names = re.split(r"[ 、]+", line)
    return len(names) > 2 and max(map(len, names)) <= 5
