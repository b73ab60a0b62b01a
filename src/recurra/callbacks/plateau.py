"""A learning rate that falls whenever the watched score stops improving."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as pl
from torch.optim.lr_scheduler import ReduceLROnPlateau

from recurra.config.train import Optimizer, Scheduler, Task


class Plateau(pl.Callback):
    """Steps ``ReduceLROnPlateau`` at each validation.

    Not through Lightning, which does not step such a schedule when a run goes on from the end of an epoch.
    """

    def __init__(self, config: Scheduler, optimizer: Optimizer, task: Task) -> None:
        self.config, self.floor = config, optimizer.lr * config.floor
        self.monitor, self.mode = task.monitor, task.mode
        self.restored: dict[str, Any] | None = None

    def on_train_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        self.schedule = ReduceLROnPlateau(
            trainer.optimizers[0], self.mode, self.config.factor, self.config.patience, min_lr=self.floor
        )
        if self.restored is not None:
            self.schedule.load_state_dict(self.restored)

    def on_validation_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        self.schedule.step(float(trainer.callback_metrics[self.monitor]))

    def state_dict(self) -> dict[str, Any]:
        return self.schedule.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.restored = state
