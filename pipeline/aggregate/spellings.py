"""One unit under several spellings (单位写法): which names are the same unit, and why.

``三小``, ``第三小学工会`` and ``清河县第三小学工会委员会`` are one school where there is but one longer name that each can be
short for. What is taken off and spelt out is in ``rules/unit_names.yaml``. A name that could be short for several longer
ones, or that every township has, is left alone and marked for a look.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import PurePosixPath
from typing import Literal, NamedTuple, TypeAlias

from pipeline import resources
from pipeline.aggregate.units import Roster, RosterRow
from pipeline.errors import ResourceError
from pipeline.records import Record

RULES = "rules/unit_names.yaml"
NUMBER = "一二三四五六七八九十"
ARABIC = str.maketrans("1234567890１２３４５６７８９０", "一二三四五六七八九〇一二三四五六七八九〇")
PINYIN = re.compile(r"[(（][^()（）\u3400-\u9fff]{1,12}[)）]")
LAST = "\U0010ffff"  # sorts after all else
LEAST = 2  # characters of a company's name that two must share

# same: the name itself · ending: differs in 工会 and the like · short: a short form spelt out · place: without its place ·
# company: a shorter name of a company · roster: the roster's path says so · alone: could be several, left as it is ·
# differs: the roster names another unit for the file
Reason: TypeAlias = Literal["same", "ending", "short", "place", "company", "roster", "alone", "differs"]
WEAK = ("alone", "differs", "company")  # a person should look


class Mention(NamedTuple):
    """The name that a document gives its unit."""

    doc_id: str
    name: str
    source: str


class Merged(NamedTuple):
    """The unit that a name was taken for."""

    unit: str
    reason: Reason


def mention_of(record: Record) -> Mention | None:
    """The name that a document had for its unit before it was joined with others; null where it has none."""
    name = name_of(record.org, record.unit.model_dump())
    return Mention(record.doc_id, name, record.source) if name else None


def name_of(org: str | None, unit: Mapping[str, str | None]) -> str | None:
    """The name in a record's fields ``org`` and ``unit``."""
    return org if unit["basis"] == "text" else unit["name"]


class _Rules(NamedTuple):
    union: re.Pattern[str]
    company: re.Pattern[str]
    short: tuple[tuple[re.Pattern[str], str], ...]
    place: re.Pattern[str]
    common: re.Pattern[str]


@cache
def rules() -> _Rules:
    """The rules of ``unit_names.yaml``.

    Raises:
        ResourceError: a part of it is missing.
    """
    spec = resources.yaml(RULES)

    def one_of(name: str) -> str:
        return "|".join(re.escape(word) for word in sorted(spec[name], key=lambda w: (-len(w), w)))

    try:
        kept = "".join(f"(?<!{re.escape(word)})" for word in spec["kept_before_union"])
        forms = sorted(spec["short_forms"].items(), key=lambda pair: (-len(pair[0]), pair[0]))
        short = tuple(
            (re.compile(re.escape(form).replace("数", f"([{NUMBER}]{{1,3}})") + "$"), full.replace("数", r"\1"))
            for form, full in forms
        )
        return _Rules(
            union=re.compile(f"{kept}(?:{one_of('union_endings')})$"),
            company=re.compile(f"(?:{one_of('company_forms')})$"),
            short=short,
            place=re.compile(f"[\u3400-\u9fff]{{1,12}}(?:{one_of('place_endings')})"),
            common=re.compile(f"(?:第?[{NUMBER}]{{1,3}}(?![{NUMBER}])|中心|实验|直属|市|县|区|镇|乡)*(?:{one_of('common')})"),
        )
    except (KeyError, AttributeError, TypeError) as error:
        raise ResourceError("bad_rule", file=RULES, line=0, reason=str(error)) from error


def squeezed(name: str) -> str:
    """The name in simplified characters, without blanks and inline pinyin."""
    from pipeline.ingest.script import simplified

    text = PINYIN.sub("", "".join(name.split()))
    return text if text.isascii() else simplified(text)


@lru_cache(maxsize=1 << 16)
def core(name: str) -> str:
    """What two names are compared by: the unit without its union, short forms spelt out, numbers in characters."""
    text = squeezed(name)
    bare = rules().union.sub("", text) or text
    for pattern, full in rules().short:
        if pattern.search(bare):
            bare = pattern.sub(full, bare)
            break
    return re.sub(r"第([0-9０-９]+)", lambda m: "第" + m[1].translate(ARABIC), bare)


class Spellings:
    """The names that documents have for their units; ``add`` all of them, then ask whose each one is.

    Memory holds each name once, with the folders that it occurs in, and no document.
    """

    def __init__(self, roster: Sequence[RosterRow] = ()) -> None:
        self._roster = Roster(roster)
        self._listed = {row.unit for row in roster}
        self._names: Counter[str] = Counter()
        self._folders: defaultdict[str, set[str]] = defaultdict(set)
        self._settled: tuple[dict[str, str], dict[str, Reason], dict[str, str]] | None = None

    def add(self, mention: Mention) -> None:
        """Take in the name that one document gives."""
        self._names[mention.name] += 1
        self._folders[core(mention.name)].add(sys.intern(PurePosixPath(mention.source).parent.as_posix()))

    def merged(self, mention: Mention) -> Merged:
        """The unit of a document, and why; a name of the roster goes before all others."""
        if self._settled is None:
            for name in self._listed:
                self._folders[core(name)].add("")
            full, reasons = _longest(self._folders)
            self._settled = full, reasons, _best_names(self._names, self._listed, full)
        full, reasons, best = self._settled
        own = core(mention.name)
        row = self._roster.first(mention.source)
        if row is not None and (_related(own, core(row.unit)) or full[own] == full[core(row.unit)]):
            return Merged(row.unit, "same" if mention.name == row.unit else "roster")
        if row is not None:
            return Merged(best[full[own]], "differs")
        return Merged(best[full[own]], _reason(mention.name, best[full[own]], reasons.get(own)))


def joined(mentions: Sequence[Mention], roster: Sequence[RosterRow] = ()) -> dict[str, Merged]:
    """The unit of each document, by its id."""
    spellings = Spellings(roster)
    for mention in mentions:
        spellings.add(mention)
    return {mention.doc_id: spellings.merged(mention) for mention in mentions}


def _reason(name: str, unit: str, by_core: Reason | None) -> Reason:
    if by_core is not None:
        return by_core
    if name == unit:
        return "same"
    endings = rules().union.sub("", squeezed(name)) == rules().union.sub("", squeezed(unit))
    return "ending" if endings else "short"


def _longest(folders: Mapping[str, set[str]]) -> tuple[dict[str, str], dict[str, Reason]]:
    """For each core the longest one that it is short for, and why; a core that could be several stays itself."""
    longer: defaultdict[str, dict[str, Reason]] = defaultdict(dict)
    full: dict[str, str] = {}
    reasons: dict[str, Reason] = {}
    for text in folders:
        for short, reason in _shorter(text):
            if short in folders and rules().common.fullmatch(short) and not _neighbours(folders[short], folders[text]):
                reasons[short] = "alone"
            elif short in folders:
                longer[short][text] = reason
    brands = sorted((brand, text) for text in folders if (brand := _brand(text)))
    for i, (brand, short) in enumerate(brands):
        for other, text in brands[i + 1 : bisect_right(brands, (brand + LAST,))]:
            longer[short].setdefault(text, "company")
            if other == brand:
                longer[text].setdefault(short, "company")
    for text in sorted(folders, key=lambda t: (-len(t), t)):
        full[text] = text
        tops = {full[other] for other in longer[text] if other in full}
        if len(tops) == 1:
            full[text] = tops.pop()
            reasons[text] = longer[text].get(full[text], next(iter(longer[text].values())))
        elif tops:
            reasons[text] = "alone"
    return full, reasons


def _shorter(text: str) -> Iterable[tuple[str, Reason]]:
    """What is left of a name without the place, or the places, that it begins with."""
    for at in range(2, len(text) - 1):
        if rules().place.fullmatch(text, 0, at):
            yield text[at:], "place"


def _brand(text: str) -> str:
    """A company's name without its form; empty for another unit, and for a name too short to tell."""
    bare = rules().company.sub("", text)
    return bare if bare != text and len(bare) >= LEAST else ""


def _neighbours(some: set[str], others: set[str]) -> bool:
    """Whether names come from one folder; the top folder, where all lie together, is none."""
    return bool((some & others) - {"", "."})


def same_unit(one: str | None, other: str | None) -> bool:
    """Whether two names, each without the names around it, can be of one unit."""
    return one is not None and other is not None and _related(core(one), core(other))


def _related(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if short == long or any(short == rest for rest, _ in _shorter(long)):
        return True
    brands = sorted((_brand(one), _brand(other)), key=len)
    return bool(brands[0]) and brands[1].startswith(brands[0])


def _best_names(names: Counter[str], listed: set[str], full: Mapping[str, str]) -> dict[str, str]:
    """The name of each unit: the roster's, else the most frequent of the fullest spellings."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for name in {*names, *listed}:
        groups[full[core(name)]].append(name)
    return {
        text: min(group, key=lambda n: (n not in listed, core(n) != text, n != squeezed(n), -names[n], -len(n), n))
        for text, group in groups.items()
    }
