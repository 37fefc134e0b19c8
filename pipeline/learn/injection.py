"""A text that something happened to (注入): stretches of it replaced, and where everything of it went.

Gold says where a finding stands in the raw text. What wraps, widens, redacts or litters that text moves it, and ``Injected``
carries the offsets along, so that a perturbed document is judged by the same gold as the document itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from typing import Any, NamedTuple

from pipeline.learn.gold import KINDS

# free text that gold repeats from the document: it reads as the document now reads
_DOCUMENT_TEXTS = ("title", "org", "author")
_FINDING_TEXTS = ("theme", "recipient", "role", "rank", "place")


class Change(NamedTuple):
    """``raw[start:end]`` becomes ``text``; an insertion where start and end are one."""

    start: int
    end: int
    text: str


class Injected:
    """A raw text after some changes.

    Attributes:
        raw: the text before.
        text: the text after.
    """

    def __init__(self, raw: str, changes: Iterable[Change]) -> None:
        """Apply ``changes``, which may come in any order; one as long as what it replaces maps character by character.

        Raises:
            ValueError: two of them overlap, or one leaves the text.
        """
        self.raw = raw
        ordered = sorted(changes, key=lambda c: (c.start, c.end))
        parts: list[str] = []
        self._first: list[int] = []  # of each raw character: where its image begins …
        self._last: list[int] = []  # … and ends
        at = length = 0
        for start, end, text in ordered:
            if not at <= start <= end <= len(raw):
                raise ValueError(f"changes overlap or leave the text at {start}")
            length = self._letter_by_letter(length, start - at)
            parts += [raw[at:start], text]
            if len(text) == end - start:
                self._letter_by_letter(length, end - start)
            else:
                self._first += [length] * (end - start)
                self._last += [length + len(text)] * (end - start)
            length += len(text)
            at = end
        self._letter_by_letter(length, len(raw) - at)
        self.text = "".join([*parts, raw[at:]])

    def _letter_by_letter(self, length: int, size: int) -> int:
        self._first += range(length, length + size)
        self._last += range(length + 1, length + size + 1)
        return length + size

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the raw span went; what was inserted at its edges is no part of it, and what was deleted is empty."""
        if start >= end:
            at = self._first[start] if start < len(self._first) else len(self.text)
            return at, at
        return self._first[start], max(self._last[end - 1], self._first[start])

    def quote(self, start: int, end: int) -> str:
        """How the raw span reads now."""
        a, b = self.span(start, end)
        return self.text[a:b]

    def gold(self, gold: dict[str, Any]) -> dict[str, Any]:
        """Resolved gold of the raw text, as gold of this one: a finding that nothing is left of is none."""
        noise = [self._moved(n) for n in gold["noise"]]
        return {"documents": [self._document(d) for d in gold["documents"]], "noise": [n for n in noise if n["start"] < n["end"]]}

    def _document(self, doc: dict[str, Any]) -> dict[str, Any]:
        new = self._moved(doc)
        for name in _DOCUMENT_TEXTS:
            if doc.get(name):
                new[name] = self._said(doc[name], doc["start"], doc)
        for kind in KINDS:
            moved = [(item, self._moved(item)) for item in doc[kind]]
            new[kind] = [m | self._texts(item, doc) for item, m in moved if m["start"] < m["end"]]
        return new

    def _moved(self, item: dict[str, Any]) -> dict[str, Any]:
        start, end = self.span(item["start"], item["end"])
        return {**item, "start": start, "end": end}

    def _texts(self, item: dict[str, Any], doc: dict[str, Any]) -> dict[str, Any]:
        return {name: self._said(item[name], item["start"], doc) for name in _FINDING_TEXTS if item.get(name)}

    def _said(self, value: str, near: int, doc: dict[str, Any]) -> str:
        """A text of gold as its mention nearest to ``near`` reads now; as it was, where it has none or got a line break."""
        size = len(value)
        ahead = self.raw.find(value, near, doc["end"])
        behind = self.raw.rfind(value, doc["start"], near)
        places = [at for at in (ahead, behind) if at >= 0]
        if not places:
            return value
        at = min(places, key=lambda place: abs(place - near))
        now = self.quote(at, at + size)
        return now if now and "\n" not in now else value


def lines(text: str) -> list[tuple[int, int]]:
    """Start and end of every line, its line break left out."""
    found = text.split("\n")
    ends = list(accumulate(len(line) + 1 for line in found))
    return [(end - len(line) - 1, end - 1) for line, end in zip(found, ends, strict=True)]
