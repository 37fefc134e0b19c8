"""Gold files: one raw ``.txt`` with its annotation ``.json`` beside it, checked and resolved to offsets.

The annotation is by line and quote, so that people can read, write and diff it; the layout is the one that the
field's scorer reads. ``resolve`` turns quotes into offsets, ``problems_of`` lists every fault of a file, and
``canonical`` writes a file with every attribute spelt out, one finding a line.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

from pipeline import records as r

Item = dict[str, Any]
QUOTE = {"sections": "heading", "events": "name"}
KINDS = ("sections", "counts", "dates", "persons", "orgs", "places", "works", "events", "awards", "problems", "requests")
NORM = re.compile(
    r"(?:\d{4}|XXXX)(?:-(?:\d\d|XX)(?:-(?:\d\d|XX))?)?(?:/(?:\d{4}|XXXX)(?:-(?:\d\d|XX)(?:-(?:\d\d|XX))?)?)?"
)
MONTH = re.compile(r"\d{4}(?:-\d\d)?")
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
REQUIRED = {"sections": ("level",), "counts": ("value", "unit"), "dates": ("norm",), "works": ("kind",), "events": ("type", "status")}
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


def resolve(gold: Item, text: str) -> Item:
    """A copy of ``gold`` in which documents, noise and findings carry ``start`` and ``end`` offsets into ``text``."""
    starts = line_starts(text)

    def lines(first: int, last: int) -> Item:
        return {"start": starts[first - 1], "end": starts[last] if last < len(starts) else len(text)}

    out = {**gold, "noise": [lines(a, b) for a, b in gold.get("noise_lines", [])], "documents": []}
    for doc in gold["documents"]:
        new = {**DOCUMENT, **doc, **lines(doc["start_line"], doc["end_line"])}
        for kind in KINDS:
            new[kind] = []
            for a in doc.get(kind, []):
                start, end = locate(text, starts, a["line"], a[QUOTE.get(kind, "text")], a.get("nth", 1))
                new[kind].append({**defaults(kind), **a, "start": start, "end": end})
        out["documents"].append(new)
    return out


def defaults(kind: str) -> Item:
    """The default attributes of a kind of finding."""
    return {name: default for name, (default, _) in ATTRIBUTES[kind].items()}


def problems_of(path: Path, phenomena_path: Path | None = None) -> Iterator[str]:
    """Every fault of one gold file, worded for its author: spans, closed lists, consistency."""
    try:
        gold = json.loads(path.read_text(encoding="utf-8"))
        text = path.with_name(gold["source"].split("/")[-1]).read_bytes().decode("utf-8-sig")
    except (OSError, ValueError, KeyError) as error:
        yield f"unreadable: {error}"
        return
    starts = line_starts(text)
    unknown = set(gold) - {"source", "author_group", "genre", "phenomena", "documents", "noise_lines", "note"}
    if unknown:
        yield f"unknown keys {sorted(unknown)}"
    for field in ("author_group", "genre"):
        if not gold.get(field):
            yield f"{field} is missing"
    if phenomena_path is not None:
        for code in gold.get("phenomena", []):
            if code not in phenomena(phenomena_path):
                yield f"unknown phenomenon {code!r}"
    covered: list[tuple[int, int, str]] = [(a, b, "noise") for a, b in gold.get("noise_lines", [])]
    for i, doc in enumerate(gold.get("documents", [])):
        where = f"document {i}"
        try:
            covered.append((doc["start_line"], doc["end_line"], where))
        except KeyError as error:
            yield f"{where}: {error} is missing"
            continue
        yield from (f"{where}: {fault}" for fault in _document_faults(doc, text, starts))
    covered.sort()
    at = 1
    for first, last, what in covered:
        if first < at or last < first:
            yield f"{what} at lines {first}-{last} overlaps or runs backwards"
        elif first > at and text[starts[at - 1] : starts[first - 1]].strip():
            yield f"lines {at}-{first - 1} belong to no document and no noise"
        at = max(at, last + 1)
    if at <= len(starts) and text[starts[at - 1] :].strip():
        yield f"lines {at}-{len(starts)} belong to no document and no noise"


def _document_faults(doc: Item, text: str, starts: list[int]) -> Iterator[str]:
    unknown = set(doc) - set(DOCUMENT) - set(KINDS) - {"start_line", "end_line", "coverage", "warnings"}
    if unknown:
        yield f"unknown keys {sorted(unknown)}"
    for field, allowed in (("doc_type", get_args(r.DocType)), ("org_type", get_args(r.OrgType))):
        if doc.get(field, DOCUMENT[field]) not in allowed:
            yield f"{field} {doc.get(field)!r} is not in {allowed}"
    period = doc.get("period") or DOCUMENT["period"]
    if set(period) != {"start", "end", "label"} or period["label"] not in get_args(r.PeriodLabel):
        yield f"period {period} needs start, end and a label of {get_args(r.PeriodLabel)}"
    for end in ("start", "end"):
        if period.get(end) is not None and not MONTH.fullmatch(str(period[end])):
            yield f"period {end} {period[end]!r} is not YYYY or YYYY-MM"
    if doc.get("doc_type") == "guide":
        if any(doc.get(kind) for kind in KINDS):
            yield "a guide never has findings"
        return
    coverage = doc.get("coverage") or {}
    if set(coverage) != set(get_args(r.CoverageItem)) or not set(coverage.values()) <= {0, 1, 2}:
        odd = set(get_args(r.CoverageItem)) ^ set(coverage)
        yield f"coverage needs each item once at level 0, 1 or 2 (odd: {sorted(odd)})"
    for warning in doc.get("warnings", []):
        if warning.get("code") not in get_args(r.WarningCode):
            yield f"unknown warning {warning.get('code')!r}"
        if warning.get("text"):
            try:
                locate(text, starts, warning["line"], warning["text"], warning.get("nth", 1))
            except (GoldError, KeyError) as error:
                yield f"warning: {error}"
    levels: list[int] = []
    for kind in KINDS:
        spans: list[tuple[int, int, str]] = []
        for a in doc.get(kind, []):
            quote = a.get(QUOTE.get(kind, "text"))
            if not quote or not isinstance(a.get("line"), int):
                yield f"{kind}: {a} needs line and {QUOTE.get(kind, 'text')}"
                continue
            try:
                start, end = locate(text, starts, a["line"], quote, a.get("nth", 1))
            except GoldError as error:
                yield f"{kind}: {error}"
                continue
            if not doc["start_line"] <= a["line"] <= doc["end_line"]:
                yield f"{kind}: {quote!r} in line {a['line']} lies outside the document"
            spans.append((start, end, quote))
            yield from (f"{kind} line {a['line']} {quote!r}: {fault}" for fault in _attribute_faults(kind, a))
            if kind == "sections" and isinstance(a.get("level"), int):
                levels.append(a["level"])
        for (_, e1, q1), (s2, _, q2) in zip(sorted(spans), sorted(spans)[1:], strict=False):
            if s2 < e1:
                yield f"{kind}: {q1!r} and {q2!r} overlap"
    for before, after in zip([0, *levels], levels, strict=False):
        if after > before + 1:
            yield f"sections: level {after} follows level {before}"


def _attribute_faults(kind: str, a: Item) -> Iterator[str]:
    known = ATTRIBUTES[kind]
    unknown = set(a) - set(known) - {"line", "nth", "wrapped", QUOTE.get(kind, "text")}
    if unknown:
        yield f"unknown attributes {sorted(unknown)}"
    for name in REQUIRED.get(kind, ()):
        if a.get(name) is None:
            yield f"{name} is missing"
    for name, (_, allowed) in known.items():
        value = a.get(name)
        if value is None or allowed is None:
            continue
        for one in value if isinstance(value, list) else [value]:
            if one not in allowed:
                yield f"{name} {one!r} is not in {allowed}"
    for name in ("norm",) if kind == "dates" else ("date",) if kind in ("events", "awards") else ():
        if a.get(name) is not None and not NORM.fullmatch(a[name]):
            yield f"{name} {a[name]!r} is not a norm"
    if kind == "counts":
        if not isinstance(a.get("value"), int | float):
            yield "value is not a number"
        elif isinstance(a.get("max"), int | float) and a["max"] <= a["value"]:
            yield "max is not above value"
    if kind == "works" and not (a["text"].startswith("《") and a["text"].endswith("》")):
        yield "a work is quoted with its brackets"
    if kind == "events" and not (a.get("participants") is None or isinstance(a["participants"], int)):
        yield "participants is a whole number"


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
    rewrite = "--format" in argv
    faults = 0
    for arg in [a for a in argv if a != "--format"]:
        root = Path(arg)
        home = next((p for p in (root, *root.parents) if (p / "phenomena.tsv").exists()), None)
        for path in sorted(root.rglob("*.json")) if root.is_dir() else [root]:
            found = list(problems_of(path, home / "phenomena.tsv" if home else None))
            faults += len(found)
            for fault in found:
                print(f"{path.name}: {fault}")
            if rewrite and not found:
                path.write_text(canonical(json.loads(path.read_text(encoding="utf-8"))), encoding="utf-8")
    print(f"{faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))
