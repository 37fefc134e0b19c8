"""Surnames: what is shaped like a person's whole name."""

from __future__ import annotations

import pytest

from pipeline.surnames import common_surnames, is_full_name, surnames


@pytest.mark.parametrize("name", ["王芳", "李建国", "欧阳修", "诸葛孔明", "上官婉儿"])
def test_a_surname_and_one_or_two_characters(name: str) -> None:
    assert is_full_name(name)


@pytest.mark.parametrize("text", ["", "王", "欧阳", "王家河子", "工会", "第一名", "欧阳大小姐"])
def test_what_is_longer_shorter_or_has_none(text: str) -> None:
    assert not is_full_name(text)


def test_a_surname_has_one_character_or_two() -> None:
    assert {len(surname) for surname in surnames()} == {1, 2}


def test_what_many_bear_is_a_surname() -> None:
    assert common_surnames() <= surnames()
