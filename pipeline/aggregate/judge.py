"""Judging the items of a rubric (评分项): the twenty by the classifier, an office's own items by its own words.

An own item is at level 1 where the text has one of its words, and at level 2 where as many findings as it asks for stand in
sentences with such a word. Which findings count, it says itself; so does every item for the evidence that is shown first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from pipeline.aggregate.coverage import EvidenceKind, Item, Rubric
from pipeline.aggregate.levels import Fact, Judged, levels

if TYPE_CHECKING:
    from pipeline.records import Record
    from pipeline.spans import Text

SENTENCE = re.compile(r"[^。！？；\n]+")
MOST_SHOWN = 5


def judge(record: Record, text: Text, models: Path, rubric: Rubric) -> dict[str, Judged]:
    """Level, evidence and reason of all twenty items and of the rubric's own; ``text`` is the document's clean text."""
    found = levels(record, text, models)
    for entry in rubric.items:
        if entry.words:
            found[entry.item] = by_words(entry, record, text)
        elif entry.evidence:
            found[entry.item] = ranked(found[entry.item], entry.evidence)
    return found


def by_words(entry: Item, record: Record, text: Text) -> Judged:
    """An item by its words."""
    pattern = _pattern(entry.words)
    mentions: list[tuple[int, int]] = []
    sentences: list[tuple[int, int]] = []
    for sentence in SENTENCE.finditer(text.text):
        here = [text.span(*m.span()) for m in pattern.finditer(text.text, *sentence.span())]
        if here:
            mentions += here
            sentences.append(text.span(*sentence.span()))
    facts = [fact for fact in _facts(entry, record) if any(a <= fact[1] and fact[2] <= b for a, b in sentences)]
    if len(facts) >= entry.at_least:
        return ranked(Judged(2, (), f"specific_{facts[0][0]}", tuple(facts)), entry.evidence)
    if mentions:
        return Judged(1, tuple(dict.fromkeys(mentions))[:MOST_SHOWN], "general_terms")
    return Judged(0, (), "absent")


def ranked(found: Judged, kinds: Sequence[EvidenceKind]) -> Judged:
    """The judgement with the evidence of the rubric's kinds first, and worded by the first of them that there is."""
    if found.level < 2 or not found.facts:
        return found
    order = {kind: i for i, kind in enumerate(kinds)}
    facts = sorted(dict.fromkeys(found.facts), key=lambda fact: (order.get(fact[0], len(order)), fact[1]))  # type: ignore[call-overload]
    reason = found.reason
    if reason.startswith("specific_") and facts[0][0] in REASONED:
        reason = f"specific_{facts[0][0]}"
    return found._replace(evidence=tuple(dict.fromkeys((a, b) for _, a, b in facts))[:MOST_SHOWN], reason=reason)


REASONED = ("events", "awards", "aided", "counts", "works", "dates")  # kinds of evidence that labels.tsv has words for


def _facts(entry: Item, record: Record) -> list[Fact]:
    found = [fact for kind in entry.evidence or REASONED for fact in _OF_KIND[kind](record)]
    if entry.event_types:
        wanted = {(e.start, e.end) for e in record.events if e.type in entry.event_types}
        found = [fact for fact in found if fact[0] != "events" or fact[1:] in wanted]
    if entry.indicators:
        wanted = {(c.start, c.end) for c in record.counts if c.indicator in entry.indicators}
        found = [fact for fact in found if fact[0] != "counts" or fact[1:] in wanted]
    return found


def _each(kind: str) -> Callable[[Record], list[Fact]]:
    return lambda record: [(kind, f.start, f.end) for f in getattr(record, kind)]


_OF_KIND: dict[str, Any] = {
    **{kind: _each(kind) for kind in get_args(EvidenceKind) if kind != "aided"},
    "aided": lambda record: [("aided", p.start, p.end) for p in record.persons if p.standing == "aided"],
}


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w))))
