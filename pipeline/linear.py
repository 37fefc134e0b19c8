"""Linear classifiers (线性分类): trained with scikit-learn by ``learn``, applied here without importing it.

A feature is a string whose value is 1. Classifiers that see the same features are applied together: each feature is looked
up once, and all rows of a document are added up at once. Weights are whole numbers of ``UNIT``, so that their sum is the
same in any order and on any machine.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.errors import ResourceError
from pipeline.lookup import Seen, Table, keys_of, keys_of_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int32]

_BATCH = 256  # rows added up at once: what is gathered for them stays small
UNIT = 10_000  # parts of one that a weight is counted in


class Guess(NamedTuple):
    """The likeliest class and its probability, to two decimals."""

    label: str
    confidence: float


class Model(NamedTuple):
    """One classifier as it is stored.

    Attributes:
        classes: shape (classes,).
        bias: of each class, in parts of ``UNIT``.
        features: the strings that weigh anything.
        weights: shape (features, classes), in parts of ``UNIT``.
    """

    classes: tuple[str, ...]
    bias: Integers
    features: list[str]
    weights: Integers


def weights_of(models: Path, name: str) -> Path:
    """Where the weights of a classifier lie."""
    return models / name / "weights.npz"


def read(path: Path) -> Model:
    """The classifier stored at ``path``.

    Raises:
        ResourceError: there is none.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            features = json.loads(stored["features"].tobytes())
            return Model(tuple(stored["classes"].tolist()), stored["bias"], features, stored["weights"])
    except OSError as error:
        raise ResourceError("model_missing", file=path.name, line=0) from error


def write(model: Model, path: Path) -> None:
    """Store ``model`` at ``path``; the same model gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    features = np.frombuffer(json.dumps(model.features, ensure_ascii=False).encode("utf-8", "surrogatepass"), dtype=np.uint8)
    with path.open("wb") as stored:
        np.savez_compressed(stored, classes=np.array(model.classes), bias=model.bias, features=features, weights=model.weights)


class Linear:
    """One or more logistic models (multinomial, or one against the rest) over the same sparse string features."""

    def __init__(self, models: Sequence[Model]) -> None:
        self.classes = [m.classes for m in models]
        keys = [keys_of_words(m.features) for m in models]
        known, rows = np.unique(np.concatenate(keys), return_inverse=True)
        self._table = Table(known)
        # the last row is that of every feature that no model knows
        self._weights = np.zeros((len(known) + 1, sum(len(m.classes) for m in models)), dtype=np.int32)
        self._bias = np.concatenate([m.bias for m in models])
        self._columns: list[slice] = []
        at = row = 0
        for m in models:
            columns = slice(at, at + len(m.classes))
            self._weights[rows[row : row + len(m.features)], columns] = m.weights
            self._columns.append(columns)
            at, row = columns.stop, row + len(m.features)
        self._bits = len(known).bit_length()

    def scores(self, rows: Sequence[Seen], text: str = "", shared: Sequence[Sequence[Seen]] = ()) -> list[Floats]:
        """The margin of each class at each row, a matrix a model: shape (rows, classes).

        ``text`` is what the rows' runs are of. ``shared`` are for each row the features that it has beside its own, and in
        common with others (those of its sentence, of its heading): what several rows name is added up once. No feature may
        be in two of what a row names.
        """
        total = np.empty((len(rows), len(self._bias)))
        for at in range(0, len(rows), _BATCH):
            batch, lent = rows[at : at + _BATCH], shared[at : at + _BATCH]
            once = {id(one): one for several in lent for one in several}
            place = {key: len(batch) + k for k, key in enumerate(once)}
            sums = self._summed([*batch, *once.values()], text)
            here = sums[: len(batch)] + self._bias
            for nth in range(max(map(len, lent), default=0)):
                takes = [k for k, several in enumerate(lent) if len(several) > nth]
                here[takes] += sums[[place[id(lent[k][nth])] for k in takes]]
            total[at : at + _BATCH] = here / UNIT
        return [total[:, columns] for columns in self._columns]

    def _summed(self, rows: Sequence[Seen], text: str) -> Integers:
        keys, owner = keys_of(rows, text)
        number, unknown = self._table.rows(keys), len(self._weights) - 1
        known = np.flatnonzero(number != unknown)
        # a row and a number in one: sorted, what a row has twice stands together; a row always has the unknown
        places = np.concatenate([owner[known] << self._bits | number[known], np.arange(len(rows)) << self._bits | unknown])
        places.sort()
        places = places[np.concatenate([[True], places[1:] != places[:-1]])]
        starts = np.searchsorted(places, np.arange(len(rows)) << self._bits)
        total: Integers = np.add.reduceat(self._weights.take(places & ((1 << self._bits) - 1), axis=0), starts, axis=0)
        return total

    def best(self, rows: Sequence[Seen], text: str = "", shared: Sequence[Sequence[Seen]] = ()) -> list[list[Guess]]:
        """The likeliest class (softmax; ties go to the first) of each row, a list a model; ``shared`` as for ``scores``."""
        found = []
        for classes, total in zip(self.classes, self.scores(rows, text, shared), strict=True):
            top = total.argmax(axis=1)
            sure = 1 / np.exp(total - total.max(axis=1, keepdims=True)).sum(axis=1)
            found.append([Guess(classes[k], round(p, 2)) for k, p in zip(top.tolist(), sure.tolist(), strict=True)])
        return found

    def chances(self, rows: Sequence[Seen], text: str = "", shared: Sequence[Sequence[Seen]] = ()) -> list[dict[str, float]]:
        """The probability of every class (softmax) of the only model at each row, to two decimals."""
        (classes,), (total,) = self.classes, self.scores(rows, text, shared)
        parts = np.exp(np.maximum(total - total.max(axis=1, keepdims=True, initial=-np.inf), -50))
        return _named(classes, parts / parts.sum(axis=1, keepdims=True))

    def each(self, rows: Sequence[Seen], text: str = "") -> list[dict[str, float]]:
        """The probability of every class of the only model on its own (one against the rest), to two decimals."""
        (classes,), (total,) = self.classes, self.scores(rows, text)
        return _named(classes, 1 / (1 + np.exp(-np.clip(total, -50, 50))))


def _named(classes: Sequence[str], chances: Floats) -> list[dict[str, float]]:
    return [{c: round(p, 2) for c, p in zip(classes, row, strict=True)} for row in chances.tolist()]


@cache
def load(models: Path, *names: str) -> Linear:
    """The classifiers ``names`` below ``models``, to be applied together.

    Raises:
        ResourceError: one of them is missing.
    """
    return Linear([read(weights_of(models, name)) for name in names])
