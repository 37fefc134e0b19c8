"""The workbook: the cells of the CSV, typed; what marks a doubtful row; nothing that a spreadsheet runs; opens in LibreOffice."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline import records as r
from pipeline.aggregate import ledgers, workbook
from pipeline.aggregate.export import ALL_TABLES
from pipeline.errors import ResourceError
from pipeline.ingest.office import libreoffice
from pipeline.labels import label
from tests.aggregate.test_tables import exported, full

__all__ = ["full"]


def sheet_rows(path: Path, name: str) -> list[list[Any]]:
    return [list(row) for row in openpyxl.load_workbook(path)[name].iter_rows(values_only=True)]


def csv_rows(folder: Path, name: str) -> list[list[str]]:
    text = (folder / "tables" / f"{name}.csv").read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def same(cell: Any, text: str) -> bool:
    """Whether a typed cell says what the CSV says; there a text that looks like a formula has an apostrophe before it."""
    if cell is None:
        return text == ""
    if isinstance(cell, int | float):
        return float(text) == cell
    return str(cell) in (text, text.removeprefix("'"))


def test_each_table_is_a_sheet_with_the_cells_of_its_csv(tmp_path: Path, full: r.Record) -> None:
    exported(tmp_path, full)
    book = openpyxl.load_workbook(tmp_path / "tables" / "workbook.xlsx")
    assert book.sheetnames == [label("table", t.name) for t in ALL_TABLES] + ["栏目说明"]
    for table in ALL_TABLES:
        sheet = book[label("table", table.name)]
        rows = csv_rows(tmp_path, table.name)
        assert sheet.max_row == len(rows)
        for got, expected in zip(sheet.iter_rows(values_only=True), rows, strict=True):
            assert all(same(cell, text) for cell, text in zip(got, expected, strict=True)), (got, expected)
        assert sheet.freeze_panes is not None
        assert sheet.auto_filter.ref
        assert all(dimension.width >= workbook.NARROW for dimension in sheet.column_dimensions.values())
    assert type(book["数据明细"]["C2"].value) is int
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}


def test_a_doubtful_row_is_highlighted_by_its_own_cell(tmp_path: Path, full: r.Record) -> None:
    exported(tmp_path, full)
    book = openpyxl.load_workbook(tmp_path / "tables" / "workbook.xlsx")
    sheet = book["数据明细"]
    (rules,) = [rules for found in sheet.conditional_formatting for rules in [found.rules]]
    column = openpyxl.utils.get_column_letter([c.value for c in sheet[1]].index("待核") + 1)
    assert rules[0].formula == [f'${column}2="是"']


def test_the_last_sheet_explains_every_column(tmp_path: Path, full: r.Record) -> None:
    exported(tmp_path, full)
    rows = sheet_rows(tmp_path / "tables" / "workbook.xlsx", "栏目说明")
    assert rows[0] == ["表", "栏目", "含义", "代码"]
    assert len(rows) - 1 == sum(len(table.columns) for table in ALL_TABLES)
    assert all(cell for row in rows for cell in row)


def test_the_same_rows_give_the_same_bytes(tmp_path: Path, full: r.Record) -> None:
    files = []
    for name in ("a", "b"):
        exported(tmp_path / name, full)
        files.append([(tmp_path / name / "tables" / f).read_bytes() for f in ("workbook.xlsx", "blank_ledgers.xlsx")])
    assert files[0] == files[1]
    assert not list((tmp_path / "a" / "tables").glob("tmp*")), "no scratch files are left"


def test_a_table_that_is_too_long_goes_on_in_another_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LAST_ROW", 2)
    table = next(t for t in ALL_TABLES if t.name == "summary")
    with workbook.Workbook(tmp_path / "long.xlsx", [table]) as book:
        for i in range(5):
            book.write("summary", [i] + [None] * (len(table.columns) - 1))
    found = openpyxl.load_workbook(tmp_path / "long.xlsx")
    assert found.sheetnames == ["全区汇总", "全区汇总(2)", "全区汇总(3)", "栏目说明"]
    assert [sheet.cell(row, 1).value for sheet in found.worksheets[:3] for row in range(2, sheet.max_row + 1)] == [0, 1, 2, 3, 4]


def test_blank_ledgers_are_ready_to_be_filled_in(tmp_path: Path) -> None:
    ledgers.write_ledgers(tmp_path / "l.xlsx")
    book = openpyxl.load_workbook(tmp_path / "l.xlsx")
    assert book.sheetnames == ["填表说明", *ledgers.ledgers()]
    assert "请勿外发" in book["填表说明"]["A4"].value
    for name, columns in ledgers.ledgers().items():
        sheet = book[name]
        assert [cell.value for cell in sheet[1]] == list(columns)
        assert sheet.max_row == 1
        choices = sum(isinstance(kind, list) for kind in columns.values())
        assert len(sheet.data_validations.dataValidation) == choices


def test_a_wrong_ledger_names_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "名册:\n  姓名: text\n  年龄: years\n"
    monkeypatch.setattr("pipeline.resources.read_text", lambda name: text)
    monkeypatch.setattr("pipeline.resources.yaml", lambda name: {"名册": {"姓名": "text", "年龄": "years"}})
    with pytest.raises(ResourceError) as caught:
        ledgers.ledgers()
    assert caught.value.params["line"] == 3


def test_no_external_link_and_no_macro_is_in_the_workbook(tmp_path: Path, full: r.Record) -> None:
    exported(tmp_path, full)
    for name in ("workbook.xlsx", "blank_ledgers.xlsx"):
        with zipfile.ZipFile(tmp_path / "tables" / name) as archive:
            for part in archive.namelist():
                assert "vba" not in part.lower()
                assert b'TargetMode="External"' not in archive.read(part)
                assert b"<f>" not in archive.read(part)


@pytest.mark.needs_libreoffice
@pytest.mark.slow
def test_libreoffice_opens_it_and_sees_the_same(tmp_path: Path, full: r.Record) -> None:
    import subprocess

    exported(tmp_path, full)
    program = libreoffice()
    assert program is not None
    profile = (tmp_path / "profile").as_uri()
    again = tmp_path / "again"
    subprocess.run(
        [str(program), f"-env:UserInstallation={profile}", "--headless", "--convert-to", "xlsx", "--outdir", str(again),
         *(str(tmp_path / "tables" / name) for name in ("workbook.xlsx", "blank_ledgers.xlsx"))],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    for table in ALL_TABLES:
        for got, expected in zip(
            sheet_rows(again / "workbook.xlsx", label("table", table.name)), csv_rows(tmp_path, table.name), strict=True
        ):
            assert all(same(cell, text) for cell, text in zip(got, expected, strict=True)), (got, expected)
    assert openpyxl.load_workbook(again / "blank_ledgers.xlsx").sheetnames == ["填表说明", *ledgers.ledgers()]
