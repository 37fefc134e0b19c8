"""The stages one after another: the same bytes as a run, products that are checked, and folders handled with care."""

from __future__ import annotations

import inspect
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import pipeline.segment
from pipeline import cli, output, stages
from pipeline import stage_commands as staged_commands
from pipeline.aggregate.units import Given
from pipeline.errors import CannotRun
from pipeline.flow import Options
from pipeline.run import Job, run
from tests.cli.test_cli import ROOT, gonghui
from tests.run.test_run import tree

GOLDEN = ROOT / "tests" / "golden" / "input"
OPTIONS = Options(given=Given(year=2013, unit_from="folder"), rubric="enterprise")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The golden corpus, with files that fail in every way that a file can without help."""
    home = tmp_path_factory.mktemp("corpus") / "in"
    shutil.copytree(GOLDEN, home)
    (home / "空.txt").write_text("", encoding="utf-8")
    (home / "坏.docx").write_bytes(b"PK\x03\x04 broken")
    (home / "噪声.txt").write_text("当前位置：首页 > 总结\n", encoding="utf-8")
    (home / "照片.jpg").write_bytes(b"\xff\xd8\xff")
    (home / ".DS_Store").write_bytes(b"x")
    return home


@pytest.fixture(scope="module")
def staged(corpus: Path) -> Path:
    folder = corpus.parent / "stages"
    ingested = stages.ingest(Job(input=corpus, out=folder))
    segmented, extracted = stages.segment(folder), stages.extract(folder)
    assert ingested.sources == segmented.sources == extracted.sources
    assert ingested.documents == segmented.documents == extracted.documents
    assert ingested.exit_status == 2
    assert segmented.exit_status == 0
    return folder


def settled(out: Path) -> dict[str, Any]:
    """The manifest but for the moment."""
    return {k: v for k, v in (output.manifest_of(out) or {}).items() if k != "finished"}


def test_the_stages_one_after_another_are_a_run(corpus: Path, staged: Path) -> None:
    whole, pieces = corpus.parent / "whole", corpus.parent / "pieces"
    report = run(Job(input=corpus, out=whole, options=OPTIONS))
    again = stages.aggregate(staged, Job(input=corpus, out=pieces, options=OPTIONS))
    assert tree(pieces) == tree(whole)
    assert settled(pieces) == settled(whole)
    assert again.counts() == report.counts()
    assert report.failures.total() >= 3
    assert report.ignored


def test_a_failure_goes_through_all_stages(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails in the middle is passed on, and the rest of the source with it."""
    segment = pipeline.segment.segment

    def breaking(ingested: Any, part: Any) -> Any:
        if part.start and "2篇" in ingested.source.source:
            raise RuntimeError("planted")
        return segment(ingested, part)

    monkeypatch.setattr(pipeline.segment, "segment", breaking)
    folder = tmp_path / "stages"
    stages.ingest(Job(input=corpus, out=folder))
    assert stages.segment(folder).failures == stages.extract(folder).failures >= 1
    stages.aggregate(folder, Job(input=corpus, out=tmp_path / "pieces"))
    run(Job(input=corpus, out=tmp_path / "whole"))
    assert tree(tmp_path / "pieces") == tree(tmp_path / "whole")
    failures = (tmp_path / "pieces" / "failures.jsonl").read_text(encoding="utf-8")
    assert '"stage":"segment"' in failures
    assert "planted" in failures


def test_every_line_on_disk_is_of_its_type(staged: Path) -> None:
    kinds = (stages.IngestedSource, stages.SegmentedSource, stages.ExtractedSource)
    for name, kind in zip(stages.FILES.values(), kinds, strict=True):
        lines = (staged / name).read_text(encoding="utf-8").splitlines()
        assert [kind.model_validate_json(line).model_dump_json() for line in lines] == lines


def test_the_commands_say_what_they_did(tmp_path: Path) -> None:
    folder, out = tmp_path / "各步", tmp_path / "结果"
    for stage, arguments in (
        ("ingest", (str(GOLDEN), "-o", str(folder))),
        ("segment", (str(folder),)),
        ("extract", (str(folder),)),
        ("aggregate", (str(folder), "-o", str(out))),
    ):
        done = gonghui(stage, *arguments)
        assert done.returncode == 0, done.stderr
        assert str(folder / stages.FILES[stage] if stage in stages.FILES else out) in done.stdout
    expected = (ROOT / "tests" / "golden" / "expected" / "records.jsonl").read_bytes()
    assert (out / "records.jsonl").read_bytes() == expected


def test_stages_and_library_take_all_that_a_run_takes() -> None:
    wanted = set(inspect.signature(cli.run).parameters)
    taken = set(inspect.signature(staged_commands.ingest).parameters) | set(
        inspect.signature(staged_commands.aggregate).parameters
    )
    assert wanted - taken == {"workers", "engine", "scheduler", "log_json"}, "stages work in one process"
    assert wanted == set(inspect.signature(pipeline.run).parameters)


def test_failures_are_an_exit_status_unless_they_are_allowed(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "空.txt").write_text("", encoding="utf-8")
    assert gonghui("ingest", str(tmp_path / "in"), "-o", str(tmp_path / "s")).returncode == 2
    assert gonghui("ingest", str(tmp_path / "in"), "-o", str(tmp_path / "s"), "--allow-failures").returncode == 0


def copied(staged: Path, home: Path) -> Path:
    shutil.copytree(staged, home / "stages")
    return home / "stages"


def test_a_stage_without_the_one_before_says_which(staged: Path, tmp_path: Path) -> None:
    folder = copied(staged, tmp_path)
    (folder / "segmented.jsonl").unlink()
    with pytest.raises(CannotRun) as caught:
        stages.extract(folder)
    assert (caught.value.code, caught.value.params["stage"]) == ("stage_missing", "segment")
    assert json.loads((folder / "extracted.jsonl").read_text("utf-8").splitlines()[0]), "the old product stays"
    with pytest.raises(CannotRun, match="stage_missing"):
        stages.segment(tmp_path)
    with pytest.raises(CannotRun, match="stage_missing"):
        stages.listing_of(tmp_path)


def test_a_product_that_was_changed_is_named_with_its_line(staged: Path, tmp_path: Path) -> None:
    folder = copied(staged, tmp_path)
    path = folder / "ingested.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], lines[1].replace('"source"', '"quelle"', 1), *lines[2:]]) + "\n", encoding="utf-8")
    with pytest.raises(CannotRun) as caught:
        stages.segment(folder)
    assert caught.value.code == "stage_unreadable"
    assert caught.value.params["line"] == 2


@pytest.mark.parametrize("keep", [slice(1, None), slice(None, -1), slice(None, None, -1)])
def test_products_of_different_runs_do_not_mix(staged: Path, tmp_path: Path, keep: slice) -> None:
    folder = copied(staged, tmp_path)
    path = folder / "extracted.jsonl"
    path.write_text("\n".join(path.read_text(encoding="utf-8").splitlines()[keep]) + "\n", encoding="utf-8")
    with pytest.raises(CannotRun, match="stages_disagree"):
        stages.aggregate(folder, Job(input=folder, out=tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_folder_of_documents_is_no_place_for_products(corpus: Path) -> None:
    before = sorted(corpus.iterdir())
    with pytest.raises(CannotRun, match="output_not_ours"):
        stages.ingest(Job(input=GOLDEN, out=corpus))
    with pytest.raises(CannotRun, match="output_is_file"):
        stages.ingest(Job(input=GOLDEN, out=corpus / "空.txt"))
    assert sorted(corpus.iterdir()) == before
