"""task=chargen: a text in, a model out that goes on writing it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.text import Text

from recurra.checkpoint import Checkpoint
from recurra.config.chargen import ChargenTrain, LanguageModelSpec, TextData
from recurra.config.commands import Evaluate
from recurra.config.train import Data
from recurra.data.streams import FixedLoader, StreamLoader, scattered, whole
from recurra.errors import UserError
from recurra.task.base import Loaders, Report, Task, prefix
from recurra.task.chargen.batch import batch_maker
from recurra.task.chargen.corpus import Corpus, load_corpus
from recurra.task.chargen.module import ChargenModule
from recurra.task.chargen.predictor import ChargenPredictor
from recurra.task.chargen.report import write_report
from recurra.task.chargen.scores import compare, dynamic_nats, streams_for
from recurra.task.chargen.summary import summarise
from recurra.tokenizer.codepoints import CodePointTokenizer

VALIDATION_STREAMS = 32


@dataclass(frozen=True)
class Prepared:
    """A text as the network sees it."""

    corpus: Corpus
    tokenizer: CodePointTokenizer
    config: ChargenTrain

    @property
    def told(self) -> str:
        """The part whose scores are told at the end: the last one, where there is no third."""
        return "test" if "test" in self.corpus.splits else "validation"


class ChargenTask(Task):
    """See `Task`."""

    def prepare(self, config: ChargenTrain, checkpoint: Checkpoint | None) -> Prepared:
        corpus = load_corpus(config.data, config.paths)
        if checkpoint is None:
            tokenizer = CodePointTokenizer.learn(corpus.counts("train"), config.tokenizer.min_count)
            if len(tokenizer) == 1:
                raise UserError(
                    f"tokenizer.min_count={config.tokenizer.min_count}: no character is as frequent as that"
                )
        else:
            tokenizer = CodePointTokenizer.from_json(checkpoint.tokenizer)
        return Prepared(corpus, tokenizer, config)

    def prepare_split(self, predictor: ChargenPredictor, config: ChargenTrain, split: str) -> Prepared:
        corpus = load_corpus(config.data, config.paths)
        if split == "all":
            corpus.splits["all"] = np.concatenate(list(corpus.splits.values()))
        if split not in corpus.splits:
            raise UserError(
                f"{corpus.description}: the text has no part {split!r}, but {', '.join(corpus.splits)}; "
                f"give split=validation, or split=all for the whole of it"
            )
        return Prepared(corpus, predictor.tokenizer, config)

    def summary(self, prepared: Prepared) -> Any:
        return summarise(prepared.corpus, prepared.tokenizer, prepared.config.data)

    def module(self, config: ChargenTrain, prepared: Prepared, fitted: bool = True) -> ChargenModule:
        tokenizer = prepared.tokenizer
        spec = LanguageModelSpec(vocabulary=len(tokenizer), unknown=tokenizer.unknown)
        return ChargenModule(config, spec, tokenizer, prepared.corpus)

    def loaders(self, config: ChargenTrain, prepared: Prepared, pin: bool = False) -> Loaders:
        data = config.data
        train, validation = prepared.corpus.splits["train"], prepared.corpus.splits["validation"]
        make = batch_maker(train, prepared.tokenizer, pin)
        windows = [*whole(len(validation), VALIDATION_STREAMS), *scattered(len(validation))]
        return Loaders(
            StreamLoader(len(train), make, data.batch_size, data.window, data.reset, config.seed),
            FixedLoader(windows, batch_maker(validation, prepared.tokenizer, pin)),
        )

    def commands(self, checkpoint: str, data: str, options: Data) -> list[str]:
        assert isinstance(options, TextData)
        prompt = shlex.quote(f"prompt={options.prompts[0]}")
        commands = [
            f"python predict.py {checkpoint} {prompt} length=500 temperature=0.8",
            f"python evaluate.py {checkpoint} dynamic=0.001",
            f"python train.py -m {data} model.cell=lstm,gru,mingru",
        ]
        if not options.own_files():
            commands.append("python train.py task=chargen data=plain data.path=book.txt")
        return commands

    def predictor(self, checkpoint: Checkpoint, device: str) -> ChargenPredictor:
        return ChargenPredictor.from_checkpoint(checkpoint, device)

    def check_comparable(self, a: ChargenPredictor, b: ChargenPredictor) -> None:
        if a.tokenizer.characters != b.tokenizer.characters:
            raise UserError(
                "the two models know other characters (see tokenizer.min_count); what each does not know is one "
                "and the same to it, so that their nats cannot be compared"
            )

    def compare(self, a: ChargenPredictor, b: ChargenPredictor, config: ChargenTrain, split: str) -> Text:
        text = self.prepare_split(a, config, split).corpus.splits[split]
        parts = streams_for(len(text))
        result = compare(a.nats(text, parts), b.nats(text, parts))
        return Text(
            f"{result['nats_a']:.4f} nats a character against {result['nats_b']:.4f}: difference "
            f"{result['difference']:+.4f} (95 % interval {result['difference_low']:+.4f} to "
            f"{result['difference_high']:+.4f}, from blocks of the text drawn anew)",
            style="bold",
        )

    def report(self, predictor: ChargenPredictor, prepared: Prepared, split: str, folder: Path) -> Report:
        return write_report(predictor, prepared.corpus.splits[split], split, folder)

    def check_evaluation(self, config: Evaluate) -> None:
        """Refuses nothing: every option of ``evaluate.py`` is for this task."""

    def further_scores(self, predictor: ChargenPredictor, prepared: Prepared, config: Evaluate) -> dict[str, float]:
        if config.dynamic == 0.0:
            return {}
        splits = prepared.corpus.splits
        nats = dynamic_nats(
            predictor.network, splits[config.split], splits["train"], predictor.tokenizer, config.dynamic
        )
        return {f"{prefix(config.split)}/nats_dynamic": nats}
