"""Linear classifiers (线性分类): trained with scikit-learn by ``learn``, scored here without importing it.

A model is one JSON file: classes, a bias a class, and a row of weights a feature. A feature is a string; its value is 1.
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import ResourceError


class Guess(NamedTuple):
    """The likeliest class and its probability, to two decimals."""

    label: str
    confidence: float


def pairs(prefix: str, text: str, start: int, end: int, longest: int = 200) -> list[str]:
    """The pairs of characters of ``text[start:end]`` as features; what is longer than ``longest`` is cut."""
    return [f"{prefix}={text[i : i + 2]}" for i in range(start, min(end, start + longest) - 1)]


class Linear:
    """A multinomial (or one-against-rest) logistic model over sparse string features."""

    def __init__(self, classes: list[str], bias: list[float], weights: dict[str, list[float]]) -> None:
        import numpy as np

        self.classes = classes
        self._bias = np.array(bias)
        self._row = {feature: k for k, feature in enumerate(weights)}
        self._weights = np.array(list(weights.values())).reshape(len(weights), len(classes))

    def scores(self, features: Iterable[str]) -> list[float]:
        """The margin of each class, to nine decimals: no machine's way of adding decides a tie."""
        rows = [row for feature in dict.fromkeys(features) if (row := self._row.get(feature)) is not None]
        margins: list[float] = (self._bias + self._weights[rows].sum(axis=0)).round(9).tolist()
        return margins

    def best(self, features: Iterable[str]) -> Guess:
        """The likeliest class (softmax; ties go to the first)."""
        total = self.scores(features)
        top = max(range(len(total)), key=lambda k: (total[k], -k))
        sure = 1 / sum(math.exp(min(s - total[top], 50)) for s in total)
        return Guess(self.classes[top], round(sure, 2))

    def chances(self, features: Iterable[str]) -> dict[str, float]:
        """The probability of every class (softmax), to two decimals."""
        total = self.scores(features)
        top = max(total)
        parts = [math.exp(max(s - top, -50)) for s in total]
        return {c: round(p / sum(parts), 2) for c, p in zip(self.classes, parts, strict=True)}

    def each(self, features: Iterable[str]) -> dict[str, float]:
        """The probability of every class on its own (one against the rest), to two decimals."""
        return {
            c: round(1 / (1 + math.exp(-max(min(s, 50), -50))), 2)
            for c, s in zip(self.classes, self.scores(features), strict=True)
        }


@cache
def load(path: Path) -> Linear:
    """The model stored at ``path`` (gzipped JSON).

    Raises:
        ResourceError: there is no such model.
    """
    try:
        spec = json.loads(gzip.decompress(path.read_bytes()))
    except OSError as error:
        raise ResourceError("model_missing", file=path.name, line=0) from error
    return Linear(spec["classes"], spec["bias"], spec["weights"])
