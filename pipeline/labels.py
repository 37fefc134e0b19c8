"""The words people see for codes: ``resources/labels.tsv`` (cells, headers) and ``resources/messages.yaml`` (sentences)."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.errors import GonghuiError, Refusal, Refused, ResourceError
from pipeline.resources import parsed, table
from pipeline.settings import RESOURCES, Lang


class Label(NamedTuple):
    """One code's words."""

    zh: str
    en: str


@cache
def labels(path: Path = RESOURCES / "labels.tsv") -> Mapping[tuple[str, str], Label]:
    """Every label by ``(group, code)``.

    Raises:
        ResourceError: a row is incomplete or stands twice; ``file`` and ``line`` say where.
    """
    found: dict[tuple[str, str], Label] = {}
    with path.open(encoding="utf-8", newline="") as handle:
        for line, row in enumerate(csv.reader(handle, delimiter="\t", quoting=csv.QUOTE_NONE), 1):
            if line == 1 or not row or row[0].startswith("#"):
                continue
            if len(row) != 4 or not all(row):
                raise ResourceError("bad_label", file=str(path), line=line, reason="needs group, code, zh, en")
            group, code, zh, en = row
            if (group, code) in found:
                raise ResourceError("bad_label", file=str(path), line=line, reason=f"{group} {code} stands twice")
            found[group, code] = Label(zh, en)
    return found


def label(group: str, code: str | None, lang: Lang = "zh") -> str:
    """The word for a code; the code itself where it has none, and nothing for ``None``."""
    if code is None:
        return ""
    found = labels().get((group, code))
    return code if found is None else getattr(found, lang)


def header(table: str, code: str, lang: Lang = "zh") -> str:
    """The header of a table's column: its own word, or else the one that all tables share."""
    known = labels()
    for group, name in (("column", f"{table}.{code}"), ("column", code), ("indicator", code)):
        if (group, name) in known:
            return label(group, name, lang)
    return code


@cache
def _explanations() -> Mapping[str, Label]:
    """What columns mean, by their code or ``table.code``, and indicators by theirs.

    Raises:
        ResourceError: a row is incomplete or stands twice.
    """
    found: dict[str, Label] = {}
    for code, zh, en in table("columns.tsv", 3):
        if not en or code in found:
            raise ResourceError("bad_label", file="columns.tsv", line=0, reason=f"{code} is incomplete or stands twice")
        found[code] = Label(zh, en)
    return found


def explanation(table: str, code: str, lang: Lang = "zh") -> str:
    """What a column means: its own sentence, or else the one that all tables share; nothing where there is none."""
    known = _explanations()
    found = known.get(f"{table}.{code}") or known.get(code)
    return getattr(found, lang) if found else ""


@cache
def messages(path: Path = RESOURCES / "messages.yaml") -> Mapping[str, Mapping[str, str]]:
    """Every sentence by code and language."""
    loaded: dict[str, dict[str, str]] = parsed(path.read_text(encoding="utf-8"))
    return loaded


def message(code: str, lang: Lang, **params: Any) -> str:
    """The sentence for a code, filled in."""
    return messages()[code][lang].format(**params)


def advice(kind: str, lang: Lang) -> str | None:
    """What to do about a kind of failure, where there is something to do."""
    found = messages().get(f"advice_{kind}")
    return None if found is None else found[lang]


def explain(error: GonghuiError, lang: Lang) -> str:
    """An error in the words of the person who sees it."""
    known = messages().get(error.code)
    text = known[lang].format(**error.params) if known else str(error)
    return "\n  ".join([text, *(_told(one, lang) for one in error.refusals)]) if isinstance(error, Refused) else text


def _told(one: Refusal, lang: Lang) -> str:
    kind = label("kind", one.what, lang) if ("kind", one.what) in labels() else label("item", one.what, lang)
    return f"{one.number}. {one.doc_id} {kind} {one.quote!r}: {label('refusal', one.reason, lang)}"
