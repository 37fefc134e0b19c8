"""``gonghui apply``: a run and a corrections file → a new run; all or nothing."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from pipeline import output
from pipeline.apply import apply
from pipeline.corrections import EDITABLE, HUMAN, Corrections
from pipeline.errors import CannotRun, Refused
from pipeline.records import Record
from pipeline.run import Job, read_records, rebuild_report, run
from tests.cli.test_cli import gonghui
from tests.report.planted import chunk

TEXT = """清泉小学工会2012年工作总结
一、关爱帮扶
3月5日看望患病的欧阳小翀老师，送去慰问金2000元。
5月举行拔河比赛，46人参加。
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("apply")
    (folder / "in").mkdir()
    (folder / "in" / "清泉.txt").write_text(TEXT, encoding="utf-8")
    (folder / "in" / "坏.txt").write_bytes(b"")
    run(Job(input=folder / "in", out=folder / "out"))
    return folder / "out"


@pytest.fixture
def record(made: Path) -> Record:
    return next(read_records(made))


def entry(record: Record, kind: str, quote: str, verdict: str, **more: Any) -> dict[str, Any]:
    """An entry of the corrections file."""
    finding = next(f for f in getattr(record, kind) if f.quote == quote)
    seen = {name: v for name in EDITABLE.get(kind, ()) if (v := getattr(finding, name)) not in (None, "", ())}
    base = {"about": "finding", "doc_id": record.doc_id, "kind": kind, "start": finding.start, "end": finding.end}
    return base | {"quote": quote, "seen": seen, "verdict": verdict} | more


def file(folder: Path, *entries: dict[str, Any]) -> Path:
    path = folder / "corrections.json"
    body = {"schema_version": 1, "run": "0" * 16, "reviewer": "林老师", "corrections": entries}
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8-sig")
    return path


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_without_a_correction_records_and_tables_are_what_they_were(made: Path, tmp_path: Path) -> None:
    before = tree(made)
    apply(made, file(tmp_path), tmp_path / "new", lang="zh")
    after = tree(tmp_path / "new")
    assert tree(made) == before
    old, new = (json.loads(files[output.MANIFEST]) for files in (before, after))
    assert new["counts"] == old["counts"]
    apart = (output.MANIFEST, output.TIMES)
    same = [name for name in before if name not in apart and not name.startswith(output.HOME)]
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert set(after) - set(before) == {"corrections.json"}


def test_records_tables_coverage_and_report_follow(made: Path, record: Record, tmp_path: Path) -> None:
    path = file(
        tmp_path,
        entry(record, "counts", "46人", "correct", to={"value": 64}),
        entry(record, "counts", "2000元", "reject"),
        {"about": "document", "doc_id": record.doc_id, "checked": True, "to": {"unit": "清泉镇中心小学工会", "year": 2013}},
    )
    done = apply(made, path, tmp_path / "new", lang="zh")
    assert (done.corrections, done.documents) == (3, 1)
    (new,) = read_records(tmp_path / "new")
    assert [(c.text, c.value, c.made_by) for c in new.counts] == [("46人", 64.0, HUMAN)]
    assert new.unit.name == "清泉镇中心小学工会"
    with (tmp_path / "new" / "tables" / "figures.csv").open(encoding="utf-8-sig", newline="") as handle:
        assert [row["数值"] for row in csv.DictReader(handle)] == ["64"]
    data = chunk(tmp_path / "new" / "report" / "docs" / f"{record.doc_id}.js")
    assert data["kinds"]["counts"][0]["human"] == 1
    assert data["checked"]
    manifest = output.manifest_of(tmp_path / "new")
    assert manifest
    assert manifest["checked"] == [record.doc_id]
    assert manifest["corrections"]["reviewer"] == "林老师"
    page = (tmp_path / "new" / "report" / "index.html").read_bytes()
    rebuild_report(tmp_path / "new", lang="zh")
    assert (tmp_path / "new" / "report" / "index.html").read_bytes() == page, "what was checked stays so"


def test_a_person_who_turns_out_to_be_aided_is_masked(made: Path, record: Record, tmp_path: Path) -> None:
    start = TEXT.index("拔河")
    one = {"about": "finding", "doc_id": record.doc_id, "kind": "persons", "start": start, "end": start + 4, "quote": "拔河比赛",
           "verdict": "add", "to": {"standing": "aided"}}  # fmt: skip
    apply(made, file(tmp_path, one), tmp_path / "new", lang="zh")
    shareable = [p for part in ("tables", "report") for p in (tmp_path / "new" / part).rglob("*") if p.suffix in (".csv", ".js")]
    assert shareable
    assert not [p.name for p in shareable if "拔河比赛" in p.read_text(encoding="utf-8")]


def test_one_that_does_not_match_stops_all_and_is_named(made: Path, record: Record, tmp_path: Path) -> None:
    good = entry(record, "counts", "46人", "confirm")
    path = file(tmp_path, good, good | {"start": 1, "end": 4}, good | {"doc_id": "f" * 16})
    with pytest.raises(Refused) as caught:
        apply(made, path, tmp_path / "new", lang="zh")
    assert [(r.number, r.reason) for r in caught.value.refusals] == [(2, "quote"), (3, "no_document")]
    assert not (tmp_path / "new").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["corrections.json"], "nothing is left behind"


@pytest.mark.parametrize(
    "body",
    ["", "[]", '{"run": "x"}', '{"run": "0000000000000000", "corrections": [{"about": "finding"}]}',
     '{"run": "0000000000000000", "corrections": [{"about": "level", "doc_id": "0000000000000000", "item": "care", "seen": 1, '
     '"verdict": "correct"}]}'],
)  # fmt: skip
def test_what_is_no_corrections_file_is_refused(made: Path, tmp_path: Path, body: str) -> None:
    (tmp_path / "c.json").write_text(body, encoding="utf-8")
    with pytest.raises(CannotRun) as caught:
        apply(made, tmp_path / "c.json", tmp_path / "new", lang="zh")
    assert caught.value.code == "corrections_unreadable"


def test_a_run_is_not_corrected_in_place(made: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotRun) as caught:
        apply(made, file(tmp_path), made, lang="zh")
    assert caught.value.code == "apply_in_place"


def test_from_the_command_line(made: Path, record: Record, tmp_path: Path) -> None:
    path = file(tmp_path, entry(record, "counts", "46人", "confirm"))
    done = gonghui("apply", str(made), str(path), "-o", str(tmp_path / "new"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 份材料（1 条）" in done.stdout
    wrong = file(tmp_path, entry(record, "counts", "46人", "confirm") | {"quote": "47人"})
    done = gonghui("apply", str(made), str(wrong), "-o", str(tmp_path / "other"), lang="en")
    assert done.returncode == 1
    assert f"1. {record.doc_id} counts '47人': the text there is another" in done.stderr


def test_the_schema_of_the_file_is_printed() -> None:
    shown = json.loads(gonghui("schema", "corrections").stdout)
    assert shown == json.loads(json.dumps(Corrections.model_json_schema()))
    assert json.loads(gonghui("schema").stdout)["title"] == "Record"
