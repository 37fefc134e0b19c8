"""The third room: an outlined document becomes a record. One module a kind of finding; ``document`` puts them together."""

from pipeline.extract.document import extract

__all__ = ["extract"]
