"""A cleaned text and its map to the raw one: the ground that every finding stands on.

Cleaning never touches the raw text. It yields *fixes*, each a named replacement of a raw span, and a ``Text`` is the raw
text seen through its fixes. Rooms after ingestion read ``Text.text`` (clean coordinates) and come back to raw offsets
through ``Text.span`` alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Fix(NamedTuple):
    """One edit: ``raw[start:end]`` reads as ``text``; ``kind`` names the rule (硬换行, 拼音, 繁体 …)."""

    start: int
    end: int
    text: str
    kind: str


class Edit(NamedTuple):
    """One edit in clean coordinates, before it is composed with the fixes that are already there."""

    start: int
    end: int
    text: str
    kind: str


class Text:
    """``raw[start:end]`` seen through ``fixes``.

    Attributes:
        raw: the whole decoded source; offsets of every finding index it.
        start, end: the window of the raw text that this text covers.
        fixes: sorted, disjoint fixes within the window.
        text: the clean text. A fix as long as its span maps character by character, any other maps as a whole.
    """

    __slots__ = ("_clean", "_raw", "_whole", "end", "fixes", "raw", "start", "text")

    def __init__(self, raw: str, fixes: Iterable[Fix] = (), start: int = 0, end: int | None = None) -> None:
        self.raw = raw
        self.start = start
        self.end = len(raw) if end is None else end
        self.fixes = tuple(f for f in fixes if f.start >= self.start and f.end <= self.end)
        # runs of the clean text: where each begins, the raw offset it begins at, and for a run that maps as a whole the
        # raw offset where it ends (-1: character by character)
        self._clean: list[int] = [0]
        self._raw: list[int] = [self.start]
        self._whole: list[int] = [-1]
        parts: list[str] = []
        at, length = self.start, 0
        for fix in self.fixes:
            if fix.start < at or fix.end < fix.start:
                raise ValueError(f"fixes overlap or run backwards at {fix.start}")
            if fix.start > at:
                parts.append(raw[at : fix.start])
                length += fix.start - at
            if fix.text:
                self._run(length, fix.start, -1 if len(fix.text) == fix.end - fix.start else fix.end)
                parts.append(fix.text)
                length += len(fix.text)
            self._run(length, fix.end, -1)
            at = fix.end
        parts.append(raw[at : self.end])
        self.text = "".join(parts)

    def _run(self, clean: int, raw: int, whole: int) -> None:
        if self._clean[-1] == clean:  # an empty run: the new one takes its place
            self._raw[-1], self._whole[-1] = raw, whole
        else:
            self._clean.append(clean)
            self._raw.append(raw)
            self._whole.append(whole)

    def __len__(self) -> int:
        return len(self.text)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Raw span of the clean span; an empty span maps to an empty one."""
        i = bisect_right(self._clean, start) - 1
        first = self._raw[i] if self._whole[i] >= 0 else self._raw[i] + start - self._clean[i]
        if end <= start:
            return first, first
        j = bisect_right(self._clean, end - 1) - 1
        last = self._whole[j] if self._whole[j] >= 0 else self._raw[j] + end - self._clean[j]
        return first, last

    def clean_at(self, raw: int) -> int:
        """Clean offset of the first character that ends after raw offset ``raw``."""
        i = max(bisect_right(self._raw, raw) - 1, 0)
        nxt = self._clean[i + 1] if i + 1 < len(self._clean) else len(self.text)
        if self._whole[i] >= 0:
            return self._clean[i] if raw < self._whole[i] else nxt
        return min(max(self._clean[i] + raw - self._raw[i], 0), nxt)

    def quote(self, start: int, end: int) -> str:
        """The raw text of a clean span, exactly as it stands."""
        a, b = self.span(start, end)
        return self.raw[a:b]

    def window(self, start: int, end: int) -> Text:
        """The same text for the raw window ``[start, end)``; fixes that straddle an edge are left out."""
        return Text(self.raw, (f for f in self.fixes if f.start >= start and f.end <= end), start, end)

    def edited(self, edits: Sequence[Edit]) -> Text:
        """A new text with ``edits`` (sorted, disjoint, clean coordinates) composed onto the fixes that are there."""
        if not edits:
            return self
        new: list[Fix] = []
        for edit in edits:
            a, b = self.span(edit.start, edit.end)
            new.append(Fix(a, b, edit.text, edit.kind))
        old = iter(self.fixes)
        merged: list[Fix] = []
        pending = next(old, None)
        for fix in new:
            while pending is not None and pending.end <= fix.start and not (pending.start == fix.start == fix.end):
                merged.append(pending)
                pending = next(old, None)
            while pending is not None and pending.start < fix.end and pending.end <= fix.end:
                pending = next(old, None)  # swallowed: the new fix was computed from its result
            if pending is not None and pending.start < fix.end:
                raise ValueError(f"edit at raw {fix.start} cuts through the fix at {pending.start}")
            merged.append(fix)
        while pending is not None:
            merged.append(pending)
            pending = next(old, None)
        return Text(self.raw, merged, self.start, self.end)
