"""The few kinds of error, worded for the person who sees them.

A *failure* is a value (``records.Failure``), not an exception: one bad file never stops a batch. The exceptions here
end a run or a file; ``cli`` shows them in the user's language from ``resources/messages.yaml``, keyed by ``code``.
"""

from __future__ import annotations


class GonghuiError(Exception):
    """Something the user can act on. ``code`` keys the message, ``params`` fill it in."""

    def __init__(self, code: str, **params: str | int | float) -> None:
        super().__init__(f"{code}: " + ", ".join(f"{k}={v}" for k, v in params.items()))
        self.code = code
        self.params = params


class CannotRun(GonghuiError):  # noqa: N818
    """The run cannot begin or go on: exit status 1."""


class SourceError(GonghuiError):
    """One source cannot be read: becomes a ``Failure`` of stage ``ingest``, the batch goes on, exit status 2."""


class ResourceError(GonghuiError):
    """A rule, lexicon or rubric is wrong; ``file`` and ``line`` say where."""
