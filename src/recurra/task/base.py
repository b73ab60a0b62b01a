"""What all tasks share: the LightningModule around a network, and what a task must provide."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Timer
from rich.console import RenderableType
from torch import Tensor, nn

from recurra.checkpoint import KEY, Checkpoint, contents
from recurra.config.commands import Evaluate
from recurra.config.train import Data, Train
from recurra.data.loader import Loader
from recurra.errors import TrainingFailed, UserError
from recurra.optimizer import make_optimizer
from recurra.scheduler import Course, total_steps


class Corpus(Protocol):
    """Data that a task has found and read."""

    description: str
    """Where they come from, in words."""
    fingerprint: str
    """Changes whenever they do."""


class TaskModule(pl.LightningModule, ABC):
    """A network with its loss, optimizer and schedule.

    A task overrides `loss` and the validation steps. ``spec``, ``tokenizer`` and what names the data are plain values
    that go into every checkpoint beside the config.
    """

    network: nn.Module

    def __init__(self, config: Train, spec: dict[str, Any], tokenizer: str, corpus: Corpus) -> None:
        super().__init__()
        self.config = config
        data = {"description": corpus.description, "fingerprint": corpus.fingerprint}
        self.about = contents(config, spec, tokenizer, data)
        self.sums: dict[str, float] = defaultdict(float)
        """Sums since the epoch began, weighted by ``weight``: kept in checkpoints so that means survive a resume."""
        self.last_loss = self.gradient_norm = math.nan
        self.total_steps = math.inf

    @abstractmethod
    def loss(self, batch: Any) -> tuple[Tensor, dict[str, float], int]:
        """Loss of a batch, further scores to report, and the number of examples that they are means over."""

    @abstractmethod
    def tokens(self, batch: Any) -> int:
        """Number of real tokens in a batch."""

    def training_step(self, batch: Any, batch_idx: int) -> Tensor:
        loss, scores, weight = self.loss(batch)
        value = float(loss.detach())
        if not math.isfinite(value):
            raise self.not_finite("loss", value)
        self.last_loss = value
        for name, score in {"loss": value, **scores}.items():
            self.sums[name] += score * weight
        self.sums["weight"] += weight
        return loss

    def not_finite(self, what: str, value: float) -> TrainingFailed:
        """The error that ends a run before its weights are spoilt, with advice."""
        return TrainingFailed(
            f"the {what} became {value} in epoch {self.current_epoch + 1}, step {self.global_step}; "
            f"try a smaller optimizer.lr (now {self.config.optimizer.lr:g}), "
            f"a smaller trainer.gradient_clip_val, or trainer.precision=32-true"
        )

    def samples(self) -> list[dict[str, str]]:
        """What the network makes of fixed inputs, for a person to read; some tasks have none."""
        return []

    def draw_samples(self, folder: Path) -> dict[str, Path]:
        """The same as pictures in ``folder``, by name; some tasks have none."""
        return {}

    def train_means(self) -> dict[str, float]:
        """Means since the epoch began: ``train/loss`` and the like."""
        weight = self.sums["weight"]
        return {f"train/{name}": total / weight for name, total in self.sums.items() if name != "weight"}

    def scores(self) -> dict[str, float]:
        """What was last measured: means of training since the epoch began, and the scores of validation."""
        validation = {name: float(value) for name, value in self.trainer.callback_metrics.items()}
        return {**validation, **self.train_means()}

    def use(self, config: Train, batches: int) -> None:
        """Takes over a config in which what was ``auto`` has been chosen, for epochs of so many ``batches``."""
        self.config = config
        self.about["config"] = config.model_dump(mode="json")
        self.total_steps = total_steps(config.trainer, batches)

    def transfer_batch_to_device(self, batch: Any, device: torch.device, dataloader_idx: int) -> Any:
        """A GPU fetches a batch from pinned memory while it computes."""
        return batch.to(device, non_blocking=device.type == "cuda")

    def on_train_epoch_end(self) -> None:
        self.sums.clear()

    def configure_gradient_clipping(
        self,
        optimizer: torch.optim.Optimizer,
        gradient_clip_val: float | None = None,
        gradient_clip_algorithm: str | None = None,
    ) -> None:
        parameters = [p for p in self.parameters() if p.grad is not None]
        by_norm = gradient_clip_val is not None and gradient_clip_algorithm == "norm"
        norm = nn.utils.clip_grad_norm_(parameters, gradient_clip_val if by_norm else math.inf)  # type: ignore[arg-type]
        if gradient_clip_val is not None and not by_norm:
            nn.utils.clip_grad_value_(parameters, gradient_clip_val)
        self.gradient_norm = float(norm)
        if not math.isfinite(self.gradient_norm) and self.config.trainer.precision != "16-mixed":  # which scales it
            raise self.not_finite("gradient", self.gradient_norm)

    def configure_optimizers(self) -> Any:
        optimizer = make_optimizer(self.network, self.config.optimizer, self.config.trainer.precision)
        if self.config.scheduler.kind == "plateau":  # the callback of that name sets the rate
            return optimizer
        course = Course(self.config.scheduler, self.total_steps, self.time_spent())
        scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, course.rate)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler, "interval": "step"}}

    def time_spent(self) -> Callable[[], float] | None:
        """What gives the share of the run's minutes that is over, earlier parts of a resumed run included."""
        minutes = self.config.trainer.max_minutes
        timer = next((each for each in self.trainer.callbacks if isinstance(each, Timer)), None)  # type: ignore[attr-defined]
        if minutes is None or timer is None:
            return None
        return lambda: timer.time_elapsed() / (60.0 * minutes)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint[KEY] = {**self.about, "sums": dict(self.sums)}

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self.sums = defaultdict(float, checkpoint[KEY]["sums"])


@dataclass(frozen=True)
class Loaders:
    """Batches to train and to validate on."""

    train: Loader[Any, Any]
    validation: Loader[Any, Any]


class Predictor(Protocol):
    """Answers to texts: what ``recurra.load(RUN)`` gives."""

    text_columns: list[str]
    """Columns that hold the text in a table, the likeliest first."""

    def predict(self, texts: str | Sequence[str]) -> list[Any]: ...


class Task(ABC):
    """What the commands ask of a task, in the order in which they ask.

    ``prepared`` is whatever `prepare` returned: the data, encoded, and what the network must know of it.
    """

    @abstractmethod
    def prepare(self, config: Any, checkpoint: Checkpoint | None) -> Any:
        """Reads the data and learns the tokenizer, or takes the tokenizer of a checkpoint."""

    @abstractmethod
    def summary(self, prepared: Any) -> RenderableType:
        """What was found in the data, for a person to read before training."""

    @abstractmethod
    def module(self, config: Any, prepared: Any, fitted: bool = True) -> TaskModule:
        """The network and its loss; what is not trained but fitted to the data beforehand may wait for a checkpoint."""

    @abstractmethod
    def loaders(self, config: Any, prepared: Any, pin: bool = False) -> Loaders:
        """Batches of the training and the validation split; ``pin`` puts them where a GPU fetches them."""

    @abstractmethod
    def predictor(self, checkpoint: Checkpoint, device: str) -> Predictor:
        """Answers of a checkpoint."""

    @abstractmethod
    def prepare_split(self, predictor: Any, config: Any, split: str) -> Any:
        """One split alone, encoded for a model that exists."""

    @abstractmethod
    def check_comparable(self, a: Any, b: Any) -> None:
        """Refuses two models that do not do the same.

        Raises:
            UserError: what the other one does.
        """

    @abstractmethod
    def compare(self, a: Any, b: Any, config: Any, split: str) -> RenderableType:
        """Whether one model is better than another on the same texts, beyond chance."""

    @abstractmethod
    def commands(self, checkpoint: str, data: str, options: Data) -> list[str]:
        """Commands to try after a run; ``checkpoint`` and ``data`` are the words that name both."""

    def check_evaluation(self, config: Evaluate) -> None:
        """Refuses what ``evaluate.py`` can be asked for, but not for this task.

        Raises:
            UserError: there is no such score.
        """
        if config.split == "all" or config.dynamic > 0.0:
            raise UserError("split=all and dynamic= are for task=chargen")

    def further_scores(self, predictor: Any, prepared: Any, config: Evaluate) -> dict[str, float]:
        """Scores that only ``evaluate.py`` gives, when it is asked for them."""
        return {}

    @abstractmethod
    def report(self, predictor: Any, prepared: Any, split: str, folder: Path) -> Report:
        """Scores of a split, with pictures and predictions written into ``folder``."""


@dataclass(frozen=True)
class Report:
    """Scores by name (``test/accuracy``), what to show, and the pictures, tables and files that were written."""

    scores: dict[str, float]
    shown: RenderableType
    pictures: dict[str, Path]
    tables: dict[str, tuple[list[str | int], list[list[Any]]]]
    files: list[str]


def prefix(split: str) -> str:
    """What stands before the names of the scores of a split."""
    return "val" if split == "validation" else split
