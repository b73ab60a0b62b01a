"""task=translation keeps the contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import ClassVar

from tests.helpers import assert_same, interrupted_after, metrics, own_files
from tests.task.contract import TaskContract

SMALL = [
    "task=translation", "logger=csv", "callbacks.progress=false", "trainer.precision=32-true", "trainer.threads=1",
    "model.embedding_size=16", "model.hidden_size=16", "model.decoder_size=32", "model.heads=2", "data.batch_size=16",
    "tokenizer.size=80", "optimizer.averaging=0.8", "decode.max_ratio=1",
]  # fmt: skip

WORDS = {"the": "le", "cat": "chat", "dog": "chien", "sees": "voit", "a": "un", "big": "gros", "bird": "oiseau"}


def write_pairs(folder: Path, rows: int = 96) -> Path:
    """A tiny parallel corpus, word for word: ``train.jsonl``, ``validation.jsonl``, ``test.jsonl``."""
    folder.mkdir(parents=True, exist_ok=True)
    words = list(WORDS)
    for split, count, first in (("train", rows, 0), ("validation", 16, 1000), ("test", 16, 2000)):
        lines = []
        for number in range(first, first + count):
            steps = range(2 + number % 5)
            chosen = [words[(number * 5 + number // 7 + place * (1 + number % 5)) % 7] for place in steps]
            pair = {"en": " ".join(chosen) + ".", "fr": " ".join(WORDS[word] for word in chosen) + "."}
            lines.append({"translation": pair})
        (folder / f"{split}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return folder


class TestTranslation(TaskContract):
    task = "translation"
    options = SMALL
    texts: ClassVar = ["the cat.", "a dog sees the big cat.", "", "unheard 春 of!", "bird " * 30]
    fitted: ClassVar = ("train/loss", 0.0, 0.5)
    to_fit: ClassVar = ["tokenizer.kind=word", "optimizer.lr=2e-2", "optimizer.matrix_lr=0.1", "trainer.max_epochs=80"]
    more: ClassVar = {
        "tokenizer.kind": ["bpe", "word", "character"],
        "tokenizer.joint": ["true", "false"],
        "tokenizer.dropout": ["0.2", "0.0", "0.0"],  # of bpe
        "loss.rdrop": ["0.0", "0.5"],
        "loss.scheduled_sampling": ["0.3", "0.0"],
        "decode.beam": ["1", "3"],
        "decode.coverage_penalty": ["0.0", "0.3"],
    }

    def test_what_is_drawn_for_a_batch_is_drawn_again_after_an_interruption(self, root: Path) -> None:
        options = ["tokenizer.kind=bpe", "tokenizer.dropout=0.2", "loss.scheduled_sampling=0.3", "trainer.max_epochs=2"]
        whole = self.make(root, "drawn", *options)
        with interrupted_after(metrics(whole)["train/steps"] // 2 + 1):
            self.make(root, "drawn-cut", *options)
        assert_same(whole, self.make(root, "drawn-cut", "resume=auto", *options))

    @staticmethod
    def corpus(folder: Path) -> list[str]:
        files = own_files(folder if folder.exists() else write_pairs(folder))
        return ["data=parallel", *files[1:], "data.source=en", "data.target=fr"]
