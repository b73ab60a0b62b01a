"""``python export.py``: a checkpoint as a folder of files that run without PyTorch, proven to be the same model."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recurra.commands.cli import run
from recurra.config.commands import Export
from recurra.errors import ExportFailed, UserError

if TYPE_CHECKING:
    from recurra.checkpoint import Checkpoint
    from recurra.export.shipment import Shipment


def main(argv: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    return run("export", export, argv)


def export(config: Export) -> None:
    """Writes the bundle, prints what was proven, and uploads it if that was asked for.

    Raises:
        UserError: no checkpoint, or a folder that holds something else.
        ExportFailed: the graphs do not answer as the checkpoint does; nothing was written.
    """
    from recurra.imports import import_lightning

    import_lightning()
    from recurra.checkpoint import read_checkpoint
    from recurra.export import bundle, card
    from recurra.export.shipment import check_numbers
    from recurra.hardware import prepare_process
    from recurra.runs import resolve_checkpoint
    from recurra.terminal import console
    from recurra_runtime.bundle import is_bundle

    prepare_process()
    path = resolve_checkpoint(config.checkpoint, config.paths)
    if config.checkpoint is None:
        console.print(f"newest finished run: {path}")
    if is_bundle(path):
        raise UserError(f"{path} is a bundle already; export.py takes a run folder or a .ckpt file")
    checkpoint = read_checkpoint(path)
    check_numbers(checkpoint)
    folder = Path(os.path.abspath(config.output or path.parent / "bundle"))
    with bundle.draft(folder) as made:
        bundle.write(made, bundle.contents(checkpoint))
        proof = _graphs(config, checkpoint, made) if config.formats else {}
        bundle.write(made, card.files(made, checkpoint, proof, path, config.license))
    console.print(f"written to {folder}: {card.size_of(folder)}")
    words = f"{shlex.quote(f'checkpoint={folder}')} {card.question(checkpoint.task)}"
    console.print(f"try it: python predict.py {words}", markup=False)
    if config.push is not None:
        from recurra.export.hub import push

        console.print(f"uploaded to {push(folder, config.push)}")
    print(folder)


def _graphs(config: Export, checkpoint: Checkpoint, made: Path) -> dict[str, Any]:
    """Writes the graphs into a folder; returns what was measured."""
    import recurra_runtime
    from recurra.export import bundle
    from recurra.export.shipment import as_dicts, seconds
    from recurra.terminal import console

    shipment = _shipment(config, checkpoint)
    score = shipment.score
    models: dict[str, Any] = {"checkpoint": shipment.predictor}
    bundle.write(made, _files(shipment, "fp32"))
    models["fp32"] = recurra_runtime.load(made, "fp32")
    console.print(f"compared on {shipment.source}")
    checks = [shipment.logits(models["fp32"]), *shipment.answers(models["fp32"])]
    for check in checks:
        console.print(str(check))
    if not all(check.passed for check in checks):
        raise ExportFailed("the graphs do not answer as the checkpoint does, see above; no bundle was written")
    scores = {name: shipment.scored(model) for name, model in models.items()} if shipment.real else {}
    proof: dict[str, Any] = {"on": shipment.source, "checks": as_dicts(checks)}
    proof |= {"score": score.name, "unit": score.unit, "scores": scores}
    if "int8" in config.formats:
        proof["int8"] = _int8(shipment, made, models, scores)
        console.print(proof["int8"]["told"])
    if "onnx" not in config.formats and "int8" in models:
        bundle.remove(made, bundle.graph_files(made, "fp32"))
        del models["fp32"]
    taken = seconds({name: shipment.ask(model) for name, model in models.items()})
    proof["latency"] = {"what": shipment.speed, "milliseconds": {name: 1000 * t for name, t in taken.items()}}
    for name, time in taken.items():
        console.print(
            f"{shipment.speed}: {name} {1000 * time:.2f} ms ({taken['checkpoint'] / time:.1f} times the speed)"
        )
    return proof


def _int8(shipment: Shipment, made: Path, models: dict[str, Any], scores: dict[str, float]) -> dict[str, Any]:
    """The smallest graphs that lose no more than they may, if there are any, and the story of it."""
    import recurra_runtime
    from recurra.export import bundle

    score, story = shipment.score, []
    if not shipment.real:
        return {"kept": None, "told": "int8 is left out: it is judged on the data set, which is not there"}
    for precision in ("int8", "int8 weights"):
        bundle.write(made, _files(shipment, precision))
        model = recurra_runtime.load(made, "int8")
        scores[precision] = shipment.scored(model)
        lost = score.lost(scores["fp32"], scores[precision])
        story.append(f"{precision}: {scores[precision]:.4f} {score.name}, {lost:+.4f} {score.unit} lost")
        if lost <= score.limit:
            models["int8"] = model
            return {
                "kept": precision,
                "lost": lost,
                "told": f"ok     {'; '.join(story)} (at most {score.limit} may be)",
            }
    bundle.remove(made, bundle.graph_files(made, "int8"))
    return {"kept": None, "told": f"int8 is left out, it loses too much: {'; '.join(story)}; {score.limit} may be lost"}


def _files(shipment: Shipment, precision: Any) -> dict[str, bytes]:
    from recurra_runtime.bundle import PRECISIONS

    ending = PRECISIONS["fp32" if precision == "fp32" else "int8"]
    return {name + ending: graph.SerializeToString() for name, graph in shipment.graphs(precision).items()}


def _shipment(config: Export, checkpoint: Checkpoint) -> Shipment:
    """The checkpoint with the examples that it is proven on: real ones, where the data can be found."""
    from recurra.export.shipment import load_shipment
    from recurra.task import load_task
    from recurra.terminal import console

    task, made = load_task(checkpoint.task), load_shipment(checkpoint.task)
    predictor = task.predictor(checkpoint, "cpu")
    options = checkpoint.config.model_copy(update={"paths": config.paths})
    reasons = []
    for split in ("test", "validation"):  # a text may have no test part
        try:
            prepared = task.prepare_split(predictor, options, split)
        except UserError as error:
            reasons.append(str(error))
        else:
            return made(checkpoint, predictor, made.examples_of(prepared), f"the {split} split", real=True)
    console.print(f"the data are not there, so that the proof is on made-up texts ({reasons[-1]})")
    return made(checkpoint, predictor, made.made_up(predictor), "made-up texts", real=False)
