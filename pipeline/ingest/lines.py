"""The lines of a clean text (行): what noise rules and boundaries are asked about."""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple

LONGEST_TITLE = 60  # characters of a line that may be a title
_FEW = 4  # blank lines in a file that sets them with a purpose


class Line(NamedTuple):
    """A line that is not blank, in clean offsets, without the blanks around it.

    Attributes:
        after_blank: a blank line stands above, in a text that sets hardly any.
    """

    start: int
    end: int
    text: str
    after_blank: bool = False

    @property
    def fits_a_title(self) -> bool:
        """Whether it is short enough for a title line."""
        return len(self.text) <= LONGEST_TITLE


def lines_of(text: str) -> list[Line]:
    """The lines that are not blank."""
    lines = []
    for match in re.finditer(r"[^\n]+", text):
        bare = match[0].strip()
        if bare:
            first = match.start() + len(match[0]) - len(match[0].lstrip())
            lines.append(Line(first, first + len(bare), bare))
    apart = {i for i, (one, two) in enumerate(itertools.pairwise(lines), 1) if text.count("\n", one.end, two.start) > 1}
    if len(apart) > _FEW or len(apart) * 3 > len(lines):
        return lines
    return [line._replace(after_blank=i in apart) for i, line in enumerate(lines)]
