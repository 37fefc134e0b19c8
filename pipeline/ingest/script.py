"""Traditional and simplified characters (繁体, 简体), by OpenCC's ``t2s``, which keeps the length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from pipeline.records import Script
from pipeline.spans import Edit

if TYPE_CHECKING:
    from opencc import OpenCC

_BLOCK = 64  # characters compared at once while looking for what changed
_FEW = 3  # traditional characters that are a slip or a name, not a script
_STRAY = 0.05  # share of them below which a text is simplified
_NEARLY_ALL = 0.95  # and above which it is traditional


def simplified(text: str) -> str:
    """The text in simplified characters, as long as it was."""
    new: str = _converter("t2s").convert(text)
    if len(new) == len(text):
        return new
    return "".join(one if len(one := _converter("t2s").convert(char)) == 1 else char for char in text)


def simplifying_edits(text: str) -> Iterator[Edit]:
    """One edit for each maximal run of characters that simplification changes."""
    return changed_runs(text, simplified(text), "traditional")


def changed_runs(old: str, new: str, kind: str, at: int = 0) -> Iterator[Edit]:
    """Edits of ``kind`` for the maximal runs in which two texts of one length differ; they begin at ``at``."""
    if old == new:
        return
    first = -1
    for block in range(0, len(old), _BLOCK):
        if first < 0 and old[block : block + _BLOCK] == new[block : block + _BLOCK]:
            continue
        for i in range(block, min(block + _BLOCK, len(old))):
            if old[i] != new[i]:
                first = i if first < 0 else first
            elif first >= 0:
                yield Edit(at + first, at + i, new[first:i], kind)
                first = -1
    if first >= 0:
        yield Edit(at + first, at + len(old), new[first:], kind)


def script_of(raw: str) -> Script:
    """The script of a raw text: what share of the characters that have two forms stands in the traditional one."""
    times = Counter(raw)
    traditional = sum(times[char] for char in filter(_only_traditional, times))
    if traditional <= _FEW:
        return "simplified"
    short = simplified_characters(raw)
    share = traditional / (traditional + short)
    return "simplified" if share < _STRAY else "traditional" if share > _NEARLY_ALL else "mixed"


def simplified_characters(raw: str) -> int:
    """How many characters of a text stand in a form that only simplified texts have."""
    times = Counter(raw)
    return sum(times[char] for char in filter(_only_simplified, times))


@cache
def _only_traditional(char: str) -> str:
    """The character itself where it has a simplified form, else nothing."""
    return char if char > "\u3400" and simplified(char) != char else ""


@cache
def _only_simplified(char: str) -> str:
    """The character itself where it is written in simplified texts alone (会, but not 后 or 群), else nothing.

    Those that are also in use in traditional texts are the ones Big5 has.
    """
    if char < "\u3400" or _converter("s2t").convert(char) == char:
        return ""
    try:
        char.encode("big5")
    except UnicodeEncodeError:
        return char
    return ""


@cache
def _converter(config: str) -> OpenCC:
    from opencc import OpenCC

    return OpenCC(config)
