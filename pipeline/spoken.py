"""The user's language (界面语言), settled once a process and before any command is declared: help comes in both."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from pipeline.labels import message
from pipeline.settings import language

LANG = language()


def words(code: str, **params: Any) -> str:
    """A message in the user's language."""
    return message(code, LANG, **params)


class Language(StrEnum):
    """Languages of messages."""

    zh = "zh"
    en = "en"


SPOKEN = Language(LANG)
Lang = Annotated[Language, typer.Option("--lang", help=words("help_lang"))]
