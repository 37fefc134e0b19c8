"""Checks of one document (核对): figures that cannot be right, and parts that do not add up.

They give warnings and change nothing. A check speaks up only where the text leaves little doubt: overlapping groups
(女职工, 党员) need not add up, a list may be incomplete, and a sum that is far off is more likely a sum of something else.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise, takewhile
from typing import Any, NamedTuple

from pipeline import resources
from pipeline.aggregate.indicators import known, said
from pipeline.errors import ResourceError
from pipeline.records import Count, Record, Warn, WarningCode

RULES = "rules/checks.yaml"
NEAR = 0.1  # of a total that the sum of its parts may be off to be taken for a mistake in adding up
NEARER = 0.05  # where nothing says that the parts are all
ROUNDING = 0.0005  # of a total
SENTENCE_END = re.compile(r"[。！？；;\n]")
GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
CONNECTED = 12  # characters between a total and the word that says so


class Rules(NamedTuple):
    """The rules of ``checks.yaml``."""

    malformed: tuple[re.Pattern[str], ...]
    whole_units: frozenset[str]
    sums: re.Pattern[str]
    parts: str
    each: str
    others: re.Pattern[str]


@cache
def rules() -> Rules:
    """The rules, compiled.

    Raises:
        ResourceError: a part is missing, or a pattern is none.
    """
    spec: Any = resources.yaml(RULES)
    try:
        return Rules(
            malformed=tuple(re.compile(rule["pattern"]) for rule in spec["malformed"]),
            whole_units=frozenset(spec["whole_units"]),
            sums=re.compile("|".join(map(re.escape, spec["sums"]))),
            parts=spec["parts"],
            each=spec["each"],
            others=re.compile("|".join(map(re.escape, spec["others"]))),
        )
    except (KeyError, TypeError, re.error) as error:
        raise ResourceError("bad_rule", file=RULES, line=0, reason=str(error)) from error


def checked(record: Record, raw: str) -> Record:
    """The record with the warnings of all checks; ``raw`` is the raw text of its source."""
    found = {*implausible(record, raw), *parts_and_totals(record, raw)}
    warnings = sorted({*record.warnings, *found}, key=lambda w: (w.start, w.end, w.code))
    return record.model_copy(update={"warnings": tuple(warnings)})


def implausible(record: Record, raw: str) -> Iterator[Warn]:
    """Malformed numbers, shares above a hundred, halves of people."""
    for pattern in rules().malformed:
        for match in pattern.finditer(raw, record.start, record.end):
            if not GROUPED.fullmatch(match["number"]):
                yield _warn("implausible_value", *match.span("number"))
    for count in record.counts:
        if count.value is None:
            continue
        most = known()[count.indicator].most if count.indicator else None
        half = count.unit in rules().whole_units and not count.value.is_integer()
        if half or (most is not None and count.scope == "own" and said(count).least > most):
            yield _warn("implausible_value", count.start, count.end)


def parts_and_totals(record: Record, raw: str) -> Iterator[Warn]:
    """Sums that do not come out, on the total."""
    for sentence in _sentences(record, raw):
        for i, total in enumerate(sentence):
            before = raw[sentence[i - 1].end if i else max(record.start, total.start - CONNECTED) : total.start]
            if rules().sums.search(before[-CONNECTED:]):
                wrong = _adds_up_to(sentence[:i], total, raw, record.start)
            else:
                wrong = _divides_into(total, sentence[i + 1 :], raw)
            if wrong:
                yield _warn("parts_total_conflict", total.start, total.end)


def _sentences(record: Record, raw: str) -> Iterator[list[Count]]:
    """The exact counts of each sentence that has several."""
    ends = [m.end() for m in SENTENCE_END.finditer(raw, record.start, record.end)]
    grouped: defaultdict[int, list[Count]] = defaultdict(list)
    for count in record.counts:
        if count.value is not None and count.max is None and count.modifier is None:
            grouped[bisect_right(ends, count.start)].append(count)
    return (counts for counts in grouped.values() if len(counts) > 1)


def _adds_up_to(before: Sequence[Count], total: Count, raw: str, start: int) -> bool:
    """Whether the parts named before a total do not come to it; a rate times a number may be meant as well."""
    parts = [c for c in before if c.unit == total.unit]
    rates = [c for c in parts if rules().each in raw[max(start, c.start - 4) : c.start]]
    if len(rates) == 1 and len(parts) == 1:
        numbers = [c for c in before if c.unit in rules().whole_units]
        product = (numbers[-1].value or 0.0) * (rates[0].value or 0.0) if len(numbers) == 1 else None
        return product is not None and _off(product, total, NEAR)
    return len(parts) > 1 and not rates and _off(sum(c.value or 0.0 for c in parts), total, NEAR)


def _divides_into(total: Count, behind: Sequence[Count], raw: str) -> bool:
    """Whether the parts named after 其中 are more than the total, or all of them are next to it."""
    if not behind or rules().parts not in raw[total.end : behind[0].start]:
        return False
    parts = list(takewhile(lambda c: c.unit == total.unit, behind))
    if len(parts) < 2:
        return False
    stretch = raw[total.end : parts[-1].start]
    listed = all("、" in raw[a.end : b.start] for a, b in pairwise(parts))
    complete = rules().others.search(stretch) is not None or (len(parts) == 2 and "男" in stretch and "女" in stretch)
    added = sum(c.value or 0.0 for c in parts)
    if complete:
        return _off(added, total, NEAR)
    return listed and len(parts) > 2 and _off(added, total, NEARER)


def _off(added: float, total: Count, share: float) -> bool:
    """Whether a sum misses a total by so little that it must be a slip."""
    value = total.value or 0.0
    return ROUNDING * abs(value) < abs(added - value) <= share * abs(value)


def _warn(code: WarningCode, start: int, end: int) -> Warn:
    return Warn(code=code, start=start, end=end)
