"""Broken and hostile inputs through the whole run: each is a failure or a record, never the end of the batch."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from pipeline.flow import Options, Outcome, Task, process
from pipeline.ingest import Limits
from pipeline.run import Job, Report, run

GOOD = "清泉小学工会2011年工作总结\n一、抓学习\n3月8日组织教师46人学习《工会法》。\n清泉小学工会\n2011年12月30日\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "in"
    root.mkdir()
    (root / "好.txt").write_text(GOOD, encoding="utf-8")
    return root


def lines(out: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / f"{name}.jsonl").read_text("utf-8").split("\n") if line]


def ran(folder: Path, **options: Any) -> tuple[Report, list[dict[str, Any]], dict[str, str]]:
    out = folder.parent / "out"
    report = run(Job(input=folder, out=out, **options))
    return report, lines(out, "records"), {f["source"]: f["kind"] for f in lines(out, "failures")}


def test_broken_files_are_failures_and_the_good_one_comes_through(folder: Path) -> None:
    (folder / "空.txt").write_bytes(b"")
    (folder / "白.txt").write_bytes(b" \r\n\xef\xbb\xbf")
    (folder / "坏.txt").write_bytes(b"\xff" * 999)
    (folder / "图.gif").write_bytes(b"\x89PNG")
    (folder / "大.txt").write_bytes(b"a" * 5000)
    report, records, failures = ran(folder, options=Options(limits=Limits(max_bytes=4000)))
    assert [r["source"] for r in records] == ["好.txt"]
    assert failures == {
        "空.txt": "empty", "白.txt": "empty", "坏.txt": "undecodable", "图.gif": "unsupported_format", "大.txt": "too_large",
    }  # fmt: skip
    assert report.exit_status == 2


ODD = {
    "nuls": b"\0" * 50 + GOOD.encode(),
    "nul_inside": GOOD.replace("工会", "工\0会").encode(),
    "cr": GOOD.replace("\n", "\r").encode(),
    "mixed": GOOD.replace("\n", "\r\n", 2).encode(),
    "odd_line_ends": ("\u2028\u0085\x0c" + GOOD).encode(),
    "utf16": GOOD.encode("utf-16"),
    "gb": GOOD.encode("gb18030"),
    "stops": ("。" * 300 + GOOD).encode(),
    "numbers": ("一、" * 200 + "\n" + GOOD).encode(),
    "items": ("1、" * 500 + "\n" + GOOD).encode(),
    "brackets": ("（" * 3000 + GOOD).encode(),
    "titles": ("《" * 3000 + "\n" + GOOD).encode(),
}


@pytest.mark.parametrize("data", ODD.values(), ids=ODD)
def test_odd_texts_come_through_grounded(folder: Path, data: bytes) -> None:
    (folder / "怪.txt").write_bytes(data)
    _report, records, failures = ran(folder)
    assert failures == {}
    assert {r["source"] for r in records} == {"好.txt", "怪.txt"}


LONG = [
    "工",
    "1",
    "a",
    "一",
    "。",
    "、",
    "（",
    "“",
    " ",
    "_",
    "年",
    "一、",
    "1、a。",
    "3月",
    "2010年5日",
    "张三、",
    "《a》",
    "xx年",
]


@pytest.mark.slow
@pytest.mark.parametrize("char", LONG)
def test_a_long_line_of_one_thing(folder: Path, char: str) -> None:
    (folder / "长.txt").write_text(char * (60_000 // len(char)) + "\n" + GOOD, encoding="utf-8")
    report, _records, _ = ran(folder)
    assert report.files == 2
    assert "internal" not in report.failures


@pytest.mark.slow
@pytest.mark.parametrize("char", ["1", "一", "、"])
def test_a_megabyte_of_one_character(folder: Path, char: str) -> None:
    """No stage grows with the square of a line: if one did, this would not end."""
    (folder / "长.txt").write_text(char * (1_000_000 // len(char.encode())) + "\n" + GOOD, encoding="utf-8")
    report, _records, _ = ran(folder)
    assert report.files == 2
    assert "internal" not in report.failures


def test_a_file_that_vanishes_during_the_run(folder: Path) -> None:
    for i in range(3):
        (folder / f"{i}.txt").write_text(GOOD, encoding="utf-8")

    def vanishing(task: Task, options: Options) -> Outcome:
        (folder / "1.txt").unlink(missing_ok=True)
        return process(task, options)

    report = run(Job(input=folder, out=folder.parent / "out"), work=vanishing)
    assert dict(report.failures) == {"vanished": 1}
    assert report.files == 4


@pytest.mark.parametrize(
    "name",
    ["换\n行.txt", "表😀情.txt", "引\"号'.txt", "=公式.txt", " 空 格 .txt", "-rf.txt", "a,b.txt", "#*[x].txt", "\u202e反.txt"],
)
def test_names_of_every_kind(folder: Path, name: str) -> None:
    try:
        (folder / name).write_text(GOOD, encoding="utf-8")
    except OSError:
        pytest.xfail("this file system has no such names")
    _, records, failures = ran(folder)
    assert failures == {}
    assert name in {r["source"] for r in records}
    sources = map(json.loads, (folder.parent / "out" / "sources.jsonl").read_text("utf-8").splitlines())
    text = next(s["text"] for s in sources if s["source"] == name)
    assert (folder.parent / "out" / text).read_text("utf-8") == GOOD


def test_a_name_that_is_no_utf8(folder: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(folder) + b"/\xd7\xdc\xbd\xe1.txt")).write_text(GOOD, encoding="utf-8")
    except OSError:
        return  # this file system has no such names
    report, records, failures = ran(folder, workers=2)
    assert report.files == 2
    assert len(records) == 2
    assert failures == {}


def test_links_are_no_trap(folder: Path) -> None:
    (folder / "下").mkdir()
    try:
        (folder / "下" / "圈").symlink_to(folder, target_is_directory=True)
        (folder / "外.txt").symlink_to("/etc/hostname")
        (folder / "断.txt").symlink_to("nowhere")
    except OSError:
        return  # links need a privilege on Windows
    report, records, failures = ran(folder)
    assert [r["source"] for r in records] == ["好.txt"]
    assert failures == {}
    assert {name for name, _ in report.ignored} == {"下/圈", "外.txt", "断.txt"}


def test_what_offices_leave_lying_about_is_ignored_with_its_reason(folder: Path) -> None:
    for name in ("~$总结.docx", "Thumbs.db", ".DS_Store", "desktop.ini"):
        (folder / name).write_bytes(b"x")
    report, _, failures = ran(folder)
    assert failures == {}
    assert dict(report.ignored).keys() == {"~$总结.docx", "Thumbs.db", ".DS_Store", "desktop.ini"}


def test_an_empty_folder_is_no_error(folder: Path) -> None:
    (folder / "好.txt").unlink()
    report, records, _ = ran(folder)
    assert (report.files, report.exit_status, records) == (0, 0, [])
    assert (folder.parent / "out" / "tables" / "documents.csv").exists()


def test_a_stage_that_fails_ends_its_document_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pipeline.extract

    real = pipeline.extract.extract

    def failing(ingested: Any, part: Any) -> Any:
        if ingested.source.source == "坏.txt":
            raise ZeroDivisionError("planted")
        return real(ingested, part)

    monkeypatch.setattr(pipeline.extract, "extract", failing)
    (folder / "坏.txt").write_text(GOOD, encoding="utf-8")
    _, records, failures = ran(folder)
    assert [r["source"] for r in records] == ["好.txt"]
    assert failures == {"坏.txt": "internal"}
    (failure,) = lines(folder.parent / "out", "failures")
    assert failure["stage"] == "extract"
    assert "ZeroDivisionError" in failure["message"]


def test_a_finding_that_quotes_what_is_not_there_never_leaves(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pipeline.extract
    from pipeline.records import Org

    real = pipeline.extract.extract

    def lying(ingested: Any, part: Any) -> Any:
        return real(ingested, part).model_copy(update={"orgs": (Org(start=0, end=4, text="别的单位"),)})

    monkeypatch.setattr(pipeline.extract, "extract", lying)
    _, records, failures = ran(folder)
    assert records == []
    assert failures == {"好.txt": "ungrounded"}


def test_include_and_exclude(folder: Path) -> None:
    (folder / "草稿").mkdir()
    (folder / "草稿" / "a.txt").write_text(GOOD, encoding="utf-8")
    (folder / "b.md").write_text(GOOD, encoding="utf-8")
    report, records, _ = ran(folder, include=("*.txt",), exclude=("草稿/*",))
    assert [r["source"] for r in records] == ["好.txt"]
    assert dict(report.ignored) == {"b.md": "not_included", "草稿/a.txt": "excluded"}


def test_a_folder_of_nothing_but_scraps(folder: Path) -> None:
    (folder / "好.txt").write_text("总结。\n", encoding="utf-8")
    (folder / "差.txt").write_text("好", encoding="utf-8")
    report, records, _ = ran(folder)
    assert report.files == 2
    assert len(records) == 2
