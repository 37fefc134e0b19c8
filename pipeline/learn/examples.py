"""Gold documents as the extractor reads them: what training and evaluation both start from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import ValidationError

from pipeline.errors import CannotRun
from pipeline.extract.groundwork import Groundwork
from pipeline.ingest import Limits, ingest, read
from pipeline.learn import braces
from pipeline.learn.gold import resolve
from pipeline.products import Part
from pipeline.records import Frozen
from pipeline.segment import Reading, Span
from pipeline.spans import Fix, Text

Split: TypeAlias = Literal["train", "dev", "test"]
DEV_SHARE = 5  # one author group in so many


def split_of(group: str, folder: str) -> Split:
    """Split of an author group: documents in ``test/`` were written apart; the others divide by hash, stable for ever."""
    if folder == "test":
        return "test"
    return "dev" if int(hashlib.sha256(group.encode()).hexdigest(), 16) % DEV_SHARE == 0 else "train"


@dataclass(frozen=True)
class Example:
    """One annotated document: ``gold`` has findings with raw offsets, ``reading`` is what the extractor reads."""

    source: str
    group: str
    genre: str
    split: Split
    phenomena: tuple[str, ...]
    gold: dict[str, Any]
    reading: Reading
    kinds: tuple[str, ...] | None = None  # what alone is annotated, where not all is

    @cached_property
    def work(self) -> Groundwork:
        """Rule findings, shared by every model."""
        return Groundwork(self.reading)

    def spans(self, kind: str) -> list[tuple[Span, dict[str, Any]]]:
        """Clean spans of the gold findings of one kind, those that cleaning left nothing of being left out."""
        found = []
        for item in self.gold[kind]:
            a, b = self.reading.text.clean_at(item["start"]), self.reading.text.clean_at(item["end"])
            if a < b:
                found.append((Span(a, b), item))
        return found


class Prepared(Frozen):
    """A line of prepared gold: one annotated document as ingestion reads it, quotes resolved to raw offsets."""

    source: str
    group: str
    genre: str
    split: Split
    phenomena: tuple[str, ...]
    gold: dict[str, Any]  # as ``gold.resolve`` gives it: the attributes of ``gold.DOCUMENT`` and lists of findings by kind
    raw: str
    fixes: tuple[Fix, ...]
    part: Part
    kinds: tuple[str, ...] | None = None

    def example(self) -> Example:
        """The document, ready to learn from."""
        reading = Reading(Text(self.raw, self.fixes, self.part.start, self.part.end), self.part)
        return Example(self.source, self.group, self.genre, self.split, self.phenomena, self.gold, reading, self.kinds)


def prepared(files: Iterable[Path]) -> Iterator[Prepared]:
    """Every document of these gold files that is no guide, in their order."""
    for path in files:
        if path.parent.name in braces.FOLDERS:
            yield _in_braces(path)
            continue
        gold = json.loads(path.read_text(encoding="utf-8"))
        group = gold.get("author_group", "")
        name = gold["source"].split("/")[-1]
        ingested = read(path.with_name(name), name, Limits())
        for doc in resolve(gold, ingested.source.raw)["documents"]:
            if doc["doc_type"] == "guide":
                continue
            near = max(ingested.parts, key=lambda p: min(p.end, doc["end"]) - max(p.start, doc["start"]), default=None)
            same = near is not None and abs(near.start - doc["start"]) < 40
            part = Part(
                start=doc["start"], end=doc["end"], body_start=near.body_start if near and same else doc["start"],
                boundary=near.boundary if near and same else None, boundary_title=near.boundary_title if near and same else None,
            )  # fmt: skip
            yield Prepared(
                source=name, group=group, genre=gold.get("genre", ""), split=split_of(group, path.parent.name),
                phenomena=tuple(gold.get("phenomena", ())), gold=doc, raw=ingested.source.raw,
                fixes=ingested.text(part).fixes, part=part,
            )  # fmt: skip


def _in_braces(path: Path) -> Prepared:
    """A text of which only some kinds are annotated: one document, of the train split."""
    marked = braces.read(path)
    ingested = ingest(marked.raw.encode("utf-8"), path.name)
    part = Part(start=0, end=len(marked.raw), body_start=ingested.parts[0].body_start if ingested.parts else 0)
    return Prepared(
        source=path.name, group=path.stem.split("-")[0], genre="", split="train", phenomena=(), gold=marked.gold,
        raw=ingested.source.raw, fixes=ingested.text(part).fixes, part=part, kinds=marked.kinds,
    )  # fmt: skip


def write_prepared(found: Iterable[Prepared], path: Path) -> int:
    """Write prepared gold, a document a line; their number."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number = 0
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for one in found:
            out.write(one.model_dump_json() + "\n")
            number += 1
    return number


def read_prepared(path: Path) -> Iterator[Example]:
    """The documents of a file that ``write_prepared`` wrote.

    Raises:
        CannotRun: it is not there, or a line of it is something else.
    """
    if not path.is_file():
        raise CannotRun("stage_missing", path=str(path), stage="prepare")
    with path.open(encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield Prepared.model_validate_json(line).example()
            except ValidationError as error:
                raise CannotRun("stage_unreadable", path=str(path), line=number, stage="prepare") from error
