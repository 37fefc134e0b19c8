"""Counts in tables (表格): a bare number in a cell whose column, or whose row by its label, bears the unit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.segment import Reading, Span

_NUMBER = re.compile(r"[0-9]{1,3}(?:[,，][0-9]{3})+(?:\.[0-9]+)?余?|[0-9]+(?:\.[0-9]+)?余?")
_WORD = re.compile(r"[^\s|]+")
_CAPTION = re.compile(r"单位[:：] ?(万元|元|人次|人|份|件|个|次)[）)]?[:：]?$")
_LABEL = 12  # characters of a row's label
_ROWS = 3  # rows that make a table of lines set out by blanks
_BRACKETED = re.compile(r"[（(/](万元|元|人次|人|名|场次|场|次|户|件|篇|条|份|个|项|期|%|％|课时|学时|天)[）)]?")
_BY_WORD = (
    (re.compile(r"人次"), "人次"),
    (re.compile(r"人数|参加人|到会|参赛|职工数|会员数|代表数"), "人"),
    (re.compile(r"金额|经费|预算|费用|用款|开支|支出|收入|补助|慰问金|奖金|捐款"), "元"),
    (re.compile(r"户数"), "户"),
    (re.compile(r"场次"), "场"),
    (re.compile(r"次数"), "次"),
    (re.compile(r"件数"), "件"),
    (re.compile(r"得分|总分|分数"), "分"),
    (re.compile(r"(?:合同|协议)$"), "份"),
)  # fmt: skip


class Cell(NamedTuple):
    """A number at ``[start, end)`` of the clean text, the unit that its row or column bears, the header as its object."""

    start: int
    end: int
    value: float
    over: bool
    unit: str
    object: str


def header_unit(header: str) -> str | None:
    """The unit that a column's header bears (参加人数 → 人, 金额（万元） → 万元), or None."""
    bracketed = _BRACKETED.search(header)
    if bracketed:
        return {"名": "人", "场次": "场", "％": "%"}.get(bracketed[1], bracketed[1])
    return next((unit for pattern, unit in _BY_WORD if pattern.search(header)), None)


def cells(text: str, line: Span) -> list[tuple[int, int]]:
    """Clean spans of the cells of one row, without their padding."""
    found, at = [], line.start
    for piece in text[line.start : line.end].split("|"):
        left = len(piece) - len(piece.lstrip())
        found.append((at + left, at + max(left, len(piece.rstrip()))))
        at += len(piece) + 1
    return found


def find_cells(reading: Reading) -> Iterator[Cell]:
    """Every such number of the document, table by table; a table is a run of lines with the same number of cells."""
    text = reading.clean
    header: list[str] | None = None
    for line in reading.lines:
        row = cells(text, line)
        if len(row) < 2 or "|" not in text[line.start : line.end]:
            header = None
            continue
        words = [text[a:b] for a, b in row]
        if header is None or len(header) != len(words):
            header = words if not any(_NUMBER.fullmatch(w) for w in words[1:]) else None
            continue
        label = _BRACKETED.search(words[0])
        for (a, b), word, title in zip(row, words, header, strict=True):
            unit = header_unit(words[0]) if label and a != row[0][0] else header_unit(title)
            if unit and _NUMBER.fullmatch(word):
                yield _cell(a, b, word, unit, title)
    yield from _set_out(reading)


def _cell(start: int, end: int, word: str, unit: str, title: str) -> Cell:
    value = float(re.sub("[,，余]", "", word)) * (10_000 if unit == "万元" else 1)
    return Cell(start, end, value, word.endswith("余"), "元" if unit == "万元" else unit, title[:_LABEL])


def _set_out(reading: Reading) -> Iterator[Cell]:
    """The numbers of tables whose columns stand apart by blanks alone: a header, and rows of a label and numbers below it."""
    text, lines = reading.clean, reading.lines
    rows = [[] if "|" in text[a:b] else [m.span() for m in _WORD.finditer(text, a, b)] for a, b in lines]
    number = [[_NUMBER.fullmatch(text, a, b) is not None for a, b in row] for row in rows]
    first = 0
    while first < len(lines):
        last = first
        while last < len(lines) and _is_row(rows[last], number[last]):
            last += 1
        header = rows[first - 1] if first and not any(number[first - 1]) else []
        if last - first >= _ROWS and len(header) >= 2:
            titles = [text[a:b] for a, b in header]
            above = text[lines[first - 2].start : lines[first - 2].end] if first > 1 else ""
            caption = _CAPTION.search(above)
            for row, numbers in zip(rows[first:last], number[first:last], strict=True):
                for (a, b), title, is_number in zip(row, titles, numbers, strict=False):
                    unit = caption[1] if caption else header_unit(title)
                    if is_number and unit:
                        yield _cell(a, b, text[a:b], unit, title)
        first = max(last, first + 1)


def _is_row(row: list[tuple[int, int]], numbers: list[bool]) -> bool:
    return len(row) >= 2 and row[0][1] - row[0][0] <= _LABEL and numbers[:2] == [False, True]
