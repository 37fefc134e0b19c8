"""The notebooks run on a small corpus without a warning, define nothing, and are kept without outputs but for the last."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import pytest

import pipeline
from tests.notebooks.refresh import NOTEBOOKS, ROOT, executed, stripped

IDS = [path.stem for path in NOTEBOOKS]
DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def code(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_at_least_six() -> None:
    assert len(NOTEBOOKS) >= 6
    assert [name[0] for name in IDS] == [str(n) for n in range(1, len(IDS) + 1)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_a_notebook_is_kept_clean(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.cells[0].source.startswith("# ")
    *others, last = code(notebook)
    assert all(cell.outputs == [] for cell in others)
    assert last.outputs, "python -m tests.notebooks.refresh"
    assert stripped(nbformat.read(path, as_version=4)) == notebook
    assert str(ROOT) not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_a_notebook_defines_nothing_and_reads_a_run(path: Path) -> None:
    source = "\n".join(cell.source for cell in code(nbformat.read(path, as_version=4)))
    assert not [node for node in ast.walk(ast.parse(source)) if isinstance(node, DEFINING)]
    assert any(way in source for way in ("pipeline.load_run(", "pipeline.read(", "models_dir()"))
    assert "chinese_plots()" in source or "plt" not in source


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place like ``notebooks/``, beside the run of a small corpus."""
    home = tmp_path_factory.mktemp("checkout")
    pipeline.run(pipeline.samples_dir(), home / "out", include=("学校/*", "柳河镇/*", "企业/*"))
    (home / "notebooks").mkdir()
    return home / "notebooks"


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_a_notebook_runs_on_a_small_corpus(path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    cells = code(executed(path, folder))
    assert all(cell.execution_count for cell in cells)
    outputs = [output for cell in cells for output in cell.outputs]
    told = [output.text for output in outputs if output.output_type == "stream" and output.name == "stderr"]
    assert not told, "a warning, such as that of a missing glyph"
    kinds = {kind for output in cells[-1].outputs for kind in output.get("data", {})}
    assert kinds & {"image/png", "text/html"}
