"""What a person is (角色与身份): the office or trade told beside a name, and the standing that the sentence gives."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from pipeline.extract.people import HAN, IN_ONE_LIST, patterns
from pipeline.linear import Guess, load
from pipeline.lookup import Run, Seen
from pipeline.resources import words, yaml
from pipeline.segment.reading import beginning

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.extract.tagger import Marked
    from pipeline.records import Standing
    from pipeline.segment import Reading, Span


class Person(NamedTuple):
    """A person at ``[start, end)`` of the clean text."""

    start: int
    end: int
    role: str | None
    standing: Standing | None
    confidence: float


def persons(reading: Reading, marked: list[Marked], honours: list[Span], models: Path) -> list[Person]:
    """Persons with role and standing; ``honours`` are the spans of awards, whose sentences make winners."""
    spans = [m for m in marked if m.label == "PER"]
    roles = _roles(reading, spans)
    seen = [standing_features(reading, m.start, m.end, role, honours) for m, role in zip(spans, roles, strict=True)]
    guesses = load(models, "standing").best(seen, reading.clean)[0]
    return [
        Person(m.start, m.end, role, _standing(guess), m.confidence) for m, role, guess in zip(spans, roles, guesses, strict=True)
    ]


_NOT_A_TITLE = re.compile(r"们|会|队|节|团|代表|小组|家|组|协会")
_AS_IT_WAS = re.compile(r"^(?:等|原|前|时任)")


def _roles(reading: Reading, spans: list[Marked]) -> list[str | None]:
    """The role of each person: what is told behind the name or its list (三位教师), else what stands before them."""
    text = reading.clean
    behind = _behind(text, spans)
    before: list[str | None] = []
    for i, m in enumerate(spans):
        titled = patterns().short.fullmatch(text[m.start : m.end]) is not None
        before.append(None)
        if behind[i] is None or titled:  # 工会主席|李主席: the office before tells more than the title inside
            before[i] = _before(reading, m.start)
            if before[i] is None and i and not titled and IN_ONE_LIST.fullmatch(text, spans[i - 1].end, m.start):
                before[i] = before[i - 1]
            behind[i] = before[i]
    told = [_AS_IT_WAS.sub("", role) if role else None for role in behind]
    return [None if role and re.sub(r"\s", "", role) in words("lexicons/not_roles.txt") else role for role in told]


def _behind(text: str, spans: list[Marked]) -> list[str | None]:
    """The title right behind each name, or behind the last of the names that it is joined to."""
    found: list[str | None] = [None] * len(spans)
    for i in range(len(spans) - 1, -1, -1):
        title = patterns().title_after.match(text, spans[i].end)
        role = title[title.lastgroup] if title and title.lastgroup else None
        none = title is None or (title.lastgroup == "role" and role in _never_behind())  # 何其多 记录, but 何其多（代表）
        if title and not none and not _NOT_A_TITLE.match(text, title.end()):
            found[i] = role
        elif i + 1 < len(spans) and re.fullmatch(r"[、和与及]", text[spans[i].end : spans[i + 1].start]):
            found[i] = found[i + 1]
    return found


@cache
def _never_behind() -> frozenset[str]:
    return words("lexicons/not_roles.txt") | words("lexicons/not_roles_behind.txt")


def _before(reading: Reading, start: int) -> str | None:
    """The title right before a name; of a union's, what is no part of the union's own name (县总工会|主席)."""
    title = patterns().title_before.search(reading.clean, max(0, start - 14), start)
    if title is None:
        return _office_before(reading, start)
    role: str = title["role"]
    return role.removeprefix("工会") if _OF_A_UNION.match(reading.clean, title.start("role") - 1, start) else role


_SPACED_OFFICE = re.compile(
    rf"(?:^|[\n，。；、 　：:])(?P<office>{HAN}(?:[ 　]{{1,6}}{HAN}){{1,3}})[ 　]{{0,2}}[：:][ 　]{{0,6}}$"
)
_OF_A_UNION = re.compile("[总县市区镇乡道局段院司团行矿]工会")
_TRADE = re.compile(rf"{HAN}{{1,3}}[工员师]")


def _office_before(reading: Reading, start: int) -> str | None:
    """The office or trade right before a name that no lexicon has: spaced out before a colon (委　员：), or a noun (洗碗工)."""
    text = reading.clean
    if spaced := _SPACED_OFFICE.search(text, max(0, start - 20), start):
        office = spaced["office"]
        return office if re.sub(r"\s", "", office) in words("lexicons/titles.txt") else None
    token = reading.tokens[reading.token_at(start - 1)] if start else None
    if token is None or token.end != start or token.tag[:1] != "n" or not _TRADE.fullmatch(token.text):
        return None
    return token.text


@cache
def _rules() -> tuple[tuple[re.Pattern[str], re.Pattern[str], Standing], ...]:
    """What must be found in the sentence and in the role for each standing, in the order in which they decide."""
    rules = yaml("rules/names.yaml")["standing"]
    return tuple((re.compile(rule.get("sentence", "")), re.compile(rule.get("role", "")), rule["standing"]) for rule in rules)


_AROUND = 400  # how far around a person the sentence is read: farther than any real one reaches
_SURE = 0.55  # below it a standing stays null


def _standing(guess: Guess) -> Standing | None:
    return None if guess.label == "none" or guess.confidence < _SURE else guess.label  # type: ignore[return-value]


def standing_features(reading: Reading, start: int, end: int, role: str | None, honours: list[Span]) -> Seen:
    """What the standing classifier sees of a person: the rules' word, role, sentence, neighbours, honours beside the name."""
    text = reading.clean
    sentence = reading.sentence_at(start)
    first, last = max(sentence.start, start - _AROUND), min(sentence.end, end + _AROUND)
    around = text[first:last]
    rule = next((s for pattern, roles, s in _rules() if pattern.search(around) and roles.search(role or "")), None)
    near = beginning(honours, first, last)
    gap = min((abs(h[0] - end) if h[0] >= end else abs(start - h[1]) for h in near), default=99)
    before, behind = text[max(sentence.start, start - 12) : start], text[end : end + 14]
    line = text[max(0, start - 30) : start].rpartition("\n")[2]
    found = [
        f"rule={rule}",
        f"role={role}",
        f"honour={'0' if not near else 'near' if gap <= 12 else 'far'}",
        f"rule={rule}|honour={bool(near)}",
    ]
    found += [f"before={before[-2:]}", f"behind={behind[:2]}", f"behind1={behind[:1]}"]
    runs = [Run("l=", start - len(before), start), Run("r=", end, end + len(behind)), Run("p=", start - len(line), start)]
    runs.append(Run("s=", sentence.start, min(sentence.end, sentence.start + 160)))
    section = reading.section_at(start)
    if section is not None:
        heading = reading.headings[section]
        runs.append(Run("h=", heading.start, min(heading.end, heading.start + 200)))
    return Seen(found, runs)
