"""``python evaluate.py``: scores of a checkpoint on a data set, and whether another one is better."""

from __future__ import annotations

from pathlib import Path

from recurra.commands.cli import run
from recurra.config.commands import Evaluate
from recurra.config.train import OWN, Data
from recurra.errors import UserError

MAY_BE_AMONG = "what was trained on may be among the rows scored here"


def main(argv: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    return run("evaluate", evaluate, argv)


def evaluate(config: Evaluate) -> None:
    """Scores a checkpoint on one split and writes scores, pictures and predictions into a folder.

    Raises:
        UserError: no such checkpoint or data, or labels that training never saw.
    """
    from recurra.imports import import_lightning

    import_lightning()
    from recurra.checkpoint import read_checkpoint
    from recurra.hardware import prepare_process
    from recurra.runs import make_folder, refuse_run, resolve_checkpoint
    from recurra.task import load_task
    from recurra.terminal import console
    from recurra.training import write_metrics

    prepare_process()
    path = resolve_checkpoint(config.checkpoint, config.paths)
    if config.checkpoint is None:
        console.print(f"newest finished run: {path}")
    checkpoint = read_checkpoint(path)
    other = None if config.against is None else read_checkpoint(resolve_checkpoint(config.against, config.paths))
    if other is not None and other.task != checkpoint.task:
        raise UserError(f"{other.path} is of task={other.task}, {path} of task={checkpoint.task}")
    task = load_task(checkpoint.task)
    task.check_evaluation(config)
    data = config.data or checkpoint.config.data
    options = checkpoint.config.model_copy(update={"data": data, "paths": config.paths})
    if data.task != checkpoint.task:
        raise UserError(f"data={data.name} is for task={data.task}, {path} of task={checkpoint.task}")
    predictor = task.predictor(checkpoint, "cpu")
    rival = None if other is None else task.predictor(other, "cpu")
    if rival is not None:
        task.check_comparable(predictor, rival)
    prepared = task.prepare_split(predictor, options, config.split)
    console.print(f"{path} on {prepared.corpus.description}, {config.split}")
    if config.data is None and config.split not in data.own_files():
        if prepared.corpus.fingerprint != checkpoint.data["fingerprint"]:
            console.print(f"the data have changed since the training; {MAY_BE_AMONG}")
        if other is not None and prepared.corpus.fingerprint != other.data["fingerprint"]:
            console.print(f"{other.path} was trained on other data; {MAY_BE_AMONG}")

    folder = make_folder(Path(config.output) if config.output else path.parent / folder_name(data, config.split))
    refuse_run(folder)
    report = task.report(predictor, prepared, config.split, folder)
    scores = {**report.scores, **task.further_scores(predictor, prepared, config)}
    write_metrics(scores, folder)
    console.print(report.shown)
    if rival is not None:
        console.print(task.compare(predictor, rival, options, config.split))
    console.print(f"written to {folder}")
    for name, value in scores.items():
        print(f"{name} {value:.6g}")


def folder_name(data: Data, split: str) -> str:
    """Name of the folder for the scores of a split, which tells one file of the user's from another."""
    files = data.own_files()
    own = [*files.get(split, []), *files.get("train", [])] or ([data.id] if data.name in OWN and data.id else [])
    names = [] if data.name in OWN and own else [data.name]
    return "-".join(["evaluate", *names, *(Path(own[0]).parts[-2:] if own else []), split])
