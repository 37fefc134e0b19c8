"""Statements (表述): sentences that admit a problem, ask the superior union, plan, or repeat a proposal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pipeline.linear import load
from pipeline.lookup import Run, Seen
from pipeline.segment import Span
from pipeline.segment.numbering import number_at
from pipeline.segment.reading import beginning

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.segment import Reading

LEAST = 0.4  # from this probability on a sentence is a problem or a request; chosen in cross-validation over author groups
_PLAN = re.compile(
    r"^(?:今后|下一步|下一阶段|明年|来年|下学期|新的一年|新学期|下半年|接下来|20[0-9]{2}年.{0,6}(?:将|要|计划|拟))|(?:我们|工会|学校工会)?(?:将|计划|打算|拟|准备|争取|力争)(?:继续|进一步|在|于|把|开展|举办|组织|加强|做|以|围绕)"
)
_PROPOSAL = re.compile(r"提案(?:内容|为|是|：|[0-9一二三四五六七八九十]+号)|(?:关于[^，。；]{3,40}的(?:提案|议案))")


class Statement(NamedTuple):
    """A sentence or list item at ``[start, end)`` of the clean text."""

    start: int
    end: int
    kind: str  # problem request plan proposal
    confidence: float | None


def units(reading: Reading) -> list[Span]:
    """Sentences less their section number: what a statement can be."""
    found = []
    edge = {*reading.title_lines, *reading.sign_off}
    for sentence in reading.sentences:
        if sentence in edge:
            continue
        number = number_at(reading.clean, sentence.start, sentence.end)
        start = number.end if number and number.style not in ("word", "shi", "di") else sentence.start
        while start < sentence.end and reading.clean[start] in " 　":
            start += 1
        found += [item for item in _items(reading.clean, Span(start, sentence.end)) if item.end - item.start >= 6]
    return found


_ITEM_BREAK = re.compile("[：:；;]|[，,](?=[一二三四五六七八九]是)")
_ITEM = re.compile(
    r"[ 　]{0,4}"
    r"(?:首先|其次|再次|最后|[一二三四五六七八九]是|[一二三四五六][要请盼望]|其[一二三四五六]|第[一二三四五六]?[，、：:,是]"
    r"|[（(][0-9一二三四五六七八九][）)]|[①-⑨]|[⑴-⑼]|[㈠-㈨]|[0-9][.、．）)](?![0-9]))"
)


def _items(text: str, sentence: Span) -> list[Span]:
    """A sentence, or the items of the list that it is (一是…；二是…。), less what leads up to them."""
    breaks = (m.end() for m in _ITEM_BREAK.finditer(text, sentence.start, sentence.end))
    starts = [at for at in (sentence.start, *breaks) if _ITEM.match(text, at, sentence.end)]
    if len(starts) < 2:
        return [sentence]
    ends = [*starts[1:], sentence.end]
    return [Span(a, b) for a, b in zip(starts, ends, strict=True)]


_CUES = {
    "lack": re.compile(
        r"不足|问题|差距|薄弱|有待|不够|欠缺|难以|缺乏|短板|较少|偏少|不高|不强|不多|不全|不平衡|滞后|遗憾|不到位|不及时|没有|没能|未能|难统一|很难|跟不上|不愿|流于形式|单一|陈旧|空白|冷清|参差"
    ),
    "but": re.compile(r"但|然而|不过|可是|只是|还|仍|尚|也要看到|清醒"),
    "ask": re.compile(
        r"恳请|希望上级|希望县|希望市|希望区|希望能|建议上级|建议县|建议区|建议市|建议省|请求|请上级|请县|请区|请市|盼望|期待上级|能否|给予支持|予以支持|帮助解决"
        r"|能不能|可不可以|可否|[求盼望请](?:[^，。；]{0,6})(?:总工会|上级|工会|集团|公司|教育局|主席|主任|领导|上头)|再给我?们?[派拨配]|恳求|拜托|要是上"
    ),
    "remedy": re.compile(r"解决|克服|改进|加强|今后|下一步|整改"),
    "weak": re.compile(
        r"没|不(?![断仅但同少论管只久])|难|太|少|慢|弱|差|乱|欠|拖|缺|低|薄|浅|窄|旧|老|才|只|光|空|滞|散|软|荒|漏|催"
    ),
}
_ANNOUNCED = re.compile(
    r"不足|问题|差距|困难|短板|薄弱|教训|毛病|难处|难题|遗憾|缺点|弯路|欠账|检讨|软肋|痛点|不满意|心病|短处|(?P<ask>请求|建议|希望|恳请|求助|诉求|心愿)"
)


def features(reading: Reading, unit: Span, doc_type: str) -> Seen:
    """What the statement classifier sees: its words, its neighbours' cues, the headings above it, where it stands."""
    text = reading.clean
    words = text[unit.start : unit.end]
    found = [
        f"doc={doc_type}",
        f"first={words[:2]}",
        f"pos={unit.start * 5 // max(len(text), 1)}",
        f"long={min(len(words) // 25, 6)}",
    ]
    cues = [name for name, pattern in _CUES.items() if pattern.search(words)]
    found += [f"cue={name}" for name in cues] + ["cues=" + "+".join(cues)]
    under: list[str] = []
    section = reading.section_at(unit.start)
    while section is not None:
        heading = reading.headings[section]
        if heading.start >= unit.start and heading.end <= unit.end and heading.body.end <= unit.end + 2:
            found.append("is_item")
        under += [name for name, pattern in _CUES.items() if pattern.search(text, heading.start, heading.end)]
        section = heading.parent
    found += [f"under={name}" for name in under] + [f"under={name}|{c}" for name in under for c in cues]
    lead = announced(reading, unit)
    found += [f"lead={one}" for one in lead] + [f"lead={one}|{c}" for one in lead for c in cues]
    if "weak" in cues:
        found.append(f"weak={min(len(_CUES['weak'].findall(words)), 4)}")
    runs = [Run("b=", *unit), Run("t=", *unit, 3), Run("p=", max(0, unit.start - 40), unit.start)]
    return Seen(found, runs)


def announced(reading: Reading, unit: Span) -> list[str]:
    """Where shortcomings or requests are announced: in its list's lead, its paragraph's first sentence, the sentence before."""
    text = reading.clean
    sentence = reading.sentence_at(unit.start)
    paragraph = reading.sentence_at(text.rfind("\n", 0, unit.start) + 1)
    before = reading.sentence_at(sentence.start - 1) if sentence.start else sentence
    places = {"list": (sentence.start, min(unit.start, sentence.start + 60))}
    if paragraph.start < sentence.start:
        places["first"] = (paragraph.start, min(paragraph.end, paragraph.start + 60))
    if before.end <= sentence.start:
        places["last"] = (max(before.start, before.end - 60), before.end)
    found = []
    for name, (start, end) in places.items():
        if m := _ANNOUNCED.search(text, start, end):
            found.append(f"{name}.{'ask' if m['ask'] else 'lack'}")
    return found


def above(reading: Reading, unit: Span, known: dict[int | None, Seen]) -> Seen:
    """The pairs of the headings above it, made once a section and kept in ``known``."""
    innermost = section = reading.section_at(unit.start)
    if innermost not in known:
        runs: list[Run] = []
        while section is not None:
            heading = reading.headings[section]
            runs.append(Run("h=", heading.start, min(heading.end, heading.start + 200)))
            section = heading.parent
        known[innermost] = Seen(runs=runs)
    return known[innermost]


def statements(reading: Reading, doc_type: str, models: Path) -> list[Statement]:
    """Problems, requests, plans and proposals of the document, in order."""
    text, found = reading.clean, []
    headings = [(h.start, h.end) for h in reading.headings if h.body.end - h.end > 6]
    asked = []
    for unit in units(reading):
        inside = beginning(headings, unit.start, unit.end)
        if any(b <= unit.end and unit.end - unit.start - (b - a) <= 2 for a, b in inside):
            continue  # a heading with text below it only announces
        asked.append(unit)
    known: dict[int | None, Seen] = {}
    judged = load(models, "statement").chances(
        [features(reading, unit, doc_type) for unit in asked], text, [[above(reading, unit, known)] for unit in asked]
    )
    for unit, chances in zip(asked, judged, strict=True):
        kind = max(("problem", "request"), key=lambda k: chances[k])
        if chances[kind] >= LEAST:
            found.append(Statement(unit.start, unit.end, kind, chances[kind]))
        elif _PROPOSAL.search(text, unit.start, unit.end):
            found.append(Statement(unit.start, unit.end, "proposal", None))
        elif doc_type != "plan" and _PLAN.search(text[unit.start : unit.end]):
            found.append(Statement(unit.start, unit.end, "plan", None))
    return found
