"""What pruning takes away stays away, and what is left out of the graphs was nothing."""

from __future__ import annotations

from pathlib import Path

import onnxruntime
import pytest
import torch

import recurra
from recurra.callbacks import pruning
from recurra.callbacks.pruning import units
from recurra.commands.check import check, compose
from recurra.config.chargen import LanguageModelSpec
from recurra.export.classifier import classifier
from recurra.export.language_model import language_model
from recurra.model.language_model import RecurrentLanguageModel
from tests.conftest import write_reviews
from tests.helpers import make_run


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pruning")
    write_reviews(made / "data" / "tiny")
    make_run(made, "whole", "trainer.max_epochs=2", "optimizer.averaging=0.8")
    return made


def pruned(root: Path, name: str, *more: str) -> Path:
    (whole,) = root.glob("whole/*/*")
    words = ["callbacks=prune", "callbacks.progress=false", f"init_from={whole}", "optimizer.averaging=0.8"]
    return make_run(root, name, "trainer.max_epochs=2", *words, *more)


def test_small_weights_are_zero_and_stay_zero(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "SMALL", 0)
    run = pruned(root, "weights", "callbacks.prune=weights", "callbacks.prune_share=0.75")
    for name, weight in recurra.load(run).network.named_parameters():  # type: ignore[attr-defined]
        if weight.ndim == 2:
            assert float((weight == 0).float().mean()) == pytest.approx(0.75, abs=0.1), name


def test_what_has_not_learned_yet_is_not_pruned() -> None:
    assert "init_from=RUN" in check("train", ["callbacks=prune"])[0]
    assert "init_from=RUN" in check("train", ["callbacks=prune", "resume=auto"])[0]  # which may start a new one
    assert check("train", ["callbacks=prune", "init_from=RUN"]) == []


def test_units_are_left_out_of_the_graph(root: Path) -> None:
    network = recurra.load(pruned(root, "units")).network  # type: ignore[attr-defined]
    for direction in (network.recurrent.layers[0].forwards, network.recurrent.layers[0].backwards):
        rows = direction.rnn.weight_ih_l0.view(4, 12, -1)
        assert int((rows == 0).all(2).all(0).sum()) == 6
    model = classifier(network)
    (lstm,) = (node for node in model.graph.node if node.op_type == "LSTM")
    assert next(each.i for each in lstm.attribute if each.name == "hidden_size") == 6
    run = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    tokens, lengths = torch.randint(2, network.spec.vocabulary, (3, 9)), torch.tensor([9, 4, 1])
    (found,) = run.run(None, {"tokens": tokens.numpy(), "lengths": lengths.numpy()})
    assert found == pytest.approx(network(tokens, lengths).detach().numpy(), abs=1e-5)


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn_tanh", "rnn_relu", "mingru"])
@torch.inference_mode()
def test_a_unit_without_weights_is_zero_for_ever(cell: str) -> None:
    torch.manual_seed(1)
    config = compose("train", ["task=chargen", f"model.cell={cell}", "model.hidden_size=8"])
    network = RecurrentLanguageModel(config.model, LanguageModelSpec(vocabulary=9, unknown=0)).eval()  # type: ignore[attr-defined]
    for weight, kept in units(network, 0.5):
        weight.mul_(kept)
    run = onnxruntime.InferenceSession(language_model(network).SerializeToString(), providers=["CPUExecutionProvider"])
    tokens = torch.randint(9, (2, 20))
    wanted, state = network(tokens)
    assert int((state == 0).all(2).sum()) >= state.shape[0] * state.shape[1] * 4
    start = torch.zeros_like(state).numpy()
    found, end = run.run(None, {"tokens": tokens.numpy(), "state": start})
    assert found == pytest.approx(wanted.numpy(), abs=1e-5)
    assert end == pytest.approx(state.numpy(), abs=1e-5)
