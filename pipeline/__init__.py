"""gonghui: from a folder of union work documents (工会工作材料) to source-grounded records and district tables.

What a program or a notebook needs is here; the command line has the same under the same names:

```python
import pipeline

documents = pipeline.read("三河小学2011年工会总结.txt")     # look into one file
done = pipeline.run("材料", "结果", workers=4)              # work off a folder
done = pipeline.load_run("结果")                            # or come back to it later
done["events"].groupby("event_type").size()                 # its tables, with pandas
```

`pipeline.records` says what a record holds. Read `pipeline.flow` to see how it comes about.
"""

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.library import Document, Run, load_run, read, run, samples_dir

__version__ = "0.1.0"

__all__ = ["Document", "Run", "load_run", "read", "run", "samples_dir"]


class _Front(ModuleType):
    """This package, whose names come from ``library`` when they are first asked for: the command line starts without it."""

    def __getattr__(self, name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from pipeline import library

        return getattr(library, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in __all__:  # the import system would put the module ``pipeline.run`` in the place of the function
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Front
