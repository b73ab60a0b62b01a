"""task=sentiment: texts in, labels out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.text import Text
from torch import Tensor

from recurra.checkpoint import Checkpoint
from recurra.config.sentiment import ClassifierSpec, SentimentTrain
from recurra.config.train import Data
from recurra.data.cache import column
from recurra.data.encoded import Encoded
from recurra.data.loader import BatchLoader, cut_by_length
from recurra.errors import UserError
from recurra.model import embedding, ngrams
from recurra.task.base import Loaders, Report, Task
from recurra.task.sentiment import summary
from recurra.task.sentiment.batch import TextBatch, batch_maker
from recurra.task.sentiment.corpus import Corpus, load_corpus
from recurra.task.sentiment.module import SentimentModule
from recurra.task.sentiment.predictor import SentimentPredictor
from recurra.task.sentiment.scores import compare
from recurra.terminal import console
from recurra.tokenizer.tokenizer import SPECIALS, TextTokenizer
from recurra.tokenizer.vectors import read_vectors

MOST_NGRAMS = 20_000_000
"""Words and pairs that the linear classifier is fitted to: 2 GB of memory while it is."""


@dataclass(frozen=True)
class Prepared:
    """A corpus as the network sees it."""

    corpus: Corpus
    tokenizer: TextTokenizer
    spec: ClassifierSpec
    texts: dict[str, Encoded]  # of each split
    labels: dict[str, np.ndarray]  # (rows,) of each split
    told: str = "test"  # the split whose scores are told at the end


class SentimentTask(Task):
    """See `Task`."""

    def prepare(self, config: SentimentTrain, checkpoint: Checkpoint | None) -> Prepared:
        labels = None if checkpoint is None else checkpoint.spec["labels"]
        corpus = load_corpus(config.data, config.paths, labels)
        if checkpoint is None:
            tokenizer = TextTokenizer.train(config.tokenizer, lambda: column(corpus.splits["train"], "text"))
        else:
            tokenizer = TextTokenizer.from_json(checkpoint.tokenizer)
        spec = ClassifierSpec(
            vocabulary=len(tokenizer),
            pad=tokenizer.pad,
            unknown=tokenizer.unknown,
            pieces=len(spelling(config, tokenizer)[0]),
            units=len(ngrams.spell(tokenizer.tokens())[0]) if config.model.ngrams > 0 else 0,
            labels=corpus.labels,
        )
        encoded = {
            split: Encoded.encode(column(rows, "text"), tokenizer.encode, len(tokenizer))
            for split, rows in corpus.splits.items()
        }
        return Prepared(corpus, tokenizer, spec, encoded, {split: corpus.label_ids(split) for split in corpus.splits})

    def prepare_split(self, predictor: SentimentPredictor, config: SentimentTrain, split: str) -> Prepared:
        """One split alone, for a model that exists."""
        corpus = load_corpus(config.data, config.paths, predictor.labels, split)
        corpus.splits = {split: corpus.splits[split]}
        tokenizer = predictor.tokenizer
        texts = {split: Encoded.encode(column(corpus.splits[split], "text"), tokenizer.encode, len(tokenizer))}
        return Prepared(corpus, tokenizer, predictor.network.spec, texts, {split: corpus.label_ids(split)})

    def check_comparable(self, a: SentimentPredictor, b: SentimentPredictor) -> None:
        if set(a.labels) != set(b.labels):
            raise UserError(f"the two models have other labels: {', '.join(a.labels)}; {', '.join(b.labels)}")

    def compare(self, a: SentimentPredictor, b: SentimentPredictor, config: SentimentTrain, split: str) -> Text:
        one, two = (self.prepare_split(predictor, config, split) for predictor in (a, b))
        order = [b.labels.index(label) for label in a.labels]
        result = compare(
            one.labels[split], a.probabilities(one.texts[split]), b.probabilities(two.texts[split])[:, order]
        )
        return Text(
            f"accuracy {result['accuracy_a']:.4f} against {result['accuracy_b']:.4f}: difference "
            f"{result['difference']:+.4f} (95 % interval {result['difference_low']:+.4f} to "
            f"{result['difference_high']:+.4f}), McNemar p = {result['p_value']:.2g}",
            style="bold",
        )

    def summary(self, prepared: Prepared) -> Any:
        return summary.summarise(prepared.corpus, prepared.texts, prepared.labels, prepared.tokenizer)

    def module(self, config: SentimentTrain, prepared: Prepared, fitted: bool = True) -> SentimentModule:
        weights = class_weights(config, prepared.labels["train"], len(prepared.spec.labels))
        module = SentimentModule(config, prepared.spec, prepared.tokenizer.to_json(), prepared.corpus, weights)
        network = module.network
        if network.embedding.bag is not None:
            pieces, offsets = spelling(config, prepared.tokenizer)
            network.embedding.pieces.copy_(pieces)
            network.embedding.offsets.copy_(offsets)
        if network.ngrams is not None and fitted:
            fit_ngrams(network.ngrams, prepared)
        weight = network.embedding.embedding.weight
        if config.model.vectors is not None and fitted:
            rows, vectors = read_vectors(
                Path(config.model.vectors), prepared.tokenizer.tokens(), config.model.embedding_size
            )
            with torch.no_grad():
                weight[torch.from_numpy(rows)] = torch.from_numpy(vectors)
            seen = np.bincount(prepared.texts["train"].ids, minlength=len(prepared.tokenizer))
            console.print(
                f"{config.model.vectors}: vectors for {len(rows) / len(prepared.tokenizer):.1%} of the vocabulary, "
                f"which are {seen[rows].sum() / seen.sum():.1%} of the training tokens"
            )
        if config.model.vectors is not None:
            weight.requires_grad_(not config.model.freeze_vectors)
        return module

    def loaders(self, config: SentimentTrain, prepared: Prepared, pin: bool = False) -> Loaders:
        def loader(split: str, seed: int | None) -> BatchLoader[TextBatch]:
            texts = prepared.texts[split]
            make = batch_maker(texts, prepared.labels[split], prepared.spec.pad, pin)
            size, tokens = config.data.batch_size, config.data.batch_tokens
            return BatchLoader(texts.lengths, make, size, tokens, seed)

        return Loaders(loader("train", config.seed), loader("validation", None))

    def commands(self, checkpoint: str, data: str, options: Data) -> list[str]:
        commands = [
            f'python predict.py {checkpoint} text="Slow at first, but what an ending!"',
            f"python evaluate.py {checkpoint}",
            f"python train.py -m {data} model.cell=lstm,gru seed=1,2,3",
        ]
        if not options.own_files():
            commands.append("python train.py data=files data.train=reviews.csv data.text=review data.label=stars")
        return commands

    def predictor(self, checkpoint: Checkpoint, device: str) -> SentimentPredictor:
        return SentimentPredictor.from_checkpoint(checkpoint, device)

    def report(self, predictor: SentimentPredictor, prepared: Prepared, split: str, folder: Path) -> Report:
        from recurra.task.sentiment.report import write_report  # matplotlib is not needed before the end

        probabilities = predictor.probabilities(prepared.texts[split])
        return write_report(
            prepared.corpus.splits[split],
            prepared.labels[split],
            probabilities,
            prepared.spec.labels,
            split,
            folder,
        )


def spelling(config: SentimentTrain, tokenizer: TextTokenizer) -> tuple[Tensor, Tensor]:
    """Character n-grams of all tokens and where those of each begin; none if they are switched off."""
    if config.model.subwords is None:
        return torch.empty(0), torch.empty(0)
    return embedding.spell(tokenizer.tokens(), len(SPECIALS), *config.model.subwords)


def fit_ngrams(classifier: ngrams.NGrams, prepared: Prepared) -> None:
    """Fits the linear classifier to the training split; of very many texts to some at even distances."""
    units, offsets = ngrams.spell(prepared.tokenizer.tokens())
    classifier.units.copy_(units)
    classifier.offsets.copy_(offsets)
    texts, labels = prepared.texts["train"], prepared.labels["train"]
    count = int(np.diff(offsets.numpy())[texts.ids].sum())
    share = MOST_NGRAMS / max(1, classifier.longest * count)
    if share < 1.0:
        rows = np.linspace(0, len(texts) - 1, max(1, int(share * len(texts)))).astype(int)
        texts, labels = texts.select(rows), labels[rows]
    buckets: list[Tensor] = []
    counts: list[Tensor] = []
    for cut in cut_by_length(texts.lengths, 256, 2**16):
        found, once = classifier.buckets(*texts.padded(np.arange(cut.start, cut.stop), prepared.spec.pad))
        buckets.append(found[once].int())
        counts.append(once.sum(1))
    ends = torch.cat(counts).cumsum(0)
    starts = torch.cat([ends.new_zeros(1), ends[:-1]])
    classifier.fit(torch.cat(buckets), starts, torch.from_numpy(labels))


def class_weights(config: SentimentTrain, labels: np.ndarray, classes: int) -> list[float] | None:
    """Weights of the classes in the loss; ``balanced`` gives each class the same weight in the whole."""
    given = config.loss.class_weights
    if given is None:
        return None
    if given == "balanced":
        counts = np.bincount(labels, minlength=classes)
        weights: list[float] = (len(labels) / (classes * np.maximum(counts, 1))).tolist()
        return weights
    if len(given) != classes:
        raise UserError(f"loss.class_weights has {len(given)} weights, but the data has {classes} classes")
    return list(given)
