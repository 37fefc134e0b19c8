"""Which lines belong to no document (噪声), by the rules of ``resources/rules/noise.yaml``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from pipeline.ingest.ends import is_signed, is_unit
from pipeline.ingest.lines import Line
from pipeline.ingest.rules import RESOURCES, Rule, read_rules
from pipeline.resources import alternatives, words

_BODY = 70  # characters of a line that is surely running text
_ALONE = 12  # characters of a line in which one such word is enough
_PAGE = 120  # characters of a line that may be a page's
_BUTTONS = ("×", "✕", "✖")  # that close a window, below what stands in it
_TEXT = 200  # characters of a line that is more than an editor's preface
_SIGNATURE = 3  # lines of a unit's name, its chairman's, and the date
_COVER = 10  # lines of a cover
_LABEL = re.compile(r"[^，。；：:]{0,8}[:：]")
_SENTENCE = re.compile("[，；][^，；。]*[。！]|。.")


@cache
def noise_rules() -> tuple[Rule, ...]:
    """The rules, checked against their own examples."""
    return read_rules(RESOURCES / "rules" / "noise.yaml", {"prose": ("yes",)})


@cache
def page_rules() -> dict[str, Rule]:
    """The rules by which a page or a cover shows around a text, by id; checked against their own examples."""
    return {rule.id: rule for rule in read_rules(RESOURCES / "rules" / "pages.yaml")}


def _shows(part: str, line: str) -> bool:
    return page_rules()[part].matches(line)


@lru_cache(maxsize=4096)
def noisy(line: str) -> tuple[Rule, ...]:
    """The rules that match a line, wherever it stands; a source's lines are asked about several times over."""
    return tuple([rule for rule in noise_rules() if rule.match(line)])


def is_whole_noise(line: str) -> bool:
    """Whether a line is noise by itself, so that no line below it goes on with it: no prose that a wrap may have broken."""
    rules = noisy(line)
    return any(rule.where == "any" for rule in rules) and not any("prose" in rule.attributes for rule in rules)


@cache
def _page_words() -> re.Pattern[str]:
    return re.compile(alternatives(words("lexicons/page_words.txt")))


@cache
def _page_terms() -> re.Pattern[str]:
    return re.compile(alternatives(words("lexicons/page_terms.txt")))


@lru_cache(maxsize=4096)
def of_a_page(line: str) -> bool:
    """Whether a line at the edge of a file speaks of the page: by ``lexicons/page_*.txt``, or as a reader."""
    if _shows("post", line) or line == "--" or len({m[0] for m in _page_terms().finditer(line)}) >= 2:
        return True
    if len(line) > _PAGE or _SENTENCE.search(line):
        return False
    said = {m[0] for m in _page_words().finditer(line)}
    label = _LABEL.match(line)
    labelled = label is not None and _page_words().search(label[0]) is not None
    return len(said) >= 2 or labelled or (bool(said) and len(line) <= _ALONE)


def noise_of(lines: Sequence[Line], openers: frozenset[int] = frozenset()) -> dict[int, str]:
    """Index of each line that is noise → id of the rule that says so.

    Args:
        openers: indices of the lines that open a document; they are never noise, and the lines beside them are edges.
    """
    head, foot = _head(lines, openers), _foot(lines)
    found: dict[int, str] = {}
    doubtful: list[tuple[int, Rule]] = []
    for i, line in enumerate(lines):
        rule = next((rule for rule in noisy(line.text) if i not in openers and _may(rule, i, head, foot)), None)
        if rule is not None:
            found[i] = rule.id
            continue
        if i not in openers and (i < head or i >= foot) and of_a_page(line.text):
            found[i] = "page_words"
            continue
        beside = next((rule for rule in noisy(line.text) if rule.where == "edges"), None)
        if beside is not None and i not in openers:
            doubtful.append((i, beside))
    navigation = max((i for i in found if i < head and _shows("navigation", lines[i].text)), default=-1)
    cover = max((i for i in range(min(head, _COVER)) if _shows("volume", lines[i].text)), default=-1)
    while -1 < cover < len(lines) - 1 and (cover + 1 in found or _shows("on_a_cover", lines[cover + 1].text)):
        cover += 1
    for i in range(max(navigation, cover) + 1):  # a site's name above its menu, a meeting's above 文件汇编
        if i not in openers and len(lines[i].text) <= _BODY and not lines[i].text.endswith("。"):
            found.setdefault(i, "page_head" if i < navigation else "cover")
    ends = (i for i in found if i >= foot and (of_a_page(lines[i].text) or "完" in lines[i].text[-30:]))
    page = min(ends, default=len(lines))
    page = _signed_below(lines, page, found)
    for i in range(page + 1, min((k for k in openers if k > page), default=len(lines))):
        found.setdefault(i, "page_foot")  # below what the page says of itself stands nothing of the text
    links = min((i for i, rule in found.items() if rule == "related_links" and i >= foot), default=len(lines))
    links = _signed_below(lines, links, found)
    for i in range(links + 1, len(lines)):  # titles of other pages, one a line, down to the end of the page
        if i not in openers:
            found.setdefault(i, "related_links")
    # a rule for the edges also holds beside a line that is cut, and so on along a whole block of them
    for ordered in (doubtful, doubtful[::-1]):
        for i, rule in ordered:
            if i not in found and (i - 1 in found or i + 1 in found or i + 1 in openers):
                found[i] = rule.id
    for i in [i for i in found if i + 1 < len(lines) and i + 1 not in found and lines[i + 1].text in _BUTTONS]:
        found[i + 1] = "page_words"
    for i in _given_back(lines, found, foot):
        found.pop(i, None)
    return found


def _given_back(lines: Sequence[Line], found: Mapping[int, str], foot: int) -> set[int]:
    """Lines that rules took and that are the text's: the day below who signs, a whole text without line breaks."""
    days = {i for i, rule in found.items() if rule == "page_date" and i >= max(foot, 1)}
    signed = {i for i in days if i - 1 not in found and is_unit(lines[i - 1].text)}
    if len(found) - len(signed) < len(lines):
        return signed
    return signed | {i for i, line in enumerate(lines) if len(line.text) >= _TEXT}


def _may(rule: Rule, i: int, head: int, foot: int) -> bool:
    return (
        rule.where == "any" or (rule.where in ("head", "edges") and i < head) or (rule.where in ("foot", "edges") and i >= foot)
    )


def _signed_below(lines: Sequence[Line], at: int, found: Mapping[int, str]) -> int:
    """The line from which on all is the page's: its first word, or the signature of a text that the word interrupts."""
    above = [line.text for i, line in enumerate(lines[:at]) if i not in found][-_SIGNATURE:]
    if any(map(is_signed, above)):
        return at
    near = (i for i in range(at + 1, min(at + 1 + _SIGNATURE, len(lines))) if i not in found)
    return max((i for i in near if is_signed(lines[i].text) and not of_a_page(lines[i].text)), default=at)


def _head(lines: Sequence[Line], openers: frozenset[int]) -> int:
    """Index of the first line of running text, which ends the head."""
    for i, line in enumerate(lines):
        if i in openers or (len(line.text) >= _BODY and not noisy(line.text) and not of_a_page(line.text)):
            return i
    return len(lines)


def _foot(lines: Sequence[Line]) -> int:
    """Index of the first line behind the last running text."""
    for i in range(len(lines) - 1, -1, -1):
        line = lines[i].text
        if not noisy(line) and not of_a_page(line) and (len(line) >= _BODY or line.endswith(("。", "！", "；"))):
            return i + 1
    return 0
