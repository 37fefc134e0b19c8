"""Sequence models (序列标注): linear-chain CRFs that mark names, events and awards, character by character.

The weights are trained by ``learn`` on ``corpora/gold`` and ship in ``models/``; ``crf.py`` applies them, all models and
all sentences of a document at once. A span's confidence is the least of its characters' marginals, rounded to two decimals
before anything compares it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.extract.crf import OUTSIDE, Marginals, load
from pipeline.extract.templates import Window, window
from pipeline.linear import weights_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.extract.deeds import Deed
    from pipeline.extract.features import Sight
    from pipeline.segment import Span

    Offsets = NDArray[np.intp]
    Flags = NDArray[np.bool_]

LONGEST_SENTENCE = 2000


class Marked(NamedTuple):
    """A labelled span of the clean text."""

    start: int
    end: int
    label: str
    confidence: float


class Marks(NamedTuple):
    """What each model marks in a document, in text order."""

    names: list[Marked]
    events: list[Marked]
    awards: list[Marked]


# From this marginal on a span stands although the best path leaves it out: recall for precision, chosen on the dev split.
THRESHOLDS = {"names": 0.2, "events": 0.4, "awards": 0.25}
BY_CHANCE = frozenset({"events"})  # read off the marginals alone: the best path of a list holds all of its items or none
HINTED = 0.12  # from this marginal on a phrase that rules propose stands as a whole


def pieces(sentences: Iterable[Span]) -> Iterator[Span]:
    """Sentences, those longer than any real one cut: the text between two line breaks can be a megabyte."""
    for sentence in sentences:
        for start in range(sentence.start, sentence.end, LONGEST_SENTENCE):
            yield sentence._replace(start=start, end=min(start + LONGEST_SENTENCE, sentence.end))


def mark(models: Path, sight: Sight, sentences: Iterable[Span], told: Sequence[Deed] = ()) -> Marks:
    """Every span that the models below ``models`` mark; events also where rules propose a phrase or a deed is told."""
    seen = window(list(pieces(sentences)))
    chain = load(tuple(weights_of(models, name) for name in Marks._fields))
    sought = [k for k, name in enumerate(Marks._fields) if name not in BY_CHANCE]
    found = zip(Marks._fields, chain.marginals(sight.keys(seen), seen, sought), strict=True)
    proposed = {"events": (sight.event_hints, told)}
    return Marks(*(_spans(made, seen, THRESHOLDS[name], *proposed.get(name, ((), ()))) for name, made in found))


def _spans(made: Marginals, seen: Window, least: float, hints: Sequence[Span], told: Sequence[Deed]) -> list[Marked]:
    """The spans of one model: those of its best path, and those that its marginals make likely enough."""
    path, outside = made.path.tolist(), made.labels.index(OUTSIDE)
    number = {label: k for k, label in enumerate(made.labels)}
    kinds = sorted(label[2:] for label in made.labels if label[0] == "B")
    if not kinds:
        return []  # the corpus it was trained on held none
    _lift(made, path, seen, kinds, least)
    for hint in hints:
        a = int(np.searchsorted(seen.at, hint.start))
        b = a + hint.end - hint.start
        if (
            b <= len(path)
            and seen.at[a] == hint.start
            and not seen.first[a + 1 : b].any()
            and all(label == outside for label in path[a:b])
            and round(float(made.chance[a, number["B-" + kinds[0]]]), 3) >= HINTED
        ):
            path[a:b] = [number["B-" + kinds[0]]] + [number["I-" + kinds[0]]] * (b - a - 1)
    begun = _tell(made, path, seen, kinds[0], told)
    found = []
    for a, b, label in _stretches(np.array(path), made.labels, seen.first):
        sure = begun[a] if a in begun else min(made.chance[range(a, b), path[a:b]].tolist())
        start = int(seen.at[a])
        found.append(Marked(start, start + b - a, label, round(sure, 2)))
    return found


def _tell(made: Marginals, path: list[int], seen: Window, kind: str, told: Sequence[Deed]) -> dict[int, float]:
    """Make a span of each deed in whose clause none stands, from where one likeliest begins; beginning → chance."""
    begin, inside, outside = (made.labels.index(label) for label in ("B-" + kind, "I-" + kind, OUTSIDE))
    begun: dict[int, float] = {}
    for deed in told:
        a = int(np.searchsorted(seen.at, deed.start))
        b = a + deed.end - deed.start
        if b > len(path) or seen.at[a] != deed.start or seen.first[a + 1 : b].any() or any(k != outside for k in path[a:b]):
            continue
        first = a + int(np.round(made.chance[a : b - 1, begin], 3).argmax())
        path[first:b] = [begin] + [inside] * (b - first - 1)
        begun[first] = deed.chance
    return begun


def _stretches(path: Offsets, labels: Sequence[str], first: Flags) -> Iterator[tuple[int, int, str]]:
    """Spans of a BIO labelling, none over the edge of a sentence; an I that follows nothing of its label begins a span."""
    marked = np.flatnonzero(path != labels.index(OUTSIDE))  # few of a text's characters
    start = end = 0
    label = ""
    for i, k, edge in zip(marked.tolist(), path[marked].tolist(), first[marked].tolist(), strict=True):
        tag = labels[k]
        if label and (i != end or edge or tag[0] != "I" or tag[2:] != label):
            yield start, end, label
            label = ""
        if not label:
            start, label = i, tag[2:]
        end = i + 1
    if label:
        yield start, end, label


def _lift(made: Marginals, path: list[int], seen: Window, kinds: list[str], least: float) -> None:
    """Turn O into a span where the marginals make one likely enough; ``path`` is changed in place."""
    outside = made.labels.index(OUTSIDE)
    begin = {kind: made.labels.index("B-" + kind) for kind in kinds}
    inside = {kind: made.labels.index("I-" + kind) for kind in kinds}
    for i in np.flatnonzero((made.path == outside) & (made.chance[:, outside] < 1 - least)).tolist():
        if path[i] != outside:
            continue  # the span before has taken it
        chances = made.chance[i].tolist()
        chance, kind = max((round(chances[begin[kind]], 3), kind) for kind in kinds)
        if chance < least:
            continue
        path[i] = begin[kind]
        i += 1
        while i < len(path) and not seen.first[i] and path[i] == outside:
            if round(float(made.chance[i, inside[kind]]), 3) < least * 0.7:
                break
            path[i] = inside[kind]
            i += 1
