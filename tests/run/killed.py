"""Run a folder and die, as by ``kill -9``, at the n-th step that changes the disk: ``killed.py IN OUT N WORKERS``."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.run import Job, run
from tests.handmade import work

STEPS = ((os, "replace"), (os, "rename"), (os, "unlink"), (os, "mkdir"), (shutil, "rmtree"), (tempfile, "NamedTemporaryFile"))


def main() -> None:
    """Die before the step, or end well where there are not so many: the number of steps is printed then."""
    source, out, last, workers = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    taken = 0

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **options: Any) -> Any:
            nonlocal taken
            taken += 1
            if taken == last:
                os._exit(137)  # nothing is flushed, no block is left: what SIGKILL does, on every system
            return function(*args, **options)

        return step

    for module, name in STEPS:
        setattr(module, name, counted(getattr(module, name)))
    write = Path.open

    def opened(self: Path, *args: Any, **options: Any) -> Any:
        mode = args[0] if args else options.get("mode", "r")
        return counted(write)(self, *args, **options) if set(mode) & set("wax") else write(self, *args, **options)

    Path.open = opened  # type: ignore[method-assign]
    run(Job(input=source, out=out, workers=workers), work=work)
    print(taken)


if __name__ == "__main__":
    main()
