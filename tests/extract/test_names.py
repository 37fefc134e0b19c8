"""Names: what rules make of the model's marks, and what the document itself gives away."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from pipeline.extract.groundwork import Groundwork
from pipeline.extract.names import completed
from pipeline.extract.roles import persons
from pipeline.extract.tagger import Marked
from pipeline.learn import made_names
from pipeline.learn.renaming import renamed
from pipeline.segment import Span
from pipeline.settings import models_dir
from tests.ingest.cases import cases
from tests.segment.read import reading_of


@pytest.mark.parametrize("case", cases("names"))
def test_names(case: dict[str, Any]) -> None:
    reading = reading_of(case["text"])
    marked = []
    for quote, label, confidence in case["marked"]:
        start = reading.clean.index(quote)
        marked.append(Marked(start, start + len(quote), label, confidence))
    found = completed(reading, sorted(marked))
    assert [[reading.clean[m.start : m.end], m.label] for m in found] == case["names"]


@pytest.mark.parametrize(
    ("old", "like"),
    [
        ("清河机械有限公司工会", "工会$"),
        ("石桥镇中心小学工会", "工会$"),
        ("宁安日报", "[\u4e00-\u9fff]"),
        ("市运管处", "[\u4e00-\u9fff]"),
    ],
)
def test_made_units_keep_their_union(old: str, like: str) -> None:
    made = [made_names.unit(old, random.Random(seed)) for seed in range(40)]
    assert len(set(made)) > 10, "many names of one kind"
    assert sum(bool(re.search(like, name)) for name in made) > 25
    assert made == [made_names.unit(old, random.Random(seed)) for seed in range(40)], "the same seed, the same name"


def test_a_renamed_copy_keeps_every_other_word() -> None:
    text = "主席娄万金、委员聂 娜去石桥村看望了李老师，恒昌纸箱厂来了人。"
    spans = [(text.index(q), q, label) for q, label in (
        ("娄万金", "PER"), ("聂 娜", "PER"), ("石桥村", "PLC"), ("李老师", "PER"), ("恒昌纸箱厂", "ORG"),
    )]  # fmt: skip
    for seed in range(20):
        work, moved = renamed(
            Groundwork(reading_of(text)), [(Span(at, at + len(q)), label) for at, q, label in spans], random.Random(seed)
        )
        new, rest, at = work.reading.clean, "", 0
        for span, _ in moved:
            rest, at = rest + new[at : span.start], span.end
        assert rest + new[at:] == "主席、委员去看望了，来了人。"


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("委员娄万金、苌福顺、郄大娥都到了。", ["委员", "委员", "委员"]),
        ("组长是孟有才，副组长由麻年担任。", ["组长", "副组长"]),
        ("席文轩执笔，储秀兰丈夫病了。", [None, None]),
        ("装卸工李师傅和教师娄万金来了。", ["装卸工", "教师"]),
        ("娄万金任主席，苌福顺、麻年为委员。", ["主席", "委员", "委员"]),
        ("委　员：孟有才　麻年", ["委 员", "委 员"]),
        ("县总工会主席娄万金和校工会主席苌福顺到会。", ["主席", "校工会主席"]),
        ("洗碗工麻年和职工席文轩病了，同志娄万金去看望。", ["洗碗工", "职工", None]),
        ("出　席：孟有才　麻年", [None, None]),
        ("孟有才（代表）和麻年当选代表。", ["代表", "代表"]),
    ],
)
def test_roles(text: str, roles: list[str | None]) -> None:
    reading = reading_of(text)
    names = ("娄万金", "苌福顺", "郄大娥", "孟有才", "麻年", "席文轩", "储秀兰", "李师傅")
    marked = sorted(Marked(at, at + len(n), "PER", 0.9) for n in names if (at := text.find(n)) >= 0)
    assert [person.role for person in persons(reading, marked, [], models_dir())] == roles
