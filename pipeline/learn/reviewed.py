"""A run and a reviewer's corrections → gold: the sources of which a person has read every document to its end.

A document that is only corrected here and there is no gold: what nobody looked at may be wrong or missing. Plans and
proposals are no kinds of the gold format, nor are figures whose number was redacted; they stay behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from pipeline import output
from pipeline.apply import corrected
from pipeline.corrections import HUMAN, Corrections, load_corrections
from pipeline.learn.gold import ATTRIBUTES, KINDS, Item
from pipeline.learn.marks import Mark, Marked
from pipeline.records import Finding, Noise, Record
from pipeline.run import raw_text, read_noise

GROUP, GENRE = "reviewed", "reviewed documents"


class Reviewed(NamedTuple):
    """What the corrections make: gold files, and the sources that were not read to their end."""

    files: list[Marked]
    unfinished: list[str]


def reviewed_gold(out: Path, file: Path) -> Reviewed:
    """The gold of the run ``out`` with the corrections of ``file``.

    Raises:
        CannotRun: ``out`` holds no finished run, or ``file`` is no corrections file.
        Refused: some corrections do not match the run.
    """
    manifest, corrections = output.finished(out), load_corrections(file)
    checked = {*manifest.get("checked", ()), *corrections.checked}
    touched = {c.doc_id for c in corrections.corrections} | checked
    records = list(corrected(out, corrections, manifest["settings"]))
    names = {r.doc_id: f"{output.text_name(source)}#{i}" for source, mine in _by_source(records) for i, r in enumerate(mine)}
    cut: dict[str, list[Noise]] = {}
    for noise in read_noise(out):
        cut.setdefault(noise.source, []).append(noise)
    files, unfinished = [], []
    for source, mine in _by_source(records):
        if all(r.doc_id in checked for r in mine):
            marks = _marks(cut.get(source, []), mine, names)
            files.append(Marked(_head(source, corrections), raw_text(out, source), list(marks)))
        elif any(r.doc_id in touched for r in mine):
            unfinished.append(source)
    return Reviewed(files, unfinished)


def _by_source(records: list[Record]) -> Iterator[tuple[str, list[Record]]]:
    for source, mine in groupby(records, key=lambda r: r.source):
        yield source, list(mine)


def _head(source: str, corrections: Corrections) -> dict[str, Any]:
    genre = GENRE if corrections.reviewer is None else f"{GENRE}, by {corrections.reviewer}"
    return {"source": output.text_name(source), "author_group": GROUP, "genre": genre, "phenomena": []}


def _marks(cut: list[Noise], records: list[Record], names: dict[str, str]) -> Iterator[Mark]:
    for noise in cut:
        if noise.end > noise.start and not any(r.start < noise.end and noise.start < r.end for r in records):
            yield Mark("noise", noise.start, noise.end, {})
    for record in records:
        yield Mark("documents", record.start, record.end, _document(record, names))
        if record.doc_type == "guide":
            continue
        for kind in KINDS:
            for finding in getattr(record, kind):
                if kind != "counts" or finding.value is not None:
                    yield Mark(kind, finding.start, finding.end, _said(kind, finding))


def _document(record: Record, names: dict[str, str]) -> Item:
    """What gold says of a document; a unit that a person gave is whose it is."""
    said: Item = {
        "doc_type": record.doc_type,
        "title": record.title,
        "org": record.unit.name if record.unit.basis == HUMAN else record.org,
        "org_type": record.org_type,
        "period": record.period.model_dump(include={"start", "end", "label"}),
        "signed_date": record.signed_date,
        "author": record.author,
        "truncated": record.truncated,
        "duplicate_of": names.get(record.duplicate_of or ""),
        "topics": [] if any(s.level == 1 for s in record.sections) else list(record.topics),
        "warnings": [],
    }
    if record.coverage is not None:
        said["coverage"] = {item: found.level for item, found in record.coverage.items.items()}
    return said


def _said(kind: str, finding: Finding) -> Item:
    values = finding.model_dump(mode="json", include=set(ATTRIBUTES[kind]))
    if kind == "sections" and values["level"] != 1:
        values["topics"] = []  # guide: topics are those of the first level
    return {name: int(v) if isinstance(v, float) and v.is_integer() else v for name, v in values.items()}
