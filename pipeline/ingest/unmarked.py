"""Documents that begin without a mark (无标记的分界): a title line of its own, a repeated opening, numbering that restarts.

No single sign is trusted. Each line that could open a document collects points from what stands before it, in it and
behind it (``titles``, ``openings``); the weights were set on texts of the development corpus and hold for any genre of
union work document.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate

from pipeline.ingest.boundaries import Mark
from pipeline.ingest.ends import YEAR, behind_signature, breaks_off, ended
from pipeline.ingest.lines import Line
from pipeline.ingest.openings import RULED, RULER, THRESHOLD, goes_on, is_behind_ruler, is_headed, opening_points, restart
from pipeline.ingest.titles import more_title, names_kind, title_points

_ORNAMENT = re.compile(r"[^\w\u4e00-\u9fff]+$")  # a line that says nothing
_FULL_TITLE = re.compile(  # below a guide: 纺织厂工会2006年工作计划 为做好…
    rf"(?=[^，。；：]{{0,30}}{YEAR}年)(?=[^，。；：]{{0,30}}工会)[^，。；： ]{{6,40}}(?:总结|计划|汇报|报告|要点)(?: |$)"
)
_REACH = 300  # lines around a line that are looked at
_BODY = 60  # characters of text that a title has below it
_ENOUGH = 150  # characters of text before a second document may begin
_SIGNED = 50  # likewise where the text above is signed


def unmarked(lines: Sequence[Line], noise: Mapping[int, str], taken: Sequence[Mark]) -> tuple[list[Mark], list[Line]]:
    """Boundaries without a mark, and the lines where one is only possible.

    Args:
        noise: index of each line that is cut → why.
        taken: the marked boundaries; a document found here lies between two of them.
    """
    kept = [line for i, line in enumerate(lines) if i not in noise and not _ORNAMENT.match(line.text)]
    below_cut = _below_cut(lines, noise)
    ruled = sum(reason == "separator" for reason in noise.values()) > 1
    standing = Counter(line.text for line in kept)
    before = list(accumulate((len(line.text) for line in kept), initial=0))  # characters above each line
    marked = {mark.at: mark for mark in taken}
    found: list[Mark] = []
    possible: list[Line] = []
    ends = [i for i, line in enumerate(kept) if line.start in marked]
    start, length, guide = 0, 0, False
    for i, line in enumerate(kept):
        length += len(kept[i - 1].text) if i else 0
        if line.start in marked:
            start, length, guide = i, 0, marked[line.start].kind == "guide"
        if guide and line.start not in marked and i > start and _FULL_TITLE.match(line.text):
            found.append(Mark(line.start, line.start, "text", (), None, "opening"))
            start, length, guide = i, 0, False
        if guide or i == start or line.start in marked:
            continue
        sure = ended(kept, start, i) == 3 or (standing[line.text] > 1 and names_kind(line.text))
        if length < (_SIGNED if sure else _ENOUGH):
            continue
        after = bisect_right(ends, i)
        following = min(ends[after] if after < len(ends) else len(kept), i + _REACH)
        top = max(start, i - _REACH)
        again = standing[line.text] - 1 and sum(other.text == line.text for other in kept[i + 1 : following])
        if before[following] - before[i + 1] - again * len(line.text) < _BODY:
            continue  # a title at its text's end
        why = below_cut.get(line.start)
        title = title_points(kept, top, i, following, below_cut="separators" if ruled and why == "separator" else why)
        if standing[line.text] > 1 and title:  # other texts have this title too, or it is the header of this one's pages
            title = 0 if goes_on(kept, i, following) else title + 2
        opening = opening_points(kept, top, i, following)
        if behind_signature(kept, start, i) or is_behind_ruler(kept, start, i, why) or is_headed(kept, i):
            opening = max(opening, THRESHOLD)
        if title >= THRESHOLD:
            end = kept[i + more_title(kept, start, i, following)].end
            found.append(Mark(line.start, end, "text", ((line.start, end),), None, "title_line"))
            start, length = i, 0
        elif opening >= THRESHOLD:
            found.append(Mark(line.start, line.start, "text", (), None, "opening"))
            start, length = i, 0
        elif opening == THRESHOLD - 1 and restart(kept, top, i, following) == 2:
            possible.append(line)
    return found, possible


def _below_cut(lines: Sequence[Line], noise: Mapping[int, str]) -> dict[int, str]:
    """Where each line below a cut one begins → why that was cut: a ruler before all else, no page's number.

    Below a sentence that breaks off, only a ruler tells that another text may begin.
    """
    found: dict[int, str] = {}
    above: Line | None = None  # the last line that is kept
    reasons: list[str] = []  # of the lines cut since
    for i, line in enumerate(lines):
        if i in noise:
            reasons.append(noise[i])
        elif RULER.match(line.text):
            reasons.append("ornament")
        else:
            ruled = next((reason for reason in reasons if reason in RULED), None)
            others = [reason for reason in reasons if reason not in _ANYWHERE]
            if ruled is not None:
                found[line.start] = ruled
            elif others and not (above is not None and breaks_off(above.text) and not names_kind(line.text)):
                found[line.start] = others[-1]
            above, reasons = line, []
    return found


_ANYWHERE = ("page_counter",)  # what stands at the end of each page, wherever that falls
