"""Scores agree with numbers worked out by hand and with torchmetrics, and do not depend on any order."""

from typing import Any

import numpy as np
import pytest
import torch
from torchmetrics.functional.classification import (
    multiclass_accuracy,
    multiclass_calibration_error,
    multiclass_f1_score,
)

from recurra.task.sentiment.scores import (
    accuracy_by,
    calibration_bins,
    classification_scores,
    compare,
    confusion,
    worst_mistakes,
)

Case = tuple[np.ndarray, np.ndarray]


def random_case(rows: int = 500, classes: int = 4, seed: int = 0) -> Case:
    """Labels and probabilities of a model that is right about as often as not."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, rows)
    logits = rng.normal(size=(rows, classes)) + 1.5 * np.eye(classes)[labels]
    odds = np.exp(logits)
    return labels, odds / odds.sum(axis=1, keepdims=True)


def sure(predicted: list[int], classes: int) -> np.ndarray:
    """Probabilities of 1 for these predictions."""
    return np.eye(classes)[predicted]


def names(classes: int) -> list[str]:
    return [f"class {index}" for index in range(classes)]


def disagreeing(only_a: int, only_b: int, both: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels and two models of which so many texts are right with one alone."""
    a = [1] * only_a + [0] * only_b + [1] * both
    b = [0] * only_a + [1] * only_b + [1] * both
    return np.ones(len(a), dtype=int), sure(a, 2), sure(b, 2)


def test_scores_worked_out_by_hand() -> None:
    labels = np.array([0, 0, 1, 1, 2])
    probabilities = sure([0, 1, 1, 1, 0], 4)  # the fourth class occurs nowhere
    scores = classification_scores(labels, probabilities, ["bad", "so-so", "good", "never"])
    expected = {
        "accuracy": 3 / 5,
        "macro_f1": (1 / 2 + 4 / 5 + 0) / 3,
        "precision/bad": 1 / 2,
        "recall/bad": 1 / 2,
        "f1/bad": 1 / 2,
        "precision/so-so": 2 / 3,
        "recall/so-so": 1,
        "f1/so-so": 4 / 5,
        "precision/good": 0,
        "recall/good": 0,
        "f1/good": 0,
        "support/good": 1,
        "support/never": 0,
        "f1/never": 0,
        "calibration_error": 2 / 5,
    }
    assert {name: scores[name] for name in expected} == pytest.approx(expected)
    assert all(type(value) is float for value in scores.values())


def test_calibration_error_and_nll_worked_out_by_hand() -> None:
    labels = np.array([0, 1, 0, 0])
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.6, 0.4]])
    scores = classification_scores(labels, probabilities, names(2))
    assert scores["calibration_error"] == pytest.approx(abs(0.5 - 0.9) / 2 + abs(1 - 0.6) / 2)
    assert scores["nll"] == pytest.approx(-np.log(0.9 * 0.1 * 0.6 * 0.6) / 4)


@pytest.mark.parametrize("classes", [2, 3, 7])
def test_agrees_with_torchmetrics(classes: int) -> None:
    labels, probabilities = random_case(classes=classes, seed=classes)
    scores = classification_scores(labels, probabilities, names(classes))
    target, predicted = torch.from_numpy(labels), torch.from_numpy(probabilities)
    for name, expected in {
        "accuracy": multiclass_accuracy(predicted, target, classes, average="micro"),
        "macro_f1": multiclass_f1_score(predicted, target, classes, average="macro"),
        "calibration_error": multiclass_calibration_error(predicted, target, classes, n_bins=15),
    }.items():
        assert scores[name] == pytest.approx(expected.item(), abs=1e-6), name


def test_order_of_rows_does_not_matter() -> None:
    labels, probabilities = random_case()
    order = np.random.default_rng(1).permutation(len(labels))
    before = classification_scores(labels, probabilities, names(4))
    assert classification_scores(labels[order], probabilities[order], names(4)) == pytest.approx(before)


def test_order_of_classes_does_not_matter() -> None:
    labels, probabilities = random_case()
    order = np.array([2, 0, 3, 1])
    renumbered = np.argsort(order)[labels]
    before = classification_scores(labels, probabilities, names(4))
    after = classification_scores(renumbered, probabilities[:, order], [names(4)[index] for index in order])
    assert after == pytest.approx(before)


def test_perfect_and_worst_predictions() -> None:
    labels = np.array([0, 1, 2, 1])
    perfect = classification_scores(labels, sure([0, 1, 2, 1], 3), names(3))
    worst = classification_scores(labels, sure([1, 2, 0, 0], 3), names(3))
    for name in ("accuracy", "accuracy_low", "accuracy_high", "macro_f1"):
        assert (perfect[name], worst[name]) == (1, 0)
    assert (perfect["calibration_error"], worst["calibration_error"]) == (0, 1)
    assert perfect["nll"] == 0
    assert 30 < worst["nll"] < 40  # large, not infinite


def test_accuracy_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    covered = 0
    for trial in range(400):
        right = (rng.random(500) < 0.8).astype(int)
        scores = classification_scores(np.ones(500, dtype=int), np.eye(2)[right], names(2), seed=trial)
        covered += scores["accuracy_low"] <= 0.8 <= scores["accuracy_high"]
    assert 0.92 < covered / 400 < 0.98


def test_accuracy_interval_is_that_of_drawing_rows() -> None:
    labels, probabilities = random_case(rows=800)
    right = probabilities.argmax(axis=1) == labels
    rows = np.random.default_rng(5).integers(0, 800, size=(4000, 800))
    expected = np.percentile(right[rows].mean(axis=1), [2.5, 97.5])
    scores = classification_scores(labels, probabilities, names(4))
    assert [scores["accuracy_low"], scores["accuracy_high"]] == pytest.approx(expected, abs=0.006)
    assert classification_scores(labels, probabilities, names(4)) == scores  # same seed, same interval


def test_single_precision_is_as_good() -> None:
    labels, probabilities = random_case()
    single = classification_scores(labels.astype(np.int32), probabilities.astype(np.float32), names(4))
    assert single == pytest.approx(classification_scores(labels, probabilities, names(4)), abs=1e-5)


def test_calibration_bins_hold_every_row_once() -> None:
    labels, probabilities = random_case()
    bins = calibration_bins(labels, probabilities)
    assert bins.count.sum() == len(labels)
    assert bins.count @ bins.confidence == pytest.approx(probabilities.max(axis=1).sum())
    edges = np.arange(16) / 15
    used = bins.count > 0
    assert (bins.confidence[used] > edges[:-1][used]).all()
    assert (bins.confidence[used] <= edges[1:][used]).all()


def test_confusion_has_the_truth_in_rows() -> None:
    matrix = confusion(np.array([0, 0, 1, 2]), np.array([0, 2, 1, 2]), 4)
    assert matrix.tolist() == [[1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]


@pytest.mark.parametrize(
    ("only_a", "only_b", "p_value"),
    [
        (10, 2, 2 * (1 + 12 + 66) / 2**12),
        (2, 10, 2 * (1 + 12 + 66) / 2**12),
        (0, 6, 2 / 2**6),
        (5, 5, 1),
        (0, 0, 1),
        (3000, 3200, 0.011475),  # normal approximation with Edwards' correction: z = 199 / sqrt(6200)
    ],
)
def test_mcnemar_known_values(only_a: int, only_b: int, p_value: float) -> None:
    result = compare(*disagreeing(only_a, only_b))
    assert (result["only_a"], result["only_b"]) == (only_a, only_b)
    assert result["p_value"] == pytest.approx(p_value, rel=1e-9 if only_a < 100 else 1e-2)


def test_compare_is_antisymmetric_and_its_interval_holds_the_difference() -> None:
    labels, a = random_case(seed=1)
    b = np.roll(a, 1, axis=1) * 0.5 + a * 0.5
    forward, backward = compare(labels, a, b), compare(labels, b, a)
    assert forward["difference"] == pytest.approx(forward["accuracy_a"] - forward["accuracy_b"])
    assert forward["difference"] == -backward["difference"]
    assert forward["p_value"] == backward["p_value"]
    assert forward["difference_low"] < forward["difference"] < forward["difference_high"]
    assert compare(labels, a, b, seed=0) == forward


def test_a_model_does_not_differ_from_itself() -> None:
    labels, a = random_case()
    result = compare(labels, a, a)
    assert (result["difference"], result["difference_low"], result["difference_high"]) == (0, 0, 0)
    assert result["p_value"] == 1


def test_accuracy_by_group_is_sorted_and_adds_up() -> None:
    groups = ["plain", "negation", "plain", "否定", "negation", "plain"]
    labels, predicted = np.array([0, 1, 1, 0, 1, 0]), np.array([0, 0, 1, 0, 1, 1])
    result = accuracy_by(groups, labels, predicted)
    assert list(result.items()) == [("negation", (1 / 2, 2)), ("plain", (2 / 3, 3)), ("否定", (1.0, 1))]
    assert accuracy_by([], np.array([], dtype=int), np.array([], dtype=int)) == {}


def test_worst_mistakes_are_wrong_and_most_confident_first() -> None:
    labels, probabilities = random_case()
    rows = worst_mistakes(labels, probabilities, 20)
    predicted, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    assert (predicted[rows] != labels[rows]).all()
    assert (np.diff(confidence[rows]) <= 0).all()
    others = np.setdiff1d(np.flatnonzero(predicted != labels), rows)
    assert confidence[others].max() <= confidence[rows[-1]]
    assert len(worst_mistakes(labels, probabilities, 10**6)) == (predicted != labels).sum()
    assert len(worst_mistakes(labels, probabilities, 0)) == 0
    assert worst_mistakes(np.array([0, 0, 0]), sure([1, 0, 1], 2), 5).tolist() == [0, 2]


GOOD = np.array([[0.7, 0.3], [0.2, 0.8]])


@pytest.mark.parametrize(
    ("labels", "probabilities", "message"),
    [
        ([0, 1], [[0.7, 0.3], [np.nan, 0.8]], "row 1"),
        ([0, 1], [[0.7, 0.3], [np.inf, 0.8]], "row 1"),
        ([0, 1], [[-0.1, 1.1], [0.2, 0.8]], "row 0"),
        ([0, 1], [[0.7, 0.7], [0.2, 0.8]], "sum to 1"),
        ([0, 1], [0.7, 0.2], r"\(2,\)"),
        ([], np.empty((0, 2)), r"\(0, 2\)"),
        ([0, 1, 1], GOOD, "3 labels, 2 probabilities"),
        ([[0], [1]], GOOD, r"\(2, 1\)"),
        ([0, 2], GOOD, "between 0 and 1, found 2"),
        ([0, -1], GOOD, "found -1"),
        ([0.0, np.nan], GOOD, "integers, found float64"),
    ],
)
def test_bad_input_is_a_sentence(labels: Any, probabilities: Any, message: str) -> None:
    labels = np.array(labels) if len(labels) else np.array([], dtype=int)
    for call in (
        lambda: classification_scores(labels, np.array(probabilities), names(2)),
        lambda: worst_mistakes(labels, np.array(probabilities), 3),
        lambda: compare(labels, np.array(probabilities), np.array(probabilities)),
    ):
        with pytest.raises(ValueError, match=message):
            call()


def test_other_bad_input_is_a_sentence() -> None:
    labels = np.array([0, 1])
    with pytest.raises(ValueError, match="2 distinct names"):
        classification_scores(labels, GOOD, ["one"])
    with pytest.raises(ValueError, match="2 distinct names"):
        classification_scores(labels, GOOD, ["same", "same"])
    with pytest.raises(ValueError, match="2 and 3 classes"):
        compare(labels, GOOD, sure([0, 1], 3))
    with pytest.raises(ValueError, match="0 or more, found -1"):
        worst_mistakes(labels, GOOD, -1)
    with pytest.raises(ValueError, match="2 labels, 1 predicted"):
        confusion(labels, np.array([0]), 2)
    with pytest.raises(ValueError, match="3 groups, 2 labels"):
        accuracy_by(["a", "b", "c"], labels, labels)
