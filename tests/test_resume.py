"""Interrupted runs go on as if nothing had happened: on the CPU, bit for bit."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
import torch

from recurra.commands.check import compose
from recurra.commands.train import train
from recurra.errors import Interrupted
from tests.conftest import SMALL, write_reviews


def command(root: Path, run: str, *more: str) -> list[str]:
    """Overrides of a run over 4 epochs of 8 batches with everything on that draws random numbers or keeps state."""
    data = root / "data" / "tiny"
    return [
        *SMALL, "data=files", *(f"data.{split}={data}/{split}.jsonl" for split in ("train", "validation", "test")),
        f"paths.data={root}/data", f"paths.outputs={root}/{run}", "trainer.max_epochs=4", "model.layers=2",
        "model.recurrent_dropout=0.2", "task.rdrop=0.5", "callbacks.early_stopping=20", "trainer.log_every_n_steps=1",
        "callbacks.checkpoint_seconds=0.0001", *more,
    ]  # fmt: skip


def results(outputs: Path) -> tuple[dict[str, torch.Tensor], dict[str, float], list[str]]:
    """Weights at the end, scores, and the lines of the log that do not tell times, of the only run."""
    (run,) = (path.parent for path in outputs.glob("sentiment/*/metrics.json"))
    weights = torch.load(run / "last.ckpt", weights_only=True)["state_dict"]
    scores = json.loads((run / "metrics.json").read_text())
    header, *lines = (line.split(",") for line in (run / "metrics.csv").read_text().splitlines())
    timed = header.index("step/tokens_per_second")
    return (
        weights,
        {name: value for name, value in scores.items() if name != "train/seconds"},
        [",".join(cell for i, cell in enumerate(line) if i != timed) for line in lines],
    )


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("resume")
    write_reviews(root / "data" / "tiny")
    train(compose("train", command(root, "whole")))
    return root


def assert_same(a: Path, b: Path) -> None:
    weights, scores, lines = results(a)
    other_weights, other_scores, other_lines = results(b)
    assert weights.keys() == other_weights.keys()
    for name, weight in weights.items():
        assert torch.equal(weight, other_weights[name]), name
    assert scores == other_scores
    assert lines == other_lines


@pytest.mark.parametrize("step", [1, 5, 7, 8, 9, 16, 31, 32])
@pytest.mark.parametrize(
    "more",
    [
        [],
        ["optimizer.averaging=0", "scheduler=plateau", "trainer.accumulate_grad_batches=2"],
        ["trainer.val_check_interval=3"],
    ],
)
def test_stopped_at_any_step_it_goes_on_bit_for_bit(
    uninterrupted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int, more: list[str]
) -> None:
    """Within an epoch, at its last batch, at its first, twice over: the end is that of the uninterrupted run."""
    from recurra.callbacks.record import Record

    original = Record.on_train_batch_end
    batches = 0

    def send_signal(self: Record, *args: object) -> None:
        nonlocal batches
        original(self, *args)  # type: ignore[arg-type]
        batches += 1
        if batches == step:
            signal.raise_signal(signal.SIGINT)

    whole = "whole" if not more else f"whole-{len(more)}"
    if not (uninterrupted / whole).exists():
        train(compose("train", command(uninterrupted, whole, *more)))
    name = f"cut-{step}-{len(more)}"
    monkeypatch.setattr(Record, "on_train_batch_end", send_signal)
    with pytest.raises(Interrupted) as interrupted:
        train(compose("train", command(uninterrupted, name, *more)))
    assert interrupted.value.signal == signal.SIGINT
    monkeypatch.setattr(Record, "on_train_batch_end", original)
    train(compose("train", command(uninterrupted, name, "resume=auto", *more)))
    assert_same(uninterrupted / whole, uninterrupted / name)
