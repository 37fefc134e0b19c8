"""A real Dask cluster on loopback, processes of its own: the same bytes, also where a worker is killed in mid-run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from pipeline.aggregate import duplicates, tabulate
from pipeline.aggregate.duplicates import match
from pipeline.cluster import Cluster
from pipeline.engine import Bounds
from pipeline.errors import CannotRun
from pipeline.run import Job, run
from tests.benchmarks import generated
from tests.handmade import bare, work
from tests.run.test_resume import final

ROOT = Path(__file__).resolve().parents[2]
BOUNDS = Bounds(seconds=10, memory=2 << 30)
pytestmark = pytest.mark.needs_dask


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    from distributed import LocalCluster

    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "in"
    root.mkdir()
    for i in range(40):
        (root / f"{i:02d}.txt").write_text(f"第{i}份总结。\n" * (1 + i % 3), encoding="utf-8")
    for name, text in {"05死": "kill", "06错": "raise", "07慢": "slow", "08败": "fail"}.items():
        (root / f"{name}.txt").write_text(text, encoding="utf-8")
    return root


def test_the_same_bytes_though_a_worker_is_killed(folder: Path, tmp_path: Path, cluster: Any) -> None:
    run(Job(input=folder, out=tmp_path / "local", workers=2, bounds=BOUNDS), work=work)
    killed: list[int] = []

    def kill(done: int, total: int, last: object) -> None:
        if done == 3:
            pids = [process.pid for process in psutil.Process().children(recursive=True) if is_worker(process)]
            assert len(pids) >= 2
            psutil.Process(pids[0]).kill()
            killed.append(pids[0])

    job = Job(input=folder, out=tmp_path / "dask", bounds=BOUNDS, scheduler=cluster.scheduler_address)
    report = run(job, work=work, watch=kill)
    assert killed
    assert dict(report.failures) == {"worker_died": 1, "internal": 1, "timed_out": 1, "empty": 1}
    assert final(tmp_path / "dask") == final(tmp_path / "local")


def test_the_last_pass_runs_there_too(tmp_path: Path, cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Duplicates, passages, units, tables and sums: many small tasks, a worker killed among them, the same bytes."""
    monkeypatch.setattr(duplicates, "RANGE", 12)
    monkeypatch.setattr(tabulate, "PART", 12)
    root = tmp_path / "in"
    root.mkdir()
    for no, (path, text) in enumerate(generated.documents(90)):
        name = "".join(path.parts)
        (root / name).write_text(text, encoding="utf-8")
        if no % 9 == 0:
            (root / f"再{name}").write_text(text.replace("12月", "11月"), encoding="utf-8")
    run(Job(input=root, out=tmp_path / "local", workers=1), work=bare)
    killed: list[int] = []
    spread = Cluster.spread

    def once(self: Cluster, function: Any, tasks: Any) -> Iterator[Any]:
        for nth, result in enumerate(spread(self, function, tasks)):
            if function is match and nth == 1:
                pid = next(p.pid for p in psutil.Process().children(recursive=True) if is_worker(p))
                psutil.Process(pid).kill()
                killed.append(pid)
            yield result

    monkeypatch.setattr(Cluster, "spread", once)
    report = run(Job(input=root, out=tmp_path / "dask", scheduler=cluster.scheduler_address), work=bare)
    assert killed
    assert report.warnings["near_duplicate"] == 10
    assert final(tmp_path / "dask") == final(tmp_path / "local")


def is_worker(process: psutil.Process) -> bool:
    """Whether a process is one of the cluster's own workers: they have pools, and so children."""
    try:
        return "spawn_main" in " ".join(process.cmdline()) and process.ppid() == os.getpid()
    except psutil.Error:
        return False


def test_a_cluster_that_is_not_there(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline import cluster as ours

    monkeypatch.setattr(ours, "SECONDS_TO_CONNECT", 1)
    with pytest.raises(CannotRun, match="cluster_unreachable"):
        run(Job(input=folder, out=tmp_path / "out", scheduler="tcp://127.0.0.1:9"), work=work)
    assert not (tmp_path / "out").exists()


def test_a_worker_with_other_code_is_refused(folder: Path, tmp_path: Path, cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline import state

    monkeypatch.setattr(state, "_versions", lambda: ("python 2.7",))
    with pytest.raises(CannotRun, match="cluster_differs"):
        run(Job(input=folder, out=tmp_path / "out", scheduler=cluster.scheduler_address), work=work)


def test_the_command_needs_an_address(folder: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pipeline.cli",
            "run",
            str(folder),
            "-o",
            str(tmp_path / "out"),
            "--engine",
            "dask",
            "--lang",
            "en",
        ],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    assert "--scheduler" in done.stderr
