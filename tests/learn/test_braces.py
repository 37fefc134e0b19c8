"""Texts whose counts alone are annotated: what their braces say, and which models learn from them."""

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


def written(folder: Path, text: str = TEXT) -> Path:
    path = folder / braces.FOLDER / "k1-01.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_braces_are_taken_out_and_say_what_a_count_is(tmp_path: Path) -> None:
    raw, gold = braces.read(written(tmp_path))
    assert not set("{|}") & set(raw)
    assert gold["org"] == "平川县第九中学工会"
    assert [
        (raw[c["start"] : c["end"]], c["indicator"], c["scope"], c["status"]) for c in gold["counts"]
    ] == [
        ("180余人", "staff", "own", "done"), ("3天", None, "own", "done"), ("6家", "new_unions", "area", "done"),
        ("4期", "courses", "own", "planned"), ("300册", None, None, "done"),
    ]  # fmt: skip


@pytest.mark.parametrize("wrong", ["{6家|unions}", "{6家|staff|all}", "{6家|staff|own|soon}", "{6家", "家}"])
def test_a_mark_that_is_none_is_told(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(CannotRun, match="k1-01"):
        braces.read(written(tmp_path, TEXT + wrong + "\n"))


def test_they_are_learnt_from_in_training_alone(tmp_path: Path) -> None:
    corpus = tiny.corpus(tmp_path)
    path = written(corpus.parent)
    assert path in files_to_learn_from(corpus, ("train",))
    assert path not in files_to_learn_from(corpus, ("dev",)) + gold_files(corpus, ("train", "dev")) + annotation_files(corpus)
    (one,) = prepared([path])
    assert (one.split, one.group, one.example().kinds) == ("train", "k1", ("counts",))


def test_only_models_of_counts_learn_from_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = tiny.corpus(tmp_path)
    seen: dict[str, int] = {}
    examples = [one.example() for one in prepared([*files_to_learn_from(corpus, ("train",)), written(tmp_path)])]
    monkeypatch.setattr(train.classifiers, "train", lambda name, gold, path: seen.setdefault(name, len(gold)))
    train.train(examples, tmp_path / "models", list(TASKS))
    counts = {name for name, task in TASKS.items() if task.kind == "counts"}
    assert counts == {"counted", "indicator", "scope"}
    assert seen == {name: len(examples) - (name not in counts) for name in TASKS}


def test_those_of_the_corpus_hold() -> None:
    files = sorted((ROOT / "corpora" / braces.FOLDER).glob("*.txt"))
    assert files
    for path in files:
        _, gold = braces.read(path)
        assert len(gold["counts"]) >= 5, path.name
