"""How gradients change the weights."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.adamw import adamw

from recurra.config.train import Optimizer
from recurra.model.recurrent import recurrent_matrices


def make_optimizer(network: nn.Module, config: Optimizer, precision: str = "32-true") -> torch.optim.Optimizer:
    """The optimizer; matrices decay, biases and the weights of normalisation do not.

    ``precision`` is that of the training; in bf16 what can be computed so is.
    """
    fused = precision != "16-mixed"  # a fused step takes the loss's scale off by itself, after clipping: too late
    gates = recurrent_matrices(network) if config.kind == "muon" else {}
    trained = [p for p in network.parameters() if p.requires_grad]
    groups: list[dict[str, Any]] = [
        {"params": [p for p in trained if p.ndim >= 2 and p not in gates], "weight_decay": config.weight_decay},
        {"params": [p for p in trained if p.ndim < 2], "weight_decay": 0.0},
    ]
    betas = (config.betas[0], config.betas[1])
    match config.kind:
        case "adamw":
            return torch.optim.AdamW(groups, config.lr, betas, fused=fused)
        case "muon":
            decay = config.weight_decay * config.lr / config.matrix_lr  # as much a step as that of the other matrices
            for count in sorted(set(gates.values())):
                matrices = [p for p, number in gates.items() if number == count]
                groups.append({"params": matrices, "weight_decay": decay, "lr": config.matrix_lr, "gates": count})
            return Muon(groups, config.lr, betas, config.momentum, precision == "bf16-mixed")
        case "adam":
            return torch.optim.Adam(groups, config.lr, betas, fused=fused)
        case "rmsprop":
            return torch.optim.RMSprop(groups, config.lr, alpha=betas[1], momentum=config.momentum)
        case "sgd":
            return torch.optim.SGD(groups, config.lr, config.momentum, nesterov=config.momentum > 0)


class Muon(torch.optim.Optimizer):
    """Steps of the recurrent layers' matrices are made orthogonal (Jordan et al. 2024); all else is left to AdamW.

    Nesterov's momentum of each gate's matrix is replaced by the nearest matrix whose singular values are all about
    one, so that directions that gradients seldom point into are learned as fast as the others.
    """

    def __init__(
        self, groups: list[dict[str, Any]], lr: float, betas: tuple[float, float], momentum: float, bf16: bool
    ) -> None:
        super().__init__(groups, {"lr": lr, "betas": betas, "momentum": momentum, "weight_decay": 0.0, "gates": 0})
        self.bf16 = bf16

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            weights = [p for p in group["params"] if p.grad is not None]
            if group["gates"] > 0:
                self.orthogonal_step(weights, group)
            elif weights:
                self.adamw_step(weights, group)
        return loss

    def orthogonal_step(self, weights: list[Tensor], group: dict[str, Any]) -> None:
        for weight in weights:
            gradient = weight.grad
            assert gradient is not None
            state = self.state[weight]
            if not state:
                state["momentum"] = torch.zeros_like(weight)
            momentum = state["momentum"].mul_(group["momentum"]).add_(gradient)
            update = gradient.add(momentum, alpha=group["momentum"])
            direction = orthogonal(update.view(group["gates"], -1, weight.shape[1]), self.bf16).view_as(weight)
            weight.mul_(1.0 - group["lr"] * group["weight_decay"]).sub_(direction, alpha=group["lr"])

    def adamw_step(self, weights: list[Tensor], group: dict[str, Any]) -> None:
        for weight in weights:
            state = self.state[weight]
            if not state:
                state["step"] = torch.zeros((), dtype=torch.float32, device=weight.device)
                state["exp_avg"], state["exp_avg_sq"] = torch.zeros_like(weight), torch.zeros_like(weight)
            state["step"] = state["step"].to(weight.device)  # a checkpoint is read on the CPU, and this stays there
        states = [self.state[weight] for weight in weights]
        adamw(
            weights, [weight.grad for weight in weights],  # type: ignore[misc]
            [state["exp_avg"] for state in states], [state["exp_avg_sq"] for state in states], [],
            [state["step"] for state in states],
            fused=True, amsgrad=False, beta1=group["betas"][0], beta2=group["betas"][1], lr=group["lr"],
            weight_decay=group["weight_decay"], eps=1e-8, maximize=False,
        )  # fmt: skip


def orthogonal(x: Tensor, bf16: bool = False, iterations: int = 3) -> Tensor:
    """Nearly orthogonal matrices with the directions of ``x`` ``(batch, rows, columns)``, by Newton and Schulz.

    The coefficients are Jordan's. After three iterations most singular values of a random matrix are near 1 and none is
    above 1.21; those below a thousandth of the largest are still small.
    """
    y = x.bfloat16() if bf16 else x
    wide = y.shape[1] <= y.shape[2]
    y = y if wide else y.mT
    y = y / (y.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(iterations):
        square = y @ y.mT
        y = 3.4445 * y + (-4.7750 * square + 2.0315 * square @ square) @ y
    result: Tensor = (y if wide else y.mT).to(x.dtype)
    return result
