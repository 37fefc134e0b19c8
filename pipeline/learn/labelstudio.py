"""Gold ↔ Label Studio JSON: one task a file, a labelled region a mark, a control a region for every attribute.

``config`` makes the labelling interface that the tasks fit. Regions count Unicode code points; releases of Label Studio
differ on whether they count UTF-16 units instead (heartexlabs/label-studio issue 1347), so the region's own text decides
which of the two was meant.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias, get_args
from xml.sax.saxutils import quoteattr

from pipeline import records as r
from pipeline.errors import CannotRun
from pipeline.labels import label
from pipeline.learn.gold import ATTRIBUTES, KINDS, Item
from pipeline.learn.marks import HEADS, Mark, Marked
from pipeline.settings import Lang

NUMBERS = {"value", "max", "participants"}
LABELS = ("documents", "noise", *KINDS)
Form: TypeAlias = Literal["choices", "textarea", "number", "json"]


class Control(NamedTuple):
    """How one attribute of a kind is shown and stored."""

    name: str  # of the tag, and ``from_name`` in the results
    kind: str
    path: tuple[str, ...]  # the attribute, or a field of one ("period", "start")
    form: Form
    options: tuple[str, ...] = ()
    whole: bool = False  # the options are whole numbers
    rest: bool = False  # all but the first of a list; the first has a control of its own


@cache
def controls() -> tuple[Control, ...]:
    """Every control, from the closed lists of the gold format."""
    found: list[Control] = []

    def add(kind: str, *path: str, options: tuple[Any, ...] | None = None, form: Form | None = None) -> None:
        name = "_".join((kind, *path))
        if path[-1] == "topics":
            found.append(Control(f"{kind}_main_topic", kind, path, "choices", options or ()))
            found.append(Control(f"{kind}_more_topics", kind, path, "choices", options or (), rest=True))
        else:
            whole = bool(options) and isinstance((options or ("",))[0], int)
            shape: Form = form or ("choices" if options else "number" if path[-1] in NUMBERS else "textarea")
            found.append(Control(name, kind, path, shape, tuple(str(o) for o in options or ()), whole))

    add("documents", "doc_type", options=get_args(r.DocType))
    for field in ("title", "org", "signed_date", "author", "duplicate_of"):
        add("documents", field)
    add("documents", "org_type", options=get_args(r.OrgType))
    add("documents", "period", "label", options=get_args(r.PeriodLabel))
    add("documents", "period", "start")
    add("documents", "period", "end")
    add("documents", "truncated", options=("true",))
    add("documents", "topics", options=get_args(r.SectionTopic))
    for item in get_args(r.CoverageItem):
        add("documents", "coverage", item, options=(0, 1, 2))
    add("documents", "warnings", form="json")
    for kind in KINDS:
        for field, (_, options) in ATTRIBUTES[kind].items():
            add(kind, field, options=options)
        add(kind, "wrapped", options=("true",))
    return tuple(found)


def config(lang: Lang) -> str:
    """The labelling interface (Label Studio's XML)."""
    lines = ["<View>", "  <Style>.htx-text{ white-space: pre-wrap; }</Style>", '  <Labels name="label" toName="text">']
    for kind in LABELS:
        lines.append(f"    <Label value={quoteattr(kind)} hint={quoteattr(label('kind', kind, lang))}/>")
    lines += ["  </Labels>", '  <Text name="text" value="$text" granularity="symbol"/>']
    for c in controls():
        at = f'name="{c.name}" toName="text" perRegion="true"'
        lines.append(f'  <View visibleWhen="region-selected" whenTagName="label" whenLabelValue="{c.kind}">')
        lines.append(f"    <Header value={quoteattr('.'.join(c.path) + (' +' if c.rest else ''))}/>")
        if c.form == "choices":
            lines.append(f'    <Choices {at} choice="{"multiple" if c.rest else "single"}" showInline="true">')
            lines += [f"      <Choice value={quoteattr(option)}/>" for option in c.options]
            lines.append("    </Choices>")
        elif c.form == "number":
            lines.append(f'    <Number {at} step="0.01"/>')
        else:
            lines.append(f'    <TextArea {at} maxSubmissions="1" editable="true"/>')
        lines.append("  </View>")
    return "\n".join([*lines, "</View>"]) + "\n"


def task(file: Marked) -> Item:
    """One file as a task with one annotation."""
    result: list[Item] = []
    for number, mark in enumerate(file.marks):
        base = {"id": f"m{number}", "to_name": "text"}
        span = {"start": mark.start, "end": mark.end}
        region = {**span, "text": file.text[mark.start : mark.end], "labels": [mark.kind]}
        result.append({**base, "from_name": "label", "type": "labels", "value": region})
        for c in controls():
            if c.kind == mark.kind and (value := _encoded(c, mark.attributes)) is not None:
                shape = "textarea" if c.form == "json" else c.form
                key = "text" if shape == "textarea" else shape
                result.append({**base, "from_name": c.name, "type": shape, "value": {**span, key: value}})
    return {"data": {"text": file.text, **file.head}, "annotations": [{"result": result}]}


def to_json(files: Iterable[Marked]) -> str:
    """The files as Label Studio's import format."""
    return json.dumps([task(file) for file in files], ensure_ascii=False, indent=1) + "\n"


def from_file(path: Path) -> Iterator[Marked]:
    """The gold files that an export of Label Studio holds: of each task the last annotation that was not cancelled, else
    the first prediction.

    Raises:
        CannotRun: it is no such export, or a region does not stand where it says.
    """
    try:
        tasks = json.loads(path.read_text(encoding="utf-8-sig"))
        for item in tasks:
            done = [a for a in item.get("annotations", []) if not a.get("was_cancelled")]
            chosen = done[-1] if done else (item.get("predictions") or [{}])[0]
            head = {k: item["data"].get(k) for k in HEADS}
            yield Marked(head, item["data"]["text"], _marks(item["data"]["text"], chosen.get("result", []), str(path)))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise CannotRun("import_unreadable", path=str(path), reason=f"{type(error).__name__}: {error}"[:200]) from error


def _marks(text: str, result: list[Item], path: str) -> list[Mark]:
    by_name = {c.name: c for c in controls()}
    said: dict[str, list[Item]] = defaultdict(list)
    for entry in result:
        if entry["from_name"] in by_name:
            said[entry["id"]].append(entry)
    marks = []
    for entry in result:
        if entry.get("type") == "labels":
            kind = entry["value"]["labels"][0]
            start, end = _placed(text, entry["value"], path)
            attributes: dict[str, Any] = {}
            for answer in said[entry["id"]]:
                _decode(by_name[answer["from_name"]], answer["value"], attributes)
            if kind == "documents":
                attributes.setdefault("warnings", [])
                attributes["period"] = {"start": None, "end": None, "label": "unknown"} | attributes.get("period", {})
            marks.append(Mark(kind, start, end, attributes))
    return marks


def _placed(text: str, value: Item, path: str) -> tuple[int, int]:
    """The span in code points, whichever unit the region counts in."""
    start, end, quote = int(value["start"]), int(value["end"]), value.get("text")
    if quote is None or (text[start:end] == quote and end <= len(text)):
        return start, end
    units = text.encode("utf-16-le")
    first = len(units[: 2 * start].decode("utf-16-le", "ignore"))
    if text[first : first + len(quote)] == quote:
        return first, first + len(quote)
    raise CannotRun("import_misplaced", path=path, start=start, end=end)


def _encoded(c: Control, attributes: dict[str, Any]) -> Any:
    """The value of a control, or null where there is nothing to say."""
    value: Any = attributes
    for step in c.path:
        value = value.get(step) if value is not None else None
    if c.path[-1] == "topics":
        value = (value or [])[1:] if c.rest else (value or [])[:1]
        return value or None
    if value is None or (value is False and c.options == ("true",)) or (c.form == "json" and not value):
        return None
    if c.form == "choices":
        return ["true" if value is True else str(value)]
    if c.form == "json":
        return [json.dumps(value, ensure_ascii=False)]
    return value if c.form == "number" else [value]


def _decode(c: Control, value: Item, into: dict[str, Any]) -> None:
    """Put a control's value where it belongs."""
    given = value[{"textarea": "text", "json": "text"}.get(c.form, c.form)]
    if isinstance(given, str) or (isinstance(given, list) and not given):
        given = [given] if given else [""]
    if c.path[-1] == "topics":
        before = into.get("topics", [])
        into["topics"] = [*before, *given] if c.rest else [*given, *before]
        return
    home = into
    for step in c.path[:-1]:
        home = home.setdefault(step, {})
    if c.form == "number":
        home[c.path[-1]] = given
    elif c.form == "json":
        home[c.path[-1]] = json.loads(given[0] or "[]")
    elif c.options == ("true",):
        home[c.path[-1]] = given[0] == "true"
    else:
        home[c.path[-1]] = int(given[0]) if c.whole else "\n".join(given)
