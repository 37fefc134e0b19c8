"""The last pass: how it is cut, and who works it off, changes nothing; what is too long is cut short in the open."""

from __future__ import annotations

import os
from pathlib import Path

import openpyxl
import pytest

from pipeline.aggregate import duplicates, register, shuffle, tabulate
from pipeline.engine import Crew
from pipeline.errors import CannotRun
from pipeline.labels import label
from pipeline.run import Job, read_records, rebuild_report, run
from pipeline.settings import settings
from tests.benchmarks import generated
from tests.handmade import bare
from tests.report.planted import chunk
from tests.run.test_resume import final

COUNT = 40


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "in"
    generated.write(root, COUNT)
    for path in sorted(root.rglob("*2019.txt"))[:5]:
        text = path.read_text(encoding="utf-8")
        (path.parent / f"再{path.name}").write_text(text.replace("2019", "2020"), encoding="utf-8")
    return root


def test_neither_the_cut_nor_the_workers_change_anything(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = run(Job(input=folder, out=tmp_path / "whole"), work=bare)
    assert report.warnings["near_duplicate"] == 5
    assert report.warnings["year_swapped"] > 0
    for module, name in (
        (duplicates, "RANGE"),
        (tabulate, "PART"),
        (tabulate, "ALIKE"),
        (tabulate, "SAMPLED"),
        (register, "SLICE"),
    ):
        monkeypatch.setattr(module, name, 1 if name == "SAMPLED" else 4)
    for workers in (1, 2):
        run(Job(input=folder, out=tmp_path / f"cut{workers}", workers=workers), work=bare)
    whole, cut, pooled = (final(tmp_path / name) for name in ("whole", "cut1", "cut2"))
    assert cut == pooled
    groups = {name for name in whole if name.endswith(".parquet") or name == "manifest.json"}  # rows in other groups
    assert {name for name in whole if whole[name] != cut.get(name)} <= groups
    assert whole.keys() == cut.keys()


def test_few_keys_a_part_find_the_same(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(Job(input=folder, out=tmp_path / "one"), work=bare)
    monkeypatch.setattr(duplicates, "KEYS_A_PART", 300)
    run(Job(input=folder, out=tmp_path / "many"), work=bare)
    assert final(tmp_path / "one") == final(tmp_path / "many")


def test_pairs_come_together_whatever_the_cut(tmp_path: Path) -> None:
    import numpy as np

    keys = np.array([9, 2, 2**63, 2, 2**64 - 1, 9, 2], dtype=np.uint64)
    owners = np.array([0, 1, 2, 3, 4, 5, 6], dtype=np.uint32)
    found = []
    for parts in (1, 3, 8):
        edges = shuffle.even_edges(parts)
        for i, part in enumerate((slice(0, 4), slice(4, 7))):
            shuffle.write_cuts(tmp_path / str(i), keys[part], owners[part], edges)
        cuts = [shuffle.read_cut([tmp_path / "0", tmp_path / "1"], part, parts) for part in range(parts)]
        found.append([int(pair) for cut in cuts for pair in shuffle.earliest_with_others(*cut)])
    assert found == [[1 << 32 | 3, 1 << 32 | 6, 5]] * 3


def test_of_a_crowd_only_the_first_are_compared() -> None:
    import numpy as np

    keys, owners = np.zeros(6, dtype=np.uint64), np.arange(6, dtype=np.uint32)
    pairs = [int(pair) for batch in shuffle.with_earlier(keys, owners, crowd=3, of_crowd=1) for pair in batch]
    assert sorted((pair >> 32, pair & 0xFFFFFFFF) for pair in pairs) == [(1, 0), (2, 0), (2, 1), (3, 0), (4, 0), (5, 0)]


def dies(place: Path, times: int, value: int) -> int:
    """A task that ends its process the first ``times`` that it is tried."""
    tried = len(list(place.glob(f"{value}-*")))
    if tried < times:
        (place / f"{value}-{tried}").touch()
        os._exit(3)
    return value


def test_a_task_whose_process_dies_is_tried_again(tmp_path: Path) -> None:
    with Crew(workers=2) as crew:
        assert list(crew.spread(dies, [(tmp_path, 1 if i == 1 else 0, i) for i in range(4)])) == [0, 1, 2, 3]
        with pytest.raises(CannotRun, match="step_failed"):
            list(crew.spread(dies, [(tmp_path, 9, 7), (tmp_path, 0, 8)]))


def test_what_is_too_long_for_workbook_and_report_is_said(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGHUI_WORKBOOK_ROWS", "7")
    monkeypatch.setenv("GONGHUI_REPORT_DOCUMENTS", "6")
    settings.cache_clear()
    try:
        run(Job(input=folder, out=tmp_path / "out"), work=bare)
        rebuild_report(tmp_path / "out", lang="en")
    finally:
        settings.cache_clear()
    records = list(read_records(tmp_path / "out"))
    book = openpyxl.load_workbook(tmp_path / "out" / "tables" / "workbook.xlsx")
    assert book[label("table", "documents")].max_row == 8
    lacking = [[cell.value for cell in row] for row in book["未列全的表"].iter_rows(min_row=2)]
    assert [label("table", "documents"), 7, len(records), "tables/documents.csv"] in lacking
    assert len((tmp_path / "out" / "tables" / "documents.csv").read_text("utf-8-sig").splitlines()) == len(records) + 1
    report = tmp_path / "out" / "report"
    assert [row[0] for row in chunk(report / "data" / "documents.js")] == [one.doc_id for one in records[:6]]
    assert len(list((report / "docs").iterdir())) == 6
    assert f"the first 6 of {len(records)}" in (report / "index.html").read_text("utf-8")
