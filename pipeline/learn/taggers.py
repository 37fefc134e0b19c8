"""Training of the sequence models (names, events, awards): CRFsuite on the gold corpus, with names replaced at random.

People's names are an open class and a corpus holds few: every document is also read with its persons renamed, twice, by
names drawn from the lexicons, so that the model learns the places where names stand and not the names.
"""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.extract.crf import SCALE, Model, write
from pipeline.extract.groundwork import Groundwork
from pipeline.extract.tagger import pieces
from pipeline.extract.templates import window
from pipeline.learn.examples import Example
from pipeline.products import Part
from pipeline.resources import table
from pipeline.segment import Reading, Span
from pipeline.segment.title import surnames
from pipeline.spans import Text

KINDS: dict[str, dict[str, str]] = {
    "names": {"persons": "PER", "orgs": "ORG", "places": "PLC"},
    "events": {"events": "EVT"},
    "awards": {"awards": "AWD"},
}
Labelled = tuple[Groundwork, list[tuple[Span, str]]]


def labelled(example: Example, model: str) -> Labelled:
    """A document with its labelled clean spans."""
    return example.work, sorted((span, label) for kind, label in KINDS[model].items() for span, _ in example.spans(kind))


def renamed(work: Groundwork, spans: list[tuple[Span, str]], rng: random.Random) -> Labelled:
    """The same document with every person and every place renamed, places inside organisations too; spacing is kept."""
    text, parts, moved, at = work.reading.clean, [], [], 0
    people: dict[str, str] = {}
    places: dict[str, str] = {}
    length = 0
    for span, label in spans:
        old = text[span.start : span.end]
        new = (
            _person(old, people, rng)
            if label == "PER"
            else _place(old, places, rng)
            if label == "PLC"
            else _unit(old, places, rng)
        )
        parts += [text[at : span.start], new]
        length += span.start - at
        moved.append((Span(length, length + len(new)), label))
        length += len(new)
        at = span.end
    parts.append(text[at:])
    clean = "".join(parts)
    part = Part(start=0, end=len(clean), body_start=min(work.reading.text_start, len(clean)))
    return Groundwork(Reading(Text(clean), part)), moved


_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff] {1,3}[\u4e00-\u9fff]")
_SHORT_NAME = re.compile(r"[\u4e00-\u9fff](老师|主席|校长|师傅|同志|主任|书记|大姐|院长|经理|医生)")
_KIND = re.compile(r"(?:省|市|县|区|镇|乡|街道|村|屯|沟|湾|山|河|岭|桥|店|庄|港|寨|坪|营|堡|窑|州|旗)$")
_UNIT_HEAD = re.compile(
    r"^(?P<name>[\u4e00-\u9fff]{2,4}?)(?P<kind>(?:省|市|县|区|镇|乡|街道|村|社区)?)"
    r"(?=(?:第?[一二三四五六七八九]?(?:实验|中心)?(?:小学|中学|幼儿园|学校|完小)|煤矿|机械|纺织|化工|矿业|建工|建筑|酒店|医院|人民医院|供电|工务段|车务段|总工会|教育局|教育工会|妇联|法院|公安局|卫生院|敬老院|有限公司|集团|公司|工会|公交))"
)


def _person(old: str, known: dict[str, str], rng: random.Random) -> str:
    if short := _SHORT_NAME.fullmatch(old):
        return rng.choice(_COMMON) + short[1]
    if not _NAME.fullmatch(old):
        return old
    key = old.replace(" ", "")
    if key not in known:
        known[key] = _random_name(key, rng)
    return known[key] if " " not in old else known[key][0] + old[1:-1] + known[key][1:2]


def _place(old: str, known: dict[str, str], rng: random.Random) -> str:
    """A place of the same kind: 清河县 becomes another county, 孙家窑 some other village."""
    if old not in known:
        kind = _KIND.search(old)
        pool = _places_by_kind().get(kind[0] if kind else "", ())
        if pool and rng.random() < 0.8:
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


def _random_name(old: str, rng: random.Random) -> str:
    surname = rng.choice(_rare_surnames()) if rng.random() < 0.4 else rng.choice(_COMMON)
    pool, weights = _given_pool()
    given = "".join(rng.choices(pool, weights, k=max(len(old) - len(surname), 1)))
    return (surname + given)[: max(len(old), len(surname) + 1)]


def bio(spans: list[tuple[Span, str]], size: int) -> list[str]:
    """BIO labels of a text of ``size`` characters."""
    labels = ["O"] * size
    for span, label in spans:
        for k in range(span.start, min(span.end, size)):
            labels[k] = ("B-" if k == span.start else "I-") + label
    return labels


def train(model: str, examples: list[Example], path: Path, params: dict[str, Any], copies: int) -> None:
    """Train one sequence model and write it to ``path``; the same examples give the same bytes."""
    import pycrfsuite

    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.select("lbfgs")
    trainer.set_params(params)
    rng = random.Random(20111)
    for example in examples:
        work, spans = labelled(example, model)
        versions = [(work, spans)] + ([renamed(work, spans, rng) for _ in range(copies)] if model == "names" else [])
        for version, marked in versions:
            labels = bio(marked, len(version.reading.clean))
            for sentence in pieces(version.sentences):
                features = version.sight.keys(window([sentence])).T.tolist()
                trainer.append([[f"{key:x}" for key in row] for row in features], labels[sentence.start : sentence.end])
    with TemporaryDirectory() as folder:
        trained = Path(folder) / "model.crfsuite"
        trainer.train(str(trained))
        write(_exported(trained), path)


def _exported(trained: Path) -> Model:
    """What CRFsuite has learned, as run time reads it; its features are keys in hexadecimal."""
    import numpy as np
    import pycrfsuite

    tagger = pycrfsuite.Tagger()
    tagger.open(str(trained))
    learned = tagger.info()
    tagger.close()
    labels = tuple(sorted(learned.labels, key=lambda label: int(learned.labels[label])))
    number = {label: k for k, label in enumerate(labels)}
    rows = {key: k for k, key in enumerate(sorted({int(feature, 16) for feature, _ in learned.state_features}))}
    weights, transitions = np.zeros((len(rows), len(labels))), np.zeros((len(labels), len(labels)))
    for (feature, label), weight in learned.state_features.items():
        weights[rows[int(feature, 16)], number[label]] = weight
    for (before, after), weight in learned.transitions.items():
        transitions[number[before], number[after]] = weight
    known = np.array(list(rows), dtype=np.uint64)
    return Model(labels, known, *(np.rint(part * SCALE).astype(np.int32) for part in (weights, transitions)))
