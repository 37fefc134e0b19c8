"""A small writer of binary Word documents ([MS-DOC] in [MS-CFB]), for pieces as a fast save leaves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from struct import pack, pack_into

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_TEXT = 2048  # offset of the text in the stream
DELETED = pack("<HB", 0x0800, 1)


def doc(pieces: Sequence[tuple[str, bool, bytes]], version: int = 0x00D9, flags: int = 0x0200) -> bytes:
    """A document of these pieces: text, whether it is stored in single bytes, modifiers that hold for all of it.

    The pieces lie in the file from the last to the first. There are no property pages.
    """
    main, places = bytearray(_TEXT), []
    for text, narrow, _ in reversed(pieces):
        main += bytes(len(main) % 2)
        places.append((len(main), narrow))
        main += text.encode("cp1252" if narrow else "utf-16-le")
    places.reverse()
    table, firsts = bytearray(), [0]
    for text, _, changes in pieces:
        firsts.append(firsts[-1] + len(text))
        table += b"\x01" + pack("<H", len(changes)) + changes
    described = pack(f"<{len(firsts)}i", *firsts) + b"".join(
        pack("<HIH", 0, offset * 2 | 0x40000000 if narrow else offset, n << 1 | 1) for n, (offset, narrow) in enumerate(places)
    )
    table += b"\x02" + pack("<I", len(described)) + described
    pack_into("<HH6xH", main, 0, 0xA5EC, version, flags)
    pack_into("<i", main, 76, firsts[-1])
    pack_into("<II", main, 154 + 8 * 33, 0, len(table))
    return compound({"WordDocument": bytes(main), "1Table": bytes(table)})


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file of these streams; each is long enough to lie in sectors of its own."""
    sectors, chains, fat = bytearray(), {}, []
    for name, data in streams.items():
        data = data.ljust(4096, b"\0")
        data += bytes(-len(data) % _SECTOR)
        first, count = len(fat), len(data) // _SECTOR
        fat += [*range(first + 1, first + count), _END]
        sectors += data
        chains[name] = first, len(data)
    directory = _entry("Root Entry", 5, _END, 0, child=1)
    for n, (name, (first, size)) in enumerate(chains.items(), 1):
        directory += _entry(name, 2, first, size, right=n + 1 if n < len(chains) else _FREE)
    directory += bytes(-len(directory) % _SECTOR)
    at = len(fat)
    count = len(directory) // _SECTOR
    fat += [*range(at + 1, at + count), _END, _FAT]
    assert len(fat) <= 128
    table = pack("<128I", *fat, *[_FREE] * (128 - len(fat)))
    header = pack(
        "<8s16xHHHHH6x9I109I",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
        0, 1, at, 0, 4096, _END, 0, _END, 0,
        at + count, *[_FREE] * 108,
    )  # fmt: skip
    return header + bytes(sectors) + directory + table


def _entry(name: str, kind: int, first: int, size: int, *, child: int = _FREE, right: int = _FREE) -> bytes:
    spelt = name.encode("utf-16-le") + b"\0\0"
    return pack("<64sHBB3I36xIQ", spelt, len(spelt), kind, 1, _FREE, right, child, first, size)
