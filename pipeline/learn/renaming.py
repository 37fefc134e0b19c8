"""Gold documents with other names (换名): the names model is to learn where names stand, not which names the corpus holds.

People's names are an open class and a corpus holds few. A renamed copy keeps every sentence and puts in drawn names of all
the kinds that occur: two to four characters, compound surnames, names written by sound with and without a dot, names that
are common words (高兴, 马力), a surname with a title (吕会计), familiar forms (老甘, 阿香). Places and units are renamed
by others of their kind.
"""

from __future__ import annotations

import random
import re
from functools import cache

from pipeline.extract.groundwork import Groundwork
from pipeline.learn import made_names
from pipeline.learn.made_names import KIND, PLACE_CHARS, places_by_kind
from pipeline.products import Part
from pipeline.resources import alternatives, table, yaml
from pipeline.segment import Reading, Span
from pipeline.segment.tokens import common_words
from pipeline.spans import Text
from pipeline.surnames import common_surnames, doubtful_surnames, surnames

Labelled = tuple[Groundwork, list[tuple[Span, str]]]

# how often a drawn name is of a kind: rare kinds are drawn more often than they occur, or the model never meets them
BY_SOUND, COMMON_WORD, FAMILIAR, TITLED, PLAIN = 0.07, 0.07, 0.05, 0.06, 0.75
OTHER_LENGTH, RARE_SURNAME, SPACED, RARE_GIVEN = 0.25, 0.35, 0.06, 0.15  # of plain names
OTHER_UNIT, OTHER_PLACE = 0.5, 0.3  # of units and places, what is made up altogether

_NAME = re.compile(r"[\u4e00-\u9fff\U00020000-\U0003ffff]{2,4}")
_SPACED = re.compile(r"[\u4e00-\u9fff\U00020000-\U0003ffff](?P<gap>[ \u3000]{1,3})[\u4e00-\u9fff\U00020000-\U0003ffff]")
_BY_SOUND = re.compile(r"[\u4e00-\u9fff]{2,7}(?P<dot>[·•])[\u4e00-\u9fff]{1,7}|[\u4e00-\u9fff]{5,7}")
_FAMILIAR = re.compile(r"[老小阿大][\u4e00-\u9fff]")
_UNIT_HEAD = re.compile(
    r"^(?P<name>[\u4e00-\u9fff]{2,4}?)(?P<kind>(?:省|市|县|区|镇|乡|街道|村|社区)?)"
    r"(?=(?:第?[一二三四五六七八九]?(?:实验|中心)?(?:小学|中学|幼儿园|学校|完小)|煤矿|机械|纺织|化工|矿业|建工|建筑|酒店|医院|人民医院"
    r"|供电|工务段|车务段|总工会|教育局|教育工会|妇联|法院|公安局|卫生院|敬老院|有限公司|集团|公司|工会|公交))"
)


def renamed(work: Groundwork, spans: list[tuple[Span, str]], rng: random.Random) -> Labelled:
    """The same document with every person, place and unit renamed; one old name becomes one new name, spacing is kept."""
    text, parts, moved, at = work.reading.clean, [], [], 0
    known: dict[str, str] = {}
    length = 0
    rename = {"PER": _person, "PLC": _place, "ORG": _unit}
    for span, label in spans:
        new = rename[label](text[span.start : span.end], known, rng)
        parts += [text[at : span.start], new]
        length += span.start - at
        moved.append((Span(length, length + len(new)), label))
        length += len(new)
        at = span.end
    parts.append(text[at:])
    clean = "".join(parts)
    part = Part(start=0, end=len(clean), body_start=min(work.reading.text_start, len(clean)))
    return Groundwork(Reading(Text(clean), part)), moved


def _person(old: str, known: dict[str, str], rng: random.Random) -> str:
    if spaced := _SPACED.fullmatch(old):
        name = rng.choice(_wordlike_names()) if rng.random() < 0.3 else _drawn(2, rng)
        return name[0] + spaced["gap"] + name[1:]
    if old not in known:
        known[old] = _other_person(old, rng)
    return known[old]


def _other_person(old: str, rng: random.Random) -> str:
    if titled := _titled().fullmatch(old):
        title = titled["title"] if rng.random() < 0.5 else rng.choice(_personal_titles())
        return (rng.choice(_rare_surnames()) if rng.random() < 0.3 else rng.choice(_common())) + title
    if _FAMILIAR.fullmatch(old) and old[1] in surnames():
        return old[0] + rng.choice(_common())
    if by_sound := _BY_SOUND.fullmatch(old):
        return _by_sound(rng, by_sound["dot"])
    if not _NAME.fullmatch(old):
        return old
    if len(old) == 4 and old[:2] not in surnames():
        return _by_sound(rng, None)
    kind = rng.choices(("by sound", "word", "familiar", "titled", "plain"), (BY_SOUND, COMMON_WORD, FAMILIAR, TITLED, PLAIN))[0]
    if kind == "by sound":
        return _by_sound(rng, "·" if rng.random() < 0.4 else None)
    if kind == "word":
        return rng.choice(_wordlike_names())
    if kind == "familiar":
        return rng.choice("老老小阿") + rng.choice(_common())
    if kind == "titled":
        return rng.choice(_common()) + rng.choice(_personal_titles())
    size = len(old) if rng.random() >= OTHER_LENGTH else rng.choice((2, 3, 3))
    name = _drawn(size, rng)
    return rng.choice((" ", "  ", "\u3000")).join(name) if rng.random() < SPACED else name


def _drawn(size: int, rng: random.Random) -> str:
    """A Chinese name of ``size`` characters; a compound surname makes it at least three long."""
    if size == 2:
        surname = rng.choice([s for s in _rare_surnames() if len(s) == 1] if rng.random() < RARE_SURNAME else _common())
    else:
        surname = rng.choice(_rare_surnames()) if rng.random() < RARE_SURNAME else rng.choice(_common())
    pool, weights = _given_pool(rare=rng.random() < RARE_GIVEN)
    return surname + "".join(rng.choices(pool, weights, k=max(size - len(surname), 1)))


def _by_sound(rng: random.Random, dot: str | None) -> str:
    """A name written by sound: one or two elements of one language, joined by ``dot`` where there is one."""
    people = rng.choice(sorted(_elements()))
    elements = _elements()[people]
    if dot:
        return dot.join(rng.choices(elements, k=2))
    if people in ("tibetan", "yi"):
        return "".join(rng.choices(elements, k=2))
    longer = [e for e in elements if len(e) >= 3]
    return rng.choice(longer) if longer else "马" + rng.choice(elements)


def _place(old: str, known: dict[str, str], rng: random.Random) -> str:
    """A place of the same kind: 清河县 becomes another county, 孙家窑 some other village."""
    if old not in known:
        kind = KIND.search(old)
        if rng.random() < OTHER_PLACE:
            known[old] = made_names.place(rng)
        elif kind and len(old) <= 5:
            known[old] = made_names.place(rng, kind[0])
        else:
            known[old] = rng.choice(places_by_kind()["short"]) if len(old) <= 3 else old
    return known[old]


def _unit(old: str, known: dict[str, str], rng: random.Random) -> str:
    """An organisation whose own name is another: 白杨沟煤矿工会 → 石河子煤矿工会."""
    for place, other in known.items():
        if len(place) >= 2 and place in old:
            return old.replace(place, other)
    if rng.random() < OTHER_UNIT:
        return known.setdefault(old, made_names.unit(old, rng))
    head = _UNIT_HEAD.match(old)
    if head is None or head["name"] in ("人民", "中心", "学校", "教育"):
        return old
    key = head["name"] + head["kind"]
    if key not in known:
        known[key] = (
            "".join(rng.choices(PLACE_CHARS, k=len(head["name"]))) + head["kind"]
            if rng.random() < 0.5
            else rng.choice(places_by_kind().get(head["kind"], places_by_kind()["short"]))
        )
    return known[key] + old[head.end() :]


@cache
def _rare_surnames() -> tuple[str, ...]:
    """Every surname but those that are function words far more often (有, 者)."""
    never = {surname for surname, kind in doubtful_surnames().items() if kind == "function"}
    return tuple(sorted(surnames() - never))


@cache
def _common() -> tuple[str, ...]:
    return tuple(sorted(common_surnames()))


@cache
def _given_pool(*, rare: bool) -> tuple[list[str], list[float]]:
    """Characters of given names and how often to draw them: those that many bear, or any that jieba's dictionary knows."""
    if rare:
        chars = [(c, float(n) ** 0.5) for c, n in table("lexicons/given_names.tsv", 2)]
    else:
        chars = [(c, 4.0 if n == "3" else 1.0) for c, n in table("lexicons/common_given.tsv", 2)]
    return [c for c, _ in chars], [n for _, n in chars]


@cache
def _elements() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element, people in table("lexicons/transliterated_names.tsv", 2):
        found.setdefault(people, []).append(element)
    return found


@cache
def _wordlike_names() -> tuple[str, ...]:
    """Common words of two characters that begin with a surname and go on like a given name: 高兴, 马力, 温度."""
    given = {c for c, n in table("lexicons/given_names.tsv", 2) if int(n) >= 60}
    begin = {*_rare_surnames(), *_common()}
    return tuple(sorted(w for w in common_words() if w[0] in begin and w[1] in given))


@cache
def _personal_titles() -> tuple[str, ...]:
    """Titles that follow a bare surname: 吕会计, 路校长."""
    return tuple(sorted(yaml("rules/names.yaml")["short_titles"].split("|")))


@cache
def _titled() -> re.Pattern[str]:
    titles = alternatives((*_personal_titles(), "大叔", "妈妈", "伯", "姨", "叔", "姐", "哥", "工"))
    return re.compile(rf"[\u4e00-\u9fff]{{1,2}}?(?P<title>{titles})")
