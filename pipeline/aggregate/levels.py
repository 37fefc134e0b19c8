"""Levels of coverage (覆盖程度): for each item 0 not mentioned, 1 in general terms, 2 backed by a specific fact.

Three items are counted (figures, timeline, identity: annotation guide §7). The others are judged by a classifier that sees,
sentence by sentence, which words mention the item and which findings — events, counts, awards, rules, helped people —
stand in those sentences. The findings that back an item are its evidence.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from pipeline.extract.topics import topic_words
from pipeline.linear import load
from pipeline.lookup import Seen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.records import Record
    from pipeline.spans import Text

Level = Literal[0, 1, 2]
LEARNED = (
    "ideology", "ethics", "skills", "democracy", "openness", "rights", "care", "culture", "women", "retirees", "organization",
    "publicity", "finance", "outreach", "results", "problems", "plans",
)  # fmt: skip
_SENTENCE = re.compile(r"[^。！？；\n]+")
_MAX_EVIDENCE = 5


Fact = tuple[str, int, int]  # kind of finding and raw span


class Judged(NamedTuple):
    """Level of an item and the raw spans that back it, strongest first."""

    level: Level
    evidence: tuple[tuple[int, int], ...]
    reason: str
    facts: tuple[Fact, ...] = ()  # all findings that the evidence was chosen from


class View(NamedTuple):
    """What the record says of one item, gathered once for training and for use."""

    features: list[str]
    facts: list[tuple[str, int, int]]  # kind of finding and raw span, in sentences that mention the item
    mentions: list[tuple[int, int]]  # raw spans of the mentioning words


def _bucket(n: int) -> str:
    return "0" if n == 0 else "1" if n == 1 else "2" if n == 2 else "3" if n <= 4 else "5" if n <= 8 else "9"


def views(record: Record, text: Text) -> dict[str, View]:
    """The view of every learned item."""
    sentences = [m.span() for m in _SENTENCE.finditer(text.text)]
    starts = [a for a, _ in sentences]
    facts: dict[int, list[tuple[str, int, int]]] = {}
    for kind in ("events", "counts", "awards", "works", "dates", "persons"):
        for finding in getattr(record, kind):
            name = kind
            if kind == "persons":
                if finding.standing != "aided":
                    continue
                name = "aided"
            k = bisect_right(starts, text.clean_at(finding.start)) - 1
            facts.setdefault(max(k, 0), []).append((name, finding.start, finding.end))
    events = {(e.start, e.end): e.type for e in record.events}
    borne: dict[str, int] = {}
    for section in record.sections:
        for rank, topic in enumerate(section.topics):
            borne[topic] = max(borne.get(topic, 0), 2 if rank == 0 else 1)
    for topic in record.topics:
        borne[topic] = 1
    found = {}
    for item in LEARNED:
        pattern = topic_words()[item]
        hits: dict[str, int] = {}
        backed: list[tuple[str, int, int]] = []
        mentions: list[tuple[int, int]] = []
        strong: set[str] = set()
        for k, matches in _mentioning(pattern, text.text, sentences, starts):
            here = facts.get(k, [])
            for m in matches:
                hits[m[0][:6]] = hits.get(m[0][:6], 0) + 1
                mentions.append(text.span(*m.span()))
                if here:
                    strong.add(m[0][:6])
            backed += here
        kinds: dict[str, int] = {}
        for name, x, y in backed:
            kinds[name] = kinds.get(name, 0) + 1
            if name == "events":
                kinds[f"event_{events[x, y]}"] = kinds.get(f"event_{events[x, y]}", 0) + 1
        features = [
            f"{item}",
            f"{item}|n={_bucket(sum(hits.values()))}",
            f"n={_bucket(sum(hits.values()))}",
            f"{item}|doc={record.doc_type}",
        ]
        features += [
            f"{item}|borne={borne.get(item, 0)}",
            f"borne={borne.get(item, 0)}",
            f"{item}|any={bool(backed)}",
            f"any={bool(backed)}",
        ]
        features += [f"{item}|w={w}" for w in hits] + [f"{item}|s={w}" for w in strong]
        features += [f"{item}|{name}={_bucket(n)}" for name, n in kinds.items()] + [
            f"{name}={_bucket(n)}" for name, n in kinds.items()
        ]
        if item == "problems":
            features.append(f"{item}|found={_bucket(len(record.problems))}")
        if item == "plans":
            features += [
                f"{item}|planned={_bucket(sum(e.status == 'planned' for e in record.events))}",
            ]
        if item == "results":
            features += [
                f"{item}|awards={_bucket(len(record.awards))}",
                f"{item}|pct={_bucket(sum(c.unit == '%' for c in record.counts))}",
            ]
        found[item] = View(features, backed, mentions)
    return found


def _mentioning(
    pattern: re.Pattern[str], text: str, sentences: list[tuple[int, int]], starts: list[int]
) -> Iterator[tuple[int, list[re.Match[str]]]]:
    """Each sentence (its index) that holds matches, and these: it is read on its own once a search has stopped in it."""
    at = 0
    while (near := pattern.search(text, at)) is not None:
        k = bisect_right(starts, near.start()) - 1
        at = near.start() + 1
        if k >= 0 and near.start() < sentences[k][1]:
            at = sentences[k][1]
            if matches := list(pattern.finditer(text, *sentences[k])):
                yield k, matches


def levels(record: Record, text: Text, models: Path) -> dict[str, Judged]:
    """Level and evidence of all twenty items."""
    found: dict[str, Judged] = {}
    seen = views(record, text)
    guessed = load(models, "levels").best([Seen(view.features) for view in seen.values()])[0]
    for (item, view), guess in zip(seen.items(), guessed, strict=True):
        level = cast(Level, int(guess.label))
        if item == "problems" and record.problems:
            level = max(level, 1)
        if item == "results" and record.awards:
            level = 2
        facts = _facts(item, record) or view.facts
        shown = view.mentions or [(s.start, s.end) for s in record.sections if item in s.topics]
        if not (facts or shown):
            level = 0  # the text has nothing to show for it
        found[item] = Judged(level, _evidence(level, facts, shown), _reason(level, facts), tuple(facts))
    found["figures"] = _counted(len(record.counts), 5, [(c.start, c.end) for c in record.counts], "counts")
    dated = [(e.start, e.end) for e in record.events if e.date]
    found["timeline"] = _counted(len(dated), 3, dated, "dated_events")
    settled = (record.org is not None) + (record.period.start is not None)
    found["identity"] = Judged(
        cast(Level, settled),
        tuple((d.start, d.end) for d in record.dates[-1:]),
        "unit_and_period" if settled == 2 else "unit_or_period" if settled else "absent",
    )
    return found


def _facts(item: str, record: Record) -> list[tuple[str, int, int]]:
    """What is the item itself: its statements, else what stands for them (events to come, honours and shares)."""
    kinds: dict[str, tuple[Any, ...]] = {"problems": record.problems, "plans": record.plans, "results": record.awards}
    if found := [(item, f.start, f.end) for f in kinds.get(item, ())]:
        return found
    if item == "plans":
        return [("events", e.start, e.end) for e in record.events if e.status == "planned"]
    return [("counts", c.start, c.end) for c in record.counts if c.unit == "%"] if item == "results" else []


def _counted(n: int, enough: int, spans: list[tuple[int, int]], reason: str) -> Judged:
    level: Level = 2 if n >= enough else 1 if n else 0
    return Judged(level, tuple(spans[:_MAX_EVIDENCE]), reason if n else "absent")


_RANK = {"events": 0, "awards": 1, "aided": 2, "counts": 3, "works": 4, "dates": 5}


def _evidence(level: Level, facts: list[tuple[str, int, int]], mentions: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    if level == 0:
        return ()
    best = sorted(dict.fromkeys(facts), key=lambda f: (_RANK.get(f[0], 6), f[1]))
    spans = [(a, b) for _, a, b in best] if level == 2 else []
    return tuple(dict.fromkeys((spans or mentions)[:_MAX_EVIDENCE]))


def _reason(level: Level, facts: list[tuple[str, int, int]]) -> str:
    if level < 2:
        return "general_terms" if level else "absent"
    kinds = {name for name, _, _ in facts}
    if "counts" in kinds and "aided" in kinds:
        return "people_and_money"
    return next((f"specific_{name}" for name in _RANK if name in kinds), "specific")
