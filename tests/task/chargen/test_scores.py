"""Nats are those of the whole text, however it is read."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from tests.model.test_language_model import network

from recurra.data import streams
from recurra.task.chargen import scores
from recurra.task.chargen.scores import compare, dynamic_nats, in_other_units, nats_by_context, nats_of
from recurra.tokenizer.codepoints import CodePointTokenizer

TOKENIZER = CodePointTokenizer("abcdefghij")


def text(length: int, seed: int = 0) -> np.ndarray:
    """Code points of a text that repeats itself, with some noise."""
    generator = np.random.default_rng(seed)
    points = np.tile(np.frombuffer("abcdefghij".encode("utf-32-le"), dtype="<u4"), length // 10 + 1)[:length].copy()
    noise = generator.random(length) < 0.2
    points[noise] = 97 + generator.integers(10, size=int(noise.sum()))
    return points


@pytest.mark.parametrize("length", [2, 3, 700, 1500])
def test_the_pass_is_one_contiguous_pass(length: int) -> None:
    model, points = network().eval(), text(length)
    tokens = torch.from_numpy(TOKENIZER.look_up(points).astype(np.int64))[None]
    with torch.no_grad():
        logits, _ = model(tokens[:, :-1])
    expected = torch.nn.functional.cross_entropy(logits[0], tokens[0, 1:], reduction="none")
    assert nats_of(model, points, TOKENIZER, "cpu") == pytest.approx(expected.numpy(), abs=1e-5)


def test_parts_side_by_side_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A state forgets: after the warm-up it is that of the whole text before."""
    monkeypatch.setattr(streams, "WARMUP", 300)
    model, points = network().eval(), text(5000)
    one = nats_of(model, points, TOKENIZER, "cpu")
    monkeypatch.setattr(scores, "CONTIGUOUS", 100)
    parts = scores.streams_for(len(points))
    assert len(streams.whole(len(points), parts)[0].starts) == 4
    assert nats_of(model, points, TOKENIZER, "cpu", parts) == pytest.approx(one, abs=1e-4)


def test_windows_without_context_begin_with_zeros() -> None:
    model, points = network().eval(), text(600)
    found = nats_by_context(model, points, TOKENIZER, "cpu")
    assert found.shape == (256,)
    places = np.concatenate([windows.starts for windows in streams.scattered(len(points))])
    alone = [nats_of(model, points[place : place + 257], TOKENIZER, "cpu") for place in places]
    assert found == pytest.approx(np.mean(alone, 0), abs=1e-5)


def test_dynamic_evaluation_learns_while_it_reads_and_leaves_the_model_alone() -> None:
    model, points = network(hidden_size=16).eval(), text(4000)
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    plain = float(nats_of(model, points, TOKENIZER, "cpu").mean())
    assert dynamic_nats(model, points, points[:2000], TOKENIZER, rate=0.0) == pytest.approx(plain, abs=1e-4)
    assert dynamic_nats(model, points, points[:2000], TOKENIZER, rate=0.01) < plain - 0.3
    assert all(torch.equal(weight, before[name]) for name, weight in model.state_dict().items())


def test_units() -> None:
    units = in_other_units(math.log(8.0))
    assert units == pytest.approx({"bits": 3.0, "perplexity": 8.0})


def test_a_comparison_has_an_interval_that_covers_the_difference() -> None:
    generator = np.random.default_rng(0)
    a = generator.gamma(2.0, size=20_000)
    found = compare(a, a + generator.normal(0.05, 0.5, size=len(a)))
    assert found["difference_low"] < found["difference"] < found["difference_high"] < 0
    assert found["difference"] == pytest.approx(-0.05, abs=0.02)
    assert compare(a, a)["difference_high"] == 0.0
