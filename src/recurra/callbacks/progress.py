"""What a person sees while a model trains: a bar, and one line for each validation. On standard error."""

from __future__ import annotations

import math
import time
from typing import Any

import pytorch_lightning as pl
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from recurra.task.base import TaskModule


class ProgressBar(pl.callbacks.ProgressBar):
    """The bar moves on a terminal only; the lines are printed wherever the output goes."""

    def __init__(self, console: Console, bar: bool) -> None:
        super().__init__()
        self.console = console
        self.bar = bar and console.is_terminal
        self.progress: Progress | None = None
        self.drawn = 0.0

    def disable(self) -> None:
        self.bar = False

    def print(self, *args: Any, **kwargs: Any) -> None:
        self.console.print(*args)

    def on_train_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        self.began = time.monotonic()
        if not self.bar:
            return
        self.progress = Progress(
            TextColumn("{task.description}"), BarColumn(None), MofNCompleteColumn(), TextColumn("{task.fields[loss]}"),
            TimeRemainingColumn(), console=self.console, auto_refresh=False, transient=True,
        )  # fmt: skip
        assert isinstance(module, TaskModule)
        total = module.total_steps * trainer.accumulate_grad_batches
        self.line = self.progress.add_task("", total=None if math.isinf(total) else total, loss="")
        self.progress.start()

    def on_train_batch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        if self.progress is None or time.monotonic() - self.drawn < 0.2:
            return
        assert isinstance(module, TaskModule)
        self.drawn = time.monotonic()
        done = trainer.fit_loop.epoch_loop.total_batch_idx + 1
        loss = module.train_means().get("train/loss", math.nan)
        self.progress.update(
            self.line,
            completed=done,
            loss=f"loss {loss:.4f}",
            description=f"epoch {trainer.current_epoch + 1}",
        )
        self.progress.refresh()

    def on_validation_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        assert isinstance(module, TaskModule)
        shown = "  ".join(f"{name} {value:.4f}" for name, value in sorted(module.scores().items()))
        limit = f"/{trainer.max_epochs}" if trainer.max_epochs and trainer.max_epochs > 0 else ""
        seconds = time.monotonic() - self.began
        self.console.print(f"epoch {trainer.current_epoch + 1}{limit}  {shown}  {seconds:.0f} s", highlight=False)

    def close(self) -> None:
        if self.progress is not None:
            self.progress.stop()
            self.progress = None

    def on_train_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        self.close()

    def on_exception(self, trainer: pl.Trainer, module: pl.LightningModule, exception: BaseException) -> None:
        self.close()
