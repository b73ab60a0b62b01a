"""The translator: sentences do not see their padding nor what comes after, and steps are the whole sequence."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from recurra.config.translation import Seq2Seq, Seq2SeqSpec
from recurra.hardware import cpu_has_bf16
from recurra.model import attention
from recurra.model.attention import Additive, Dot, General, MultiHead
from recurra.model.seq2seq import Seq2SeqNetwork

CELLS = ["rnn_tanh", "rnn_relu", "gru", "lstm", "mingru"]
DECODERS = ["parallel", "input_feeding", "bahdanau"]
ATTENTIONS = ["additive", "dot", "general", "multihead"]
PAD, UNKNOWN, BEGIN, END = 0, 1, 2, 3
OFF = {"dropout": 0.0, "recurrent_dropout": 0.0, "embedding_dropout": 0.0, "output_dropout": 0.0, "word_dropout": 0.0}
ON = {"dropout": 0.2, "recurrent_dropout": 0.2, "embedding_dropout": 0.2, "output_dropout": 0.2, "word_dropout": 0.1}
LENGTHS = torch.tensor([7, 1, 3, 5])
TARGET_LENGTHS = torch.tensor([4, 6, 1, 5])


def network(shared: bool = False, **changes: Any) -> Seq2SeqNetwork:
    plain = {
        "cell": "lstm", "hidden_size": 4, "layers": 1, "residual": False, "layer_norm": False, "embedding_size": 5,
        "decoder": "parallel", "attention": "multihead", "heads": 2, "decoder_size": 6, "tied": True, **OFF,
    }  # fmt: skip
    torch.manual_seed(0)
    spec = Seq2SeqSpec(
        source_vocabulary=11, target_vocabulary=11 if shared else 13, shared=shared,
        pad=PAD, unknown=UNKNOWN, begin=BEGIN, end=END,
    )  # fmt: skip
    model = Seq2SeqNetwork(Seq2Seq.model_validate({**plain, **changes}), spec)
    for name, weight in model.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.normal_(weight, std=0.3)
    return model


def sentences(lengths: Tensor, seed: int, first: int | None = None) -> Tensor:
    """Tokens ``(4, longest)``, padded."""
    tokens = torch.randint(4, 11, (4, int(lengths.max())), generator=torch.Generator().manual_seed(seed))
    if first is not None:
        tokens[:, 0] = first
    return tokens.masked_fill(torch.arange(tokens.shape[1]) >= lengths[:, None], PAD)


SOURCE = sentences(LENGTHS, 0)
TARGET = sentences(TARGET_LENGTHS, 1, BEGIN)
REAL = torch.arange(TARGET.shape[1]) < TARGET_LENGTHS[:, None]  # (4, 6)

every_kind = pytest.mark.parametrize(("decoder", "attention"), [(d, a) for d in DECODERS for a in ATTENTIONS])


def by_steps(model: Seq2SeqNetwork, source: Tensor, lengths: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    memory, state = model.encode(source, lengths)
    logits, looks = [], []
    for tokens in target.unbind(1):
        scores, state, weights = model.step(tokens, state, memory)
        logits.append(scores)
        looks.append(weights)
    return torch.stack(logits, 1), torch.stack(looks, 1)


@every_kind
@pytest.mark.parametrize("cell", CELLS)
def test_steps_are_the_whole_sequence(decoder: str, attention: str, cell: str) -> None:
    for changes in ({}, {"layers": 2, "residual": True, "layer_norm": True, "decoder_size": 4, "tied": False}):
        model = network(cell=cell, decoder=decoder, attention=attention, **changes).eval()
        for gradients in (True, False):  # single steps are computed in another way where no gradient is wanted
            with torch.set_grad_enabled(gradients):
                expected = model(SOURCE, LENGTHS, TARGET)
                torch.testing.assert_close(by_steps(model, SOURCE, LENGTHS, TARGET), expected, atol=1e-5, rtol=0)
        assert expected[0].dtype == expected[1].dtype == torch.float32
        assert expected[0].shape == (4, 6, 13)


@every_kind
@pytest.mark.parametrize("cell", ["gru", "lstm", "mingru"])
@torch.no_grad()
def test_a_padded_batch_gives_what_each_sentence_gives_alone(decoder: str, attention: str, cell: str) -> None:
    for changes in ({}, {"layers": 2, "residual": True, "layer_norm": True}):
        model = network(cell=cell, decoder=decoder, attention=attention, **changes).eval()
        logits, looks = model(SOURCE, LENGTHS, TARGET)
        for row, (length, words) in enumerate(zip(LENGTHS.tolist(), TARGET_LENGTHS.tolist(), strict=True)):
            alone = model(SOURCE[row, None, :length], LENGTHS[row, None], TARGET[row, None, :words])
            torch.testing.assert_close(logits[row, :words], alone[0][0], atol=1e-5, rtol=0)
            torch.testing.assert_close(looks[row, :words, :length], alone[1][0], atol=1e-5, rtol=0)
        noise = torch.randint(0, 11, SOURCE.shape)
        source = torch.where(SOURCE == PAD, noise, SOURCE)
        source = torch.cat([source, noise], 1)
        target = torch.cat([TARGET.masked_fill(~REAL, 7), TARGET], 1)
        others, other_looks = model(source, LENGTHS, target)
        torch.testing.assert_close(others[:, :6][REAL], logits[REAL], atol=1e-6, rtol=0)
        torch.testing.assert_close(other_looks[:, :6, :7][REAL], looks[REAL], atol=1e-6, rtol=0)


@every_kind
@torch.no_grad()
def test_the_attention_is_a_distribution_over_real_tokens(decoder: str, attention: str) -> None:
    looks = network(decoder=decoder, attention=attention).eval()(SOURCE, LENGTHS, TARGET)[1]  # (4, 6, 7)
    padding = torch.arange(7) >= LENGTHS[:, None]
    torch.testing.assert_close(looks.sum(-1), torch.ones(4, 6))
    assert bool((looks.masked_select(padding[:, None]) == 0.0).all())
    assert bool((looks.masked_select(~padding[:, None]) > 0.0).all())


@every_kind
@torch.no_grad()
def test_what_comes_after_is_not_seen(decoder: str, attention: str) -> None:
    model = network(decoder=decoder, attention=attention, layer_norm=True).eval()
    changed = TARGET.clone()
    changed[:, 3:] = 9
    expected, other = model(SOURCE, LENGTHS, TARGET)[0], model(SOURCE, LENGTHS, changed)[0]
    torch.testing.assert_close(other[:, :3], expected[:, :3], atol=1e-6, rtol=0)
    assert not torch.allclose(other[:, 3:], expected[:, 3:], atol=1e-3)


@every_kind
@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("tied", [False, True])
def test_a_gradient_reaches_every_parameter(decoder: str, attention: str, tied: bool, shared: bool) -> None:
    for cell in CELLS:
        model = network(shared, cell=cell, decoder=decoder, attention=attention, tied=tied, layers=2, layer_norm=True)
        logits, _ = model.train()(SOURCE, LENGTHS, TARGET)
        logits.log_softmax(-1)[REAL][:, 5:9].sum().backward()
        for name, weight in model.named_parameters():
            assert weight.grad is not None, name
            assert bool((weight.grad != 0).any()), name
        target = model.target_embedding.weight
        assert (model.output.weight is target) == tied
        assert (model.source_embedding.weight is target) == (tied and shared)


@every_kind
def test_bf16_is_close(decoder: str, attention: str) -> None:
    for cell in CELLS:
        if cell == "lstm" and not cpu_has_bf16():
            continue  # PyTorch has none without instructions for it
        model = network(cell=cell, decoder=decoder, attention=attention, **ON)
        expected, looks = model.eval()(SOURCE, LENGTHS, TARGET)
        with torch.autocast("cpu", torch.bfloat16):
            logits, weights = model(SOURCE, LENGTHS, TARGET)
            with torch.no_grad():
                steps, _ = by_steps(model, SOURCE, LENGTHS, TARGET)
            loss = model.train()(SOURCE, LENGTHS, TARGET)[0].logsumexp(-1).sum()
        assert logits.dtype == weights.dtype == torch.float32
        torch.testing.assert_close(logits, expected, atol=0.1, rtol=0)
        torch.testing.assert_close(steps, expected, atol=0.1, rtol=0)
        torch.testing.assert_close(weights, looks, atol=0.1, rtol=0)
        loss.backward()
        assert all(bool(weight.grad.isfinite().all()) for weight in model.parameters() if weight.grad is not None)


@pytest.mark.parametrize("decoder", DECODERS)
def test_every_dropout_drops_while_training_alone(decoder: str) -> None:
    expected = network(decoder=decoder, layers=2).eval()(SOURCE, LENGTHS, TARGET)[0]
    for name, rate in ON.items():
        model = network(decoder=decoder, layers=2, **{name: rate})
        torch.testing.assert_close(model.eval()(SOURCE, LENGTHS, TARGET)[0], expected)
        changed = model.train()(SOURCE, LENGTHS, TARGET)[0]
        assert not torch.allclose(changed, expected, atol=1e-4), name


@pytest.mark.parametrize("decoder", DECODERS)
def test_dropout_is_locked(decoder: str) -> None:
    """With one token again and again and no memory of what was before, every step is the same while training too."""
    model = network(decoder=decoder, attention="dot", **{**ON, "word_dropout": 0.0}).train()
    with torch.no_grad():
        for layer in model.decoder.modules():
            for name, weight in layer.named_parameters(recurse=False):
                if name == "weight_hh_l0":
                    weight.zero_()
                if name == "bias_ih_l0":
                    weight[6:12] = -1e3  # the forget gate is shut
        if decoder == "input_feeding":
            model.decoder.get_parameter("recurrent.rnn.weight_ih_l0")[:, 5:] = 0.0
    source, target = SOURCE[:1, :1], torch.full((1, 6), 5)
    logits, _ = model(source, torch.tensor([1]), target)
    torch.testing.assert_close(logits[0, 1:], logits[0, 1].expand(5, -1), atol=1e-6, rtol=0)


@pytest.mark.parametrize("decoder", DECODERS)
@torch.no_grad()
def test_rows_of_memory_and_state_can_be_chosen(decoder: str) -> None:
    model = network(decoder=decoder).eval()
    memory, state = model.encode(SOURCE, LENGTHS)
    rows = torch.tensor([2, 0, 0, 3, 1, 2])
    tokens = torch.tensor([4, 5, 6, 7, 8, 9])
    logits, after, looks = model.step(tokens, state[:, rows], memory.select(rows))
    assert after.shape == state[:, rows].shape
    for row, source in enumerate(rows.tolist()):
        index = torch.tensor([source])
        one = model.step(tokens[row, None], state[:, index], memory.select(index))
        torch.testing.assert_close(logits[row], one[0][0], atol=1e-6, rtol=0)
        torch.testing.assert_close(after[:, row], one[1][:, 0], atol=1e-6, rtol=0)
        torch.testing.assert_close(looks[row], one[2][0], atol=1e-6, rtol=0)


QUERY = torch.tensor([[[1.0, -2.0], [0.5, 3.0]]])  # (1, 2, 2)
VALUES = torch.tensor([[[2.0, 1.0], [0.0, -1.0], [9.0, 9.0]]])  # (1, 3, 2), the last is padding
MASK = torch.tensor([[True, True, False]])


def means(scores: list[tuple[float, float]]) -> tuple[Tensor, Tensor]:
    """Contexts and weights for the scores of each query with the two values."""
    first = torch.tensor([[1.0 / (1.0 + math.exp(b - a)) for a, b in scores]])  # (1, 2)
    weights = torch.stack([first, 1.0 - first, torch.zeros(1, 2)], -1)
    return first[..., None] * VALUES[0, 0] + (1.0 - first)[..., None] * VALUES[0, 1], weights


def test_dot_is_what_the_paper_says() -> None:
    attention = Dot(2)
    assert attention.project(VALUES) is VALUES
    torch.testing.assert_close(attention(QUERY, VALUES, VALUES, MASK), means([(0.0, 2.0), (4.0, -3.0)]))


@torch.no_grad()
def test_general_is_what_the_paper_says() -> None:
    attention = General(2, 2)
    attention.key.weight.copy_(torch.tensor([[1.0, 2.0], [0.5, 0.0]]))
    keys = attention.project(VALUES)
    torch.testing.assert_close(keys[0, :2], torch.tensor([[4.0, 1.0], [-2.0, 0.0]]))
    torch.testing.assert_close(attention(QUERY, keys, VALUES, MASK), means([(2.0, -2.0), (5.0, -1.0)]))


@torch.no_grad()
def test_additive_is_what_the_paper_says() -> None:
    attention = Additive(2, 2)
    attention.query.weight.copy_(torch.tensor([[1.0, 0.0], [0.0, 0.5]]))
    attention.query.bias.copy_(torch.tensor([0.0, 1.0]))
    attention.key.weight.copy_(torch.tensor([[1.0, 0.0], [1.0, 1.0]]))
    attention.weight.weight.copy_(torch.tensor([[2.0, -1.0]]))
    scores = [
        (2 * math.tanh(1 + 2) - math.tanh(0 + 3), 2 * math.tanh(1 + 0) - math.tanh(0 - 1)),
        (2 * math.tanh(0.5 + 2) - math.tanh(2.5 + 3), 2 * math.tanh(0.5 + 0) - math.tanh(2.5 - 1)),
    ]
    torch.testing.assert_close(attention(QUERY, attention.project(VALUES), VALUES, MASK), means(scores))


@torch.no_grad()
def test_multihead_is_what_the_paper_says() -> None:
    attention = MultiHead(4, 2, heads=2)
    query = torch.randn(1, 2, 4)
    pairs = attention.key_value(VALUES[:, :2]).chunk(4, -1)  # of each head its key and its value, (1, 2, 2)
    heads, weights = [], []
    for q, k, v in zip(attention.query(query).chunk(2, -1), pairs[::2], pairs[1::2], strict=True):
        w = (torch.einsum("btd,bsd->bts", q, k) / math.sqrt(2)).softmax(-1)
        heads.append(torch.einsum("bts,bsd->btd", w, v))
        weights.append(torch.nn.functional.pad(w, (0, 1)))
    expected = attention.output(torch.cat(heads, -1)), (weights[0] + weights[1]) / 2
    torch.testing.assert_close(attention(query, attention.project(VALUES), VALUES, MASK), expected)


def test_heads_that_cannot_share_are_refused() -> None:
    with pytest.raises(ValidationError, match=r"model\.heads: 4 heads cannot share model\.decoder_size=6"):
        network(heads=4)
    network(heads=4, attention="dot")


def test_additive_attention_takes_long_texts_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    query, keys = torch.randn(2, 9, 6), torch.randn(2, 5, 6)
    kind = Additive(6, 8)
    whole = kind.score(query, keys)
    monkeypatch.setattr(attention, "LARGEST", 2 * keys.numel())
    torch.testing.assert_close(kind.score(query, keys), whole)
