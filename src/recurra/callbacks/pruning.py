"""Takes the least of a trained network away, and keeps it away while the rest learns on (Han et al. 2015)."""

from __future__ import annotations

from typing import Any, Literal

import pytorch_lightning as pl
import torch
from torch import Tensor, nn

from recurra.model.recurrent import GATES, Direction, RecurrentStack

SMALL = 4096
"""Numbers in a matrix up to which it is left alone."""


class Pruning(pl.Callback):
    """``weights``: the smallest of each large matrix become 0. ``units``: whole hidden units of the recurrent stacks.

    A unit whose incoming weights are all 0 is 0 for ever, and export leaves it out. What is 0 stays so; this callback
    stands before the one that averages weights, so that the average has the same zeros.
    """

    def __init__(self, kind: Literal["weights", "units"], share: float) -> None:
        self.kind = kind
        self.share = share
        self.masks: list[tuple[Tensor, Tensor]] = []

    @torch.no_grad()
    def setup(self, trainer: pl.Trainer, module: pl.LightningModule, stage: str) -> None:
        """Prunes; a run that goes on gets the weights of its checkpoint afterwards, in which that is done."""
        network = module.network
        assert isinstance(network, nn.Module)
        self.masks = []
        for weight, kept in (large if self.kind == "weights" else units)(network, self.share):
            weight.mul_(kept)
            self.masks.append((weight, kept))

    @torch.no_grad()
    def on_fit_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        self.masks = [(weight, (weight != 0).to(weight.dtype)) for weight, _ in self.masks]

    @torch.no_grad()
    def on_train_batch_end(self, *args: Any) -> None:
        for weight, kept in self.masks:
            weight.mul_(kept)


def large(network: nn.Module, share: float) -> list[tuple[Tensor, Tensor]]:
    """Each large matrix, and 1 where it keeps its weight: the smallest ``share`` of a matrix goes."""
    found: list[tuple[Tensor, Tensor]] = []
    for weight in network.parameters():
        if weight.ndim == 2 and weight.numel() > SMALL:
            count = int(share * weight.numel())
            limit = weight.abs().flatten().kthvalue(count).values if count else weight.new_tensor(-1.0)
            found.append((weight, (weight.abs() > limit).to(weight.dtype)))
    return found


def units(network: nn.Module, share: float) -> list[tuple[Tensor, Tensor]]:
    """The weights into the units of each recurrent layer, and 1 where they are kept: the weakest units go.

    The strength of a unit is the norm of all weights that lead into it and, from step to step, out of it.
    """
    found: list[tuple[Tensor, Tensor]] = []
    stacks = [module for module in network.modules() if isinstance(module, RecurrentStack)]
    for layer in (layer for stack in stacks for layer in stack.modules() if isinstance(layer, Direction)):
        size, gates = layer.hidden_size, GATES[layer.cell]
        into = [weight for weight in layer.rnn.parameters() if len(weight) == gates * size]
        strength = sum(weight.reshape(gates, size, -1).square().sum((0, 2)) for weight in into)
        if layer.cell != "mingru":
            strength = strength + layer.rnn.weight_hh_l0.square().sum(0)  # type: ignore[operator]
        assert isinstance(strength, Tensor)
        kept = torch.ones(size)
        kept[strength.argsort()[: min(int(share * size), size - 1)]] = 0.0
        for weight in into:
            rows = kept.repeat(gates).to(weight)
            found.append((weight, rows.view(-1, *[1] * (weight.ndim - 1)).expand_as(weight).clone()))
    return found
