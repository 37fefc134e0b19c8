"""Every pattern is linear in its input: growth is shown by ``make bench``; ``make soak`` sees that a million characters end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.engine import Bounds, each
from pipeline.errors import SourceError
from tests.patterns import finishes, growth

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def patterns() -> list[tuple[str, str, int]]:
    made = subprocess.run([sys.executable, "-m", "tests.patterns"], cwd=ROOT, check=True, capture_output=True, encoding="utf-8")
    found = [tuple(json.loads(line)) for line in made.stdout.splitlines()]
    assert len(found) > 300
    return found


def test_growth(patterns: list[tuple[str, str, int]]) -> None:
    """What does not end within its bound is named, instead of holding up the rest."""
    asked = [(pattern, flags, 20_000) for _, pattern, flags in patterns]
    found = list(each(growth, asked, workers=2, bounds=Bounds(seconds=120)))
    stuck = [(where, pattern) for (where, pattern, _), one in zip(patterns, found, strict=True) if isinstance(one, Exception)]
    rows = sorted(
        (
            (*one, where, pattern)
            for (where, pattern, _), one in zip(patterns, found, strict=True)
            if not isinstance(one, Exception)
        ),
        reverse=True,
    )
    print(f"\n{len(rows)} patterns; work for 40,000 characters by that for 20,000, the greatest:", file=sys.stderr)
    for ratio, unit, seconds, where, pattern in rows[:15]:
        print(f"{ratio:5.2f} {seconds:6.2f} s {where:28} {unit!r:8} {pattern[:60]}", file=sys.stderr)
    assert not stuck


@pytest.mark.slow
def test_a_million_characters_end(patterns: list[tuple[str, str, int]]) -> None:
    """What grows with the square would take hours: it is ended, and named."""
    results = each(
        finishes, [(pattern, flags, 1_000_000) for _, pattern, flags in patterns], workers=2, bounds=Bounds(seconds=300)
    )
    stuck = [
        (where, pattern) for (where, pattern, _), found in zip(patterns, results, strict=True) if isinstance(found, SourceError)
    ]
    assert not stuck
