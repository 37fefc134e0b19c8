"""How often what was claimed came true (校准): claims of a run beside gold, their reliability, and the maps that mend them.

The maps are fitted on documents that the models claiming had not seen: the author groups are dealt into folds, and each fold
is read by models that learnt from the others.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from pipeline.extract.calibration import FILE, KINDS, Map
from pipeline.learn.examples import Example
from pipeline.learn.matching import MATCH, overlap, pair
from pipeline.settings import models_at

FOLDS = 3
BINS = 10
FEWEST = 20  # claims of a kind below which nothing can be said of them
GROUP = 15  # claims next to each other that are counted together, or a single finding would move the map
DOUBT = 2.0  # findings that are put into each group, as often right as the kind is
# what must agree, beside the match, for a finding to be right: what its row in the tables says of it
ATTRIBUTES = {"events": ("type", "status"), "counts": ("indicator", "scope", "status")}

Claim: TypeAlias = tuple[float, bool]  # confidence, and whether it came true


class Bin(NamedTuple):
    """The claims of a tenth."""

    low: float
    high: float
    n: int
    claimed: float | None  # their mean
    observed: float | None  # the share that came true


def fold_of(groups: Iterable[str], folds: int = FOLDS) -> dict[str, int]:
    """The fold of each author group, dealt out in the order of their hashes; one fold at most for each group."""
    ordered = sorted(set(groups), key=lambda g: hashlib.sha256(f"fold {g}".encode()).hexdigest())
    return {group: i % folds for i, group in enumerate(ordered)}


def claimed(kind: str, gold: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]) -> list[Claim]:
    """The claims among the findings of a kind; what gold cannot judge (torn by a line wrap) is left out."""
    pairs, missed, false = pair(gold, found, MATCH[kind])
    cut = [g for g in missed if g.get("wrapped")]
    asked = ATTRIBUTES.get(kind, ())
    judged = [(p, all(g.get(name) == p.get(name) for name in asked)) for g, p in pairs]
    judged += [(p, False) for p in false if not any(overlap(p, g) for g in cut)]
    return [(p["confidence"], right) for p, right in judged if p.get("confidence") is not None]


def claims_of(examples: Iterable[Example], models: Path) -> dict[str, list[Claim]]:
    """What the extractor claims of documents that its models have not seen, as they claim it themselves."""
    from pipeline.extract.document import findings

    claims: dict[str, list[Claim]] = defaultdict(list)
    with models_at(models):
        for example in examples:
            made = findings(example.reading, calibrate=False)
            for kind in (kind for kinds in KINDS.values() for kind in kinds):
                found = [finding.model_dump() for finding in made[kind]]
                claims[kind] += claimed(kind, example.gold[kind], found)
    return dict(claims)


def fitted(claims: Sequence[Claim]) -> Map | None:
    """The map of one kind: isotonic over groups of claims, drawn a little towards the mean; null where there are too few."""
    if len(claims) < FEWEST:
        return None
    import numpy as np
    from sklearn.isotonic import IsotonicRegression

    ordered = sorted(claims)
    number = max(len(ordered) // GROUP, 1)
    groups = [ordered[i * len(ordered) // number : (i + 1) * len(ordered) // number] for i in range(number)]
    mean = sum(right for _, right in claims) / len(claims)
    centre = [round(sum(claim for claim, _ in group) / len(group), 3) for group in groups]
    share = [(sum(right for _, right in group) + DOUBT * mean) / (len(group) + DOUBT) for group in groups]
    curve = IsotonicRegression(y_min=0, y_max=1).fit(np.array(centre), np.array(share), np.array([len(g) for g in groups]))
    level = curve.predict(np.array(centre))
    knots = dict(zip(centre, np.round(level, 3).tolist(), strict=True))  # many claims can be one figure: 1.0
    return Map(tuple(knots), tuple(knots.values()))


def reliability(claims: Iterable[Claim]) -> list[Bin]:
    """The claims in ten bins."""
    binned: list[list[Claim]] = [[] for _ in range(BINS)]
    for claim in claims:
        binned[min(int(round(claim[0] * BINS, 6)), BINS - 1)].append(claim)
    return [
        Bin(
            i / BINS, (i + 1) / BINS, len(found),
            round(sum(c for c, _ in found) / len(found), 3) if found else None,
            round(sum(right for _, right in found) / len(found), 3) if found else None,
        )
        for i, found in enumerate(binned)
    ]  # fmt: skip


def ece(bins: Iterable[Bin]) -> float | None:
    """The expected calibration error: how far claims are from what came true, on average; null without claims."""
    known = [b for b in bins if b.n and b.claimed is not None and b.observed is not None]
    total = sum(b.n for b in known)
    return round(sum(b.n * abs((b.claimed or 0) - (b.observed or 0)) for b in known) / total, 3) if total else None


def write(claims: Mapping[str, Sequence[Claim]], models: Path) -> None:
    """The maps of every model that has a confidence, beside its weights."""
    for name, kinds in KINDS.items():
        stored = {}
        for kind in kinds:
            made = fitted(claims.get(kind, ()))
            if made is not None:
                before, after = (ece(reliability(c)) for c in (claims[kind], [(made(c), r) for c, r in claims[kind]]))
                stored[kind] = {**made._asdict(), "claims": len(claims[kind]), "ece_before": before, "ece_after": after}
        text = json.dumps({"kinds": stored}, indent=1) + "\n"
        (models / name).mkdir(parents=True, exist_ok=True)
        (models / name / FILE).write_text(text, encoding="utf-8", newline="\n")


def decisions(examples: Sequence[Example], models: Path) -> dict[str, list[Claim]]:
    """What each classifier claims of the rows that gold gives it: the probability of its choice, and whether it was right."""
    from pipeline.extract.topics import FIRST
    from pipeline.learn.classifiers import TASKS
    from pipeline.linear import load
    from pipeline.lookup import Seen

    found: dict[str, list[Claim]] = {}
    for name, task in TASKS.items():
        rows = [row for example in examples for row in task.rows(example)]
        if not rows:
            continue
        model, seen = load(models, name), [Seen(tuple(dict.fromkeys(features))) for features, _ in rows]
        if isinstance(rows[0][1], list):  # several labels: its first choice
            likely = [{name: p for name, p in chances.items() if not name.startswith(FIRST)} for chances in model.each(seen)]
            best = [max(chances.items(), key=lambda one: one[1]) for chances in likely]
        else:
            best = [(guess.label, guess.confidence) for guess in model.best(seen)[0]]
        found[name] = [
            (sure, guess in label if isinstance(label, list) else guess == label)
            for (guess, sure), (_, label) in zip(best, rows, strict=True)
        ]
    return found
