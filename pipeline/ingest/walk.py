"""A folder → the files to read (遍历): every name once, sorted, and every file that is passed over with its reason."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from pipeline.errors import CannotRun

IgnoredReason: TypeAlias = Literal[
    "hidden", "office_lock", "system_file", "link", "not_a_file", "unreadable", "excluded", "not_included"
]
SYSTEM_FILES = {"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r", "__macosx", "$recycle.bin", "system volume information"}


class Found(NamedTuple):
    """A file to read: its POSIX name relative to the root, and where it is."""

    name: str
    path: Path


class Ignored(NamedTuple):
    """A file or folder that is not read, and why."""

    name: str
    reason: IgnoredReason


class Listing(NamedTuple):
    """What lies below a root: both lists sorted by name, no name twice."""

    files: tuple[Found, ...]
    ignored: tuple[Ignored, ...]


def walk(root: Path, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> Listing:
    """List the files below ``root``, or ``root`` itself where it is a file.

    A file is read if it matches any pattern of ``include`` (or there is none) and none of ``exclude``; a pattern is a glob
    (``*`` crosses folders) for the relative name or for the last part of it. Symbolic links are not followed: a target inside
    the root is read under its own name, one outside is none of the operator's folder.

    Raises:
        CannotRun: the root is not there (``input_missing``) or cannot be listed (``input_unreadable``).
    """
    if not root.exists():
        raise CannotRun("input_missing", path=str(root))
    if root.is_file():
        return Listing((Found(_printable(root.name), root),), ())
    try:
        os.scandir(root).close()
    except OSError as error:
        raise CannotRun("input_unreadable", path=str(root), reason=error.strerror or str(error)) from error
    files: list[Found] = []
    ignored: list[Ignored] = []
    for name, path, reason in _entries(root):
        if reason is None and include and not _matches(name, include):
            reason = "not_included"
        if reason is None and _matches(name, exclude):
            reason = "excluded"
        if reason is None:
            files.append(Found(name, path))
        else:
            ignored.append(Ignored(name, reason))
    return Listing(tuple(sorted(files)), tuple(sorted(ignored)))


def _entries(root: Path) -> Iterator[tuple[str, Path, IgnoredReason | None]]:
    """Every file below ``root``; a folder only where it is passed over as a whole."""
    folders = [(root, "")]
    while folders:
        folder, prefix = folders.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError:
            yield prefix.rstrip("/"), folder, "unreadable"
            continue
        for entry in entries:
            name = prefix + _printable(entry.name)
            reason = _passed_over(entry)
            if reason is None and entry.is_dir(follow_symlinks=False):
                folders.append((Path(entry.path), name + "/"))
            else:
                yield name, Path(entry.path), reason


def _passed_over(entry: os.DirEntry[str]) -> IgnoredReason | None:
    if entry.name.startswith("~$") or (entry.name.startswith(".~lock.") and entry.name.endswith("#")):
        return "office_lock"
    if entry.name.lower() in SYSTEM_FILES or entry.name == ".DS_Store":
        return "system_file"
    if entry.name.startswith("."):
        return "hidden"
    if entry.is_symlink():
        return "link"
    try:
        mode = entry.stat(follow_symlinks=False).st_mode
    except OSError:
        return None  # vanished in between: reading it reports that
    return None if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else "not_a_file"


def _matches(name: str, patterns: Sequence[str]) -> bool:
    last = name.rsplit("/", 1)[-1]
    return any(fnmatchcase(name, p) or fnmatchcase(last, p) or fnmatchcase("/" + name, p.removeprefix("**")) for p in patterns)


def _printable(name: str) -> str:
    """The name as text; bytes that are no UTF-8 (an old GBK archive) are spelt ``\\xNN``, since a record is UTF-8."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
