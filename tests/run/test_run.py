"""A folder on an engine: same bytes for any number of workers, one death one failure, and an OUT that is handled with care."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from pipeline import output
from pipeline.engine import Bounds
from pipeline.errors import CannotRun, ResourceError
from pipeline.run import Job, run
from tests.handmade import work

SAME = ("records.jsonl", "failures.jsonl", "noise.jsonl")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "in"
    for i in range(12):
        path = root / f"第{i % 3}镇" / f"{i:02d}校.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"第{i}份总结。\n" * (1 + i % 2), encoding="utf-8")
    (root / "坏.txt").write_text("fail", encoding="utf-8")
    return root


def tree(out: Path) -> dict[str, bytes]:
    return {
        p.relative_to(out).as_posix(): p.read_bytes()
        for p in sorted(out.rglob("*"))
        if p.is_file() and output.HOME not in p.parts and p.name not in (output.MANIFEST, output.TIMES)
    }


def test_every_number_of_workers_writes_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    outs = {n: tmp_path / f"out{n}" for n in (1, 2, 4)}
    for n, out in outs.items():
        assert run(Job(input=folder, out=out, workers=n), work=work).exit_status == 2
    trees = [tree(out) for out in outs.values()]
    assert trees[0] == trees[1] == trees[2]
    assert set(SAME) <= set(trees[0])
    lines = [json.loads(line) for line in trees[0]["records.jsonl"].decode().splitlines()]
    assert [(d["source"], d["start"]) for d in lines] == sorted((d["source"], d["start"]) for d in lines)
    assert len(lines) == 18


def test_a_worker_that_dies_takes_only_its_own_file_along(folder: Path, tmp_path: Path) -> None:
    (folder / "05死.txt").write_text("kill", encoding="utf-8")
    (folder / "06错.txt").write_text("raise", encoding="utf-8")
    (folder / "07慢.txt").write_text("slow", encoding="utf-8")
    report = run(Job(input=folder, out=tmp_path / "out", workers=2, bounds=Bounds(seconds=5)), work=work)
    assert report.failures == Counter(worker_died=1, internal=1, timed_out=1, empty=1)
    assert report.doc_types["summary"] == 18
    failed = {json.loads(line)["source"] for line in (tmp_path / "out" / "failures.jsonl").read_text("utf-8").splitlines()}
    assert failed == {"05死.txt", "06错.txt", "07慢.txt", "坏.txt"}


def test_the_output_folder_is_what_the_contract_says(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    run(Job(input=folder, out=out), work=work)
    assert {p.name for p in out.iterdir()} == {
        "records.jsonl", "failures.jsonl", "noise.jsonl", "manifest.json", "texts", "data", "tables",
        "report", ".gonghui", "run.json", "sources.jsonl",
    }  # fmt: skip
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert manifest["complete"] is True
    assert manifest["counts"]["files"] == 13
    assert manifest["counts"]["failures"] == {"empty": 1}
    for source in map(json.loads, (out / "sources.jsonl").read_text("utf-8").splitlines()):
        if source["text"]:
            assert (out / source["text"]).read_bytes() == (folder / source["source"]).read_bytes()
    assert list(out.parent.iterdir()) == [out], "nothing is left beside OUT"


def test_a_folder_that_is_not_ours_is_refused_and_untouched(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "家谱.txt").write_text("x", encoding="utf-8")
    for overwrite in (False, True):
        with pytest.raises(CannotRun) as caught:
            run(Job(input=folder, out=out, overwrite=overwrite), work=work)
        assert caught.value.code == "output_not_ours"
    assert [p.name for p in out.iterdir()] == ["家谱.txt"]


def test_a_second_run_replaces_ours_and_keeps_what_is_not(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(Job(input=folder, out=out), work=work)
    before = tree(out)
    (out / "我的备注.txt").write_text("x", encoding="utf-8")
    (out / "tables" / "汇总.xlsx").write_bytes(b"x")
    (folder / "坏.txt").unlink()
    run(Job(input=folder, out=out), work=work)
    after = tree(out)
    assert after.pop("我的备注.txt") == b"x"
    assert after.pop("tables/汇总.xlsx") == b"x"
    assert after.pop("failures.jsonl") == b""
    assert before.keys() - {"failures.jsonl"} == after.keys()


def test_a_table_changed_by_hand_is_not_overwritten_unasked(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(Job(input=folder, out=out), work=work)
    scores = out / "tables" / "coverage.csv"
    scores.write_bytes(scores.read_bytes() + "自评".encode())
    with pytest.raises(CannotRun) as caught:
        run(Job(input=folder, out=out), work=work)
    assert caught.value.code == "output_edited"
    assert caught.value.params["path"] == str(scores)
    run(Job(input=folder, out=out, overwrite=True), work=work)
    assert not scores.read_text("utf-8-sig").endswith("自评")


def test_a_locked_file_is_named(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    run(Job(input=folder, out=out), work=work)
    replace = os.replace

    def locked(source: Path, target: Path) -> None:
        if Path(target).name == "events.csv":
            raise PermissionError(13, "in use", str(target))
        replace(source, target)

    monkeypatch.setattr(output.os, "replace", locked)
    with pytest.raises(CannotRun) as caught:
        run(Job(input=folder, out=out), work=work)
    assert caught.value.code == "output_locked"
    assert caught.value.params["path"] == str(out / "tables" / "events.csv")
    assert json.loads((out / "manifest.json").read_text("utf-8"))["complete"] is False
    monkeypatch.undo()
    run(Job(input=folder, out=out), work=work)
    assert json.loads((out / "manifest.json").read_text("utf-8"))["complete"] is True


def test_a_crash_leaves_the_old_run_as_it_was(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(Job(input=folder, out=out), work=work)
    before = tree(out)

    def interrupted(done: int, total: int, last: object) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(Job(input=folder, out=out, workers=2), work=work, watch=interrupted)
    assert tree(out) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in", "out"]


def test_a_manifest_that_was_tampered_with_leads_nowhere_else(folder: Path, tmp_path: Path) -> None:
    out, outside = tmp_path / "out", tmp_path / "别人的.txt"
    outside.write_text("x", encoding="utf-8")
    run(Job(input=folder, out=out), work=work)
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    manifest["files"] |= {"../别人的.txt": "0", str(outside): "0", "tables/../../别人的.txt": "0", "..\\别人的.txt": "0"}
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    run(Job(input=folder, out=out), work=work)
    assert outside.read_text("utf-8") == "x"


@pytest.mark.parametrize("name", ["tables", "texts", "report/docs"])
def test_a_link_in_place_of_a_folder_of_ours_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    run(Job(input=folder, out=out), work=work)
    (out / name).rename(elsewhere)
    try:
        (out / name).symlink_to(elsewhere, target_is_directory=True)
    except OSError:
        return  # links need a privilege on Windows
    before = tree(elsewhere)
    with pytest.raises(CannotRun) as caught:
        run(Job(input=folder, out=out, overwrite=True), work=work)
    assert caught.value.code == "output_link"
    assert tree(elsewhere) == before


@pytest.mark.parametrize("below_a_file", [True, False])
def test_an_out_that_cannot_be_written(folder: Path, tmp_path: Path, below_a_file: bool) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    out = tmp_path / "file" / "out" if below_a_file else tmp_path / "file"
    with pytest.raises(CannotRun) as caught:
        run(Job(input=folder, out=out), work=work)
    assert caught.value.code == ("output_unwritable" if below_a_file else "output_is_file")


def test_a_full_disk_is_one_plain_error(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(CannotRun) as caught:
        run(Job(input=folder, out=tmp_path / "out"), work=work)
    assert caught.value.code == "output_unwritable"
    assert [path.name for path in (tmp_path / "out").iterdir()] == [output.HOME]
    monkeypatch.undo()
    assert run(Job(input=folder, out=tmp_path / "out"), work=work).files == 13


def test_an_out_inside_the_input_is_not_read(folder: Path) -> None:
    out = folder / "结果"
    first = run(Job(input=folder, out=out), work=work)
    again = run(Job(input=folder, out=out), work=work)
    assert again.files == first.files
    assert first.ignored == again.ignored == [("结果", "output")]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_wrong_rule_ends_the_run_and_says_where(folder: Path, tmp_path: Path, workers: int) -> None:
    (folder / "规则.txt").write_text("rule", encoding="utf-8")
    with pytest.raises(ResourceError) as caught:
        run(Job(input=folder, out=tmp_path / "out", workers=workers), work=work)
    assert (caught.value.code, caught.value.params) == ("bad_rule", {"file": "noise.yaml", "line": 7, "reason": "planted"})
    assert {path.name for path in tmp_path.glob("out/*")} <= {output.HOME}


def test_input_and_output_must_differ(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="input_is_output"):
        run(Job(input=folder, out=folder), work=work)
    with pytest.raises(CannotRun, match="input_missing"):
        run(Job(input=tmp_path / "无", out=tmp_path / "out"), work=work)


def test_names_of_texts_are_legal_everywhere_and_never_collide() -> None:
    names = [
        "a/总结.txt",
        "b/总结.txt",
        "A/总结.txt",
        "con.txt",
        "a\nb😀.txt",
        "x" * 300,
        "...",
        'q?"<>|*:\\.txt',
        "尾点.",
        "\udce4.txt",
    ]
    texts = [output.text_name(name) for name in names]
    assert len({t.lower() for t in texts}) == len(names)
    for text in texts:
        assert len(text.encode()) <= 200
        assert not set(text) & set('<>:"/\\|?*\n')
        assert not output.RESERVED.match(text)
        assert text == text.strip(". ")


def test_how_a_run_went_stands_apart_and_every_step_is_logged_on_request(folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    for _ in range(2):
        run(Job(input=folder, out=tmp_path / "out", log=log), work=work)
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    events = Counter(line["event"] for line in lines)
    assert events == Counter(started=2, source=26, step=6, finished=2)
    assert all(line["time"].endswith("+00:00") for line in lines)
    assert [line["recalled"] for line in lines if line["event"] == "finished"] == [0, 12]
    assert [line["failures"] for line in lines if line.get("source") == "坏.txt"] == [["empty"]] * 2
    times = json.loads((tmp_path / "out" / output.TIMES).read_text("utf-8"))
    assert {"duplicates", "tables", "report"} <= set(times["stages"])
    assert times["recalled"] == 12
    assert times["started"] < times["finished"]


def test_a_log_tells_why_a_run_stopped(folder: Path, tmp_path: Path) -> None:
    (folder / "规则.txt").write_text("rule", encoding="utf-8")
    log = tmp_path / "run.log"
    with pytest.raises(ResourceError):
        run(Job(input=folder, out=tmp_path / "out", log=log), work=work)
    last = json.loads(log.read_text("utf-8").splitlines()[-1])
    assert (last["event"], last["code"]) == ("stopped", "bad_rule")


def test_the_slowest_sources_are_listed(tmp_path: Path) -> None:
    root = tmp_path / "in"
    root.mkdir()
    for i in range(3):
        (root / f"{i}.txt").write_text(
            "清泉小学工会2011年工作总结\n一、抓学习\n" + "3月8日组织教师46人学习。\n" * (1 + 9 * i), "utf-8"
        )
    run(Job(input=root, out=tmp_path / "out"))
    times = json.loads((tmp_path / "out" / output.TIMES).read_text("utf-8"))
    assert {entry["source"] for entry in times["slowest"]} == {"0.txt", "1.txt", "2.txt"}
    seconds = [entry["seconds"] for entry in times["slowest"]]
    assert seconds == sorted(seconds, reverse=True)
    assert {"ingest", "segment", "extract", "aggregate", "export"} <= set(times["stages"])
