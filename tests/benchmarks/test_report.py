"""How fast the report of a large run opens in a real browser: measured and printed, never judged. ``make bench``."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import time
from html import unescape
from pathlib import Path

import pytest

from pipeline.output import finished
from pipeline.run import Job, make_report, read_records, run
from tests.report.browser import CHROMIUM

SAMPLES = Path(__file__).resolve().parents[2] / "corpora" / "samples"
DOCUMENTS = 3000
# When a page is loaded and laid out, and how long a reader's next step takes until it is laid out again.
PROBE = """addEventListener('load', () => {
  document.body.offsetHeight;
  const opened = performance.now();
  %s
  document.body.offsetHeight;
  const step = performance.now() - opened, pre = document.createElement('pre');
  pre.id = 'probe'; pre.textContent = JSON.stringify([Math.round(opened), Math.round(step)]); document.body.append(pre);
});"""
TYPE = "const box = document.querySelector('input[type=search]'); box.value = '小学'; box.dispatchEvent(new Event('input'));"
STEPS = {
    "index": TYPE,
    "documents": TYPE,
    "figures": TYPE,
    "doc": "document.querySelector('#score tbody a').click();",
    "review": "document.querySelector('#reviewed-controls input').focus();",
}


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run over the samples, its documents repeated under other units until there are enough."""
    folder = tmp_path_factory.mktemp("many")
    run(Job(input=SAMPLES, out=folder / "out", workers=1))
    out, dice = folder / "out", random.Random(20111228)
    records = list(read_records(out))
    whole = folder / "whole"
    (whole / "texts").mkdir(parents=True)
    for path in (out / "texts").iterdir():
        (whole / "texts" / path.name).write_bytes(path.read_bytes())
    (whole / "failures.jsonl").write_bytes((out / "failures.jsonl").read_bytes())
    with (whole / "records.jsonl").open("w", encoding="utf-8", newline="\n") as lines:
        for no in range(DOCUMENTS):
            record = records[no % len(records)]
            unit = record.unit.model_copy(update={"name": f"{record.unit.name or '某单位'}{no // len(records)}"})
            year = record.report_year.model_copy(update={"value": dice.randrange(2010, 2024)})
            fresh = {"doc_id": f"{no:016x}", "unit": unit, "report_year": year, "duplicate_of": None}
            lines.write(record.model_copy(update=fresh).model_dump_json() + "\n")
    began = time.perf_counter()
    make_report(whole, whole, finished(out)["settings"], lang="zh", show_names=False)
    size = sum(p.stat().st_size for p in (whole / "report").rglob("*") if p.is_file())
    print(f"\nreport of {DOCUMENTS} documents: {time.perf_counter() - began:.1f} s, {size / 1e6:.1f} MB", file=sys.stderr)
    return whole / "report"


@pytest.mark.needs_chromium
@pytest.mark.parametrize("name", list(STEPS))
def test_a_page_of_a_large_run(many: Path, tmp_path: Path, name: str) -> None:
    (many / "probe.js").write_text(PROBE % STEPS[name], encoding="utf-8")
    page = many / f"probed-{name}.html"
    text = (many / f"{name}.html").read_text(encoding="utf-8")
    page.write_text(text.replace("</body>", '<script src="probe.js"></script></body>'), encoding="utf-8")
    state = f"#{0:016x}" if name == "doc" else ""
    flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}", "--dump-dom"]
    done = subprocess.run(
        [CHROMIUM, *flags, page.as_uri() + state], capture_output=True, encoding="utf-8", timeout=120, check=True
    )
    found = re.search(r'<pre id="probe">(.*?)</pre>', done.stdout)
    assert found, "the page did not finish"
    opened, step = json.loads(unescape(found[1]))
    print(f"\n{name}: open after {opened} ms, next step {step} ms", file=sys.stderr)
