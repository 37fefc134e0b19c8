"""What is evaluated: gold by source, and what the real pipeline makes of each source with given models."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from pipeline.aggregate.duplicates import Collection, Overlap
from pipeline.engine import outcomes
from pipeline.errors import CannotRun
from pipeline.extract.calibration import KINDS
from pipeline.flow import Options, Outcome, Task
from pipeline.learn import braces
from pipeline.learn.calibration import Claim, claimed
from pipeline.learn.check import HELD_OUT, text_path
from pipeline.learn.examples import Split, prepared, split_of, write_prepared
from pipeline.learn.gold import GoldError, resolve
from pipeline.learn.scoring import Sheet, judged, score_source
from pipeline.learn.train import crf_params, train_from
from pipeline.records import Failure, Record
from pipeline.resources import table
from pipeline.settings import PACKAGE, models_at, settings

WORKERS = 2
KEPT = 8  # sets of trained models in the cache
# what a trained model depends on: the rooms that read a document, their data, and the training itself
TRAINED_BY = (
    "records.py", "products.py", "spans.py", "papers.py", "surnames.py", "ingest", "segment", "extract", "aggregate/levels.py",
    "resources/lexicons", "resources/rules", "linear.py", "lookup.py", "learn/examples.py", "learn/braces.py", "learn/gold.py",
    "learn/goldrecord.py", "learn/made_names.py", "learn/renaming.py", "learn/taggers.py", "learn/classifiers.py",
    "learn/calibration.py", "learn/matching.py", "learn/train.py", "learn/unnumbering.py",
)  # fmt: skip


class Case(NamedTuple):
    """One source: its raw text on disk, the name it goes by, and all that gold says of it."""

    path: Path
    name: str
    gold: dict[str, Any]  # resolved, without defaults
    genre: str
    phenomena: tuple[str, ...]


class Run(NamedTuple):
    """The score of a run: a sheet a document, and what did not come through."""

    sheets: list[Sheet]
    failures: list[Failure]
    texts: dict[str, str]  # raw, by source
    claims: Mapping[str, list[Claim]] = MappingProxyType(
        {}
    )  # confidence of every finding that bears one, and whether it is right, by kind


def gold_files(root: Path, splits: Iterable[Split]) -> list[Path]:
    """The annotations below ``root`` that are in ``splits``; held-out files are not even opened unless they are asked for."""
    wanted = set(splits)
    found = []
    for path in sorted(root.rglob("*.json")):
        if path.parent.name == HELD_OUT:
            if HELD_OUT in wanted:
                found.append(path)
        elif split_of(json.loads(path.read_text(encoding="utf-8")).get("author_group", ""), path.parent.name) in wanted:
            found.append(path)
    return found


def files_to_learn_from(root: Path, splits: Iterable[Split]) -> list[Path]:
    """The gold files in ``splits``, and with those of train the texts beside ``root`` of which only some kinds are annotated."""
    folders = braces.FOLDERS if "train" in set(splits) else ()
    return [*gold_files(root, splits), *(path for name in folders for path in sorted((root.parent / name).glob("*.txt")))]


def cases(files: Iterable[Path], texts: Path | None = None) -> list[Case]:
    """The sources of gold files; texts lie beside them, or below ``texts`` under the name that gold gives.

    Several files may annotate parts of one source.

    Raises:
        CannotRun: a gold file does not resolve.
    """
    found: dict[str, Case] = {}
    for path in files:
        try:
            gold = json.loads(path.read_text(encoding="utf-8"))
            name = gold["source"] if texts else text_path(path, gold).name
            text = texts / name if texts else text_path(path, gold)
            part = resolve(gold, text.read_bytes().decode("utf-8-sig"), fill=False)
        except (OSError, ValueError, KeyError, GoldError) as error:
            reason = type(error).__name__ if path.parent.name == HELD_OUT else str(error)
            raise CannotRun("gold_unreadable", path=str(path), reason=reason) from None
        whole = found.setdefault(
            name, Case(text, name, {"documents": [], "noise": []}, gold.get("genre", ""), tuple(gold.get("phenomena", ())))
        )
        whole.gold["documents"] += part["documents"]
        whole.gold["noise"] += part["noise"]
    return list(found.values())


def run(wanted: Sequence[Case], models: Path, workers: int = WORKERS) -> Run:
    """Read every source with the real pipeline and score it."""
    sheets: list[Sheet] = []
    failures: list[Failure] = []
    texts: dict[str, str] = {}
    claims: dict[str, list[Claim]] = {kind: [] for kinds in KINDS.values() for kind in kinds}
    tasks = [Task(case.path, case.name) for case in wanted]
    with models_at(models):
        done = list(outcomes(tasks, Options(), workers=workers))
    overlaps = _overlaps(done)
    for case, outcome in zip(wanted, done, strict=True):
        failures += outcome.failures
        texts[case.name] = outcome.text or ""
        records = [_completed(record, overlaps) for record in outcome.records]
        for kind, found in claims.items():
            found += claimed(kind, *judged(case.gold, records, kind))
        for sheet in score_source(case.name, case.gold, records):
            sheet.genre, sheet.phenomena = genre_group(case.genre), case.phenomena
            sheets.append(sheet)
    return Run(sheets, failures, texts, claims)


def _overlaps(done: Iterable[Outcome]) -> dict[str, Overlap]:
    """The last pass of a run, over the sources that were read."""
    with Collection() as collection:
        for outcome in sorted(done, key=lambda o: o.source):
            for sketch in outcome.sketches:
                collection.add(sketch)
        return collection.overlaps()


def _completed(line: str, overlaps: Mapping[str, Overlap]) -> dict[str, Any]:
    record = Record.model_validate_json(line)
    overlap = overlaps.get(record.doc_id)
    found: dict[str, Any] = json.loads((overlap.completed(record) if overlap else record).model_dump_json())
    return found


@cache
def _genres() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((group, re.compile(pattern, re.IGNORECASE)) for group, pattern in table("genres.tsv", 2))


def genre_group(genre: str) -> str:
    """The group of a file's free-text genre."""
    return next((group for group, pattern in _genres() if pattern.search(genre)), "other")


def fresh_models(files: Sequence[Path], work: Path, *, calibrate: bool = True) -> Path:
    """Models trained on just these gold files, from the cache in ``work`` where corpus and code are the same as then.

    Without ``calibrate`` they say how good they are, but not how sure; that takes half the time.
    """
    home = work / "models" / _key(files)
    if not calibrate and not (home / "done").exists():
        home = home.with_name(home.name + "-plain")
    if not (home / "done").exists():
        building = home.with_name(home.name + ".part")
        shutil.rmtree(building, ignore_errors=True)
        write_prepared(prepared(files), building / "prepared.jsonl")
        train_from(building / "prepared.jsonl", building, calibrate=calibrate)
        (building / "prepared.jsonl").unlink()
        (building / "done").write_text("", encoding="utf-8")
        shutil.rmtree(home, ignore_errors=True)
        building.rename(home)
        others = sorted((p for p in home.parent.iterdir() if p != home), key=lambda p: p.stat().st_mtime, reverse=True)
        for old in others[KEPT - 1 :]:
            shutil.rmtree(old, ignore_errors=True)
    return home


def _key(files: Sequence[Path]) -> str:
    """A hash of the gold files, their texts, and the code and data that models depend on."""
    digest = hashlib.sha256(repr((crf_params(), settings().name_copies)).encode())
    for path in files:
        for source in (path, path.with_suffix(".txt")):
            digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    for name in TRAINED_BY:
        place = PACKAGE / name
        for source in (
            sorted(p for p in place.rglob("*") if p.suffix in (".py", ".tsv", ".txt", ".yaml")) if place.is_dir() else [place]
        ):
            digest.update(source.relative_to(PACKAGE).as_posix().encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
