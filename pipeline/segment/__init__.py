"""The second room: a document becomes an outline, sentences and tokens."""

from pipeline.segment.reading import Heading, Reading, Span

__all__ = ["Heading", "Reading", "Span"]
