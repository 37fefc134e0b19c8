"""Styles and lists of the binary Word format, told as ``styles.xml`` and ``numbering.xml`` tell them ([MS-DOC] 2.9)."""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack_from
from typing import TYPE_CHECKING, Any

from pipeline.ingest.properties import modifiers

if TYPE_CHECKING:
    from lxml.etree import _Element as Element
else:
    Element = Any

_LEVEL, _LIST = 0x260A, 0x460B
_NO_STYLE = 0x0FFF
_PARAGRAPH_STYLE = 1
_FORMATS = {
    0: "decimal", 1: "upperRoman", 2: "lowerRoman", 3: "upperLetter", 4: "lowerLetter", 10: "ideographDigital",
    11: "japaneseCounting", 14: "decimalFullWidth", 18: "decimalEnclosedCircle", 22: "decimalZero", 23: "bullet",
    26: "decimalEnclosedFullstop", 27: "decimalEnclosedParen", 28: "decimalEnclosedCircleChinese",
    29: "ideographEnclosedCircle", 30: "ideographTraditional", 31: "ideographZodiac", 33: "taiwaneseCounting",
    34: "ideographLegalTraditional", 35: "taiwaneseCountingThousand", 36: "taiwaneseDigital", 37: "chineseCounting",
    38: "chineseLegalSimplified", 39: "chineseCountingThousand", 255: "none",
}  # fmt: skip


def styles_of(data: bytes) -> Element:
    """The styles that paragraphs have, with the lists they belong to.

    Args:
        data: the style sheet (``STSH``).
    """
    from lxml import etree

    root = etree.Element("styles")
    if len(data) < 6:
        return root
    header, count, base = unpack_from("<HHH", data)
    at = 2 + header
    for number in range(count):
        if at + 2 > len(data):
            break
        size = unpack_from("<H", data, at)[0]
        description = data[at + 2 : at + 2 + size]
        at += 2 + size
        if len(description) < base + 4 or base < 6:
            continue
        kind = unpack_from("<H", description, 2)[0]
        style = etree.SubElement(root, "style", styleId=str(number))
        if kind >> 4 != _NO_STYLE:
            etree.SubElement(style, "basedOn", val=str(kind >> 4))
        if kind & 0xF == _PARAGRAPH_STYLE:
            name = unpack_from("<H", description, base)[0]
            upx = base + 2 + 2 * (name + 1)
            if upx + 4 <= len(description):
                length = unpack_from("<H", description, upx)[0]
                _say_number(style, modifiers(description[upx + 4 : upx + 2 + length]))
    return root


def numbering_of(table: bytes, offset: int, overrides: bytes) -> Element:
    """The lists of a document.

    Args:
        table: the stream that holds them.
        offset: of the lists (``PlfLst``) in it; their levels follow behind what the file counts as theirs.
        overrides: the lists as paragraphs refer to them (``PlfLfo``).
    """
    from lxml import etree

    root = etree.Element("numbering")
    if len(overrides) < 4:
        return root
    count = unpack_from("<h", table, offset)[0]
    at = offset + 2 + 28 * count
    for n in range(count):
        start = offset + 2 + 28 * n
        abstract = etree.SubElement(root, "abstractNum", abstractNumId=str(unpack_from("<i", table, start)[0]))
        styles = unpack_from("<9H", table, start + 8)
        for level in range(1 if table[start + 26] & 1 else 9):
            at = _read_level(table, at, abstract, level, styles[level])
    for number, (name, changes) in enumerate(_referred(overrides), 1):
        num = etree.SubElement(root, "num", numId=str(number))
        etree.SubElement(num, "abstractNumId", val=str(name))
        num.extend(changes)
    return root


def _referred(data: bytes) -> Iterator[tuple[int, list[Element]]]:
    """The name of the list that each number stands for, and what is different in it."""
    from lxml import etree

    count = min(unpack_from("<I", data)[0], len(data) // 16)
    at = 4 + 16 * count
    for n in range(count):
        name = unpack_from("<i", data, 4 + 16 * n)[0]
        at += 4
        changes = []
        for _ in range(data[4 + 16 * n + 12]):
            if at + 8 > len(data):
                break
            start, flags = unpack_from("<ii", data, at)
            at += 8
            change = etree.Element("lvlOverride", ilvl=str(flags & 0xF))
            if flags & 0x20:
                at = _read_level(data, at, change, flags & 0xF, _NO_STYLE)
            elif flags & 0x10:
                etree.SubElement(change, "startOverride", val=str(max(start, 0)))
            changes.append(change)
        yield name, changes


def _read_level(data: bytes, at: int, parent: Element, number: int, style: int) -> int:
    """Put one level below ``parent``; the offset behind it."""
    from lxml import etree

    start, kind, flags = unpack_from("<iBB", data, at)
    follow, characters, paragraph, restart = data[at + 15], data[at + 24], data[at + 25], data[at + 26]
    at += 28 + characters + paragraph
    length = unpack_from("<H", data, at)[0]
    template = unpack_from(f"<{length}H", data, at + 2)
    level = etree.SubElement(parent, "lvl", ilvl=str(number))
    etree.SubElement(level, "start", val=str(max(start, 0)))
    etree.SubElement(level, "numFmt", val=_FORMATS.get(kind, "decimal"))
    shown = "".join(f"%{unit + 1}" if unit < 9 else chr(unit) for unit in template if unit < 9 or unit >= 32)
    etree.SubElement(level, "lvlText", val=shown.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))
    if flags & 0x04:
        etree.SubElement(level, "isLgl")
    if flags & 0x08:
        etree.SubElement(level, "lvlRestart", val=str(restart))
    if style != _NO_STYLE:
        etree.SubElement(level, "pStyle", val=str(style))
    etree.SubElement(level, "suff", val={0: "tab", 1: "space"}.get(follow, "nothing"))
    return int(at + 2 + 2 * length)


def _say_number(style: Element, held: dict[int, int]) -> None:
    from lxml import etree

    if _LIST in held:
        numbered = etree.SubElement(etree.SubElement(style, "pPr"), "numPr")
        if _LEVEL in held:
            etree.SubElement(numbered, "ilvl", val=str(held[_LEVEL]))
        etree.SubElement(numbered, "numId", val=str(held[_LIST]))
