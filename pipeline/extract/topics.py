"""Topics (主题归类) of sections, or of a document that has none: a classifier over the heading's and the body's words."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cache
from math import exp, log1p
from typing import TYPE_CHECKING

from pipeline.linear import load
from pipeline.lookup import Run, Seen
from pipeline.resources import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.segment import Reading, Span

MOST = 5  # topics of one section
KEEP = -1.1  # a topic is borne from this margin on (odds of one to three); the main one always is
FIRST = "first:"  # before the names of the classes that compete to be the main topic


READ = 1500  # characters of a section that tell what it is about


def section_features(reading: Reading, heading: Span | None, body: Span, spoken: Mapping[str, Sequence[int]]) -> Seen:
    """Words of the heading, of the body, and what the document is about besides; ``spoken`` is ``spoken_of`` the reading."""
    text, end = reading.clean, min(body.end, body.start + READ)
    runs = [Run("h=", heading.start, heading.end), Run("hh=", heading.start, heading.end, 3)] if heading else []
    seen: dict[str, int] = {}
    for word in _words(reading, body.start, end):
        seen[word] = seen.get(word, 0) + 1
    found = [f"w={w}" for w in seen] + [f"w2={w}" for w, n in seen.items() if n >= 2]
    if opening := _SENTENCE.search(text, body.start, end):
        found += [f"s={w}" for w in dict.fromkeys(_words(reading, *opening.span()))]
    mentioned = {topic: at[bisect_left(at, body.start) : bisect_left(at, end)] for topic, at in spoken.items()}
    found += _mentions(text, heading, mentioned)
    found += _sentences(text, heading, body, mentioned)
    found += [f"doc{k}={topic}" for k, topic in enumerate(_most(spoken)[:3])]
    found += [f"pos={body.start * 4 // max(len(text), 1)}", f"size={min((end - body.start) // 150, 8)}"]
    return Seen(found, runs)


WEIGHTY = ("h=", "hh=", "in=", "head=")  # what the heading says counts twice; chosen in cross-validation over author groups


def _words(reading: Reading, start: int, end: int) -> list[str]:
    """The words of two characters and more in a stretch."""
    first = bisect_left(reading.tokens, start, key=lambda t: t.start)
    last = bisect_right(reading.tokens, end, lo=first, key=lambda t: t.end)
    return [token.text for token in reading.tokens[first:last] if len(token.text) >= 2]


def spoken_of(reading: Reading) -> dict[str, list[int]]:
    """Where the body of a document mentions each topic."""
    start = reading.body.start
    return {topic: [m.start() for m in pattern.finditer(reading.clean, start)] for topic, pattern in topic_words().items()}


def _most(mentioned: Mapping[str, Sequence[int]]) -> list[str]:
    """The topics that are mentioned, most often first."""
    return sorted((topic for topic in mentioned if mentioned[topic]), key=lambda topic: (-len(mentioned[topic]), topic))


@cache
def topic_words() -> dict[str, re.Pattern[str]]:
    """``rules/topics.yaml``: the words that mention each topic, compiled."""
    return {topic: re.compile("|".join(patterns)) for topic, patterns in yaml("rules/topics.yaml").items()}


def _mentions(text: str, heading: Span | None, mentioned: Mapping[str, Sequence[int]]) -> list[str]:
    """How heading and body mention each topic: in the heading, how often, and which topic most."""
    found: list[str] = []
    counted = {topic: len(starts) for topic, starts in mentioned.items()}
    for topic, n in counted.items():
        if heading and (m := topic_words()[topic].search(text, heading.start, heading.end)):
            found += [f"in={topic}", f"in={topic}|{m[0][:4]}"]
        found.append(f"of={topic}:{0 if n == 0 else 1 if n == 1 else 2 if n <= 3 else 4 if n <= 7 else 8}")
    found += [f"rank{k}={topic}" for k, topic in enumerate(_most(mentioned)[:4])]
    return found


_SENTENCE = re.compile(r"[^。；！？\n]{4,}")
_STRUCTURAL = ("results", "problems", "plans")


@cache
def _structure() -> dict[str, dict[str, re.Pattern[str]]]:
    """``rules/sections.yaml``: what says that a section is structural, in its heading and in its sentences."""
    found = yaml("rules/sections.yaml")
    return {place: {topic: re.compile(pattern) for topic, pattern in found[place].items()} for place in ("heads", "sentences")}


def _sentences(text: str, heading: Span | None, body: Span, mentioned: Mapping[str, Sequence[int]]) -> list[str]:
    """Which share of the sentences mentions a topic, what the first ones speak of, and which topic stands alone most often."""
    end = min(body.end, body.start + READ)
    starts = [m.start() for m in _SENTENCE.finditer(text, body.start, end)]
    found: list[str] = []
    spoken: dict[int, list[str]] = {}
    many = max(len(starts), 1)
    for topic, places in mentioned.items():
        said = {max(bisect_right(starts, place) - 1, 0) for place in places}
        found.append(f"share={topic}:{min(len(said) * 5 // many, 5)}")
        for k in said:
            spoken.setdefault(k, []).append(topic)
    found += [f"first{k}={topic}" for k in (0, 1) for topic in spoken.get(k, ())]
    alone: dict[str, int] = {}
    for named in spoken.values():
        own = [topic for topic in named if topic not in _STRUCTURAL]
        if len(own) == 1:
            alone[own[0]] = alone.get(own[0], 0) + 1
    found += [f"alone={topic}:{min(n, 3)}" for topic, n in alone.items()]
    if alone:
        found.append(f"alonetop={max(alone, key=lambda topic: (alone[topic], topic))}")
    for topic, pattern in _structure()["sentences"].items():
        said = {max(bisect_right(starts, m.start()) - 1, 0) for m in pattern.finditer(text, body.start, end)}
        found.append(f"b{topic}={min(len(said) * 4 // many, 4)}")
        found += [f"b0{topic}"] * (0 in said) + [f"bl{topic}"] * (bool(starts) and len(starts) - 1 in said)
    return found + [f"head={topic}" for topic in _heads(text, heading)]


def _heads(text: str, heading: Span | None) -> list[str]:
    """The structural topics that a heading names (三、不足与打算)."""
    if heading is None:
        return []
    return [topic for topic, pattern in _structure()["heads"].items() if pattern.search(text, heading.start, heading.end)]


def topics(reading: Reading, stretches: Sequence[tuple[Span | None, Span]], models: Path) -> list[tuple[str, ...]]:
    """Topics of each stretch (heading or None, and body), main topic first."""
    spoken = spoken_of(reading)
    rows = [section_features(reading, heading, body, spoken) for heading, body in stretches]
    model = load(models, "topics")
    (classes,), (margins,) = model.classes, model.scores(rows, reading.clean)
    return [_borne(dict(zip(classes, row, strict=True))) for row in margins.tolist()]


def _borne(margins: dict[str, float]) -> tuple[str, ...]:
    """The topics that these margins say are borne: the main one is likely both as such and as a topic at all."""
    likely = {name: -log1p(exp(min(-margin, 50))) for name, margin in margins.items() if not name.startswith(FIRST)}
    main = max(likely, key=lambda name: (likely[name] + margins.get(FIRST + name, 0), name))
    others = sorted((name for name in likely if margins[name] >= KEEP and name != main), key=lambda name: (-likely[name], name))
    return (main, *others[: MOST - 1])
