"""Sequence models (序列标注): linear-chain CRFs that mark names, events and awards, character by character.

The weights are trained by ``learn`` on ``corpora/gold`` and ship in ``models/``; CRFsuite scores them in C++. A span's
confidence is the product of its characters' marginals, rounded to two decimals before anything compares it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.errors import ResourceError

if TYPE_CHECKING:
    from pipeline.extract.features import Sight
    from pipeline.segment import Span


LONGEST_SENTENCE = 2000


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


def _items(sight: Sight, sentence: Span) -> Any:
    """The features of a sentence as CRFsuite holds them: made once, read by every model."""
    import pycrfsuite

    items = sight.items.get(sentence)
    if items is None:
        items = sight.items[sentence] = pycrfsuite.ItemSequence(sight.features(sentence.start, sentence.end))
    return items


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


# From this marginal on a span stands although the best path leaves it out: recall for precision, chosen on the dev split.
THRESHOLDS = {"names": 0.3, "events": 0.45, "awards": 0.25}


def pieces(sentences: Iterable[Span]) -> Iterator[Span]:
    """Sentences, those longer than any real one cut: a model's view of a character takes kilobytes."""
    for sentence in sentences:
        for start in range(sentence.start, sentence.end, LONGEST_SENTENCE):
            yield sentence._replace(start=start, end=min(start + LONGEST_SENTENCE, sentence.end))


HINTED = 0.12  # from this marginal on a phrase that rules propose stands as a whole


def mark(path: Path, sight: Sight, sentences: list[Span], hints: Sequence[Span] = ()) -> list[Marked]:
    """Every span that the model at ``path`` marks, sentence by sentence; ``hints`` are phrases that rules propose."""
    tagger = _model(path)
    least = THRESHOLDS[path.parent.name]
    kinds = sorted(label[2:] for label in tagger.labels() if label[0] == "B")
    found = []
    for sentence in pieces(sentences):
        labels = tagger.tag(_items(sight, sentence))
        _lift(tagger, labels, kinds, least)
        if hints:
            _lift_hinted(
                tagger,
                labels,
                kinds[0],
                [h for h in hints if sentence.start <= h.start and h.end <= sentence.end],
                sentence.start,
            )
        for a, b, label in spans_of(labels):
            sure = min(tagger.marginal(labels[k], k) for k in range(a, b))
            found.append(Marked(sentence.start + a, sentence.start + b, label, round(sure, 2)))
    return found


def _lift(tagger: Any, labels: list[str], kinds: list[str], least: float) -> None:
    """Turn O into a span where the marginals make one likely enough; ``labels`` is changed in place."""
    size = len(labels)
    i = 0
    while i < size:
        if labels[i] == "O" and tagger.marginal("O", i) < 1 - least:
            chance, kind = max((round(tagger.marginal("B-" + kind, i), 3), kind) for kind in kinds)
            if chance >= least:
                labels[i] = "B-" + kind
                i += 1
                while i < size and labels[i] == "O" and round(tagger.marginal("I-" + kind, i), 3) >= least * 0.7:
                    labels[i] = "I-" + kind
                    i += 1
                continue
        i += 1


def _lift_hinted(tagger: Any, labels: list[str], kind: str, hints: Sequence[Span], start: int) -> None:
    """Label a proposed phrase where the path leaves it out whole and its first character is likely enough; in place."""
    for hint in hints:
        a, b = hint.start - start, hint.end - start
        if all(label == "O" for label in labels[a:b]) and round(tagger.marginal("B-" + kind, a), 3) >= HINTED:
            labels[a:b] = ["B-" + kind] + ["I-" + kind] * (b - a - 1)
