"""A document read from text alone: what segmentation and extraction tests begin with."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.ingest.clean import clean
from pipeline.products import Part
from pipeline.segment import Reading


def reading_of(text: str | Iterable[str]) -> Reading:
    """The reading of a text, or of lines, cleaned as ingestion cleans it."""
    raw = text if isinstance(text, str) else "\n".join(text)
    return Reading(clean(raw), Part(start=0, end=len(raw)))
