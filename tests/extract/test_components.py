"""The spaCy components mark what the pipeline marks."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.extract.components import language
from pipeline.extract.deeds import deeds
from pipeline.extract.groundwork import Groundwork
from pipeline.extract.tagger import Marks, mark
from pipeline.products import Part
from pipeline.segment import Reading
from pipeline.settings import models_dir
from pipeline.spans import Text

GOLD = sorted((Path(__file__).resolve().parents[2] / "corpora" / "gold" / "main").glob("*.txt"))


@pytest.mark.parametrize("path", GOLD[::24], ids=lambda p: p.name)
def test_the_components_mark_what_the_pipeline_marks(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    work = Groundwork(Reading(Text(text), Part(start=0, end=len(text))))
    expected = mark(models_dir(), work.sight, work.sentences, deeds(work.reading, models_dir()))
    doc = language()(text)
    assert doc.text == text
    assert expected.names
    for kind in Marks._fields:
        found = zip(doc.spans[kind], doc.spans[kind].attrs["confidence"], strict=True)
        assert [(s.start_char, s.end_char, s.label_, sure) for s, sure in found] == getattr(expected, kind)


def test_an_empty_text_has_no_marks() -> None:
    assert [len(language()("").spans[kind]) for kind in Marks._fields] == [0, 0, 0]


def test_a_component_may_stand_alone() -> None:
    nlp = language()
    for name in ("gonghui_names", "gonghui_events"):
        nlp.remove_pipe(name)
    assert [*nlp("学校工会荣获县先进基层工会称号。").spans] == ["awards"]
