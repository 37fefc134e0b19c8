"""Calibrated confidence (置信度校准): of findings that are said to be right with 0.8, eight in ten are.

What a model claims of itself is no such share: a marginal of a CRF, the odds of a classifier whose classes were balanced, a
figure that a rule gave. Training therefore reads documents that it left out, sees how often each claim came true, and stores
the map beside the weights, ``models/<name>/calibration.json``; here it is applied.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.errors import ResourceError

FILE = "calibration.json"
# the kinds of findings that bear a confidence, by the model that finds them (for counts: that says what they stand for)
KINDS = {
    "names": ("persons", "orgs", "places"), "events": ("events",), "awards": ("awards",),
    "statement": ("problems", "requests"), "indicator": ("counts",),
}  # fmt: skip
MARGINS = ("counts",)  # kinds whose claims come from support vector machines: margins, of which only a map makes shares


class Map(NamedTuple):
    """From what is claimed to what comes true: straight between the knots, level beyond them; both ascend."""

    claimed: tuple[float, ...]
    observed: tuple[float, ...]

    def __call__(self, claim: float) -> float:
        """The share of findings with this claim that are right, to two decimals."""
        i = bisect_right(self.claimed, claim)
        if i == 0 or i == len(self.claimed):
            return round(self.observed[max(i - 1, 0)], 2)
        (a, b), (low, high) = self.claimed[i - 1 : i + 1], self.observed[i - 1 : i + 1]
        return round(low + (high - low) * (claim - a) / (b - a), 2)


@cache
def maps(models: Path) -> dict[str, Map]:
    """The map of each kind that the models below ``models`` were calibrated for; none for those that were not.

    Raises:
        ResourceError: a file is no calibration.
    """
    found: dict[str, Map] = {}
    for name in KINDS:
        path = models / name / FILE
        if not path.is_file():
            continue
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))["kinds"]
            found |= {kind: Map(tuple(one["claimed"]), tuple(one["observed"])) for kind, one in stored.items()}
        except (ValueError, KeyError, TypeError) as error:
            raise ResourceError("bad_rule", file=f"{name}/{FILE}", line=1, reason=type(error).__name__) from error
    return found


def calibrated(found: Mapping[str, Any], models: Path) -> dict[str, Any]:
    """The fields of a record, each finding as sure as findings of its claim have been.

    Where models were not calibrated a probability stays what it is, and a margin (of counts) is no confidence.
    """
    known = maps(models)
    return {
        kind: _weighed(value, known.get(kind)) if kind in known or kind in MARGINS else value for kind, value in found.items()
    }


def _weighed(findings: Iterable[Any], sure: Map | None) -> tuple[Any, ...]:
    return tuple(
        finding
        if finding.confidence is None
        else finding.model_copy(update={"confidence": sure(finding.confidence) if sure else None})
        for finding in findings
    )
