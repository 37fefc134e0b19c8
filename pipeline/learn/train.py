"""``gonghui train``: every model from prepared gold, each in a folder of its own below ``models/``.

The same prepared gold and the same settings give the same bytes, in one process or two: the order of the documents is
that of the file, the renaming of people and places is seeded, and the numerical libraries run in one thread a process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias, TypeVar

from pipeline.extract.calibration import FILE, KINDS
from pipeline.learn import calibration, classifiers, taggers
from pipeline.learn.examples import Example, read_prepared
from pipeline.settings import models_at, one_thread_a_process, settings

CRF = ("names", "events", "awards")
OUTLINE = "outline"  # what the others learn depends on the sections that it finds
MODELS = {name: f"{name}/weights.npz" for name in dict.fromkeys((OUTLINE, *CRF, *classifiers.TASKS))}
CALIBRATIONS = [f"{name}/{FILE}" for name in KINDS]
COPIES_OF_A_FOLD = 2  # renamed copies of each document, where a model of names only tells what claims are worth
WORKERS = 2  # the model of names takes as long as all others together

Job: TypeAlias = tuple[Path, Path, tuple[str, ...], int | None]
T = TypeVar("T")


def crf_params() -> dict[str, Any]:
    """What CRFsuite is told."""
    found = settings()
    return {
        "c1": found.crf_c1,
        "c2": found.crf_c2,
        "max_iterations": found.crf_iterations,
        "feature.possible_transitions": True,
    }


def train(gold: Sequence[Example], models: Path, only: Iterable[str] = (), copies: int | None = None) -> dict[str, Any]:
    """Train every model (or those named in ``only``) on the documents and write them below ``models``.

    Where the outline's model is there, trained now or before, the others see the sections that it finds. A document of which
    only some kinds are annotated teaches the models of these kinds alone.
    """
    wanted = set(only) or set(MODELS)
    whole = [example for example in gold if example.kinds is None]
    made: dict[str, Any] = {}

    def teaching(name: str) -> list[Example]:
        kinds = set(taggers.KINDS[name]) if name in CRF else {classifiers.TASKS[name].kind}
        return [example for example in gold if example.kinds is None or kinds <= set(example.kinds)]

    if OUTLINE in wanted:
        made[OUTLINE] = classifiers.train(OUTLINE, whole, models / MODELS[OUTLINE])
    with models_at(models) if (models / MODELS[OUTLINE]).is_file() else nullcontext():
        for name in (name for name in MODELS if name in wanted - {OUTLINE}):
            path = models / MODELS[name]
            if name in CRF:
                renamed = settings().name_copies if copies is None else copies
                taggers.train(name, teaching(name), path, crf_params(), renamed)
                made[name] = {"bytes": path.stat().st_size}
            else:
                made[name] = classifiers.train(name, teaching(name), path)
    return made


def train_from(prepared: Path, models: Path, only: Iterable[str] = (), *, calibrate: bool = True) -> dict[str, Any]:
    """Train on a file of prepared gold, in two processes where all models are wanted; the old ones stay until all are there.

    Where all are wanted they are calibrated too: models that learnt from two thirds of the author groups read the last one.

    Raises:
        CannotRun: the file is not what ``gonghui prepare`` writes.
    """
    wanted = tuple(only) or tuple(MODELS)
    rest = tuple(name for name in wanted if name not in (OUTLINE, "names"))
    shares = [share for share in (("names",), rest) if set(share) & set(wanted)]
    folds = range(_folds(prepared) if calibrate and not tuple(only) else 0)
    models.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".", suffix=".partial", dir=models) as folder:
        home = Path(folder)
        made: dict[str, Any] = {}
        places: list[tuple[Path, int | None]] = [(home, None), *((home / f"fold{fold}", fold) for fold in folds)]
        first: list[Job] = [(prepared, place, (OUTLINE,), fold) for place, fold in places if OUTLINE in wanted]
        then: list[Job] = [(prepared, place, share, fold) for place, fold in places for share in shares]
        for jobs in (first, then):
            for (_, _, _, fold), one in zip(jobs, _shared_out(_share, jobs), strict=True):
                made |= one if fold is None else {}
        new = [MODELS[name] for name in made]
        if calibrate and not tuple(only):
            claims: dict[str, list[calibration.Claim]] = {}
            for one in _shared_out(_claims, [(prepared, home / f"fold{fold}", fold) for fold in folds]):
                for kind, found in one.items():
                    claims.setdefault(kind, []).extend(found)
            calibration.write(claims, home)
            new += CALIBRATIONS
        for file in new:
            (models / file).parent.mkdir(exist_ok=True)
            (home / file).replace(models / file)
    return {name: made[name] for name in MODELS if name in made}


def _folds(prepared: Path) -> int:
    """How many folds the author groups make; none of a single group."""
    groups = len({example.group for example in read_prepared(prepared) if example.kinds is None})
    return min(groups, calibration.FOLDS) if groups > 1 else 0


def _shared_out(work: Callable[..., T], jobs: Sequence[tuple[Any, ...]]) -> list[T]:
    """What each job came to, in two processes where there are several."""
    if len(jobs) <= 1:
        return [work(*job) for job in jobs]
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        return [one.result() for one in [pool.submit(work, *job) for job in jobs]]


def _share(prepared: Path, models: Path, only: Iterable[str], fold: int | None) -> dict[str, Any]:
    """Train some models on all documents, or on those outside a fold; the latter only tell what claims are worth."""
    one_thread_a_process()
    examples = list(read_prepared(prepared))
    if fold is None:
        return train(examples, models, only)
    of = calibration.fold_of(example.group for example in examples)
    rest = [example for example in examples if of[example.group] != fold]
    return train(rest, models, only, min(settings().name_copies, COPIES_OF_A_FOLD))


def _claims(prepared: Path, models: Path, fold: int) -> dict[str, list[calibration.Claim]]:
    """What the models of a fold claim of its documents."""
    one_thread_a_process()
    examples = list(read_prepared(prepared))
    of = calibration.fold_of(example.group for example in examples)
    unseen = [example for example in examples if of[example.group] == fold and example.kinds is None]
    return calibration.claims_of(unseen, models)
