"""The language model carries its state: a text in pieces is the text in one piece."""

from __future__ import annotations

import pytest
import torch

from recurra.config.chargen import LanguageModel, LanguageModelSpec
from recurra.model.language_model import RecurrentLanguageModel
from recurra.model.mingru import LinearRecurrence, MinGRU

CELLS = ["rnn_tanh", "rnn_relu", "gru", "lstm", "mingru"]


def network(**changes: object) -> RecurrentLanguageModel:
    plain = {
        "cell": "lstm", "hidden_size": 6, "layers": 2, "residual": False, "layer_norm": False, "dropout": 0.0,
        "recurrent_dropout": 0.0, "embedding_size": 5, "skip": True, "tied": False, "embedding_dropout": 0.0,
        "output_dropout": 0.0,
    }  # fmt: skip
    torch.manual_seed(0)
    config = LanguageModel.model_validate({**plain, **changes})
    return RecurrentLanguageModel(config, LanguageModelSpec(vocabulary=11, unknown=0))


TOKENS = torch.randint(0, 11, (3, 24), generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("cuts", [(10,), (1, 2, 23), tuple(range(1, 24))])
def test_a_text_in_pieces_is_the_text_in_one(cell: str, layers: int, residual: bool, cuts: tuple[int, ...]) -> None:
    model = network(cell=cell, layers=layers, residual=residual, layer_norm=residual).eval()
    for gradients in (True, False):  # single steps are computed in another way where no gradient is wanted
        with torch.set_grad_enabled(gradients):
            expected, end = model(TOKENS)
            state, pieces = None, []
            for piece in torch.tensor_split(TOKENS, cuts, dim=1):
                logits, state = model(piece, state)
                pieces.append(logits)
        torch.testing.assert_close(torch.cat(pieces, 1), expected, atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(state, end, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("skip", "tied", "size"), [(False, False, 6), (True, True, 5), (True, True, 6)])
def test_a_gradient_reaches_every_parameter(cell: str, skip: bool, tied: bool, size: int) -> None:
    model = network(cell=cell, skip=skip, tied=tied, embedding_size=size, recurrent_dropout=0.3, dropout=0.2).train()
    model(TOKENS)[0].logsumexp(-1).sum().backward()
    for name, weight in model.named_parameters():
        assert weight.grad is not None, name
        assert bool((weight.grad != 0).any()), name
    assert (model.output.weight is model.embedding.weight) == tied


def test_rows_do_not_see_each_other_nor_what_comes_after() -> None:
    model = network().eval()
    expected, _ = model(TOKENS)
    torch.testing.assert_close(model(TOKENS[1:2])[0][0], expected[1], atol=1e-6, rtol=0)
    changed = TOKENS.clone()
    changed[:, 12:] = 0
    torch.testing.assert_close(model(changed)[0][:, :12], expected[:, :12], atol=1e-6, rtol=0)


def test_the_linear_recurrence_and_its_gradient() -> None:
    a, b = (torch.rand(7, 2, 3, dtype=torch.double, requires_grad=True) for _ in range(2))
    start = torch.rand(2, 3, dtype=torch.double, requires_grad=True)
    h, expected = start, []
    for t in range(7):
        h = a[t] * h + b[t]
        expected.append(h)
    torch.testing.assert_close(LinearRecurrence.apply(a, b, start), torch.stack(expected))
    assert torch.autograd.gradcheck(LinearRecurrence.apply, (a, b, start))


def test_mingru_is_what_the_paper_says() -> None:
    layer = MinGRU(4, 3)
    x, h = torch.randn(2, 5, 4), torch.randn(2, 3)
    outputs = layer(x, h)
    for t in range(5):
        z, candidate = layer.gates(x[:, t]).chunk(2, -1)
        h = (1 - z.sigmoid()) * h + z.sigmoid() * candidate
        torch.testing.assert_close(outputs[:, t], h)
