"""The learning curve as a picture, in Chinese (学习曲线图): what each kind gains from more gold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pipeline.labels import label, message
from pipeline.learn.evaluate import targets
from pipeline.learn.scoring import Row, headline
from pipeline.plots import chinese_figure

CURVE = "plots/curve"
# what is learned and so may gain: kinds of findings, then the attributes that classifiers give
LEARNED = (
    ("persons", "orgs", "places", "events", "awards", "problems", "requests"),
    (
        "sections.main_topic",
        "events.type",
        "events.status",
        "events.date",
        "counts.indicator",
        "persons.standing",
        "coverage.exact",
    ),
)


def write_curve(found: Mapping[float, Mapping[str, Row]], folder: Path) -> list[Path]:
    """Write the curve's points (JSON) and its picture (SVG) below ``folder``; the same curve gives the same bytes.

    Raises:
        CannotRun: matplotlib or its Chinese font is not here.
    """
    asked = targets()
    points = [
        (row, share, value)
        for share, rows in found.items()
        for row in (row for panel in LEARNED for row in panel)
        if (value := headline(rows.get(row, {}))) is not None
    ]
    figure = chinese_figure(10, 4.2)
    for axes, panel, title in zip(figure.subplots(1, 2, sharey=True), LEARNED, ("curve_kinds", "curve_attributes"), strict=True):
        for row in panel:
            line = [(share, score) for of, share, score in points if of == row]
            if line:
                axes.plot([100 * share for share, _ in line], [score for _, score in line], marker="o", label=_name(row))
        axes.set_title(message(title, "zh"))
        axes.set_xlabel(message("curve_share", "zh"))
        axes.set_ylim(0, 1)
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8, loc="lower right")
    figure.axes[0].set_ylabel(message("curve_score", "zh"))
    paths = [folder / f"{CURVE}.json", folder / f"{CURVE}.svg"]
    paths[0].parent.mkdir(parents=True, exist_ok=True)
    rows = ",\n".join(
        json.dumps({"row": row, "share": share, "score": score, "target": asked.get(row)}) for row, share, score in points
    )
    paths[0].write_text(f"[\n{rows}\n]\n", encoding="utf-8", newline="\n")
    figure.savefig(paths[1], metadata={"Date": None, "Creator": None})
    return paths


def _name(row: str) -> str:
    """A row of the scorer's table, for a legend."""
    kind, _, attribute = row.partition(".")
    shown = message("curve_coverage", "zh") if kind == "coverage" else label("kind", kind, "zh")
    return f"{shown} {attribute}".rstrip() if attribute and kind != "coverage" else shown
