"""The few kinds of error, worded for the person who sees them.

A *failure* is a value (``records.Failure``), not an exception: one bad file never stops a batch. The exceptions here
end a run or a file; ``cli`` shows them in the user's language from ``resources/messages.yaml``, keyed by ``code``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple


class GonghuiError(Exception):
    """Something the user can act on. ``code`` keys the message, ``params`` fill it in."""

    def __init__(self, code: str, **params: str | int | float) -> None:
        super().__init__(f"{code}: " + ", ".join(f"{k}={v}" for k, v in params.items()))
        self.code = code
        self.params = params

    def __reduce__(self) -> tuple[Any, ...]:
        return _remade, (type(self), self.args, self.__dict__)


def _remade(kind: type[GonghuiError], args: tuple[Any, ...], state: dict[str, Any]) -> GonghuiError:
    """The same error on the other side of a process: an exception's own way would call ``__init__`` with its message."""
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class CannotRun(GonghuiError):  # noqa: N818
    """The run cannot begin or go on: exit status 1."""


class SourceError(GonghuiError):
    """One source cannot be read: becomes a ``Failure`` of stage ``ingest``, the batch goes on, exit status 2."""


class ResourceError(GonghuiError):
    """A rule, lexicon or rubric is wrong; ``file`` and ``line`` say where."""


class Refusal(NamedTuple):
    """One correction that cannot be applied: its number in the file, from 1, what it is about, and why (``labels.tsv``)."""

    number: int
    doc_id: str
    what: str
    quote: str
    reason: str


class Refused(CannotRun):
    """Corrections that no longer match the run; ``refusals`` lists which. Nothing has been written."""

    def __init__(self, code: str, refusals: Sequence[Refusal], **params: str | int | float) -> None:
        super().__init__(code, count=len(refusals), **params)
        self.refusals = tuple(refusals)
