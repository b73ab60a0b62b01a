"""The learning rate over the steps of a run, and over its minutes where those are limited."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from recurra.config.train import Scheduler
from recurra.scheduler import Course
from tests.conftest import write_reviews
from tests.helpers import log, make_run

COSINE = Scheduler(kind="cosine", warmup=0.1, floor=0.0, factor=0.5, patience=1)


def test_it_rises_to_one_and_comes_down_to_the_floor() -> None:
    rates = [Course(COSINE, 100).rate(step) for step in range(101)]
    assert rates[0] == pytest.approx(1 / 11)
    assert rates.index(max(rates)) == 10
    assert max(rates) == 1.0
    assert rates[100] == pytest.approx(0.0)
    assert rates[10:] == sorted(rates[10:], reverse=True)


@pytest.mark.parametrize("steps", [1000, math.inf])
def test_it_comes_down_with_the_time_where_that_ends_the_run(steps: float) -> None:
    """100 steps of a thousand, or of a run without an end, use up the minutes."""
    spent = 0.0
    course = Course(COSINE, steps, lambda: spent)
    rates = []
    for step in range(101):
        spent = step / 100
        rates.append(course.rate(step))
    planned = [Course(COSINE, 100).rate(step) for step in range(101)]
    assert rates == pytest.approx(planned, abs=0.1)
    assert rates[50] == pytest.approx(planned[50], abs=0.01)
    assert rates[100] == pytest.approx(0.0)


def test_time_to_spare_changes_nothing() -> None:
    course = Course(COSINE, 100, lambda: 0.0)
    assert [course.rate(step) for step in range(101)] == [Course(COSINE, 100).rate(step) for step in range(101)]


def test_a_constant_rate_stays_whatever_the_time() -> None:
    constant = COSINE.model_copy(update={"kind": "constant", "warmup": 0.0})
    assert Course(constant, 100, lambda: 0.9).rate(3) == 1.0


def test_on_a_plateau_it_falls_and_stays_down(tmp_path: Path) -> None:
    """Steps of 1e-4 change no label, so that every validation after the first is one without improvement."""
    write_reviews(tmp_path / "data" / "tiny")
    run = make_run(
        tmp_path, "out", "scheduler=plateau", "scheduler.patience=0", "optimizer=sgd", "optimizer.lr=1e-4",
        "optimizer.momentum=0", "model.ngrams=0", "model.subwords=null", "trainer.max_epochs=3",
        "trainer.log_every_n_steps=1",
    )  # fmt: skip
    rates = [float(row["step/lr"]) for row in log(run) if row["step/lr"]]
    epoch = len(rates) // 3
    assert rates == pytest.approx([1e-4] * 2 * epoch + [0.5e-4] * epoch)
