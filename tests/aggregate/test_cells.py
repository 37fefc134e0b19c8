"""The unit-and-year cell: which figure is taken, what contradicts it, and that nothing is added up or repaired."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import records as r
from pipeline.aggregate.cells import Row
from pipeline.aggregate.district import Conflict, District
from pipeline.aggregate.district_tables import INDICATORS, annual, stated
from pipeline.aggregate.export import views
from pipeline.aggregate.indicators import known, meant
from pipeline.aggregate.units import RosterRow
from tests.handmade import found, record

YEAR = r.Period(start="2011-01", end="2011-12", label="year", basis="title")
SPRING = r.Period(start="2011-02", end="2011-07", label="semester", basis="title")
AUTUMN = r.Period(start="2011-09", end="2012-01", label="semester", basis="title")


def said(
    source: str, raw: str, *stated: tuple[str, str, float], year: int | None = 2011, unit: str | None = "三小", **fields: Any
) -> tuple[r.Record, str]:
    """A document of the unit with these figures: quote, indicator, value (own, done); and its text."""
    counts = [found("counts", raw, quote, value=value, unit="人", scope="own", indicator=code) for quote, code, value in stated]
    base = {"period": YEAR, "counts": sorted(counts, key=lambda c: c.start), "report_year": r.ReportYear(value=year)}
    return record(raw, source, unit=r.Unit(name=unit, basis="text"), org=unit, **base | fields), raw  # type: ignore[arg-type]


def district(*documents: tuple[r.Record, str], roster: tuple[RosterRow, ...] = ()) -> District:
    texts = {made.source: raw for made, raw in documents}
    gathered = District(roster=roster)
    for view in views((made for made, _ in documents), texts.__getitem__, lambda _record, _item: None):
        gathered.add(view, frozenset({"聂小娜"}))
    return gathered


def values(row: Row) -> dict[str, float]:
    return {code: cell.figure.value for code, cell in row.cells.items()}


def kinds(gathered: District) -> list[tuple[str, str, list[float]]]:
    return [(c.indicator, c.kind, [f.value for f in c.figures]) for c in gathered.conflicts]


def test_the_annual_summary_goes_before_the_latest_part_of_the_year() -> None:
    gathered = district(
        said(
            "a.txt",
            "职工40人，会员38人，代表20人",
            ("40人", "staff", 40),
            ("38人", "members", 38),
            ("20人", "delegates", 20),
            period=SPRING,
        ),
        said("b.txt", "职工41人，代表21人", ("41人", "staff", 41), ("21人", "delegates", 21), period=AUTUMN),
        said("c.txt", "职工42人", ("42人", "staff", 42)),
    )
    (row,) = gathered.rows
    assert values(row) == {"staff": 42, "members": 38, "delegates": 21}
    assert [s.file for s in row.sources] == ["c.txt", "b.txt", "a.txt"]
    assert ("staff", "other_period", [42, 41, 40]) in kinds(gathered)
    assert not gathered.needs_check(row)


def test_figures_are_never_added_up_over_documents() -> None:
    gathered = district(
        said("a.txt", "慰问12人次", ("12人次", "visit_times", 12), period=SPRING),
        said("b.txt", "慰问9人次", ("9人次", "visit_times", 9), period=AUTUMN),
    )
    assert values(gathered.rows[0]) == {"visit_times": 9}


@pytest.mark.parametrize("left_out", [{"doc_type": "plan"}, {"doc_type": "guide"}, {"duplicate_of": "0" * 16}])
def test_plans_guides_and_duplicates_are_left_out(left_out: dict[str, Any]) -> None:
    gathered = district(
        said("a.txt", "职工40人", ("40人", "staff", 40)),
        said("b.txt", "职工99人，代表3人", ("99人", "staff", 99), ("3人", "delegates", 3), **left_out),
    )
    assert values(gathered.rows[0]) == {"staff": 40}
    assert not gathered.conflicts


@pytest.mark.parametrize(
    "other", [{"scope": "area"}, {"scope": "cumulative"}, {"scope": None}, {"status": "planned"}, {"value": None}]
)
def test_only_the_units_own_figures_of_what_was_done_count(other: dict[str, Any]) -> None:
    raw = "发展会员30人"
    base = {"value": 30.0, "unit": "人", "indicator": "new_members", "scope": "own", "status": "done"}
    made = record(raw, unit=r.Unit(name="三小", basis="text"), counts=[found("counts", raw, "30人", **base | other)])
    assert values(district((made, raw)).rows[0]) == {}


def test_a_document_without_a_unit_keeps_its_own_row_under_its_file_name() -> None:
    raw = "职工5人\n职工6人\n"
    documents = [
        (
            record(
                raw,
                "合订.txt",
                start,
                start + 5,
                counts=[found("counts", raw, quote, value=v, unit="人", scope="own", indicator="staff")],
            ),
            raw,
        )
        for start, quote, v in ((0, "5人", 5.0), (5, "6人", 6.0))
    ]
    rows = district(*documents).rows
    assert [(row.unit, row.named, values(row)) for row in rows] == [
        ("合订.txt", False, {"staff": 5}),
        ("合订.txt #2", False, {"staff": 6}),
    ]


def test_years_make_rows_of_their_own_and_an_unknown_one_too() -> None:
    gathered = district(
        said("a.txt", "职工40人", ("40人", "staff", 40), year=2012),
        said("b.txt", "职工41人", ("41人", "staff", 41), year=None),
        said("c.txt", "职工42人", ("42人", "staff", 42), year=2011),
    )
    assert [(row.year, values(row)["staff"]) for row in gathered.rows] == [(None, 41), (2011, 42), (2012, 40)]
    assert not gathered.conflicts


@pytest.mark.parametrize(
    ("raw", "stated", "taken"),
    [
        ("慰问8人次，又慰问5人次，全年共慰问30人次", ((8, "8人次"), (5, "5人次"), (30, "30人次")), 30),
        ("慰问8人次，慰问13人次，慰问5人次", ((8, "8人次"), (13, "13人次"), (5, "5人次")), 13),
        ("慰问8人次，慰问5人次", ((8, "8人次"), (5, "5人次")), 8),
    ],
)
def test_of_several_the_sum_is_taken_where_the_text_has_one(
    raw: str, stated: tuple[tuple[float, str], ...], taken: float
) -> None:
    gathered = district(said("a.txt", raw, *((quote, "visit_times", value) for value, quote in stated)))
    assert values(gathered.rows[0]) == {"visit_times": taken}
    ((_, kind, figures),) = kinds(gathered)
    assert (kind, sorted(figures)) == ("several", sorted(value for value, _ in stated))


def test_the_balance_of_the_time_before_goes_last() -> None:
    raw = "期初结余4117元，期末结余3655元"
    gathered = district(said("a.txt", raw, ("4117元", "balance", 4117), ("3655元", "balance", 3655)))
    assert values(gathered.rows[0]) == {"balance": 3655}
    assert kinds(gathered) == [("balance", "within", [3655, 4117])]


def test_figures_that_agree_are_no_conflict_and_the_exact_one_is_taken() -> None:
    raw = "慰问金2000多元，其后核定为2360元"
    counts = [
        found("counts", raw, "2000多元", value=2000.0, unit="元", modifier="over", scope="own", indicator="visit_yuan"),
        found("counts", raw, "2360元", value=2360.0, unit="元", scope="own", indicator="visit_yuan"),
    ]
    gathered = district((record(raw, unit=r.Unit(name="三小", basis="text"), counts=counts), raw))
    assert values(gathered.rows[0]) == {"visit_yuan": 2360}
    assert not gathered.conflicts


def test_contradictions_are_flagged_and_nothing_is_repaired() -> None:
    gathered = district(
        said("a.txt", "职工58人，职工60人，女职工70人，会员50人，入会率99%", ("58人", "staff", 58),
             ("60人", "staff", 60), ("70人", "women_staff", 70),
             ("50人", "members", 50), ("99%", "density_pct", 99)),
        said("b.txt", "会员44人", ("44人", "members", 44)),
    )  # fmt: skip
    assert kinds(gathered) == [
        ("staff", "within", [58, 60]),
        ("women_staff", "part_exceeds", [70, 58]),
        ("members", "between", [50, 44]),
        ("density_pct", "ratio", [99, 50, 58]),
    ]
    (row,) = gathered.rows
    assert values(row) == {"staff": 58, "women_staff": 70, "members": 50, "density_pct": 99}
    assert gathered.needs_check(row)


@pytest.mark.parametrize(
    ("stated", "kind"),
    [
        ((("120%", "reply_pct", 120.0),), "implausible"),
        ((("999999人", "committee", 999999.0),), "implausible"),
        ((("9元", "income", 9.0), ("4元", "expense", 4.0), ("7元", "balance", 7.0)), "balance"),
    ],
)
def test_implausible_values_and_sums_that_do_not_come_out(stated: tuple[tuple[str, str, float], ...], kind: str) -> None:
    raw = "，".join(quote for quote, _, _ in stated)
    gathered = district(said("a.txt", raw, *stated))
    assert [c.kind for c in gathered.conflicts] == [kind]


def test_a_part_of_the_year_that_exceeds_the_whole_is_a_contradiction() -> None:
    part, whole = (
        said(f"{n}.txt", f"慰问{n}人次", (f"{n}人次", "visit_times", n), period=p) for n, p in ((30, SPRING), (12, YEAR))
    )
    gathered = district(part, whole)
    assert kinds(gathered) == [("visit_times", "between", [12, 30])]


def test_a_conflict_names_document_line_and_words_and_masks_them() -> None:
    gathered = district(
        said("聂小娜.txt", "开头\r\n聂小娜等职工58人\r\n又职工60人", ("58人", "staff", 58), ("60人", "staff", 60))
    )
    (conflict,) = gathered.conflicts
    assert isinstance(conflict, Conflict)
    first, second = stated(conflict.figures)
    assert first.clear == "58（聂小娜.txt 第2行“聂小娜等职工58人”）"
    assert first.masked == "58（聂**.txt 第2行“聂**等职工58人”）"
    assert second.clear == "60（聂小娜.txt 第3行“又职工60人”）"


def test_the_summary_counts_units_and_names_the_silent_ones() -> None:
    gathered = district(
        said("a.txt", "职工40人", ("40人", "staff", 40)),
        said("b.txt", "职工10人", ("10人", "staff", 10), unit="四小"),
        said("c.txt", "无数", unit="五小"),
        said("d.txt", "职工7人", ("7人", "staff", 7), unit="五小", year=2012),
        roster=(RosterRow("x", "六小", None), RosterRow("y", "三小", None)),
    )
    found = {(s.year, s.code): s for s in gathered.summaries() if s.kind == "indicator"}
    one = found[2011, "staff"]
    assert (len(one.values), one.units, one.total, one.middle, one.silent) == (2, 4, 50, 25, ("五小", "六小"))
    assert found[2012, "staff"].silent == ("三小", "六小")
    assert found[2012, "staff"].total == 7
    assert found[2011, "density_pct"].total is None
    assert found[2011, "members"].values == ()


def test_who_sent_nothing_stands_among_the_units() -> None:
    gathered = district(
        said("a.txt", "x"),
        said("b.txt", "y", unit="四小", doc_type="plan"),
        roster=(RosterRow("x", "六小", "school"), RosterRow("y", "三小", None)),
    )
    assert [(m.unit, m.listed, m.sent, m.org_type) for m in gathered.members()] == [
        ("三小", True, "report", "unknown"), ("六小", True, "nothing", "school"), ("四小", False, "other", "unknown"),
    ]  # fmt: skip


def test_flags_stand_beside_the_score() -> None:
    raw = "入会率95%，召开教代会，答复率70%"
    made, _ = said("a.txt", raw, ("95%", "density_pct", 95), ("70%", "reply_pct", 70), boilerplate=0.55,
                   warnings=(r.Warn(code="unsigned", start=0, end=0), r.Warn(code="inline_pinyin", start=0, end=1)))  # fmt: skip
    school = made.model_copy(update={"org_type": "school"})
    assert [(f.code, f.value) for f in district((made, raw)).flags()] == [
        ("reply_low", 70), ("unsigned", None), ("boilerplate_high", 55.0),
    ]  # fmt: skip
    assert [f.code for f in district((school, raw)).flags()] == ["density_low", "reply_low", "unsigned", "boilerplate_high"]


@pytest.mark.parametrize(
    ("text", "doc_type", "flagged"),
    [
        ("全年开展活动多次", "summary", True), ("召开教职工代表\n大会", "summary", False), ("開了職代會", "exchange", False),
        ("全年开展活动多次", "notice", False),
    ],
)  # fmt: skip
def test_a_report_without_a_word_of_a_congress_is_flagged(text: str, doc_type: r.DocType, flagged: bool) -> None:
    codes = [flag.code for flag in district(said("a.txt", text, doc_type=doc_type)).flags()]
    assert codes == (["no_congress"] if flagged else [])


def test_the_wide_table_has_a_column_for_each_indicator_but_the_one_left_out() -> None:
    codes = {c.code for c in INDICATORS.columns}
    assert set(known()) - codes == {"migrant_members"}
    (row,) = annual(district(said("a.txt", "职工40人", ("40人", "staff", 40))))
    assert [c.read(row) for c in INDICATORS.columns][:4] == ["三小", 2011, "calendar", 40]


@pytest.mark.parametrize(
    ("value", "upper", "modifier", "expected"),
    [
        (2000, None, "over", (2000, 3000)),
        (46, None, "over", (46, 50.6)), (40, None, "over", (40, 50)),
        (95, None, "over", (95, 104.5)),
        (50, None, "about", (45, 55)), (60, None, "under", (30, 60)), (5, 8, None, (5, 8)), (0, None, "over", (0, 0)),
        (7, None, None, (7, 7)),
    ],
)  # fmt: skip
def test_what_a_figure_can_mean(
    value: float, upper: float | None, modifier: r.Modifier | None, expected: tuple[float, float]
) -> None:
    assert tuple(meant(value, upper, modifier)) == pytest.approx(expected)


@given(st.lists(st.tuples(st.sampled_from(["staff", "visit_times", "members"]), st.integers(1, 60)), max_size=8), st.randoms())
def test_the_cells_do_not_depend_on_the_order_of_documents_of_other_units(stated: list[tuple[str, int]], rng: Any) -> None:
    documents = [
        said(f"{i}.txt", f"有{v}人", (f"{v}人", code, float(v)), unit=f"单位{i % 3}") for i, (code, v) in enumerate(stated)
    ]
    alone = [values(row) for row in district(*(d for d in documents if d[0].unit.name == "单位1")).rows]
    together = [values(row) for row in district(*documents).rows if row.unit == "单位1"]
    assert alone == together
    for row in district(*documents).rows:
        for code, cell in row.cells.items():
            assert cell.figure.value in {v for c, v in stated if c == code}, "no figure that no document states"


def test_a_text_of_another_year_that_is_handed_in_again_speaks_for_its_year() -> None:
    first = said("a.txt", "职工40人", ("40人", "staff", 40))
    again = said("b.txt", "职工40人。", ("40人", "staff", 40), year=2012, duplicate_of=first[0].doc_id)
    other = said("c.txt", "职工40人！", ("40人", "staff", 40), year=2012, unit="四小", duplicate_of=first[0].doc_id)
    assert [(row.unit, row.year) for row in district(first, again, other).rows] == [("三小", 2011), ("三小", 2012)]
