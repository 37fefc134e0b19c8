"""What a page puts into the sentences it copies: anti-copy characters (乱码), site names, addresses, its own title."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from pipeline.ingest.decode import is_han
from pipeline.ingest.rules import read_lexicon
from pipeline.ingest.script import simplified
from pipeline.resources import yaml
from pipeline.spans import Edit

_EMOJI = "\U0001f000-\U0001faff\u2600-\u260f\u2614-\u263f\u2643-\u26ff\u2700-\u2712\u2715-\u2775\u2794-\u27bf\u2b00-\u2bff"
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U0010fffd"
_JUNK = re.compile(rf"[{_EMOJI}{_PRIVATE}\ufffd\ufffc]+")
_LINE_END = re.compile(r"(?:^|(?<=[^\x00-\x7f])|(?<=[^\x00-\x7f] ))([!-~]{4,14})(?=\s*$)", re.MULTILINE)
_WORD = re.compile(r"\A(?:(?:[A-Z]?[a-z])+\d*|[\w.+-]+@.*|.*\.(?:com|cn|net|org|doc|docx|xls|pdf|ppt|txt|jpg)\W?.*|https?:.*)")
_RARE_SHARE = 1 / 30  # of a running line
_RARE_LINES = 2  # lines that must have them: one may hold a rare name

_ADDRESS = re.compile(
    r"(?:https?://|www\.)[\w.\-/?=&%#:]{3,200}|(?<![A-Za-z0-9@.\-])[A-Za-z0-9][A-Za-z0-9\-]{0,30}(?:\.[A-Za-z0-9\-]{1,30}){0,3}\.(?:com|cn|net|org|cc|info|top)\b(?:/[\w.\-/?=&%#]{0,200})?",
    re.ASCII | re.IGNORECASE,
)
_NAME_AFTER = re.compile(r" [\u4e00-\u9fff]{1,5}?[网库吧淘]")
_OWN_ADDRESS = re.compile(r"(?:网址|网站|邮箱|信箱|主页|域名|平台)[:：]?[“\"(（ ]?$|(?:登录|访问|浏览|开通|链接)[^，。]{0,8}$")
_CREDIT = re.compile(
    r"[\[【(（][^\[\]【】()（）\n]{0,12}(?:本文来自|本文来源|文章来源|来源于|转载|转自|搜集整理|收集整理|请访问|请登录|更多.{0,8}(?:关注|访问|搜索)|小编)[^\[\]【】()（）\n]{0,40}[\]】)）]|[\[【][^\[\]【】\n]{0,16}(?:范文|文库|作文|文秘|公文)[\u4e00-\u9fff]{0,2}(?:网|吧|屋|库)[\]】]"
)
_SIGNED = re.compile(
    r"(?:^|[。！？；，） \u3000])([\u4e00-\u9fff]{2,6}) (?=(?:https?://|www\.)[\w.\-/]{4,60}[ \u3000]*$)", re.MULTILINE | re.ASCII
)
_DOCUMENT_WORD = re.compile(r"(?:总结|计划|汇报|报告|范文|材料|心得|体会)(?:范文|大全|[0-9]字)?$")
_LEGITIMATE_BEFORE = '《“”"‘将把对为是于的之做了写成作年度份交以按照下上该本我由（('
_TITLE_TO_COME = re.compile(r"如下|汇报|报告|会|中|里|并|及|和|等|的|》|”|进行|[，。：；、]")


def junk(text: str) -> Iterator[Edit]:
    """Emoji, characters of private use, anti-copy ASCII at line ends (``Y3(MKq``), and rare characters strewn over a text."""
    bullets = _bullets(text)
    found = [match.span() for match in _JUNK.finditer(text) if match.start() not in bullets]
    found += [match.span(1) for match in _LINE_END.finditer(text) if _is_scrambled(match[1])]
    found += _strewn(text)
    at = 0
    for start, end in sorted(found):
        if start >= at:
            yield Edit(start, end, "", "junk")
            at = end


def _bullets(text: str) -> set[int]:
    """Where a mark such as ★ opens a line, as it opens others: that is how the text is laid out."""
    marks = [
        m.start("mark") for m in re.finditer(rf"^[ 　]*(?P<mark>[{yaml('rules/outline.yaml')['bullets']}])", text, re.MULTILINE)
    ]
    return set(marks) if len(marks) >= 2 else set()


def _is_scrambled(word: str) -> bool:
    """Upper and lower case and a digit or a sign, mixed as no word, number or address mixes them."""
    digit, sign = any(map(str.isdigit, word)), bool(re.search(r"[^A-Za-z0-9.,:;/%\-]", word))
    if not (re.search("[A-Z]", word) and re.search("[a-z]", word) and (digit or sign)) or _WORD.fullmatch(word):
        return False
    changes = sum(_class(a) != _class(b) for a, b in itertools.pairwise(word))
    return changes >= 3


def _class(char: str) -> int:
    return char.isdigit() + 2 * char.isupper() + 3 * char.islower()


def _strewn(text: str) -> list[tuple[int, int]]:
    """Rare characters where running lines hold one every few words: a copy protection, not names."""
    if len(text) < 40:
        return []
    suspects = set(filter(_is_rare, set(text)))
    if not suspects:
        return []
    found: list[list[tuple[int, int]]] = []
    pattern = re.compile(f"[{''.join(sorted(suspects))}]")
    for line in re.finditer(r"[^\n]{40,}", text):
        hits = [(line.start() + m.start(), line.start() + m.end()) for m in pattern.finditer(line[0])]
        if len(hits) >= 3 and len(hits) >= _RARE_SHARE * len(line[0]) and line[0].count(" ") + line[0].count("、") < len(hits):
            found.append(hits)
    return [hit for hits in found for hit in hits] if len(found) >= _RARE_LINES else []


@cache
def _is_rare(char: str) -> bool:
    if not is_han(char):
        return False
    try:
        simplified(char).encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False


def injected(text: str) -> Iterator[Edit]:
    """Addresses, site names, credits in brackets and the page's own title within a sentence.

    A line that is nothing else is left to the noise rules. An address the text announces (网址:…) stays.
    """
    found = [match.span() for match in _CREDIT.finditer(text)]
    sites = _sites(text)
    for match in _ADDRESS.finditer(text):
        start = match.start()
        if not _OWN_ADDRESS.search(text[max(start - 12, 0) : start]) and text[start - 1 : start] != "@":
            name = re.search(
                rf"(?:更多[^，。\n]{{0,12}}|(?:尽在|来源[:：]?|来自))?(?:{sites}|[\u4e00-\u9fff]{{2}}[网库淘]) ?$",
                text[max(start - 20, 0) : start],
            )
            after = _NAME_AFTER.match(text, match.end())
            found.append((start - len(name[0]) if name else start, after.end() if after else match.end()))
    for match in re.finditer(sites, text):
        if _within_sentence(text, *match.span()):
            found.append(match.span())
    found += _signatures(text)
    for title in _titles(text):
        for repeat in re.finditer(re.escape(title), text):
            before, behind = text[repeat.start() - 1 : repeat.start()], text[repeat.end() : repeat.end() + 4]
            if _within_sentence(text, *repeat.span()) and before not in _LEGITIMATE_BEFORE and not _TITLE_TO_COME.match(behind):
                found.append(repeat.span())
    at = 0
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if start >= at and _shares_its_line(text, start, end):
            yield Edit(start, end, "", "injected_text")
            at = end


def _signatures(text: str) -> Iterator[tuple[int, int]]:
    """Where a site signs a line's end: its name stands before an address somewhere in this text, and alone elsewhere.

    文书港 www.example.com; further down …送到家。 文书港，办公文档之家
    """
    named = {match[1] for match in _SIGNED.finditer(text) if not _OWN_ADDRESS.search(match[1])}
    if named:
        names = "|".join(map(re.escape, sorted(named)))
        slogan = r"[^。，；\n]{2,16}|(?:https?://|www\.)[\w.\-/]{4,60}"
        pattern = re.compile(rf"[ \u3000]+(?:{names})(?:[，, ](?:{slogan}))?[ \u3000]*$", re.MULTILINE)
        yield from (match.span() for match in pattern.finditer(text))


def _within_sentence(text: str, start: int, end: int) -> bool:
    """Chinese runs on to both sides."""
    return start > 0 and is_han(text[start - 1]) and end < len(text) and is_han(text[end])


def _shares_its_line(text: str, start: int, end: int) -> bool:
    """Whether enough else stands in the line for it to be a sentence."""
    first, last = text.rfind("\n", max(start - 200, 0), start) + 1, text.find("\n", end, end + 200)
    around = text[max(first, start - 200) : start] + text[end : last if last >= 0 else end + 200]
    return sum(map(is_han, around)) >= 12


def _titles(text: str) -> list[str]:
    """Short lines of eight characters and more that name a kind of document: the page's title, or a text's own."""
    lines = Counter(line.strip() for line in re.findall(r"^[^\n]{8,50}$", text, re.MULTILINE))
    return [line for line in lines if len(line) >= 8 and _DOCUMENT_WORD.search(line)][:20]


def _sites(text: str) -> str:
    """A pattern for the site names that are known, or that the page's own breadcrumb begins with."""
    crumbs = re.findall(
        r"^.{0,12}(?:位置|首页)[:：> ]{1,4}([\u4e00-\u9fff]{2,8}(?:网|库|吧|屋|坛|站)) ?[>＞»]", text[:2000], re.MULTILINE
    )
    return "|".join([*map(re.escape, dict.fromkeys(crumbs)), _known_sites()])


@cache
def _known_sites() -> str:
    return "|".join(f"(?:{pattern})" for pattern in read_lexicon("site_names.txt"))
