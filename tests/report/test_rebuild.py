"""``gonghui report OUT``: made anew in place, nothing else touched, and only where a run has ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import output
from pipeline.errors import CannotRun
from pipeline.run import Job, rebuild_report, run
from tests.handmade import work


@pytest.fixture
def out(tmp_path: Path) -> Path:
    source = tmp_path / "in"
    source.mkdir()
    (source / "甲校.txt").write_text("甲校工会总结。\n乙校工会总结。\n", encoding="utf-8")
    (source / "坏.txt").write_text("fail", encoding="utf-8")
    run(Job(input=source, out=tmp_path / "out"), work=work)
    return tmp_path / "out"


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_made_anew_it_is_what_it_was(out: Path) -> None:
    before = tree(out)
    assert rebuild_report(out, lang="zh") == out / "report" / "index.html"
    assert tree(out) == before


def test_another_language_changes_the_report_and_the_manifest_alone(out: Path) -> None:
    before = tree(out)
    rebuild_report(out, lang="en")
    after = tree(out)
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert changed
    assert all(name.startswith("report/") or name == output.MANIFEST for name in changed)
    manifest = output.manifest_of(out)
    assert manifest
    assert manifest["complete"]
    assert manifest["report"] == {"lang": "en", "show_names": False}
    output.check(out, overwrite=False)  # the digests are those of the new pages
    assert not [p for p in out.parent.iterdir() if p.name.endswith(output.PARTIAL)]


def test_a_page_changed_by_hand_is_kept_and_a_table_is_no_matter(out: Path) -> None:
    page, table = out / "report" / "index.html", out / "tables" / "coverage.csv"
    table.write_bytes(table.read_bytes() + "自评".encode())
    rebuild_report(out, lang="zh")
    page.write_text("改过", encoding="utf-8")
    with pytest.raises(CannotRun) as caught:
        rebuild_report(out, lang="zh")
    assert caught.value.code == "output_edited"
    rebuild_report(out, lang="zh", overwrite=True)
    assert page.read_text("utf-8") != "改过"
    assert table.read_bytes().endswith("自评".encode())


def test_the_page_of_a_document_that_is_gone_goes(out: Path) -> None:
    lines = (out / "records.jsonl").read_text("utf-8").splitlines(keepends=True)
    assert len(list((out / "report" / "docs").iterdir())) == 2
    (out / "records.jsonl").write_text(lines[0], encoding="utf-8")
    rebuild_report(out, lang="zh")
    assert len(list((out / "report" / "docs").iterdir())) == 1


def test_a_folder_without_a_finished_run_is_refused(tmp_path: Path, out: Path) -> None:
    for folder in (tmp_path / "nowhere", tmp_path / "in"):
        with pytest.raises(CannotRun) as caught:
            rebuild_report(folder, lang="zh")
        assert caught.value.code == "not_a_run"
    (out / output.MANIFEST).write_text('{"made_by": "gonghui", "complete": false}', encoding="utf-8")
    with pytest.raises(CannotRun):
        rebuild_report(out, lang="zh")
