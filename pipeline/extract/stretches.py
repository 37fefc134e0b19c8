"""Stretches of time (时段) that a text goes through: several years of work, the months between which an undertaking ran."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.records import Period, PeriodLabel

if TYPE_CHECKING:
    from pipeline.extract.calendar import Moment
    from pipeline.extract.period import Facts

_NUMBERS = {char: value for value, char in enumerate("零一二三四五六七八九十")} | {"两": 2}
_YEARS_LONG = re.compile(  # 五年来, 三年下来, 五年的工作, 三年共开…
    r"(?<![〇○零0-9一二三四五六七八九十第])(?P<n>[二两三四五六七八九十])年(?:多)?"
    r"(?:来|间|里|中|下来|的工作|工作|的账|的回顾|回顾|共|召?开|调整|收|总|公示|[，,]工作室)"
)
_SOME_YEARS = re.compile(r"(?<![〇○零0-9一二三四五六七八九十第])(?P<n>[二两三四五六七八九十])年(?![级制前后期度龄生以内一级0-9])")
_SINCE = re.compile(
    r"[^，。：；\n]{0,30}(?:以来|(?:选举?|推选|选举产生|换届|当选)(?:产生)?(?:出?来|的|后|以后)|成立(?=[，。时])|挂牌)"
    r"|[^，。；：\n]{0,12}(?:起(?![草来])|开始|换届|当选|当上|选上|兼着|公开竞选|成立|组建|刚建|我?刚?上任|上来干工会)"
)
_OF_A_LIFE = re.compile(r"[^，。；]{0,12}(?:毕业|出生|参军|入伍|参加工作|考上|考入)")
_SO_MANY_SINCE = re.compile(r"(?P<since>(?:19|20)[0-9]{2})年以来的(?P<n>[二两三四五六七八九十])年")
_OF_A_CONGRESS = re.compile("(?<!职工)代表大会(?!第?[一二三四五六七八九十]次会议)|换届")
_ELECTED = re.compile(
    r"[^，。：；\n]{0,8}(?:选出|选举产生|换届|改选)"
)  # a congress hears what was done since it chose who reports
_HONOURED = re.compile(r"[^，。：；\n]{0,12}当选[“\"为]?[^，。]{0,6}(?:“|模范|能手|标兵|先进)")
_FOUNDS = re.compile(r"[^，。：；\n]{0,8}(?:成立|组建|挂牌|刚建)")
_FOUNDED = re.compile(r"(?:成立|[始创]?建|创办|开采)于$")
_PLANNED = re.compile(r"打算|计划|将|力争|争取|换届|下一步|明年|增到|分站|还要|年底?前|[前内](?:建|完|达|出|为|在|入|把|给|要)")
_LATE = 12  # a term of office that is reported on before December began in the course of a year
_WINTER = 4  # a report signed up to April covers the years before
_OPENING = 600  # characters in which a report says how many years it covers
_LEAST = 1980  # no year before it is reported on


def years_told(facts: Facts, *, said: bool) -> Period | None:
    """The years from which to which a text tells, or None; ``said``: its title or opening speaks of several years.

    They end with the year of the signature (with the one before it in winter), else with the last one told, what is planned
    left aside; they begin where the text says since when, or as many years earlier as it counts.
    """
    text, reading = facts.reading.clean, facts.reading
    dated = [m for m in facts.told if m.year and m.year >= _LEAST]
    opening = reading.body.start + _OPENING
    run = next((m for m in dated if m.kind in ("year_range", "plan") and m.year_2 and m.start < opening), None)
    chosen = next((m for m in dated if _ELECTED.match(text, m.end, m.end + 12)), None)
    dated = [m for m in dated if not _aside(facts, m)]
    told = sorted({m.year for m in dated if m.year})
    if chosen is not None and _OF_A_CONGRESS.search(facts.title):
        return _years(chosen.year, _last_year(facts, told, chosen))
    if said and run is not None:
        return _years(run.year, run.year_2)
    if told_whole := _SO_MANY_SINCE.search(text, reading.body.start, opening):
        first = int(told_whole["since"])
        return _years(first, first + _NUMBERS[told_whole["n"]] - 1)
    counted = [_NUMBERS[m["n"]] for m in _YEARS_LONG.finditer(text, 0 if said else reading.body.start)]
    near = _YEARS_LONG.search(text, 0, opening)
    long = _NUMBERS[near["n"]] if near else None
    since_when = (m for m in dated if _SINCE.match(text, m.end, m.end + 34) and not _HONOURED.match(text, m.end, m.end + 24))
    begun = next(since_when, None)
    since, last = begun.year if begun else None, _last_year(facts, told, begun)
    if since is None and facts.signed_year is not None:
        ago = next((m for m in facts.told if m.relative == -2 and m.start < opening), None)
        since = facts.signed_year - 2 if ago is not None else None
    if said:
        if begun is not None and since is not None and last is not None and _FOUNDS.match(text, begun.end, begun.end + 12):
            since = since if last - since + 1 == long else None
        if since is not None and (long is None or last is None or abs(last - since + 1 - long) <= 1):
            return _years(since, last)
        elected = facts.signed_month is not None and _WINTER < facts.signed_month < _LATE  # in the same season, years ago
        return _years(last - long + (not elected), last) if long and last else _years(since, None)
    if facts.kind == "summary":
        if last is None:
            return None
        if since is not None and any(
            last - since + 1 == _NUMBERS[m["n"]] for m in _SOME_YEARS.finditer(text, reading.body.start)
        ):
            return _years(since, last)
        return _years(last - counted[0] + 1, last) if len(counted) >= _OFTEN else None
    if not told and since is None:
        return None
    start = since if since is not None and (not told or since <= told[0]) else told[0] if told else None
    counts = since is not None and _SOME_YEARS.search(text, reading.body.start) is not None
    if start is None or (last or start) - start < _SPAN - counts or (reading.part.cut_start and facts.signed_year is None):
        return None
    return _years(start, last)


_OFTEN = 2  # times a report counts its years before it is believed to cover them all
_SPAN = 2


def _years(first: int | None, last: int | None) -> Period:
    return Period(
        start=str(first) if first else None,
        end=str(last) if last and first and last > first else None,
        label="multi_year",
        basis="body" if first else None,
    )


def _aside(facts: Facts, m: Moment) -> bool:
    """Whether a year is a life's or a founding's, or one that is planned for."""
    text = facts.reading.clean
    if _OF_A_LIFE.match(text, m.end, m.end + 16) or _FOUNDED.search(text, max(0, m.start - 4), m.start):
        return True
    if facts.signed_year is not None and m.year is not None and m.year > facts.signed_year:
        return True
    sentence = facts.reading.sentence_at(m.start)
    late = m.start > facts.reading.body.start + (len(text) - facts.reading.body.start) * 2 // 3
    return late and _PLANNED.search(text, max(sentence.start, m.start - 24), min(sentence.end, m.end + 24)) is not None


def _last_year(facts: Facts, told: list[int], begun: Moment | None) -> int | None:
    """The signature's year, or in its first months the year before; but whole years may have passed since a month."""
    if facts.signed_year is None:
        return told[-1] if told else None
    month = facts.signed_month or 12
    whole = begun is not None and begun.month is not None and begun.month <= month
    return facts.signed_year - (month <= _WINTER and not whole)


# Months


_RANGE = re.compile(r"(?:日|号|开始|起)?[^。；！？，\n]{0,4}(?:[—–\-~～至到]|起)[^。；！？\n]{0,16}?")
_CAMPAIGN = re.compile(
    r"活动|竞赛|比赛|大赛|联赛|募捐|主题月|行动|突击队|检查|调查|调研|防控|战“?疫|自查|协商|运动会|知识竞赛|工程|演练"
)
_UP_TO = re.compile(r"(?:截[至止]|到)(?:今年|20[0-9]{2}年)?$")
_LABELS: dict[tuple[int, int], PeriodLabel] = {
    (1, 12): "year",
    (1, 6): "half",
    (7, 12): "half",
    (1, 3): "quarter",
    (4, 6): "quarter",
    (7, 9): "quarter",
    (10, 12): "quarter",
}


def stated_months(facts: Facts) -> Period | None:
    """The months of a single undertaking: a stretch that the opening states (3月至5月, 9月1日起…12月9日结束)."""
    year, text, body = facts.year[0], facts.reading.clean, facts.reading.body.start
    if year is None or (facts.kind == "summary" and not _CAMPAIGN.search(facts.title)):
        return None
    end = min(body + 220, facts.reading.headings[0].start if facts.reading.headings else body + 220)
    near = [m for m in facts.told if m.month and not m.festival and m.start < end]
    for i, m in enumerate(near):
        if m.month_2 and m.month_2 != m.month:
            return _months(facts, m.month or 0, m.month_2)
        behind = near[i + 1] if i + 1 < len(near) else None
        if behind is None or not _RANGE.fullmatch(text, m.end, behind.start) or not (behind.month and m.month):
            continue
        if (m.year or year) == (behind.year or year) and behind.month >= m.month:
            return _months(facts, m.month, behind.month)
    return None


_ISSUED = re.compile(r"[^，。；]{0,6}(?:届满|施行|实施|印发|到期|成立)")
_SENT_IN = re.compile(r"[^。；\n]{0,12}?(?:前|之前|以前|截止).{0,3}(?:报|将|把|交|上交|送|填)|[^。；\n]{0,10}(?:报名|上报|报送)")


def months_named(facts: Facts, moments: Sequence[Moment]) -> Period | None:
    """The months that a notice or a brief is about, from the first to the last that ``moments`` name in the document's year."""
    year, text = facts.year[0], facts.reading.clean
    if year is None:
        return None
    named = [
        m
        for m in moments
        if m.month
        and not (m.festival or m.relative)
        and m.year in (None, year)
        and not _ISSUED.match(text, m.end, m.end + 12)
        and not (m.day and _SENT_IN.match(text, m.end, m.end + 24))
    ]
    months = sorted({month for m in named for month in (m.month, m.month_2 or m.month) if month})
    return _months(facts, months[0], months[-1]) if months else None


def _months(facts: Facts, first: int, last: int) -> Period:
    year, basis = facts.year
    label: PeriodLabel = "month" if first == last else "unknown"
    if facts.kind != "notice":
        label = _LABELS.get((first, last), label)
    return Period(start=f"{year}-{first:02d}", end=f"{year}-{last:02d}", label=label, basis=basis)
