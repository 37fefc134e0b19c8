"""Training of the sequence models (names, events, awards): CRFsuite on the gold corpus, for names with renamed copies."""

from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.extract.crf import SCALE, Model, write
from pipeline.extract.tagger import pieces
from pipeline.extract.templates import EVENTS_ONLY, TEMPLATES, window
from pipeline.learn.examples import Example
from pipeline.learn.renaming import Labelled, renamed
from pipeline.segment import Span

KINDS: dict[str, dict[str, str]] = {
    "names": {"persons": "PER", "orgs": "ORG", "places": "PLC"},
    "events": {"events": "EVT"},
    "awards": {"awards": "AWD"},
}


def labelled(example: Example, model: str) -> Labelled:
    """A document with its labelled clean spans."""
    return example.work, sorted((span, label) for kind, label in KINDS[model].items() for span, _ in example.spans(kind))


def bio(spans: list[tuple[Span, str]], size: int) -> list[str]:
    """BIO labels of a text of ``size`` characters."""
    labels = ["O"] * size
    for span, label in spans:
        for k in range(span.start, min(span.end, size)):
            labels[k] = ("B-" if k == span.start else "I-") + label
    return labels


def train(model: str, examples: list[Example], path: Path, params: dict[str, Any], copies: int) -> None:
    """Train one sequence model and write it to ``path``; the same examples give the same bytes."""
    import pycrfsuite

    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.select("lbfgs")
    trainer.set_params(params)
    rng = random.Random(20111)
    used = [row for row, name in enumerate(TEMPLATES) if model == "events" or name not in EVENTS_ONLY]
    for example in examples:
        work, spans = labelled(example, model)
        versions = [(work, spans)] + ([renamed(work, spans, rng) for _ in range(copies)] if model == "names" else [])
        for copy, (version, marked) in enumerate(versions):
            labels = bio(marked, len(version.reading.clean))
            for sentence in pieces(version.sentences):
                if copy > 1 and not any(label != "O" for label in labels[sentence.start : sentence.end]):
                    continue  # names nobody: two of it say enough, more cost recall
                features = version.sight.keys(window([sentence]))[used].T.tolist()
                trainer.append([[f"{key:x}" for key in row] for row in features], labels[sentence.start : sentence.end])
    with TemporaryDirectory() as folder:
        trained = Path(folder) / "model.crfsuite"
        trainer.train(str(trained))
        write(_exported(trained), path)


def _exported(trained: Path) -> Model:
    """What CRFsuite has learned, as run time reads it; its features are keys in hexadecimal."""
    import numpy as np
    import pycrfsuite

    tagger = pycrfsuite.Tagger()
    tagger.open(str(trained))
    learned = tagger.info()
    tagger.close()
    labels = tuple(sorted(learned.labels, key=lambda label: int(learned.labels[label])))
    number = {label: k for k, label in enumerate(labels)}
    rows = {key: k for k, key in enumerate(sorted({int(feature, 16) for feature, _ in learned.state_features}))}
    weights, transitions = np.zeros((len(rows), len(labels))), np.zeros((len(labels), len(labels)))
    for (feature, label), weight in learned.state_features.items():
        weights[rows[int(feature, 16)], number[label]] = weight
    for (before, after), weight in learned.transitions.items():
        transitions[number[before], number[after]] = weight
    known = np.array(list(rows), dtype=np.uint64)
    return Model(labels, known, *(np.rint(part * SCALE).astype(np.int32) for part in (weights, transitions)))
