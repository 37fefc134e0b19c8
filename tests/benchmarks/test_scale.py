"""Memory and cost in the number of documents: printed, and what must stay flat is held. See ``docs/scale.md``; ``make soak``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.benchmarks import scale

SIZES = (500, 1000, 2000)
A_DOCUMENT = 64_000  # bytes that this process may grow by for a document, as long as the report shows it


@pytest.mark.slow
def test_memory_is_flat_and_cost_is_foretold(tmp_path: Path) -> None:
    notes = [scale.measured(count, tmp_path / str(count)) for count in SIZES]
    foretold = scale.predicted(notes[:-1], SIZES[-1])
    for found in (*notes, foretold):
        print("\n".join(scale.told(found)), file=sys.stderr)
    first, last = notes[0], notes[-1]
    assert last["peak"]["worker"] < 1.2 * first["peak"]["worker"]
    assert last["peak"]["parent"] - first["peak"]["parent"] < A_DOCUMENT * (SIZES[-1] - SIZES[0])
    for name, size in last["bytes"].items():
        if size > 1e6:
            assert size == pytest.approx(foretold["bytes"][name], rel=0.2), name
