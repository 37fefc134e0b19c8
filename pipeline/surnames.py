"""Surnames (姓氏): what a line or a span must be like to be a person's whole name, for every room alike."""

from __future__ import annotations

from functools import cache

from pipeline.resources import table, words

_GIVEN = (1, 2)  # characters that follow a surname


def surnames() -> frozenset[str]:
    """Surnames, one and two characters."""
    return words("lexicons/surnames.txt")


def common_surnames() -> frozenset[str]:
    """Surnames that many bear."""
    return words("lexicons/common_surnames.txt")


@cache
def doubtful_surnames() -> dict[str, str]:
    """Surnames that are a word more often (高, 有), each with what kind of word."""
    return dict(table("lexicons/doubtful_surnames.tsv", 2))  # type: ignore[arg-type]


def is_full_name(text: str) -> bool:
    """Whether a text without blanks is shaped like a full name: a surname, the longer one first, and a given name."""
    surname = next((size for size in (2, 1) if text[:size] in surnames()), 0)
    return surname > 0 and len(text) - surname in _GIVEN
