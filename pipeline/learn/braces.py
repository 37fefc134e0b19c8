"""Texts in which only the counts are annotated, in braces (只标数据的语料): what they stand for is rarer than they are.

A text lies in ``corpora/counts`` as it is read and written, one to a file::

    # doc_type=summary | org=青河县第二中学工会
    青河县第二中学工会2012年工作总结
    全校教职工{186人|staff}，其中女教职工{102人|women_staff}；培训{3天}；明年办班{4期|courses|own|planned}。

``{span}`` is a count that fills no indicator; behind the first ``|`` stands its indicator (``-`` for none), then its scope
(``own`` where nothing stands), then its status (``done``). Such texts teach the models of counts, and none else.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple, get_args

from pipeline.errors import CannotRun
from pipeline.records import Indicator, Scope

FOLDER = "counts"
KINDS = ("counts",)  # what such a text annotates
_INDICATORS, _SCOPES = (None, *get_args(Indicator)), (None, *get_args(Scope))
_MARK = re.compile(
    r"\{(?P<text>[^{}|\n]+)(?:\|(?P<indicator>[^{}|\n]*))?(?:\|(?P<scope>[^{}|\n]*))?(?:\|(?P<status>[^{}|\n]*))?\}"
)


class Marked(NamedTuple):
    """A text without its braces, and what its header and its braces say."""

    raw: str
    gold: dict[str, Any]


def read(path: Path) -> Marked:
    """The text at ``path`` and its counts, with offsets into the text.

    Raises:
        CannotRun: it cannot be read, a brace is left over, or a code is none.
    """
    try:
        head, _, body = path.read_text(encoding="utf-8").partition("\n")
    except (OSError, ValueError) as error:
        raise CannotRun("gold_unreadable", path=str(path), reason=str(error)) from error
    fields = {k.strip(): v.strip() for k, _, v in (field.partition("=") for field in head.lstrip("# ").split("|"))}
    pieces, counts, at, length = [], [], 0, 0
    for mark in _MARK.finditer(body):
        pieces.append(body[at : mark.start()])
        start = length + len(pieces[-1])
        pieces.append(mark["text"])
        length = start + len(mark["text"])
        at = mark.end()
        indicator, scope, status = (_value(mark[name], default) for name, default in _DEFAULTS.items())
        known = indicator in _INDICATORS and scope in _SCOPES and status in ("done", "planned")
        if not known:
            raise CannotRun("gold_unreadable", path=str(path), reason=mark[0])
        counts.append({"start": start, "end": length, "indicator": indicator, "scope": scope, "status": status})
    raw = "".join([*pieces, body[at:]]).rstrip("\n")
    if left := re.search(r"[{}]", raw):
        raise CannotRun("gold_unreadable", path=str(path), reason=raw[max(0, left.start() - 10) : left.end() + 20])
    org = fields.get("org", "-")
    gold = {"start": 0, "end": len(raw), "doc_type": fields.get("doc_type", "summary"), "org": None if org == "-" else org}
    return Marked(raw, gold | {"counts": counts})


_DEFAULTS = {"indicator": None, "scope": "own", "status": "done"}


def _value(said: str | None, default: str | None) -> str | None:
    return default if not said else None if said == "-" else said
