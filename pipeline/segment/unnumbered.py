"""Headings without a number (无编号标题): what a model makes of the lines that may be some."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.linear import load
from pipeline.resources import yaml
from pipeline.segment.candidates import Candidate, candidates, features, is_month
from pipeline.segment.depth import Opener
from pipeline.settings import models_dir

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.products import Span
    from pipeline.segment.reading import Reading

LEAST = 0.7  # the margin from which on a candidate is a heading; chosen in five folds of author groups
MARKED, UNMARKED = 0.9, 0.5  # how much of its own margin a candidate gives for that of its series
CAP = 3.0  # a margin counts no more than this in a series

_CELLS = re.compile(r"\S {2,}\S[^\n]{0,60}\S {2,}\S")  # a row of a table that blanks set out


def unnumbered(reading: Reading, lines: Sequence[Span], numbered: Mapping[Span, Opener]) -> list[Opener]:
    """The headings without a number that open lines of the body, in text order."""
    found = candidates(reading.clean, lines, numbered)
    if not found:
        return []
    seen = list(features(reading, lines, numbered, found))
    sure = load(models_dir(), "outline").scores(seen, reading.clean)[0]
    margins = [float(yes - no) for no, yes in sure]
    by_months = _count_by_months(reading.clean, found, lines, numbered)
    months = {one for one in found if by_months and _names_months(reading.clean, one)}
    margins = [max(m, CAP) if one in months else m for one, m in zip(found, margins, strict=True)]
    return [
        Opener(one.start, None, one.line, False, "month" if one in months else _style(one), one.end)
        for one, margin in zip(found, _together(reading.clean, found, margins), strict=True)
        if margin >= LEAST and not _CELLS.search(reading.clean, one.line.start, one.line.end)
    ]


def _together(text: str, found: Sequence[Candidate], margins: Sequence[float]) -> list[float]:
    """The margins, drawn towards those of the candidates that are made alike: a series stands or falls together."""
    capped = [min(max(margin, -CAP), CAP) for margin in margins]
    series = [one.mark or ("months" if _names_months(text, one) else one.make) for one in found]
    group: dict[str | tuple[str, str, str], list[float]] = {}
    for key, margin in zip(series, capped, strict=True):
        group.setdefault(key, []).append(margin)
    mean = {key: sum(each) / len(each) for key, each in group.items()}
    pull = [MARKED if isinstance(key, str) else UNMARKED for key in series]
    return [m + (mean[key] - c) * p for m, c, key, p in zip(margins, capped, series, pull, strict=True)]


def _count_by_months(text: str, found: Sequence[Candidate], lines: Sequence[Span], numbered: Mapping[Span, Opener]) -> bool:
    """Whether below two months or more a series of numbers begins from one (一月份：/ 1、…): then months head its parts."""
    below = dict(pairwise(lines))
    opened = (numbered.get(below[one.line]) for one in found if one.line in below and _names_months(text, one))
    return sum(o is not None and o.number is not None and o.number.value == 1 for o in opened) > 1


def _names_months(text: str, one: Candidate) -> bool:
    return is_month("".join(text[one.start : one.end].split()))


def _style(one: Candidate) -> str:
    """The kind of heading: those of one kind stand at one depth."""
    if one.kind == "bracket":
        return "bracket"
    if one.mark and one.mark in yaml("rules/outline.yaml")["bullets"] + "—":
        return "bullet"
    if one.kind == "line" and not one.post:
        return "plain"
    return "lead" if one.post and one.post in "。！？" else "label"
