"""Modifiers of the binary Word format (sprm): a list of codes, each with its operand ([MS-DOC] 2.2.5)."""

from __future__ import annotations

_SIZES = (1, 1, 2, 4, 2, 2, None, 3)  # bytes of the operand, by the code's three highest bits; null: it says so itself
_LONG = 0xD608  # a table's columns: its length has two bytes and counts one too many
_TABS = 0xC615


def modifiers(data: bytes) -> dict[int, int]:
    """Code → operand as a number, the last of each code; what is cut off at the end is left out."""
    found: dict[int, int] = {}
    at = 0
    while at + 3 <= len(data):
        code = int.from_bytes(data[at : at + 2], "little")
        at += 2
        size = _SIZES[code >> 13]
        if size is None:
            if code == _LONG:
                size, at = int.from_bytes(data[at : at + 2], "little") - 1, at + 2
            elif code == _TABS and data[at] == 255:  # never written by Word; its length cannot be known
                break
            else:
                size, at = data[at], at + 1
        found[code] = int.from_bytes(data[at : at + min(size, 4)], "little")
        at += max(size, 0)
    return found
