"""Gold documents as the extractor reads them: what training and evaluation both start from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pipeline.extract.groundwork import Groundwork
from pipeline.ingest import Limits, read
from pipeline.learn.gold import resolve
from pipeline.products import Part
from pipeline.segment import Reading, Span

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


def examples(folder: Path, splits: tuple[Split, ...] = ("train", "dev")) -> Iterator[Example]:
    """Every annotated document below ``folder`` that is in ``splits`` and is no guide, in file order."""
    for path in sorted(folder.rglob("*.json")):
        if path.parent.name == "test" and "test" not in splits:
            continue  # held out: not even opened
        gold = json.loads(path.read_text(encoding="utf-8"))
        split = split_of(gold.get("author_group", ""), path.parent.name)
        if split not in splits:
            continue
        name = gold["source"].split("/")[-1]
        ingested = read(path.with_name(name), name, Limits())
        resolved = resolve(gold, ingested.source.raw)
        for doc in resolved["documents"]:
            if doc["doc_type"] == "guide":
                continue
            near = max(ingested.parts, key=lambda p: min(p.end, doc["end"]) - max(p.start, doc["start"]), default=None)
            same = near is not None and abs(near.start - doc["start"]) < 40
            part = Part(
                start=doc["start"], end=doc["end"], body_start=near.body_start if near and same else doc["start"],
                boundary=near.boundary if near and same else None, boundary_title=near.boundary_title if near and same else None,
            )  # fmt: skip
            reading = Reading(ingested.text(part), part)
            yield Example(
                name, gold.get("author_group", ""), gold.get("genre", ""), split, tuple(gold.get("phenomena", ())), doc, reading
            )
