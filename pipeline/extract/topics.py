"""Topics (主题归类) of sections, or of a document that has none: a classifier over the heading's and the body's words."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cache
from typing import TYPE_CHECKING

from pipeline.extract.linear import load
from pipeline.extract.lookup import Run, Seen
from pipeline.resources import yaml

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.segment import Reading, Span

KEEP = 0.25  # a topic is borne from this probability on; the likeliest always is


def section_features(reading: Reading, heading: Span | None, body: Span) -> Seen:
    """Words of the heading (weighty), of the body, and the section's place in the document."""
    text = reading.clean
    runs = [Run("h=", heading.start, heading.end), Run("hh=", heading.start, heading.end, 3)] if heading else []
    stretch = text[body.start : min(body.end, body.start + 1500)]
    seen: dict[str, int] = {}
    first = bisect_left(reading.tokens, body.start, key=lambda t: t.start)
    last = bisect_right(reading.tokens, min(body.end, body.start + 1500), lo=first, key=lambda t: t.end)
    for token in reading.tokens[first:last]:
        if len(token.text) >= 2:
            seen[token.text] = seen.get(token.text, 0) + 1
    found = [f"w={w}" for w in seen] + [f"w2={w}" for w, n in seen.items() if n >= 2]
    found += _mentions(text, heading, body)
    found += [f"pos={body.start * 4 // max(len(text), 1)}", f"size={min(len(stretch) // 150, 8)}"]
    return Seen(found, runs)


@cache
def topic_words() -> dict[str, re.Pattern[str]]:
    """``rules/topics.yaml``: the words that mention each topic, compiled."""
    return {topic: re.compile("|".join(patterns)) for topic, patterns in yaml("rules/topics.yaml").items()}


def _mentions(text: str, heading: Span | None, body: Span) -> list[str]:
    """How heading and body mention each topic: in the heading, how often, and which topic most."""
    found: list[str] = []
    counted: dict[str, int] = {}
    end = min(body.end, body.start + 1500)
    for topic, pattern in topic_words().items():
        if heading and pattern.search(text, heading.start, heading.end):
            found += [f"in={topic}", f"in={topic}|{(m := pattern.search(text, heading.start, heading.end)) and m[0][:4]}"]
        counted[topic] = sum(1 for _ in pattern.finditer(text, body.start, end))
        n = counted[topic]
        found.append(f"of={topic}:{0 if n == 0 else 1 if n == 1 else 2 if n <= 3 else 4 if n <= 7 else 8}")
    ranked = sorted((t for t in counted if counted[t]), key=lambda t: (-counted[t], t))
    found += [f"rank{k}={topic}" for k, topic in enumerate(ranked[:4])]
    return found


def topics(reading: Reading, stretches: Sequence[tuple[Span | None, Span]], models: Path) -> list[tuple[str, ...]]:
    """Topics of each stretch (heading or None, and body), main topic first."""
    found = []
    rows = [section_features(reading, heading, body) for heading, body in stretches]
    for chances in load(models, "topics").each(rows, reading.clean):
        ranked = sorted(chances.items(), key=lambda item: (-item[1], item[0]))
        found.append(tuple(name for k, (name, p) in enumerate(ranked) if k == 0 or p >= KEEP)[:5])
    return found
