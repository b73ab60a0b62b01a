"""Imports that take seconds, and how they are made to take fewer."""

from __future__ import annotations

import contextlib
import sys
from types import ModuleType


def import_lightning() -> None:
    """Imports PyTorch Lightning without all of `scipy.signal`, which is a tenth of the way to the first training step.

    torchmetrics, which comes with it, imports it only to add one name, of a metric of speech, where it is missing.
    Whoever wants `scipy.signal` afterwards gets the real one.
    """
    name = "scipy.signal"
    if name not in sys.modules:
        sys.modules[name] = stand_in = ModuleType(name)
        stand_in.hamming = None  # type: ignore[attr-defined]
        with contextlib.suppress(ImportError):  # a torchmetrics that wants more of it is imported as it is
            import torchmetrics  # noqa: F401
        del sys.modules[name]
    import pytorch_lightning  # noqa: F401


def import_wandb() -> None:
    """Imports all of Weights & Biases that a run needs.

    It looks through every module that is there, so that it takes a third of the time before PyTorch is imported.
    """
    import wandb.apis.public  # noqa: F401
