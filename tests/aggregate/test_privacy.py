"""What may leave the office holds no planted name of an aided person and no ID-card, phone or bank number, however written.

The real pipeline reads the planted files; every byte below ``tables/`` is searched, the parts of the workbooks too.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from pipeline.run import Job, run

ID, PHONE, BANK, LANDLINE = "430124198003071259", "13874512096", "6222021903004561178", "0731-87451209"
PLANTED = f"""清泉小学工会2011年工作总结
一、关爱帮扶
3月5日慰问患病住院的困难职工聂晓翀老师，送去慰问金2000元。聂晓翀同志身份证号{ID}，电话{PHONE}。
救助金打入聂 晓 翀的账户{BANK}，学校电话{LANDLINE}。
慰问困难职工聂晓翀等12人次，慰问金共3000元；慰问聂晓翀等13人次。
二、活动
5月举行教师运动会，46人参加，聂晓翀获一等奖，联系人电话{PHONE}。
困难职工聂晓翀宿舍漏水，账号{BANK}尚未到账，问题没有解决。
清泉小学工会
2011年12月20日
"""
CHANGED = "活动经费由学校承担，今后还要多开展。"


def searched(folder: Path) -> dict[str, str]:
    """Every text of a folder by name; blanks taken out, so that a spaced name is seen."""
    found: dict[str, str] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        parts = {path.name: path.read_bytes()}
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as archive:
                parts = {f"{path.name}/{name}": archive.read(name) for name in archive.namelist()}
        found |= {name: re.sub(r"\s", "", data.decode("utf-8")) for name, data in parts.items()}
    return found


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planted")
    (folder / "清泉小学").mkdir()
    (folder / "清泉小学" / "2011年总结.txt").write_text(PLANTED, encoding="utf-8")
    (folder / "清泉小学" / "2011年总结(改)聂晓翀.txt").write_text(PLANTED + CHANGED, encoding="utf-8")
    (folder / "清泉小学" / "附件.txt").write_text(PLANTED.replace("聂晓翀", "聂晓\n翀"), encoding="gb18030")
    return folder


def test_nothing_private_leaves_the_office(planted: Path, tmp_path: Path) -> None:
    run(Job(input=planted, out=tmp_path / "out"))
    records = (tmp_path / "out" / "records.jsonl").read_text("utf-8")
    assert '"standing":"aided"' in records, "the planted person is recognised, or nothing is tested"
    texts = searched(tmp_path / "out" / "tables")
    assert {"documents.csv", "conflicts.csv", "datapackage.json"} <= texts.keys()
    assert any(name.startswith("workbook.xlsx/") for name in texts)
    for name, text in texts.items():
        assert "晓翀" not in text, name
        for number in (ID, PHONE, BANK, LANDLINE.replace("-", "")):
            assert number not in text.replace("-", ""), name
    everything = "".join(texts.values())
    assert "聂**" in everything
    assert "3000" in everything


def test_whoever_asks_for_the_names_gets_them(planted: Path, tmp_path: Path) -> None:
    run(Job(input=planted, out=tmp_path / "out", show_names=True))
    everything = "".join(searched(tmp_path / "out" / "tables").values())
    assert "聂晓翀" in everything
    assert PHONE in everything or BANK in everything
