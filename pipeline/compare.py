"""``gonghui compare``: what changed between two runs or two years, as a CSV and as a summary to read."""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple, TypeAlias

from pipeline import output
from pipeline.aggregate import mask
from pipeline.aggregate.cells import Row
from pipeline.aggregate.changes import COLUMNS, NAME, Change, Pair, changes, paired
from pipeline.aggregate.columns import for_people, in_csv
from pipeline.aggregate.district import District
from pipeline.aggregate.export import views
from pipeline.aggregate.indicators import known
from pipeline.errors import CannotRun
from pipeline.labels import header, label, message
from pipeline.run import raw_text, read_records
from pipeline.settings import Lang

MOST_TOLD = 10  # units in a list of the summary
LEAST_SHARE = 0.1  # change of an indicator's sum that the summary tells


Told: TypeAlias = Callable[[str, frozenset[str]], str]  # a text and whom to mask in it → the text as it is shown


class Comparison(NamedTuple):
    """Two sides, paired, and all that changed."""

    pairs: list[Pair]
    changes: list[Change]


def compare(before: Path, after: Path, years: tuple[int, int] | None = None) -> Comparison:
    """What changed from one run to the other; with ``years`` from one year to the other, the runs being one perhaps.

    Raises:
        CannotRun: a folder holds no finished run.
    """
    pairs = paired(rows_of(before), rows_of(after), years)
    return Comparison(pairs, list(changes(pairs)))


def rows_of(out: Path) -> list[Row]:
    """The unit-and-year rows of a run.

    Raises:
        CannotRun: the folder holds no finished run.
    """
    output.finished(out)
    aided = mask.aided(read_records(out))
    district = District()
    for view in views(read_records(out), lambda source: raw_text(out, source), lambda _record, _item: None):
        district.add(view, aided.names(view.record))
    return district.rows


def write_changes(found: Comparison, path: Path, *, lang: Lang, show_names: bool = False, overwrite: bool = False) -> Path:
    """Write the CSV to ``path`` and the summary beside it, as ``.md``; its place.

    Raises:
        CannotRun: one of them is there already and ``overwrite`` does not say so, or cannot be written.
    """
    summary = path.with_suffix(".md")
    for place in (path, summary):
        if place.exists() and not overwrite:
            raise CannotRun("compare_exists", path=str(place))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8-sig", newline="") as handle:
            writer = csv.writer(handle, lineterminator="\r\n")
            writer.writerow([header(NAME, column.code) for column in COLUMNS])
            writer.writerows(cells(change, show_names) for change in found.changes)
        text = "\n".join(summary_lines(found, lang, show_names)) + "\n"
        summary.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CannotRun("output_unwritable", path=str(path), reason=error.strerror or str(error)) from error
    return summary


def cells(change: Change, show_names: bool) -> list[str]:
    """A change as a line of the CSV."""
    worded = change._replace(code=_thing(change, "zh"))
    return [
        in_csv(for_people(column, column.read(worded), lambda quotes: quotes, change.names, show_names)) for column in COLUMNS
    ]


def summary_lines(found: Comparison, lang: Lang, show_names: bool = False) -> list[str]:
    """The summary, in Markdown that reads well on a console too."""

    def told(text: str, names: frozenset[str]) -> str:
        return text if show_names else mask.masked(text, names)

    both = [pair for pair in found.pairs if pair.before and pair.after]
    counted = Counter("new" if pair.before is None else "gone" for pair in found.pairs if pair not in both)
    lines = [f"# {message('compare_title', lang)}", ""]
    lines.append(message("compare_units", lang, both=len(both), new=counted["new"], gone=counted["gone"]))
    for how in ("new", "gone"):
        units = [told(c.unit, c.names) for c in found.changes if c.about == "unit" and c.how == how]
        if units:
            lines.append(f"- {label('how', how, lang)}: {_some(units, lang)}")
    lines += _scores(both, found.changes, lang, told)
    lines += _indicators(both, lang)
    documents = Counter(c.how for c in found.changes if c.about == "document")
    if documents:
        counts = ", ".join(f"{label('how', how, lang)} {count}" for how, count in sorted(documents.items()))
        lines += ["", f"## {label('about', 'document', lang)}", "", counts]
    if not found.changes:
        lines += ["", message("compare_same", lang)]
    return lines


def _scores(both: Sequence[Pair], found: Sequence[Change], lang: Lang, told: Told) -> Iterator[str]:
    """The middle score of each side, and the units that rose and fell most."""
    scores = [(pair.before.speaker.score, pair.after.speaker.score) for pair in both if pair.before and pair.after]
    scored = [(old, new) for old, new in scores if old is not None and new is not None]
    if not scored:
        return
    yield from ("", f"## {label('about', 'score', lang)}", "")
    middles = [round(median(side), 1) for side in zip(*scored, strict=True)]
    yield message("compare_median", lang, count=len(scored), before=middles[0], after=middles[1])
    moved = [c for c in found if c.about == "score" and c.difference is not None]
    for how in ("up", "down"):
        ranked = sorted((c for c in moved if c.how == how), key=lambda c: (-abs(c.difference or 0.0), c.unit))
        for change in ranked[:MOST_TOLD]:
            yield f"- {told(change.unit, change.names)}: {_number(change.before)} → {_number(change.after)}"


def _indicators(both: Sequence[Pair], lang: Lang) -> Iterator[str]:
    """Sums over the units that report an indicator on both sides, where they changed by a tenth or more."""
    lines = []
    for code in known():
        if code.endswith("_pct"):
            continue
        pairs = [
            (pair.before.cells[code].figure.value, pair.after.cells[code].figure.value)
            for pair in both
            if pair.before and pair.after and code in pair.before.cells and code in pair.after.cells
        ]
        old, new = (math.fsum(side) for side in zip(*pairs, strict=True)) if pairs else (0.0, 0.0)
        if abs(new - old) >= LEAST_SHARE * max(abs(old), 1.0):
            name = label("indicator", code, lang)
            units = message("compare_reporting", lang, count=len(pairs))
            lines.append(f"- {name}: {_number(old)} → {_number(new)} ({units})")
    if lines:
        yield from ("", f"## {label('about', 'indicator', lang)}", "", *lines)


def _thing(change: Change, lang: Lang) -> str:
    """What changed, in words."""
    if change.about == "score":
        return ""
    return label(change.about, change.code, lang) if change.about in ("item", "indicator") else change.code


def _some(names: Sequence[str], lang: Lang) -> str:
    between = "、" if lang == "zh" else ", "
    more = message("and_more", lang, count=len(names)) if len(names) > MOST_TOLD else ""
    return between.join(names[:MOST_TOLD]) + more


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.10g}"
