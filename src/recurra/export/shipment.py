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
from recurra.errors import UserError
from recurra.export.graph import Precision

LOGITS, TIE = 1e-4, 1e-5
"""How far logits may differ from the checkpoint's; answers as near to each other as ``TIE`` may change places."""

FORMS = [
    (1, 1), (64, 1), (1, 2), (3, 7), (8, 20), (64, 20), (16, 50), (2, 100), (64, 101), (1, 333), (5, 499), (64, 500),
]  # fmt: skip
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
    """A checkpoint on its way; ``examples`` are real ones, or made up where the data are not there (``real``).

    ``source`` says in words where they come from.
    """

    score: Score
    speed: str
    """What one answer is, in words."""

    def __init__(self, checkpoint: Checkpoint, predictor: Any, examples: Any, source: str, real: bool) -> None:
        self.checkpoint = checkpoint
        self.predictor = predictor
        self.network = predictor.network
        self.examples = examples
        self.source = source
        self.real = real

    @staticmethod
    @abstractmethod
    def examples_of(prepared: Any) -> Any:
        """Examples of the split that `Task.prepare_split` returned."""

    @staticmethod
    @abstractmethod
    def made_up(predictor: Any) -> Any:
        """Examples of random tokens."""

    @abstractmethod
    def graphs(self, precision: Precision) -> dict[str, onnx.ModelProto]:
        """The graphs by name."""

    @abstractmethod
    def batch(self, size: int, longest: int, generator: np.random.Generator) -> dict[str, np.ndarray]:
        """A batch of examples that go on to the length ``longest``: arrays whose dimension 0 is the batch."""

    @abstractmethod
    def by_network(self, inputs: dict[str, np.ndarray]) -> np.ndarray:
        """Logits, and what else must be equal, ``(batch, …)`` by the checkpoint in PyTorch."""

    @abstractmethod
    def by_graphs(self, model: Any, inputs: dict[str, np.ndarray]) -> np.ndarray:
        """The same by a loaded bundle."""

    @abstractmethod
    def answers(self, model: Any) -> list[Check]:
        """The answers of a loaded bundle against the checkpoint's."""

    @abstractmethod
    def scored(self, model: Any) -> float:
        """The score of a model, the checkpoint's predictor or a loaded bundle, on the examples."""

    def logits(self, model: Any) -> Check:
        """The graphs of a loaded bundle against the network, over lengths and batches.

        A network that has read far more than in training may round up to another answer in a batch than alone; where
        the graphs differ from the one, they must agree with the other.
        """
        generator, worst = np.random.default_rng(0), 0.0
        for size, longest in FORMS:
            inputs = self.batch(size, longest, generator)
            found, wanted = self.by_graphs(model, inputs), self.by_network(inputs)
            differences = _differences(found, wanted)
            for row in np.flatnonzero(differences > LOGITS):
                alone = self.by_network(_row(inputs, int(row)))
                differences[row] = min(differences[row], _differences(found[row : row + 1], alone)[0])
            worst = max(worst, float(differences.max()))
        told = f"differ by {worst:.1e} at most, over batches of 1 to 64 and lengths of 1 to {FORMS[-1][1]}"
        return Check("logits", told, worst <= LOGITS)

    @abstractmethod
    def ask(self, model: Any) -> Callable[[], object]:
        """One answer, to be timed."""


def check_numbers(checkpoint: Checkpoint) -> None:
    """Whether all weights are numbers.

    Raises:
        UserError: some are infinite or no numbers; a training that went wrong left them.
    """
    broken = [name for name, weight in checkpoint.weights.items() if not bool(torch.isfinite(weight).all())]
    if broken:
        raise UserError(f"{checkpoint.path} holds weights that are no finite numbers ({', '.join(broken[:3])})")


def load_shipment(name: str) -> type[Shipment]:
    """The shipment of a task."""
    module, _, attribute = SHIPMENTS[name].partition(":")
    return cast("type[Shipment]", getattr(import_module(module), attribute))


def _differences(found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """How far the logits of each row are apart at most ``(batch,)``; infinitely where one of them is no number."""
    apart = np.abs(found - wanted).reshape(len(found), -1).max(1)
    return np.where(np.isfinite(apart), apart, np.inf)


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


def _row(inputs: dict[str, np.ndarray], row: int) -> dict[str, np.ndarray]:
    """One row of a batch, without the padding after it."""
    alone = {name: values[row : row + 1] for name, values in inputs.items()}
    if "lengths" in alone:
        alone["tokens"] = alone["tokens"][:, : int(alone["lengths"][0])]
    return alone


def seconds(actions: dict[str, Callable[[], object]], rounds: int = 30) -> dict[str, float]:
    """Median seconds of each action, on one thread; they take turns, so that ratios hold on a busy machine.

    Of the processor's time, which other programs lengthen less than that of the clock.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    taken: dict[str, list[float]] = {name: [] for name in actions}
    try:
        for _ in range(rounds + 3):
            for name, action in actions.items():
                start = time.process_time()
                action()
                taken[name].append(time.process_time() - start)
    finally:
        torch.set_num_threads(threads)
    return {name: statistics.median(times[3:]) for name, times in taken.items()}


def as_dicts(checks: list[Check]) -> list[dict[str, Any]]:
    return [asdict(check) for check in checks]
