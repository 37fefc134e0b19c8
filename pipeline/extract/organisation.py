"""The reporting unit (填报单位): which of the organisations named is the one that speaks."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from pipeline.extract.names import rules

if TYPE_CHECKING:
    from pipeline.extract.tagger import Marked
    from pipeline.segment import Reading, Span

_MASKED = re.compile(r"[xX×ｘＸ*＊﹡_＿]{1,}|某")
_OWN = re.compile(r"工会|小学|中学|学校|幼儿园|公司|医院|学院|大学|厂|矿|银行|支行|局|镇|乡|街道|院|中心|集团|委员会|站|段|所|社|园|校")


def reporting_unit(reading: Reading, orgs: list[Marked], signed: Span | None) -> tuple[int, int] | None:
    """Clean span of the unit's best mention: the signature's, the title's, or the one the opening and the text repeat."""
    text = reading.clean
    if signed and not _MASKED.search(text[signed.start : signed.end]) and _OWN.search(text[signed.start : signed.end]):
        name = text[signed.start : signed.end]
        if not rules().generic_orgs.fullmatch(name):
            return (signed.start, signed.end)
    candidates = [m for m in orgs if not _MASKED.search(text[m.start : m.end]) and _OWN.search(text[m.start : m.end])]
    if not candidates:
        return None
    body = reading.body.start
    times = Counter(text[m.start : m.end] for m in candidates)

    def weight(m: Marked) -> float:
        name = text[m.start : m.end]
        score = 0.0
        if m.start < body:
            score += 5
        elif m.start < body + 120:
            score += 2.5
        if name.endswith(("工会", "工会委员会", "总工会")):
            score += 1.5
        score += min(times[name], 4) + min(len(name), 12) / 12
        if re.search(r"(?:在|受|向|由|经|被|获|市|县|区|省)$|领导$", text[max(0, m.start - 1) : m.start]) or re.match(r"(?:和|、|及).{0,24}领导|的(?:正确|坚强)?(?:领导|指导|关怀|支持)", text[m.end : m.end + 30]):
            score -= 4
        return score

    best = max(candidates, key=lambda m: (weight(m), -m.start))
    return (best.start, best.end) if weight(best) >= 3 else None
