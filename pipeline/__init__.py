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

__version__ = "0.1.0"

from pipeline.library import Document, Run, load_run, read, run, samples_dir

__all__ = ["Document", "Run", "load_run", "read", "run", "samples_dir"]
