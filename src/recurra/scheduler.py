"""How the learning rate changes while training."""

from __future__ import annotations

import math
from collections.abc import Callable

from recurra.config.train import Scheduler, Trainer

_NEVER = 1e9
"""More steps than any run has, so that they are nothing beside its time."""


def total_steps(config: Trainer, batches: int) -> float:
    """Updates in a whole run whose epochs have so many ``batches``.

    Not Lightning's own ``estimated_stepping_batches``, which sets the data up before a checkpoint is restored, and
    so loses the place in the epoch.
    """
    epochs = math.inf if config.max_epochs == -1 else config.max_epochs
    steps = epochs * math.ceil(used_batches(config, batches) / config.accumulate_grad_batches)
    return steps if config.max_steps == -1 else min(steps, config.max_steps)


def used_batches(config: Trainer, batches: int) -> int:
    """How many of its ``batches`` an epoch uses."""
    limit = config.limit_train_batches
    return min(batches, limit) if isinstance(limit, int) else max(1, int(batches * limit))


class Course:
    """The learning rate at each step as a share of the highest.

    A run is as far as its steps are, or where ``trainer.max_minutes`` is to end it sooner, as far as its time is: so
    the rate is down when either of them ends.
    """

    def __init__(self, config: Scheduler, steps: float, time_spent: Callable[[], float] | None = None) -> None:
        """``time_spent`` gives the share of the minutes that is over, where they are limited."""
        if time_spent is not None:
            steps = min(steps, _NEVER)
        self.config = config
        self.steps = steps
        self.time_spent = time_spent
        self.warmup = max(1.0, config.warmup * steps) if config.warmup > 0 and math.isfinite(steps) else 0.0

    def rate(self, step: float) -> float:
        if self.time_spent is not None:
            step = max(step, self.time_spent() * self.steps)
        if step < self.warmup:
            return (step + 1) / (self.warmup + 1)
        if self.config.kind == "constant" or not math.isfinite(self.steps):
            return 1.0
        done = min(1.0, (step - self.warmup) / max(1.0, self.steps - self.warmup))
        floor = self.config.floor
        return floor + (1.0 - floor) * 0.5 * (1.0 + math.cos(math.pi * done))
