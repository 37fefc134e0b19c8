"""Make the offline bundle (离线安装包): a folder with every wheel that gonghui needs, on each system, and how to install it.

Run through ``make bundle``. Wheels come from the index that this machine's pip is set up with; none is named here. What a
package needs is read from the metadata of its wheels, for the system that they are meant for: pip itself would judge that by
the system that it runs on.
"""

from __future__ import annotations

import argparse
import email
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SHEETS = ("安装说明.txt", "install.sh", "install.bat")
BUILT = ("jieba",)  # has no wheel of its own
BUILT_FOR = {"ocr": ("antlr4-python3-runtime",)}
PYTHONS = ("3.11", "3.12", "3.13")


class System(NamedTuple):
    """A system to install on: the platform tags that pip takes wheels of, best first, and what markers ask about it."""

    tags: tuple[str, ...]
    marks: dict[str, str]


SYSTEMS = {
    "linux": System(
        ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux2014_x86_64", "linux_x86_64"),
        {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"},
    ),
    "windows": System(
        ("win_amd64",),
        {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
    ),
}


def make(out: Path, systems: list[str], pythons: list[str], extras: list[str]) -> None:
    """Fill ``out`` with wheels, scripts and the install sheet (安装说明), with what the extras need."""
    wheels = out / "wheels"
    wheels.mkdir(parents=True, exist_ok=True)
    built = [*BUILT, *(name for extra in extras for name in BUILT_FOR.get(extra, ()))]
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder)
        pip("wheel", "--no-deps", "--wheel-dir", str(own), str(ROOT))
        pip("wheel", "--no-deps", "--wheel-dir", str(own), *pinned(built))
        for wheel in own.iterdir():
            shutil.copy2(wheel, wheels)
    for system in systems:
        for python in pythons:
            complete(wheels, SYSTEMS[system], python, ["gonghui", *built], extras)
    for name in SHEETS:
        shutil.copy2(HERE / name, out)
    shutil.copy2(ROOT / "constraints.txt", out)
    shutil.copytree(ROOT / "corpora" / "samples", out / "samples", dirs_exist_ok=True)


def complete(wheels: Path, system: System, python: str, ours: list[str], extras: list[str]) -> None:
    """Fetch what is missing of gonghui's dependencies on one system and Python, until nothing is; ``ours`` were built here."""
    fetched: dict[str, Path] = {}
    wanted = set(ours)
    while missing := sorted(wanted - fetched.keys()):
        with tempfile.TemporaryDirectory() as folder:
            theirs = [name for name in missing if name not in ours]
            if theirs:
                tags = [word for tag in system.tags for word in ("--platform", tag)]
                pip("download", "--no-deps", "--only-binary", ":all:", *tags, "--python-version", python,
                    "--dest", folder, *pinned(theirs))  # fmt: skip
            for wheel in Path(folder).iterdir():
                shutil.copy2(wheel, wheels)
                fetched[project(wheel)] = wheels / wheel.name
        fetched |= {project(wheel): wheel for wheel in wheels.iterdir() if project(wheel) in ours}
        for name in missing:
            for extra in ["", *(extras if name == "gonghui" else ())]:
                wanted |= set(required(fetched[name], {**marks(system, python), "extra": extra}))


def marks(system: System, python: str) -> dict[str, str]:
    """What the markers of requirements ask about."""
    implementation = {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
    return {**system.marks, **implementation, "python_version": python, "python_full_version": f"{python}.0", "extra": ""}


def required(wheel: Path, marked: dict[str, str]) -> Iterator[str]:
    """The projects that a wheel needs where ``marked`` holds."""
    with zipfile.ZipFile(wheel) as package:
        name = next(name for name in package.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(package.read(name))
    for line in metadata.get_all("Requires-Dist", []):
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate(marked):
            yield canonicalize_name(requirement.name)


def pinned(names: list[str]) -> list[str]:
    """The projects as ``constraints.txt`` pins them; one that no Linux needs stands as it is."""
    pins = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            pins[canonicalize_name(line.partition("==")[0])] = line
    return [pins.get(name, name) for name in names]


def project(wheel: Path) -> str:
    """The name of the project that a wheel file is of."""
    return parse_wheel_filename(wheel.name)[0]


def pip(*words: str) -> None:
    """Run this environment's pip."""
    subprocess.run([sys.executable, "-m", "pip", *words[:1], "--quiet", *words[1:]], check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--system", action="append", choices=sorted(SYSTEMS))
    parser.add_argument("--python", action="append")
    parser.add_argument("--extra", action="append", choices=sorted(BUILT_FOR), default=[])
    given = parser.parse_args()
    make(given.out, given.system or sorted(SYSTEMS), given.python or list(PYTHONS), given.extra)
