"""Texts that a table of contents (目录) names: a printed magazine or a bound collection tells where each of them begins."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from pipeline.ingest.boundaries import Mark
from pipeline.ingest.lines import Line

_ENTRY = re.compile(  # 【经验】 把红线画在脚下 ………… 安监部 4
    r"^(?:[【\[][^】\]]{1,8}[】\]] ?)?(?P<title>[^…]{4,60}?)[ 　]{0,40}"
    r"(?:…|\.{2}|·{2}|-{3}){2,60}(?:[^。，；]{0,16}[ 　])? ?\d{1,3}$"
)
_COLUMN = re.compile(r"[【\[][^】\]]{1,8}[】\]]$")
_OF_A_SECTION = re.compile(r"[（(]?[一二三四五六七八九十\d]{1,3}[、.．）)]|第[一二三四五六七八九十]+[章部节]")


def named_in_contents(lines: Sequence[Line], taken: Set[int]) -> list[Mark]:
    """The lines that two or more entries of the contents name, under the name of their column; ``taken`` begin texts already."""
    entries = [m["title"] for line in lines if (m := _ENTRY.match(line.text))]
    titles = {title.replace(" ", "") for title in entries if not _OF_A_SECTION.match(title)}
    if len(titles) < 2:
        return []
    found = []
    for above, line in zip([None, *lines], lines, strict=False):
        if line.start not in taken and line.fits_a_title and line.text.replace(" ", "") in titles:
            at = above.start if above is not None and _COLUMN.match(above.text) else line.start
            found.append(Mark(at, line.end, "text", ((line.start, line.end),), None, "contents"))
    return found
