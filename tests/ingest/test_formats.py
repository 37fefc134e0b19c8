"""Every format, written by a real writer and read back."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import SourceError
from pipeline.ingest import Limits, ingest, ocr, office
from pipeline.ingest.numbering import counting, spelt
from pipeline.ingest.walk import walk
from pipeline.products import Ingested
from tests.ingest import writers
from tests.ingest.test_source import BODY, check

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def raw(data: bytes, name: str) -> str:
    ingested = ingest(data, name)
    check(ingested)
    return ingested.source.raw


def body_xml(xml: str) -> Any:
    """Puts XML in front of the section properties of a document."""

    def build(document: Any) -> None:
        from docx.oxml import parse_xml

        holder = parse_xml(f"<w:body {W}>{xml}</w:body>")
        for element in list(holder):
            document.element.body.insert(len(document.element.body) - 1, element)

    return build


def paragraph(inner: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


WORD = {
    "insertion and deletion": (
        paragraph(run("参加") + f"<w:del>{'<w:r><w:delText>46</w:delText></w:r>'}</w:del><w:ins>{run('58')}</w:ins>" + run("人")),
        "参加58人",
    ),
    "moved": (paragraph(f"<w:moveFrom>{run('旧')}</w:moveFrom><w:moveTo>{run('新')}</w:moveTo>"), "新"),
    "deleted paragraph mark": (paragraph(run("前"), "<w:rPr><w:del/></w:rPr>") + paragraph(run("后")), "前后"),
    "content control": (f"<w:sdt><w:sdtContent>{paragraph(run('控件'))}</w:sdtContent></w:sdt>", "控件"),
    "hyperlink and field": (
        paragraph(f"<w:hyperlink>{run('链')}</w:hyperlink><w:r><w:instrText>PAGE</w:instrText></w:r>" + run("接")),
        "链接",
    ),
    "line break and tab": (paragraph("<w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t><w:tab/><w:t>丙</w:t></w:r>"), "甲\n乙\t丙"),
    "hidden text": (paragraph("<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r>" + run("显")), "显"),
    "ruby": (paragraph(f"<w:r><w:ruby><w:rt>{run('huì')}</w:rt><w:rubyBase>{run('会')}</w:rubyBase></w:ruby></w:r>"), "会"),
    "text box": (
        paragraph(run("正文") + f"<w:r><w:pict><w:txbxContent>{paragraph(run('框内'))}</w:txbxContent></w:pict></w:r>"),
        "正文\n框内",
    ),
}


@pytest.mark.parametrize(("xml", "text"), WORD.values(), ids=WORD)
def test_word_reads_as_it_shows(xml: str, text: str) -> None:
    assert raw(writers.docx(build=body_xml(xml)), "a.docx") == text


def test_word_tables_stand_in_reading_order() -> None:
    def build(document: Any) -> None:
        document.add_paragraph("表前")
        table = document.add_table(2, 3)
        for cell, text in zip(table._cells, ["月份", "活动", "人数", "三月", "踏\n青", "46人"], strict=True):
            cell.text = text
        document.add_paragraph("表后")

    assert raw(writers.docx(build=build), "a.docx") == "表前\n月份 | 活动 | 人数\n三月 | 踏 青 | 46人\n表后"


def test_headers_and_footers_are_noise() -> None:
    def build(document: Any) -> None:
        document.sections[0].header.paragraphs[0].text = "杨柳小学工会文件"
        document.sections[0].footer.paragraphs[0].text = "- 1 -"

    ingested = ingest(writers.docx(f"杨柳小学工会总结\n{BODY}", build), "a.docx")
    check(ingested)
    assert [(n.reason, n.text.strip()) for n in ingested.noise] == [("page_header", "杨柳小学工会文件")]
    assert all("文件" not in ingested.text(part).text for part in ingested.parts)


NUMBERING = f"""<w:numbering {W}><w:abstractNum w:abstractNumId="7">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="（%2）"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%3．"/></w:lvl>
<w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="upperLetter"/><w:lvlText w:val="%3-%4."/></w:lvl>
<w:lvl w:ilvl="4"><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF06C;"/></w:lvl></w:abstractNum>
<w:num w:numId="70"><w:abstractNumId w:val="7"/></w:num>
<w:num w:numId="71"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>
</w:numbering>"""


def test_automatic_numbers_are_counted_and_spelt_as_word_does() -> None:
    def item(level: int, text: str, num: int = 70) -> str:
        return paragraph(run(text), f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{num}"/></w:numPr>')

    levels = [0, 1, 1, 2, 2, 3, 0, 1, 2, 4]
    xml = "".join(item(level, "抓学习") for level in levels) + item(0, "抓学习", 71) + item(0, "抓学习", 71) + item(0, "无", 0)
    package = writers.docx(build=body_xml(xml))
    text = raw(writers.replaced(package, "word/numbering.xml", lambda _: NUMBERING.encode()), "a.docx")
    numbers = ["一、", "（一）", "（二）", "1．", "2．", "2-A. ", "二、", "（一）", "1．", "• ", "五、", "六、"]
    assert text == "\n".join([*(number + "抓学习" for number in numbers), "无"])


@pytest.mark.parametrize(
    ("value", "style", "text"),
    [
        (10, "chineseCounting", "十"), (21, "japaneseCounting", "二十一"), (105, "chineseCountingThousand", "一百〇五"),
        (28, "upperLetter", "BB"), (4, "lowerRoman", "iv"), (3, "decimalEnclosedCircle", "③"), (2, "ideographTraditional", "乙"),
        (12, "chineseLegalSimplified", "壹拾贰"), (7, "decimalZero", "07"), (0, "upperRoman", "0"), (10**9, "upperLetter", "XXX"),
    ],
)  # fmt: skip
def test_numbers_in_words(value: int, style: str, text: str) -> None:
    if value < 10**6:
        assert spelt(value, style) == text
    else:
        assert len(spelt(value, style)) <= 30
    assert counting(11) == "十一"


def test_workbook() -> None:
    rows = [
        ["2011年活动"],
        [],
        ["日期", "活动", "人数", "比例"],
        [datetime(2011, 3, 8), "踏\n青", 46.0, None],
        [date(2011, 5, 1), None, 1.5],
    ]
    assert raw(writers.xlsx(rows, [["第二张"]]), "a.xlsx") == (
        "2011年活动\n日期 | 活动 | 人数 | 比例\n2011年3月8日 | 踏 青 | 46\n2011年5月1日 |  | 1.5\n第二张"
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv(encoding: str, delimiter: str) -> None:
    rows = [["月份", "活动"], ["三月", "踏青，登山\n赏花"], ["", ""], ["四月", 'say "工会"']]
    assert raw(writers.csv_file(rows, encoding, delimiter), "a.csv") == '月份 | 活动\n三月 | 踏青，登山 赏花\n四月 | say "工会"'


def test_an_open_quotation_mark_does_not_swallow_the_table() -> None:
    assert raw('月份,活动\n"三月,踏青\n四月,登山\n'.encode(), "a.csv").count("\n") == 2


def test_archived_page() -> None:
    assert raw(writers.mht(f"工会总结\n{BODY}"), "a.mht") == f"工会总结\n{BODY}"


MONTH = (
    "{n}月，我校工会组织教职工{a}人参加活动{n}次，支出{b}元，收到建议{c}条，办结{n}条，慰问住院职工{c}人次，"
    "送去慰问金{b}元，得到了学校党支部第{n}小组和全体会员的好评，{c}名会员写来了感谢信，第{n}小组还总结了{a}条经验。"
)
LONG = "\n".join(["杨柳小学工会总结", *(MONTH.format(n=n, a=n * 13, b=n * 310, c=n + 4) for n in range(1, 13))])


def test_pdf_pages_and_hard_wraps() -> None:
    ingested = ingest(writers.pdf(LONG), "a.pdf")
    check(ingested)
    assert len(ingested.source.pages) == 2
    assert ingested.source.raw[ingested.source.pages[1] - 1] == "\n"
    (part,) = ingested.parts
    assert [line.strip() for line in ingested.text(part).text.splitlines()] == LONG.splitlines()
    assert {noise.reason for noise in ingested.noise} == {"page_furniture"}


def test_a_page_that_is_a_picture_is_told_and_the_rest_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    ingested = ingest(writers.pdf(LONG, images=[1]), "a.pdf")
    assert ingested.source.unread == (1,)
    assert "杨柳小学" in ingested.source.raw


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.pdf", writers.pdf("", images=[1]), "needs_ocr"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "needs_ocr"),
        ("a.jpg", b"x", "corrupt_file"),
        ("a.pdf", writers.pdf(BODY, password="x"), "password_protected"),
        ("a.pdf", writers.pdf(LONG * 2), "too_many_pages"),
        ("a.docx", writers.xlsx([["工会"]])[:200], "corrupt_file"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password_protected"),
    ],
)
def test_failures_have_their_kind(monkeypatch: pytest.MonkeyPatch, name: str, data: bytes, code: str) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    with pytest.raises(SourceError) as caught:
        ingest(data, name, Limits(max_pages=2))
    assert caught.value.code == code


@pytest.mark.parametrize("name", ["a.txt", "a.doc", "a.docx", "a.pdf", "a.html", "a.rtf"])
@pytest.mark.parametrize("writer", [writers.docx, writers.pdf])
def test_the_bytes_go_before_the_name(name: str, writer: Any) -> None:
    assert BODY[:20] in raw(writer(BODY), name)


@pytest.mark.parametrize("writer", [writers.html, writers.mht, str.encode])
def test_a_doc_that_is_a_web_page(writer: Any) -> None:
    assert raw(writer(BODY), "a.doc") == BODY


def test_without_libreoffice_old_formats_say_what_they_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "libreoffice", lambda: None)
    with pytest.raises(SourceError, match="needs_libreoffice"):
        ingest(b"{\\rtf1 x}", "a.rtf")


def rtf(text: str) -> bytes:
    return ("{\\rtf1\\ansi " + "".join("\\par " if c == "\n" else f"\\u{ord(c)}?" for c in text) + "}").encode()


@pytest.mark.slow
@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("name", ["a.rtf", "a.doc", "a.wps"])
def test_old_formats_through_libreoffice(name: str) -> None:
    assert raw(rtf(f"工会总结\n{BODY}"), name).split() == ["工会总结", BODY]


def written(folder: Path, name: str, data: bytes, suffix: str) -> bytes:
    """What LibreOffice makes of a file."""
    program = office.libreoffice()
    assert program is not None
    (folder / name).write_bytes(data)
    command = [program, "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--convert-to", suffix]
    subprocess.run([*command, "--outdir", str(folder), str(folder / name)], check=True, timeout=120, capture_output=True)
    return (folder / name).with_suffix("." + suffix).read_bytes()


@pytest.mark.slow
@pytest.mark.needs_libreoffice
def test_open_document(tmp_path: Path) -> None:
    data = written(tmp_path, "a.rtf", rtf(f"工会总结\n{BODY}"), "odt")
    assert raw(data, "a.odt").split() == raw(data, "a.doc").split() == ["工会总结", BODY]


@pytest.mark.slow
@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("name", ["a.xls", "a.et", "a.doc"])
def test_old_workbook(tmp_path: Path, name: str) -> None:
    rows = [
        ["活动"],
        [],
        ["日期", "人数", "比例", None],
        [datetime(2011, 3, 8), 46.0, 0.955, True],
        [date(2011, 5, 1), None, 1.5],
    ]
    new = writers.xlsx(rows, [["第二张"]])
    old = written(tmp_path, "a.xlsx", new, "xls")
    assert (
        raw(old, name)
        == raw(new, "a.xlsx")
        == ("活动\n日期 | 人数 | 比例\n2011年3月8日 | 46 | 0.955 | TRUE\n2011年5月1日 |  | 1.5\n第二张")
    )
    with pytest.raises(SourceError, match="corrupt_file"):
        ingest(old[: len(old) // 2], name)


def test_a_workbook_that_is_text() -> None:
    assert raw("月份\t活动\n三月\t踏青\n".encode("gb18030"), "a.xls") == "月份 | 活动\n三月 | 踏青"
    assert raw(writers.html(BODY), "a.xls") == BODY


def test_macros_are_only_a_part_that_nobody_reads() -> None:
    with_macros = writers.archive(
        {
            **{n: z.read(n) for z in [zipfile.ZipFile(io.BytesIO(writers.docx(BODY)))] for n in z.namelist()},
            "word/vbaProject.bin": b"x",
        }
    )
    assert raw(with_macros, "a.docm") == BODY


@pytest.mark.needs_libreoffice
def test_a_converter_that_takes_too_long_is_ended() -> None:
    with pytest.raises(SourceError, match="timed_out"):
        ingest(rtf(BODY), "a.rtf", Limits(converter_timeout_s=0.01))


def members(folder: Path, data: bytes, **options: Any) -> dict[str, Ingested | str]:
    from pipeline.ingest import read

    (folder / "a.zip").write_bytes(data)
    found: dict[str, Ingested | str] = {}
    for item in walk(folder, **options).files:
        try:
            found[item.name] = read(item.path, item.name, options.get("limits", Limits()), item.member)
        except SourceError as error:
            found[item.name] = error.code
    return found


def test_archive_members_are_sources(tmp_path: Path) -> None:
    inner = writers.archive({"乙/总结.docx": writers.docx(BODY)})
    data = writers.archive(
        {"甲.txt": BODY.encode(), "b.zip": inner, "__MACOSX/x": b"x", "~$甲.docx": b"x", "图.gif": b"x", "夹/": b""}
    )
    found = members(tmp_path, data)
    assert list(found) == ["a.zip!/b.zip!/乙/总结.docx", "a.zip!/图.gif", "a.zip!/甲.txt"]
    assert found["a.zip!/图.gif"] == "unsupported_format"
    for name in ("a.zip!/甲.txt", "a.zip!/b.zip!/乙/总结.docx"):
        ingested = found[name]
        assert isinstance(ingested, Ingested)
        assert ingested.source.raw == BODY
    alone = ingest(BODY.encode(), "a.zip!/甲.txt")
    assert found["a.zip!/甲.txt"] == alone  # the id is of the member's path and bytes
    assert {item.reason for item in walk(tmp_path).ignored} == {"system_file", "office_lock"}
    assert list(members(tmp_path, data, include=["*.txt"])) == ["a.zip!/甲.txt"]


def test_archive_names(tmp_path: Path) -> None:
    names = ["../../etc/甲.txt", "/根.txt", "C:\\盘\\乙.txt", "换\n行.txt", "..", "a!/b.txt"]
    found = members(tmp_path, writers.archive(dict.fromkeys(names, BODY.encode())))
    assert set(found) == {f"a.zip!/{n}" for n in ("etc/甲.txt", "根.txt", "盘/乙.txt", "换_行.txt", "_", "a_/b.txt")}
    assert list(members(tmp_path, writers.gbk_archive({"工会总结.txt": BODY.encode()}))) == ["a.zip!/工会总结.txt"]


def test_archive_limits(tmp_path: Path) -> None:
    small = writers.archive({f"{i}.txt": BODY.encode() for i in range(5)})
    assert members(tmp_path, small, limits=Limits(max_members=4)) == {"a.zip": "too_many_files"}
    assert members(tmp_path, small, limits=Limits(max_expanded_bytes=400)) == {"a.zip": "expands_too_much"}
    bomb = writers.archive({"a.txt": b"0" * 20_000_000})
    assert members(tmp_path, bomb) == {"a.zip": "expands_too_much"}
    nested = writers.archive({"甲.txt": BODY.encode()})
    for _ in range(3):
        nested = writers.archive({"b.zip": nested})
    assert list(members(tmp_path, nested, limits=Limits(max_nesting=1)).values()) == ["nested_too_deep"]
    assert len(members(tmp_path, nested)) == 1
    encrypted = bytearray(small)
    for at in range(len(small)):
        if small[at : at + 4] == b"PK\x01\x02":
            encrypted[at + 8] |= 1
    assert set(members(tmp_path, bytes(encrypted)).values()) == {"password_protected"}
    assert members(tmp_path, small[:-30]) == {"a.zip": "corrupt_file"}
    assert members(tmp_path, writers.archive({})) == {"a.zip": "empty"}


def test_footnotes_follow_their_paragraph() -> None:
    def build(document: Any) -> None:
        from docx.opc.packuri import PackURI
        from docx.opc.part import Part

        body_xml(paragraph(run("前") + '<w:r><w:footnoteReference w:id="2"/></w:r>' + run("后")) + paragraph(run("末")))(document)
        notes = (
            f'<w:footnotes {W}><w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
            f'<w:footnote w:id="2">{paragraph(run(" 脚注"))}</w:footnote></w:footnotes>'
        )
        kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
        part = Part(PackURI("/word/footnotes.xml"), kind, notes.encode(), document.part.package)
        document.part.relate_to(part, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes")

    assert raw(writers.docx(build=build), "a.docx") == "前后\n注：脚注\n末"


def test_columns_are_read_one_after_the_other() -> None:
    title, *paragraphs = LONG.splitlines()
    for columns in (1, 2, 3):
        ingested = ingest(writers.columns_pdf(title, paragraphs[:8], columns), "a.pdf")
        check(ingested)
        (part,) = ingested.parts
        assert [line.strip() for line in ingested.text(part).text.splitlines()] == [title, *paragraphs[:8]], columns


def test_names_and_figures_in_rows_are_no_columns() -> None:
    rows = [("聂  娜", "组长", "数学组  46人"), ("彭爱珍", "委员", "语文组  52人"), ("熊  海", "委员", "后勤组  18人")] * 3
    text = "\n".join("        ".join(row) for row in rows)
    raw = ingest(writers.pdf(f"工会小组名单\n{text}"), "a.pdf").source.raw
    assert [line.split() for line in raw.split("\n")[1:10]] == [" ".join(row).split() for row in rows]


@pytest.mark.slow
@pytest.mark.needs_chromium
@pytest.mark.parametrize("columns", [1, 2])
def test_a_page_printed_from_a_browser(tmp_path: Path, columns: int) -> None:
    """Browsers set radicals for characters (⼯ for 工), and put date and address on the page."""
    title, *paragraphs = LONG.splitlines()
    body = "".join(f"<p style='text-indent:2em;margin:0'>{text}</p>" for text in paragraphs)
    style = f"column-count:{columns};column-gap:3em"
    page = tmp_path / "a.html"
    page.write_text(f"<meta charset=utf-8><h2>{title}</h2><div style='{style}'>{body}</div>", encoding="utf-8")
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))))
    command = [program, "--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={tmp_path / 'a.pdf'}", page.as_uri()]
    subprocess.run(command, check=True, timeout=120, capture_output=True)
    ingested = ingest((tmp_path / "a.pdf").read_bytes(), "a.pdf")
    check(ingested)
    (part,) = ingested.parts
    assert [line.strip() for line in ingested.text(part).text.splitlines()] == LONG.splitlines()
    assert {noise.reason for noise in ingested.noise} == {"browser_print"}
