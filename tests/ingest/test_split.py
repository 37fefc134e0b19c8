"""Splitting: every kind of boundary, what is no boundary, what is cut off."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.ingest import ingest, read
from tests.conftest import SHARED
from tests.ingest.cases import cases

FILLER = {
    "{A}": "学校工会组织全体教职工认真学习有关文件，先后召开座谈会三次，"
    "收集意见建议二十余条，逐条研究并且给了答复，大家的心气顺了，干劲也就足了，各项工作都上了一个台阶，得到了上级的充分肯定。",
    "{B}": "春节前后，工会干部分头走访慰问困难职工和退休老同志，送去慰问金和节日的问候，"
    "还为患病住院的会员办理了互助保障理赔手续，把组织的温暖送到了职工的心坎上，受到了大家的普遍好评。",
    "{C}": "三月份举办了趣味运动会和厨艺展示，五月份组织了青年职工登山，"
    "九月份召开了庆祝大会，十一月份开展了乒乓球联赛，参加的人数一次比一次多，活跃了业余生活，增进了彼此的了解和友谊。",
}


def text_of(case: dict[str, Any]) -> tuple[str, list[int]]:
    lines = []
    for line in case["lines"]:
        for name, filler in FILLER.items():
            line = line.replace(name, filler)
        lines.append(line)
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    return "\n".join(lines), [*starts, at]


@pytest.mark.parametrize("case", cases("split"))
def test_case(case: dict[str, Any]) -> None:
    raw, starts = text_of(case)
    ingested = ingest(raw.encode(), "a.txt")
    parts = ingested.parts
    if case["parts"] is not None:
        assert [[part.start, part.end, part.kind] for part in parts] == [
            [starts[a], starts[b + 1] - 1, kind] for a, b, kind in case["parts"]
        ]
    if "starts" in case:
        assert [raw[part.start : part.start + len(start)] for part, start in zip(parts, case["starts"], strict=True)] == case[
            "starts"
        ]
    if "titles" in case:
        assert [part.boundary_title for part in parts] == case["titles"]
    if "cut" in case:
        assert [[part.cut_start, part.cut_end] for part in parts] == case["cut"]
    if "noise" in case:
        assert [noise.reason for noise in ingested.noise] == case["noise"]


@pytest.mark.parametrize("case", cases("split", failing=False))
def test_what_is_cut_and_what_is_kept_do_not_meet(case: dict[str, Any]) -> None:
    raw, _ = text_of(case)
    ingested = ingest(raw.encode(), "a.txt")
    for part in ingested.parts:
        kept = ingested.text(part)
        outer = [noise for noise in ingested.noise if not (part.start <= noise.start and noise.end <= part.end)]
        assert all(noise.end <= part.start or part.end <= noise.start for noise in outer)
        inner = sum(noise.end - noise.start + 1 for noise in ingested.noise if noise not in outer)
        assert len(kept.text) >= part.end - part.start - inner - raw[part.start : part.end].count(" ")


@pytest.mark.parametrize("case", cases("split", failing=False))
@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\n\n"])
def test_line_ends_do_not_matter(case: dict[str, Any], line_end: str) -> None:
    raw, _ = text_of(case)
    if "" in case["lines"] and line_end == "\n\n":
        return  # blank lines are the point of this case
    plain = ingest(raw.encode(), "a.txt").parts
    other_raw = raw.replace("\n", line_end)
    other = ingest(other_raw.encode(), "a.txt").parts
    assert [raw[p.start : p.end].split() for p in plain] == [other_raw[p.start : p.end].split() for p in other]


@pytest.mark.needs_shared
@pytest.mark.parametrize("name", ["000", "001_part", "002_part", "003"])
def test_real_files(name: str) -> None:
    gold = json.loads((SHARED / "real" / "gold" / f"{name}.json").read_text(encoding="utf-8"))
    ingested = read(SHARED / "real" / "texts" / gold["source"], gold["source"])
    raw = ingested.source.raw
    lines = [raw.count("\n", 0, part.start) + 1 for part in ingested.parts]
    assert lines == [doc["start_line"] for doc in gold["documents"]]
    assert [part.kind == "guide" for part in ingested.parts] == [doc["doc_type"] == "guide" for doc in gold["documents"]]
    assert not any(part.cut_start or part.cut_end for part in ingested.parts)


def test_samples_of_the_repository_split_into_their_gold_documents() -> None:
    """The development corpus, as a floor: one boundary in ten may be wrong while rules and corpus grow."""
    home = Path(__file__).resolve().parents[2] / "corpora" / "gold" / "main"
    right = wrong = 0
    for path in sorted(home.glob("*.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))
        source = path.with_suffix(".txt")
        ingested = read(source, source.name)
        raw = ingested.source.raw
        found = {(raw.count("\n", 0, part.start) + 1, part.kind == "guide") for part in ingested.parts}
        wanted = {(doc["start_line"], doc["doc_type"] == "guide") for doc in gold["documents"]}
        right += len(found & wanted)
        wrong += len(found ^ wanted)
    assert wrong * 10 <= right
