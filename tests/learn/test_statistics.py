"""The generated part of ``corpora/README.md``: right, up to date, and silent about held-out texts but for counts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline.errors import CannotRun
from pipeline.learn.statistics import BEGIN, END, filled, generated
from tests.cli.test_cli import gonghui
from tests.learn import tiny

ROOT = Path(__file__).resolve().parents[2]


def test_the_readme_is_up_to_date() -> None:
    corpora = ROOT / "corpora"
    text = (corpora / "README.md").read_text(encoding="utf-8")
    assert text == filled(text, generated(corpora / "gold")), "gonghui corpus stats rewrites it"


def test_the_figures_are_those_of_the_files(tmp_path: Path) -> None:
    body = generated(tiny.corpus(tmp_path))
    size = len(tiny.TEXT)
    assert f"| train | 1 | 1 | 1 | 0 | {size} |" in body
    assert f"| all | 3 | 3 | 3 | 0 | {3 * size} |" in body
    assert "| counts | 数据 | 2 | 2 | 2 | 6 | 3 |" in body
    assert f"| mining | 1 | 0 | 1 | 0 | {size} |" in body
    assert "In fewer than 5 files: `page_meta` 3, `sign_off` 3." in body
    assert "Documents by type: summary 3." in body
    assert "青石沟" not in body
    assert "no figures" in body


def test_a_phenomenon_is_proven_by_five_files(tmp_path: Path) -> None:
    gold = tiny.corpus(tmp_path)
    for name in "丁戊":
        tiny.write(gold / "main", tiny.gold(source=f"{name}.txt"))
    assert "Every phenomenon occurs in 5 files or more." in generated(gold)


def test_agreement_is_that_of_the_readings(tmp_path: Path) -> None:
    gold = tiny.corpus(tmp_path)
    for reading in ("first", "second"):
        folder = tmp_path / "readings" / reading
        folder.mkdir(parents=True)
        for path in gold.rglob("*.json"):
            shutil.copy(path, folder)
    path = tmp_path / "readings" / "second" / "丙.json"
    item = json.loads(path.read_text(encoding="utf-8"))
    item["documents"][0]["orgs"].pop()
    item["documents"][0]["coverage"]["care"] = 0
    path.write_text(json.dumps(item), encoding="utf-8")
    body = generated(gold)
    assert "on the 3 files that both readers annotated" in body
    assert "| counts | 1.000 | 6 |" in body
    assert f"| orgs | {2 * 11 / 23:.3f} | 12 |" in body
    assert f"| coverage level | {59 / 60:.3f} | 60 |" in body


def test_only_the_marked_part_is_rewritten(tmp_path: Path) -> None:
    gold = tiny.corpus(tmp_path)
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}old\n{END}\nafter\n", encoding="utf-8")
    assert gonghui("corpus", "stats", str(gold)).returncode == 0
    text = readme.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert generated(gold) in text
    assert "old" not in text
    assert filled(text, generated(gold)) == text
    readme.write_text("no marks", encoding="utf-8")
    assert gonghui("corpus", "stats", str(gold)).returncode == 1
    assert readme.read_text(encoding="utf-8") == "no marks"


def test_a_held_out_file_that_is_wrong_is_not_quoted(tmp_path: Path) -> None:
    gold = tiny.corpus(tmp_path)
    (gold / "test" / "丙.json").write_text("{青石沟", encoding="utf-8")
    with pytest.raises(CannotRun) as caught:
        generated(gold)
    assert "青石沟" not in str(caught.value)
