"""Coverage (报告覆盖度): what the report covers, scored by a rubric that an office can edit.

An item earns ``weight × level / 2``. In a truncated document the items at level 0 are excused; in a redacted one identity,
timeline and figures can be; the score is points over the weight that is not excused, times 100. It judges the report, not
the union's work (``coverage-rubric.md``).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import Field, model_validator

from pipeline.aggregate.levels import Judged
from pipeline.errors import ResourceError
from pipeline.records import Coverage, CoverageItem, EventType, Frozen, Indicator, ItemScore, Record
from pipeline.resources import parsed

ABSENT = Judged(0, (), "absent")
REDACTABLE = ("identity", "timeline", "figures")


EvidenceKind: TypeAlias = Literal[
    "events", "counts", "awards", "aided", "works", "dates", "problems", "plans", "requests", "proposals"
]  # fmt: skip
BUILT_IN = frozenset[str](get_args(CoverageItem))


class Item(Frozen):
    """One line of a rubric: what is scored, how much it weighs, which evidence counts and is shown first.

    An office's own item has a name of its own, which the tables show, and ``words`` that it is judged by; one of the
    twenty that is given words is judged by them too.
    """

    item: str = Field(min_length=1, max_length=30, pattern=r"^[^\x00-\x1f=+@-][^\x00-\x1f]*$")
    weight: float = Field(ge=0, allow_inf_nan=False)
    evidence: tuple[EvidenceKind, ...] = ()
    words: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    event_types: tuple[EventType, ...] = ()  # of events, only these count
    indicators: tuple[Indicator, ...] = ()  # of counts, only these count
    at_least: int = Field(default=1, ge=1)  # findings for level 2

    @model_validator(mode="after")
    def _judged(self) -> Item:
        if self.item not in BUILT_IN and not self.words:
            raise ValueError(f"{self.item} is none of the twenty items: an item of your own needs words")
        if not self.words and (self.event_types or self.indicators or self.at_least != 1):
            raise ValueError("event_types, indicators and at_least need words")
        return self


class Rubric(Frozen):
    """A rubric (评分表)."""

    name: str = Field(min_length=1)
    title: str
    items: tuple[Item, ...] = Field(min_length=1)


@cache
def load_rubric(name_or_path: str) -> Rubric:
    """The rubric of a name (``school``, ``enterprise``) or of a YAML file.

    Raises:
        ResourceError: there is none, or it is wrong; ``file`` and ``line`` say where.
    """
    import yaml
    from pydantic import ValidationError

    from pipeline.settings import RESOURCES

    path = RESOURCES / "rubrics" / f"{name_or_path}.yaml"
    if not path.is_file():
        path = Path(name_or_path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ResourceError("rubric_missing", file=name_or_path, line=0) from error
    except UnicodeDecodeError as error:
        raise ResourceError("bad_rubric", file=str(path), line=0, reason="not UTF-8") from error
    try:
        spec: Any = parsed(text)
        rubric = Rubric.model_validate(spec)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ResourceError("bad_rubric", file=str(path), line=mark.line + 1 if mark else 0, reason="YAML") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise ResourceError("bad_rubric", file=str(path), line=_line(text, first["loc"]), reason=first["msg"]) from error
    seen: set[str] = set()
    for k, entry in enumerate(rubric.items):
        if entry.item in seen:
            raise ResourceError("bad_rubric", file=str(path), line=_line(text, ("items", k)), reason=f"{entry.item} stands twice")
        seen.add(entry.item)
    return rubric


def known_rubric(name_or_path: str | None) -> str | None:
    """The rubric as it was given, once it is seen to load: better now than once a document.

    Raises:
        ResourceError: there is no such rubric, or it is wrong.
    """
    if name_or_path is not None:
        load_rubric(name_or_path)
    return name_or_path


def _line(text: str, where: tuple[int | str, ...]) -> int:
    """Line of the n-th entry of ``items`` in a rubric file, or 1."""
    import yaml

    node: Any = yaml.compose(text)
    line = 1
    for key in where:
        if isinstance(node, yaml.MappingNode):
            node = next((value for name, value in node.value if name.value == key), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int):
            node = node.value[key] if key < len(node.value) else None
        if node is None:
            break
        line = node.start_mark.line + 1
    return line


def score(record: Record, rubric: Rubric, judged: dict[str, Judged]) -> Coverage | None:
    """The coverage of a record by a rubric, from the judged levels; a guide has none."""
    if record.doc_type == "guide":
        return None
    weights = {entry.item: entry.weight for entry in rubric.items}
    items: dict[str, ItemScore] = {}
    earned = possible = 0.0
    for item in dict.fromkeys((*get_args(CoverageItem), *weights)):
        found = judged.get(item, ABSENT)
        excused = found.level == 0 and (record.truncated or (record.redacted and item in REDACTABLE))
        weight = weights.get(item, 0.0)
        points = round(weight * found.level / 2, 2)
        items[item] = ItemScore(level=found.level, points=points, evidence=found.evidence, reason=found.reason, excused=excused)
        if not excused:
            earned += points
            possible += weight
    return Coverage(rubric=rubric.name, score=round(earned / possible * 100, 1) if possible else None, items=items)
