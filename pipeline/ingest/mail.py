"""``.mht`` → the visible text of the page in it (网页归档): the first part that is HTML, else the first that is plain text."""

from __future__ import annotations

import email
import email.policy
from email.message import Message

from pipeline.errors import SourceError
from pipeline.ingest.decode import Decoded, decode
from pipeline.ingest.html import visible_text


def archived_page(data: bytes) -> Decoded:
    """The text of the page and the encoding that it was in.

    Raises:
        SourceError: ``corrupt_file``: no page in it; ``undecodable`` and ``unreadable`` as for HTML.
    """
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    parts = [part for part in message.walk() if not part.is_multipart()]
    for kind in ("text/html", "application/xhtml+xml", "text/plain"):
        for part in parts:
            if part.get_content_type() == kind and (body := _body(part)).strip():
                charset = part.get_content_charset()
                return decode(body, charset) if kind == "text/plain" else visible_text(body, charset)
    raise SourceError("corrupt_file", reason="no page in the archive")


def _body(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
