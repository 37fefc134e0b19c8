"""Every pattern that gonghui compiles, in modules, functions and from YAML rules, and what each costs on long repetitions."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "pipeline"
COMPILING = ("compile", "search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")
UNITS = ("工", "1", "a", "一", "。", "（", "“", " ", "\n", "_", "年", "一、", "3月", "《a》", "张三、", "x1", " \n", "<a ", "【")


def every() -> list[tuple[str, str, int]]:
    """``(place, pattern, flags)`` of every pattern that is compiled while all modules load and the samples are read.

    It must be called before anything of ``pipeline`` is imported: what is cached compiles nothing.
    """
    assert not [name for name in sys.modules if name.split(".")[0] == "pipeline"]
    found: dict[tuple[str, int], str] = {}
    genuine = {name: getattr(re, name) for name in COMPILING}

    def watched(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(pattern: Any, *args: Any, **options: Any) -> Any:
            frame = sys._getframe(1)
            place = Path(frame.f_code.co_filename)
            compiled = genuine["compile"](pattern, options["flags"]) if "flags" in options else genuine["compile"](pattern)
            if function is genuine["compile"]:
                compiled = function(pattern, *args, **options)
            if place.is_relative_to(PACKAGE) and isinstance(compiled.pattern, str):
                where = f"{place.relative_to(PACKAGE).as_posix()}:{frame.f_lineno}"
                found.setdefault((compiled.pattern, compiled.flags), where)
            return function(pattern, *args, **options)

        return call

    for name, function in genuine.items():
        setattr(re, name, watched(function))
    try:
        import pipeline

        for module in pkgutil.walk_packages(pipeline.__path__, "pipeline."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
        from pipeline.run import Job, run

        with tempfile.TemporaryDirectory() as folder:
            run(Job(input=ROOT / "corpora" / "samples", out=Path(folder) / "out"))
    finally:
        for name, function in genuine.items():
            setattr(re, name, function)
    return sorted((where, pattern, flags) for (pattern, flags), where in found.items())


def seconds(pattern: str, flags: int, unit: str, length: int) -> float:
    """CPU seconds to find a pattern all over so many characters of one repeated unit."""
    compiled, text = re.compile(pattern, flags), unit * (length // len(unit))
    began = time.process_time()
    for _ in compiled.finditer(text):
        pass
    return time.process_time() - began


def finishes(pattern: str, flags: int, length: int) -> int:
    """Look for a pattern in a million of everything; the number of texts looked through."""
    for unit in UNITS:
        seconds(pattern, flags, unit, length)
    return len(UNITS)


def growth(pattern: str, flags: int, length: int) -> tuple[float, str, float]:
    """The greatest ratio of the work for ``2 * length`` characters to that for ``length``, its unit, and the seconds."""
    worst = (0.0, "", 0.0)
    for unit in UNITS:
        once = seconds(pattern, flags, unit, length)
        if once > 0.02:  # below that the clock says nothing
            twice = seconds(pattern, flags, unit, 2 * length)
            worst = max(worst, (twice / once, unit, twice))
    return worst


def main() -> None:
    """Print the patterns as JSON lines."""
    import json

    for row in every():
        print(json.dumps(row))


if __name__ == "__main__":
    main()
