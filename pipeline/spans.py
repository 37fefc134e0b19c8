"""A cleaned text and its map to the raw one: the ground that every finding stands on.

Cleaning never touches the raw text. It yields *fixes*, each a named replacement of a raw span, and a ``Text`` is the raw
text seen through its fixes. Rooms after ingestion read ``Text.text`` (clean coordinates) and come back to raw offsets
through ``Text.span`` alone.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

_BREAK = re.compile(r"(?<!\s)\s*\n\s*")  # the look behind keeps a run of blanks from being tried at each of them


def unbroken(quote: str) -> str:
    """A quote for an attribute: as it stands, line breaks and the padding around them left out."""
    return _BREAK.sub("", quote)


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
        ordered = tuple(fixes)
        first, last = bisect_left(ordered, (self.start,)), bisect_right(ordered, (self.end, self.end + 1))
        self.fixes = tuple(f for f in ordered[first:last] if f.end <= self.end)
        # runs of the clean text: where each begins, the raw offset it begins at, and for a run that maps as a whole the
        # raw offset where it ends (-1: character by character)
        cleans, raws, wholes = [0], [self.start], [-1]
        parts: list[str] = []
        at, length = self.start, 0
        for first, last, new, _ in self.fixes:
            if first < at or last < first:
                raise ValueError(f"fixes overlap or run backwards at {first}")
            if first > at:
                parts.append(raw[at:first])
                length += first - at
            if new:
                whole = -1 if len(new) == last - first else last
                if cleans[-1] == length:  # an empty run: the new one takes its place
                    raws[-1], wholes[-1] = first, whole
                else:
                    cleans.append(length)
                    raws.append(first)
                    wholes.append(whole)
                parts.append(new)
                length += len(new)
            if cleans[-1] == length:
                raws[-1], wholes[-1] = last, -1
            else:
                cleans.append(length)
                raws.append(last)
                wholes.append(-1)
            at = last
        parts.append(raw[at : self.end])
        self.text = "".join(parts)
        self._clean, self._raw, self._whole = cleans, raws, wholes

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

    def starts(self) -> list[int]:
        """The raw offset of every clean character: ``span(i, i + 1)[0]`` for each ``i``, all at once."""
        found: list[int] = []
        for i, (clean, raw, whole) in enumerate(zip(self._clean, self._raw, self._whole, strict=True)):
            length = (self._clean[i + 1] if i + 1 < len(self._clean) else len(self.text)) - clean
            found += [raw] * length if whole >= 0 else range(raw, raw + length)
        return found

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
        """A new text with ``edits`` (sorted, disjoint, clean coordinates) composed onto the fixes that are there.

        What an edit leaves of a character-by-character fix stays; a fix that maps as a whole is taken over as a whole, so
        that no character the edit spared is lost.

        Raises:
            ValueError: the edits overlap, run backwards or leave the text.
        """
        if not edits:
            return self
        merged: list[Fix] = []
        old = iter(self._placed())
        pending = next(old, None)
        for edit in self._widened(edits):
            start, end = self.span(edit.start, edit.end)
            while pending is not None and pending[1] <= edit.start:
                merged.append(pending[2])
                pending = next(old, None)
            while pending is not None and pending[0] < edit.end:
                first, last, fix = pending
                if first < edit.start:
                    merged.append(Fix(fix.start, start, fix.text[: edit.start - first], fix.kind))
                if last > edit.end:
                    pending = edit.end, last, Fix(end, fix.end, fix.text[edit.end - first :], fix.kind)
                    break
                pending = next(old, None)  # swallowed: the edit was computed from its result
            merged.append(Fix(start, end, edit.text, edit.kind))
        if pending is not None:
            merged.append(pending[2])
        merged.extend(fix for _, _, fix in old)
        return Text(self.raw, merged, self.start, self.end)

    def _placed(self) -> Iterator[tuple[int, int, Fix]]:
        """Every fix with the clean span that it fills."""
        at, clean = self.start, 0
        for fix in self.fixes:
            clean += fix.start - at
            yield clean, clean + len(fix.text), fix
            at, clean = fix.end, clean + len(fix.text)

    def _widened(self, edits: Iterable[Edit]) -> Iterator[Edit]:
        """The edits grown to the borders of the whole fixes they cut; those that share such a fix become one."""
        first = last = done = 0  # the group so far replaces clean[first:last]; its text is spelt out up to ``done``
        text, kind = "", ""
        for edit in edits:
            if not done <= edit.start <= edit.end <= len(self.text):
                raise ValueError(f"edits overlap, run backwards or leave the text at {edit.start}")
            start, end = self._borders(edit.start, edit.end)
            if kind and start < last:
                text += self.text[done : edit.start] + edit.text
                last = max(last, end)
            else:
                if kind:
                    yield Edit(first, last, text + self.text[done:last], kind)
                first, last, kind = start, end, edit.kind
                text = self.text[start : edit.start] + edit.text
            done = edit.end
        yield Edit(first, last, text + self.text[done:last], kind)

    def _borders(self, start: int, end: int) -> tuple[int, int]:
        """The clean span, grown over the whole fixes that it cuts."""
        i = bisect_right(self._clean, start) - 1
        j = i if end <= start else bisect_right(self._clean, end - 1) - 1
        if end <= start and start == self._clean[i]:
            return start, end  # an insertion between two runs cuts nothing
        return (
            self._clean[i] if self._whole[i] >= 0 else start,
            self._clean[j + 1] if self._whole[j] >= 0 else end,
        )
