"""Data, not code: lexicons, rules, rubrics. This loader is the one way in; a fault names file and line."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from pipeline.errors import ResourceError


def read_text(name: str) -> str:
    """The text of one resource, UTF-8.

    Raises:
        ResourceError: there is no such resource.
    """
    try:
        return files(__name__).joinpath(name).read_text(encoding="utf-8")
    except OSError as error:
        raise ResourceError("resource_missing", file=name, line=0) from error


@cache
def table(name: str, columns: int) -> tuple[tuple[str, ...], ...]:
    """Rows of a tab-separated file; ``#`` begins a comment line, a short row is filled with empty cells.

    Raises:
        ResourceError: a row has more than ``columns`` cells or an empty first cell.
    """
    rows = []
    for i, line in enumerate(read_text(name).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) > columns or not cells[0]:
            raise ResourceError("resource_row", file=name, line=i)
        rows.append((*cells, *[""] * (columns - len(cells))))
    return tuple(rows)


@cache
def words(name: str) -> frozenset[str]:
    """The words of a list: blank-separated, ``#`` begins a comment line."""
    return frozenset(w for line in read_text(name).splitlines() if not line.startswith("#") for w in line.split())


def loader() -> Any:
    """PyYAML's safe loader, that of libyaml where PyYAML comes with it: the start of every command waits for it."""
    import yaml as library

    return getattr(library, "CSafeLoader", library.SafeLoader)


def parsed(text: str) -> Any:
    """What a YAML text says.

    Raises:
        yaml.YAMLError: it does not parse.
    """
    import yaml as library

    return library.load(text, Loader=loader())


@cache
def yaml(name: str) -> Any:
    """A YAML resource.

    Raises:
        ResourceError: it does not parse; names the line.
    """
    import yaml as library

    try:
        return parsed(read_text(name))
    except library.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ResourceError("resource_yaml", file=name, line=mark.line + 1 if mark else 0) from error


def alternatives(forms: Iterable[str]) -> str:
    """Forms as one alternative of a pattern, the longest first, so that none is cut short by its own beginning."""
    return "|".join(sorted(forms, key=len, reverse=True))
