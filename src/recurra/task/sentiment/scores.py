"""Scores of a classifier from its labels and probabilities: numpy alone, so that nothing waits for torch.

Throughout, N is the number of texts and C the number of classes; labels are class ids 0 … C-1, a prediction
is the class of highest probability (the lower id where two are equal), and scores are shares between 0 and 1.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

RESAMPLES = 1000
INTERVAL = (2.5, 97.5)  # percentiles: 95 % lie between them
SMALLEST = 1e-15  # a probability of 0 for the true class would cost infinitely much
SUM_TOLERANCE = 1e-2  # rows of bf16 probabilities sum to 1 no closer than this


@dataclass(frozen=True)
class CalibrationBins:
    """Predictions grouped by their confidence; each field has shape (bins,), empty bins hold 0."""

    count: Integers
    confidence: Floats  # mean of the predictions in the bin
    accuracy: Floats

    @property
    def error(self) -> float:
        """Expected calibration error: the gap |accuracy - confidence|, weighted by the counts."""
        return float(np.abs(self.accuracy - self.confidence) @ self.count / self.count.sum())


def classification_scores(
    labels: npt.NDArray[Any], probabilities: npt.NDArray[Any], names: Sequence[str], seed: int = 0
) -> dict[str, float]:
    """All scores of one model on one set of texts.

    - `accuracy`, with its 95 % interval from `accuracy_low` to `accuracy_high`: the percentile bootstrap
      (Efron 1979) over texts. It says how much another sample of texts would change the score, not how much
      another training seed would. Where every prediction is right, or wrong, it has no width.
    - `macro_f1`: mean F1 of the classes that occur among labels or predictions, as scikit-learn's
      `f1_score(average="macro")` has it.
    - `calibration_error`: the expected one of Guo et al. (2017), with 15 bins.
    - `nll`: mean negative log-likelihood in nats per text.
    - `precision/NAME`, `recall/NAME`, `f1/NAME` (0 where they would be 0/0) and `support/NAME` (texts).

    Args:
        labels: (N,) integers.
        probabilities: (N, C), each row sums to 1.
        names: the C class names, by id.
        seed: of the resampling.

    Raises:
        ValueError: no rows, wrong shapes, labels out of range, no probabilities, repeated names.
    """
    labels, probabilities = _checked(labels, probabilities)
    rows, classes = probabilities.shape
    if len(names) != classes or len(set(names)) != classes:
        raise ValueError(f"{classes} classes need {classes} distinct names, found {list(names)}.")
    matrix = confusion(labels, probabilities.argmax(axis=1), classes)
    right, support, predicted = matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0)
    precision, recall = _ratio(right, predicted), _ratio(right, support)
    f1 = _ratio(2 * right, support + predicted)
    low, high = _bootstrap(np.array([1.0, 0.0]), np.array([right.sum(), rows - right.sum()]), seed)
    scores = {
        "accuracy": float(right.sum() / rows),
        "accuracy_low": low,
        "accuracy_high": high,
        "macro_f1": float(f1[support + predicted > 0].mean()),
        "calibration_error": calibration_bins(labels, probabilities).error,
        "nll": float(-np.log(probabilities[np.arange(rows), labels].clip(SMALLEST, 1.0)).mean()),
    }
    by_class = {"precision": precision, "recall": recall, "f1": f1, "support": support}
    return scores | {
        f"{score}/{name}": float(values[index])
        for index, name in enumerate(names)
        for score, values in by_class.items()
    }


def confusion(labels: npt.NDArray[Any], predicted: npt.NDArray[Any], classes: int) -> Integers:
    """Counts (C, C): row is the true class, column the predicted one.

    Args:
        labels: (N,) integers.
        predicted: (N,) integers.
        classes: C.

    Raises:
        ValueError: shapes that differ, or ids outside 0 … C-1.
    """
    labels, predicted = _ids("labels", labels, classes), _ids("predicted", predicted, classes)
    _same_length(labels=labels, predicted=predicted)
    return np.bincount(labels * classes + predicted, minlength=classes**2).reshape(classes, classes)


def calibration_bins(labels: npt.NDArray[Any], probabilities: npt.NDArray[Any], bins: int = 15) -> CalibrationBins:
    """Group predictions into equal bins of confidence, the highest probability of a row (Guo et al. 2017).

    Bin b holds the confidences in (b / bins, (b + 1) / bins].

    Args:
        labels: (N,) integers.
        probabilities: (N, C), each row sums to 1.
        bins: their number.

    Raises:
        ValueError: as `classification_scores`.
    """
    labels, probabilities = _checked(labels, probabilities)
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    inner_edges = np.arange(1, bins) / bins
    index = np.searchsorted(inner_edges, confidence, side="left")
    count = np.bincount(index, minlength=bins)
    return CalibrationBins(
        count=count,
        confidence=_ratio(np.bincount(index, weights=confidence, minlength=bins), count),
        accuracy=_ratio(np.bincount(index, weights=right, minlength=bins), count),
    )


def compare(
    labels: npt.NDArray[Any],
    probabilities_a: npt.NDArray[Any],
    probabilities_b: npt.NDArray[Any],
    seed: int = 0,
) -> dict[str, float]:
    """Is model a better than model b? A paired test on the same texts.

    - `accuracy_a`, `accuracy_b`, and `difference`: a minus b, with the 95 % interval of the paired percentile
      bootstrap from `difference_low` to `difference_high`.
    - `only_a`, `only_b`: number of texts that one model alone has right.
    - `p_value`: the exact two-sided test of McNemar (1947), how likely so uneven a split would be if a coin
      decided which of the two is right. Texts that both have right, or both wrong, say nothing about it.

    Args:
        labels: (N,) integers.
        probabilities_a: (N, C), each row sums to 1.
        probabilities_b: (N, C), rows in the same order.
        seed: of the resampling.

    Raises:
        ValueError: as `classification_scores`, or the two models do not have the same rows and classes.
    """
    labels, probabilities_a = _checked(labels, probabilities_a)
    labels, probabilities_b = _checked(labels, probabilities_b)
    if probabilities_a.shape != probabilities_b.shape:
        classes = f"{probabilities_a.shape[1]} and {probabilities_b.shape[1]}"
        raise ValueError(f"Models with {classes} classes cannot be compared.")
    right_a = probabilities_a.argmax(axis=1) == labels
    right_b = probabilities_b.argmax(axis=1) == labels
    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    counts = np.array([only_a, only_b, len(labels) - only_a - only_b])
    low, high = _bootstrap(np.array([1.0, -1.0, 0.0]), counts, seed)
    return {
        "accuracy_a": float(right_a.mean()),
        "accuracy_b": float(right_b.mean()),
        "difference": (only_a - only_b) / len(labels),
        "difference_low": low,
        "difference_high": high,
        "p_value": _mcnemar(only_a, only_b),
        "only_a": only_a,
        "only_b": only_b,
    }


def accuracy_by(
    groups: Sequence[str], labels: npt.NDArray[Any], predicted: npt.NDArray[Any]
) -> dict[str, tuple[float, int]]:
    """Accuracy and number of texts of each group, sorted by the group's name.

    Args:
        groups: N names.
        labels: (N,) integers.
        predicted: (N,) integers.

    Raises:
        ValueError: lengths that differ.
    """
    labels, predicted = _ids("labels", labels), _ids("predicted", predicted)
    _same_length(groups=groups, labels=labels, predicted=predicted)
    if not len(groups):
        return {}
    names, index = np.unique(np.asarray(groups, dtype=np.str_), return_inverse=True)
    count = np.bincount(index)
    accuracy = _ratio(np.bincount(index, weights=labels == predicted), count)
    return {str(name): (float(a), int(n)) for name, a, n in zip(names, accuracy, count, strict=True)}


def worst_mistakes(labels: npt.NDArray[Any], probabilities: npt.NDArray[Any], k: int) -> Integers:
    """Row numbers of at most k wrong predictions, the most confident first, earlier rows first where equal.

    Args:
        labels: (N,) integers.
        probabilities: (N, C), each row sums to 1.
        k: 0 or more.

    Raises:
        ValueError: as `classification_scores`, or k is negative.
    """
    if k < 0:
        raise ValueError(f"k must be 0 or more, found {k}.")
    labels, probabilities = _checked(labels, probabilities)
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    confidence = probabilities[wrong].max(axis=1)
    return wrong[np.argsort(-confidence, kind="stable")[:k]]


def _bootstrap(values: Floats, counts: Integers, seed: int) -> tuple[float, float]:
    """95 % interval of the mean of rows that take few distinct `values`, each `counts` times.

    Drawing N rows with replacement is one multinomial draw of the counts, so the cost does not grow with N.
    """
    rows = int(counts.sum())
    resampled = np.random.default_rng(seed).multinomial(rows, counts / rows, size=RESAMPLES)
    low, high = np.percentile(resampled @ values / rows, INTERVAL)
    return float(low), float(high)


def _mcnemar(only_a: int, only_b: int) -> float:
    """Both tails of Binomial(only_a + only_b, 1/2), in logarithms since its coefficients overflow a float."""
    n = only_a + only_b
    log_terms = (
        math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) - n * math.log(2)
        for i in range(min(only_a, only_b) + 1)
    )
    return min(1.0, 2 * math.fsum(map(math.exp, log_terms)))


def _ratio(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> Floats:
    """part / whole, and 0 where whole is 0."""
    result: Floats = np.divide(part, whole, out=np.zeros(whole.shape), where=whole > 0)
    return result


def _checked(labels: npt.NDArray[Any], probabilities: npt.NDArray[Any]) -> tuple[Integers, Floats]:
    """Labels (N,) and probabilities (N, C) in full precision, or a ValueError that says what is wrong."""
    probabilities = np.asarray(probabilities, dtype=np.float64)
    if probabilities.ndim != 2 or 0 in probabilities.shape:
        raise ValueError(f"Probabilities must have shape (rows, classes), none of them 0, found {probabilities.shape}.")
    labels = _ids("labels", labels, probabilities.shape[1])
    _same_length(labels=labels, probabilities=probabilities)
    possible = ((probabilities >= 0) & (probabilities <= 1 + SUM_TOLERANCE)).all(axis=1)  # False for NaN too
    bad = ~possible | ~(np.abs(probabilities.sum(axis=1) - 1) <= SUM_TOLERANCE)
    if bad.any():
        row = int(bad.argmax())
        values = ", ".join(f"{value:g}" for value in probabilities[row, :5])
        raise ValueError(f"Probabilities must lie between 0 and 1 and sum to 1; row {row}, counted from 0: {values}.")
    return labels, probabilities


def _ids(what: str, ids: npt.NDArray[Any], classes: int | None = None) -> Integers:
    """Class ids (N,) as int64, within 0 … classes-1 where `classes` is given."""
    ids = np.asarray(ids)
    if ids.ndim != 1:
        raise ValueError(f"The {what} must be one column of class ids, found shape {ids.shape}.")
    if ids.size and not np.issubdtype(ids.dtype, np.integer):
        raise ValueError(f"The {what} must be integers, found {ids.dtype}.")
    ids = ids.astype(np.int64)
    if classes is not None and ids.size and not (ids.min() >= 0 and ids.max() < classes):
        bad = ids[(ids < 0) | (ids >= classes)][0]
        raise ValueError(f"The {what} must lie between 0 and {classes - 1}, found {bad}.")
    return ids


def _same_length(**columns: npt.NDArray[Any] | Sequence[str]) -> None:
    if len({len(column) for column in columns.values()}) > 1:
        lengths = ", ".join(f"{len(column)} {name}" for name, column in columns.items())
        raise ValueError(f"Every row needs one of each, found {lengths}.")
