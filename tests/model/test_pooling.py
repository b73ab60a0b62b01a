"""Summaries over time look at the real steps alone."""

from __future__ import annotations

import pytest
import torch

from recurra.model.pooling import Pooling

KINDS = ["last", "mean", "max", "attention"]
LENGTHS = torch.tensor([6, 1, 3])
MASK = torch.arange(6) < LENGTHS[:, None]


def states() -> torch.Tensor:
    return torch.randn(3, 6, 4, generator=torch.Generator().manual_seed(0))


def pooling(kinds: list[str], bidirectional: bool = True) -> Pooling:
    """With weights that are nowhere zero."""
    made = Pooling(kinds, 4, bidirectional)
    for weight in made.parameters():
        torch.nn.init.normal_(weight, generator=torch.Generator().manual_seed(1))
    return made


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_padding_has_no_influence(kind: str, bidirectional: bool) -> None:
    pool, x = pooling([kind], bidirectional), states()
    together = pool(x, MASK)
    for row, length in enumerate(LENGTHS.tolist()):
        alone = pool(x[row : row + 1, :length], MASK[row : row + 1, :length])
        torch.testing.assert_close(together[row], alone[0], atol=1e-6, rtol=0)
    assert torch.equal(pool(x.masked_fill(~MASK[:, :, None], 1e4), MASK), together)


def test_each_kind_is_what_its_name_says() -> None:
    x = states()
    real = [x[row, :length] for row, length in enumerate(LENGTHS.tolist())]
    mean = torch.stack([rows.mean(0) for rows in real])
    torch.testing.assert_close(pooling(["mean"])(x, MASK), mean)
    assert torch.equal(pooling(["max"])(x, MASK), torch.stack([rows.amax(0) for rows in real]))
    assert torch.equal(pooling(["last"], False)(x, MASK), torch.stack([rows[-1] for rows in real]))
    both = torch.stack([torch.cat([rows[-1, :2], rows[0, 2:]]) for rows in real])
    assert torch.equal(pooling(["last"], True)(x, MASK), both)


def test_attention_is_a_weighted_mean() -> None:
    x = states()
    pooled = pooling(["attention"])(x, MASK)
    for row, length in enumerate(LENGTHS.tolist()):
        real = x[row, :length]
        assert bool((pooled[row] <= real.amax(0) + 1e-6).all())
        assert bool((pooled[row] >= real.amin(0) - 1e-6).all())
    torch.testing.assert_close(pooled[1], x[1, 0])
    assert not torch.allclose(pooled[0], x[0].mean(0), atol=1e-3)


def test_summaries_are_concatenated_in_the_order_given() -> None:
    x = states()
    kinds = ["max", "last", "mean"]
    parts = [pooling([kind])(x, MASK) for kind in kinds]
    pool = pooling(kinds)
    assert torch.equal(pool(x, MASK), torch.cat(parts, dim=-1))
    assert pool.output_size == 12
