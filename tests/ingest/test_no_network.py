"""Nothing that a document points to is ever fetched, neither by us nor by LibreOffice."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

from pipeline.ingest import ingest
from tests.ingest import writers

TEXT = "清泉小学工会2011年工作总结\n一、抓学习\n3月8日组织教师46人学习。\n"


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"leaked")

        do_HEAD = do_OPTIONS = do_PROPFIND = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{listening.server_address[1]}", asked
    listening.shutdown()
    listening.server_close()


def read(name: str, data: bytes) -> None:
    found = ingest(data, name)
    assert "教师46人" in found.source.raw
    assert "leaked" not in found.source.raw


def test_our_readers_fetch_nothing(server: tuple[str, list[str]]) -> None:
    url, asked = server
    linked = (
        f'<link rel=stylesheet href="{url}/a"><img src="{url}/b"><iframe src="{url}/c"></iframe><object data="{url}/d"></object>'
    )
    page = f"<html><head>{linked}</head><body><p>{TEXT}</p>{linked}</body></html>"
    read("a.html", page.encode())
    read("a.doc", page.encode())
    read("a.mht", writers.mht(TEXT).replace(b"MIME-Version", f"Content-Location: {url}/e\nMIME-Version".encode(), 1))
    dtd = f'<?xml version="1.0"?><!DOCTYPE html SYSTEM "{url}/f"><html><body>{TEXT}</body></html>'
    read("b.html", dtd.encode())
    outside = f'<Relationship Id="rId99" Type="http://x/image" Target="{url}/g" TargetMode="External"/></Relationships>'.encode()
    docx = writers.replaced(
        writers.docx(TEXT), "word/_rels/document.xml.rels", lambda old: old.replace(b"</Relationships>", outside)
    )
    read("a.docx", docx)
    assert asked == []


@pytest.mark.needs_libreoffice
def test_libreoffice_fetches_nothing(server: tuple[str, list[str]]) -> None:
    url, asked = server
    words = "".join(f"\\u{ord(c)}?" if c != "\n" else "\\par " for c in TEXT)
    fields = "".join(
        f'{{\\field{{\\*\\fldinst {field} "{url}/{field}"}}{{\\fldrslt x}}}}'
        for field in ("INCLUDEPICTURE", "INCLUDETEXT", "LINK")
    )
    read("a.rtf", f"{{\\rtf1\\ansi{{\\*\\template {url}/template}}{words}{fields}}}".encode())
    assert asked == []
