"""One name a unit (单位归并), settled over a whole run: the names alone are held, the documents wait on disk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.aggregate.district import REPORTS
from pipeline.aggregate.register import Register
from pipeline.aggregate.shelf import Shelf, ShelfWriter
from pipeline.aggregate.spellings import Mention, Spellings, name_of
from pipeline.aggregate.steps import Spread, finish
from pipeline.aggregate.units import RosterRow


class Settled(NamedTuple):
    """What settling the units came to."""

    listed: int  # units on the roster
    silent: list[str]  # those of them that sent no report


def settle_units(register: Register, roster: Sequence[RosterRow], spread: Spread) -> Settled:
    """One name a unit: that of every document and why, slice by slice, on disk."""
    finish(spread(file_mentions, register.tasks()))
    spellings = Spellings(roster)
    for nth in range(len(register.slices)):
        with Shelf(register.file("mentions", nth)) as found:
            for mention, _, _ in found[0]:
                if mention.name:
                    spellings.add(mention)
    listed, sent = dict.fromkeys(row.unit for row in roster), set[str]()
    for nth in range(len(register.slices)):
        units = []
        with Shelf(register.file("mentions", nth)) as found:
            for mention, doc_type, unit in found[0]:
                merged = spellings.merged(mention) if mention.name else None
                unit = merged.unit if merged else unit
                units.append((merged, unit))
                if doc_type in REPORTS and unit in listed:
                    sent.add(unit)
        with ShelfWriter(register.file("units", nth)) as out:
            out.add(units)
    return Settled(len(listed), [unit for unit in listed if unit not in sent])


def file_mentions(register: Register, nth: int) -> None:
    """By slice: what each document says of its unit."""
    with ShelfWriter(register.file("mentions", nth)) as out:
        out.add(mentions(register, nth))


def mentions(register: Register, nth: int) -> list[tuple[Mention, str, str | None]]:
    """By slice: the name that each document gives its unit, empty where it has none, its type, and the unit in its record."""
    found = []
    for line in register.lines(nth):
        told = json.loads(line)
        mention = Mention(told["doc_id"], name_of(told["org"], told["unit"]) or "", told["source"])
        found.append((mention, told["doc_type"], told["unit"]["name"]))
    return found
