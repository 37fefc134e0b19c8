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
from pipeline.aggregate.district import District
from pipeline.aggregate.export import shown_number, views
from pipeline.aggregate.resemblances import Resemblance
from pipeline.aggregate.units import RosterRow
from pipeline.records import EventType, Failure, Record
from pipeline.report import chunks, copies
from pipeline.report.overview import MONTHS, Overview
from pipeline.report.page import Page, page_data, page_of
from pipeline.report.words import Words
from pipeline.settings import Lang

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
FOLDER = "report"
PAGES = ("index", "documents", "figures", "doc", "compare", "review")
TEXTS_A_CHUNK = 200  # documents
MOST_CHECKS = 200  # on the first page; the list of documents has them all
UNSAFE_IN_SCRIPT = {ord("<"): "\\u003c", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def write_report(
    records: Callable[[], Iterator[Record]],
    text_of: Callable[[str], str],
    folder: Path,
    *,
    weight: Callable[[Record, str], float | None],
    failures: Iterable[Failure] = (),
    roster: Sequence[RosterRow] = (),
    checked: Collection[str] = (),
    resemblances: Iterable[Resemblance] = (),
    lang: Lang = "zh",
    show_names: bool = False,
) -> None:
    """Write ``report/`` below ``folder``, masked unless ``show_names``.

    ``records`` is gone through twice, for whom to mask and for the pages; neither pass holds more than one document.
    ``text_of`` gives the raw text of a source, ``weight`` the weight of an item in a record's rubric, ``roster`` the units
    from whom something was to come, ``checked`` the documents that a person has read from beginning to end,
    ``resemblances`` who has whose text.
    """
    words = Words(lang)
    place = folder / FOLDER
    for part in ("docs", "data"):
        (place / part).mkdir(parents=True, exist_ok=True)
    aided = mask.NOBODY if show_names else mask.aided(records())
    alike, read = tuple(resemblances), frozenset(checked)
    restored = copies.hidden_values(alike)
    overview, listed, texts = Overview(District(roster=roster, resemblances=alike), show_names), [], Texts(place / "data")
    for view in views(records(), text_of, weight):
        doc_id = view.record.doc_id
        page = page_of(view, aided.names(view.record), show_names, words, doc_id in read)
        proposed = [_proposed(one, aided, page) for one in restored.get(doc_id, ())]
        write_script(place / "docs" / f"{doc_id}.js", "doc", page_data(page, proposed))
        overview.add(page)
        listed.append(chunks.listed(page))
        texts.add(doc_id, page.text)
    texts.close()
    run = hashlib.sha256("\n".join(row[0] for row in listed).encode()).hexdigest()[:16]
    charts = chunks.charts(overview, words)
    write_script(place / "data" / "words.js", "words", words.for_script() | {"run": run, "texts": texts.chunks})
    for name, value in (
        ("charts", charts),
        ("documents", listed),
        ("units", chunks.units(overview, words)),
        ("figures", chunks.figures(overview, words)),
        ("totals", chunks.totals(overview)),
        ("conflicts", chunks.conflicts(overview, words)),
        ("flags", chunks.flags(overview, words)),
        ("copies", copies.pairs(overview, words)),
    ):
        write_script(place / "data" / f"{name}.js", name, value)
    for excerpt in copies.excerpts(overview):
        write_script(place / "docs" / f"{excerpt['id']}.js", "doc", excerpt)
    for asset in sorted((HERE / "static").iterdir()):
        shutil.copyfile(asset, place / asset.name)
    shown = _failures(failures, words, mask.NOBODY if show_names else aided, show_names)
    context = {"words": words, "overview": overview, "charts": charts, "failures": shown,
               "months": (*MONTHS, ""), "event_types": get_args(EventType),
               "number": number, "most_checks": MOST_CHECKS, "masked": not show_names}  # fmt: skip
    templates = environment()
    for name in PAGES:
        text = templates.get_template(f"{name}.html").render(context, here=name)
        (place / f"{name}.html").write_text(text, encoding="utf-8", newline="\n")


class Texts:
    """The texts to search in (全文): chunks of some hundred documents, loaded when somebody searches the texts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._texts: list[tuple[str, str]] = []
        self.chunks = 0

    def add(self, doc_id: str, text: str) -> None:
        """The next document; blanks are left out, so that a wrapped line breaks no word."""
        self._texts.append((doc_id, "".join(text.split())))
        if len(self._texts) == TEXTS_A_CHUNK:
            self.close()

    def close(self) -> None:
        """Write what is left."""
        if self._texts:
            write_script(self._folder / f"texts-{self.chunks}.js", "texts", self._texts)
            self.chunks += 1
        self._texts = []


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


def _proposed(one: Resemblance, aided: mask.Aided, page: Page) -> tuple[tuple[int, int], str, str]:
    """Where something is hidden, what another copy says there, and which."""
    names = page.names | aided.by_source.get(one.other.source, frozenset())
    return (one.here.start, one.here.end), copies.worded(one.other, names, page.show_names), one.other.doc_id


def _failures(failures: Iterable[Failure], words: Words, aided: mask.Aided, show_names: bool) -> list[tuple[str, str]]:
    everybody = frozenset(name for names in aided.by_source.values() for name in names)
    return [(f.source if show_names else mask.masked(f.source, everybody), words.label("failure", f.kind)) for f in failures]


def number(value: float | None) -> str:
    """A figure for people: digits in threes, no needless decimals."""
    if value is None:
        return "–"
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.1f}" if abs(value) >= 10 else shown_number(value)
