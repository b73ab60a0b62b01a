"""A trial of a sweep tells its score after each validation, and ends where it is not worth going on."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as pl

from recurra.errors import Pruned
from recurra.sweep.trial import worth_going_on


class TrialReport(pl.Callback):
    """Raises `Pruned` when the sweep gives the trial up. Validations are counted from 1, also after a resume."""

    def __init__(self, monitor: str) -> None:
        self.monitor = monitor
        self.validations = 0

    def on_validation_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        self.validations += 1
        score = float(trainer.callback_metrics[self.monitor])
        if not worth_going_on(self.validations, score):
            raise Pruned(f"{self.monitor} {score:.4f} after {self.validations} validations")

    def state_dict(self) -> dict[str, Any]:
        return {"validations": self.validations}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.validations = state["validations"]
