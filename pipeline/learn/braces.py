"""Texts of which only some kinds are annotated, in braces (只标一类的语料): what these stand for is rarer than they are.

A text is read as it is written, one to a file. In ``corpora/counts`` the counts are marked::

    # doc_type=summary | org=青河县第二中学工会
    青河县第二中学工会2012年工作总结
    全校教职工{186人|staff}，其中女教职工{102人|women_staff}；培训{3天}；明年办班{4期|courses|own|planned}。

``{span}`` is a count that fills no indicator; behind the first ``|`` stands its indicator (``-`` for none), then its scope
(``own`` where nothing stands), then its status (``done``). In ``corpora/events`` the events and the awards are::

    三八节办{女教职工趣味运动会|recreation}，张兰获{县一等奖|award|county}；明年办{歌咏比赛|contest|planned}。

An event's type, then its status (``held``); ``award`` and the level (``-`` for none). In ``corpora/names`` persons, organisations
and places are (``{赵敏|person}``, ``{县教育局|org}``, ``{凤凰山|place}``), in ``corpora/topics`` the headings of outermost
sections, each with its topics, main topic first (``一、{办实事，暖人心|care culture}``).

A header that says ``annotated=awards`` has only these in full. Such texts teach the models of what they annotate, and none else.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple, get_args

from pipeline.errors import CannotRun
from pipeline.records import AwardLevel, CountStatus, EventStatus, EventType, Indicator, Scope, SectionTopic

FOLDERS = {  # and the kinds that the texts of each annotate
    "counts": ("counts",),
    "events": ("events", "awards"),
    "names": ("persons", "orgs", "places"),
    "topics": ("sections",),
}
_SAID = {"award": "awards", "person": "persons", "org": "orgs", "place": "places"}  # a first code that is the kind itself
_MARK = re.compile(r"\{(?P<text>[^{}|]+)(?P<codes>(?:\|[^{}|\n]*){0,3})\}")
# the attributes that the codes of a kind stand for, in order: their values, and what holds where nothing stands
_ATTRIBUTES: dict[str, dict[str, tuple[tuple[str | None, ...], str | None]]] = {
    "counts": {
        "indicator": ((None, *get_args(Indicator)), None),
        "scope": ((None, *get_args(Scope)), "own"),
        "status": (get_args(CountStatus), "done"),
    },
    "events": {"type": (get_args(EventType), None), "status": (get_args(EventStatus), "held")},
    "awards": {"level": ((None, *get_args(AwardLevel)), None)},
    "persons": {},
    "orgs": {},
    "places": {},
}


class Marked(NamedTuple):
    """A text without its braces, and what its header and its braces say.

    Attributes:
        kinds: what is annotated in full; the lists of these kinds are in ``gold``.
    """

    raw: str
    gold: dict[str, Any]
    kinds: tuple[str, ...]


def read(path: Path) -> Marked:
    """The text at ``path`` and what is marked in it, with offsets into the text.

    Raises:
        CannotRun: it cannot be read, a brace is left over, or a code is none.
    """
    try:
        head, _, body = path.read_text(encoding="utf-8").partition("\n")
    except (OSError, ValueError) as error:
        raise CannotRun("gold_unreadable", path=str(path), reason=str(error)) from error
    fields = {k.strip(): v.strip() for k, _, v in (field.partition("=") for field in head.lstrip("# ").split("|"))}
    kinds = FOLDERS[path.parent.name]
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in kinds}
    pieces, at, length = [], 0, 0
    for mark in _MARK.finditer(body):
        pieces.append(body[at : mark.start()])
        start = length + len(pieces[-1])
        pieces.append(mark["text"])
        length = start + len(mark["text"])
        at = mark.end()
        try:
            kind, item = _item(kinds, mark["codes"].split("|")[1:])
        except ValueError as error:
            raise CannotRun("gold_unreadable", path=str(path), reason=mark[0]) from error
        found[kind].append({"start": start, "end": length, **item})
    raw = "".join([*pieces, body[at:]]).rstrip("\n")
    if left := re.search(r"[{}]", raw):
        raise CannotRun("gold_unreadable", path=str(path), reason=raw[max(0, left.start() - 10) : left.end() + 20])
    org = fields.get("org", "-")
    gold = {"start": 0, "end": len(raw), "doc_type": fields.get("doc_type", "summary"), "org": None if org == "-" else org}
    said = fields.get("annotated")
    return Marked(raw, gold | found, tuple(said.split()) if said else kinds)


def _item(kinds: tuple[str, ...], codes: list[str]) -> tuple[str, dict[str, Any]]:
    """The kind of a mark and its attributes.

    Raises:
        ValueError: a code is none, or there are too many.
    """
    kind = _SAID.get(codes[0] if codes else "")
    if kind is not None and kind in kinds:
        return kind, _attributes(kind, codes[1:])
    if kinds[0] in _SAID.values():
        raise ValueError(codes)
    return kinds[0], _topics(codes) if kinds[0] == "sections" else _attributes(kinds[0], codes)


def _topics(codes: list[str]) -> dict[str, Any]:
    topics = " ".join(codes).split()
    if len(codes) != 1 or not topics or not set(topics) <= set(get_args(SectionTopic)):
        raise ValueError(codes)
    return {"level": 1, "topics": topics}


def _attributes(kind: str, codes: list[str]) -> dict[str, str | None]:
    asked = _ATTRIBUTES[kind]
    if len(codes) > len(asked):
        raise ValueError(codes)
    said = [*codes, *[""] * (len(asked) - len(codes))]
    found = {
        name: default if not code else None if code == "-" else code
        for (name, (_, default)), code in zip(asked.items(), said, strict=True)
    }
    if wrong := [name for name, (values, _) in asked.items() if found[name] not in values]:
        raise ValueError(wrong)
    return found
