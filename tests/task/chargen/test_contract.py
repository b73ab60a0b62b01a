"""task=chargen keeps the contract, and more: what it carries from window to window is not lost either."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest
import torch
from tests.helpers import metrics
from tests.task.contract import TaskContract

import recurra
from recurra.callbacks.samples import FILE
from recurra.checkpoint import read_checkpoint
from recurra.commands import evaluate
from recurra.task import load_task

SMALL = [
    "task=chargen", "logger=csv", "callbacks.progress=false", "trainer.precision=32-true", "trainer.threads=1",
    "model.embedding_size=8", "model.hidden_size=16", "data.batch_size=8", "data.window=16", "data.prompts=[the,cat]",
]  # fmt: skip


def write_text(folder: Path, lines: int = 120) -> Path:
    """A small text with something to learn, in two scripts."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "input.txt"
    sentences = [
        "the cat sat on the mat.",
        "a dog ran to the cat!",
        "春眠不觉晓，处处闻啼鸟。",
        "who let the dogs out?",
    ]
    text = "".join(f"{number % 7} {sentences[number * number % 11 % 4]}\n" for number in range(lines))
    path.write_text(text, encoding="utf-8")
    return path


class TestChargen(TaskContract):
    task = "chargen"
    options = SMALL
    texts: ClassVar = ["the cat", "a", "", "处处闻啼鸟。", "the dogs " * 40, "unheard: ß"]
    fitted: ClassVar = ("train/loss", 0.0, 0.4)
    more: ClassVar = {
        "tokenizer.min_count": ["1", "3"],
        "data.reset": ["0.0", "0.3"],
        "task.keep": ["best", "last"],
    }

    @staticmethod
    def corpus(folder: Path) -> list[str]:
        path = folder / "input.txt"
        return ["data=plain", f"data.path={path if path.exists() else write_text(folder)}"]

    def test_the_carried_state_is_in_the_checkpoint(self, run: Path) -> None:
        raw = read_checkpoint(run / "last.ckpt").raw
        carried = raw["recurra"]["carried"]
        assert carried.shape == (2, 2, 8, 16)
        assert bool((carried != 0).any())

    def test_what_is_carried_goes_where_the_network_is(self, run: Path, root: Path) -> None:
        """A checkpoint is read before the network is moved to its device."""
        checkpoint = read_checkpoint(run / "last.ckpt")
        task = load_task("chargen")
        module = task.module(checkpoint.config, task.prepare(checkpoint.config, checkpoint))
        module.on_load_checkpoint(checkpoint.raw)
        module.to("meta").on_train_start()
        assert module.carried.is_meta

    def test_the_last_weights_are_kept_where_asked_for(self, root: Path) -> None:
        run = self.make(root, "keep-last", "task.keep=last", "trainer.max_epochs=3", "optimizer.lr=1.0")
        best, last = (torch.load(run / name, weights_only=True) for name in ("best.ckpt", "last.ckpt"))
        assert best["global_step"] == last["global_step"]

    def test_samples_are_written_after_each_epoch(self, run: Path) -> None:
        lines = (run / FILE).read_text(encoding="utf-8").splitlines()
        assert len(lines) == 2 * 2  # epochs, prompts
        assert '"prompt": "the"' in lines[0]

    def test_without_a_third_part_validation_is_told(self, root: Path) -> None:
        run = self.make(root, "two-parts", "data.test_fraction=0", "trainer.max_epochs=1")
        found = metrics(run)
        assert not any(name.startswith("test/") for name in found)
        assert {"val/nats", "val/nats_windows", "val/bits", "val/perplexity"} <= set(found)

    def test_a_text_depends_on_its_seed_alone(self, run: Path) -> None:
        predictor = recurra.load(run)
        options = {"length": 60, "temperature": 0.9}
        alone = ["".join(predictor.generate(prompt, seed=seed, **options)) for prompt, seed in (("the", 3), ("春", 4))]
        signs = predictor.generate_many(["春", "the", "cat"], seeds=[4, 3, 3], **options)
        together = ["".join(text) for text in zip(*signs, strict=True)]
        assert together[:2] == alone[::-1]
        assert alone[0] != "".join(predictor.generate("the", seed=5, **options))

    def test_the_unknown_character_is_never_written(self, root: Path) -> None:
        run = self.make(root, "unknown", "tokenizer.min_count=20", "trainer.max_epochs=1")
        written = "".join(recurra.load(run).generate("?", 400, temperature=3.0))
        assert len(written) == 400
        assert "\N{REPLACEMENT CHARACTER}" not in written

    @pytest.mark.parametrize("cell", ["lstm", "gru", "rnn_tanh", "rnn_relu", "mingru"])
    def test_writing_on_is_reading_on(self, root: Path, cell: str) -> None:
        """One character at a time has the logits of all at once."""
        run = self.make(root, f"cell-{cell}", f"model.cell={cell}", "trainer.max_steps=2")
        predictor = recurra.load(run)
        text = "the cat sat on"
        logits, state = predictor.read(text[:1])
        for end, sign in enumerate(text[1:], 2):
            logits, state = predictor.step(predictor.tokenizer.encode(sign).astype("int64"), state)
            expected, expected_state = predictor.read(text[:end])
            assert logits == pytest.approx(expected, abs=1e-5)
            torch.testing.assert_close(state, expected_state, atol=1e-5, rtol=0)

    def test_models_that_know_other_characters_are_not_compared(
        self, root: Path, run: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        other = self.make(root, "fewer", "tokenizer.min_count=30", "trainer.max_steps=1")
        words = [f"checkpoint={run}", f"paths.data={root}/data", f"output={root}/compared"]
        assert evaluate.main([*words, f"against={other}"]) == 2
        assert "the two models know other characters" in capsys.readouterr().err
