"""Scans: pages set in a Chinese face, turned a little, specked and stamped, and read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import SourceError
from pipeline.flow import Options, Task, process
from pipeline.ingest import Limits, ingest, ocr
from pipeline.records import Record
from tests.ingest import scans, writers
from tests.ingest.test_source import check

TEXT = """柳湾小学2012年工会工作总结
今年以来，我校工会在党支部的领导下，围绕教学中心开展工作，全校教职工46人全部入会。
一、关心职工生活
3月8日组织女教师32人登山，9月慰问退休教师12人次，送去慰问金3600元。
二、丰富文体活动
5月4日举办教职工乒乓球赛，参加40人次，数学组获得一等奖，会员们都说热闹。
柳湾小学工会
2012年12月28日"""
REPORTS = (
    TEXT,
    """宏远轴承有限公司工会二〇一三年工作汇报
一年来，公司工会紧扣“稳岗增效”主题，组织劳动竞赛4场，参赛职工318人次，提出合理化建议127条，采纳89条，创效26.5万元。
（一）维权。签订集体合同1份、工资专项协议1份，覆盖职工523人；调解劳动争议7起，成功率100%。
（二）帮扶。元旦、春节走访困难职工28户，发放慰问金5.6万元；“金秋助学”资助子女9名，每人3000元。
（三）问题。兼职干部培训不足，车间小组台账不全，明年要补上这一课。""",
    """石门镇总工会关于开展职工书屋建设的通知
各基层工会：为满足职工读书需求，经研究，决定在全镇建设职工书屋15家，每家配书不少于800册，报刊10种以上。
请于2016年4月20日前将申报表报镇总工会办公室，联系人：薛彩霞。验收合格的，给予8000元补助。
石门镇总工会
2016年3月15日""",
)
FLOOR = 0.975  # measured on these pages: 0.989 or better
pytestmark = pytest.mark.needs_ocr


def letters(text: str) -> str:
    """The text without blanks, line ends and the width of its marks, which scans do not settle."""
    narrow = str.maketrans("，：；！？（）．％０１２３４５６７８９", ",:;!?().%0123456789")
    return "".join(text.split()).translate(narrow)


def distance(one: str, other: str) -> int:
    """Characters to insert, delete or replace."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        above, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (a != b))
    return row[-1]


@pytest.mark.slow
def test_character_accuracy(capsys: pytest.CaptureFixture[str]) -> None:
    """The floor that the reader holds; what the stamp says besides is not counted as wrong."""
    rows, wrong, total = [], {False: 0, True: 0}, 0
    for number, text in enumerate(REPORTS):
        wanted = letters(text)
        total += len(wanted)
        for stamped in (False, True):
            read = letters("".join(line for line, _ in ocr.recognised_lines(scans.page(text, stamped=stamped))))
            for word in ("工会委员会", "★"):
                read = read.replace(word, "", 1) if stamped and word not in wanted else read
            missed = distance(wanted, read)
            wrong[stamped] += missed
            rows.append(f"{number:>6} {'stamped' if stamped else 'plain':>8} {len(wanted):>10} {1 - missed / len(wanted):>9.4f}")
    with capsys.disabled():
        print("\n  page     scan characters  accuracy", *rows, sep="\n")
    assert all(1 - missed / total >= FLOOR for missed in wrong.values()), wrong


def scanned_pdf(*pages: Any, text: str = "") -> bytes:
    """A document of pictures, behind a page with text where there is one."""
    import io

    from reportlab.lib.pagesizes import A4
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen import canvas

    out = io.BytesIO()
    sheet = canvas.Canvas(out, pagesize=A4, invariant=1)
    if text:
        writers.set_page(sheet, text)
    for page in pages:
        sheet.drawImage(ImageReader(page), 0, 0, *A4)
        sheet.drawString(40, 20, "CamScanner")
        sheet.showPage()
    sheet.save()
    return out.getvalue()


def test_a_scanned_page_in_a_document_is_read_with_its_page_and_doubts(tmp_path: Path) -> None:
    first = "柳湾小学工会材料\n" + "本页是电子文本，全校教职工46人，工会小组5个，学了《工会法》。" * 3
    (tmp_path / "a.pdf").write_bytes(scanned_pdf(scans.page(TEXT, stamped=True), text=first))
    ingested = ingest((tmp_path / "a.pdf").read_bytes(), "a.pdf")
    check(ingested)
    source = ingested.source
    assert not source.unread
    assert len(source.pages) == 2
    assert all(line.start >= source.pages[1] and 0.5 <= line.confidence <= 1 for line in source.recognised)
    assert "".join(source.raw[line.start : line.end] for line in source.recognised).startswith("柳湾小学2012年工会工作总结")
    outcome = process(Task(tmp_path / "a.pdf", "a.pdf"), Options())
    assert not outcome.failures
    records = [Record.model_validate_json(line) for line in outcome.records]
    found = [finding for record in records for kind, finding in record.findings()]
    read = [finding for finding in found if finding.page == 2]
    typed = [finding for finding in found if finding.page == 1]
    assert {"3600元", "12人次"} <= {finding.clean or finding.quote for finding in read}
    assert all(finding.confidence is not None for finding in read)
    assert any(finding.confidence is None for finding in typed)  # 《工会法》, which a rule found
    warnings = [warning for record in records for warning in record.warnings if warning.code == "recognised"]
    assert warnings
    for finding in read:
        assert any(warning.start <= finding.start and finding.end <= warning.end for warning in warnings), finding
    assert not any(warning.start < finding.end and finding.start < warning.end for finding in typed for warning in warnings)


@pytest.mark.parametrize("degrees", [90, 180])
def test_a_page_that_lies_wrong_is_turned(degrees: int) -> None:
    page = scans.page("柳湾小学工会总结\n今年以来，我校工会开展了许多活动。\n职工都说满意，送来了感谢信和锦旗。").rotate(
        degrees, expand=True
    )
    ingested = ingest(scans.saved(page, "JPEG", quality=80), "a.jpg")
    assert [line.strip() for line in ingested.source.raw.split("\n")][:2] == [
        "柳湾小学工会总结",
        "今年以来，我校工会开展了许多活动。",
    ]


def test_columns_are_read_one_after_the_other() -> None:
    text = TEXT.replace("\n", "")
    read = "".join(line.strip() for line, _ in ocr.recognised_lines(scans.page(text, columns=2)))
    assert distance(letters(text), letters(read)) <= 4


def test_pictures_of_every_kind() -> None:
    """Palette, transparency, several pages; the same picture gives the same text."""
    from PIL import Image

    lines = ["柳湾小学工会总结", "今年召开教代会两次", "组织登山比赛一次", "慰问困难职工十二户", "大家都说好"]
    page = scans.page("\n".join(lines)).crop((60, 60, 460, 410))
    black = Image.new("RGBA", page.size, (0, 0, 0, 0))
    black.paste(page.convert("RGBA"), mask=page.convert("L").point(lambda value: 255 if value < 128 else 0))
    pages = scans.saved(page, "TIFF", save_all=True, append_images=[page])
    assert ingest(pages, "a.tif").source.raw.split() == lines * 2
    for data in (scans.saved(page.convert("P"), "PNG"), scans.saved(black, "PNG"), scans.saved(page.convert("1"), "BMP")):
        assert ingest(data, "a.bmp" if data[:2] == b"BM" else "a.png").source.raw.split() == lines


def test_limits_and_pictures_without_text() -> None:
    from PIL import Image

    blank = scans.saved(Image.new("RGB", (300, 300), "white"), "PNG")
    for data, limits, code in (
        (blank, Limits(), "no_document"),
        (scans.saved(scans.page("庆祝柳湾小学第三届教职工运动会开幕").crop((60, 60, 760, 360)), "PNG"), Limits(), "no_document"),
        (blank, Limits(max_pixels=1000), "too_large"),
        (blank[:60], Limits(), "corrupt_file"),
        (scanned_pdf(Image.new("RGB", (300, 300), "white")), Limits(max_pixels=1000), "too_large"),
        (scanned_pdf(*[Image.new("RGB", (300, 300), "white")] * 2), Limits(max_scans=1), "too_many_pages"),
    ):
        with pytest.raises(SourceError) as caught:
            ingest(data, "a.pdf" if data.startswith(b"%PDF") else "a.png", limits)
        assert caught.value.code == code
