"""``datapackage.json``: what the CSV files hold, for programs (Frictionless Data, table schema)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from pipeline.aggregate.tables import Column
from pipeline.labels import explanation, header, label

FRICTIONLESS = {"integer": "integer", "number": "number", "boolean": "boolean"}


class Described(Protocol):
    """A table, of a document or of the run."""

    @property
    def name(self) -> str: ...

    @property
    def columns(self) -> tuple[Column, ...]: ...


def write_datapackage(tables: Iterable[Described], folder: Path) -> None:
    """Write the description of all tables to ``folder``."""
    package = {
        "profile": "tabular-data-package",
        "name": "gonghui-tables",
        "resources": [resource(table) for table in tables],
    }
    text = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
    (folder / "datapackage.json").write_text(text, encoding="utf-8", newline="\n")


def resource(table: Described) -> dict[str, Any]:
    """The description of a CSV file; a field's name is its header, ``code`` its name in the Parquet twin."""
    fields: list[dict[str, Any]] = []
    for column in table.columns:
        described: dict[str, Any] = {
            "name": header(table.name, column.code),
            "type": FRICTIONLESS.get(column.type, "string"),
            "description": explanation(table.name, column.code),
            "code": column.code,
        }
        if column.type == "boolean":
            described |= {"trueValues": [label("bool", "true")], "falseValues": [label("bool", "false")]}
        fields.append(described)
    return {
        "name": table.name,
        "title": label("table", table.name),
        "path": f"{table.name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": {"fields": fields, "missingValues": [""]},
    }
