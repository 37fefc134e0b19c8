"""Text, Fix and Edit: the map between clean and raw holds whatever is composed onto it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.spans import Edit, Fix, Text

RAW = st.text(alphabet="工会(huì)１，\r\n a", max_size=30)
NEW = st.sampled_from(["", "x", "xy", "xyz"])


@st.composite
def cuts(draw: st.DrawFn, length: int) -> list[tuple[int, int, str]]:
    """Sorted disjoint spans below ``length``, each with a replacement."""
    marks = sorted(draw(st.lists(st.integers(0, length), max_size=8)))
    return [(a, b, draw(NEW)) for a, b in zip(marks[::2], marks[1::2], strict=False)]


@st.composite
def texts(draw: st.DrawFn) -> Text:
    raw = draw(RAW)
    return Text(raw, [Fix(a, b, new, "first") for a, b, new in draw(cuts(len(raw)))])


def replaced(text: str, edits: list[Edit]) -> str:
    """What the edits must yield, computed without any map."""
    out, at = [], 0
    for edit in edits:
        out += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*out, text[at:]])


@given(texts())
def test_every_clean_character_maps_into_the_raw_text_and_in_order(text: Text) -> None:
    spans = [text.span(i, i + 1) for i in range(len(text))]
    assert all(0 <= a <= b <= len(text.raw) for a, b in spans)
    assert spans == sorted(spans)


@given(texts())
def test_unfixed_characters_quote_themselves(text: Text) -> None:
    fixed = {i for fix in text.fixes for i in range(fix.start, fix.end)}
    for i, char in enumerate(text.text):
        a, b = text.span(i, i + 1)
        if b - a == 1 and a not in fixed:
            assert text.quote(i, i + 1) == char


@given(texts())
def test_the_fixes_alone_rebuild_the_clean_text(text: Text) -> None:
    assert replaced(text.raw, [Edit(*fix) for fix in text.fixes]) == text.text


@given(texts(), st.data())
def test_edited_equals_plain_replacement_and_keeps_fixes_sorted(text: Text, data: st.DataObject) -> None:
    edits = [Edit(a, b, new, "second") for a, b, new in data.draw(cuts(len(text)))]
    after = text.edited(edits)
    assert after.text == replaced(text.text, edits)
    assert all(one.end <= two.start for one, two in zip(after.fixes, after.fixes[1:], strict=False))
    for i in range(len(after)):
        a, b = after.span(i, i + 1)
        assert 0 <= a <= b <= len(text.raw)


@given(texts(), st.data())
def test_a_window_between_fixes_is_the_same_text(text: Text, data: st.DataObject) -> None:
    inside = {i for fix in text.fixes for i in range(fix.start + 1, fix.end)}
    free = [i for i in range(len(text.raw) + 1) if i not in inside]
    start, end = sorted((data.draw(st.sampled_from(free)), data.draw(st.sampled_from(free))))
    window = text.window(start, end)
    assert window.text == replaced(
        text.raw[start:end],
        [Edit(f.start - start, f.end - start, f.text, f.kind) for f in text.fixes if start <= f.start and f.end <= end],
    )


@given(texts())
def test_clean_at_undoes_span(text: Text) -> None:
    deleted_or_whole = [fix for fix in text.fixes if len(fix.text) != fix.end - fix.start]
    for i in range(len(text)):
        a, b = text.span(i, i + 1)
        if b - a == 1 and not any(fix.start <= a < fix.end or fix.start == fix.end == a for fix in deleted_or_whole):
            assert text.clean_at(a) == i


@pytest.mark.parametrize(
    ("raw", "fixes", "edits", "clean"),
    [
        ("工會說話", [Fix(1, 4, "会说话", "traditional")], [Edit(2, 3, "", "junk")], "工会话"),
        ("工會說話", [Fix(1, 4, "会说话", "traditional")], [Edit(0, 2, "公会", "x")], "公会说话"),
        ("万元", [Fix(0, 1, "10000", "x")], [Edit(1, 3, "·", "y")], "1·00元"),
        ("万元", [Fix(0, 1, "10000", "x")], [Edit(1, 2, "a", "y"), Edit(3, 4, "b", "y")], "1a0b0元"),
        ("工(hui)会", [Fix(1, 6, "", "inline_pinyin")], [Edit(0, 2, "公会", "x")], "公会"),
        ("工会", [Fix(1, 1, "・", "x")], [Edit(1, 2, "-", "y")], "工-会"),
    ],
)  # fmt: skip
def test_edits_that_cut_through_fixes(raw: str, fixes: list[Fix], edits: list[Edit], clean: str) -> None:
    assert Text(raw, fixes).edited(edits).text == clean


@pytest.mark.parametrize("edits", [[Edit(2, 3, "", "x"), Edit(1, 2, "", "x")], [Edit(2, 1, "", "x")], [Edit(0, 9, "", "x")]])
def test_impossible_edits_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="edits overlap"):
        Text("工会工作").edited(edits)


def test_overlapping_fixes_are_refused() -> None:
    with pytest.raises(ValueError, match="fixes overlap"):
        Text("工会工作", [Fix(0, 2, "a", "x"), Fix(1, 3, "b", "x")])
