"""Indicators of counts (指标): which code a figure stands for, whose figure it is, and whether it is done or planned."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline.extract.linear import load, pairs
from pipeline.resources import yaml

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.extract.counts import Found
    from pipeline.segment import Reading

_CUT = re.compile(r"[，。；：！？\n（）(),;]")


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


def features(reading: Reading, c: Found, doc_type: str) -> list[str]:
    """What the classifiers see of a count: unit, size, the words of its clause on either side."""
    text = reading.clean
    sentence = reading.sentence_at(c.start)
    left, right = text[max(sentence.start, c.start - 16) : c.start], text[c.end : min(sentence.end, c.end + 14)]
    near_left, near_right = _CUT.split(left)[-1], _CUT.split(right)[0]
    size = "0" if c.value < 1 else str(min(len(str(int(c.value))), 7))
    found = [f"u={c.unit}", f"size={size}", f"doc={doc_type}", f"u={c.unit}/{near_right[:2]}", f"u={c.unit}/<{near_left[-2:]}"]
    found += [f"l={near_left[i : i + 2]}" for i in range(len(near_left) - 1)] + [
        f"r={near_right[i : i + 2]}" for i in range(len(near_right) - 1)
    ]
    found += [f"ul={c.unit}/{near_left[i : i + 2]}" for i in range(len(near_left) - 1)] + [
        f"ur={c.unit}/{near_right[i : i + 2]}" for i in range(len(near_right) - 1)
    ]
    found += [f"L={left[i : i + 2]}" for i in range(len(left) - 1)] + [f"R={right[i : i + 2]}" for i in range(len(right) - 1)]
    found += [f"a={near_left[-1:]}", f"b={near_right[:1]}", f"aa={near_left[-3:]}", f"bb={near_right[:3]}"]
    code = proposed(text, c.start, c.end, c.unit)
    found += [f"rule={code}", f"rule={code}/{c.unit}/{size}"]
    return found


def around(reading: Reading, c: Found, known: dict[object, list[str]]) -> list[list[str]]:
    """What they see around it: the pairs of its sentence and of its heading, each made once and kept in ``known``."""
    sentence, section = reading.sentence_at(c.start), reading.section_at(c.start)
    if sentence not in known:
        known[sentence] = pairs("s", reading.clean, sentence.start, sentence.end, 140)
    if section is not None and section not in known:
        heading = reading.headings[section]
        known[section] = pairs("h", reading.clean, heading.start, heading.end)
    return [known[sentence]] if section is None else [known[sentence], known[section]]


def indicate(reading: Reading, counts: Sequence[Found], doc_type: str, models: Path) -> list[dict[str, Any]]:
    """``indicator``, ``scope`` and ``status`` of each count."""
    seen = [features(reading, c, doc_type) for c in counts]
    known: dict[object, list[str]] = {}
    shared = [around(reading, c, known) for c in counts]
    return [
        {
            "indicator": None if "none" in (code.label, scope.label) else code.label,
            "scope": None if scope.label == "none" else scope.label,
            "status": status.label,
        }
        for code, scope, status in zip(*load(models, "indicator", "scope", "count_status").best(seen, shared), strict=True)
    ]
