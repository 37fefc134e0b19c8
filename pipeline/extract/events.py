"""Events (活动) with their attributes: type, status, date, participants, place, theme, cost.

The names model for events marks the shortest noun phrase; what else the record says of an event is read from its clause.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from pipeline.extract.context import kind_of, zone_at
from pipeline.extract.links import LEAST, Anchor, candidates, link
from pipeline.linear import load
from pipeline.lookup import Run, Seen
from pipeline.records import EventStatus, EventType
from pipeline.resources import table
from pipeline.segment import Span
from pipeline.segment.reading import beginning

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.extract.counts import Found as Count
    from pipeline.extract.tagger import Marked
    from pipeline.segment import Reading

_CUES = re.compile(
    r"每[年月周季天学逢]|定期|坚持|经常|常年|长期|一直|年年|月月|继续|将|要|拟|计划|打算|争取|准备|明年|下一步|今后|力争|应|凡|必访|必到|一年一度|每[两半]"
    r"|不定期|例行|日常|及时|随时|已|曾|先后|成功|圆满|去年|今年"
)
_CUT = re.compile("[，。；！？\n：,;]")
_THEME_AS = re.compile(
    r"以[“\"]([^”\"\n]{2,40}(?:[”\"][，、,和]?[“\"][^”\"\n]{2,40}){0,3})[”\"]为(?:主题|题|内容|主要内容)|主题(?:为|是|：)?[“\"]([^”\"\n]{2,40})[”\"]"
)
_QUOTED = re.compile(r"[“\"]([^”\"\n]{2,40})[”\"]")
_PEOPLE = ("人", "人次")


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
    return {row[0]: row[1] for row in table("lexicons/event_nouns.tsv", 2)}


def head_type(name: str) -> str:
    """Type of the longest event noun at the end of ``name``, else of the longest inside, else empty."""
    heads = _heads()
    for size in range(min(len(name), 8), 1, -1):
        if name[-size:] in heads:
            return heads[name[-size:]]
    inside = [name[i : i + size] for size in range(6, 1, -1) for i in range(len(name) - size + 1) if name[i : i + size] in heads]
    return heads[inside[0]] if inside else ""


def features(reading: Reading, start: int, end: int, doc_type: str) -> Seen:
    """What the type and status classifiers see of an event: its words, its head noun, its clause and sentence."""
    text = reading.clean
    name = text[start:end]
    sentence = reading.sentence_at(start)
    before, behind = (
        _CUT.split(text[max(sentence.start, start - 16) : start])[-1],
        _CUT.split(text[end : min(sentence.end, end + 16)])[0],
    )
    found = [
        f"head={head_type(name)}",
        f"doc={doc_type}",
        f"last2={name[-2:]}",
        f"last3={name[-3:]}",
        f"first2={name[:2]}",
        f"last1={name[-1:]}",
    ]
    found += [f"v={before[-2:]}", f"vv={before[-4:-2]}", f"r={behind[:2]}", f"rr={behind[2:4]}"]
    found += [f"cue={c[0]}" for c in _CUES.finditer(text, sentence.start, end)] + [f"here={c[0]}" for c in _CUES.finditer(before)]
    if "了" in before[-4:] or behind.startswith("了"):
        found.append("done")
    kinds = [kind_of(t.text, t.tag) for t in reading.tokens[reading.token_at(start) : reading.token_at(end - 1) + 1]]
    leads = reading.tokens[max(reading.token_at(start) - 2, 0) : reading.token_at(start)]
    found += [f"kind={k}" for k in dict.fromkeys(kinds)] + [
        f"kinds={'+'.join(kinds[:3])}",
        f"kind1={kinds[0]}",
        f"kindn={kinds[-1]}",
    ]
    found += [f"led={kind_of(t.text, t.tag)}" for t in leads]
    return Seen(found, [Run("n=", start, end), Run("l=", start - min(len(before), 13), start)])


def around(reading: Reading, start: int, known: dict[object, Seen]) -> list[Seen]:
    """What they see around it: the pairs of its sentence and of its headings, each made once and kept in ``known``."""
    sentence, section = reading.sentence_at(start), reading.section_at(start)
    if sentence not in known:
        first = reading.sentence_at(reading.clean.rfind("\n", 0, sentence.start) + 1)
        leads = _CUES.finditer(reading.clean, first.start, min(first.end, first.start + 60))
        cues = [f"zone={zone_at(reading, sentence.start)}", *(f"first={c[0]}" for c in leads)]
        known[sentence] = Seen(cues, [Run("s=", sentence.start, min(sentence.end, sentence.start + 160))])
    if section is not None and section not in known:
        heading, top = reading.headings[section], section
        while reading.headings[top].parent is not None:
            top = reading.headings[top].parent or 0
        runs = [Run("h=", heading.start, min(heading.end, heading.start + 200))]
        if top != section:
            heading = reading.headings[top]
            runs.append(Run("t=", heading.start, min(heading.end, heading.start + 200)))
        known[section] = Seen(runs=runs)
    return [known[sentence]] if section is None else [known[sentence], known[section]]


def _announces(reading: Reading, m: Marked, marked: list[Marked]) -> bool:
    """A general name in a heading (开展劳动竞赛) that the section's body makes specific (专项劳动竞赛) is no event of its own."""
    section = reading.section_at(m.start)
    if section is None:
        return False
    heading = reading.headings[section]
    if (
        not heading.start <= m.start < heading.end
        or heading.body.end - heading.body.start < 30
        or "“" in reading.clean[m.start : m.end]
    ):
        return False
    tail = reading.clean[m.end - 2 : m.end]
    return any(heading.body.start <= o.start < heading.body.end and reading.clean[o.end - 2 : o.end] == tail for o in marked)


def date_anchors(dates: Iterable[tuple[int, int, str]]) -> list[Anchor]:
    """Dates as what an event may be linked to."""
    return [
        Anchor(a, b, n, "year" if len(n) == 4 else "span" if "/" in n else "day" if len(n) == 10 else "month")
        for a, b, n in dates
    ]


def people_anchors(counts: Iterable[Count]) -> list[Anchor]:
    """Counts of people as what an event may be linked to."""
    return [
        Anchor(c.start, c.end, f"{int(c.value)} {c.unit}", c.unit)
        for c in counts
        if c.unit in _PEOPLE and c.value == int(c.value)
    ]


def events(
    reading: Reading, marked: list[Marked], dates: list[tuple[int, int, str]], counts: list[Count], places: list[Span],
    doc_type: str, models: Path,
) -> list[Event]:  # fmt: skip
    """Events with attributes; the same activity named again in the document is not marked twice."""
    text = reading.clean
    when, people = date_anchors(dates), people_anchors(counts)
    marked = [m for m in marked if m.confidence >= 0.15 and not _announces(reading, m, marked)]
    spans = [Span(m.start, m.end) for m in marked]
    kept: list[Marked] = []
    seen: set[str] = set()
    for m in marked:
        name = re.sub(r"[\s“”\"]", "", text[m.start : m.end])
        if len(name) >= 4 and any(earlier.endswith(name) for earlier in seen):
            continue  # told again, or told again in short (女教师拔河比赛 … 拔河比赛)
        seen.add(name)
        kept.append(m)
    known: dict[object, Seen] = {}
    kinds, statuses = load(models, "event_type", "event_status").best(
        [features(reading, m.start, m.end, doc_type) for m in kept], text, [around(reading, m.start, known) for m in kept]
    )
    named = [(Span(m.start, m.end), kind.label) for m, kind in zip(kept, kinds, strict=True)]

    def linked(model: str, anchors: list[Anchor], least: float, *, wide: bool) -> list[Anchor | None]:
        asked = [(span, kind, candidates(reading, span, anchors, wide=wide)) for span, kind in named]
        return link(load(models, model), reading, asked, spans, least)

    dates_of = linked("event_date", when, LEAST["date"], wide=True)
    people_of = linked("event_people", people, LEAST["people"], wide=False)
    found: list[Event] = []
    for m, kind, status, dated, there in zip(kept, kinds, statuses, dates_of, people_of, strict=True):
        sentence = reading.sentence_at(m.start)
        number, _, unit = there.value.partition(" ") if there else ("", "", "")
        found.append(
            Event(
                m.start, m.end, kind.label, status.label,  # type: ignore[arg-type]
                dated.value if dated else None, int(number) if number else None, unit or None,
                _place(text, m, sentence, places), _theme(text, m, sentence), None, round(min(m.confidence, kind.confidence), 2),
            )
        )  # fmt: skip
    return found


def _place(text: str, m: Marked, sentence: Span, places: list[Span]) -> tuple[int, int] | None:
    for p in beginning(places, m.start, m.end):
        if p[1] <= m.end:
            return (p[0], p[1])
    near = [p for p in beginning(places, max(sentence.start, m.start - 60), m.start) if p[1] <= m.start and m.start - p[1] <= 12]
    for p in reversed(near):
        if re.search(r"(?:去|到|赴|在|于|往|抵|游)$", text[max(0, p[0] - 2) : p[0]]):
            return (p[0], p[1])
    return None


# what a cup, a day, a prize, a place or a standing programme is called, rather than what an activity is held under
_NAME_LIKE = re.compile(
    r"(?:杯|工程|小屋|站|日|月|周|活动年|节|岗|队|论坛|讲堂|角|家|驿站|账|奖|坊|行动|一|号|室|基金|专栏|学堂|学习班|计划|制|之声|夜话"
    r"|[三五六七八]|二[十]大|班|站点|之星|工匠|标兵|天使|老师|教师|师傅|女工|管家|班组|职工|员工|职工之家|人物|能手|红旗|夜校|书屋|食堂|舱|点|群|秀"
    r"|微信号|公众号|台账|规划|筛查|案)$|^(?:最美|十佳|两|三[^尺]|四|五|六|七|回头|小候鸟|金点子|金秋助学$|师带徒|师徒|安康|爱心|户外|职工|教工|送[温清])|点子"
)
_SHOWN = re.compile(
    r"赛|比武|擂台|演讲|征文|征集|展|讨论|座谈|报告会|宣讲|签名|汇演|演出|晚会|联欢|歌会|合唱|咏|唱|诵|快闪|读书|阅读|沙龙|主题|教育|活动|健步走|徒步|评选"
    r"|攻坚|大练兵|练兵|会战|捐款|行动|故事|讲述|联谊|艺术节|文化节|志愿服务|服装|讲座|大家谈|舞|志愿|观影|学习|结对|工会日|仪式"
)


def _slogan(quoted: str, behind: str) -> bool:
    """A slogan, not the name of a cup, a day or a programme: it says what something is held under (“…”演讲比赛)."""
    if _NAME_LIKE.search(quoted) and "、" not in quoted and not re.match(r"的?(?:为)?主题|为题|征文|演讲|为主题", behind):
        return False
    if not behind.strip():
        return len(quoted) >= 10 or "，" in quoted or "我" in quoted or (len(quoted) >= 6 and "、" in quoted)
    return (len(quoted) >= 4 or quoted.endswith("颂")) and bool(_SHOWN.search(behind)) and not quoted.endswith(("杯", "月", "日"))


def _theme(text: str, m: Marked, sentence: Span) -> tuple[int, int] | None:
    """The quoted slogan: inside the name, or after 以…为主题 in the event's clause."""
    inner = _QUOTED.search(text, m.start, m.end)
    if (
        inner
        and "、“" not in text[m.start : m.end]
        and "和“" not in text[m.start : m.end]
        and text[max(0, m.start - 2) : m.start] not in ("”、", "”和")
        and _slogan(inner[1], text[inner.end() : m.end])
    ):
        return inner.span(1)
    for match in _THEME_AS.finditer(text, max(sentence.start, m.start - 240), min(sentence.end, m.end + 240)):
        if -60 <= m.start - match.end() <= 24 or 0 <= match.start() - m.end <= 12:
            return match.span(1) if match[1] else match.span(2)
    return None
