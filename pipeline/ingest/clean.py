"""Raw text → the text that later rooms read (清洗): every change a named fix, the raw text untouched.

The order matters: inline pinyin goes first of all words, junk before punctuation is widened, wraps last, when lines can be
recognised for what they are. Kinds of fixes: ``line_end`` ``space`` ``invisible`` ``markup`` ``inline_pinyin`` ``junk``
``fullwidth`` ``radical`` ``halfwidth_punctuation`` ``traditional`` ``spaced`` ``page_header`` ``page_furniture`` ``hard_wrap``
``injected_text``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

from pipeline.ingest import junk, wraps
from pipeline.ingest.decode import is_han
from pipeline.ingest.rules import read_lexicon
from pipeline.ingest.script import changed_runs, simplifying_edits
from pipeline.spans import Edit, Text

_SPACES = "\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_BREAKS = "\x0b\x0c\x85\u2028\u2029"
_INVISIBLE = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef"
)
_CHARACTERS = re.compile(rf"(?P<invisible>[{_INVISIBLE}]+|\r(?=\n))|(?P<line_end>\r|[{_BREAKS}])|(?P<space>[{_SPACES}]+)")

_VOWELS = "aeiouüvêāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
_PINYIN = re.compile(rf"(?:[(（][a-zɡ{_VOWELS}\u0300\u0301\u0304\u030c' ]{{1,20}}[0-5]?[)）])+", re.IGNORECASE)
_SYLLABLE = (
    r"(?:(?:[bpmfdtnlgkhjqxrzcsyw]|[zcs]h)?"
    r"(?:i?ang|i?ong|[aeiu]ng|[iu]?an|[iuü]e|[aeiuü]n|[iu]?ao|u?ai|[eu]i|[io]u|[iu]a|uo|er|[aeiouüv]))"
)
_SYLLABLES = re.compile(rf"{_SYLLABLE}(?:[' ]?{_SYLLABLE}){{0,3}}")
_NO_PINYIN = {"min", "ha", "pa", "a", "e", "o", "i", "u", "ai", "ge", "mi"}  # units, labels and words that happen to be syllables

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
for _kept in "，：；？！（）［］｛｝｀＂＇～":  # these stay wide (or have their own step)
    del _WIDE[ord(_kept)]
_WIDE[ord("﹪")] = ord("%")
_WIDE_RUN = re.compile(f"[{''.join(map(chr, _WIDE))}]+")
_RADICAL_RUN = re.compile("[\u2e80-\u2fd5\uf900-\ufaff]+")
_NARROW = {",": "，", ":": "：", ";": "；", "?": "？", "!": "！", "(": "（", ")": "）"}
_PUNCTUATION = re.compile(r"[,:;?!()\n]|(?<=[^\x00-\x7f·.])\.(?=[ ]*(?:\n|\Z))")
_DOT = re.compile(r"(?<=[\u4e00-\u9fff”’》）)\"%])\.(?=[ ]?(?:[\u4e00-\u9fff“‘《（(\"0-9]|\n|\Z))")
_NUMERALS = "一二三四五六七八九十"
_NUMBER = re.compile(
    r"(?:^|[。.;；:： ])第?[（(]?[一二三四五六七八九十百0-9]{1,3}[）)]?\Z|[（(][一二三四五六七八九十0-9]{1,3}[）)]\Z"
)
_DOTTED = 3  # lines that end with a dot, before dots are taken for full stops within lines too
_SPACED_LINE = re.compile(r"^ *(\S(?: {1,3}\S){5,40}) *$", re.MULTILINE)
_SPACED_WORD = re.compile("工会|总结|计划|交流|汇报|报告|展示|材料|方案|通知")

_HEADING_MARK = re.compile(r"^#{1,6} +", re.MULTILINE)
_BOLD = re.compile(r"(?<!\*)\*\*(?=[^\s*])([^*\n]{1,200})(?<!\s)\*\*(?!\*)")
_TABLE_RULE = re.compile(r"^ *+\|?(?: *+:?-{2,}:? *+\|)+(?: *+:?-{2,}:? *+)?$\n?", re.MULTILINE)


def clean(raw: str, *, markdown: bool = False, furniture: int | None = None, printed: bool = False) -> Text:
    """The clean text of a whole source, in front of noise and splitting.

    Args:
        furniture: raw offset behind which there is nothing but the headers and footers of pages.
        printed: the lines are those of a page.
    """
    text = Text(raw)
    if furniture is not None:
        text = text.edited([Edit(furniture, len(raw), "", "page_header")])
    text = text.edited(list(characters(text.text)))
    if markdown:
        text = text.edited(list(markup(text.text)))
    text = text.edited(list(inline_pinyin(text.text)))
    text = text.edited(list(junk.junk(text.text)))
    text = text.edited(joined(width(text.text)))
    text = text.edited(list(simplifying_edits(text.text)))
    text = text.edited(list(spaced(text.text)))
    text = text.edited(list(wraps.page_furniture(text.text)))
    text = text.edited(list(wraps.hard_wraps(text.text, printed=printed)))
    return text.edited(list(junk.injected(text.text)))


def characters(text: str) -> Iterator[Edit]:
    """Line ends become ``\\n``, every blank a plain space; what cannot be seen (zero-width marks, NULs) is dropped."""
    for match in _CHARACTERS.finditer(text):
        kind = match.lastgroup or ""
        if match[0] == "\r" and kind == "invisible":
            yield Edit(*match.span(), "", "line_end")
        else:
            yield Edit(*match.span(), {"invisible": "", "line_end": "\n", "space": " " * len(match[0])}[kind], kind)


def markup(text: str) -> Iterator[Edit]:
    """Marks of Markdown: ``#`` before a heading, ``**`` around bold words, the rule under a table's head."""
    found = [(m.start(), m.end()) for pattern in (_HEADING_MARK, _TABLE_RULE) for m in pattern.finditer(text)]
    for match in _BOLD.finditer(text):
        found += [(match.start(), match.start(1)), (match.end(1), match.end())]
    at = 0
    for start, end in sorted(found):
        if start >= at:
            yield Edit(start, end, "", "markup")
            at = end


def inline_pinyin(text: str) -> Iterator[Edit]:
    """Parenthesised pinyin after a Chinese character: 工会(huì), 提案(an)(an)."""
    for match in _PINYIN.finditer(text):
        if match.start() == 0 or not is_han(text[match.start() - 1]):
            continue
        groups = [word for word in re.split(r"[()（）]+", match[0]) if word]
        if all(_is_pinyin(word, alone=len(groups) == 1) for word in groups):
            yield Edit(*match.span(), "", "inline_pinyin")


def _is_pinyin(word: str, *, alone: bool) -> bool:
    plain = unicodedata.normalize("NFD", word.replace("ɡ", "g")).replace("u\u0308", "ü")
    bare = re.sub(r"[\u0300\u0301\u0304\u030c]", "", plain)
    toned = bare != plain or bare[-1:].isdigit()
    bare = bare.rstrip("012345")
    if alone and not toned and (bare.lower() in _NO_PINYIN or bare != bare.lower()):
        return False
    return bool(_SYLLABLES.fullmatch(bare.lower()))


def width(text: str) -> Iterator[Edit]:
    """Wide digits, Latin letters and signs become narrow; narrow punctuation beside Chinese becomes wide."""
    wide = [Edit(*m.span(), m[0].translate(_WIDE), "fullwidth") for m in _WIDE_RUN.finditer(text)]
    return iter(sorted([*wide, *radicals(text), *_widened_punctuation(text), *full_stops(text)]))


def radicals(text: str) -> Iterator[Edit]:
    """Radicals and compatibility forms that stand for the character (部首字符): ⼯ U+2F2F, which PDFs hold, is 工."""
    for match in _RADICAL_RUN.finditer(text):
        yield from changed_runs(match[0], "".join(map(_character, match[0])), "radical", at=match.start())


def _character(radical: str) -> str:
    plain = _named_radicals().get(radical) or unicodedata.normalize("NFKC", radical)
    return plain if len(plain) == 1 else radical


@cache
def _named_radicals() -> dict[str, str]:
    return {line[0]: line[1] for line in read_lexicon("radicals.txt")}


def _widened_punctuation(text: str) -> Iterator[Edit]:
    opened: list[tuple[int, bool]] = []  # brackets of this line: offset, and whether Chinese stands beside it
    for match in _PUNCTUATION.finditer(text):
        at, char = match.start(), match[0]
        if char == "\n":
            opened.clear()
        elif char == ".":
            yield Edit(at, at + 1, "。", "halfwidth_punctuation")
        elif char == "(":
            opened.append((at, _chinese_beside(text, at)))
        elif char == ")":
            start, beside = opened.pop() if opened else (-1, False)
            if beside or _chinese_beside(text, at):
                if start >= 0:
                    yield Edit(start, start + 1, "（", "halfwidth_punctuation")
                yield Edit(at, at + 1, "）", "halfwidth_punctuation")
        elif _is_punctuation(text, at):
            yield Edit(at, at + 1, _NARROW[char], "halfwidth_punctuation")


def full_stops(text: str) -> Iterator[Edit]:
    """Dots that end sentences within a line (…成绩.我们…), where the writer has no other full stop: his lines end with dots, too.

    The dot behind a number (一.加强) and that of a day (三.八) are none; those at the end of a line are widened anyway.
    """
    lines = [(m.start(), m[0]) for m in re.finditer(r"[^\n]+", text) if "." in m[0] and "。" not in m[0]]
    found = [[at + m.start() for m in _DOT.finditer(line) if _ends_sentence(line, m.start())] for at, line in lines]
    ended = sum(line.rstrip().endswith(".") and bool(dots) for (_, line), dots in zip(lines, found, strict=True))
    if ended < _DOTTED and ("。" in text or sum(map(len, found)) < _DOTTED):
        return
    for (at, line), dots in zip(lines, found, strict=True):
        yield from (Edit(dot, dot + 1, "。", "halfwidth_punctuation") for dot in dots if dot < at + len(line.rstrip()) - 1)


def _ends_sentence(line: str, dot: int) -> bool:
    before, after = line[dot - 1], line[dot + 1 : dot + 2]
    if before in _NUMERALS and after and (after in _NUMERALS or after.isdigit()):
        return False
    return not _NUMBER.search(line, max(dot - 8, 0), dot)


def _is_punctuation(text: str, at: int) -> bool:
    """Whether a narrow mark is one of a Chinese sentence: not within a number or a time, no slip of a conversion (?F將)."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if before.isdigit() and after.isdigit():
        return False
    return _chinese_beside(text, at) and not (text[at] in "?!" and after.isascii() and after.isalnum())


def _chinese_beside(text: str, at: int) -> bool:
    """Whether the nearest character on either side that is no blank and no narrow punctuation is a wide one."""
    left = text[max(at - 4, 0) : at].rstrip(" ,:;?!()\"'%.")[-1:]
    right = text[at + 1 : at + 5].lstrip(" ,:;?!()\"'")[:1]
    return any(char > "\u2010" and not char.isspace() for char in (left, right) if char)


def spaced(text: str) -> Iterator[Edit]:
    """Blanks between the single characters of a title line: 工 会 工 作 总 结 (a list of spaced names is left alone)."""
    for match in _SPACED_LINE.finditer(text):
        if _SPACED_WORD.search(match[1].replace(" ", "")):
            for blank in re.finditer(" +", match[1]):
                yield Edit(match.start(1) + blank.start(), match.start(1) + blank.end(), "", "spaced")


def joined(edits: Iterable[Edit]) -> list[Edit]:
    """Adjoining edits of one kind that keep the length, as one."""
    out: list[Edit] = []
    for edit in edits:
        last = out[-1] if out else None
        if last and last.end == edit.start and last.kind == edit.kind and len(last.text) == last.end - last.start:
            out[-1] = Edit(last.start, edit.end, last.text + edit.text, edit.kind)
        else:
            out.append(edit)
    return out
