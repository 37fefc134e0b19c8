"""The learning curve's picture: every point of the table, Chinese glyphs drawn, the same bytes again."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest

from pipeline.learn.drawing import CURVE, write_curve
from pipeline.learn.scoring import Row

POINTS: dict[float, dict[str, Row]] = {
    0.25: {"persons": {"f1": 0.6}, "events.type": {"accuracy": 0.8}, "events": {"f1": None}},
    1.0: {"persons": {"f1": 0.9}, "events.type": {"accuracy": 0.85}, "coverage.exact": {"accuracy": 0.7}},
}


def test_the_picture_says_what_the_table_says(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="needs the extra notebook")
    pytest.importorskip("pylopdf_fonts_zh_cn", reason="needs the extra notebook")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a glyph that the font lacks is a warning
        written = write_curve(POINTS, tmp_path)
    rows = json.loads((tmp_path / f"{CURVE}.json").read_text(encoding="utf-8"))
    assert {(row["row"], row["share"], row["score"]) for row in rows} == {
        ("persons", 0.25, 0.6), ("persons", 1.0, 0.9), ("events.type", 0.25, 0.8), ("events.type", 1.0, 0.85),
        ("coverage.exact", 1.0, 0.7),
    }  # fmt: skip
    first = [path.read_bytes() for path in written]
    assert [path.read_bytes() for path in write_curve(POINTS, tmp_path)] == first
