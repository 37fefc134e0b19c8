"""Writing the report: pages from templates, and what they show in script chunks that are loaded when they are needed.

A browser lets no page opened from the disk read a data file, but it lets it load a script: so each document is a script
``docs/<doc_id>.js`` of one assignment, and 3,000 documents cost the overview nothing. All text reaches a page through
autoescaped templates or the script's ``textContent``; no page runs a script that is not in a file of ours.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from pipeline.aggregate import mask
from pipeline.aggregate.export import shown_number, views
from pipeline.records import CoverageItem, EventType, Failure, Record
from pipeline.report.overview import BINS, MONTHS, Overview
from pipeline.report.page import Page, page_data, page_of
from pipeline.report.words import Words
from pipeline.settings import Lang

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
FOLDER = "report"
PAGES = ("index", "documents", "figures", "doc", "compare", "review")
MOST_CHECKS = 200  # on the first page; the list of documents has them all
UNSAFE_IN_SCRIPT = {ord("<"): "\\u003c", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def write_report(
    records: Callable[[], Iterator[Record]],
    text_of: Callable[[str], str],
    folder: Path,
    *,
    weight: Callable[[Record, str], float | None],
    failures: Iterable[Failure] = (),
    roster: Sequence[str] = (),
    checked: Collection[str] = (),
    lang: Lang = "zh",
    show_names: bool = False,
) -> None:
    """Write ``report/`` below ``folder``, masked unless ``show_names``.

    ``records`` is gone through twice, for whom to mask and for the pages; neither pass holds more than one document.
    ``text_of`` gives the raw text of a source, ``weight`` the weight of an item in a record's rubric, ``roster`` the units
    from whom something was to come, ``checked`` the documents that a person has read from beginning to end.
    """
    words = Words(lang)
    place = folder / FOLDER
    for part in ("docs", "data"):
        (place / part).mkdir(parents=True, exist_ok=True)
    aided = mask.NOBODY if show_names else mask.aided(records())
    overview, listed = Overview(), []
    for view in views(records(), text_of, weight):
        page = page_of(view, aided.names(view.record), show_names, words, view.record.doc_id in checked)
        write_script(place / "docs" / f"{view.record.doc_id}.js", "doc", page_data(page))
        overview.add(page)
        listed.append(_listed(page))
    run = hashlib.sha256("\n".join(row[0] for row in listed).encode()).hexdigest()[:16]
    charts = _charts(overview, words)
    write_script(place / "data" / "words.js", "words", words.for_script() | {"run": run})
    write_script(place / "data" / "charts.js", "charts", charts)
    write_script(place / "data" / "documents.js", "documents", listed)
    write_script(place / "data" / "units.js", "units", _units(overview))
    write_script(place / "data" / "figures.js", "figures", _figures(overview, words))
    for asset in sorted((HERE / "static").iterdir()):
        shutil.copyfile(asset, place / asset.name)
    shown = _failures(failures, words, mask.NOBODY if show_names else aided, show_names)
    context = {"words": words, "overview": overview, "charts": charts, "failures": shown,
               "silent": overview.silent(roster), "months": (*MONTHS, ""), "event_types": get_args(EventType),
               "number": _number, "most_checks": MOST_CHECKS, "masked": not show_names}  # fmt: skip
    templates = environment()
    for name in PAGES:
        text = templates.get_template(f"{name}.html").render(context, here=name)
        (place / f"{name}.html").write_text(text, encoding="utf-8", newline="\n")


def environment() -> Environment:
    """The templates: everything escaped, an unknown name an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def write_script(path: Path, name: str, value: Any) -> None:
    """A script chunk that assigns ``value`` to ``window.__name``."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(UNSAFE_IN_SCRIPT)
    path.write_text(f"window.__{name}={text};\n", encoding="utf-8", newline="\n", errors="backslashreplace")


def _listed(page: Page) -> list[Any]:
    """A document in the list: id, title, unit, file, type, year, score, priority, warnings, characters."""
    record = page.record
    score = record.coverage.score if record.coverage else None
    return [record.doc_id, page.title, page.unit, page.file, record.doc_type, record.report_year.value, score, page.priority,
            page.warning_codes, page.view.lines.chars(record.start, record.end)]  # fmt: skip


def _units(overview: Overview) -> dict[str, Any]:
    rows = [[row.unit, row.year, row.doc_id, row.score, row.cells] for row in overview.rows]
    return {"items": get_args(CoverageItem), "rows": rows}


def _figures(overview: Overview, words: Words) -> dict[str, Any]:
    return {
        indicator: {
            "name": words.label("indicator", indicator),
            "rows": [[f.unit, f.year, f.value, int(far), f.doc_id, f.start, f.end] for f, far in figures],
        }
        for indicator, figures in overview.figures().items()
    }


def _charts(overview: Overview, words: Words) -> dict[str, Any]:
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


def _spoken(title: str, labels: Sequence[str], counts: Sequence[int]) -> str:
    return f"{title}: " + ", ".join(f"{name} {count}" for name, count in zip(labels, counts, strict=True))


def _failures(failures: Iterable[Failure], words: Words, aided: mask.Aided, show_names: bool) -> list[tuple[str, str]]:
    everybody = frozenset(name for names in aided.by_source.values() for name in names)
    return [(f.source if show_names else mask.masked(f.source, everybody), words.label("failure", f.kind)) for f in failures]


def _number(value: float | None) -> str:
    """A figure for people: digits in threes, no needless decimals."""
    if value is None:
        return "–"
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.1f}" if abs(value) >= 10 else shown_number(value)
