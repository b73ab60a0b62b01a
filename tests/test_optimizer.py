"""Muon: orthogonal steps for the recurrent layers' matrices, AdamW's own for all else."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from recurra.commands.check import compose
from recurra.config.chargen import ChargenTrain, LanguageModelSpec
from recurra.model.language_model import RecurrentLanguageModel
from recurra.model.recurrent import recurrent_matrices
from recurra.optimizer import make_optimizer, orthogonal

PRECISIONS = ("32-true", "bf16-mixed", "16-mixed")


def config(*words: str) -> ChargenTrain:
    made = compose("train", ["task=chargen", "model.hidden_size=8", "model.embedding_size=6", *words])
    assert isinstance(made, ChargenTrain)
    return made


@pytest.mark.parametrize("kind", ["adam", "adamw"])
def test_a_scaled_loss_is_unscaled_before_clipping(kind: str) -> None:
    """Lightning leaves it to a fused optimizer, which does it in its step: after the gradients were clipped."""
    options = config(f"optimizer={kind}").optimizer
    fused = [make_optimizer(nn.Linear(2, 2), options, precision).defaults["fused"] for precision in PRECISIONS]
    assert dict(zip(PRECISIONS, fused, strict=True)) == {"32-true": True, "bf16-mixed": True, "16-mixed": False}


def network(*words: str) -> RecurrentLanguageModel:
    torch.manual_seed(0)
    model = RecurrentLanguageModel(config(*words).model, LanguageModelSpec(vocabulary=9, unknown=0))
    return model.eval()  # without dropout, so that two of them compute the same


def step(model: RecurrentLanguageModel, optimizer: torch.optim.Optimizer, seed: int) -> None:
    tokens = torch.randint(0, 9, (4, 7), generator=torch.Generator().manual_seed(seed))
    optimizer.zero_grad()
    model(tokens)[0].square().mean().backward()
    optimizer.step()


@pytest.mark.parametrize("shape", [(1, 8, 8), (4, 16, 6), (3, 5, 40)])
def test_singular_values_become_about_one(shape: tuple[int, ...]) -> None:
    x = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    values = torch.linalg.svdvals(orthogonal(x, iterations=6))
    assert float(values.min()) > 0.5
    assert float(values.max()) < 1.4
    u, _, v = torch.linalg.svd(x, full_matrices=False)
    assert float((orthogonal(x, iterations=6) * (u @ v)).sum()) > 0, "the directions are those of x"


@pytest.mark.parametrize(("cell", "gates"), [("lstm", 4), ("gru", 3), ("rnn_tanh", 1), ("mingru", 2)])
def test_each_gate_of_each_recurrent_matrix_is_found(cell: str, gates: int) -> None:
    found = recurrent_matrices(network(f"model.cell={cell}"))
    assert set(found.values()) == {gates}
    assert len(found) == (2 if cell == "mingru" else 4)
    assert all(weight.shape[0] == gates * 8 for weight in found)


def test_all_other_weights_take_the_steps_of_adamw() -> None:
    """With the matrices held still by a rate of next to nothing, both optimizers do the same."""
    one = network()
    two = copy.deepcopy(one)
    tiny = "optimizer.matrix_lr=1e-30"
    muon = make_optimizer(one, config(tiny, "optimizer.weight_decay=0").optimizer)
    adamw = make_optimizer(two, config("optimizer=adamw", "optimizer.lr=8e-3", "optimizer.weight_decay=0").optimizer)
    before = {name: weight.detach().clone() for name, weight in two.named_parameters()}
    still = {id(weight) for weight in recurrent_matrices(two)}
    for seed in range(3):
        step(one, muon, seed)
        step(two, adamw, seed)
        for name, weight in two.named_parameters():
            if id(weight) in still:
                weight.data.copy_(before[name])
    for name, weight in one.named_parameters():
        torch.testing.assert_close(weight, two.get_parameter(name))
    moved = [name for name, weight in one.named_parameters() if not torch.equal(weight, before[name])]
    assert len(moved) == len(before) - len(still)


def test_a_step_of_a_matrix_has_its_own_rate_and_no_other_size() -> None:
    """However large the gradient, what changes has singular values of about the rate."""
    model = network()
    optimizer = make_optimizer(model, config("optimizer.matrix_lr=0.01", "optimizer.weight_decay=0").optimizer)
    weight = model.recurrent.layers[0].forwards.rnn.weight_hh_l0
    before = weight.detach().clone()
    step(model, optimizer, 0)
    for change in (weight.detach() - before).view(4, 8, 8):
        values = torch.linalg.svdvals(change)
        assert float(values.max()) == pytest.approx(0.01, rel=0.5)


def test_its_state_is_kept() -> None:
    one = network()
    first = make_optimizer(one, config().optimizer)
    step(one, first, 0)
    two = copy.deepcopy(one)
    second = make_optimizer(two, config().optimizer)
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    step(one, first, 1)
    step(two, second, 1)
    for a, b in zip(one.parameters(), two.parameters(), strict=True):
        assert torch.equal(a, b)
