"""Which lines belong to no document (噪声), by the rules of ``resources/rules/noise.yaml``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from pipeline.ingest.lines import Line
from pipeline.ingest.rules import RESOURCES, Rule, read_rules

_BODY = 70  # characters of a line that is surely running text


@cache
def noise_rules() -> tuple[Rule, ...]:
    """The rules, checked against their own examples."""
    return read_rules(RESOURCES / "rules" / "noise.yaml")


@lru_cache(maxsize=4096)
def noisy(line: str) -> tuple[Rule, ...]:
    """The rules that match a line, wherever it stands; a source's lines are asked about several times over."""
    return tuple([rule for rule in noise_rules() if rule.match(line)])


def noise_of(lines: Sequence[Line], openers: frozenset[int] = frozenset()) -> dict[int, str]:
    """Index of each line that is noise → id of the rule that says so.

    Args:
        openers: indices of the lines that open a document; they are never noise, and the lines beside them are edges.
    """
    head, foot = _head(lines, openers), _foot(lines)
    found: dict[int, str] = {}
    doubtful: list[tuple[int, Rule]] = []
    for i, line in enumerate(lines):
        rule = next((rule for rule in noisy(line.text) if i not in openers and _may(rule, i, head, foot)), None)
        if rule is not None:
            found[i] = rule.id
            continue
        beside = next((rule for rule in noisy(line.text) if rule.where == "edges"), None)
        if beside is not None and i not in openers:
            doubtful.append((i, beside))
    links = min((i for i, rule in found.items() if rule == "related_links" and i >= foot), default=len(lines))
    for i in range(links + 1, len(lines)):  # titles of other pages, one a line, down to the end of the page
        if i not in openers:
            found.setdefault(i, "related_links")
    # a rule for the edges also holds beside a line that is cut, and so on along a whole block of them
    for ordered in (doubtful, doubtful[::-1]):
        for i, rule in ordered:
            if i not in found and (i - 1 in found or i + 1 in found or i + 1 in openers):
                found[i] = rule.id
    return found


def _may(rule: Rule, i: int, head: int, foot: int) -> bool:
    return (
        rule.where == "any" or (rule.where in ("head", "edges") and i < head) or (rule.where in ("foot", "edges") and i >= foot)
    )


def _head(lines: Sequence[Line], openers: frozenset[int]) -> int:
    """Index of the first line of running text, which ends the head."""
    for i, line in enumerate(lines):
        if i in openers or (len(line.text) >= _BODY and not noisy(line.text)):
            return i
    return len(lines)


def _foot(lines: Sequence[Line]) -> int:
    """Index of the first line behind the last running text."""
    for i in range(len(lines) - 1, -1, -1):
        line = lines[i].text
        if not noisy(line) and (len(line) >= _BODY or line.endswith(("。", "！", "；"))):
            return i + 1
    return 0
