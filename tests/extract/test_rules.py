"""Works, hidden places, the profile, the reporting unit, ranks and levels of awards: what rules alone settle."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.extract import profile
from pipeline.extract.awards import features, given, own_level, rank
from pipeline.extract.basics import basics
from pipeline.extract.cut import breaks_off
from pipeline.extract.groundwork import Groundwork
from pipeline.extract.redaction import is_redacted
from pipeline.extract.speaker import reporting_unit
from pipeline.extract.tagger import Marked
from pipeline.extract.unit_kind import org_type
from pipeline.labels import labels
from pipeline.segment import Reading
from pipeline.settings import models_dir
from tests.ingest.cases import cases
from tests.segment.read import reading_of


@pytest.mark.parametrize("case", cases("works"))
def test_works(case: dict[str, Any]) -> None:
    reading = reading_of(case["text"])
    assert [[reading.text.quote(w.start, w.end), w.kind] for w in Groundwork(reading).works] == case["works"]


@pytest.mark.parametrize("case", cases("hidden"))
def test_hidden(case: dict[str, Any]) -> None:
    reading = reading_of(case["text"])
    found = Groundwork(reading).hidden
    assert [[h.code, reading.text.quote(h.start, h.end)] for h in found] == case["hidden"]
    assert all(("warning", h.code) in labels() for h in found)
    assert is_redacted(found) == any(code in ("redacted_year", "redacted_name", "redacted_count") for code, _ in case["hidden"])


def profile_of(reading: Reading) -> dict[str, Any]:
    """What the record's profile fields would be."""
    title, kind, signed, period, _ = basics(reading, Groundwork(reading).moments)
    me = profile.author(reading)
    unit = reporting_unit(reading, [], signed.unit, models_dir())
    return {
        "doc_type": kind,
        "period": [period.start, period.end, period.label, period.basis],
        "signed_by": reading.clean[slice(*signed.unit)] if signed.unit else None,
        "signed_date": signed.date,
        "author": reading.clean[slice(*me)] if me else None,
        "org_type": org_type(reading.clean, None, title),
        "unit": reading.clean[slice(*unit)] if unit else None,
    }


@pytest.mark.parametrize("case", cases("profile"))
def test_profile(case: dict[str, Any]) -> None:
    found = profile_of(reading_of(case["lines"]))
    for field, want in case["want"].items():
        assert (found[field][: len(want)] if isinstance(want, list) else found[field]) == want, field


@pytest.mark.parametrize("case", cases("cut"))
def test_a_text_that_breaks_off(case: dict[str, Any]) -> None:
    assert breaks_off(reading_of(case["lines"]), models_dir()) == case["cut"]


@pytest.mark.parametrize("case", cases("units"))
def test_reporting_unit(case: dict[str, Any]) -> None:
    assert profile_of(reading_of(case["lines"]))["unit"] == case["unit"]


@pytest.mark.parametrize("case", cases("awards"))
def test_award_rank_and_level(case: dict[str, Any]) -> None:
    assert [rank(case["award"]), own_level(case["award"])] == [case["rank"], case["level"]]


@pytest.mark.parametrize(
    ("text", "honours"),
    [
        ("工会被评为全国模范职工之家。", ["全国模范职工之家"]),
        ("2006年起争创全国模范职工之家。", []),
        ("几年里创建全国模范职工之家22个。", ["全国模范职工之家"]),
    ],
)
def test_an_honour_aimed_at_is_not_received(text: str, honours: list[str]) -> None:
    start = text.index("全国")
    found = given(reading_of(text), [Marked(start, start + 8, "AWD", 0.9)])
    assert [text[m.start : m.end] for m in found] == honours


@pytest.mark.parametrize(
    ("text", "won"),
    [
        ("奖项设置：一等奖2名，纪念奖若干。", False),
        ("每组取一等奖1名。", False),
        ("比赛拟设一等奖3名。", False),
        ("比赛评出一等奖2名。", True),
        ("我校获一等奖2名。", True),
        ("将继续努力，去年获一等奖1名。", True),
        ("我校在市教师技能竞赛中共计一等奖3名，二等奖5名。", True),
        ("参加全县建设系统书画展，一等奖1名。", True),
        ("比赛设立三个项目，经评委打分，一等奖1名（王芳）。", True),
    ],
)
def test_a_prize_that_is_only_offered_is_no_honour(text: str, won: bool) -> None:
    start = text.index("一等奖")
    assert bool(given(reading_of(text), [Marked(start, start + 3, "AWD", 0.9)])) == won


@pytest.mark.parametrize(
    ("text", "marked", "honour"),
    [
        ("获“省巾帼文明岗”称号。", "省巾帼文明岗”", "省巾帼文明岗"),
        ("获市级“模范乡镇工会”。", "市级“模范乡镇工会", "市级“模范乡镇工会”"),
        ("两人是“服务能手。", "“服务能手", "服务能手"),
    ],
)
def test_an_honour_has_both_its_quotation_marks_or_none(text: str, marked: str, honour: str) -> None:
    start = text.index(marked)
    found = given(reading_of(text), [Marked(start, start + len(marked), "AWD", 0.9)])
    assert [text[m.start : m.end] for m in found] == [honour]


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("我校教师参加镇教职工运动会，拔河第二名。", "nearest=went:township"),
        ("我厂职工篮球队去局里比赛，拿了第二名。", "nearest=went:body"),
        ("我厂评选标兵，全厂表彰了第二名。", "nearest=given:own"),
        ("得了第二名。", "nearest=none:"),
    ],
)
def test_how_far_an_award_reaches(text: str, nearest: str) -> None:
    reading = reading_of(text)
    start = reading.clean.index("第二名")
    assert nearest in features(reading, start, start + 3).words
