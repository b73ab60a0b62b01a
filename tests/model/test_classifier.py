"""The classifier: a padded batch equals the single text, whatever the options, and every weight learns."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import torch
from torch import Tensor

from recurra.commands.check import compose
from recurra.config.sentiment import Classifier, ClassifierSpec, SentimentTrain
from recurra.model import embedding, ngrams
from recurra.model.classifier import TextClassifier

CELLS = ["rnn_tanh", "rnn_relu", "gru", "lstm"]
POOLINGS = [["last"], ["mean"], ["max"], ["attention"], ["max", "mean", "attention", "last"]]
LENGTHS = torch.tensor([8, 1, 3, 5])
WORDS = ["<pad>", "<unk>", "fine", "film", "finest", "dull", "plot", "and", "the", "好看"]
SPELLING = embedding.spell(WORDS, 2, 3, 4)
UNITS = ngrams.spell(WORDS)
OFF = {"word_dropout": 0.0, "embedding_dropout": 0.0, "dropout": 0.0, "recurrent_dropout": 0.0, "output_dropout": 0.0}


@pytest.fixture(scope="module")
def shipped() -> Classifier:
    config = compose("train", ["task=sentiment"])
    assert isinstance(config, SentimentTrain)
    return config.model


def network(shipped: Classifier, **changes: Any) -> TextClassifier:
    """A small network with weights that are nowhere zero but at the padding."""
    small = {"embedding_size": 4, "hidden_size": 3, "segment": 0, "subwords": None, "ngrams": 0, **OFF}
    options = Classifier.model_validate({**shipped.model_dump(), **small, **changes})
    pieces = 0 if options.subwords is None else len(SPELLING[0])
    units = 0 if options.ngrams == 0 else len(UNITS[0])
    spec = ClassifierSpec(vocabulary=len(WORDS), pad=0, unknown=1, pieces=pieces, units=units, labels=["a", "b", "c"])
    torch.manual_seed(0)
    made = TextClassifier(options, spec)
    for name, weight in made.named_parameters():
        if "pooling" in name:
            torch.nn.init.normal_(weight)
    if pieces:
        made.embedding.pieces.copy_(SPELLING[0])
        made.embedding.offsets.copy_(SPELLING[1])
    if made.ngrams is not None:
        made.ngrams.units.copy_(UNITS[0])
        made.ngrams.offsets.copy_(UNITS[1])
        made.ngrams.weight.normal_()
    return made


def texts() -> Tensor:
    """Tokens ``(4, 8)``, padded with zeros."""
    tokens = torch.randint(1, len(WORDS), (4, 8), generator=torch.Generator().manual_seed(0))
    return tokens.masked_fill(torch.arange(8) >= LENGTHS[:, None], 0)


def assert_padding_has_no_influence(model: TextClassifier) -> None:
    tokens = texts()
    model.eval()
    with torch.no_grad():
        together = model(tokens, LENGTHS)
        for row, length in enumerate(LENGTHS.tolist()):
            alone = model(tokens[row : row + 1, :length], torch.tensor([length]))
            torch.testing.assert_close(together[row], alone[0], atol=1e-5, rtol=0)
        other = tokens.masked_fill(torch.arange(8) >= LENGTHS[:, None], 5)
        torch.testing.assert_close(model(other, LENGTHS), together, atol=1e-6, rtol=0)
        longer = torch.cat([tokens, torch.full((4, 3), 7)], dim=1)
        torch.testing.assert_close(model(longer, LENGTHS), together, atol=1e-6, rtol=0)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_a_padded_batch_gives_what_each_text_gives_alone(shipped: Classifier, cell: str, bidirectional: bool) -> None:
    for layers, residual, norm, pooling in itertools.product((1, 2), (False, True), (False, True), POOLINGS):
        model = network(
            shipped, cell=cell, bidirectional=bidirectional, layers=layers, residual=residual, layer_norm=norm,
            pooling=pooling,
        )  # fmt: skip
        assert_padding_has_no_influence(model)


@pytest.mark.parametrize("pooling", POOLINGS[1:], ids="+".join)
@pytest.mark.parametrize("segment", [1, 2, 3, 5, 7])
def test_padding_has_no_influence_on_texts_in_segments(shipped: Classifier, segment: int, pooling: list[str]) -> None:
    assert_padding_has_no_influence(network(shipped, segment=segment, pooling=pooling))


def test_padding_has_no_influence_on_spelling_and_word_pairs(shipped: Classifier) -> None:
    assert_padding_has_no_influence(network(shipped, subwords=[3, 4]))
    assert_padding_has_no_influence(network(shipped, ngrams=2))
    assert_padding_has_no_influence(network(shipped, subwords=[3, 4], ngrams=3, segment=3))


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_a_gradient_reaches_every_parameter(shipped: Classifier, cell: str, bidirectional: bool) -> None:
    for layers, residual, norm, pooling in itertools.product((1, 2), (False, True), (False, True), POOLINGS):
        model = network(
            shipped, cell=cell, bidirectional=bidirectional, layers=layers, residual=residual, layer_norm=norm,
            pooling=pooling, subwords=[3, 4], segment=0 if pooling == ["last"] else 4,
        )  # fmt: skip
        logits = model(texts(), LENGTHS)
        torch.nn.functional.cross_entropy(logits, torch.tensor([0, 1, 2, 0])).backward()
        for name, weight in model.named_parameters():
            assert weight.grad is not None, name
            assert bool((weight.grad != 0).any()), (name, layers, residual, norm, pooling)
        assert bool((model.embedding.embedding.weight.grad[0] == 0).all())  # type: ignore[index]


@pytest.mark.parametrize("segment", [8, 9, 100])
def test_a_segment_that_is_long_enough_changes_nothing(shipped: Classifier, segment: int) -> None:
    whole, cut = network(shipped), network(shipped, segment=segment)
    with torch.no_grad():
        assert torch.equal(whole.eval()(texts(), LENGTHS), cut.eval()(texts(), LENGTHS))


def test_a_text_that_fits_is_not_changed_by_longer_ones_beside_it(shipped: Classifier) -> None:
    whole, cut = network(shipped), network(shipped, segment=5)
    with torch.no_grad():
        torch.testing.assert_close(
            cut.eval()(texts(), LENGTHS)[1:], whole.eval()(texts(), LENGTHS)[1:], atol=1e-6, rtol=0
        )
        assert not torch.allclose(cut(texts(), LENGTHS)[0], whole(texts(), LENGTHS)[0], atol=1e-6)


def test_segments_lose_no_word(shipped: Classifier) -> None:
    model = network(shipped, segment=3, pooling=["mean"], cell="rnn_tanh").eval()
    tokens = texts()
    with torch.no_grad():
        before = model(tokens, LENGTHS)[0]
        for place in range(8):
            changed = tokens.clone()
            changed[0, place] = 2 if int(tokens[0, place]) != 2 else 3
            assert not torch.allclose(model(changed, LENGTHS)[0], before, atol=1e-6), place


def test_the_vector_of_the_padding_is_zero(shipped: Classifier) -> None:
    for subwords in (None, [3, 4]):
        model = network(shipped, subwords=subwords)
        assert bool((model.embedding(torch.tensor([[0]])) == 0).all())
        assert bool((model.embedding(torch.tensor([[1]])) != 0).any())


@pytest.mark.parametrize("rate", sorted(OFF))
def test_each_kind_of_dropout_acts_while_training_alone(shipped: Classifier, rate: str) -> None:
    model, plain = network(shipped, layers=2, **{rate: 0.5}), network(shipped, layers=2)
    plain.load_state_dict(model.state_dict())
    tokens = texts()
    torch.manual_seed(0)
    assert not torch.equal(model(tokens, LENGTHS), model(tokens, LENGTHS))
    assert torch.equal(model.eval()(tokens, LENGTHS), plain.eval()(tokens, LENGTHS))


def test_without_dropout_training_and_evaluating_are_the_same(shipped: Classifier) -> None:
    model = network(shipped, layers=2, segment=3)
    assert torch.equal(model(texts(), LENGTHS), model.eval()(texts(), LENGTHS))


def test_word_pairs_have_half_a_say_after_training(shipped: Classifier) -> None:
    model = network(shipped, ngrams=2)
    tokens = texts()
    with torch.no_grad():
        alone = model(tokens, LENGTHS)
        both = model.eval()(tokens, LENGTHS)
        assert model.ngrams is not None
        pairs = model.ngrams(tokens, LENGTHS)
    torch.testing.assert_close(both, 0.5 * (alone.log_softmax(-1) + pairs.log_softmax(-1)))
