"""Indicators of counts (指标): which code a figure stands for, whose figure it is, and whether it is done or planned."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline.extract.figures import Act, Sight
from pipeline.linear import Guess, load
from pipeline.lookup import Run, Seen
from pipeline.resources import yaml

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.extract.counts import Found
    from pipeline.extract.whose import Setting
    from pipeline.segment import Reading

_BEFORE, _BEHIND = 24, 16  # how far a count's clause is read
_CLAUSE = re.compile(r"[，。；：！？\n（）(),;]")
_PHRASE = re.compile(r"[，。；：！？\n（）(),;、]")


@cache
def _rules() -> dict[str, list[tuple[str, re.Pattern[str] | None, re.Pattern[str] | None]]]:
    """Unit → (code, words before, words behind), in the order of ``rules/indicators.yaml``."""
    found: dict[str, list[tuple[str, re.Pattern[str] | None, re.Pattern[str] | None]]] = {}
    for rule in yaml("rules/indicators.yaml")["rules"]:
        left, right = (re.compile(rule[side]) if rule[side] else None for side in ("left", "right"))
        for unit in rule["units"]:
            found.setdefault(unit, []).append((rule["code"], left, right))
    return found


def proposed(text: str, start: int, end: int, unit: str | None) -> str | None:
    """The code that the words of the count's own clause propose (提案17份 → proposals), or None."""
    before = _CLAUSE.split(text[max(0, start - _BEFORE) : start])[-1]
    behind = _PHRASE.split(text[end : end + _BEHIND])[0]
    for code, left, right in _rules().get(unit or "", ()):
        if (left and left.search(before)) or (right and right.search(behind)):
            return code
    return None


def features(reading: Reading, counts: Sequence[Found], setting: Setting, acts: Sequence[Act] | None) -> list[Seen]:
    """What the classifiers see of each count of a document by itself."""
    codes = [proposed(reading.clean, c.start, c.end, c.unit) for c in counts]
    return Sight(reading, counts, codes, setting, acts).rows()


def around(reading: Reading, c: Found, known: dict[object, Seen]) -> list[Seen]:
    """What they see around it: the pairs of its sentence and of its heading, each made once and kept in ``known``."""
    sentence, section = reading.sentence_at(c.start), reading.section_at(c.start)
    if sentence not in known:
        known[sentence] = Seen(runs=[Run("s=", sentence.start, min(sentence.end, sentence.start + 140))])
    if section is not None and section not in known:
        heading = reading.headings[section]
        known[section] = Seen(runs=[Run("h=", heading.start, min(heading.end, heading.start + 200))])
    return [known[sentence]] if section is None else [known[sentence], known[section]]


def indicate(
    reading: Reading, counts: Sequence[Found], setting: Setting, acts: Sequence[Act], models: Path
) -> list[dict[str, Any]]:
    """``indicator``, ``scope`` and ``status`` of each count; what bears an indicator, how sure all three are."""
    seen = features(reading, counts, setting, acts)
    known: dict[object, Seen] = {}
    shared = [around(reading, c, known) for c in counts]
    judged = load(models, "indicator", "scope", "count_status").best(seen, reading.clean, shared)
    return [_judged(code, scope, status) for code, scope, status in zip(*judged, strict=True)]


def _judged(code: Guess, scope: Guess, status: Guess) -> dict[str, Any]:
    indicator = None if "none" in (code.label, scope.label) else code.label
    return {
        "indicator": indicator,
        "scope": None if scope.label == "none" else scope.label,
        "status": status.label,
        "confidence": min(code.confidence, scope.confidence, status.confidence) if indicator else None,
    }
