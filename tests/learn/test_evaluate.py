"""Evaluation around the scores: intervals, groups, comparison, log, and a held-out split that stays closed."""

from __future__ import annotations

import json
import random
import shutil
from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import CannotRun
from pipeline.learn import evaluate as judge
from pipeline.learn.cases import Run, cases, fresh_models, gold_files
from pipeline.learn.matching import MATCH
from pipeline.learn.scoring import Sheet, figures, headline, score_source
from pipeline.learn.tables import aligned, breakdown, curve_table, markdown, summary
from pipeline.learn.train import MODELS
from pipeline.records import Failure
from pipeline.settings import models_at, models_dir
from tests.cli.test_cli import gonghui
from tests.learn import tiny
from tests.learn.test_scoring import MAIN, blurred, resolved

ROOT = Path(__file__).resolve().parents[2]


def imperfect(documents: int = 12) -> Run:
    """A scored run with a fixed share of errors."""
    rng, gold, sheets = random.Random(7), resolved(tiny.gold()), []
    for i in range(documents):
        for sheet in score_source(f"{i}.txt", gold, blurred([tiny.as_record(gold)], rng)):
            sheet.genre, sheet.phenomena = ("bank", "mining")[i % 2], ("sign_off", "tables")[: i % 3]
            sheets.append(sheet)
    return Run(sheets, [], {f"{i}.txt": tiny.TEXT for i in range(documents)})


def test_intervals_are_the_same_every_time_and_hold_the_score() -> None:
    sheets = imperfect().sheets
    found, table = judge.intervals(sheets), figures(sheets)
    assert found == judge.intervals(sheets)
    for name, (low, high) in found.items():
        value = headline(table[name])
        assert value is not None
        assert low - 1e-4 <= value <= high + 1e-4, name
    assert {"counts", "doc.org", "coverage.exact", "coverage.kappa", "events.date"} <= set(found)
    wide, narrow = judge.intervals(sheets[:4])["counts"], judge.intervals(sheets * 8)["counts"]
    assert wide[1] - wide[0] > narrow[1] - narrow[0]
    assert judge.intervals([]) == {}


def test_groups_hold_their_documents() -> None:
    sheets = imperfect().sheets
    by_genre = judge.grouped(sheets, "genre")
    assert {group: n for group, (n, _) in by_genre.items()} == {"bank": 6, "mining": 6}
    assert by_genre["bank"][1] == figures([s for s in sheets if s.genre == "bank"])
    assert {group: n for group, (n, _) in judge.grouped(sheets, "phenomenon").items()} == {"sign_off": 8, "tables": 4}


def test_a_run_is_compared_with_the_last_of_its_name(tmp_path: Path) -> None:
    first = judge.scored("dev", imperfect(), Path("models"), tmp_path)
    assert first.before == {}
    second = judge.scored("dev", imperfect(6), Path("models"), tmp_path)
    assert second.before["counts"] == first.figures["counts"]["f1"]
    text = "\n".join(summary(second, "en"))
    assert f"{(second.figures['counts']['f1'] or 0) - (first.figures['counts']['f1'] or 0):+.3f}" in text
    assert "0.960 ✗" in text  # the target of counts, missed
    assert "bank" in "\n".join(breakdown(second, "genre", "zh"))
    assert judge.scored("real", imperfect(), Path("models"), tmp_path).before == {}


def test_a_run_with_failures_says_which_and_is_not_compared_with(tmp_path: Path) -> None:
    lost = Failure(source="0.txt", stage="extract", kind="internal", message="NameError: x")
    broken = imperfect()._replace(failures=[lost, lost])
    first = judge.scored("dev", broken, Path("models"), tmp_path)
    assert first.failures == {"internal": 2}
    text = "\n".join(summary(first, "en"))
    assert "2 failures" in text
    assert "NameError: x" in text
    assert judge.scored("dev", imperfect(), Path("models"), tmp_path).before == {}
    held_out = judge.scored("test", broken, Path("models"), tmp_path)
    assert "NameError" not in "\n".join(summary(held_out, "en"))


def test_the_json_says_it_all_and_quotes_nothing(tmp_path: Path) -> None:
    text = judge.scored("dev", imperfect(), Path("models"), tmp_path).as_json()
    body = json.loads(text)
    assert body["figures"]["counts"]["ci95"][0] <= body["figures"]["counts"]["f1"]
    assert set(body["groups"]) == {"genre", "phenomenon"}
    assert "青石沟" not in text


def test_errors_come_with_their_context(tmp_path: Path) -> None:
    result = judge.scored("dev", imperfect(), Path("models"), tmp_path)
    for kind in judge.ERROR_KINDS:
        lines = judge.error_lines(result, kind)
        wanted = [d for s in result.run.sheets for d in s.differences if d.kind == kind]
        assert len(lines) == len(wanted)
        assert all("【" in line and "\n" not in line for line in lines)
    counts = judge.error_lines(result, "counts")
    assert any("【500元】" in line and "送去慰问金" in line and "missed" in line for line in counts)


def test_every_run_on_the_held_out_split_is_logged(tmp_path: Path) -> None:
    result = judge.scored("test", imperfect(), Path("models"), tmp_path)
    path = tmp_path / "LOG.md"
    judge.log(result, date(2026, 11, 21), path)
    judge.log(result, date(2026, 11, 22), path)
    rows = [line.strip("| \n").split(" | ") for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    assert [row[0] for row in rows] == ["date", "---", "2026-11-21", "2026-11-22"]
    assert len({len(row) for row in rows}) == 1
    assert rows[2][rows[0].index("counts")] == f"{result.figures['counts']['f1']:.4f}"
    assert "青石沟" not in path.read_text(encoding="utf-8")


def test_differences_on_held_out_documents_are_shown_to_nobody(tmp_path: Path) -> None:
    gold = tiny.corpus(tmp_path)
    for arguments in (("--split", "test", "--corpus", str(gold)), ("--gold", str(gold / "test"))):
        done = gonghui("evaluate", *arguments, "--errors", "counts", "--work", str(tmp_path / "work"))
        assert done.returncode == 1
        assert "测试" in done.stderr
        assert "青石沟" not in done.stdout + done.stderr
    assert not (gold / "test" / "LOG.md").exists()
    (gold / "test" / "丙.json").write_text("{青石沟", encoding="utf-8")
    with pytest.raises(CannotRun) as caught:
        cases(gold_files(gold, ("test",)))
    assert "青石沟" not in str(caught.value)


def test_held_out_files_are_not_even_opened_for_other_splits(tmp_path: Path) -> None:
    gold = tiny.corpus(tmp_path)
    (gold / "test" / "丙.json").write_text("no JSON at all", encoding="utf-8")
    assert [p.name for p in gold_files(gold, ("train",))] == ["甲.json"]
    assert [p.name for p in gold_files(gold, ("dev",))] == ["乙.json"]
    assert [p.name for p in gold_files(gold, ("test",))] == ["丙.json"]
    assert len(cases(gold_files(gold, ("train", "dev")))) == 2


@pytest.mark.parametrize(
    "arguments",
    [("evaluate", "--corpus", "nowhere"), ("evaluate", "--gold", "nowhere"), ("evaluate", "--errors", "colour"),
     ("train", "--only", "colour"), ("train", "--corpus", "nowhere"), ("evaluate", "--models", "nowhere")],
)  # fmt: skip
def test_what_cannot_run_says_so(arguments: tuple[str, ...]) -> None:
    done = gonghui(*arguments)
    assert done.returncode == 1
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_models_elsewhere_are_used_and_left(tmp_path: Path) -> None:
    before = models_dir()
    with models_at(tmp_path):
        assert models_dir() == tmp_path.resolve()
    assert models_dir() == before


def test_tables_line_up() -> None:
    assert aligned([["", "得分"], ["counts", "1"]]) == ["        得分", "counts     1"]
    assert markdown([("a", "b"), (1, 2)]) == "| a | b |\n| --- | --- |\n| 1 | 2 |\n"
    table = figures(imperfect().sheets)
    better = {k: {f: v if f in ("gold", "n") else 1.0 for f, v in row.items()} for k, row in table.items()}
    lines = curve_table({0.5: table, 1.0: better}, "en")
    assert lines[0].split()[:2] == ["50%", "100%"]
    assert next(line for line in lines if line.startswith("counts ")).endswith("yes")


def test_every_target_is_a_row_that_is_scored() -> None:
    known = {"coverage.exact", "coverage.kappa", *figures(imperfect().sheets)}
    assert set(judge.targets()) <= known | {"events.participants", "counts.modifier", "doc.duplicate_of"}
    assert set(MATCH) <= set(judge.targets())


@pytest.mark.slow
def test_from_gold_to_models_to_a_score(tmp_path: Path) -> None:
    """The whole way on a dozen files: train, cache, evaluate honestly, list errors, draw a curve."""
    gold = tmp_path / "gold" / "main"
    gold.mkdir(parents=True)
    for path in [p for p in MAIN if p.stem[:3] in ("a02", "b02", "a03", "d03")]:
        shutil.copy(path, gold)
        shutil.copy(path.with_suffix(".txt"), gold)
    root, work = tmp_path / "gold", tmp_path / "work"
    models = fresh_models(gold_files(root, ("train",)), work)
    assert {p.name for p in models.iterdir()} == {*MODELS, "done"}
    assert fresh_models(gold_files(root, ("train",)), work) == models  # from the cache
    result = judge.evaluate(corpus=root, split="dev", work=work)
    assert result.models == models.name
    assert not result.failures
    assert (result.figures["dates"]["f1"] or 0) > 0.5
    done = gonghui("evaluate", "--corpus", str(root), "--work", str(work), "--errors", "events", "--by", "genre")
    assert done.returncode == 0, done.stderr
    assert "【" in done.stderr
    assert "primary_school" in done.stdout or "education" in done.stdout or "transport" in done.stdout
    assert models.name in done.stdout
    curve = judge.curve(corpus=root, work=work, shares=(1.0,))
    assert curve[1.0]["dates"] == result.figures["dates"]
    trained = gonghui("train", "--corpus", str(root), "--models", str(tmp_path / "m"), "--only", "event_status")
    assert trained.returncode == 0, trained.stderr
    assert (tmp_path / "m" / "event_status" / "weights.npz").exists()


def test_a_sheet_says_nothing_until_it_is_scored() -> None:
    assert figures([Sheet("a", 0, 0, 1)]) == {}
