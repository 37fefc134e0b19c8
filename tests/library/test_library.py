"""What ``import pipeline`` gives: the examples of its docstrings, typed tables, marked texts, errors that say what to do."""

from __future__ import annotations

import doctest
import html
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import pipeline
from pipeline import frames, library
from pipeline.errors import CannotRun, SourceError
from pipeline.highlight import TINTS, highlighted, stretches
from pipeline.records import FINDING_KINDS, Failure
from tests.handmade import found, record

TEXT = "清泉小学工会2011年工作总结\n一、抓学习\n3月8日，组织女教师46人学习《工会法》<script>。\n清泉小学工会\n2011年12月30日\n"


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> pipeline.Run:
    home = tmp_path_factory.mktemp("run")
    (home / "in").mkdir()
    (home / "in" / "甲.txt").write_text(TEXT, encoding="utf-8")
    (home / "in" / "空.txt").write_text("", encoding="utf-8")
    return pipeline.run(home / "in", home / "out")


@pytest.mark.parametrize("module", [library, frames], ids=lambda m: m.__name__)
def test_the_examples_of_the_docstrings_hold(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize("first", ["pipeline.run", "pipeline.cli", "pipeline.records", "pipeline"])
def test_pipeline_run_is_the_function_whatever_is_imported_first(first: str) -> None:
    code = f"import {first}; import pipeline; from pipeline.run import Job; print(pipeline.run.__module__)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "pipeline.library"


def test_a_run_is_loaded_with_typed_tables(done: pipeline.Run) -> None:
    again = pipeline.load_run(done.path)
    events, documents = again["events"], again["documents"]
    assert events["participants"].dtype == pd.Int64Dtype()
    assert events["needs_check"].dtype == pd.BooleanDtype()
    assert again["figures"]["value"].dtype == pd.Float64Dtype()
    assert documents["year"].tolist() == [2011]
    assert documents["signed_date"].tolist() == ["2011-12-30"]
    assert documents["signed_date_day"].tolist() == [pd.Timestamp(2011, 12, 30)]
    assert documents["period_start_day"].tolist() == [pd.Timestamp(2011, 1, 1)]
    assert set(again.tables) == set(again.names) >= {"documents", "events", "coverage"}
    with pytest.raises(KeyError, match="events"):
        again["evnets"]


def test_a_run_gives_back_its_records_texts_and_failures(done: pipeline.Run) -> None:
    (document,) = done.documents()
    assert document.raw == TEXT
    assert document.text == TEXT.rstrip()
    assert done.document(document.record.doc_id).record == document.record
    with pytest.raises(KeyError):
        done.document("0" * 16)
    assert [(f.source, f.kind) for f in done.failures()] == [("空.txt", "empty")]
    assert done.noise() == []
    assert "2 files, 1 documents" in repr(done)


def test_a_folder_that_holds_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="not_a_run"):
        pipeline.load_run(tmp_path)


def test_read_gives_all_products_and_says_what_failed(done: pipeline.Run) -> None:
    folder = done.path.parent / "in"
    (document,) = pipeline.read(folder / "甲.txt")
    assert document.ingested is not None
    assert document.outlined is not None
    assert "".join(t.text for t in document.outlined.tokens) == document.ingested.text(document.outlined.part).text
    assert "summary" in repr(document)
    with pytest.raises(SourceError, match="empty"):
        pipeline.read(folder)
    failures: list[Failure] = []
    assert len(pipeline.read(folder, failures=failures)) == 1
    assert [f.kind for f in failures] == ["empty"]
    with pytest.raises(CannotRun, match="input_missing"):
        pipeline.read(folder / "乙.txt")


def test_a_highlight_is_the_text_escaped_and_coloured_by_kind(done: pipeline.Run) -> None:
    (document,) = done.documents()
    shown = document.highlight()
    assert document._repr_html_() == shown._repr_html_() == shown
    assert "<script>" not in shown
    body = shown.partition("pre-wrap")[2].partition(">")[2]
    assert html.unescape(re.sub(r"<[^>]*>", "", body)) == TEXT.rstrip()
    assert f'background:{TINTS["works"]};color:#000;padding:0" title="' in shown
    only = document.highlight("dates", lang="en")
    assert set(re.findall(r"background:(#\w+)", only)) == {TINTS["dates"]}
    assert ">dates</span>" in only
    with pytest.raises(ValueError, match="dates"):
        document.highlight("days")


def test_a_finding_within_another_has_the_colour_and_both_are_told() -> None:
    raw = "3月8日组织46人学习。"
    made = record(raw, counts=[found("counts", raw, "46人", value=46, unit="人")],
                  events=[found("events", raw, "组织46人学习", type="training", status="held")])  # fmt: skip
    pieces = [(raw[a:b], [kind for kind, _ in inside]) for a, b, inside in stretches(made, list(made.findings()))]
    assert pieces == [("3月8日", []), ("组织", ["events"]), ("46人", ["events", "counts"]), ("学习", ["events"]), ("。", [])]
    mark = re.search(r"<mark[^>]*>46人", highlighted(made, raw, (), "en"))
    assert mark
    assert TINTS["counts"] in mark[0]
    assert "training" in mark[0]
    assert "value=46" in mark[0]


def test_every_kind_has_a_colour_of_its_own() -> None:
    assert len(set(TINTS.values())) == len(FINDING_KINDS)


def test_dates_that_are_no_day_of_the_calendar_are_no_day(tmp_path: Path) -> None:
    wanted = {"2011": "2011-01-01", "2011-02-30": None, "XXXX-05": None, "2011-09/2012-01": "2011-09-01", None: None}
    path = tmp_path / "events.parquet"
    pd.DataFrame({"event_date": list(wanted)}).to_parquet(path)
    days = frames.frame(path)["event_date_day"]
    assert [None if pd.isna(day) else day.strftime("%Y-%m-%d") for day in days] == list(wanted.values())


def test_plots_have_chinese_glyphs() -> None:
    import matplotlib as mpl
    from matplotlib import font_manager
    from matplotlib.ft2font import FT2Font

    from pipeline.plots import FAMILY, chinese_plots

    with mpl.rc_context():
        chinese_plots()
        file = font_manager.findfont(FAMILY, fallback_to_default=False)
        assert mpl.rcParams["font.family"] == [FAMILY]
    glyphs = FT2Font(file).get_charmap()
    assert all(ord(c) in glyphs for c in "工会教职工代表大会𬱖·“”")
