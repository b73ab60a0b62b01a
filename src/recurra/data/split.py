"""Cutting a validation or a test part off the training rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np


def spread(rows: Any, most: int) -> Any:
    """At most so many rows, taken at even distances, since files are often sorted by length or by label."""
    return rows.select(np.linspace(0, len(rows) - 1, most).astype(int)) if len(rows) > most else rows


def folded(text: str) -> str:
    """A text without what tells it from no other: case and blanks."""
    return " ".join(text.lower().split())


def distinct(texts: Iterable[str]) -> np.ndarray:
    """For each text the number of the first that is the same but for case and blanks."""
    digests = (int.from_bytes(hashlib.blake2b(folded(text).encode(), digest_size=8).digest()) for text in texts)
    _, first, member = np.unique(np.fromiter(digests, np.uint64), return_index=True, return_inverse=True)
    numbers: np.ndarray = first[member]
    return numbers


def stratified_split(
    labels: np.ndarray, fraction: float, groups: np.ndarray | None = None, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Indices ``(kept,)`` and ``(held out,)``, both ascending, with ``fraction`` of each label held out.

    At least one row of a label with two rows or more is held out, and at least one kept. Rows of the same group
    (`distinct`) are kept together, with the label of the first of them. The seed is a constant and not the run's, so
    that runs with different seeds are scored on the same rows.
    """
    if groups is not None:
        firsts, members = np.unique(groups, return_inverse=True)
        _, held_groups = stratified_split(labels[firsts], fraction, None, seed)
        held_rows = np.isin(members, held_groups)
        return np.flatnonzero(~held_rows), np.flatnonzero(held_rows)
    generator = np.random.default_rng(seed)
    held = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        count = min(max(round(len(rows) * fraction), 1), len(rows) - 1)
        held[generator.permutation(rows)[:count]] = True
    return np.flatnonzero(~held), np.flatnonzero(held)
