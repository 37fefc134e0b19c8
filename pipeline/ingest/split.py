"""A cleaned source → its documents (拆分): where each begins and ends, what of it is cut off, and what is noise."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pipeline.ingest.boundaries import Mark, is_collection, is_wrapper, marks, number_value, own_title
from pipeline.ingest.contents import named_in_contents
from pipeline.ingest.ends import is_signed
from pipeline.ingest.lines import LONGEST_TITLE, Line, lines_of
from pipeline.ingest.noise import noise_of
from pipeline.ingest.openings import RULER
from pipeline.ingest.script import script_of
from pipeline.ingest.unmarked import unmarked
from pipeline.products import Part
from pipeline.records import Noise, Warn
from pipeline.spans import Edit, Text, unbroken

_PREFACE = 300  # characters before the first mark that are a text of their own
_HEAD = 9  # lines that a page may have above its text
_SHORTEST = 6  # characters of a title line
_KIND = re.compile(r"总结|小结|计划|打算|汇报|报告|材料|体会|心得|事迹|方案|经验|述职|讲话|发言|范文|案例")
_SUMMARY_AND_PLAN = re.compile(r"(?:总结|小结|汇报).{0,14}(?:计划|打算|安排|思路)")
_TELLS = re.compile(r"(?<!总结)(?<!小结)(?<!计划)(?<!报告)。$|[！？；：]$")  # a line of the text; a page may stop its title
_YEAR_OR_STOP = re.compile(r"(?:20|19)(?:\d\d|[xX*_]{2})年?|[。\s]")
_GOES_WITH = re.compile("[—附暨]")  # a subtitle, an annex, the other half of a title
_BLANK_TO_FILL = re.compile(r"[^，。；]{1,8}[：:][\s_]*$")  # 撰写人：____
_CONTENTS = re.compile(r"目 {0,4}录|提 {0,4}纲")
_OMITTED_START = re.compile(r"开头.{0,6}(?:省略|略去|隐藏)|^[.…]{2,}")
_OMITTED = re.compile(
    r"(?:省略|略去|隐藏|剩余)[^。]{0,4}\d+ ?字|未完|\.{3,}[)）]?$|(?<![等了呢吧啊])…{1,2}[)）]?$|(?:查看|阅读|展开)全文"
    r"|(?:内容|正文)(?:已|被)?(?:省略|隐藏)|(?:[后下]文|以下|部分)[^。]{0,6}略|下载完整|点击下一页|更多内容请"
)
_LEFT_OUT = re.compile(r"省略 ?\d+ ?字")
_HEADLESS = re.compile(
    r"^(?:[，。、；：）！？]|(?![一二三四五六七八九十])[\u4e00-\u9fff][，、；]|们|的(?![确士])|着(?![力眼重手实装])"
    r"|也才|[出起下过上]来的|[起下过上]去的|(?![为除])[\u4e00-\u9fff]了(?!解|不起)|和(?![谐平睦衷颜气县])|地(?![处税方质区铁点震委产级市县勘球理]))"
)
_UNOPENED = tuple(
    re.compile(f"^[^{left}]{{0,200}}?{right}") for left, right in (("“", "”"), ("《", "》"), ("（", "）"))
)  # closed before it is opened
_TOP_NUMBER = re.compile(r"(?P<n>[一二三四五六七八九十]{1,2})、")
_NUMBERED = re.compile(r"[一二三四五六七八九十]、|\d{1,2}[、.．]|[（(][一二三四五六]")
_STOPS = "。！？!?；;：:”』」）)】》>.…"


_UNMARKED = ("title_line", "opening")  # rules of ``unmarked``


class Splitting(NamedTuple):
    """What splitting makes of a source; ``text`` is the clean text less the noise within the documents."""

    text: Text
    parts: tuple[Part, ...]
    noise: tuple[Noise, ...]
    warnings: tuple[Warn, ...]


class _Piece(NamedTuple):
    """A document in the making: its lines (none of them noise), and the mark that opens it."""

    mark: Mark | None
    lines: list[Line]

    @property
    def body(self) -> list[Line]:
        if self.mark is None:
            return self.lines
        return [_cut_line(line, self.mark.end)[1] for line in self.lines if line.end > self.mark.end]


def split(text: Text, source: str) -> Splitting:
    """Split a cleaned source into documents, guides and noise."""
    lines = lines_of(text.text)
    marked = marks(lines)
    marked = sorted([*marked, *named_in_contents(lines, {mark.at for mark in marked})])
    opened = {mark.at for mark in marked}
    noise = noise_of(lines, frozenset(i for i, line in enumerate(lines) if line.start in opened))
    found, possible = unmarked(lines, noise, marked)
    reasons = {lines[i].start: reason for i, reason in noise.items()}
    kept = [line for i, line in enumerate(lines) if i not in noise]
    pieces = _pieces(kept, sorted([*marked, *found]))
    pieces, page_title = _without_collection(pieces, reasons)
    pieces = [_without_repeats(_without_contents(piece, reasons), reasons) for piece in pieces]
    for piece in pieces[:-1]:
        _without_ruler(piece, reasons)
    opens = sorted(piece.mark.at for piece in pieces if piece.mark is not None)
    cut = [_above(line, opens) for line in lines if line.start in reasons]
    said = Counter(text.text[a:b] for piece in pieces if piece.mark is not None for a, b in piece.mark.own)
    if len(numbered := [piece.mark for piece in pieces if piece.mark is not None and piece.mark.number is not None]) == 1:
        said.update(text.text[a:b] for a, b in numbered[0].own)  # the first of several, that others would repeat
    starts = [line.start for line in cut]
    parts = tuple(
        _part(
            text,
            piece,
            [line.text for line in cut[bisect_left(starts, piece.lines[-1].end) : bisect_left(starts, limit)]],
            page_title,
            said,
        )
        for piece, limit in zip(pieces, [*(piece.lines[0].start for piece in pieces[1:]), len(text)], strict=False)
    )
    warnings = [_warn(text, line) for line in possible]
    if len([piece for piece in pieces if piece.mark is None or piece.mark.kind == "text"]) == 1:
        warnings += [
            _warn(text, line) for line in pieces[0].lines[:2] if line.fits_a_title and _SUMMARY_AND_PLAN.search(line.text)
        ][:1]
    return Splitting(
        _without_lines(text, cut), parts, tuple(_noise(text, source, line, reasons[line.start]) for line in cut), tuple(warnings)
    )


def _pieces(lines: Sequence[Line], found: Sequence[Mark]) -> list[_Piece]:
    """The lines between two marks. A line that a mark divides goes to both sides; a guide's own headings do not end it."""
    pieces = [_Piece(None, [])]
    waiting = deque(found)
    for line in lines:
        rest = line
        while waiting and waiting[0].at < line.end:
            mark = waiting.popleft()
            head, rest = _cut_line(rest, mark.at)
            if head is not None:
                pieces[-1].lines.append(head)
            last = pieces[-1]
            if mark.kind == "guide" and last.mark is not None and last.mark.kind == "guide":
                continue
            if (
                last.mark is not None
                and last.mark.kind == mark.kind
                and not last.body
                and (mark.number == last.mark.number or last.mark.number is None or mark.number is None)
            ):
                continue  # the same text announced twice: 工会工作总结 篇1 / 工会工作总结1
            pieces.append(_Piece(mark, []))
        if rest.text:
            pieces[-1].lines.append(rest)
    return [piece for piece in pieces if piece.lines]


def _above(line: Line, opens: Sequence[int]) -> Line:
    """The part of a line that stands above the first document that opens within it."""
    i = bisect_left(opens, line.start + 1)
    head = _cut_line(line, opens[i])[0] if i < len(opens) and opens[i] < line.end else line
    return head or line


def _cut_line(line: Line, at: int) -> tuple[Line | None, Line]:
    if at <= line.start:
        return None, line
    head, rest = line.text[: at - line.start].rstrip(), line.text[at - line.start :].lstrip()
    return Line(line.start, line.start + len(head), head), Line(line.end - len(rest), line.end, rest)


def _without_collection(pieces: list[_Piece], reasons: dict[int, str]) -> tuple[list[_Piece], str | None]:
    """Take out what belongs to the collection alone, noting why: its title, preface and contents; return its title."""
    kept: list[_Piece] = []
    title: str | None = None
    for i, piece in enumerate(pieces):
        mark = piece.mark
        follows = pieces[i + 1].mark if i + 1 < len(pieces) else None
        if mark is None:
            if (follows is None or follows.rule in _UNMARKED) and (cut := _page_titles(piece.lines, reasons)):
                why = "collection_title" if is_wrapper(piece.lines[0].text) else "page_title"
                names = {line.text for line in piece.lines[:cut] if _KIND.search(line.text)}
                gone = {line.start for i, line in enumerate(piece.lines) if i < cut or (i > cut and line.text in names)}
                reasons |= dict.fromkeys(gone, why)
                piece = _Piece(None, [line for line in piece.lines if line.start not in gone])
            title = next((line.text for line in piece.lines[:3] if line.fits_a_title and _KIND.search(line.text)), None)
            announced = follows is not None and follows.rule not in _UNMARKED
            solid = sum(len(line.text) for line in piece.lines)
            if announced and (solid < _PREFACE and not _is_text(piece.lines)):
                for line in piece.lines:
                    reasons[line.start] = "collection_title" if line.fits_a_title else "collection_preface"
                continue
            if (
                not announced
                and len(piece.lines) > 2
                and (_opens_a_page(piece.lines, reasons) or (follows and _entitles(piece.lines, pieces[i + 1].lines[0])))
            ):
                reasons[piece.lines[0].start] = "collection_title"
                piece = _Piece(None, piece.lines[1:])
            elif follows is not None and (first := _first_title(piece.lines)):
                reasons |= dict.fromkeys((line.start for line in piece.lines[:first]), "collection_title")
                piece = _Piece(None, piece.lines[first:])
        elif not piece.body and mark.kind == "text":
            for line in piece.lines:
                reasons[line.start] = "collection_contents"
            continue
        kept.append(piece)
    return kept, title


def _without_contents(piece: _Piece, reasons: dict[int, str]) -> _Piece:
    """Take out a table of contents (目录) above the text: the lines below its name that stand again where they head a part."""
    lines = piece.lines
    if piece.mark is not None or not _CONTENTS.match(lines[0].text):
        return piece
    end = 1
    while end < len(lines) and (
        _OMITTED_START.match(lines[end].text) or any(line.text.startswith(lines[end].text) for line in lines[end + 1 :])
    ):
        end += 1
    if not 2 < end < len(lines):
        return piece
    for line in lines[:end]:
        reasons[line.start] = "contents"
    return piece._replace(lines=lines[end:])


def _without_repeats(piece: _Piece, reasons: dict[int, str]) -> _Piece:
    """Take out the page's title: a document's first line that stands again, above the text or within it.

    Above the text the last one opens it: page title, views and date, title.
    """
    first = piece.lines[0]
    if piece.mark is not None or not (len(first.text) >= _SHORTEST and first.fits_a_title and _KIND.search(first.text)):
        return piece
    again = [i for i, line in enumerate(piece.lines) if line.text == first.text]
    text = next((i for i, line in enumerate(piece.lines) if _runs(line.text) and not _BLANK_TO_FILL.match(line.text)), 0)
    opens = max((i for i in again if i < text), default=0)
    cut = [i for i in range(len(piece.lines)) if i < opens or (i > opens and i in again)]
    for i in cut:
        reasons[piece.lines[i].start] = "page_title" if i in again else "page_meta"
    return piece._replace(lines=[line for i, line in enumerate(piece.lines) if i not in cut])


def _without_ruler(piece: _Piece, reasons: dict[int, str]) -> None:
    """Cut the marks (※) that stand between a piece and the next."""
    while len(piece.lines) > 1 and RULER.match(piece.lines[-1].text):
        reasons[piece.lines.pop().start] = "separator"


def _runs(line: str) -> bool:
    """Whether a line belongs to the text itself, and not to what stands above it."""
    return len(line) > LONGEST_TITLE or line[-1] in _STOPS or _NUMBERED.match(line) is not None


def _is_text(lines: Sequence[Line]) -> bool:
    """Whether short lines before the first mark are a text all the same: one that has sections or is signed."""
    if len(lines) > 2 and is_signed(lines[-1].text):
        return True
    return sum(_NUMBERED.match(line.text) is not None for line in lines) >= 2


def _opens_a_page(lines: Sequence[Line], reasons: dict[int, str]) -> bool:
    """Whether the first line is a page's title: it speaks of a collection, and cut lines stand between it and the text."""
    between = any(lines[0].end < start < lines[1].start for start in reasons)
    return between and is_wrapper(lines[0].text) and lines[0].fits_a_title


def _page_titles(lines: Sequence[Line], reasons: Mapping[int, str]) -> int:
    """How many lines of a page stand above the title of its only text: a collection's name, the title short and then in full."""
    head = lines[:_HEAD]
    text = next((i for i, line in enumerate(head) if not line.fits_a_title or _TELLS.search(line.text)), len(head))
    titles = [i for i, line in enumerate(lines[:text]) if line.fits_a_title and _KIND.search(line.text)]
    if len(titles) < 2:
        return 0
    own = next((i for i in reversed(titles) if lines[i].text[-1] != "。"), titles[0])
    above, last = [lines[i] for i in titles if i < own], lines[own]
    parted = [line for line in above if any(line.end < start < last.start for start in reasons)]
    if any(_same_but_for_years(line.text, last.text) for line in parted):
        return own
    for line in above:
        collection = is_collection(line.text) and not is_wrapper(last.text) and not _GOES_WITH.match(last.text)
        if not (collection or (line in parted and line.text in last.text)):
            return 0
    return own


def _same_but_for_years(one: str, other: str) -> bool:
    return _YEAR_OR_STOP.sub("", one) == _YEAR_OR_STOP.sub("", other)


def _entitles(lines: Sequence[Line], following: Line) -> bool:
    """Whether the first line is a collection's title, since the second is one that its texts repeat."""
    return is_wrapper(lines[0].text) and lines[0].fits_a_title and lines[1].text == following.text


def _first_title(lines: Sequence[Line]) -> int:
    """Where the first text's title stands below the title of a collection and a remark on it, or 0."""
    if not is_wrapper(lines[0].text) or not lines[0].fits_a_title:
        return 0
    for i, line in enumerate(lines[1:4], 1):
        if line.fits_a_title and _KIND.search(line.text) and line.text[0] not in "（(" and line.text[-1] not in _STOPS:
            return i
        if line.text[0] not in "（(":
            break
    return 0


def _part(text: Text, piece: _Piece, behind: Sequence[str], page_title: str | None, said: Counter[str]) -> Part:
    """The product of a piece; ``behind`` are the cut lines up to the next piece."""
    mark, lines = piece.mark, piece.lines
    start, end = _raw_line_start(text, lines[0].start), _raw_line_end(text, lines[-1].end)
    boundary = title = None
    body = start
    if mark is not None and mark.rule != "opening":
        boundary = text.span(mark.at, mark.end)
        body = text.span(piece.body[0].start, piece.body[0].end)[0] if piece.body else end
        title = _title(text, mark, page_title, said)
    return Part(
        start=start,
        end=end,
        kind="text" if mark is None else mark.kind,
        boundary=boundary,
        boundary_title=title,
        body_start=body,
        cut_start=_is_cut_at_start(piece.body),
        cut_end=(mark is None or mark.kind == "text") and (_is_cut_at_end(piece.body) or any(map(_OMITTED.search, behind))),
        script=script_of(text.raw[start:end]),
    )


def _title(text: Text, mark: Mark, page_title: str | None, said: Counter[str]) -> str | None:
    """The raw words of the boundary line that are a title: not the collection's, which all its lines repeat."""
    for start, end in mark.own:
        words = text.text[start:end]
        repeated = said[words] > 1 and not is_wrapper(words)
        whole = words.strip() if "【" in words else words.strip().rstrip("】")  # 范文一：工会总结】 lost its other half
        title = whole if repeated or mark.rule == "title_line" else own_title(whole, page_title)
        if title:
            at = start + words.index(title)
            found = re.finditer(r"[^\n]+", title)  # a title of two lines
            return " ".join(unbroken(text.quote(at + line.start(), at + line.end())) for line in found)
    return None


def _is_cut_at_start(body: Sequence[Line]) -> bool:
    """Whether a text begins within a sentence, or untitled with running text and its numbers behind one (…作用。/五、…)."""
    if not body:
        return False
    first = body[0].text
    if _OMITTED_START.search(first) or _HEADLESS.match(first) or any(closed.match(first) for closed in _UNOPENED):
        return True
    numbers = [number_value(m["n"]) for line in body if (m := _TOP_NUMBER.match(line.text))]
    return "，" in first and first[-1] in "。！？；" and bool(numbers) and numbers[0] not in (1, None) and 1 not in numbers


def _is_cut_at_end(body: Sequence[Line]) -> bool:
    """Whether the last lines say that something was left out, or stop at a comma; ``extract.cut`` judges all other ends."""
    if not body:
        return False
    said = any(_OMITTED.search(line.text) for line in body[-2:]) or any(_LEFT_OUT.search(line.text) for line in body[1:])
    return said or body[-1].text[-1] in "，、,"


def _raw_line_start(text: Text, clean: int) -> int:
    """Raw offset at which the line begins, blanks and dropped characters included; the offset itself within a line."""
    at = text.span(clean, clean + 1)[0]
    start = max(text.raw.rfind("\n", text.start, at), text.raw.rfind("\r", text.start, at)) + 1
    return at if text.text[text.clean_at(start) : clean].strip() else start


def _raw_line_end(text: Text, clean: int) -> int:
    """Raw offset of the end of the line; what was dropped at its end belongs to it."""
    at = text.span(clean - 1, clean)[1]
    ends = [i for i in (text.raw.find("\n", at), text.raw.find("\r", at)) if i >= 0]
    end = min(ends, default=text.end)
    return end if not text.text[clean : text.clean_at(end)].strip() else at


def _without_lines(text: Text, cut: Sequence[Line]) -> Text:
    ends = (line.end + text.text[line.end : line.end + 1].isspace() for line in cut)  # with its line end, if it is whole
    return text.edited([Edit(line.start, end, "", "noise") for line, end in zip(cut, ends, strict=True)])


def _noise(text: Text, source: str, line: Line, reason: str) -> Noise:
    start, end = _raw_line_start(text, line.start), _raw_line_end(text, line.end)
    return Noise(source=source, start=start, end=end, text=text.raw[start:end], reason=reason)


def _warn(text: Text, line: Line) -> Warn:
    start, end = text.span(line.start, line.end)
    return Warn(code="possible_two_documents", start=start, end=end)
