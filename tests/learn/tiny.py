"""A corpus of three small files, one in each split, for tests that must not wait for the real one."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, get_args

from pipeline.learn.examples import split_of
from pipeline.learn.gold import canonical
from pipeline.records import CoverageItem

TEXT = """资料网首页 > 总结
青石沟小学工会2011年工作总结
一、抓学习
3月8日,组织女教师46人学习《工会法》,邀请𬱖老师讲课。
1、送温暖
探望了患病的 李 森,送去慰问金500元。青石沟小学工会获县“先进教工之家”称号。
工会活动经费紧张。恳请县教育工会给予支持。
青石沟小学工会 2011年12月30日
"""
LEVELS = dict.fromkeys(get_args(CoverageItem), 0) | {
    "ideology": 2, "care": 2, "women": 2, "figures": 1, "timeline": 1, "results": 2, "problems": 1, "identity": 2, "finance": 1,
}  # fmt: skip
GOLD: dict[str, Any] = {
    "source": "甲.txt", "author_group": "g1", "genre": "小学工会年度总结", "phenomena": ["page_meta", "sign_off"],
    "noise_lines": [[1, 1]],
    "documents": [{
        "start_line": 2, "end_line": 8, "doc_type": "summary", "title": "青石沟小学工会2011年工作总结", "org": "青石沟小学工会",
        "org_type": "school", "period": {"start": "2011-01", "end": "2011-12", "label": "year"}, "signed_date": "2011-12-30",
        "author": None, "truncated": False, "duplicate_of": None, "topics": [],
        "sections": [
            {"line": 3, "heading": "抓学习", "number": "一、", "level": 1, "topics": ["ideology", "women"]},
            {"line": 5, "heading": "送温暖", "number": "1、", "level": 2},
        ],
        "counts": [
            {"line": 4, "text": "46人", "value": 46, "unit": "人", "object": "女教师", "scope": "own"},
            {
                "line": 6, "text": "500元", "value": 500, "unit": "元", "object": "慰问金", "indicator": "visit_yuan",
                "scope": "own",
            },
        ],
        "dates": [
            {"line": 2, "text": "2011年", "norm": "2011"}, {"line": 4, "text": "3月8日", "norm": "2011-03-08"},
            {"line": 8, "text": "2011年12月30日", "norm": "2011-12-30"},
        ],
        "persons": [{"line": 4, "text": "𬱖老师"}, {"line": 6, "text": "李 森", "standing": "aided"}],
        "orgs": [
            {"line": 2, "text": "青石沟小学工会"}, {"line": 6, "text": "青石沟小学工会"}, {"line": 7, "text": "县教育工会"},
            {"line": 8, "text": "青石沟小学工会"},
        ],
        "places": [], "works": [{"line": 4, "text": "《工会法》", "kind": "law"}],
        "events": [
            {"line": 4, "name": "学习《工会法》", "type": "training", "status": "held", "date": "2011-03-08", "participants": 46},
            {"line": 6, "name": "探望", "type": "visit", "status": "held"},
        ],
        "awards": [{"line": 6, "text": "县“先进教工之家”称号", "level": "county", "recipient": "青石沟小学工会"}],
        "problems": [{"line": 7, "text": "工会活动经费紧张。"}], "requests": [{"line": 7, "text": "恳请县教育工会给予支持。"}],
        "coverage": LEVELS, "warnings": [{"code": "near_duplicate"}],
    }],
}  # fmt: skip


def gold(**fields: Any) -> dict[str, Any]:
    """The gold file, with other fields at its top."""
    return copy.deepcopy(GOLD) | fields


def write(folder: Path, item: dict[str, Any], text: str = TEXT) -> Path:
    """Write a gold file and its text; the path of the annotation."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / item["source"].replace(".txt", ".json")
    path.write_text(canonical(item), encoding="utf-8", newline="\n")
    path.with_suffix(".txt").write_bytes(text.encode("utf-8"))
    return path


def corpus(home: Path) -> Path:
    """A corpus below ``home`` with a file in each split."""
    train = next(f"g{i}" for i in range(99) if split_of(f"g{i}", "main") == "train")
    dev = next(f"g{i}" for i in range(99) if split_of(f"g{i}", "main") == "dev")
    root = home / "gold"
    write(root / "main", gold(source="甲.txt", author_group=train))
    write(root / "main", gold(source="乙.txt", author_group=dev, genre="煤矿工会总结"))
    write(root / "test", gold(source="丙.txt", author_group="apart"))
    (home / "phenomena.tsv").write_text(
        "code\tgroup\twhat it is\npage_meta\tnoise\t页面\nsign_off\tnames\t落款\n", encoding="utf-8"
    )
    return root


def as_record(item: dict[str, Any], doc: int = 0) -> dict[str, Any]:
    """What a perfect run would say of one resolved document, in the shape of a record."""
    found = copy.deepcopy(item["documents"][doc])
    levels = found.pop("coverage", {})
    return json.loads(json.dumps(found)) | {"coverage": {"items": {k: {"level": v} for k, v in levels.items()}}}
