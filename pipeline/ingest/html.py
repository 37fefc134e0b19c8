"""HTML → its visible text (网页正文): in document order, a line a block, table cells joined by `` | ``.

Nothing is judged here: navigation is text like any other, and the noise stage cuts it as it does in a text file. Nothing is
fetched: no network, no external entities.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.errors import SourceError
from pipeline.ingest.decode import Decoded, decode

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-]{3,20})", re.IGNORECASE)
_ALIASES = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "utf8": "utf-8",
    "big5-hkscs": "big5hkscs",
}
_WESTERN = {"iso-8859-1", "latin1", "windows-1252", "us-ascii", "ascii"}  # what programs write that do not know: read any bytes
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_UNSEEN = {
    "script", "style", "noscript", "template", "head", "iframe", "object", "svg", "select", "datalist", "rt", "rp", "canvas",
    "audio", "video",
}  # fmt: skip
_INLINE = {
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "img", "ins", "kbd",
    "label", "mark", "q", "ruby", "rb", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var",
    "wbr",
}  # fmt: skip
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_LAYOUT = {"table", "h1", "h2", "h3", "h4", "ul", "ol", "form"}
_FEW_BLOCKS = 3  # paragraphs in a cell of a table that shows data


def visible_text(data: bytes, declared: str | None = None) -> Decoded:
    """The visible text of a page and the encoding it was in.

    Args:
        declared: the charset that came with the page, for one that names none itself.

    Raises:
        SourceError: ``undecodable``; ``unreadable`` where the markup is nested so deep that the parser would lose text.
    """
    from lxml import etree, html

    own = _CHARSET.search(data[:4096])
    name = own[1].decode("ascii").lower() if own else declared
    decoded = decode(data, None if name is None or name in _WESTERN else _ALIASES.get(name, name))
    markup = _DECLARATION.sub("", decoded.text.replace("\0", ""))
    if not markup.strip():
        return Decoded("", decoded.encoding)
    # bytes, not str: lxml hands a str to libxml2 in the machine's own width, which some builds misread
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(markup.encode("utf-8", "surrogatepass"), parser=parser, ensure_head_body=False)
    except etree.ParserError:  # nothing but comments
        return Decoded("", decoded.encoding)
    if any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log):
        raise SourceError("unreadable", reason="markup nested too deep")
    return Decoded(_Lines().read(root), decoded.encoding)


class _Lines:
    """Collects the text of a tree, in one pass without recursion."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.cells: list[str] | None = None  # of the row being read, in a table that shows data
        self.words: list[str] = []

    def read(self, root: HtmlElement) -> str:
        todo: list[tuple[HtmlElement, bool]] = [(root, True)]
        while todo:
            element, opening = todo.pop()
            tag = element.tag if isinstance(element.tag, str) else ""
            seen = bool(tag) and not _is_hidden(element, tag)
            if opening:
                if seen:
                    self._open(element, tag)
                    self._say(element.text, tag)
                    todo.append((element, False))
                    todo.extend((child, True) for child in reversed(element))
                else:
                    self._say(element.tail, _parent(element))
            else:
                self._close(element, tag)
                self._say(element.tail, _parent(element))
        self._break()
        return "\n".join(self.lines)

    def _open(self, element: HtmlElement, tag: str) -> None:
        if tag == "tr" and self.cells is None and _shows_data(element):
            self._break()
            self.cells = []
        elif tag not in _INLINE:
            self._break()

    def _close(self, element: HtmlElement, tag: str) -> None:
        if tag in ("td", "th") and self.cells is not None:
            self.cells.append(self._taken())
        elif tag == "tr" and self.cells is not None:
            row, self.cells = self.cells, None
            if any(row):
                self.lines.append(" | ".join(row))
            self._break()
        elif tag not in _INLINE:
            self._break()

    def _say(self, text: str | None, tag: str) -> None:
        if text and tag not in ("table", "tbody", "tr", "thead"):
            if tag == "pre":
                for i, line in enumerate(text.split("\n")):
                    if i:
                        self._break()
                    self.words.append(line.rstrip("\r"))
            else:
                self.words.append(re.sub(r"[ \t\n\r\f]+", " ", text))

    def _break(self) -> None:
        if self.cells is not None:
            self.words.append(" ")
        elif line := self._taken():
            self.lines.append(line)

    def _taken(self) -> str:
        line = re.sub(r" {2,}", " ", "".join(self.words)).strip(" ")
        self.words.clear()
        return line


def _is_hidden(element: HtmlElement, tag: str) -> bool:
    if tag in _UNSEEN or element.get("hidden") is not None or element.get("type", "").lower() == "hidden":
        return True
    return bool(_HIDDEN_STYLE.search(element.get("style", "")))


def _parent(element: HtmlElement) -> str:
    parent = element.getparent()
    return parent.tag if parent is not None and isinstance(parent.tag, str) else ""


def _shows_data(row: HtmlElement) -> bool:
    """Whether a row holds cells of data; a page laid out by tables has headings, lists and many paragraphs in its cells."""
    cells = [cell for cell in row if cell.tag in ("td", "th")]
    if not cells:
        return False
    for cell in cells:
        blocks = sum(1 for child in cell.iterdescendants("p", "div", "br", *_LAYOUT) if child.tag not in _LAYOUT)
        if blocks > _FEW_BLOCKS or next(cell.iterdescendants(*_LAYOUT), None) is not None:
            return False
    return True
