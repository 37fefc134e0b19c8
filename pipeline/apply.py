"""``gonghui apply``: a run and a corrections file → a new run, with tables, coverage and report as the reviewer has it."""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pipeline import output
from pipeline.aggregate import mask
from pipeline.aggregate.resemblances import FILE as RESEMBLANCES
from pipeline.aggregate.units import Given, RosterRow
from pipeline.corrections import Correction, Corrections, load_corrections
from pipeline.errors import CannotRun, Refusal, Refused
from pipeline.flow import Options
from pipeline.records import Record
from pipeline.review import Seen, reviewed
from pipeline.run import Job, make_report, make_tables, raw_text, read_records
from pipeline.settings import Lang

KEPT = ("failures.jsonl", "noise.jsonl", output.SOURCES, RESEMBLANCES)
COPY = "corrections.json"


class Applied(NamedTuple):
    """What came of it."""

    out: Path
    corrections: int
    documents: int  # that have any


def apply(out: Path, file: Path, new: Path, *, lang: Lang, show_names: bool = False, overwrite: bool = False) -> Applied:
    """The run of ``out`` with the corrections of ``file``, written to ``new``; ``out`` stays as it is.

    Raises:
        CannotRun: ``out`` holds no finished run, ``file`` is no corrections file, or ``new`` cannot be used.
        Refused: some corrections do not match the run; it lists them, and nothing has been written.
    """
    manifest = output.finished(out)
    if out.resolve() == new.resolve():
        raise CannotRun("apply_in_place", path=str(new))
    corrections = load_corrections(file)
    output.check(new, overwrite)
    checked = sorted({*manifest.get("checked", ()), *corrections.checked})
    with output.locked(new), output.building(new) as folder:
        shutil.copytree(out / output.TEXTS, folder / output.TEXTS)
        for name in KEPT:
            if (out / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(out / name, folder / name)
        (folder / COPY).write_bytes(file.read_bytes())
        tallies: dict[str, Counter[str]] = {"doc_types": Counter(), "warnings": Counter()}
        with (folder / "records.jsonl").open("w", encoding="utf-8", newline="\n") as lines:
            for record in corrected(out, corrections, manifest["settings"]):
                lines.write(record.model_dump_json() + "\n")
                tallies["doc_types"][record.doc_type] += 1
                tallies["warnings"].update(w.code for w in record.warnings)
        counts = manifest["counts"] | {name: dict(sorted(tally.items())) for name, tally in tallies.items()}
        rows = make_tables(folder, _job(new, manifest, lang, show_names))
        make_report(folder, folder, manifest["settings"], lang=lang, show_names=show_names, checked=checked)
        settings = manifest["settings"] | {"show_names": show_names}
        told = {"settings": settings, "report": {"lang": lang, "show_names": show_names}, "checked": checked}
        told |= {"counts": counts | {"rows": rows}, "corrections": _tally(file, corrections)}
        output.put_in_place(folder, new, manifest | told)
    return Applied(new, len(corrections.corrections), len({c.doc_id for c in corrections.corrections}))


def corrected(out: Path, corrections: Corrections, settings: dict[str, Any]) -> Iterator[Record]:
    """The records of a run with the corrections, in order; those of whom nothing is said as they are.

    Raises:
        Refused: at the end, if any correction does not match.
    """
    wanted: defaultdict[str, list[tuple[int, Correction]]] = defaultdict(list)
    for number, one in enumerate(corrections.corrections, 1):
        wanted[one.doc_id].append((number, one))
    aided = mask.aided(read_records(out))
    refusals: list[Refusal] = []
    for record in read_records(out):
        mine = wanted.pop(record.doc_id, None)
        if mine:
            seen = Seen(record, raw_text(out, record.source), aided.names(record))
            record, refused = reviewed(seen, mine, settings["rubric"])
            refusals += refused
        yield record
    refusals += [Refusal(n, doc_id, "document", "", "no_document") for doc_id, mine in wanted.items() for n, _ in mine]
    if refusals:
        raise Refused("corrections_unmatched", sorted(refusals), path=str(out))


def _tally(file: Path, corrections: Corrections) -> dict[str, Any]:
    """What the manifest says of the corrections."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return {"sha256": digest, "count": len(corrections.corrections), "reviewer": corrections.reviewer}


def _job(out: Path, manifest: dict[str, Any], lang: Lang, show_names: bool) -> Job:
    """The job of an earlier run, as far as tables depend on it."""
    settings = manifest["settings"]
    given = Given(tuple(RosterRow(*row) for row in settings["units"]), settings["unit_from"], settings["year"])
    options = Options(given=given, rubric=settings["rubric"])
    return Job(input=Path(manifest["input"]), out=out, options=options, show_names=show_names, lang=lang)
