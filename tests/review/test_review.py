"""What a reviewer says of a record, applied: confirmed, rejected, put right, added; and refused where it no longer matches."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.aggregate import mask
from pipeline.aggregate.checks import checked
from pipeline.aggregate.coverage import load_rubric, score
from pipeline.aggregate.levels import levels
from pipeline.corrections import EDITABLE, HUMAN, Correction, DocumentCorrection, FindingCorrection, LevelCorrection
from pipeline.errors import Refusal
from pipeline.ingest.reread import reread
from pipeline.records import Record, Warn
from pipeline.review import Seen, reviewed
from pipeline.settings import models_dir
from tests.handmade import found, record

AIDED = "欧阳小翀"
RAW = f"""𬁶水小学😀工会2013年工作总结
一、关爱帮扶
3月5日看望患病的{AIDED}老师，送去慰问金2000元。
（一）走访
5月走访困难职工12户。
二、文体活动
举行拔河比赛，46人参加。
经费不足，活动少。
"""


def made() -> Record:
    money = found("counts", RAW, "2000元", value=2000.0, unit="元", indicator="visit_yuan", scope="own")
    body = [RAW.index("\n3月"), RAW.index("\n5月"), RAW.index("\n举行")]
    bare = record(
        RAW,
        org="𬁶水小学工会",
        org_type="school",
        sections=(
            found("sections", RAW, "关爱帮扶", level=1, number="一、", number_start=RAW.index("一、关"), body_start=body[0],
                  body_end=RAW.index("\n二、"), topics=("care",)),
            found("sections", RAW, "走访", 1, level=2, parent=0, number="（一）", number_start=RAW.index("（一）"),
                  body_start=body[1], body_end=RAW.index("\n二、")),
            found("sections", RAW, "文体活动", level=1, number="二、", number_start=RAW.index("二、"), body_start=body[2],
                  body_end=len(RAW) - 1, topics=("culture",)),
        ),
        counts=(money, found("counts", RAW, "12户", value=12.0, unit="户", confidence=0.4),
                found("counts", RAW, "46人", value=46.0, unit="人")),
        dates=(found("dates", RAW, "3月5日", norm="2013-03-05"), found("dates", RAW, "5月", norm="2013-05")),
        persons=(found("persons", RAW, AIDED, standing="aided", role="老师"),),
        events=(found("events", RAW, f"看望患病的{AIDED}老师", type="visit", status="held", date="2013-03-05", section=0),
                found("events", RAW, "走访困难职工", type="visit", status="held", date="2013-05", section=1),
                found("events", RAW, "拔河比赛", type="contest", status="held", section=2)),
        problems=(found("problems", RAW, "经费不足，活动少"),),
        warnings=(Warn(code="unsigned", start=0, end=0), Warn(code="implausible_value", start=money.start, end=money.end)),
    )  # fmt: skip
    judged = levels(bare, reread(RAW, bare.source, "txt").window(0, len(RAW)), models_dir())
    return bare.model_copy(update={"coverage": score(bare, load_rubric("school"), judged)})


RECORD = made()
SEEN = Seen(RECORD, RAW, mask.aided([RECORD]).names(RECORD))


def about(kind: str, quote: str, verdict: str, nth: int = 0, **more: Any) -> FindingCorrection:
    """What the report writes of a finding, in clear."""
    item = [f for f in getattr(RECORD, kind) if f.quote == quote][nth]
    seen = {name: v for name in EDITABLE.get(kind, ()) if (v := getattr(item, name)) not in (None, "", ())}
    return FindingCorrection.model_validate(
        {
            "doc_id": RECORD.doc_id,
            "kind": kind,
            "start": item.start,
            "end": item.end,
            "quote": quote,
            "seen": seen,
            "verdict": verdict,
        }
        | more
    )


def added(kind: str, quote: str, **to: Any) -> FindingCorrection:
    start = RAW.index(quote)
    return FindingCorrection(
        doc_id=RECORD.doc_id, kind=kind, start=start, end=start + len(quote), quote=quote, verdict="add", to=to  # type: ignore[arg-type]
    )  # fmt: skip


def said(*corrections: Correction) -> tuple[Record, list[Refusal]]:
    return reviewed(SEEN, list(enumerate(corrections, 1)))


def taken(*corrections: Correction) -> Record:
    result, refusals = said(*corrections)
    assert refusals == []
    for _, finding in result.findings():
        assert RAW[finding.start : finding.end] == finding.quote
    return result


def test_nothing_said_changes_nothing() -> None:
    assert taken() == RECORD


def test_a_confirmed_finding_is_a_persons_and_no_more_in_doubt() -> None:
    result = taken(about("counts", "12户", "confirm"), about("counts", "2000元", "confirm"))
    assert [(c.made_by, c.confidence) for c in result.counts] == [(HUMAN, None), (HUMAN, None), (None, None)]
    assert [w.code for w in result.warnings] == ["unsigned"]
    assert result.coverage == RECORD.coverage


def test_what_adds_up_again_is_no_conflict_any_more() -> None:
    raw = "全校职工46人，其中男职工20人、女职工27人。"
    counts = tuple(found("counts", raw, f"{n}人", value=float(n), unit="人") for n in (46, 20, 27))
    bare = checked(record(raw, counts=counts, doc_type="guide"), raw)
    assert [w.code for w in bare.warnings] == ["parts_total_conflict"]
    women = counts[2]
    one = FindingCorrection(doc_id=bare.doc_id, kind="counts", start=women.start, end=women.end, quote="27人", verdict="correct",
                            seen={"value": 27, "unit": "人", "status": "done"}, to={"value": 26})  # fmt: skip
    result, refusals = reviewed(Seen(bare, raw, frozenset()), [(1, one)])
    assert (refusals, result.warnings) == ([], ())


def test_a_rejected_finding_is_gone_and_counts_for_no_level() -> None:
    result = taken(*(about("counts", c.text, "reject") for c in RECORD.counts))
    assert result.counts == ()
    assert RECORD.coverage
    assert result.coverage
    assert RECORD.coverage.items["figures"].level == 1
    figures = result.coverage.items["figures"]
    assert (figures.level, figures.evidence) == (0, ())
    assert result.coverage.score is not None
    assert result.coverage.score < (RECORD.coverage.score or 0)
    gone = {(c.start, c.end) for c in RECORD.counts}
    assert not gone & {span for item in result.coverage.items.values() for span in item.evidence}


def test_a_corrected_finding_says_and_stands_as_the_reviewer_has_it() -> None:
    start = RAW.index("困难职工12户")
    one = about("counts", "12户", "correct", to={"indicator": "hardship", "scope": "own", "value": 12}, span=(start, start + 7))
    item = taken(one).counts[1]
    assert (item.text, item.indicator, item.scope, item.made_by) == ("困难职工12户", "hardship", "own", HUMAN)


def test_a_field_can_be_emptied() -> None:
    assert taken(about("counts", "2000元", "correct", to={"indicator": None})).counts[0].indicator is None


def test_what_is_missing_is_added_in_its_place() -> None:
    result = taken(added("events", "送去慰问金", type="aid", status="held"), added("orgs", "𬁶水小学😀工会"))
    assert [e.name for e in result.events][:2] == [f"看望患病的{AIDED}老师", "送去慰问金"]
    assert [o.text for o in result.orgs] == ["𬁶水小学😀工会"]


def test_the_outline_closes_over_a_rejected_heading() -> None:
    result = taken(about("sections", "关爱帮扶", "reject"))
    assert [(s.heading, s.parent) for s in result.sections] == [("走访", None), ("文体活动", None)]
    assert [e.section for e in result.events] == [None, 0, 1]
    flat = taken(about("sections", "走访", "correct", to={"level": 1}))
    assert [(s.parent, RAW[s.body_start : s.body_end].strip()[-6:]) for s in flat.sections] == [
        (None, "2000元。"), (None, "职工12户。"), (None, "足，活动少。"),
    ]  # fmt: skip


def test_an_added_heading_takes_its_place_in_the_outline() -> None:
    result = taken(added("sections", "经费不足", level=2, topics=["problems"]))
    assert [(s.heading, s.level, s.parent) for s in result.sections][-1] == ("经费不足", 2, 2)
    assert result.sections[-1].topics == ("problems",)


def test_a_persons_level_stands_whatever_the_findings_say() -> None:
    assert RECORD.coverage
    before = RECORD.coverage.items["figures"]
    one = LevelCorrection(doc_id=RECORD.doc_id, item="figures", seen=before.level, verdict="correct", to=2)
    result = taken(one, *(about("counts", c.text, "reject") for c in RECORD.counts))
    assert result.coverage
    assert (result.coverage.items["figures"].level, result.coverage.items["figures"].reason) == (2, HUMAN)
    weights = {entry.item: entry.weight for entry in load_rubric("school").items}
    assert result.coverage.items["figures"].points == weights["figures"]


def test_a_document_gets_its_unit_year_and_type() -> None:
    facts = {"unit": "𬁶水小学工会", "year": 2013, "doc_type": "plan"}
    result = taken(DocumentCorrection.model_validate({"doc_id": RECORD.doc_id, "to": facts}))
    assert (result.unit.name, result.unit.basis, result.doc_type) == ("𬁶水小学工会", HUMAN, "plan")
    assert (result.report_year.value, result.report_year.basis) == (2013, HUMAN)
    guide = taken(DocumentCorrection.model_validate({"doc_id": RECORD.doc_id, "to": {"doc_type": "guide"}}))
    assert guide.coverage is None


def test_a_masked_quote_is_known_again() -> None:
    event = about("events", f"看望患病的{AIDED}老师", "confirm").model_copy(update={"quote": "看望患病的欧***老师"})
    assert taken(event).events[0].made_by == HUMAN


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (about("counts", "2000元", "confirm").model_copy(update={"start": 0, "end": 5}), "quote"),
        (about("counts", "2000元", "confirm").model_copy(update={"quote": "3000元"}), "quote"),
        (about("counts", "2000元", "reject").model_copy(update={"kind": "dates"}), "no_finding"),
        (about("counts", "2000元", "confirm", seen={"value": 3000.0, "unit": "元"}), "changed"),
        (about("counts", "2000元", "correct", to={"scope": "everywhere"}), "invalid"),
        (about("counts", "2000元", "correct", to={"unit": None}), "invalid"),
        (about("dates", "5月", "correct", to={"norm": "2013-13"}), "invalid"),
        (about("events", "拔河比赛", "correct", to={"date": "去年"}), "invalid"),
        (about("counts", "2000元", "correct", span=(0, 10**6)), "quote"),
        (about("dates", "5月", "correct", span=(RAW.index("3月5日"), RAW.index("3月5日") + 2)), "overlap"),
        (added("counts", "12户", value=12, unit="户"), "overlap"),
        (added("counts", "经费", value=1), "invalid"),
        (LevelCorrection(doc_id=RECORD.doc_id, item="figures", seen=0, verdict="correct", to=1), "changed"),
    ],
)  # fmt: skip
def test_what_no_longer_matches_is_refused_by_name(one: Correction, reason: str) -> None:
    _, (refusal,) = said(one)
    assert (refusal.number, refusal.doc_id, refusal.reason) == (1, RECORD.doc_id, reason)


def test_the_same_finding_is_not_corrected_twice() -> None:
    _, (refusal,) = said(about("counts", "2000元", "reject"), about("counts", "2000元", "confirm"))
    assert (refusal.number, refusal.reason) == (2, "twice")


@given(st.sets(st.sampled_from([(kind, f.start) for kind, f in RECORD.findings()])), st.sampled_from(["confirm", "reject"]))
def test_only_what_is_rejected_goes(places: set[tuple[str, int]], verdict: str) -> None:
    chosen = [(kind, f) for kind, f in RECORD.findings() if (kind, f.start) in places]
    result = taken(*(about(kind, f.quote, verdict) for kind, f in chosen))
    left = {(kind, f.start, f.end) for kind, f in result.findings()}
    all_of_them = {(kind, f.start, f.end) for kind, f in RECORD.findings()}
    assert all_of_them - left == ({(kind, f.start, f.end) for kind, f in chosen} if verdict == "reject" else set())
    assert sum(f.made_by == HUMAN for _, f in result.findings()) == (len(chosen) if verdict == "confirm" else 0)
