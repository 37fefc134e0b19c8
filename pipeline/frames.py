"""The tables of a run as pandas frames (数据框): whole numbers, truth values and dates with types of their own."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import CannotRun

if TYPE_CHECKING:
    import pandas as pd

DATES = ("period_start", "period_end", "signed_date", "event_date", "award_date")
ISO = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:/.*)?")


def frame(path: Path) -> pd.DataFrame:
    """One Parquet table of a run, typed.

    Raises:
        CannotRun: pandas is not here.
    """
    if find_spec("pandas") is None:
        raise CannotRun("notebook_missing", package="pandas")
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {pa.int64(): pd.Int64Dtype(), pa.float64(): pd.Float64Dtype(), pa.bool_(): pd.BooleanDtype()}
    table: pd.DataFrame = pq.read_table(path).to_pandas(types_mapper=types.get)
    for at, name in reversed(list(enumerate(table.columns, 1))):
        if name in DATES:
            days = pd.to_datetime(table[name].map(first_day, na_action="ignore"), errors="coerce")
            table.insert(at, f"{name}_day", days)
    return table


def first_day(iso: str) -> str | None:
    """The first day that an ISO date of any precision can be; nothing for one without a year.

    >>> first_day("2011-03"), first_day("2011-09-08"), first_day("2011-03/2011-05"), first_day("XXXX-03-08")
    ('2011-03-01', '2011-09-08', '2011-03-01', None)
    """
    found = ISO.fullmatch(iso)
    return found and f"{found[1]}-{found[2] or '01'}-{found[3] or '01'}"
