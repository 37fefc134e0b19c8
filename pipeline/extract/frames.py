"""Who the language itself gives away (人名的框架): a surname with a title, a name by sound, items of a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.extract.features import given_names
from pipeline.extract.people import HAN, VERBS, is_name_token, patterns, plausible
from pipeline.extract.tagger import Marked
from pipeline.resources import alternatives, words
from pipeline.segment.tokens import common_words
from pipeline.surnames import surnames

if TYPE_CHECKING:
    from pipeline.extract.people import Proposal
    from pipeline.segment import Reading


def given_away(reading: Reading) -> Iterator[Proposal]:
    """What the language gives away: a surname with a title, a name before its bracketed role, a name written by sound."""
    p, text = patterns(), reading.clean
    begins, ends = {token[1] for token in reading.tokens}, {token[2] for token in reading.tokens}
    for m in p.with_title.finditer(text):
        if m.start() in begins and m.start("title") in ends and m.end() in ends and m[0] not in words("lexicons/titles.txt"):
            yield (m.start(), m.end() if m["given"] == "" else m.start("title"), "PER", 0.8)
    for m in p.familiar.finditer(text):
        whole = m.start() in begins and (m.end() in ends or m["rank"])
        if whole and not p.not_familiar.fullmatch(m[0]) and not quoted(text, m.start()):
            yield (*m.span(), "PER", 0.7)
    for pattern in (p.before_role, p.short_in_text):
        for m in pattern.finditer(text):
            if m["name"] not in words("lexicons/titles.txt") and m["name"] not in common_words() and m.end() in ends:
                yield (m.start("name"), m.end("name"), "PER", 0.9)
    for m in p.compound.finditer(text):
        given = reading.tokens[reading.token_at(m.end())]
        whole = (
            given.start <= m.end()
            and given.end - m.end() in (1, 2)
            and reading.tokens[reading.token_at(m.start())].start == m.start()
        )
        if whole and set(text[m.end() : given.end]) <= given_names().keys():
            end = given.end - (given.end - m.end() == 2 and text[given.end - 1] in VERBS)
            yield (m.start(), end, "PER", 0.8)
    for m in p.by_sound.finditer(text):
        title = p.short_title.match(text, m.end()) if "·" not in m[0] else None
        if len(m[0]) >= 4 or "·" in m[0] or (title and len(m[0]) >= 3):
            end = m.end() - (m[0][-1] in VERBS - {"提", "来", "拉", "达"} and m[0][-3:-2] not in "·•")
            yield (m.start(), title.end() if title else end, "PER", 0.9)
    for token in reading.tokens:
        whole = token[2] - token[1] == 3 and is_name_token(token) and not quoted(text, token.start)
        if whole and plausible(reading, Marked(token.start, token.end, "PER", 0.5)):
            yield (token.start, token.end, "PER", 0.6)


def quoted(text: str, at: int) -> bool:
    """Whether what begins here opens a quotation or a title (“梁伯凳”, 《杨善洲》): then it names a thing."""
    return text[at - 1 : at] in ("“", "《")


_ITEM = rf"{HAN}{{2,4}}|{HAN} {{1,3}}{HAN}"
_BETWEEN = re.compile(rf"[、 　](?:{HAN}{{2,4}}[、 　]|{HAN} {{1,3}}{HAN}[、 　]+)+ *")
_NEXT_ITEM = re.compile(rf"、(?P<name>{_ITEM})(?=[、 　，。；）)\n]|等|$)")


def listed(text: str, people: list[Marked]) -> Iterable[Proposal]:
    """Between or behind marked names of one list, what begins with a surname is a name too."""
    for m, n in pairwise(people):
        between = text[m.end : n.start]
        if 3 <= len(between) <= 30 and _BETWEEN.fullmatch(between):
            for item in re.finditer(_ITEM, between):
                word = item[0].replace(" ", "")
                if word[0] in surnames() or word[:2] in surnames():
                    yield (m.end + item.start(), m.end + item.end(), "PER", 0.9)
    for m in people:
        following = _NEXT_ITEM.match(text, m.end)
        continues = text[max(0, m.start - 1) : m.start] == "、"
        if following is None or not continues:
            continue
        name = following["name"]
        if name[0] in surnames() and set(name[1:].strip()) <= given_names().keys():
            yield (*following.span("name"), "PER", 0.7)


@cache
def _labelled() -> re.Pattern[str]:
    titles = alternatives(words("lexicons/titles.txt"))
    item = rf"(?:{HAN}{{2,4}}|{HAN}[ 　]{{1,3}}{HAN}{{1,2}})(?:[（(][^（）()\n]{{1,12}}[）)])?"
    return re.compile(rf"(?:{titles}|名单)[：:][ 　]*(?P<items>{item}(?:[、 　]{{1,4}}{item}){{1,30}})(?=[。；;，\n）)等]|$)")


_BRACKETED = re.compile(r"[（(][^（）()\n]*[）)]")
_ONE = re.compile(rf"{HAN} {{1,3}}{HAN}(?!{HAN})|{HAN}{{2,4}}")


def labelled(text: str) -> Iterator[Proposal]:
    """The items of a list that a role heads (委员：娄万金、苌福顺、郄大娥), where most of them begin with a surname."""
    for m in _labelled().finditer(text):
        items = list(_ONE.finditer(_BRACKETED.sub(lambda b: "，" * len(b[0]), m["items"])))
        names = [i for i in items if i[0][0] in surnames() or i[0][:2] in surnames()]
        if 2 * len(names) > len(items):
            names = [i for i in names if len(i[0]) < 4 or i[0][:2] in surnames() or " " in i[0]]
            yield from ((m.start("items") + i.start(), m.start("items") + i.end(), "PER", 0.8) for i in names)
