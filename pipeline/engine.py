"""Engines: how a batch of tasks is worked off, in this process or in a pool. The engine changes nothing in what comes out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from typing import Any, TypeAlias

from pipeline.errors import ResourceError
from pipeline.flow import Options, Outcome, Task, failure, printable, process
from pipeline.records import Failure
from pipeline.settings import one_thread_a_process

Work: TypeAlias = Callable[[Task, Options], Outcome]
AHEAD = 8  # tasks handed out per worker before the first result is due: keeps all busy while one file is slow


def outcomes(
    tasks: Sequence[Task], options: Options, *, workers: int = 1, timeout: float | None = None, work: Work = process
) -> Iterator[Outcome]:
    """The outcome of each task, in the order of the tasks whatever the number of workers.

    ``timeout`` is in seconds a file, and holds with two or more workers. A worker that dies takes its own file with it
    (failure ``worker_died``); the others go on.
    """
    if workers <= 1 or len(tasks) <= 1:
        one_thread_a_process()
        return (work(task, options) for task in tasks)
    return _pooled(tasks, options, min(workers, len(tasks)), timeout, work)


def _pooled(tasks: Sequence[Task], options: Options, workers: int, timeout: float | None, work: Work) -> Iterator[Outcome]:
    from multiprocessing import get_context

    from pebble import ProcessPool

    # spawn, everywhere: a fork copies the locks of the progress display's thread, and Windows has no other way
    pool: Any = ProcessPool(max_workers=workers, initializer=one_thread_a_process, context=get_context("spawn"))
    waiting: deque[tuple[Task, Future[Outcome]]] = deque()
    try:
        for task in tasks:
            waiting.append((task, pool.schedule(work, args=[task, options], timeout=timeout)))
            if len(waiting) >= workers * AHEAD:
                yield _settled(*waiting.popleft())
        while waiting:
            yield _settled(*waiting.popleft())
        pool.close()
    finally:
        pool.stop()
        pool.join()


def _settled(task: Task, future: Future[Outcome]) -> Outcome:
    from pebble import ProcessExpired

    source = printable(task.name)
    try:
        return future.result()
    except TookTooLong:
        lost = Failure(source=source, stage="ingest", kind="timed_out", message="the file took too long")
    except ProcessExpired as error:
        lost = Failure(source=source, stage="ingest", kind="worker_died", message=f"worker ended with exit code {error.exitcode}")
    except ResourceError:
        raise
    except Exception as error:
        lost = failure(source, "ingest", error)
    return Outcome(source=source, failures=(lost,))
