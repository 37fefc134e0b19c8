"""The same text through every format gives the same findings."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.flow import Options, Task, process
from pipeline.ingest import read
from pipeline.ingest.decode import decode
from pipeline.learn.matching import MATCH, pair
from pipeline.records import FINDING_KINDS
from pipeline.settings import samples_dir
from tests.ingest import writers

SAMPLES = ["三河小学2011年工会总结.txt", "县商贸公司工会2012年总结.txt", "铁路工务段工会事迹材料.txt"]
WRITERS: dict[str, Callable[[str], bytes]] = {
    "docx": writers.docx, "html": writers.html, "mht": writers.mht, "pdf": writers.pdf,
    "csv": lambda text: writers.csv_file([[line] for line in text.splitlines()]),
    "xlsx": lambda text: writers.xlsx([[line] for line in text.splitlines()]),
}  # fmt: skip
ENOUGH = 0.98


def findings(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The findings by kind; offsets count the characters of the clean text that are not blank, which all formats share."""
    outcome = process(Task(path, path.name), Options())
    assert not outcome.failures
    ingested = read(path, path.name)
    place, count = {}, 0
    for part in ingested.parts:
        text = ingested.text(part)
        for at, char in enumerate(text.text):
            if not char.isspace():
                first, last = text.span(at, at + 1)
                place[first], place[last] = count, count + 1
                count += 1
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in FINDING_KINDS}
    for line in outcome.records:
        record = json.loads(line)
        for kind in FINDING_KINDS:
            found[kind] += [{**item, "start": place[item["start"]], "end": place[item["end"]]} for item in record[kind]]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("suffix", WRITERS)
def test_the_same_findings(tmp_path: Path, suffix: str) -> None:
    right = total = 0
    for name in SAMPLES:
        text = decode(next(samples_dir().rglob(name)).read_bytes()).text
        (tmp_path / "a.txt").write_text(text, encoding="utf-8")
        (tmp_path / f"a.{suffix}").write_bytes(WRITERS[suffix](text))
        plain, other = findings(tmp_path / "a.txt"), findings(tmp_path / f"a.{suffix}")
        for kind, same in MATCH.items():
            right += 2 * len(pair(plain[kind], other[kind], same).pairs)
            total += len(plain[kind]) + len(other[kind])
    print(f"\n{suffix}: F1 {right / total:.3f} against plain text, {total // 2} findings")
    assert right / total >= ENOUGH
