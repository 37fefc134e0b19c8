"""Gold ↔ spaCy ``DocBin``: one ``Doc`` a file, a token a character, a span group a kind.

A token a character makes every offset a token boundary, so that spans are exact in the raw text whatever tokenizer reads
it later (``doc.char_span`` finds them again). The attributes of a group's spans are a list in ``group.attrs``, in the
order of the spans; what the file says of itself is in ``doc.user_data``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipeline.errors import CannotRun
from pipeline.learn.gold import KINDS
from pipeline.learn.marks import Mark, Marked

GROUPS = ("documents", "noise", *KINDS)
_HEAD = "gonghui"


def to_bytes(files: Iterable[Marked]) -> bytes:
    """The files as a serialised DocBin."""
    from spacy.tokens import Doc, DocBin, Span, SpanGroup
    from spacy.vocab import Vocab

    vocab, docs = Vocab(), DocBin(attrs=["ORTH", "SPACY"], store_user_data=True)
    for file in files:
        doc = Doc(vocab, words=list(file.text), spaces=[False] * len(file.text))
        doc.user_data[_HEAD] = file.head
        for kind in GROUPS:
            marks = file.of(kind)
            spans = [Span(doc, m.start, m.end, label=kind) for m in marks]
            doc.spans[kind] = SpanGroup(doc, name=kind, spans=spans, attrs={"attributes": [m.attributes for m in marks]})
        docs.add(doc)
    return docs.to_bytes()


def from_file(path: Path) -> Iterator[Marked]:
    """The gold files that a DocBin holds.

    Raises:
        CannotRun: it is no DocBin, or a group's attributes do not match its spans.
    """
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    try:
        docs = list(DocBin().from_bytes(path.read_bytes()).get_docs(Vocab()))
    except Exception as error:  # zlib, msgpack and spaCy each have their own
        raise CannotRun("import_unreadable", path=str(path), reason=f"{type(error).__name__}: {error}"[:200]) from error
    for number, doc in enumerate(docs):
        head: dict[str, Any] = doc.user_data.get(_HEAD) or {}
        marks = []
        for kind in GROUPS:
            group = doc.spans.get(kind, ())
            said = group.attrs.get("attributes") if group else []
            if said is None or len(said) != len(group):
                reason = f"doc {number}: {kind} has {len(group)} spans, {len(said or ())} attributes"
                raise CannotRun("import_unreadable", path=str(path), reason=reason)
            for span, attributes in zip(group, said, strict=True):
                marks.append(Mark(kind, span.start_char, span.end_char, dict(attributes)))
        yield Marked(dict(head), doc.text, marks)
