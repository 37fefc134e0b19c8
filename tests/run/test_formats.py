"""The same text through every format gives the same findings."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.flow import Document, Options, through_stages
from pipeline.ingest import office, read
from pipeline.ingest.decode import decode
from pipeline.ingest.walk import walk
from pipeline.learn.matching import MATCH, pair
from pipeline.records import FINDING_KINDS, Record
from pipeline.settings import samples_dir
from tests.ingest import writers

SAMPLES = ["三河小学2011年工会总结.txt", "县商贸公司工会2012年总结.txt", "铁路工务段工会事迹材料.txt"]
WRITERS: dict[str, Callable[[str], bytes]] = {
    "txt gb18030": lambda text: text.encode("gb18030"),
    "txt utf-8-sig": lambda text: text.encode("utf-8-sig"),
    "txt utf-16": lambda text: text.encode("utf-16"),
    "txt utf-16-le": lambda text: text.encode("utf-16-le"),
    "txt utf-16-be": lambda text: text.encode("utf-16-be"),
    "md": lambda text: "\n\n".join(text.splitlines()).encode(),
    "docx": writers.docx, "html": writers.html, "mht": writers.mht, "pdf": writers.pdf,
    "csv": lambda text: writers.csv_file([[line] for line in text.splitlines()]),
    "xlsx": lambda text: writers.xlsx([[line] for line in text.splitlines()]),
    "zip": lambda text: writers.archive({"总结.txt": text.encode("gb18030")}),
}  # fmt: skip
CONVERTED = {"doc": "docx", "rtf": "docx", "odt": "docx", "xls": "xlsx", "wps": "doc", "pdf": "docx"}  # by LibreOffice, from
ENOUGH = 0.98


def findings(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The findings by kind; offsets count the characters of the clean text that are not blank, which all formats share."""
    (file,) = walk(path).files
    ingested = read(file.path, file.name, member=file.member)
    records = [through_stages(Document(ingested, part, Options())) for part in ingested.parts]
    place, count = {}, 0
    for part in ingested.parts:
        text = ingested.text(part)
        for at, char in enumerate(text.text):
            if not char.isspace():
                first, last = text.span(at, at + 1)
                place[first], place[last] = count, count + 1
                count += 1
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in FINDING_KINDS}
    for made in records:
        assert isinstance(made, Record)
        record = made.model_dump(mode="json")
        for kind in FINDING_KINDS:
            found[kind] += [{**item, "start": place[item["start"]], "end": place[item["end"]]} for item in record[kind]]
    return found


def text_of(sample: str) -> str:
    return decode(next(samples_dir().rglob(sample)).read_bytes()).text


@cache
def plain(sample: str) -> dict[str, list[dict[str, Any]]]:
    """The findings in a sample as plain text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.txt"
        path.write_text(text_of(sample), encoding="utf-8", newline="")
        return findings(path)


def kept(capsys: pytest.CaptureFixture[str], format: str, found: dict[str, dict[str, list[dict[str, Any]]]]) -> float:
    """The F1 of what a format gives against what plain text gives, sample by sample; printed."""
    right = total = 0
    for sample, other in found.items():
        for kind, same in MATCH.items():
            right += 2 * len(pair(plain(sample)[kind], other[kind], same).pairs)
            total += len(plain(sample)[kind]) + len(other[kind])
    with capsys.disabled():
        print(f"\n{format:>14}  F1 {right / total:.3f} against plain text, {total // 2} findings ", end="")
    return right / total


@pytest.mark.slow
@pytest.mark.parametrize("format", WRITERS)
def test_the_same_findings(tmp_path: Path, capsys: pytest.CaptureFixture[str], format: str) -> None:
    path = tmp_path / f"a.{format.split()[0]}"
    found = {}
    for sample in SAMPLES:
        path.write_bytes(WRITERS[format](text_of(sample)))
        found[sample] = findings(path)
    assert kept(capsys, format, found) >= ENOUGH


@pytest.mark.slow
@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("format", CONVERTED)
def test_the_same_findings_in_what_libreoffice_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str], format: str) -> None:
    program, source = office.libreoffice(), CONVERTED[format]
    assert program is not None
    made = WRITERS["xlsx" if source == "xlsx" else "docx"]
    for number, sample in enumerate(SAMPLES):
        (tmp_path / f"{number}.{'xlsx' if source == 'xlsx' else 'docx'}").write_bytes(made(text_of(sample)))
    target = "doc" if format == "wps" else format
    command = [program, "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--convert-to", target]
    command += ["--outdir", str(tmp_path), *map(str, sorted(tmp_path.glob("*.*")))]
    subprocess.run(command, check=True, timeout=240, capture_output=True)
    for number in range(len(SAMPLES)):
        (tmp_path / f"{number}.{target}").rename(tmp_path / f"{number}.made.{format}")
    found = {sample: findings(tmp_path / f"{number}.made.{format}") for number, sample in enumerate(SAMPLES)}
    assert kept(capsys, f"{format} (Office)", found) >= ENOUGH
