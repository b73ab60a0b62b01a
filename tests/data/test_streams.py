"""Windows cover a text as they should: contiguous streams, every character scored once."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from recurra.data.streams import WARMUP, StreamLoader, Windows, scattered, whole


def loader(length: int, streams: int = 4, window: int = 5, reset: float = 0.0) -> StreamLoader[Windows]:
    return StreamLoader(length, lambda windows: windows, streams, window, reset, seed=1)


@pytest.mark.parametrize(
    ("length", "streams", "window"), [(1000, 4, 5), (103, 7, 9), (30, 8, 16), (6, 3, 5), (2, 1, 1)]
)
def test_each_stream_goes_on_where_it_ended(length: int, streams: int, window: int) -> None:
    made = loader(length, streams, window)
    begins = set()
    for epoch in range(200):
        made.set_epoch(epoch)
        batches = list(made)
        assert len(batches) == len(made) >= 1
        begins.add(int(batches[0].starts[0]))
        for before, after in pairwise(batches):
            assert (after.starts == before.starts + window).all()
            assert not after.fresh.any()
        assert batches[0].fresh.all()
        read = np.concatenate([start + np.arange(window) for batch in batches for start in batch.starts])
        assert len(np.unique(read)) == len(read), "no character is trained on twice in an epoch"
        assert read.min() >= 0
        assert read.max() + 1 <= length - 1, "each has a character after it"
    assert len(begins) == min(window, length - window), "windows begin elsewhere in each epoch"


def test_most_of_a_text_is_read_in_an_epoch() -> None:
    made = loader(10_000, 16, 50)
    assert len(made) * 16 * 50 > 0.9 * 10_000


def test_states_are_reset_now_and_then() -> None:
    share = np.mean([batch.fresh for batch in list(loader(40_000, 20, 10, reset=0.2))[1:]])
    assert 0.15 < share < 0.25


def test_epochs_are_the_same_for_the_same_seed_and_go_on_where_they_stopped() -> None:
    one, two = loader(500, reset=0.3), loader(500, reset=0.3)
    for made in (one, two):
        made.set_epoch(3)
    first = list(one)
    for batch, _ in zip(two, range(4), strict=False):
        last = batch
    assert (last.starts == first[3].starts).all()
    rest = loader(500, reset=0.3)
    rest.set_epoch(3)
    rest.load_state_dict({"yielded": 4})
    assert [tuple(batch.fresh) for batch in rest] == [tuple(batch.fresh) for batch in first[4:]]


@pytest.mark.parametrize("length", [2, 3, 511, 512, 513, 1025, 5000, 40_001, 123_457])
@pytest.mark.parametrize("streams", [1, 32])
def test_every_character_but_the_first_is_scored_once(length: int, streams: int) -> None:
    scored = np.zeros(length, dtype=int)
    for windows in whole(length, streams):
        places = windows.starts[:, None] + np.arange(windows.size)
        counts = (places >= windows.first[:, None]) & (places < windows.stop[:, None])
        np.add.at(scored, places[counts] + 1, 1)
    assert scored[0] == 0
    assert (scored[1:] == 1).all()


def test_parts_that_are_read_side_by_side_have_what_stands_before_them() -> None:
    batches = whole(100_000, 8)
    first = batches[0]
    assert len(first.starts) == 8
    assert first.fresh.all()
    begins = np.arange(8) * -(-99_999 // 8)
    assert (first.starts[1:] == begins[1:] - WARMUP).all()
    at_the_text = next(batch for batch in batches if (batch.first == begins).all() and (batch.starts == begins).all())
    assert at_the_text.fresh.tolist() == [True] + [False] * 7


@pytest.mark.parametrize("length", [2, 100, 256, 257, 10_000])
def test_windows_at_random_places_lie_in_the_text(length: int) -> None:
    for windows in scattered(length):
        assert windows.alone
        assert windows.fresh.all()
        assert windows.starts.min() >= 0
        assert windows.starts.max() + windows.size <= length - 1
