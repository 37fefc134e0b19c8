"""The scores are the field scorer's, whatever a run gets wrong; and they add up however documents are grouped."""

from __future__ import annotations

import copy
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.learn.cases import cases, genre_group, run
from pipeline.learn.gold import KINDS, resolve
from pipeline.learn.matching import MATCH
from pipeline.learn.scoring import Sheet, figures, headline, score_source
from pipeline.records import Record
from pipeline.run import Job
from pipeline.run import run as run_job
from pipeline.settings import models_dir
from tests.learn import tiny

ROOT = Path(__file__).resolve().parents[2]
MAIN = sorted((ROOT / "corpora" / "gold" / "main").glob("*.json"))


def resolved(item: dict[str, Any], text: str = tiny.TEXT) -> dict[str, Any]:
    """Gold as the scorer sees it."""
    return resolve(item, text, fill=False)


def blurred(records: list[dict[str, Any]], rng: random.Random) -> list[dict[str, Any]]:
    """Records as an imperfect run makes them: findings lost, moved, invented, attributes changed, documents cut."""
    for record in records:
        for kind in KINDS:
            kept = [a for a in record.get(kind, []) if rng.random() > 0.15]
            for a in kept:
                if rng.random() < 0.2:
                    a["start"] = max(record["start"], a["start"] - rng.randint(0, 3))
                    a["end"] += rng.randint(0, 3)
                name = rng.choice([*a])
                if rng.random() < 0.2 and name not in ("start", "end", "line", "value"):
                    a[name] = None if name != "topics" else []
            for _ in range(rng.randint(0, 2)):
                if kept:
                    extra = copy.deepcopy(rng.choice(kept))
                    shift = rng.randint(-60, 60)
                    kept.append(extra | {"start": max(extra["start"] + shift, 0), "end": max(extra["end"] + shift, 1)})
            record[kind] = kept
        if rng.random() < 0.2:
            record["end"] -= (record["end"] - record["start"]) // rng.choice([3, 30])
        for field in ("title", "org", "doc_type", "truncated"):
            if rng.random() < 0.2:
                record[field] = None
        for item in record["coverage"]["items"].values():
            if rng.random() < 0.2:
                item["level"] = rng.randint(0, 2)
    return [record for record in records if rng.random() > 0.1]


def scorer(gold: Path, records: Path, texts: Path, shared: Path) -> dict[str, Any]:
    """What the field's scorer says."""
    script = shared / "spec" / "score.py"
    done = subprocess.run(
        [sys.executable, str(script), str(gold), str(records), "--texts", str(texts), "--json"],
        capture_output=True, text=True, check=True, encoding="utf-8",
    )  # fmt: skip
    return dict(json.loads(done.stdout))


@pytest.mark.needs_shared
@pytest.mark.parametrize("seed", range(4))
def test_an_imperfect_run_is_scored_to_the_last_digit(tmp_path: Path, shared: Path, seed: int) -> None:
    rng = random.Random(seed)
    sheets: list[Sheet] = []
    with (tmp_path / "records.jsonl").open("w", encoding="utf-8") as out:
        for case in cases(sorted(rng.sample(MAIN, 30))):  # in the scorer's order: sums round alike
            (tmp_path / "gold").mkdir(exist_ok=True)
            (tmp_path / "gold" / case.path.with_suffix(".json").name).write_bytes(case.path.with_suffix(".json").read_bytes())
            records = blurred([tiny.as_record(case.gold, i) for i in range(len(case.gold["documents"]))], rng)
            sheets += score_source(case.name, case.gold, records)
            out.writelines(json.dumps({**record, "source": case.name}) + "\n" for record in records)
    expected = scorer(tmp_path / "gold", tmp_path / "records.jsonl", MAIN[0].parent, shared)
    assert figures(sheets) == expected
    assert 0.3 < (expected["counts"]["f1"] or 0) < 0.95


@pytest.mark.needs_shared
def test_a_real_run_is_scored_to_the_last_digit(tmp_path: Path, shared: Path) -> None:
    gold, texts = shared / "real" / "gold", shared / "real" / "texts"
    wanted = cases(sorted(gold.glob("*.json")), texts)
    run_job(Job(input=texts, out=tmp_path / "out", workers=2, include=tuple(case.name for case in wanted)))
    done = run(wanted, models_dir())
    assert not done.failures
    assert figures(done.sheets) == scorer(gold, tmp_path / "out" / "records.jsonl", texts, shared)


def test_a_perfect_run_is_perfect() -> None:
    gold = resolved(tiny.gold())
    table = figures(score_source("甲.txt", gold, [tiny.as_record(gold)]))
    assert {name: headline(row) for name, row in table.items() if headline(row) not in (None, 1.0)} == {}
    assert set(MATCH) <= set(table)


def test_a_run_that_finds_nothing_misses_everything() -> None:
    sheets = score_source("甲.txt", resolved(tiny.gold()), [])
    table = figures(sheets)
    assert table["documents"] == {"precision": None, "recall": 0.0, "f1": 0.0, "gold": 1}
    assert table["counts"]["f1"] == table["counts"]["macro"] == 0
    missed = [d for d in sheets[0].differences if d.what == "missed"]
    assert len(missed) == 1 + sum(len(tiny.GOLD["documents"][0][kind]) for kind in KINDS)


def test_a_document_made_of_noise_is_a_false_alarm() -> None:
    gold = resolved(tiny.gold())
    page = tiny.as_record(gold) | {"start": 0, "end": 11, "doc_type": "notice"} | {kind: [] for kind in KINDS}
    page["persons"] = [{"start": 0, "end": 2, "text": "资料"}]
    sheets = score_source("甲.txt", gold, [tiny.as_record(gold), page])
    table = figures(sheets)
    assert table["documents"]["precision"] == 0.5
    assert table["persons"]["precision"] == 0.6667
    assert {(d.kind, d.what) for d in sheets[0].differences} == {("documents", "false"), ("persons", "false")}


def test_a_quote_that_a_wrap_cuts_is_neither_missed_nor_a_false_alarm() -> None:
    item = tiny.gold()
    item["documents"][0]["orgs"][2]["wrapped"] = True
    gold = resolved(item)
    record = tiny.as_record(gold)
    record["orgs"][2]["end"] -= 1
    assert figures(score_source("甲.txt", gold, [record]))["orgs"]["f1"] == 1.0


def test_what_gold_does_not_say_is_not_asked() -> None:
    item = tiny.gold()
    table = figures(score_source("甲.txt", resolved(item), [tiny.as_record(resolved(item))]))
    assert "persons.role" not in table  # no person of the tiny file has the attribute written out
    del item["documents"][0]["title"]
    assert "doc.title" not in figures(score_source("甲.txt", resolved(item), []))


@given(st.integers(0, 10**6))
def test_sheets_add_up(seed: int) -> None:
    rng = random.Random(seed)
    gold = resolved(tiny.gold())
    sheets = [s for i in range(4) for s in score_source(f"{i}.txt", gold, blurred([tiny.as_record(gold)], rng))]
    whole, halves = figures(sheets), [figures(sheets[:2]), figures(sheets[2:])]
    for name, row in whole.items():
        size = "gold" if "gold" in row else "n"
        assert row[size] == sum(half[name][size] or 0 for half in halves if name in half)
        for value in row.values():
            assert value is None or name == "coverage.kappa" or value >= 0


def test_genres() -> None:
    expected = {
        "镇中心小学工会年度总结": "primary_school",
        "新疆幼儿园工会换届选举方案与上届报告": "kindergarten",
        "县教育工会年度总结": "education",
        "coal mine, annual summary": "mining",
        "bank branch, annual summary by the PR-minded union office": "bank",
        "county federation, five-year congress report": "federation",
        "construction company, five-point report": "construction",
        "township federation in Xinjiang": "township",
        "collection of five enterprise texts": "factory",
        "page of telecom union texts": "energy_telecom",
        "": "other",
    }
    assert {genre: genre_group(genre) for genre in expected} == expected


def test_records_have_what_is_scored() -> None:
    assert set(MATCH) <= set(Record.model_fields)
