"""``gonghui corpus import --from corrections``: what was read to its end becomes gold, and nothing else does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.learn.check import file_faults
from pipeline.learn.gold import KINDS, resolve
from pipeline.run import Job, read_records, run
from tests.cli.test_cli import gonghui
from tests.review.test_apply import TEXT, entry, file


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gold")
    (folder / "in").mkdir()
    (folder / "in" / "清泉.txt").write_text(TEXT, encoding="utf-8")
    (folder / "in" / "石桥.txt").write_text(TEXT.replace("清泉", "石桥").replace("46人", "64人"), encoding="utf-8")
    run(Job(input=folder / "in", out=folder / "out"))
    return folder / "out"


def test_a_source_that_was_checked_becomes_gold_with_its_corrections(made: Path, tmp_path: Path) -> None:
    first, second = read_records(made)
    path = file(
        tmp_path,
        {"about": "document", "doc_id": first.doc_id, "checked": True, "to": {"unit": "清泉小学工会"}},
        entry(first, "counts", "46人", "correct", to={"indicator": "activity_times", "scope": "own"}),
        entry(first, "counts", "2000元", "reject"),
        entry(second, "counts", "64人", "confirm"),
    )
    done = gonghui("corpus", "import", str(path), "--from", "corrections", "--run", str(made), "-o", str(tmp_path / "gold"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "石桥.txt" in done.stderr
    (annotation,) = (tmp_path / "gold").glob("*.json")
    assert not [fault for fault in file_faults(annotation) if fault.grave]
    text = annotation.with_suffix(".txt").read_bytes().decode("utf-8")
    assert text == TEXT
    (doc,) = resolve(json.loads(annotation.read_text(encoding="utf-8")), text)["documents"]
    assert doc["org"] == "清泉小学工会"
    assert [(c["text"], c["value"], c["indicator"], c["scope"]) for c in doc["counts"]] == [("46人", 46, "activity_times", "own")]
    for kind in set(KINDS) - {"counts"}:
        assert [(f["start"], f["end"]) for f in doc[kind]] == [(f.start, f.end) for f in getattr(first, kind)], kind
    assert first.coverage
    assert set(doc["coverage"]) == set(first.coverage.items)


def test_corrections_without_their_run_are_refused(made: Path, tmp_path: Path) -> None:
    done = gonghui("corpus", "import", str(file(tmp_path)), "--from", "corrections", "-o", str(tmp_path / "gold"), lang="en")
    assert (done.returncode, "--run" in done.stderr) == (1, True)
