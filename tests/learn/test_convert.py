"""Gold to other formats and back: nothing is lost, offsets are exact, and what makes no sense is refused."""

from __future__ import annotations

import json
import xml.etree.ElementTree as Xml
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import CannotRun
from pipeline.learn import docbin, labelstudio
from pipeline.learn.gold import canonical, line_starts, locate
from pipeline.learn.marks import Mark, Marked, gold_of, marked
from tests.cli.test_cli import gonghui
from tests.learn import tiny

ROOT = Path(__file__).resolve().parents[2]
MAIN = sorted((ROOT / "corpora" / "gold" / "main").glob("*.json"))


def through(form: str, files: list[Marked], folder: Path) -> list[Marked]:
    """The files, written in a format and read again."""
    path = folder / form
    if form == "docbin":
        path.write_bytes(docbin.to_bytes(files))
        return list(docbin.from_file(path))
    path.write_text(labelstudio.to_json(files), encoding="utf-8")
    return list(labelstudio.from_file(path))


@pytest.mark.parametrize("form", ["docbin", "labelstudio"])
def test_every_gold_file_survives_both_ways(tmp_path: Path, form: str) -> None:
    assert MAIN
    files = [(marked(path), canonical(json.loads(path.read_text(encoding="utf-8")))) for path in MAIN]
    back = through(form, [file for file, _ in files], tmp_path)
    for path, (before, written), after in zip(MAIN, files, back, strict=True):
        assert after.text == before.text, path.name
        assert canonical(gold_of(after)) == written, path.name


@pytest.fixture
def file(tmp_path: Path) -> Marked:
    """The tiny gold file as marks."""
    return marked(tiny.write(tmp_path / "main", tiny.gold()))


def test_spans_in_spacy_quote_the_text_and_know_their_attributes(tmp_path: Path, file: Marked) -> None:
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    (tmp_path / "a.spacy").write_bytes(docbin.to_bytes([file]))
    doc = next(iter(DocBin().from_disk(tmp_path / "a.spacy").get_docs(Vocab())))
    assert doc.text == tiny.TEXT
    persons = doc.spans["persons"]
    assert [span.text for span in persons] == ["𬱖老师", "李 森"]
    assert [a["standing"] for a in persons.attrs["attributes"]] == [None, "aided"]
    assert all(tiny.TEXT[s.start_char : s.end_char] == s.text for group in doc.spans.values() for s in group)


def test_regions_quote_the_text_and_every_control_is_declared(file: Marked) -> None:
    task = labelstudio.task(file)
    config = Xml.fromstring(labelstudio.config("zh"))
    declared = {tag.get("name"): tag for tag in config.iter() if tag.get("name")}
    for entry in task["annotations"][0]["result"]:
        value = entry["value"]
        assert entry["from_name"] in declared
        if entry["type"] == "labels":
            assert task["data"]["text"][value["start"] : value["end"]] == value["text"]
        for choice in value.get("choices", ()):
            assert choice in {c.get("value") for c in declared[entry["from_name"]].iter("Choice")}
    assert {tag.get("value") for tag in config.iter("Label")} == set(labelstudio.LABELS)


def regions(task: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The values of a task's results."""
    for entry in task["annotations"][0]["result"]:
        yield entry["value"]


def read_back(folder: Path, task: dict[str, Any]) -> str:
    """The canonical gold file that a task makes."""
    path = folder / "task.json"
    path.write_text(json.dumps([task], ensure_ascii=False), encoding="utf-8")
    return canonical(gold_of(next(iter(labelstudio.from_file(path)))))


def test_regions_counted_in_utf16_units_are_understood(tmp_path: Path, file: Marked) -> None:
    task = labelstudio.task(file)
    for value in regions(task):
        for end in ("start", "end"):
            value[end] = len(file.text[: value[end]].encode("utf-16-le")) // 2
    assert read_back(tmp_path, task) == canonical(tiny.gold())


def test_the_last_annotation_counts_and_predictions_where_there_is_none(tmp_path: Path, file: Marked) -> None:
    task = labelstudio.task(file)
    done = task["annotations"][0]
    assert read_back(
        tmp_path, {**task, "annotations": [{"result": []}, done, {"result": [], "was_cancelled": True}]}
    ) == canonical(tiny.gold())
    assert read_back(tmp_path, {"data": task["data"], "annotations": [], "predictions": [done]}) == canonical(tiny.gold())


def test_a_mark_that_moved_gets_its_line_and_occurrence_anew(tmp_path: Path, file: Marked) -> None:
    places = [i for i, m in enumerate(file.marks) if m.kind == "orgs"]
    second = file.text.index("县教育工会")
    moved = file.marks[places[0]]._replace(start=second, end=second + 3)
    file.marks[places[0]] = moved
    item = gold_of(file)["documents"][0]["orgs"][0]
    assert (item["line"], item["text"], item["nth"]) == (7, "县教育", 1)


@given(st.text("一二 \n𬱖", min_size=1, max_size=40), st.integers(0, 39), st.integers(1, 12))
def test_any_span_is_found_again_by_line_and_occurrence(text: str, start: int, length: int) -> None:
    start %= len(text)
    end = min(start + length, len(text))
    marks = [Mark("documents", 0, len(text), {"doc_type": "other", "warnings": []}), Mark("places", start, end, {})]
    item = gold_of(Marked({"source": "a.txt"}, text, marks))["documents"][0]["places"][0]
    assert locate(text, line_starts(text), item["line"], item["text"], item["nth"]) == (start, end)


@pytest.mark.parametrize(
    ("change", "code"),
    [({"start": 5, "end": 5}, "mark_outside"), ({"end": 10**6}, "mark_outside"), ({"start": 0, "end": 3}, "mark_homeless")],
)
def test_marks_that_make_no_sense_are_refused(file: Marked, change: dict[str, int], code: str) -> None:
    i = next(i for i, m in enumerate(file.marks) if m.kind == "orgs")
    file.marks[i] = file.marks[i]._replace(**change)
    with pytest.raises(CannotRun) as caught:
        gold_of(file)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "body", [b"", b"nonsense", b"[1]", b"{}", b'[{"data": {}}]', b'[{"data": {"text": "x"}, "annotations": [{"result": [{}]}]}]']
)
@pytest.mark.parametrize("read", [docbin.from_file, labelstudio.from_file])
def test_files_of_another_kind_are_refused(tmp_path: Path, read: Any, body: bytes) -> None:
    path = tmp_path / "odd"
    path.write_bytes(body)
    if read is labelstudio.from_file and body == b"{}":
        assert list(read(path)) == []
        return
    with pytest.raises(CannotRun, match="import_unreadable"):
        list(read(path))


def test_a_region_whose_text_is_not_there_is_refused(tmp_path: Path, file: Marked) -> None:
    task = labelstudio.task(file)
    next(v for v in regions(task) if v.get("labels") == ["persons"])["text"] = "王五"
    with pytest.raises(CannotRun, match="import_misplaced"):
        read_back(tmp_path, task)


@pytest.mark.parametrize("form", ["docbin", "labelstudio"])
def test_the_commands_export_import_and_protect(tmp_path: Path, form: str) -> None:
    gold = tiny.corpus(tmp_path)
    out = tmp_path / "out.bin"
    assert gonghui("corpus", "export", str(gold / "main"), "-o", str(out), "--to", form).returncode == 0
    assert gonghui("corpus", "export", str(gold / "main"), "-o", str(out), "--to", form).returncode == 1  # it is there
    assert out.with_suffix(".xml").exists() == (form == "labelstudio")
    back = tmp_path / "back"
    done = gonghui("corpus", "import", str(out), "-o", str(back), "--from", form)
    assert done.returncode == 0, done.stdout + done.stderr
    for path in (gold / "main").iterdir():
        assert (back / path.name).read_bytes() == path.read_bytes()
    (back / "甲.txt").write_text("changed", encoding="utf-8")
    assert gonghui("corpus", "import", str(out), "-o", str(back), "--from", form).returncode == 1
    assert (back / "甲.txt").read_text(encoding="utf-8") == "changed"
    assert gonghui("corpus", "import", str(out), "-o", str(back), "--from", form, "--overwrite").returncode == 0


def test_an_import_cannot_leave_its_folder(tmp_path: Path, file: Marked) -> None:
    from pipeline.learn.marks import write

    written = write(file._replace(head={**file.head, "source": "../../甲.txt"}), tmp_path / "in")
    assert written.parent == tmp_path / "in"
    for name in ("", None, "..", "a.json"):
        with pytest.raises(CannotRun, match="gold_nameless"):
            write(file._replace(head={**file.head, "source": name}), tmp_path / "in")
