"""Bar charts as inline SVG, with the figures in them for those who do not see the bars."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT, FOOT, HEAD, GAP = 560, 180, 24, 18, 0.18
BAR = Markup('<g><title>{label}: {value}</title><rect x="{x}" y="{y}" width="{w}" height="{h}" rx="2"/>{words}</g>')
WORD = Markup('<text x="{x}" y="{y}">{word}</text>')
CHART = Markup('<svg class="bars" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">'
               '<line x1="0" x2="{width}" y1="{base}" y2="{base}"/>{bars}</svg>')  # fmt: skip


def bars(title: str, values: Sequence[tuple[str, int]]) -> Markup:
    """A bar for each label; the values stand above their bars."""
    most = max((value for _, value in values), default=0) or 1
    step = WIDTH / max(len(values), 1)
    base = HEIGHT - FOOT
    drawn = []
    for i, (label, value) in enumerate(values):
        height = round((base - HEAD) * value / most, 1)
        middle = round(step * (i + 0.5), 1)
        words = WORD.format(x=middle, y=HEIGHT - 7, word=label)
        if value:
            words += WORD.format(x=middle, y=round(base - height - 5, 1), word=value)
        drawn.append(BAR.format(label=label, value=value, x=round(step * (i + GAP), 1), y=round(base - height, 1),
                                w=round(step * (1 - 2 * GAP), 1), h=height, words=words))  # fmt: skip
    spoken = f"{title}: " + ", ".join(f"{label} {value}" for label, value in values)
    return CHART.format(width=WIDTH, height=HEIGHT, base=base, title=spoken, bars=Markup("").join(drawn))
