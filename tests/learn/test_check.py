"""The check of gold files: every kind of fault is seen, nothing else is, and held-out files are not quoted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.labels import messages
from pipeline.learn.check import WORDS, corpus_faults, report
from pipeline.learn.norms import day_problem, is_month
from tests.cli.test_cli import gonghui
from tests.learn import tiny

ROOT = Path(__file__).resolve().parents[2]
CASES = [json.loads(line) for line in (ROOT / "tests/cases/learn/faults.jsonl").read_text(encoding="utf-8").splitlines()]


def edited(corpus: Path, path: list[Any], value: Any) -> None:
    """Change one place of the first file, not through the canonical writer, which would tidy it up."""
    file = corpus / "main" / "甲.json"
    item = json.loads(file.read_text(encoding="utf-8"))
    at = item
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    file.write_text(json.dumps(item, ensure_ascii=False), encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['code']}-{'.'.join(map(str, c['set'][0]))}")
def test_every_fault_is_seen_and_said(tmp_path: Path, case: dict[str, Any]) -> None:
    corpus = tiny.corpus(tmp_path)
    assert list(corpus_faults(corpus)) == []
    edited(corpus, *case["set"])
    found = [fault for fault in corpus_faults(corpus) if fault.code != "not_canonical"]
    if case["code"] is None:
        assert found == []
        return
    assert case["code"] in {fault.code for fault in found}
    assert all(fault.words("zh") != fault.words("en") for fault in found)


def test_every_code_has_a_case() -> None:
    seen = {case["code"] for case in CASES}
    assert set(messages(WORDS)) - seen == {"text_alone", "name_twice", "not_canonical"}  # they have tests of their own
    for code, row in messages(WORDS).items():
        assert set(row) == {"grade", "zh", "en"}, code
        assert row["grade"] in ("fault", "doubt"), code


def test_files_without_a_partner_or_with_a_double(tmp_path: Path) -> None:
    corpus = tiny.corpus(tmp_path)
    (corpus / "main" / "孤.txt").write_text("孤", encoding="utf-8")
    tiny.write(corpus / "office", tiny.gold(source="乙.txt", author_group="g1"))
    (corpus / "main" / "甲.txt").unlink()
    codes = sorted(fault.code for fault in corpus_faults(corpus))
    assert codes == ["name_twice", "name_twice", "text_alone", "unreadable"]


def test_what_is_not_canonical_is_a_doubt(tmp_path: Path) -> None:
    corpus = tiny.corpus(tmp_path)
    edited(corpus, ["author_group"], "g1")
    assert [(fault.code, fault.grave) for fault in corpus_faults(corpus)] == [("not_canonical", False)]


def test_held_out_files_are_not_quoted(tmp_path: Path) -> None:
    corpus = tiny.corpus(tmp_path)
    path = corpus / "test" / "丙.json"
    text = path.read_text(encoding="utf-8").replace('"norm": "2011-03-08"', '"norm": "2011-03-88"').replace("李 森", "李 淼")
    path.write_text(text, encoding="utf-8")
    lines, faults = report(corpus_faults(corpus), corpus, "zh")
    assert faults == len(lines) == 2
    assert not any(word in line for line in lines for word in ("李", "3月8日", "2011-03-88"))
    within, _ = report(corpus_faults(corpus / "test"), corpus / "test", "zh")
    assert any("3月8日" in line for line in within)  # who asks for them by name is allowed to see them


def test_the_command_says_it_in_both_languages_and_by_its_status(tmp_path: Path) -> None:
    corpus = tiny.corpus(tmp_path)
    clean = gonghui("corpus", "check", str(corpus))
    assert (clean.returncode, clean.stdout) == (0, "3 份标注文件，0 处错误，0 处存疑\n")
    edited(corpus, ["documents", 0, "counts", 0, "unit"], "口")
    assert "单位 口 应写作 人" in gonghui("corpus", "check", str(corpus)).stdout
    english = gonghui("corpus", "check", str(corpus), lang="en")
    assert english.returncode == 2
    assert "unit 口 is written 人" in english.stdout
    assert gonghui("corpus", "check", str(tmp_path / "nowhere")).returncode == 1


@pytest.mark.parametrize("folder", ["gold/main", "gold"])
def test_the_corpus_of_this_repository_has_no_fault(folder: str) -> None:
    root = ROOT / "corpora" / folder
    lines, faults = report((fault for fault in corpus_faults(root) if fault.grave), root, "en")
    assert faults == 0, "\n".join(lines)


@pytest.mark.parametrize(
    ("norm", "problem"),
    [("2011", None), ("2011-02", None), ("2012-02-29", None), ("XXXX", None), ("XXXX-10-23", None), ("2011-XX-05", None),
     ("2006/2010", None), ("2011-09/2012-01", None), ("XXXX-09/XXXX-01", None), ("2011-12-30/2011-12", None),
     ("2011-02-29", "no_such_day"), ("2011-00", "no_such_day"), ("2011-13", "no_such_day"), ("0000", "no_such_day"),
     ("2012-01/2011-09", "runs_backwards"), ("", "not_a_norm"), ("2011/2012/2013", "not_a_norm"), ("2011-1", "not_a_norm"),
     ("20039", "not_a_norm"), (2011, "not_a_norm"), (None, "not_a_norm")],
)  # fmt: skip
def test_norms(norm: Any, problem: str | None) -> None:
    assert day_problem(norm) == problem


def test_months() -> None:
    assert [is_month(v) for v in ("2011", "2011-12", "2011-13", "2011-12-01", "XXXX", 2011)] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
