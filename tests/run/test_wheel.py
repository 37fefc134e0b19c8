"""The wheel carries all it needs: installed into an empty environment it runs on the samples that it brings along."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_wheel_installs_and_runs(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for part in (
        "pipeline/resources/labels.tsv",
        "pipeline/resources/settings.yaml",
        "pipeline/py.typed",
        "pipeline/report/templates/index.html",
        "pipeline/report/static/base.js",
        "pipeline/_data/samples/",
    ):
        assert any(name.startswith(part) for name in names), part
    assert not [name for name in names if "/gold/" in name or name.startswith("tests/")]

    home = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    binaries = home / ("Scripts" if os.name == "nt" else "bin")
    install = [str(binaries / "python"), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True)
    # Dependencies come from this environment, so that the test needs no network; that all are declared, test_contract holds.
    # A .pth line adds their folder alone: the checkout, which an editable install points to, stays out.
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(subprocess.run([str(binaries / "python"), "-c", ask], check=True, capture_output=True, text=True).stdout.strip())
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")

    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}

    def run(*command: str) -> str:
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    where = run(
        str(binaries / "python"),
        "-c",
        "import pipeline.settings as s; print(s.PACKAGE); print(s.samples_dir()); print(s.models_dir())",
    )
    package, samples, models = where.splitlines()
    assert all(Path(place).is_relative_to(home) for place in (package, samples, models))
    assert run(str(binaries / "gonghui"), "--version").startswith("gonghui ")
    run(str(binaries / "gonghui"), "run", samples, "-o", str(tmp_path / "out"), "--workers", "2")
    assert (tmp_path / "out" / "records.jsonl").read_text(encoding="utf-8").count("\n") >= 12
