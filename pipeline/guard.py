"""A watch over the processes of a pool: one that eats the machine's memory is ended, and nothing that it started outlives it."""

from __future__ import annotations

import threading
from contextlib import suppress
from types import TracebackType

import psutil

SECONDS_BETWEEN_LOOKS = 0.5


class Guard:
    """Looks at this process's children again and again, in a thread; psutil does it alike on every system.

    Attributes:
        ended: process ids of the children that it ended for their memory.
    """

    def __init__(self, memory: int | None) -> None:
        self.ended: set[int] = set()
        self._memory = memory
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="guard", daemon=True)
        self._self = psutil.Process()
        self._others = set(self._self.children())  # not of this pool
        self._started: dict[psutil.Process, list[psutil.Process]] = {}  # by each child, what it started (LibreOffice)

    def __enter__(self) -> Guard:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()
        self._look()

    def _watch(self) -> None:
        while not self._over.wait(SECONDS_BETWEEN_LOOKS):
            self._look()

    def _look(self) -> None:
        children = set(self._self.children()) - self._others
        for child in [child for child in self._started if child not in children]:
            for orphan in self._started.pop(child):  # psutil knows a process by its start too: no other is hit
                with suppress(psutil.Error):
                    orphan.kill()
        for child in children:
            with suppress(psutil.Error):
                self._started[child] = child.children(recursive=True)
                used = sum(_resident(process) for process in (child, *self._started[child]))
                if self._memory is not None and used > self._memory:
                    self.ended.add(child.pid)
                    child.kill()


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:  # it has ended meanwhile
        return 0
