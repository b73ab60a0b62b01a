"""Interrupted runs go on as if nothing had happened: on the CPU, bit for bit."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from recurra.checkpoint import read_checkpoint
from tests.conftest import write_reviews
from tests.helpers import assert_same, interrupted_after, log, make_run, metrics

pytestmark = pytest.mark.usefixtures("quick")

EVERYTHING = [
    "trainer.max_epochs=3", "model.layers=2", "model.dropout=0.3", "model.recurrent_dropout=0.2", "model.ngrams=0",
    "model.subwords=null", "loss.rdrop=0.5", "callbacks.early_stopping=20", "trainer.log_every_n_steps=1",
]  # fmt: skip
"""3 epochs of 8 batches with everything on that draws random numbers or keeps state."""

VARIANTS: dict[str, list[str]] = {
    "default": [],
    "spelling": ["model.subwords=[3,4]", "model.ngrams=2", "model.layers=1"],
    "plateau": ["optimizer.averaging=0", "scheduler=plateau", "trainer.accumulate_grad_batches=3"],
    "within": ["trainer.val_check_interval=3"],
    "amid": ["trainer.val_check_interval=3", "trainer.accumulate_grad_batches=2", "optimizer=sgd"],
    "limited": ["trainer.limit_train_batches=5"],
    "steps": ["trainer.max_steps=11", "optimizer=rmsprop"],
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("resume")
    write_reviews(made / "data" / "tiny")
    return made


@pytest.mark.parametrize(
    ("variant", "step", "number"),
    [
        ("default", 1, signal.SIGINT),
        ("default", 8, signal.SIGTERM),  # the last of an epoch
        ("default", 9, signal.SIGINT),  # the first of an epoch
        ("default", 24, signal.SIGINT),  # the very last
        ("spelling", 13, signal.SIGINT),
        ("plateau", 10, signal.SIGTERM),  # amid the batches of one update
        ("within", 3, signal.SIGINT),  # right before a validation
        ("within", 12, signal.SIGINT),
        ("amid", 11, signal.SIGINT),  # a validation amid the batches of one update
        ("within", 8, signal.SIGINT),  # the end of an epoch, which is no multiple
        ("limited", 5, signal.SIGINT),  # the end of an epoch that leaves batches out
        ("limited", 7, signal.SIGINT),
        ("steps", 11, signal.SIGINT),  # the last, amid an epoch
    ],
)
def test_stopped_anywhere_it_goes_on_bit_for_bit(root: Path, variant: str, step: int, number: int) -> None:
    options = [*EVERYTHING, *VARIANTS[variant]]
    if not (root / variant).exists():
        make_run(root, variant, *options)
    whole = next((root / variant).glob("*/*/config.yaml")).parent
    cut = f"{variant}-{step}"
    with interrupted_after(step, number):
        make_run(root, cut, *options)
    assert_same(whole, make_run(root, cut, "resume=auto", *options))


def test_the_end_of_an_epoch_is_validated_and_kept_whatever_the_interval(root: Path) -> None:
    options = [*EVERYTHING, "trainer.max_epochs=2", "trainer.val_check_interval=3"]
    for keep in ("last", "best"):
        run = make_run(root, f"ends-{keep}", *options, f"task.keep={keep}")
        assert [row["step"] for row in log(run) if row["val/loss"]] == ["3", "6", "8", "11", "14", "16"]
        assert read_checkpoint(run / "last.ckpt").raw["global_step"] == metrics(run)["train/steps"] == 16
        if keep == "last":
            assert read_checkpoint(run / "best.ckpt").raw["global_step"] == 16


def test_a_run_may_be_interrupted_more_than_once(root: Path) -> None:
    whole = make_run(root, "once", *EVERYTHING)
    for _ in range(3):
        with interrupted_after(6):
            make_run(root, "often", *EVERYTHING, "resume=auto")
    assert_same(whole, make_run(root, "often", *EVERYTHING, "resume=auto"))


def test_a_finished_run_trains_longer(root: Path) -> None:
    """With a rate that does not depend on the length, two epochs and one more are three epochs."""
    options = [*EVERYTHING, "scheduler=constant"]
    whole = make_run(root, "three", *options)
    two = make_run(root, "two", *options, "trainer.max_epochs=2")
    assert metrics(two)["train/steps"] == 16
    assert_same(whole, make_run(root, "two", *options, "resume=auto"))


def test_killed_while_training_longer_it_still_goes_on(root: Path) -> None:
    options = [*EVERYTHING, "scheduler=constant"]
    make_run(root, "longer", *options, "trainer.max_epochs=1")
    with interrupted_after(3):
        make_run(root, "longer", *options, "resume=auto")
    run = make_run(root, "longer", *options, "resume=auto")
    assert metrics(run)["train/steps"] == 24
    assert [row["step"] for row in log(run) if row["step/loss"]] == [str(step) for step in range(1, 25)]
