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


def load(run: str | Path, device: str = "cpu") -> Predictor:
    """A trained model, ready to answer: ``load(RUN).predict(texts)``.

    ``run`` is a run folder (then its ``best.ckpt``) or a ``.ckpt`` file.

    Raises:
        recurra.errors.UserError: there is no checkpoint, or it is not one of ours.
    """
    from recurra.checkpoint import read_checkpoint
    from recurra.runs import BEST
    from recurra.task import load_task

    path = Path(run)
    checkpoint = read_checkpoint(path / BEST if path.is_dir() else path)
    return load_task(checkpoint.task).predictor(checkpoint, device)
