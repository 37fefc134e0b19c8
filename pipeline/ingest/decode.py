"""Bytes → text (解码): byte order mark, strict UTF-8, strict GB18030, Big5, or a failure; never a replacement character.

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
_SAMPLE = 20_000  # characters that decide between two encodings
_FOREIGN = (
    0.30  # share of common characters below which GB18030 is doubted; real texts have over 0.6, Big5 read as GB18030 under 0.2
)
_ABSURD = 0.10  # share below which a text of some length is no Chinese at all
_ENOUGH = 40  # Chinese characters that make a share meaningful


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
    readings = [
        (encoding, text) for encoding in ("gb18030", "big5", "big5hkscs") if (text := _strictly(data, encoding)) is not None
    ]
    if readings and readings[0][0] == "gb18030" and plausibility(readings[0][1]) >= _FOREIGN:
        return Decoded(readings[0][1], "gb18030")
    if readings:
        encoding, text = max(readings, key=lambda reading: plausibility(reading[1]))
        if plausibility(text) >= _ABSURD:
            return Decoded(text, encoding)
    raise SourceError("undecodable", offset=offset)


def plausibility(text: str) -> float:
    """Share of common characters (常用字) among the Chinese ones, 0 to 1; 1 where there are too few to tell."""
    sample = text[:_SAMPLE]
    chinese = [char for char in simplified(sample) if is_han(char) or "\ue000" <= char <= "\uf8ff"]
    odd = sum(
        "\uff61" <= char <= "\uff9f" or "\u2500" <= char <= "\u257f" for char in sample
    )  # what wrong decoders like to yield
    if len(chinese) + odd < _ENOUGH:
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
