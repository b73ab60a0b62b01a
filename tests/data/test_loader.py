"""Batches: which rows, in which order, and where an interrupted run goes on."""

from __future__ import annotations

import itertools
from typing import TypeAlias

import numpy as np
import pytest

from recurra.data.loader import BatchLoader, cut_by_length

Rows: TypeAlias = BatchLoader[list[int]]


def realistic_lengths(rows: int = 2000, seed: int = 0) -> np.ndarray:
    """Lengths of sentences: many short ones, a few very long ones."""
    return np.random.default_rng(seed).lognormal(3.0, 0.7, rows).astype(np.int64) + 1


def loader(lengths: np.ndarray, seed: int | None = 1, size: int = 32, tokens: int = 2000) -> Rows:
    return BatchLoader(lengths, lambda rows: rows.tolist(), size, tokens, seed)


def epoch(batches: Rows, number: int) -> list[list[int]]:
    batches.set_epoch(number)
    return list(batches)


@pytest.mark.parametrize("seed", [None, 1])
@pytest.mark.parametrize("lengths", [realistic_lengths(), np.full(100, 7), np.arange(1, 50), np.array([3])])
def test_every_row_comes_once_in_an_epoch(lengths: np.ndarray, seed: int | None) -> None:
    batches = loader(lengths, seed)
    for number in range(3):
        seen = [row for batch in epoch(batches, number) for row in batch]
        assert sorted(seen) == list(range(len(lengths)))


@pytest.mark.parametrize(("size", "tokens"), [(32, 2000), (1, 2000), (1000, 500), (7, 10**9)])
def test_a_batch_keeps_to_both_limits(size: int, tokens: int) -> None:
    lengths = realistic_lengths()
    for batch in epoch(loader(lengths, size=size, tokens=tokens), 0):
        assert len(batch) <= size
        assert len(batch) * lengths[batch].max() <= tokens or len(batch) == 1


def test_a_batch_is_as_large_as_the_limits_allow() -> None:
    assert cut_by_length(np.array([2, 2, 2, 2, 2]), 2, 100) == [slice(0, 2), slice(2, 4), slice(4, 5)]
    assert cut_by_length(np.array([1, 2, 3, 4]), 9, 6) == [slice(0, 2), slice(2, 3), slice(3, 4)]
    assert cut_by_length(np.array([1, 50, 60]), 9, 10) == [slice(0, 1), slice(1, 2), slice(2, 3)]
    assert cut_by_length(np.array([], dtype=np.int64), 9, 10) == []


def test_the_order_depends_on_seed_and_epoch_alone() -> None:
    lengths = realistic_lengths()
    one, two, other = loader(lengths, 1), loader(lengths, 1), loader(lengths, 2)
    orders = [epoch(one, number) for number in range(3)]
    assert [epoch(two, number) for number in (2, 1, 0)] == orders[::-1], "whatever ran before"
    for a, b in itertools.combinations([*orders, epoch(other, 0)], 2):
        assert a != b
        assert sorted(map(sorted, a)) != sorted(map(sorted, b)), "not the same batches in another order"


def test_without_a_seed_the_order_is_that_of_length() -> None:
    lengths = realistic_lengths()
    batches = loader(lengths, None)
    order = [row for batch in epoch(batches, 0) for row in batch]
    assert (np.diff(lengths[order]) >= 0).all()
    assert epoch(batches, 5) == epoch(batches, 0)


def test_batches_of_an_epoch_do_not_come_in_order_of_length() -> None:
    lengths = realistic_lengths()
    longest = [lengths[batch].max() for batch in epoch(loader(lengths), 0)]
    assert abs(np.corrcoef(longest, np.arange(len(longest)))[0, 1]) < 0.4


def test_the_number_of_batches_is_the_same_in_every_epoch() -> None:
    batches = loader(realistic_lengths())
    assert [len(epoch(batches, number)) for number in range(4)] == [len(batches)] * 4


@pytest.mark.parametrize("stop", [0, 1, 5, -1])
def test_a_resumed_epoch_goes_on_with_the_very_next_batch(stop: int) -> None:
    lengths = realistic_lengths()
    whole = epoch(loader(lengths), 3)
    stop = stop % (len(whole) + 1)
    before = loader(lengths)
    before.set_epoch(3)
    begun = list(itertools.islice(before, stop))
    after = loader(lengths)
    after.load_state_dict(before.state_dict())
    after.set_epoch(3)
    if stop < len(whole):
        assert begun + list(after) == whole
    else:
        assert list(after) == whole, "an epoch that was finished is not gone on with"
    assert epoch(after, 4) == epoch(loader(lengths), 4), "the epoch after that is a whole one"


def test_a_resumed_epoch_can_be_interrupted_again() -> None:
    lengths = realistic_lengths()
    whole = epoch(loader(lengths), 0)
    seen: list[list[int]] = []
    state = {"yielded": 0}
    while len(seen) < len(whole):
        part = loader(lengths)
        part.load_state_dict(state)
        seen += itertools.islice(part, 7)
        state = part.state_dict()
    assert seen == whole


def test_there_is_next_to_no_padding() -> None:
    lengths = realistic_lengths(8000)
    padded = real = 0
    for batch in epoch(loader(lengths, size=64, tokens=16384), 0):
        padded += len(batch) * int(lengths[batch].max())
        real += int(lengths[batch].sum())
    assert 1 - real / padded < 0.05


def test_there_is_next_to_no_padding_on_two_sides() -> None:
    source = realistic_lengths(20_000)
    target = np.maximum(1, source + np.random.default_rng(1).integers(-4, 5, len(source)))
    lengths = np.stack([source, target], 1)
    batches = epoch(loader(lengths, size=64, tokens=8192), 0)
    padded = sum(len(batch) * lengths[batch].max(0).sum() for batch in batches)
    assert lengths.sum() > 0.97 * padded
