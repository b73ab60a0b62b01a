"""What the experiments compare has equal numbers of parameters."""

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

PAIRS = Seq2SeqSpec(source_vocabulary=2308, target_vocabulary=2308, shared=True, pad=0, unknown=1, begin=2, end=3)
NETWORKS: dict[str, tuple[Any, Any]] = {
    "task=sentiment experiment=compare_cells": (
        TextClassifier,
        ClassifierSpec(vocabulary=2023, pad=0, unknown=1, pieces=0, units=0, labels=["a", "b"]),
    ),
    "task=chargen experiment=compare_cells": (
        RecurrentLanguageModel,
        LanguageModelSpec(vocabulary=97, unknown=0),
    ),
    "task=translation experiment=compare_cells": (Seq2SeqNetwork, PAIRS),
    "experiment=compare_decoders": (
        Seq2SeqNetwork,
        PAIRS.model_copy(update={"source_vocabulary": 6000, "target_vocabulary": 6000}),
    ),
}
"""The networks, with what the data tell them."""
VARIANTS = dict(zip(NETWORKS, (12, 12, 11, 6), strict=True))


@pytest.mark.parametrize("words", NETWORKS)
def test_equal_numbers_of_parameters(words: str) -> None:
    make, spec = NETWORKS[words]
    base = words.split()
    with composer("train") as conf, torch.device("meta"):
        space = conf.compose(conf.parse(base)[0]).config.space
        counts = {}
        for name, own in space.variants.items():
            config: Any = validated("train", conf.compose(conf.parse([*base, *own])[0]).config)
            counts[name] = sum(parameter.numel() for parameter in make(config.model, spec).parameters())
    assert len(counts) == VARIANTS[words]
    middle = sorted(counts.values())[len(counts) // 2]
    assert all(abs(count / middle - 1.0) < 0.025 for count in counts.values()), counts


@pytest.mark.parametrize("words", NETWORKS)
def test_the_command_is_sound(words: str) -> None:
    assert check("train", [*words.split(), "space.seeds=[1,2,3,4,5]"], True) == []
