"""Attention as a picture: which source tokens each token of a translation looked at."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from recurra.drawing import INK, save
from recurra.fonts import families_for
from recurra_runtime.translator import Translation

LARGEST = 100.0
"""Inches; the words of a longer text lie over each other."""


def attention_pictures(translations: Sequence[Translation], folder: Path) -> dict[str, Path]:
    """Draws the attention of each translation that is not empty; the files by name."""
    pictures = {}
    for number, best in enumerate(translations, 1):
        if best.target:
            pictures[f"attention_{number}"] = folder / f"attention-{number}.png"
            attention_picture(best.attention, best.source, best.target, pictures[f"attention_{number}"])
    return pictures


def attention_picture(
    attention: np.ndarray, source: Sequence[str], target: Sequence[str], path: str | os.PathLike[str]
) -> None:
    """Draw attention weights as a heat map, the source along the top, the translation down the side.

    Args:
        attention: (target, source) weights.
        source: source tokens, in any script.
        target: tokens of the translation.
        path: the PNG file; it is replaced as a whole or not at all.
    """
    from matplotlib.figure import Figure

    wide, high = max(3.0, 0.36 * len(source) + 1.6), max(2.4, 0.3 * len(target) + 1.2)
    size = min(wide, LARGEST), min(high, LARGEST)
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(attention, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
    style: dict[str, Any] = {"fontfamily": families_for([*source, *target]), "fontsize": 9, "color": INK}
    axes.set_xticks(range(len(source)), source, rotation=60, ha="left", rotation_mode="anchor", **style)
    axes.set_yticks(range(len(target)), target, **style)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_parse_math(False)  # a word may hold dollar signs
    axes.spines[:].set_visible(False)
    save(figure, path)
