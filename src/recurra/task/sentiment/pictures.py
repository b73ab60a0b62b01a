"""Pictures of a classifier's results, written as PNG.

See `recurra.drawing` for what all pictures share.
"""

import os
from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

import numpy as np
import numpy.typing as npt

from recurra.drawing import BLUE, INK, PALE, QUIET, RED, plain, save, title
from recurra.fonts import families_for
from recurra.task.sentiment.scores import calibration_bins

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LARGEST_ANNOTATED = 16  # classes; more, and the numbers in the cells can no longer be read
LONGEST_NAME = 24  # characters of a class name
LARGEST = 40.0  # inches; classes that are more than fit in stay without names


def confusion_picture(matrix: npt.NDArray[Any], names: Sequence[str], path: str | os.PathLike[str]) -> None:
    """Draw a confusion matrix: a cell's colour is its share of the true class; share and count stand in it.

    Above 16 classes a colour bar stands for the numbers, and faint colours are strengthened.

    Args:
        matrix: (C, C) counts, row is the true class, column the predicted one.
        names: the C class names, by id, in any script.
        path: the PNG file; it is replaced as a whole or not at all.

    Raises:
        ValueError: a matrix of another shape, all zero, or with values that are no counts.
    """
    from matplotlib.colors import PowerNorm
    from matplotlib.figure import Figure

    matrix = np.asarray(matrix)
    classes = len(names)
    if matrix.shape != (classes, classes):
        raise ValueError(f"{classes} names need a {classes} by {classes} matrix, found shape {matrix.shape}.")
    if not (np.isfinite(matrix).all() and (matrix >= 0).all() and matrix.sum() > 0):
        raise ValueError("A confusion matrix holds counts of 0 or more, not all of them 0.")
    matrix = matrix.astype(np.int64)
    support = matrix.sum(axis=1, keepdims=True)
    share = np.divide(matrix, support, out=np.zeros(matrix.shape), where=support > 0)

    annotated = classes <= LARGEST_ANNOTATED
    cell = float(np.clip(11 / classes, 0.11, 1.3))  # inches
    side = min(cell * classes, LARGEST)
    figure = Figure(figsize=(side + 2.4, side + 1.8), layout="constrained")
    axes = figure.add_subplot()
    image = axes.imshow(share, cmap="Blues", norm=PowerNorm(1 if annotated else 0.5, vmin=0, vmax=1))
    title(
        axes,
        f"Accuracy {_percent(matrix.trace() / matrix.sum())}",
        f"{_texts(matrix.sum())}; each row adds up to 100 %",
    )
    axes.set_xlabel("predicted", color=INK, labelpad=8)
    axes.set_ylabel("true", color=INK, labelpad=8)
    if side == cell * classes:
        _name_ticks(axes, names, 72 * cell)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)

    if annotated:
        boundaries = np.arange(1, classes) - 0.5
        axes.set_xticks(boundaries, minor=True)
        axes.set_yticks(boundaries, minor=True)
        axes.grid(which="minor", color="white", linewidth=2)
        size = float(np.clip(72 * cell * 0.17, 6, 13))
        for (row, column), count in np.ndenumerate(matrix):
            text = f"{_percent(share[row, column], 0)}\n{count:,}" if count else "0"
            color = "white" if share[row, column] > 0.55 else INK if count else QUIET
            axes.text(column, row, text, ha="center", va="center", color=color, fontsize=size)
    else:
        bar = figure.colorbar(
            image, ax=axes, shrink=0.6, aspect=30, pad=0.02, format=lambda value, _: _percent(value, 0)
        )
        bar.ax.tick_params(length=0, labelcolor=QUIET)
        bar.outline.set_visible(False)
    save(figure, path)


def calibration_picture(
    labels: npt.NDArray[Any], probabilities: npt.NDArray[Any], path: str | os.PathLike[str]
) -> None:
    """Draw how often the model is right at each confidence (Guo et al. 2017), and a histogram of confidences.

    A well calibrated model lies on the diagonal; below it the model is surer than it should be. The bars span
    the 95 % interval of Wilson (1927), so that a bin of few texts is not taken for a finding.

    Args:
        labels: (N,) integers.
        probabilities: (N, C), each row sums to 1.
        path: the PNG file; it is replaced as a whole or not at all.

    Raises:
        ValueError: as `classification_scores`.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    bins = calibration_bins(labels, probabilities)
    used = bins.count > 0
    count, confidence, accuracy = bins.count[used], bins.confidence[used], bins.accuracy[used]
    rows = count.sum()
    edges = np.linspace(0, 1, len(used) + 1)
    lowest = edges[len(used) // np.shape(probabilities)[1]]  # nobody is less confident than chance

    figure = Figure(figsize=(5.6, 6.4), layout="constrained")
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    title(
        top,
        f"Accuracy {_percent(accuracy @ count / rows)}",
        f"mean confidence {_percent(confidence @ count / rows)},  "
        f"calibration error {_percent(bins.error)},  {_texts(rows)}",
    )
    low, high = _wilson(accuracy, count)
    top.plot([0, 1], [0, 1], color=QUIET, linestyle=(0, (4, 3)), linewidth=1, label="perfectly calibrated")
    top.vlines(confidence, low, high, color=PALE, linewidth=5, label="95 % interval")
    top.vlines(confidence, accuracy, confidence, color=RED, linewidth=1.2, label="calibration gap")
    top.plot(confidence, accuracy, "o", color=BLUE, markersize=6, label="this model")
    top.set_ylabel("accuracy", color=INK)
    top.set_ylim(-0.02, 1.02)
    top.legend(frameon=False, labelcolor=INK, fontsize=9, loc="best")

    bottom.stairs(bins.count / rows, edges, fill=True, color=BLUE, alpha=0.85)
    bottom.set_ylabel("share of texts", color=INK)
    bottom.set_xlabel("confidence: probability of the predicted class", color=INK)
    bottom.set_xlim(lowest - 0.01, 1.01)
    bottom.xaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    for axes in (top, bottom):
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
        plain(axes)
    save(figure, path)


def _wilson(share: npt.NDArray[Any], count: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """95 % interval of a share of `count` trials, sound for few trials and for shares of 0 and 1."""
    z = 1.96
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return middle - half, middle + half


def _name_ticks(axes: "Axes", names: Sequence[str], cell: float) -> None:
    """Write the class names along both axes, upright where they are wider than a cell of `cell` points."""
    short = [_short(name) for name in names]
    size = float(np.clip(cell * 0.62, 4.5, 10))
    wrapped = [fill(name, max(1, int(cell / (size * 0.6))), break_long_words=False) for name in short]
    fits = all(_width(line) * size * 0.6 <= cell for name in wrapped for line in name.splitlines())
    style: dict[str, Any] = {"fontfamily": families_for(short), "fontsize": size, "color": INK}
    ticks = range(len(names))
    axes.set_xticks(ticks, wrapped if fits else short, rotation="horizontal" if fits else "vertical", **style)
    axes.set_yticks(ticks, short, **style)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_parse_math(False)  # a name may hold dollar signs


def _width(text: str) -> float:
    """Width in Latin letters; Chinese, Japanese and Korean characters are about as wide as two."""
    return sum(1.8 if east_asian_width(character) in "WF" else 1 for character in text)


def _percent(share: float, decimals: int = 1) -> str:
    return f"{100 * share:.{decimals}f} %"


def _texts(count: int) -> str:
    return f"{count:,} {'text' if count == 1 else 'texts'}"


def _short(name: str) -> str:
    name = " ".join(name.split())
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
