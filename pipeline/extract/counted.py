"""Whether a number counts anything (是否计数): 办一期培训班 counts a course, 上一期简报 and 一心一意 count nothing.

Rules settle the plain cases: figures in digits with a unit that is nothing else. A number that is spelt out, a duration, and
what a rule doubts are judged by a classifier that sees the number, its unit and the words right before and behind it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.extract.counts import MEASURED
from pipeline.linear import load
from pipeline.lookup import Run, Seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pipeline.extract.counts import Candidate, Found
    from pipeline.segment import Reading

_AROUND = 12  # characters before and behind a number that are looked at
_BESIDE = 30  # characters between two numbers that say something of each other
_STOP = re.compile(r"[，。；：！？\n（）(),;、|]")
_DIGIT = re.compile("[0-9]")


def asked(text: str, candidate: Candidate) -> bool:
    """Whether the classifier has a say: in digits, without a doubt, a count is one unless it measures time."""
    found, doubt = candidate
    return doubt is not None or found.unit in MEASURED or _DIGIT.search(text, found.start, found.end) is None


def features(text: str, candidates: Sequence[Candidate], which: Iterable[int]) -> list[Seen]:
    """What the classifier sees of the candidates of these numbers, each beside its neighbours among all of them."""
    rows = []
    for i in which:
        c, doubt = candidates[i]
        before, behind = text[max(0, c.start - _AROUND) : c.start], text[c.end : c.end + _AROUND]
        left, right = _STOP.split(before)[-1], _STOP.split(behind)[0]
        kind = _kind(text, c)
        whole = f"{kind}/{c.unit}"
        words = [f"d={doubt}", f"k={kind}", f"u={c.unit}", f"d={doubt}/{kind}", f"ku={whole}", f"du={doubt}/{c.unit}"]
        words += [f"m={c.modifier}", f"size={len(str(int(c.value)))}/{c.unit}"]
        words += [f"b1={before[-1:]}", f"b2={before[-2:]}", f"a1={behind[:1]}", f"a2={behind[:2]}"]
        words += [f"b1a1={before[-1:]}{behind[:1]}", f"b1u={before[-1:]}/{whole}", f"a1u={behind[:1]}/{whole}"]
        words += [
            f"b1k={before[-1:]}/{kind}",
            f"a1k={behind[:1]}/{kind}",
            f"b2k={before[-2:]}/{kind}",
            f"a2k={behind[:2]}/{kind}",
        ]
        words += [f"first={not left}/{kind}", f"last={not right}/{kind}", f"len={min(len(left), 6)}/{min(len(right), 6)}/{kind}"]
        beside = [
            other.found for other in (*candidates[max(i - 1, 0) : i], *candidates[i + 1 : i + 2]) if _near(text, c, other.found)
        ]
        digits = any(_DIGIT.search(text, other.start, other.end) for other in beside)
        words += [f"near={len(beside)}/{kind}", f"nd={digits}/{whole}", *(f"nu={other.unit}/{c.unit}" for other in beside)]
        runs = [Run("L=", c.start - len(left), c.start), Run("R=", c.end, c.end + len(right))]
        rows.append(Seen(list(dict.fromkeys(words)), runs))
    return rows


def counted(reading: Reading, candidates: Sequence[Candidate], models: Path) -> list[Found]:
    """The candidates that count something, in order."""
    text = reading.clean
    doubtful = [i for i, candidate in enumerate(candidates) if asked(text, candidate)]
    (judged,) = load(models, "counted").best(features(text, candidates, doubtful), text)
    none = {i for i, verdict in zip(doubtful, judged, strict=True) if verdict.label == "no"}
    return [candidate.found for i, candidate in enumerate(candidates) if i not in none]


def _kind(text: str, c: Found) -> str:
    """How the number is written: in digits, as 一 or 两, as another small number, or as a larger one."""
    if _DIGIT.search(text, c.start, c.end):
        return "digits"
    if c.value < 10 and c.max is None:
        return {1: "one", 2: "two"}.get(int(c.value), "few")
    return "many"


def _near(text: str, one: Found, other: Found) -> bool:
    start, end = min(one.end, other.end), max(one.start, other.start)
    return end - start < _BESIDE and not {"。", "\n"} & set(text[start:end])
