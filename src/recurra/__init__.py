"""Recurra: small recurrent text models that train in minutes and ship in a few megabytes.

>>> import recurra
>>> model = recurra.load("outputs/sentiment/2026-01-31_12-00-00")
>>> model.predict(["It's great, really."])
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recurra.task.base import Predictor

__all__ = ["load"]


def load(run: str | Path, device: str = "cpu", precision: str | None = None) -> Predictor:
    """A trained model, ready to answer: ``load(RUN).predict(texts)``.

    ``run`` is a run folder (then its ``best.ckpt``), a ``.ckpt`` file, or a bundle; of a bundle ``precision`` says
    which graphs run, ``fp32`` (the same answers) or ``int8`` (smaller and faster).

    Raises:
        recurra.errors.UserError: there is no checkpoint, or it is not one of ours.
    """
    from recurra.errors import UserError
    from recurra_runtime.bundle import Bundle, BundleError, is_bundle

    path = Path(run)
    if is_bundle(path):
        import recurra_runtime

        try:
            if Bundle(path, precision).held:
                shipped: Predictor = recurra_runtime.load(path, precision)
                return shipped
        except BundleError as error:
            raise UserError(str(error)) from None
    elif precision is not None:
        raise UserError(f"precision={precision}: {run} is no bundle; a checkpoint answers in fp32")
    from recurra.checkpoint import read_checkpoint
    from recurra.runs import BEST
    from recurra.task import load_task

    checkpoint = read_checkpoint(path / BEST if path.is_dir() and not is_bundle(path) else path)
    return load_task(checkpoint.task).predictor(checkpoint, device)
