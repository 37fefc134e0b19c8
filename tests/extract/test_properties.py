"""What holds for any text: numbers and dates read back, findings quote the raw text, kinds keep apart, nothing crashes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline.extract.almanac import norm
from pipeline.extract.calendar import expressions
from pipeline.extract.document import extract
from pipeline.extract.groundwork import Groundwork
from pipeline.extract.numerals import read_number
from pipeline.ingest.clean import clean
from pipeline.products import Ingested, Part, Source
from pipeline.records import Record
from pipeline.segment import segment
from tests.extract.test_counts import counts_of
from tests.segment.read import reading_of

DIGITS = "零一二三四五六七八九"
FORMAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")
NUMBERS = st.one_of(
    st.integers(1, 99),
    st.integers(1, 99_999_999),
    st.sampled_from([10, 11, 20, 100, 101, 110, 1000, 1001, 10_000, 10_010, 100_000_000]),
)


def chinese(n: int) -> str:
    """A number as it is said: 一万零五百零二."""
    for unit, size in (("亿", 100_000_000), ("万", 10_000)):
        if n >= size:
            rest = n % size
            return chinese(n // size) + unit + (("零" if rest * 10 < size else "") + chinese(rest) if rest else "")
    said, gap = "", False
    for unit, size in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit, n = divmod(n, size)
        if digit:
            said += ("零" if gap else "") + DIGITS[digit] + unit
        gap = not digit and bool(said)
    return said[1:] if said.startswith("一十") else said


@given(NUMBERS)
def test_chinese_numbers_read_back(n: int) -> None:
    assert read_number(chinese(n)) == (n, None)


@given(NUMBERS)
def test_formal_numbers_read_back(n: int) -> None:
    assert read_number(chinese(n).translate(FORMAL)) == (n, None)


@given(NUMBERS)
def test_grouped_numbers_read_back(n: int) -> None:
    assert read_number(f"{n:,}") == (n, None)


@given(st.integers(1, 99_999), st.sampled_from([("万", 10_000), ("亿", 100_000_000)]))
def test_scaled_numbers_read_back(cents: int, scale: tuple[str, int]) -> None:
    value, modifier = read_number(f"{cents / 100:.2f}{scale[0]}") or (0, None)
    assert value == pytest.approx(cents / 100 * scale[1])
    assert modifier is None


WAYS = [
    ("", "", None), ("约", "", "about"), ("近", "", "about"), ("", "左右", "about"), ("超过", "", "over"), ("", "以上", "over"),
    ("不足", "", "under"),
]  # fmt: skip


@settings(deadline=None)
@given(
    n=NUMBERS,
    spelling=st.sampled_from(["{}", "{:,}", "chinese"]),
    unit=st.sampled_from(["人", "元", "件", "份", "人次", "篇", "户"]),
    way=st.sampled_from(WAYS),
)  # fmt: skip
def test_a_count_reads_back_from_its_sentence(n: int, spelling: str, unit: str, way: tuple[str, str, str | None]) -> None:
    if n in (1, 100, 1000, 10_000) and spelling == "chinese":
        return  # 一件, 百件, 千家, 万人: said of no number
    numeral = chinese(n) if spelling == "chinese" else spelling.format(n)
    quote = f"{way[0]}{numeral}{unit}{way[1]}"
    assert counts_of(f"全年合计为{quote}。") == [[quote, n, unit, way[2], None]]


def said_year(year: int, zero: str) -> str:
    return "".join(DIGITS[int(c)] for c in str(year)).replace("零", zero)


@settings(deadline=None)
@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2099, 12, 31)), st.integers(0, 7))
def test_dates_read_back(day: Any, form: int) -> None:
    y, m, d = day.year, day.month, day.day
    zero = "零〇○O"[form % 4]
    written, want = [
        (f"{y}年{m}月{d}日", day.isoformat()),
        (f"{y}年{m:02d}月{d:02d}日", day.isoformat()),
        (f"{y}.{m}.{d}", day.isoformat()),
        (f"{y}-{m:02d}-{d:02d}", day.isoformat()),
        (f"{said_year(y, zero)}年{chinese(m)}月{chinese(d)}日", day.isoformat()),
        (f"{said_year(y, zero)}年{chinese(m)}月", f"{y}-{m:02d}"),
        (f"{y}年{m}月份", f"{y}-{m:02d}"),
        (f"{y}年", f"{y}"),
    ][form]
    text = f"会议在{written}，举行。"
    found = [(text[x.start : x.end], norm(x, lambda _: None)) for x in expressions(text)]
    assert found == [(written, want)]


@given(st.sampled_from(["xx", "XX", "××", "**", "__"]), st.integers(1, 12))
def test_a_masked_year_stays_unknown(mask: str, month: int) -> None:
    text = f"会议在20{mask}年{month}月举行。"
    assert [norm(x, lambda _: 2011) for x in expressions(text)] == [f"XXXX-{month:02d}"]


WORDS = (
    "一、抓学习\n|（一）|1、|①|一是|3月8日|2011年|20xx年|今年|“三八”|46人|3000元|近80多名|《工会法》|《|》|“|”|（|）"
    "|孙 冶|王小芳|主席|县教育局|清河县|获县一等奖|举行|教职工运动会|慰问|困难职工|。|，|、|；|\n| |　|xx|**|____|%|工會"
    "|提案(an)(an)|1,042|二〇一〇年三月|存在不足|下一步|清泉小学工会\n2011年12月30日|清泉小学工会2011年工作总结\n"
    "|🎉|\u200b|10KV|13900001111|百分之|第|届|12.5"
)
PIECES = st.lists(st.sampled_from([*WORDS.split("|"), "|"]), max_size=30).map("".join)


def record_of(raw: str) -> Record:
    text = clean(raw)
    source = Source(source="甲.txt", sha256="0" * 64, format="txt", encoding="utf-8", raw=raw)
    part = Part(start=0, end=len(raw), doc_id="0" * 16)
    ingested = Ingested(source=source, fixes=text.fixes, parts=(part,))
    return extract(ingested, segment(ingested, part))


def holds(raw: str) -> None:
    """Every finding quotes the raw text, and findings of one kind keep apart."""
    record = record_of(raw)
    ends: dict[str, int] = {}
    for kind, finding in record.findings():
        assert raw[finding.start : finding.end] == finding.quote
        assert 0 <= finding.start < finding.end <= len(raw)
        assert finding.start >= ends.get(kind, 0), kind
        ends[kind] = finding.end
    assert Record.model_validate_json(record.model_dump_json()) == record


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PIECES)
@example("")
@example("一" * 400 + "人")
@example("9" * 400 + "元")
@example("三分之零")
@example("第零届")
def test_every_finding_of_any_mix_is_grounded(raw: str) -> None:
    holds(raw)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=60))
def test_no_unicode_breaks_extraction(raw: str) -> None:
    holds(raw)


@settings(max_examples=200, deadline=None)
@given(PIECES)
def test_no_count_touches_a_date_or_a_work(raw: str) -> None:
    found = Groundwork(reading_of(raw))
    for count in found.counts:
        assert not [m for m in [*found.moments, *found.works] if m.start < count.end and count.start < m.end]
