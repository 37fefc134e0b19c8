"""The lines of a clean text (行): what noise rules and boundaries are asked about."""

from __future__ import annotations

import re
from typing import NamedTuple


class Line(NamedTuple):
    """A line that is not blank, in clean offsets, without the blanks around it."""

    start: int
    end: int
    text: str


def lines_of(text: str, start: int = 0, end: int | None = None) -> list[Line]:
    """The lines of ``text[start:end]`` that are not blank."""
    lines = []
    for match in re.compile(r"[^\n]+").finditer(text, start, len(text) if end is None else end):
        bare = match[0].strip()
        if bare:
            first = match.start() + len(match[0]) - len(match[0].lstrip())
            lines.append(Line(first, first + len(bare), bare))
    return lines
