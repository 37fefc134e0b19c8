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
from pipeline.products import Part
from pipeline.resources import table, words
from pipeline.segment import Reading, Span
from pipeline.segment.title import surnames
from pipeline.segment.tokens import common_words
from pipeline.spans import Text

Labelled = tuple[Groundwork, list[tuple[Span, str]]]

# how often a drawn name is of a kind: rare kinds are drawn more often than they occur, or the model never meets them
BY_SOUND, COMMON_WORD, FAMILIAR, TITLED, PLAIN = 0.08, 0.08, 0.04, 0.06, 0.74
OTHER_LENGTH, RARE_SURNAME = 0.25, 0.4  # of plain names

_NAME = re.compile(r"[\u4e00-\u9fff\U00020000-\U0003ffff]{2,4}")
_SPACED = re.compile(
    r"(?P<first>[\u4e00-\u9fff\U00020000-\U0003ffff])(?P<gap>[ \u3000]{1,3})[\u4e00-\u9fff\U00020000-\U0003ffff]"
)
_BY_SOUND = re.compile(r"[\u4e00-\u9fff]{2,7}(?P<dot>[·•])[\u4e00-\u9fff]{1,7}|[\u4e00-\u9fff]{5,7}")
_FAMILIAR = re.compile(r"[老小阿大][\u4e00-\u9fff]")
_KIND = re.compile(r"(?:省|市|县|区|镇|乡|街道|村|屯|沟|湾|山|河|岭|桥|店|庄|港|寨|坪|营|堡|窑|州|旗)$")
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
        name = _drawn(2, rng)
        return name[0] + spaced["gap"] + name[1]
    if old not in known:
        known[old] = _other_person(old, rng)
    return known[old]


def _other_person(old: str, rng: random.Random) -> str:
    if titled := _titled().fullmatch(old):
        title = titled["title"] if rng.random() < 0.5 else rng.choice(_personal_titles())
        return (rng.choice(_rare_surnames()) if rng.random() < 0.3 else rng.choice(_COMMON)) + title
    if _FAMILIAR.fullmatch(old) and old[1] in surnames():
        return old[0] + rng.choice(_COMMON)
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
        return rng.choice("老老小阿") + rng.choice(_COMMON)
    if kind == "titled":
        return rng.choice(_COMMON) + rng.choice(_personal_titles())
    size = len(old) if rng.random() >= OTHER_LENGTH else rng.choice((2, 3, 3))
    return _drawn(size, rng)


def _drawn(size: int, rng: random.Random) -> str:
    """A Chinese name of ``size`` characters; a compound surname makes it at least three long."""
    if size == 2:
        surname = rng.choice([s for s in _rare_surnames() if len(s) == 1] if rng.random() < RARE_SURNAME else _COMMON)
    else:
        surname = rng.choice(_rare_surnames()) if rng.random() < RARE_SURNAME else rng.choice(_COMMON)
    pool, weights = _given_pool()
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
        kind = _KIND.search(old)
        pool = _places_by_kind().get(kind[0] if kind else "", ())
        if pool and rng.random() < 0.7:
            known[old] = rng.choice(pool)
        elif kind:
            known[old] = "".join(rng.choices(_PLACE_CHARS, k=max(len(old) - len(kind[0]), 1))) + kind[0]
        else:
            known[old] = rng.choice(_places_by_kind()["short"]) if len(old) <= 3 else old
    return known[old]


def _unit(old: str, known: dict[str, str], rng: random.Random) -> str:
    """An organisation whose own name is another: 白杨沟煤矿工会 → 石河子煤矿工会."""
    for place, other in known.items():
        if len(place) >= 2 and place in old:
            return old.replace(place, other)
    head = _UNIT_HEAD.match(old)
    if head is None or head["name"] in ("人民", "中心", "学校", "教育"):
        return old
    key = head["name"] + head["kind"]
    if key not in known:
        known[key] = (
            "".join(rng.choices(_PLACE_CHARS, k=len(head["name"]))) + head["kind"]
            if rng.random() < 0.5
            else rng.choice(_places_by_kind().get(head["kind"], _places_by_kind()["short"]))
        )
    return known[key] + old[head.end() :]


@cache
def _places_by_kind() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {"short": []}
    for name, _ in table("lexicons/places.tsv", 2):
        if (kind := _KIND.search(name)) and len(name) >= 3:
            found.setdefault(kind[0], []).append(name)
        elif len(name) <= 3:
            found["short"].append(name)
    return {kind: tuple(names) for kind, names in found.items()}


_COMMON = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_PLACE_CHARS = (
    "东西南北新大小上下石清白青金银龙凤虎马牛河溪泉湖江海山岭沟湾坪坝桥塘庄店集堡营寨林"
    "柳杨桃松梅兰竹红黄云霞平安永兴长福祥和丰顺德仁义泰宁阳阴高丽水木沙土古城关口渡港洲"
)


@cache
def _rare_surnames() -> tuple[str, ...]:
    return tuple(sorted(surnames()))


@cache
def _given_pool() -> tuple[list[str], list[float]]:
    chars = [(c, int(n)) for c, n in table("lexicons/given_names.tsv", 2)]
    return [c for c, _ in chars], [n**0.5 for _, n in chars]


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
    return tuple(sorted(w for w in common_words() if w[0] in surnames() and w[1] in given))


@cache
def _personal_titles() -> tuple[str, ...]:
    """Titles that follow a bare surname: 吕会计, 路校长."""
    return tuple(sorted(t for t in words("lexicons/titles.txt") - words("lexicons/impersonal_titles.txt") if len(t) <= 3))


@cache
def _titled() -> re.Pattern[str]:
    titles = "|".join(sorted((*_personal_titles(), "大叔", "妈妈", "伯", "姨", "叔", "姐", "哥", "工"), key=len, reverse=True))
    return re.compile(rf"[\u4e00-\u9fff]{{1,2}}?(?P<title>{titles})")
