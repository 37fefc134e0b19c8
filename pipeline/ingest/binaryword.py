"""The binary Word format (.doc of Word 97 to 2003), told in the words of its successor: a tree as in ``word/document.xml``.

[MS-DOC]: the characters lie in pieces of one or two bytes each (``Clx``), in whatever order the program last saved them; what a
character or paragraph looks like is kept apart, by file offset, in pages of 512 bytes (``FKP``). Of that only what changes the
reading is taken: what is deleted or hidden, tables, list numbers, notes, text boxes. ``word`` does the rest.
"""

from __future__ import annotations

import io
import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from struct import iter_unpack, unpack_from
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.errors import SourceError
from pipeline.ingest.binarylists import numbering_of, styles_of
from pipeline.ingest.limits import DEFAULT, Limits
from pipeline.ingest.properties import modifiers

if TYPE_CHECKING:
    from lxml.etree import _Element as Element
else:
    Element = Any

_WORD_97 = 0x00C1  # nFib; what is older keeps its text in another way
_ENCRYPTED, _OTHER_TABLE = 0x0100, 0x0200
_TABLES = 154  # offset of the list of offsets into the table stream, eight bytes each
_NOTES = (("footnotes", 2, 3), ("endnotes", 46, 47))  # part, places of references and of texts
_SECTIONS, _CHARACTERS, _PARAGRAPHS, _PIECES, _SHAPES, _BOXES = 6, 12, 13, 33, 40, 56
_STYLES, _LISTS, _OVERRIDES = 1, 73, 74
_PAGE = 512
_DELETED, _HIDDEN, _SYMBOL = 0x0800, 0x083C, 0x6A09
_IN_TABLE, _ROW_END, _INNER_ROW_END, _LEVEL, _LIST = 0x2416, 0x2417, 0x244C, 0x260A, 0x460B
_HUGE = (0x6645, 0x6646)  # the properties are too long for their page and lie in the stream Data
_FIELD = re.compile("[\x13\x14\x15]")
_GUIDE = re.compile(r"\x13 *EQ [^\x13-\x15]{0,120}\\o ?(?:\\a[a-z])?\([^\x13-\x15]{0,80}?[,;]([^\x13-\x15,;()]{1,40})\) *\x15")
_SAID = {"\x0b": "\n", "\x0c": "\n", "\x0e": "\n", "\x1e": "-", "\t": "\t", "\n": "\n"}
_SPECIAL = re.compile("[\x00-\x1f\ufffe\uffff]")
_LATIN = "".join(bytes([n]).decode("cp1252", "ignore") or chr(n) for n in range(256))


class Story(NamedTuple):
    """A document's body and the parts that stand beside it, by the names that a ``.docx`` has for them."""

    body: Element
    parts: dict[str, list[Element]]


class _Piece(NamedTuple):
    first: int  # place of its first character in the text (CP)
    last: int
    offset: int  # of that character in the stream
    width: int  # bytes of a character
    changes: bytes  # modifiers that a fast save left for the whole piece


class _Run(NamedTuple):
    """What holds from one file offset to another."""

    start: int
    end: int
    style: int
    modifiers: dict[int, int]


def document_tree(data: bytes, limits: Limits = DEFAULT) -> Story:
    """The document in a ``.doc``.

    Raises:
        SourceError: ``password_protected``; ``needs_libreoffice`` where it is older than Word 97; ``corrupt_file``
            ``too_large``. What a damaged file makes of the offsets in it raises anything.
    """
    from olefile import OleFileIO

    with OleFileIO(io.BytesIO(data)) as container:
        main = container.openstream("WordDocument").read()
        _, version, flags = unpack_from("<HH6xH", main)
        if flags & _ENCRYPTED:
            raise SourceError("password_protected")
        if version < _WORD_97:
            raise SourceError("needs_libreoffice", format="doc")
        table = container.openstream("1Table" if flags & _OTHER_TABLE else "0Table").read()
        beside = container.openstream("Data").read() if container.exists("Data") else b""
    return _Document(main, table, beside, limits).story()


class _Document:
    """The streams of a document and what has been read of them."""

    def __init__(self, main: bytes, table: bytes, beside: bytes, limits: Limits) -> None:
        self._main, self._table, self._beside = main, table, beside
        self._pieces = list(self._read_pieces())
        if sum(piece.last - piece.first for piece in self._pieces) > min(len(main), limits.max_bytes):
            raise SourceError("corrupt_file", reason="more characters than bytes")
        self._text = "".join(map(self._characters, self._pieces))
        self._firsts = [piece.first for piece in self._pieces]
        self._paragraphs = sorted(self._runs(_PARAGRAPHS, self._paragraph))
        self._paragraph_starts = [run.start for run in self._paragraphs]
        self._gone = self._dropped()

    def story(self) -> Story:
        """The body with its notes, text boxes and page headers."""
        from lxml import etree

        lengths = unpack_from("<6i", self._main, 76)  # text, notes, page headers, macros, remarks, end notes
        boxes = unpack_from("<i", self._main, 100)[0]
        body, notes, headers, macros, remarks, ends = (max(length, 0) for length in lengths)
        starts = {"footnotes": body, "headers": body + notes, "endnotes": body + notes + headers + macros + remarks}
        starts["boxes"] = starts["endnotes"] + ends
        hung = dict(self._boxes(starts["boxes"], boxes))
        parts: dict[str, list[Element]] = {
            "styles": [styles_of(self._listed(_STYLES))],
            "numbering": [numbering_of(self._table, self._place(_LISTS)[0], self._listed(_OVERRIDES))],
        }
        for name, references, texts in _NOTES:
            root = etree.Element(name)
            places = self._numbers(references, 2)[:-1]
            for number, (at, (start, end)) in enumerate(zip(places, pairwise(self._numbers(texts, 0)), strict=False)):
                note = etree.SubElement(root, name[:-1], id=str(number))
                note.extend(self._blocks(starts[name] + start, starts[name] + end, {}))
                hung[at] = [etree.Element(f"{name[:-1]}Reference", id=str(number))]
            parts[name] = [root]
        header = etree.Element("hdr")
        header.extend(self._blocks(starts["headers"], starts["headers"] + headers, {}))
        parts["header"] = [header]
        found = etree.Element("body")
        found.extend(self._blocks(0, body, hung))
        for at in sorted(hung):  # a box whose anchor is not in the text
            if at >= body:
                found.extend(child for box in hung[at] for child in list(box))
        return Story(found, parts)

    def _place(self, number: int) -> tuple[int, int]:
        offset, length = unpack_from("<II", self._main, _TABLES + 8 * number)
        return offset, length

    def _listed(self, number: int) -> bytes:
        offset, length = self._place(number)
        return self._table[offset : offset + length]

    def _numbers(self, number: int, size: int) -> list[int]:
        """The text places of a table that has ``size`` bytes of its own for each of them but the last."""
        data = self._listed(number)
        count = (len(data) - 4) // (4 + size) + 1 if data else 0
        return list(unpack_from(f"<{count}i", data))

    def _read_pieces(self) -> Iterator[_Piece]:
        data, at = self._listed(_PIECES), 0
        changes: list[bytes] = []
        while data[at : at + 1] == b"\x01":
            length = unpack_from("<H", data, at + 1)[0]
            changes.append(data[at + 3 : at + 3 + length])
            at += 3 + length
        if data[at : at + 1] != b"\x02":
            raise SourceError("corrupt_file", reason="no piece table")
        count = (unpack_from("<I", data, at + 1)[0] - 4) // 12
        places = unpack_from(f"<{count + 1}i", data, at + 5)
        described = iter_unpack("<2xIH", data[at + 5 + 4 * (count + 1) : at + 5 + 4 * (count + 1) + 8 * count])
        if places[0] != 0:
            raise SourceError("corrupt_file", reason="piece table")
        for (first, last), (where, change) in zip(pairwise(places), described, strict=True):
            narrow = bool(where & 0x40000000)
            offset = (where & 0x3FFFFFFF) // (2 if narrow else 1)
            if last < first or offset > len(self._main):
                raise SourceError("corrupt_file", reason="piece table")
            kept = changes[change >> 1] if change & 1 and change >> 1 < len(changes) else b""
            yield _Piece(first, last, offset, 1 if narrow else 2, kept)

    def _characters(self, piece: _Piece) -> str:
        """The characters of a piece, one for each that Word counts: those beyond the 65,536th plane as two halves."""
        count = piece.last - piece.first
        data = self._main[piece.offset : piece.offset + count * piece.width]
        if len(data) != count * piece.width:
            raise SourceError("corrupt_file", reason="text cut off")
        return "".join(_LATIN[byte] for byte in data) if piece.width == 1 else "".join(map(chr, unpack_from(f"<{count}H", data)))

    def _runs(self, number: int, read: Any) -> Iterator[_Run]:
        """Every run of the property pages that a table lists."""
        data = self._listed(number)
        pages = (len(data) - 4) // 8
        for page_number in unpack_from(f"<{pages}I", data, 4 * (pages + 1)) if pages > 0 else ():
            page = self._main[(page_number & 0x3FFFFF) * _PAGE :][:_PAGE]
            count = page[_PAGE - 1]
            for n, (start, end) in enumerate(pairwise(unpack_from(f"<{count + 1}I", page))):
                yield read(page, count, n, start, end)

    def _character(self, page: bytes, count: int, n: int, start: int, end: int) -> _Run:
        at = 2 * page[4 * (count + 1) + n]
        return _Run(start, end, 0, modifiers(page[at + 1 : at + 1 + page[at]]) if at else {})

    def _paragraph(self, page: bytes, count: int, n: int, start: int, end: int) -> _Run:
        at = 2 * page[4 * (count + 1) + 13 * n]
        if not at:
            return _Run(start, end, 0, {})
        length, at = (2 * page[at + 1], at + 2) if page[at] == 0 else (2 * page[at] - 1, at + 1)
        found = modifiers(page[at + 2 : at + length])
        for code in _HUGE:
            if (where := found.get(code)) is not None and where + 2 <= len(self._beside):
                size = unpack_from("<H", self._beside, where)[0]
                found |= modifiers(self._beside[where + 2 : where + 2 + size])
        return _Run(start, end, unpack_from("<H", page, at)[0], found)

    def _dropped(self) -> list[tuple[int, int]]:
        """The stretches of the text that do not show: deleted, hidden, signs of a symbol font."""
        runs = [run for run in sorted(self._runs(_CHARACTERS, self._character)) if _unseen(run.modifiers)]
        starts = [run.start for run in runs]
        found = []
        for piece in self._pieces:
            end = piece.offset + (piece.last - piece.first) * piece.width
            if _unseen(modifiers(piece.changes)):
                found.append((piece.first, piece.last))
            for run in runs[max(bisect_right(starts, piece.offset) - 1, 0) : bisect_right(starts, end)]:
                first = piece.first + (max(run.start, piece.offset) - piece.offset) // piece.width
                last = piece.first + (min(run.end, end) - piece.offset) // piece.width
                if first < last:
                    found.append((first, last))
        return sorted(found)

    def _properties(self, at: int) -> _Run:
        """What the paragraph looks like that ends at a place of the text."""
        piece = self._pieces[bisect_right(self._firsts, at) - 1]
        offset = piece.offset + (at - piece.first) * piece.width
        i = bisect_right(self._paragraph_starts, offset) - 1
        run = self._paragraphs[i] if i >= 0 and offset < self._paragraphs[i].end else _Run(0, 0, 0, {})
        return run._replace(modifiers=run.modifiers | modifiers(piece.changes)) if piece.changes else run

    def _boxes(self, start: int, length: int) -> Iterator[tuple[int, list[Element]]]:
        """The text boxes: where each hangs, and its tree; behind all text where that is not known."""
        from lxml import etree

        places, data = self._numbers(_BOXES, 22), self._listed(_BOXES)
        shapes, described = self._numbers(_SHAPES, 26), self._listed(_SHAPES)
        anchors = {unpack_from("<I", described, 4 * len(shapes) + 26 * n)[0]: at for n, at in enumerate(shapes[:-1])}  # by shape
        for n, (first, last) in enumerate(pairwise(places[:-1])):  # the last one stands for no box
            if first < last <= length:
                box = etree.Element("txbxContent")
                box.extend(self._blocks(start + first, start + last, {}))
                shape = unpack_from("<I", data, 4 * len(places) + 22 * n + 14)[0]
                yield anchors.get(shape, len(self._text) + n), [box]

    def _blocks(self, start: int, end: int, hung: dict[int, list[Element]]) -> Iterator[Element]:
        """The paragraphs and tables of a stretch of the text."""
        from lxml import etree

        end = min(end, len(self._text))
        breaks = {at - 1 for at in self._numbers(_SECTIONS, 12)}
        gone = _merged([*self._gone, *((start + a, start + b) for a, b in _instructions(self._text[start:end]))])
        ends = [b for _, b in gone]
        table = row = None
        cell: list[Element] = []
        for first, last in _paragraphs(self._text, start, end, breaks):
            properties = self._properties(last - 1)
            held = properties.modifiers
            hidden = gone[bisect_right(ends, first) : bisect_right(ends, last) + 1]
            paragraph = self._one_paragraph(first, last, properties, hidden, hung)
            if not held.get(_IN_TABLE):
                table = row = None
                yield paragraph
                continue
            if table is None:
                table, row, cell = etree.Element("tbl"), etree.Element("tr"), []
                yield table
            if held.get(_ROW_END):
                table.append(row)
                row = etree.Element("tr")
            elif not held.get(_INNER_ROW_END):
                cell.append(paragraph)
                if self._text[last - 1] == "\x07":
                    etree.SubElement(row, "tc").extend(cell)
                    cell = []

    def _one_paragraph(
        self, first: int, last: int, properties: _Run, hidden: list[tuple[int, int]], hung: dict[int, list[Element]]
    ) -> Element:
        from lxml import etree

        paragraph = etree.Element("p")
        described = etree.SubElement(paragraph, "pPr")
        etree.SubElement(described, "pStyle", val=str(properties.style))
        if (number := properties.modifiers.get(_LIST)) is not None:
            numbered = etree.SubElement(described, "numPr")
            etree.SubElement(numbered, "ilvl", val=str(properties.modifiers.get(_LEVEL, 0)))
            etree.SubElement(numbered, "numId", val=str(number))
        run = etree.SubElement(paragraph, "r")
        mark = last - (self._text[last - 1] in "\r\x07")
        at = first
        for start, end in [*hidden, (mark, mark)]:
            self._say(run, at, min(start, mark), hung)
            at = max(at, end)
        if any(start <= mark < end for start, end in hidden):
            etree.SubElement(etree.SubElement(described, "rPr"), "del")
        return paragraph

    def _say(self, run: Element, start: int, end: int, hung: dict[int, list[Element]]) -> None:
        """The text from one place to another, with what hangs in it."""
        from lxml import etree

        if start >= end:
            return
        for at in [*(at for at in range(start, end) if at in hung), end]:
            words = self._text[start:at].encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
            etree.SubElement(run, "t").text = _SPECIAL.sub(lambda match: _SAID.get(match[0], ""), words)
            if at < end:
                run.extend(hung[at])
            start = at


def _merged(stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same stretches sorted, those that touch as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def _unseen(held: dict[int, int]) -> bool:
    return bool(held.get(_DELETED) or held.get(_HIDDEN) or _SYMBOL in held)


def _paragraphs(text: str, start: int, end: int, breaks: set[int]) -> Iterator[tuple[int, int]]:
    """The stretches that end with a mark of a paragraph or cell, or with a section (another page break is a line end)."""
    first = start
    for match in re.compile("[\r\x07\x0c]").finditer(text, start, end):
        if match[0] != "\x0c" or match.start() in breaks:
            yield first, match.end()
            first = match.end()
    if first < end:
        yield first, end


def _instructions(text: str) -> Iterator[tuple[int, int]]:
    """What fields say to Word and not to the reader: from the opening mark to the result, of those that are closed.

    A phonetic guide (拼音指南) is a field that has no result: the words that it stands over are its last argument.
    """
    opened: list[tuple[int, int | None]] = []
    for match in _FIELD.finditer(text):
        if match[0] == "\x13":
            opened.append((match.start(), None))
        elif opened and match[0] == "\x14":
            opened[-1] = opened[-1][0], match.end()
        elif opened:
            start, result = opened.pop()
            guide = None if result else _GUIDE.match(text, start, match.end())
            yield start, result or (guide.start(1) if guide else match.end())
            if guide:
                yield guide.end(1), match.end()
