"""The output folder (输出文件夹): built beside its place, put in place whole, and never over what is not ours.

A run writes into a hidden sibling of OUT. When all is there, OUT's files are replaced one by one by renaming, between a
manifest that says ``complete: false`` and the one that says ``true``: whoever looks sees the old run, the new one, or
that a replacement was cut short. What is in OUT and not ours stays; a file of ours that somebody has changed is only
replaced when the operator says so.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pipeline.errors import CannotRun

MANIFEST = "manifest.json"
SOURCES = "sources.jsonl"  # format, encoding, text and counts of each source
TEXTS = "texts"
FOLDERS = (TEXTS, "tables", "data", "report", "report/docs", "report/data")  # a link in their place would lead out of OUT
PARTIAL = ".partial"
TIMES = "run.json"  # when and how long: the one file that differs from run to run
HOME = ".gonghui"  # in OUT: the lock, and what a run keeps for the next one
OURS = "gonghui"
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)  # device names on Windows


def text_name(source: str) -> str:
    """The name under ``texts/`` of a source's raw text: readable, legal on every system, and no two alike.

    The digits are of the source path alone; the file name before them is cut to forty characters.
    """
    stem = re.sub(r"[^\w.()\uff08\uff09【】《》、·-]|[\ud800-\udfff]", "_", source.rsplit("/", 1)[-1])[:40].strip(". _")
    if RESERVED.match(stem):
        stem = "_" + stem
    digits = hashlib.sha256(source.encode("utf-8", "backslashreplace")).hexdigest()[:16]
    return f"{stem}.{digits}.txt" if stem else f"{digits}.txt"


def manifest_of(out: Path) -> dict[str, Any] | None:
    """The manifest of a folder that is one of our runs, else ``None``."""
    try:
        found = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or found.get("made_by") != OURS:
        return None
    files = found.get("files")
    if isinstance(files, dict):  # it may have been tampered with: what it names outside OUT is none of ours
        found["files"] = {name: digest for name, digest in files.items() if within(name)}
    return found


def finished(out: Path) -> dict[str, Any]:
    """The manifest of a run that has ended.

    Raises:
        CannotRun: there is none.
    """
    manifest = manifest_of(out)
    if manifest is None or not manifest.get("complete"):
        raise CannotRun("not_a_run", path=str(out))
    return manifest


def within(name: str) -> bool:
    """Whether a name in a manifest is of a file below the folder, as we write them: relative, POSIX, nothing to climb by."""
    return not re.search(r"[\\:\0]|^/|(?:^|/)\.\.?(?:/|$)", name)


def check(out: Path, overwrite: bool, part: str = "") -> None:
    """Refuse, before any work is done, an OUT that could not be filled in the end, or of which ``part`` could not.

    Raises:
        CannotRun: OUT is a file, is not ours, holds files that were changed by hand or a link where a folder of ours
            belongs, or a file of it is locked.
    """
    try:
        if not out.exists():
            return
        if not out.is_dir():
            raise CannotRun("output_is_file", path=str(out))
        manifest = manifest_of(out)
        if manifest is None and any(path.name != HOME and not path.name.endswith(PARTIAL) for path in out.iterdir()):
            raise CannotRun("output_not_ours", path=str(out))
    except OSError as error:
        raise _unwritable(out, error) from error
    for folder in FOLDERS:
        if (out / folder).is_symlink():
            raise CannotRun("output_link", path=str(out / folder))
    for name, digest in ((manifest or {}).get("files") or {}).items():
        path = out / name
        if not name.startswith(part) or path.is_symlink() or not path.is_file():
            continue
        try:
            with path.open("r+b"):  # Excel and WPS lock the file that they show
                pass
        except OSError as error:
            raise CannotRun("output_locked", path=str(path)) from error
        if not overwrite and manifest and manifest.get("complete") and _digest(path) != digest:
            raise CannotRun("output_edited", path=str(path))


@contextmanager
def locked(out: Path) -> Iterator[Path]:
    """The folder in OUT for what is kept from run to run, while no other run can have it.

    Raises:
        CannotRun: another run is at work on OUT, or it cannot be written.
    """
    from filelock import FileLock, Timeout

    home = out.resolve() / HOME
    lock = FileLock(home / "lock")  # the system drops it when the process ends, however it ends
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock.acquire(blocking=False)
    except Timeout as error:
        raise CannotRun("output_busy", path=str(out)) from error
    except OSError as error:
        raise _unwritable(out, error) from error
    try:
        yield home
    finally:
        lock.release()
        if manifest_of(out) is None and [path.name for path in home.glob("*")] in ([], ["lock"]):
            with suppress(OSError):  # nothing came of it: leave nothing behind
                (home / "lock").unlink(missing_ok=True)
                home.rmdir()
                out.rmdir()


@contextmanager
def building(out: Path) -> Iterator[Path]:
    """A folder to build in, gone again when the block ends: beside OUT, or within it where only that is the same disk.

    Raises:
        CannotRun: it cannot be made or written.
    """
    try:
        place = out.resolve()
        place.parent.mkdir(parents=True, exist_ok=True)
        mounted = place.exists() and (place.stat().st_dev != place.parent.stat().st_dev or not os.access(place.parent, os.W_OK))
        home = place if mounted else place.parent
        for path in home.iterdir():
            if path.name.startswith(f".{place.name}.") and path.name.endswith(PARTIAL):
                shutil.rmtree(path, ignore_errors=True)  # a killed run left it; the lock says that none is at work
        folder = Path(tempfile.mkdtemp(prefix=f".{place.name}.", suffix=PARTIAL, dir=home))
    except OSError as error:
        raise _unwritable(out, error) from error
    try:
        yield folder
    except OSError as error:
        raise _unwritable(out, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put_in_place(built: Path, out: Path, manifest: dict[str, Any]) -> None:
    """Move what was built to OUT; ``manifest`` gets the digests of all files but the texts.

    Raises:
        CannotRun: a file of OUT cannot be replaced; it is named.
    """
    new = dict(sorted(_files(built)))
    manifest = manifest | {"files": {name: _digest(path) for name, path in new.items()}}
    old = (manifest_of(out) or {}).get("files") or {}
    out.mkdir(exist_ok=True)
    _write_manifest(out, manifest | {"complete": False, "files": manifest["files"] | old})
    _swap_folder(built / TEXTS, out / TEXTS)
    _move_files(new, out, set(old) - set(new))
    _write_manifest(out, manifest | {"complete": True})


def _files(built: Path) -> Iterator[tuple[str, Path]]:
    """What was built but for the texts, which are moved as one folder."""
    for folder, within_it, names in os.walk(built):
        if Path(folder) == built:
            within_it.remove(TEXTS)
        for name in names:
            path = Path(folder, name)
            yield path.relative_to(built).as_posix(), path


def write_times(out: Path, times: dict[str, Any]) -> None:
    """Write how a run went beside its manifest; nothing of what came out depends on it.

    Raises:
        CannotRun: the file of an earlier run cannot be replaced.
    """
    draft = out / f".{TIMES}{PARTIAL}"
    with _naming(draft):
        draft.write_text(json.dumps(times, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    _replace(draft, out / TIMES)


def put_part(built: Path, out: Path, part: str, manifest: dict[str, Any]) -> None:
    """Move what was built of ``part`` (``"report/"``) to OUT; all else that ``manifest`` names stays.

    Raises:
        CannotRun: a file of OUT cannot be replaced; it is named.
    """
    new = {path.relative_to(built).as_posix(): path for path in sorted((built / part).rglob("*")) if path.is_file()}
    old = manifest["files"]
    files = {name: digest for name, digest in old.items() if not name.startswith(part)}
    files |= {name: _digest(path) for name, path in new.items()}
    _write_manifest(out, manifest | {"complete": False, "files": files | old})
    _move_files(new, out, set(old) - set(files))
    _write_manifest(out, manifest | {"complete": True, "files": files})


def _move_files(new: dict[str, Path], out: Path, gone: set[str]) -> None:
    for name, path in new.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        _replace(path, out / name)
    for name in sorted(gone):
        with _naming(out / name):
            (out / name).unlink(missing_ok=True)


def _swap_folder(new: Path, place: Path) -> None:
    aside = new.with_name(new.name + ".old")
    with _naming(place):
        if place.exists():
            os.replace(place, aside)
        os.replace(new, place)


def _write_manifest(out: Path, manifest: dict[str, Any]) -> None:
    draft = out / f".{MANIFEST}{PARTIAL}"
    manifest = manifest | {"files": dict(sorted(manifest["files"].items()))}
    with _naming(draft):
        draft.write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    _replace(draft, out / MANIFEST)


def _replace(new: Path, place: Path) -> None:
    with _naming(place):
        os.replace(new, place)


@contextmanager
def _naming(place: Path) -> Iterator[None]:
    """Turn a refusal of the file system into an error that names the file."""
    try:
        yield
    except PermissionError as error:
        raise CannotRun("output_locked", path=str(place)) from error


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _unwritable(out: Path, error: OSError) -> CannotRun:
    return CannotRun("output_unwritable", path=str(out), reason=error.strerror or str(error))
