"""What the sequence models see of a character: the text around it, jieba's token, lexicon hits, quotes, numbers, dates.

One computation serves every model: ``Sight`` is built once a document and handed to each tagger, sentence by sentence.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline.resources import read_text, table, words

if TYPE_CHECKING:
    from pipeline.segment import Reading, Span

# lexicon → the letter its hits carry in a feature
_LEXICONS = ("place", "org", "title", "event")


@cache
def surnames() -> frozenset[str]:
    """Surnames, one and two characters."""
    return words("lexicons/surnames.txt")


@cache
def given_names() -> dict[str, int]:
    """Character of given names → how common it is there (0 rare … 3 common)."""
    rows = [(c, int(n)) for c, n in table("lexicons/given_names.tsv", 2)]
    return {c: 3 if n >= 100 else 2 if n >= 30 else 1 for c, n in rows}


@cache
def _automaton() -> Any:
    """Every lexicon in one Aho-Corasick automaton: word → (length, tags)."""
    import ahocorasick

    entries: dict[str, set[str]] = {}
    for name, level in table("lexicons/places.tsv", 2):
        entries.setdefault(name, set()).add(f"p{level}")
    for word in read_text("lexicons/org_suffixes.txt").split():
        entries.setdefault(word, set()).add("o")
    for word in read_text("lexicons/titles.txt").split():
        entries.setdefault(word, set()).add("t")
    for word, kind in table("lexicons/event_nouns.tsv", 2):
        entries.setdefault(word, set()).add(f"e{kind[:3]}")
    automaton = ahocorasick.Automaton()
    for word, tags in entries.items():
        automaton.add_word(word, (len(word), tuple(sorted(tags))))
    automaton.make_automaton()
    return automaton


class Sight:
    """Per-character views of one document's clean text, computed once."""

    def __init__(self, reading: Reading, dates: Iterable[Span] = (), counts: Iterable[Span] = ()) -> None:
        text = reading.clean
        n = len(text)
        self.text = text
        self.chars = ["0" if c.isdigit() else "a" if c.isascii() and c.isalpha() else c for c in text]
        self.tokens = [""] * n
        self.shapes = ["S"] * n
        self.tags = [""] * n
        for token in reading.tokens:
            size = token.end - token.start
            tag = token.tag[:2]
            for k in range(token.start, token.end):
                self.tags[k] = tag
                self.tokens[k] = token.text
            if size > 1:
                self.shapes[token.start] = f"B{min(size, 4)}"
                for k in range(token.start + 1, token.end - 1):
                    self.shapes[k] = "M"
                self.shapes[token.end - 1] = f"E{min(size, 4)}"
        self.lex = [""] * n
        for end, (size, tags) in _automaton().iter_long(text):
            first = end - size + 1
            for tag in tags:
                for k in range(first, end + 1):
                    self.lex[k] += tag + ("B" if k == first else "E" if k == end else "I")
        self.names = [("s" if c in surnames() else "") + str(given_names().get(c, 0)) for c in text]
        self.marks = self._marks(text, n, dates, counts)

    @staticmethod
    def _marks(text: str, n: int, dates: Iterable[Span], counts: Iterable[Span]) -> list[str]:
        marks = [""] * n
        depth = ""
        for i, c in enumerate(text):
            if c == "“":
                depth = "q"
            elif c == "《":
                depth = "w"
            elif c == "\n":
                depth = ""
            marks[i] = depth
            if c in "”》":
                depth = ""
        for span in dates:
            for k in range(span[0], min(span[1], n)):
                marks[k] += "D"
        for span in counts:
            for k in range(span[0], min(span[1], n)):
                marks[k] += "N"
        return marks

    def features(self, start: int, end: int) -> list[list[str]]:
        """Feature strings of each character of ``text[start:end]``; the window does not look over the edges."""
        pad = ["^", "^"]
        c = pad + self.chars[start:end] + ["$", "$"]
        shape, tag, tok = self.shapes[start:end], self.tags[start:end], self.tokens[start:end]
        lex = ["^"] + self.lex[start:end] + ["$"]
        name = ["^"] + self.names[start:end] + ["$", "$"]
        mark = self.marks[start:end]
        out = []
        size = end - start
        for i in range(size):
            a, b, x, y, z = c[i], c[i + 1], c[i + 2], c[i + 3], c[i + 4]
            k = start + i
            left = tok_left = tok_right = "^"
            first = k
            while first > start and shape[first - start][0] in "ME":
                first -= 1
            if first > start:
                tok_left = tok[first - 1 - start]
                left = tag[first - 1 - start]
            last = k
            while last < end - 1 and (shape[last - start][0] == "M" or shape[last - start][0] == "B"):
                last += 1
            right = "$"
            if last + 1 < end:
                tok_right = tok[last + 1 - start]
                right = tag[last + 1 - start]
            t, s = tok[i], shape[i]
            out.append([
                "0" + x, "1" + b, "2" + y, "3" + a + b, "4" + b + x, "5" + x + y, "6" + y + z, "7" + b + x + y, "8" + a, "9" + z,
                "A" + s + tag[i], "B" + s + t, "C" + tok_left, "D" + tok_right, "E" + left + "/" + tag[i] + "/" + right,
                "F" + lex[i + 1], "G" + lex[i], "H" + lex[i + 2], "I" + name[i + 1] + name[i + 2], "J" + name[i] + name[i + 1],
                "K" + mark[i], "L" + s + lex[i + 1] + mark[i], "M" + name[i + 1] + name[i + 2] + name[i + 3],
                "N" + tok_left + "/" + s, "O" + t + "/" + tok_right + s,
            ])  # fmt: skip
        return out
