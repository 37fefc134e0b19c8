"""Names (名称): persons, organisations and places of a document.

The spans are the names model's, mended kind by kind (``people``, ``bodies``, ``places``) by what the language itself
settles, and completed by the document: a name that stands once in full is the same name elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pipeline.extract import bodies, frames, people, places
from pipeline.extract.organisation import unit_in_title
from pipeline.extract.tagger import Marked
from pipeline.resources import words
from pipeline.segment.tokens import common_words

if TYPE_CHECKING:
    from pipeline.extract.people import Proposal
    from pipeline.segment import Reading

_MEND = {"PER": people.mended, "ORG": bodies.mended, "PLC": places.mended}


def completed(reading: Reading, marked: list[Marked]) -> list[Marked]:
    """What the sequence model marked, mended, with what rules and the document itself add."""
    text = reading.clean
    marked = [_of_its_kind(reading, m) for m in marked if not (m.label == "PLC" and places.is_verb(text, m))]
    vouched = people.vouched_for(reading, marked)
    found = sorted(
        mended
        for m in marked
        if (mended := people.mended(reading, m, vouched=True) if m in vouched else _MEND[m.label](reading, m))
    )
    found = _one_kind(text, [one for m in found for one in _parted(text, m)])
    found = added(text, found, bodies.definite(reading))
    title = unit_in_title(reading)
    if title:
        found = added(
            text, [m for m in found if m.label != "ORG" or m.end <= title[0] or m.start >= title[1]], [(*title, "ORG", 1.0)]
        )
    found = added(text, found, places.halls(reading, [m for m in found if m.label == "ORG"]))
    found = added(text, found, frames.given_away(reading))
    found = added(text, found, frames.labelled(text))
    found = added(text, found, frames.listed(text, [m for m in found if m.label == "PER"]))
    found = added(text, found, _repeated(text, found))
    found = bodies.of_others(reading, found)
    found = added(text, found, places.at_home(text, [m for m in found if m.label == "ORG"]))
    return added(text, found, places.known(reading))


_SURE_PLACE = 0.7
_COUNTY = re.compile(r"(?P<place>[\u4e00-\u9fff]{2,3}[县市省州旗])(?:$|地处|位于|辖)")
_PLACE_END = re.compile(r"[\u4e00-\u9fff]{2,24}(?:[县镇乡村街路屯沟湾营]|大道|广场|公园|支行)")


def _of_its_kind(reading: Reading, m: Marked) -> Marked:
    """A mark of another kind where its words leave no doubt: 朝阳街 is no person, 江山 in 江山主席 no place."""
    name = reading.clean[m.start : m.end]
    if m.label == "PER" and _PLACE_END.fullmatch(name):
        return m._replace(label="ORG" if name.endswith("支行") else "PLC")
    if m.label == "ORG" and (county := _COUNTY.match(name)):
        return m._replace(label="PLC", end=m.start + county.end("place"), confidence=max(m.confidence, _SURE_PLACE))
    if m.label == "PLC" and name.endswith("学区"):
        return m._replace(label="ORG")
    if m.label == "PLC" and (body := bodies.called_after(reading.clean, m)):
        return m._replace(label="ORG", end=body)
    if m.label == "PLC" and people.is_titled(reading, m):
        return m._replace(label="PER", confidence=_SURELY)  # the title settles it
    return m


_COMMITTEE_AND_OFFICE = re.compile(
    r"(?P<committee>[\u4e00-\u9fff]{0,6}?[省市县区旗州镇乡](?:党工?|工)?委)(?P<office>[\u4e00-\u9fff]{1,3}政府)"
)


def _parted(text: str, m: Marked) -> list[Marked]:
    """A committee and its government written as one (区委区政府) are two bodies."""
    two = _COMMITTEE_AND_OFFICE.fullmatch(text, m.start, m.end) if m.label == "ORG" else None
    return [m] if two is None else [m._replace(end=two.end("committee")), m._replace(start=two.start("office"))]


def _one_kind(text: str, found: list[Marked]) -> list[Marked]:
    """Places that the document more surely knows as persons are persons (江山 … 瞭望员江山和老伴)."""
    weight: dict[str, float] = {}
    for m in found:
        if m.label in ("PER", "PLC"):
            name = text[m.start : m.end].replace(" ", "")
            weight[name] = weight.get(name, 0.0) + (m.confidence if m.label == "PER" else -m.confidence)
    return [
        m._replace(label="PER") if m.label == "PLC" and weight[text[m.start : m.end].replace(" ", "")] > 0 else m for m in found
    ]


def added(text: str, found: list[Marked], more: Iterable[Proposal]) -> list[Marked]:
    """Marks with ``more`` put in where nothing else stands; a longer name takes the place of shorter ones inside it."""
    proposed = list(more)
    if not proposed and all(a.end <= b.start for a, b in pairwise(found)):
        return found
    holder = {k: m for m in found for k in range(m.start, m.end)}
    for start, end, label, sure in proposed:
        hit = {holder[k] for k in range(start, end) if k in holder}
        inside = all(start <= m.start and m.end <= end and m.label in _SHORTER.get(label, ()) for m in hit)
        if not inside or any((m.start, m.end) == (start, end) for m in hit):
            continue
        if any((m.start, m.end) == (start, end - 1) and m.confidence > _SURE_NAME and text[m.end] in _THEN for m in hit):
            continue  # 赫连勇|用锉刀
        mark = Marked(start, end, label, sure)
        holder.update((k, mark) for k in range(start, end))
    return sorted(set(holder.values()))


_SURE_NAME = 0.9
_THEN = set("用开为等获得唱教被说讲提担任抓带")  # what may follow a name that is whole
_SHORTER = {"ORG": ("ORG", "PLC"), "PLC": ("ORG", "PLC"), "PER": ("PER",)}  # what a longer name of a label may swallow


@cache
def _never() -> frozenset[str]:
    """Words that are never carried over, however sure one of them is a name: too common in these texts."""
    return words("lexicons/event_stop_words.txt") | words("lexicons/known_places.txt")


_SPACE = re.compile(r"[ \u3000]+")
_LEAST = {"ORG": (4, 0.5), "PER": (2, 0.7), "PLC": (2, 0.8)}  # characters of a name and its confidence that carry it over
_SURELY = 0.97  # a name that is also a word (时光) is carried over from here on


def _repeated(text: str, found: list[Marked]) -> Iterator[Proposal]:
    """Further places where a marked name stands, letter for letter; a person's with or without the space inside (冷 暖, 冷暖)."""
    import ahocorasick

    for label, (least, sure) in _LEAST.items():
        names: set[str] = set()
        for m in found:
            if m.label != label or m.end - m.start < least or m.confidence < sure:
                continue
            name = text[m.start : m.end]
            plain = _SPACE.sub("", name) if label == "PER" else name
            if (
                label != "PER"
                or len(plain) > 2
                or plain not in common_words()
                or (m.confidence >= _SURELY and plain not in _never())
            ):
                names |= {name, plain}
        if not names:
            continue
        automaton: Any = ahocorasick.Automaton()
        for name in names:
            automaton.add_word(name, name)
        automaton.make_automaton()
        again = [(-len(name), end + 1 - len(name)) for end, name in automaton.iter(text)]
        if label == "PLC":
            again = [(size, start) for size, start in again if places.stands_alone(text, start, start - size)]
        yield from ((start, start - size, label, 0.6) for size, start in sorted(again))
