"""How deep each heading of a document stands (层级).

Levels come from the numbering *and* the order (annotation guide §2): styles differ from one document to the next, numbers
restart, one goes missing or stands twice, and the tree still holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipeline.segment.numbering import Number, rank

if TYPE_CHECKING:
    from pipeline.products import Span

UNNUMBERED = ("bracket", "bullet", "label", "lead", "month", "plain")  # the kinds of headings without a number
RUN_IN = ("label", "lead", "month")  # those that open a paragraph: with a colon, with a full stop, a month
ONLY_HEADING = 24  # characters of a line that may be a heading and nothing else


class Opener(NamedTuple):
    """A place where a section may begin: a number, or the start of an unnumbered heading (``number`` null)."""

    start: int
    number: Number | None
    line: Span
    inline: bool
    style: str  # the number's, or the kind of an unnumbered heading: headings of one style stand at one depth
    end: int | None = None  # where the heading ends if that is known


def depths(openers: list[Opener]) -> list[int]:
    """Nesting depth of each opener, 1 = outermost."""
    levels: list[int] = []
    stack: list[tuple[str, int]] = []  # style and last value of each open level
    numbers = [o.number for o in openers]
    inner = _inner_styles(numbers)
    following = _following(numbers)
    bare = [i > 0 and _bare(openers[i - 1], openers[i]) for i in range(len(openers))]
    styles_below = [{o.style for o in openers[i + 1 :]} if o.style == "bracket" else set() for i, o in enumerate(openers)]
    for i, n in enumerate(numbers):
        if n is None:
            keep = max((k + 1 for k, (open_, value) in enumerate(stack) if following[i].get(open_, 0) > value), default=0)
            style = openers[i].style
            at = next((k for k in range(keep, len(stack)) if stack[k][0] == style), None)
            if at is None and style in RUN_IN and i and _heads(openers[i - 1], style) and _follows(openers[i - 1], openers[i]):
                keep = len(stack)  # months in a row right below 二、月份安排, sentences below 履职情况：
            if at is None and style == "bracket" and stack and stack[-1][0] == "bullet" and "bullet" in styles_below[i]:
                keep = len(stack)
            if at is None and (style == "bullet" or (style in RUN_IN and stack and stack[-1][0] in ("plain", "bracket"))):
                keep = len(stack)  # a bulleted series nests in what is open, a run-in label in a heading line of its own
            stack = [*stack[: keep if at is None else at], (style, 0)]
            levels.append(len(stack))
            continue
        at = next((k for k in range(len(stack) - 1, -1, -1) if stack[k][0] == n.style), None)
        if at is None:
            late = (
                n.value == 1 and len(stack) == 1 and stack[0][1] >= 3 and n.style == "cn"
            )  # 一、 below （四）: its first, so far on
            while (
                not late
                and stack
                and stack[-1][0] not in UNNUMBERED
                and (n.value == 1 or stack[0][1] > 1)  # a page that was cut begins with 4、, and 四、 closes it
                and _outranks(n.style, stack[-1][0], inner)
            ):
                stack.pop()
            stack.append((n.style, n.value))
        elif n.value == 1 and stack[at][1] >= 1 and (bare[i] or _nests(numbers, i, stack, at)):
            stack.append((n.style, n.value))
        else:
            if at == len(stack) - 1 or n.value == stack[at][1] + 1 or len([s for s, _ in stack if s == n.style]) == 1:
                at = _resume(stack, numbers, i, at)
            stack = [*stack[:at], (n.style, n.value)]
        levels.append(len(stack))
    return levels


def _heads(above: Opener, style: str) -> bool:
    """Whether an opener may stand above a series of run-in headings as their heading."""
    return above.number is not None or (style in ("lead", "month") and above.style == "label")


def _follows(one: Opener, other: Opener) -> bool:
    """Whether a short heading line stands right above the other opener's line."""
    return one.line.end - one.line.start <= ONLY_HEADING and other.line.start - one.line.end <= 2


def _bare(one: Opener, other: Opener) -> bool:
    """Whether the first opener is a short numbered line, and the other, of the same style, stands right below it."""
    return one.number is not None and one.style == other.style and not other.inline and _follows(one, other)


def _nests(numbers: list[Number | None], i: int, stack: list[tuple[str, int]], at: int) -> bool:
    """Whether a series that begins anew does so within its own style, rather than in its place."""
    if at == len(stack) - 1:
        return _nested_restart(numbers, i, stack[at][1])
    return _goes_on_around(numbers, i, stack[-1])


def _following(numbers: list[Number | None]) -> list[dict[str, int]]:
    """For each opener without a number, the next value of every style: a series that stands below it goes on."""
    nearest: dict[str, int] = {}
    found: list[dict[str, int]] = []
    for n in reversed(numbers):
        if n is not None:
            nearest[n.style] = n.value
        found.append(nearest.copy() if n is None else {})
    return found[::-1]


def _resume(stack: list[tuple[str, int]], numbers: list[Number | None], i: int, at: int) -> int:
    """With one style open at two depths, the depth whose series goes on takes the number.

    Where both do, the outer one takes it, unless the same number comes once more, or the inner series has one item only.
    """
    n = numbers[i]
    assert n is not None
    fitting = [k for k, (style, value) in enumerate(stack) if style == n.style and value + 1 == n.value]
    if not fitting:
        return at
    following = next((m.value for m in numbers[i + 1 :] if m is not None and m.style == n.style), 0)
    return fitting[-1] if n.value in (2, following) else fitting[0]


def _inner_styles(numbers: list[Number | None]) -> set[tuple[str, str]]:
    """Pairs (inner, outer) that this document itself shows: the inner style restarts while the outer one counts on."""
    pairs: dict[tuple[str, str], int] = {}
    since: dict[str, dict[str, int]] = {}  # per style: the first value of every other style since its last number
    for n in numbers:
        if n is None:
            continue
        if n.value == 1:
            for other, value in since.get(n.style, {}).items():
                if value >= 2:
                    pairs[n.style, other] = pairs.get((n.style, other), 0) + 1
        since[n.style] = {}
        for style, seen in since.items():
            if style != n.style:
                seen.setdefault(n.style, n.value)
    return {(a, b) for (a, b), k in pairs.items() if k > pairs.get((b, a), 0)}


def _outranks(new: str, top: str, inner: set[tuple[str, str]]) -> bool:
    """Whether a series in style ``new`` closes one in style ``top`` rather than nests in it."""
    if (new, top) in inner:
        return False
    if (top, new) in inner:
        return True
    return rank(new) < rank(top)


def _nested_restart(numbers: list[Number | None], i: int, outer: int) -> bool:
    """一、 nested under 一、: the inner run ends and the outer series goes on where it stood."""
    n = numbers[i]
    assert n is not None
    expect = 1
    for later in (numbers[k] for k in range(i, len(numbers))):
        if later is None or later.style != n.style:
            continue
        if later.value == expect:
            expect += 1
        elif later.value == outer + 1:
            return expect > 2
        else:
            return False
    return False


def _goes_on_around(numbers: list[Number | None], i: int, top: tuple[str, int]) -> bool:
    """一、 below 二、（一）: it nests there if （二） follows the run before 三、 does."""
    n = numbers[i]
    assert n is not None
    last = n.value
    for later in numbers[i + 1 :]:
        if later is None:
            continue
        if later.style == top[0]:
            return later.value == top[1] + 1 and last >= 2
        if later.style == n.style:
            if later.value != last + 1:
                return False
            last = later.value
    return False
