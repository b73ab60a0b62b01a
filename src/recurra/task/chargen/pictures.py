"""A picture of what a language model gains from what it has read."""

from __future__ import annotations

import os
from itertools import pairwise

import numpy as np

from recurra.drawing import BLUE, INK, PALE, QUIET, plain, save, title


def context_picture(nats: np.ndarray, carried: float, path: str | os.PathLike[str]) -> None:
    """Draw the nats of a character by the number of characters that were read before it.

    Args:
        nats: (window,) mean nats of the first, second, … character of windows that are read without context.
        carried: mean nats with the state of the whole text before.
        path: the PNG file.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import ScalarFormatter

    before = np.arange(1, len(nats) + 1)
    edges = np.unique(np.geomspace(1, len(nats) + 1, 24).round().astype(int))
    bins = [slice(low - 1, high - 1) for low, high in pairwise(edges)]
    figure = Figure(figsize=(6.4, 4.4), layout="constrained")
    axes = figure.add_subplot()
    title(axes, f"{carried:.3f} nats a character", "how much what was read before helps; lower is better")
    axes.plot(before, nats, color=PALE, linewidth=1)
    axes.plot(
        [before[part].mean() for part in bins], [nats[part].mean() for part in bins], "o-", color=BLUE, markersize=4,
        label="read so far, and nothing before",
    )  # fmt: skip
    axes.axhline(carried, color=QUIET, linestyle=(0, (4, 3)), linewidth=1.2, label="the whole text before")
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.set_xlabel("characters read", color=INK)
    axes.set_ylabel("nats a character", color=INK)
    axes.legend(frameon=False, labelcolor=INK, fontsize=9)
    plain(axes)
    save(figure, path)
