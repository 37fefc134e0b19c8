"""Perturbations (扰动): the phenomena of real files put into gold documents, seeded, with gold carried along.

How much F1 a perturbation costs is how far the pipeline is from reading a torn, spoilt or littered copy as it reads the
document itself. What a perturbation takes away (a redacted name) is taken from gold too: only what can be read is asked for.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pipeline.learn.cases import Case
from pipeline.learn.injection import Change, Injected, lines
from pipeline.resources import yaml

SEED = 20111
Gold = dict[str, Any]
Changes = Iterator[Change]

_CLOSING = frozenset("，。、；：！？”’》）】…,.;:!?)%％")
_ASCII_WORD = re.compile(r"[0-9A-Za-z.,%]")
_NARROW = str.maketrans("，：；？！（）", ",:;?!()")
_WIDE = {code: code + 0xFEE0 for code in (*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B), ord("%"))}
_YEAR = re.compile(r"(?<![0-9０-９])(?:19|20)[0-9]{2}(?=[ ]?(?:年|[-—.－/]))|[一二][九零〇○][零〇○一二三四五六七八九]{2}(?=年)")
_NUMERAL = re.compile(r"[0-9][0-9,.]*[0-9]|[0-9]|[一二三四五六七八九十百千两]+")
_JUNK = "abcdefghkmnpqrstuvwxyzABCDEFGHKMNPQRSTUVWXYZ23456789(){}[]<>*&^$#@!~"


def wraps(raw: str, gold: Gold, rng: random.Random) -> Changes:
    """Lines broken at a constant width, as a printer breaks them: no line begins with a mark, no figure is torn."""
    width = rng.randrange(52, 78, 2)  # columns; a Chinese character fills two
    for start, end in lines(raw):
        if "|" in raw[start:end]:
            continue  # a table is not wrapped
        at = 0
        for i in range(start, end):
            size = 1 if raw[i] < "\u1100" else 2
            torn = raw[i] in _CLOSING or (i > start and _ASCII_WORD.match(raw[i]) and _ASCII_WORD.match(raw[i - 1]))
            if at + size > width and not torn:
                yield Change(i, i, "\n")
                at = 0
            at += size


def redacted_names(raw: str, gold: Gold, rng: random.Random) -> Changes:
    """Half of the people by their surname alone (李××, 李某某); they are no persons then."""
    for doc in gold["documents"]:
        chosen = {raw[p["start"] : p["end"]]: rng.choice(("×", "某", "X", "*")) for p in doc["persons"] if rng.random() < 0.5}
        for person in doc["persons"]:
            name = raw[person["start"] : person["end"]]
            if name in chosen and 2 <= len(name) <= 4 and "\n" not in name:
                yield Change(person["start"] + 1, person["end"], chosen[name] * (len(name) - 1))


def redacted_counts(raw: str, gold: Gold, rng: random.Random) -> Changes:
    """A third of the counts without their figures (××名, xx元); they are no counts then."""
    for doc in gold["documents"]:
        for count in doc["counts"]:
            numeral = _NUMERAL.search(raw, count["start"], count["end"])
            if rng.random() < 1 / 3 and numeral and numeral.start() == count["start"]:
                yield Change(numeral.start(), numeral.end(), rng.choice(("××", "xx", "XX", "**")))


def redacted_years(raw: str, gold: Gold, rng: random.Random) -> Changes:
    """Every year without its last two figures (20××年): nothing settles it any more."""
    mask = rng.choice(("20××", "20xx", "20XX", "20**"))
    for doc in gold["documents"]:
        for year in _YEAR.finditer(raw, doc["start"], doc["end"]):
            yield Change(year.start(), year.end(), mask)


def traditional(raw: str, gold: Gold, rng: random.Random) -> Changes:
    """Traditional characters throughout."""
    from opencc import OpenCC

    from pipeline.ingest.script import changed_runs

    convert = OpenCC("s2t").convert
    new = convert(raw)
    if len(new) != len(raw):
        new = "".join(one if len(one := convert(char)) == 1 else char for char in raw)
    return (Change(edit.start, edit.end, edit.text) for edit in changed_runs(raw, new, "traditional"))


def narrow(raw: str, gold: Gold, rng: random.Random) -> Changes:
    """Narrow punctuation; in every second text the full stop is a dot."""
    marks = "，：；？！（）" + ("。" if rng.random() < 0.5 else "")
    for mark in re.finditer(f"[{marks}]", raw):
        yield Change(mark.start(), mark.end(), "." if mark[0] == "。" else mark[0].translate(_NARROW))


def wide(raw: str, gold: Gold, rng: random.Random) -> Changes:
    """Wide digits, letters and percent signs."""
    for run in re.finditer("[0-9A-Za-z%]+", raw):
        yield Change(run.start(), run.end(), run[0].translate(_WIDE))


def noise(raw: str, gold: Gold, rng: random.Random) -> Changes:
    """What a site puts above, between and below the paragraphs, and the numbers of pages."""
    kinds = yaml("perturbations.yaml")["noise"]
    yield Change(0, 0, "".join(line + "\n" for line in rng.sample(kinds["head"], 2)))
    number, page = rng.choice(kinds["page_numbers"]), 1
    for start, end in lines(raw)[:-1]:
        if end - start < 12 or "|" in raw[start:end]:
            continue
        if rng.random() < 0.08:
            yield Change(end + 1, end + 1, rng.choice(kinds["between"]) + "\n")
        elif rng.random() < 0.08:
            yield Change(end + 1, end + 1, number.format(page) + "\n")
            page += 1
    last = "" if raw.endswith("\n") else "\n"
    yield Change(len(raw), len(raw), last + "".join(line + "\n" for line in rng.sample(kinds["foot"], 2)))


def ocr(raw: str, gold: Gold, rng: random.Random) -> Changes:
    """Slips of a scanner: one in twenty of the characters that look like another is taken for it."""
    like = {a: b for pair in yaml("perturbations.yaml")["ocr"] for a, b in (pair, pair[::-1])}
    for i, char in enumerate(raw):
        if char in like and rng.random() < 0.05:
            yield Change(i, i + 1, like[char])


def numbers(raw: str, gold: Gold, rng: random.Random) -> Changes:
    """A third of the headings without their number."""
    for doc in gold["documents"]:
        for section in doc["sections"]:
            number = section.get("number")
            if number and rng.random() < 1 / 3:
                start = raw.rfind(number, max(section["start"] - len(number) - 4, doc["start"]), section["start"])
                if start >= 0 and not raw[start + len(number) : section["start"]].strip():
                    yield Change(start, section["start"], "")


def pinyin(raw: str, gold: Gold, rng: random.Random) -> Changes:
    """Pinyin in brackets behind some characters."""
    sounds = yaml("perturbations.yaml")["pinyin"]
    for i, char in enumerate(raw):
        if char in sounds and rng.random() < 0.08:
            yield Change(i + 1, i + 1, f"({sounds[char]})")


def junk(raw: str, gold: Gold, rng: random.Random) -> Changes:
    """Letters and signs against copying at the end of one line in six."""
    for start, end in lines(raw):
        if end - start >= 12 and rng.random() < 1 / 6:
            yield Change(end, end, "".join(rng.choices(_JUNK, k=rng.randint(5, 8))))


PERTURBATIONS: dict[str, Callable[[str, Gold, random.Random], Changes]] = {
    "wraps": wraps, "traditional": traditional, "narrow": narrow, "wide": wide, "noise": noise,
    "redacted_names": redacted_names, "redacted_counts": redacted_counts, "redacted_years": redacted_years,
    "ocr": ocr, "numbers": numbers, "pinyin": pinyin, "junk": junk,
}  # fmt: skip
LEFT_ALONE = {"wraps": "hard_wraps", "traditional": "traditional", "redacted_years": "redacted_year"}  # texts that are so already


def injected(name: str, raw: str, gold: Gold, rng: random.Random) -> tuple[Injected, Gold]:
    """The text under a perturbation, and its gold."""
    done = Injected(raw, _disjoint(PERTURBATIONS[name](raw, gold, rng)))
    return done, _asked(name, done, gold)


def perturbed(cases: Iterable[Case], name: str, folder: Path, seed: int = SEED) -> list[Case]:
    """The cases under a perturbation, their texts written to ``folder``; a text that is so already stays as it is."""
    found = []
    for number, case in enumerate(cases):
        if LEFT_ALONE.get(name) in case.phenomena:
            found.append(case)
            continue
        raw = case.path.read_bytes().decode("utf-8-sig")
        done, gold = injected(name, raw, case.gold, random.Random(f"{seed} {name} {case.name}"))
        path = folder / f"{number}.txt"
        path.write_bytes(done.text.encode("utf-8"))
        found.append(case._replace(path=path, gold=gold))
    return found


def _disjoint(changes: Iterable[Change]) -> list[Change]:
    """Changes in order, less those that overlap an earlier one: findings can share characters."""
    found: list[Change] = []
    for change in sorted(changes):
        if not found or change.start >= found[-1].end:
            found.append(change)
    return found


def _asked(name: str, done: Injected, gold: Gold) -> Gold:
    """Gold of the perturbed text: less what nobody can read there any more."""
    new = done.gold(gold)
    for doc, old in zip(new["documents"], gold["documents"], strict=True):
        if name == "redacted_names":
            doc["persons"] = _unchanged(done, old["persons"], doc["persons"])
            if doc.get("author") and doc["author"] not in done.text:
                doc["author"] = None
        elif name == "redacted_counts":
            doc["counts"] = _unchanged(done, old["counts"], doc["counts"])
            for event in doc["events"]:  # whether the head count that is lost was this one, only a reader can say
                event.pop("participants", None)
        elif name == "redacted_years":
            _without_years(doc)
        elif name == "numbers":
            for section, before in zip(doc["sections"], old["sections"], strict=True):
                number = before.get("number")
                if number and number not in done.text[section["start"] - len(number) - 4 : section["start"]]:
                    section["number"] = None
    return new


def _unchanged(done: Injected, old: Sequence[Gold], new: Sequence[Gold]) -> list[Gold]:
    """The findings that still read as they did."""
    return [b for a, b in zip(old, new, strict=True) if done.raw[a["start"] : a["end"]] == done.text[b["start"] : b["end"]]]


def _without_years(doc: Gold) -> None:
    """No year is settled: the period has none, and the document says at most half of who reports on when."""
    doc["period"] = {**(doc.get("period") or {}), "start": None, "end": None}
    doc.pop("signed_date", None)
    if doc.get("coverage"):
        doc["coverage"] = {**doc["coverage"], "identity": min(doc["coverage"].get("identity", 0), 1)}
    for item in doc["dates"]:
        item["norm"] = re.sub(r"[0-9]{4}(?=-|/|$)", "XXXX", item["norm"])
    for item in (*doc["events"], *doc["awards"]):
        if item.get("date"):
            item["date"] = re.sub(r"[0-9]{4}(?=-|/|$)", "XXXX", item["date"])
