"""The period (报告期) that a document reports on or plans for, and the year that its undated expressions take."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.extract.calendar import Moment, expressions, norm
from pipeline.extract.profile import Signature, boundary_line, first_match
from pipeline.extract.years import Settled, body_year, event_year
from pipeline.records import DocType, Period, PeriodBasis, PeriodLabel

if TYPE_CHECKING:
    from pipeline.segment import Reading


def settle(reading: Reading, kind: DocType, moments: list[Moment], signed: Signature, title_text: str) -> tuple[Period, Settled]:
    """The period reported on or planned for, and the year that undated expressions take."""
    head = reading.clean[reading.body.start : reading.body.start + 160]
    wrapper = boundary_line(reading) if kind in ("summary", "plan") else ""
    said = (
        first_match("period_title", title_text.replace(" ", ""))
        or first_match("period_head", head)
        or first_match("period_title", wrapper)
    )
    if kind == "notice" and said == "multi_year":
        said = None  # an election that ends a term of office is not what a term of office did
    label: PeriodLabel = said or "unknown"  # type: ignore[assignment]
    if (
        kind in ("exchange", "reflection", "other", "notice")
        and not first_match("period_title", title_text.replace(" ", ""))
        and label != "multi_year"
    ):
        label = first_match("period_firm", reading.clean[reading.body.start : reading.body.start + 260]) or "unknown"  # type: ignore[assignment]
    titled = [m for m in (expressions(title_text)) if m.year is not None]
    title_term = next((m for m in titled if m.term or m.kind in ("school_year", "year_range")), None)
    if title_term is None and kind in ("summary", "plan"):
        title_term = _term_at_head(reading, moments)
    year: int | None = None
    basis: PeriodBasis | None = None
    signed_year = int(signed.date[:4]) if signed.date and signed.date[:4].isdigit() else None
    signed_month = int(signed.date[5:7]) if signed.date and len(signed.date) >= 7 and signed.date[5:7].isdigit() else None
    edge = reading.sign_off[0].start if reading.sign_off and signed_year is not None else len(reading.clean)
    stated = body_year([m for m in moments if m.start < edge], reading)  # the signature's own date says nothing of the body
    if titled and not reading.title_lines and stated is not None and abs(stated - (titled[0].year or 0)) > 1:
        titled, title_term = [], None  # the collection's line, which is re-dated every year
    if titled and (signed_year is None or abs(signed_year - (titled[0].year or 0)) <= 1):
        year, basis = titled[0].year, "title"
    elif title_term is not None:
        year, basis = title_term.year, "body"
    elif signed_year is not None:
        early = (
            signed_month is not None
            and signed_month <= 3
            and kind in ("summary", "exchange", "other")
            and label in ("year", "unknown", "semester")
        )
        late = signed_month is not None and signed_month >= 11 and kind == "plan"
        year, basis = signed_year - 1 if early else signed_year + 1 if late else signed_year, "signature"
        ahead = stated is not None and stated > signed_year and kind != "plan"  # only what comes next is dated
        if stated is not None and abs(stated - signed_year) <= 1 and label == "year" and not ahead:
            year = stated
    elif stated is not None:
        year, basis = stated, "body"
    else:
        year = event_year(reading.clean) or _year_before_plans(reading, moments, kind)
        basis = "event" if year is not None else None
        if year is None and (named := re.findall(r"《(20[0-9]{2})年", reading.clean)):
            year, basis = int(max(named)), "body"
    if label == "unknown" and (titled or kind in ("summary", "plan")):
        label = "year"
    if label == "unknown" and kind == "exchange" and basis != "title":
        story = _story(reading, [m for m in moments if m.start < edge], signed_year)
        if story is not None:
            return story, Settled(year, basis, several=True)
    if label == "unknown" and kind == "reflection" and year is not None:
        opening = [
            m
            for m in moments
            if reading.body.start <= m.start < min(edge, reading.body.start + 160)
            and norm(m, lambda _: None) != signed.date
            and not _BEGINS.match(reading.clean, m.end)
        ]
        period = _months_named(year, basis, opening)
        return period if period.label == "month" else Period(label="unknown"), Settled(year, basis)
    if kind == "notice" and label == "year" and year is not None and "年度" not in title_text:
        period = _months_named(year, basis, [m for m in moments if m.start < edge and m.start >= reading.body.start])
        if period.start:
            return period, Settled(year, basis)
    if label == "unknown" and kind == "other" and _LETTER.search(title_text):
        return Period(label="unknown"), Settled(year, basis)
    if label == "unknown" and kind in ("notice", "other") and year is not None:
        period = _months_named(year, basis, [m for m in moments if m.start < edge and m.start >= reading.body.start])
        return period, Settled(year, basis)
    period = _period(label, year, basis, title_term, moments, reading, signed_month)
    settled = Settled(year, basis, several=period.label == "multi_year")
    if period.label == "multi_year":
        return period, settled
    if period.start and period.end and len(period.start) == 7:
        months = [int(p[:4]) * 12 + int(p[5:7]) - 1 for p in (period.start, period.end)]
        settled = Settled(year, basis, months[0], months[1])
    return period, settled


_PLANS = re.compile(r"年?[，,]?[^，。；]{0,12}(?:计划|打算|将|争取|力争|准备|拟)")


def _year_before_plans(reading: Reading, moments: list[Moment], kind: DocType) -> int | None:
    """The year before the only one that the text names, where a summary names it for what it plans (2013年，计划…)."""
    years = {m.year for m in moments if m.year and m.start >= reading.body.start}
    last = next((m for m in reversed(moments) if m.year), None)
    if kind != "summary" or len(years) != 1 or last is None or not last.year:
        return None
    late = last.start > reading.body.start + (len(reading.clean) - reading.body.start) * 2 // 3
    return last.year - 1 if late and last.kind == "y" and _PLANS.match(reading.clean, last.end - 1) else None


_BEGINS = re.compile(r"[^，。]{0,8}(?:起(?![草来])|开始|调[到入]|来到|当上|当选|进[公厂])")
_LETTER = re.compile(r"信$|信[（(]|请示|关于.*(?:报告|函)$|书信")


_YEARS_LONG = re.compile(
    r"[一二两三四五六七八九十0-9]{1,3}个?多?年(?:来|间|里|下来|如一日|前|了|的)|前年|大前年|(?:第[一二三四五六七八九十]|每一)年"
)


def _story(reading: Reading, moments: list[Moment], signed_year: int | None) -> Period | None:
    """A portrait or a story of several years: from the first year it tells to the year it is signed, open where unsigned."""
    dated = [m for m in moments if m.year and m.year >= 1980 and not m.festival]
    text = reading.clean
    told = sorted(
        {
            m.year
            for m in dated
            if m.year
            and not _OF_A_LIFE.match(text, m.end, m.end + 16)
            and not _FOUNDED.search(text, max(0, m.start - 4), m.start)
        }
    )
    since = any(_FROM_THEN.match(reading.clean, m.end, m.end + 24) for m in dated)
    if not told or (told[-1] - told[0] < 2 and not (since and _YEARS_LONG.search(reading.clean))):
        return None
    last = max(signed_year or 0, told[-1])
    return Period(start=str(told[0]), end=str(last) if last > told[0] else None, label="multi_year", basis="body")


_FOUNDED = re.compile(r"(?:成立|[始创]?建|创办)于$")
_OF_A_LIFE = re.compile(r"[^，。；]{0,12}(?:毕业|出生|参军|入伍|参加工作|考上|考入)")
_FROM_THEN = re.compile(r"[^，。；：\n]{0,12}(?:起(?![草来])|开始|以来|换届|当选|当上|成立|组建)")


def _term_at_head(reading: Reading, moments: list[Moment]) -> Moment | None:
    """The school year or term that opens the text (2005～2006学年度，我校工会…)."""
    body = reading.body.start
    near = [m for m in moments if body <= m.start < body + 90]
    found = next(
        (m for m in near if m.year and (m.kind == "school_year" or m.term in ("term1", "term2", "spring", "autumn"))), None
    )
    if found is None or _COMPARES.match(reading.clean, found.end):
        return None
    return found


_COMPARES = re.compile(r".{0,8}(?:相比|以来|起|开始)")


def _period(
    label: PeriodLabel,
    year: int | None,
    basis: PeriodBasis | None,
    term: Moment | None,
    moments: list[Moment],
    reading: Reading,
    signed_month: int | None,
) -> Period:
    if term is not None and term.kind == "year_range":
        return Period(start=str(term.year), end=str(term.year_2), label="multi_year", basis=basis)
    if term is not None:
        start, _, end = norm(term, lambda _: year).partition("/")
        return Period(start=start, end=end, label=label if label not in ("unknown", "multi_year") else "year", basis=basis)
    if label == "multi_year":
        spans = [m for m in moments if m.kind in ("year_range", "plan") and m.year]
        if spans:
            return Period(start=str(spans[0].year), end=str(spans[0].year_2), label=label, basis="body")
        since = next((m for m in moments if m.year and _SINCE_THEN.match(reading.clean, m.end, m.end + 34)), None)
        last = _last_year(year, signed_month)
        back = _years_back(reading, last)
        if since and since.year and (back is None or abs(since.year - back[0]) <= 1):
            return Period(start=str(since.year), end=str(last) if last else None, label=label, basis="body")
        if back:
            return Period(start=str(back[0]), end=str(back[1]), label=label, basis=basis)
        return Period(start=str(since.year) if since else None, end=None, label=label, basis="body" if since else None)
    if year is None or label == "unknown":
        return Period(label=label)
    if label == "year":
        return Period(start=f"{year}-01", end=f"{year}-12", label=label, basis=basis)
    head = reading.clean[: reading.body.start + 300]
    if label == "half":
        second = re.search(r"下半年", head) and not re.search(r"上半年", head)
        return Period(
            start=f"{year}-07" if second else f"{year}-01", end=f"{year}-12" if second else f"{year}-06", label=label, basis=basis
        )
    if label == "quarter":
        quarter = next((m for m in moments if m.term and m.term[0] == "q"), None)
        if quarter is None:
            return Period(label=label)
        start, _, end = norm(quarter, lambda _: year).partition("/")
        return Period(start=start, end=end, label=label, basis=basis)
    if label == "month":
        month = next((m for m in moments if m.month and m.start < reading.body.start + 80), None)
        return (
            Period(start=f"{year}-{month.month:02d}", end=f"{year}-{month.month:02d}", label=label, basis=basis)
            if month
            else Period(label=label)
        )
    return _semester(year, basis, moments, reading, signed_month)


_SINCE_THEN = re.compile(
    r"[^，。：\n]{0,30}(?:以来|(?:选举?|推选|选举产生|换届|当选)(?:产生)?(?:出?来|的|后|以后)|成立(?=[，。]))"
)


def _last_year(year: int | None, signed_month: int | None) -> int | None:
    """The last year that a report of several years covers: one of winter ends with the year before."""
    return year - 1 if year is not None and signed_month is not None and signed_month <= 3 else year


def _years_back(reading: Reading, last: int | None) -> tuple[int, int] | None:
    """五年来 in a report that ends with ``last``: as many years as it says."""
    match = re.search(r"([二两三四五六十])年(?:来|间|中|里|的工作|工作|的回顾)", reading.clean[: reading.body.start + 600])
    if match is None or last is None:
        return None
    length = {"二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "十": 10}[match[1]]
    return last - length + 1, last


def _semester(year: int, basis: PeriodBasis | None, moments: list[Moment], reading: Reading, signed_month: int | None) -> Period:
    """Which semester: said by a season, else by the signature's month, else by the months that the text names."""
    head = reading.clean[: reading.body.start + 200]
    autumn: bool | None = None
    if re.search(r"秋季|秋期|第一学期|下半年|下学期|下期", head):
        autumn = True
    elif re.search(r"春季|春期|第二学期|上半年|上学期|上期", head):
        autumn = False
    elif signed_month is not None:
        autumn = signed_month in (12, 1, 2, 9, 10, 11)
    elif basis == "event":
        autumn = re.search(r"全会|国庆|建国|新中国|祖国成立", reading.clean) is not None
    else:
        months = [m.month for m in moments if m.month and m.start >= reading.body.start]
        if months:
            late = sum(m in (9, 10, 11, 12) for m in months)
            autumn = late * 2 > len(months)
    if autumn is None:
        return Period(label="semester")
    if autumn:
        return Period(start=f"{year}-09", end=f"{year + 1}-01", label="semester", basis=basis)
    return Period(start=f"{year}-02", end=f"{year}-07", label="semester", basis=basis)


def _months_named(year: int, basis: PeriodBasis | None, moments: list[Moment]) -> Period:
    """A notice or a brief is about the months that it names: from the first to the last of them."""
    months = sorted(
        {
            month
            for m in moments
            if m.month and not m.festival and m.year in (None, year)
            for month in (m.month, m.month_2 or m.month)
        }
    )
    if not months:
        return Period(label="unknown")
    return Period(
        start=f"{year}-{months[0]:02d}",
        end=f"{year}-{months[-1]:02d}",
        label="month" if len(months) == 1 else "unknown",
        basis=basis,
    )
