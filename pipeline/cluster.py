"""A Dask cluster that is there already (集群): its workers do what the processes of a pool do, each task in a process of its own.

INPUT and OUT must be where every worker sees them under the same path. A worker that is lost is Dask's affair: its tasks go
to others. A task that hangs, dies or eats memory is ended as in a pool, and takes no worker with it.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import count, islice
from typing import Any, TypeVar, cast

from pipeline.engine import AHEAD, Bounds, Pool, Work, grouped, handed_out, work_off
from pipeline.errors import CannotRun, SourceError
from pipeline.flow import Options, Outcome, Task

T = TypeVar("T")
SECONDS_TO_CONNECT = 20
_making = threading.Lock()
_pools: dict[Bounds, Pool] = {}


def outcomes_of(
    tasks: Sequence[Task], options: Options, *, scheduler: str, bounds: Bounds, work: Work
) -> Iterator[Outcome | Exception]:
    """What each task came to, in order.

    Raises:
        CannotRun: there is no cluster at that address, it has no worker, or one that runs other code than this process.
        ResourceError: what would be wrong with every task.
    """
    client: Any = _connected(scheduler)
    numbers = count()

    def submit(group: Sequence[Task]) -> Any:
        return client.submit(_isolated, group, options, work, bounds, key=f"gonghui-{client.id}-{next(numbers)}", pure=False)

    try:
        threads = max(sum(client.nthreads().values()), 1)
        yield from handed_out(grouped(tasks, threads), threads * AHEAD, submit, _gathered)
    finally:
        client.close()


class Cluster:
    """The cluster for the steps of the last pass; a context."""

    def __init__(self, scheduler: str) -> None:
        """Connect.

        Raises:
            CannotRun: see ``outcomes_of``.
        """
        self._client: Any = _connected(scheduler)
        self._steps = 0

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *exception: object) -> None:
        self._client.close()

    def spread(self, function: Callable[..., T], tasks: Sequence[tuple[Any, ...]]) -> Iterator[T]:
        """The results of the tasks of one step, in their order. A task whose worker is lost goes to another.

        Raises:
            CannotRun: a task has ended its worker again and again.
        """
        from distributed import KilledWorker

        self._steps += 1
        width = max(sum(self._client.nthreads().values()), 1) * 2
        waiting: deque[Any] = deque()
        left = enumerate(tasks)
        while True:
            for number, task in islice(left, width - len(waiting)):
                key = f"gonghui-{self._client.id}-{function.__name__}-{self._steps}-{number}"
                waiting.append(self._client.submit(function, *task, key=key, pure=False))
            if not waiting:
                return
            future = waiting.popleft()
            try:
                yield future.result()
            except KilledWorker as error:
                raise CannotRun("step_failed", step=function.__name__) from error
            finally:
                future.release()


def _connected(scheduler: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise CannotRun("cluster_missing", package="dask[distributed]") from error
    from pipeline.state import code

    try:
        client: Any = cast(Any, Client)(scheduler, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise CannotRun("cluster_unreachable", address=scheduler, reason=str(error) or type(error).__name__) from error
    try:
        theirs: dict[str, str] = client.run(code)
        if not theirs:
            raise CannotRun("cluster_unreachable", address=scheduler, reason="no workers")
        if other := sorted(address for address, found in theirs.items() if found != code()):
            raise CannotRun("cluster_differs", address=other[0])
    except BaseException:
        client.close()
        raise
    return client


def _gathered(future: Any) -> Any:
    from distributed import KilledWorker

    try:
        return future.result()
    except KilledWorker:  # several workers were lost over it, whatever the reason
        return SourceError("worker_died", exitcode="-")
    finally:
        future.release()


def _isolated(group: Sequence[Task], options: Options, work: Work, bounds: Bounds) -> Any:
    """Runs on a worker: hand the tasks to a process of this worker's pool."""
    with _making:
        pool = _pools.get(bounds)
        if pool is None:
            multiprocessing.current_process().daemon = False  # else it may have no processes of its own
            pool = _pools[bounds] = Pool(_threads(), bounds).__enter__()
    return pool.result(pool.submit(work_off, (work, group, options)))


def _threads() -> int:
    from distributed import get_worker

    return int(get_worker().state.nthreads)
