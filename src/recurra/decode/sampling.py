"""Drawing one token after the other from the scores that a step function gives.

Random numbers are numpy's, one stream of them for each text: a text depends on its seed alone, and neither on what is
written beside it nor on what computes the scores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np

from recurra_runtime.sampling import COLDEST

S = TypeVar("S")

Step = Callable[[np.ndarray, S], tuple[np.ndarray, S]]
"""Tokens ``(batch,)`` and the state before them to logits ``(batch, vocabulary)`` and the state after them."""


def draw(
    logits: np.ndarray, uniform: np.ndarray, temperature: float = 1.0, top_k: int = 0, top_p: float = 1.0
) -> np.ndarray:
    """Tokens ``(batch,)`` drawn by random numbers ``uniform`` ``(batch,)`` from ``logits`` ``(batch, vocabulary)``.

    ``temperature`` 0 takes the likeliest. ``top_k`` leaves only so many of the likeliest (Fan et al. 2018), ``top_p``
    as many of them as it takes to reach that probability (Holtzman et al. 2020).
    """
    if temperature < COLDEST:
        likeliest: np.ndarray = logits.argmax(-1)
        return likeliest
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(-1, keepdims=True)
    p = np.exp(scaled)
    if 0 < top_k < p.shape[-1]:
        p[p < np.partition(p, -top_k, -1)[:, -top_k, None]] = 0.0
    if top_p < 1.0:
        order = np.argsort(-p, -1, kind="stable")
        ordered = np.take_along_axis(p, order, -1)
        before = np.cumsum(ordered, -1) - ordered  # probability of all that are likelier
        np.put_along_axis(p, order, np.where(before < top_p * p.sum(-1, keepdims=True), ordered, 0.0), -1)
    cumulated = np.cumsum(p, -1)
    drawn: np.ndarray = (cumulated <= uniform[:, None] * cumulated[:, -1:]).sum(-1)
    return drawn


def sample(
    step: Step[S],
    logits: np.ndarray,
    state: S,
    seeds: list[int],
    temperature: float = 1.0,
    top_k: int = 0,
    top_p: float = 1.0,
) -> Iterator[np.ndarray]:
    """Tokens ``(batch,)``, without end, from the logits ``(batch, vocabulary)`` and the state after the prompts."""
    generators = [np.random.default_rng(seed) for seed in seeds]
    while True:
        uniforms = np.stack([generator.random(256) for generator in generators])  # (batch, 256)
        for uniform in uniforms.T:
            tokens = draw(logits, uniform, temperature, top_k, top_p)
            yield tokens
            logits, state = step(tokens, state)
