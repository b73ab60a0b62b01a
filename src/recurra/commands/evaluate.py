"""``python evaluate.py``: scores of a checkpoint on a data set, and whether another one is better."""

from __future__ import annotations

from pathlib import Path

from recurra.commands.cli import run
from recurra.config import Evaluate


def main(argv: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    return run("evaluate", evaluate, argv)


def evaluate(config: Evaluate) -> None:
    """Scores a checkpoint on one split and writes scores, pictures and predictions into a folder.

    Raises:
        UserError: no such checkpoint or data, or labels that training never saw.
    """
    from recurra.checkpoint import read_checkpoint
    from recurra.hardware import prepare_process
    from recurra.runs import make_folder, resolve_checkpoint
    from recurra.task import load_task
    from recurra.terminal import console
    from recurra.training import write_metrics

    prepare_process()
    path = resolve_checkpoint(config.checkpoint, config.paths)
    if config.checkpoint is None:
        console.print(f"newest finished run: {path}")
    checkpoint = read_checkpoint(path)
    task = load_task(checkpoint.task)
    data = config.data or checkpoint.config.data
    options = checkpoint.config.model_copy(update={"data": data, "paths": config.paths})
    predictor = task.predictor(checkpoint, "cpu")
    prepared = task.prepare_split(predictor, options, config.split)
    console.print(f"{path} on {prepared.corpus.description}, {config.split}")

    folder = make_folder(Path(config.output) if config.output else path.parent / f"evaluate-{data.name}-{config.split}")
    report = task.report(predictor, prepared, config.split, folder)
    write_metrics(report.scores, folder)
    console.print(report.shown)
    if config.against is not None:
        other = read_checkpoint(resolve_checkpoint(config.against, config.paths))
        console.print(task.compare(predictor, task.predictor(other, "cpu"), options, config.split))
    console.print(f"written to {folder}")
    for name, value in report.scores.items():
        print(f"{name} {value:.6g}")
