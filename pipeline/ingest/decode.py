"""Bytes → text (解码): byte order mark, UTF-8, UTF-16 without a mark, GB18030, Big5, UTF-8 and GB18030 by turns; all strict.

What none of them gives is a failure; there is never a replacement character.

GB18030 gives *some* Chinese for nearly any bytes, so what it gives is read before it is believed: in real text most
characters are common ones. Big5 takes its place where it reads clearly better.
"""

from __future__ import annotations

import codecs
import re
from functools import cache
from typing import NamedTuple

from pipeline.errors import SourceError
from pipeline.ingest.rules import read_lexicon
from pipeline.ingest.script import simplified

_MARKS = (  # UTF-32 before UTF-16: its mark begins with the other's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_PRIVATE = re.compile("[\ue000-\uf8ff]")  # what GB18030 makes of Big5 here and there, and no text has
_SAMPLE = 20_000  # characters that decide between two encodings
_FOREIGN = (
    0.30  # share of common characters below which GB18030 is doubted; real texts have over 0.6, Big5 read as GB18030 under 0.2
)
_ABSURD = 0.10  # share below which a text of some length is no Chinese at all
_ENOUGH = 40  # Chinese characters that make a share meaningful
_SANE = 0.95  # share of characters that Chinese texts are made of, above which bytes are taken for UTF-16 without a mark
_COMMON = 0.6  # and the share of common ones among its Chinese characters
MIXED = "utf-8+gb18030"  # some lines in the one, some in the other: pasted together by a program that did not look
_TURNS = 4  # Chinese characters that lines in each of them have at least
_SANE_CHARACTER = re.compile(
    "[\t\r\n -~\u00b7\u2010-\u203b\u2160-\u217b\u2460-\u249b\u25a0-\u25cf\u3000-\u301e\u4e00-\u9fff\uff01-\uff5e]"
)


class Decoded(NamedTuple):
    """The text without its byte order mark, line ends as they were, and the encoding that gave it."""

    text: str
    encoding: str


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Decode a whole file.

    Args:
        declared: what the file says of itself (an HTML ``charset``), tried after the byte order mark.

    Raises:
        SourceError: ``undecodable``, with the offset of the first byte that is no UTF-8.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = _strictly(data[len(mark) :], encoding)
            if text is not None:
                return Decoded(text, encoding)
    if declared is not None:
        text = _strictly(data, declared)
        if text is not None and plausibility(text) >= _ABSURD:
            return Decoded(text, declared)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        offset = error.start
    if (sixteen := _unmarked_utf16(data)) is not None:
        return sixteen
    readings = [
        (encoding, text) for encoding in ("gb18030", "big5", "big5hkscs") if (text := _strictly(data, encoding)) is not None
    ]
    if (
        readings
        and readings[0][0] == "gb18030"
        and plausibility(readings[0][1]) >= _FOREIGN
        and not _PRIVATE.search(readings[0][1])
    ):
        return Decoded(readings[0][1], "gb18030")
    if readings:
        encoding, text = max(readings, key=lambda reading: _commonness(reading[1]))
        if plausibility(text) >= _ABSURD:
            return Decoded(text, encoding)
    if (mixed := _by_turns(data)) is not None:
        return Decoded(mixed, MIXED)
    raise SourceError("undecodable", offset=offset)


def _unmarked_utf16(data: bytes) -> Decoded | None:
    """UTF-16 that does not say so: nearly all it spells is what Chinese texts are made of; no other bytes spell that."""
    if len(data) % 2 or len(data) < 4:
        return None
    for encoding in ("utf-16-le", "utf-16-be"):
        text = _strictly(data, encoding)
        if text is None:
            continue
        sample = text[:_SAMPLE]
        sane = len(_SANE_CHARACTER.findall(sample)) >= _SANE * len(sample)
        if sane and any(map(is_han, sample)) and _commonness(sample) >= _COMMON:
            return Decoded(text, encoding)
    return None


def _by_turns(data: bytes) -> str | None:
    """A text whose lines are in UTF-8 or in GB18030; null where a line is in neither, or one of the two is hardly there."""
    lines, characters = [], {"utf-8": "", "gb18030": ""}
    for line in data.split(b"\n"):  # no character of either has this byte within it
        encoding, text = next(((name, text) for name in characters if (text := _strictly(line, name)) is not None), ("", None))
        if text is None:
            return None
        lines.append(text)
        if not text.isascii():
            characters[encoding] += text
    enough = all(sum(map(is_han, text)) >= _TURNS and _commonness(text) >= _FOREIGN for text in characters.values())
    return "\n".join(lines).removeprefix("\ufeff") if enough else None


def plausibility(text: str) -> float:
    """Share of common characters (常用字) among the Chinese ones, 0 to 1; 1 where there are too few to tell."""
    return _share(text, _ENOUGH)


def _commonness(text: str) -> float:
    """The same for however few characters; 1 where there are none."""
    return _share(text, 1)


def _share(text: str, enough: int) -> float:
    sample = text[:_SAMPLE]
    chinese = [char for char in simplified(sample) if is_han(char) or "\ue000" <= char <= "\uf8ff"]
    odd = sum(
        "\uff61" <= char <= "\uff9f" or "\u2500" <= char <= "\u257f" for char in sample
    )  # what wrong decoders like to yield
    if len(chinese) + odd < enough:
        return 1.0
    return sum(char in _common() for char in chinese) / (len(chinese) + odd)


def han_share(text: str) -> float:
    """Share of Chinese characters among those that are not blank, 0 to 1; 1 for a blank text."""
    solid = sum(map(len, text.split()))
    return sum(map(len, _HAN.findall(text))) / solid if solid else 1.0


_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff〇]+")


def is_han(char: str) -> bool:
    """Whether the character is a Chinese one (汉字), 〇 included."""
    return "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf" or char == "〇" or "\U00020000" <= char <= "\U0003ffff"


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


@cache
def _common() -> frozenset[str]:
    return frozenset("".join(read_lexicon("common_characters.txt")))
