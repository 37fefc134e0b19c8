"""What ``gonghui evaluate`` prints: plain aligned tables, the same on a console and in a file."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from pipeline.labels import label, message
from pipeline.learn.check import HELD_OUT
from pipeline.learn.evaluate import Evaluation, Grouping, f1_of_kinds, targets
from pipeline.learn.matching import MATCH
from pipeline.learn.scoring import Row, headline
from pipeline.settings import Lang

KINDS = ("documents", *MATCH)
MOVED = 0.0005  # a change of a headline that is worth a mark
MORE_GOLD_HELPS = 0.01  # of F1, from three quarters of the gold to all of it


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns padded to equal width; a Chinese character is two columns wide. The first column is flush left."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        pads = [" " * (w - _width(cell)) for cell, w in zip(row, widths, strict=True)]
        lines.append("  ".join([row[0] + pads[0], *(pad + cell for pad, cell in zip(pads[1:], row[1:], strict=True))]).rstrip())
    return lines


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def summary(evaluation: Evaluation, lang: Lang) -> list[str]:
    """The whole table: headline, interval, precision, recall, mean over documents, its gap to the headline, number in gold,
    target, change since the last run."""
    asked = targets()
    names = ("score", "interval", "precision", "recall", "macro", "gap", "gold", "target", "change")
    rows = [["", *(message(f"evaluate_{name}", lang) for name in names)]]
    for name, row in evaluation.figures.items():
        value = headline(row)
        low, high = evaluation.intervals.get(name, (None, None))
        short = value is not None and name in asked and value < asked[name]
        n = row.get("gold", row.get("n"))
        rates = [_rate(row.get(rate)) for rate in ("precision", "recall", "macro")]
        interval = "–" if low is None else f"{_rate(low)}–{_rate(high)}"
        mark = "" if value is None else " ✗" if short else " ✓"
        target = _rate(asked[name]) + mark if name in asked else ""
        gap = "" if value is None or "macro" not in row else f"{float(row['macro'] or 0) - value:+.3f}"
        rows.append([name, _rate(value), interval, *rates, gap, str(n), target, _change(evaluation.before.get(name), value)])
    head = message("evaluate_head", lang, name=evaluation.name, documents=evaluation.documents, models=evaluation.models)
    failed = []
    if evaluation.failures:
        kinds = ", ".join(f"{label('failure', kind, lang)} {n}" for kind, n in sorted(evaluation.failures.items()))
        failed.append(message("evaluate_failures", lang, count=sum(evaluation.failures.values()), kinds=kinds))
        if evaluation.name != HELD_OUT:
            failed += [f"  {text}" for text in dict.fromkeys(f.message for f in evaluation.run.failures)][:3]
    return [head, *failed, *aligned(rows)]


def breakdown(evaluation: Evaluation, by: Grouping, lang: Lang) -> list[str]:
    """The headline of every kind in every genre group, or for every phenomenon."""
    rows = [[message(f"evaluate_by_{by}", lang), message("evaluate_documents", lang), *KINDS[1:]]]
    for group, (documents, figures) in evaluation.groups[by].items():
        rows.append([group, str(documents), *(_rate(headline(figures.get(kind, {}))) for kind in KINDS[1:])])
    return aligned(rows)


def curve_table(found: dict[float, dict[str, Row]], lang: Lang) -> list[str]:
    """The learning curve, and whether the last quarter of the gold still helped."""
    shares = list(found)
    names = [*KINDS, *(name for name in targets() if name not in KINDS)]
    rows = [["", *(f"{share:.0%}" for share in shares), message("evaluate_more_gold", lang)]]
    for name in names:
        values = [headline(found[share].get(name, {})) for share in shares]
        if all(v is None for v in values):
            continue
        last, before = values[-1], values[-2] if len(values) > 1 else None
        gain = None if last is None or before is None else last - before
        verdict = "" if gain is None else message("evaluate_yes" if gain >= MORE_GOLD_HELPS else "evaluate_no", lang)
        rows.append([name, *map(_rate, values), verdict])
    return aligned(rows)


def losses(evaluation: Evaluation, lang: Lang) -> list[str]:
    """F1 lost in points under every perturbation: of each kind, and of all findings together."""
    was = f1_of_kinds(evaluation.run.sheets)
    rows = [["", message("evaluate_score", lang), *evaluation.lost]]
    for kind, value in was.items():
        name = message("evaluate_all", lang) if kind == "all" else kind
        cells = [found.get(kind) for found in evaluation.lost.values()]
        rows.append([name, _rate(value), *("–" if lost is None else f"{100 * lost:+.1f}" for lost in cells)])
    return [message("evaluate_lost", lang), *aligned(rows)]


def markdown(rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; the first row is its head."""
    lines = [" | ".join(str(cell) for cell in row) for row in rows]
    rule = " | ".join(["---"] * (lines[0].count(" | ") + 1))
    return "".join(f"| {line} |\n" for line in (lines[0], rule, *lines[1:]))


def _rate(value: float | int | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _change(before: float | None, now: float | None) -> str:
    if before is None or now is None or abs(now - before) < MOVED:
        return ""
    return f"{now - before:+.3f}"
