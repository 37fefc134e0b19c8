"""When a predicted finding is the gold one: the matching of the field's scorer, to the letter.

``tests/learn/test_matching.py`` holds this equal to ``spec/score.py`` where ``../shared`` exists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

Item = Mapping[str, Any]


def overlap(a: Item, b: Item) -> int:
    """Characters that two spans share."""
    shared: int = min(a["end"], b["end"]) - max(a["start"], b["start"])
    return max(0, shared)


def iou(a: Item, b: Item) -> float:
    """Shared characters over joint extent."""
    inter = overlap(a, b)
    return inter / (max(a["end"], b["end"]) - min(a["start"], b["start"])) if inter else 0.0


def near(a: Item, b: Item) -> bool:
    """Half of the joint span is shared, or a third where one span lies within the other."""
    inside = (a["start"] >= b["start"] and a["end"] <= b["end"]) or (b["start"] >= a["start"] and b["end"] <= a["end"])
    return iou(a, b) >= (0.34 if inside else 0.5)


def same_span(g: Item, p: Item) -> bool:
    """The very same characters."""
    return bool(g["start"] == p["start"] and g["end"] == p["end"])


def same_value(g: Item, p: Item) -> bool:
    """The same number, to a hundredth."""
    return abs(float(g["value"]) - float(p.get("value") or 0)) < 0.01


MATCH: dict[str, Callable[[Item, Item], bool]] = {
    "sections": lambda g, p: iou(g, p) >= 0.8 and g["level"] == p["level"],
    "counts": lambda g, p: iou(g, p) >= 0.5 and same_value(g, p) and g["unit"] == p.get("unit"),
    "dates": lambda g, p: iou(g, p) >= 0.5 and g["norm"] == p.get("norm"),
    "persons": same_span,
    "orgs": same_span,
    "places": same_span,
    "works": same_span,
    "events": near,
    "awards": lambda g, p: near(g, p) and g.get("level") == p.get("level"),
    "problems": lambda g, p: iou(g, p) >= 0.5,
    "requests": lambda g, p: iou(g, p) >= 0.5,
}
ACCURACY = {
    "counts": ("modifier", "max", "scope", "status"), "events": ("type", "status"), "persons": ("role",), "works": ("kind",),
    "awards": ("rank",),
}  # fmt: skip
NON_NULL = {"events": ("date", "participants", "theme"), "counts": ("indicator",), "persons": ("standing",)}
DOC_ACCURACY = ("doc_type", "title", "org", "org_type", "author", "signed_date")
DOC_FLAGS = ("truncated", "duplicate_of")


class Pairing(NamedTuple):
    """A one-to-one matching: pairs, gold that was missed, predictions that are false."""

    pairs: list[tuple[Item, Item]]
    missed: list[Item]
    false: list[Item]


def pair(gold: Sequence[Item], predicted: Sequence[Item], same: Callable[[Item, Item], bool]) -> Pairing:
    """Greedy one-to-one matching, best overlap first."""
    candidates = sorted(
        ((iou(g, p), i, j) for i, g in enumerate(gold) for j, p in enumerate(predicted) if overlap(g, p) and same(g, p)),
        key=lambda c: (-c[0], c[1], c[2]),
    )
    of_gold: set[int] = set()
    of_predicted: set[int] = set()
    pairs = []
    for _, i, j in candidates:
        if i not in of_gold and j not in of_predicted:
            of_gold.add(i)
            of_predicted.add(j)
            pairs.append((gold[i], predicted[j]))
    return Pairing(
        pairs, [g for i, g in enumerate(gold) if i not in of_gold], [p for j, p in enumerate(predicted) if j not in of_predicted]
    )
