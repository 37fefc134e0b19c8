"""Statements (表述): sentences that admit a problem, ask the superior union, plan, or repeat a proposal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pipeline.extract.linear import Linear, load, pairs
from pipeline.segment import Span
from pipeline.segment.numbering import number_at
from pipeline.segment.reading import beginning

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.segment import Reading

_PLAN = re.compile(r"^(?:今后|下一步|下一阶段|明年|来年|下学期|新的一年|新学期|下半年|接下来|20[0-9]{2}年.{0,6}(?:将|要|计划|拟))|(?:我们|工会|学校工会)?(?:将|计划|打算|拟|准备|争取|力争)(?:继续|进一步|在|于|把|开展|举办|组织|加强|做|以|围绕)")
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
        if sentence.end - start >= 6:
            found.append(Span(start, sentence.end))
    return found


def features(reading: Reading, unit: Span, doc_type: str) -> list[str]:
    """What the statement classifier sees: its words, its neighbours' cues, the headings above it, where it stands."""
    text = reading.clean
    words = text[unit.start : unit.end]
    found = [f"b={words[i : i + 2]}" for i in range(len(words) - 1)] + [f"t={words[i : i + 3]}" for i in range(len(words) - 2)]
    found += [f"doc={doc_type}", f"first={words[:2]}", f"pos={unit.start * 5 // max(len(text), 1)}", f"long={min(len(words) // 25, 6)}"]
    section = reading.section_at(unit.start)
    while section is not None:
        heading = reading.headings[section]
        found += pairs("h", text, heading.start, heading.end)
        if heading.start >= unit.start and heading.end <= unit.end and heading.body.end <= unit.end + 2:
            found.append("is_item")
        section = heading.parent
    before = text[max(0, unit.start - 40) : unit.start]
    found += [f"p={before[i : i + 2]}" for i in range(len(before) - 1)]
    return found


def statements(reading: Reading, doc_type: str, models: Path) -> list[Statement]:
    """Problems, requests, plans and proposals of the document, in order."""
    model: Linear = load(models / "statement" / "weights.json.gz")
    text, found = reading.clean, []
    headings = [(h.start, h.end) for h in reading.headings if h.body.end - h.end > 6]
    for unit in units(reading):
        inside = beginning(headings, unit.start, unit.end)
        if any(b <= unit.end and unit.end - unit.start - (b - a) <= 2 for a, b in inside):
            continue  # a heading with text below it only announces
        guess = model.best(features(reading, unit, doc_type))
        if guess.label != "none":
            found.append(Statement(unit.start, unit.end, guess.label, guess.confidence))
        elif _PROPOSAL.search(text, unit.start, unit.end):
            found.append(Statement(unit.start, unit.end, "proposal", None))
        elif doc_type != "plan" and _PLAN.search(text[unit.start : unit.end]):
            found.append(Statement(unit.start, unit.end, "plan", None))
    return found
