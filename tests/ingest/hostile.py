"""Damaged and hostile files, the same in every run: each sound format harmed in every way, and what was made with intent."""

from __future__ import annotations

import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.ingest import writers

SECRET = "绝密九八七六"  # stands in a file outside INPUT; no output may ever hold it
TEXT = (
    "清泉小学工会2011年工作总结\n一年来，工会在学校党支部领导下，围绕中心，服务大局，做了以下工作。\n一、抓学习\n"
    + "3月8日组织教师46人学习《工会法》，参加率98%。\n" * 12
    + "清泉小学工会\n2011年12月30日\n"
)
HERE = Path(__file__).parent


class Case(NamedTuple):
    """A file to read: its name says what is wrong with it."""

    name: str
    data: bytes

    @property
    def kind(self) -> str:
        """What was done to it."""
        return self.name.split(" ", 1)[1].rpartition(".")[0]


def sound() -> dict[str, bytes]:
    """A file that can be read, for each suffix."""
    from tests.ingest import oldword

    wide = oldword.doc([(TEXT.replace("\n", "\r"), False, b"")])
    return {
        "txt": TEXT.encode("gb18030"),
        "md": ("# " + TEXT).encode(),
        "html": writers.html(TEXT),
        "mht": writers.mht(TEXT),
        "docx": writers.docx(TEXT),
        "xlsx": writers.xlsx([["月份", "活动"], *(["三月", line] for line in TEXT.splitlines())]),
        "csv": writers.csv_file([["三月", line] for line in TEXT.splitlines()]),
        "pdf": writers.pdf(TEXT),
        "doc": (HERE / "files" / "report.doc").read_bytes(),
        "wps": wide,
        "rtf": b"{\\rtf1\\ansi " + b"".join(b"\\u%d?" % (ord(c) if ord(c) < 32768 else ord(c) - 65536) for c in TEXT) + b"}",
        "png": png(),
        "jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\0" + bytes(range(256)) * 4,
        "zip": writers.archive({"甲.txt": TEXT.encode(), "乙/丙.docx": writers.docx(TEXT)}),
    }


def png(width: int = 64, height: int = 64, declared: tuple[int, int] | None = None) -> bytes:
    """A grey picture; ``declared`` is the size that it claims to have."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size = declared or (width, height)
    rows = (b"\0" + b"\x80" * width) * height
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


Harm = Callable[[bytes, random.Random], bytes]
HARMS: dict[str, Harm] = {
    "cut to a tenth": lambda data, dice: data[: len(data) // 10],
    "cut in the middle": lambda data, dice: data[: dice.randrange(len(data) // 4, len(data) * 3 // 4)],
    "cut at the end": lambda data, dice: data[: -dice.randrange(1, 64)],
    "without its head": lambda data, dice: data[dice.randrange(1, 200) :],
    "one bit": lambda data, dice: flipped(data, 1, dice),
    "twenty bits": lambda data, dice: flipped(data, 20, dice),
    "many bits": lambda data, dice: flipped(data, len(data) // 50 + 1, dice),
    "zeroed": lambda data, dice: patched(data, bytes(len(data) // 5), dice),
    "random block": lambda data, dice: patched(data, dice.randbytes(len(data) // 5), dice),
    "stuffed": lambda data, dice: (at := dice.randrange(len(data)), data[:at] + dice.randbytes(999) + data[at:])[1],
    "twice": lambda data, dice: data + data,
    "trailing junk": lambda data, dice: data + dice.randbytes(5000),
    "head alone": lambda data, dice: data[:16] + dice.randbytes(3000),
}


def flipped(data: bytes, bits: int, dice: random.Random) -> bytes:
    """The bytes with so many bits the other way round."""
    harmed = bytearray(data)
    for _ in range(bits):
        harmed[dice.randrange(len(harmed))] ^= 1 << dice.randrange(8)
    return bytes(harmed)


def patched(data: bytes, block: bytes, dice: random.Random) -> bytes:
    """The bytes with ``block`` over some of them."""
    at = dice.randrange(len(data) - len(block) + 1)
    return data[:at] + block + data[at + len(block) :]


def damaged() -> Iterator[Case]:
    """Every format in every harm."""
    for suffix, data in sound().items():
        for harm, inflict in HARMS.items():
            dice = random.Random(f"{suffix} {harm}")
            yield Case(f"{suffix} {harm}.{suffix}", inflict(data, dice))


def renamed() -> Iterator[Case]:
    """Sound files under another format's name."""
    files = sound()
    names = list(files)
    for i, suffix in enumerate(names):
        other = names[(i + 4) % len(names)]
        yield Case(f"{suffix} named {other}.{other}", files[suffix])


def hostile(secret: Path) -> Iterator[Case]:
    """What somebody made with intent; ``secret`` is a file that is none of INPUT's."""
    docx, xlsx = writers.docx(TEXT), writers.xlsx([[TEXT]])
    uri = secret.resolve().as_uri().encode()
    xxe = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "' + uri + b'">]><w>&x;</w>'
    laughs = (
        b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a0 "ha">'
        + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
        + b"]><w>&a9;</w>"
    )
    for name, evil in (("xxe", xxe), ("billion laughs", laughs), ("xxe in utf-16", xxe.decode().encode("utf-16"))):
        yield Case(f"docx {name}.docx", writers.replaced(docx, "word/document.xml", lambda _, evil=evil: evil))
        yield Case(f"docx {name} in a side part.docx", writers.replaced(docx, "word/styles.xml", lambda _, evil=evil: evil))
        yield Case(f"xlsx {name}.xlsx", writers.replaced(xlsx, "xl/workbook.xml", lambda _, evil=evil: evil))
        yield Case(f"html {name}.html", evil.replace(b"<w>", b"<html><body>").replace(b"</w>", b"</body></html>"))
    yield Case("html frames.html", b'<html><body><iframe src="' + uri + b'"></iframe>' + TEXT.encode() + b"</body></html>")
    yield Case("docx bomb.docx", writers.replaced(docx, "word/document.xml", lambda old: old + b" " * 30_000_000))
    deep = b"<w:p>" * 20_000
    yield Case("docx deep.docx", writers.replaced(docx, "word/document.xml", lambda old: old.replace(b"<w:p>", deep, 1)))
    yield Case("docx without body.docx", writers.archive({"word/document.xml": b"<a/>"}))
    yield Case("docx macro.docx", writers.archive({"word/document.xml": b"<a/>", "word/vbaProject.bin": b"\xd0\xcf" * 99}))
    yield Case("zip bomb.zip", writers.archive({"a.txt": b"\0" * 20_000_000}))
    yield Case("zip bomb of bzip2.zip", writers.archive({"a.txt": b"\0" * 20_000_000}, zipfile.ZIP_BZIP2))
    yield Case("zip bomb of lzma.zip", writers.archive({"a.txt": b"\0" * 2_000_000}, zipfile.ZIP_LZMA))
    bomb = writers.archive({"a.txt": b"\0" * 4_000_000})
    yield Case("zip bomb that lies.zip", bomb.replace(struct.pack("<I", 4_000_000), struct.pack("<I", 4_000)))
    yield Case("zip nest.zip", nested(8))
    yield Case("zip quine.zip", writers.archive({f"{n}.zip": bomb for n in range(8)}))
    yield Case("zip of zips.zip", writers.archive({f"{n}.zip": writers.archive({"a.txt": b"x" * 99}) for n in range(20)}))
    yield Case("zip crowd.zip", writers.archive({f"{n}.txt": b"" for n in range(6000)}, zipfile.ZIP_STORED))
    yield Case("zip huge directory.zip", with_directory(6_000_000))
    climbing = {"../../../tmp/a.txt": TEXT.encode(), "/etc/b.txt": TEXT.encode(), "C:\\Windows\\c.txt": TEXT.encode(),
                "..\\..\\d.txt": TEXT.encode(), "a\x00b\u202e.txt": TEXT.encode()}  # fmt: skip
    yield Case("zip traversal.zip", writers.archive(climbing))
    yield Case("zip link.zip", linked(str(secret)))
    yield Case("zip empty.zip", writers.archive({}))
    yield Case("pdf password.pdf", writers.pdf(TEXT, password="x"))
    yield Case("zip password.zip", encrypted(writers.archive({"a.txt": TEXT.encode()}, zipfile.ZIP_STORED)))
    yield Case("docx password.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"))
    yield Case("pdf loop.pdf", b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]>>endobj\ntrailer<</Root 1 0 R>>")
    yield Case("pdf bomb.pdf", pdf_bomb(50_000_000))
    action = b"/OpenAction <</S /URI /URI (" + uri + b")>> /Type /Catalog"
    yield Case("pdf reaching out.pdf", writers.pdf(TEXT).replace(b"/Type /Catalog", action))
    yield Case("png huge.png", png(declared=(60_000, 60_000)))
    yield Case("png empty.png", b"\x89PNG\r\n\x1a\n")
    yield Case("mht without page.mht", b"MIME-Version: 1.0\n\n")
    parts = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(200))
    yield Case("mht deep.mht", b"MIME-Version: 1.0\n" + parts)
    yield Case("csv of quotes.csv", b'"' * 300_000)
    yield Case("csv one line.csv", b"," * 300_000)
    yield Case("html deep.html", b"<div>" * 50_000 + TEXT.encode())
    yield Case("html attributes.html", b"<a " + b"x=1 " * 50_000 + b">" + TEXT.encode())
    yield Case("txt nothing.txt", b"")
    yield Case("txt blanks.txt", b" \r\n\xef\xbb\xbf" * 999)
    yield Case("txt noise.txt", random.Random(7).randbytes(20_000))
    yield Case("txt controls.txt", bytes(range(32)) * 500)
    yield Case("txt surrogates.txt", "工会\ud800总结".encode("utf-16-le", "surrogatepass") * 99)
    yield Case("rtf deep.rtf", b"{\\rtf1" + b"{" * 20_000 + b"}" * 20_000 + b"}")
    outside = b'{\\field{\\*\\fldinst INCLUDETEXT "' + uri + b'"}}'
    yield Case("rtf object.rtf", b"{\\rtf1{\\object\\objautlink{\\*\\objdata 0105}}" + outside + b"}")
    yield Case("doc nothing.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    yield Case("doc ring.doc", ringed((HERE / "files" / "report.doc").read_bytes()))
    yield Case("gz named txt.txt", b"\x1f\x8b\x08" + bytes(99))


def nested(depth: int) -> bytes:
    """An archive in an archive in an archive …"""
    data = TEXT.encode()
    name = "a.txt"
    for _ in range(depth):
        data, name = writers.archive({name: data}), "a.zip"
    return data


def with_directory(size: int) -> bytes:
    """An archive whose directory alone has so many bytes."""
    entry = b"PK\x01\x02" + bytes(42)
    count = size // len(entry)
    return entry * count + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count & 0xFFFF, count & 0xFFFF, count * len(entry), 0, 0)


def linked(target: str) -> bytes:
    """An archive with a symbolic link in it, as Unix packs one."""
    info = zipfile.ZipInfo("link.txt")
    info.external_attr = 0o120777 << 16
    info.create_system = 3
    return writers.archive({info: target.encode()})  # type: ignore[dict-item]


def encrypted(data: bytes) -> bytes:
    """The archive, its one member marked as encrypted."""
    at = data.index(b"PK\x01\x02")
    harmed = bytearray(data)
    harmed[6] |= 1
    harmed[at + 8] |= 1
    return bytes(harmed)


def pdf_bomb(size: int) -> bytes:
    """A page whose content expands a thousandfold."""
    content = zlib.compress(b"0 0 m " * (size // 6), 9)
    head = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>endobj\n"
    )
    stream = b"4 0 obj<</Length %d/Filter/FlateDecode>>stream\n" % len(content) + content
    return head + stream + b"\nendstream endobj\ntrailer<</Root 1 0 R>>"


def ringed(data: bytes) -> bytes:
    """A compound file whose sectors follow each other in a ring."""
    harmed = bytearray(data)
    for at in range(512, min(len(harmed), 1024), 4):
        harmed[at : at + 4] = struct.pack("<I", 0)
    return bytes(harmed)


def every(secret: Path) -> list[Case]:
    """All cases, no name twice."""
    cases = [*damaged(), *renamed(), *hostile(secret)]
    assert len({case.name for case in cases}) == len(cases)
    return cases


def some(secret: Path, count: int) -> list[Case]:
    """So many of them: all that was made with intent as far as they go, the rest spread over formats and harms."""
    cases = [*hostile(secret)]
    chosen = random.Random(40).sample(cases, count // 2)
    others = [*damaged()]
    step = len(others) / (count - len(chosen))
    return chosen + [others[int(i * step)] for i in range(count - len(chosen))]
