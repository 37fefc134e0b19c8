"""The reporting unit (填报单位): which of the organisations that a text names it speaks for, or that it names none.

A classifier judges every candidate by where and how often it is named, by the form of its name, by what stands around it and
by the other candidates, and beside them the text as one that names no unit (我校, xx小学). The likeliest wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.extract.organisation import MASKED_YEAR, Mention, candidates, manner
from pipeline.extract.unit_kind import kind_of_name
from pipeline.linear import load
from pipeline.lookup import Seen

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.segment import Reading, Span

_UNION = re.compile(r"(?:工会|委员会|分会|小组|联合会|女工委)$")
_OBJECT = re.compile(r"(?:受|向|由|经|被|获|参加|请|到|赴|与|和|、|邀|报|跟|找)$")
_LED = re.compile(
    r"(?:(?!在|，)[^。；]){0,24}?(?:领导|指导|关怀|支持|帮助)(?:下|和|与|、|，)"
)  # who speaks stands before 在…领导下
_I_AM_OF = re.compile(r"我(?:叫|是)[^。；]{0,24}$")
_ABOVE = re.compile(r"(?:[县市区省乡镇]|街道)?(?:教育局|总工会|教育工会|教育厅|妇联|政府|党委|委)")
_OURS = re.compile(r"我(?:校|园|厂|矿|公司|院|局|镇|乡|街道|段|站|所|会|们|中心|集团|分厂|处|队|县|市|区)")
_HIDDEN = re.compile(r"[xX×*＊_]{2,}|某")
_ENDINGS = ("工会", "委员会", "工会委员会", "总工会", "工会小组")
_BEGINNING = ("", "\n", "，", "。", "：", "　", " ")
_EDGE = ("", "\n")
_PLACES = {"title": "T", "boundary": "T", "signature": "S", "byline": "B"}

Named = dict[str, list[Mention]]  # what ``organisation.candidates`` found


def reporting_unit(
    reading: Reading, orgs: Sequence[tuple[Any, ...]], signed: Span | None, models: Path
) -> tuple[int, int] | None:
    """Clean span of the unit's best mention, or None where only 我校 or xx小学 speaks."""
    named = candidates(reading, orgs, signed)
    if not named:
        return None
    rows = list(features(reading, named))
    model = load(models, "unit")
    (classes,), (margins,) = model.classes, model.scores([Seen(row) for row in rows])
    best = int((margins[:, classes.index("yes")] - margins[:, classes.index("no")]).argmax())
    if best == len(named):
        return None
    name, mentions = list(named.items())[best]
    whole = (m for m in mentions if len(reading.text.quote(m.start, m.end)) == len(name))  # rather one that is not spaced out
    return next(whole, mentions[0])[:2]


def features(reading: Reading, named: Named) -> Iterator[list[str]]:
    """What the classifier sees of every candidate, in order, and last of the text as one that names no unit."""
    text = re.sub(r"\s", "", reading.clean)
    times = {name: text.count(name) for name in named}
    titled, signed = (any(_where(m) & set(places) for m in named.values()) for places in ("T", "SB"))
    for name, mentions in named.items():
        row = [*_form(name), *_places(reading, name, mentions, titled, signed), *_around(reading, mentions)]
        row += _beside(name, named)
        row += [f"times={_step(times[name], 2, 3, 5, 9)}", f"most={times[name] == max(times.values())}"]
        yield row
    yield list(_nobody(reading, named, titled, signed))


def _step(value: float, *edges: float) -> int:
    return sum(value >= edge for edge in edges)


def _where(mentions: Sequence[Mention]) -> set[str]:
    """In which of title, signature and byline a candidate is named: T, S, B."""
    return {_PLACES[m.place] for m in mentions if m.place in _PLACES}


def _form(name: str) -> Iterator[str]:
    """How the name is made."""
    union, how, kind = bool(_UNION.search(name)), manner(name), kind_of_name(name)
    length = _step(len(name), 4, 6, 8, 10, 14)
    yield from (f"union={union}", f"how={how}", f"kind={kind}", f"union={union},kind={kind}")
    yield from (f"length={length}", f"length={length},how={how}", f"above={bool(_ABOVE.match(name))}")


def _places(reading: Reading, name: str, mentions: Sequence[Mention], titled: bool, signed: bool) -> Iterator[str]:
    """Where the candidate is named, first of all and at the edges of the text."""
    start, how, union = reading.body.start, manner(name), bool(_UNION.search(name))
    places = sorted({m.place for m in mentions})
    yield from (f"place={place}" for place in places)
    yield from (f"place={place},how={how}" for place in places)
    first = mentions[0].start - start
    at = -1 if first < 0 else _step(first, 30, 120, 300, 1000)
    yield from (f"at={at}", f"at={at},union={union}", f"at={at},how={how}", f"how={how},titled={titled},signed={signed}")
    where = "".join(sorted(_where(mentions)))
    yield from (f"where={where}", f"where={where},how={how}", f"where={where},union={union},kind={kind_of_name(name)}")
    end = reading.sign_off[0].start if reading.sign_off else len(reading.clean)
    heads, signs = (name in re.sub(r"\s", "", edge) for edge in (reading.clean[:start], reading.clean[end:]))
    yield from (f"heads={heads}", f"heads={heads},titled={titled}", f"heads={heads},signs={signs}")
    yield f"above={bool(_ABOVE.match(name))},heads={heads},signs={signs}"


def _around(reading: Reading, mentions: Sequence[Mention]) -> Iterator[str]:
    """What stands before and behind the candidate in the running text: whether it acts there or is acted on."""
    text, start = reading.clean, reading.body.start
    told = [m for m in mentions if m.start >= start and m.place == "text"]
    yield f"told={bool(told)}"
    if not told:
        return
    met = sum(_OBJECT.search(text, max(0, m.start - 2), m.start) is not None for m in told)
    begins = sum(text[m.start - 1 : m.start] in _BEGINNING for m in told)
    leads = sum(_LED.match(text, m.end, min(m.end + 32, len(text))) is not None for m in told)
    yield from (f"met={_step(met / len(told), 0.01, 0.34, 0.67, 1)}", f"begins={_step(begins / len(told), 0.01, 0.34, 0.67, 1)}")
    yield f"leads={min(leads, 2)}"
    yield f"I am of={any(_I_AM_OF.search(text, max(start, m.start - 30), m.start) for m in told)}"
    first = told[0]
    before, behind = text[first.start - 1 : first.start], text[first.end : first.end + 1]
    yield f"addressed={any(text[m.end : m.end + 1] in ('：', ':') and text[m.start - 1 : m.start] in _EDGE for m in told)}"
    yield from (f"acts={behind == '在' and before in _BEGINNING}", f"alone={before in _EDGE and behind in _EDGE}")
    yield from (f"before={before}", f"behind={behind}")


def _beside(name: str, named: Named) -> Iterator[str]:
    """How the name goes with those of the other candidates: fuller, shorter, with or without its union."""
    others = [other for other in named if other != name]
    fuller, shorter = any(n.endswith(name) for n in others), any(name.endswith(n) for n in others)
    longer, stem = any(n.startswith(name) for n in others), any(name.startswith(n) for n in others)
    union = bool(_UNION.search(name))
    yield from (f"fuller={fuller}", f"shorter={shorter}", f"family={fuller}{shorter}{longer}{stem}")
    yield from (f"longer={longer},union={union}", f"stem={stem},union={union}")
    where = "".join(sorted(_where(named[name])))
    for end in _ENDINGS:
        for sign, other in (("+", name + end), ("-", name.removesuffix(end))):
            if other != name and other in named:
                yield from (f"{sign}{end}", f"{sign}{end},{where},{''.join(sorted(_where(named[other])))}")
    for other in others:
        for place in sorted(_where(named[other])):
            yield f"to {place}={_kinship(name, other)}"


def _kinship(name: str, other: str) -> str:
    if name.endswith(other):
        return "fuller"
    if name.startswith(other):
        return "longer"
    return "holds" if other in name else "part" if name in other else "none"


def _nobody(reading: Reading, named: Named, titled: bool, signed: bool) -> Iterator[str]:
    """What speaks for a text that names no unit."""
    text, start = reading.clean, reading.body.start
    own = [name for name in named if manner(name) == "own"]
    yield from ("nobody", f"nobody,titled={titled},signed={signed}", f"nobody,named={_step(len(named), 1, 2, 4, 8, 16)}")
    yield f"nobody,ours={_step(sum(1 for _ in _OURS.finditer(text)), 1, 3, 8)}"
    yield f"nobody,year={MASKED_YEAR.search(text) is not None}"
    yield f"nobody,title={bool(reading.title_lines)},boundary={bool(reading.part.boundary_title)}"
    yield f"nobody,hidden title={_HIDDEN.search(text, 0, start) is not None}"
    yield f"nobody,hidden={_step(sum(1 for _ in _HIDDEN.finditer(text)), 1, 3, 8)}"
    yield f"nobody,sign-off={bool(reading.sign_off)}"
    yield f"nobody,own union={any(_UNION.search(name) for name in own)}"
    yield f"nobody,own early={any(named[name][0].start < start + 120 for name in own)}"
