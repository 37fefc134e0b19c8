"""Copied passages and missing values: found where they were planted, on their places in the raw text, and nowhere else."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.aggregate.passages import LEAST_PASSAGE, Block, aligned_pairs, blocks, passages, places_of
from pipeline.aggregate.restored import proposals
from pipeline.aggregate.sketches import SHINGLE, Sketch, squeeze
from pipeline.ingest.clean import clean
from pipeline.records import Warn
from pipeline.spans import Text
from tests.aggregate.test_duplicates import originals, sketched

PLANTED = (60, 90, 160)  # characters of the clean text beyond what makes a passage


def lightly(text: str, rng: random.Random) -> str:
    return "".join(rng.choice("的了在和") if rng.random() < 0.02 else c for c in text)


def test_planted_passages_are_found_and_no_others() -> None:
    rng = random.Random(1)
    texts = [d.text for d in originals()]
    sketches = [sketched(d.text, d.source) for d in originals()]
    lenders = {}
    for i, text in enumerate(texts):
        start = rng.randrange(len(text) - LEAST_PASSAGE - max(PLANTED))
        stolen = lightly(text[start : start + LEAST_PASSAGE + rng.choice(PLANTED)], rng)
        host = texts[(i + 37) % len(texts)]
        lenders[len(sketches)] = {i, (i + 37) % len(texts)}
        sketches.append(sketched(host[:100] + stolen + host[100:], f"副本/{i}.txt"))
    found = {
        (a, b) for a, b, aligned in aligned_pairs(len(sketches), sketches.__getitem__) if passages(aligned, sketches[b].phrased)
    }
    wanted = {(i, no) for no, pair in lenders.items() for i in pair}
    right = len(found & wanted)
    assert right / len(wanted) >= 0.95
    assert right / len(found) >= 0.99


def test_a_passage_stands_at_its_place_in_the_raw_text() -> None:
    text = originals()[3].text[:200]
    raw = "﹡开头无关的话。\r\n" + "\r\n".join(text[i : i + 30] for i in range(0, 200, 30)) + "\r\n结尾。"
    first, second = sketched(text, "a.txt"), clean(raw)
    later = sketched(raw, "b.txt")
    ((_, _, aligned),) = aligned_pairs(2, [first, later].__getitem__)
    (found,) = passages(aligned)
    places = places_of(later)
    quoted = raw[places[found.b_start] : places[found.b_end - 1] + 1]
    assert squeeze(quoted) == squeeze(text)
    assert second.raw == raw


@given(st.text("甲乙丙丁，。 \n", max_size=80))
def test_every_squeezed_character_knows_its_place(text: str) -> None:
    made = sketched(text, "a.txt")
    assert [text[place] for place in places_of(made)] == list(made.squeezed)


def test_places_go_through_what_cleaning_changed() -> None:
    raw = "青龍(lóng)供電(diàn)所工會，慰問１２人"
    text = clean(raw)
    assert [raw[place] for place in text.starts()] == [raw[text.span(i, i + 1)[0]] for i in range(len(text))]


@given(st.text("甲乙丙丁", max_size=60), st.text("甲乙丙丁", max_size=60))
def test_blocks_are_equal_stretches_that_do_not_overlap(first: str, second: str) -> None:
    at = 0
    for block in blocks(first, second):
        assert block.length >= SHINGLE
        assert first[block.a : block.a + block.length] == second[block.b : block.b + block.length]
        assert block.b >= at
        at = block.b + block.length


@pytest.mark.parametrize("text", ["甲" * 20_000, "甲乙" * 10_000, "工会" * 3 + "工" * 20_000])
def test_a_text_that_repeats_itself_is_no_trap(text: str) -> None:
    assert blocks(text, text + "丙")[0] == Block(0, 0, len(text))


def warned(raw: str, *hidden: tuple[str, str]) -> list[Warn]:
    return [Warn(code=code, start=raw.index(quote), end=raw.index(quote) + len(quote)) for quote, code in hidden]  # type: ignore[arg-type]


def proposed(redacted: str, other: str, warnings: list[Warn], other_warnings: list[Warn]) -> list[tuple[str, str]]:
    first, second = sketched(redacted, "a.txt"), sketched(other, "b.txt")
    found = proposals(blocks(first.squeezed, second.squeezed), places_of(first), warnings, places_of(second), other_warnings)
    return [(redacted[p.start : p.end], other[p.other_start : p.other_end]) for p in found]


OPEN = "清泉小学工会现有会员46名，分成五个小组开展工作。春节走访困难职工周晓老师一家，送去慰问金3,500元，职工都说想得周到。"
REDACTED = "清泉小学工会现有会员xx名，分成五个小组开展工作。春节走访困难职工周**老师一家，送去慰问金____元，职工都说想得周到。"
HIDDEN = (("xx名", "redacted_count"), ("周**", "redacted_name"), ("____元", "redacted_count"))


def test_what_the_other_copy_has_is_proposed() -> None:
    warnings = warned(REDACTED, *HIDDEN)
    assert proposed(REDACTED, OPEN, warnings, []) == [("xx名", "46名"), ("周**", "周晓"), ("____元", "3,500元")]


def test_nothing_is_proposed_where_the_other_hides_it_too_or_nobody_says_that_something_is_missing() -> None:
    warnings = warned(REDACTED, *HIDDEN)
    assert proposed(REDACTED, OPEN, [], []) == []
    assert proposed(REDACTED, REDACTED.replace("xx", "yy"), warnings, warned(REDACTED, *HIDDEN)) == []
    other = "完全是另一篇文章，讲的是春游的事情，与前面那一篇没有一句话相同，自然什么也补不出来。"
    assert proposed(REDACTED, other, warnings, []) == []


def test_a_longer_difference_is_no_value() -> None:
    other = OPEN.replace("46名", "很多名，具体数字要等年底统计之后再向上级工会报告一共多少名")
    assert ("xx名", "46名") not in proposed(REDACTED, other, warned(REDACTED, *HIDDEN[:1]), [])
    assert proposed(REDACTED, other, warned(REDACTED, *HIDDEN[:1]), []) == []


@given(st.lists(st.integers(0, 60), max_size=6), st.randoms())
def test_proposals_quote_both_texts(cuts: list[int], rng: random.Random) -> None:
    redacted = "".join("x" if i in cuts else c for i, c in enumerate(OPEN))
    warnings = [Warn(code="redacted_count", start=i, end=i + 1) for i in sorted(set(cuts))]
    for hidden, value in proposed(redacted, OPEN, warnings, []):
        assert hidden
        assert value in OPEN


def test_the_sketch_is_that_of_the_text_it_was_made_from() -> None:
    make: Callable[[str, str], Sketch] = sketched
    assert make(OPEN, "a.txt").places != make(REDACTED, "a.txt").places
    assert Text(OPEN).starts() == list(range(len(OPEN)))


@pytest.mark.parametrize("texts", [(), ("",), ("甲", "甲"), ("", "。。", "工会总结"), ("会员46名工会会", "会员46名工会会")])
def test_texts_too_short_to_share_anything(texts: tuple[str, ...]) -> None:
    made = [sketched(text, f"{i}.txt") for i, text in enumerate(texts)]
    assert list(aligned_pairs(len(made), made.__getitem__)) == []


@given(st.lists(st.text("甲乙丙丁戊", max_size=40), max_size=5))
def test_any_texts_can_be_compared(texts: list[str]) -> None:
    made = [sketched(text, f"{i}.txt") for i, text in enumerate(texts)]
    for earlier, later, aligned in aligned_pairs(len(made), made.__getitem__):
        assert earlier < later
        assert all(block.length >= SHINGLE for block in aligned)
