"""Texts as one flat array of ids, and parts cut off the training rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
import torch

from recurra.data.encoded import Encoded
from recurra.data.split import distinct, stratified_split


def letters(texts: Sequence[str]) -> list[list[int]]:
    """A tokenizer: the code of each letter; never an empty row."""
    return [[ord(letter) for letter in text] or [1] for text in texts]


TEXTS = ["abc", "", "d", "é电" * 5, "x" * 40]


@pytest.mark.parametrize("chunk", [1, 2, 5, 1000])
def test_each_row_is_what_the_tokenizer_gave(chunk: int) -> None:
    encoded = Encoded.encode(iter(TEXTS), letters, 2**16, chunk)
    assert len(encoded) == len(TEXTS)
    assert [encoded[row].tolist() for row in range(len(TEXTS))] == letters(TEXTS)
    assert encoded.lengths.tolist() == [3, 1, 1, 10, 40]


@pytest.mark.parametrize(("vocabulary", "size"), [(10, 2), (2**16, 2), (2**16 + 1, 4)])
def test_bytes_of_a_token(vocabulary: int, size: int) -> None:
    encoded = Encoded.encode(TEXTS, lambda texts: [[vocabulary - 1] * 7 for _ in texts], vocabulary)
    assert encoded.ids.nbytes == size * 7 * len(TEXTS)
    assert (encoded.ids == vocabulary - 1).all(), "the largest id fits"


def test_texts_are_never_held_all_at_once() -> None:
    alive = most = 0

    def texts() -> Iterator[str]:
        nonlocal alive, most
        for _ in range(95):
            alive += 1
            most = max(most, alive)
            yield "text"

    def encode(some: Sequence[str]) -> list[list[int]]:
        nonlocal alive
        alive -= len(some)
        return letters(some)

    assert len(Encoded.encode(texts(), encode, 200, chunk=10)) == 95
    assert most == 10


def test_no_texts_at_all() -> None:
    encoded = Encoded.encode([], letters, 10)
    assert len(encoded) == 0
    assert encoded.ids.nbytes == 0


def test_padded_rows_hold_the_ids_and_nothing_else() -> None:
    encoded = Encoded.encode(TEXTS, letters, 2**16)
    rows = np.array([3, 0, 1])
    tokens, lengths = encoded.padded(rows, pad=99)
    assert tokens.dtype == lengths.dtype == torch.int64
    assert tokens.shape == (3, 10)
    assert lengths.tolist() == [10, 3, 1]
    for row, line, length in zip(rows, tokens.tolist(), lengths.tolist(), strict=True):
        assert line[:length] == letters(TEXTS)[row]
        assert set(line[length:]) <= {99}


LABELS = np.random.default_rng(0).choice(3, 1000, p=[0.7, 0.2, 0.1])


@pytest.mark.parametrize("fraction", [0.05, 0.1, 0.3])
def test_parts_are_disjoint_and_stratified(fraction: float) -> None:
    kept, held = stratified_split(LABELS, fraction)
    assert sorted([*kept, *held]) == list(range(1000))
    assert (np.diff(kept) > 0).all()
    assert (np.diff(held) > 0).all()
    assert np.abs(np.bincount(LABELS[held]) - fraction * np.bincount(LABELS)).max() <= 0.5


def test_the_same_rows_at_every_call_and_not_the_first_ones() -> None:
    one, two = stratified_split(LABELS, 0.1)[1], stratified_split(LABELS, 0.1)[1]
    assert (one == two).all()
    assert abs(one.mean() - 500) < 100
    assert set(one) != set(stratified_split(LABELS, 0.1, seed=1)[1])


def test_names_split_as_their_numbers_do() -> None:
    names = np.array(["a", "b", "c"])[LABELS]
    assert (stratified_split(names, 0.1)[1] == stratified_split(LABELS, 0.1)[1]).all()


def test_a_rare_label_is_on_both_sides_where_it_can_be() -> None:
    labels = np.array([0] * 50 + [1, 1] + [2])
    kept, held = stratified_split(labels, 0.1)
    assert sorted(labels[held].tolist()) == [0] * 5 + [1]
    assert set(labels[kept].tolist()) == {0, 1, 2}


def test_texts_that_are_the_same_stay_together() -> None:
    texts = [f"text {n}" for n in range(100)] + [f" Text  {n} " for n in range(100)]
    groups = distinct(texts)
    assert groups.tolist() == [*range(100), *range(100)]
    kept, held = stratified_split(np.zeros(200), 0.1, groups)
    assert sorted([*kept, *held]) == list(range(200))
    assert (held[:10] + 100 == held[10:]).all()
    assert (held[:10] == stratified_split(np.zeros(100), 0.1)[1]).all(), "as without repeats"
