"""What each room hands to the next: frozen types with a JSON form, so that a stage can be cached and shown.

``Ingested`` leaves ingestion, ``Outlined`` leaves segmentation, ``Record`` (``records.py``) leaves extraction and is
completed by aggregation. All offsets are raw.
"""

from __future__ import annotations

from typing import Literal

from pipeline.records import Frozen, Noise, Offset, Script, Section, Warn
from pipeline.spans import Fix, Text


class Source(Frozen):
    """One decoded source (来源文件)."""

    source: str  # POSIX path relative to the input folder
    sha256: str  # of the source path, a NUL and the bytes: the stem of the documents' ids
    format: str  # txt · md · html · …
    encoding: str | None
    raw: str
    pages: tuple[Offset, ...] = ()  # raw offset at which each page begins, where the format has pages
    unread: tuple[int, ...] = ()  # numbers, from 1, of pages that are pictures without a text layer


class Part(Frozen):
    """A document's place in its source: what splitting knows, before anything is extracted."""

    start: Offset
    end: Offset
    kind: Literal["text", "guide"] = "text"
    boundary: tuple[Offset, Offset] | None = None  # raw span of the boundary line (collection marker) that opens it
    boundary_title: str | None = None  # the boundary line less its wrapper; null where the wrapper is all there is
    body_start: Offset = 0  # raw offset after the boundary line; equals start where there is none
    cut_start: bool = False  # lacks its beginning
    cut_end: bool = False  # breaks off
    script: Script = "simplified"
    doc_id: str = ""  # the record's id: it needs the source's bytes, which only ingestion has


class Ingested(Frozen):
    """A source, cleaned and split; ``noise`` and ``parts`` cover the raw text but for blank stretches."""

    source: Source
    fixes: tuple[Fix, ...] = ()
    parts: tuple[Part, ...] = ()
    noise: tuple[Noise, ...] = ()
    warnings: tuple[Warn, ...] = ()

    def text(self, part: Part) -> Text:
        """The clean text of one part."""
        return Text(self.source.raw, self.fixes, part.start, part.end)


class Outlined(Frozen):
    """A document with its outline, sentences and tokens; offsets are raw, tokens tile the clean text."""

    part: Part
    sections: tuple[Section, ...]
    sentences: tuple[tuple[Offset, Offset], ...]
    tokens: tuple[str, ...]
