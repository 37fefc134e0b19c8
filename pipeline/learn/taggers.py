"""Training of the sequence models (names, events, awards): CRFsuite on the gold corpus, with names replaced at random.

People's names are an open class and a corpus holds few: every document is also read with its persons renamed, twice, by
names drawn from the lexicons, so that the model learns the places where names stand and not the names.
"""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

from pipeline.extract.features import given_names, surnames
from pipeline.extract.groundwork import Groundwork
from pipeline.learn.examples import Example
from pipeline.products import Part
from pipeline.resources import table
from pipeline.segment import Reading, Span
from pipeline.spans import Text

KINDS: dict[str, dict[str, str]] = {
    "names": {"persons": "PER", "orgs": "ORG", "places": "PLC"},
    "events": {"events": "EVT"},
    "awards": {"awards": "AWD"},
}
Labelled = tuple[Groundwork, list[tuple[Span, str]]]


def labelled(example: Example, model: str) -> Labelled:
    """A document with its labelled clean spans."""
    return example.work, sorted((span, label) for kind, label in KINDS[model].items() for span, _ in example.spans(kind))


def renamed(work: Groundwork, spans: list[tuple[Span, str]], rng: random.Random) -> Labelled:
    """The same document with every person renamed; spacing and the length of short forms (徐老师) are kept."""
    text, parts, moved, at = work.reading.clean, [], [], 0
    names: dict[str, str] = {}
    length = 0
    for span, label in spans:
        old = text[span.start : span.end]
        new = old
        if label == "PER" and re.fullmatch(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff] {1,3}[\u4e00-\u9fff]", old):
            key = old.replace(" ", "")
            if key not in names:
                names[key] = _random_name(key, rng)
            new = names[key] if " " not in old else names[key][0] + old[1:-1] + names[key][1:2]
        elif label == "PER" and (short := re.fullmatch(r"[\u4e00-\u9fff](老师|主席|校长|师傅|同志|主任|书记)", old)):
            new = rng.choice(_common_surnames()) + short[1]
        parts += [text[at : span.start], new]
        length += span.start - at
        moved.append((Span(length, length + len(new)), label))
        length += len(new)
        at = span.end
    parts.append(text[at:])
    clean = "".join(parts)
    part = Part(start=0, end=len(clean), body_start=min(work.reading.text_start, len(clean)))
    return Groundwork(Reading(Text(clean), part)), moved


def _common_surnames() -> list[str]:
    return sorted(s for s in surnames())


def _random_name(old: str, rng: random.Random) -> str:
    chars = [(c, int(n)) for c, n in table("lexicons/given_names.tsv", 2)]
    pool, weights = [c for c, _ in chars], [n**0.5 for _, n in chars]
    surname = rng.choice(_common_surnames()[:]) if rng.random() < 0.5 else rng.choice("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕")
    given = "".join(rng.choices(pool, weights, k=max(len(old) - len(surname), 1)))
    return (surname + given)[: max(len(old), len(surname) + 1)]


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
    for example in examples:
        work, spans = labelled(example, model)
        versions = [(work, spans)] + ([renamed(work, spans, rng) for _ in range(copies)] if model == "names" else [])
        for version, marked in versions:
            labels = bio(marked, len(version.reading.clean))
            for s in version.sentences:
                trainer.append(version.sight.features(s.start, s.end), labels[s.start : s.end])
    path.parent.mkdir(parents=True, exist_ok=True)
    trainer.train(str(path))
