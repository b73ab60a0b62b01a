"""task=sentiment keeps the contract."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest
import torch
from tests.conftest import SMALL, write_reviews
from tests.helpers import own_files
from tests.task.contract import TaskContract

from recurra.model.classifier import TextClassifier
from recurra.task.sentiment import task


class TestSentiment(TaskContract):
    task = "sentiment"
    options = SMALL
    texts: ClassVar = [
        "fine",
        "dull w3 w4 poor",
        "",
        "lovely " * 150,
        "这部电影很好 w1 w2 great",
        "w5 w6 w7 awful unheard",
    ]
    more: ClassVar = {
        "model.subwords": ["null", "[3,4]"],
        "model.ngrams": ["0", "1", "2", "3", "4"],
        "model.segment": ["0", "4"],
        "tokenizer": ["word", "character", "bpe"],
        "loss.rdrop": ["0.0", "0.5"],
        "loss.class_weights": ["null", "balanced", "[1.0,2.0]"],
        "trainer.gradient_clip_algorithm": ["norm", "value"],
    }

    @staticmethod
    def corpus(folder: Path) -> list[str]:
        return own_files(folder if folder.exists() else write_reviews(folder))

    def test_of_very_many_texts_some_are_counted(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        counted = []
        for most in (10**6, 400):
            monkeypatch.setattr(task, "MOST_NGRAMS", most)
            module, *_ = self.module(root)
            assert isinstance(module.network, TextClassifier)
            assert module.network.ngrams is not None
            counted.append(int(torch.count_nonzero(module.network.ngrams.weight)))
        assert 0 < counted[1] < counted[0] / 2
