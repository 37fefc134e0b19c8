"""The profile of a document (文档概况): type, title, period, signature, author — what its edges and its openings settle."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from pipeline.extract.calendar import Moment, expressions, norm
from pipeline.extract.years import Settled, body_year, event_year
from pipeline.records import DocType, OrgType, Period, PeriodBasis, PeriodLabel
from pipeline.resources import yaml
from pipeline.segment.title import is_person

if TYPE_CHECKING:
    from pipeline.segment import Reading, Span


class Signature(NamedTuple):
    """Who signs, and when; clean-text spans and the date's norm."""

    unit: Span | None
    date: str | None


@cache
def _rules() -> dict[str, list[tuple[re.Pattern[str], str]]]:
    spec = yaml("rules/profile.yaml")
    return {name: [(re.compile(rule["match"]), rule["value"]) for rule in rules] for name, rules in spec.items()}


def first_match(name: str, text: str) -> str | None:
    """Value of the first rule of list ``name`` in ``rules/profile.yaml`` whose pattern is found in ``text``."""
    return next((value for pattern, value in _rules()[name] if pattern.search(text)), None)


def title(reading: Reading) -> str | None:
    """The title lines as one string, exactly as they stand; else the boundary line less its wrapper."""
    own = [reading.text.quote(*line) for line in reading.title_lines]
    opening = reading.part.boundary_title
    if opening and (not own or own[0].lstrip()[:1] in "—-－"):
        return " ".join([opening, *own])
    return " ".join(own) or None


def doc_type(reading: Reading, title_text: str) -> DocType:
    """Type by title, then by the opening, then by the balance of what was done and what is planned."""
    if reading.part.kind == "guide":
        return "guide"
    value = first_match("doc_type_title", title_text.replace(" ", "")) if title_text else None
    if value is None:
        value = first_match("doc_type_title", boundary_line(reading))
    if value is None:
        value = first_match("doc_type_head", reading.clean[reading.body.start : reading.body.start + 400])
    if value is None:
        value = _by_voice(reading, bool(title_text))
    return value  # type: ignore[return-value]


_REFLECTS = re.compile(r"我(?:觉得|认为|想|懂得|明白|体会|深知|常想|感到|反思|意识到|忘不了|记得)|让我|使我|收获|感触|启发|惭愧")


def _by_voice(reading: Reading, titled: bool) -> DocType:
    """No word names its kind: who says what he felt reflects, a title of its own tells a story, the rest sums up."""
    body = reading.clean[reading.body.start :]
    felt = len(_REFLECTS.findall(body))
    if felt >= 3 and felt * 400 > len(body):
        return "reflection"
    return "exchange" if titled else "summary"


def boundary_line(reading: Reading) -> str:
    """The collection's line that opens the document: it tells the kind of text, never its year."""
    return reading.clean[: reading.text_start].replace(" ", "")


def signature(reading: Reading, moments: list[Moment]) -> Signature:
    """Unit and date of the sign-off (落款), or of a byline right under the title."""
    from pipeline.segment import Span

    unit, date = None, None
    lines = list(reading.sign_off)
    under = [ln for ln in reading.lines if ln.start >= reading.body.start][:2] if reading.title_lines else []
    lines += [ln for ln in under if ln not in lines and ln.end - ln.start <= 40 and reading.clean[ln.end - 1] not in "。；：，"]
    lines += [
        ln for ln in reading.lines if ln not in lines and any(t.start == ln.start and t.end < ln.end for t in reading.title_lines)
    ]
    for line in lines:
        inside = [m for m in moments if line.start <= m.start and m.end <= line.end]
        for m in inside:
            if date is None and (m.year is not None or m.redacted) and m.month is not None:
                date = norm(m, lambda _: None)
        rest = reading.clean[line.start : line.end]
        for m in inside:
            rest = rest.replace(reading.clean[m.start : m.end], " " * (m.end - m.start), 1)
        piece = rest.strip(" 　（）()，,。")
        if unit is None and len(piece) >= 3 and not re.search(r"[：:]", piece) and line in reading.sign_off:
            at = line.start + rest.index(piece)
            unit = Span(at, at + len(piece))
    return Signature(unit, date)


def author(reading: Reading) -> Span | None:
    """The person who speaks in the first person singular (我叫…)."""
    from pipeline.segment import Span

    text = reading.clean
    match = re.search(r"我(?:叫|名叫|的名字叫|姓名)\s?([\u4e00-\u9fff·]{2,8}?)(?=[，。、；！,是（(]|$)", text)
    if match:
        return Span(*match.span(1))
    edges = [ln for ln in reading.lines if ln.start >= reading.body.start][:2] + reading.lines[-3:]
    for line in edges:
        if line.end - line.start <= 50 and (match := _BY.search(text, line.start, line.end)):
            return Span(*match.span("name"))
    if len(re.findall("我(?!们|校|市|县|区|镇|乡|局|厂|矿|公司|院|国|会|园|省|段|队|站|支|行|街|处|部|单位)", text)) >= 2:
        for line in [*edges[:2], *reading.lines[-2:]]:
            match = _BARE_NAME.fullmatch(text, line.start, line.end)
            if match and is_person(re.sub(r"\s", "", match["name"])):
                return Span(*match.span("name"))
    return None


_BY = re.compile(
    r"(?:执笔人?|作者|撰稿人?|报告人|记录人?|汇报人|发言人|口述)[：:\s]\s*(?P<name>[\u4e00-\u9fff·]{2,12}"
    r"|[\u4e00-\u9fff]\s+[\u4e00-\u9fff])(?=[\s）)。，]|$)"
)
_BARE_NAME = re.compile(
    r"(?:[\u4e00-\u9fff]{2,16}(?:工会主席|主席|组长|书记|教师|主任)?[\s　]+)?(?P<name>[\u4e00-\u9fff·]{2,12}"
    r"|[\u4e00-\u9fff]\s+[\u4e00-\u9fff])(?:[（(][^）)]{4,20}[）)])?"
)


def org_type(text: str, org: str | None) -> OrgType:
    """Kind of unit by its name, else by the words of the text."""
    value = first_match("org_type_name", org) if org else None
    if value is None:
        scores: dict[str, int] = {}
        for pattern, kind in _rules()["org_type_words"]:
            scores[kind] = scores.get(kind, 0) + len(pattern.findall(text))
        best = max(scores, key=lambda k: scores[k])
        value = best if scores[best] >= 2 else "unknown"
    return value  # type: ignore[return-value]


def settle(reading: Reading, kind: DocType, moments: list[Moment], signed: Signature, title_text: str) -> tuple[Period, Settled]:
    """The period reported on or planned for, and the year that undated expressions take."""
    head = reading.clean[reading.body.start : reading.body.start + 160]
    wrapper = boundary_line(reading) if kind in ("summary", "plan") else ""
    said = (
        first_match("period_title", title_text.replace(" ", ""))
        or first_match("period_head", head)
        or first_match("period_title", wrapper)
    )
    label: PeriodLabel = said or "unknown"  # type: ignore[assignment]
    if (
        kind in ("exchange", "reflection", "other", "notice")
        and not first_match("period_title", title_text.replace(" ", ""))
        and label != "multi_year"
    ):
        label = first_match("period_firm", reading.clean[reading.body.start : reading.body.start + 260]) or "unknown"  # type: ignore[assignment]
    titled = [m for m in (expressions(title_text)) if m.year is not None]
    title_term = next((m for m in titled if m.term or m.kind in ("school_year", "year_range")), None)
    year: int | None = None
    basis: PeriodBasis | None = None
    signed_year = int(signed.date[:4]) if signed.date and signed.date[:4].isdigit() else None
    signed_month = int(signed.date[5:7]) if signed.date and len(signed.date) >= 7 and signed.date[5:7].isdigit() else None
    edge = reading.sign_off[0].start if reading.sign_off and signed_year is not None else len(reading.clean)
    stated = body_year([m for m in moments if m.start < edge], reading)  # the signature's own date says nothing of the body
    if titled and (signed_year is None or abs(signed_year - (titled[0].year or 0)) <= 1):
        year, basis = titled[0].year, "title"
    elif signed_year is not None:
        early = (
            signed_month is not None
            and signed_month <= 3
            and kind in ("summary", "exchange", "other")
            and label in ("year", "unknown", "semester")
        )
        late = signed_month is not None and signed_month >= 11 and kind == "plan"
        year, basis = signed_year - 1 if early else signed_year + 1 if late else signed_year, "signature"
        if stated is not None and abs(stated - signed_year) <= 1 and label == "year":
            year = stated
    elif stated is not None:
        year, basis = stated, "body"
    else:
        year = event_year(reading.clean)
        basis = "event" if year is not None else None
        if year is None and (named := re.findall(r"《(20[0-9]{2})年", reading.clean)):
            year, basis = int(max(named)), "body"
    if label == "unknown" and (titled or (kind in ("summary", "plan") and year is not None)):
        label = "year"
    if label == "unknown" and kind == "exchange" and basis != "title":
        told = sorted({m.year for m in moments if m.year and m.year >= 1980 and not m.festival})
        if len(told) >= 3 and told[-1] - told[0] >= 3:  # a portrait or a story of several years
            return Period(start=str(told[0]), end=None, label="multi_year", basis="body"), Settled(year, basis, several=True)
    period = _period(label, year, basis, title_term, moments, reading, signed_month)
    settled = Settled(year, basis, several=period.label == "multi_year")
    if period.label == "multi_year":
        return period, settled
    if period.start and period.end and len(period.start) == 7:
        months = [int(p[:4]) * 12 + int(p[5:7]) - 1 for p in (period.start, period.end)]
        settled = Settled(year, basis, months[0], months[1])
    return period, settled


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
        span = _years_back(reading, year, signed_month)
        if span:
            return Period(start=str(span[0]), end=str(span[1]), label=label, basis=basis)
        since = next(
            (
                m
                for m in moments
                if m.kind == "y" and m.year and re.match(r"[^，。]{0,30}以来", reading.clean[m.end : m.end + 34])
            ),
            None,
        )
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


def _years_back(reading: Reading, year: int | None, signed_month: int | None) -> tuple[int, int] | None:
    """五年来 in a report of a settled year: its last year and as many as it says."""
    match = re.search(r"([二两三四五六十])年(?:来|间|中|里)", reading.clean[: reading.body.start + 600])
    if match is None or year is None:
        return None
    length = {"二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "十": 10}[match[1]]
    return year - length + 1, year


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
