"""Curves: loss, scores, learning rate, gradient norm and tokens per second, by step and by epoch."""

from __future__ import annotations

import time
from typing import Any

import pytorch_lightning as pl

from recurra.task.base import TaskModule


class Record(pl.Callback):
    """Logs every n-th step as ``step/…``, and at each validation the scores of both splits.

    It writes before a checkpoint is saved, which counts the ``rows``: a run that goes on knows which of its log are
    before its time.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.started = 0.0
        self.tokens = 0
        self.rows = 0

    def on_train_batch_start(self, trainer: pl.Trainer, module: pl.LightningModule, batch: Any, batch_idx: int) -> None:
        self.started = time.perf_counter()

    def on_train_batch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        assert isinstance(module, TaskModule)
        self.seconds += time.perf_counter() - self.started
        self.tokens += module.tokens(batch)
        stepped = (batch_idx + 1) % trainer.accumulate_grad_batches == 0 or trainer.is_last_batch
        if not stepped or trainer.global_step % trainer.log_every_n_steps:  # type: ignore[attr-defined]
            return
        values = {
            "step/loss": module.last_loss,
            "step/lr": trainer.optimizers[0].param_groups[0]["lr"],
            "step/gradient_norm": float(module.gradient_norm),
            "step/tokens_per_second": self.tokens / max(self.seconds, 1e-9),
            "epoch": trainer.current_epoch,
        }
        self.seconds, self.tokens = 0.0, 0
        self.write(trainer, values)

    def on_validation_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        assert isinstance(module, TaskModule)
        self.write(trainer, {"epoch": trainer.current_epoch, **module.scores()})

    def write(self, trainer: pl.Trainer, values: dict[str, float]) -> None:
        self.rows += 1
        for logger in trainer.loggers:
            logger.log_metrics(values, step=trainer.global_step)

    def state_dict(self) -> dict[str, Any]:
        return {"rows": self.rows}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.rows = state["rows"]
