"""Pictures of pages → their lines (文字识别), each with how sure the reader is of it. The extra ``ocr`` brings the models.

Nothing is fetched: the models lie in the package. One thread, so that the same picture gives the same text.
"""

from __future__ import annotations

import importlib.util
import io
import math
from collections.abc import Iterator
from functools import cache
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.errors import SourceError
from pipeline.ingest.decode import is_han
from pipeline.ingest.layout import Box, regions, rows
from pipeline.ingest.limits import DEFAULT, Limits
from pipeline.products import Recognised

if TYPE_CHECKING:
    from PIL.Image import Image
else:
    Image = Any

_INDENT = "\u3000\u3000"
_INDENTED = 1.2  # characters right of the margin
_LOOSE = 1.1  # how much wider than its characters a line may be set
_FORMATS = ("BMP", "JPEG", "PNG", "TIFF")
_NOISE = 0.3  # confidence below which a line is a smudge, a frame, the rim of a stamp
_WELL = 0.8  # mean confidence of a page that lies right
_FEW = 30  # Chinese characters of the shortest document that a picture file may be
_SIDE = 2000  # pixels that the longer side of a page is drawn with: 170 a inch on A4


class _Seen(NamedTuple):
    """A line as the reader saw it: its corners from the upper left one on, and how sure it is."""

    corners: list[tuple[float, float]]
    text: str
    confidence: float


class Recognition(NamedTuple):
    """The text of pages, where each begins, and the lines with the confidence of each, in offsets of that text."""

    text: str
    pages: tuple[int, ...]
    lines: tuple[Recognised, ...]


def available() -> bool:
    """Whether the extra is installed."""
    return all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime"))


def recognised_picture(data: bytes, limits: Limits = DEFAULT) -> Recognition:
    """The text of a picture file, page by page where it has several (.tif).

    Raises:
        SourceError: ``needs_ocr`` ``corrupt_file`` ``too_large`` ``too_many_pages``; ``no_document`` where it hardly shows text.
    """
    if not available():
        raise SourceError("needs_ocr", pages=1)
    text, pages, lines = "", [], []
    for page in _pages(data, limits):
        pages.append(len(text))
        for line, confidence in recognised_lines(page):
            lines.append(Recognised(len(text), len(text) + len(line), confidence))
            text += line + "\n"
    if sum(map(is_han, text)) < _FEW:  # a banner in a photograph of an event is no document
        raise SourceError("no_document", reason="hardly any text in the picture")
    return Recognition(text.removesuffix("\n"), tuple(pages), tuple(lines))


def _pages(data: bytes, limits: Limits) -> Iterator[Image]:
    import PIL.Image
    import PIL.ImageOps
    import PIL.ImageSequence

    with PIL.Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
        frames = getattr(picture, "n_frames", 1)
        if frames > limits.max_scans:
            raise SourceError("too_many_pages", pages=frames, limit=limits.max_scans)
        for frame in PIL.ImageSequence.Iterator(picture):
            pixels = frame.width * frame.height
            if pixels > limits.max_pixels:
                raise SourceError("too_large", pixels=pixels, limit=limits.max_pixels)
            upright = PIL.ImageOps.exif_transpose(frame)
            if "A" in upright.getbands() or "transparency" in upright.info:
                shown = upright.convert("RGBA")
                upright = PIL.Image.alpha_composite(PIL.Image.new("RGBA", shown.size, "white"), shown)
            yield upright.convert("RGB")


def resolution(width: float, height: float) -> int:
    """Pixels an inch with which a page of so many points is to be drawn."""
    return max(int(_SIDE / max(width, height, 1.0) * 72), 1)


def recognised_lines(page: Image) -> list[tuple[str, float]]:
    """The lines of a page in reading order, indents kept as ideographic blanks, each with its confidence (0 to 1).

    A page that was laid on the glass sideways or upside down is turned as it reads best.
    """
    best = _seen(page)
    if _stand_upright(best):
        page = page.rotate(90, expand=True)
        best = _seen(page)
    if best and _worth(best) < _WELL * sum(len(line.text) for line in best):
        turned = _seen(page.rotate(180, expand=True))
        if _worth(turned) > _worth(best):
            best = turned
    return list(_in_order([line for line in best if line.confidence >= _NOISE]))


def _stand_upright(seen: list[_Seen]) -> bool:
    """Whether lines run down the page."""
    tall = sum(
        len(line.text) for line in seen if line.corners[2][1] - line.corners[0][1] > line.corners[2][0] - line.corners[0][0]
    )
    return 2 * tall > sum(len(line.text) for line in seen)


def _worth(seen: list[_Seen]) -> float:
    """Characters, each for as much as it is sure."""
    return sum(line.confidence * len(line.text) for line in seen)


def _seen(page: Image) -> list[_Seen]:
    import numpy

    # lines are not turned one by one (use_cls): on a page that lies right that does harm
    found = _engine()(numpy.asarray(page.convert("RGB")), use_cls=False)
    if found.boxes is None:
        return []
    return [
        _Seen([(float(x), float(y)) for x, y in corners], text.strip(), round(float(score), 2))
        for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
        if text.strip()
    ]


def _in_order(seen: list[_Seen]) -> Iterator[tuple[str, float]]:
    if not seen:
        return
    tilt = _tilt(seen)
    boxes = [_upright(line, tilt, number) for number, line in enumerate(seen)]
    size = median((box.right - box.left) / _columns(seen[box.number].text) * 2 for box in boxes)
    # the reader's boxes reach beyond their words here and there, as far as into the next column
    boxes = [box._replace(right=min(box.right, box.left + _columns(seen[box.number].text) * size * _LOOSE / 2)) for box in boxes]
    for region in regions(boxes, size):
        lines = rows(region)
        margin = min(row[0].left for row in lines)
        for row in lines:
            indent = _INDENT if row[0].left - margin > _INDENTED * size else ""
            yield indent + " ".join(seen[box.number].text for box in row), min(seen[box.number].confidence for box in row)


def _tilt(seen: list[_Seen]) -> float:
    """By how much the page lies askew, in radians: the median over the longer half of the lines."""
    edges = sorted((line.corners[1][0] - line.corners[0][0], line.corners[1][1] - line.corners[0][1]) for line in seen)
    return median(math.atan2(dy, dx) for dx, dy in edges[len(edges) // 2 :])


def _upright(line: _Seen, tilt: float, number: int) -> Box:
    cos, sin = math.cos(-tilt), math.sin(-tilt)
    turned = [(x * cos - y * sin, x * sin + y * cos) for x, y in line.corners]
    xs, ys = [x for x, _ in turned], [y for _, y in turned]
    return Box(min(xs), min(ys), max(xs), max(ys), number)


def _columns(text: str) -> int:
    return sum(2 if char > "\u1fff" else 1 for char in text)


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.text_score": 0.0,  # doubtful lines are kept: they tell that a page lies upside down
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
