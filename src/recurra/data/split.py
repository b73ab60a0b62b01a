"""Cutting a validation or a test part off the training rows."""

from __future__ import annotations

import numpy as np


def stratified_split(labels: np.ndarray, fraction: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Indices ``(kept,)`` and ``(held out,)``, both ascending, with ``fraction`` of each label held out.

    At least one row of a label with two rows or more is held out, and at least one kept. The seed is a constant and
    not the run's, so that runs with different seeds are scored on the same rows.
    """
    generator = np.random.default_rng(seed)
    held = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        count = min(max(round(len(rows) * fraction), 1), len(rows) - 1)
        held[generator.permutation(rows)[:count]] = True
    return np.flatnonzero(~held), np.flatnonzero(held)
