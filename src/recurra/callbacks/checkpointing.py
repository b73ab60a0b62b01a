"""Checkpoints that lose nothing: whole files only, often, and enough in them to go on bit for bit."""

from __future__ import annotations

import math
import random
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from pytorch_lightning.plugins.io import TorchCheckpointIO

from recurra.atomic import write_atomically
from recurra.checkpoint import KEY, read_checkpoint
from recurra.config.train import Task
from recurra.runs import BEST, LAST
from recurra.stop import StopRequest
from recurra.task.base import TaskModule
from recurra.terminal import console


class AtomicIO(TorchCheckpointIO):
    """Writes a checkpoint to a temporary file and renames it, so that what has its name is always whole.

    ``best.ckpt`` gets the weights that were validated and what gives them meaning. (Lightning's own ``weights_only``
    leaves the callbacks out, and so would keep the raw weights where it is the averaged ones that were scored.)
    """

    def save_checkpoint(self, checkpoint: dict[str, Any], path: Any, storage_options: Any | None = None) -> None:
        path = Path(path)
        if path.name == BEST:
            checkpoint = {name: checkpoint[name] for name in ("state_dict", KEY, "epoch", "global_step")}
        buffer = BytesIO()  # torch.save by itself makes a RuntimeError of a disk that is full
        torch.save(checkpoint, buffer)
        write_atomically(path, lambda temporary: temporary.write_bytes(buffer.getbuffer()))

    def load_checkpoint(self, path: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return read_checkpoint(Path(path)).raw


class Checkpointing(pl.Callback):
    """Writes ``last.ckpt`` at every validation and every ``seconds``, ``best.ckpt`` when the score improves, or always.

    ``last.ckpt`` resumes: it holds optimizers, random numbers and the place in the data. ``best.ckpt`` holds weights
    only. A pending signal (``stop.signal``) ends the run after the batch, or after the validation that is going on.
    """

    def __init__(self, folder: Path, task: Task, seconds: float, stop: StopRequest) -> None:
        self.folder = folder
        self.monitor = task.monitor
        self.sign = 1.0 if task.mode == "max" else -1.0
        self.keep_last = task.keep == "last"
        self.seconds = seconds
        self.stop = stop
        self.best = -math.inf
        self.best_scores: dict[str, float] = {}
        self.saved_at = self.began = time.monotonic()
        self.seconds_before = 0.0
        self.random: dict[str, Any] | None = None
        self.interval: Any = None
        """Batches between two validations in an epoch."""

    @property
    def seconds_trained(self) -> float:
        """Wall time of training and validation, earlier parts of a resumed run included."""
        return self.seconds_before + time.monotonic() - self.began

    def on_train_batch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        if trainer.global_step == trainer.max_steps:
            trainer.should_stop = True  # so that a validation follows; at max_steps itself Lightning just ends
        batches = batch_idx + 1
        last = batches == trainer.num_training_batches
        if last:
            self.validate_at_end(trainer)
        validates = last or batches % self.interval == 0 or trainer.should_stop
        self.between_updates = last or batches % trainer.accumulate_grad_batches == 0
        if validates or not self.between_updates:
            return
        if self.stop.signal is not None:
            self.save(trainer, LAST)
            self.stop.check()
        if time.monotonic() - self.saved_at >= self.seconds:
            self.save(trainer, LAST)

    def validate_at_end(self, trainer: pl.Trainer) -> None:
        """Makes Lightning, which validates at multiples of the interval alone, take the end of an epoch for one."""
        trainer.val_check_batch = trainer.num_training_batches

    def on_train_epoch_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        trainer.val_check_batch = self.interval

    def on_validation_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        assert isinstance(module, TaskModule)
        score = self.sign * float(trainer.callback_metrics[self.monitor])
        if (score > self.best or self.keep_last) and self.save(trainer, BEST):
            self.best, self.best_scores = score, module.scores()
        if self.between_updates:
            self.save(trainer, LAST)
            self.stop.check()

    def save(self, trainer: pl.Trainer, name: str) -> bool:
        """Writes a checkpoint, if there is room on the disk and sense in the weights; else the one before stays."""
        if name == LAST:
            self.saved_at = time.monotonic()
        if not all(bool(weight.isfinite().all()) for weight in trainer.lightning_module.parameters()):
            return False  # the next step will say so, and end the run
        try:
            trainer.save_checkpoint(self.folder / name)
        except OSError as error:
            console.print(f"warning: {self.folder / name} could not be written ({error}); the one before stays")
            return False
        return True

    def state_dict(self) -> dict[str, Any]:
        return {
            "best": self.best,
            "best_scores": self.best_scores,
            "seconds": self.seconds_trained,
            "random": random_state(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.best, self.best_scores = state["best"], state["best_scores"]
        self.seconds_before = state["seconds"]
        self.random = state["random"]

    def on_train_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        self.stop.listen()  # Lightning has put a handler of its own in front, which ends a run at any batch
        self.began = self.saved_at = time.monotonic()
        self.interval = trainer.val_check_batch
        if self.random is not None:
            set_random_state(self.random)
            self.random = None
            if trainer.fit_loop.epoch_loop.batch_progress.current.ready == trainer.num_training_batches:
                self.validate_at_end(trainer)  # which was done before the checkpoint was written
            for early in trainer.early_stopping_callbacks:  # it had decided, and the run ended before it could stop
                trainer.should_stop |= getattr(early, "wait_count", 0) >= getattr(early, "patience", 1)


def random_state() -> dict[str, Any]:
    """State of every source of random numbers, as plain values and tensors."""
    name, keys, position, has_gauss, gauss = np.random.get_state(legacy=True)
    version, internal, gauss_next = random.getstate()
    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        "numpy": [
            str(name),
            torch.from_numpy(np.asarray(keys, dtype=np.int64)),
            int(position),
            int(has_gauss),
            gauss,
        ],
        "python": [version, list(internal), gauss_next],
    }


def set_random_state(state: dict[str, Any]) -> None:
    torch.set_rng_state(state["torch"])
    if torch.cuda.is_available() and len(state["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(state["cuda"])
    name, keys, position, has_gauss, gauss = state["numpy"]
    np.random.set_state((name, keys.numpy().astype(np.uint32), position, has_gauss, gauss))
    version, internal, gauss_next = state["python"]
    random.setstate((version, tuple(internal), gauss_next))
