"""How a run goes (运行日志): seconds by stage, the slowest sources, and on request every step as a JSON line."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from pipeline.errors import CannotRun
from pipeline.flow import Outcome

SLOWEST = 20


class Times:
    """Collects what a run tells of itself; a context that holds the log file where there is one.

    Attributes:
        recalled: sources that the state already had.
    """

    def __init__(self, log: Path | None = None) -> None:
        """Begin a log.

        Raises:
            CannotRun: it cannot be written.
        """
        self.recalled = 0
        self._began, self._at = time.perf_counter(), _now()
        self._stages: defaultdict[str, float] = defaultdict(float)
        self._slowest: list[tuple[float, str]] = []
        self._file: IO[str] | None = None
        if log is not None:
            try:
                self._file = log.open("a", encoding="utf-8", newline="\n")
            except OSError as error:
                raise CannotRun("output_unwritable", path=str(log), reason=error.strerror or str(error)) from error

    def __enter__(self) -> Times:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is not None:
            self.say("stopped", error=type(error).__name__, code=getattr(error, "code", None))
        if self._file is not None:
            self._file.close()

    def say(self, event: str, **fields: Any) -> None:
        """Log one event: a line of JSON with ``time`` (UTC) and ``event``, whole even if the process is killed next."""
        if self._file is not None:
            line = {"time": _now(), "event": event, **fields}
            self._file.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace").decode() + "\n")
            self._file.flush()

    def add(self, outcome: Outcome) -> None:
        """Take in what a source cost."""
        spent = sum(outcome.seconds.values())
        self.recalled += outcome.recalled
        for stage, seconds in outcome.seconds.items():
            self._stages[stage] += seconds
        if spent:
            self._slowest = sorted([*self._slowest, (spent, outcome.source)], key=lambda pair: (-pair[0], pair[1]))[:SLOWEST]
        self.say(
            "source",
            source=outcome.source,
            documents=len(outcome.records),
            failures=[failure.kind for failure in outcome.failures],
            recalled=outcome.recalled,
            seconds=outcome.seconds,
        )

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        """Count the seconds of a step of the last pass, over all documents."""
        began = time.perf_counter()
        yield
        spent = time.perf_counter() - began
        self._stages[stage] += spent
        self.say("step", step=stage, seconds=round(spent, 3))

    def summary(self, **fields: Any) -> dict[str, Any]:
        """What ``run.json`` says: seconds are of the clock, those of stages summed over workers."""
        return {
            "started": self._at,
            "finished": _now(),
            "seconds": round(time.perf_counter() - self._began, 3),
            **fields,
            "recalled": self.recalled,
            "stages": {stage: round(seconds, 3) for stage, seconds in sorted(self._stages.items())},
            "slowest": [{"source": source, "seconds": round(seconds, 3)} for seconds, source in self._slowest],
        }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
