"""What the tables are keyed by: unit (单位) and report year (年度), as the operator gave them where the text is silent."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from pathlib import Path, PurePosixPath
from typing import Literal, NamedTuple, TypeAlias, get_args

from pipeline.errors import CannotRun
from pipeline.labels import labels
from pipeline.records import OrgType, Record, ReportYear, Unit

UnitFrom: TypeAlias = Literal["folder", "file"]
HEADERS = {
    "路径": "pattern", "文件": "pattern", "pattern": "pattern", "path": "pattern",
    "单位": "unit", "单位名称": "unit", "unit": "unit",
    "类别": "type", "单位类别": "type", "type": "type",
}  # fmt: skip


class RosterRow(NamedTuple):
    """One line of the roster (单位名册): sources whose path fits ``pattern`` come from ``unit``."""

    pattern: str
    unit: str
    org_type: OrgType | None

    def fits(self, source: str) -> bool:
        """Whether the source is the pattern, lies below it, or matches it as a glob."""
        return source == self.pattern or source.startswith(self.pattern.rstrip("/") + "/") or fnmatchcase(source, self.pattern)


class Roster:
    """A roster that finds a source's line without going through all of them."""

    def __init__(self, rows: Sequence[RosterRow]) -> None:
        self._rows = rows
        self._files: dict[str, int] = {}
        self._folders: dict[str, int] = {}
        for i, row in enumerate(rows):
            self._files.setdefault(row.pattern, i)
            self._folders.setdefault(row.pattern.rstrip("/"), i)
        self._globs = [i for i, row in enumerate(rows) if any(char in row.pattern for char in "*?[")]

    def first(self, source: str) -> RosterRow | None:
        """The first line that a source fits."""
        above = (self._folders.get(source[:i]) for i, char in enumerate(source) if char == "/")
        found = [i for i in (self._files.get(source), *above) if i is not None]
        glob = next((i for i in self._globs if self._rows[i].fits(source)), None)
        best = min(found if glob is None else [*found, glob], default=None)
        return None if best is None else self._rows[best]


@lru_cache(maxsize=4)
def _indexed(rows: tuple[RosterRow, ...]) -> Roster:
    return Roster(rows)


class Given(NamedTuple):
    """What the operator gave on the command line."""

    roster: tuple[RosterRow, ...] = ()
    unit_from: UnitFrom | None = None
    year: int | None = None


def read_roster(path: Path) -> tuple[RosterRow, ...]:
    """The roster in a CSV file of path pattern, unit and (optional) type, in UTF-8 or as Excel saves it in China (GB18030).

    Raises:
        CannotRun: the file cannot be read, or a line of it makes no sense.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CannotRun("roster_unreadable", path=str(path), reason=error.strerror or str(error)) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    columns = ("pattern", "unit", "type")
    rows: list[RosterRow] = []
    for line, cells in enumerate(csv.reader(io.StringIO(text, newline="")), 1):
        cells = [cell.strip() for cell in cells]
        if line == 1 and cells and cells[0].lower() in HEADERS:
            columns = tuple(HEADERS.get(cell.lower(), "") for cell in cells)  # type: ignore[assignment]
            continue
        if not any(cells) or cells[0].startswith("#"):
            continue
        values = dict(zip(columns, cells, strict=False))
        if not values.get("pattern") or not values.get("unit"):
            raise CannotRun("roster_line", path=str(path), line=line, reason="路径, 单位")
        org_type = _org_types().get(values.get("type", ""))
        if values.get("type") and org_type is None:
            raise CannotRun("roster_line", path=str(path), line=line, reason=values["type"])
        rows.append(RosterRow(values["pattern"].replace("\\", "/"), values["unit"], org_type))
    return tuple(rows)


def placed(record: Record, given: Given) -> Record:
    """The record with its unit, unit type and report year filled in where the text settles none of them."""
    row = _indexed(given.roster).first(record.source) if given.roster else None
    update: dict[str, object] = {}
    if record.unit.name is None and (unit := _unit(record.source, row, given.unit_from)):
        update["unit"] = unit
    if record.org_type == "unknown" and row is not None and row.org_type is not None:
        update["org_type"] = row.org_type
    if record.report_year.value is None and given.year is not None:
        update["report_year"] = ReportYear(value=given.year, basis="given")
    return record.model_copy(update=update) if update else record


def _unit(source: str, row: RosterRow | None, unit_from: UnitFrom | None) -> Unit | None:
    path = PurePosixPath(source)
    if row is not None:
        return Unit(name=row.unit, basis="roster")
    if unit_from == "folder" and path.parent.name:
        return Unit(name=path.parent.name, basis="folder")
    if unit_from == "file" and path.stem:
        return Unit(name=path.stem, basis="file")
    return None


@cache
def _org_types() -> dict[str, OrgType]:
    """Unit types by code and by their Chinese word."""
    words = labels()
    return {name: code for code in get_args(OrgType) for name in (code, words["org_type", code].zh)}
