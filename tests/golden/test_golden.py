"""A tiny corpus and its exact output. ``pytest --regenerate-golden`` rewrites it and fails, so that someone reads the change."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.run import Job, run

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def produced(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Records, noise and tables of the tiny corpus, by path."""
    out = tmp_path_factory.mktemp("golden") / "out"
    report = run(Job(input=HERE / "input", out=out))
    assert not report.failures
    paths = [out / "records.jsonl", out / "noise.jsonl", *sorted((out / "tables").glob("*.csv"))]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in paths}


def test_the_output_is_what_it_was(produced: dict[str, bytes], request: pytest.FixtureRequest) -> None:
    expected = HERE / "expected"
    if request.config.getoption("--regenerate-golden"):
        for path in expected.rglob("*.*"):
            path.unlink()
        for name, content in produced.items():
            (expected / name).parent.mkdir(parents=True, exist_ok=True)
            (expected / name).write_bytes(content)
        pytest.fail("tests/golden/expected is rewritten: read the difference (git diff --word-diff) before you commit it")
    known = {path.relative_to(expected).as_posix(): path.read_bytes() for path in expected.rglob("*.*")}
    assert sorted(produced) == sorted(known)
    for name, content in produced.items():
        assert content.decode("utf-8").splitlines() == known[name].decode("utf-8").splitlines(), name
        assert content == known[name], name
