"""What a file may cost: time and memory, with any number of workers, and in ``inspect``; nothing outlives its pool."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil
import pytest

from pipeline.engine import TOGETHER, Bounds, each, grouped, outcomes
from pipeline.errors import SourceError
from pipeline.flow import Options, Task
from pipeline.run import Job, run
from tests.handmade import work


def eat(mebibytes: int) -> int:
    held = bytearray(mebibytes << 20)
    held[:: 1 << 12] = b"\x01" * len(held[:: 1 << 12])  # else the pages are never taken
    time.sleep(30)
    return len(held)


def leave_behind(seconds: int) -> None:
    """Start a program, as LibreOffice is started, and hang."""
    subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({seconds})"], start_new_session=True)
    time.sleep(60)


def test_a_stuck_file_is_ended_with_one_worker_too(tmp_path: Path) -> None:
    root = tmp_path / "in"
    root.mkdir()
    for name, text in {"1": "好。", "2": "slow", "3": "好。", "4": "kill", "5": "好。"}.items():
        (root / f"{name}.txt").write_text(text, encoding="utf-8")
    report = run(Job(input=root, out=tmp_path / "out", workers=1, bounds=Bounds(seconds=5)), work=work)
    assert report.failures == Counter(timed_out=1, worker_died=1)
    assert report.doc_types["summary"] == 3


def test_a_file_that_ends_its_group_spares_the_others(tmp_path: Path) -> None:
    """Small files are handed out together; where one of them kills or hangs its process, it alone is the failure."""
    root = tmp_path / "in"
    root.mkdir()
    texts = {f"{i:02d}": "好。" for i in range(48)} | {"07": "slow", "20": "kill", "21": "raise", "22": "fail"}
    for name, text in texts.items():
        (root / f"{name}.txt").write_text(text, encoding="utf-8")
    tasks = [Task(path, path.name) for path in sorted(root.iterdir())]
    assert {len(group) for group in grouped(tasks, 1)} == {6}
    found = list(outcomes(tasks, Options(), bounds=Bounds(seconds=4), work=work))
    assert [outcome.source for outcome in found] == [task.name for task in tasks]
    failed = {outcome.source: outcome.failures[0].kind for outcome in found if outcome.failures}
    assert failed == {"07.txt": "timed_out", "20.txt": "worker_died", "21.txt": "internal", "22.txt": "empty"}


def test_a_group_is_bounded_in_bytes_and_leaves_work_for_all(tmp_path: Path) -> None:
    sizes = [10, 20, TOGETHER, 30, TOGETHER // 2, TOGETHER // 2, 1, 1]
    for i, size in enumerate(sizes * 20):
        (tmp_path / f"{i:03d}.txt").write_bytes(b"a" * size)
    tasks = [Task(path, path.name) for path in sorted(tmp_path.iterdir())] + [Task(tmp_path / "gone", "gone")]
    groups = grouped(tasks, 2)
    assert [task for group in groups for task in group] == tasks
    assert all(len(group) == 1 or sum(task.path.stat().st_size for task in group) <= TOGETHER for group in groups[:-1])
    assert len(groups[-1]) == 1  # what cannot be asked for its size is alone
    assert [len(group) for group in groups[:4]] == [2, 1, 2, 5]
    assert max(map(len, grouped(tasks[:16], 2))) == 1  # few files: enough groups for every worker
    assert grouped([], 2) == []


def test_a_file_that_eats_memory_is_ended_and_the_others_go_on() -> None:
    found = list(each(eat, [(2000,), (2000,)], workers=2, bounds=Bounds(seconds=60, memory=800 << 20)))
    assert [error.code for error in found if isinstance(error, SourceError)] == ["out_of_memory"] * 2
    assert list(each(abs, [(-1,), (2,)], bounds=Bounds(memory=800 << 20))) == [1, 2]


def test_what_a_reader_started_does_not_outlive_it() -> None:
    before = started()
    (found,) = each(leave_behind, [(300,)], bounds=Bounds(seconds=4))
    assert isinstance(found, SourceError)
    assert found.code == "timed_out"
    until = time.monotonic() + 20
    while started() - before and time.monotonic() < until:
        time.sleep(0.2)
    assert not started() - before


def started() -> set[int]:
    """Process ids of the programs that ``leave_behind`` started."""
    found = set()
    for process in psutil.process_iter(["cmdline"]):
        command: list[str] = process.info["cmdline"] or []
        if "time.sleep(300)" in " ".join(command):
            found.add(process.pid)
    return found


def test_an_error_is_a_value_and_keeps_its_place() -> None:
    found: list[Any] = list(each(int, [("1",), ("x",), ("3",)], bounds=Bounds(seconds=60)))
    assert (found[0], found[2]) == (1, 3)
    assert isinstance(found[1], ValueError)


def test_inspect_ends_a_stuck_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "甲.txt"
    path.write_text("清泉小学工会2011年工作总结\n", encoding="utf-8")
    monkeypatch.setenv("GONGHUI_FILE_TIMEOUT_S", "0.01")
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "inspect", str(path), "--lang", "en"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 2
    assert "took too long" in done.stdout
