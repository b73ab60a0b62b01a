"""``python train.py``: from a config to a trained model, its scores, and what to do next."""

from __future__ import annotations

import platform
import time
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path

from recurra.commands.check import trainer_faults
from recurra.commands.cli import run
from recurra.config.train import Train
from recurra.errors import UserError


def main(argv: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    return run("train", train, argv)


def train(config: Train) -> float:
    """Trains, scores and records one run; returns the score that the run is judged by.

    Raises:
        UserError: the data, a checkpoint or a folder is not what it should be; nothing was written.
        TrainingFailed: the loss is not finite; the last good checkpoint stays.
        Interrupted: Ctrl-C or SIGTERM; the state was saved.
        Pruned: it is a trial of a sweep, which has given it up.
    """
    from recurra.imports import import_lightning, import_wandb

    if config.logger.wandb is not None and config.logger.wandb.mode != "disabled":
        import_wandb()
    import_lightning()
    import pytorch_lightning as pl
    import torch

    from recurra import runs, training
    from recurra.checkpoint import read_checkpoint
    from recurra.closing import closing_words
    from recurra.hardware import keep_freed_memory, prepare_process
    from recurra.logger.build import close_loggers, make_loggers
    from recurra.scheduler import used_batches
    from recurra.stop import StopRequest
    from recurra.task import load_task
    from recurra.terminal import console

    began = time.time()
    prepare_process()
    keep_freed_memory()
    if found := trainer_faults(config.trainer.model_extra or {}):
        raise UserError("; ".join(found))
    task = load_task(config.task.name)
    with ExitStack() as closing:
        # where to begin
        going_on = training.resumed(config)
        run_folder, previous = going_on if going_on is not None else (None, None)
        if run_folder is not None:
            closing.callback(runs.hold(run_folder).release)
        initial = training.initial(config) if going_on is None else None

        # data, and the network for it
        prepared = task.prepare(config, previous or initial)
        if previous is not None:
            training.check_same_data(previous, prepared.corpus.fingerprint)
        console.print(task.summary(prepared))
        pl.seed_everything(config.seed, verbose=False)
        module = task.module(config, prepared, fitted=previous is None)
        if initial is not None:
            training.load_weights(module, initial)
        config, hardware = training.with_hardware(config, previous, task, module, prepared)
        loaders = task.loaders(config, prepared, pin=hardware.accelerator == "cuda")
        loaders.train.used = used_batches(config.trainer, len(loaders.train))
        module.use(config, len(loaders.train))
        torch.set_num_threads(hardware.threads)

        # a folder of its own
        if run_folder is None:
            run_folder = runs.new_run_folder(Path(config.paths.outputs), config.task.name, config.paths.run)
            closing.callback(runs.hold(run_folder).release)
        runs.reopen(run_folder)
        training.write_config(config, run_folder)
        parameters = sum(p.numel() for p in module.network.parameters())
        console.print(
            f"{run_folder}: {parameters:,} parameters, {hardware.accelerator}, {hardware.precision}, "
            f"{hardware.threads} thread{'s' if hardware.threads > 1 else ''}"
        )

        # training
        loggers = make_loggers(config, run_folder, 0 if previous is None else previous.rows_logged)
        closing.callback(close_loggers)
        stop = closing.enter_context(StopRequest(again=f"resume=auto, or resume={run_folder},"))
        trainer, keeping = training.make_trainer(config, len(loaders.train), run_folder, hardware, loggers, stop)
        pl.seed_everything(config.seed, verbose=False)
        last = None if previous is None else str(previous.path)
        trainer.fit(module, loaders.train, loaders.validation, ckpt_path=last)
        seconds = keeping.seconds_trained
        stop.check()

        # the test split, once, by the checkpoint that was kept
        predictor = task.predictor(read_checkpoint(run_folder / runs.BEST), hardware.device)
        report = task.report(predictor, prepared, prepared.told, run_folder)
        stop.check()
        metrics = {
            **keeping.best_scores,
            **report.scores,
            "train/seconds": round(seconds, 1),
            "train/steps": trainer.global_step,
            "model/parameters": parameters,
            **training.costs(predictor, run_folder),
            "precision": hardware.precision,
            "threads": hardware.threads,
            "seed": config.seed,
            "data": prepared.corpus.description,
            "debug": config.debug,
            "python": platform.python_version(),
            "torch": torch.__version__,
            "recurra": version("recurra"),
        }
        training.publish(report, metrics, loggers, trainer.global_step)
        training.write_metrics(metrics, run_folder)
        console.print(report.shown)
        table = training.time_table(trainer)
        if table is not None:
            console.print(table)
        console.print(closing_words(task, config, run_folder, report, time.time() - began))
        score: float = metrics[config.task.monitor]
        return score
