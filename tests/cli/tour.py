"""The READMEs' tour: what three users type, in order, and what the tool answers, as it really does."""

from __future__ import annotations

import contextlib
import io
import shutil
from pathlib import Path

from pipeline.corrections import Corrections, LevelCorrection
from pipeline.records import Record
from tests.cli.test_cli import ROOT, gonghui

FOLDER, OUT, FILE = "材料", "结果", "三河小学2011年工会总结.txt"
OPERATOR = (("run", FOLDER, "-o", OUT),)
REVIEWER = (("inspect", f"{FOLDER}/{FILE}"), ("apply", OUT, "corrections.json", "-o", "结果2"))
STAGES = (
    ("ingest", FOLDER, "-o", "work"), ("segment", "work"), ("extract", "work"), ("aggregate", "work", "-o", "结果3"),
)  # fmt: skip
SESSION = """\
import pipeline
done = pipeline.load_run("结果")
done
done["events"].groupby("event_type").size().sort_values(ascending=False).head(3)
done["documents"][["unit_name", "year", "chars", "needs_check"]].dtypes
document = next(done.documents())
found = document.record.dates[-1]
found.text, found.norm, document.raw[found.start : found.end]
"""
LONGEST = 22  # lines of an answer


def tour(lang: str) -> dict[str, str]:
    """The blocks of the tour by name, made in an empty folder with the two documents of a township."""
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        shutil.copytree(ROOT / "corpora" / "samples" / "柳河镇", home / FOLDER)
        blocks = {"tour-operator": answered(OPERATOR, home, lang)}
        corrections(home / OUT, home / "corrections.json")
        return blocks | {
            "tour-reviewer": answered(REVIEWER, home, lang),
            "tour-data": session(home),
            "tour-stages": answered(STAGES, home, lang),
        }


def answered(commands: tuple[tuple[str, ...], ...], home: Path, lang: str) -> str:
    """A console block: each command and its answer, long ones cut."""
    lines = []
    for command in commands:
        done = gonghui(*command, lang=lang, cwd=home)
        if done.returncode:
            raise RuntimeError(f"{command}: {done.stderr}")
        shown = done.stdout.rstrip().splitlines()
        lines += [f"$ gonghui {' '.join(command)}", *shown[:LONGEST], *(["…"] if len(shown) > LONGEST else []), ""]
    return "```console\n" + "\n".join(lines).rstrip() + "\n```\n"


def corrections(out: Path, file: Path) -> None:
    """A corrections file, as the report exports it: the first level that is not full, put right."""
    import hashlib

    data = (out / "records.jsonl").read_bytes()
    record = Record.model_validate_json(data.decode("utf-8").splitlines()[0])
    assert record.coverage
    item, score = next((item, score) for item, score in record.coverage.items.items() if score.level < 2)
    one = LevelCorrection(doc_id=record.doc_id, item=item, seen=score.level, verdict="correct", to=2)
    made = Corrections(run=hashlib.sha256(data).hexdigest()[:16], reviewer="甲", corrections=(one,))
    file.write_text(made.model_dump_json(), encoding="utf-8")


def session(home: Path) -> str:
    """A Python block: each line of the session and what it shows."""
    lines, names = [], {"__name__": "tour"}
    with contextlib.chdir(home):
        for line in SESSION.splitlines():
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(line, "tour", "single"), names)
            lines += [f">>> {line}", *out.getvalue().rstrip().splitlines()]
    return "```pycon\n" + "\n".join(lines) + "\n```\n"
