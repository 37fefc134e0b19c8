"""The sequence models as spaCy components: ``gonghui_names``, ``gonghui_events``, ``gonghui_awards``.

For notebooks and whoever has a spaCy pipeline: ``nlp = language()`` reads a clean text and leaves the models' marks in
``doc.spans["names"]``, ``["events"]`` and ``["awards"]``, their confidences in the group's ``attrs``. The marks are those that
extraction starts from (``tagger.mark``), before its rules complete them. A token that a mark cuts is split at the mark's edge.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from spacy import blank
from spacy.language import Language
from spacy.tokens import SpanGroup

from pipeline.extract.deeds import deeds
from pipeline.extract.groundwork import Groundwork
from pipeline.extract.tagger import Marks, mark
from pipeline.products import Part
from pipeline.segment import Reading
from pipeline.segment.tokens import spacy_doc
from pipeline.settings import models_dir
from pipeline.spans import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from spacy.tokens import Doc

_MARKS = "gonghui_marks"  # where a document keeps what the first component has found for all


def language(models: Path | None = None) -> Language:
    """A spaCy pipeline of our tokens and the three sequence models (those below ``models``, else the ones in use)."""
    nlp = blank("xx")
    nlp.tokenizer = partial(spacy_doc, vocab=nlp.vocab)
    for name in Marks._fields:
        nlp.add_pipe(f"gonghui_{name}", config={"models": str(models) if models else None})
    return nlp


def _component(kind: str, models: str | None) -> Callable[[Doc], Doc]:
    def marked(doc: Doc) -> Doc:
        if _MARKS not in doc.user_data:
            work = Groundwork(Reading(Text(doc.text), Part(start=0, end=len(doc.text))))
            home = Path(models) if models else models_dir()
            doc.user_data[_MARKS] = mark(home, work.sight, work.sentences, deeds(work.reading, home))
        found = getattr(doc.user_data[_MARKS], kind)
        _split(doc, sorted({edge for m in found for edge in (m.start, m.end)}))
        spans = [span for m in found if (span := doc.char_span(m.start, m.end, label=m.label)) is not None]
        doc.spans[kind] = SpanGroup(doc, name=kind, spans=spans, attrs={"confidence": [m.confidence for m in found]})
        return doc

    return marked


def _split(doc: Doc, edges: list[int]) -> None:
    """Split the tokens that have an edge within them."""
    with doc.retokenize() as retokenizer:
        for token in doc:
            within = edges[bisect_right(edges, token.idx) : bisect_left(edges, token.idx + len(token))]
            cuts = [edge - token.idx for edge in within]
            if cuts:
                pieces = [token.text[a:b] for a, b in zip([0, *cuts], [*cuts, len(token)], strict=True)]
                retokenizer.split(token, pieces, heads=[(token, k) for k in range(len(pieces))])


@Language.factory("gonghui_names", default_config={"models": None}, assigns=["doc.spans"])
def names(nlp: Language, name: str, models: str | None) -> Callable[[Doc], Doc]:
    """Persons, organisations and places (人名、单位名、地名)."""
    return _component("names", models)


@Language.factory("gonghui_events", default_config={"models": None}, assigns=["doc.spans"])
def events(nlp: Language, name: str, models: str | None) -> Callable[[Doc], Doc]:
    """Events (活动)."""
    return _component("events", models)


@Language.factory("gonghui_awards", default_config={"models": None}, assigns=["doc.spans"])
def awards(nlp: Language, name: str, models: str | None) -> Callable[[Doc], Doc]:
    """Honours (荣誉)."""
    return _component("awards", models)
