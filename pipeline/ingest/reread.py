"""A raw text that was read before → the clean text that was made of it, for what is judged anew without the file."""

from __future__ import annotations

from pipeline.ingest.clean import clean
from pipeline.ingest.split import split
from pipeline.spans import Text


def reread(raw: str, source: str, format: str) -> Text:
    """The clean text of a source; headers and footers that only the file told apart stay in it."""
    return split(clean(raw, markdown=format == "md", printed=format == "pdf"), source).text
