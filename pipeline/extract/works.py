"""Works (书名号): everything in 《…》, brackets included, and what kind of thing it is."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from pipeline.records import WorkKind
from pipeline.resources import yaml

WORK = re.compile(r"《[^《》\n]{1,60}(?:《[^》\n]{1,40}》[^《》\n]{0,20})?》|〈[^〉\n]{1,40}〉")


_AROUND = 120  # how far before a work its clause is read


class Found(NamedTuple):
    """A work at ``[start, end)`` of the clean text."""

    start: int
    end: int
    kind: WorkKind


@cache
def _kinds() -> list[tuple[re.Pattern[str], re.Pattern[str], WorkKind]]:
    return [
        (re.compile(rule.get("title", "")), re.compile(rule.get("context", "")), rule["kind"])
        for rule in yaml("rules/works.yaml")["kinds"]
    ]


def find_works(text: str) -> list[Found]:
    """Every work of the text, in order; the first rule of ``rules/works.yaml`` that fits decides its kind."""
    found = []
    for match in WORK.finditer(text):
        title = match[0][1:-1]
        ahead = text[max(0, match.start() - _AROUND) : match.start()]
        clause_start = max(ahead.rfind(c) for c in "。；\n")
        around = ahead[clause_start + 1 :] + "《》" + text[match.end() : match.end() + 12]
        kind: WorkKind = next(
            (k for title_rule, context, k in _kinds() if title_rule.search(title) and context.search(around)), "doc"
        )
        found.append(Found(match.start(), match.end(), kind))
    return found
