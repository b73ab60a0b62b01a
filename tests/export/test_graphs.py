"""The graphs compute what the networks compute, whatever their options."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from tests.task.contract import option_values

from recurra.commands.check import compose
from recurra.config.chargen import LanguageModel, LanguageModelSpec
from recurra.config.sentiment import Classifier, ClassifierSpec
from recurra.config.translation import Seq2Seq, Seq2SeqSpec
from recurra.export.classifier import classifier
from recurra.export.graph import quantised
from recurra.export.language_model import language_model
from recurra.export.seq2seq import decoder, encoder
from recurra.model.classifier import TextClassifier
from recurra.model.language_model import RecurrentLanguageModel
from recurra.model.seq2seq import Seq2SeqNetwork

FORMS = [(1, 1), (3, 7), (5, 60)]
SMALL = ["model.hidden_size=12", "model.embedding_size=20"]


def runner(model: onnx.ModelProto) -> Any:
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def trials(task: str, schema: Any, **more: list[str]) -> list[list[str]]:
    """The i-th trial has the i-th value of every option, so that each value is in at least one of them."""
    values = {**option_values(schema, "model"), **{f"model.{name}": those for name, those in more.items()}}
    values = {name: those for name, those in values.items() if "dropout" not in name}
    count = max(map(len, values.values()))
    return [[f"task={task}", *(f"{n}={those[i % len(those)]}" for n, those in values.items())] for i in range(count)]


def model_of(words: list[str]) -> Any:
    return compose("train", [*SMALL, *words]).model  # type: ignore[attr-defined]


def padded(size: int, longest: int, vocabulary: int) -> tuple[torch.Tensor, torch.Tensor]:
    lengths = torch.randint(1, longest + 1, (size,))
    lengths[0] = longest
    tokens = torch.randint(4, vocabulary, (size, longest))
    return tokens.masked_fill(torch.arange(longest) >= lengths[:, None], 0), lengths


def spread(network: torch.nn.Module) -> None:
    """Weights that are not at their beginning, but small enough for rectified units."""
    for weight in network.parameters():
        weight.add_(0.1 * torch.randn_like(weight))


@pytest.mark.parametrize(
    "words", trials("sentiment", Classifier, segment=["0", "7"], subwords=["null", "[3,4]"], ngrams=["0", "1", "3"])
)
@torch.inference_mode()
def test_classifier(words: list[str]) -> None:
    torch.manual_seed(0)
    config = model_of(words)
    counts = [1, 3] * 25 if config.segment else [1] * 50  # words of each token: Han characters of a subword
    spec = ClassifierSpec(
        vocabulary=50, pad=0, unknown=1, pieces=100 if config.subwords else 0,
        units=sum(counts) if config.ngrams else 0, labels=["a", "b", "c"],
    )  # fmt: skip
    network = TextClassifier(config, spec).eval()
    spread(network)
    if config.subwords:
        network.embedding.pieces.copy_(torch.randint(0, 30_000, (100,)))
        network.embedding.offsets.copy_(torch.arange(51) * 2)
    if network.ngrams is not None:
        network.ngrams.units.copy_(torch.randint(0, 2**31 - 2, network.ngrams.units.shape))
        network.ngrams.offsets.copy_(torch.tensor(np.cumsum([0, *counts])))
        network.ngrams.weight.normal_()
        network.ngrams.bias.normal_()
    run = runner(classifier(network))
    for size, longest in FORMS:
        tokens, lengths = padded(size, longest, 50)
        (found,) = run.run(None, {"tokens": tokens.numpy(), "lengths": lengths.numpy()})
        assert found == pytest.approx(network(tokens, lengths).numpy(), abs=1e-4)


@pytest.mark.parametrize("words", trials("chargen", LanguageModel))
@torch.inference_mode()
def test_language_model(words: list[str]) -> None:
    torch.manual_seed(0)
    network = RecurrentLanguageModel(model_of(words), LanguageModelSpec(vocabulary=30, unknown=0)).eval()
    spread(network)
    run, state = runner(language_model(network)), None
    for size, longest in FORMS:
        tokens = torch.randint(0, 30, (size, longest))
        _, state = network(tokens, None)
        wanted, end = network(tokens, state)
        found, found_end = run.run(None, {"tokens": tokens.numpy(), "state": state.numpy()})
        assert found == pytest.approx(wanted.numpy(), abs=1e-4)
        assert found_end == pytest.approx(end.numpy(), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("decoding", ["parallel", "input_feeding", "bahdanau"])
@pytest.mark.parametrize("words", trials("translation", Seq2Seq))
@torch.inference_mode()
def test_translator(words: list[str], decoding: str) -> None:
    """In batches, and with one source for several hypotheses."""
    torch.manual_seed(0)
    tied = "model.tied=true" in words
    sizes = ["model.decoder_size=24", f"model.decoder={decoding}"]
    config = model_of([*(word for word in words if "decoder=" not in word), *sizes])
    spec = Seq2SeqSpec(source_vocabulary=40, target_vocabulary=40, shared=tied, pad=0, unknown=1, begin=2, end=3)
    network = Seq2SeqNetwork(config, spec).eval()
    spread(network)
    first, second = runner(encoder(network)), runner(decoder(network))
    for size, longest in FORMS:
        tokens, lengths = padded(size, longest, 40)
        memory, state = network.encode(tokens, lengths)
        keys, values, mask, start = first.run(None, {"tokens": tokens.numpy(), "lengths": lengths.numpy()})
        assert start == pytest.approx(state.numpy(), abs=1e-4)
        for many in (1, 4) if size == 1 else (1,):
            rows = torch.arange(size).repeat(many)
            now, found_state = state[:, rows], start[:, rows.numpy()]
            for _ in range(3):
                next_tokens = torch.randint(0, 40, (size * many,))
                logits, now, attention = network.step(next_tokens, now, memory.select(rows))
                inputs = {"tokens": next_tokens.numpy(), "state": found_state, "keys": keys, "values": values}
                p, best, chosen, found_state, looks = second.run(None, {**inputs, "mask": mask, "count": np.array([5])})
                wanted = logits.log_softmax(-1).numpy()
                assert p == pytest.approx(wanted, abs=1e-4)
                assert looks == pytest.approx(attention.numpy(), abs=1e-4)
                assert (best == np.take_along_axis(p, chosen, 1)).all()
                assert (best == -np.sort(-p, 1)[:, :5]).all()


def test_quantised_weights_are_within_a_step_and_zero_stays_zero() -> None:
    values = np.random.default_rng(0).normal(size=(5, 40)).astype(np.float32)
    values[2] = 0.0
    small, scale = quantised(values, axis=1)
    assert small.dtype == np.int8
    assert np.abs(small).max() == 63
    assert (np.abs(small * scale - values) <= scale / 2 + 1e-7).all()
    assert (small[2] == 0).all()
