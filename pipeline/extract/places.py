"""Places (地点) that a gazetteer knows, or that an outing goes to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from pipeline.extract.features import is_place
from pipeline.resources import words, yaml

if TYPE_CHECKING:
    from pipeline.extract.people import Proposal
    from pipeline.segment import Reading

_NOT_A_VENUE = re.compile(r"[的了我本这该各每为把和与及在由向]|^(?:室内|户外|全|网上|线上|所有|有关)")
_PART_OF_A_NAME = re.compile(r"[\u4e00-\u9fff]?(?:杯|精神|时间|菜|话|籍|人民|大学|银行|路|街道)")


@cache
def _outing() -> re.Pattern[str]:
    ends = "|".join(sorted(yaml("rules/names.yaml")["outing_ends"].split("|"), key=len, reverse=True))
    return re.compile(
        rf"(?:[去到赴往游抵登访]|前往|游览|参观|考察|奔赴)了?(?P<place>[\u4e00-\u9fff]{{2,8}}?(?:{ends}))"
        r"(?=[，。、；！）\s一踏游参观春秋赏采登爬旅徒拓开举缅祭学])"
    )


@cache
def _venue() -> re.Pattern[str]:
    venues = "|".join(sorted(yaml("rules/names.yaml")["venues"].split("|"), key=len, reverse=True))
    return re.compile(
        rf"(?:(?<![存现正旨意好实内所])在|地\s*点[：:]?\s*(?:设?在)?|假座|(?<=[日晚午])于)(?P<place>[\u4e00-\u9fff0-9A-Z]{{0,12}}?(?:{venues}))"
        r"(?=[，。、；！）|\s开举召进组办搞上里中内的集隆启和为摆设看])"
    )


def known(reading: Reading) -> Iterator[Proposal]:
    """Places by the gazetteer or jieba's dictionary, and the goal of an outing by its ending (去龙首山)."""
    text = reading.clean
    yield from ((*m.span("place"), "PLC", 0.7) for m in _outing().finditer(text))
    yield from ((*m.span("place"), "PLC", 0.6) for m in _venue().finditer(text) if not _NOT_A_VENUE.search(m["place"]))
    doubtful = words("lexicons/not_places.txt")
    for token in reading.tokens:
        place = token.tag == "ns" and len(token.text) >= 2 and token.text not in doubtful and is_place(token.text)
        if place and not _PART_OF_A_NAME.match(text, token.end):
            yield (token.start, token.end, "PLC", 0.7)
