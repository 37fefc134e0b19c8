"""``gonghui train``: every model from prepared gold, each in a folder of its own below ``models/``.

The same prepared gold and the same settings give the same bytes, in one process or two: the order of the documents is
that of the file, the renaming of people and places is seeded, and the numerical libraries run in one thread a process.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.learn import classifiers, taggers
from pipeline.learn.examples import Example, read_prepared
from pipeline.settings import one_thread_a_process, settings

CRF = ("names", "events", "awards")
MODELS = {name: f"{name}/weights.npz" for name in (*CRF, *classifiers.TASKS)}
WORKERS = 2  # the model of names takes as long as all others together


def crf_params() -> dict[str, Any]:
    """What CRFsuite is told."""
    found = settings()
    return {
        "c1": found.crf_c1,
        "c2": found.crf_c2,
        "max_iterations": found.crf_iterations,
        "feature.possible_transitions": True,
    }


def train(gold: Sequence[Example], models: Path, only: Iterable[str] = ()) -> dict[str, Any]:
    """Train every model (or those named in ``only``) on the documents and write them below ``models``."""
    wanted = set(only)
    made: dict[str, Any] = {}
    for name, file in MODELS.items():
        if wanted and name not in wanted:
            continue
        if name in CRF:
            taggers.train(name, list(gold), models / file, crf_params(), settings().name_copies)
            made[name] = {"bytes": (models / file).stat().st_size}
        else:
            made[name] = classifiers.train(name, list(gold), models / file)
    return made


def train_from(prepared: Path, models: Path, only: Iterable[str] = ()) -> dict[str, Any]:
    """Train on a file of prepared gold, in two processes where all models are wanted; the old ones stay until all are there.

    Raises:
        CannotRun: the file is not what ``gonghui prepare`` writes.
    """
    wanted = tuple(only) or tuple(MODELS)
    shares = [share for share in (("names",), tuple(name for name in wanted if name != "names")) if set(share) & set(wanted)]
    models.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".", suffix=".partial", dir=models) as folder:
        made = _shared_out(prepared, Path(folder), shares)
        for name in made:
            (models / name).mkdir(exist_ok=True)
            (Path(folder) / MODELS[name]).replace(models / MODELS[name])
    return {name: made[name] for name in MODELS if name in made}


def _shared_out(prepared: Path, models: Path, shares: Sequence[tuple[str, ...]]) -> dict[str, Any]:
    if len(shares) == 1:
        return _share(prepared, models, shares[0])
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    made: dict[str, Any] = {}
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        for one in [pool.submit(_share, prepared, models, share) for share in shares]:
            made |= one.result()
    return made


def _share(prepared: Path, models: Path, only: Iterable[str]) -> dict[str, Any]:
    one_thread_a_process()
    return train(list(read_prepared(prepared)), models, only)
