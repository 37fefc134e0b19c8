"""Gold files: one raw ``.txt`` with its annotation ``.json`` beside it, and how quotes become offsets.

The annotation is by line and quote, so that people can read, write and diff it; the layout is the one that the
field's scorer reads. ``resolve`` turns quotes into offsets and ``canonical`` writes a file with every attribute spelt
out, one finding a line. ``check.py`` lists the faults of a file.
"""

from __future__ import annotations

import csv
import json
import re
from functools import cache
from pathlib import Path
from typing import Any, get_args

from pipeline import records as r

Item = dict[str, Any]
QUOTE = {"sections": "heading", "events": "name"}
KINDS = ("sections", "counts", "dates", "persons", "orgs", "places", "works", "events", "awards", "problems", "requests")
# attribute → (default, allowed values or None for free text); the order is the order on disk
ATTRIBUTES: dict[str, dict[str, tuple[Any, tuple[Any, ...] | None]]] = {
    "sections": {"number": (None, None), "level": (None, (1, 2, 3, 4, 5, 6)), "topics": ([], get_args(r.SectionTopic))},
    "counts": {
        "value": (None, None), "max": (None, None), "unit": (None, None), "modifier": (None, get_args(r.Modifier)),
        "object": (None, None), "indicator": (None, get_args(r.Indicator)), "scope": (None, get_args(r.Scope)),
        "status": ("done", get_args(r.CountStatus)),
    },
    "dates": {"norm": (None, None)},
    "persons": {"role": (None, None), "standing": (None, get_args(r.Standing))},
    "orgs": {},
    "places": {},
    "works": {"kind": (None, get_args(r.WorkKind))},
    "events": {
        "type": (None, get_args(r.EventType)), "status": (None, get_args(r.EventStatus)), "date": (None, None),
        "participants": (None, None), "place": (None, None), "theme": (None, None),
    },
    "awards": {"level": (None, get_args(r.AwardLevel)), "rank": (None, None), "recipient": (None, None), "date": (None, None)},
    "problems": {},
    "requests": {},
}  # fmt: skip
REQUIRED = {
    "sections": ("level",), "counts": ("value", "unit"), "dates": ("norm",), "works": ("kind",), "events": ("type", "status"),
}  # fmt: skip
DOCUMENT: dict[str, Any] = {
    "doc_type": None, "title": None, "org": None, "org_type": "unknown",
    "period": {"start": None, "end": None, "label": "unknown"}, "signed_date": None, "author": None,
    "truncated": False, "duplicate_of": None, "topics": [],
}  # fmt: skip


class GoldError(ValueError):
    """A quote that is not where the annotation says."""


@cache
def phenomena(path: Path) -> tuple[str, ...]:
    """Codes of ``corpora/phenomena.tsv``."""
    with path.open(encoding="utf-8", newline="") as handle:
        return tuple(row["code"] for row in csv.DictReader(handle, delimiter="\t"))


def line_starts(text: str) -> list[int]:
    """Offset of each line's first character; lines end at ``\\n`` alone, as the scorer counts them."""
    return [0] + [m.end() for m in re.finditer("\n", text)]


def locate(text: str, starts: list[int], line: int, needle: str, nth: int = 1) -> tuple[int, int]:
    """Span of the ``nth`` occurrence of ``needle`` that begins in ``line`` (1-based).

    Raises:
        GoldError: the quote is not there.
    """
    if not 1 <= line <= len(starts):
        raise GoldError(f"line {line}: the text has {len(starts)} lines")
    lo = starts[line - 1]
    hi = starts[line] if line < len(starts) else len(text)
    pos = lo - 1
    for _ in range(nth or 1):
        pos = text.find(needle, pos + 1)
        if pos < 0 or pos >= hi:
            raise GoldError(f"line {line}: {needle!r} (occurrence {nth}) not found")
    return pos, pos + len(needle)


def resolve(gold: Item, text: str, *, fill: bool = True) -> Item:
    """A copy of ``gold`` in which documents, noise and findings carry ``start`` and ``end`` offsets into ``text``.

    Without ``fill`` an attribute that the file leaves out stays out: the scorer asks nothing about it then.

    Raises:
        GoldError: a quote is not where the annotation says.
    """
    starts = line_starts(text)

    def lines(first: int, last: int) -> Item:
        return {"start": starts[first - 1], "end": starts[last] if last < len(starts) else len(text)}

    out = {**gold, "noise": [lines(a, b) for a, b in gold.get("noise_lines", [])], "documents": []}
    for doc in gold["documents"]:
        new = {**(DOCUMENT if fill else {}), **doc, **lines(doc["start_line"], doc["end_line"])}
        for kind in KINDS:
            new[kind] = []
            for a in doc.get(kind, []):
                start, end = locate(text, starts, a["line"], a[QUOTE.get(kind, "text")], a.get("nth", 1))
                new[kind].append({**(defaults(kind) if fill else {}), **a, "start": start, "end": end})
        out["documents"].append(new)
    return out


def defaults(kind: str) -> Item:
    """The default attributes of a kind of finding."""
    return {name: default for name, (default, _) in ATTRIBUTES[kind].items()}


def canonical(gold: Item) -> str:
    """The file as it stands on disk: every attribute spelt out, one finding a line, findings in text order."""
    documents = []
    for doc in gold["documents"]:
        head = {"start_line": doc["start_line"], "end_line": doc["end_line"]}
        head |= {k: doc.get(k, v) for k, v in DOCUMENT.items()}
        lines = [f"   {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in head.items()]
        if doc["doc_type"] != "guide":
            for kind in KINDS:
                rows = [_spelt_out(kind, a) for a in doc.get(kind, [])]
                lines.append(_listed(kind, sorted(rows, key=lambda a: a["line"])))
            lines.append(f'   "coverage": {json.dumps(doc.get("coverage"), ensure_ascii=False)}')
        lines.append(_listed("warnings", doc.get("warnings", [])))
        documents.append("  {\n" + ",\n".join(lines) + "\n  }")
    top = [f" {json.dumps(k)}: {json.dumps(gold.get(k), ensure_ascii=False)}" for k in ("source", "author_group", "genre")]
    top.append(f' "phenomena": {json.dumps(sorted(set(gold.get("phenomena", []))))}')
    top.append(' "documents": [\n' + ",\n".join(documents) + "\n ]")
    top.append(f' "noise_lines": {json.dumps(gold.get("noise_lines", []))}')
    return "{\n" + ",\n".join(top) + "\n}\n"


def _spelt_out(kind: str, a: Item) -> Item:
    quote = QUOTE.get(kind, "text")
    out: Item = {"line": a["line"], quote: a[quote], "nth": a.get("nth", 1)}
    out |= {name: a.get(name, default) for name, (default, _) in ATTRIBUTES[kind].items()}
    return out | ({"wrapped": True} if a.get("wrapped") else {})


def _listed(name: str, rows: list[Item]) -> str:
    body = ",\n".join("    " + json.dumps(row, ensure_ascii=False) for row in rows)
    return f'   "{name}": [' + (f"\n{body}\n   " if rows else "") + "]"


def main(argv: list[str]) -> int:
    """``python -m pipeline.learn.gold [--format] PATH…``: print faults, optionally rewrite canonically."""
    from pipeline.learn.check import annotation_files, file_faults, home_of

    rewrite = "--format" in argv
    faults = 0
    for arg in [a for a in argv if a != "--format"]:
        root = Path(arg)
        home = home_of(root)
        for path in annotation_files(root):
            found = [f for f in file_faults(path, home / "phenomena.tsv" if home else None) if f.grave]
            faults += len(found)
            for fault in found:
                print(fault.words("en"))
            if rewrite and not found:
                path.write_text(canonical(json.loads(path.read_text(encoding="utf-8"))), encoding="utf-8", newline="\n")
    print(f"{faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))
