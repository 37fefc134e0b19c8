"""What an activity is seen by around it (语境): the kinds of its words, the verb that governs its list, where it stands.

Columns for the sequence model of events, token by token or character by character; ``templates.EVENTS_ONLY`` joins them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from pipeline.extract.templates import hashed, hashes
from pipeline.resources import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipeline.extract.templates import Keys
    from pipeline.products import Token
    from pipeline.segment import Reading

_ASPECT = "了过着来去上下回出到给完好起"  # what may follow a verb of one character within its token
_PLAN = re.compile(r"计划|打算|安排|下一步|今后|明年|来年|设想|思路|下半年|努力方向|展望|要点|目标")
_PROBLEM = re.compile(r"问题|不足|差距|困难|薄弱|教训|短板")
_HONOUR = re.compile(r"荣誉|成绩|获奖|成效")
_PLANNED_DOC = re.compile(r"计划|要点|安排|方案|打算|通知|设想")


@cache
def _classes() -> dict[str, str]:
    return {row[0]: row[1] for row in table("lexicons/word_classes.tsv", 2)}


@cache
def kind_of(word: str, tag: str) -> str:
    """What a word does or is (give, visit, goods, person …), else the head of its part of speech."""
    classes = _classes()
    if word in classes:
        return classes[word]
    if len(word) > 1 and word[0] in classes and word[1] in _ASPECT:
        return classes[word[0]]
    if len(word) > 2 and tag[:1] in "nl" and word[-2:] in classes:
        return classes[word[-2:]]
    return word if tag[:1] in "xuwpc" and len(word) < 3 else tag[:2]


def columns(reading: Reading, tokens: Sequence[Token], token_at: NDArray[np.intp]) -> dict[str, Keys]:
    """The columns of a document, a hash a character."""
    kinds = [kind_of(word, tag) if len(word) < 12 else "long" for word, _, _, tag in tokens]
    known = {kind: hashed(kind) for kind in set(kinds)}
    own = np.array([known[kind] for kind in kinds], dtype=np.uint64)
    edge = np.full(2, hashed("^"), dtype=np.uint64)
    padded = np.concatenate([edge, own, edge])
    size = len(own)
    found = {f"kind{by:+d}" if by else "kind": padded[2 + by : 2 + by + size][token_at] for by in range(-2, 3)}
    found["governor"] = _governors(tokens, kinds)[token_at]
    for name, column in zip(("clause", "lead", "act"), _clauses(tokens, kinds), strict=True):
        found[name] = column[token_at]
    found["zone"] = _zones(reading)
    found["told"] = _told(reading.clean)
    return found


def _governors(tokens: Sequence[Token], kinds: Sequence[str]) -> Keys:
    """Of each token the last verb of holding before it in its sentence, and how many breaks lie between."""
    changes, values = [0], [""]  # the token from which on a value holds
    verb, commas, stops = "", 0, 0
    for i, (token, kind) in enumerate(zip(tokens, kinds, strict=True), 1):
        c = token[0]
        if kind not in ("hold", "will") and not (verb and (c in "。！？\n；、，," or "\n" in c)):
            continue  # most words change nothing
        if c in "。！？\n；" or "\n" in c:
            verb = ""
        elif c == "、":
            commas += 1
        elif c in "，,":
            stops += 1
        elif kind in ("hold", "will"):
            verb, commas, stops = c, 0, 0
        changes.append(i)
        values.append(f"{verb}|{min(commas, 2)}|{min(stops, 2)}" if verb else "")
    return hashes(values).repeat(np.diff([*changes, len(tokens) + 1]))[: len(tokens)]


_BREAKS = frozenset("，。；！？：、,;:!?")
_QUIET = frozenset("有是在能会可以得")  # verbs that tell nothing of what was done


def _clauses(tokens: Sequence[Token], kinds: Sequence[str]) -> tuple[Keys, Keys, Keys]:
    """Of each token what its clause says: its telling word, whether that is done and counted; how it opens; that word itself."""
    clauses, leads, acts = [], [], []
    at, before = 0, ""
    for end in range(1, len(tokens) + 1):
        if end < len(tokens) and not (tokens[end].text in _BREAKS or "\n" in tokens[end].text):
            continue
        inside = range(at, end)
        word = next((k for k in inside if _tells(tokens[k], kinds[k])), None)
        done = any(tokens[k].text[-1:] in "了过" for k in inside)
        counted = any(tokens[k].tag[:1] == "m" for k in inside)
        kind = kinds[word] if word is not None else ""
        clause = f"{kind}|{done:d}{counted:d}"
        first = next((kinds[k] for k in inside if tokens[k].tag[:1] not in "xw"), "")
        act = f"{tokens[word].text if word is not None else ''}|{kinds[end - 1]}"
        clauses += [clause] * (end - at)
        leads += [f"{first}|{before}|{clause}"] * (end - at)
        acts += [act] * (end - at)
        at, before = end, kind
    return hashes(clauses), hashes(leads), hashes(acts)


def _tells(token: Token, kind: str) -> bool:
    """A verb, or a word of a class of its own (person, goods …): the names of classes are longer than parts of speech."""
    return (token.tag[:1] == "v" or (len(kind) > 2 and kind.isascii())) and token.text not in _QUIET


def _doc(reading: Reading) -> str:
    title = reading.clean[: reading.body.start]
    return "P" if _PLANNED_DOC.search(title) and "总结" not in title else "S"


def _about(heading: str) -> str:
    return "p" if _PLAN.search(heading) else "q" if _PROBLEM.search(heading) else "a" if _HONOUR.search(heading) else ""


def zone_at(reading: Reading, offset: int) -> str:
    """What kind of document it stands in (P of plans, S of what is done), and under which kind of heading."""
    section = reading.section_at(offset)
    about = ""
    while section is not None and not about:
        heading = reading.headings[section]
        about = _about(reading.clean[heading.start : min(heading.end, heading.start + 30)])
        section = heading.parent
    return _doc(reading) + about


def _zones(reading: Reading) -> Keys:
    """Of each character: title, heading or text; of a plan or not; and what the headings above it are about."""
    zones = np.empty(len(reading.clean), dtype=np.uint64)
    doc = _doc(reading)
    zones[:] = hashed(doc)
    for h in reading.headings:
        if about := _about(reading.clean[h.start : min(h.end, h.start + 30)]):
            zones[h.start : h.body.end] = hashed(doc + about)
    for h in reading.headings:
        alone = "h" if h.body.end - h.end > 6 else "i"  # a heading with text below it, an item that is all heading
        zones[h.start : h.end] = hashed(doc + alone)
    zones[: reading.body.start] = hashed("title")
    return zones


_TOLD = hashes([f"{pair}{four}" for pair in "012" for four in "012"])


def _told(text: str) -> Keys:
    """Whether what stands here stands again later (1) or has stood before (2): pairs of characters, and fours around them."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
    found: Keys = _TOLD[_order(points, 2) * 3 + _order(points, 4, 1)]
    return found


def _order(points: NDArray[np.int64], size: int, back: int = 0) -> NDArray[np.intp]:
    found = np.zeros(len(points), dtype=np.intp)
    if len(points) < size:
        return found
    runs = np.zeros(len(points) - size + 1, dtype=np.int64)
    for k in range(size):
        runs = runs * 65599 + points[k : k + len(runs)]
    _, first, which, times = np.unique(runs, return_index=True, return_inverse=True, return_counts=True)
    later = np.arange(len(runs)) != first[which]
    found[back : back + len(runs)] = np.where(times[which] == 1, 0, np.where(later, 2, 1))
    return found
