"""``gonghui train``: every model from the gold corpus, each in a folder of its own below ``models/``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline.extract.tagger import weights_of
from pipeline.learn import classifiers, taggers
from pipeline.learn.examples import Example, Split, examples

CRF = {
    "names": {"c1": 0.05, "c2": 0.05, "max_iterations": 110, "feature.possible_transitions": True},
    "events": {"c1": 0.05, "c2": 0.05, "max_iterations": 110, "feature.possible_transitions": True},
    "awards": {"c1": 0.05, "c2": 0.05, "max_iterations": 110, "feature.possible_transitions": True},
}
NAME_COPIES = 4


def train(corpus: Path, models: Path, splits: tuple[Split, ...] = ("train", "dev"), only: Iterable[str] = ()) -> dict[str, Any]:
    """Train every model (or those named in ``only``) on the documents of ``splits`` and write them below ``models``."""
    wanted = set(only)
    gold: list[Example] = list(examples(corpus, splits))
    made: dict[str, Any] = {"documents": len(gold), "characters": sum(len(e.reading.clean) for e in gold)}
    for name, params in CRF.items():
        if not wanted or name in wanted:
            taggers.train(name, gold, path := weights_of(models, name), params, NAME_COPIES)
            made[name] = {"bytes": path.stat().st_size}
    for task in classifiers.TASKS:
        if not wanted or task in wanted:
            made[task] = classifiers.train(task, gold, models / task / "weights.json.gz")
    return made
