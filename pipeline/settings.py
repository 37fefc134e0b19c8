"""Settings (设置): ``resources/settings.yaml`` and the environment → one frozen value; nothing else reads the environment."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import Field, ValidationError

from pipeline.errors import ResourceError
from pipeline.records import Frozen, WarningCode
from pipeline.resources import parsed

Lang: TypeAlias = Literal["zh", "en"]
PACKAGE = Path(__file__).resolve().parent
RESOURCES = PACKAGE / "resources"
PREFIX = "GONGHUI_"


class Settings(Frozen):
    """See ``resources/settings.yaml`` for what each value does."""

    lang: Lang
    workers: int = Field(ge=0)
    file_timeout_s: float = Field(gt=0)  # seconds
    max_memory_bytes: int = Field(gt=0)
    max_file_bytes: int = Field(gt=0)
    max_expanded_bytes: int = Field(gt=0)
    max_expansion_ratio: int = Field(gt=0)
    max_archive_members: int = Field(gt=0)
    max_archive_nesting: int = Field(ge=0)
    max_pages: int = Field(gt=0)
    max_scans: int = Field(gt=0)
    max_pixels: int = Field(gt=0)
    converter_timeout_s: float = Field(gt=0)  # seconds
    workbook_rows: int = Field(gt=0)
    report_documents: int = Field(gt=0)
    needs_check_below: float = Field(ge=0, le=1)
    needs_check_warnings: tuple[WarningCode, ...]
    crf_c1: float = Field(ge=0)
    crf_c2: float = Field(ge=0)
    crf_iterations: int = Field(gt=0)
    name_copies: int = Field(ge=0)


def load(environ: Mapping[str, str] | None = None, path: Path = RESOURCES / "settings.yaml") -> Settings:
    """The settings of ``path``, overridden by ``GONGHUI_*`` variables.

    Raises:
        ResourceError: a value has no such name or is out of bounds; ``file`` says where it stands.
    """
    values: dict[str, Any] = parsed(path.read_text(encoding="utf-8"))
    given = {name: text for name in values if (text := _variable(name, environ)) is not None}
    given = {name: parsed(text) for name, text in given.items()}
    try:
        return Settings.model_validate(values | given)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        where = PREFIX + name.upper() if name in given else str(path)
        raise ResourceError("bad_setting", file=where, line=_line(path, name), reason=error.errors()[0]["msg"]) from error


@cache
def settings() -> Settings:
    """The settings of this process."""
    return load()


def language(argv: Sequence[str] | None = None) -> Lang:
    """The user's language: ``--lang`` on the command line, else the settings.

    It is needed before anything is parsed, since the help itself comes in both. Settings that do not load are reported
    later, by whoever needs them.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    for word, following in zip(words, [*words[1:], ""], strict=False):
        value = following if word == "--lang" else word.removeprefix("--lang=") if word.startswith("--lang=") else None
        if value in ("zh", "en"):
            return value  # type: ignore[return-value]
    try:
        return settings().lang
    except ResourceError:
        return "zh"


def samples_dir() -> Path:
    """The sample corpus (样例), in a checkout or in an installed wheel."""
    return _data("corpora/samples", "samples")


def models_dir() -> Path:
    """The folder of models (模型): the one that ``GONGHUI_MODELS`` names, else ours, in a checkout or in an installed wheel."""
    given = os.environ.get(PREFIX + "MODELS")
    return Path(given) if given else _data("models", "models")


@contextmanager
def models_at(path: Path) -> Iterator[None]:
    """Read with the models at ``path``, in this process and in those that it starts meanwhile."""
    before = os.environ.get(PREFIX + "MODELS")
    os.environ[PREFIX + "MODELS"] = str(path.resolve())
    try:
        yield
    finally:
        if before is None:
            del os.environ[PREFIX + "MODELS"]
        else:
            os.environ[PREFIX + "MODELS"] = before


def cores() -> int:
    """Processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on Windows and macOS
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def one_thread_a_process() -> None:
    """Keep numerical libraries to one thread, before they load: sums in another order are other sums."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def read_many() -> None:
    """Make this process one that reads documents and nothing else: one thread, and garbage is looked for seldom.

    Models and lexicons are millions of objects that stay, and a document leaves hardly a cycle: to walk through all of them
    every few hundred new objects is a thirtieth of the time.
    """
    one_thread_a_process()
    gc.set_threshold(10_000, 20, 20)


@cache
def _data(in_checkout: str, in_wheel: str) -> Path:
    packaged = PACKAGE / "_data" / in_wheel
    return packaged if packaged.is_dir() else PACKAGE.parent / in_checkout


def _variable(name: str, environ: Mapping[str, str] | None) -> str | None:
    return (os.environ if environ is None else environ).get(PREFIX + name.upper()) or None


def _line(path: Path, name: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((i for i, line in enumerate(lines, 1) if line.startswith(name + ":")), 0)
