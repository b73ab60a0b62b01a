"""The parts of a training run that are the same for every task."""

from __future__ import annotations

import json
import logging
import time
import warnings
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from omegaconf import OmegaConf
from pytorch_lightning.callbacks import Callback, EarlyStopping, WeightAveraging
from pytorch_lightning.loggers.logger import Logger
from pytorch_lightning.profilers import Profiler, PyTorchProfiler, SimpleProfiler
from rich.console import RenderableType
from rich.table import Table
from torch import Tensor, nn

from recurra import runs
from recurra.atomic import write_atomically
from recurra.callbacks.checkpointing import AtomicIO, Checkpointing
from recurra.callbacks.plateau import Plateau
from recurra.callbacks.progress import ProgressBar
from recurra.callbacks.pruning import Pruning
from recurra.callbacks.record import Record
from recurra.callbacks.samples import Samples
from recurra.callbacks.trial import TrialReport
from recurra.checkpoint import Checkpoint, read_checkpoint
from recurra.config.train import Train
from recurra.errors import UserError
from recurra.hardware import Hardware, choose
from recurra.logger.build import wandb_run
from recurra.scheduler import used_batches
from recurra.stop import StopRequest
from recurra.sweep.trial import in_trial
from recurra.task.base import Predictor, Report, Task, TaskModule
from recurra.terminal import console


def resumed(config: Train) -> tuple[Path, Checkpoint] | None:
    """The run that ``resume=`` means and its ``last.ckpt``, or None for a new one.

    Raises:
        UserError: the run or checkpoint named cannot be gone on with.
    """
    if config.resume is None:
        return None
    if config.resume == "auto":
        found = runs.find_resumable(config)
        if found is None:
            console.print("resume=auto: no unfinished run of this config; a new one starts")
        else:
            console.print(f"resume=auto: going on with {found[0]}, step {found[1].raw['global_step']}")
        return found
    path = Path(config.resume)
    checkpoint = read_checkpoint(path / runs.LAST if path.is_dir() else path)
    if not checkpoint.resumable:
        raise UserError(f"{checkpoint.path} holds weights only; resume={checkpoint.path.parent} takes its {runs.LAST}")
    if checkpoint.task != config.task.name:
        raise UserError(f"{checkpoint.path} is of task={checkpoint.task}, this run of task={config.task.name}")
    if other := runs.differences(checkpoint.config, config):
        raise UserError(
            f"{checkpoint.path} had other options: {', '.join(other[:8])}; resume= goes on with the same, "
            f"init_from= takes over weights alone"
        )
    return checkpoint.path.parent, checkpoint


def check_same_data(previous: Checkpoint, fingerprint: str) -> None:
    """A run goes on with the data that it began with.

    Raises:
        UserError: the data has changed.
    """
    if previous.data["fingerprint"] != fingerprint:
        raise UserError(
            f"the data has changed since {previous.path} was written, on {previous.data['description']}; "
            f"a new run on it starts without resume=, "
            f"from these weights with init_from={previous.path}"
        )


def initial(config: Train) -> Checkpoint | None:
    """The checkpoint whose weights ``init_from=`` names."""
    if config.init_from is None:
        return None
    checkpoint = read_checkpoint(runs.resolve_checkpoint(config.init_from, config.paths))
    if checkpoint.task != config.task.name:
        raise UserError(f"{checkpoint.path} is of task={checkpoint.task}, this run of task={config.task.name}")
    own, given = config.tokenizer.model_dump(), checkpoint.config.tokenizer.model_dump()
    if wrong := [name for name in ("kind", "lowercase", "joint") if own.get(name) != given.get(name)]:
        words = " ".join(f"tokenizer.{name}={str(given[name]).lower()}" for name in wrong)
        raise UserError(f"init_from: {checkpoint.path} reads texts with another tokenizer; give {words}")
    console.print(f"starting from the weights, tokenizer and labels of {checkpoint.path}")
    return checkpoint


def load_weights(module: TaskModule, checkpoint: Checkpoint) -> None:
    """Takes over the parameters, and no buffers, which follow from the data; names what does not fit."""
    own = module.network.state_dict()
    given = checkpoint.weights
    wrong = [name for name in own if name not in given or given[name].shape != own[name].shape]
    if wrong or set(given) - set(own):
        names = ", ".join(wrong[:5] or sorted(set(given) - set(own))[:5])
        raise UserError(f"init_from: the model of {checkpoint.path} has another form (see {names}); give its options")
    module.network.load_state_dict({name: given[name] for name, _ in module.network.named_parameters()}, strict=False)


def with_hardware(
    config: Train, previous: Checkpoint | None, task: Task, module: TaskModule, prepared: Any
) -> tuple[Train, Hardware]:
    """The config with what ``auto`` means here; a run that goes on keeps what was chosen when it began."""
    options = config.trainer
    if previous is not None:
        before = previous.config.trainer
        options = options.model_copy(update={"precision": before.precision, "threads": before.threads})
    loader = task.loaders(config, prepared).train
    batch = loader.make(loader.batches()[len(loader) // 2])

    def step(trial: nn.Module) -> torch.Tensor:
        assert isinstance(trial, TaskModule)
        return trial.loss(batch)[0]

    hardware = choose(options, module, step)
    options = options.model_copy(update={"precision": hardware.precision, "threads": hardware.threads})
    return config.model_copy(update={"trainer": options}), hardware


def write_config(config: Train, run: Path) -> None:
    """``config.yaml``: what the run was made of, ``auto`` filled in."""
    text = OmegaConf.to_yaml(OmegaConf.create(config.model_dump(mode="json")))
    write_atomically(run / "config.yaml", lambda path: path.write_text(text, encoding="utf-8"))


def make_trainer(
    config: Train, batches: int, run: Path, hardware: Hardware, loggers: list[Logger], stop: StopRequest
) -> tuple[pl.Trainer, Checkpointing]:
    """Lightning's Trainer, for a training split of so many ``batches``, and the callback that keeps checkpoints."""
    logging.getLogger("pytorch_lightning").setLevel(logging.WARNING)
    for pattern in (".*have many workers.*", ".*isinstance.treespec.*", ".*LeafSpec.*", ".*logging interval.*"):
        warnings.filterwarnings("ignore", pattern)
    options = config.trainer
    interval, epoch = options.val_check_interval, used_batches(options, batches)
    keeping = Checkpointing(run, config.task, config.callbacks.checkpoint_seconds, stop)
    callbacks: list[Callback] = [Samples(run)]  # before the average gives way to the weights in training
    if config.callbacks.prune is not None:
        callbacks.append(Pruning(config.callbacks.prune, config.callbacks.prune_share))
    if config.optimizer.averaging > 0.0:  # before the others, so that a checkpoint holds the average after the step
        callbacks.append(
            WeightAveraging(hardware.device, use_buffers=False, multi_avg_fn=moving_average(config.optimizer.averaging))
        )
    if config.scheduler.kind == "plateau":
        callbacks.append(Plateau(config.scheduler, config.optimizer, config.task))
    callbacks += [Record(), ProgressBar(console, config.callbacks.progress)]
    if config.callbacks.early_stopping > 0:
        callbacks.append(
            EarlyStopping(
                config.task.monitor,
                patience=config.callbacks.early_stopping,
                mode=config.task.mode,
                check_on_train_epoch_end=False,
            )
        )
    if in_trial():
        callbacks.append(TrialReport(config.task.monitor))
    callbacks.append(keeping)
    trainer = pl.Trainer(
        accelerator={"cuda": "gpu"}.get(hardware.accelerator, hardware.accelerator),
        devices=1,
        precision=hardware.precision,  # type: ignore[arg-type]
        max_epochs=options.max_epochs,
        max_steps=options.max_steps,
        max_time=None if options.max_minutes is None else timedelta(minutes=options.max_minutes),
        gradient_clip_val=options.gradient_clip_val,
        gradient_clip_algorithm=options.gradient_clip_algorithm,
        accumulate_grad_batches=options.accumulate_grad_batches,
        val_check_interval=interval if isinstance(interval, float) else min(interval, epoch),
        limit_train_batches=epoch,
        log_every_n_steps=options.log_every_n_steps,
        profiler=_profiler(config, run),
        logger=loggers,
        callbacks=callbacks,
        plugins=[AtomicIO()],
        enable_checkpointing=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        default_root_dir=run,
        **(options.model_extra or {}),
    )
    return trainer, keeping


def moving_average(decay: float) -> Callable[[list[Tensor], list[Tensor], Tensor], None]:
    """An exponential moving average whose decay rises to the one given, so that it soon forgets where it began."""

    def update(averaged: list[Tensor], current: list[Tensor], updates: Tensor) -> None:
        n = float(updates)
        torch._foreach_lerp_(averaged, current, 1.0 - min(decay, (1.0 + n) / (10.0 + n)))

    return torch.no_grad()(update)


def _profiler(config: Train, run: Path) -> Profiler | None:
    match config.trainer.profiler:
        case "simple":
            return SimpleProfiler(dirpath=run, filename="profile")
        case "pytorch":
            return PyTorchProfiler(dirpath=run, filename="profile")
        case _:
            return None


def time_table(trainer: pl.Trainer) -> RenderableType | None:
    """The dozen places where most time went, if that was measured."""
    profiler = trainer.profiler  # type: ignore[attr-defined]
    if not isinstance(profiler, SimpleProfiler):
        return None
    table = Table("where the time went", "seconds", "calls", box=None, pad_edge=False, header_style="bold")
    durations = sorted(profiler.recorded_durations.items(), key=lambda item: -sum(item[1]))
    for action, seconds in durations[:14]:
        table.add_row(action, f"{sum(seconds):.2f}", str(len(seconds)))
    return table


def publish(report: Report, metrics: dict[str, Any], loggers: list[Logger], step: int) -> None:
    """Final scores to every logger; pictures and tables to W&B."""
    numbers = {name: value for name, value in metrics.items() if isinstance(value, int | float)}
    for logger in loggers:
        logger.log_metrics({name: numbers[name] for name in report.scores}, step=step)
    run = wandb_run()
    if run is not None:
        import wandb

        run.summary.update(numbers)
        run.log({name: wandb.Image(str(path)) for name, path in report.pictures.items()})
        run.log({name: wandb.Table(columns, rows) for name, (columns, rows) in report.tables.items()})


def costs(predictor: Predictor, run: Path) -> dict[str, float]:
    """What a model costs, to be weighed against its score: its size, and the time of one answer."""
    seconds = []
    for _ in range(6):  # the first one is slower
        began = time.perf_counter()
        predictor.predict(_SENTENCE)
        seconds.append(time.perf_counter() - began)
    return {
        "model/megabytes": round((run / runs.BEST).stat().st_size / 1e6, 3),
        "model/milliseconds": round(1000.0 * min(seconds[1:]), 3),
    }


_SENTENCE = "The old man who lived by the river had never seen a film that was so long and so good ."


def write_metrics(metrics: dict[str, Any], run: Path) -> None:
    """``metrics.json``: written last, it says that the run is finished."""
    text = json.dumps(metrics, indent=2, ensure_ascii=False)
    write_atomically(run / runs.METRICS, lambda path: path.write_text(text + "\n", encoding="utf-8"))
