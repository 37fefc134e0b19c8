"""Texts of which only some kinds are annotated: what their braces say, and which models learn from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import CannotRun
from pipeline.learn import braces, train
from pipeline.learn.cases import files_to_learn_from, gold_files
from pipeline.learn.check import annotation_files
from pipeline.learn.classifiers import TASKS
from pipeline.learn.examples import prepared
from tests.learn import tiny

ROOT = Path(__file__).resolve().parents[2]
TEXT = """# doc_type=summary | org=平川县第九中学工会
平川县第九中学工会工作总结
现有教职工{180余人|staff}，培训{3天}。全镇新建工会{6家|new_unions|area}，明年办班{4期|courses|own|planned}，图书室借书{300册|-|-}。
"""


EVENTS = """# doc_type=summary | org=-
平川县第九中学工会工作总结
三八节办{趣味运动会|recreation}，坚持{走访病号|visit|recurring}，张兰获{县一等奖|award|county}，另有{先进个人|award|-}。
"""
NAMES = """# org=-
主席{张兰|person}会同{县教育局|org}的同志到{凤凰山|place}植树。
"""
TOPICS = """# org=-
一、{办实事，暖人心|care culture}
走访慰问了病号，还办了联欢会。
二、{不足|problems}
活动不多。
"""


def written(folder: Path, text: str = TEXT, kind: str = "counts") -> Path:
    path = folder / kind / "k1-01.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_braces_are_taken_out_and_say_what_a_count_is(tmp_path: Path) -> None:
    raw, gold, kinds = braces.read(written(tmp_path))
    assert kinds == ("counts",)
    assert not set("{|}") & set(raw)
    assert gold["org"] == "平川县第九中学工会"
    assert [
        (raw[c["start"] : c["end"]], c["indicator"], c["scope"], c["status"]) for c in gold["counts"]
    ] == [
        ("180余人", "staff", "own", "done"), ("3天", None, "own", "done"), ("6家", "new_unions", "area", "done"),
        ("4期", "courses", "own", "planned"), ("300册", None, None, "done"),
    ]  # fmt: skip


def test_events_and_awards_stand_side_by_side(tmp_path: Path) -> None:
    raw, gold, kinds = braces.read(written(tmp_path, EVENTS, "events"))
    assert kinds == ("events", "awards")
    assert [(raw[e["start"] : e["end"]], e["type"], e["status"]) for e in gold["events"]] == [
        ("趣味运动会", "recreation", "held"), ("走访病号", "visit", "recurring"),
    ]  # fmt: skip
    assert [(raw[a["start"] : a["end"]], a["level"]) for a in gold["awards"]] == [("县一等奖", "county"), ("先进个人", None)]


def test_names_and_headings_with_their_topics(tmp_path: Path) -> None:
    raw, gold, _ = braces.read(written(tmp_path, NAMES, "names"))
    assert {kind: [raw[n["start"] : n["end"]] for n in gold[kind]] for kind in ("persons", "orgs", "places")} == {
        "persons": ["张兰"], "orgs": ["县教育局"], "places": ["凤凰山"],
    }  # fmt: skip
    raw, gold, _ = braces.read(written(tmp_path, TOPICS, "topics"))
    assert [(raw[s["start"] : s["end"]], s["level"], s["topics"]) for s in gold["sections"]] == [
        ("办实事，暖人心", 1, ["care", "culture"]), ("不足", 1, ["problems"]),
    ]  # fmt: skip


def test_a_header_may_say_that_less_is_annotated(tmp_path: Path) -> None:
    path = written(tmp_path, EVENTS.replace("org=-", "org=- | annotated=awards"), "events")
    assert braces.read(path).kinds == ("awards",)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        *(
            ("counts", mark)
            for mark in ("{6家|unions}", "{6家|staff|all}", "{6家|staff|own|soon}", "{6家|a|b|c|d}", "{6家", "家}")
        ),
        *(("events", mark) for mark in ("{春游}", "{春游|play}", "{春游|visit|done}", "{奖|award|world}", "{奖|award|-|x}")),
        *(("names", mark) for mark in ("{张兰}", "{张兰|people}", "{张兰|person|x}")),
        *(("topics", mark) for mark in ("{不足}", "{不足|love}", "{不足|care|women}")),
    ],
)
def test_a_mark_that_is_none_is_told(tmp_path: Path, kind: str, wrong: str) -> None:
    with pytest.raises(CannotRun, match="k1-01"):
        braces.read(written(tmp_path, "# org=-\n" + wrong + "\n", kind))


def test_they_are_learnt_from_in_training_alone(tmp_path: Path) -> None:
    corpus = tiny.corpus(tmp_path)
    path = written(corpus.parent)
    assert path in files_to_learn_from(corpus, ("train",))
    assert path not in files_to_learn_from(corpus, ("dev",)) + gold_files(corpus, ("train", "dev")) + annotation_files(corpus)
    (one,) = prepared([path])
    assert (one.split, one.group, one.example().kinds) == ("train", "k1", ("counts",))


@pytest.mark.parametrize(
    ("kind", "taught"),
    [
        ("counts", {"counted", "indicator", "scope"}),
        ("events", {"events", "deeds", "event_type", "event_status", "awards", "award_level"}),
        ("names", {"names"}),
        ("topics", {"topics"}),
    ],
)
def test_only_models_of_what_is_annotated_learn_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, taught: set[str]
) -> None:
    corpus = tiny.corpus(tmp_path)
    seen: dict[str, int] = {}
    written(corpus.parent, {"counts": TEXT, "events": EVENTS, "names": NAMES, "topics": TOPICS}[kind], kind)
    examples = [one.example() for one in prepared(files_to_learn_from(corpus, ("train",)))]
    monkeypatch.setattr(train.classifiers, "train", lambda name, gold, path: seen.setdefault(name, len(gold)))
    monkeypatch.setattr(train.taggers, "train", lambda name, gold, path, *_: path.touch() or seen.setdefault(name, len(gold)))
    (tmp_path / "models").mkdir()
    for name in train.CRF:
        (tmp_path / "models" / name).mkdir()
    train.train(examples, tmp_path / "models", [*TASKS, *train.CRF])
    assert seen == {name: len(examples) - (name not in taught) for name in (*TASKS, *train.CRF)}


def test_those_of_the_corpus_hold() -> None:
    for folder in braces.FOLDERS:
        files = sorted((ROOT / "corpora" / folder).glob("*.txt"))
        assert files
        for path in files:
            _, gold, kinds = braces.read(path)
            assert sum(len(gold[kind]) for kind in kinds) >= 4, path.name
