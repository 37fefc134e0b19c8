"""The basics of a document (基本情况): what its own words settle before any model looks at it: kind of text, signature, period.

Models that see them learn from them as they are found, not as the annotation has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipeline.extract import profile
from pipeline.extract.almanac import norm
from pipeline.extract.period import settle
from pipeline.extract.unit_kind import org_type
from pipeline.extract.whose import Setting
from pipeline.extract.years import YearSense

if TYPE_CHECKING:
    from pipeline.extract.calendar import Moment
    from pipeline.extract.profile import Signature
    from pipeline.extract.years import Settled
    from pipeline.records import DocType, Period
    from pipeline.segment import Reading


class Basics(NamedTuple):
    """What is settled first."""

    title: str  # the title as the rules read it, the boundary line's included where the own one only continues it
    kind: DocType
    signed: Signature
    period: Period
    settled: Settled

    def setting(self, reading: Reading, org: str | None) -> Setting:
        """What the classifiers of counts see of the document, whose reporting unit is ``org``."""
        return Setting(self.kind, org_type(reading.clean, org, self.title), self.period.label == "multi_year")


def basics(reading: Reading, moments: list[Moment]) -> Basics:
    """The basics of a document, whose date expressions are ``moments``."""
    own = " ".join(reading.clean[a:b] for a, b in reading.title_lines)
    title = f"{reading.part.boundary_title or ''} {own}".strip() if own[:1] in ("", "—", "-") else own
    kind = profile.doc_type(reading, title)
    signed = profile.signature(reading, moments)
    period, settled = settle(reading, kind, moments, signed, title)
    if signed.date is None and (day := profile.day_signed(reading, moments)) is not None:
        sense = YearSense(reading, moments, settled, summary=kind != "plan")
        if sense(day) is not None:
            signed = signed._replace(date=norm(day, sense))
    return Basics(title, kind, signed, period, settled)
