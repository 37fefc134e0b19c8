"""The kind of unit (单位性质) that a document speaks for: by the unit's name, else by the words of the text."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from pipeline.records import OrgType
from pipeline.resources import alternatives, table, yaml

_UNION = re.compile(
    r"(?:基层|机关|联合|总|分)?工会(?:女职工委员会|女工委|经费审查委员会|工作委员会|委员会|联合会|小组)?$"
    r"|(?:女职工|女工|退管|分)(?:委员会|委|会)$"
)
_TITLED = re.compile(r"(?P<unit>(?:(?!工会|在)[^，。：]){2,24})(?:工会|分会|职工代表大会|职代会)(?!.{0,20}上的)")


def org_type(text: str, org: str | None, title: str = "") -> OrgType:
    """Kind of unit by its name, else by what the title calls it (中学工会工作计划), else by the words of the text."""
    if org is None and (titled := _TITLED.search(title)):
        org = titled[0]
    return (kind_of_name(org) if org else None) or _of_words(text)


@cache
def _rules() -> tuple[list[tuple[re.Pattern[str], OrgType]], list[tuple[re.Pattern[str], OrgType, int]]]:
    spec = yaml("rules/profile.yaml")
    return (
        [(re.compile(rule["match"]), rule["value"]) for rule in spec["org_type_name"]],
        [(re.compile(rule["match"]), rule["value"], rule["weight"]) for rule in spec["org_type_words"]],
    )


@cache
def _heads() -> tuple[re.Pattern[str], dict[str, OrgType]]:
    """Every head of a unit's name, and what it says of the unit."""
    kinds = {head: kind for kind, heads in table("lexicons/unit_heads.tsv", 2) for head in heads.split()}
    return re.compile(f"(?:{alternatives(kinds)})"), kinds  # type: ignore[return-value]


def kind_of_name(name: str) -> OrgType | None:
    """What a name says: the kind of union it is, else the last head of the unit whose union it is (…街道|卫生服务中心|工会)."""
    name = re.sub(r"\s", "", name)
    said = next((kind for pattern, kind in _rules()[0] if pattern.search(name)), None)
    if said:
        return said
    unit = name
    while unit and (shorter := _UNION.sub("", unit)) != unit:
        unit = shorter
    pattern, kinds = _heads()
    heads = pattern.findall(unit or name)
    return kinds[heads[-1]] if heads else None


def _of_words(text: str) -> OrgType:
    """The kind whose words the text says most often, those by which a unit speaks of itself (我校, 我镇) above all."""
    scores: Counter[OrgType] = Counter()
    for pattern, kind, weight in _rules()[1]:
        scores[kind] += weight * len(pattern.findall(text))
    best = max(scores, key=lambda kind: scores[kind])
    return best if scores[best] else "unknown"
