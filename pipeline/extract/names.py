"""Names (名称): persons with role and standing, organisations, places.

The spans are the names model's, mended by what the language itself settles: a surname with a title, a list of names that
goes on, a generic self-reference that is no name.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from pipeline.records import Standing
from pipeline.resources import read_text, yaml

if TYPE_CHECKING:
    from pipeline.extract.tagger import Marked
    from pipeline.segment import Reading, Span

_JOIN = r"[、，和与及\s]{0,3}"


_SHORT = re.compile(r"[\u4e00-\u9fff]{1,2}(?:老师|主席|校长|书记|师傅|主任|局长|院长|经理|厂长|矿长|医生|大姐|阿姨|大爷|奶奶|阿婆|队长|站长|镇长|乡长|护士长|教授|工)")


class Person(NamedTuple):
    """A person at ``[start, end)`` of the clean text."""

    start: int
    end: int
    role: str | None
    standing: Standing | None
    confidence: float


class Rules(NamedTuple):
    """``rules/names.yaml``, compiled."""

    title_after: re.Pattern[str]
    title_before: re.Pattern[str]
    standing: list[tuple[re.Pattern[str], re.Pattern[str], Standing]]
    generic_orgs: re.Pattern[str]
    not_persons: re.Pattern[str]


@cache
def rules() -> Rules:
    """The compiled rules, once a process."""
    spec = yaml("rules/names.yaml")
    titles = "|".join(sorted(read_text("lexicons/titles.txt").split(), key=len, reverse=True))
    prefix = r"(?:(?:工会|党支部|党总支|党委|女工|支部|学校|校|分工会|教导|政教|总务|年级|教研|备课|行政|原|老|前|时任|退休|青年|优秀|困难|特困|女|男|小学|中学|高级|一级|二级)){0,2}"
    return Rules(
        title_after=re.compile(rf"(?:等?(?:[0-9一二三四五六七八九十两俩几]+[位名个]?)?(?:青年|优秀|骨干|退休|老|新|女|困难)?)(?P<role>{prefix}(?:{titles}))|[（(](?P<paren>{prefix}(?:{titles}))[）)]"),
        title_before=re.compile(rf"(?P<role>{prefix}(?:{titles}))[：: 　]*$"),
        standing=[(re.compile(r.get("sentence", "")), re.compile(r.get("role", "")), r["standing"]) for r in spec["standing"]],
        generic_orgs=re.compile("(?:" + "|".join(spec["generic_orgs"]) + ")"),
        not_persons=re.compile("|".join(spec["not_persons"])),
    )


def persons(reading: Reading, marked: list[Marked], honours: list[Span]) -> list[Person]:
    """Persons with role and standing; ``honours`` are the spans of awards, whose sentences make winners."""
    r, text = rules(), reading.clean
    spans = [m for m in marked if m.label == "PER" and not r.not_persons.fullmatch(re.sub(r"\s", "", text[m.start : m.end]))]
    found: list[Person] = []
    shared: list[str | None] = [None] * len(spans)
    for i in range(len(spans) - 1, -1, -1):
        m = spans[i]
        after = r.title_after.match(text, m.end)
        if after and not re.match(r"(?:们|会|队|节|团|代表|小组|家|组|协会)", text[after.end() :]):
            shared[i] = after["role"] or after["paren"]
        elif i + 1 < len(spans) and re.fullmatch(r"[、和与及]", text[m.end : spans[i + 1].start]):
            shared[i] = shared[i + 1] if r.title_after.match(text, spans[i + 1].end) or shared[i + 1] else None
    for i, m in enumerate(spans):
        role = shared[i]
        if role is None:
            before = r.title_before.search(text, max(0, m.start - 12), m.start)
            role = before["role"] if before else None
        role = _plain(role)
        if role in ("同志", "会员", "职工", "员工") or _SHORT.fullmatch(text[m.start : m.end]):
            role = None
        found.append(Person(m.start, m.end, role, _standing(reading, m, role, honours, r), m.confidence))
    return found


def _plain(role: str | None) -> str | None:
    return re.sub(r"^(?:等|原|前|时任|老(?!师))", "", role) if role else None


def _standing(reading: Reading, m: Marked, role: str | None, honours: list[Span], r: Rules) -> Standing | None:
    sentence = reading.sentence_at(m.start)
    words = reading.clean[sentence.start : sentence.end]
    for pattern, roles, standing in r.standing:
        if pattern.search(words) and roles.search(role or ""):
            return standing
    return "winner" if any(sentence.start <= h[0] < sentence.end for h in honours) else None


def organisations(reading: Reading, marked: list[Marked]) -> list[Marked]:
    """Organisations, generic self-references left out."""
    r, text = rules(), reading.clean
    return [m for m in marked if m.label == "ORG" and not r.generic_orgs.fullmatch(text[m.start : m.end])]
