"""Duplicates: planted copies are found, other texts of the genre are not, and the order of the run decides who copied whom."""

from __future__ import annotations

import json
import pickle
import random
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import records as r
from pipeline.aggregate.duplicates import COPIED, Collection, Overlap, containment, in_order
from pipeline.aggregate.sketches import SHINGLE, Sketch, grams, set_phrases, sketch, squeeze
from pipeline.engine import one_thread_a_process
from pipeline.flow import Note, Options, Outcome, Task, ingested
from pipeline.run import Job, read_records, run
from pipeline.spans import Text
from tests.handmade import record

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "cases" / "aggregate"
GOLD = ROOT / "corpora" / "gold" / "main"
LIGHT = 0.03  # share of the characters that a light edit touches


Edit = Callable[[str, random.Random], str]


class Document(NamedTuple):
    source: str
    text: str


@cache
def originals() -> tuple[Document, ...]:
    """Documents of the corpus that are no copy of another, as ingestion cleans them."""
    copies = set()
    for path in sorted(GOLD.glob("*.json")):
        if any(d.get("duplicate_of") for d in json.loads(path.read_text("utf-8"))["documents"]):
            copies.add(path.stem)
    found = []
    for path in sorted(GOLD.glob("*.txt")):
        if path.stem in copies:
            continue
        product = ingested(Task(path, path.name), Options())
        for part in product.parts:
            text = product.text(part).window(max(part.start, part.body_start), part.end).text
            if part.kind == "text" and len(text) >= 300:
                found.append(Document(f"{path.stem}.{part.start}.txt", text))
    return tuple(found)


def sketched(text: str, source: str, **fields: object) -> Sketch:
    made = sketch(record(text, source, **fields), Text(text))  # type: ignore[arg-type]
    assert made is not None
    return made


def passed(*documents: Document) -> dict[str, tuple[str | None, Overlap]]:
    """What the pass finds, by source: the source of the original, and all else."""
    with Collection() as collection:
        sketches = [sketched(d.text, d.source) for d in documents]
        for one in sketches:
            collection.add(one)
        overlaps = collection.overlaps()
    source_of = {one.doc_id: one.source for one in sketches}
    found = {one.source: overlaps[one.doc_id] for one in sketches}
    return {name: (source_of.get(o.duplicate_of or ""), o) for name, o in found.items()}


def planted(edit: Edit) -> tuple[float, float]:
    """Recall and precision over the corpus and an edited copy of each document."""
    copies = [Document("副本/" + d.source, edit(d.text, random.Random("副本/" + d.source))) for d in originals()]
    found = passed(*originals(), *copies)
    said = {name: original for name, (original, _) in found.items() if original}
    right = sum(name == "副本/" + original for name, original in said.items())
    return right / len(copies), right / len(said)


def lightly_edited(text: str, rng: random.Random) -> str:
    """Typing errors, other punctuation, an ending of its own."""
    letters = [rng.choice("的了在和是有") if rng.random() < LIGHT and c.isalpha() else c for c in text]
    return "".join(letters).replace("；", "。").replace("，", ", ") + "\n特此报告，请予审阅。"


def shortened(text: str, rng: random.Random) -> str:
    """A run of sentences, half the text long."""
    start = rng.randrange(len(text) // 2)
    return text[start : start + len(text) // 2]


def redacted(text: str, rng: random.Random) -> str:
    """Every number blotted out."""
    return re.sub(r"\d+(?:\.\d+)?", "xx", text)


@cache
def synonyms() -> dict[str, str]:
    lines = (CASES / "synonyms.tsv").read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if not line.startswith("#"))
    return dict(tuple(pair) for pair in pairs)


def spun(text: str, rng: random.Random) -> str:
    """Word by word in other words; clauses now and then with words put before them."""
    words = re.compile("|".join(sorted(synonyms(), key=lambda word: (-len(word), word))))
    other = words.sub(lambda m: synonyms()[m[0]], text)
    fillers = ("其间", "据此", "随后", "由此", "接着", "与此同时")
    return re.sub(r"[，、。；]", lambda m: m[0] + (rng.choice(fillers) if rng.random() < 0.7 else ""), other)


def reordered(text: str, rng: random.Random) -> str:
    """The sentences of every paragraph in another order."""
    paragraphs = []
    for paragraph in text.split("\n"):
        sentences = re.findall(r"[^。！？]*[。！？]|[^。！？]+$", paragraph)
        rng.shuffle(sentences)
        paragraphs.append("".join(sentences))
    return "\n".join(paragraphs)


def renumbered(text: str, rng: random.Random) -> str:
    """Every number another one, but for the years."""
    year = re.compile(r"(19|20)\d\d")
    return re.sub(r"\d+", lambda m: m[0] if year.fullmatch(m[0]) else str(int(m[0]) * 6 // 5 + rng.randint(1, 9)), text)


def spun_through_and_through(text: str, rng: random.Random) -> str:
    """Other words, other order, other numbers."""
    return renumbered(reordered(spun(text, rng), rng), rng)


def test_light_edits_are_found() -> None:
    recall, precision = planted(lightly_edited)
    assert recall >= 0.98
    assert precision >= 0.99


@pytest.mark.parametrize("edit", [shortened, redacted])
def test_shortened_and_redacted_copies_are_found(edit: Edit) -> None:
    recall, precision = planted(edit)
    assert recall >= 0.98
    assert precision >= 0.99


def test_spun_copies_are_found_although_they_share_few_shingles() -> None:
    import numpy as np

    def shingles(text: str) -> Any:
        return np.unique(grams(squeeze(text), SHINGLE))

    shares = [containment(shingles(d.text), shingles(spun(d.text, random.Random("副本/" + d.source)))) for d in originals()]
    assert sum(share < COPIED for share in shares) >= 0.8 * len(shares)
    recall, precision = planted(spun)
    assert recall >= 0.9
    assert precision >= 0.99


@pytest.mark.parametrize("edit", [lambda text, rng: renumbered(spun(text, rng), rng), spun_through_and_through])
def test_other_words_order_and_numbers_hide_no_copy(edit: Edit) -> None:
    recall, precision = planted(edit)
    assert recall >= 0.9
    assert precision >= 0.99


def test_unrelated_texts_of_the_genre_are_no_duplicates() -> None:
    assert len(originals()) > 100
    assert [name for name, (original, _) in passed(*originals()).items() if original] == []


@pytest.mark.parametrize("case", [json.loads(line) for line in (CASES / "retold.jsonl").read_text("utf-8").splitlines()])
def test_texts_in_other_words(case: dict[str, str | bool]) -> None:
    found = passed(Document("甲.txt", str(case["first"])), Document("乙.txt", str(case["second"])))
    original, overlap = found["乙.txt"]
    assert (original == "甲.txt") is case["same"]
    assert (overlap.warnings == ("near_duplicate",)) is case["same"]
    assert overlap.similarity is None or overlap.similarity < COPIED


def test_the_original_is_the_earliest_that_shares_enough() -> None:
    text = originals()[0].text
    found = passed(Document("b.txt", text), Document("a.txt", text + "完。"), Document("c.txt", text), originals()[5])
    assert [found[name][0] for name in ("b.txt", "a.txt", "c.txt")] == [None, "b.txt", "b.txt"]
    assert found["c.txt"][1].similarity == 1.0
    assert found["b.txt"][1] == Overlap(None, None, found["b.txt"][1].boilerplate)


def test_an_excerpt_of_a_long_text_is_found() -> None:
    whole = "\n".join(d.text for d in originals()[:12])
    excerpt = originals()[7].text[:200]
    assert passed(Document("a.txt", whole), Document("b.txt", excerpt))["b.txt"][0] == "a.txt"


def test_guides_are_left_out() -> None:
    text = originals()[0].text
    assert sketch(record(text, "指导.txt", doc_type="guide"), Text(text)) is None


def test_documents_without_text_repeat_nothing() -> None:
    found = passed(*(Document(f"{i}.txt", text) for i, text in enumerate(("", "。。", "第三份总结", "第三份总结", ""))))
    assert {overlap for _, overlap in found.values()} == {Overlap(None, None, 0.0)}


@pytest.mark.parametrize(("later", "swapped"), [(2012, True), (2011, False), (None, False)])
def test_last_years_text_under_another_year(later: int | None, swapped: bool) -> None:
    text = originals()[0].text
    years = (r.ReportYear(value=2011, basis="period"), r.ReportYear(value=later, basis="period" if later else None))
    with Collection() as collection:
        first, second = (sketched(text, f"{i}.txt", report_year=year) for i, year in enumerate(years))
        collection.add(first)
        collection.add(second)
        found = collection.overlaps()[second.doc_id]
    assert ("year_swapped" in found.warnings) is swapped
    filled = found.completed(record(text, "1.txt", warnings=(r.Warn(code="unsigned", start=0, end=0),)))
    assert filled.duplicate_of == first.doc_id
    assert [w.code for w in filled.warnings] == ["near_duplicate", "unsigned", *(["year_swapped"] if swapped else [])]


def test_new_figures_make_a_new_report_of_an_old_text() -> None:
    text = originals()[0].text
    rng = random.Random(7)
    other = re.sub(r"\d\d+", lambda m: "".join(rng.choice("123456789") for _ in m[0]), text)
    with Collection() as collection:
        for i, version in enumerate((text, other)):
            last = sketched(version, f"{i}.txt", report_year=r.ReportYear(value=2011 + i, basis="period"))
            collection.add(last)
        assert collection.overlaps()[last.doc_id].warnings == ("near_duplicate",)


def test_set_phrases_are_those_of_the_lexicon_and_those_of_five_sources() -> None:
    phrase = "坚持把职工拥护不拥护作为第一标准"
    tails = [d.text[:300] for d in originals()[:5]]
    shared = passed(*(Document(f"{i}.txt", phrase + tail) for i, tail in enumerate(tails)))
    alone = passed(*(Document(f"{i}.txt", phrase + tail) for i, tail in enumerate(tails[:4])))
    for name, (_, overlap) in alone.items():
        assert shared[name][1].boilerplate > overlap.boilerplate
    slogan = "高举邓小平理论重要思想伟大旗帜"
    assert set_phrases().findall(slogan) == ["高举邓小平理论", "重要思想伟大旗帜"]
    assert passed(Document("a.txt", slogan + "甲乙丙丁"))["a.txt"][1].boilerplate == 0.79


def test_one_source_that_repeats_itself_makes_no_set_phrase() -> None:
    phrase = "坚持把职工拥护不拥护作为第一标准"
    with Collection() as collection:
        made = []
        for i, original in enumerate(originals()[:6]):
            text = phrase + original.text[:300]
            made.append(sketch(record("·" * i + text, "合集.txt", i), Text(text)))
            assert made[-1] is not None
            collection.add(made[-1])
        overlaps = collection.overlaps()
    lexicon = [sum(b - a for a, b in m.phrased) / len(m.squeezed) for m in made if m]
    assert [overlaps[m.doc_id].boilerplate for m in made if m] == [round(share, 2) for share in lexicon]


def test_a_sketch_crosses_processes_unchanged() -> None:
    made = [sketched(d.text, d.source) for d in originals()[:20]]
    results = []
    for some in (made, [pickle.loads(pickle.dumps(one)) for one in made]):
        with Collection() as collection:
            for one in some:
                collection.add(one)
            results.append(collection.overlaps())
    assert results[0] == results[1]


def test_every_number_of_workers_finds_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for i, original in enumerate(originals()[:6]):
        (folder / f"{i}.txt").write_text(original.text, encoding="utf-8")
        (folder / f"9{i}.txt").write_text(lightly_edited(original.text, random.Random(i)), encoding="utf-8")
    outs = {}
    for workers in (1, 2, 4):
        out = tmp_path / f"out{workers}"
        report = run(Job(input=folder, out=out, workers=workers), work=work)
        assert report.warnings["near_duplicate"] == 6
        outs[workers] = (out / "records.jsonl").read_bytes() + (out / "tables" / "documents.csv").read_bytes()
    assert outs[1] == outs[2] == outs[4]
    found = {one.source: one for one in read_records(tmp_path / "out1")}
    for i in range(6):
        assert found[f"9{i}.txt"].duplicate_of == found[f"{i}.txt"].doc_id
        assert found[f"{i}.txt"].duplicate_of is None
        assert found[f"{i}.txt"].boilerplate is not None


def work(task: Task, options: Options) -> Outcome:
    """Stands in for the flow where no models are: one bare record a file, and its sketch."""
    one_thread_a_process()
    raw = task.path.read_text(encoding="utf-8")
    made = record(raw, task.name)
    found = sketch(made, Text(raw))
    return Outcome(
        source=task.name, text=raw, format="txt", encoding="utf-8", records=(made.model_dump_json(),),
        notes=(Note(made.doc_id, 0, made.doc_type, ()),), sketches=(found,) if found else (),
    )  # fmt: skip


@given(st.lists(st.sampled_from("甲乙丙丁")), st.lists(st.sampled_from("甲乙丙丁")))
def test_in_order_is_the_longest_common_subsequence(first: list[str], second: list[str]) -> None:
    rows = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            rows[i + 1][j + 1] = rows[i][j] + 1 if a == b else max(rows[i][j + 1], rows[i + 1][j])
    assert in_order(first, second) == rows[-1][-1]


@given(st.text(max_size=60), st.integers(1, 9))
def test_equal_runs_have_equal_numbers_and_others_do_not(text: str, size: int) -> None:
    found = [int(value) for value in grams(text, size)]
    runs = [text[i : i + size] for i in range(len(text) - size + 1)]
    assert len(found) == len(runs)
    assert len(set(found)) == len(set(runs))
