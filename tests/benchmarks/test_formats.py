"""What a megabyte of each format costs to read, against plain text: measured and printed, never judged. ``make bench``."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import pytest

from pipeline.ingest import ingest, ocr
from pipeline.ingest.formats import extract_text
from tests.ingest import oldword, scans, writers

TEXT = "\n".join(
    f"{n}、{n % 12 + 1}月，工会组织职工{n * 7}人次参加活动，慰问困难职工{n}户，发放慰问金{n * 260}元，大家都说办得好。"
    for n in range(1, 400)
)
LINES = TEXT.splitlines()
MADE: dict[str, Callable[[], bytes]] = {
    "txt": lambda: TEXT.encode(),
    "txt gb18030": lambda: TEXT.encode("gb18030"),
    "md": lambda: "\n\n".join(LINES).encode(),
    "html": lambda: writers.html(TEXT),
    "mht": lambda: writers.mht(TEXT),
    "docx": lambda: writers.docx(TEXT),
    "doc": lambda: oldword.doc([(TEXT.replace("\n", "\r") + "\r", False, b"")]),
    "xlsx": lambda: writers.xlsx([[line] for line in LINES]),
    "csv": lambda: writers.csv_file([[line] for line in LINES]),
    "pdf": lambda: writers.pdf(TEXT),
}
_TIMES = 3


def seconds(work: Callable[[], object]) -> float:
    """The median of a few runs, behind one that warms up."""
    work()
    taken = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def test_seconds_a_megabyte() -> None:
    """Of text (what comes out, in UTF-8), since packed formats differ in size and scans have none."""
    base, size = 0.0, len(TEXT.encode()) / 1e6
    print("\n        format   MB file  s/MB text: read  +clean, split   x plain", file=sys.stderr)
    for name, make in MADE.items():
        data, file = make(), f"a.{name.split()[0]}"
        read = seconds(lambda data=data, file=file: extract_text(file, data)) / size  # type: ignore[misc]
        whole = seconds(lambda data=data, file=file: ingest(data, file)) / size  # type: ignore[misc]
        base = base or whole
        print(f"{name:>14} {len(data) / 1e6:>9.3f} {read:>16.2f} {whole:>15.2f} {whole / base:>9.1f}", file=sys.stderr)


@pytest.mark.needs_ocr
def test_seconds_a_scanned_page() -> None:
    text = "\n".join(LINES[:12])
    page = scans.page(text)
    taken = seconds(lambda: ocr.recognised_lines(page))
    print(
        f"\n          scan: {taken:.1f} s a page of {len(text)} characters = {taken / len(text.encode()) * 1e6:.0f} s/MB",
        file=sys.stderr,
    )
