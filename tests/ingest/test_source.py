"""Reading a source: ids, limits, failures, hostile files, and the invariants of what comes out."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.ingest import Limits, ingest, read
from pipeline.products import Ingested

BODY = "一年来，我校工会在上级工会的领导下，认真履行各项职能，团结带领全体教职工，为学校的改革和发展作出了应有的贡献，请审议。"
COLLECTION = f"工会总结 篇1\n{BODY}\n工会计划 篇2\n{BODY}\n"


def check(ingested: Ingested) -> None:
    """Parts and noise lie in order within the raw text and leave nothing but blanks; every part's text can be made."""
    raw = ingested.source.raw
    covered = bytearray(len(raw))
    at = 0
    for part in ingested.parts:
        assert at <= part.start < part.end <= len(raw)
        assert part.start <= part.body_start <= part.end
        assert part.boundary is None or part.start <= part.boundary[0] <= part.boundary[1] <= part.end
        assert ingested.text(part).text.strip()
        covered[part.start : part.end] = b"\1" * (part.end - part.start)
        at = part.end
    for noise in ingested.noise:
        assert raw[noise.start : noise.end] == noise.text
        covered[noise.start : noise.end] = b"\1" * (noise.end - noise.start)
    fixed = {i for fix in ingested.fixes if not fix.text for i in range(fix.start, fix.end)}
    assert all(covered[i] or char.isspace() or i in fixed for i, char in enumerate(raw))
    assert len({part.doc_id for part in ingested.parts}) == len(ingested.parts)


def test_ids_are_those_of_the_record_contract(tmp_path: Path) -> None:
    path = tmp_path / "总结.txt"
    path.write_bytes(COLLECTION.encode())
    ingested = read(path, "乡镇/总结.txt")
    assert len(ingested.parts) == 2
    for part in ingested.parts:
        whole = "乡镇/总结.txt".encode() + b"\0" + COLLECTION.encode() + b"\0" + str(part.start).encode()
        assert part.doc_id == hashlib.sha256(whole).hexdigest()[:16]
    assert ingested.source.sha256 == hashlib.sha256("乡镇/总结.txt".encode() + b"\0" + COLLECTION.encode()).hexdigest()


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.docx", b"x", "corrupt_file"),
        ("a", b"x", "unsupported_format"),
        ("a.txt", b"PK\x03\x04rest", "corrupt_file"),
        ("a.txt", b"%PDF-1.4", "corrupt_file"),
        ("a.txt", b"", "empty"),
        ("a.txt", b" \r\n\t", "empty"),
        ("a.txt", b"\xef\xbb\xbf", "empty"),
        ("a.txt", "\u3000\u200b\n".encode(), "empty"),
        ("a.html", b"<script>x</script>", "empty"),
        ("a.txt", b"\xff" * 40, "undecodable"),
        ("a.txt", b"x" * 101, "too_large"),
    ],
)
def test_failures(tmp_path: Path, name: str, data: bytes, code: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(SourceError) as caught:
        read(path, name, Limits(max_bytes=100))
    assert caught.value.code == code


def test_a_file_that_vanished(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="vanished"):
        read(tmp_path / "gone.txt", "gone.txt")


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="unreadable"):
        read(tmp_path, "a.txt")


def test_an_injected_fault_names_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "open", broken)
    with pytest.raises(SourceError) as caught:
        read(tmp_path / "a.txt", "a.txt")
    assert (caught.value.code, caught.value.params["reason"]) == ("unreadable", "Input/output error")


@pytest.mark.parametrize("name", ["a.txt", "a.TXT", "b.c/a.md", "a.markdown", "a.htm", "a.html"])
def test_formats(name: str) -> None:
    ingested = ingest(COLLECTION.encode(), name)
    check(ingested)
    assert ingested.source.format in ("txt", "md", "html")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_never_crash(data: bytes) -> None:
    for name in ("a.txt", "a.md", "a.html"):
        with suppress(SourceError):
            check(ingest(data, name))


LINES = st.lists(
    st.sampled_from(
        ["工会总结 篇1", "【篇2】", "第三篇：工会交流", BODY, BODY + "【篇3】" + BODY, "一、抓学习", "二、抓活动",
         "杨柳小学工会", "2012年7月5日", "", "  ", "相关推荐：计划", "版权声明", "1、本站资源来自网友", "小编友情提醒：",
         "工会总结怎么写", "工会(huì)總結", "- 1 -", "第2页 共3页", "总结一：", "杨柳小学2012年工会工作总结", "....",
         "省略262字", "当前位置：首页 > 总结", "Y3(MKq", "\u3000\u3000各位老师：", "\ufeff", "🎉"]
    ),
    min_size=1, max_size=14,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(LINES, st.sampled_from(["\n", "\r\n", "\r"]))
def test_parts_and_noise_account_for_every_character(lines: list[str], line_end: str) -> None:
    with suppress(SourceError):
        check(ingest(line_end.join(lines).encode(), "a.txt"))


@pytest.mark.parametrize("unit", ["a", "一年来，我校工会。", "工会(huì)", "１，２", "【篇1】", "。.…", "\0工"])
def test_one_endless_line(unit: str) -> None:
    check_offsets(ingest((unit * 100_000).encode(), "a.txt"))


def test_a_line_of_twenty_megabytes() -> None:
    check_offsets(ingest(("工会" * 3_400_000).encode(), "a.txt"))


def check_offsets(ingested: Ingested) -> None:
    assert ingested.parts
    assert all(0 <= part.start < part.end <= len(ingested.source.raw) for part in ingested.parts)


def test_warnings() -> None:
    raw = (
        f"工会总结 篇1\n工会(huì)工作(zuò)。{BODY}\n我们深入www.fanwen-abc.com基层了解情况，解决了许多困难。Y3(MKq\n"
        "工会总结 篇2\nabc def ghi jkl mno pqr stu vwx yz, all in English, hardly any other text here. 工会\n"
    )
    ingested = ingest(raw.encode(), "a.txt")
    first, second = ingested.parts
    codes = [[w.code for w in ingested.warnings if part.start <= w.start < part.end] for part in (first, second)]
    assert codes == [["inline_pinyin", "injected_text", "junk_characters"], ["low_han_share"]]
    assert {noise.reason for noise in ingested.noise} == {"injected_text", "junk"}
