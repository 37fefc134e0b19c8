"""``python -m tests.notebooks.refresh``: run the notebooks on the demo's output, and keep each one's last output alone."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SECONDS = 300  # a cell


def executed(path: Path, folder: Path) -> nbformat.NotebookNode:
    """The notebook with all its outputs, run as if it lay in ``folder``."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    return notebook


def stripped(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook without counts, times and outputs, but for the last output: the picture that it ends with."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in code:
        cell.execution_count = None
        cell.metadata = {}
        if cell is not code[-1]:
            cell.outputs = []
    for output in code[-1].outputs:
        output.pop("execution_count", None)
        if output.output_type == "execute_result":
            output.execution_count = None
    return notebook


def main() -> None:
    """Refresh the notebooks, or those whose names begin with what is given."""
    if not (ROOT / "out" / "manifest.json").is_file():
        sys.exit("make run comes first: the notebooks read out/")
    for path in NOTEBOOKS:
        if not sys.argv[1:] or path.name.startswith(tuple(sys.argv[1:])):
            nbformat.write(stripped(executed(path, path.parent)), path)
            print(path.name)


if __name__ == "__main__":
    main()
