"""Whether a text breaks off (戛然而止) where nothing says that something was left out: judged by the form of its last line.

A classifier learns it from whole texts and from the same texts cut at random within a sentence, so it needs few that came cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pipeline.linear import load
from pipeline.lookup import Seen
from pipeline.segment.title import DATE_LINE, is_byline, is_person

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.segment import Reading

LEAST = 0.8  # from this probability on a text breaks off; chosen on author groups left out
STOPS = "。！？!?；;：:”』」）)】》>.…"
_ITEM = re.compile(r"[（(]?[\d①-⑳一二三四五六七八九十●·○◆■▲]")
_TOP_ITEM = re.compile(r"[（(]?[一二三四五六七八九十]{1,3}[、）)]")
_INNER = re.compile("[，。；、]")
_LABEL = re.compile("[^，。：]{2,8}：")
_TIME = re.compile(
    r"(?:[\d〇○零一二三四五六七八九十]{2,4}年)?[\d一二三四五六七八九十]{1,3}月"
    r"(?:[\d一二三四五六七八九十]{1,3}日|[上中下]旬|[初末底])?"
)
_PAIRS = (("（", "）"), ("“", "”"), ("《", "》"))
_RUNNING = 20  # characters of a line of running text
_SHORT = 8  # characters of a greeting, a name
_ROW = 4  # names in a row
_LIST = 3  # lines without stops above the last
_RARELY = 3  # of ``_unstopped``
_SIGNATURE = 45  # characters that the line of a signature has at most


def breaks_off(reading: Reading, models: Path) -> bool:
    """Whether the last line of the text, unless it signs, stops before its sentence does."""
    lines = lines_of(reading, len(reading.clean))
    if not lines or lines[-1][-1] in STOPS or _stands_apart(lines[-1]) or reading.sign_off[-1:] == reading.lines[-1:]:
        return False
    rarely = _unstopped([line for line in _running(lines[:-1]) if not _is_heading(line)]) >= _RARELY
    if rarely and "。" not in lines[-1]:
        return False  # an author who sets no full stops
    if len(lines) > 1 and all(_shape(line) == "item" and len(line) < _RUNNING and line[-1] not in STOPS for line in lines[-2:]):
        return False  # a list whose items have none
    above = [line for line in lines[:-1] if not _TIME.fullmatch(line)][-_LIST:]
    if len(above) == _LIST and all(_shape(line) == "text" and line[-1] not in f"{STOPS}，、" for line in above):
        return False  # notes, one a line
    return load(models, "cut").chances([Seen(list(features(lines)))])[0]["yes"] >= LEAST


def _stands_apart(line: str) -> bool:
    """Whether a line is no part of the running text: a label, a greeting, names, a day (此致敬礼, 张三 李四 王五, 七月末)."""
    bare = re.sub(r"\s", "", line)
    if _TIME.fullmatch(bare) or (_LABEL.match(bare) and "。" not in bare):
        return True
    chunks = len(line.split())
    short = len(bare) < _SHORT or chunks >= _ROW or (chunks > 1 and len(bare) < _RUNNING)
    return short and not _INNER.search(bare) and not _ITEM.match(bare)


def lines_of(reading: Reading, end: int) -> list[str]:
    """The lines of the body up to ``end``."""
    return [bare for line in reading.clean[reading.body.start : end].split("\n") if (bare := line.strip())]


def features(lines: Sequence[str]) -> Iterator[str]:
    """What the classifier sees of the last of these lines: how it stops, what it is, and how lines stop elsewhere."""
    last = re.sub(r"\s", "", lines[-1])
    shape, stopped = _shape(lines[-1]), last[-1] in STOPS
    yield from (f"last={last[-1]}", f"shape={shape},stopped={stopped}")
    if stopped:
        return
    running = _unstopped(_running(lines[:-1]))
    alike = _unstopped([line for line in lines[:-1] if _shape(line) == shape])
    length = sum(len(last) >= edge for edge in (5, 9, 14, 20, 30, 60))
    inner, whole = bool(_INNER.search(last[:-1])), "。" in last[:-1]
    opened = any(last.count(left) > last.count(right) for left, right in _PAIRS)
    yield from (f"end={last[-2:]}", f"length={length}", f"shape={shape},length={length}", f"opened={opened}")
    yield from (f"running={running}", f"alike={alike}", f"running={running},alike={alike}", f"shape={shape},alike={alike}")
    yield from (f"inner={inner},whole={whole}", f"shape={shape},inner={inner}", f"inner={inner},running={running}")
    yield from (f"whole={whole},running={running}", f"label={'：' in last[:8]},inner={inner}")
    above = lines[-2] if len(lines) > 1 else ""
    yield from (f"above={_shape(above)},shape={shape}", f"above stops={above[-1:] in STOPS},shape={shape},inner={inner}")


def _shape(line: str) -> str:
    bare = re.sub(r"\s", "", line)
    if DATE_LINE.search(bare) and len(bare) < _SIGNATURE:
        return "date"
    if not bare or is_byline(bare):
        return "unit"
    if is_person(bare):
        return "person"
    return "table" if "|" in line else "item" if _ITEM.match(bare) else "text"


def _is_heading(line: str) -> bool:
    """Whether a numbered line is no sentence, so that none is missed at its end (一、以职工民主管理为导向，推进维权工作)."""
    return _TOP_ITEM.match(line) is not None and "。" not in line and line[-1] not in STOPS


def _running(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if len(line) >= _RUNNING and "|" not in line]


def _unstopped(lines: Sequence[str]) -> int:
    """How large the share of lines is that do not stop: 0 none, 4 nearly all; -1 where there are no lines."""
    if not lines:
        return -1
    share = sum(line[-1] not in STOPS for line in lines) / len(lines)
    return sum(share >= edge for edge in (0.01, 0.15, 0.35, 0.7))
