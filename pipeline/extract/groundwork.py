"""What rules alone find, once a document, before any model looks: dates, works, counts, hidden places, and the models' view."""

from __future__ import annotations

from functools import cached_property

from pipeline.extract.calendar import Moment, days_completed, expressions
from pipeline.extract.counts import Candidate, find_counts
from pipeline.extract.counts import Found as CountFound
from pipeline.extract.features import Sight
from pipeline.extract.redaction import Hidden, hidden
from pipeline.extract.tables import find_cells
from pipeline.extract.works import Found as WorkFound
from pipeline.extract.works import find_works
from pipeline.segment import Reading, Span


class Groundwork:
    """Rule findings of one document in clean coordinates, computed when first asked for."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    @cached_property
    def works(self) -> list[WorkFound]:
        """《…》 and their kinds."""
        return find_works(self.reading.clean)

    @cached_property
    def hidden(self) -> list[Hidden]:
        """Redacted and lost places."""
        return hidden(self.reading.clean)

    @cached_property
    def moments(self) -> list[Moment]:
        """Date expressions outside the boundary line, as written."""
        lost = [(h.start, h.end) for h in self.hidden if h.code == "lost_date_part"]
        numbers = {h.number.start for h in self.reading.headings if h.number}
        first = self.reading.text_start
        title = self.reading.part.boundary_title is not None
        found = [
            m
            for m in expressions(self.reading.clean)
            if (m.start >= first or title)
            and m.start not in numbers
            and (m.kind == "lost_point" or not any(a < m.end and m.start < b for a, b in lost))
        ]
        return days_completed(self.reading.clean, found)

    @property
    def counts(self) -> list[CountFound]:
        """The counts that rules alone are sure of."""
        return [c.found for c in self.candidates if c.doubt is None]

    @cached_property
    def candidates(self) -> list[Candidate]:
        """What may be a count, outside dates, works and section numbers."""
        taken = [Span(m.start, m.end) for m in self.moments]
        taken += [Span(w.start, w.end) for w in self.works]
        taken += [h.number for h in self.reading.headings if h.number]
        if self.reading.text_start:
            taken.append(Span(0, self.reading.text_start))
        in_cells = [
            Candidate(CountFound(c.start, c.end, c.value, None, c.unit, "over" if c.over else None, c.object), None)
            for c in find_cells(self.reading)
            if not any(t[0] < c.end and c.start < t[1] for t in taken)
        ]
        taken += [Span(c.start, c.end) for c, _ in in_cells]
        return sorted([*find_counts(self.reading, taken), *in_cells], key=lambda c: (c.found.start, c.found.end))

    @cached_property
    def sight(self) -> Sight:
        """What the sequence models see."""
        return Sight(self.reading, [Span(m.start, m.end) for m in self.moments], [Span(c.start, c.end) for c in self.counts])

    @property
    def sentences(self) -> list[Span]:
        """The sentences that models look at: those below the boundary line."""
        return [s for s in self.reading.sentences if s.start >= self.reading.text_start]
