"""One file → ``Ingested`` (读取): bytes, raw text, clean text, documents and noise."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.errors import SourceError
from pipeline.ingest import archive
from pipeline.ingest.clean import clean
from pipeline.ingest.decode import han_share
from pipeline.ingest.formats import Extracted, extract_text, format_of
from pipeline.ingest.limits import DEFAULT, Limits
from pipeline.ingest.script import simplified_characters
from pipeline.ingest.split import Splitting, split
from pipeline.products import Ingested, Part, Source
from pipeline.records import Noise, Warn, WarningCode
from pipeline.spans import Text

_HAN_SHARE = 0.2  # of the characters that are not blank; below it a document is hardly Chinese
# the first fix of a kind warns of the whole document; each stretch of injected text warns of itself
_ONCE: dict[str, WarningCode] = {"inline_pinyin": "inline_pinyin", "junk": "junk_characters"}
_SLIP = re.compile(
    r"\?[A-Z](?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])\?[A-Z](?![A-Za-z])"
)  # what a script conversion leaves of a character: ?F將
_CUT = {"page_furniture", "page_header", "injected_text", "junk"}  # fixes that drop words: noise, though within a document


def read(path: Path, name: str, limits: Limits = DEFAULT, member: Sequence[int] = ()) -> Ingested:
    """Read one source.

    Args:
        path: where the file is.
        name: its POSIX path relative to the input folder: the record's ``source``.
        member: where it stands in the archive at ``path`` (``archive.Member``); empty for the file itself.

    Raises:
        SourceError: ``unsupported_format`` ``vanished`` ``unreadable`` ``too_large`` ``empty``, what ``extract_text`` raises,
            and what ``archive`` raises.
    """
    kind = format_of(name)  # refuse before reading
    if kind == "zip" and not member and not archive.members(path, limits):  # raises what kept ``walk`` from opening it
        raise SourceError("empty")
    data = bytes_of(path, limits, member)
    if kind == "zip" and member:
        raise archive.why_closed(data, member, limits)
    return ingest(data, name, limits)


def bytes_of(path: Path, limits: Limits = DEFAULT, member: Sequence[int] = ()) -> bytes:
    """The bytes of a file, or of a member of the archive at ``path``.

    Raises:
        SourceError: ``vanished`` ``unreadable`` ``too_large``, and what ``archive`` raises.
    """
    if member:
        return archive.member_bytes(path, member, limits)
    try:
        with path.open("rb") as handle:
            data = handle.read(limits.max_bytes + 1)
    except FileNotFoundError as error:
        raise SourceError("vanished") from error
    except OSError as error:
        raise SourceError("unreadable", reason=error.strerror or type(error).__name__) from error
    if len(data) > limits.max_bytes:
        raise SourceError("too_large", bytes=path.stat().st_size, limit=limits.max_bytes)
    return data


def ingest(data: bytes, name: str, limits: Limits = DEFAULT) -> Ingested:
    """The same for bytes in hand.

    Raises:
        SourceError: ``empty``, and what ``extract_text`` raises.
    """
    if not data.strip():
        raise SourceError("empty")
    extracted = extract_text(name, data, limits)
    text = clean(
        extracted.raw,
        markdown=extracted.format == "md",
        furniture=extracted.furniture,
        printed=bool(extracted.pages),
    )
    if not text.text.strip():
        raise SourceError("empty")
    splitting = split(text, name)
    stem = hashlib.sha256(name.encode() + b"\0" + data)
    parts = tuple(part.model_copy(update={"doc_id": doc_id(stem, part.start)}) for part in splitting.parts)
    return Ingested(
        source=Source(
            source=name,
            sha256=stem.hexdigest(),
            format=extracted.format,
            encoding=extracted.encoding,
            raw=extracted.raw,
            pages=extracted.pages,
            recognised=extracted.recognised,
            unread=extracted.unread,
        ),
        fixes=splitting.text.fixes,
        parts=parts,
        noise=_noise(splitting, name),
        warnings=_warnings(splitting.text, parts, (*splitting.warnings, *_recognised(extracted, parts))),
    )


def doc_id(stem: hashlib._Hash, start: int) -> str:
    """A document's id: 16 hex digits of the SHA-256 of source path, NUL, source bytes, NUL and ``start`` in decimals.

    Args:
        stem: the hash of the path, a NUL and the bytes. It is copied, not changed, so that the bytes are read once however
            many documents they hold.
    """
    whole = stem.copy()
    whole.update(b"\0" + str(start).encode())
    return whole.hexdigest()[:16]


def _noise(splitting: Splitting, name: str) -> tuple[Noise, ...]:
    """Cut lines, and words that were dropped within the documents; sorted."""
    text = splitting.text
    dropped = [
        Noise(source=name, start=f.start, end=f.end, text=text.raw[f.start : f.end], reason=f.kind)
        for f in text.fixes
        if f.kind in _CUT and not f.text
    ]
    return tuple(sorted([*splitting.noise, *dropped], key=lambda noise: (noise.start, noise.end)))


def _recognised(extracted: Extracted, parts: tuple[Part, ...]) -> Iterator[Warn]:
    """A warning for each run of lines in a document that were read from a picture; lines that follow each other are one run."""
    for part in parts:
        run: tuple[int, int] | None = None
        for line in extracted.recognised:
            start, end = max(line.start, part.start), min(line.end, part.end)
            if start >= end:
                continue
            if run and not extracted.raw[run[1] : start].strip():
                run = run[0], end
                continue
            if run:
                yield Warn(code="recognised", start=run[0], end=run[1])
            run = start, end
        if run:
            yield Warn(code="recognised", start=run[0], end=run[1])


def _warnings(text: Text, parts: tuple[Part, ...], others: tuple[Warn, ...]) -> tuple[Warn, ...]:
    """The warnings of every document; those that concern all of it stand at its start, with no width."""
    found = list(others)
    fixes = iter(text.fixes)
    fix = next(fixes, None)
    for part in parts:
        told: set[str] = set()
        while fix is not None and fix.start < part.start:
            fix = next(fixes, None)
        while fix is not None and fix.end <= part.end:
            if fix.kind == "injected_text":
                found.append(Warn(code="injected_text", start=fix.start, end=fix.end))
            elif fix.kind in _ONCE and fix.kind not in told:
                found.append(Warn(code=_ONCE[fix.kind], start=fix.start, end=fix.end))
            elif fix.kind == "hard_wrap" and fix.kind not in told:
                found.append(Warn(code="hard_wraps", start=part.start, end=part.start))
            told.add(fix.kind)
            fix = next(fixes, None)
        raw = text.raw[part.start : part.end]
        if part.script == "mixed" or (part.script == "traditional" and (simplified_characters(raw) or _SLIP.search(raw))):
            found.append(Warn(code="mixed_script", start=part.start, end=part.start))
        if han_share(raw) < _HAN_SHARE:
            found.append(Warn(code="low_han_share", start=part.start, end=part.start))
    return tuple(sorted(found, key=lambda warning: (warning.start, warning.end, warning.code)))
