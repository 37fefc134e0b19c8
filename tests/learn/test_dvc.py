"""``dvc.yaml``: one set of words with the house and the command line, and on a tiny corpus what a changed file runs again."""

from __future__ import annotations

import ast
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline import stages
from pipeline.flow import STAGES
from pipeline.learn import braces
from pipeline.learn.cards import CARD, METRICS, PLOTS
from pipeline.learn.cases import TRAINED_BY
from pipeline.learn.train import CALIBRATIONS, MODELS, crf_params
from pipeline.settings import Settings
from tests.cli.test_cli import COMMANDS, ROOT
from tests.test_contract import ROOMS

CORPUS, MODEL = ("ingest", "segment", "extract", "aggregate"), ("prepare", "train", "evaluate")
SETTINGS = "pipeline/resources/settings.yaml"
DVC: dict[str, Any] = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))
VARS: dict[str, str] = DVC["vars"][0]


def filled(text: str) -> str:
    """With the values of ``vars``."""
    return re.sub(r"\$\{(\w+)\}", lambda m: VARS[m[1]], text)


def deps(stage: str) -> set[str]:
    return {filled(path) for path in DVC["stages"][stage]["deps"]}


def outs(stage: str) -> set[str]:
    found = DVC["stages"][stage]
    listed = [*found.get("outs", ()), *found.get("metrics", ()), *found.get("plots", ())]
    return {filled(path) for one in listed for path in ([one] if isinstance(one, str) else one)}


def params(stage: str) -> set[str]:
    return {name for one in DVC["stages"][stage].get("params", ()) for name in one[SETTINGS]}


def test_house_command_line_and_dvc_have_the_same_words() -> None:
    assert tuple(DVC["stages"]) == (*CORPUS, *MODEL)
    assert ROOMS[: len(CORPUS)] == CORPUS
    assert tuple(dict.fromkeys(name for name, _ in STAGES if name != "export")) == CORPUS[1:]
    assert tuple(stages.FILES) == CORPUS[:-1]
    assert {*CORPUS, *MODEL} <= set(COMMANDS)
    for name, stage in DVC["stages"].items():
        assert stage["cmd"].split()[:2] == ["gonghui", name]
        for readme in ("README.md", "README.zh.md"):
            assert f"gonghui {name} " in (ROOT / readme).read_text(encoding="utf-8")


def test_what_a_stage_depends_on_is_there_or_made_by_another() -> None:
    made = {path for stage in DVC["stages"] for path in outs(stage)}
    for stage in DVC["stages"]:
        for path in deps(stage) - made:
            assert (ROOT / path).exists(), f"{stage}: {path}"
        assert all(name in Settings.model_fields for name in params(stage))


def test_every_stage_waits_for_the_one_before() -> None:
    for before, after in (*pairwise(CORPUS), *pairwise(MODEL)):
        assert deps(after) & outs(before), f"{before} → {after}"


def test_models_their_cards_and_metrics_are_what_the_stages_say() -> None:
    made = {f"models/{file}" for file in (*MODELS.values(), *CALIBRATIONS)}
    assert outs("train") == made
    assert outs("evaluate") == {f"models/{name}/{CARD}" for name in MODELS} | {
        f"models/{name}" for name in (METRICS, *PLOTS.values())
    }
    assert made == {p for p in deps("extract") | deps("aggregate") if "models/" in p}
    assert {f"crf_{name}" for name in ("c1", "c2", "iterations")} | {"name_copies"} == params("train") == params("evaluate")
    assert {f"crf_{name.removeprefix('max_')}" for name in crf_params() if "." not in name} <= params("train")


def test_all_modules_that_training_is_made_of_are_known() -> None:
    waiting, known = ["train"], set()
    while waiting:
        known.add(name := waiting.pop())
        text = (ROOT / "pipeline" / "learn" / f"{name}.py").read_text(encoding="utf-8")
        for package, parts in re.findall(r"(?m)^from pipeline\.learn(\.\w+)? import ([\w, ]+)", text):
            found = [package[1:]] if package else parts.split(", ")
            waiting += [module for module in found if module not in known]
    assert {f"learn/{name}.py" for name in known} == {name for name in TRAINED_BY if name.startswith("learn/")}


def imports(path: Path) -> Iterator[str]:
    """The files of the house that a module runs, in whatever function: what only types ask for is left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing = [node for node in ast.walk(tree) if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"]
    unrun = {id(inner) for node in typing for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and id(node) not in unrun and (node.module or "").startswith("pipeline"):
            home = str(node.module).replace(".", "/")
            for name in node.names:
                places = (f"{home}/{name.name}.py", f"{home}/{name.name}/__init__.py", f"{home}.py", f"{home}/__init__.py")
                yield next(place for place in places if (ROOT / place).is_file())


UNSEEN_IN_OUTPUT = {"pipeline/errors.py", "pipeline/settings.py", "pipeline/resources/__init__.py"}  # settings are parameters


@pytest.mark.parametrize("stage", ["ingest", "segment", "extract"])
def test_a_stage_depends_on_all_that_its_room_runs(stage: str) -> None:
    waiting = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "pipeline" / stage).rglob("*.py"))]
    known = set(waiting)
    while waiting:
        new = set(imports(ROOT / waiting.pop())) - known
        waiting += new
        known |= new
    code = tuple(path if path.endswith(".py") else f"{path}/" for path in deps(stage))
    assert not [path for path in sorted(known - UNSEEN_IN_OUTPUT) if not path.startswith(code)]


def test_models_are_trained_anew_when_what_they_are_made_of_changes() -> None:
    made_of = {f"pipeline/{name}" for name in TRAINED_BY}
    assert made_of <= deps("prepare") | deps("train")
    assert all(any(path.startswith(known) for known in deps("evaluate")) for path in made_of)


def test_the_held_out_split_is_no_dependency() -> None:
    assert not [path for stage in DVC["stages"] for path in deps(stage) if path.startswith(VARS["gold"]) and "main" not in path]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of its own with a corpus of two files and gold of a dozen."""
    home = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "pipeline", home / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "dvc.yaml", home)
    shutil.copytree(ROOT / "corpora" / "samples" / "柳河镇", home / "corpora" / "samples")
    gold = home / "corpora" / "gold" / "main"
    gold.mkdir(parents=True)
    for path in sorted((ROOT / "corpora" / "gold" / "main").glob("*.json")):
        if path.stem[:3] in ("a02", "b02", "a03", "d03"):
            shutil.copy(path, gold)
            shutil.copy(path.with_suffix(".txt"), gold)
    for folder in braces.FOLDERS:
        (home / "corpora" / folder).mkdir()
        shutil.copy(min((ROOT / "corpora" / folder).glob("*.txt")), home / "corpora" / folder)
    (home / "models").mkdir()
    change(home, "crf_iterations", 5)
    change(home, "name_copies", 0)
    dvc(home, "init", "--no-scm", "--quiet")
    shutil.copy(ROOT / ".dvcignore", home)
    shutil.copytree(ROOT / ".dvc" / "plots", home / ".dvc" / "plots", dirs_exist_ok=True)
    return home


def change(home: Path, name: str, value: object) -> None:
    """Give a setting another value."""
    path = home / SETTINGS
    text, found = re.subn(rf"(?m)^{name}: \S+", f"{name}: {value}", path.read_text(encoding="utf-8"))
    assert found == 1
    path.write_text(text, encoding="utf-8", newline="\n")


def dvc(home: Path, *arguments: str) -> str:
    env = {**os.environ, "PYTHONPATH": str(home), "PATH": str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]}
    env |= {"DVC_NO_ANALYTICS": "1", "GONGHUI_LANG": "en", "DVC_GLOBAL_CONFIG_DIR": str(home / ".home")}
    env |= {"DVC_SITE_CACHE_DIR": str(home / ".site"), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-m", "dvc", *arguments], cwd=home, env=env, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ran(output: str) -> set[str]:
    """The stages that were run, or would be."""
    return set(re.findall(r"^Running stage '(\w+)'", output, re.MULTILINE))


def digests(home: Path) -> dict[str, str]:
    return {file: hashlib.sha256((home / "models" / file).read_bytes()).hexdigest() for file in (*MODELS.values(), *CALIBRATIONS)}


@pytest.mark.slow
def test_the_whole_way_on_a_tiny_corpus(tiny: Path) -> None:
    """All stages; then none; then those that a changed setting, file or model concerns; and the same models again."""
    assert ran(dvc(tiny, "repro")) == {*CORPUS, *MODEL}
    assert (tiny / "work" / "out" / "records.jsonl").read_text(encoding="utf-8").count("\n") == 2
    assert "up to date" in dvc(tiny, "repro")
    first = digests(tiny)
    assert '"documents"' in dvc(tiny, "metrics", "show", "--json")
    dvc(tiny, "plots", "show", "--out", "plots")
    assert "phenomenon" in (tiny / "plots" / "index.html").read_text(encoding="utf-8")

    change(tiny, "needs_check_below", 0.7)
    assert ran(dvc(tiny, "repro")) == {"aggregate"}
    change(tiny, "crf_c1", 0.1)
    assert ran(dvc(tiny, "repro", "--dry")) == {"train", "evaluate"}
    change(tiny, "crf_c1", 0.05)
    with next((tiny / "corpora" / "samples").glob("*.txt")).open("a", encoding="utf-8") as file:
        file.write("又及。\n")
    assert ran(dvc(tiny, "repro", "--dry")) == {"ingest"}

    for file in MODELS.values():
        (tiny / "models" / file).unlink()
    assert ran(dvc(tiny, "repro", "--single-item", "train")) == {"train"}
    assert digests(tiny) == first, "the same gold, settings and code give the same models"
