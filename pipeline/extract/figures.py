"""What the classifiers of indicators see of a count (数据的上下文): its own words, the cues around it, its place, its document.

Words tell little beyond the documents that a model was trained on; their kinds (``lexicons/cues.tsv``) hold elsewhere too.
Every feature names where it was seen (``cl`` before the count in its clause, ``cr`` behind it, ``b1`` the last cue before
its clause …), mostly with the class of the count's unit.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from pipeline.extract.cues import Cue, cues
from pipeline.extract.tables import cells
from pipeline.extract.whose import Setting, Whose
from pipeline.lookup import Run, Seen
from pipeline.products import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.extract.counts import Found
    from pipeline.segment import Reading

_CUT = re.compile(r"[，。；：！？\n（）(),;]")
_ENDS = "，。；：！？\n（）(),;|"  # what ends a clause before a count; an enumeration does not
_STOPS = _ENDS + "、 "  # and behind it
_LABEL = re.compile(r"[，。；：:！？、]")
_LONGEST = 400  # characters of a sentence that are looked at
_BEHIND = 24  # characters behind a clause that are looked at
_LIST = 4  # characters between two counts that stand in one list
_NEIGHBOUR = 40  # characters between two counts that say something of each other
_ROWS = 40  # rows of a table below its header

_CLASS = {
    unit: kind
    for kind, units in {
        "people": "人 人次", "money": "元", "share": "% 百分点", "paper": "件 条 份 项", "piece": "篇", "body": "个 家 所",
        "time": "期 次 场 届 节 堂 班 讲 趟", "house": "户 户次 对", "case": "起 例 笔 宗", "age": "岁",
        "span": "天 小时 课时 年 个月",
    }.items()
    for unit in units.split()
}  # fmt: skip


class Act(NamedTuple):
    """An event of the document: its place, kind, and how many took part."""

    start: int
    end: int
    type: str
    participants: float | None


class Clause(NamedTuple):
    """The cues around one count: before and behind it in its clause, before and behind that in its sentence."""

    start: int  # of the clause
    left: Sequence[Cue]
    right: Sequence[Cue]
    before: Sequence[Cue]
    behind: Sequence[Cue]


class Sight:
    """A document's counts as the classifiers see them; ``codes`` are what the rules propose, ``acts`` in text order or null.

    The document is searched for cues once; what a sentence, a line or a heading has is the part of them that lies in it.
    """

    def __init__(
        self, reading: Reading, counts: Sequence[Found], codes: Sequence[str | None], setting: Setting, acts: Sequence[Act] | None
    ) -> None:
        self._acts = acts
        self._reading, self._text = reading, reading.clean
        self._counts, self._codes, self._setting = counts, codes, setting
        self._every = list(cues(self._text)) if counts else []
        self._whose = Whose(reading, setting, self._every)
        self._starts, self._ends = [q.start for q in self._every], [q.end for q in self._every]
        self._cued: dict[tuple[int, int], Sequence[Cue]] = {}
        self._told: dict[tuple[int, int, str, str], list[str]] = {}
        sentences, lines = reading.sentences, reading.lines
        starts, begins = [s.start for s in sentences], [line.start for line in lines]
        self._sentence = [bisect_right(starts, c.start) - 1 for c in counts]
        self._line = [bisect_right(begins, c.start) - 1 for c in counts]
        whole = Span(0, len(self._text))
        self._within = [sentences[max(i, 0)] if sentences else whole for i in self._sentence]
        self._clauses = [self._clause(c, sentence) for c, sentence in zip(counts, self._within, strict=True)]

    def rows(self) -> list[Seen]:
        """The features of each count."""
        found = []
        for k, c in enumerate(self._counts):
            words, runs = _own(self._text, c, self._within[k], self._setting.doc_type, self._codes[k])
            words += [*_by_cues(c, self._clauses[k]), *self._by_place(k), *self._by_acts(k)]
            words += [*self._by_neighbours(k), *self._by_setting(k)]
            found.append(Seen(list(dict.fromkeys(words)), runs))
        return found

    def _cues(self, start: int, end: int) -> Sequence[Cue]:
        """The cues of a stretch, as if it stood alone."""
        known = self._cued.get((start, end))
        if known is None:
            known = self._cued[start, end] = self._found(start, min(end, start + _LONGEST))
        return known

    def _found(self, start: int, end: int) -> Sequence[Cue]:
        i, j = bisect_right(self._ends, start), bisect_left(self._starts, end)
        if i < j and (self._starts[i] < start or self._ends[j - 1] > end):  # an edge cuts a cue: what is left may be another
            return list(cues(self._text, start, end))
        return self._every[i:j]

    def _tells(self, name: str, start: int, end: int, u: str) -> list[str]:
        """The kinds of the cues of a stretch with the class of a unit, worked out once for all counts that share both."""
        known = self._told.get((start, end, name, u))
        if known is None:
            known = [f"{name}={kind}/{u}" for kind in _kinds(self._cues(start, end))]
            self._told[start, end, name, u] = known
        return known

    def _clause(self, c: Found, sentence: Span) -> Clause:
        text = self._text
        start, end = c.start, c.end
        while start > sentence.start and text[start - 1] not in _ENDS:
            start -= 1
        while end < sentence.end and text[end] not in _STOPS:
            end += 1
        found = self._cues(*sentence)
        left, right, before, behind = [], [], [], []
        for q in found:
            if q.start < start:
                before.append(q)
            elif q.end <= c.start:
                left.append(q)
            if c.end <= q.start:
                if q.start < end:
                    right.append(q)
                elif q.start < end + _BEHIND:
                    behind.append(q)
                else:
                    break
        return Clause(start, left, right, before, behind)

    def _by_place(self, k: int) -> list[str]:
        """The headings above it, the sentence before its own, the label that opens its line, its row and column."""
        c, reading, text = self._counts[k], self._reading, self._text
        u = _class(c)
        row: list[str] = []
        section, level = reading.section_at(c.start), 0
        while section is not None and level < 3:
            heading = reading.headings[section]
            if not heading.start <= c.start < heading.end:
                row += self._by_heading(heading.start, min(heading.end, heading.start + 40), min(level, 1), u)
            section, level = heading.parent, level + 1
        i = self._sentence[k]
        if i > 0:
            last = reading.sentences[i - 1]
            row += [f"pv={kind}/{u}" for kind in _kinds(self._cues(last.start, last.end)[-6:])]
        j = self._line[k]
        if j < 0:
            return row
        line = reading.lines[j]
        label = _LABEL.search(text, line.start, until := min(c.start, line.start + 20))
        row += self._tells("lb", line.start, label.start() if label else max(until, line.start), u)
        return row + self._by_table(c, j) if text.find("|", line.start, line.end) >= 0 else row

    def _by_heading(self, start: int, end: int, level: int, u: str) -> list[str]:
        known = self._told.get((start, end, f"h{level}", u))
        if known is None:
            known = [f"{name}={kind}/{u}" for kind in _kinds(self._cues(start, end)) for name in (f"h{level}", "h")]
            self._told[start, end, f"h{level}", u] = known
        return known

    def _by_table(self, c: Found, j: int) -> list[str]:
        text, lines, u = self._text, self._reading.lines, _class(c)
        own = cells(text, lines[j])
        column = sum(end <= c.start for _, end in own)
        row = [told for a, b in own[:column] for told in self._tells("tr", a, b, u)]
        top = j
        while top > 0 and j - top < _ROWS and text.count("|", *lines[top - 1]) == len(own) - 1:
            top -= 1
        head = cells(text, lines[top])
        if top < j and column < len(head):
            row += self._tells("th", *head[column], u)
        return row

    def _by_acts(self, k: int) -> list[str]:
        """The events before and behind it in its sentence, and the one whose participants it numbers; where they are known."""
        c, acts, sentence = self._counts[k], self._acts, self._within[k]
        if acts is None:
            return []
        u = _class(c)
        i = bisect_right(acts, c.start, key=_start)
        before = acts[i - 1] if i and acts[i - 1].start >= sentence.start else None
        behind = acts[i] if i < len(acts) and acts[i].start < sentence.end else None
        first, then = before.type if before else "-", behind.type if behind else "-"
        row = [f"e1={first}/{u}", f"e2={then}/{u}", f"e3={first}/{then}/{u}"]
        if before is None:
            return [*row, f"e0={acts[i - 1].type if i else '-'}/{u}"]
        row.append(f"e1={first}/{c.unit}")
        if c.start < before.end:
            row.append(f"ei={first}/{u}")
        if before.participants == c.value:
            row.append(f"ep={first}/{u}")
        return row

    def _by_neighbours(self, k: int) -> list[str]:
        """The counts before and behind it in its sentence: their units, what they stand for, whether they make a list."""
        c, u, text = self._counts[k], _class(self._counts[k]), self._text
        row = []
        for name, i in (("p", k - 1), ("q", k + 1)):
            if not 0 <= i < len(self._counts):
                continue
            other, code = self._counts[i], self._codes[i]
            gap = text[other.end : c.start] if i < k else text[c.end : other.start]
            if "。" in gap or "\n" in gap or len(gap) > _NEIGHBOUR:
                continue
            row += [f"{name}u={other.unit}/{c.unit}", f"{name}c={code}/{u}"]
            row += [f"{name}n={kind}/{_class(other)}/{u}" for kind in _kinds(self._clauses[i].left[-2:])]
            if len(gap) <= _LIST:
                row += [f"{name}g={gap}/{other.unit}/{c.unit}", f"{name}gc={code}/{u}"]
        return row

    def _by_setting(self, k: int) -> list[str]:
        """Whose document it is and over how long, what its sentence and line say of whose figure it is, and of when."""
        c, clause, j, whose = self._counts[k], self._clauses[k], max(self._line[k], 0), self._whose
        u, sentence = _class(c), self._within[k]
        line = self._reading.lines[j] if self._reading.lines else Span(0, len(self._text))
        around = line if line.end - line.start <= _LONGEST else sentence
        return [
            *whose.told(_kinds([*clause.left, *clause.right]), u, self._codes[k]),
            *whose.within("in", self._before(sentence, c.start), u),
            *whose.within("li", self._before(around, c.start), u),
            *whose.when(Span(c.start, c.end), clause.start, sentence.start, u),
        ]

    def _before(self, stretch: Span, start: int) -> Sequence[Cue]:
        found = self._cues(*stretch)
        return found[: bisect_right(found, start, key=_end)]


def _start(span: Act) -> int:
    return span.start


def _end(cue: Cue) -> int:
    return cue.end


def _class(c: Found) -> str:
    return _CLASS.get(c.unit, "thing")


def _kinds(found: Sequence[Cue]) -> tuple[str, ...]:
    """The kinds of some cues, each once, in order."""
    if len(found) <= 1:
        return found[0].kinds if found else ()
    return tuple(dict.fromkeys([kind for cue in found for kind in cue.kinds]))


def _own(text: str, c: Found, sentence: Span, doc_type: str, code: str | None) -> tuple[list[str], list[Run]]:
    """Unit, size, what the rules propose; the characters of its clause on either side."""
    first, last = max(sentence.start, c.start - 16), min(sentence.end, c.end + 14)
    near_left, near_right = _CUT.split(text[first : c.start])[-1], _CUT.split(text[c.end : last])[0]
    begin, end = c.start - len(near_left), c.end + len(near_right)
    size = "0" if c.value < 1 else str(min(len(str(int(c.value))), 7))
    found = [f"u={c.unit}", f"size={size}", f"doc={doc_type}", f"u={c.unit}/{near_right[:2]}", f"u={c.unit}/<{near_left[-2:]}"]
    found += [f"a={near_left[-1:]}", f"b={near_right[:1]}", f"aa={near_left[-3:]}", f"bb={near_right[:3]}"]
    near = [(f"{name}{at}", a, b) for name in ("", "u") for at, a, b in (("l", begin, c.start), ("r", c.end, end))]
    runs = [Run(f"{name}={c.unit}/" if name[0] == "u" else f"{name}=", a, b) for name, a, b in near]
    runs += [Run("L=", first, c.start), Run("R=", c.end, last)]
    return [*found, f"rule={code}", f"rule={code}/{c.unit}/{size}"], runs


def _by_cues(c: Found, clause: Clause) -> list[str]:
    """The kinds of words around it, near and far, alone and two by two."""
    u, unit = _class(c), c.unit
    _, left, right, before, behind = clause
    near, nearest = _kinds(left), {"n1": left[-1:], "n2": left[-2:-1], "r1": right[:1], "b1": before[-1:], "b2": before[-2:-1]}
    row: list[str] = []
    for name, kinds in (("cl", near), ("cr", _kinds(right)), ("cb", _kinds(before[-8:])), ("ca", _kinds(behind))):
        row += _with_unit(name, kinds, u, unit)
    first = {name: found[0].kinds if found else ("-",) for name, found in nearest.items()}
    for name, kinds in first.items():
        row += _nearest(name, kinds, u, unit)
    row += _side_by_side("nr", first["n1"], first["r1"], u)
    if not left:
        row += _side_by_side("nb", first["b1"], first["r1"], u)
    row += _together(_kinds([*left, *right]), u)
    if c.object:
        row += [*_of_object(c.object, u), f"o2={c.object[:2]}/{u}", f"o9={c.object[-2:]}/{u}"]
    if not (left or right):
        row.append(f"cl=0/{u}")
    return row


# The same few kinds stand around most figures: what they add to a row is spelt once a process.


@lru_cache(maxsize=1 << 14)
def _with_unit(name: str, kinds: tuple[str, ...], u: str, unit: str) -> tuple[str, ...]:
    return tuple(told for kind in kinds for told in (f"{name}={kind}", f"{name}={kind}/{u}", f"{name}={kind}/{unit}"))


@lru_cache(maxsize=1 << 14)
def _nearest(name: str, kinds: tuple[str, ...], u: str, unit: str) -> tuple[str, ...]:
    return tuple(f"{name}={kind}/{one}" for kind in kinds for one in (u, unit))


@lru_cache(maxsize=1 << 14)
def _side_by_side(name: str, before: tuple[str, ...], behind: tuple[str, ...], u: str) -> tuple[str, ...]:
    return tuple(f"{name}={a}/{b}/{u}" for a in before for b in behind)


@lru_cache(maxsize=1 << 14)
def _together(kinds: tuple[str, ...], u: str) -> tuple[str, ...]:
    return tuple(f"co={a}+{b}/{u}" for a, b in combinations(sorted(kinds)[:8], 2))


@lru_cache(maxsize=1 << 14)
def _of_object(counted: str, u: str) -> tuple[str, ...]:
    return tuple(f"ob={kind}/{u}" for kind in _kinds(list(cues(counted))))
