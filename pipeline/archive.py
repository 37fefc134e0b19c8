"""The archive (往年存档): folders of earlier runs and of sample essays (范文) that a run's documents are compared with.

An earlier run is read from its records and texts. Any other folder is read like INPUT, by the same stages; what fails
there is told, but makes nothing of the run fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from pipeline import output
from pipeline.aggregate.register import slim
from pipeline.aggregate.resemblances import Archived
from pipeline.aggregate.sketches import Sketch, sketch
from pipeline.errors import CannotRun
from pipeline.flow import Outcome, Task
from pipeline.records import Failure, Record


class Filed(NamedTuple):
    """A document of the archive with its sketch."""

    document: Archived
    sketch: Sketch


Reading = Callable[[list[Task]], Iterator[Outcome]]


def check(folders: tuple[Path, ...]) -> None:
    """Refuse an archive that is not there before any work is done.

    Raises:
        CannotRun: a folder is missing, or holds a run that did not finish.
    """
    for folder in folders:
        if not folder.exists():
            raise CannotRun("archive_missing", path=str(folder))
        manifest = output.manifest_of(folder)
        if manifest is not None and not manifest.get("complete"):
            raise CannotRun("not_a_run", path=str(folder))


def filed(folder: Path, tasks: Callable[[Path], list[Task]], reading: Reading) -> Iterator[Filed | Failure]:
    """The documents of one folder of the archive, and what could not be read of it."""
    if output.manifest_of(folder) is not None:
        yield from _of_run(folder)
        return
    for outcome in reading(tasks(folder)):
        yield from outcome.failures
        records = {record.doc_id: record for record in map(Record.model_validate_json, outcome.records)}
        for found in outcome.sketches:
            yield Filed(Archived(slim(records[found.doc_id]), outcome.text or "", folder.resolve().name), found)


def _of_run(folder: Path) -> Iterator[Filed]:
    from pipeline.ingest.clean import clean
    from pipeline.run import raw_text, read_records

    source, text = None, None
    for record in read_records(folder):
        if record.source != source or text is None:
            source, text = record.source, clean(raw_text(folder, record.source))
        found = sketch(record, text.window(record.start, record.end))
        if found is not None:
            yield Filed(Archived(slim(record), text.raw, folder.resolve().name), found)
