"""Rules and lexicons as data: read, checked and compiled; a fault names file and line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from pipeline.errors import ResourceError
from pipeline.resources import loader, parsed

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
Where: TypeAlias = Literal["any", "head", "foot", "edges"]


class Rule(NamedTuple):
    """A pattern with an id, and the lines it may apply to.

    Attributes:
        where: any line; the lines before the first text (head), after the last one (foot), or both (edges).
        longest: characters a line may have at most.
        attributes: what else the rule says, checked by whoever uses it.
    """

    id: str
    pattern: re.Pattern[str]
    where: Where
    longest: int
    attributes: Mapping[str, str]

    def match(self, line: str) -> re.Match[str] | None:
        """The rule's match in the line; a line that is too long is not searched at all."""
        return self.pattern.search(line) if len(line) <= self.longest else None

    def matches(self, line: str) -> bool:
        """Whether the rule applies to the line, wherever it stands."""
        return self.match(line) is not None


def read_rules(path: Path, attributes: Mapping[str, tuple[str, ...]] | None = None) -> tuple[Rule, ...]:
    """Read a YAML list of rules: ``id``, ``pattern``, optionally ``where``, ``longest``, ``examples``, ``counters``, attributes.

    ``{name}`` in a pattern stands for the text of that name in the file's ``words``. Each of ``examples`` must match, none of
    ``counters`` may: the file tests itself when it is loaded.

    Raises:
        ResourceError: ``bad_rule``, with ``file``, ``line`` and ``reason``.
    """
    import yaml

    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=loader())
        content = parsed(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        raise ResourceError(
            "bad_rule", file=path.name, line=error.problem_mark.line + 1 if error.problem_mark else 0, reason=str(error.problem)
        ) from error
    nodes = {key.value: value for key, value in root.value} if root is not None and isinstance(content, dict) else {}
    if "rules" not in nodes:
        raise ResourceError("bad_rule", file=path.name, line=1, reason="no list of rules")
    words = content.get("words") or {}
    rules: list[Rule] = []
    for node, item in zip(nodes["rules"].value, content["rules"], strict=True):
        line = node.start_mark.line + 1
        try:
            rule = _rule(item, words, attributes or {})
            if any(rule.id == other.id for other in rules):
                raise ValueError(f"the id {rule.id} is taken")
        except (ValueError, KeyError, TypeError, re.error) as error:
            raise ResourceError("bad_rule", file=path.name, line=line, reason=f"{type(error).__name__}: {error}") from error
        rules.append(rule)
    return tuple(rules)


def _rule(item: dict[str, Any], words: Mapping[str, str], attributes: Mapping[str, tuple[str, ...]]) -> Rule:
    unknown = set(item) - {"id", "pattern", "where", "longest", "examples", "counters", *attributes}
    if unknown:
        raise ValueError(f"unknown keys {sorted(unknown)}")
    source = re.sub(r"\{([a-z_]+)\}", lambda m: words[m[1]], item["pattern"])
    rule = Rule(
        item["id"],
        re.compile(source),
        item.get("where", "any"),
        item.get("longest", 120),
        {name: str(item[name]) for name in attributes if name in item},
    )
    if rule.where not in get_args(Where):
        raise ValueError(f"where is {rule.where!r}, not one of {get_args(Where)}")
    for name, value in rule.attributes.items():
        if attributes[name] and value not in attributes[name]:
            raise ValueError(f"{name} is {value!r}, not one of {attributes[name]}")
    for example in item.get("examples", ()):
        if not rule.matches(example):
            raise ValueError(f"does not match its example {example!r}")
    for counter in item.get("counters", ()):
        if rule.matches(counter):
            raise ValueError(f"matches its counter-example {counter!r}")
    return rule


def read_lexicon(name: str) -> tuple[str, ...]:
    """The lines of ``resources/lexicons/NAME`` without blank ones and comments (``#``)."""
    lines = (RESOURCES / "lexicons" / name).read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))
