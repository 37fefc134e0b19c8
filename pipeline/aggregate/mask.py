"""Masking (遮蔽) for what leaves the office: the names of people who receive aid, and ID-card, phone and bank numbers.

A name is masked wherever it is written, not only where it was recognised: in every cell about the same source and the
same unit, with the padding and the inline pinyin that real texts put between its characters.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice, takewhile
from typing import NamedTuple

from pipeline.records import Record

MARK = "*"
AROUND = 60  # characters on either side of an excerpt: more than any name or number has
GAP = r"\s{0,4}(?:[(\uff08][^()\uff08\uff09\u4e00-\u9fff]{1,12}[)\uff09]){0,3}\s{0,4}"
SEP = r"[\s\-—\uff0d]{0,2}"
NUMBERS = re.compile(
    r"(?<!\d)(?:"
    + "|".join((
        rf"\d{{6}}{SEP}(?:1[89]|20)\d{{6}}{SEP}\d{{3}}[\dXx\uff38]",  # ID card, also in groups
        r"\d{15,19}",  # old ID card, bank card
        rf"[3-69]\d{{3}}(?:{SEP}\d{{4}}){{3}}(?:{SEP}\d{{1,3}})?",  # bank card in groups of four
        rf"1[3-9]\d{SEP}\d{{4}}{SEP}\d{{4}}",  # mobile
        rf"[(\uff08]?0\d{{2,3}}[)\uff09]?{SEP}[2-8]\d{{6,7}}",  # landline with its area code
        r"(?<=电话[:\uff1a])\s{0,3}\d{7,8}",
        r"(?<=电话)\s{0,3}\d{7,8}",
    ))
    + r")(?!\d)"
)  # fmt: skip


class Aided(NamedTuple):
    """Names of aided persons (帮扶对象), by the source and by the unit they occur in."""

    by_source: Mapping[str, frozenset[str]]
    by_unit: Mapping[str, frozenset[str]]

    def names(self, record: Record) -> frozenset[str]:
        """The names to mask in all that is said about one document."""
        unit = self.by_unit.get(record.unit.name, frozenset()) if record.unit.name else frozenset()
        return self.by_source.get(record.source, frozenset()) | unit


NOBODY = Aided({}, {})


def aided(records: Iterable[Record]) -> Aided:
    """Who is to be masked, seen over a whole run."""
    by_source: defaultdict[str, set[str]] = defaultdict(set)
    by_unit: defaultdict[str, set[str]] = defaultdict(set)
    for record in records:
        if names := names_of(record):
            by_source[record.source] |= names
            if record.unit.name:
                by_unit[record.unit.name] |= names
    return Aided(
        {source: frozenset(names) for source, names in by_source.items()},
        {unit: frozenset(names) for unit, names in by_unit.items()},
    )


def names_of(record: Record) -> set[str]:
    """The aided persons of one document."""
    return {form for p in record.persons if p.standing == "aided" for form in (p.text, p.clean) if form}


def masked(text: str, names: frozenset[str] = frozenset()) -> str:
    """The text with the names and all private numbers masked; of a name its first character stays."""
    if names:
        text = _pattern(names).sub(lambda m: hidden(m.group()), text)
    return NUMBERS.sub(lambda m: _digits_hidden(m.group()), text)


def quoted(raw: str, start: int, end: int, record: Record, names: frozenset[str]) -> str:
    """``raw[start:end]``, masked. Recognised spans are masked by place first: no noise inside a name saves it."""
    pieces, at = [], start
    first = bisect_right(record.persons, start, key=lambda p: p.end)  # findings of a kind are disjoint and in order
    for person in takewhile(lambda p: p.start < end, islice(record.persons, first, None)):
        a, b = max(person.start, at), min(person.end, end)
        if a < b and person.standing == "aided":
            pieces += [raw[at:a], hidden(raw[a:b]) if a == person.start else MARK * (b - a)]
            at = b
    return masked("".join(pieces) + raw[at:end], names)


def excerpt(raw: str, start: int, end: int, record: Record, names: frozenset[str]) -> str:
    """``raw[start:end]``, masked, where it may begin or end within a name or a number: what lies around it is seen too."""
    first, last = max(record.start, start - AROUND), min(record.end, end + AROUND)
    near = islice(record.persons, bisect_right(record.persons, first, key=lambda p: p.end), None)
    aided = (p for p in takewhile(lambda p: p.start < end, near) if p.standing == "aided")
    spans = [(max(p.start - first, -1), min(p.end, last) - first) for p in aided]
    return veiled(raw[first:last], names, spans)[start - first : end - first]


def veiled(text: str, names: frozenset[str], spans: Iterable[tuple[int, int]] = ()) -> str:
    """The text masked character for character, so that offsets and lines stay: the names, the spans, private numbers."""
    found = [m.span() for m in _pattern(names).finditer(text)] if names else []
    chars = list(text)
    for start, end in (*spans, *found):
        for i in range(start + 1, end):
            if not chars[i].isspace():
                chars[i] = MARK
    return NUMBERS.sub(lambda m: _digits_hidden(m.group()), "".join(chars))


def hidden(name: str) -> str:
    """A name with all but its first character masked."""
    kept, rest = name[:1], "".join(name[1:].split())
    return kept + MARK * max(1, len(rest))


def _digits_hidden(number: str) -> str:
    kept = 3
    shown = []
    for char in number:
        if char.isdigit() or char in "Xx\uff38":
            shown.append(char if kept > 0 else MARK)
            kept -= 1
        else:
            shown.append(char)
    return "".join(shown)


@lru_cache(maxsize=1024)
def _pattern(names: frozenset[str]) -> re.Pattern[str]:
    forms = {"".join(name.split()) for name in names}
    longest_first = sorted((f for f in forms if len(f) > 1), key=lambda f: (-len(f), f))
    return re.compile("|".join(GAP.join(map(re.escape, form)) for form in longest_first) or r"(?!)")
