"""Jieba tokens with a union-work dictionary, in a spaCy ``Doc`` that tiles the text.

spaCy's own ``segmenter="jieba"`` uses the global jieba module, which any import may change; the tokenizer here owns a
private ``jieba.Tokenizer``. ``rjieba`` cuts the same text the same way an order of magnitude faster and stands in where
it is installed; ``tests/segment/test_tokens.py`` holds the two equal.
"""

from __future__ import annotations

import logging
import re
from functools import cache, partial
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.products import Token
from pipeline.resources import table

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc
    from spacy.vocab import Vocab


# jieba's own cut of what is not Chinese; rjieba leaves 2011-12-30 and www.a.cn whole
_ASCII_PIECE = re.compile(r"[a-zA-Z0-9]+(?:\.[0-9]+)?%?|[^a-zA-Z0-9]+")


_TOKEN = partial(tuple.__new__, Token)  # Token._make less a call of Python for every word of a text


@cache
def user_words() -> tuple[tuple[str, int, str], ...]:
    """``lexicons/union_words.tsv``: word, frequency, tag."""
    return tuple((w, int(f), t) for w, f, t in table("lexicons/union_words.tsv", columns=3))


@cache
def _rust_jieba() -> Any:
    import rjieba

    jieba = rjieba.Jieba()
    for word, freq, tag in user_words():
        jieba.add_word(word, freq, tag)
    return jieba


@cache
def reference() -> Any:
    """The private reference tokenizer: a ``jieba.Tokenizer`` of our own."""
    import jieba

    jieba.setLogLevel(logging.ERROR)
    private = jieba.Tokenizer()
    # not initialize(): that would trust a file in the temporary folder that anyone may have put there
    private.FREQ, private.total = private.gen_pfdict(private.get_dict_file())
    private.initialized = True
    for word, freq, tag in user_words():
        private.add_word(word, freq, tag)
    return private


@cache
def common_words() -> frozenset[str]:
    """Two-character words of jieba's dictionary that are no names, or far too common to be only that."""
    spec = find_spec("jieba")  # found, not imported: its modules take longer to load than the words to read
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("jieba", name="jieba")
    rows = _OF_TWO.findall(Path(spec.origin).with_name("dict.txt").read_text(encoding="utf-8"))
    return frozenset(word for word, times, tag in rows if tag not in _NAME_TAGS or int(times) >= 200)


_OF_TWO = re.compile(r"^(\S\S) ([0-9]+) (\S+)$", re.MULTILINE)
_NAME_TAGS = ("nr", "nrt", "nrfg")  # jieba's dictionary tags many a plain word so (智慧, 祝福): a common one is no name


def tokenize(text: str) -> list[Token]:
    """Tokens of ``text``, in order, without gap or overlap."""
    found = _tagged(text)
    words, tags = zip(*found, strict=True) if found else ((), ())
    if any(len(word) > 1 and not word.isalnum() for word in filter(str.isascii, set(words))):
        found = [(piece, tag) for word, tag in found for piece in (_ASCII_PIECE.findall(word) if word.isascii() else (word,))]
        words, tags = zip(*found, strict=True)
    ends = list(accumulate(map(len, words)))
    if (ends[-1] if ends else 0) != len(text):
        raise ValueError(f"tokens cover {ends[-1] if ends else 0} of {len(text)} characters")
    return list(map(_TOKEN, zip(words, [0, *ends], ends, tags, strict=False)))


_THRICE = re.compile(r"([\u4e00-\u9fff])\1\1")  # 211人人人有一页: two cuts are as likely, and the two jiebas choose differently


def _tagged(text: str) -> list[tuple[str, str]]:
    """Words and tags; a line where a character stands three times in a row is cut by the reference itself."""
    jieba = _rust_jieba()
    if not _THRICE.search(text):
        found: list[tuple[str, str]] = jieba.tag(text, hmm=True)
        return found
    found = []
    for line in text.splitlines(keepends=True):
        if _THRICE.search(line):
            found += ((word, jieba.tag(word, hmm=True)[0][1]) for word in reference().cut(line))
        else:
            found += jieba.tag(line, hmm=True)
    return found


@cache
def _language() -> Language:
    import spacy

    return spacy.blank("xx")


def spacy_doc(text: str, vocab: Vocab | None = None) -> Doc:
    """The tokens as a spaCy ``Doc`` of ``vocab`` or our own: ``doc.text == text``; spaces are tokens of their own."""
    from spacy.tokens import Doc

    tokens = tokenize(text)
    return Doc(
        vocab or _language().vocab, words=[t.text for t in tokens], spaces=[False] * len(tokens), tags=[t.tag for t in tokens]
    )
