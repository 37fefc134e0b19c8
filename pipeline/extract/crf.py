"""Linear-chain conditional random fields (条件随机场) in numpy: one look-up of features and one pass for several models.

CRFsuite trains the weights (``learn.taggers``); here they are applied. The models of a document's names, events and awards
see the same keys (``templates.py``), so they share one table of weights and run side by side, their labels in one row.

Weights are integers (``SCALE`` to the unit), so that their sum is the same on every machine. The sentences of a document go
through the chain together, longest first: one step of numpy for the first character of each, one for the second ….
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.errors import ResourceError
from pipeline.lookup import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.extract.templates import Keys, Window

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int32]
    Offsets = NDArray[np.intp]

OUTSIDE = "O"
SCALE = 1 << 20  # weights are multiples of this part of one
_SURELY_LESS = 0.49  # than one half, however the last bits of a sum are rounded
_RESCALE = 8  # steps after which the odds are brought back to a sum of one: they neither vanish nor overflow in so few


class Model(NamedTuple):
    """One model as it is stored.

    Attributes:
        labels: in the order in which CRFsuite numbered them, which settles ties.
        keys: the features that weigh anything, ascending; shape (features,).
        weights: shape (features, labels), in parts of ``SCALE``.
        transitions: from the label of the row to that of the column, in parts of ``SCALE``.
    """

    labels: tuple[str, ...]
    keys: Keys
    weights: Integers
    transitions: Integers


def read(path: Path) -> Model:
    """The model stored at ``path``.

    Raises:
        ResourceError: there is none.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            return Model(tuple(stored["labels"].tolist()), stored["keys"], stored["weights"], stored["transitions"])
    except OSError as error:
        raise ResourceError("model_missing", file=path.name, line=0) from error


def write(model: Model, path: Path) -> None:
    """Store ``model`` at ``path``; the same model gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stored:
        np.savez(stored, labels=np.array(model.labels), **{k: v for k, v in model._asdict().items() if k != "labels"})


class Marginals(NamedTuple):
    """What one model makes of some sentences, character by character.

    Attributes:
        labels: the model's.
        path: the likeliest labelling, as numbers of labels.
        chance: the probability of each label there; shape (characters, labels).
    """

    labels: tuple[str, ...]
    path: Offsets
    chance: Floats


class Chain:
    """Several models that read the same text, as one chain whose labels never mix."""

    def __init__(self, models: Sequence[Model]) -> None:
        size = sum(len(m.labels) for m in models)
        known = np.unique(np.concatenate([m.keys for m in models]))
        self._weights = np.zeros((len(known) + 1, size), dtype=np.int32)  # the last row is that of every unknown feature
        self._steps = np.full((size, size), -np.inf)
        self._same = np.zeros((size, size))  # 1 where two labels are one model's
        self._blocks: list[tuple[tuple[str, ...], slice]] = []
        at = 0
        for m in models:
            block = slice(at, at + len(m.labels))
            self._weights[np.searchsorted(known, m.keys), block] = m.weights
            self._steps[block, block] = m.transitions / SCALE
            self._same[block, block] = 1
            self._blocks.append((m.labels, block))
            at = block.stop
        self._starts = np.array([block.start for _, block in self._blocks])
        self._outside = np.array([labels.index(OUTSIDE) for labels, _ in self._blocks])
        self._odds = np.exp(self._steps)
        self._table = Table(known)

    def marginals(self, keys: Keys, seen: Window, sought: Sequence[int] | None = None) -> list[Marginals]:
        """Path and marginals of every model, in the order in which the models were given.

        ``sought`` are the numbers of the models whose path is wanted, by default all; of the others all is outside.
        """
        if not len(seen.at):
            return [Marginals(labels, np.zeros(0, dtype=np.intp), np.zeros((0, len(labels)))) for labels, _ in self._blocks]
        wanted = np.arange(len(self._blocks)) if sought is None else np.array(sought, dtype=np.intp)
        order, steps = _by_step(seen)
        chance = np.empty((len(order), len(self._steps)))
        scores = self._scores(keys)
        chance[order] = self._chances(scores[order], steps)
        paths = np.repeat(self._outside[:, None], len(order), axis=1)
        doubtful = _doubtful(chance[:, (self._outside + self._starts)[wanted]], seen)
        if len(doubtful):
            some = seen.only(doubtful)
            order, steps = _by_step(some)
            paths[wanted[:, None], doubtful[order]] = self._paths(scores[doubtful[order]], steps)[wanted]
        return [Marginals(labels, path, chance[:, block]) for (labels, block), path in zip(self._blocks, paths, strict=True)]

    def _scores(self, keys: Keys) -> Floats:
        """What the features say for each label of each character."""
        total = np.zeros((keys.shape[1], self._weights.shape[1]), dtype=np.int32)
        for rows in self._table.rows(keys):
            total += self._weights.take(rows, axis=0)
        return total / SCALE

    def _paths(self, local: Floats, steps: Sequence[slice]) -> Offsets:
        """The likeliest labels of each model (Viterbi); shape (models, characters)."""
        scores = np.ascontiguousarray(local.T)  # labels first: numpy takes the maximum over the first axis fastest
        between = self._steps[:, :, None]
        ends = [scores[:, steps[0]]]
        for now in steps[1:]:
            ways = ends[-1][:, None, : now.stop - now.start] + between
            ends.append(np.maximum.reduce(ways, axis=0) + scores[:, now])
        path = np.empty((len(self._blocks), len(local)), dtype=np.intp)
        going = path[:, :0]  # labels of the step after, of the sentences that reach it
        for now, end in zip(reversed(steps), reversed(ends), strict=True):
            reach = going.shape[1]
            last = [end[block, reach:].argmax(axis=0) + block.start for _, block in self._blocks] if reach < end.shape[1] else []
            if reach:
                before = (end[:, None, :reach] + self._steps[:, going]).argmax(axis=0)
                path[:, now.start : now.start + reach] = before
            if last:
                path[:, now.start + reach : now.stop] = last
            going = path[:, now]
        path -= self._starts[:, None]
        return path

    def _chances(self, local: Floats, steps: Sequence[slice]) -> Floats:
        """The probability of each label (forward and backward); those of one model sum to one."""
        most = np.concatenate(
            [np.broadcast_to(local[:, b].max(axis=1, keepdims=True), local[:, b].shape) for _, b in self._blocks], axis=1
        )
        odds = np.exp(local - most)
        forward, backward = np.empty_like(local), np.ones_like(local)
        mass = forward[steps[0]] = odds[steps[0]]
        for t, now in enumerate(steps[1:], 1):
            mass = (mass[: now.stop - now.start] @ self._odds) * odds[now]
            if t % _RESCALE == 0:
                mass /= mass @ self._same
            forward[now] = mass
        for t in range(len(steps) - 1, 0, -1):
            now = steps[t]
            mass = (odds[now] * backward[now]) @ self._odds.T
            if t % _RESCALE == 0:
                mass /= mass @ self._same
            backward[steps[t - 1].start : steps[t - 1].start + len(mass)] = mass
        chance = forward * backward
        chance /= chance @ self._same
        return chance


def _doubtful(outside: Floats, seen: Window) -> Offsets:
    """The characters of the sentences whose best path may mark something, ``outside`` being each model's chance of no mark.

    What the chances of any mark sum up to bounds the probability that a sentence holds one. Where it stays below one half,
    the path without a mark is likelier than all others together, and no search for the best one is needed.
    """
    starts = np.flatnonzero(seen.first)
    sums = np.add.reduceat(1 - outside, starts, axis=0).max(axis=1, initial=0)
    found: Offsets = np.flatnonzero((sums >= _SURELY_LESS)[np.cumsum(seen.first) - 1])
    return found


def _by_step(seen: Window) -> tuple[Offsets, list[slice]]:
    """The characters of a window in the order of the steps, longest sentence first, and the slice of each step."""
    starts, stops = np.flatnonzero(seen.first), np.flatnonzero(seen.last) + 1
    sizes = stops - starts
    longest_first = np.argsort(-sizes, kind="stable")
    starts, sizes = starts[longest_first], sizes[longest_first]
    reaching = len(sizes) - np.searchsorted(sizes[::-1], np.arange(sizes[0]), side="right")  # sentences that reach each step
    ends = np.cumsum(reaching)
    sentence = np.arange(int(ends[-1])) - np.repeat(ends - reaching, reaching)
    order = starts[sentence] + np.repeat(np.arange(len(reaching)), reaching)
    return order, [slice(end - size, end) for end, size in zip(ends.tolist(), reaching.tolist(), strict=True)]


@cache
def load(paths: tuple[Path, ...]) -> Chain:
    """The models at ``paths`` as one chain.

    Raises:
        ResourceError: one of them is missing.
    """
    return Chain([read(path) for path in paths])
