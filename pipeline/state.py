"""What a run keeps for the next one (断点与增量): each source's records and outcome, by the hash of all that made them.

An entry's name is the hash of a source's path and bytes and of everything that leads from them to a record: code, lexicons,
models, versions of libraries. Beside the records it holds the outcome, under a hash of what scoring adds: rubric, roster. So a
killed run goes on where it was, new files cost themselves alone, and another rubric scores without extracting again.

A source that failed is never kept: what it lacked may be there next time.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import zlib
from base64 import b64decode, b64encode
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import CannotRun, SourceError
from pipeline.flow import Clock, Options, Outcome, Read, Task, process, reading, scored
from pipeline.settings import PACKAGE, models_dir

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from pipeline.engine import Work

FOLDER = "state"
READING = (
    "ingest", "segment", "extract", "records.py", "products.py", "spans.py", "linear.py", "lookup.py", "flow.py", "state.py",
)  # fmt: skip
SCORING = ("aggregate", "resources/labels.tsv")
OF_NO_RECORD = {"labels.tsv", "messages.yaml", "report.yaml", "settings.yaml"}  # resources that no record depends on
_DIGITS = 32


@dataclass(frozen=True, slots=True)
class State:
    """The state of one output folder, as a run with certain code and settings sees it; it travels to the workers.

    Attributes:
        folder: where the entries are.
        reading: fingerprint of all that makes a record but the source.
        scoring: fingerprint of what scoring adds to it.
    """

    folder: Path
    reading: str
    scoring: str

    def load(self, name: str) -> Entry | None:
        """An entry, or null where there is none that is whole."""
        try:
            return _unpacked((self.folder / name[:2] / name[2:]).read_bytes())
        except (OSError, ValueError, zlib.error):
            return None

    def save(self, name: str, entry: Entry) -> None:
        """Write an entry, whole or not at all.

        Raises:
            CannotRun: it cannot be written; going on would be work for nothing.
        """
        place = self.folder / name[:2] / name[2:]
        draft = None
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".", delete=False) as handle:
                draft = Path(handle.name)
                handle.write(_packed(entry))
            os.replace(draft, place)
        except OSError as error:
            if draft is not None:
                with suppress(OSError):
                    draft.unlink(missing_ok=True)
            raise CannotRun("output_unwritable", path=str(self.folder), reason=error.strerror or str(error)) from error

    def forget(self, kept: list[str]) -> None:
        """Remove every entry but these, and what a killed run left half-written. Sorts ``kept``."""
        kept.sort()
        for folder in self.folder.glob("*"):
            held = kept[bisect_left(kept, folder.name) : bisect_left(kept, folder.name + "g")]  # hexadecimal digits end with f
            wanted = {name[len(folder.name) :] for name in held}
            for path in folder.glob("*"):
                if path.name not in wanted:
                    with suppress(OSError):  # one that stays does no harm
                        path.unlink()


@dataclass(frozen=True, slots=True)
class Entry:
    """What is kept of one source."""

    scored_by: str
    outcome: Outcome
    read: Read | None = None  # what the outcome was scored from; null where the work is not the flow's own


def recalled(task: Task, options: Options, *, state: State, work: Work = process) -> Outcome:
    """What ``work`` makes of a source, from the state as far as that has it.

    Raises:
        CannotRun: the state cannot be written.
    """
    from pipeline.ingest.source import bytes_of

    try:
        data = bytes_of(task.path, options.limits, task.member)
    except SourceError:
        return work(task, options)  # it says what is wrong with the source
    digest = hashlib.sha256(task.name.encode("utf-8", "backslashreplace") + b"\0" + data)
    digest.update(b"\0" + state.reading.encode())
    name = digest.hexdigest()[:_DIGITS]
    entry = state.load(name)
    if entry is not None and entry.scored_by == state.scoring:
        return replace(entry.outcome, kept=name, recalled=True)
    read = entry.read if entry is not None else None
    if work is process:
        clock: Clock = defaultdict(float)
        found = read or reading(task, options, clock)
        if isinstance(found, Outcome):
            return found
        read, outcome = found, scored(found, options, clock)
    else:
        outcome = work(task, options)
    if outcome.failures:
        return outcome
    state.save(name, Entry(state.scoring, replace(outcome, seconds={}), read))
    return replace(outcome, kept=name)


def state_of(folder: Path, options: Options) -> State:
    """The state below ``folder`` for this code and these options."""
    first = _hash(
        [_code(READING), _resources(), _models(models_dir()), *_versions(), _office(), options.limits.model_dump_json()]
    )
    rubric = Path(options.rubric) if options.rubric else None
    given = json.dumps(options.given, ensure_ascii=False)
    own = rubric.read_bytes().hex() if rubric is not None and rubric.is_file() else str(options.rubric)
    return State(folder / FOLDER, first, _hash([first, _code(SCORING), _tree(PACKAGE / "resources" / "rubrics"), given, own]))


def code() -> str:
    """The fingerprint of the code, data and libraries of this process, without the operator's options."""
    return _hash([_tree(PACKAGE), _models(models_dir()), *_versions()])


@cache
def _versions() -> tuple[str, ...]:
    """Python and the libraries that we depend on."""
    found = [f"python {sys.version_info.major}.{sys.version_info.minor}"]
    try:
        names = sorted(line.split(";")[0] for line in requires("gonghui") or () if "extra ==" not in line)
    except PackageNotFoundError:  # a checkout on the path
        names = []
    for requirement in names:
        name = requirement.split("[")[0].rstrip("<>=!~,.0123456789 ")
        with suppress(PackageNotFoundError):
            found.append(f"{name} {version(name)}")
    for name in ("rapidocr", "onnxruntime"):  # an extra that reads more
        with suppress(PackageNotFoundError):
            found.append(f"{name} {version(name)}")
    return tuple(found)


def _office() -> str:
    from pipeline.ingest.office import libreoffice

    place = libreoffice()
    return f"{place} {Path(place).resolve().stat().st_mtime_ns}" if place else "none"


def _code(names: Sequence[str]) -> str:
    return _hash([_tree(PACKAGE / name) for name in names])


def _resources() -> str:
    """All but the rubrics, which scoring alone reads, and what is for people."""
    places = sorted(path for path in (PACKAGE / "resources").iterdir() if path.name not in OF_NO_RECORD | {"rubrics"})
    return _hash([_tree(path) for path in places])


@cache
def _models(place: Path) -> str:
    return _tree(place)


def _tree(place: Path) -> str:
    """The hash of a file, or of every file below a folder, with their names; what Python compiles is passed over."""
    if place.is_file():
        return hashlib.sha256(place.read_bytes()).hexdigest()
    paths = sorted(path for path in place.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return _hash(part for path in paths for part in (path.relative_to(place).as_posix(), _tree(path)))


def _hash(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()


def _packed(entry: Entry) -> bytes:
    """A line with the hash of the rest, one with who scored and the outcome's length, then outcome and records, compressed."""
    outcome = zlib.compress(_outcomes().dump_json(_plain(entry.outcome)), 1)
    read = b"" if entry.read is None else zlib.compress(entry.read.model_dump_json().encode(), 1)
    body = f"{entry.scored_by} {len(outcome)}\n".encode() + outcome + read
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def _unpacked(data: bytes) -> Entry:
    digest, _, body = data.partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        raise ValueError("torn")
    head, _, rest = body.partition(b"\n")
    scored_by, length = head.decode().split(" ")
    outcome = _whole(_outcomes().validate_json(zlib.decompress(rest[: int(length)])))
    read = rest[int(length) :]
    return Entry(scored_by, outcome, Read.model_validate_json(zlib.decompress(read)) if read else None)


def _plain(outcome: Outcome) -> Outcome:
    """The outcome as JSON can hold it; a MinHash is made again faster than it is stored."""
    return replace(outcome, sketches=tuple(s._replace(minhash=None, places=b64encode(s.places)) for s in outcome.sketches))


def _whole(outcome: Outcome) -> Outcome:
    from pipeline.aggregate.sketches import with_minhash

    return replace(outcome, sketches=tuple(with_minhash(s._replace(places=b64decode(s.places))) for s in outcome.sketches))


@cache
def _outcomes() -> TypeAdapter[Outcome]:
    from pydantic import TypeAdapter

    return TypeAdapter(Outcome)
