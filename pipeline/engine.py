"""Engines: how a batch of tasks is worked off, here, in a pool or on a cluster. They change nothing in what comes out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import ExitStack
from itertools import islice
from types import TracebackType
from typing import Any, NamedTuple, TypeAlias, TypeVar, cast

from pipeline.aggregate.steps import here
from pipeline.errors import CannotRun, ResourceError, SourceError
from pipeline.flow import Options, Outcome, Task, failure, printable, process
from pipeline.settings import Settings, one_thread_a_process

T = TypeVar("T")
Work: TypeAlias = Callable[[Task, Options], Outcome]
TRIES = 3  # of a task of the last pass whose process dies
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
    tasks: Sequence[Task],
    options: Options,
    *,
    workers: int = 1,
    bounds: Bounds = UNBOUND,
    work: Work = process,
    scheduler: str | None = None,
) -> Iterator[Outcome]:
    """The outcome of each task, in the order of the tasks whatever the number of workers.

    A task that passes ``bounds`` is ended and becomes a failure (``timed_out``, ``out_of_memory``), and so does one whose
    worker dies (``worker_died``); the others go on. One worker without bounds is this process itself. ``scheduler`` is the
    address of a Dask cluster, whose workers then do the work.
    """
    if scheduler is not None:
        from pipeline.cluster import outcomes_of

        results: Iterator[Any] = outcomes_of(tasks, options, scheduler=scheduler, bounds=bounds, work=work)
    elif workers <= 1 and bounds == UNBOUND:
        one_thread_a_process()
        return (work(task, options) for task in tasks)
    else:
        results = each(work, [(task, options) for task in tasks], workers=workers, bounds=bounds)
    return (_outcome(task, result) for task, result in zip(tasks, results, strict=True))


def each(
    function: Callable[..., T], items: Sequence[tuple[Any, ...]], *, workers: int = 1, bounds: Bounds = UNBOUND
) -> Iterator[T | Exception]:
    """``function`` of every tuple of arguments, in processes of their own, in order; an error stands for its result.

    Raises:
        CannotRun, ResourceError: what would be wrong with every task; no use to go on.
    """
    if not items:
        return
    waiting: deque[Future[Any]] = deque()
    with Pool(max(1, min(workers, len(items))), bounds) as pool:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) >= workers * AHEAD:
                yield pool.result(waiting.popleft())
        while waiting:
            yield pool.result(waiting.popleft())


class Pool:
    """Processes that end with their task where it passes its bounds; a context that ends them all."""

    def __init__(self, workers: int, bounds: Bounds) -> None:
        from multiprocessing import get_context

        from pebble import ProcessPool

        from pipeline.guard import Guard

        # spawn, everywhere: a fork copies the locks of the progress display's thread, and Windows has no other way
        self._pool: Any = ProcessPool(max_workers=workers, initializer=one_thread_a_process, context=get_context("spawn"))
        self._bounds = bounds
        self._guard = Guard(bounds.memory)

    def __enter__(self) -> Pool:
        self._guard.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self._pool.stop()
            self._pool.join()
        finally:
            self._guard.__exit__(kind, error, trace)

    def submit(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Future[Any]:
        """Have a process work on it, in its turn."""
        future: Future[Any] = self._pool.schedule(function, args=arguments, timeout=self._bounds.seconds)
        return future

    def result(self, future: Future[Any]) -> Any:
        """What came of it; an error is a value.

        Raises:
            CannotRun, ResourceError: see ``each``.
        """
        from pebble import ProcessExpired

        try:
            return future.result()
        except TookTooLong:
            return SourceError("timed_out", seconds=self._bounds.seconds or 0)
        except ProcessExpired as error:
            if error.pid in self._guard.ended:
                return SourceError("out_of_memory", limit=self._bounds.memory or 0)
            return SourceError("worker_died", exitcode=error.exitcode)
        except (CannotRun, ResourceError):
            raise
        except Exception as error:
            return error.with_traceback(None)  # it tells of this engine, not of what went wrong


class Crew:
    """Whoever works off the steps of the last pass: this process, a pool or a cluster; a context.

    A task whose process dies is tried again: it is as whole after the second time as after the first.
    """

    def __init__(self, workers: int = 1, scheduler: str | None = None) -> None:
        self._workers = workers
        self._scheduler = scheduler
        self._stack = ExitStack()
        self._pool: Pool | None = None
        self._cluster: Any = None

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.__exit__(kind, error, trace)

    def spread(self, function: Callable[..., T], tasks: Sequence[tuple[Any, ...]], /) -> Iterator[T]:
        """The results of the tasks of one step, in their order.

        Raises:
            CannotRun: a task has ended its process again and again.
        """
        if self._scheduler is not None:
            if self._cluster is None:
                from pipeline.cluster import Cluster

                self._cluster = self._stack.enter_context(Cluster(self._scheduler))
            return cast("Iterator[T]", self._cluster.spread(function, tasks))
        if self._workers <= 1 or len(tasks) <= 1:
            return here(function, tasks)
        if self._pool is None:
            self._pool = self._stack.enter_context(Pool(self._workers, UNBOUND))
        return self._pooled(self._pool, function, tasks)

    def _pooled(self, pool: Pool, function: Callable[..., T], tasks: Sequence[tuple[Any, ...]]) -> Iterator[T]:
        waiting: deque[tuple[tuple[Any, ...], Future[Any]]] = deque()
        left = iter(tasks)
        while True:
            waiting.extend((task, pool.submit(function, task)) for task in islice(left, 2 * self._workers - len(waiting)))
            if not waiting:
                return
            task, future = waiting.popleft()
            yield self._tried(pool, function, task, future)

    def _tried(self, pool: Pool, function: Callable[..., T], task: tuple[Any, ...], future: Future[Any]) -> T:
        for _ in range(TRIES):
            result = pool.result(future)
            if not isinstance(result, Exception):
                return cast("T", result)
            if not (isinstance(result, SourceError) and result.code == "worker_died"):
                raise result
            future = pool.submit(function, task)
        raise CannotRun("step_failed", step=function.__name__)


def _outcome(task: Task, result: Outcome | Exception) -> Outcome:
    if isinstance(result, Outcome):
        return result
    source = printable(task.name)
    return Outcome(source=source, failures=(failure(source, "ingest", result),))
