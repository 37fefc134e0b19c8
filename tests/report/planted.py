"""A small run, made by hand, that holds what a page could trip over: markup in every field, wide characters, a private name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from pipeline.aggregate.units import RosterRow
from pipeline.records import Coverage, CoverageItem, Failure, ItemScore, Period, Record, ReportYear, Unit, Warn
from pipeline.report.site import write_report
from tests.handmade import found, record, registered

MARKUP = "</script><script>document.title='hit'</script><img src=x onerror=\"document.title='hit'\">"
AIDED = "欧阳小翀"
PHONE = "13812345678"
ID_CARD = "430102199001011234"
BANK_CARD = "6222 0212 3456 7890 123"
WIDE = f"""𬁶水小学😀工会2013年工作总结{MARKUP}
一、关爱帮扶
3月5日看望患病的{AIDED}老师，送去慰问金2000元，电话{PHONE}。
身份证{ID_CARD}，卡号{BANK_CARD}。
又访欧 阳
小　翀家。
{MARKUP}
二、困难
经费不足，活动少。\u2028完
"""
PLAIN = "清泉小学工会2012年工作总结\r\n全校教职工46人。\r\n五月举行拔河比赛。\r\n"


def coverage(**given: tuple[tuple[int, int], ...]) -> Coverage:
    """A score of all items, those given at level 2 with their evidence."""
    items: dict[CoverageItem, ItemScore] = {
        item: ItemScore(level=2, points=5.0, evidence=given[item], reason="specific")
        if item in given
        else ItemScore(level=0, points=0.0, reason="absent")
        for item in get_args(CoverageItem)
    }
    return Coverage(rubric="school", score=10.0 * len(given), items=items)


def wide(source: str = f"坏{MARKUP}.txt") -> Record:
    """The document with everything in it."""
    money = found("counts", WIDE, "2000元", value=2000.0, unit="元", indicator="visit_yuan", scope="own")
    visit = found("events", WIDE, f"看望患病的{AIDED}老师", type="visit", status="held", date="2013-03-05", place=MARKUP)
    problem = WIDE.index("经费不足")
    return record(
        WIDE,
        source,
        title=f"𬁶水小学😀工会2013年工作总结{MARKUP}",
        unit=Unit(name=f"𬁶水小学{MARKUP}", basis="text"),
        report_year=ReportYear(value=2013, basis="period"),
        period=Period(start="2013-01", end="2013-12", label="year", basis="title"),
        sections=(found("sections", WIDE, "关爱帮扶", level=1, body_start=0, body_end=0, number="一、", topics=("care",)),),
        counts=(money,),
        dates=(found("dates", WIDE, "3月5日", norm="2013-03-05"),),
        persons=(found("persons", WIDE, AIDED, standing="aided", role="老师"),),
        events=(visit,),
        problems=(found("problems", WIDE, "经费不足，活动少"),),
        coverage=coverage(care=((visit.start, visit.end), (money.start, money.end))),
        warnings=(Warn(code="implausible_value", start=problem, end=problem + 4), Warn(code="unsigned", start=0, end=0)),
    )


def plain(source: str = "清泉.txt", unit: str = "清泉小学") -> Record:
    """An ordinary one, in lines of Windows."""
    staff = found("counts", PLAIN, "46人", value=46.0, unit="人", indicator="staff", scope="own")
    return record(
        PLAIN,
        source,
        title="清泉小学工会2012年工作总结",
        unit=Unit(name=unit, basis="text"),
        report_year=ReportYear(value=2012, basis="period"),
        counts=(staff,),
        events=(found("events", PLAIN, "拔河比赛", type="contest", status="held", date="2012-05"),),
        coverage=coverage(culture=((PLAIN.index("拔河"), PLAIN.index("拔河") + 4),), figures=((staff.start, staff.end),)),
    )


def site(folder: Path, records: tuple[Record, ...], show_names: bool = False, **options: Any) -> Path:
    """The report of these records; its folder."""
    texts = {r.source: WIDE if r.end == len(WIDE) else PLAIN for r in records}
    failure = Failure(source=f"空{MARKUP}.txt", stage="ingest", kind="empty", message="planted")
    options = {
        "failures": (failure,),
        "roster": (RosterRow("未报/*", "未报小学", None), RosterRow("水/*", f"𬁶水小学{MARKUP}", None)),
    } | options
    with registered(folder, records, texts.__getitem__, lambda _record, _item: 5.0, show_names) as register:
        write_report(register, folder, **options)
    return folder / "report"


def chunk(path: Path) -> Any:
    """The value that a script chunk assigns."""
    text = path.read_text(encoding="utf-8")
    return json.loads(text.partition("=")[2].rstrip().removesuffix(";"))


def everything(report: Path) -> Mapping[str, str]:
    """All files of a report, and their names, as text."""
    return {p.relative_to(report).as_posix(): p.read_text(encoding="utf-8") for p in sorted(report.rglob("*")) if p.is_file()}
