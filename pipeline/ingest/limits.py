"""What a source may cost (限额): bytes, expansion, nesting, pages, seconds of a converter; ``settings.yaml`` has the values."""

from __future__ import annotations

from pipeline.records import Frozen
from pipeline.settings import Settings


class Limits(Frozen):
    """What a source may cost. Every limit that is passed is a failure of its own, never a cut text.

    Attributes:
        max_bytes: bytes of one file, or of one member of an archive.
        max_expanded_bytes: bytes that an archive, or a document that is one inside (.docx, .xlsx), unpacks to.
        max_ratio: unpacked bytes for each packed byte; real documents stay under 100, bombs are over 1,000.
        max_members: files in an archive, those of inner archives counted.
        max_nesting: archives within archives.
        max_pages: pages of a PDF.
        max_scans: pages of one file that are pictures, where they can be read (OCR takes seconds for each).
        max_pixels: of one picture.
        converter_timeout_s: seconds that LibreOffice may take for one file.
    """

    max_bytes: int = 200 * 1024 * 1024
    max_expanded_bytes: int = 1024 * 1024 * 1024
    max_ratio: int = 300
    max_members: int = 5000
    max_nesting: int = 3
    max_pages: int = 2000
    max_scans: int = 100
    max_pixels: int = 100_000_000
    converter_timeout_s: float = 120.0


DEFAULT = Limits()


def limits_of(settings: Settings) -> Limits:
    """The limits that the settings give."""
    return Limits(
        max_bytes=settings.max_file_bytes,
        max_expanded_bytes=settings.max_expanded_bytes,
        max_ratio=settings.max_expansion_ratio,
        max_members=settings.max_archive_members,
        max_nesting=settings.max_archive_nesting,
        max_pages=settings.max_pages,
        max_scans=settings.max_scans,
        max_pixels=settings.max_pixels,
        converter_timeout_s=settings.converter_timeout_s,
    )
