"""What dropping drops, and that nothing is dropped while evaluating."""

from __future__ import annotations

import torch

from recurra.model.dropout import LockedDropout, drop_connect, drop_words


def test_locked_dropout_has_one_mask_for_all_steps_of_a_row() -> None:
    torch.manual_seed(0)
    x = torch.ones(3, 6, 50)
    y = LockedDropout(0.4)(x)
    assert torch.equal(y, y[:, :1].expand_as(y))
    assert not torch.equal(y[0, 0], y[1, 0])
    assert set(y.unique().tolist()) == {0.0, torch.tensor(1 / 0.6).item()}


def test_locked_dropout_keeps_the_mean() -> None:
    torch.manual_seed(0)
    y = LockedDropout(0.3)(torch.ones(50, 2, 400))
    assert abs(float(y.mean()) - 1.0) < 0.02


def test_a_rate_of_zero_and_evaluation_are_the_identity() -> None:
    x = torch.randn(2, 3, 4)
    assert LockedDropout(0.0)(x) is x
    assert LockedDropout(0.5).eval()(x) is x
    assert drop_connect(x, 0.0, True) is x
    assert drop_connect(x, 0.5, False) is x


def test_dropconnect_drops_single_weights() -> None:
    torch.manual_seed(0)
    dropped = drop_connect(torch.ones(40, 50), 0.25, True)
    assert set(dropped.unique().tolist()) == {0.0, torch.tensor(1 / 0.75).item()}
    assert abs(float((dropped == 0).float().mean()) - 0.25) < 0.05


def test_words_are_dropped_among_the_real_tokens_alone() -> None:
    torch.manual_seed(0)
    tokens = torch.randint(2, 90, (30, 40))
    mask = torch.arange(40) < torch.randint(1, 41, (30, 1))
    dropped = drop_words(tokens, mask, 0.3, unknown=1)
    assert torch.equal(dropped[~mask], tokens[~mask])
    changed = dropped != tokens
    assert bool((dropped[changed] == 1).all())
    assert abs(float(changed[mask].float().mean()) - 0.3) < 0.06


def test_no_word_is_dropped_at_rate_zero() -> None:
    tokens = torch.randint(2, 90, (3, 4))
    assert torch.equal(drop_words(tokens, torch.ones(3, 4, dtype=torch.bool), 0.0, unknown=1), tokens)
