"""What ``auto`` chooses: never what fails, and never instead of what was asked for."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from torch import Tensor, nn

from recurra import hardware
from recurra.config.train import Trainer
from recurra.errors import UserError
from recurra.hardware import choose
from tests.conftest import write_reviews
from tests.helpers import assert_same, interrupted_after, make_run, metrics


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A machine with bf16 and two free cores, on which nothing is really set; returns what was asked for."""
    asked: list[int] = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(hardware, "cpu_has_bf16", lambda: True)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    monkeypatch.setattr(torch, "set_num_threads", asked.append)
    return asked


def options(**changes: Any) -> Trainer:
    plain = {
        "max_epochs": 1, "max_minutes": None, "max_steps": -1, "accelerator": "auto", "precision": "auto",
        "threads": "auto", "gradient_clip_val": None, "gradient_clip_algorithm": "norm",
        "accumulate_grad_batches": 1, "val_check_interval": 1.0, "limit_train_batches": 1.0,
        "log_every_n_steps": 1, "profiler": None,
    }  # fmt: skip
    return Trainer.model_validate({**plain, **changes})


def step(network: nn.Module) -> Tensor:
    loss: Tensor = nn.functional.dropout(network(torch.randn(3, 4)), 0.5).square().mean()
    return loss


@pytest.mark.parametrize("precision", ["32-true", "bf16-mixed", "auto"])
@pytest.mark.parametrize("threads", [1, 2, "auto"])
def test_what_was_asked_for_is_kept(two_cores: list[int], precision: str, threads: int | str) -> None:
    chosen = choose(options(precision=precision, threads=threads), nn.Linear(4, 2), step)
    assert chosen.accelerator == "cpu"
    assert chosen.precision in ("32-true", "bf16-mixed") if precision == "auto" else chosen.precision == precision
    assert chosen.threads in (1, 2) if threads == "auto" else chosen.threads == threads


def test_nothing_is_tried_when_nothing_is_left_to_choose(two_cores: list[int]) -> None:
    def never(network: nn.Module) -> Tensor:
        raise AssertionError("tried")

    assert choose(options(precision="32-true", threads=2), nn.Linear(4, 2), never).threads == 2


@pytest.mark.parametrize("error", [RuntimeError("illegal instruction"), NotImplementedError("no kernel")])
def test_a_precision_that_fails_is_never_chosen(two_cores: list[int], error: Exception) -> None:
    def failing(network: nn.Module) -> Tensor:
        if torch.is_autocast_enabled("cpu"):
            raise error
        return step(network)

    assert choose(options(), nn.Linear(4, 2), failing).precision == "32-true"


def test_without_bf16_it_is_not_tried(two_cores: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    def watching(network: nn.Module) -> Tensor:
        assert not torch.is_autocast_enabled("cpu")
        return step(network)

    monkeypatch.setattr(hardware, "cpu_has_bf16", lambda: False)
    assert choose(options(), nn.Linear(4, 2), watching).precision == "32-true"


@pytest.mark.parametrize("precision", ["bf16-mixed", "16-mixed"])
def test_a_precision_that_this_cpu_cannot_compute_in_is_refused(
    two_cores: list[int], monkeypatch: pytest.MonkeyPatch, precision: str
) -> None:
    def failing(network: nn.Module) -> Tensor:
        if torch.is_autocast_enabled("cpu"):
            raise RuntimeError("could not create a primitive descriptor")
        return step(network)

    monkeypatch.setattr(hardware, "cpu_has_bf16", lambda: False)
    for threads in (1, "auto"):
        with pytest.raises(UserError, match=f"trainer.precision={precision}: this CPU has no instructions for bf16"):
            choose(options(precision=precision, threads=threads), nn.Linear(4, 2), failing)
        assert choose(options(precision=precision, threads=threads), nn.Linear(4, 2), step).precision == precision


def test_the_trial_leaves_no_trace(two_cores: list[int]) -> None:
    """Neither in random numbers nor in weights, gradients, or the number of threads."""
    network = nn.Linear(4, 2)
    weight = network.weight.detach().clone()
    states = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].copy()  # type: ignore[index,union-attr]
    choose(options(), network, step)
    assert torch.equal(torch.get_rng_state(), states[0])
    assert random.getstate() == states[1]
    assert np.array_equal(np.random.get_state()[1], states[2])  # type: ignore[index,arg-type]
    assert torch.equal(network.weight, weight)
    assert network.weight.grad is None
    assert two_cores[-1] == 2


def test_a_run_that_goes_on_uses_what_was_chosen_when_it_began(
    tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where another precision would be chosen now: its bits depend on it."""
    write_reviews(tmp_path / "data" / "tiny")
    auto = ["trainer.precision=auto", "trainer.threads=auto", "trainer.max_epochs=1", "model.ngrams=0"]
    monkeypatch.setattr(hardware, "cpu_has_bf16", lambda: False)
    whole = make_run(tmp_path, "whole", *auto)
    with interrupted_after(3):
        make_run(tmp_path, "cut", *auto)
    monkeypatch.setattr(hardware, "cpu_has_bf16", lambda: True)
    monkeypatch.setattr(hardware, "_timer", lambda *_: lambda candidate: candidate[0] == "32-true")
    run = make_run(tmp_path, "cut", "resume=auto", *auto)
    assert metrics(run)["precision"] == "32-true"
    assert yaml.safe_load((run / "config.yaml").read_text())["trainer"]["precision"] == "32-true"
    assert_same(whole, run)
