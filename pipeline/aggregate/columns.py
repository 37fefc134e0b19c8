"""How the cells of a column are written: in clear with codes for programs, masked and in Chinese words for people."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from pipeline.aggregate import mask
from pipeline.aggregate.cells import Quote
from pipeline.aggregate.tables import Column
from pipeline.labels import label

if TYPE_CHECKING:
    import pyarrow as pa

BETWEEN = " | "  # of several quotes in a cell
LONGEST_CELL = 32_000  # Excel takes 32,767 characters
FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20\t\r\n")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")  # Excel ends the file at some of them

Shown: TypeAlias = str | int | float | None
Quoting: TypeAlias = Callable[[Any], tuple[Quote, ...]]  # what a quote column reads → its quotes


def in_clear(column: Column, value: Any, quotes: Quoting) -> Any:
    """A value as the Parquet holds it."""
    if column.type == "quote":
        return BETWEEN.join(quote.clear for quote in quotes(value))
    return ";".join(value) if column.type == "codes" else value


def for_people(column: Column, value: Any, quotes: Quoting, names: frozenset[str], show_names: bool) -> Shown:
    """A value as a cell shows it: text masked unless ``show_names``, codes in words, numbers as they are."""
    if column.type == "quote":
        return fit(BETWEEN.join(quote.clear if show_names else quote.masked for quote in quotes(value)))
    if column.type == "text":
        return fit((value or "") if show_names else mask.masked(value or "", names))
    if column.type == "codes":
        return "、".join(label(column.labels or "", code) for code in value)
    if column.type in ("code", "boolean"):
        return fit(label(column.labels or "bool", str(value).lower() if isinstance(value, bool) else value))
    return fit(value) if isinstance(value, str) else value


def in_csv(value: Shown) -> str:
    """A cell of a CSV file: no formula in a text cell, numbers as they are."""
    if isinstance(value, str):
        return safe(value)
    return "" if value is None else shown_number(float(value)) if isinstance(value, float) else str(value)


def fit(text: str) -> str:
    """A text that a spreadsheet takes: no control character, not too long."""
    text = CONTROL.sub("\ufffd", text)
    return text[:LONGEST_CELL] + "…" if len(text) > LONGEST_CELL else text


def safe(text: str) -> str:
    """A text cell that a spreadsheet shows as it is: no formula, no control character, not too long."""
    text = fit(text)
    return "'" + text if text.startswith(FORMULA) else text


def shown_number(value: float) -> str:
    """2000.0 is written 2000."""
    return str(int(value)) if value.is_integer() else repr(value)


def arrow_type(column: Column) -> pa.DataType:
    """The Parquet type of a column."""
    import pyarrow as pa

    types = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
    return types.get(column.type, pa.string())
