"""Coverage (报告覆盖度): what the report covers, scored by a rubric that an office can edit.

An item earns ``weight × level / 2``. In a truncated document the items at level 0 are excused; in a redacted one identity,
timeline and figures can be; the score is points over the weight that is not excused, times 100. It judges the report, not
the union's work (``coverage-rubric.md``).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from pydantic import Field

from pipeline.errors import ResourceError
from pipeline.records import Coverage, CoverageItem, Frozen, ItemScore, Record

if TYPE_CHECKING:
    from pipeline.aggregate.levels import Judged

REDACTABLE = ("identity", "timeline", "figures")


class Item(Frozen):
    """One line of a rubric: what is scored, how much it weighs, which evidence is shown first."""

    item: CoverageItem
    weight: float = Field(ge=0)
    evidence: tuple[str, ...] = ()


class Rubric(Frozen):
    """A rubric (评分表)."""

    name: str
    title: str
    items: tuple[Item, ...]


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
        spec: Any = yaml.safe_load(text)
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
    items: dict[CoverageItem, ItemScore] = {}
    earned = possible = 0.0
    for item in get_args(CoverageItem):
        found = judged[item]
        excused = found.level == 0 and (record.truncated or (record.redacted and item in REDACTABLE))
        weight = weights.get(item, 0.0)
        points = round(weight * found.level / 2, 2)
        items[item] = ItemScore(level=found.level, points=points, evidence=found.evidence, reason=found.reason, excused=excused)
        if not excused:
            earned += points
            possible += weight
    return Coverage(rubric=rubric.name, score=round(earned / possible * 100, 1) if possible else None, items=items)
