"""Lines that a printer or a page broke (硬换行), and what pages put between them (页码, 页眉)."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.ingest.decode import is_han
from pipeline.ingest.noise import is_whole_noise
from pipeline.spans import Edit

_LONGEST = 110  # columns; nobody wraps wider (a Chinese character fills two)
_SHORTEST = 24
_FEWEST = 4  # full lines that make a width evident
_FULL = 0.7  # share of the widest line's columns that a full line has: printers set ragged lines, scans lose words
_SET_APART = 8  # blanks before a line that is centred or set to the right: a title, a signature
_FULL_PRINTED = 0.88  # the same on a page: a mark or a number that must not be torn leaves two or three characters
_EVEN = 5  # columns that a mark or a figure which must not be torn leaves empty
_NEARLY_ALL = 0.85
_ENDS = "。！？!?；;：:…|"
_STOP_WITHIN = re.compile(r"[。；！].")
_PAGE_NUMBER = re.compile(
    r"[-—–―~·]{1,3} ?\d{1,3} ?[-—–―~·]{1,3}|第 ?\d{1,3} ?页(?:[ ，,/]*共 ?\d{1,3} ?页)?|\d{1,3} ?/ ?\d{1,3}|\d{1,3}"
)
_TITLE = re.compile(r"[^。；，：、]{4,40}(?:总结|小结|计划|汇报|报告|材料|要点|体会|方案)(?:[（(][^（）()]{1,16}[)）])?")
_PAGE = 100  # characters of a page's chunk
_CHUNK = 40  # characters of a line that is no heading
_LIST_NUMBER = re.compile(r"(\d{1,2}) ?[、.．)）](?!\d)")
_CHUNK_NUMBER = re.compile(r"(\d{1,2})、")
_NUMBERED = re.compile(
    r"[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2} ?[、.．)）](?!\d)"
    r"|[①-⑳⑴-⒇]|第[一二三四五六七八九十]{1,3}[章节条部篇]"
)


_WIDE = re.compile("[^\0-\u1fff]+")


class _Line(NamedTuple):
    start: int
    end: int  # before the line end
    text: str  # without surrounding blanks
    indent: int
    columns: int  # with the indent, a wide character counting two


def page_furniture(text: str) -> Iterator[Edit]:
    """Page numbers and page headers on lines of their own, and numbers that a page chunk put into mid-word.

    A bare number is a page number only where a sentence runs on around it or where such lines count up; the line above
    then goes on with the line below.
    """
    lines = _lines(text)
    numbers = [i for i, line in enumerate(lines) if _PAGE_NUMBER.fullmatch(line.text)]
    counted = _counting_up([(i, int(re.findall(r"\d+", lines[i].text)[0])) for i in numbers])
    repeated = Counter(line.text for line in lines if 4 <= len(line.text) <= 40)
    cut: set[int] = set()
    for i in numbers:
        bare = lines[i].text.isdigit()
        if not bare or _runs_on(lines, i) or (i in counted and len(counted) > 1 and not _beside_number(lines, i)):
            cut.add(i)
            for j in (i - 1, i + 1):  # a header or footer stands beside its number
                if (
                    0 <= j < len(lines)
                    and repeated[lines[j].text] > 1
                    and not _NUMBERED.match(lines[j].text)
                    and _goes_round(lines, min(i, j), max(i, j))
                ):
                    cut.add(j)
    cut |= {
        i for i, line in enumerate(lines) if repeated[line.text] > 2 and not _NUMBERED.match(line.text) and _runs_on(lines, i)
    }
    kept = [line for i, line in enumerate(lines) if i not in cut]
    whole = [Edit(lines[i].start, min(lines[i].end + 1, len(text)), "", "page_furniture") for i in cut]
    yield from sorted([*whole, *_page_chunks(kept)])


def _page_chunks(lines: list[_Line]) -> Iterator[Edit]:
    """Numbers that a page's chunks are counted by, put in front of a line on which a sentence goes on: 合法 / 2、权益."""
    if whole := _all_chunks(lines):
        yield from whole
        return
    expected = 1
    for line, following in itertools.pairwise(lines):
        if listed := _LIST_NUMBER.match(line.text):
            expected = int(listed[1]) + 1
        chunk = _CHUNK_NUMBER.match(following.text)
        if chunk and len(line.text) >= _CHUNK and is_han(line.text[-1]) and int(chunk[1]) not in (1, expected):
            yield Edit(following.start, following.start + following.indent + chunk.end(), "", "page_furniture")


def _all_chunks(lines: list[_Line]) -> list[Edit]:
    """The numbers and line breaks of a text that is nothing but long counted chunks, most of them cut in mid-sentence."""
    heads = [_CHUNK_NUMBER.match(line.text) for line in lines]
    counted = [head is not None and int(head[1]) == i for i, head in enumerate(heads, 1)]
    torn = sum(line.text[-1] not in _ENDS for line in lines[:-1])
    if len(lines) < 2 or not all(counted) or min(len(line.text) for line in lines[:-1]) < _PAGE or torn * 2 <= len(lines) - 1:
        return []
    starts = [line.start + line.indent + head.end() for line, head in zip(lines, heads, strict=True) if head]
    ends = [lines[0].start, *(line.end for line in lines[:-1])]
    return [Edit(end, start, "", "page_furniture") for end, start in zip(ends, starts, strict=True)]


def hard_wraps(text: str, *, printed: bool = False) -> Iterator[Edit]:
    """Line ends within a paragraph, with the blanks around them, where lines are broken at a constant width.

    Args:
        printed: the lines are those of a page (PDF): that they are broken is sure, and broken they are all but full.
    """
    lines = _lines(text)
    if printed:  # an indent there is one of ideographic blanks, of which each has become one plain blank
        lines = [line._replace(columns=line.columns + line.indent) for line in lines]
    first = 0
    while first < len(lines):
        last = first
        while last < len(lines) and lines[last].columns <= _LONGEST:
            last += 1
        yield from _unwrapped(text, lines[first:last], printed)
        first = last + 1


def _unwrapped(text: str, lines: list[_Line], printed: bool) -> Iterator[Edit]:
    full = _printed_width(lines) if printed else _full_width(lines)
    if full is None or full < _SHORTEST:
        return
    least = full * (_FULL_PRINTED if printed or _tight(lines, full) else _FULL)
    indented = sum(line.indent >= 2 for line in lines) >= 2
    expected = 1
    continues = False  # whether the line goes on with the one above, and so may be short: a torn print
    for i, (line, following) in enumerate(itertools.pairwise(lines)):
        if listed := _LIST_NUMBER.match(line.text):
            expected = int(listed[1]) + 1
        chunk = _CHUNK_NUMBER.match(following.text)
        running, continues = continues, False
        if (
            (line.columns < least and not running)
            or (printed and " | " in line.text)
            or text[line.end : following.start].count("\n") > 1
        ):
            continue
        mid_sentence = line.text[-1] not in _ENDS
        short = line.columns < least
        if not mid_sentence and (short or not indented or line.text[-1] in "：:|"):
            continue
        if _entitled(lines, i, full) or is_whole_noise(line.text):
            continue
        if (indented and following.indent >= 2) or (not printed and max(line.indent, following.indent) >= _SET_APART):
            continue
        skip = 0
        if chunk and mid_sentence and int(chunk[1]) not in (1, expected):
            skip = chunk.end()
        elif _NUMBERED.match(following.text) or opens_something(following.text):
            continue
        start = line.start + len(text[line.start : line.end].rstrip())
        continues = True
        yield Edit(start, following.start + following.indent + skip, "", "hard_wrap")


def _entitled(lines: list[_Line], i: int, full: float) -> bool:
    """Whether a line that is not quite full, below a sentence or a signature that has ended, says what text begins there."""
    line, above = lines[i], lines[i - 1] if i else None
    ended = above is not None and (above.text[-1] in _ENDS + "）)" or above.indent >= 2)
    return ended and line.columns < full * _FULL_PRINTED and _TITLE.fullmatch(line.text) is not None


def _printed_width(lines: list[_Line]) -> int:
    """The columns of a page's lines: the most that several lines come near to; an address or a table may be wider."""
    columns = sorted((line.columns for line in lines), reverse=True)
    several = min(max(len(columns) // 8, 1), _FEWEST)
    near = (
        wide
        for i, wide in enumerate(columns)
        if sum(other >= wide * _FULL_PRINTED for other in columns[i : i + several]) == several
    )
    return next(near, 0)


def _full_width(lines: list[_Line]) -> int | None:
    """The columns of the widest lines where the lines are wrapped, else null.

    Wrapped lines crowd below a width that hardly any line exceeds; most of them end in mid-sentence, while sentences end
    within them (in a list without full stops they do not).
    """
    columns = sorted(line.columns for line in lines)
    if len(lines) < _FEWEST + 1:
        return None
    full = columns[-1 - len(columns) // 25]  # one line in 25 may be longer: a table, an address
    crowd = [line for line in lines if full * _FULL <= line.columns <= full]
    broken = _broken(crowd)
    stopped = sum(bool(_STOP_WITHIN.search(line.text)) for line in crowd)
    if (
        full < _SHORTEST
        or len(crowd) < max(_FEWEST, 0.4 * len(lines))
        or len(broken) < 0.6 * len(crowd)
        or stopped < max(2, 0.15 * len(crowd))
    ):
        return _even_width(lines)
    return full


def _even_width(lines: list[_Line]) -> int | None:
    """The columns that several lines fill to the last but few, in mid-sentence, though most lines of the text are short ones.

    Paragraphs end anywhere; that a handful end within two characters of one width, and none between here and there is a
    longer one but a table's row, is a printer's doing.
    """
    running = [line for line in lines if " | " not in line.text]
    if len(running) < max(_FEWEST + 1, len(lines) // 2):
        return None
    columns = sorted(line.columns for line in running)
    full = columns[-1 - len(columns) // 25]
    even = [line for line in running if full - _EVEN <= line.columns <= full]
    if full < _SHORTEST or len(even) < _FEWEST or len(_broken(even)) < max(_FEWEST, 0.75 * len(even)):
        return None
    return full if sum(bool(_STOP_WITHIN.search(line.text)) for line in even) >= 2 else None


def _broken(lines: list[_Line]) -> list[_Line]:
    """The lines that end in mid-sentence and are no rows of names or of a table."""
    return [line for line in lines if line.text[-1] not in _ENDS and " | " not in line.text and not _names(line.text)]


def _tight(lines: list[_Line], full: int) -> bool:
    """Whether the lines that break off are all but full: then one that is not ends its paragraph, a title among them."""
    broken = [line.columns for line in _broken(lines) if full * _FULL <= line.columns <= full]
    return sum(columns >= full * _FULL_PRINTED for columns in broken) >= max(_FEWEST, _NEARLY_ALL * len(broken))


def _names(text: str) -> bool:
    """Whether a line looks like a row of names or cells: short words between blanks."""
    words = text.split()
    return len(words) > 3 and max(map(len, words)) <= 5


def _lines(text: str) -> list[_Line]:
    lines = []
    for match in re.finditer(r"[^\n]+", text):
        bare = match[0].strip()
        if bare:
            indent = len(match[0]) - len(match[0].lstrip())
            columns = len(match[0].rstrip()) + sum(map(len, _WIDE.findall(bare, 0, _LONGEST + 1)))
            lines.append(_Line(match.start(), match.end(), bare, indent, columns))
    return lines


def _runs_on(lines: list[_Line], i: int) -> bool:
    return _goes_round(lines, i, i)


def _goes_round(lines: list[_Line], first: int, last: int) -> bool:
    """Whether a sentence breaks off above the lines and goes on below them."""
    if first == 0 or last + 1 >= len(lines):
        return False
    above, below = lines[first - 1], lines[last + 1]
    return (
        len(above.text) >= 12 and above.text[-1] not in _ENDS + "”）】》" and not _NUMBERED.match(below.text) and below.indent < 2
    )


def _beside_number(lines: list[_Line], i: int) -> bool:
    """Whether the bare number is one cell of a column: its neighbour is a number, too, or just as short."""
    return any(0 <= j < len(lines) and len(lines[j].text) <= 6 for j in (i - 1, i + 1))


def _counting_up(found: list[tuple[int, int]]) -> set[int]:
    """Indices of the lines whose numbers go up by one from one to the next."""
    out: set[int] = set()
    for (i, a), (j, b) in itertools.pairwise(found):
        if b == a + 1:
            out |= {i, j}
    return out


def opens_something(line: str) -> bool:
    """Whether the line opens a document or belongs to none, so that no sentence goes on with it."""
    from pipeline.ingest.boundaries import boundary_rules
    from pipeline.ingest.noise import noisy

    return bool(noisy(line)) or any(rule.matches(line) for rule in boundary_rules())
