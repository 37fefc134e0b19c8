"""Who has whose text (雷同), pair by pair, and what the archive's side of it shows: the passages, since no more is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pipeline.aggregate import mask
from pipeline.aggregate.district import Alike
from pipeline.aggregate.resemblances import Resemblance, Side
from pipeline.report.overview import Overview
from pipeline.report.words import Words

BETWEEN = "\n……\n"  # passages of an archived text


class Pair(NamedTuple):
    """A document and the earlier or archived one that it has text of; a row of the list, in this order."""

    doc_id: str
    name: str
    unit: str
    year: int | None
    other: str
    other_name: str
    other_unit: str
    other_year: int | None
    archive: str | None
    kind: str  # in words
    similarity: float | None = None
    year_swapped: bool = False
    passages: int = 0
    same: int = 0  # characters of the passages


def pairs(overview: Overview, words: Words) -> list[Pair]:
    """Every pair, the most alike first."""
    found: dict[tuple[str, str], Pair] = {}
    for one in overview.copies:
        kind = words.label("alike", "copied")
        found[one.doc_id, one.other] = Pair(
            one.doc_id, one.name, "", None, one.other, one.other_name, "", None, None, kind, one.similarity
        )
    for alike in overview.district.alike("copied", "retold", "passage"):
        it, kind = alike.found, words.label("alike", alike.found.kind)
        sides = (*_side(overview, alike, it.here), *_side(overview, alike, it.other), it.other.archive)
        known = found.get((it.here.doc_id, it.other.doc_id))
        pair = Pair(*sides, kind) if known is None else Pair(*sides, *known[9:])
        if it.kind == "passage":
            pair = pair._replace(passages=pair.passages + 1, same=pair.same + (it.same or 0))
        else:
            pair = pair._replace(kind=kind, similarity=it.similarity, year_swapped=it.year_swapped)
        found[pair.doc_id, pair.other] = pair
    return sorted(found.values(), key=lambda pair: (-(pair.similarity or 0), -pair.same))


def _side(overview: Overview, alike: Alike, side: Side) -> tuple[str, str, str, int | None]:
    name = overview.title(side.doc_id) or overview.shown(side.source, alike.names)
    return side.doc_id, name, overview.shown(side.unit or "", alike.names), side.year


def excerpts(overview: Overview) -> Iterator[dict[str, Any]]:
    """What is known of each archived document that somebody has passages of, in the form of a document's page."""
    by_id: dict[str, dict[tuple[int, int], Alike]] = {}
    for alike in overview.district.alike("passage"):
        other = alike.found.other
        if other.archive is not None and not overview.title(other.doc_id):
            by_id.setdefault(other.doc_id, {})[other.start, other.end] = alike
    for doc_id, stretches in by_id.items():
        ordered = [alike for _, alike in sorted(stretches.items())]
        names = frozenset[str]().union(*(alike.names for alike in ordered))
        other = ordered[0].found.other
        text = BETWEEN.join(worded(a.found.other, names, overview.show_names) for a in ordered)
        facts = [
            ["", value, code] for code, value in (("file", other.archive), ("unit", other.unit), ("year", other.year)) if value
        ]
        shown = [[name, overview.shown(str(value), names), code] for name, value, code in facts]
        yield {"id": doc_id, "title": overview.shown(other.source, names), "facts": shown, "text": text, "partial": True}


def worded(side: Side, names: frozenset[str], show_names: bool) -> str:
    """The words of a side, as they may be shown."""
    return side.text if show_names else mask.masked(side.masked, names)


def hidden_values(found: Iterable[Resemblance]) -> dict[str, list[Resemblance]]:
    """What another copy says where this one hides it (缺值), by document."""
    by_id: dict[str, list[Resemblance]] = {}
    for one in found:
        if one.kind == "restored":
            by_id.setdefault(one.here.doc_id, []).append(one)
    return by_id
