"""The shuffle (分桶): numbers with their owners, sorted on disk so that equal ones of all documents come together.

A task writes what it found as one file, sorted and cut at ``edges``; another task reads its cut of every such file. So a task
holds its own share alone, however many documents there are, and the tasks may run anywhere that sees the folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy import uint32, uint64
    from numpy.typing import NDArray

    Keys = NDArray[uint64]
    Values = NDArray[uint32]


def even_edges(parts: int) -> Keys:
    """Edges that cut evenly spread keys into equal parts."""
    import numpy as np

    return np.array([(i << 64) // parts for i in range(parts)], dtype=np.uint64)


def pair_edges(firsts: Sequence[int]) -> Keys:
    """Edges that cut pairs by their major document, a part beginning at each of ``firsts``."""
    import numpy as np

    return np.array(firsts, dtype=np.uint64) << np.uint64(32)


def write_cuts(path: Path, keys: Keys, values: Values, edges: Keys) -> None:
    """Write keys with their values in order, cut at ``edges``: whole or not at all."""
    import numpy as np

    order = np.lexsort((values, keys))
    keys, values = keys[order], values[order]
    cuts = np.append(np.searchsorted(keys, edges), len(keys)).astype(np.uint64)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with draft.open("wb") as file:
        for one in (cuts, keys, values):
            file.write(one.tobytes())
    os.replace(draft, path)


def read_cut(paths: Iterable[Path], part: int, parts: int) -> tuple[Keys, Values]:
    """One part of what several tasks wrote, in order."""
    import numpy as np

    keys, values = [np.zeros(0, np.uint64)], [np.zeros(0, np.uint32)]
    for path in paths:
        cuts = np.fromfile(path, np.uint64, parts + 1).astype(int)
        start, count = cuts[part], cuts[part + 1] - cuts[part]
        keys.append(np.fromfile(path, np.uint64, count, offset=8 * (parts + 1 + start)))
        values.append(np.fromfile(path, np.uint32, count, offset=8 * (parts + 1 + cuts[-1]) + 4 * start))
    all_keys, all_values = np.concatenate(keys), np.concatenate(values)
    order = np.lexsort((all_values, all_keys))
    return all_keys[order], all_values[order]


def earliest_with_others(keys: Keys, owners: Values) -> Keys:
    """Of each key its first owner, paired with every other one; keys and owners in order."""
    import numpy as np

    first = _firsts(keys)
    earliest = owners[np.maximum.accumulate(np.where(first, np.arange(len(keys)), 0))]
    return paired(earliest[~first], owners[~first])


def with_earlier(keys: Keys, owners: Values, *, crowd: int, of_crowd: int) -> Iterator[Keys]:
    """Every owner paired, as the major one, with the earlier owners of its key: with all where they are fewer than ``crowd``,
    else with the first ``of_crowd``. The pairs come in batches; keys and owners are in order."""
    import numpy as np

    first = _firsts(keys)
    places = np.arange(len(keys))
    starts = np.maximum.accumulate(np.where(first, places, 0))
    rank = places - starts
    for nth in range(crowd - 1):
        later = np.flatnonzero((rank > nth) & ((rank < crowd) | (nth < of_crowd)))
        if not len(later):
            return
        yield paired(owners[later], owners[starts[later] + nth])


def paired(major: Any, minor: Any) -> Keys:
    """Two documents as one key that sorts by the first."""
    import numpy as np

    found: Keys = (major.astype(np.uint64) << np.uint64(32)) | minor.astype(np.uint64)
    return found


def summed(keys: Keys, values: Values) -> tuple[Keys, Values]:
    """Each key once, with the sum of its values; keys in order."""
    import numpy as np

    if not len(keys):
        return keys, values
    places = np.flatnonzero(_firsts(keys))
    return keys[places], np.add.reduceat(values, places, dtype=np.uint32)


def _firsts(keys: Keys) -> Any:
    import numpy as np

    return np.concatenate((np.ones(min(len(keys), 1), dtype=bool), keys[1:] != keys[:-1]))
