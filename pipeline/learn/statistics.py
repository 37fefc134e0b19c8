"""Statistics of the corpora (语料统计): the generated part of ``corpora/README.md``.

Of the held-out split nothing is told but counts.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import CannotRun
from pipeline.labels import label
from pipeline.learn.agreement import differences
from pipeline.learn.cases import genre_group
from pipeline.learn.check import HELD_OUT, GoldFile, annotation_files, home_of, opened
from pipeline.learn.gold import KINDS, GoldError
from pipeline.learn.tables import markdown

SPLITS = ("train", "dev", "test")
PROVEN = 5  # documents in which a phenomenon must occur
BEGIN, END = "<!-- statistics: written by gonghui corpus stats -->\n", "<!-- /statistics -->"


def readable(root: Path) -> list[GoldFile]:
    """Every gold file below ``root``.

    Raises:
        CannotRun: there is none, or one cannot be read.
    """
    files = []
    for path in annotation_files(root) if root.exists() else []:
        try:
            files.append(opened(path))
        except (OSError, ValueError, KeyError) as error:
            reason = type(error).__name__ if path.parent.name == HELD_OUT else str(error)
            raise CannotRun("gold_unreadable", path=str(path), reason=reason) from None
    if not files:
        raise CannotRun("gold_missing", path=str(root), split="*")
    return files


def generated(root: Path) -> str:
    """The generated part: sizes, findings, phenomena, agreement; the same bytes for the same corpora.

    Raises:
        CannotRun: there is no gold file, or one cannot be read.
    """
    files = readable(root)
    home = home_of(root)
    if home is None:
        raise CannotRun("gold_unreadable", path=str(root), reason="no phenomena.tsv above it")
    parts = [
        "### Size\n\n" + _sizes(files),
        "### Genres\n\n" + _genres(files),
        "### Findings\n\n" + _findings(files),
        "### Phenomena\n\n" + _phenomena(files, home / "phenomena.tsv"),
        "### Agreement of two readings\n\n" + _agreement(home / "readings", root),
    ]
    return "\n".join(parts)


def filled(readme: str, body: str) -> str:
    """The README with ``body`` between its marks.

    Raises:
        CannotRun: it has no marks.
    """
    head, begin, rest = readme.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise CannotRun("readme_without_marks")
    return f"{head}{BEGIN}\n{body}\n{END}{tail}"


def _documents(file: GoldFile) -> list[dict[str, Any]]:
    return list(file.gold["documents"])


def _sizes(files: Sequence[GoldFile]) -> str:
    rows: list[Sequence[object]] = [("split", "author groups", "files", "documents", "of them guides", "characters")]
    for split in (*SPLITS, "all"):
        some = [f for f in files if split in (f.split, "all")]
        documents = [d for f in some for d in _documents(f)]
        groups, guides = {f.gold["author_group"] for f in some}, sum(d["doc_type"] == "guide" for d in documents)
        rows.append((split, len(groups), len(some), len(documents), guides, f"{sum(len(f.text) for f in some):,}"))
    types = Counter(d["doc_type"] for f in files for d in _documents(f))
    listed = ", ".join(f"{name} {n}" for name, n in sorted(types.items(), key=lambda t: (-t[1], t[0])))
    return markdown(rows) + f"\nDocuments by type: {listed}.\n"


def _genres(files: Sequence[GoldFile]) -> str:
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for file in files:
        group = genre_group(file.gold["genre"])
        table[group][file.split] += len(_documents(file))
        table[group]["characters"] += len(file.text)
    rows: list[Sequence[object]] = [("genre group of the file", "documents", *SPLITS, "characters")]
    for group, n in sorted(table.items(), key=lambda item: (-sum(item[1][s] for s in SPLITS), item[0])):
        rows.append((group, sum(n[s] for s in SPLITS), *(n[s] for s in SPLITS), f"{n['characters']:,}"))
    return markdown(rows)


def _findings(files: Sequence[GoldFile]) -> str:
    rows: list[Sequence[object]] = [("kind", "中文", *SPLITS, "all", "documents with one")]
    totals: Counter[str] = Counter()
    for kind in KINDS:
        by_split = Counter({s: sum(len(d.get(kind, [])) for f in files if f.split == s for d in _documents(f)) for s in SPLITS})
        having = sum(bool(d.get(kind)) for f in files for d in _documents(f))
        rows.append((kind, label("kind", kind, "zh"), *(by_split[s] for s in SPLITS), by_split.total(), having))
        totals += by_split
    rows.append(("all", "合计", *(totals[s] for s in SPLITS), totals.total(), ""))
    return markdown(rows)


def _phenomena(files: Sequence[GoldFile], path: Path) -> str:
    counted = Counter(code for f in files for code in set(f.gold.get("phenomena", [])))
    rows: list[Sequence[object]] = [("code", "group", "files", "what it is")]
    rare = []
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE):
            n = counted[row["code"]]
            rows.append((f"`{row['code']}`", row["group"], n, row["what it is"].replace("|", "\\|").replace("*", "\\*")))
            if n < PROVEN:
                rare.append(f"`{row['code']}` {n}")
    verdict = (
        f"In fewer than {PROVEN} files: {', '.join(rare)}." if rare else f"Every phenomenon occurs in {PROVEN} files or more."
    )
    return f"{verdict}\n\n{markdown(rows)}"


def _agreement(readings: Path, texts: Path) -> str:
    first, second = readings / "first", readings / "second"
    both = {p.name for p in first.glob("*.json")} & {p.name for p in second.glob("*.json")}
    if not both:
        return "The two readings are not in `corpora/readings`: no figures.\n"
    try:
        figures, _ = differences(first, second, texts)
    except (GoldError, OSError) as error:
        raise CannotRun("gold_unreadable", path=str(readings), reason=type(error).__name__) from None
    findings: list[Sequence[object]] = [("kind", "F1", "findings of the first reading")]
    attributes: list[Sequence[object]] = [("attribute", "same", "of")]
    for name, row in figures.items():
        if "f1" in row:
            findings.append((name, "–" if row["f1"] is None else f"{row['f1']:.3f}", row["n"]))
        elif "accuracy" in row:
            attributes.append((name, f"{row['accuracy']:.3f}", row["n"]))
    if coverage := figures.get("coverage"):
        attributes += [
            ("coverage level", f"{coverage['exact']:.3f}", coverage["n"]),
            ("coverage κ", f"{coverage['kappa']:.3f}", coverage["n"]),
        ]
    head = f"Before adjudication, on the {len(both)} files that both readers annotated, matched as the scorer matches.\n\n"
    return head + markdown(findings) + "\n" + markdown(attributes)
