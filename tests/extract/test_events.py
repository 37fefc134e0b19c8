"""Events and statements: what the rules around the models settle, and what the models are shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pipeline.extract import statements
from pipeline.extract.certain import completed
from pipeline.extract.context import kind_of, zone_at
from pipeline.extract.crf import Marginals
from pipeline.extract.deeds import Deed, clauses, uncounted
from pipeline.extract.events import _theme, date_anchors
from pipeline.extract.groundwork import Groundwork
from pipeline.extract.links import candidates
from pipeline.extract.tagger import Marked, _spans
from pipeline.extract.templates import hashed, window
from pipeline.segment import Span
from tests.ingest.cases import cases
from tests.segment.read import reading_of


def place(text: str, wanted: str) -> Span:
    start = text.index(wanted)
    return Span(start, start + len(wanted))


@pytest.mark.parametrize("case", cases("themes"))
def test_a_theme_is_a_slogan(case: dict[str, Any]) -> None:
    reading, at = reading_of(case["text"]), place(case["text"], case["name"])
    found = _theme(reading.clean, Marked(*at, "EVT", 1.0), reading.sentence_at(at.start))
    assert (reading.clean[slice(*found)] if found else None) == case["theme"]


@pytest.mark.parametrize("case", cases("event_dates"))
def test_dates_that_an_event_can_have(case: dict[str, Any]) -> None:
    reading = reading_of(case["text"])
    dates = date_anchors((m.start, m.end, "2012-01") for m in Groundwork(reading).moments)
    near = candidates(reading, place(case["text"], case["name"]), dates, wide=True)
    assert [reading.clean[a.start : a.end] for a in near] == case["reached"]


@pytest.mark.parametrize("case", cases("statements"))
def test_items_of_a_list_are_judged_one_by_one(case: dict[str, Any]) -> None:
    reading = reading_of(case["text"])
    assert [reading.clean[a:b] for a, b in statements.units(reading)] == case["units"]


@pytest.mark.parametrize("case", cases("announced"))
def test_what_announces_a_shortcoming(case: dict[str, Any]) -> None:
    assert statements.announced(reading_of(case["text"]), place(case["text"], case["unit"])) == case["announced"]


def test_words_of_one_kind_look_alike() -> None:
    assert kind_of("送来", "v") == kind_of("赠送", "v") == "give"
    assert kind_of("困难职工", "n") == kind_of("老教师", "n") == "person"
    assert kind_of("跨越", "v") == "v"


def test_what_is_planned_stands_in_a_zone_of_plans() -> None:
    text = "工会工作总结\n一、主要工作\n开了会，办了班，人人满意。\n二、下一步打算\n再办一个班，请老师来讲课。\n"
    reading = reading_of(text)
    assert zone_at(reading, text.index("再办")) == "Sp"
    assert zone_at(reading, text.index("开了会")) == "S"


@pytest.mark.parametrize(
    ("said", "asks"),
    [
        ("求县总工会给牵个线。", True),
        ("那笔押金能不能免了我们的。", True),
        ("请区总工会的老师讲课两回。", True),  # the words alone cannot tell: the model sees the rest
        ("全年慰问了三十户职工。", False),
    ],
)
def test_plain_words_ask(said: str, *, asks: bool) -> None:
    reading = reading_of(said)
    assert ("cue=ask" in statements.features(reading, Span(0, len(said)), "summary").words) == asks


@pytest.mark.parametrize(
    ("text", "marked", "name"),
    [
        ("开展了“书香伴我行”读书活动。", "“书香伴我行", "“书香伴我行”"),
        ("唱响“矿山的太阳”歌会。", "”歌会", "“矿山的太阳”歌会"),
        ("组织“劳动竞赛，人人参加。", "“劳动竞赛", "劳动竞赛"),
        ("充分利用教代会审议方案。", "充分利用教代会", "教代会"),
        ("大会通过《考勤办法》。", "《考勤办法", "《考勤办法》"),
        ("表决《关于停办食堂案》。", "停办食堂案》", "《关于停办食堂案》"),
    ],
)
def test_a_name_keeps_its_quotation_marks_and_no_verb(text: str, marked: str, name: str) -> None:
    (found,) = completed(reading_of(text), [Marked(*place(text, marked), "EVT", 0.9)], [])
    assert text[found.start : found.end] == name


@pytest.mark.parametrize(
    ("text", "named", "marked", "name"),
    [
        ("三八节组织女工到樱花谷踏青。", ("樱花谷", "PLC"), "到樱花谷踏青", "踏青"),
        ("重阳节在栖云湖泛舟。", ("栖云湖", "PLC"), "重阳节在栖云湖泛舟", "泛舟"),
        ("想同南加中学工会结对子。", ("南加中学工会", "ORG"), "同南加中学工会结对子", "结对子"),
        ("职工去看望李大勇。", ("李大勇", "PER"), "去看望李大勇", "去看望李大勇"),
        ("队员登凤凰山。", ("凤凰山", "PLC"), "登凤凰山", "登凤凰山"),
    ],
)
def test_where_one_goes_is_no_part_of_what_is_done(text: str, named: tuple[str, str], marked: str, name: str) -> None:
    names = [Marked(*place(text, named[0]), named[1], 0.9)]
    (found,) = completed(reading_of(text), [Marked(*place(text, marked), "EVT", 0.9)], names)
    assert text[found.start : found.end] == name


def test_a_bare_verb_takes_its_objects() -> None:
    text = "全年走访伤病、困难骑手163人次。"
    (found,) = completed(reading_of(text), [Marked(*place(text, "走访"), "EVT", 0.9)], [])
    assert text[found.start : found.end] == "走访伤病、困难骑手"


@pytest.mark.parametrize("case", cases("deeds"))
def test_clauses_that_may_tell_a_deed(case: dict[str, Any]) -> None:
    reading = reading_of(case["text"])
    found = clauses(reading)
    assert [reading.clean[slice(*span)] for span in found] == case["clauses"]
    assert [reading.clean[slice(*uncounted(reading.clean, span))] for span in found] == case["uncounted"]


def test_a_deed_begins_where_an_event_likeliest_does_and_leaves_marked_clauses_alone() -> None:
    chance = np.zeros((12, 3))
    chance[2, 1], chance[6:9, 1:] = 0.05, [[0.9, 0.0], [0.0, 0.9], [0.0, 0.9]]
    chance[:, 0] = 1 - chance[:, 1:].sum(axis=1)
    made = Marginals(("O", "B-EVT", "I-EVT"), np.zeros(12, dtype=np.intp), chance)
    found = _spans(made, window([Span(0, 12)]), 0.25, (), [Deed(0, 5, 0.7), Deed(6, 12, 0.8)])
    assert found == [Marked(2, 5, "EVT", 0.7), Marked(6, 9, "EVT", 0.9)]


def test_the_model_of_spans_sees_what_its_clause_says() -> None:
    text = "工会工作总结\n全员上道扫雪，又送了姜糖20斤。"
    reading = reading_of(text)
    seen = Groundwork(reading).sight.columns["clause"]
    swept, gave = text.index("全员"), text.index("姜糖")
    assert seen[gave] == seen[text.index("送了")] == hashed("give|11")
    assert seen[swept] != seen[gave]
