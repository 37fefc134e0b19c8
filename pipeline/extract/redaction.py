"""What the text hides or lost (脱敏与缺失): masked years, names, counts and words, numerals that are gone, date parts."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from pipeline.records import WarningCode

_X = r"[xX×ｘＸ*＊﹡_＿]"
_PATTERNS: tuple[tuple[WarningCode, str], ...] = (
    ("lost_date_part", r"(?<![0-9])(?:20[0-9]{2}[0-9]{1,2}月|20[0-9]{2}[0-9]{2,4}日|[0-9]{3,4}日|20[0-9]{6,7}日)"),
    ("redacted_year",
        rf"20(?:{_X}{{2}}|[0-9]{_X}|—{{2}}|--)(?:[年学\-—]|$)?|(?<![0-9A-Za-z]){_X}{{2,6}}年+|某某?年"
        rf"|(?<!_)_{{3,}}年?(?=[，,]|度|工会)"),
    ("redacted_count",
        rf"(?:{_X}{{1,5}}|某)\s?(?:余|多)?(?:名|人次|人|元|万元|%|％|次|篇|条|件|项|户|场|份|期|位|本|个|届|课时|平方米"
        rf"|亩)(?![民员校事会])"),
    ("redacted_name",
        rf"[\u4e00-\u9fff]{_X}{{1,3}}(?=老师|同志|同学|校长|主席|，|、|。|等|（|和)|{_X}{{1,4}}(?=市|县|区|镇|乡|村|小学"
        rf"|中学|学校|公司|局|厂|街道|医院|老师|同志|教师|主席|工会|幼儿园|省|大学|学院|集团|银行|校长|社区|矿)"
        rf"|某某(?!年)"),
    ("masked_words", r"[“\"][.．。·]?[”\"]|[\u4e00-\u9fff](?:__|\*\*|＊＊|﹡﹡)[\u4e00-\u9fff]"),
    ("missing_number",
        r"(?:下设|共有|现有|设有|收到|征集|办|出|召开|组织|开展|参加|举办|达|发放|走访|慰问|提出)了?(?:名|篇|期(?!末|间"
        r"|望)|人次|条(?!件|例)|余人|多人|余元|多元|万元|元(?!旦)|%|个(?=工会|小组|代表|班组|基层)|件(?=提案))"),
    ("amount_without_unit",
        r"(?:金额|经费|支出|收入|补助|捐款|慰问金|奖金)(?:为|达|共|计|合计|：|:)?\s?[0-9][0-9,.]{2,}(?=[，。；、）)]|$)"),
)  # fmt: skip
_RULES: tuple[tuple[WarningCode, re.Pattern[str]], ...] = tuple((code, re.compile(p)) for code, p in _PATTERNS)


class Hidden(NamedTuple):
    """One place at ``[start, end)`` of the clean text where something is hidden or lost."""

    code: WarningCode
    start: int
    end: int


def hidden(text: str) -> list[Hidden]:
    """Every such place, in order; one place is reported once, by the first rule that names it."""
    found: list[Hidden] = []
    for code, pattern in _RULES:
        new: list[Hidden] = []
        for match in pattern.finditer(text):
            k = bisect_right(found, match.start(), key=lambda h: h.start)
            if (not k or found[k - 1].end <= match.start()) and (k == len(found) or match.end() <= found[k].start):
                new.append(Hidden(code, *match.span()))
        found = sorted([*found, *new], key=lambda h: h.start)
    return found


def is_redacted(found: list[Hidden]) -> bool:
    """Whether the document was made anonymous: a masked year, name or count."""
    return any(h.code in ("redacted_year", "redacted_name", "redacted_count") for h in found)
