"""A shelf (存架): values on disk by their number, so that memory holds none of them."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from types import TracebackType
from typing import Any

INDEX = ".idx"


class ShelfWriter:
    """Values on their way to a shelf, in order; a context. A shelf that is not finished has no index."""

    def __init__(self, path: Path) -> None:
        self.count = 0
        self._path = path
        self._drafts = [path.with_name(f"{path.name}{ending}.{os.getpid()}") for ending in ("", INDEX)]
        self._data, self._index = (draft.open("wb") for draft in self._drafts)
        self._end = 0

    def __enter__(self) -> ShelfWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._index.write(self._end.to_bytes(8, "little"))
        self._data.close()
        self._index.close()
        for draft, ending in zip(self._drafts, ("", INDEX), strict=True):
            if kind is None:
                os.replace(draft, self._path.with_name(self._path.name + ending))

    def add(self, value: Any) -> None:
        """Put the next value on the shelf."""
        self._index.write(self._end.to_bytes(8, "little"))
        self._end += self._data.write(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
        self.count += 1


class Shelf:
    """A shelf that is finished, to read from; a context. ``shelf[no]`` is a value. Only this program's files are read."""

    def __init__(self, path: Path) -> None:
        self._data = path.open("rb")
        self._index = path.with_name(path.name + INDEX).open("rb")

    def __enter__(self) -> Shelf:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._data.close()
        self._index.close()

    def __getitem__(self, no: int) -> Any:
        self._index.seek(8 * no)
        at = self._index.read(16)
        start, end = int.from_bytes(at[:8], "little"), int.from_bytes(at[8:], "little")
        self._data.seek(start)
        return pickle.loads(self._data.read(end - start))
