"""Steps of a pass over all documents: the same function for many tasks, worked off by whoever is given to do it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Spread(Protocol):
    """Works off tasks, each a tuple of arguments, anywhere and in any order; yields what they return, in theirs."""

    def __call__(self, function: Callable[..., T], tasks: Sequence[tuple[Any, ...]], /) -> Iterator[T]: ...


def here(function: Callable[..., T], tasks: Sequence[tuple[Any, ...]], /) -> Iterator[T]:
    """Work them off in this process."""
    return (function(*task) for task in tasks)


def finish(results: Iterable[Any]) -> None:
    """Wait for tasks that return nothing."""
    for _ in results:
        pass
