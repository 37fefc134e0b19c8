"""What the scripts of the report show, as values for JSON: one chunk for each list, none of them about a single document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from pipeline.aggregate.cells import Figure
from pipeline.aggregate.district import Conflict
from pipeline.records import EventType
from pipeline.report.overview import BINS, MONTHS, Overview
from pipeline.report.page import Page
from pipeline.report.words import Words


def listed(page: Page) -> list[Any]:
    """A document in the list: id, title, unit, file, type, year, score, priority, warnings, characters."""
    record = page.record
    score = record.coverage.score if record.coverage else None
    return [record.doc_id, page.title, page.unit, page.file, record.doc_type, record.report_year.value, score, page.priority,
            page.warning_codes, page.view.lines.chars(record.start, record.end)]  # fmt: skip


def units(overview: Overview, words: Words) -> dict[str, Any]:
    """The heat map: items in words; unit, year, document, score, and of each item level and first evidence."""
    rows = [[row.unit, row.year, row.doc_id, row.score, row.cells] for row in overview.rows]
    return {"items": [words.label("item", item) for item in overview.items], "rows": rows}


def figures(overview: Overview, words: Words) -> dict[str, Any]:
    """Of each indicator: unit, year, value, whether it is an outlier, whether it is doubtful, and its raw place."""
    return {
        indicator: {
            "name": words.label("indicator", indicator),
            "rows": [[f.unit, f.year, f.value, int(far), int(f.doubtful), f.doc_id, f.start, f.end] for f, far in found],
        }
        for indicator, found in overview.figures().items()
    }


def totals(overview: Overview) -> list[dict[str, Any]]:
    """The indicators, year by year."""
    return [{"year": year, "rows": found} for year, found in overview.totals().items()]


def conflicts(overview: Overview, words: Words) -> list[list[Any]]:
    """Unit, year, indicator, kind, whether to check it, and of each figure its words, document and raw place."""
    return [
        [overview.shown(c.row.unit, c.row.names), c.row.year, c.indicator, words.label("conflict", c.kind), int(c.needs_check),
         [_stated(overview, c, figure, words) for figure in c.figures]]
        for c in overview.conflicts()
    ]  # fmt: skip


def _stated(overview: Overview, conflict: Conflict, figure: Figure, words: Words) -> list[Any]:
    name = "" if figure.indicator == conflict.indicator else words.label("indicator", figure.indicator)
    text = figure.text.clear if overview.show_names else figure.text.masked
    return [figure.value, name, " ".join(text.split()), figure.source.doc_id, figure.start, figure.end]


def flags(overview: Overview, words: Words) -> list[list[Any]]:
    """Unit, year, what to know of it, its value and the limit, and the document that speaks for the year."""
    return [
        [overview.shown(f.row.unit, f.names), f.row.year, words.label("flag", f.code), f.value, f.limit, f.row.speaker.doc_id]
        for f in overview.flags()
    ]


def charts(overview: Overview, words: Words) -> dict[str, Any]:
    """What the charts are drawn from, and the same in a sentence for those who do not see them."""
    months = [words("month", no=int(m)) for m in MONTHS]
    bins = [f"{10 * i}–{10 * i + 9 if i < 9 else 100}" for i in range(BINS)]
    held = [(kind, [overview.activities[m, kind] for m in MONTHS]) for kind in get_args(EventType)]
    return {
        "scores": {
            "labels": bins,
            "values": overview.distribution(),
            "spoken": _spoken(words("scores"), bins, overview.distribution()),
        },
        "months": {
            "labels": months,
            "kinds": [[words.label("event_type", kind), counts] for kind, counts in held if any(counts)],
            "spoken": _spoken(words("activities_by_month"), months, [overview.held(m) for m in MONTHS]),
        },
    }


def _spoken(title: str, names: Sequence[str], counts: Sequence[int]) -> str:
    return f"{title}: " + ", ".join(f"{name} {count}" for name, count in zip(names, counts, strict=True))
