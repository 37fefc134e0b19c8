"""How fast a run is, and that it lasts: measured and printed, never judged. ``make bench`` and ``make soak``."""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

import pytest

from pipeline.engine import Bounds
from pipeline.run import Job, run
from pipeline.settings import cores

SAMPLES = Path(__file__).resolve().parents[2] / "corpora" / "samples"


def copies(root: Path, times: int) -> int:
    """The samples ``times`` over; the number of bytes."""
    size = 0
    for path in sorted(p for p in SAMPLES.rglob("*") if p.is_file()):
        data = path.read_bytes()
        for i in range(times):
            target = root / f"{i:04d}" / path.relative_to(SAMPLES)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            size += len(data)
    return size


def said(what: str, seconds: float, files: int, size: int) -> None:
    print(f"\n{what}: {files} files, {size / 1e6:.2f} MB in {seconds:.1f} s = {files / seconds:.1f} files/s", file=sys.stderr)


@pytest.mark.parametrize("workers", sorted({1, 2, cores()}))
def test_files_a_second(tmp_path: Path, workers: int) -> None:
    size = copies(tmp_path / "in", 5)
    began = time.perf_counter()
    report = run(Job(input=tmp_path / "in", out=tmp_path / "out", workers=workers))
    said(f"{workers} workers", time.perf_counter() - began, report.files, size)
    assert report.exit_status == 0


@pytest.mark.slow
def test_a_large_folder_with_broken_files_in_it(tmp_path: Path) -> None:
    size = copies(tmp_path / "in", 100)
    dice = random.Random(20111228)
    for i in range(100):
        (tmp_path / "in" / f"坏{i:03d}.txt").write_bytes(dice.randbytes(dice.randrange(5000)))
    began = time.perf_counter()
    report = run(Job(input=tmp_path / "in", out=tmp_path / "out", workers=cores(), bounds=Bounds(seconds=60)))
    said(f"soak, {cores()} workers", time.perf_counter() - began, report.files, size)
    print({"failures": dict(report.failures), "rows": report.rows}, file=sys.stderr)
    assert report.files >= 1500
    assert "worker_died" not in report.failures
