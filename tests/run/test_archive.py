"""The archive: earlier runs and folders of essays are compared with, are no documents of the run, and fail nothing."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from pipeline.errors import CannotRun
from pipeline.run import Job, Report, read_records, read_resemblances, run

LAST_YEAR = """清泉小学工会2011年工作总结
一、关爱职工
今年以来，清泉小学工会现有会员46名，分成五个小组开展工作。3月5日慰问患病住院的困难职工聂晓翀老师，送去慰问金2000元。
二、文体活动
5月20日组织教职工趣味运动会，46人参加，设拔河、跳绳、托球跑三个项目，语文组获得团体第一名，大家说这样的活动要多搞。
三、民主管理
教代会审议了校务公开办法和奖励性绩效工资分配方案，代表提出意见十五条，学校答复了十四条，余下一条写进了明年的计划。
清泉小学工会
2011年12月20日
"""
THIS_YEAR = LAST_YEAR.replace("2011", "2012")
ESSAY = LAST_YEAR[:20] + "范文一篇，供参考。" + LAST_YEAR[20:].replace("46名", "xx名")


@pytest.fixture
def archived(tmp_path: Path) -> Path:
    folder = tmp_path / "old_input"
    folder.mkdir()
    (folder / "清泉2011.txt").write_text(LAST_YEAR, encoding="utf-8")
    run(Job(input=folder, out=tmp_path / "去年"))
    return tmp_path / "去年"


def this_year(tmp_path: Path, text: str, *archive: Path) -> Report:
    folder = tmp_path / "input"
    folder.mkdir(exist_ok=True)
    (folder / "清泉2012.txt").write_text(text, encoding="utf-8")
    return run(Job(input=folder, out=tmp_path / "out", archive=archive))


def rows(out: Path, name: str) -> list[dict[str, str]]:
    with (out / "tables" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def test_last_years_text_with_the_year_changed_is_told(tmp_path: Path, archived: Path) -> None:
    report = this_year(tmp_path, THIS_YEAR, archived)
    assert report.doc_types.total() == 1
    assert report.exit_status == 0
    (record,) = read_records(tmp_path / "out")
    assert record.duplicate_of is None
    assert {"near_duplicate", "year_swapped"} <= {w.code for w in record.warnings}
    (found,) = rows(tmp_path / "out", "duplicates")
    assert (found["存档"], found["雷同文件"], found["情形"], found["疑似旧文改年份"]) == (
        "去年",
        "清泉2011.txt",
        "文字雷同",
        "是",
    )
    copied = rows(tmp_path / "out", "passages")
    assert copied
    assert "趣味运动会" in "".join(row["原文"] for row in copied)
    assert "趣味运动会" in "".join(row["雷同原文"] for row in copied)
    text = (tmp_path / "out" / "tables" / "passages.csv").read_text("utf-8-sig")
    assert "晓翀" not in text, "the archive's aided persons are masked too"
    assert rows(tmp_path / "out", "indicators"), "the row of this year is there all the same"


def test_a_folder_of_essays_is_read_and_its_hidden_values_stay_its_own(tmp_path: Path) -> None:
    essays = tmp_path / "范文"
    essays.mkdir()
    (essays / "范文.txt").write_text(ESSAY, encoding="gb18030")
    (essays / "坏.docx").write_bytes(b"no archive at all")
    report = this_year(tmp_path, THIS_YEAR, essays)
    assert report.exit_status == 0
    assert sum(report.archive_failures.values()) == 1
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["counts"]["archive_failures"] == dict(report.archive_failures)
    assert [row["存档"] for row in rows(tmp_path / "out", "duplicates")] == ["范文"]
    assert not rows(tmp_path / "out", "restored")


def test_what_this_years_copy_hides_is_proposed_from_last_years(tmp_path: Path, archived: Path) -> None:
    this_year(tmp_path, THIS_YEAR.replace("46名", "xx名"), archived)
    (found,) = rows(tmp_path / "out", "restored")
    assert (found["原文"], found["建议值"], found["同一单位"], found["依据文件"], found["待核"]) == (
        "xx名", "46名", "是", "清泉2011.txt", "是",
    )  # fmt: skip
    assert not [c for r in read_records(tmp_path / "out") for c in r.counts if c.value == 46 and c.unit == "名"], (
        "nothing is repaired"
    )


def test_the_same_document_in_the_archive_is_no_copy_of_itself(tmp_path: Path, archived: Path) -> None:
    run(Job(input=tmp_path / "old_input", out=tmp_path / "again", archive=(archived,)))
    assert list(read_resemblances(tmp_path / "again")) == []
    (record,) = read_records(tmp_path / "again")
    assert not {"near_duplicate", "year_swapped"} & {w.code for w in record.warnings}


def test_an_archive_that_is_not_there_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="archive_missing"):
        this_year(tmp_path, THIS_YEAR, tmp_path / "无")
    assert not (tmp_path / "out").exists()
    other = tmp_path / "旧版"
    other.mkdir()
    (other / "manifest.json").write_text('{"made_by": "gonghui", "complete": true}', encoding="utf-8")
    (other / "records.jsonl").write_text('{"schema_version": 0}\n', encoding="utf-8")
    with pytest.raises(CannotRun, match="records_unreadable"):
        this_year(tmp_path, THIS_YEAR, other)
    broken = tmp_path / "断"
    broken.mkdir()
    (broken / "manifest.json").write_text('{"made_by": "gonghui", "complete": false}', encoding="utf-8")
    with pytest.raises(CannotRun, match="not_a_run"):
        this_year(tmp_path, THIS_YEAR, broken)
