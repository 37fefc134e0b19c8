"""What each room hands to the next: frozen types with a JSON form, so that a stage can be cached and shown.

``Ingested`` leaves ingestion, ``Outlined`` leaves segmentation, ``Record`` (``records.py``) leaves extraction and is
completed by aggregation. All offsets are raw but those of an ``Outlined``: later rooms read the clean text, which
``Ingested.text`` gives, and only what they find in it goes back to the raw one.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal, NamedTuple

from pipeline.records import Frozen, Noise, Offset, Script, Warn
from pipeline.spans import Fix, Text


class Recognised(NamedTuple):
    """A stretch of the raw text that was read from a picture (文字识别), and how sure the reader is of it, 0 to 1."""

    start: int
    end: int
    confidence: float


class Source(Frozen):
    """One decoded source (来源文件)."""

    source: str  # POSIX path relative to the input folder
    sha256: str  # of the source path, a NUL and the bytes: the stem of the documents' ids
    format: str  # txt · md · html · …
    encoding: str | None
    raw: str
    pages: tuple[Offset, ...] = ()  # raw offset at which each page begins, where the format has pages
    recognised: tuple[Recognised, ...] = ()  # lines that were read from pictures
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

    @cached_property
    def _texts(self) -> dict[tuple[int, int], Text]:
        return {}

    def text(self, part: Part) -> Text:
        """The clean text of one part; every room asks for it, so it is kept."""
        at = (part.start, part.end)
        if at not in self._texts:
            self._texts[at] = Text(self.source.raw, self.fixes, *at)
        return self._texts[at]


class Span(NamedTuple):
    """A half-open stretch of the clean text."""

    start: int
    end: int

    def __contains__(self, offset: object) -> bool:
        return isinstance(offset, int) and self.start <= offset < self.end


class Heading(NamedTuple):
    """A section (章节) in clean coordinates; ``number`` is null for a heading without one."""

    start: int
    end: int
    number: Span | None
    level: int
    parent: int | None  # 0-based index into the document's headings
    body: Span


class Token(NamedTuple):
    """One token at ``[start, end)`` with jieba's part-of-speech tag."""

    text: str
    start: int
    end: int
    tag: str


class Outlined(Frozen):
    """A document with its title (标题), outline (章节), signature (落款), sentences and tokens; tokens tile the clean text."""

    part: Part
    title_lines: tuple[Span, ...]
    headings: tuple[Heading, ...]
    sign_off: tuple[Span, ...]
    sentences: tuple[Span, ...]
    tokens: tuple[Token, ...]
