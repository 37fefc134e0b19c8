"""The main topic of a section: of all it bears, the one that is likeliest to come first."""

from __future__ import annotations

import pytest

from pipeline.extract.topics import MOST, _borne


@pytest.mark.parametrize(
    ("margins", "borne"),
    [
        ({"care": 1.0, "women": 2.0, "first:care": 3.0, "first:women": 0.0}, ("care", "women")),
        ({"care": 1.0, "women": 2.0}, ("women", "care")),
        ({"care": -6.0, "women": 2.0, "first:care": 1.0, "first:women": 0.0}, ("women",)),
        ({"care": -3.0, "women": -4.0, "first:care": 0.0, "first:women": -2.0}, ("care",)),
        ({"care": 0.0, "women": 0.0}, ("women", "care")),
    ],
)
def test_the_main_one_is_likely_as_such_and_as_a_topic(margins: dict[str, float], borne: tuple[str, ...]) -> None:
    assert _borne(margins) == borne


def test_no_more_than_a_reader_would_name() -> None:
    assert len(_borne({f"topic{k}": 5.0 for k in range(9)})) == MOST
