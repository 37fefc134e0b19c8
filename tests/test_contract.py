"""The house's own rules: which room may know which, what is declared, what is heavy."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "pipeline").rglob("*.py"))
ROOMS = ("ingest", "segment", "extract", "aggregate", "report")  # in the order that a document walks
OUTSIDE = {  # above all rooms
    "__init__", "flow", "engine", "guard", "state", "times", "together", "cluster", "remote", "run", "stages", "library",
    "highlight", "frames", "plots", "cli", "stage_commands", "spoken", "archive", "compare", "console", "inspection", "output",
    "learn", "review", "apply",
}  # fmt: skip
DISTRIBUTIONS = {
    "yaml": "PyYAML",
    "PIL": "pillow",
    "docx": "python-docx",
    "sklearn": "scikit-learn",
    "ahocorasick": "pyahocorasick",
    "pycrfsuite": "python-crfsuite",
}
HEAVY = ("spacy", "pandas", "matplotlib", "dvc", "sklearn", "opencc", "jieba", "pyarrow", "lxml", "onnxruntime",
    "pebble", "psutil", "multiprocessing", "docx", "openpyxl",
         "pdfplumber")  # fmt: skip
ENVIRONMENT = re.compile(r"\bos\.(environ|getenv)\b")


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, anywhere in it, by its full name."""
    package = (*path.relative_to(ROOT).parent.parts,)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_room_never_imports_a_later_room_nor_what_runs_it(path: Path) -> None:
    room = path.relative_to(ROOT / "pipeline").parts[0].removesuffix(".py")
    if room in OUTSIDE:
        return
    later = set(ROOMS[ROOMS.index(room) + 1 :]) if room in ROOMS else set(ROOMS)
    known = {name.split(".")[1] for name in imports(path) if name.startswith("pipeline.")}
    assert not known & (later | OUTSIDE)


def test_every_third_party_import_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    declared = {re.split(r"[<>=\[ ]", d)[0].lower().replace("-", "_") for d in project["dependencies"]}
    optional = {
        extra: {re.split(r"[<>=\[ ]", d)[0].lower().replace("-", "_") for d in extras[extra]}
        for extra in ("learn", "notebook", "ocr")
    }
    for path in MODULES:
        allowed = declared | (optional["learn"] if "learn" in path.parts else set())
        if path.name in ("frames.py", "library.py", "plots.py"):
            allowed |= optional["notebook"]
        if path.name == "remote.py":
            allowed |= {"fsspec", "platformdirs"}
        if path.name == "cluster.py":
            allowed |= {"distributed"}  # of dask[distributed], the extra "cluster"
        if path.name == "ocr.py":
            allowed |= optional["ocr"]
        for name in imports(path):
            top = name.split(".")[0]
            if top not in sys.stdlib_module_names and top != "pipeline" and top:
                assert DISTRIBUTIONS.get(top, top).lower().replace("-", "_") in allowed, f"{path.name}: {top}"


def test_only_settings_reads_the_environment() -> None:
    readers = {p.name for p in MODULES if ENVIRONMENT.search(p.read_text(encoding="utf-8"))}
    assert readers <= {"settings.py"}


def test_help_loads_nothing_heavy() -> None:
    code = f"import sys, pipeline.cli; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_every_pin_is_exact_and_names_no_host() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert not [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)]


def test_every_message_is_in_both_languages_with_the_same_blanks() -> None:
    from pipeline.labels import messages

    for code, texts in messages().items():
        assert set(texts) == {"zh", "en"}, code
        blanks = {lang: sorted(set(re.findall(r"{(\w+)", text))) for lang, text in texts.items()}
        assert blanks["zh"] == blanks["en"], code


def test_every_error_that_is_raised_has_its_words() -> None:
    from pipeline.labels import labels, messages

    for path in MODULES:
        for error, code in re.findall(r'(CannotRun|ResourceError|SourceError)\(\s*"(\w+)"', path.read_text(encoding="utf-8")):
            known = ("failure", code) in labels() if error == "SourceError" else code in messages()
            assert known, f"{path.name}: {code}"
