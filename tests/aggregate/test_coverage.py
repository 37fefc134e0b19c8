"""Coverage: rubrics are checked with file and line, the score is the arithmetic of the rubric's page."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest

from pipeline.aggregate.coverage import Item, Rubric, load_rubric, score
from pipeline.aggregate.levels import Judged
from pipeline.errors import ResourceError
from pipeline.labels import explain, labels
from pipeline.records import CoverageItem, Record
from tests.handmade import record

ITEMS: tuple[str, ...] = get_args(CoverageItem)
RAW = "清泉小学工会2011年工作总结"
GOOD = "name: own\ntitle: 自定\nitems:\n  - {item: care, weight: 60}\n  - {item: culture, weight: 40}\n"


@pytest.fixture
def rubric_file(tmp_path: Path) -> Path:
    return tmp_path / "自定.yaml"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (GOOD.replace("weight: 40", "weight: -1"), 5),
        (GOOD.replace("weight: 40", "weight: 很多"), 5),
        (GOOD.replace("item: culture", "item: cooking"), 5),
        (GOOD.replace("item: culture", "item: care"), 5),
        (GOOD.replace("weight: 60}", "weight: 60, colour: red}"), 4),
        (GOOD + "  - {item: women\n", 7),
        ("name: [\n", 2),
        ("- 1\n- 2\n", 1),
        ("", 1),
        ("name: own\ntitle: 自定\n", 1),
    ],
    ids=[
        "negative",
        "no number",
        "unknown item",
        "duplicate item",
        "unknown key",
        "open brace",
        "no YAML",
        "a list",
        "empty",
        "no items",
    ],
)
def test_a_wrong_rubric_names_file_and_line(rubric_file: Path, text: str, line: int) -> None:
    rubric_file.write_text(text, encoding="utf-8")
    with pytest.raises(ResourceError) as caught:
        load_rubric(str(rubric_file))
    assert caught.value.code == "bad_rubric"
    assert caught.value.params["file"] == str(rubric_file)
    assert caught.value.params["line"] == line
    for lang in ("zh", "en"):
        assert str(rubric_file) in explain(caught.value, lang)  # type: ignore[arg-type]


def test_a_rubric_that_is_not_there_or_not_utf8(rubric_file: Path) -> None:
    with pytest.raises(ResourceError, match="rubric_missing"):
        load_rubric(str(rubric_file))
    rubric_file.write_bytes("name: 自定".encode("gb18030"))
    with pytest.raises(ResourceError, match="bad_rubric"):
        load_rubric(str(rubric_file))


def test_a_rubric_from_a_windows_editor_is_read(rubric_file: Path) -> None:
    rubric_file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert [entry.item for entry in load_rubric(str(rubric_file)).items] == ["care", "culture"]


@pytest.mark.parametrize("name", ["school", "enterprise"])
def test_the_shipped_rubrics_weigh_every_item_to_a_hundred(name: str) -> None:
    rubric = load_rubric(name)
    assert sorted(entry.item for entry in rubric.items) == sorted(ITEMS)
    assert sum(entry.weight for entry in rubric.items) == 100
    assert ("rubric", name) in labels()


def judged(**levels: int) -> dict[str, Judged]:
    return {item: Judged(levels.get(item, 0), (), "absent") for item in ITEMS}  # type: ignore[arg-type]


def scored(levels: dict[str, int], rubric: Rubric | None = None, **fields: Any) -> Any:
    made: Record = record(RAW, **fields)
    return score(made, rubric or load_rubric("school"), judged(**levels))


def test_full_marks_are_a_hundred_and_nothing_is_nought() -> None:
    assert scored(dict.fromkeys(ITEMS, 2)).score == 100
    assert scored({}).score == 0
    assert scored(dict.fromkeys(ITEMS, 1)).score == 50


def test_an_item_earns_weight_times_half_its_level() -> None:
    found = scored({"democracy": 2, "care": 1})
    assert found.items["democracy"].points == 13
    assert found.items["care"].points == 5.5
    assert found.score == 18.5
    assert not any(item.excused for item in found.items.values())


def test_a_truncated_document_is_not_scored_on_what_it_lacks() -> None:
    found = scored({"democracy": 2, "care": 1}, truncated=True)
    assert found.score == round(18.5 / (13 + 11) * 100, 1)
    assert not found.items["care"].excused
    assert found.items["openness"].excused


def test_a_redacted_document_is_excused_what_redaction_takes_alone() -> None:
    found = scored({"democracy": 2}, redacted=True)
    assert {name for name, item in found.items.items() if item.excused} == {"identity", "timeline", "figures"}
    assert found.score == round(13 / (100 - 3 - 2 - 4) * 100, 1)
    assert not scored({"identity": 1}, redacted=True).items["identity"].excused


def test_a_truncated_document_without_anything_has_no_score() -> None:
    assert scored({}, truncated=True).score is None


def test_an_item_outside_the_rubric_has_a_level_and_no_weight() -> None:
    own = Rubric(name="own", title="自定", items=(Item(item="care", weight=60), Item(item="culture", weight=40)))
    found = scored({"care": 2, "skills": 2}, own)
    assert found.score == 60
    assert found.items["skills"].points == 0
    assert found.items["skills"].level == 2
    assert found.rubric == "own"


def test_a_guide_has_no_coverage() -> None:
    assert scored(dict.fromkeys(ITEMS, 2), doc_type="guide") is None


def test_a_plan_is_scored_like_a_summary() -> None:
    assert scored({"care": 2}, doc_type="plan").score == 11
