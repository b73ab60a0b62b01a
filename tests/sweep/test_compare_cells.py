"""What ``experiment=compare_cells`` compares has equal numbers of parameters, in each task."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from recurra.commands.check import check, validated
from recurra.commands.composition import composer
from recurra.config.chargen import LanguageModelSpec
from recurra.config.sentiment import ClassifierSpec
from recurra.config.translation import Seq2SeqSpec
from recurra.model.classifier import TextClassifier
from recurra.model.language_model import RecurrentLanguageModel
from recurra.model.seq2seq import Seq2SeqNetwork

NETWORKS: dict[str, tuple[Any, Any]] = {
    "sentiment": (
        TextClassifier,
        ClassifierSpec(vocabulary=2023, pad=0, unknown=1, pieces=0, units=0, labels=["a", "b"]),
    ),
    "chargen": (RecurrentLanguageModel, LanguageModelSpec(vocabulary=97, unknown=0)),
    "translation": (
        Seq2SeqNetwork,
        Seq2SeqSpec(source_vocabulary=2308, target_vocabulary=2308, shared=True, pad=0, unknown=1, begin=2, end=3),
    ),
}
"""The networks, with what the built-in data of the task tell them."""


@pytest.mark.parametrize("task", NETWORKS)
def test_equal_numbers_of_parameters(task: str) -> None:
    make, spec = NETWORKS[task]
    base = [f"task={task}", "experiment=compare_cells"]
    with composer("train") as conf, torch.device("meta"):
        space = conf.compose(conf.parse(base)[0]).config.space
        assert list(space.seeds) == [1, 2, 3]
        counts = {}
        for name, words in space.variants.items():
            config: Any = validated("train", conf.compose(conf.parse([*base, *words])[0]).config)
            counts[name] = sum(parameter.numel() for parameter in make(config.model, spec).parameters())
    assert len(counts) >= 11
    middle = sorted(counts.values())[len(counts) // 2]
    assert all(abs(count / middle - 1.0) < 0.025 for count in counts.values()), counts


@pytest.mark.parametrize("task", NETWORKS)
def test_the_command_is_sound(task: str) -> None:
    assert check("train", [f"task={task}", "experiment=compare_cells", "space.seeds=[1,2,3,4,5]"], True) == []
