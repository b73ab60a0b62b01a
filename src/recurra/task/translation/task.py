"""task=translation: sentences of one language in, sentences of another out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.text import Text
from tokenizers.models import BPE
from torch.nn import functional as F

from recurra.checkpoint import Checkpoint
from recurra.config.train import Data
from recurra.config.translation import ParallelData, Seq2SeqSpec, TranslationTrain
from recurra.data.cache import column
from recurra.data.loader import BatchLoader
from recurra.data.split import spread
from recurra.errors import UserError
from recurra.task.base import Loaders, Report, Task
from recurra.task.translation.alignment import alignment_of, links
from recurra.task.translation.batch import Pairs, batch_maker, dropping_batch_maker, encode
from recurra.task.translation.corpus import Corpus, Split, load_corpus
from recurra.task.translation.module import SCORED, TranslationModule
from recurra.task.translation.predictor import TranslationPredictor
from recurra.task.translation.report import write_report
from recurra.task.translation.scores import alignment_error, compare
from recurra.task.translation.summary import summarise
from recurra.tokenizer.pair import SidesTokenizer

EXAMPLES = {
    "en": "The old man is reading a book.",
    "de": "Der alte Mann liest ein Buch.",
    "fr": "Le vieil homme lit un livre.",
    "zh": "那位老人在看书。",
}


@dataclass(frozen=True)
class Prepared:
    """A parallel corpus as the network sees it."""

    corpus: Corpus
    tokenizer: SidesTokenizer
    pairs: dict[str, Pairs]  # of each split; all rows
    kept: np.ndarray  # rows of the training split that are not too long
    config: TranslationTrain
    told: str = "test"  # the split whose scores are told at the end


class TranslationTask(Task):
    """See `Task`."""

    def prepare(self, config: TranslationTrain, checkpoint: Checkpoint | None) -> Prepared:
        corpus = load_corpus(config.data, config.paths)
        if checkpoint is None:
            train = corpus.splits["train"]
            tokenizer = SidesTokenizer.train(
                config.tokenizer, lambda: column(train, "source"), lambda: column(train, "target")
            )
        else:
            tokenizer = SidesTokenizer.from_json(checkpoint.tokenizer)
        pairs = {split: encode(rows, tokenizer) for split, rows in corpus.splits.items()}
        kept = np.flatnonzero(pairs["train"].lengths.max(1) <= config.data.max_tokens)
        if len(kept) == 0:
            raise UserError(
                f"{corpus.description}: no training pair has at most data.max_tokens={config.data.max_tokens}"
            )
        return Prepared(corpus, tokenizer, pairs, kept, config)

    def prepare_split(self, predictor: TranslationPredictor, config: TranslationTrain, split: str) -> Prepared:
        check_direction(predictor.config.data, config.data)
        corpus = load_corpus(config.data, config.paths, split)
        corpus.splits = {split: corpus.splits[split]}
        pairs = {split: encode(corpus.splits[split], predictor.tokenizer)}
        return Prepared(corpus, predictor.tokenizer, pairs, np.empty(0, dtype=int), config)

    def summary(self, prepared: Prepared) -> Any:
        dropped = len(prepared.corpus.splits["train"]) - len(prepared.kept)
        return summarise(prepared.corpus, prepared.pairs, dropped, prepared.tokenizer, prepared.config.data)

    def module(self, config: TranslationTrain, prepared: Prepared, fitted: bool = True) -> TranslationModule:
        tokenizer = prepared.tokenizer
        spec = Seq2SeqSpec(
            source_vocabulary=len(tokenizer.source),
            target_vocabulary=len(tokenizer.target),
            shared=tokenizer.shared,
            pad=tokenizer.source.pad,
            unknown=tokenizer.source.unknown,
            begin=tokenizer.begin,
            end=tokenizer.end,
        )
        shown = spread(prepared.corpus.splits["validation"], SCORED)[:]
        return TranslationModule(config, spec, tokenizer, prepared.corpus, shown["source"], shown["target"])

    def loaders(self, config: TranslationTrain, prepared: Prepared, pin: bool = False) -> Loaders:
        pad, tokenizer = prepared.tokenizer.source.pad, prepared.tokenizer
        size, tokens = config.data.batch_size, config.data.batch_tokens
        train, validation = prepared.pairs["train"].select(prepared.kept), prepared.pairs["validation"]
        make = batch_maker(train, pad, pin)
        if config.tokenizer.dropout > 0.0 and isinstance(tokenizer.source.core.model, BPE):
            rows = prepared.corpus.splits["train"].select(prepared.kept)
            make = dropping_batch_maker(rows, tokenizer, config.tokenizer.dropout, pad, pin)
        return Loaders(
            BatchLoader(train.lengths, make, size, tokens, config.seed),
            BatchLoader(validation.lengths, batch_maker(validation, pad, pin), size, tokens, None),
        )

    def commands(self, checkpoint: str, data: str, options: Data) -> list[str]:
        assert isinstance(options, ParallelData)
        text = EXAMPLES.get(options.source, EXAMPLES["en"])
        return [
            f'python predict.py {checkpoint} text="{text}" beam=5 attention=picture.png',
            f"python evaluate.py {checkpoint}",
            f"python train.py -m {data} model.attention=additive,dot,general,multihead",
            "python train.py task=translation data=parallel data.train=[a.en,a.de] data.source=en data.target=de",
        ]

    def predictor(self, checkpoint: Checkpoint, device: str) -> TranslationPredictor:
        return TranslationPredictor.from_checkpoint(checkpoint, device)

    def check_comparable(self, a: TranslationPredictor, b: TranslationPredictor) -> None:
        one, two = a.config.data, b.config.data
        if not same_direction(one, two):
            raise UserError(
                f"one model translates from {one.source} into {one.target}, "
                f"the other from {two.source} into {two.target}"
            )

    def compare(self, a: TranslationPredictor, b: TranslationPredictor, config: TranslationTrain, split: str) -> Text:
        rows = load_corpus(config.data, config.paths, split).splits[split]
        sources, references = list(column(rows, "source")), list(column(rows, "target"))
        result = compare(a.predict_texts(sources), b.predict_texts(sources), references)
        return Text(
            f"BLEU {result['bleu_a']:.2f} against {result['bleu_b']:.2f}: difference {result['difference']:+.2f} "
            f"(95 % interval {result['difference_low']:+.2f} to {result['difference_high']:+.2f}, from sentences drawn "
            "anew)",
            style="bold",
        )

    def report(self, predictor: TranslationPredictor, prepared: Prepared, split: str, folder: Path) -> Report:
        rows, pairs = prepared.corpus.splits[split], prepared.pairs[split]
        nats, tokens, error = forced(predictor, rows, pairs)
        return write_report(predictor, rows, nats, tokens, error, split, folder)


def check_direction(learned: ParallelData, given: ParallelData) -> None:
    """Refuses data of another direction than a model has learned, as far as the names of both tell.

    Raises:
        UserError: the data are of other languages.
    """
    if not same_direction(learned, given):
        raise UserError(
            f"data={given.name} is read from {given.source} into {given.target}, but the model translates from "
            f"{learned.source} into {learned.target}; add data.source={learned.source} data.target={learned.target}"
        )


def same_direction(learned: ParallelData, given: ParallelData) -> bool:
    """Whether columns may hold the languages of others: those that are no codes of languages may hold any."""
    learned_names, given_names = (learned.source, learned.target), (given.source, given.target)
    pairs = zip(learned_names, given_names, strict=True)
    return not any(a != b and (len(a) == len(b) == 2 or b in learned_names) for a, b in pairs)


@torch.inference_mode()
def forced(predictor: TranslationPredictor, rows: Split, pairs: Pairs) -> tuple[float, int, float | None]:
    """Nats of all references, their tokens, and the alignment error rate where the rows have alignments.

    An alignment is read off the attention while the network reads the reference; it was never trained on.
    """
    network, pad = predictor.network, predictor.network.spec.pad
    make = batch_maker(pairs, pad)
    nats, tokens = 0.0, 0
    found, reference = [], []
    for numbers in BatchLoader(pairs.lengths, make, 64, 16384, None).batches():
        batch = make(numbers).to(predictor.device)
        logits, attention = network(batch.source, batch.lengths, batch.target[:, :-1])
        targets = batch.target[:, 1:]
        nats += float(F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=pad, reduction="sum"))
        tokens += int((targets != pad).sum())
        for weights, number in zip(attention.cpu().numpy(), numbers.tolist(), strict=True):
            row = rows[number]
            if row["alignment"]:
                found.append(alignment_of(weights, row["source"], row["target"], predictor.tokenizer))
                reference.append(links(json.loads(row["alignment"])))
    return nats, tokens, alignment_error(found, reference) if reference else None
