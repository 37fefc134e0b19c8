"""Archives (压缩包): a ``.zip`` is opened like a folder, its members are sources of their own named ``a.zip!/inner.docx``.

Nothing is ever written to disk, so a member's name cannot lead anywhere; it is sanitised all the same, since people and tables
see it. Sizes are checked before anything is unpacked, and unpacking stops at the size that was declared.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from pipeline.errors import SourceError
from pipeline.ingest.limits import DEFAULT, Limits

SEPARATOR = "!/"
SUFFIX = ".zip"
_SMALL = 1024 * 1024  # bytes that may expand as they like: a blank document packs a hundredfold
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # zipfile cannot stop the others at a size: a bomb would go off
_ENTRY = 1024  # bytes of an archive's directory for a member, long names included
_DIRECTORY_END, _DIRECTORY_END_64, _TAIL = b"PK\x05\x06", b"PK\x06\x06", 66_000
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DRIVE = re.compile(r"^[A-Za-z]:")
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, IndexError)


class Member(NamedTuple):
    """A file in an archive.

    Attributes:
        name: its name behind the archive's: ``inner.docx``, or ``b.zip!/inner.docx`` in an archive within it.
        place: its place in the archive's directory, and so on inwards; names may stand twice, places do not.
    """

    name: str
    place: tuple[int, ...]


def members(path: Path, limits: Limits = DEFAULT) -> tuple[Member, ...]:
    """The files in an archive and in the archives within it, as far as ``limits`` let them be opened.

    An inner archive that cannot be opened is a member like any other: reading it says why.

    Raises:
        SourceError: ``corrupt_file`` ``too_large`` ``too_many_files`` ``expands_too_much``.
    """
    try:
        with path.open("rb") as handle:
            if handle.seek(0, io.SEEK_END) > limits.max_bytes:
                raise SourceError("too_large", bytes=handle.tell(), limit=limits.max_bytes)
            return tuple(_listed(handle, limits, (), _Budget(limits)))
    except OSError as error:
        raise SourceError("unreadable", reason=error.strerror or type(error).__name__) from error


def member_bytes(path: Path, place: Sequence[int], limits: Limits = DEFAULT) -> bytes:
    """The bytes of one member.

    Raises:
        SourceError: ``vanished`` ``unreadable`` ``password_protected`` ``corrupt_file`` ``too_large`` ``nested_too_deep``
            ``expands_too_much``.
    """
    if len(place) > limits.max_nesting + 1:
        raise SourceError("nested_too_deep", limit=limits.max_nesting)
    try:
        with path.open("rb") as outer:
            handle: BinaryIO = outer
            for number in place:
                data = _unpacked(handle, number, limits)
                handle = io.BytesIO(data)
            return data
    except FileNotFoundError as error:
        raise SourceError("vanished") from error
    except OSError as error:
        raise SourceError("unreadable", reason=error.strerror or type(error).__name__) from error


def why_closed(data: bytes, place: Sequence[int], limits: Limits = DEFAULT) -> SourceError:
    """Why an archive within an archive was listed as a file."""
    if len(place) > limits.max_nesting:
        return SourceError("nested_too_deep", limit=limits.max_nesting)
    try:
        found = tuple(_listed(io.BytesIO(data), limits, tuple(place), _Budget(limits)))
    except SourceError as error:
        return error
    # it could be opened by itself, so it was too much together with what came before it
    return SourceError("expands_too_much", limit=limits.max_expanded_bytes) if found else SourceError("empty")


def check_package(data: bytes, limits: Limits = DEFAULT) -> frozenset[str]:
    """The names of the parts of a document that is a zip inside (.docx, .xlsx), once it is seen to be harmless.

    No such document has a document type declaration: entities that grow or reach out can only come from hostile hands.

    Raises:
        SourceError: ``corrupt_file`` ``password_protected`` ``expands_too_much`` ``too_many_files``.
    """
    with _opened(io.BytesIO(data), limits) as package:
        infos = package.infolist()
        _Budget(limits).charge(infos, len(data))
        for info in infos:
            _check_method(info)
        for number, info in enumerate(infos):
            if info.filename.lower().endswith((".xml", ".rels")):
                part = _unpacked(io.BytesIO(data), number, limits, package)
                if _DOCTYPE.search(part.replace(b"\0", b"")):  # NULs: UTF-16 spells it with them
                    raise SourceError("corrupt_file", reason="document type declaration")
        return frozenset(info.filename for info in infos)


class _Budget:
    """What is left of the limits while an archive is listed."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._members = self._bytes = 0

    def charge(self, infos: Sequence[zipfile.ZipInfo], packed: int) -> None:
        """Take the members of one archive of ``packed`` bytes into account.

        Raises:
            SourceError: a limit is passed.
        """
        limits, expanded = self._limits, sum(info.file_size for info in infos)
        self._members += len(infos)
        self._bytes += expanded
        if self._members > limits.max_members:
            raise SourceError("too_many_files", files=self._members, limit=limits.max_members)
        if self._bytes > limits.max_expanded_bytes:
            raise SourceError("expands_too_much", bytes=self._bytes, limit=limits.max_expanded_bytes)
        if expanded > max(_SMALL, packed * limits.max_ratio):
            raise SourceError("expands_too_much", bytes=expanded, limit=packed * limits.max_ratio)


def _listed(handle: BinaryIO, limits: Limits, above: tuple[int, ...], budget: _Budget) -> Iterator[Member]:
    taken: set[str] = set()
    packed = handle.seek(0, io.SEEK_END)
    with _opened(handle, limits) as archive:
        infos = archive.infolist()
        budget.charge(infos, packed)
        for number, info in enumerate(infos):
            if info.is_dir():
                continue
            name = _unique(safe_name(_decoded_name(info)), taken)
            place = (*above, number)
            inner: tuple[Member, ...] = ()
            if name.lower().endswith(SUFFIX) and len(place) <= limits.max_nesting:
                try:
                    inner = tuple(_listed(io.BytesIO(_unpacked(handle, number, limits, archive)), limits, place, budget))
                except SourceError:
                    inner = ()
            if inner:
                yield from (Member(name + SEPARATOR + member.name, member.place) for member in inner)
            else:
                yield Member(name, place)


def _opened(handle: BinaryIO, limits: Limits) -> zipfile.ZipFile:
    size, most = _directory_size(handle), limits.max_members * _ENTRY
    if size > most:  # zipfile reads all of it before anything can be counted
        raise SourceError("too_many_files", bytes=size, limit=most)
    try:
        return zipfile.ZipFile(handle)
    except _BROKEN as error:
        raise SourceError("corrupt_file", reason=type(error).__name__) from error


def _directory_size(handle: BinaryIO) -> int:
    """Bytes of the directory at the archive's end, the most that any of its end marks claims; 0 where there is none."""
    length = handle.seek(0, io.SEEK_END)
    handle.seek(max(length - _TAIL, 0))
    tail = handle.read(_TAIL)
    sizes = [0]
    for mark, at, width in ((_DIRECTORY_END, 12, 4), (_DIRECTORY_END_64, 40, 8)):
        for found in re.finditer(re.escape(mark), tail):
            size = int.from_bytes(tail[found.start() + at : found.start() + at + width], "little")
            sizes.append(size if size <= length else 0)  # a size beyond the file: zipfile finds it broken
    return max(sizes)


def _check_method(info: zipfile.ZipInfo) -> None:
    if info.compress_type not in _METHODS:
        raise SourceError("unsupported_format", format=f"zip method {info.compress_type}")


def _unpacked(handle: BinaryIO, number: int, limits: Limits, archive: zipfile.ZipFile | None = None) -> bytes:
    archive = archive or _opened(handle, limits)
    try:
        info = archive.infolist()[number]
        if info.flag_bits & _ENCRYPTED:
            raise SourceError("password_protected")
        _check_method(info)
        if info.file_size > limits.max_bytes:
            raise SourceError("too_large", bytes=info.file_size, limit=limits.max_bytes)
        if info.file_size > max(_SMALL, info.compress_size * limits.max_ratio):
            raise SourceError("expands_too_much", bytes=info.file_size, limit=info.compress_size * limits.max_ratio)
        return archive.read(info)  # zipfile reads no more than file_size and compares the checksum
    except _BROKEN as error:
        raise SourceError("corrupt_file", reason=type(error).__name__) from error


def _decoded_name(info: zipfile.ZipInfo) -> str:
    """The name as it was meant: Windows packs Chinese names as GBK and says nothing of it; zipfile then reads code page 437."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    try:
        data = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def safe_name(name: str) -> str:
    """A member's name that stays inside its archive: no root, no drive, no ``..``, nothing that cannot be printed.

    A surrogate or control character becomes ``_``; a name of which nothing is left is ``_``.
    """
    printable = _CONTROL.sub("_", name.encode("utf-8", "replace").decode("utf-8")).replace("\\", "/")
    parts = [part for part in _DRIVE.sub("", printable).split("/") if part.strip() not in ("", ".", "..")]
    return "/".join(parts).replace(SEPARATOR, "_/") or "_"


def _unique(name: str, taken: set[str]) -> str:
    """The name, numbered where it is taken: ``a.txt``, ``a~2.txt``."""
    stem, dot, suffix = name.rpartition(".")
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{stem}~{number}{dot}{suffix}" if dot and "/" not in suffix else f"{name}~{number}"
    taken.add(found)
    return found
