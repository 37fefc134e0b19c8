"""Unit and year: the text goes before the roster, the roster before the folder's or the file's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.aggregate.units import Given, RosterRow, placed, read_roster
from pipeline.errors import CannotRun
from pipeline.records import ReportYear, Unit
from tests.handmade import record

ROSTER = (RosterRow("柳河镇/三小*.txt", "柳河镇第三小学", "school"), RosterRow("柳河镇", "柳河镇总工会", "federation"))


@pytest.mark.parametrize(
    ("source", "given", "expected"),
    [
        ("柳河镇/三小2011.txt", Given(roster=ROSTER), Unit(name="柳河镇第三小学", basis="roster")),
        ("柳河镇/别的/a.txt", Given(roster=ROSTER, unit_from="file"), Unit(name="柳河镇总工会", basis="roster")),
        ("柳河镇外/a.txt", Given(roster=ROSTER), Unit()),
        ("东片/二小/总结.txt", Given(unit_from="folder"), Unit(name="二小", basis="folder")),
        ("总结.txt", Given(unit_from="folder"), Unit()),
        ("东片/二小.2011.txt", Given(unit_from="file"), Unit(name="二小.2011", basis="file")),
        ("a.txt", Given(), Unit()),
    ],
)
def test_unit(source: str, given: Given, expected: Unit) -> None:
    assert placed(record("x", source), given).unit == expected


def test_the_text_goes_first() -> None:
    settled = record(
        "x",
        "柳河镇/a.txt",
        unit=Unit(name="一小", basis="text"),
        org_type="school",
        report_year=ReportYear(value=2010, basis="period"),
    )
    assert placed(settled, Given(roster=ROSTER, year=2011)) == settled
    open_ = placed(record("x", "柳河镇/a.txt"), Given(roster=ROSTER, year=2011))
    assert (open_.org_type, open_.report_year) == ("federation", ReportYear(value=2011, basis="given"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("head", ["路径,单位,类别\r\n", "path,unit,type\n", ""])
def test_a_roster_as_excel_saves_it(tmp_path: Path, encoding: str, head: str) -> None:
    path = tmp_path / "名册.csv"
    path.write_bytes((head + "柳河镇\\三小*.txt,柳河镇第三小学,学校\r\n\r\n二小,二小工会,\r\n").encode(encoding))
    assert read_roster(path) == (RosterRow("柳河镇/三小*.txt", "柳河镇第三小学", "school"), RosterRow("二小", "二小工会", None))


@pytest.mark.parametrize(("text", "line"), [("路径,单位\n三小\n", 2), ("三小,三小工会,学堂\n", 1)])
def test_a_wrong_line_is_named(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "名册.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CannotRun) as caught:
        read_roster(path)
    assert (caught.value.code, caught.value.params["line"]) == ("roster_line", line)
    with pytest.raises(CannotRun, match="roster_unreadable"):
        read_roster(tmp_path / "无.csv")
