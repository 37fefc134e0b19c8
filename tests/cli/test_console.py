"""What the summary of a run says of its outputs: only what is masked may be handed on."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.console import summary_lines
from pipeline.labels import message
from pipeline.run import Job, run
from pipeline.settings import Lang
from tests.handmade import work


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("show_names", [False, True])
def test_only_what_is_masked_may_be_handed_on(tmp_path: Path, lang: Lang, show_names: bool) -> None:
    (tmp_path / "a.txt").write_text("甲", encoding="utf-8")
    report = run(Job(input=tmp_path / "a.txt", out=tmp_path / "out", show_names=show_names), work=work)
    said = "\n".join(summary_lines(report, lang))
    assert (message("masked", lang) in said) is not show_names
    assert (message("not_masked", lang) in said) is show_names
