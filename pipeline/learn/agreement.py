"""Agreement of two independent readings of the same texts, before adjudication: F1 per kind, accuracy per attribute."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.learn.gold import KINDS, QUOTE, resolve
from pipeline.learn.matching import ACCURACY, MATCH, NON_NULL, iou, pair

SHOWN = ("level", "value", "unit", "norm", "number", "type")
DOCUMENT_FIELDS = ("doc_type", "title", "org", "org_type", "author", "signed_date", "truncated", "period")


def pairs_of_files(first: Path, second: Path, texts: Path | None = None) -> Iterator[tuple[Path, dict[str, Any], dict[str, Any]]]:
    """Files that both folders hold, resolved against the text beside the first, or of that name anywhere below ``texts``."""
    named = {path.name: path for path in texts.rglob("*.txt")} if texts else {}
    for path in sorted(first.glob("*.json")):
        other = second / path.name
        if other.exists():
            a, b = (json.loads(p.read_text(encoding="utf-8")) for p in (path, other))
            beside = path.with_suffix(".txt")
            text = named.get(beside.name, beside).read_bytes().decode("utf-8-sig")
            yield path, resolve(a, text), resolve(b, text)


def differences(first: Path, second: Path, texts: Path | None = None) -> tuple[dict[str, Any], list[str]]:
    """Figures per kind and attribute, and every difference in words."""
    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    right: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    levels: list[tuple[int, int]] = []
    said: list[str] = []
    for path, a, b in pairs_of_files(first, second, texts):
        docs = pair(
            [d for d in a["documents"] if d["doc_type"] != "guide"], [d for d in b["documents"] if d["doc_type"] != "guide"],
            lambda g, p: iou(g, p) >= 0.9,
        )  # fmt: skip
        for k, n in enumerate((len(docs.pairs), len(docs.missed), len(docs.false))):
            tally["documents"][k] += n
        for side, items in (("first", docs.missed), ("second", docs.false)):
            said += [f"{path.stem} documents: only in {side}: lines {d['start_line']}-{d['end_line']}" for d in items]
        for d, e in docs.pairs:
            for field in DOCUMENT_FIELDS:
                same = d.get(field) == e.get(field)
                right[f"doc.{field}"][0] += same
                right[f"doc.{field}"][1] += 1
                if not same:
                    said.append(f"{path.stem} line {d['start_line']} {field}: {d.get(field)!r} | {e.get(field)!r}")
            for item in d.get("coverage") or {}:
                x, y = d["coverage"][item], (e.get("coverage") or {}).get(item, 0)
                levels.append((x, y))
                if x != y:
                    said.append(f"{path.stem} line {d['start_line']} coverage {item}: {x} | {y}")
            for kind in KINDS:
                quote = QUOTE.get(kind, "text")
                found_kind = pair(d[kind], e[kind], MATCH[kind])
                for k, n in enumerate((len(found_kind.pairs), len(found_kind.missed), len(found_kind.false))):
                    tally[kind][k] += n
                for side, items in (("first", found_kind.missed), ("second", found_kind.false)):
                    for item in items:
                        extra = {k: item[k] for k in SHOWN if item.get(k) is not None}
                        said.append(f"{path.stem} line {item['line']} {kind}: only in {side}: {item[quote]!r} {extra or ''}")
                for x, y in found_kind.pairs:
                    for field in (*ACCURACY.get(kind, ()), *NON_NULL.get(kind, ())):
                        same = x.get(field) == y.get(field)
                        right[f"{kind}.{field}"][0] += same
                        right[f"{kind}.{field}"][1] += 1
                        if not same:
                            values = f"{x.get(field)!r} | {y.get(field)!r}"
                            said.append(f"{path.stem} line {x['line']} {kind} {x[quote]!r} {field}: {values}")
                    if kind == "sections" and x["level"] == 1:
                        right["sections.main_topic"][0] += x["topics"][:1] == y["topics"][:1]
                        right["sections.main_topic"][1] += 1
                        if x["topics"] != y["topics"]:
                            values = f"{x['topics']} | {y['topics']}"
                            said.append(f"{path.stem} line {x['line']} sections {x[quote]!r} topics: {values}")
    figures: dict[str, Any] = {
        k: {"f1": round(2 * h / (2 * h + m + f), 4) if h + m + f else None, "n": h + m} for k, (h, m, f) in tally.items()
    }
    figures |= {k: {"accuracy": round(ok / n, 4), "n": n} for k, (ok, n) in right.items()}
    if levels:
        exact = sum(x == y for x, y in levels) / len(levels)
        figures["coverage"] = {"exact": round(exact, 4), "kappa": round(kappa(levels), 4), "n": len(levels)}
    return figures, said


def kappa(levels: list[tuple[int, int]]) -> float:
    """Quadratically weighted kappa over levels 0, 1, 2."""
    n = len(levels)
    observed = sum((x - y) ** 2 for x, y in levels) / n
    first, second = [sum(x == k for x, _ in levels) / n for k in range(3)], [sum(y == k for _, y in levels) / n for k in range(3)]
    expected = sum(first[i] * second[j] * (i - j) ** 2 for i in range(3) for j in range(3))
    return 1 - observed / expected if expected else 1.0


def main(argv: list[str]) -> int:
    """``python -m pipeline.learn.agreement FIRST SECOND [--list]``: figures, and the differences on request."""
    figures, said = differences(Path(argv[0]), Path(argv[1]))
    if "--list" in argv:
        print("\n".join(said))
    print(json.dumps(figures, indent=1, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))
