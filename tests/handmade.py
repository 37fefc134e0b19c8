"""Records made by hand, for tests of what comes after extraction; every quote is looked up in the text."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.aggregate.register import Register, file_all, sliced
from pipeline.aggregate.settling import settle_units
from pipeline.aggregate.sketches import sketch
from pipeline.aggregate.steps import here
from pipeline.errors import ResourceError
from pipeline.flow import Note, Options, Outcome, Task
from pipeline.records import (
    FINDING_KINDS,
    Award,
    Count,
    Date,
    Event,
    Failure,
    Org,
    Person,
    Place,
    Record,
    ReportYear,
    Section,
    Statement,
    Unit,
    Work,
)
from pipeline.spans import Text

TYPES: dict[str, Any] = {
    "sections": Section, "counts": Count, "dates": Date, "persons": Person, "orgs": Org, "places": Place, "works": Work,
    "events": Event, "awards": Award, "problems": Statement, "requests": Statement, "plans": Statement, "proposals": Statement,
}  # fmt: skip
QUOTE = {"sections": "heading", "events": "name"}


def found(kind: str, raw: str, quote: str, nth: int = 1, /, **attributes: Any) -> Any:
    """A finding of ``kind`` at the ``nth`` place where ``raw`` has ``quote``."""
    start = -1
    for _ in range(nth):
        start = raw.index(quote, start + 1)
    return TYPES[kind](start=start, end=start + len(quote), **{QUOTE.get(kind, "text"): quote}, **attributes)


def record(raw: str, source: str = "甲.txt", start: int = 0, end: int | None = None, **fields: Any) -> Record:
    """A record of all of ``raw``, or a stretch of it."""
    doc_id = hashlib.sha256(f"{source}\0{raw}\0{start}".encode()).hexdigest()[:16]
    base: dict[str, Any] = {
        "doc_id": doc_id, "source": source, "encoding": "utf-8", "format": "txt", "script": "simplified",
        "start": start, "end": len(raw) if end is None else end, "doc_type": "summary",
    }  # fmt: skip
    for kind in FINDING_KINDS:
        fields[kind] = tuple(fields.get(kind, ()))
    return Record(**base | fields)


def outcome_of(source: str, raw: str, *records: Record) -> Outcome:
    """What a source with these records comes to."""
    return Outcome(
        source=source,
        text=raw,
        format="txt",
        encoding="utf-8",
        records=tuple(r.model_dump_json() for r in records),
        notes=tuple(Note(r.doc_id, r.start, r.doc_type, tuple(w.code for w in r.warnings)) for r in records),
        fixes=dict(Counter()),
    )


def work(task: Task, options: Options) -> Outcome:
    """Stands in for the real flow: a record a line; ``kill`` ends the process, ``fail`` is a failure, ``slow`` hangs."""
    import os
    import time

    raw = task.path.read_text(encoding="utf-8")
    if raw.startswith("kill"):
        os._exit(3)
    if raw.startswith("raise"):
        raise RuntimeError("planted")
    if raw.startswith("rule"):
        raise ResourceError("bad_rule", file="noise.yaml", line=7, reason="planted")
    if raw.startswith("slow"):
        time.sleep(60)
    if raw.startswith("fail"):
        return Outcome(source=task.name, failures=(Failure(source=task.name, stage="ingest", kind="empty", message="planted"),))
    at, records = 0, []
    for line in raw.splitlines(keepends=True):
        records.append(record(raw, task.name, at, at + len(line)))
        at += len(line)
    return outcome_of(task.name, raw, *records)


def bare(task: Task, options: Options) -> Outcome:
    """Stands in for the real flow where all documents together are tested: unit, year, one figure, and the sketch."""
    raw = task.path.read_text(encoding="utf-8")
    unit, staff = raw.split("工会", 1)[0], re.search(r"在册职工(\d+)人", raw)
    counts = [found("counts", raw, staff[0], value=float(staff[1]), unit="人", indicator="staff", scope="own")] if staff else []
    year = re.search(r"(20\d\d)年", raw)
    made = record(
        raw, task.name, counts=counts, org=unit, unit=Unit(name=unit, basis="text"),
        report_year=ReportYear(value=int(year[1]) if year else None),
    )  # fmt: skip
    one = sketch(made, Text(raw))
    return replace(outcome_of(task.name, raw, made), sketches=(one,) if one else ())


@contextmanager
def registered(
    folder: Path,
    records: Iterable[Record],
    text_of: Callable[[str], str],
    weight: Callable[[Record, str], float | None],
    show_names: bool = False,
) -> Iterator[Register]:
    """The records as those of a run in ``folder``, with their cards filed."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(one.model_dump_json() + "\n" for one in records)
    (folder / "records.jsonl").write_text(lines, encoding="utf-8", newline="\n")
    with tempfile.TemporaryDirectory() as place:
        register = Register(folder, Path(place), sliced(folder), text_of, weight, show_names)
        file_all(register, here)
        settle_units(register, (), here)
        yield register
