"""What a trial leaves in its folder: scores, costs, and what ``auto`` chose."""

from __future__ import annotations

import contextlib
import json
import math
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from recurra.config.train import COSTS


def read_metrics(folder: Path) -> dict[str, Any]:
    """``metrics.json``, which a run writes last; empty where there is none."""
    try:
        found: dict[str, Any] = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def facts_of(folder: Path, words: list[str], seconds: float, metrics: dict[str, Any]) -> dict[str, Any]:
    """What the study remembers of a trial besides its score; its seconds are those of its training, earlier parts of a
    resumed one included, or where a folder does not tell, ``seconds``."""
    return {
        "seconds": metrics.get("train/seconds", round(seconds, 1)),
        "folder": str(folder.resolve()),
        "metrics": {name: metrics[name] for name in COSTS if name in metrics},
        "chosen": _chosen(folder, words),
    }


def values_of(
    returned: Any, metrics: dict[str, Any], scores: list[str], objectives: list[str] | None, needs_number: bool
) -> list[float] | str:
    """The scores of a trial that ended: what it returned, or ``objectives``; or why they cannot be used."""
    values = []
    for name in scores:
        if objectives is not None and name not in metrics:
            numbers = [name for name, value in metrics.items() if isinstance(value, float)]
            return f"metrics.json has no {name}; it has {', '.join(numbers) or 'nothing'}"
        value = returned if objectives is None else metrics[name]
        try:
            number = float(value)
        except (TypeError, ValueError):
            if needs_number:
                return f"returned {value!r}, which is no number"
            number = 0.0
        if not math.isfinite(number):
            return f"{name or 'the result'} is {number}"
        values.append(number)
    return values


def _chosen(folder: Path, words: list[str]) -> list[str]:
    """What ``auto`` chose, on which the bits of a result depend."""
    given = {word.partition("=")[0] for word in words}
    found: list[str] = []
    with contextlib.suppress(Exception):  # a folder of another application
        trainer = OmegaConf.load(folder / "config.yaml").trainer
        found = [f"trainer.{name}={trainer[name]}" for name in ("precision", "threads")]
    return [word for word in found if word.partition("=")[0] not in given]
