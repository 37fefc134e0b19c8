"""The whole way over every corpus that is here: grounded, the same from any number of workers, and every table filled."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pipeline.aggregate.mask import aided
from pipeline.labels import labels
from pipeline.run import Job, Report, raw_text, read_records, run

ROOT = Path(__file__).resolve().parents[2]
CORPORA = {
    "samples": ROOT / "corpora" / "samples",
    "gold": ROOT / "corpora" / "gold" / "main",
    "shared": ROOT.parent / "shared" / "real" / "texts",
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """A run over each corpus that is here."""
    home = tmp_path_factory.mktemp("runs")
    found = {name: path for name, path in CORPORA.items() if path.is_dir() and any(path.iterdir())}
    return {name: run(Job(input=path, out=home / name, workers=2, exclude=("*.json",))) for name, path in found.items()}


@pytest.mark.parametrize("corpus", ["samples", "gold", pytest.param("shared", marks=pytest.mark.needs_shared)])
def test_every_finding_quotes_the_raw_text(runs: dict[str, Report], corpus: str) -> None:
    assert corpus in runs
    report = runs[corpus]
    assert not report.failures, report.failed
    seen = 0
    for record in read_records(report.out):
        raw = raw_text(report.out, record.source)
        ends: dict[str, int] = {}
        for kind, finding in record.findings():
            assert raw[finding.start : finding.end] == finding.quote
            assert record.start <= finding.start <= finding.end <= record.end
            assert finding.start >= ends.get(kind, 0), f"{kind} overlap in {record.source}"
            ends[kind] = finding.end
            seen += 1
        for section in record.sections:
            assert section.end <= section.body_start <= section.body_end <= record.end
            assert section.parent is None or record.sections[section.parent].level < section.level
        for event in record.events:
            assert event.section is None or event.section < len(record.sections)
        for item in record.coverage.items.values() if record.coverage else ():
            assert all(record.start <= a < b <= record.end for a, b in item.evidence)
    assert seen > 0


@pytest.mark.slow
def test_the_samples_come_out_the_same_from_any_number_of_workers(runs: dict[str, Report], tmp_path: Path) -> None:
    for workers in (1, 4):
        run(Job(input=CORPORA["samples"], out=tmp_path / str(workers), workers=workers))
        for name in (
            "records.jsonl",
            "failures.jsonl",
            "noise.jsonl",
            "tables/documents.csv",
            "tables/events.csv",
            "data/names.parquet",
        ):
            assert (tmp_path / str(workers) / name).read_bytes() == (runs["samples"].out / name).read_bytes(), name


def test_the_samples_fill_every_table(runs: dict[str, Report]) -> None:
    report = runs["samples"]
    empty = {table for table, count in report.rows.items() if not count}
    assert empty <= {"restored"}, "no sample has a copy that hides less"
    assert {"summary", "plan", "guide", "notice"} <= set(report.doc_types)


def test_no_sample_person_who_is_aided_is_named_in_the_tables(runs: dict[str, Report]) -> None:
    report = runs["samples"]
    aided = {p.clean or p.text for record in read_records(report.out) for p in record.persons if p.standing == "aided"}
    assert aided, "the samples have aided persons"
    for path in (report.out / "tables").glob("*.csv"):
        text = path.read_text("utf-8-sig")
        assert not [name for name in aided if name in text], path.name
    with (report.out / "tables" / "names.csv").open(encoding="utf-8-sig", newline="") as handle:
        private = [row for row in csv.DictReader(handle) if row["隐私"]]
    assert private
    assert all("*" in row["姓名"] for row in private)


def test_every_reason_has_its_words(runs: dict[str, Report]) -> None:
    for report in runs.values():
        for record in read_records(report.out):
            for item in record.coverage.items.values() if record.coverage else ():
                assert item.reason is None or ("reason", item.reason) in labels()


def test_the_telephone_in_a_sample_is_masked(runs: dict[str, Report]) -> None:
    out = runs["samples"].out
    for path in (*(out / "tables").glob("*.csv"), *(out / "report").rglob("*.*")):
        assert "13907310000" not in path.read_text("utf-8-sig"), path.name


def test_no_aided_person_is_named_on_the_pages_of_a_source_that_names_them(runs: dict[str, Report]) -> None:
    out = runs["samples"].out
    records = list(read_records(out))
    names = aided(records)
    for record in records:
        page = (out / "report" / "docs" / f"{record.doc_id}.js").read_text("utf-8")
        assert not [name for name in names.names(record) if name in page], record.source
