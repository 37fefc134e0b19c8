"""Events (活动) with their attributes: type, status, date, participants, place, theme, cost.

The names model for events marks the shortest noun phrase; what else the record says of an event is read from its clause.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from pipeline.extract.linear import load, pairs
from pipeline.records import EventStatus, EventType
from pipeline.resources import table
from pipeline.segment.reading import beginning

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.extract.counts import Found as Count
    from pipeline.extract.tagger import Marked
    from pipeline.segment import Reading, Span

_CUT = re.compile("[，。；！？\n：,;]")
_THEME_AS = re.compile(r"以[“\"]([^”\"\n]{2,40}(?:[”\"][，、,和]?[“\"][^”\"\n]{2,40}){0,3})[”\"]为(?:主题|题|内容|主要内容)|主题(?:为|是|：)?[“\"]([^”\"\n]{2,40})[”\"]")
_QUOTED = re.compile(r"[“\"]([^”\"\n]{2,40})[”\"]")
_PEOPLE = ("人", "人次")
_NOT_TAKING_PART = re.compile(r"慰问|看望|探望|走访|补助|资助|救助|帮扶|捐给|发放")


class Event(NamedTuple):
    """An event at ``[start, end)`` of the clean text; spans of its parts are clean spans."""

    start: int
    end: int
    type: EventType
    status: EventStatus
    date: str | None
    participants: int | None
    participant_unit: str | None
    place: tuple[int, int] | None
    theme: tuple[int, int] | None
    cost: float | None
    confidence: float


@cache
def _heads() -> dict[str, str]:
    return dict(table("lexicons/event_nouns.tsv", 2))


def head_type(name: str) -> str:
    """Type of the longest event noun at the end of ``name``, else of the longest inside, else empty."""
    heads = _heads()
    for size in range(min(len(name), 8), 1, -1):
        if name[-size:] in heads:
            return heads[name[-size:]]
    inside = [name[i : i + size] for size in range(6, 1, -1) for i in range(len(name) - size + 1) if name[i : i + size] in heads]
    return heads[inside[0]] if inside else ""


def features(reading: Reading, start: int, end: int, doc_type: str) -> list[str]:
    """What the type and status classifiers see of an event: its words, its head noun, its clause and sentence."""
    text = reading.clean
    name = text[start:end]
    sentence = reading.sentence_at(start)
    before, behind = _CUT.split(text[max(sentence.start, start - 16) : start])[-1], _CUT.split(text[end : min(sentence.end, end + 16)])[0]
    found = [f"head={head_type(name)}", f"doc={doc_type}", f"last2={name[-2:]}", f"last3={name[-3:]}", f"first2={name[:2]}", f"last1={name[-1:]}"]
    found += [f"n={name[i : i + 2]}" for i in range(len(name) - 1)]
    found += [f"l={before[i : i + 2]}" for i in range(len(before) - 1)][-12:]
    found += [f"v={before[-2:]}", f"vv={before[-4:-2]}", f"r={behind[:2]}", f"rr={behind[2:4]}"]
    found += [f"s={text[i : i + 2]}" for i in range(sentence.start, min(sentence.end, sentence.start + 160) - 1)]
    section = reading.section_at(start)
    if section is not None:
        heading = reading.headings[section]
        found += pairs("h", text, heading.start, heading.end)
        top = section
        while reading.headings[top].parent is not None:
            top = reading.headings[top].parent or 0
        if top != section:
            found += pairs("t", text, reading.headings[top].start, reading.headings[top].end)
    return found


def events(
    reading: Reading, marked: list[Marked], dates: list[tuple[int, int, str]], counts: list[Count], places: list[Span],
    doc_type: str, models: Path,
) -> list[Event]:  # fmt: skip
    """Events with attributes; the same activity named again in the document is not marked twice."""
    text = reading.clean
    kinds, statuses = load(models / "event_type" / "weights.json.gz"), load(models / "event_status" / "weights.json.gz")
    found: list[Event] = []
    seen: set[str] = set()
    for m in marked:
        name = re.sub(r"[\s“”\"]", "", text[m.start : m.end])
        if name in seen and len(name) >= 4:
            continue
        seen.add(name)
        seen_features = features(reading, m.start, m.end, doc_type)
        kind, status = kinds.best(seen_features), statuses.best(seen_features)
        sentence = reading.sentence_at(m.start)
        people = _participants(text, m, sentence, counts, marked, kind.label)
        found.append(
            Event(
                m.start, m.end, kind.label, status.label,  # type: ignore[arg-type]
                _date(text, m, sentence, dates, marked), people[0] if people else None, people[1] if people else None,
                _place(text, m, sentence, places), _theme(text, m, sentence), None, round(min(m.confidence, kind.confidence), 2),
            )
        )  # fmt: skip
    return found


def _date(text: str, m: Marked, sentence: Span, dates: list[tuple[int, int, str]], marked: list[Marked]) -> str | None:
    """The date in or before the event's clause within its sentence; else one right behind it in brackets."""
    inside = beginning(dates, m.start, m.end)
    if inside:
        return inside[-1][2]
    before = [d for d in beginning(dates, sentence.start, m.start) if d[1] <= m.start]
    if before:
        last = before[-1]
        if text.count("，", last[1], m.start) <= 3 and "；" not in text[last[1] : m.start]:
            return last[2]
    behind = [d for d in beginning(dates, m.end, m.end + 7) if d[1] <= sentence.end and text[m.end] in "（(于定在"]
    return behind[0][2] if behind else None


def _participants(text: str, m: Marked, sentence: Span, counts: list[Count], marked: list[Marked], kind: str) -> tuple[int, str] | None:
    """People who took part: a head count in the event's own stretch of the sentence."""
    if kind in ("visit", "aid"):
        return None
    limit = min([sentence.end, *(o.start for o in beginning(marked, m.end, sentence.end)[:1])])
    for c in beginning(counts, m.end, limit):
        if c.unit in _PEOPLE and c.value == int(c.value):
            near = text[m.end : c.start]
            behind = text[c.end : c.end + 6]
            if len(near) <= 24 and re.search(r"参加|参与|参赛|出席|到会|登台|吸引|观众|选手|职工|教师|会员|队|有|，|（|,|共|人数", near + behind) and not re.match(r"(?:获|受|被评|荣)", behind):
                return int(c.value), c.unit
    for c in reversed(beginning(counts, max(sentence.start, m.start - 60), m.start)):
        if c.unit in _PEOPLE and c.end <= m.start and c.value == int(c.value):
            between = text[c.end : m.start]
            if len(between) <= 20 and re.search(r"参加|参与|赴|去|到|前往|分|进行|举行|开展", between) and "，" not in between:
                return int(c.value), c.unit
    return None


def _place(text: str, m: Marked, sentence: Span, places: list[Span]) -> tuple[int, int] | None:
    for p in beginning(places, m.start, m.end):
        if p[1] <= m.end:
            return (p[0], p[1])
    near = [p for p in beginning(places, max(sentence.start, m.start - 60), m.start) if p[1] <= m.start and m.start - p[1] <= 12]
    for p in reversed(near):
        if re.search(r"(?:去|到|赴|在|于|往|抵|游)$", text[max(0, p[0] - 2) : p[0]]):
            return (p[0], p[1])
    return None


_NAME_LIKE = re.compile(r"(?:杯|工程|小屋|站|日|月|年|节|岗|队|论坛|讲堂|角|家|驿站|账|奖|坊|课堂|行动|一|号|室|基金|专栏|学堂|学习班|计划|制|之声|夜话|[三五六七八]|二[十]大)$|^[三五六七八十]|点子")


def _slogan(quoted: str, behind: str) -> bool:
    """A slogan, not the name of a cup, a day or a programme."""
    if re.search(r"主题|为题|演讲|征文|读书|赛课|大讨论|座谈|报告会|宣讲|签名", behind) and len(quoted) >= 4:
        return not quoted.endswith(("杯", "月", "日"))
    return not _NAME_LIKE.search(quoted) and (len(quoted) >= 6 or "我" in quoted or "，" in quoted or "、" in quoted)


def _theme(text: str, m: Marked, sentence: Span) -> tuple[int, int] | None:
    """The quoted slogan: inside the name, or after 以…为主题 in the event's clause."""
    inner = _QUOTED.search(text, m.start, m.end)
    if inner and "、“" not in text[m.start : m.end] and "和“" not in text[m.start : m.end] and _slogan(inner[1], text[inner.end() : m.end]):
        return inner.span(1)
    for match in _THEME_AS.finditer(text, max(sentence.start, m.start - 240), min(sentence.end, m.end + 240)):
        if -60 <= m.start - match.end() <= 24 or 0 <= match.start() - m.end <= 12:
            return match.span(1) if match[1] else match.span(2)
    return None
