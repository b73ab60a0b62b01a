"""What tests of whole runs share."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
import torch

from recurra.callbacks.record import Record
from recurra.commands.check import compose
from recurra.commands.train import train
from recurra.errors import Interrupted
from tests.conftest import SMALL

T = TypeVar("T")


def own_files(folder: Path) -> list[str]:
    """Overrides that train on the three files in ``folder``."""
    return ["data=files", *(f"data.{split}={folder}/{split}.jsonl" for split in ("train", "validation", "test"))]


def make_run(root: Path, name: str, *overrides: str) -> Path:
    """Trains a small network on ``root/data/tiny``, below ``root/name``; returns the run folder."""
    train(compose("train", [*own_files(root / "data" / "tiny"), *SMALL, *below(root, name), *overrides]))
    return only_run(root / name)


def below(root: Path, name: str) -> list[str]:
    return [f"paths.data={root}/data", f"paths.outputs={root}/{name}"]


def only_run(outputs: Path) -> Path:
    (run,) = (path.parent for path in outputs.glob("*/*/config.yaml"))
    return run


def metrics(run: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    return read


def log(run: Path) -> list[dict[str, str]]:
    with (run / "metrics.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def weights(run: Path, name: str = "last.ckpt") -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = torch.load(run / name, weights_only=True)["state_dict"]
    return state


def same_weights(a: Path, b: Path, name: str = "last.ckpt") -> bool:
    one, two = weights(a, name), weights(b, name)
    return one.keys() == two.keys() and all(torch.equal(one[key], two[key]) for key in one)


def assert_same(a: Path, b: Path) -> None:
    """Two runs ended alike, times apart: weights, scores and log."""
    for name in ("last.ckpt", "best.ckpt"):
        one, two = weights(a, name), weights(b, name)
        assert one.keys() == two.keys()
        assert [key for key in one if not torch.equal(one[key], two[key])] == []
    timed = {"train/seconds", "step/tokens_per_second", "model/milliseconds"}
    one, two = ({key: value for key, value in metrics(run).items() if key not in timed} for run in (a, b))
    assert one == two
    rows, others = ([{k: v for k, v in row.items() if k not in timed} for row in log(run)] for run in (a, b))
    assert rows == others


@contextmanager
def interrupted_after(batches: int, number: int = signal.SIGINT) -> Iterator[None]:
    """A training within, in this process, gets a signal in its n-th batch and must end as interrupted."""
    original = Record.on_train_batch_end
    done = 0

    def send_signal(self: Record, *args: Any) -> None:
        nonlocal done
        original(self, *args)
        done += 1
        if done == batches:
            signal.raise_signal(number)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Record, "on_train_batch_end", send_signal)
        with pytest.raises(Interrupted) as interrupted:
            yield
    assert interrupted.value.signal == number


def wait_for(
    condition: Callable[[], T | None], process: subprocess.Popen[Any] | None = None, seconds: float = 300.0
) -> T:
    """What ``condition`` gives as soon as it is something; ``process`` must live until then."""
    ends = time.monotonic() + seconds
    while not (found := condition()):
        assert process is None or process.poll() is None, "the process ended too soon"
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.01)
    return found
