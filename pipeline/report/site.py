"""Writing the report: pages from templates, and what they show in script chunks that are loaded when they are needed.

A browser lets no page opened from the disk read a data file, but it lets it load a script: so each document is a script
``docs/<doc_id>.js`` of one assignment, and 3,000 documents cost the overview nothing. All text reaches a page through
autoescaped templates or the script's ``textContent``; no page runs a script that is not in a file of ours.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from pipeline.aggregate import mask
from pipeline.aggregate.district import District
from pipeline.aggregate.export import shown_number, views
from pipeline.aggregate.register import EVERYBODY, Cards, Register
from pipeline.aggregate.resemblances import Resemblance
from pipeline.aggregate.shelf import Shelf
from pipeline.aggregate.units import RosterRow
from pipeline.aggregate.views import View
from pipeline.records import EventType, Failure
from pipeline.report import chunks, copies
from pipeline.report.overview import MONTHS, Overview
from pipeline.report.page import Page, page_data, page_of
from pipeline.report.words import Words
from pipeline.settings import Lang, settings

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
FOLDER = "report"
PAGES = ("index", "documents", "figures", "doc", "compare", "review")
TEXTS_A_CHUNK = 200  # documents
MOST_CHECKS = 200  # on the first page; the list of documents has them all
UNSAFE_IN_SCRIPT = {ord("<"): "\\u003c", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def write_report(
    register: Register,
    folder: Path,
    *,
    failures: Iterable[Failure] = (),
    roster: Sequence[RosterRow] = (),
    checked: Collection[str] = (),
    resemblances: Iterable[Resemblance] = (),
    lang: Lang = "zh",
) -> None:
    """Write ``report/`` below ``folder``, masked unless the register shows names.

    The cards of ``register`` are filed. Memory holds what the overview says of each document, and no more documents are shown
    than the settings have it: the first ones, which the pages say then. ``roster`` are the units from whom something was to
    come, ``checked`` the documents that a person has read from beginning to end, ``resemblances`` who has whose text.
    """
    words, show_names = Words(lang), register.show_names
    place = folder / FOLDER
    for part in ("docs", "data"):
        (place / part).mkdir(parents=True, exist_ok=True)
    every, most = sum(one.documents for one in register.slices), settings().report_documents
    shown = min(every, most)
    read, listed = frozenset(checked), []
    with Cards(register) as cards:
        alike = tuple(one for one in resemblances if every == shown or _both_shown(one, cards, shown))
        if every > shown:
            roster = ()  # who is not shown may well have sent something
        restored = copies.hidden_values(alike)
        overview, texts = Overview(District(roster=roster, resemblances=alike), show_names), Texts(place / "data")
        for view, names in islice(_views(register), shown):
            doc_id = view.record.doc_id
            page = page_of(view, names, show_names, words, doc_id in read)
            proposed = [_proposed(one, cards.names(one.other.doc_id).shown, page) for one in restored.get(doc_id, ())]
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
    context = {"words": words, "overview": overview, "charts": charts, "failures": _failures(failures, words, register, most),
               "shown": shown, "every": every,
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


def _views(register: Register) -> Iterator[tuple[View, frozenset[str]]]:
    """The documents in their order, each with whom to mask in what is said of it."""
    for nth, one in enumerate(register.slices):
        with Shelf(register.file("names", nth)) as names:
            found = views(register.records(nth), register.text_of, register.weight, one.first)
            yield from ((view, names[row].shown) for row, view in enumerate(found))


def _both_shown(one: Resemblance, cards: Cards, shown: int) -> bool:
    other = one.other.archive is not None or cards.row(one.other.doc_id) < shown
    return cards.row(one.here.doc_id) < shown and other


def _proposed(one: Resemblance, names: frozenset[str], page: Page) -> tuple[tuple[int, int], str, str]:
    """Where something is hidden, what another copy says there, and which; ``names`` are those to mask in that one."""
    said = copies.worded(one.other, page.names | names, page.show_names)
    return (one.here.start, one.here.end), said, one.other.doc_id


def _failures(failures: Iterable[Failure], words: Words, register: Register, most: int) -> list[tuple[str, str]]:
    """The sources that failed, of very many the first, and in which way."""
    first = list(islice(failures, most))
    letters = set("".join(one.source for one in first))
    with Shelf(register.scratch / EVERYBODY) as aided:
        names = frozenset(name for name in aided[0] if letters.issuperset("".join(name.split())))
    return [(f.source if register.show_names else mask.masked(f.source, names), words.label("failure", f.kind)) for f in first]


def number(value: float | None) -> str:
    """A figure for people: digits in threes, no needless decimals."""
    if value is None:
        return "–"
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.1f}" if abs(value) >= 10 else shown_number(value)
