"""The report's files: escaped, masked, in JavaScript's offsets, the same every time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.aggregate import mask
from pipeline.aggregate.resemblances import Resemblance, Side
from pipeline.labels import messages
from pipeline.records import Date, ItemScore, Record, Warn
from pipeline.report.overview import far_off
from pipeline.report.page import Units
from pipeline.report.site import HERE
from pipeline.report.words import PAGES
from tests.report.planted import AIDED, BANK_CARD, ID_CARD, MARKUP, PHONE, PLAIN, WIDE, chunk, everything, plain, site, wide


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return site(tmp_path_factory.mktemp("site"), (wide(), plain()))


def utf16(text: str, start: int, end: int) -> str:
    """What JavaScript's ``slice`` yields."""
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")


def test_no_markup_of_a_document_reaches_a_page(report: Path) -> None:
    for name, text in everything(report).items():
        if name.endswith(".html"):
            scripts = re.findall(r"<script[^>]*>", text)
            assert all(re.fullmatch(r'<script src="[\w./]+\.js">', tag) for tag in scripts), name
            assert 'onerror="' not in text, name
        if name.startswith(("docs/", "data/")):
            assert "<" not in text, name
            assert "\u2028" not in text, name


def test_a_page_asks_for_nothing_from_outside(report: Path) -> None:
    for name, text in everything(report).items():
        if name == "chart.umd.min.js":
            text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)  # whose it is, and where its licence is
        assert not re.search(r"https?:|(?:src|href)=\"//|@import|url\(", text), name


def side(record: Record, start: int, end: int, text: str) -> Side:
    """One side of a resemblance, kept before anybody knew whom to mask."""
    unit, year = record.unit.name, record.report_year.value
    return Side(
        doc_id=record.doc_id, source=record.source, unit=unit, year=year, start=start, end=end, line=1, text=text, masked=text
    )


def test_an_aided_person_is_nowhere_nor_is_a_private_number(report: Path) -> None:
    for name, text in everything(report).items():
        if name == "chart.umd.min.js":
            continue  # another's file, whose alphabet of digits holds many numbers
        squeezed = "".join(text.replace("\\n", "").split())
        assert AIDED not in squeezed, name
        assert "翀" not in squeezed, name
        for number in (PHONE, ID_CARD, BANK_CARD.replace(" ", "")):
            assert number[-6:] not in squeezed, name


def test_a_name_in_a_file_name_is_masked_too(tmp_path: Path) -> None:
    for name, text in everything(site(tmp_path, (wide(f"看望{AIDED}.txt"), plain()))).items():
        assert "翀" not in text + name


def test_names_are_shown_when_the_operator_says_so(tmp_path: Path) -> None:
    report = site(tmp_path, (wide(), plain()), show_names=True)
    data = chunk(report / "docs" / f"{wide().doc_id}.js")
    assert data["text"] == WIDE
    assert "请留存内部" in (report / "index.html").read_text("utf-8")


def test_masking_keeps_offsets_and_lines(report: Path) -> None:
    text = chunk(report / "docs" / f"{wide().doc_id}.js")["text"]
    assert len(text) == len(WIDE)
    assert [i for i, c in enumerate(text) if c.isspace()] == [i for i, c in enumerate(WIDE) if c.isspace()]


@pytest.mark.parametrize("record", [wide(), plain()], ids=["wide", "plain"])
def test_offsets_are_those_of_javascript(tmp_path: Path, record: Record) -> None:
    report = site(tmp_path, (record,), show_names=True)
    data = chunk(report / "docs" / f"{record.doc_id}.js")
    raw = WIDE if record.title and record.title.startswith("𬁶") else PLAIN
    for kind, findings in data["kinds"].items():
        for shown, finding in zip(findings, getattr(record, kind), strict=True):
            assert utf16(data["text"], *shown["at"]) == finding.quote
    assert record.coverage
    for shown, scored in zip(data["score"]["items"], record.coverage.items.values(), strict=True):
        assert [utf16(data["text"], *span) for span in shown["evidence"]] == [raw[a:b] for a, b in scored.evidence]


@given(st.text(alphabet="a工𬁶😀\n"), st.data())
def test_units_count_as_utf_16_does(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    assert Units(text)(at) == len(text[:at].encode("utf-16-le")) // 2


@given(st.text(alphabet="欧阳小翀 老师\n1380(a)"), st.sampled_from([frozenset(), frozenset({AIDED, "阳小"})]))
def test_veiling_keeps_length_and_blanks(text: str, names: frozenset[str]) -> None:
    veiled = mask.veiled(text, names, [(0, min(2, len(text)))])
    assert len(veiled) == len(text)
    assert all(a == b for a, b in zip(text, veiled, strict=True) if a.isspace())
    assert all(b in (a, mask.MARK) for a, b in zip(text, veiled, strict=True))


def test_the_same_records_make_the_same_bytes(report: Path, tmp_path: Path) -> None:
    again = everything(site(tmp_path, (wide(), plain())))
    assert again == everything(report)
    assert str(tmp_path) not in "".join(again.values())


def test_the_overview_counts_what_the_unit_itself_has_done(tmp_path: Path) -> None:
    record = plain()
    staff = record.counts[0]
    planned = plain("乙.txt").model_copy(update={"counts": (staff.model_copy(update={"status": "planned", "value": 99.0}),)})
    area = plain("丙.txt").model_copy(update={"counts": (staff.model_copy(update={"scope": "area", "value": 98.0}),)})
    figures = chunk(site(tmp_path, (record, planned, area)) / "data" / "figures.js")
    assert [[row[2] for row in entry["rows"]] for entry in figures.values()] == [[46.0]]


def test_one_document_speaks_for_a_unit_and_year(tmp_path: Path) -> None:
    part = plain("半年.txt")
    year = plain("全年.txt").model_copy(update={"period": wide().period, "doc_id": "f" * 16})
    units = chunk(site(tmp_path, (part, year)) / "data" / "units.js")
    assert [row[2] for row in units["rows"]] == [year.doc_id]


def test_a_duplicate_is_listed_and_counts_nowhere(tmp_path: Path) -> None:
    first, copy = plain(), plain("抄.txt", unit="另一小学")
    copy = copy.model_copy(update={"duplicate_of": first.doc_id, "similarity": 0.97})
    report = site(tmp_path, (first, copy))
    assert len(chunk(report / "data" / "units.js")["rows"]) == 1
    (row,) = chunk(report / "data" / "copies.js")
    assert (row[0], row[4], row[10]) == (copy.doc_id, first.doc_id, 0.97)


def test_who_has_whose_text_is_told_with_the_archive_and_masked(tmp_path: Path) -> None:
    record, earlier = wide(), plain()
    start = WIDE.index("看望患病")
    end = start + len(f"看望患病的{AIDED}老师")
    here = side(record, start, end, WIDE[start:end])
    archived = here.model_copy(update={"doc_id": "a" * 16, "source": f"看望{AIDED}.txt", "archive": "往年", "unit": MARKUP})
    alike = (
        Resemblance(kind="retold", here=here, other=side(earlier, 0, 0, ""), similarity=0.4, year_swapped=True),
        Resemblance(kind="passage", here=here, other=archived, same=9),
        Resemblance(kind="restored", here=here.model_copy(update={"start": 0, "end": 2}), other=archived, code="redacted_name"),
    )
    hidden = record.model_copy(update={"warnings": (Warn(code="redacted_name", start=0, end=2),)})
    report = site(tmp_path, (hidden, earlier), resemblances=alike)
    rows = chunk(report / "data" / "copies.js")
    assert [(row[0], row[4], row[8], row[11:]) for row in rows] == [
        (record.doc_id, earlier.doc_id, None, [True, 0, 0]),
        (record.doc_id, "a" * 16, "往年", [False, 1, 9]),
    ]
    assert chunk(report / "docs" / f"{'a' * 16}.js")["text"] == "看望患病的欧***老师"
    assert chunk(report / "docs" / f"{record.doc_id}.js")["warnings"][0][3] == [["看望患病的欧***老师", "a" * 16]]
    for name, text in everything(report).items():
        assert "翀" not in text, name
        assert not name.startswith(("docs/", "data/")) or "<" not in text, name


def test_what_does_not_agree_leads_to_both_places(tmp_path: Path) -> None:
    first = plain("甲.txt")
    staff = first.counts[0].model_copy(update={"value": 64.0})
    second = plain("乙.txt").model_copy(update={"counts": (staff,)})
    (row,) = chunk(site(tmp_path, (first, second)) / "data" / "conflicts.js")
    assert row[:3] == ["清泉小学", 2012, "staff"]
    assert [(value, doc_id, PLAIN[start:end]) for value, _, _, doc_id, start, end in row[5]] == [
        (46, first.doc_id, "46人"),
        (64, second.doc_id, "46人"),
    ]


def test_who_sent_nothing_is_named(report: Path) -> None:
    page = (report / "index.html").read_text("utf-8")
    silence = page[page.index('id="h-silence"') : page.index('id="h-nameless"')]
    assert "未报小学" in silence
    assert "𬁶水小学" not in silence


def test_english_pages_have_english_words(tmp_path: Path) -> None:
    report = site(tmp_path, (plain(),), lang="en")
    page = (report / "index.html").read_text("utf-8")
    assert '<html lang="en">' in page
    assert "Coverage by unit" in page
    own = re.sub(r"清泉小学工会2012年工作总结|清泉小学|未报小学|𬁶水小学|空", "", page)
    assert not re.findall(r"[\u4e00-\u9fff]+", own)


def test_a_run_without_documents_has_a_report_all_the_same(tmp_path: Path) -> None:
    assert (site(tmp_path, ()) / "index.html").is_file()


def test_a_finding_that_no_page_can_show_wrongly(tmp_path: Path) -> None:
    odd = plain().model_copy(update={"dates": (Date(start=0, end=2, text="清泉", norm=MARKUP),)})
    assert "<" not in (site(tmp_path, (odd,)) / "docs" / f"{odd.doc_id}.js").read_text("utf-8")


def test_a_figure_far_from_the_others_is_marked() -> None:
    assert far_off([40, 50, 60, 45, 55, 5000]) == [False] * 5 + [True]
    assert far_off([1, 1000]) == [False, False]
    assert far_off([]) == []
    assert far_off([0, 40, 50, 60, 45, 55]) == [False] * 6


def test_every_word_that_a_page_says_is_there_once_and_in_both_languages() -> None:
    words = messages(PAGES)
    keys = re.findall(r"^(\w+):$", PAGES.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(keys) == sorted(words)
    for code, texts in words.items():
        assert set(texts) == {"zh", "en"}, code
        assert len({frozenset(re.findall(r"{(\w+)", text)) for text in texts.values()}) == 1, code
    said = {
        code
        for pattern, files in ((r"\bsay\.(\w+)", "static/*.js"), (r'words\([\'"](\w+)[\'"][,)]', "templates/*.html"))
        for path in HERE.glob(files)
        if path.name != "chart.umd.min.js"
        for code in re.findall(pattern, path.read_text(encoding="utf-8"))
    }
    assert len(said) > 80
    assert said <= set(words)
    by_code = ("level_", "priority_", "sent_", "fact_")
    loose = {code for code in words if code not in said and not code.startswith(by_code)}
    spoken = {"scores", "activities_by_month", "month", "overview", "documents", "figures", "masked_note", "clear_note"}
    assert loose <= spoken, "nobody says it any more"


def test_an_item_of_the_offices_own_has_its_column_and_may_say_anything(tmp_path: Path) -> None:
    record = plain()
    assert record.coverage
    own = ItemScore(level=2, points=3.0, evidence=((0, 4),), reason="specific")
    ours = record.model_copy(
        update={"coverage": record.coverage.model_copy(update={"items": {**record.coverage.items, MARKUP: own}})}
    )
    report = site(tmp_path, (ours, plain("乙.txt", unit="乙小学")))
    units = chunk(report / "data" / "units.js")
    assert units["items"][-1] == MARKUP
    assert [row[4][-1][0] for row in units["rows"]] == [None, 2]
    assert "<" not in (report / "data" / "units.js").read_text("utf-8")
