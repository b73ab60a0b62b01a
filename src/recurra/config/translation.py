"""The options of task=translation."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from recurra.config.section import Rate, Section, Text, option
from recurra.config.tokenizer import PairTokenizer
from recurra.config.train import Recurrent, Table, Task, Train


class ParallelData(Table):
    """Sentences and their translations."""

    source: Text = option("language, or column, to translate from")
    target: Text = option("language, or column, to translate into")
    own: ClassVar[str] = "data=parallel data.train"

    max_tokens: int = option("pairs with more tokens on a side are left out of training", ge=1)

    @model_validator(mode="after")
    def two_languages(self) -> ParallelData:
        if self.source == self.target:
            raise ValueError(f"data.target={self.target}: is the language to translate from, too (data.source)")
        return self


class Seq2Seq(Recurrent):
    """The network of task=translation: encoder, attention, decoder."""

    embedding_size: int = option("numbers in a token's vector", ge=1)
    decoder: Literal["parallel", "input_feeding", "bahdanau"] = option(
        "parallel looks at the source between its two layers, so that training runs over whole sentences"
    )
    attention: Literal["additive", "dot", "general", "multihead"] = option("how the decoder looks at the source")
    heads: int = option("heads of multihead attention; they share decoder_size", ge=1)
    decoder_size: int = option("units of a decoder layer", ge=1)
    tied: bool = option("the last layer uses the target embedding's weights; a shared vocabulary has one table")
    embedding_dropout: Rate = option("locked dropout of the token vectors")
    output_dropout: Rate = option("locked dropout before the last layer")
    word_dropout: Rate = option("share of the source and target tokens that training makes unknown")

    @model_validator(mode="after")
    def heads_share_the_size(self) -> Seq2Seq:
        if self.attention == "multihead" and self.decoder_size % self.heads:
            raise ValueError(
                f"model.heads: {self.heads} heads cannot share model.decoder_size={self.decoder_size}; "
                "it must be a multiple of them"
            )
        return self


class Seq2SeqSpec(Section):
    """What the network must know of the data."""

    source_vocabulary: int = Field(ge=1)
    target_vocabulary: int = Field(ge=1)
    shared: bool
    pad: int = Field(ge=0)
    unknown: int = Field(ge=0)
    begin: int = Field(ge=0)
    end: int = Field(ge=0)


class Decode(Section):
    """How a translation is found."""

    beam: int = option("hypotheses that are kept at each step; 1 is greedy", ge=1, le=100)
    length_penalty: float = option("exponent that favours longer translations (Wu et al. 2016)", ge=0)
    coverage_penalty: float = option("weight of source words that were never looked at (Wu et al. 2016)", ge=0)
    max_ratio: float = option("tokens of a translation at most, for each of the source, besides ten", gt=0)
    replace_unknown: bool = option("an unknown word becomes the source word that was looked at (Luong et al. 2015)")


class TranslationLoss(Section):
    """What is minimised."""

    label_smoothing: float = option("share of the probability spread over all tokens", ge=0, lt=1)
    scheduled_sampling: float = option(
        "share of the target tokens that the decoder reads as it guessed them in a first pass", ge=0, le=1
    )
    rdrop: float = option("R-Drop: weight of the divergence between two passes; 0 switches it off", ge=0)


class TranslationTask(Task):
    """What is learned and which score decides."""

    monitor: Literal["val/loss", "val/perplexity", "val/bleu", "val/chrf"] = option(
        "score that chooses the best checkpoint"
    )


class TranslationTrain(Train):
    """A training run of task=translation."""

    task: TranslationTask
    data: ParallelData
    tokenizer: PairTokenizer
    model: Seq2Seq
    loss: TranslationLoss
    decode: Decode
