"""What all pictures share: colours, titles, axes, and a file that is whole or not there.

They are drawn on matplotlib's `Figure` without pyplot: no window and no global state. matplotlib is imported
only when a picture is drawn.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, QUIET, BLUE, PALE, RED = "#24292f", "#8c959f", "#2f6f9f", "#c9dcea", "#c8553d"
DPI = 150


def title(axes: Axes, text: str, detail: str) -> None:
    """A title, and a line of detail below it."""
    axes.set_title(text, loc="left", color=INK, fontsize=14, fontweight="bold", pad=24)
    axes.annotate(
        detail,
        (0, 1),
        (0, 9),
        xycoords="axes fraction",
        textcoords="offset points",
        color=QUIET,
        fontsize=9.5,
    )


def plain(axes: Axes) -> None:
    """A light grid, and lines at the left and at the bottom alone."""
    axes.grid(color="#eaeef2", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(QUIET)
    axes.tick_params(color=QUIET, labelcolor=INK, labelsize=9)


def save(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Write beside the target, then rename, so that nobody ever sees half a picture."""
    path = Path(path).resolve()  # a link stays a link
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with warnings.catch_warnings():
            # `families_for` has said it already, once and not for every glyph
            warnings.filterwarnings("ignore", message="Glyph .* missing from")
            figure.savefig(temporary, format="png", dpi=DPI, bbox_inches="tight", pad_inches=0.2)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
