"""The options of the commands that use a trained model."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import model_validator

from recurra.config.chargen import TextData
from recurra.config.section import Path, Section, Text, option
from recurra.config.sentiment import SentimentData
from recurra.config.train import Data, Paths
from recurra.config.translation import ParallelData


class Evaluate(Section):
    """Scores of a checkpoint on a data set."""

    checkpoint: Path | None = option("run folder, .ckpt file or bundle; null takes the newest finished run")
    against: Path | None = option("a second checkpoint to compare with on the same texts")
    split: Literal["test", "validation", "train", "all"] = option("which part of the data set; all of it (chargen)")
    dynamic: float = option("chargen: rate of dynamic evaluation, which learns while it reads; 0 does without", ge=0)
    data: Data | None
    output: Path | None = option("folder for scores, pictures and predictions")
    paths: Paths


class SentimentEvaluate(Evaluate):
    """Scores of a sentiment checkpoint."""

    data: SentimentData | None


class ChargenEvaluate(Evaluate):
    """Scores of a character-level language model."""

    data: TextData | None


class TranslationEvaluate(Evaluate):
    """Scores of a translator."""

    data: ParallelData | None


class Predict(Section):
    """Answers of a checkpoint to texts."""

    checkpoint: Path | None = option("run folder, .ckpt file or bundle; null takes the newest finished run")
    precision: Literal["fp32", "int8"] | None = option("which graphs of a bundle answer; null takes the exact ones")
    text: Text | list[Text] | None = option("the text, or several as a list in brackets")
    input: Path | None = option("file with one text a line, or jsonl or csv with a column; - is standard input")
    column: Text | None = option("column of the input that holds the text; null takes the checkpoint's")
    output: Path | None = option("file for the answers; null writes them to standard output")
    batch_size: int = option("texts that are read and answered at a time", ge=1)
    prompt: Text | list[Text] | None = option("chargen: beginning of a text, or several; \\n ends a line")
    length: int = option("chargen: characters to write", ge=1)
    temperature: float = option("when drawing: below 1 takes fewer risks, 0 always the likeliest", ge=0)
    top_k: int = option("when drawing: among so many of the likeliest; 0 among all", ge=0)
    top_p: float = option("when drawing: among the likeliest that have this much of the probability", gt=0, le=1)
    samples: int = option("chargen: texts to write for each prompt, side by side", ge=1)
    seed: int = option("seed of what is drawn", ge=0, lt=2**32)
    beam: int | None = option(
        "translation: hypotheses kept at each step; null as in training, 0 draws instead", ge=0, le=100
    )
    nbest: int = option("translation: so many translations of each text, at most the beam", ge=1, le=100)
    attention: Path | None = option("translation: file for a picture of what the translation looked at")
    paths: Paths


class Export(Section):
    """A folder with the model in files that run without PyTorch."""

    checkpoint: Path | None = option("run folder or .ckpt file; null takes the newest finished run")
    output: Path | None = option("folder of the bundle; null makes one named bundle beside the checkpoint")
    formats: list[Literal["onnx", "int8"]] = option("graphs in the bundle; the weights are always in it")
    license: Text | None = option("licence of the model, as its card names it: apache-2.0, cc-by-4.0, mit …")
    push: Text | None = option("user/name: uploads the bundle to the Hugging Face Hub under this name, for all to see")
    paths: Paths

    @model_validator(mode="after")
    def names_a_repository(self) -> Export:
        name = r"(?![-.])(?!.*(--|\.\.|[-.](/|$)))[\w.-]+/(?![-.])[\w.-]+"  # as the hub has them
        if self.push is not None and not (re.fullmatch(name, self.push, re.ASCII) and len(self.push) <= 96):
            raise ValueError(f"push={self.push}: a model on the hub is named user/name")
        return self
