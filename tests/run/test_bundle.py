"""The offline bundle installs with no index and runs; what it must hold is read from the wheels, for each system."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKE = ROOT / "bundle" / "make.py"
THIS = f"{sys.version_info.major}.{sys.version_info.minor}"


def test_what_a_wheel_needs_is_judged_for_the_system_that_it_is_for(tmp_path: Path) -> None:
    made = runpy.run_path(str(MAKE))
    wheel = tmp_path / "a-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as package:
        package.writestr(
            "a-1.dist-info/METADATA",
            "Name: a\nRequires-Dist: Colorama>=0.4; sys_platform == 'win32'\nRequires-Dist: b\n"
            "Requires-Dist: old; python_version < '3.12'\nRequires-Dist: c; extra == 'all'\n",
        )
    systems = made["SYSTEMS"]
    needs = {
        (name, python): set(made["required"](wheel, made["marks"](system, python)))
        for name, system in systems.items()
        for python in ("3.11", "3.12")
    }
    assert needs == {
        ("linux", "3.11"): {"b", "old"},
        ("linux", "3.12"): {"b"},
        ("windows", "3.11"): {"b", "old", "colorama"},
        ("windows", "3.12"): {"b", "colorama"},
    }


@pytest.mark.soak
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="installs the Linux wheels")
@pytest.mark.parametrize("extras", [[], ["ocr"]])
def test_the_bundle_installs_without_an_index(tmp_path: Path, extras: list[str]) -> None:
    out = tmp_path / "离线 安装"  # a blank and Chinese in the path, as on an office's desktop
    subprocess.run(
        [sys.executable, str(MAKE), str(out), "--system", "linux", "--python", THIS, *(f"--extra={name}" for name in extras)],
        check=True,
    )
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PIP"))}
    env |= {"PIP_CONFIG_FILE": os.devnull, "PYTHON": sys.executable}
    subprocess.run(["sh", str(out / "install.sh")], check=True, env=env, cwd=tmp_path)
    gonghui = str(out / "env" / "bin" / "gonghui")
    assert subprocess.run([gonghui, "--version"], check=True, env=env, capture_output=True, text=True).stdout.startswith(
        "gonghui "
    )
    import_it = [str(out / "env" / "bin" / "python"), "-c", "from pipeline.ingest.ocr import available; print(available())"]
    assert subprocess.run(import_it, check=True, env=env, capture_output=True, text=True).stdout.strip() == str("ocr" in extras)
    one = sorted(path for path in (out / "samples").rglob("*.txt"))[0]
    subprocess.run([gonghui, "run", str(one), "-o", str(tmp_path / "out")], check=True, env=env, cwd=tmp_path)
    assert (tmp_path / "out" / "tables" / "documents.csv").exists()
