"""A folder → the files to read (遍历): every name once, sorted, and every file that is passed over with its reason."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from pipeline.errors import CannotRun, SourceError
from pipeline.ingest import archive
from pipeline.ingest.limits import DEFAULT, Limits

IgnoredReason: TypeAlias = Literal[
    "hidden", "office_lock", "system_file", "link", "not_a_file", "unreadable", "excluded", "not_included"
]
SYSTEM_FILES = {"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r", "__macosx", "$recycle.bin", "system volume information"}


class Found(NamedTuple):
    """A file to read.

    Attributes:
        name: POSIX, relative to the root; ``a.zip!/inner.docx`` in an archive.
        path: where it is, or the archive that it is in.
        member: its place in the archive; empty for a file of its own.
    """

    name: str
    path: Path
    member: tuple[int, ...] = ()


class Ignored(NamedTuple):
    """A file or folder that is not read, and why."""

    name: str
    reason: IgnoredReason


class Listing(NamedTuple):
    """What lies below a root: both lists sorted by name, no name twice."""

    files: tuple[Found, ...]
    ignored: tuple[Ignored, ...]


def walk(root: Path, include: Sequence[str] = (), exclude: Sequence[str] = (), limits: Limits = DEFAULT) -> Listing:
    """List the files below ``root``, or ``root`` itself where it is a file.

    A file is read if it matches any pattern of ``include`` (or there is none) and none of ``exclude``; a pattern is a glob
    (``*`` crosses folders) for the relative name or for the last part of it. Symbolic links are not followed: a target inside
    the root is read under its own name, one outside is none of the operator's folder.

    An archive is opened like a folder: its members are listed, and chosen by the patterns, under their own names. One that
    cannot be opened is listed as a file: reading it says why.

    Raises:
        CannotRun: the root is not there (``input_missing``) or cannot be listed (``input_unreadable``).
    """
    if not root.exists():
        raise CannotRun("input_missing", path=str(root))
    alone = root.is_file()
    if not alone:
        try:
            os.scandir(root).close()
        except OSError as error:
            raise CannotRun("input_unreadable", path=str(root), reason=error.strerror or str(error)) from error
    files: list[Found] = []
    ignored: list[Ignored] = []
    for name, path, reason in [(_printable(root.name), root, None)] if alone else _entries(root):
        whole = Found(name, path)
        for found, passed in [(whole, reason)] if reason or _matches(name, exclude) else _opened(whole, limits):
            why = passed
            if why is None and include and not alone and not (_matches(name, include) or _matches(found.name, include)):
                why = "not_included"
            if why is None and (_matches(name, exclude) or _matches(found.name, exclude)):
                why = "excluded"
            if why is None:
                files.append(found)
            else:
                ignored.append(Ignored(found.name, why))
    return Listing(tuple(sorted(files)), tuple(sorted(ignored)))


def _opened(found: Found, limits: Limits) -> Iterator[tuple[Found, IgnoredReason | None]]:
    """The members of an archive, and why one is passed over; any other file as it is."""
    members: tuple[archive.Member, ...] = ()
    if found.name.lower().endswith(archive.SUFFIX):
        with suppress(SourceError):
            members = archive.members(found.path, limits)
    for member in members:
        inside = Found(found.name + archive.SEPARATOR + member.name, found.path, member.place)
        reasons = (_name_passed_over(part) for part in member.name.split("/"))
        yield inside, next((reason for reason in reasons if reason), None)
    if not members:
        yield found, None


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


def _name_passed_over(name: str) -> IgnoredReason | None:
    if name.startswith("~$") or (name.startswith(".~lock.") and name.endswith("#")):
        return "office_lock"
    if name.lower() in SYSTEM_FILES or name == ".DS_Store":
        return "system_file"
    return "hidden" if name.startswith(".") else None


def _passed_over(entry: os.DirEntry[str]) -> IgnoredReason | None:
    if reason := _name_passed_over(entry.name):
        return reason
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
