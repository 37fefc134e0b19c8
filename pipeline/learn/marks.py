"""A gold file as flat marks on its text: the form that other annotation formats convert to and from.

A mark is a span of the raw text with a kind and attributes; documents and noise are marks too. Line numbers and
occurrence numbers are no part of it: they are worked out again from the offsets, so that marks that somebody moved in
another tool come back right.
"""

from __future__ import annotations

from bisect import bisect_right
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.errors import CannotRun
from pipeline.learn.check import opened
from pipeline.learn.gold import DOCUMENT, KINDS, QUOTE, Item, canonical, defaults, line_starts, resolve

HEADS = ("source", "author_group", "genre", "phenomena")
_PLACED = {"start", "end", "line", "nth"}


class Mark(NamedTuple):
    """A marked span; ``kind`` is ``documents``, ``noise`` or a kind of finding."""

    kind: str
    start: int
    end: int
    attributes: dict[str, Any]


class Marked(NamedTuple):
    """One gold file: what it says of itself, its raw text, its marks in the order of the file."""

    head: dict[str, Any]
    text: str
    marks: list[Mark]

    def of(self, kind: str) -> list[Mark]:
        """The marks of one kind."""
        return [mark for mark in self.marks if mark.kind == kind]


def marked(path: Path) -> Marked:
    """The gold file at ``path`` as marks.

    Raises:
        CannotRun: the file or its text cannot be read, or a quote is not there.
    """
    try:
        file = opened(path)
        gold = resolve(file.gold, file.text)
    except (OSError, ValueError, KeyError) as error:
        raise CannotRun("gold_unreadable", path=str(path), reason=str(error)) from error
    marks = [Mark("noise", n["start"], n["end"], {}) for n in gold["noise"]]
    for doc in gold["documents"]:
        head = {k: doc[k] for k in DOCUMENT} | {"warnings": doc.get("warnings", [])}
        if doc.get("coverage") is not None:
            head["coverage"] = doc["coverage"]
        marks.append(Mark("documents", doc["start"], doc["end"], head))
        for kind in KINDS:
            for a in doc[kind]:
                said = {k: v for k, v in a.items() if k not in _PLACED and k != QUOTE.get(kind, "text")}
                marks.append(Mark(kind, a["start"], a["end"], said))
    return Marked({k: gold.get(k) for k in HEADS}, file.text, marks)


def gold_of(file: Marked) -> Item:
    """The gold file that the marks make.

    Raises:
        CannotRun: a mark is empty, leaves the text, or a finding lies in no document.
    """
    text, starts = file.text, line_starts(file.text)
    name = str(file.head.get("source"))
    documents: list[tuple[Mark, Item]] = []
    for mark in file.marks:
        if not 0 <= mark.start < mark.end <= len(text):
            raise CannotRun("mark_outside", source=name, kind=mark.kind, start=mark.start, end=mark.end)
        if mark.kind == "documents":
            first, last = _lines(starts, mark)
            doc = {"start_line": first, "end_line": last, **{k: mark.attributes.get(k, v) for k, v in DOCUMENT.items()}}
            doc |= {kind: [] for kind in KINDS} | {k: v for k, v in mark.attributes.items() if k in ("coverage", "warnings")}
            documents.append((mark, doc))
    for mark in file.marks:
        if mark.kind in ("documents", "noise"):
            continue
        home = next((doc for place, doc in documents if place.start <= mark.start < place.end), None)
        if home is None:
            raise CannotRun("mark_homeless", source=name, kind=mark.kind, start=mark.start, end=mark.end)
        line = bisect_right(starts, mark.start)
        quote = text[mark.start : mark.end]
        home[mark.kind].append(
            {"line": line, QUOTE.get(mark.kind, "text"): quote, "nth": _nth(text, starts[line - 1], mark.start, quote)}
            | defaults(mark.kind)
            | mark.attributes
        )
    noise = [list(_lines(starts, mark)) for mark in file.of("noise")]
    return {**{k: file.head.get(k) for k in HEADS}, "documents": [doc for _, doc in documents], "noise_lines": noise}


def write(file: Marked, folder: Path, *, overwrite: bool = False) -> Path:
    """Write annotation and text into ``folder``; the annotation's path.

    Raises:
        CannotRun: a file of that name is there already and says something else, or the name would leave the folder.
    """
    name = str(file.head.get("source") or "").replace("\\", "/").split("/")[-1]
    if not name or Path(name).suffix != ".txt":
        raise CannotRun("gold_nameless", source=name or "?")
    content = {folder / name: file.text, (folder / name).with_suffix(".json"): canonical(gold_of(file))}
    folder.mkdir(parents=True, exist_ok=True)
    for path, body in content.items():
        if not overwrite and path.exists() and path.read_bytes() != body.encode("utf-8"):
            raise CannotRun("gold_exists", path=str(path))
    for path, body in content.items():
        path.write_bytes(body.encode("utf-8"))
    return (folder / name).with_suffix(".json")


def _lines(starts: list[int], mark: Mark) -> tuple[int, int]:
    return bisect_right(starts, mark.start), bisect_right(starts, mark.end - 1)


def _nth(text: str, line_start: int, start: int, quote: str) -> int:
    """Which occurrence of ``quote`` in its line begins at ``start``."""
    nth, at = 0, line_start - 1
    while at < start:
        at = text.index(quote, at + 1)
        nth += 1
    return nth
