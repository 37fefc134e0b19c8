"""Engines: how a batch of tasks is worked off, in this process or in a pool. The engine changes nothing in what comes out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

from pipeline.errors import ResourceError, SourceError
from pipeline.flow import Options, Outcome, Task, failure, printable, process
from pipeline.settings import Settings, one_thread_a_process

if TYPE_CHECKING:
    from pipeline.guard import Guard

T = TypeVar("T")
Work: TypeAlias = Callable[[Task, Options], Outcome]
AHEAD = 8  # tasks handed out per worker before the first result is due: keeps all busy while one file is slow


class Bounds(NamedTuple):
    """What a task may cost before its process is ended; null is without limit."""

    seconds: float | None = None
    memory: int | None = None  # bytes, with those of the programs that it starts


UNBOUND = Bounds()


def bounds_of(settings: Settings) -> Bounds:
    """The bounds that the settings give."""
    return Bounds(settings.file_timeout_s, settings.max_memory_bytes)


def outcomes(
    tasks: Sequence[Task], options: Options, *, workers: int = 1, bounds: Bounds = UNBOUND, work: Work = process
) -> Iterator[Outcome]:
    """The outcome of each task, in the order of the tasks whatever the number of workers.

    A task that passes ``bounds`` is ended and becomes a failure (``timed_out``, ``out_of_memory``), and so does one whose
    worker dies (``worker_died``); the others go on. One worker without bounds is this process itself.
    """
    if workers <= 1 and bounds == UNBOUND:
        one_thread_a_process()
        return (work(task, options) for task in tasks)
    results = each(work, [(task, options) for task in tasks], workers=workers, bounds=bounds)
    return (_outcome(task, result) for task, result in zip(tasks, results, strict=True))


def each(
    function: Callable[..., T], items: Sequence[tuple[Any, ...]], *, workers: int = 1, bounds: Bounds = UNBOUND
) -> Iterator[T | Exception]:
    """``function`` of every tuple of arguments, in processes of their own, in order; an error stands for its result.

    Raises:
        ResourceError: one of ours is wrong; no use to go on.
    """
    from multiprocessing import get_context

    from pebble import ProcessPool

    from pipeline.guard import Guard

    if not items:
        return
    # spawn, everywhere: a fork copies the locks of the progress display's thread, and Windows has no other way
    pool: Any = ProcessPool(
        max_workers=max(1, min(workers, len(items))), initializer=one_thread_a_process, context=get_context("spawn")
    )
    waiting: deque[Future[Any]] = deque()
    with Guard(bounds.memory) as guard:
        try:
            for item in items:
                waiting.append(pool.schedule(function, args=item, timeout=bounds.seconds))
                if len(waiting) >= workers * AHEAD:
                    yield _result(waiting.popleft(), guard, bounds)
            while waiting:
                yield _result(waiting.popleft(), guard, bounds)
            pool.close()
        finally:
            pool.stop()
            pool.join()


def _result(future: Future[Any], guard: Guard, bounds: Bounds) -> Any:
    from pebble import ProcessExpired

    try:
        return future.result()
    except TookTooLong:
        return SourceError("timed_out", seconds=bounds.seconds or 0)
    except ProcessExpired as error:
        if error.pid in guard.ended:
            return SourceError("out_of_memory", limit=bounds.memory or 0)
        return SourceError("worker_died", exitcode=error.exitcode)
    except ResourceError:
        raise
    except Exception as error:
        return error


def _outcome(task: Task, result: Outcome | Exception) -> Outcome:
    if isinstance(result, Outcome):
        return result
    source = printable(task.name)
    return Outcome(source=source, failures=(failure(source, "ingest", result),))
