"""A document as the extractor reads it: clean text, lines, sentences, outline and tokens, all in clean coordinates."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import Any, TypeVar

from pipeline.products import Heading, Ingested, Outlined, Part, Span, Token
from pipeline.records import Section
from pipeline.segment.tokens import tokenize
from pipeline.spans import Text

_SENTENCE = re.compile(r"[^。！？!?\n]+(?:[。！？!?]+[”’」』）)\]》]*)?|[。！？!?]+")


S = TypeVar("S", bound=tuple[Any, ...])


def beginning(spans: list[S], start: int, end: int) -> list[S]:
    """Those of the spans, in text order, that begin in ``[start, end)``."""
    return spans[bisect_left(spans, start, key=_start) : bisect_left(spans, end, key=_start)]


def _start(span: tuple[Any, ...]) -> int:
    start: int = span[0]
    return start


class Reading:
    """One document, read. ``text`` is a ``Text``; everything else is an offset into ``text.text``."""

    def __init__(self, text: Text, part: Part) -> None:
        self.text = text
        self.part = part
        self.clean = text.text

    @cached_property
    def lines(self) -> list[Span]:
        """Non-blank lines without their surrounding space."""
        found = []
        for match in re.finditer(r"[^\n]+", self.clean):
            line = match[0]
            left = len(line) - len(line.lstrip())
            if left < len(line):
                found.append(Span(match.start() + left, match.start() + len(line.rstrip())))
        return found

    @cached_property
    def sentences(self) -> list[Span]:
        """Sentences, end mark and closing quotes included; a line break ends one, a semicolon does not."""
        found = []
        for match in _SENTENCE.finditer(self.clean):
            piece = match[0]
            left = len(piece) - len(piece.lstrip())
            if left < len(piece):
                found.append(Span(match.start() + left, match.start() + len(piece.rstrip())))
        return found

    @cached_property
    def title_lines(self) -> list[Span]:
        """The title (标题): the lines at the top that name the document, boundary line left out."""
        from pipeline.segment.title import title_lines

        return title_lines(self)

    @cached_property
    def sign_off(self) -> list[Span]:
        """The lines of the signature (落款) at the end: unit, date, or both."""
        from pipeline.segment.title import sign_off_lines

        return sign_off_lines(self)

    @cached_property
    def headings(self) -> list[Heading]:
        """The outline (章节), in text order."""
        from pipeline.segment.outline import outline

        return outline(self)

    @cached_property
    def tokens(self) -> list[Token]:
        """Jieba tokens that tile the clean text."""
        return tokenize(self.clean)

    @cached_property
    def body(self) -> Span:
        """Everything below the title."""
        return Span(self.title_lines[-1].end if self.title_lines else self.text_start, len(self.clean))

    @property
    def text_start(self) -> int:
        """Where the text begins after its boundary line."""
        return self.text.clean_at(self.part.body_start) if self.part.body_start > self.part.start else 0

    @cached_property
    def _token_starts(self) -> list[int]:
        return [token[1] for token in self.tokens]

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [start for start, _ in self.sentences]

    @cached_property
    def _section_starts(self) -> list[int]:
        return [h.number.start if h.number else h.start for h in self.headings]

    def token_at(self, offset: int) -> int:
        """Index of the token that holds ``offset`` (or the nearest one before it)."""
        return max(bisect_right(self._token_starts, offset) - 1, 0)

    def sentence_at(self, offset: int) -> Span:
        """The sentence that holds ``offset`` (or the nearest one before it)."""
        i = bisect_right(self._sentence_starts, offset) - 1
        return self.sentences[max(i, 0)] if self.sentences else Span(0, len(self.clean))

    def section_at(self, offset: int) -> int | None:
        """Index of the innermost section whose heading or body holds ``offset``."""
        i = bisect_right(self._section_starts, offset) - 1
        section = i if i >= 0 else None
        while section is not None and offset >= self.headings[section].body.end:
            section = self.headings[section].parent
        return section

    def sections(self) -> Iterator[Section]:
        """The outline as records, in raw coordinates; topics are extraction's."""
        for h in self.headings:
            start, end = self.text.span(h.start, h.end)
            body_start, body_end = self.text.span(h.body.start, h.body.end)
            if h.body.start >= h.body.end:
                body_end = body_start
            quote, clean = self.text.raw[start:end], self.clean[h.start : h.end]
            yield Section(
                start=start, end=end, heading=quote, clean=None if clean == quote else clean, made_by="outline",
                number=self.text.quote(*h.number).strip() if h.number else None,
                number_start=self.text.span(*h.number)[0] if h.number else None,
                level=h.level, parent=h.parent, body_start=body_start, body_end=body_end,
            )  # fmt: skip

    @classmethod
    def of(cls, text: Text, outlined: Outlined) -> Reading:
        """The reading that segmentation has made before; ``text`` is the document's."""
        reading = cls(text, outlined.part)
        for name in SEGMENTED:
            vars(reading)[name] = list(getattr(outlined, name))  # where cached_property keeps what it has found
        return reading

    def product(self) -> Outlined:
        """This room's product."""
        found: dict[str, Any] = {name: tuple(getattr(self, name)) for name in SEGMENTED}
        return Outlined.model_construct(part=self.part, **found)  # made here, of the right types: nothing to validate


SEGMENTED = ("title_lines", "headings", "sign_off", "sentences", "tokens")  # what an ``Outlined`` hands on of a reading


def segment(ingested: Ingested, part: Part) -> Outlined:
    """One document of a source, outlined, cut into sentences and tokens."""
    return Reading(ingested.text(part), part).product()
