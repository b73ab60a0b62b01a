"""What shipping asks of a task: its graphs, what proves them, and the score that int8 is judged by."""

from __future__ import annotations

import statistics
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Any, cast

import numpy as np
import onnx
import torch

from recurra.checkpoint import Checkpoint
from recurra.export.graph import Precision

LOGITS, TIE = 1e-4, 1e-5
"""How far logits may differ from the checkpoint's; answers that are as near to each other as ``TIE`` may change places."""

FORMS = [(1, 1), (64, 1), (1, 2), (3, 7), (8, 20), (64, 20), (16, 50), (2, 100), (64, 101), (1, 333), (5, 499), (64, 500)]  # fmt: skip
"""Batches, and the longest text in each, that graphs are compared on."""

SHIPMENTS = {
    "sentiment": "recurra.export.sentiment:SentimentShipment",
    "chargen": "recurra.export.chargen:ChargenShipment",
    "translation": "recurra.export.translation:TranslationShipment",
}


@dataclass(frozen=True)
class Check:
    """Something that was compared with the checkpoint."""

    what: str
    found: str
    passed: bool

    def __str__(self) -> str:
        return f"{'ok    ' if self.passed else 'FAILED'} {self.what}: {self.found}"


@dataclass(frozen=True)
class Score:
    """The task's own score, and how much of it int8 may lose."""

    name: str
    unit: str
    limit: float
    larger_is_better: bool

    def lost(self, before: float, after: float) -> float:
        return before - after if self.larger_is_better else after - before


class Shipment(ABC):
    """A checkpoint on its way; ``examples`` are real ones, or made up where the data are not there (``real``)."""

    score: Score
    speed: str
    """What one answer is, in words."""

    def __init__(self, checkpoint: Checkpoint, predictor: Any, examples: Any, real: bool) -> None:
        self.checkpoint = checkpoint
        self.predictor = predictor
        self.network = predictor.network
        self.examples = examples
        self.real = real

    @abstractmethod
    def graphs(self, precision: Precision) -> dict[str, onnx.ModelProto]:
        """The graphs by name."""

    @abstractmethod
    def logits(self, model: Any) -> Check:
        """The graphs of a loaded bundle against the network, over lengths and batches."""

    @abstractmethod
    def answers(self, model: Any) -> list[Check]:
        """The answers of a loaded bundle against the checkpoint's."""

    @abstractmethod
    def scored(self, model: Any) -> float:
        """The score of a model, the checkpoint's predictor or a loaded bundle, on the examples."""

    @abstractmethod
    def ask(self, model: Any) -> Callable[[], object]:
        """One answer, to be timed."""


def load_shipment(name: str) -> type[Shipment]:
    """The shipment of a task."""
    module, _, attribute = SHIPMENTS[name].partition(":")
    return cast("type[Shipment]", getattr(import_module(module), attribute))


def same_logits(what: str, differences: list[float], longest: int) -> Check:
    worst = max(differences)
    told = f"differ by {worst:.1e} at most, over batches of 1 to 64 and lengths of 1 to {longest}"
    return Check(what, told, worst <= LOGITS)


def pieces(ids: np.ndarray, batch: int, length: int, generator: np.random.Generator) -> np.ndarray:
    """Pieces ``(batch, length)`` of a long row of tokens; it begins anew where it is too short."""
    starts = generator.integers(0, max(1, len(ids) - length), batch)
    found: np.ndarray = ids[(starts[:, None] + np.arange(length)) % len(ids)].astype(np.int64)
    return found


def padded(
    ids: np.ndarray, batch: int, longest: int, pad: int, generator: np.random.Generator
) -> dict[str, np.ndarray]:
    """Pieces of different ``lengths`` ``(batch,)`` as ``tokens`` ``(batch, longest)``, of which one is the longest."""
    lengths = generator.integers(1, longest + 1, batch)
    lengths[0] = longest
    real = np.arange(longest) < lengths[:, None]
    return {"tokens": np.where(real, pieces(ids, batch, longest, generator), pad), "lengths": lengths}


def seconds(actions: dict[str, Callable[[], object]], rounds: int = 30) -> dict[str, float]:
    """Median seconds of each action, on one thread; they take turns, so that ratios hold on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    taken: dict[str, list[float]] = {name: [] for name in actions}
    try:
        for _ in range(rounds + 3):
            for name, action in actions.items():
                start = time.perf_counter()
                action()
                taken[name].append(time.perf_counter() - start)
    finally:
        torch.set_num_threads(threads)
    return {name: statistics.median(times[3:]) for name, times in taken.items()}


def as_dicts(checks: list[Check]) -> list[dict[str, Any]]:
    return [asdict(check) for check in checks]
