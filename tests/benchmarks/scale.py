"""What a large run costs, measured on small ones: ``make scale`` and ``docs/scale.md``.

``measure`` runs generated documents and notes processor seconds by step (of this process and of its workers: a busy machine
changes them little), peak memory and bytes; ``predict`` fits lines through what was measured and says what other sizes cost.

    python -m tests.benchmarks.scale measure 1000 2000 4000
    python -m tests.benchmarks.scale predict 200000 3000000
"""

from __future__ import annotations

import argparse
import importlib
import json
import resource
import shutil
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import psutil

from pipeline.aggregate.workbook import Workbook
from pipeline.settings import settings
from tests.benchmarks import generated

NOTES = Path(__file__).resolve().parents[2] / "work" / "scale.json"
STEPS = ("listed", "settle_units", "complete_all", "compare", "_tables", "_report", "put_in_place")
TASKS = 4  # that each step of a small run is cut into, so that workers have a part in it as in a large one
CORES = 100
PAIRS = ("complete_all",)  # pairs that have much in common grow faster than documents, until their bands are full (docs/scale.md)
A_DOCUMENT = 1_600  # bytes that the head process keeps of a document that the report does not show (docs/scale.md)


def processor_seconds() -> tuple[float, float]:
    """Of this process, and of all that it has started."""
    mine, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    others = ended.ru_utime + ended.ru_stime
    for child in psutil.Process().children(recursive=True):
        try:
            times = child.cpu_times()
            others += times.user + times.system
        except psutil.Error:
            continue
    return mine.ru_utime + mine.ru_stime, others


class Watch:
    """Looks at memory and scratch files now and then; a context."""

    def __init__(self, out: Path) -> None:
        self.peak: defaultdict[str, int] = defaultdict(int)
        self._out = out
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        me, looks = psutil.Process(), 0
        while not self._done.wait(0.25):
            looks += 1
            self.peak["parent"] = max(self.peak["parent"], me.memory_info().rss)
            for child in me.children(recursive=True):
                try:
                    self.peak["worker"] = max(self.peak["worker"], child.memory_info().rss)
                except psutil.Error:
                    continue
            if looks % 8 == 0:
                self.peak["scratch"] = max(
                    self.peak["scratch"], size_of(self._out.parent.glob(f".{self._out.name}.*/.scratch.*"))
                )


def size_of(places: Iterator[Path]) -> int:
    """Bytes of files and of folders with all that is in them."""
    total = 0
    for place in places:
        for path in [place] if place.is_file() else place.rglob("*"):
            try:
                total += path.stat().st_size if path.is_file() else 0
            except OSError:
                continue
    return total


@contextmanager
def clocked(spent: defaultdict[str, list[float]]) -> Iterator[None]:
    """Note the processor seconds of the steps of a run: this process's, its workers'. A step within a step is none of its."""
    run, inner = importlib.import_module("pipeline.run"), [[0.0, 0.0]]

    def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            before = processor_seconds()
            inner.append([0.0, 0.0])
            try:
                return function(*args, **kwargs)
            finally:
                of_others = inner.pop()
                for i, (a, b) in enumerate(zip(before, processor_seconds(), strict=True)):
                    spent[name][i] += b - a - of_others[i]
                    inner[-1][i] += b - a

        return wrapped

    with ExitStack() as stack:
        for name in STEPS:
            home = run.output if name == "put_in_place" else run
            stack.enter_context(patch.object(home, name, timed(name, getattr(home, name))))
        for name in ("add", "__exit__"):
            stack.enter_context(patch.object(Workbook, name, timed("workbook", getattr(Workbook, name))))
        yield


def measured(count: int, folder: Path, workers: int = 2) -> dict[str, Any]:
    """A run of ``count`` generated documents: what it cost."""
    from pipeline.run import Job, run

    characters = generated.write(folder / "in", count)
    share = max(count // TASKS, 25)
    with ExitStack() as stack:
        for module, name in (("duplicates", "RANGE"), ("tabulate", "PART")):
            home = importlib.import_module(f"pipeline.aggregate.{module}")
            stack.enter_context(patch.object(home, name, min(getattr(home, name), share)))
        return noted(Job(input=folder / "in", out=folder / "out", workers=workers), run, count, characters)


def noted(job: Any, run: Callable[..., Any], count: int, characters: int) -> dict[str, Any]:
    """What a run cost."""
    spent: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    before = processor_seconds()
    with Watch(job.out) as watch, clocked(spent):
        report = run(job)
    after = processor_seconds()
    book = job.out / "tables" / "workbook.xlsx"
    parts = {path.name: size_of(iter([path])) for path in sorted(job.out.iterdir())} | {book.name: book.stat().st_size}
    parts["tables"] -= parts[book.name]
    steps = {name: [round(seconds, 2) for seconds in both] for name, both in spent.items()}
    others = [sum(both[i] for both in spent.values()) for i in (0, 1)]
    steps["read"] = [round(b - a - rest, 2) for a, b, rest in zip(before, after, others, strict=True)]
    return {
        "documents": count,
        "characters": characters,
        "duplicates": report.warnings["near_duplicate"],
        "steps": steps,
        "peak": dict(watch.peak),
        "bytes": parts,
        "rows": report.rows,
    }


def line(sizes: list[int], values: list[float]) -> tuple[float, float]:
    """Start and slope of the line through what was measured, neither below nought, the sizes weighing alike."""
    x, y = np.array(sizes, dtype=float), np.array(values, dtype=float)
    if len(x) == 1:
        return 0.0, float(y[0] / x[0])
    slope, start = np.polyfit(x, y, 1, w=1 / x)
    if start < 0 or slope < 0:
        return (0.0, float(np.mean(y / x))) if start < 0 else (float(np.mean(y)), 0.0)
    return float(start), float(slope)


def grown(sizes: list[int], values: list[float], size: float) -> float:
    """What grows with a power of the documents, at a larger size: by the power with which it grew last, two at most."""
    power = float(np.log(values[-1] / values[-2]) / np.log(sizes[-1] / sizes[-2]))
    return values[-1] * (size / sizes[-1]) ** min(max(power, 1.0), 2.0)


def equivalent(note: dict[str, Any], name: str, count: int) -> float:
    """How many documents count for a step or a part of OUT: report and workbook take no more than the settings say."""
    given = settings()
    if name in ("_report", "report"):
        return min(count, given.report_documents)
    if name in ("workbook", "workbook.xlsx"):
        each = [rows / note["documents"] for rows in note["rows"].values()]
        return sum(min(count * rows, given.workbook_rows) for rows in each) / sum(each)
    return count


def predicted(notes: list[dict[str, Any]], count: int) -> dict[str, Any]:
    """What a run of ``count`` documents costs, by the lines through ``notes``."""
    sizes = [note["documents"] for note in notes]

    def at(values: list[float], size: float = count) -> float:
        start, slope = line(sizes, values)
        return start + slope * size

    steps = {}
    for name in notes[-1]["steps"]:
        size = equivalent(notes[-1], name, count)
        for_each = [[note["steps"][name][i] for note in notes] for i in (0, 1)]
        fast = name in PAIRS and len(notes) > 1 and count > sizes[-1]
        steps[name] = [grown(sizes, v, size) if fast and min(v[-2:]) > 0 else at(v, size) for v in for_each]
    parts = {}
    for name in sorted({name for note in notes for name in note["bytes"]}):
        size = equivalent(notes[-1], name, count)
        parts[name] = at([note["bytes"].get(name, 0) for note in notes], size)
    held = [note["peak"]["parent"] for note in notes]
    peak = {
        "parent": at(held, equivalent(notes[-1], "report", count)) + A_DOCUMENT * count,
        "worker": max(note["peak"].get("worker", 0) for note in notes),  # holds a task, whatever the documents
        "scratch": at([note["peak"].get("scratch", 0) for note in notes]),
    }
    return {"documents": count, "steps": steps, "peak": peak, "bytes": parts}


def told(found: dict[str, Any], cores: int = CORES) -> Iterator[str]:
    """A prediction, or a measurement, in lines."""
    yield f"{found['documents']:,} documents"
    alone = spread = 0.0
    for name, (mine, others) in found["steps"].items():
        yield f"  {name:<14} {mine:>12,.1f} s here {others:>12,.1f} s by workers"
        alone, spread = alone + mine, spread + others
    minutes = (alone + spread / cores) / 60
    yield f"  all            {alone + spread:>12,.1f} processor seconds; on {cores} cores {minutes:,.1f} min"
    for name, size in found["peak"].items():
        yield f"  peak {name:<9} {size / 1e6:>12,.0f} MB"
    yield f"  OUT            {sum(found['bytes'].values()) / 1e6:>12,.0f} MB: " + ", ".join(
        f"{name} {size / 1e6:,.1f}" for name, size in found["bytes"].items() if size > 1e5
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("measure", "predict"))
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--notes", type=Path, default=NOTES)
    given = parser.parse_args()
    notes: list[dict[str, Any]] = json.loads(given.notes.read_text("utf-8")) if given.notes.is_file() else []
    for count in given.sizes:
        if given.what == "predict":
            smaller = [note for note in notes if note["documents"] < count]
            print("\n".join(told(predicted(smaller, count))))
            continue
        folder = Path(tempfile.mkdtemp(prefix=f"scale-{count}-"))
        try:
            note = measured(count, folder, given.workers)
        finally:
            shutil.rmtree(folder)
        notes = sorted([*(old for old in notes if old["documents"] != count), note], key=lambda n: n["documents"])
        given.notes.parent.mkdir(exist_ok=True)
        given.notes.write_text(json.dumps(notes, indent=1) + "\n", encoding="utf-8")
        print("\n".join(told(note)), file=sys.stdout, flush=True)


if __name__ == "__main__":
    main()
