"""Killed anywhere, a run goes on where it was; more files cost themselves; another rubric scores without extracting again."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline import output
from pipeline.errors import CannotRun
from pipeline.flow import Options, Outcome, Task
from pipeline.run import Job, run
from pipeline.state import State, state_of
from tests.handmade import work

ROOT = Path(__file__).resolve().parents[2]
GOOD = "清泉小学工会2011年工作总结\n一、抓学习\n3月8日组织教师46人学习《工会法》。\n清泉小学工会\n2011年12月30日\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "in"
    root.mkdir()
    for i in range(12):
        (root / f"{i:02d}.txt").write_text(f"第{i}份总结。\n" * (1 + i % 3), encoding="utf-8")
    (root / "坏.txt").write_text("fail", encoding="utf-8")
    return root


def final(out: Path) -> dict[str, bytes]:
    """All that a run has written, but what it keeps for the next and how long it took."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and output.HOME not in path.parts and path.name != output.TIMES
    }


def visible(out: Path) -> None:
    """What a person may open while nobody is at work: whole files alone."""
    for path in out.rglob("*.jsonl"):
        text = path.read_text(encoding="utf-8")
        assert text == "" or text.endswith("\n"), path
        assert all(json.loads(line) for line in text.splitlines()), path
    for path in out.rglob("*.parquet"):
        assert path.read_bytes().endswith(b"PAR1"), path
    if (out / output.MANIFEST).exists():
        assert json.loads((out / output.MANIFEST).read_text("utf-8"))["made_by"] == "gonghui"


def killed(source: Path, out: Path, step: int, workers: int = 1) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.run.killed", str(source), str(out), str(step), str(workers)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)


def survives(folder: Path, tmp_path: Path, kills: int) -> None:
    """Kill a new run and a second one at seeded steps, each time see what is there, and let it end in between."""
    whole = tmp_path / "whole"
    steps = int(killed(folder, whole, 0).stdout)
    assert steps > 50
    wanted = final(whole)
    dice = random.Random(f"kill {kills}")
    out = tmp_path / "out"
    for kill in range(kills):
        done = killed(folder, out, dice.randrange(1, steps + 1))
        assert done.returncode in (0, 137), done.stderr
        visible(out)
        if kill % 5 == 4:
            assert killed(folder, out, 0).returncode == 0
            assert final(out) == wanted
    assert killed(folder, out, 0).returncode == 0
    assert final(out) == wanted
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out", "whole"]


def test_ten_kills(folder: Path, tmp_path: Path) -> None:
    survives(folder, tmp_path, 10)


@pytest.mark.soak
def test_fifty_kills(folder: Path, tmp_path: Path) -> None:
    survives(folder, tmp_path, 50)


@pytest.mark.soak
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on Windows")
def test_real_kills_of_real_runs(tmp_path: Path) -> None:
    """``kill -9`` of the command itself with two workers, at seeded moments."""
    samples, out, whole = ROOT / "corpora" / "samples", tmp_path / "out", tmp_path / "whole"
    command = [sys.executable, "-m", "pipeline.cli", "run", str(samples), "--workers", "2", "-o"]
    began = time.monotonic()
    assert subprocess.run([*command, str(whole)], cwd=ROOT, capture_output=True, check=False).returncode in (0, 2)
    seconds = time.monotonic() - began
    dice = random.Random(9)
    for _ in range(8):
        process = subprocess.Popen([*command, str(out)], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(dice.uniform(0.2, seconds))
        process.send_signal(signal.SIGKILL)
        process.wait()
        visible(out)
    assert subprocess.run([*command, str(out)], cwd=ROOT, capture_output=True, check=False).returncode in (0, 2)
    assert final(out) == final(whole)


def counting(seen: list[str]) -> object:
    def counted(task: Task, options: Options) -> Outcome:
        seen.append(task.name)
        return work(task, options)

    return counted


def test_new_and_changed_files_cost_themselves_alone(folder: Path, tmp_path: Path) -> None:
    seen: list[str] = []
    run(Job(input=folder, out=tmp_path / "out"), work=counting(seen))  # type: ignore[arg-type]
    assert len(seen) == 13
    for i in range(3):
        (folder / f"新{i}.txt").write_text("新的总结。\n", encoding="utf-8")
    (folder / "05.txt").write_text("改过的总结。\n", encoding="utf-8")
    (folder / "07.txt").unlink()
    (folder / "08.txt").rename(folder / "88.txt")
    seen.clear()
    run(Job(input=folder, out=tmp_path / "out"), work=counting(seen))  # type: ignore[arg-type]
    assert sorted(seen) == ["05.txt", "88.txt", "坏.txt", "新0.txt", "新1.txt", "新2.txt"], "what failed is tried again"
    run(Job(input=folder, out=tmp_path / "new"), work=work)
    assert final(tmp_path / "out") == final(tmp_path / "new")
    entries = [path for path in (tmp_path / "out" / output.HOME / "state").rglob("*") if path.is_file()]
    assert len(entries) == 14, "what no file of the folder needs is forgotten"


def test_an_interrupted_run_goes_on(folder: Path, tmp_path: Path) -> None:
    def stop(done: int, total: int, last: Outcome) -> None:
        if done == 7:
            raise KeyboardInterrupt

    seen: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        run(Job(input=folder, out=tmp_path / "out"), work=counting(seen), watch=stop)  # type: ignore[arg-type]
    assert len(seen) == 7
    run(Job(input=folder, out=tmp_path / "out"), work=counting(seen))  # type: ignore[arg-type]
    assert len(seen) == 13


def test_another_rubric_scores_without_extracting_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pipeline.extract

    root = tmp_path / "in"
    root.mkdir()
    for i in range(3):
        (root / f"{i}.txt").write_text(GOOD.replace("46", str(40 + i)), encoding="utf-8")
    run(Job(input=root, out=tmp_path / "out"))
    new = Job(input=root, out=tmp_path / "new", options=Options(rubric="enterprise"))
    run(new)
    real, calls = pipeline.extract.extract, 0

    def counted(*args: object) -> object:
        nonlocal calls
        calls += 1
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline.extract, "extract", counted)
    run(Job(input=root, out=tmp_path / "out", options=Options(rubric="enterprise")))
    assert calls == 0
    assert final(tmp_path / "out") == final(tmp_path / "new")
    run(Job(input=root, out=tmp_path / "out", options=Options(rubric="enterprise")))
    assert calls == 0
    assert final(tmp_path / "out") == final(tmp_path / "new")


def test_a_torn_or_foreign_entry_is_made_again(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(Job(input=folder, out=out), work=work)
    wanted = final(out)
    entries = sorted(path for path in (out / output.HOME / "state").rglob("*") if path.is_file())
    entries[0].write_bytes(entries[0].read_bytes()[:-7])
    entries[1].write_bytes(b"")
    entries[2].write_bytes(entries[3].read_bytes()[:99] + b"x" + entries[3].read_bytes()[100:])
    seen: list[str] = []
    run(Job(input=folder, out=out), work=counting(seen))  # type: ignore[arg-type]
    assert len(seen) == 4  # and the one that failed
    assert final(out) == wanted


def test_what_makes_a_record_makes_its_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def seen(options: Options) -> tuple[str, str]:
        state: State = state_of(tmp_path, options)
        return state.reading, state.scoring

    first = seen(Options())
    rubric = tmp_path / "own.yaml"
    rubric.write_text("a", encoding="utf-8")
    with_rubric = seen(Options(rubric=str(rubric)))
    assert (with_rubric[0], with_rubric[1] != first[1]) == (first[0], True)
    rubric.write_text("b", encoding="utf-8")
    assert seen(Options(rubric=str(rubric)))[1] != with_rubric[1]
    limits = Options().limits.model_copy(update={"max_pages": 3})
    assert seen(Options(limits=limits))[0] != first[0]
    models = tmp_path / "models"
    models.mkdir()
    (models / "a").write_text("x", encoding="utf-8")
    monkeypatch.setenv("GONGHUI_MODELS", str(models))
    assert seen(Options())[0] != first[0]


def test_two_runs_on_one_folder_exclude_each_other(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with output.locked(out):
        code = "import sys; from pathlib import Path; from pipeline.run import Job, run; from tests.handmade import work; "
        code += "run(Job(input=Path(sys.argv[1]), out=Path(sys.argv[2])), work=work)"
        done = subprocess.run(
            [sys.executable, "-c", code, str(folder), str(out)], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
        )
        assert "output_busy" in done.stderr
        with pytest.raises(CannotRun, match="output_busy"):
            run(Job(input=folder, out=out), work=work)
    assert run(Job(input=folder, out=out), work=work).files == 13


def test_an_out_that_is_removed_meanwhile_is_made_again(folder: Path, tmp_path: Path) -> None:
    import shutil

    out = tmp_path / "out"

    def remove(done: int, total: int, last: Outcome) -> None:
        if done == 7:
            shutil.rmtree(out, ignore_errors=os.name == "nt")

    run(Job(input=folder, out=out), work=work, watch=remove)
    run(Job(input=folder, out=tmp_path / "new"), work=work)
    assert final(out) == final(tmp_path / "new")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_ctrl_c_stops_and_the_next_run_goes_on(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    samples, out = tmp_path_factory.mktemp("samples"), tmp_path / "out"
    for copy in "1234":  # enough that the run is not over when the signal comes
        shutil.copytree(ROOT / "corpora" / "samples", samples / copy)
    command = [sys.executable, "-m", "pipeline.cli", "run", str(samples), "-o", str(out), "--workers", "2", "--lang", "en"]
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's & has it ignored, here and in what is started here
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    state = out / output.HOME / "state"
    until = time.monotonic() + 120
    while not any(state.rglob("*")) and process.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1, said
    assert "goes on where it stopped" in said
    assert "Traceback" not in said
    assert {path.name for path in out.iterdir()} == {output.HOME}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    report = run(Job(input=samples, out=out, log=tmp_path / "log"))
    finished = json.loads((tmp_path / "log").read_text(encoding="utf-8").splitlines()[-1])
    assert 0 < finished["recalled"] < report.files
