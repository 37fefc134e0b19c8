"""Names that nobody bears, made of parts (造名): the units and places that renamed copies of the gold speak of.

A corpus names few firms, schools and villages, and a model that knows them by heart knows no others. The parts are data
(``rules/made_names.yaml``); every draw comes from the given generator, so the same seed gives the same names.
"""

from __future__ import annotations

import random
import re
from functools import cache

from pipeline.resources import alternatives, table, words, yaml

PLACE_CHARS = (
    "东西南北新大小上下石清白青金银龙凤虎马牛河溪泉湖江海山岭沟湾坪坝桥塘庄店集堡营寨林"
    "柳杨桃松梅兰竹红黄云霞平安永兴长福祥和丰顺德仁义泰宁阳阴高丽水木沙土古城关口渡港洲"
)
KIND = re.compile(r"(?:省|市|县|区|镇|乡|街道|村|屯|沟|湾|山|河|岭|桥|店|庄|港|寨|坪|营|堡|窑|州|旗)$")
_UNION = re.compile(r"(?:总工会|工会委员会|分工会|工会联合会|工会小组|工会|党支部|党总支|党委|团委|女工委)$")
_FIRM = re.compile(r"(?:公司|集团|厂|超市|商场|酒店|宾馆|合作社|" + alternatives(words("lexicons/trades.txt")) + ")$")
_SCHOOL = re.compile(r"(?:小学|中学|学校|幼儿园|学院|大学|完小|[一二三]中|职校|职高|技校|卫校|党校)$")
_OF_A_PLACE = re.compile(
    r"(?:报|报社|医院|卫生院|事务所|派出所|支行|分行|银行|社区|村委会|居委会|街道办事处|农场|林场|煤矿|站|所|政府)$"
)
_OFFICIAL = re.compile(r"^(?:[\u4e00-\u9fff]{0,4}?[省市县区州镇乡])[\u4e00-\u9fff]{2,}$")


@cache
def _parts(name: str) -> tuple[str, ...]:
    value = yaml("rules/made_names.yaml")[name]
    return tuple(part.strip('"') for part in value.split())


@cache
def _trades() -> tuple[str, ...]:
    return tuple(sorted(words("lexicons/trades.txt")))


@cache
def _sites() -> tuple[str, ...]:
    return tuple(sorted(words("lexicons/sites.txt")))


@cache
def places_by_kind() -> dict[str, tuple[str, ...]]:
    """Ending of a gazetteer name (县, 镇 …) → such names; ``short`` holds those that need none."""
    found: dict[str, list[str]] = {"short": []}
    for name, _ in table("lexicons/places.tsv", 2):
        if (kind := KIND.search(name)) and len(name) >= 3:
            found.setdefault(kind[0], []).append(name)
        elif len(name) <= 3:
            found["short"].append(name)
    return {kind: tuple(names) for kind, names in found.items()}


def stem(rng: random.Random, size: int = 2) -> str:
    """What a village, a hill or a school may be called: 白杨, 石桥."""
    return "".join(rng.choices(PLACE_CHARS, k=size))


def _named(rng: random.Random) -> str:
    """The name of some place without or with its kind: 清河, 清河县, 柳树沟."""
    choice = rng.random()
    if choice < 0.4:
        return rng.choice(places_by_kind()["short"])
    if choice < 0.7:
        return rng.choice(places_by_kind()[rng.choice(("县", "市", "区", "镇", "乡"))])
    return stem(rng, rng.choice((2, 2, 3)))


def place(rng: random.Random, kind: str = "") -> str:
    """A place: of ``kind`` (县, 村 …) where one is given, else a village, a street, a hill, a hall of some house."""
    if kind:
        known = places_by_kind().get(kind, ())
        return rng.choice(known) if known and rng.random() < 0.7 else stem(rng, rng.choice((1, 2, 2, 3))) + kind
    choice = rng.random()
    if choice < 0.35:
        return rng.choice(_parts("venue_heads")) + rng.choice(_parts("venue_floors")) + rng.choice(_parts("venues"))
    if choice < 0.8:
        return (rng.choice(_parts("brands")) if rng.random() < 0.2 else stem(rng, rng.choice((1, 2, 2, 3)))) + rng.choice(
            _sites()
        )
    return _named(rng)


def firm(rng: random.Random) -> str:
    """A firm: 恒昌纸业, 迈塔精密电子有限公司."""
    head = rng.choice(_parts("brands")) if rng.random() < 0.5 else stem(rng, rng.choice((2, 2, 3)))
    if rng.random() < 0.25:
        head = _named(rng) + head
    trade = rng.choice(_trades()) if rng.random() < 0.75 else ""
    end = rng.choice(_parts("firm_ends"))
    return head + (trade or ("" if end else rng.choice(_trades()))) + end


def school(rng: random.Random) -> str:
    """A school: 石桥镇中心小学, 湘西民族职业学院."""
    return _named(rng) + rng.choice(_parts("schools"))


def body_of_a_place(rng: random.Random) -> str:
    """What is called after its place: 德宏日报, 众正律师事务所."""
    head = rng.choice(_parts("brands")) if rng.random() < 0.2 else _named(rng)
    return head + rng.choice(_parts("bodies_of_a_place"))


def official(rng: random.Random) -> str:
    """A body of an administration: 市运管处, 清河县劳动仲裁院."""
    if rng.random() < 0.6:
        return rng.choice(_parts("levels")) + rng.choice(_parts("bodies"))
    return place(rng, rng.choice(("县", "市", "区"))) + rng.choice(_parts("bodies"))


def unit(old: str, rng: random.Random) -> str:
    """Another organisation: most often one of the kind of ``old``, its union and all."""
    if rng.random() < 0.1:
        return rng.choice((firm, school, body_of_a_place, official, lambda r: r.choice(_parts("own_bodies"))))(rng)
    union = _UNION.search(old)
    tail = union[0] if union else ""
    head = old[: len(old) - len(tail)]
    if _FIRM.search(head):
        return firm(rng) + (tail or rng.choice(_parts("firm_parts")))
    if _SCHOOL.search(head):
        return school(rng) + tail
    if _OFFICIAL.match(old):
        return official(rng)
    if _OF_A_PLACE.search(head):
        return body_of_a_place(rng) + tail
    return old
