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
from pipeline.settings import Settings, one_thread_a_process, read_many

T = TypeVar("T")
U = TypeVar("U")
F = TypeVar("F")
Work: TypeAlias = Callable[[Task, Options], Outcome]
TRIES = 3  # of a task of the last pass whose process dies
AHEAD = 8  # groups handed out per worker before the first result is due: keeps all busy while one file is slow
TOGETHER = 1 << 16  # bytes of files that are handed out as one group: to hand a small one out alone costs as much as to read it
MOST_TOGETHER = 64  # files of a group


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
        results = _pooled(tasks, options, workers=workers, bounds=bounds, work=work)
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
    with Pool(max(1, min(workers, len(items))), bounds) as pool:
        yield from handed_out(
            [[item] for item in items], workers * AHEAD, lambda one: pool.submit(_alone, (function, *one)), pool.result
        )


def _alone(function: Callable[..., T], arguments: tuple[Any, ...]) -> list[T]:
    return [function(*arguments)]


def _pooled(
    tasks: Sequence[Task], options: Options, *, workers: int, bounds: Bounds, work: Work
) -> Iterator[Outcome | Exception]:
    groups = grouped(tasks, workers)
    if not groups:
        return
    with Pool(max(1, min(workers, len(groups))), bounds) as pool:
        yield from handed_out(groups, workers * AHEAD, lambda group: pool.submit(work_off, (work, group, options)), pool.result)


def grouped(tasks: Sequence[Task], workers: int) -> list[Sequence[Task]]:
    """The tasks in groups that follow one another, none so large that some of ``workers`` would wait for the others' end."""
    most = max(1, min(MOST_TOGETHER, len(tasks) // (max(workers, 1) * AHEAD)))
    groups: list[list[Task]] = []
    held = 0
    for task in tasks:
        size = _size(task)
        if not groups or held + size > TOGETHER or len(groups[-1]) >= most:
            groups.append([])
            held = 0
        groups[-1].append(task)
        held += size
    return list(groups)


def _size(task: Task) -> int:
    """The bytes of a file, or of the archive that it is in; one that cannot be asked is handed out alone."""
    try:
        return task.path.stat().st_size
    except OSError:
        return TOGETHER + 1


def work_off(work: Work, tasks: Sequence[Task], options: Options) -> list[Outcome | Exception]:
    """What each task of a group came to; an error is a value.

    Raises:
        CannotRun, ResourceError: what would be wrong with every task.
    """
    found: list[Outcome | Exception] = []
    for task in tasks:
        try:
            found.append(work(task, options))
        except (CannotRun, ResourceError):
            raise
        except Exception as error:
            found.append(error.with_traceback(None))
    return found


def handed_out(
    groups: Sequence[Sequence[U]], width: int, submit: Callable[[Sequence[U]], F], result: Callable[[F], Any]
) -> Iterator[Any]:
    """What the tasks of each group came to, in order, ``width`` groups being under way at a time.

    ``result`` gives a list with what each task of a group came to, or the error that has ended the group. A group that one of
    its tasks has ended is worked off again, task by task: so the others are spared, and it is known which it was.
    """
    waiting: deque[tuple[Sequence[U], F]] = deque()
    left = iter(groups)
    while True:
        waiting.extend((group, submit(group)) for group in islice(left, max(width - len(waiting), 0)))
        if not waiting:
            return
        group, future = waiting.popleft()
        found = result(future)
        if isinstance(found, Exception) and len(group) > 1:
            for one in [submit([task]) for task in group]:
                found = result(one)
                yield found if isinstance(found, Exception) else found[0]
        elif isinstance(found, Exception):
            yield found
        else:
            yield from found


class Pool:
    """Processes that end with their task where it passes its bounds; a context that ends them all."""

    def __init__(self, workers: int, bounds: Bounds) -> None:
        from multiprocessing import get_context

        from pebble import ProcessPool

        from pipeline.guard import Guard

        # spawn, everywhere: a fork copies the locks of the progress display's thread, and Windows has no other way
        self._pool: Any = ProcessPool(max_workers=workers, initializer=read_many, context=get_context("spawn"))
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
