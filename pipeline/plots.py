"""Plots with Chinese glyphs (中文字形): a font that a package ships, registered with matplotlib."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from pipeline.errors import CannotRun

FAMILY = "Noto Sans SC"


def chinese_plots() -> None:
    """Let matplotlib draw Chinese on any machine, and give plots one plain look.

    Raises:
        CannotRun: matplotlib or the font's package is not here.
    """
    for package in ("matplotlib", "pylopdf_fonts_zh_cn"):
        if find_spec(package) is None:
            raise CannotRun("notebook_missing", package=package)
    import matplotlib as mpl
    import pylopdf_fonts_zh_cn as fonts
    from matplotlib import font_manager

    font_manager.fontManager.addfont(str(fonts.sans_path()))
    mpl.rcParams.update(
        {
            "font.family": FAMILY,
            "axes.unicode_minus": False,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlelocation": "left",
            "figure.constrained_layout.use": True,
            "figure.dpi": 96,
            "svg.hashsalt": "gonghui",
        }
    )


def chinese_figure(width: float, height: float) -> Any:
    """An empty matplotlib figure, in inches, that draws Chinese.

    Raises:
        CannotRun: as ``chinese_plots``.
    """
    chinese_plots()
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height))
