"""Draws follow the distribution that they should, and the seed."""

from __future__ import annotations

import numpy as np
import pytest

from recurra.decode.sampling import draw, sample

LOGITS = np.log(np.array([0.5, 0.3, 0.15, 0.05]))


def shares(**options: float) -> np.ndarray:
    """How often each of four tokens is drawn."""
    uniform = (np.arange(10_000) + 0.5) / 10_000
    tokens = draw(np.tile(LOGITS, (len(uniform), 1)), uniform, **options)  # type: ignore[arg-type]
    return np.bincount(tokens, minlength=4) / len(tokens)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [0.5, 0.3, 0.15, 0.05]),
        ({"temperature": 0.0}, [1, 0, 0, 0]),
        ({"temperature": 0.5}, np.array([25, 9, 2.25, 0.25]) / 36.5),
        ({"top_k": 1}, [1, 0, 0, 0]),
        ({"top_k": 2}, [0.625, 0.375, 0, 0]),
        ({"top_k": 9}, [0.5, 0.3, 0.15, 0.05]),
        ({"top_p": 0.01}, [1, 0, 0, 0]),
        ({"top_p": 0.6}, [0.625, 0.375, 0, 0]),
        ({"top_k": 3, "top_p": 0.5}, [1, 0, 0, 0]),
        ({"top_p": 1.0}, [0.5, 0.3, 0.15, 0.05]),
    ],
)
def test_tokens_are_drawn_as_often_as_they_are_likely(options: dict[str, float], expected: list[float]) -> None:
    assert shares(**options) == pytest.approx(np.array(expected), abs=1e-3)


@pytest.mark.parametrize("uniform", [0.0, 1.0 - 2**-53])
def test_what_is_impossible_is_never_drawn(uniform: float) -> None:
    logits = np.array([[-np.inf, 1.0, -np.inf, 2.0, -np.inf]])
    for temperature in (0.0, 0.01, 1.0, 100.0):
        assert draw(logits, np.array([uniform]), temperature)[0] in (1, 3)


def test_tiny_temperatures_are_greedy() -> None:
    logits = np.random.default_rng(0).normal(size=(100, 30)).astype(np.float32)
    assert (draw(logits, np.full(100, 0.99), 1e-6) == logits.argmax(-1)).all()


def written(seeds: list[int], count: int = 600) -> np.ndarray:
    """Tokens ``(batch, count)`` of a chain whose next token depends on the last one."""
    table = np.random.default_rng(5).normal(size=(7, 7))

    def step(tokens: np.ndarray, state: int) -> tuple[np.ndarray, int]:
        return table[tokens], state + 1

    drawn = sample(step, table[np.zeros(len(seeds), dtype=int)], 0, seeds)
    return np.stack([next(drawn) for _ in range(count)], 1)


def test_a_text_depends_on_its_seed_alone() -> None:
    together = written([1, 2, 3])
    for row, seed in enumerate((1, 2, 3)):
        assert (together[row] == written([seed])[0]).all()
    assert (together[0] != together[1]).any()
