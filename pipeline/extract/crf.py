"""Linear-chain conditional random fields (条件随机场) in numpy: one look-up of features and one pass for several models.

CRFsuite trains the weights (``learn.taggers``); here they are applied. The models of a document's names, events and awards
see the same keys (``templates.py``), so they share one table of weights and run side by side, their labels in one row.

Weights are integers (``SCALE`` to the unit), so that their sum is the same on every machine. Before the chain is worked
out, every character that cannot be part of a finding is set aside: where even the best stretch of labels through it falls
short of plain O by ``NEGLIGIBLE`` nats, it is O. What is left are short runs between certain O's, all solved at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pipeline.errors import ResourceError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.extract.templates import Keys, Window

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int32]
    Offsets = NDArray[np.intp]

OUTSIDE = "O"
SCALE = 1 << 20  # weights are multiples of this part of one
NEVER = -1e3  # what no score outweighs: stands in for the labels of a model that has none but O
NEGLIGIBLE = -16.0  # nats: a chance of one in nine million


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


class _Block(NamedTuple):
    """One model's columns among those of all, and what its labels cost."""

    labels: tuple[str, ...]
    columns: slice
    outside: int  # of the label O, among all columns
    enter: float  # best step from O into a finding, on top of staying O
    within: float
    leave: float


class Chain:
    """Several models that read the same text, as one chain whose labels never mix."""

    def __init__(self, models: Sequence[Model]) -> None:
        size = sum(len(m.labels) for m in models)
        known = np.unique(np.concatenate([m.keys for m in models]))
        weights = np.zeros((len(known) + 1, size), dtype=np.int32)  # the last row is that of every unknown feature
        steps = np.full((size, size), -np.inf)
        blocks, at = [], 0
        for m in models:
            columns = slice(at, at + len(m.labels))
            weights[np.searchsorted(known, m.keys), columns] = m.weights
            own = m.transitions / SCALE
            steps[columns, columns] = own
            o = m.labels.index(OUTSIDE)
            other = [k for k in range(len(m.labels)) if k != o]
            blocks.append(
                _Block(
                    m.labels,
                    columns,
                    at + o,
                    enter=float(own[o, other].max(initial=NEVER) - own[o, o]),
                    within=float(own[np.ix_(other, other)].max(initial=NEVER) - own[o, o]),
                    leave=float(own[other, o].max(initial=NEVER) - own[o, o]),
                )
            )
            at = columns.stop
        self._blocks = blocks
        self._weights = weights
        self._table = _Table(known)
        self._steps = steps
        self._odds = np.exp(steps)

    def marginals(self, keys: Keys, seen: Window) -> list[Marginals]:
        """Path and marginals of every model, in the order in which the models were given."""
        scores = self._scores(keys)
        free = self._free(scores, seen)
        runs = _Runs.of(free, seen)
        paths = np.repeat(np.array([[b.outside] for b in self._blocks], dtype=np.intp), len(seen.at), axis=1)
        chance = np.zeros(scores.shape)
        chance[:, [b.outside for b in self._blocks]] = 1
        if len(runs.at):
            paths[runs.model, runs.at], found = self._solved(scores, runs)
            for k, block in enumerate(self._blocks):
                mine = runs.model == k
                chance[runs.at[mine], block.columns] = found[mine, block.columns]
        return [
            Marginals(block.labels, path - block.columns.start, chance[:, block.columns])
            for block, path in zip(self._blocks, paths, strict=True)
        ]

    def _scores(self, keys: Keys) -> Floats:
        """What the features say for each label of each character."""
        total = np.zeros((keys.shape[1], self._weights.shape[1]), dtype=np.int32)
        for rows in self._table.rows(keys):
            total += self._weights.take(rows, axis=0)
        return total / SCALE

    def _free(self, scores: Floats, seen: Window) -> NDArray[np.bool_]:
        """Shape (models, characters): which characters can be part of a finding.

        A finding gains on plain O, character by character, at most the best other label's score less O's, and the dearest
        steps. The best stretch through a character is the best one that ends before it, itself, and the best that begins
        after it: two running sums less their running minima.
        """
        free = np.empty((len(self._blocks), len(scores)), dtype=bool)
        wall = 1e6 * np.cumsum(seen.first)  # so high that no stretch reaches over a sentence's edge
        for k, b in enumerate(self._blocks):
            others = np.arange(b.columns.start, b.columns.stop) != b.outside
            gain = scores[:, b.columns][:, others].max(axis=1, initial=NEVER) - scores[:, b.outside] + b.within
            gain[seen.first] += max(-b.enter, 0.0)  # a sentence's edges are neither entered nor left
            gain[seen.last] += max(-b.leave, 0.0)
            upto = np.cumsum(gain) - wall
            upto -= np.minimum.accumulate(upto - gain)
            onward = np.cumsum(gain[::-1]) + wall[::-1]
            onward -= np.minimum.accumulate(onward - gain[::-1])
            free[k] = b.enter + b.leave - b.within + upto + onward[::-1] - gain > NEGLIGIBLE
        return free

    def _solved(self, scores: Floats, runs: _Runs) -> tuple[Offsets, Floats]:
        """The label and the marginals of each character of the runs: Viterbi, forward and backward, a step for all runs."""
        own = np.zeros((len(self._blocks), scores.shape[1]), dtype=bool)
        for k, block in enumerate(self._blocks):
            own[k, block.columns] = True
        local = np.where(own[runs.model], scores[runs.at], -np.inf)
        odds = np.exp(local - local.max(axis=1, keepdims=True))
        outside = np.array([b.outside for b in self._blocks])[runs.model[: runs.steps[0].stop]]
        enter = np.where(runs.opens[:, None], 0.0, self._steps[outside])
        leave = np.where(runs.closes[:, None], 0.0, self._steps[:, outside].T)

        best, forward, backward = np.empty_like(local), np.empty_like(local), np.empty_like(local)
        first = runs.steps[0]
        best[first], forward[first] = enter + local[first], np.exp(enter) * odds[first]
        for before, now in pairwise(runs.steps):
            size = now.stop - now.start
            came = slice(before.start, before.start + size)
            best[now] = (best[came, :, None] + self._steps).max(axis=1) + local[now]
            mass = (forward[came] @ self._odds) * odds[now]
            forward[now] = mass / mass.sum(axis=1, keepdims=True)

        path = np.empty(len(local), dtype=np.intp)
        closing = np.exp(leave)
        going: Offsets = np.empty(0, dtype=np.intp)  # labels of the step after, of the runs that reach it
        after = slice(0, 0)
        for now in reversed(runs.steps):
            size, reach = now.stop - now.start, len(going)
            onward = leave[:size].copy()
            backward[now] = closing[:size]
            if reach:
                onward[:reach] = self._steps[:, going].T
                mass = (odds[after] * backward[after]) @ self._odds.T
                backward[now.start : now.start + reach] = mass / mass.sum(axis=1, keepdims=True)
            going = path[now] = (best[now] + onward).argmax(axis=1)
            after = now
        chance = forward * backward
        return path, chance / chance.sum(axis=1, keepdims=True)


class _Table:
    """Where each known key stands: a hash table with linear probing, looked up for many keys at once."""

    def __init__(self, known: Keys) -> None:
        bits = max(int(len(known) * 4).bit_length(), 4)
        self._shift = np.uint64(64 - bits)
        self._mask = (1 << bits) - 1
        self._keys = np.zeros(1 << bits, dtype=np.uint64)
        self._rows = np.full(1 << bits, len(known), dtype=np.int32)
        self._unknown = len(known)
        waiting = np.arange(len(known))
        slot = (known >> self._shift).astype(np.intp)
        while len(waiting):
            _, chosen = np.unique(slot, return_index=True)
            chosen = chosen[self._rows[slot[chosen]] == self._unknown]  # one key a slot, where that is free
            self._keys[slot[chosen]] = known[waiting[chosen]]
            self._rows[slot[chosen]] = waiting[chosen]
            left = np.ones(len(waiting), dtype=bool)
            left[chosen] = False
            waiting, slot = waiting[left], (slot[left] + 1) & self._mask

    def rows(self, keys: Keys) -> Integers:
        """The row of each key, that of the unknown where there is none; shaped like ``keys``."""
        flat = keys.ravel()
        slot = (flat >> self._shift).astype(np.intp)
        found = self._rows.take(slot)
        wrong = np.flatnonzero((self._keys.take(slot) != flat) & (found != self._unknown))
        found[self._keys.take(slot) != flat] = self._unknown
        slot = slot[wrong]
        while len(wrong):
            slot = (slot + 1) & self._mask
            here = self._rows.take(slot)
            same = self._keys.take(slot) == flat[wrong]
            found[wrong[same]] = here[same]
            on = ~same & (here != self._unknown)
            wrong, slot = wrong[on], slot[on]
        return found.reshape(keys.shape)


class _Runs(NamedTuple):
    """Runs of free characters, longest first, laid out step by step: the first character of every run, the second ….

    Attributes:
        at: of each character, its place in the window.
        model: of each character, the number of the model it is free for.
        steps: the slice of each step; the runs that still go on are its first.
        opens, closes: of each run, whether it begins, ends a sentence.
    """

    at: Offsets
    model: Offsets
    steps: list[slice]
    opens: NDArray[np.bool_]
    closes: NDArray[np.bool_]

    @classmethod
    def of(cls, free: NDArray[np.bool_], seen: Window) -> _Runs:
        """The runs of ``free`` (models, characters), none over a sentence's edge."""
        begins, ends = free.copy(), free.copy()
        begins[:, 1:] &= seen.first[1:] | ~free[:, :-1]
        ends[:, :-1] &= seen.last[:-1] | ~free[:, 1:]
        model, first = np.nonzero(begins)
        last = np.nonzero(ends)[1]
        order = np.argsort(first - last, kind="stable")
        model, first, last = model[order], first[order], last[order]
        longest = int((last - first).max()) + 1 if len(first) else 0
        sizes = len(first) - np.searchsorted((last - first)[::-1], np.arange(longest))
        stops = np.cumsum(sizes)
        run = np.arange(int(stops[-1]) if longest else 0) - np.repeat(stops - sizes, sizes)
        steps = [slice(int(stop - size), int(stop)) for stop, size in zip(stops, sizes, strict=True)]
        at = first[run] + np.repeat(np.arange(longest), sizes)
        return cls(at, model[run], steps, seen.first[first], seen.last[last])


@cache
def load(paths: tuple[Path, ...]) -> Chain:
    """The models at ``paths`` as one chain.

    Raises:
        ResourceError: one of them is missing.
    """
    return Chain([read(path) for path in paths])
