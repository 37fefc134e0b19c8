"""The period (报告期) that a document reports on or plans for, and the year that its undated expressions take.

What the title, the opening, the signature and the body say is gathered once (``Facts``); a table (``_READINGS``) says
in which order each kind of text is read for its period, and the first reading that finds one settles it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from pipeline.extract.almanac import norm
from pipeline.extract.calendar import Moment, expressions
from pipeline.extract.profile import Signature, boundary_line, first_match
from pipeline.extract.stretches import months_named, stated_months, years_told
from pipeline.extract.years import Settled, body_year, event_year
from pipeline.records import DocType, Period, PeriodBasis, PeriodLabel

if TYPE_CHECKING:
    from pipeline.segment import Reading

_EARLY, _LATE = 3, 11  # a report signed up to March tells the year before, a plan signed from November on the year to come


def settle(reading: Reading, kind: DocType, moments: list[Moment], signed: Signature, title_text: str) -> tuple[Period, Settled]:
    """The period reported on or planned for, and the year that undated expressions take."""
    facts = Facts(reading, kind, moments, signed, title_text)
    period = next((found for read in _READINGS[kind] if (found := read(facts)) is not None), Period(label="unknown"))
    if period.start and period.end and period.end < period.start:
        period = Period(label=period.label)  # from a September to a June of one year: the text settles neither
    year, basis = facts.year
    months = [int(p[:4]) * 12 + int(p[5:7]) - 1 for p in (period.start, period.end) if p and len(p) == 7]
    first, last = months if len(months) == 2 else (None, None)
    return period, Settled(year, basis, first, last, several=period.label == "multi_year")


class Facts:
    """What a document says of its time, each fact worked out when it is first asked for."""

    def __init__(self, reading: Reading, kind: DocType, moments: list[Moment], signed: Signature, title: str) -> None:
        self.reading, self.kind, self.moments, self.signed = reading, kind, moments, signed
        self.title = (title + _span_below(reading)).replace(" ", "")
        date = signed.date or ""
        self.signed_year = int(date[:4]) if date[:4].isdigit() else None
        self.signed_month = int(date[5:7]) if date[5:7].isdigit() else None
        self.edge = reading.sign_off[0].start if reading.sign_off and self.signed_year is not None else len(reading.clean)

    def opening(self, length: int) -> str:
        """The first characters of the body."""
        return self.reading.clean[self.reading.body.start : self.reading.body.start + length]

    @cached_property
    def told(self) -> list[Moment]:
        """The moments of the body: not the title's, not the signature's or a byline's own date."""
        body = self.reading.body.start
        return [m for m in self.moments if body <= m.start < self.edge and not (m.day and norm(m, _no_year) == self.signed.date)]

    @cached_property
    def stated(self) -> int | None:
        """The year that the body states."""
        return body_year(self.told, self.reading)

    @cached_property
    def titled(self) -> list[Moment]:
        """The title's moments with a year; a collection's line, re-dated every year, is none that the body contradicts."""
        titled = [m for m in expressions(self.title) if m.year is not None]
        if titled and not self.reading.title_lines and self.stated is not None and abs(self.stated - (titled[0].year or 0)) > 1:
            return []
        return titled

    @cached_property
    def term(self) -> Moment | None:
        """The school year, term or run of years that the title names, else the one that opens a report or a plan."""
        term = next((m for m in self.titled if m.term or m.kind in ("school_year", "year_range")), None)
        if term is None and self.kind in ("summary", "plan"):
            term = _term_at_head(self.reading, self.moments)
        return term

    @cached_property
    def label(self) -> PeriodLabel | None:
        """The length of the period: said by a title of its own, then by the opening, then by the collection's line."""
        head = first_match("period_head", self.opening(160))
        title = first_match("period_title", self.title)
        if not self.reading.title_lines and not self.titled and head not in (None, "year"):
            title = head  # a collection's line, which is re-dated every year
        wrapper = boundary_line(self.reading) if self.kind in ("summary", "plan") else ""
        return title or head or first_match("period_title", wrapper) or ("half" if self.before_second_half else None)  # type: ignore[return-value]

    @cached_property
    def before_second_half(self) -> bool:
        """Whether a section of a report looks ahead to the second half of the year (下半年的打算)."""
        headings = self.reading.headings if self.kind == "summary" else []
        return any(_SECOND_HALF.match(self.reading.clean, h.start, h.end) for h in headings)

    @cached_property
    def year(self) -> tuple[int | None, PeriodBasis | None]:
        """The year reported on and what settles it: title, term, signature, body, an event that has one year only."""
        if self.titled and (self.signed_year is None or abs(self.signed_year - (self.titled[0].year or 0)) <= 1):
            return self.titled[0].year, "title"
        if self.term is not None:
            return self.term.year, "body"
        if self.signed_year is not None:
            return self._year_signed(self.signed_year), "signature"
        if self.stated is not None:
            return self.stated, "body"
        year = event_year(self.reading.clean) or _year_before_plans(self.reading, self.moments, self.kind)
        if year is None and (named := re.findall(r"《(20[0-9]{2})年", self.reading.clean)):
            return int(max(named)), "body"
        return year, "event" if year is not None else None

    def _year_signed(self, signed: int) -> int:
        month, stated = self.signed_month or 6, self.stated
        yearly = self.label in ("year", "semester", None)
        ahead = stated is not None and stated > signed and self.kind != "plan"  # only what comes next is dated
        if stated is not None and abs(stated - signed) <= 1 and self.label == "year" and not ahead:
            return stated
        if month <= _EARLY and self.kind in ("summary", "exchange", "other") and yearly:
            return signed - 1
        return signed + 1 if month >= _LATE and self.kind == "plan" else signed


_SECOND_HALF = re.compile("下半年.{0,4}(?:打算|计划|安排|设想|思路|部署|重点).{0,2}$")


def _no_year(_: Moment) -> None:
    return None


_SPAN_BELOW = re.compile("[（(][0-9〇○零一二三四五六七八九十年月份度至到. —–~～-]{4,24}[)）]")


def _span_below(reading: Reading) -> str:
    """The time that a title bears in brackets on a line of its own (（2022年2月—7月）); a single day is when it was said."""
    line = next((line for line in reading.lines if line.start >= reading.body.start), None)
    piece = reading.clean[line.start : line.end] if line is not None else ""
    dated = expressions(piece) if _SPAN_BELOW.fullmatch(piece) else []
    return piece if dated and not any(m.day for m in dated) else ""


_COMPARES = re.compile(r".{0,8}(?:相比|以来|起|开始)")


def _term_at_head(reading: Reading, moments: list[Moment]) -> Moment | None:
    """The school year or term that opens the text (2005～2006学年度，我校工会…)."""
    body = reading.body.start
    near = [m for m in moments if body <= m.start < body + 90]
    found = next(
        (m for m in near if m.year and (m.kind == "school_year" or m.term in ("term1", "term2", "spring", "autumn"))), None
    )
    return None if found is None or _COMPARES.match(reading.clean, found.end) else found


_PLANS = re.compile(r"年?[，,]?[^，。；]{0,12}(?:计划|打算|将|争取|力争|准备|拟)")


_NEXT = re.compile("(?:明年|来年|下一?年)(?!度?的?总结).{0,8}(?:打算|计划|安排|设想)$")


def _year_before_plans(reading: Reading, moments: list[Moment], kind: DocType) -> int | None:
    """The year before the only one that the text names, where a summary names it for what it plans (2013年，计划…)."""
    years = {m.year for m in moments if m.year and m.start >= reading.body.start}
    last = next((m for m in reversed(moments) if m.year), None)
    if kind != "summary" or len(years) != 1 or last is None or not last.year:
        return None
    late = last.start > reading.body.start + (len(reading.clean) - reading.body.start) * 2 // 3
    section = reading.section_at(last.start)
    opens = reading.clean[last.start - 1 : last.start] in ("", "\n", "。", "；", " ")  # 2012年，把…, not 巩固2012年的成果
    headed = opens and section is not None and _NEXT.match(reading.clean, *reading.headings[section][:2]) is not None
    return last.year - 1 if late and last.kind == "y" and (headed or _PLANS.match(reading.clean, last.end - 1)) else None


# Readings: each finds the period in one way, or None where the text does not speak of its time in that way.


def _of_term(facts: Facts) -> Period | None:
    """A term, school year or run of years that is named."""
    term, (year, basis) = facts.term, facts.year
    if term is None:
        return None
    if term.kind == "year_range":
        return Period(start=str(term.year), end=str(term.year_2), label="multi_year", basis=basis)
    start, _, end = norm(term, lambda _: year).partition("/")
    label = facts.label if facts.label not in (None, "unknown", "multi_year") else "year"
    return Period(start=start, end=end, label=label, basis=basis)


def _of_title(facts: Facts) -> Period | None:
    """The length that a title of its own says: year, half, semester, …"""
    said = first_match("period_title", facts.title)
    return _labelled(facts, facts.label or "unknown") if said and facts.label not in (None, "multi_year") else None


def _of_several_years(facts: Facts) -> Period | None:
    """Several years that the title or the opening speaks of."""
    return years_told(facts, said=True) if facts.label == "multi_year" else None


def _of_years_told(facts: Facts) -> Period | None:
    """Several years that the text goes through without saying so at once."""
    return None if facts.titled else years_told(facts, said=False)


def _of_years_headed(facts: Facts) -> Period | None:
    """The years that the headings of a story name one after another (二〇一八，没人开门 … 二〇二〇，自己找上门)."""
    starts = [h.start for h in facts.reading.headings]
    years = [m.year for m in facts.told if m.year and m.start in starts]
    if len(years) < _TWO or facts.titled or sorted(set(years)) != years:
        return None
    return Period(start=str(years[0]), end=str(years[-1]), label="multi_year", basis="body")


_TWO = 2  # years make several


def _of_months_stated(facts: Facts) -> Period | None:
    """The months between which a single undertaking ran (自9月1日起…12月9日结束)."""
    return stated_months(facts)


_CAMPAIGN_TOLD = re.compile(
    r"(?:活动|竞赛|比赛|大赛|联赛|运动会|募捐|主题月)(?:工作)?的?(?:开展)?(?:情况)?的?(?:小结|总结|汇报|报告)(?:[（(].*)?$"
)
_REGULAR = re.compile(r"年度|学年|学期|季度|半年|全年|工会活动|文体活动")


def _of_campaign(facts: Facts) -> Period | None:
    """The months of the one campaign that a title tells of: stated as a stretch, or the one month that the opening names."""
    if not _CAMPAIGN_TOLD.search(facts.title) or _REGULAR.search(facts.title):
        return None
    opening = [m for m in facts.told if m.start < facts.reading.body.start + 120]
    found = stated_months(facts) or (None if facts.titled else months_named(facts, opening))
    return found if found is not None and (found.label == "month" or found.start != found.end) else None


def _of_label(facts: Facts) -> Period | None:
    """The length that any word says; a report or plan that says none is a year's."""
    return _labelled(facts, facts.label or "year")


def _of_words(facts: Facts) -> Period | None:
    """The length that a text which is no report says plainly (今年以来, 本学期)."""
    label = first_match("period_firm", facts.opening(260))
    if label == "multi_year":
        return years_told(facts, said=True)
    return _labelled(facts, label) if label else None  # type: ignore[arg-type]


def _of_months(facts: Facts) -> Period | None:
    """The months that a notice or a brief names, from the first to the last."""
    return months_named(facts, facts.told)


def _of_opening_month(facts: Facts) -> Period | None:
    """The one month that the opening of a reflection names."""
    near = [m for m in facts.told if m.start < facts.reading.body.start + 160 and not _BEGINS.match(facts.reading.clean, m.end)]
    period = months_named(facts, near)
    return period if period and period.label == "month" else None


_BEGINS = re.compile(r"[^，。]{0,8}(?:起(?![草来])|开始|调[到入]|来到|当上|当选|进[公厂])")
_TIMELESS = re.compile(
    r"信$|信[（(]|请示|批复|答复|复函|倡议书|启事|关于.*(?:报告|函)$|书信|自查|(?:管理|实施)?(?:办法|细则)|问答|必答"
)

_MINUTES = re.compile("纪要|会议记录")


def _of_minutes(facts: Facts) -> Period | None:
    """The month in which the meeting was held that minutes tell of: the first day that they name."""
    day = next((m for m in facts.moments if m.day and m.month), None) if _MINUTES.search(facts.title) else None
    return months_named(facts, [day]) if day is not None else None


_SPOKEN = re.compile(r"讲话$|致辞$")


def _of_no_time(facts: Facts) -> Period | None:
    """A letter, a speech, a self-examination speaks of no period, unless its title or opening says how long it is."""
    said = facts.label not in (None, "year", "multi_year") or any(m.kind in ("y", "year_term") for m in facts.titled)
    return Period(label="unknown") if _SPOKEN.search(facts.title) or (not said and _TIMELESS.search(facts.title)) else None


def _of_year_titled(facts: Facts) -> Period | None:
    """A notice about a year's work (年度考核) is about that year, any other about the months it names."""
    return _of_title(facts) if "年度" in facts.title or facts.label in ("semester", "half", "quarter", "month") else None


_Read: TypeAlias = Callable[[Facts], Period | None]
_READINGS: dict[DocType, tuple[_Read, ...]] = {
    "summary": (
        _of_term,
        _of_campaign,
        _of_title,
        _of_several_years,
        _of_months_stated,
        _of_years_told,
        _of_no_time,
        _of_label,
    ),
    "plan": (_of_term, _of_title, _of_several_years, _of_label),
    "exchange": (_of_term, _of_title, _of_years_headed, _of_several_years, _of_words, _of_years_told),
    "reflection": (_of_term, _of_title, _of_several_years, _of_words, _of_months_stated, _of_opening_month),
    "notice": (_of_term, _of_year_titled, _of_no_time, _of_months_stated, _of_months),
    "other": (_of_minutes, _of_term, _of_title, _of_words, _of_no_time, _of_months_stated, _of_months),
    "guide": (),
}


def _labelled(facts: Facts, label: PeriodLabel) -> Period:
    """The period of a length in the document's year."""
    (year, basis), reading, moments = facts.year, facts.reading, facts.moments
    if year is None or label == "unknown":
        return Period(label=label)
    if label == "year":
        return Period(start=f"{year}-01", end=f"{year}-12", label=label, basis=basis)
    head = reading.clean[: reading.body.start + 300]
    if label == "half":
        second = re.search(r"下半年", head) and not re.search(r"上半年", head) and not facts.before_second_half
        first, last = ("07", "12") if second else ("01", "06")
        return Period(start=f"{year}-{first}", end=f"{year}-{last}", label=label, basis=basis)
    if label == "quarter":
        quarter = next((m for m in moments if m.term and m.term[0] == "q"), None)
        if quarter is None:
            return Period(label=label)
        start, _, end = norm(quarter, lambda _: year).partition("/")
        return Period(start=start, end=end, label=label, basis=basis)
    if label == "month":
        month = next((m.month for m in moments if m.month and m.start < reading.body.start + 80), None)
        return (
            Period(start=f"{year}-{month:02d}", end=f"{year}-{month:02d}", label=label, basis=basis)
            if month
            else Period(label=label)
        )
    return _semester(facts, year, basis)


def _semester(facts: Facts, year: int, basis: PeriodBasis | None) -> Period:
    """Which semester: said by a season, else by the signature's month, else by the months that the text names."""
    reading = facts.reading
    head = reading.clean[: reading.body.start + 200]
    autumn: bool | None = None
    if re.search(r"秋季|秋期|第一学期|下半年|下学期|下期", head):
        autumn = True
    elif re.search(r"春季|春期|第二学期|上半年|上学期|上期", head):
        autumn = False
    elif facts.signed_month is not None:
        autumn = facts.signed_month in (12, 1, 2, 9, 10, 11)
    elif basis == "event":
        autumn = re.search(r"全会|国庆|建国|新中国|祖国成立", reading.clean) is not None
    else:
        months = [m.month for m in facts.moments if m.month and m.start >= reading.body.start]
        autumn = sum(m in (9, 10, 11, 12) for m in months) * 2 > len(months) if months else None
    if autumn is None:
        return Period(label="semester")
    if autumn:
        return Period(start=f"{year}-09", end=f"{year + 1}-01", label="semester", basis=basis)
    return Period(start=f"{year}-02", end=f"{year}-07", label="semester", basis=basis)
