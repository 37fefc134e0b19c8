"""The second room: a document becomes an outline, sentences and tokens."""

from pipeline.products import Heading, Span
from pipeline.segment.reading import Reading, segment

__all__ = ["Heading", "Reading", "Span", "segment"]
