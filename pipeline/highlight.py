"""A document's text with its findings marked (标示), as HTML that stands alone: what a notebook shows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from html import escape
from itertools import pairwise

from pipeline.labels import label
from pipeline.records import FINDING_KINDS, Finding, Record
from pipeline.settings import Lang

# tints that keep black text readable; the innermost finding colours the text
TINTS = dict(zip(FINDING_KINDS, ("#e3e3e3", "#bfe3f5", "#c9efc4", "#f3cdf0", "#cfd6fb", "#cdeee8", "#e6e0cf", "#ffe9a8",
                                 "#ffd3a1", "#ffc2bd", "#f7d3dd", "#dcf2a6", "#d8f0ff"), strict=True))  # fmt: skip
TOLD = {"start", "end", "text", "heading", "name", "clean", "made_by", "page", "parent", "section", "number_start",
        "body_start", "body_end"}  # fmt: skip


class Html(str):
    """Markup that a notebook shows as what it is."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(self)


def highlighted(record: Record, raw: str, kinds: Collection[str], lang: Lang) -> Html:
    """The document's stretch of ``raw`` with its findings in colour, below a legend; all text is escaped.

    Raises:
        ValueError: there is no such kind.
    """
    if unknown := set(kinds) - set(FINDING_KINDS):
        raise ValueError(f"no kind {', '.join(sorted(unknown))}; there are {', '.join(FINDING_KINDS)}")
    found = [(kind, f) for kind, f in record.findings() if not kinds or kind in kinds]
    body = "".join(
        _marked(raw[start:end], inside, lang) if inside else escape(raw[start:end])
        for start, end, inside in stretches(record, found)
    )
    legend = " ".join(
        f'<span style="background:{TINTS[kind]};color:#000;padding:0 .3em">{escape(label("kind", kind, lang))}</span>'
        for kind in FINDING_KINDS
        if any(kind == one for one, _ in found)
    )
    text = f'<div style="white-space:pre-wrap;line-height:1.9;max-width:48em">{body}</div>'
    return Html(f'<div lang="zh"><p>{legend}</p>{text}</div>')


def stretches(record: Record, found: Sequence[tuple[str, Finding]]) -> Iterator[tuple[int, int, list[tuple[str, Finding]]]]:
    """The document cut wherever a finding begins or ends, each piece with the findings that hold it, the innermost last."""
    begins = sorted(found, key=lambda pair: (pair[1].start, -pair[1].end))
    edges = sorted({record.start, record.end, *(e for _, f in found for e in (f.start, f.end))})
    open_: list[tuple[str, Finding]] = []
    at = 0
    for start, end in pairwise(edges):
        open_ = [pair for pair in open_ if pair[1].end > start]
        while at < len(begins) and begins[at][1].start <= start:
            open_.append(begins[at])
            at += 1
        yield start, end, sorted(open_, key=lambda pair: pair[1].start - pair[1].end)


def _marked(text: str, inside: Sequence[tuple[str, Finding]], lang: Lang) -> str:
    said = "\n".join(_said(kind, finding, lang) for kind, finding in inside)
    style = f"background:{TINTS[inside[-1][0]]};color:#000;padding:0"
    return f'<mark style="{style}" title="{escape(said)}">{escape(text)}</mark>'


def _said(kind: str, finding: Finding, lang: Lang) -> str:
    known = finding.model_dump(exclude_defaults=True, exclude=TOLD)
    pairs = " ".join(f"{name}={'、'.join(value) if isinstance(value, tuple) else value}" for name, value in known.items())
    return f"{label('kind', kind, lang)} {pairs}".rstrip()
