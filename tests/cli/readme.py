"""``python -m tests.cli.readme``: write into both READMEs what the tool prints: help, the tour, rows of the demo."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

from pipeline.run import Job, run
from tests.cli.test_cli import COMMANDS, ROOT, gonghui
from tests.cli.tour import tour

SAMPLE = "柳河镇/三河小学2011年工会总结.txt"
SHOWN = ("活动日期", "日期原文", "活动名称", "类别", "参加人数", "状态", "行号", "原文")
ROWS = 6


def main() -> None:
    """Rewrite what stands between ``<!-- x -->`` and ``<!-- /x -->``."""
    rows = sample_rows()
    for readme, lang in (("README.md", "en"), ("README.zh.md", "zh")):
        path = ROOT / readme
        text = path.read_text(encoding="utf-8")
        text = filled(text, "output", rows)
        for name, block in tour(lang).items():
            text = filled(text, name, block)
        text = filled(text, "help", "\n".join(help_of(command, lang) for command in COMMANDS))
        path.write_text(text, encoding="utf-8", newline="\n")


def help_of(command: str, lang: str) -> str:
    """The help of one command, as it looks on a console."""
    arguments = [*command.split(), "--help"]
    return f"```console\n$ {' '.join(('gonghui', *arguments))}\n{gonghui(*arguments, lang=lang).stdout.strip()}\n```\n"


def sample_rows() -> str:
    """Some rows of the demo's events, as a Markdown table."""
    with tempfile.TemporaryDirectory() as folder:
        run(Job(input=ROOT / "corpora" / "samples", out=Path(folder) / "out", include=(SAMPLE,)))
        with (Path(folder) / "out" / "tables" / "events.csv").open(encoding="utf-8-sig", newline="") as handle:
            rows = [[row[name] for name in SHOWN] for row in csv.DictReader(handle)]
    dated = [row for row in rows if row[0]][:ROWS]
    lines = [" | ".join(cells) for cells in (SHOWN, ["---"] * len(SHOWN), *dated)]
    return f"`out/tables/events.csv`, {SAMPLE}:\n\n" + "".join(f"| {line} |\n" for line in lines)


def filled(text: str, name: str, body: str) -> str:
    """The text with ``body`` between the marks called ``name``."""
    head, _, rest = text.partition(f"<!-- {name} -->")
    tail = rest.partition(f"<!-- /{name} -->")[2]
    return f"{head}<!-- {name} -->\n{body}<!-- /{name} -->{tail}"


if __name__ == "__main__":
    main()
