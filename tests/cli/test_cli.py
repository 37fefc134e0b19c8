"""The front door: exit statuses, both languages, consoles that lack characters, and a README that says what the help says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = (
    "", "run", "report", "apply", "compare", "inspect", "schema", "ingest", "segment", "extract", "aggregate",
    "corpus", "corpus check", "corpus export", "corpus import", "corpus stats",
    "prepare", "train", "evaluate",
)  # fmt: skip


def gonghui(
    *arguments: str, lang: str = "zh", encoding: str = "utf-8", cwd: Path = ROOT, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, with a console of 100 columns in ``encoding``."""
    env = {**os.environ, "GONGHUI_LANG": lang, "COLUMNS": "100", "TERMINAL_WIDTH": "100", "PYTHONIOENCODING": encoding, **environ}
    code = "import sys; sys.argv[0] = 'gonghui'; from pipeline.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        encoding=encoding,
        errors="replace",
        env=env,
        cwd=cwd,
        check=False,
    )


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("readme", "lang"), [("README.md", "en"), ("README.zh.md", "zh")])
def test_the_readme_has_the_help_of_every_command(readme: str, lang: str, command: str) -> None:
    shown = gonghui(*command.split(), "--help", lang=lang)
    assert shown.returncode == 0
    text = (ROOT / readme).read_text(encoding="utf-8")
    assert shown.stdout.strip() in text, f"{readme} lacks the help of gonghui {command}: python -m tests.cli.readme rewrites it"


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_the_readme_has_every_step_of_the_tour(readme: str) -> None:
    from tests.cli import tour

    text = (ROOT / readme).read_text(encoding="utf-8")
    for command in (*tour.OPERATOR, *tour.REVIEWER, *tour.STAGES):
        assert f"$ gonghui {' '.join(command)}\n" in text
    assert all(f">>> {line}\n" in text for line in tour.SESSION.splitlines())
    headings = {title.lower().replace(" ", "-") for title in re.findall(r"(?m)^## (.+)$", text)}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings


def test_every_option_of_the_issue_is_there() -> None:
    words = gonghui("run", "--help").stdout
    options = "--out -o --workers --rubric --units --unit-from --year --show-names --lang --include --exclude --overwrite"
    for option in options.split():
        assert re.search(rf"(^|\s){option}\b", words), option


def test_version_and_schema() -> None:
    assert re.fullmatch(r"gonghui \d+\.\d+\.\d+\n", gonghui("--version").stdout)
    schema = json.loads(gonghui("schema").stdout)
    assert schema["additionalProperties"] is False
    assert "sections" in schema["properties"]


@pytest.mark.parametrize(
    "arguments",
    [("nope",), ("run",), ("run", "nowhere", "-o", "no-run"), ("run", ".", "-o", "pyproject.toml"), ("inspect", "nowhere"),
     ("run", ".", "-o", "no-run", "--units", "nowhere.csv"), ("run", ".", "-o", "no-run", "--year", "12"),
     ("run", ".", "-o", "no-run", "--rubric", "nowhere.yaml")],
)  # fmt: skip
def test_what_cannot_run_says_so_in_a_line_or_two(arguments: tuple[str, ...]) -> None:
    done = gonghui(*arguments)
    assert done.returncode == 1
    assert done.stderr
    assert "Traceback" not in done.stderr
    assert not (ROOT / "no-run").exists()


def test_errors_come_in_both_languages() -> None:
    assert "找不到输入" in gonghui("run", "nowhere", "-o", "x").stderr
    assert "no such input" in gonghui("run", "nowhere", "-o", "x", lang="en").stderr
    assert "no such input" in gonghui("run", "nowhere", "-o", "x", "--lang", "en").stderr
    assert "no such input" in gonghui("--lang=en", "run", "nowhere", "-o", "x").stderr


def test_a_wrong_setting_is_named() -> None:
    done = gonghui("run", "nowhere", "-o", "x", GONGHUI_WORKERS="many")
    assert done.returncode == 1
    assert "GONGHUI_WORKERS" in done.stderr


@pytest.mark.parametrize("encoding", ["cp936", "ascii"])
def test_a_console_without_the_characters_is_no_trap(tmp_path: Path, encoding: str) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "总结😀\n𬱖.txt").write_text("", encoding="utf-8")
    done = gonghui("run", str(source), "-o", str(tmp_path / "out"), encoding=encoding)
    assert "Traceback" not in done.stderr
    assert done.returncode == 2, done.stderr


def test_a_run_ends_by_naming_what_to_open(tmp_path: Path) -> None:
    out = tmp_path / "结果"
    done = gonghui("run", str(ROOT / "corpora" / "samples"), "-o", str(out))
    assert done.returncode == 0, done.stdout + done.stderr
    assert str(out / "tables" / "documents.csv") in done.stdout
    places = done.stdout.partition("结果\n")[2].splitlines()
    assert str(out / "report" / "index.html") in places[0], "the report comes first"
    for name in re.findall(r"^  (\S+/\S+)", done.stdout, re.MULTILINE):
        if name.startswith(str(out)):
            assert Path(name).exists()


def test_inspect_shows_offsets_that_hold(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    raw = "清泉小学工会2011年工作总结\n一、抓学习\n组织教师46人学习《工会法》。\n清泉小学工会\n2011年12月30日\n"
    path.write_text(raw, encoding="utf-8")
    done = gonghui("inspect", str(path), "--fixes")
    assert done.returncode == 0, done.stdout + done.stderr
    start, end = map(int, re.search(r"(\d+)–(\d+) 《工会法》", done.stdout).groups())  # type: ignore[union-attr]
    assert raw[start:end] == "《工会法》"
