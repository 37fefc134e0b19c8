"""Binary Word documents: read here, as LibreOffice reads them.

``files/report.doc`` is what LibreOffice makes of ``files/report.fodt``.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pipeline.errors import SourceError
from pipeline.ingest import ingest, office
from pipeline.ingest.properties import modifiers
from pipeline.ingest.word import old_shown_text, shown_text
from tests.ingest.oldword import DELETED, compound, doc
from tests.ingest.test_source import check

FILES = Path(__file__).parent / "files"
TEXT = """沙河镇工会2011年工作总结
今年参加58人，很热闹，大家说好。
注：不含退休人员。
注：尾注在此。
一、抓学习
1．读书
2．看报
二、抓活动
框前框后
框内一行
图前图后
形内一行
三月 | 踏青 登山
 | 座谈 | 20人
日期 链接文字行一
行二\t制表 会议 😀"""


@pytest.fixture(autouse=True)
def _no_libreoffice(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if not request.node.get_closest_marker("needs_libreoffice"):
        monkeypatch.setattr(office, "libreoffice", lambda: None)


def lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line]


def test_numbers_tables_notes_boxes_fields_changes_and_headers() -> None:
    shown = old_shown_text((FILES / "report.doc").read_bytes())
    assert lines(shown.text[: shown.furniture]) == TEXT.split("\n")
    assert lines(shown.text[shown.furniture :]) == ["沙河镇工会文件"]


@pytest.mark.slow
@pytest.mark.needs_libreoffice
def test_what_libreoffice_writes_and_reads_is_read_alike(tmp_path: Path) -> None:
    program = office.libreoffice()
    assert program is not None
    for target, source in (("doc:MS Word 97", FILES / "report.fodt"), ("docx:MS Word 2007 XML", tmp_path / "report.doc")):
        command = [program, "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--convert-to", target]
        subprocess.run([*command, "--outdir", str(tmp_path), str(source)], check=True, timeout=120, capture_output=True)
    ours = old_shown_text((tmp_path / "report.doc").read_bytes()).text
    assert lines(ours) == lines(shown_text((tmp_path / "report.docx").read_bytes()).text)


PIECES = [
    ("杨柳小学工会总结\r今年参加", False, b""), ("46", True, DELETED), ("58", True, b""), ("人\x0b次。\r", False, b""),
    ("\x13 PAGE \x143\x15 OK caf\xe9\r", True, b""), ("\x13 EQ \\o\\ad(\\s\\up 9(huì),会)\x15议\x13未闭合", False, b""),
]  # fmt: skip


@pytest.mark.parametrize("name", ["a.doc", "a.wps", "a.txt"])
def test_pieces_of_a_fast_save(name: str) -> None:
    ingested = ingest(doc(PIECES), name)
    check(ingested)
    assert ingested.source.format == "doc"
    assert ingested.source.raw == "杨柳小学工会总结\n今年参加58人\n次。\n3 OK café\n会议未闭合"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (doc(PIECES, flags=0x0300), "password_protected"),
        (doc(PIECES, version=0x0065), "needs_libreoffice"),
        (doc([]), "empty"),
        (compound({"WordDocument": bytes(4096)}), "needs_libreoffice"),
        (compound({"WordDocument": b"\xec\xa5\xd9\0" + bytes(4096)}), "corrupt_file"),
        (doc(PIECES)[:3000], "corrupt_file"),
    ],
)
def test_failures_have_their_kind(data: bytes, code: str) -> None:
    with pytest.raises(SourceError) as caught:
        ingest(data, "a.doc")
    assert caught.value.code == code


def test_damage_ends_in_a_result_or_a_typed_failure() -> None:
    data = (FILES / "report.doc").read_bytes()
    outcomes = set()
    for at in range(0, len(data), 97):
        try:
            check(ingest(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :], "a.doc"))
            outcomes.add("read")
        except SourceError as error:
            outcomes.add(error.code)
    assert "read" in outcomes
    assert outcomes <= {"read", "corrupt_file", "unsupported_format", "needs_libreoffice", "password_protected", "undecodable"}


def test_modifiers_of_every_size() -> None:
    grpprl = bytes.fromhex("35080d0b460200036a0102030408d6040011223315c602aabb0324ff")
    assert modifiers(grpprl) == {0x0835: 13, 0x460B: 2, 0x6A03: 0x04030201, 0xD608: 0x332211, 0xC615: 0xBBAA, 0x2403: 255}
