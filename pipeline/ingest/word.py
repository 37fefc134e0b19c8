"""``.docx`` → what Word shows (正文): in reading order, a line a paragraph, table cells joined by `` | ``.

python-docx opens the package. Its ``iter_inner_content`` passes over content controls and what tracked changes moved, so the
body is read from its own tree here. Tracked changes read as accepted (修订后): insertions stand, deletions do not. Footnotes
and text boxes follow the paragraph that they belong to. Headers and footers come last, marked as asides.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.errors import SourceError
from pipeline.ingest.limits import DEFAULT, Limits
from pipeline.ingest.numbering import Numbering

if TYPE_CHECKING:
    from lxml.etree import _Element as Element
else:
    Element = Any

FOOTNOTE = "注："
_GONE = {"del", "moveFrom", "rt", "Fallback", "instrText", "delText", "delInstrText", "pPr", "rPr", "sectPr", "tblPr", "tblGrid"}
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
_NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes"}
_FURNITURE = ("header", "footer")
_PAGE_WORDS = re.compile(r"[-—–~·第页共/\s\d]*")


class Shown(NamedTuple):
    """The text of a document, and the stretch of it at its end that pages repeat (页眉页脚)."""

    text: str
    furniture: int  # offset where headers and footers begin


def shown_text(data: bytes) -> Shown:
    """What Word shows of a ``.docx`` that has been seen to be harmless.

    Raises:
        SourceError: ``corrupt_file``: there is no document in it.
    """
    from docx.opc.package import OpcPackage

    package = OpcPackage.open(io.BytesIO(data))
    main = package.main_document_part
    parts: dict[str, list[Element]] = {}
    for relation in main.rels.values():
        if not relation.is_external:
            parts.setdefault(relation.reltype.rpartition("/")[2], []).append(_tree(relation.target_part.blob))
    body = _tree(main.blob).find("{*}body")
    if body is None:
        raise SourceError("corrupt_file", reason="no body")
    return _shown(body, parts)


def old_shown_text(data: bytes, limits: Limits = DEFAULT) -> Shown:
    """The same for the binary format (.doc).

    Raises:
        SourceError: what ``binaryword.document_tree`` raises.
    """
    from pipeline.ingest.binaryword import document_tree

    return _shown(*document_tree(data, limits))


def _shown(body: Element, parts: dict[str, list[Element]]) -> Shown:
    reader = _Reader(parts)
    lines = reader.blocks(body)
    text = "\n".join(lines)
    furniture = _furniture(parts, reader)
    return Shown("\n".join([*lines, *furniture]), len(text))


def _tree(blob: bytes) -> Element:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True)
    return etree.fromstring(blob, parser)


class _Reader:
    """Reads blocks; it holds what the parts beside the body say: numbering, notes."""

    def __init__(self, parts: dict[str, list[Element]]) -> None:
        self._numbering = Numbering(*(next(iter(parts.get(name, ())), None) for name in ("numbering", "styles")))
        self._notes = {
            (kind, _attribute(note, "id")): note
            for kind in _NOTES.values()
            for tree in parts.get(kind, ())
            for note in tree
            if _attribute(note, "type") in (None, "normal")
        }
        self._pending = ""  # a paragraph whose end was deleted: it goes on in the next one

    def blocks(self, parent: Element) -> list[str]:
        """The lines of everything in ``parent``."""
        lines: list[str] = []
        for block in _blocks(parent):
            if _name(block) == "tbl":
                lines += self._rows(block)
            else:
                lines += self._paragraph(block)
        if self._pending:
            lines.append(self._pending)
            self._pending = ""
        return lines

    def _paragraph(self, paragraph: Element) -> list[str]:
        inline = _Inline()
        inline.read(paragraph)
        text = self._pending + (self._numbering.number(paragraph) if inline.text.strip() else "") + inline.text
        self._pending = ""
        if _mark_deleted(paragraph) and not inline.boxes:
            self._pending = text
            return []
        lines = text.split("\n")
        for box in inline.boxes:
            lines += self.blocks(box)
        for kind, number in inline.notes:
            note = self._notes.pop((kind, number), None)  # popped: a note that refers to itself ends here
            if note is not None:
                lines += [FOOTNOTE + line.strip() for line in self.blocks(note) if line.strip()]
        return lines

    def _rows(self, table: Element) -> list[str]:
        rows = []
        for row in _within(table, "tr"):
            properties = row.find("{*}trPr")
            if properties is not None and properties.find("{*}del") is not None:
                continue
            cells = [self._cell(cell) for cell in _within(row, "tc")]
            if any(cells):
                rows.append(" | ".join(cells))
        return rows

    def _cell(self, cell: Element) -> str:
        if (merged := cell.find("{*}tcPr/{*}vMerge")) is not None and _attribute(merged, "val") != "restart":
            return ""
        return " ".join(" ".join(self.blocks(cell)).split())


class _Inline:
    """The text within one paragraph, and what hangs on it: text boxes and notes."""

    def __init__(self) -> None:
        self.text = ""
        self.boxes: list[Element] = []
        self.notes: list[tuple[str, str | None]] = []

    def read(self, paragraph: Element) -> None:
        words: list[str] = []
        todo = list(reversed(paragraph))
        while todo:
            element = todo.pop()
            name = _name(element)
            if name in _GONE or (name == "r" and _is_hidden(element)):
                continue
            if name == "t":
                words.append(element.text or "")
            elif name in _SIGNS:
                words.append(_SIGNS[name])
            elif name == "txbxContent":
                self.boxes.append(element)
            elif name in _NOTES:
                self.notes.append((_NOTES[name], _attribute(element, "id")))
            else:
                todo.extend(reversed(element))
        self.text = "".join(words)


def _blocks(parent: Element) -> Iterator[Element]:
    """Paragraphs and tables in order, out of content controls and tracked changes, not into them twice."""
    todo = list(reversed(parent))
    while todo:
        element = todo.pop()
        name = _name(element)
        if name in ("p", "tbl"):
            yield element
        elif name not in _GONE:
            todo.extend(reversed(element))


def _within(parent: Element, wanted: str) -> Iterator[Element]:
    """Rows of a table or cells of a row, also those in content controls; not those of a table within."""
    todo = list(reversed(parent))
    while todo:
        element = todo.pop()
        name = _name(element)
        if name == wanted:
            yield element
        elif name not in _GONE and name not in ("p", "tbl", "tc"):
            todo.extend(reversed(element))


def _furniture(parts: dict[str, list[Element]], reader: _Reader) -> list[str]:
    """The lines of headers and footers, each once, but for page numbers."""
    found = (line.strip() for kind in _FURNITURE for tree in parts.get(kind, ()) for line in reader.blocks(tree))
    return [line for line in dict.fromkeys(found) if not _PAGE_WORDS.fullmatch(line)]


def _mark_deleted(paragraph: Element) -> bool:
    """Whether the end of the paragraph was deleted under tracked changes."""
    return any(paragraph.find(f"{{*}}pPr/{{*}}rPr/{{*}}{name}") is not None for name in ("del", "moveFrom"))


def _is_hidden(run: Element) -> bool:
    hidden = run.find("{*}rPr/{*}vanish")
    return hidden is not None and _attribute(hidden, "val") not in ("0", "false", "off")


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _attribute(element: Element, name: str) -> str | None:
    return next((str(value) for key, value in element.items() if str(key).rpartition("}")[2] == name), None)
