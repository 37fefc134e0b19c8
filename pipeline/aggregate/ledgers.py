"""Blank ledgers (空白台账): a workbook for what summaries do not hold, with choices and formats set, ready to be filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

from pipeline import resources
from pipeline.aggregate.workbook import HEADER, MADE, MONEY
from pipeline.errors import ResourceError
from pipeline.labels import message

FILE = "ledgers.yaml"
LINES = 500  # that are made ready in each ledger
TYPES = {"text": "@", "number": "0", "money": MONEY, "date": "yyyy-mm-dd"}
WIDTHS = {"text": 18, "number": 10, "money": 14, "date": 14}
CHOICE_WIDTH = 14
LONGEST_LIST = 255  # characters that a spreadsheet takes for a list of choices

Kind: TypeAlias = str | list[str]


def ledgers() -> dict[str, dict[str, Kind]]:
    """Ledgers by name, each with its columns.

    Raises:
        ResourceError: a column is neither of a known type nor a list of choices.
    """
    found: dict[str, dict[str, Kind]] = resources.yaml(FILE)
    lines = resources.read_text(FILE).splitlines()
    for name, columns in found.items():
        for header, kind in columns.items():
            fits = len(",".join(map(str, kind))) <= LONGEST_LIST if isinstance(kind, list) else kind in TYPES
            if not fits:
                line = next((i for i, text in enumerate(lines, 1) if text.strip().startswith(f"{header}:")), 0)
                raise ResourceError("bad_rule", file=FILE, line=line, reason=f"{name}: {header}")
    return found


def write_ledgers(path: Path) -> None:
    """Write the workbook of blank ledgers, its first sheet saying what it is for."""
    from xlsxwriter import Workbook

    with Workbook(str(path)) as book:
        book.set_properties({"title": message("ledgers_title", "zh"), "created": MADE})
        header = book.add_format(HEADER | {"text_wrap": True})
        notes = book.add_worksheet(message("ledgers_notes", "zh"))
        notes.set_column(0, 0, 90)
        for i, line in enumerate(message("ledgers_text", "zh", ledgers="、".join(ledgers())).splitlines()):
            notes.write_string(i, 0, line)
        formats = {kind: book.add_format({"num_format": shown}) for kind, shown in TYPES.items()}
        for name, columns in ledgers().items():
            _write_ledger(book.add_worksheet(name), columns, header, formats)


def _write_ledger(sheet: Any, columns: dict[str, Kind], header: Any, formats: dict[str, Any]) -> None:
    for j, (title, kind) in enumerate(columns.items()):
        sheet.write_string(0, j, title, header)
        if isinstance(kind, list):
            sheet.set_column(j, j, CHOICE_WIDTH, formats["text"])
            sheet.data_validation(1, j, LINES, j, {"validate": "list", "source": kind, "error_type": "warning"})
        else:
            sheet.set_column(j, j, WIDTHS[kind], formats[kind])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, LINES, len(columns) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
