"""What of a document is needed to find its duplicates (雷同): made where the clean text is at hand, small enough to hand over.

Two views of a text are compared. Its *shingles* are the runs of eight characters of the squeezed text, that is the clean
text without blanks and punctuation: copied wording shares them. Its *anchors* are what a writer who swaps every word for
a synonym leaves as it was: numbers, names and quoted words, in their order.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.errors import ResourceError
from pipeline.records import Person, Record
from pipeline.resources import read_text
from pipeline.spans import Text

if TYPE_CHECKING:
    from numpy import uint64
    from numpy.typing import NDArray

    Grams = NDArray[uint64]

SHINGLE = 8  # characters; annotation guide §8
PERMUTATIONS = 128
SEED = 20
SAMPLED = 32  # one shingle of so many is a landmark
MOST_ANCHORS = 400
LEXICON = "lexicons/set_phrases.txt"
MOST_PHRASES = 200

SPACING = re.compile(r"[\W_]+")
WORDS = re.compile(r"[^\W_]+")
# a number of two digits or more, a Chinese one of two characters or more, or a few quoted words
ANCHOR = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[一二三四五六七八九十百千万零〇]{2,}|[“\"《]([^“”\"《》\n]{2,12})[”\"》]")
CALENDAR_YEAR = re.compile(r"(?:19|20)\d\d|[〇零一二三四五六七八九]{4}")


class Sketch(NamedTuple):
    """One document, as the search for duplicates sees it."""

    doc_id: str
    source: str
    squeezed: str  # the clean text without blanks and punctuation
    anchors: tuple[str, ...]  # in the order of the text
    year: int | None  # the year it reports on
    phrased: tuple[tuple[int, int], ...]  # stretches of ``squeezed`` that are set phrases of the lexicon
    minhash: Any  # rensa.RMinHash of the shingles; None where the text is too short for one
    places: bytes  # raw offset of each character of ``squeezed``: array("I")
    landmarks: tuple[int, ...]  # hashes of what two versions of one text share and others hardly do


def sketch(record: Record, text: Text) -> Sketch | None:
    """The sketch of a document, ``text`` being its clean text; None for a guide (写作指导), which is nobody's report.

    Raises:
        ResourceError: the lexicon of set phrases is wrong.
    """
    if record.doc_type == "guide":
        return None
    clean = text.text
    squeezed = squeeze(clean)
    starts = text.starts()
    kept = array("I")
    for run in WORDS.finditer(clean):
        kept.extend(starts[run.start() : run.end()])
    named = anchors(clean, ((text.clean_at(p.start), name(p)) for p in record.persons))
    return Sketch(
        doc_id=record.doc_id,
        source=record.source,
        squeezed=squeezed,
        anchors=named,
        year=record.report_year.value,
        phrased=phrased(squeezed),
        minhash=_minhash(squeezed),
        places=kept.tobytes(),
        landmarks=landmarks(squeezed, named),
    )


def squeeze(text: str) -> str:
    """The text without blanks, punctuation and difference of case; each character that is left stays one character."""
    bare = SPACING.sub("", text)
    low = bare.lower()
    if len(low) == len(bare) and "Σ" not in bare:  # what a sigma becomes depends on where it stands
        return low
    return "".join(c if len(low := c.lower()) != 1 else low for c in bare)


def name(person: Person) -> str:
    """A person's name as it is compared; a redacted one is empty."""
    found = SPACING.sub("", person.clean or person.text)
    return found if re.fullmatch(r"[\u3400-\u9fff]{2,4}", found) and "某" not in found else ""


def anchors(text: str, names: Iterable[tuple[int, str]] = ()) -> tuple[str, ...]:
    """Numbers, quoted words and ``names`` (with their offsets) in the order of the text; at most ``MOST_ANCHORS``.

    Calendar years are left out, since a text that is handed in again has new ones, and so is a single digit: every
    text counts from one to nine.
    """
    found = {at: word for at, word in names if word}
    for match in ANCHOR.finditer(text):
        if match[1] is not None:
            word = SPACING.sub("", match[1])
        else:
            word = match[0].replace(",", "")
            if CALENDAR_YEAR.fullmatch(word):
                continue
        if len(word) > 1:
            found.setdefault(match.start(), word)
    return tuple(found[at] for at in sorted(found))[:MOST_ANCHORS]


def grams(text: str, size: int) -> Grams:
    """The runs of ``size`` characters of a text in their order, each as a number: equal for equal runs, on every machine."""
    import numpy as np

    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    length = max(len(codes) - size + 1, 0)
    found = np.zeros(length, dtype=np.uint64)
    for i in range(size):
        found = found * np.uint64(0x100000001B3) + codes[i : i + length]
    found ^= found >> np.uint64(29)  # the low bits choose samples and partitions: let every character reach them
    found *= np.uint64(0xBF58476D1CE4E5B9)
    return found ^ (found >> np.uint64(32))


def landmarks(squeezed: str, named: Sequence[str]) -> tuple[int, ...]:
    """A sample of the shingles, and the pairs of anchors that follow each other, with none or one between them."""
    found = grams(squeezed, SHINGLE)
    sampled = {int(value) for value in found[found % SAMPLED == 0]}
    pairs = {(a, b) for gap in (1, 2) for a, b in zip(named, named[gap:], strict=False)}
    digests = {hashlib.blake2b("\0".join(pair).encode("utf-8", "replace"), digest_size=8).digest() for pair in pairs}
    return tuple(sorted(sampled | {int.from_bytes(digest, "little") for digest in digests}))


def phrased(squeezed: str) -> tuple[tuple[int, int], ...]:
    """The stretches of a squeezed text that are set phrases (套话) of the lexicon."""
    return tuple(match.span() for match in set_phrases().finditer(squeezed))


@cache
def set_phrases() -> re.Pattern[str]:
    """The lexicon of set phrases as one pattern, longer phrases before shorter ones.

    Raises:
        ResourceError: a phrase has blanks or punctuation in it, is shorter than four characters, or there are too many.
    """
    seen: dict[str, int] = defaultdict(int)
    for i, line in enumerate(read_text(LEXICON).splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        seen[line] += 1
        if squeeze(line) != line or len(line) < 4 or seen[line] > 1 or len(seen) > MOST_PHRASES:
            raise ResourceError("resource_row", file=LEXICON, line=i)
    return re.compile("|".join(sorted(seen, key=lambda p: (-len(p), p))) or r"(?!)")


def with_minhash(found: Sketch) -> Sketch:
    """The sketch with its MinHash, which is made from the text anew."""
    return found._replace(minhash=_minhash(found.squeezed))


def _minhash(squeezed: str) -> Any:
    from rensa import RMinHash

    shingles = {squeezed[i : i + SHINGLE] for i in range(len(squeezed) - SHINGLE + 1)}
    if not shingles:
        return None
    made = RMinHash(PERMUTATIONS, SEED)
    made.update([shingle.encode("utf-8", "replace") for shingle in shingles])
    return made
