"""The options of task=sentiment."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from recurra.config.section import Count, Names, Path, Rate, Section, Text, Weight, option
from recurra.config.tokenizer import Tokenizer
from recurra.config.train import Recurrent, Table, Task, Train


class SentimentData(Table):
    """A table of texts and their labels."""

    text: Text | Names = option("column with the text; of several names the first that exists")
    label: Text | Names = option("column with the label")
    labels: list[Text] | None = option("names of the labels when the column holds their numbers", min_length=2)
    phenomenon: Text | None = option("column that names a group of texts to report accuracy for")

    @model_validator(mode="after")
    def labels_differ(self) -> SentimentData:
        names = self.labels or []
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"data.labels: {twice!r} is named twice")
        return self


class Classifier(Recurrent):
    """The network of task=sentiment: embedding, recurrent layers, pooling over time, linear layer."""

    bidirectional: bool = option("read each text from both ends")
    embedding_size: int = option("numbers in a word vector", ge=1)
    vectors: Path | None = option("file of pretrained word vectors in GloVe's, fastText's or word2vec's text form")
    freeze_vectors: bool = option("keep the pretrained vectors as they are")
    word_dropout: Rate = option("share of tokens replaced by the unknown token while training")
    embedding_dropout: Rate = option("locked dropout of the word vectors")
    subwords: list[Count] | None = option(
        "lengths of the character n-grams added to each word vector, shortest and longest; null for none",
        min_length=2,
        max_length=2,
    )
    ngrams: int = option("n-grams up to this length in a linear classifier beside the network; 0 for none", ge=0, le=4)
    pooling: list[Literal["last", "mean", "max", "attention"]] = option(
        "summaries of the time steps, concatenated", min_length=1
    )
    output_dropout: Rate = option("dropout before the last layer")
    segment: int = option("longer texts are cut into pieces of this many tokens; 0 never cuts", ge=0)

    @model_validator(mode="after")
    def shortest_first(self) -> Classifier:
        if self.subwords is not None and self.subwords[0] > self.subwords[1]:
            raise ValueError(f"model.subwords={self.subwords}: the shortest length comes first")
        return self

    @model_validator(mode="after")
    def sees_the_whole(self) -> Classifier:
        if set(self.pooling) == {"last"} and self.segment > 0:
            raise ValueError(
                f"model.segment={self.segment}: of a text in pieces model.pooling=[last] sees the last alone; "
                "give model.segment=0"
            )
        return self


class ClassifierSpec(Section):
    """What the classifier must know of the data."""

    vocabulary: int = option("number of tokens", ge=1)
    pad: int = option("id of the padding token", ge=0)
    unknown: int = option("id of the unknown token", ge=0)
    pieces: int = option("character n-grams of all tokens together; 0 without subwords", ge=0)
    units: int = option("words and Han characters of all tokens together; 0 without n-grams", ge=0)
    labels: list[str] = option("names of the classes, in the order of the logits", min_length=2)


class SentimentTask(Task):
    """What is learned and which score decides."""

    monitor: Literal["val/accuracy", "val/macro_f1", "val/loss"] = option("score that chooses the best checkpoint")


class ClassificationLoss(Section):
    """What is minimised."""

    label_smoothing: float = option("share of the probability spread over all classes", ge=0, lt=1)
    class_weights: Literal["balanced"] | list[Weight] | None = option("weights of the classes in the loss")
    rdrop: float = option("R-Drop: weight of the divergence between two passes; 0 switches it off", ge=0)


class SentimentTrain(Train):
    """A training run of task=sentiment."""

    task: SentimentTask
    data: SentimentData
    tokenizer: Tokenizer
    model: Classifier
    loss: ClassificationLoss
