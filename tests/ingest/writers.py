"""Files of every format, made by the real writers: python-docx, openpyxl, reportlab, zipfile, csv, email."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from email.message import EmailMessage
from html import escape
from typing import Any

COLUMNS = 37  # characters of a line on a page


def docx(text: str = "", build: Callable[[Any], None] | None = None) -> bytes:
    """A Word document with a paragraph a line; ``build`` may add to it."""
    from docx import Document

    document = Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    if build is not None:
        build(document)
    return saved(document)


def saved(document: Any) -> bytes:
    """What a document's or workbook's ``save`` writes."""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def xlsx(*sheets: Iterable[Sequence[Any]]) -> bytes:
    """A workbook with these rows, a list a sheet."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(list(row))
    return saved(book)


def pdf(text: str, *, password: str | None = None, images: Iterable[int] = ()) -> bytes:
    """A document set in lines of ``COLUMNS`` characters with page numbers, behind a picture page for each of ``images``."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen import canvas

    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=A4, encrypt=password)
    for _ in images:
        page.rect(72, 72, 400, 600, fill=1)
        page.showPage()
    set_page(page, text)
    page.save()
    return out.getvalue()


def set_page(page: Any, text: str) -> None:
    """Set a text on as many pages as it needs."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    page.setFont("STSong-Light", 12)
    y, number = 780, 1
    for paragraph in filter(None, (line.strip() for line in text.splitlines())):
        rest = "\u3000\u3000" + paragraph if len(paragraph) > COLUMNS - 2 else paragraph
        while rest:
            page.drawString(72, y, rest[:COLUMNS])
            rest, y = rest[COLUMNS:], y - 20
            if y < 80:
                page.drawCentredString(300, 50, f"- {number} -")
                page.showPage()
                page.setFont("STSong-Light", 12)
                y, number = 780, number + 1
    page.showPage()


def columns_pdf(title: str, paragraphs: Sequence[str], columns: int = 2) -> bytes:
    """A page with a title across it and the paragraphs in columns, set by reportlab's own engine."""
    from reportlab.lib.enums import TA_CENTER
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    plain = ParagraphStyle("plain", fontName="STSong-Light", fontSize=11, leading=17, firstLineIndent=22, wordWrap="CJK")
    head = ParagraphStyle("head", parent=plain, fontSize=16, firstLineIndent=0, alignment=TA_CENTER)
    out, (width, height) = io.BytesIO(), A4
    wide = (width - 120 - 24 * (columns - 1)) / columns
    frames = [Frame(60, height - 120, width - 120, 50, id="head")]
    frames += [Frame(60 + n * (wide + 24), 80, wide, height - 210, id=str(n)) for n in range(columns)]
    document = BaseDocTemplate(out, pagesize=A4, pageTemplates=[PageTemplate(frames=frames)])
    from reportlab.platypus import FrameBreak

    document.build([Paragraph(title, head), FrameBreak(), *(Paragraph(text, plain) for text in paragraphs)])
    return out.getvalue()


def html(text: str) -> bytes:
    """A page with a paragraph a line."""
    body = "".join(f"<p>{escape(line)}</p>" for line in text.splitlines())
    return f"<html><head><meta charset=utf-8></head><body>{body}</body></html>".encode()


def mht(text: str, charset: str = "gb18030") -> bytes:
    """A page as browsers archive it; its charset stands in the header of the part alone."""
    message = EmailMessage()
    body = "".join(f"<p>{escape(line)}</p>" for line in text.splitlines())
    message.make_related()
    message.add_related(f"<html><body>{body}</body></html>".encode(charset), "text", "html", cte="base64")
    message.get_payload()[0].set_param("charset", charset)
    return message.as_bytes()


def csv_file(rows: Iterable[Sequence[str]], encoding: str = "gb18030", delimiter: str = ",") -> bytes:
    """A table as spreadsheets save it."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def archive(members: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as target:
        for name, data in members.items():
            target.writestr(name, data)
    return out.getvalue()


def gbk_archive(members: Mapping[str, bytes]) -> bytes:
    """A zip whose names are GBK without saying so, as Windows packs them."""
    stand_ins = {f"{'x' * (len(name.encode('gbk')) - 4)}{i:04d}": name for i, name in enumerate(members)}
    data = archive({stand_in: members[name] for stand_in, name in stand_ins.items()})
    for stand_in, name in stand_ins.items():
        data = data.replace(stand_in.encode(), name.encode("gbk"))
    return data


def replaced(package: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The package with one part changed."""
    with zipfile.ZipFile(io.BytesIO(package)) as source:
        return archive({name: change(source.read(name)) if name == part else source.read(name) for name in source.namelist()})
