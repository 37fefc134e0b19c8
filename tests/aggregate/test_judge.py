"""An office's own rubric: items by its words, evidence by its rules, and the documented example that shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.aggregate.coverage import BUILT_IN, Item, load_rubric, score
from pipeline.aggregate.judge import by_words, judge, ranked
from pipeline.aggregate.levels import Judged
from pipeline.errors import ResourceError
from pipeline.labels import label
from pipeline.records import Record
from pipeline.run import Job, read_records, run
from pipeline.settings import RESOURCES, models_dir
from pipeline.spans import Text
from tests.handmade import found, record

EXAMPLE = RESOURCES / "rubrics" / "example_office.yaml"
RAW = (
    "清泉纺织厂工会2011年总结\n"
    "开展劳动竞赛，举行挡车工比武和技能大赛，46人参加。\n"
    "重视劳动竞赛工作。\n"
    "建设职工之家，被评为县模范职工小家。看望病人2名。\n"
    "发展网约司机会员30人。\n"
)


def made() -> Record:
    return record(
        RAW,
        events=[
            found("events", RAW, "挡车工比武", type="contest", status="held"),
            found("events", RAW, "技能大赛", type="contest", status="held"),
            found("events", RAW, "看望病人", type="visit", status="held"),
        ],
        counts=[
            found("counts", RAW, "46人", value=46.0, unit="人"),
            found("counts", RAW, "2名", value=2.0, unit="人"),
            found("counts", RAW, "30人", value=30.0, unit="人", indicator="new_members", scope="own"),
        ],
        awards=[found("awards", RAW, "县模范职工小家", level="county")],
    )


def quoted(judged: Judged) -> list[str]:
    return [RAW[a:b] for a, b in judged.evidence]


@pytest.mark.parametrize(
    ("rules", "level", "evidence"),
    [
        ({"words": ["劳动竞赛"], "evidence": ["events"]}, 2, ["挡车工比武", "技能大赛"]),
        ({"words": ["劳动竞赛"], "evidence": ["counts", "events"]}, 2, ["46人", "挡车工比武", "技能大赛"]),
        ({"words": ["劳动竞赛"], "evidence": ["events"], "at_least": 2}, 2, ["挡车工比武", "技能大赛"]),
        ({"words": ["劳动竞赛"], "evidence": ["events"], "at_least": 3}, 1, ["劳动竞赛", "劳动竞赛"]),
        ({"words": ["劳动竞赛"], "evidence": ["events"], "event_types": ["visit"]}, 1, ["劳动竞赛", "劳动竞赛"]),
        ({"words": ["职工之家", "职工小家"], "evidence": ["awards"]}, 2, ["县模范职工小家"]),
        ({"words": ["网约"], "evidence": ["counts"], "indicators": ["new_members"]}, 2, ["30人"]),
        ({"words": ["网约"], "evidence": ["counts"], "indicators": ["members"]}, 1, ["网约"]),
        ({"words": ["网约"]}, 2, ["30人"]),
        ({"words": ["看望"], "evidence": ["aided"]}, 1, ["看望"]),
        ({"words": ["疗休养"], "evidence": ["events"]}, 0, []),
    ],
)
def test_an_own_item_is_judged_by_its_words_and_evidence(rules: dict[str, Any], level: int, evidence: list[str]) -> None:
    judged = by_words(Item(item="自定", weight=10, **rules), made(), Text(RAW))
    assert (judged.level, quoted(judged)) == (level, evidence)


def test_evidence_of_another_sentence_does_not_count() -> None:
    raw = "重视劳动竞赛。另举行歌咏比赛。"
    one = record(raw, events=[found("events", raw, "歌咏比赛", type="contest", status="held")])
    assert by_words(Item(item="自定", weight=1, words=("劳动竞赛",), evidence=("events",)), one, Text(raw)).level == 1


def test_the_rubric_says_which_evidence_is_shown_first() -> None:
    facts = (("events", 5, 9), ("counts", 1, 3), ("awards", 7, 8))
    judged = Judged(2, ((5, 9),), "specific_events", facts)
    assert ranked(judged, ("awards", "counts")).evidence == ((7, 8), (1, 3), (5, 9))
    assert ranked(judged, ("awards", "counts")).reason == "specific_awards"
    assert ranked(judged._replace(level=1), ("awards",)) == judged._replace(level=1)


def test_the_example_is_a_rubric_with_items_of_its_own() -> None:
    rubric = load_rubric(str(EXAMPLE))
    own = [entry for entry in rubric.items if entry.item not in BUILT_IN]
    assert [entry.item for entry in own] == ["职工之家建设", "新就业形态入会", "劳动竞赛", "信息报送"]
    judged = judge(made(), Text(RAW), models_dir(), rubric)
    assert {entry.item: judged[entry.item].level for entry in own} == {
        "职工之家建设": 2,
        "新就业形态入会": 2,
        "劳动竞赛": 2,
        "信息报送": 0,
    }
    coverage = score(made(), rubric, judged)
    assert coverage is not None
    assert coverage.items["劳动竞赛"].points == 10
    assert label("item", "劳动竞赛") == "劳动竞赛"


def test_an_own_rubric_goes_through_a_whole_run(tmp_path: Path) -> None:
    (tmp_path / "清泉.txt").write_text(RAW, encoding="utf-8")
    from pipeline.flow import Options

    run(Job(input=tmp_path / "清泉.txt", out=tmp_path / "out", options=Options(rubric=str(EXAMPLE))))
    (one,) = read_records(tmp_path / "out")
    assert one.coverage is not None
    assert one.coverage.rubric == "某区总工会评分表"
    assert one.coverage.items["职工之家建设"].level >= 1
    table = (tmp_path / "out" / "tables" / "coverage.csv").read_text("utf-8-sig")
    assert "某区总工会评分表,职工之家建设,10," in table
    assert "职工之家建设" in (tmp_path / "out" / "tables" / "summary.csv").read_text("utf-8-sig")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("- {item: 职工之家, weight: 5}", "words"),
        ("- {item: 职工之家, weight: 5, words: []}", "words"),
        ("- {item: 职工之家, weight: 5, words: ['']}", "character"),
        ("- {item: '=1+1', weight: 5, words: [家]}", "pattern"),
        ("- {item: care, weight: 5, evidence: [smiles]}", "Input should be"),
        ("- {item: care, weight: 5, at_least: 2}", "at_least"),
        ("- {item: 家, weight: 5, words: [家], at_least: 0}", "greater"),
        ("- {item: 家, weight: 5, words: [家], event_types: [party]}", "Input should be"),
        ("- {item: 家, weight: 5, words: [家], indicators: [money]}", "Input should be"),
        ("- {item: 家, weight: .inf, words: [家]}", "finite"),
    ],
)
def test_a_wrong_item_names_its_line(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "自定.yaml"
    path.write_text(f"name: own\ntitle: 自定\nitems:\n  - {{item: culture, weight: 5}}\n  {line}\n", encoding="utf-8")
    with pytest.raises(ResourceError) as caught:
        load_rubric(str(path))
    assert caught.value.params["line"] == 5
    assert reason in str(caught.value.params["reason"])


@pytest.mark.parametrize("text", ["家" * 100_000, "家。" * 50_000])
def test_a_word_on_every_place_is_no_trap(text: str) -> None:
    assert by_words(Item(item="自定", weight=1, words=("家",), evidence=("events",)), record(text), Text(text)).level == 1
