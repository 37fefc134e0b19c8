"""Faults of a gold corpus (标注检查): spans that do not resolve, values outside closed lists, rules that do not hold.

A fault has a code, a place and parameters; ``resources/faults.yaml`` has its words in both languages and its grade. A
*fault* makes the exit status non-zero, a *doubt* is worth a look: findings and coverage seldom disagree rightly.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, get_args

from pipeline import records as r
from pipeline.labels import label, messages
from pipeline.learn.examples import split_of
from pipeline.learn.gold import (
    ATTRIBUTES,
    DOCUMENT,
    KINDS,
    QUOTE,
    REQUIRED,
    GoldError,
    Item,
    canonical,
    line_starts,
    locate,
    phenomena,
)
from pipeline.learn.norms import day_problem, is_month
from pipeline.resources import table
from pipeline.settings import RESOURCES, Lang

WORDS = RESOURCES / "faults.yaml"
HELD_OUT = "test"
_TOP = {"source", "author_group", "genre", "phenomena", "documents", "noise_lines", "note"}


class Place(NamedTuple):
    """Where in a gold file a fault is; what does not apply is null."""

    document: int | None = None
    kind: str | None = None
    line: int | None = None
    quote: str | None = None


class Fault(NamedTuple):
    """One fault of one file."""

    path: Path
    place: Place
    code: str
    params: Mapping[str, Any]

    @property
    def grave(self) -> bool:
        """Whether it is a fault, not only a doubt."""
        return messages(WORDS)[self.code]["grade"] == "fault"

    def words(self, lang: Lang, *, hide: bool = False) -> str:
        """The fault in the user's language; with ``hide`` nothing of the text or of its annotation is said."""
        place, params = self.place, {k: "…" if hide else v for k, v in self.params.items()}
        where = [self.path.name]
        if place.document is not None:
            where.append(f"#{place.document}")
        if place.line is not None:
            where.append(f"第{place.line}行" if lang == "zh" else f"line {place.line}")
        if place.kind is not None:
            where.append(label("kind", place.kind, lang))
        if place.quote is not None and not hide:
            where.append(repr(place.quote))
        return f"{' '.join(where)}: {messages(WORDS)[self.code][lang].format(**params)}"


class GoldFile(NamedTuple):
    """A gold file that could be read."""

    path: Path
    gold: Item
    text: str

    @property
    def split(self) -> str:
        """Its part of the corpus."""
        return split_of(str(self.gold.get("author_group", "")), self.path.parent.name)


def text_path(path: Path, gold: Item) -> Path:
    """The raw text beside an annotation."""
    return path.with_name(str(gold["source"]).split("/")[-1])


def opened(path: Path) -> GoldFile:
    """A gold file and its text.

    Raises:
        OSError, ValueError, KeyError: it cannot be read.
    """
    gold = json.loads(path.read_text(encoding="utf-8"))
    return GoldFile(path, gold, text_path(path, gold).read_bytes().decode("utf-8-sig"))


def annotation_files(root: Path) -> list[Path]:
    """The annotation files below ``root``, or the one that it is."""
    return sorted(root.rglob("*.json")) if root.is_dir() else [root]


def home_of(root: Path) -> Path | None:
    """The folder of the corpora that ``root`` belongs to: the nearest one that lists the phenomena."""
    return next((p for p in (root.resolve(), *root.resolve().parents) if (p / "phenomena.tsv").is_file()), None)


def corpus_faults(root: Path) -> Iterator[Fault]:
    """Every fault of the files below ``root``, and those that only show between files."""
    home = home_of(root)
    known = home / "phenomena.tsv" if home else None
    files: list[GoldFile] = []
    for path in annotation_files(root):
        found = list(file_faults(path, known))
        yield from found
        if not any(fault.code == "unreadable" for fault in found):
            files.append(opened(path))
    yield from _between(files)
    if root.is_dir():
        annotated = {text_path(f.path, f.gold) for f in files}
        for text in sorted(set(root.rglob("*.txt")) - annotated):
            if not text.with_suffix(".json").exists():
                yield Fault(text, Place(), "text_alone", {})


def _between(files: list[GoldFile]) -> Iterator[Fault]:
    by_name: dict[str, list[GoldFile]] = defaultdict(list)
    homes: dict[str, set[bool]] = defaultdict(set)
    for file in files:
        by_name[str(file.gold["source"]).split("/")[-1]].append(file)
        homes[str(file.gold.get("author_group"))].add(file.split == HELD_OUT)
    for file in files:
        name = str(file.gold["source"]).split("/")[-1]
        for other in by_name[name]:
            if other is not file:
                yield Fault(file.path, Place(), "name_twice", {"other": f"{other.path.parent.name}/{other.path.name}"})
        group = str(file.gold.get("author_group"))
        if len(homes[group]) == 2:
            yield Fault(file.path, Place(), "group_in_both", {"group": group})
        for i, doc in enumerate(file.gold.get("documents", [])):
            if doc.get("duplicate_of") is None:
                continue
            target, _, number = str(doc["duplicate_of"]).partition("#")
            found = by_name.get(target, [])
            there = found and (not number or (number.isdigit() and int(number) < len(found[0].gold.get("documents", []))))
            if not there or (target == name and number in ("", str(i))):
                yield Fault(file.path, Place(i), "duplicate_target", {"value": doc["duplicate_of"]})
            elif found[0].split != file.split:
                yield Fault(file.path, Place(i), "duplicate_across_splits", {"value": doc["duplicate_of"]})


def file_faults(path: Path, phenomena_path: Path | None = None) -> Iterator[Fault]:
    """Every fault of one gold file."""
    try:
        file = opened(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        yield Fault(path, Place(), "unreadable", {"reason": repr(error)[:200]})
        return
    try:
        found = list(_file_faults(file, phenomena_path))
        if not any(f.grave for f in found) and canonical(file.gold) != path.read_text(encoding="utf-8"):
            found.append(Fault(path, Place(), "not_canonical", {}))
    except (TypeError, KeyError, AttributeError, ValueError) as error:  # a value of another shape altogether
        found = [Fault(path, Place(), "unreadable", {"reason": repr(error)[:200]})]
    yield from found


def _file_faults(file: GoldFile, phenomena_path: Path | None) -> Iterator[Fault]:
    path, gold, text = file
    starts = line_starts(text)
    if unknown := sorted(set(gold) - _TOP):
        yield Fault(path, Place(), "unknown_keys", {"keys": ", ".join(unknown)})
    for field in ("author_group", "genre"):
        if not gold.get(field):
            yield Fault(path, Place(), "missing", {"field": field})
    if text_path(path, gold).stem != path.stem:
        yield Fault(path, Place(), "name_differs", {"source": gold["source"]})
    if phenomena_path is not None:
        for code in gold.get("phenomena", []):
            if code not in phenomena(phenomena_path):
                yield Fault(path, Place(), "unknown_phenomenon", {"value": code})
    stretches: list[tuple[int, int, Place]] = [(a, b, Place()) for a, b in gold.get("noise_lines", [])]
    for i, doc in enumerate(gold["documents"]):
        place = Place(i)
        missing = [field for field in ("start_line", "end_line", "doc_type") if doc.get(field) is None]
        yield from (Fault(path, place, "missing", {"field": field}) for field in missing)
        if missing:
            continue
        stretches.append((doc["start_line"], doc["end_line"], place))
        for where, code, params in _document_faults(doc, text, starts):
            yield Fault(path, where._replace(document=i), code, params)
    yield from (Fault(path, *fault) for fault in _tiling_faults(stretches, text, starts))


Told = tuple[Place, str, dict[str, Any]]


def _tiling_faults(stretches: list[tuple[int, int, Place]], text: str, starts: list[int]) -> Iterator[Told]:
    """Documents and noise share no line and leave none but blank ones."""
    at = 1
    for first, last, place in sorted(stretches):
        if not 1 <= first <= last <= len(starts):
            yield place, "lines_outside", {"first": first, "last": last, "count": len(starts)}
            continue
        if first < at:
            yield place, "lines_overlap", {"first": first, "last": last}
        elif text[starts[at - 1] : starts[first - 1]].strip():
            yield Place(), "lines_unclaimed", {"first": at, "last": first - 1}
        at = max(at, last + 1)
    if at <= len(starts) and text[starts[at - 1] :].strip():
        yield Place(), "lines_unclaimed", {"first": at, "last": len(starts)}


def _document_faults(doc: Item, text: str, starts: list[int]) -> Iterator[Told]:
    if unknown := sorted(set(doc) - set(DOCUMENT) - set(KINDS) - {"start_line", "end_line", "coverage", "warnings"}):
        yield Place(), "unknown_keys", {"keys": ", ".join(unknown)}
    for field, allowed in (("doc_type", get_args(r.DocType)), ("org_type", get_args(r.OrgType))):
        if doc.get(field, DOCUMENT[field]) not in allowed:
            yield Place(), "not_allowed", {"field": field, "value": doc.get(field)}
    yield from _period_faults(doc.get("period") or DOCUMENT["period"])
    yield from _norm_faults(Place(), "signed_date", doc.get("signed_date"))
    for warning in doc.get("warnings", []):
        if warning.get("code") not in get_args(r.WarningCode):
            yield Place(), "not_allowed", {"field": "warning", "value": warning.get("code")}
        if warning.get("text"):
            try:
                locate(text, starts, warning["line"], warning["text"], warning.get("nth", 1))
            except (GoldError, KeyError) as error:
                yield Place(line=warning.get("line"), quote=warning["text"]), "quote_not_found", {"reason": str(error)}
    if doc["doc_type"] == "guide":
        if any(doc.get(kind) for kind in KINDS):
            yield Place(), "guide_has_findings", {}
        return
    for topic in doc.get("topics", []):
        if topic not in get_args(r.SectionTopic):
            yield Place(), "not_allowed", {"field": "topics", "value": topic}
    for kind in KINDS:
        yield from _kind_faults(kind, doc, text, starts)
    coverage = doc.get("coverage") or {}
    odd = set(get_args(r.CoverageItem)) ^ set(coverage) | {k for k, v in coverage.items() if v not in (0, 1, 2)}
    if odd:
        yield Place(), "coverage_items", {"items": ", ".join(sorted(odd))}
    else:
        yield from _doubts(doc)


def _kind_faults(kind: str, doc: Item, text: str, starts: list[int]) -> Iterator[Told]:
    name = QUOTE.get(kind, "text")
    spans: list[tuple[int, int, Item]] = []
    for a in doc.get(kind, []):
        place = Place(kind=kind, line=a.get("line"), quote=a.get(name))
        if not a.get(name) or not isinstance(a.get("line"), int):
            yield place, "missing", {"field": f"line / {name}"}
            continue
        try:
            start, end = locate(text, starts, a["line"], a[name], a.get("nth", 1))
        except GoldError as error:
            yield place, "quote_not_found", {"reason": str(error)}
            continue
        if not doc["start_line"] <= a["line"] <= doc["end_line"]:
            yield place, "quote_outside", {}
        spans.append((start, end, a))
        yield from ((place, code, params) for code, params in _attribute_faults(kind, a))
    spans.sort(key=lambda s: s[:2])
    for (_, end, first), (start, _, second) in pairwise(spans):
        if start < end:
            yield Place(kind=kind, line=second["line"], quote=second[name]), "spans_overlap", {"other": repr(first[name])}
    if kind == "sections":
        before = 0
        for _, _, a in spans:
            if isinstance(a.get("level"), int):
                if a["level"] > before + 1:
                    yield Place(kind=kind, line=a["line"], quote=a[name]), "level_jump", {"level": a["level"], "before": before}
                before = a["level"]


def _attribute_faults(kind: str, a: Item) -> Iterator[tuple[str, dict[str, Any]]]:
    known = ATTRIBUTES[kind]
    if unknown := sorted(set(a) - set(known) - {"line", "nth", "wrapped", QUOTE.get(kind, "text")}):
        yield "unknown_keys", {"keys": ", ".join(unknown)}
    yield from (("missing", {"field": field}) for field in REQUIRED.get(kind, ()) if a.get(field) is None)
    for field, (_, allowed) in known.items():
        value = a.get(field)
        if value is not None and allowed is not None:
            for one in value if isinstance(value, list) else [value]:
                if one not in allowed:
                    yield "not_allowed", {"field": field, "value": one}
    for field in ("norm", "date"):
        if field in known:
            yield from ((code, params) for _, code, params in _norm_faults(Place(), field, a.get(field)))
    if kind == "sections":
        if a.get("level") == 1 and not a.get("topics"):
            yield "topics_missing", {}
        elif a.get("level") != 1 and a.get("topics"):
            yield "topics_misplaced", {}
    if kind == "counts":
        for field in ("value", "max"):
            if a.get(field) is not None and (isinstance(a[field], bool) or not isinstance(a[field], int | float)):
                yield "not_a_number", {"field": field, "value": a[field]}
                return
        if a.get("max") is not None and a.get("value") is not None and a["max"] <= a["value"]:
            yield "max_not_above", {}
        if (canonical_unit := _units().get(a.get("unit"), a.get("unit"))) != a.get("unit"):
            yield "unit_not_canonical", {"value": a.get("unit"), "canonical": canonical_unit}
    if kind == "works" and not (a["text"].startswith("《") and a["text"].endswith("》")):
        yield "work_without_brackets", {}
    participants = a.get("participants") if kind == "events" else None
    if participants is not None and (not isinstance(participants, int) or isinstance(participants, bool) or participants < 1):
        yield "not_whole", {"field": "participants", "value": participants}


@cache
def _units() -> dict[str | None, str]:
    """Surface form → canonical unit, where no canonical unit has that form itself."""
    rows = table("lexicons/units.tsv", 2)
    own = {unit for unit, _ in rows}
    return {form: unit for unit, forms in rows for form in forms.split() if form not in own}


def _period_faults(period: Item) -> Iterator[Told]:
    for field in ("start", "end", "label"):
        if field not in period:
            yield Place(), "missing", {"field": f"period.{field}"}
    if unknown := sorted(set(period) - {"start", "end", "label"}):
        yield Place(), "unknown_keys", {"keys": ", ".join(unknown)}
    if period.get("label") not in get_args(r.PeriodLabel):
        yield Place(), "not_allowed", {"field": "period.label", "value": period.get("label")}
    for field in ("start", "end"):
        if period.get(field) is not None and not is_month(period[field]):
            yield Place(), "not_a_month", {"field": f"period.{field}", "value": period[field]}
            return
    start, end = period.get("start"), period.get("end")
    if start and end and end[: len(start)] < start[: len(end)]:
        yield Place(), "runs_backwards", {"field": "period", "value": f"{start}/{end}"}


def _norm_faults(place: Place, field: str, value: Any) -> Iterator[Told]:
    if value is not None and (code := day_problem(value)):
        yield place, code, {"field": field, "value": value}


def _doubts(doc: Item) -> Iterator[Told]:
    """Where the findings make another coverage level than the one given (guide §7)."""
    if doc.get("topics") and any(s.get("level") == 1 for s in doc.get("sections", [])):
        yield Place(), "document_topics", {}
    counts, dated = len(doc.get("counts", [])), sum(e.get("date") is not None for e in doc.get("events", []))
    settled = (doc.get("org") is not None) + ((doc.get("period") or {}).get("start") is not None)
    derived = {"figures": (counts > 0) + (counts > 4), "timeline": (dated > 0) + (dated > 2), "identity": settled}
    if doc.get("awards"):
        derived["results"] = 2
    for item, level in derived.items():
        if doc["coverage"][item] != level:
            yield Place(), "coverage_level", {"item": item, "given": doc["coverage"][item], "derived": level}


def report(faults: Iterable[Fault], root: Path, lang: Lang) -> tuple[list[str], int]:
    """The lines to print, and how many faults are grave. Of held-out files nothing is quoted unless ``root`` is among them."""
    hidden = HELD_OUT not in root.resolve().parts
    lines, grave = [], 0
    for fault in faults:
        grave += fault.grave
        mark = "✗" if fault.grave else "?"
        lines.append(f"{mark} {fault.words(lang, hide=hidden and fault.path.parent.name == HELD_OUT)}")
    return lines, grave
