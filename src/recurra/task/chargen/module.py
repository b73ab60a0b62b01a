"""Training a language model: cross-entropy of the next character, with a state that goes from window to window."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from torch import Tensor
from torch.nn import functional as F

from recurra.checkpoint import KEY
from recurra.config.chargen import ChargenTrain, LanguageModelSpec, unescaped
from recurra.model.language_model import RecurrentLanguageModel
from recurra.task.base import Corpus, TaskModule
from recurra.task.chargen.batch import NOT_SCORED, WindowBatch, begin
from recurra.task.chargen.predictor import ChargenPredictor
from recurra.task.chargen.scores import in_other_units
from recurra.tokenizer.codepoints import CodePointTokenizer


class ChargenModule(TaskModule):
    """`RecurrentLanguageModel`, its loss, and the states that it carries."""

    network: RecurrentLanguageModel

    def __init__(
        self, config: ChargenTrain, spec: LanguageModelSpec, tokenizer: CodePointTokenizer, corpus: Corpus
    ) -> None:
        super().__init__(config, spec.model_dump(), tokenizer.to_json(), corpus)
        self.tokenizer = tokenizer
        self.prompts = [unescaped(prompt) for prompt in config.data.prompts]
        self.network = RecurrentLanguageModel(config.model, spec)
        self.carried: Tensor | None = None
        """State after the last training batch; kept in checkpoints, so that a run that goes on goes on reading."""
        self.reading: Tensor | None = None
        """State after the last validation batch."""
        self.nats: dict[str, float] = defaultdict(float)
        """Sums of validation: nats and characters, in context and in windows out of it."""

    def loss(self, batch: WindowBatch) -> tuple[Tensor, dict[str, float], int]:
        logits, state = self.network(batch.tokens, begin(self.carried, batch.fresh))
        self.carried = state.detach()
        loss = F.cross_entropy(logits.flatten(0, 1), batch.targets.flatten())
        return loss, {}, batch.targets.numel()

    def tokens(self, batch: WindowBatch) -> int:
        return batch.tokens.numel()

    def on_validation_epoch_start(self) -> None:
        self.nats.clear()

    def validation_step(self, batch: WindowBatch, batch_idx: int) -> None:
        logits, self.reading = self.network(batch.tokens, begin(self.reading, batch.fresh))
        nats = F.cross_entropy(logits.flatten(0, 1), batch.targets.flatten(), ignore_index=NOT_SCORED, reduction="sum")
        name = "nats_windows" if batch.alone else "nats"
        self.nats[name] += float(nats)
        self.nats[f"{name}/characters"] += batch.scored

    def on_validation_epoch_end(self) -> None:
        self.reading = None
        for name in ("nats", "nats_windows"):
            self.log(f"val/{name}", self.nats[name] / self.nats[f"{name}/characters"], logger=False)
        for name, value in in_other_units(self.nats["nats"] / self.nats["nats/characters"]).items():
            self.log(f"val/{name}", value, logger=False)

    def samples(self) -> list[dict[str, str]]:
        assert isinstance(self.config, ChargenTrain)
        writer = ChargenPredictor(self.network, self.tokenizer, self.config, str(self.device))
        texts = writer.write(self.prompts, 200, 0.8)
        return [{"prompt": prompt, "text": text} for prompt, text in zip(self.prompts, texts, strict=True)]

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        super().on_save_checkpoint(checkpoint)
        checkpoint[KEY]["carried"] = self.carried

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        super().on_load_checkpoint(checkpoint)
        self.carried = checkpoint[KEY]["carried"]

    def on_train_start(self) -> None:
        """What a checkpoint brought goes where the network now is: it was read before that was moved."""
        if self.carried is not None:
            self.carried = self.carried.to(self.device)
