"""Pages as scanners see them: a text set in a Chinese face, turned by 0.6°, with noise, a stamp over it if wanted."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Any

PLACES = (
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc",
)
COLUMNS = 36  # characters of a line
_SIZE, _LEADING, _MARGIN, _WIDTH, _HEIGHT = 28, 50, 110, 1240, 1754  # pixels: A4 with 150 to an inch
_DEGREES = 0.6
_SPECKS = 1500


def font() -> str | None:
    """A Chinese font of this machine."""
    return next((place for place in PLACES if Path(place).is_file()), None)


def lines(text: str) -> list[str]:
    """The lines of a text as they are set, paragraphs indented."""
    found: list[str] = []
    for paragraph in text.splitlines():
        rest = "\u3000\u3000" + paragraph if len(paragraph) > COLUMNS - 2 else paragraph
        while rest:
            found.append(rest[:COLUMNS])
            rest = rest[COLUMNS:]
    return found


def page(text: str, *, stamped: bool = False, columns: int = 1) -> Any:
    """One scanned page, the same in every run."""
    from PIL import Image, ImageDraw, ImageFont

    face = ImageFont.truetype(font() or "", _SIZE, index=2)
    picture = Image.new("RGB", (_WIDTH, _HEIGHT), "white")
    draw = ImageDraw.Draw(picture)
    wide = COLUMNS if columns == 1 else COLUMNS // 2 - 1
    set_lines = lines(text) if columns == 1 else [text.replace("\n", "")[i : i + wide] for i in range(0, len(text), wide)]
    each = -(-len(set_lines) // columns)
    for n, line in enumerate(set_lines):
        column, row = divmod(n, each)
        draw.text((_MARGIN + column * (wide + 2) * _SIZE, _MARGIN + row * _LEADING), line, font=face, fill=(20, 20, 25))
    if stamped:
        x, y, r = _WIDTH - 420, _MARGIN + each * _LEADING - 160, 130
        draw.ellipse((x - r, y - r, x + r, y + r), outline=(220, 40, 40), width=6)
        draw.text((x - 20, y - 20), "★", font=face, fill=(220, 40, 40))
        draw.text((x - 84, y + 40), "工会委员会", font=face, fill=(220, 40, 40))
    turned = picture.rotate(_DEGREES, resample=Image.Resampling.BICUBIC, fillcolor="white")
    chance = random.Random(7)
    for _ in range(_SPECKS):
        spot = chance.randrange(_WIDTH), chance.randrange(_HEIGHT)
        turned.putpixel(spot, (chance.randrange(256),) * 3)
    return turned


def saved(picture: Any, kind: str, **options: Any) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()
