"""How the learning rate changes while training."""

from __future__ import annotations

import math

from recurra.config.train import Scheduler, Trainer


def total_steps(config: Trainer, batches: int) -> float:
    """Updates in a whole run whose epochs have so many ``batches``.

    Not Lightning's own ``estimated_stepping_batches``, which sets the data up before a checkpoint is restored, and
    so loses the place in the epoch.
    """
    limit = config.limit_train_batches
    batches = min(batches, limit) if isinstance(limit, int) else max(1, int(batches * limit))
    epochs = math.inf if config.max_epochs == -1 else config.max_epochs
    steps = epochs * math.ceil(batches / config.accumulate_grad_batches)
    return steps if config.max_steps == -1 else min(steps, config.max_steps)


class Course:
    """The learning rate at each step as a share of the highest."""

    def __init__(self, config: Scheduler, steps: float) -> None:
        self.config = config
        self.steps = steps
        self.warmup = max(1.0, config.warmup * steps) if config.warmup > 0 and math.isfinite(steps) else 0.0

    def rate(self, step: int) -> float:
        if step < self.warmup:
            return (step + 1) / (self.warmup + 1)
        if self.config.kind in ("constant", "plateau") or not math.isfinite(self.steps):
            return 1.0
        done = min(1.0, (step - self.warmup) / max(1.0, self.steps - self.warmup))
        floor = self.config.floor
        return floor + (1.0 - floor) * 0.5 * (1.0 + math.cos(math.pi * done))
