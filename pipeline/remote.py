"""INPUT and OUT that lie elsewhere (远端存储): any place that fsspec knows by its URL, such as ``s3://bucket/folder``.

A run works on a copy in the user's cache folder, which stays: the next run fetches what has changed alone, and goes on where a
killed one was. What came out is sent when all is there, the manifest first as incomplete and last as complete.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from pipeline import output
from pipeline.errors import CannotRun

URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}://")  # two letters and more: C:\ is a drive
SYNCED = "fetched.json"  # what each copied file was like when it was fetched


def is_url(place: str) -> bool:
    """Whether a place is told by a URL rather than a path."""
    return URL.match(place) is not None


def workspace(url: str) -> Path:
    """The folder for the copy of a place, the same for the same URL."""
    from platformdirs import user_cache_path

    folder = user_cache_path("gonghui", appauthor=False) / hashlib.sha256(url.encode()).hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise CannotRun("output_unwritable", path=str(folder), reason=error.strerror or str(error)) from error
    return folder


@contextmanager
def places(input: str, out: str) -> Iterator[tuple[Path, Path]]:
    """Where a run finds its input and leaves its output: here, or in copies; what came out is sent when the block ends well.

    Raises:
        CannotRun: a place cannot be used.
    """
    with ExitStack() as copies:
        source = copies.enter_context(fetched(input)) if is_url(input) else Path(input)
        target = workspace(out) / "out" if is_url(out) else Path(out)
        if is_url(out):
            check(out)
        yield source, target
        if is_url(out):
            send(target, out)


@contextmanager
def fetched(url: str) -> Iterator[Path]:
    """The copy of what lies at ``url``, while no other run can change it.

    Raises:
        CannotRun: another run is at work on it, or see ``fetch``.
    """
    from filelock import FileLock, Timeout

    folder = workspace(url)
    try:
        with FileLock(folder / "lock", blocking=False):
            fetch(url, folder / "in")
            yield folder / "in"
    except Timeout as error:
        raise CannotRun("output_busy", path=url) from error


def fetch(url: str, copy: Path) -> None:
    """Make ``copy`` hold what lies at ``url``: new and changed files are fetched, vanished ones removed.

    Raises:
        CannotRun: there is nothing, or it cannot be read; a name that would lead out of the copy is refused.
    """
    system, root = _opened(url)
    try:
        listed: dict[str, Any] = system.find(root, detail=True)
        before = _noted(copy)
        now: dict[str, str] = {}
        for path, entry in sorted(listed.items()):
            name = path[len(root) :].lstrip("/") or path.rsplit("/", 1)[-1]
            if not output.within(name):
                raise CannotRun("remote_unreadable", url=url, reason=f"name {name!r}")
            now[name] = repr([entry.get(key) for key in ("size", "ETag", "mtime", "LastModified")])
            if before.get(name) != now[name] or not (copy / name).is_file():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                system.get_file(path, str(copy / name))
    except (OSError, ValueError) as error:
        raise CannotRun("remote_unreadable", url=url, reason=str(error) or type(error).__name__) from error
    if not now:
        raise CannotRun("input_missing", path=url)
    for name in before.keys() - now.keys():
        (copy / name).unlink(missing_ok=True)
    copy.with_name(SYNCED).write_text(json.dumps(now), encoding="utf-8")


def check(url: str) -> None:
    """Refuse, before any work is done, a place that holds something else than a run of ours.

    Raises:
        CannotRun: it does, or it cannot be reached.
    """
    system, root = _opened(url)
    try:
        names = [path[len(root) :].lstrip("/") for path in system.find(root)] if system.exists(root) else []
        if names and json.loads(system.cat_file(f"{root}/{output.MANIFEST}")).get("made_by") != output.OURS:
            raise CannotRun("output_not_ours", path=url)
    except FileNotFoundError as error:
        raise CannotRun("output_not_ours", path=url) from error
    except (OSError, ValueError) as error:
        raise CannotRun("remote_unreadable", url=url, reason=str(error) or type(error).__name__) from error


def send(out: Path, url: str) -> None:
    """Make ``url`` hold what the finished run ``out`` does, and drop what an earlier run of ours had there.

    Raises:
        CannotRun: it cannot be written.
    """
    system, root = _opened(url)
    names = [
        path.relative_to(out).as_posix() for path in sorted(out.rglob("*")) if path.is_file() and output.HOME not in path.parts
    ]
    manifest = json.loads((out / output.MANIFEST).read_text(encoding="utf-8"))
    try:
        old: dict[str, Any] = {}
        with suppress(FileNotFoundError, ValueError):
            old = json.loads(system.cat_file(f"{root}/{output.MANIFEST}"))
        texts = _texts(system, root)
        system.pipe_file(f"{root}/{output.MANIFEST}", json.dumps(manifest | {"complete": False}).encode())
        for name in names:
            if name != output.MANIFEST:
                system.makedirs(f"{root}/{name}".rpartition("/")[0], exist_ok=True)
                system.put_file(str(out / name), f"{root}/{name}")
        gone = {*texts, *filter(output.within, old.get("files", ()))} - {*names}
        for name in sorted(gone):
            with suppress(FileNotFoundError):
                system.rm_file(f"{root}/{name}")
        system.put_file(str(out / output.MANIFEST), f"{root}/{output.MANIFEST}")
    except OSError as error:
        raise CannotRun("output_unwritable", path=url, reason=str(error) or type(error).__name__) from error


def _texts(system: Any, root: str) -> list[str]:
    """The texts of the run that is there already."""
    try:
        lines = system.cat_file(f"{root}/{output.SOURCES}").splitlines()
        names = [json.loads(line).get("text") for line in lines]
    except (FileNotFoundError, ValueError, AttributeError):  # none, or not as we write it: what is there stays
        return []
    return [name for name in names if isinstance(name, str) and output.within(name)]


def _opened(url: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs

        system, root = url_to_fs(url, use_listings_cache=False)
    except ImportError as error:
        raise CannotRun("remote_missing", package="gonghui[remote]") from error
    except ValueError as error:
        raise CannotRun("remote_unreadable", url=url, reason=str(error)) from error
    return system, str(root).rstrip("/")


def _noted(copy: Path) -> dict[str, str]:
    with suppress(OSError, ValueError):
        found = json.loads(copy.with_name(SYNCED).read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
    return {}
