"""Scores of a run against gold: the figures of the field's scorer, kept apart by document so that they can be regrouped.

Every source becomes one ``Sheet`` a gold document; what a run finds outside all documents (in noise, in guides) goes to
the nearest sheet. Adding all sheets up gives the scorer's figures to the last digit; adding up some of them gives a
genre's, a phenomenon's or a bootstrap sample's. ``tests/learn/test_scoring.py`` holds both equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from pipeline.learn.agreement import kappa
from pipeline.learn.matching import ACCURACY, DOC_ACCURACY, DOC_FLAGS, MATCH, NON_NULL, Item, iou, overlap, pair
from pipeline.records import CoverageItem

ITEMS: tuple[CoverageItem, ...] = get_args(CoverageItem)
Row = dict[str, float | int | None]


@dataclass
class Difference:
    """One thing that the run and gold do not agree on; ``kind`` is a kind of finding, documents, attributes or coverage."""

    kind: str
    what: str  # missed · false · differs
    source: str
    start: int
    end: int
    detail: str = ""


@dataclass
class Sheet:
    """The score of one gold document."""

    source: str
    number: int  # of the document in its source
    start: int
    end: int
    genre: str = ""
    phenomena: tuple[str, ...] = ()
    tally: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))  # hits, misses, false alarms
    right: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))  # right, of
    macro: dict[str, float] = field(default_factory=dict)
    levels: list[tuple[int, int]] = field(default_factory=list)  # coverage: gold, found
    differences: list[Difference] = field(default_factory=list)

    def differs(self, kind: str, what: str, at: Item, detail: str = "") -> None:
        """Note a difference."""
        self.differences.append(Difference(kind, what, self.source, at["start"], at["end"], detail))

    def judge(self, name: str, ok: bool) -> None:
        """Count one attribute."""
        self.right[name][0] += ok
        self.right[name][1] += 1

    def compare(self, name: str, gold: Any, found: Any) -> None:
        """Count one attribute that is mostly null: a hit needs a value."""
        self.tally[name][0] += gold is not None and gold == found
        self.tally[name][1] += gold is not None and gold != found
        self.tally[name][2] += found is not None and gold != found


def score_source(source: str, gold: Mapping[str, Any], records: Sequence[Item]) -> list[Sheet]:
    """The sheets of one source. ``gold`` is resolved, without defaults: what it does not say is not asked.

    A source of which gold covers a part is judged by that part: a record counts if documents, guides or noise of gold
    cover more than half of it.
    """
    docs = [d for d in gold["documents"] if d["doc_type"] != "guide"]
    found = asked(gold, records)
    sheets = [Sheet(source, i, d["start"], d["end"]) for i, d in enumerate(docs)] or [Sheet(source, 0, 0, 0)]
    _score_documents(sheets, docs, found)
    for kind, match in MATCH.items():
        _score_kind(sheets, kind, match, docs, judged(gold, records, kind)[1])
    return sheets


def asked(gold: Mapping[str, Any], records: Sequence[Item]) -> list[Item]:
    """The records that gold can judge."""
    known = [*gold["documents"], *gold["noise"]]
    return [r for r in records if 2 * sum(overlap(r, d) for d in known) > r["end"] - r["start"]]


def judged(gold: Mapping[str, Any], records: Sequence[Item], kind: str) -> tuple[list[Item], list[Item]]:
    """The findings of a kind in gold, and those of the records that gold can judge."""
    known = [*gold["documents"], *gold["noise"]]
    found = [a for r in asked(gold, records) for a in r.get(kind) or [] if any(overlap(a, d) for d in known)]
    return [a for d in gold["documents"] if d["doc_type"] != "guide" for a in d[kind]], found


def _home(sheets: list[Sheet], at: Item) -> Sheet:
    """The sheet of the document that a span lies in, else the nearest."""
    return min(sheets, key=lambda s: (max(s.start - at["end"] + 1, at["start"] - s.end + 1, 0), -overlap(at, vars(s))))


def _score_documents(sheets: list[Sheet], docs: Sequence[Item], found: Sequence[Item]) -> None:
    pairs, missed, false = pair(docs, [r for r in found if r["doc_type"] != "guide"], lambda g, p: iou(g, p) >= 0.9)
    for column, items in enumerate(([g for g, _ in pairs], missed, false)):
        for item in items:
            sheet = _home(sheets, item)
            sheet.tally["documents"][column] += 1
            if column:
                sheet.differs("documents", ("missed", "false")[column - 1], item, f"{item['doc_type']} {item.get('title')!r}")
    partner = {id(g): p for g, p in pairs}
    for sheet, g in zip(sheets, docs, strict=False):
        p = partner.get(id(g))
        asked = [(f, g[f], p and p.get(f)) for f in DOC_ACCURACY if f in g]
        given, got = g.get("period") or {}, (p and p.get("period")) or {}
        asked += [(f"period.{f}", given.get(f), got.get(f)) for f in ("start", "end", "label")]
        for name, want, have in asked:
            ok = p is not None and want == have
            sheet.judge(f"doc.{name}", ok)
            if not ok:
                sheet.differs("attributes", "differs", g, f"{name}: {want!r} ≠ {have!r}")
        for flag in DOC_FLAGS:
            want, have = bool(g.get(flag)), bool(p and p.get(flag))
            sheet.tally[f"doc.{flag}"][0] += want and have
            sheet.tally[f"doc.{flag}"][1] += want and not have
            sheet.tally[f"doc.{flag}"][2] += have and not want
            if want != have:
                sheet.differs("attributes", "differs", g, f"{flag}: {g.get(flag)!r} ≠ {p and p.get(flag)!r}")
        for name in ITEMS:
            level = _level(p, name)
            sheet.levels.append((g["coverage"][name], level))
            if g["coverage"][name] != level:
                sheet.differs("coverage", "differs", g, f"{name}: {g['coverage'][name]} ≠ {level}")


def _level(record: Item | None, item: str) -> int:
    items = ((record or {}).get("coverage") or {}).get("items") or {}
    return int((items.get(item) or {}).get("level") or 0)


def _score_kind(sheets: list[Sheet], kind: str, match: Any, docs: Sequence[Item], found: list[Item]) -> None:
    hits, missed, false = pair([a for d in docs for a in d[kind]], found, match)
    # a quote that a line wrap cuts in the raw file ("wrapped" in gold) is neither a miss nor makes a false alarm
    cut = [a for a in missed if a.get("wrapped")]
    missed = [a for a in missed if not a.get("wrapped")]
    false = [p for p in false if not any(overlap(p, a) for a in cut)]
    for sheet in sheets:
        sheet.tally[kind]  # every kind has its row, also where there is nothing of it
    for g, p in hits:
        sheet = _home(sheets, g)
        sheet.tally[kind][0] += 1
        _score_attributes(sheet, kind, g, p)
    for a in missed:
        sheet = _home(sheets, a)
        sheet.tally[kind][1] += 1
        sheet.differs(kind, "missed", a, _said(a))
    for a in false:
        sheet = _home(sheets, a)
        sheet.tally[kind][2] += 1
        sheet.differs(kind, "false", a, _said(a))
    for sheet, d in zip(sheets, docs, strict=False):
        if d[kind]:
            one = pair(d[kind], [a for a in found if overlap(a, d)], match)
            m = sum(not a.get("wrapped") for a in one.missed)
            f = sum(not any(overlap(a, c) for c in cut) for a in one.false)
            if one.pairs or m or f:
                sheet.macro[kind] = 2 * len(one.pairs) / (2 * len(one.pairs) + m + f)


def _score_attributes(sheet: Sheet, kind: str, g: Item, p: Item) -> None:
    for name in ACCURACY.get(kind, ()):
        if name in g:
            sheet.judge(f"{kind}.{name}", g[name] == p.get(name))
            if g[name] != p.get(name):
                sheet.differs("attributes", "differs", g, f"{kind}.{name}: {g[name]!r} ≠ {p.get(name)!r}")
    for name in NON_NULL.get(kind, ()):
        if name in g:
            sheet.compare(f"{kind}.{name}", g[name], p.get(name))
            if g[name] != p.get(name):
                sheet.differs("attributes", "differs", g, f"{kind}.{name}: {g[name]!r} ≠ {p.get(name)!r}")
    if kind == "sections" and g["level"] == 1 and g.get("topics"):
        have = p.get("topics") or []
        sheet.judge("sections.main_topic", list(have[:1]) == list(g["topics"][:1]))
        both, wanted = len(set(have) & set(g["topics"])), len(set(g["topics"]))
        for column, n in enumerate((both, wanted - both, len(set(have)) - both)):
            sheet.tally["sections.topics"][column] += n
        if list(have) != list(g["topics"]):
            sheet.differs("attributes", "differs", g, f"sections.topics: {g['topics']} ≠ {list(have)}")


def _said(item: Item) -> str:
    names = ("level", "value", "unit", "norm", "number", "type", "status", "role", "kind", "rank")
    return " ".join(f"{name}={item[name]}" for name in names if item.get(name) is not None)


def figures(sheets: Iterable[Sheet]) -> dict[str, Row]:
    """The scorer's table: F1 and macro F1 of kinds, accuracy of attributes, coverage exact and κ; four decimals."""
    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    right: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    macro: dict[str, list[float]] = defaultdict(list)
    levels: list[tuple[int, int]] = []
    for sheet in sheets:
        for name, counts in sheet.tally.items():
            tally[name] = [a + b for a, b in zip(tally[name], counts, strict=True)]
        for name, counts in sheet.right.items():
            right[name] = [a + b for a, b in zip(right[name], counts, strict=True)]
        for name, value in sheet.macro.items():
            macro[name].append(value)
        levels += sheet.levels
    out: dict[str, Row] = {}
    for name, (hit, missed, false) in tally.items():
        out[name] = {
            "precision": _share(hit, hit + false), "recall": _share(hit, hit + missed),
            "f1": _share(2 * hit, 2 * hit + missed + false), "gold": hit + missed,
        }  # fmt: skip
        if macro.get(name):
            out[name]["macro"] = round(sum(macro[name]) / len(macro[name]), 4)
    out |= {name: {"accuracy": _share(ok, n), "n": n} for name, (ok, n) in right.items()}
    if levels:
        out["coverage.exact"] = {"accuracy": _share(sum(g == p for g, p in levels), len(levels)), "n": len(levels)}
        out["coverage.kappa"] = {"quadratic": round(kappa(levels), 4), "n": len(levels)}
    return out


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def headline(row: Row) -> float | None:
    """The one number that stands for a row."""
    return next((row[name] for name in ("f1", "accuracy", "quadratic") if name in row), None)
