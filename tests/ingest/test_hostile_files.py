"""Damaged and hostile files: each ends in a typed failure or in a result that holds together."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.errors import SourceError
from pipeline.ingest import Limits, ingest, office, read
from pipeline.ingest.walk import walk
from pipeline.labels import labels
from tests.ingest import writers
from tests.ingest.test_source import BODY, check

TEXT = f"工会总结\n{BODY}"
SOUND: dict[str, Callable[[], bytes]] = {
    "docx": lambda: writers.docx(TEXT),
    "xlsx": lambda: writers.xlsx([["月份", "活动"], ["三月", BODY]]),
    "pdf": lambda: writers.pdf(TEXT),
    "mht": lambda: writers.mht(TEXT),
    "zip": lambda: writers.archive({"a.docx": writers.docx(TEXT)}),
}
XXE = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document>&x;</w:document>'
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a0 "ha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]><w>&a9;</w>"
)


def damaged() -> Iterator[tuple[str, str, bytes]]:
    """A name, a suffix and bytes: truncations and flipped bits, the same in every run."""
    chance = random.Random(5)
    for suffix, make in SOUND.items():
        data = make()
        for share in (0.1, 0.6, 0.97):
            yield f"{suffix} cut at {share}", suffix, data[: int(len(data) * share)]
        for n in (1, 20):
            flipped = bytearray(data)
            for _ in range(n):
                flipped[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            yield f"{suffix} {n} bits flipped", suffix, bytes(flipped)


def hostile() -> Iterator[tuple[str, str, bytes]]:
    """What somebody made with intent, or renamed."""
    docx, xlsx = writers.docx(TEXT), writers.xlsx([[BODY]])
    for name, evil in (("xxe", XXE), ("laughs", LAUGHS), ("utf-16 xxe", XXE.decode().encode("utf-16"))):
        yield f"docx {name}", "docx", writers.replaced(docx, "word/document.xml", lambda _, evil=evil: evil)
        yield f"xlsx {name}", "xlsx", writers.replaced(xlsx, "xl/workbook.xml", lambda _, evil=evil: evil)
    yield "docx bomb", "docx", writers.replaced(docx, "word/document.xml", lambda old: old + b" " * 30_000_000)
    deep = b"<w:p>" * 5000
    yield "docx deep", "docx", writers.replaced(docx, "word/document.xml", lambda old: old.replace(b"<w:p>", deep, 1))
    yield "docx without body", "docx", writers.archive({"word/document.xml": b"<a/>"})
    yield "zip bomb", "zip", writers.archive({"a.txt": b"\0" * 20_000_000})
    yield "zip traversal", "zip", writers.archive({"../../../tmp/a.txt": TEXT.encode(), "/etc/b.txt": TEXT.encode()})
    yield "zip of zips", "zip", writers.archive({f"{n}.zip": writers.archive({"a.txt": b"x" * 99}) for n in range(50)})
    yield "zip stored", "zip", writers.archive({"a.txt": TEXT.encode()}, zipfile.ZIP_STORED)
    yield "pdf password", "pdf", writers.pdf(TEXT, password="x")
    yield "pdf loop", "pdf", b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]>>endobj\ntrailer<</Root 1 0 R>>"
    yield "text as docx", "docx", TEXT.encode()
    yield "docx as txt", "txt", docx
    yield "pdf as doc", "doc", writers.pdf(TEXT)
    yield "png as pdf", "pdf", b"\x89PNG\r\n\x1a\n" + bytes(200)
    yield "mht without page", "mht", b"MIME-Version: 1.0\n\n"
    yield "csv of quotes", "csv", b'"' * 300_000
    yield "old word", "doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


CASES = [*damaged(), *hostile()]


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 40


@pytest.mark.parametrize(("suffix", "data"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_typed_failure_or_a_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, data: bytes) -> None:
    monkeypatch.setattr(office, "libreoffice", lambda: None)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / f"a.{suffix}").write_bytes(data)
    found = walk(tmp_path / "in").files
    assert found
    for item in found:
        assert ".." not in item.name.split("/")
        code = None
        try:
            ingested = read(item.path, item.name, Limits(), item.member)
        except SourceError as error:
            code = error.code
        else:
            check(ingested)
            assert "root:" not in ingested.source.raw
        assert code is None or ("failure", code) in labels()
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


@pytest.mark.parametrize("kind", ["xxe", "laughs", "utf-16 xxe"])
def test_no_document_with_entities_is_read(kind: str) -> None:
    for name, suffix, data in CASES:
        if name.endswith(kind):
            with pytest.raises(SourceError, match="corrupt_file"):
                ingest(data, f"a.{suffix}")
