"""A gold document as the record a perfect run would give: for training what builds on records, and for converters."""

from __future__ import annotations

import hashlib
from typing import Any

from pipeline import records as r
from pipeline.learn.examples import Example

_TYPES: dict[str, tuple[type[r.Finding], str]] = {
    "counts": (r.Count, "text"),
    "dates": (r.Date, "text"),
    "persons": (r.Person, "text"),
    "orgs": (r.Org, "text"),
    "places": (r.Place, "text"),
    "works": (r.Work, "text"),
    "events": (r.Event, "name"),
    "awards": (r.Award, "text"),
    "problems": (r.Statement, "text"),
    "requests": (r.Statement, "text"),
}
_NOT_IN_RECORD = {"line", "nth", "wrapped"}


def gold_record(example: Example) -> r.Record:
    """The record of an annotated document; coverage is left null, section bodies run to the next heading."""
    raw, doc = example.reading.text.raw, example.gold
    found: dict[str, Any] = {
        kind: tuple(
            made(**{k: v for k, v in item.items() if k not in _NOT_IN_RECORD} | {quote: raw[item["start"] : item["end"]]})
            for item in sorted(doc[kind], key=lambda i: i["start"])
        )
        for kind, (made, quote) in _TYPES.items()
    }
    heads = sorted(doc["sections"], key=lambda i: i["start"])
    found["sections"] = tuple(
        r.Section(
            start=s["start"],
            end=s["end"],
            heading=raw[s["start"] : s["end"]],
            number=s["number"],
            level=s["level"],
            body_start=s["end"],
            body_end=max(heads[k + 1]["start"] if k + 1 < len(heads) else doc["end"], s["end"]),
            topics=tuple(s["topics"]),
        )
        for k, s in enumerate(heads)
    )
    return r.Record(
        doc_id="0" * 16,
        source=example.source,
        encoding="utf-8",
        format="txt",
        script="simplified",
        start=doc["start"],
        end=doc["end"],
        doc_type=doc["doc_type"],
        title=doc["title"],
        org=doc["org"],
        org_type=doc["org_type"],
        period=r.Period(**doc["period"]),
        signed_date=doc["signed_date"],
        author=doc["author"],
        truncated=bool(doc["truncated"]),
        topics=tuple(doc["topics"]),
        **found,
    )


MISSED = {"events": 0.35, "counts": 0.1, "awards": 0.25, "persons": 0.25, "dates": 0.15, "problems": 0.4, "works": 0.0}


def thinned(record: r.Record) -> r.Record:
    """The record as extraction might leave it: of each kind a share is missing, chosen by the place, the same each time.

    What judges records learns from gold ones; at run time findings are missing as they never are in gold.
    """
    kept = {}
    for kind, share in MISSED.items():
        found = getattr(record, kind)
        kept[kind] = tuple(f for f in found if _draw(record.source, kind, f.start) >= share)
    return record.model_copy(update=kept)


def _draw(*of: object) -> float:
    """A number in [0, 1) that only depends on what it is drawn for."""
    return int.from_bytes(hashlib.sha256(repr(of).encode()).digest()[:6], "big") / 2**48
