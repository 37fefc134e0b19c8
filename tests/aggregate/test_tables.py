"""The tables: the columns of the contract, files that Excel reads, twins that agree, and nothing that runs or leaks."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import get_args

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import records as r
from pipeline.aggregate.columns import FORMULA, safe
from pipeline.aggregate.export import ALL_TABLES, export
from pipeline.aggregate.tables import TABLES, precision
from pipeline.aggregate.views import Lines, Warned, calendar
from pipeline.labels import explanation, header, labels
from tests.handmade import found, record, registered

COLUMNS = {
    "documents": "序号 文件名 篇序 单位名称 单位类别 材料类别 标题 年度 年度依据 统计口径 起 止 落款单位 落款日期 字数 文字 脱敏 "
    "残缺 雷同文件 相似度 套话占比 质量提示 文件序号 待核",
    "sections": "节序 层级 原编号 标题 归类 归类名称 起行 止行 字数 文件序号 起 止 行号 原文 待核",
    "events": "单位名称 年度 活动日期 日期原文 日期精度 活动名称 类别 地点 参加人数 单位 经费(元) 成绩 状态 "
    "文件序号 起 止 行号 原文 待核",
    "figures": "指标代码 指标名称 数值 下限 上限 约数 单位 口径 状态 文件序号 起 止 行号 原文 待核",
    "names": "姓名 姓名原文 职务 小组/部门 身份 隐私 文件序号 起 止 行号 原文 待核",
    "awards": "单位名称 年度 获奖者 个人/集体 荣誉名称 级别 名次 授予单位 授予时间 文件序号 起 止 行号 原文 待核",
    "issues": "类别 编号 案由 内容 文件序号 起 止 行号 原文 待核",
    "coverage": "单位名称 年度 评分表 项目 分值 自评分 系统参考分 考评分 评分依据 扣分说明 文件序号 待核",
    "indicators": "单位名称 年度 统计口径 职工数 女职工数 会员数 女会员数 入会率% 工会小组数 工会委员数 "
    "教代会(职代会)次数 代表数 提案数 立案数 答复率% 满意率% 合理化建议数 采纳数 创效(元) 集体合同份数 "
    "工资协议份数 女职工专项合同份数 覆盖职工数 调解件数 慰问人次 慰问金额(元) 困难职工数 送温暖(元) "
    "助学人数 助学(元) 互助参保数 理赔件数 理赔(元) 体检人数 女职工体检数 退休人数 退休慰问人次 捐款人数 "
    "捐款(元) 文体活动次数 参加人次 培训期数 培训人次 竞赛项数 获奖数 经费收入(元) 支出(元) 结余(元) "
    "信息篇数 新建工会数 新增会员数 建会企业数 文件序号 待核",
    "conflicts": "单位名称 年度 指标 情形 采用值 各值 文件序号 待核",
    "summary": "年度 类型 代码 项目或指标 报送单位数 应报单位数 合计 中位数 最小 最大 未提及单位数 未提及单位",
    "units": "单位名称 单位类别 在册 报送情况 材料篇数 年度 材料中的写法 文件序号 待核",
}
RAW = (
    "=三小工会总结\r\n"
    "一、关心职工\r\n"
    "5月2日慰问聂 小娜老师，送去慰问金2000多元。\r\n"
    "@教师运动会有46人参加。-职工宿舍漏水，聂小娜反映。\n"
    "周伟荣获县一等奖，电话13812345678。"
)


@pytest.fixture
def full() -> r.Record:
    return record(
        RAW, "聂小娜的总结.txt", title="=三小工会总结", org="三小工会", org_type="school",
        unit=r.Unit(name="三小工会", basis="text"), report_year=r.ReportYear(value=2011, basis="period"),
        period=r.Period(start="2011-01", end="2011-12", label="year", basis="signature"),
        sections=[found("sections", RAW, "关心职工", number="一、", level=1, body_start=17, body_end=50, topics=("care",))],
        dates=[found("dates", RAW, "5月2日", norm="2011-05-02")],
        counts=[found("counts", RAW, "2000多元", value=2000.0, unit="元", modifier="over", indicator="visit_yuan", scope="own")],
        persons=[
            found("persons", RAW, "聂 小娜", clean="聂小娜", standing="aided"),
            found("persons", RAW, "周伟", standing="winner", role="教师"),
        ],
        events=[
            found("events", RAW, "慰问聂 小娜老师", clean="慰问聂小娜老师", type="visit", status="held", date="2011-05-02"),
            found("events", RAW, "@教师运动会", type="recreation", status="held", participants=46, cost=10.5),
        ],
        awards=[found("awards", RAW, "县一等奖", level="county", rank="一等", recipient="聂小娜", kind="person")],
        problems=[found("problems", RAW, "-职工宿舍漏水，聂小娜反映。")],
        coverage=r.Coverage(rubric="school", score=50.0, items={
            "care": r.ItemScore(level=2, points=11.0, evidence=((24, 36), (0, 7)), reason=None),
            "plans": r.ItemScore(level=0, points=0.0, excused=True),
        }),
        warnings=[r.Warn(code="redacted_count", start=37, end=43), r.Warn(code="unsigned", start=0, end=0)],
    )  # fmt: skip


def exported(folder: Path, *records: r.Record, texts: dict[str, str] | None = None, show_names: bool = False) -> dict[str, int]:
    weights = {"care": 11.0, "plans": 3.0}
    with registered(
        folder, records, lambda source: (texts or {}).get(source, RAW), lambda _, item: weights.get(item), show_names
    ) as register:
        return export(register)


def read(folder: Path, name: str) -> list[dict[str, str]]:
    text = (folder / "tables" / f"{name}.csv").read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_columns_are_those_of_the_contract_in_its_order(tmp_path: Path) -> None:
    headers = {table.name: [header(table.name, c.code) for c in table.columns] for table in ALL_TABLES}
    assert {name: headers[name] for name in COLUMNS} == {name: text.split() for name, text in COLUMNS.items()}
    assert {table.name for table in TABLES} <= COLUMNS.keys()
    for own in headers.values():
        assert len(set(own)) == len(own)


def test_every_column_says_what_it_means() -> None:
    for table in ALL_TABLES:
        assert ("table", table.name) in labels()
        for column in table.columns:
            assert header(table.name, column.code) != column.code
            assert explanation(table.name, column.code, "zh"), f"{table.name}.{column.code}"
            assert explanation(table.name, column.code, "en"), f"{table.name}.{column.code}"


def test_every_closed_list_has_its_words() -> None:
    lists = {
        "doc_type": r.DocType, "org_type": r.OrgType, "period_label": r.PeriodLabel, "period_basis": r.PeriodBasis,
        "script": r.Script, "modifier": r.Modifier, "scope": r.Scope, "count_status": r.CountStatus, "standing": r.Standing,
        "work_kind": r.WorkKind, "event_type": r.EventType, "event_status": r.EventStatus, "award_level": r.AwardLevel,
        "topic": r.SectionTopic, "item": r.CoverageItem, "indicator": r.Indicator, "warning": r.WarningCode,
    }  # fmt: skip
    known = set(labels())
    assert not [(group, code) for group, codes in lists.items() for code in get_args(codes) if (group, code) not in known]
    assert not [c.labels for t in ALL_TABLES for c in t.columns if c.labels and not any(group == c.labels for group, _ in known)]


def test_a_csv_is_as_excel_and_wps_want_it(tmp_path: Path, full: r.Record) -> None:
    counted = exported(tmp_path, full)
    assert {table.name: counted[table.name] for table in TABLES} == {
        "documents": 1, "sections": 1, "events": 2, "figures": 1, "names": 2, "awards": 1, "issues": 1, "coverage": 2,
    }  # fmt: skip
    for table in ALL_TABLES:
        data = (tmp_path / "tables" / f"{table.name}.csv").read_bytes()
        assert data.startswith(b"\xef\xbb\xbf")
        assert data.endswith(b"\r\n")
        assert len(read(tmp_path, table.name)) == counted[table.name]


def test_cells(tmp_path: Path, full: r.Record) -> None:
    exported(tmp_path, full, show_names=True)
    (document,) = read(tmp_path, "documents")
    assert document["材料类别"] == "总结"
    assert document["统计口径"] == "公历年度"
    assert document["质量提示"] == "数字被隐去、没有落款"
    assert document["待核"] == "是"
    assert document["脱敏"] == "否"
    visit, match = read(tmp_path, "events")
    assert (visit["日期原文"], visit["日期精度"], visit["状态"], visit["行号"]) == ("5月2日", "日", "已开展", "3")
    assert (match["参加人数"], match["经费(元)"], match["活动日期"]) == ("46", "10.5", "")
    (figure,) = read(tmp_path, "figures")
    assert (figure["指标名称"], figure["数值"], figure["下限"], figure["上限"], figure["约数"]) == (
        "慰问金额(元)",
        "2000",
        "2000",
        "",
        "余、以上",
    )
    assert figure["待核"] == "是", "a warning lies on it"
    care, plans = read(tmp_path, "coverage")
    assert (care["分值"], care["自评分"], care["系统参考分"], care["评分依据"]) == ("11", "", "11", RAW[24:36] + " | " + RAW[:7])
    assert plans["系统参考分"] == ""


def test_an_aided_person_is_nowhere_in_the_tables(tmp_path: Path, full: r.Record) -> None:
    exported(tmp_path / "masked", full)
    for path in (tmp_path / "masked" / "tables").glob("*.csv"):
        text = path.read_text("utf-8-sig")
        assert "小娜" not in "".join(text.split()), path.name
        assert "13812345678" not in text
    assert "聂**" in (tmp_path / "masked" / "tables" / "events.csv").read_text("utf-8-sig")
    assert "周伟" in (tmp_path / "masked" / "tables" / "names.csv").read_text("utf-8-sig")
    exported(tmp_path / "shown", full, show_names=True)
    assert "聂小娜" in (tmp_path / "shown" / "tables" / "names.csv").read_text("utf-8-sig")


def test_the_parquet_twin_holds_the_same_rows_in_clear_with_codes(tmp_path: Path, full: r.Record) -> None:
    exported(tmp_path, full)
    for table in ALL_TABLES:
        twin = pq.read_table(tmp_path / "data" / f"{table.name}.parquet")
        assert twin.column_names == [c.code for c in table.columns]
        assert twin.num_rows == len(read(tmp_path, table.name))
    events = pq.read_table(tmp_path / "data" / "events.parquet").to_pylist()
    assert [e["event_type"] for e in events] == ["visit", "recreation"]
    assert events[0]["event_name"] == "慰问聂小娜老师"
    assert events[0]["raw_text"] == "慰问聂 小娜老师"
    assert events[1]["participants"] == 46


def test_no_text_cell_is_a_formula(tmp_path: Path, full: r.Record) -> None:
    exported(tmp_path, full)
    cells = {cell for t in ALL_TABLES for row in read(tmp_path, t.name) for cell in row.values()}
    assert not [cell for cell in cells if cell.startswith(FORMULA)]
    assert "'=三小工会总结" in cells
    assert "'@教师运动会" in cells
    assert any(cell.startswith("'-职工宿舍漏水") for cell in cells)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("＝1", "'＝1"),
        ("a=1", "a=1"),
        ("a\0b", "a\ufffdb"),
        ("", ""),
        ("x" * 40_000, "x" * 32_000 + "…"),
    ],
)
def test_safe(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_words_of_an_offices_own_rubric_are_no_formula_either(tmp_path: Path, full: r.Record) -> None:
    assert full.coverage is not None
    own = full.coverage.model_copy(update={"rubric": "=cmd|' /C calc'!A0", "items": {"-家": full.coverage.items["care"]}})
    exported(tmp_path, full.model_copy(update={"coverage": own}))
    (row,) = read(tmp_path, "coverage")
    assert (row["评分表"], row["项目"]) == ("'=cmd|' /C calc'!A0", "'-家")


def test_numbers_stay_numbers(tmp_path: Path) -> None:
    raw = "下降-3.5%"
    exported(tmp_path, record(raw, counts=[found("counts", raw, "3.5%", value=-3.5, unit="%")]), texts={"甲.txt": raw})
    assert read(tmp_path, "figures")[0]["数值"] == "-3.5"


def test_the_package_describes_the_files(tmp_path: Path, full: r.Record) -> None:
    from frictionless import Package, validate

    exported(tmp_path, full)
    path = tmp_path / "tables" / "datapackage.json"
    found = validate(str(path))
    assert found.valid, found.flatten(["title", "rowNumber", "fieldName", "note"])
    assert len(found.tasks) == len(ALL_TABLES)
    for resource, table in zip(json.loads(path.read_text("utf-8"))["resources"], ALL_TABLES, strict=True):
        assert [f["code"] for f in resource["schema"]["fields"]] == [c.code for c in table.columns]
    (figure,) = Package(str(path)).get_resource("figures").read_rows()
    assert (figure["数值"], figure["待核"]) == (2000, True)


def test_a_file_that_departs_from_its_description_is_seen(tmp_path: Path, full: r.Record) -> None:
    from frictionless import validate

    exported(tmp_path, full)
    path = tmp_path / "tables" / "figures.csv"
    path.write_bytes(path.read_bytes().replace(b",2000,", b",many,"))
    assert not validate(str(tmp_path / "tables" / "datapackage.json")).valid


def test_a_unit_that_nobody_knows_keeps_its_rows_under_its_file_name(tmp_path: Path) -> None:
    raw = "运动会"
    exported(
        tmp_path,
        record(raw, "乙.txt", events=[found("events", raw, raw, type="recreation", status="held")]),
        texts={"乙.txt": raw},
    )
    assert read(tmp_path, "events")[0]["单位名称"] == "乙.txt"
    assert read(tmp_path, "documents")[0]["单位名称"] == ""


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("提案：关于改善宿舍取暖条件的建议（提案人：苏赟）。", "关于改善宿舍取暖条件的建议"),
        ("关于关于延长开放时间的提案", "关于延长开放时间的提案"),
        ("职工宿舍漏水。", ""),
        ("关于" * 50_000, ""),
    ],
)
def test_a_proposal_in_the_set_form_says_what_it_is_about(tmp_path: Path, content: str, expected: str) -> None:
    exported(tmp_path, record(content, proposals=[found("proposals", content, content)]), texts={"甲.txt": content})
    assert read(tmp_path, "issues")[0]["案由"] == expected


def test_lines_end_as_people_count_them() -> None:
    lines = Lines("a\r\nb\rc\nd")
    assert [lines.number(i) for i in range(8)] == [1, 1, 1, 2, 2, 3, 3, 4]


@pytest.mark.parametrize(
    ("start", "end", "label", "expected"),
    [
        ("2011-01", "2011-12", "year", "calendar"), ("2011-09", "2012-01", "semester", "school_year"),
        ("2012-02", "2012-07", "semester", "school_year"), ("2011-09", "2012-07", "year", "school_year"),
        ("2011-10", "2012-09", "year", "oct_sep"), ("2003", "2007", "multi_year", "calendar"), (None, None, "unknown", None),
    ],
)  # fmt: skip
def test_calendar(start: str | None, end: str | None, label: r.PeriodLabel, expected: str | None) -> None:
    assert calendar(r.Period(start=start, end=end, label=label)) == expected


@pytest.mark.parametrize(
    ("norm", "expected"),
    [
        ("2011", "year"),
        ("2011-05", "month"),
        ("2011-05-02", "day"),
        ("2011-09/2012-01", "interval"),
        ("XXXX-03-08", "no_year"),
        (None, None),
    ],
)
def test_precision(norm: str | None, expected: str | None) -> None:
    assert precision(norm) == expected


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6))), st.integers(0, 30), st.integers(0, 6))
def test_a_warning_is_found_where_it_lies(spans: list[tuple[int, int]], start: int, length: int) -> None:
    warnings = [r.Warn(code="unsigned", start=a, end=a + n) for a, n in spans]
    expected = any(w.start < start + length and start < w.end for w in warnings)
    assert Warned(warnings).touch(start, start + length) is expected
