"""Two hundred damaged and hostile files through a run: each is a failure with a kind or a result, and the batch goes on."""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from pipeline.engine import Bounds
from pipeline.labels import labels
from pipeline.run import Job, run
from tests.ingest.hostile import SECRET, Case, every, some

FAULTS = {"internal", "worker_died", "ungrounded", "timed_out", "out_of_memory"}  # kinds that would tell of a fault of ours
OF_FORMATS = Bounds(seconds=120, memory=3 << 30)


def judged(cases: list[Case], folder: Path) -> dict[str, Counter[str]]:
    """What became of each format's files, every promise about them kept."""
    root, out = folder / "in", folder / "out"
    root.mkdir()
    for case in cases:
        (root / case.name).write_bytes(case.data)
    (root / "好.txt").write_text("清泉小学工会2011年工作总结\n一、抓学习\n3月8日组织教师46人学习。\n", encoding="utf-8")
    before = {path.name for path in folder.iterdir()}
    run(Job(input=root, out=out, workers=2, bounds=OF_FORMATS))
    assert {path.name for path in folder.iterdir()} == before | {"out"}, "nothing is left beside OUT"

    failures: dict[str, list[str]] = defaultdict(list)
    for line in (out / "failures.jsonl").read_text("utf-8").splitlines():
        failure = json.loads(line)
        assert ("failure", failure["kind"]) in labels(), failure
        failures[failure["source"]].append(failure["kind"])
    faults = {source: kinds for source, kinds in failures.items() if FAULTS & set(kinds)}
    assert not faults
    sources = map(json.loads, (out / "sources.jsonl").read_text("utf-8").splitlines())
    read = {source["source"]: source["documents"] for source in sources}
    assert read["好.txt"] == 1
    for path in out.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path
    told: dict[str, Counter[str]] = defaultdict(Counter)
    for case in cases:
        sources = [source for source in read if source == case.name or source.startswith(case.name + "!/")]
        assert sources, f"{case.name} was passed over in silence"
        for source in sources:
            assert ".." not in source.split("/")
            assert read[source] or failures[source], f"{source} came to nothing, and nobody said so"
            told[case.name.rpartition(".")[2]].update(failures[source] or ["read"])
    return told


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "机密.txt"
    path.write_text(SECRET, encoding="utf-8")
    return path


def test_forty_hostile_files(tmp_path: Path, secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")  # without LibreOffice, which takes seconds a file
    cases = some(secret, 40)
    assert len(cases) == 40
    judged(cases, tmp_path)


@pytest.mark.soak
def test_all_hostile_files(tmp_path: Path, secret: Path) -> None:
    cases = every(secret)
    assert len(cases) >= 200
    for suffix, kinds in sorted(judged(cases, tmp_path).items()):
        print(f"{suffix:>5} {dict(kinds.most_common())}", file=sys.stderr)
