"""Perturbed gold: every quote lies where the map says, reads as the change lets it, and only what can be read is asked for."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ingest.script import simplified
from pipeline.learn import evaluate as judge
from pipeline.learn.cases import Case, cases
from pipeline.learn.commands import PERTURBED
from pipeline.learn.gold import KINDS, QUOTE, resolve
from pipeline.learn.injection import Change, Injected, lines
from pipeline.learn.perturb import PERTURBATIONS, injected, perturbed
from pipeline.learn.scoring import Sheet
from pipeline.learn.tables import losses
from pipeline.settings import models_dir
from tests.learn import tiny
from tests.learn.test_evaluate import gonghui

ROOT = Path(__file__).resolve().parents[2]
MAIN = sorted((ROOT / "corpora" / "gold" / "main").glob("*.json"))
TEXT = st.text("工会abc。1\n", max_size=40)


@st.composite
def changed(draw: st.DrawFn) -> tuple[str, list[Change]]:
    """A text, and changes of it that do not overlap."""
    raw = draw(TEXT)
    cuts = sorted(draw(st.lists(st.integers(0, len(raw)), max_size=12)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    return raw, [Change(a, b, draw(st.text("XY\n", max_size=3))) for a, b in pairs]


@given(changed(), st.data())
def test_what_did_not_change_still_reads_the_same(found: tuple[str, list[Change]], data: st.DataObject) -> None:
    raw, changes = found
    done = Injected(raw, changes)
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, len(raw)))
    a, b = done.span(start, end)
    assert 0 <= a <= b <= len(done.text)
    # the image is the span's own characters and whatever was put strictly inside it, nothing of its surroundings
    inside = [c for c in changes if (c.start < end and c.end > start) or start < c.start == c.end < end]
    if not inside:
        assert done.text[a:b] == raw[start:end]
    elif all(start <= c.start and c.end <= end for c in inside):
        parts, at = [], start
        for c in inside:
            parts += [raw[at : c.start], c.text]
            at = c.end
        assert done.text[a:b] == "".join([*parts, raw[at:end]])
    if end < len(raw):
        assert b <= done.span(end, len(raw))[0] or any(c.start < end < c.end for c in changes)


@given(changed())
def test_lengths_add_up(found: tuple[str, list[Change]]) -> None:
    raw, changes = found
    assert len(Injected(raw, changes).text) == len(raw) + sum(len(c.text) - (c.end - c.start) for c in changes)
    assert Injected(raw, []).text == raw


def test_changes_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        Injected("工会工作", [Change(0, 2, "a"), Change(1, 3, "b")])
    with pytest.raises(ValueError, match="leave"):
        Injected("工会", [Change(1, 3, "b")])


# what undoes a perturbation of a quote, where it can be undone
UNDONE: dict[str, Callable[[str], str]] = {
    "wraps": lambda text: text.replace("\n", ""),
    "wide": lambda text: text.translate({code + 0xFEE0: code for code in range(0x21, 0x7F)}),
    "pinyin": lambda text: re.sub(r"\([a-zāáǎàēéěèīíǐìōóǒòūúǔùǚǜü]+\)", "", text),
}
SAME_LENGTH = {"traditional", "narrow", "ocr"}
TAKES = {("redacted_names", "persons"), ("redacted_counts", "counts")}


@cache
def gold_of(path: Path) -> tuple[str, dict[str, Any]]:
    """A text and its resolved gold."""
    raw = path.with_suffix(".txt").read_bytes().decode("utf-8-sig")
    return raw, resolve(json.loads(path.read_text(encoding="utf-8")), raw, fill=False)


def still_there(name: str, was: str, now: str) -> bool:
    """Whether the quote reads as it did, but for the change itself."""
    if name in UNDONE:
        return UNDONE[name](now) == UNDONE[name](was)
    if name in SAME_LENGTH:
        return (
            len(now) == len(was)
            and sum(a != b for a, b in zip(simplified(now), simplified(was), strict=True)) <= len(was) / 2 + 1
        )
    if name == "numbers":
        return was.endswith(now)
    if name in ("noise", "junk"):
        return now == was or "\n" in now
    masked = re.escape(now)  # redaction: masks stand for any characters, all else is as it was
    return re.fullmatch(re.sub(r"(?:×|某|x|X|\\\*|20)+", ".*", masked), was) is not None


@pytest.mark.parametrize("name", PERTURBATIONS)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_every_quote_of_gold_is_where_the_map_says(name: str, data: st.DataObject) -> None:
    raw, gold = gold_of(data.draw(st.sampled_from(MAIN[::5])))
    done, new = injected(name, raw, gold, random.Random(data.draw(st.integers(0, 99))))
    for old_doc, doc in zip(gold["documents"], new["documents"], strict=True):
        for kind in KINDS:
            assert len(doc[kind]) == len(old_doc[kind]) or (name, kind) in TAKES
            for item in doc[kind]:
                now, was = done.text[item["start"] : item["end"]], item[QUOTE.get(kind, "text")]
                assert now
                assert still_there(name, was, now)
                assert doc["start"] <= item["start"] <= item["end"] <= doc["end"]


def test_the_same_seed_gives_the_same_text(tmp_path: Path) -> None:
    wanted = cases([MAIN[3]])
    for name in PERTURBATIONS:
        texts = [perturbed(wanted, name, tmp_path)[0].path.read_bytes() for _ in range(2)]
        assert texts[0] == texts[1]


def test_every_perturbation_changes_something(tmp_path: Path) -> None:
    wanted = cases(MAIN[:12])
    for name in PERTURBATIONS:
        before = [case.path.read_bytes() for case in wanted]
        assert [case.path.read_bytes() for case in perturbed(wanted, name, tmp_path)] != before, name


def test_what_was_taken_away_is_not_asked_for() -> None:
    gold = resolve(tiny.gold(), tiny.TEXT, fill=False)
    done, new = injected("redacted_years", tiny.TEXT, gold, random.Random(0))
    assert "2011" not in done.text
    doc = new["documents"][0]
    assert [d["norm"] for d in doc["dates"]] == ["XXXX", "XXXX-03-08", "XXXX-12-30"]
    assert doc["period"]["start"] is None
    assert doc["coverage"]["identity"] == 1
    people = [injected("redacted_names", tiny.TEXT, gold, random.Random(seed))[1]["documents"][0]["persons"] for seed in range(9)]
    assert {len(found) for found in people} <= {0, 1, 2}
    assert any(len(found) < 2 for found in people)


def test_a_text_that_is_so_already_stays_as_it_is(tmp_path: Path) -> None:
    case = Case(tmp_path / "a.txt", "a.txt", {"documents": [], "noise": []}, "", ("hard_wraps",))
    assert perturbed([case], "wraps", tmp_path) == [case]


def test_lines_are_where_they_are() -> None:
    assert lines("ab\n\nc") == [(0, 2), (3, 3), (4, 5)]


def test_what_a_perturbation_costs_is_said_of_every_kind_and_of_all(tmp_path: Path) -> None:
    root = tiny.corpus(tmp_path)
    result = judge.evaluate(corpus=root, split="dev", work=tmp_path, models=models_dir(), perturb=("redacted_names", "wide"))
    assert set(result.lost) == {"redacted_names", "wide"}
    assert result.lost["wide"]["works"] == 0
    assert {"all", "documents", "counts"} <= set(result.lost["wide"])
    lines = losses(result, "en")
    assert lines[1].split() == ["score", "redacted_names", "wide"]
    assert len({len(line.split()) for line in lines[2:]}) == 1
    assert json.loads(result.as_json())["lost"] == result.lost


def test_f1_in_all_is_that_of_one_pot() -> None:
    sheet = Sheet("a", 0, 0, 9)
    sheet.tally |= {"counts": [3, 1, 0], "dates": [1, 0, 3], "documents": [0, 1, 1], "counts.indicator": [0, 9, 9]}
    found = judge.f1_of_kinds([sheet])
    assert found["all"] == pytest.approx(8 / 12)
    assert found["documents"] == 0
    assert judge.lost([sheet], [sheet])["all"] == 0


def test_an_unknown_perturbation_is_refused() -> None:
    done = gonghui("evaluate", "--perturb", "rain")
    assert done.returncode == 1
    assert "rain" in done.stderr
    assert "wraps" in done.stderr


def test_help_names_every_perturbation() -> None:
    assert ", ".join(PERTURBATIONS) == PERTURBED
