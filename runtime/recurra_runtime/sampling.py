"""Drawing one token after the other; the same text for the same seed as in training's own code."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

COLDEST = 1e-6
"""Below this temperature the likeliest token is all that is left."""


@dataclass(frozen=True)
class Drawing:
    """How translations are drawn instead of searched for; see `draw`."""

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    seed: int = 1  # of the first translation of each text; the second has the next one

    def __post_init__(self) -> None:
        check_drawing(1, self.temperature, self.top_k, self.top_p)


def check_drawing(length: int | None, temperature: float, top_k: int, top_p: float) -> None:
    """Whether that many tokens can be drawn so; ``length`` None is without end.

    Raises:
        ValueError: a value that is out of its range.
    """
    if length is not None and length != int(length):
        raise ValueError(f"length={length}: a whole number")
    if not 0.0 <= temperature < math.inf:
        raise ValueError(f"temperature={temperature}: 0 for the likeliest, or above")
    if top_k < 0:
        raise ValueError(f"top_k={top_k}: 0 for all, or how many of the likeliest")
    if not 0.0 < top_p <= 1.0:
        raise ValueError(f"top_p={top_p}: above 0, and 1 at most")


def draw(logits: np.ndarray, uniform: float, temperature: float = 1.0, top_k: int = 0, top_p: float = 1.0) -> int:
    """A token drawn by a random number from 0 to 1 from ``logits`` ``(vocabulary,)``.

    ``temperature`` 0 takes the likeliest. ``top_k`` leaves only so many of the likeliest, ``top_p`` as many of them as
    it takes to reach that probability.
    """
    if temperature < COLDEST:
        return int(logits.argmax())
    p = logits.astype(np.float64)
    p /= temperature
    p -= p.max()
    np.exp(p, out=p)
    if 0 < top_k < len(p):
        p[p < np.partition(p, -top_k)[-top_k]] = 0.0
    if top_p < 1.0:
        order = np.argsort(-p, kind="stable")
        ordered = p[order]
        before = np.cumsum(ordered) - ordered  # probability of all that are likelier
        p[order] = np.where(before < top_p * p.sum(), ordered, 0.0)
    cumulated = np.cumsum(p)
    return int(np.searchsorted(cumulated, uniform * cumulated[-1], side="right"))


def uniforms(seed: int) -> Iterator[float]:
    """Random numbers without end."""
    generator = np.random.default_rng(seed)
    while True:
        yield from generator.random(256)
