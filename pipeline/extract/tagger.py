"""Sequence models (序列标注): linear-chain CRFs that mark names, events and awards, character by character.

The weights are trained by ``learn`` on ``corpora/gold`` and ship in ``models/``; CRFsuite scores them in C++. A span's
confidence is the product of its characters' marginals, rounded to two decimals before anything compares it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.errors import ResourceError

if TYPE_CHECKING:
    from pipeline.extract.features import Sight
    from pipeline.segment import Span


class Marked(NamedTuple):
    """A labelled span of the clean text."""

    start: int
    end: int
    label: str
    confidence: float


@cache
def _model(path: Path) -> Any:
    import pycrfsuite

    if not path.exists():
        raise ResourceError("model_missing", file=path.name, line=0)
    tagger = pycrfsuite.Tagger()
    tagger.open(str(path))
    return tagger


def spans_of(labels: list[str]) -> list[tuple[int, int, str]]:
    """Spans of a BIO labelling; an I that follows nothing of its label begins a span."""
    found: list[tuple[int, int, str]] = []
    start, label = 0, ""
    for i, tag in enumerate([*labels, "O"]):
        kind = tag[2:]
        if label and (tag[0] != "I" or kind != label):
            found.append((start, i, label))
            label = ""
        if tag[0] != "O" and not label:
            start, label = i, kind
    return found


def mark(path: Path, sight: Sight, sentences: list[Span]) -> list[Marked]:
    """Every span that the model at ``path`` marks, sentence by sentence."""
    tagger = _model(path)
    found = []
    for sentence in sentences:
        labels = tagger.tag(sight.features(sentence.start, sentence.end))
        for a, b, label in spans_of(labels):
            sure = min(tagger.marginal(labels[k], k) for k in range(a, b))
            found.append(Marked(sentence.start + a, sentence.start + b, label, round(sure, 2)))
    return found
