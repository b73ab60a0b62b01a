"""The options of task=chargen."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from recurra.config.section import Names, Path, Rate, Section, Text, option
from recurra.config.tokenizer import CodePoints
from recurra.config.train import Data, Recurrent, Task, Train


class TextData(Data):
    """One long text, cut into a part to train on, one to choose on and one to tell the score on, in this order."""

    path: Path | list[Path] | None = option("your own text: a file, a folder, a glob, or several of them")
    text: Text | Names = option("column with the text, where the data are rows and not one file")
    test_fraction: float = option("share of the text to score at the end; 0 scores validation", ge=0, lt=0.5)
    window: int = option("characters that gradients flow back through", ge=2)
    reset: Rate = option("share of the windows that begin with a state of zeros")
    prompts: list[Text] = option("beginnings of the samples after each epoch; \\n ends a line", min_length=1)

    files: ClassVar[str] = "input.txt (or train.jsonl … with a column of texts)"
    own: ClassVar[str] = "data=plain data.path"

    def own_files(self) -> dict[str, list[str]]:
        return {"train": [self.path] if isinstance(self.path, str) else self.path} if self.path else {}

    @model_validator(mode="after")
    def told_where(self) -> TextData:
        if self.name == "plain" and not self.path and self.id is None:
            raise ValueError(
                "data.path: must be given for data=plain, for example data.path=book.txt "
                "(or data.id=org/name, a set of the hub)"
            )
        return self


def unescaped(prompt: str) -> str:
    """A prompt as it is typed in a shell or a YAML file, in which ``\\n`` means a line end."""
    return prompt.replace("\\n", "\n")


class LanguageModel(Recurrent):
    """The network of task=chargen: embedding, recurrent layers, linear layer over the vocabulary."""

    embedding_size: int = option("numbers in a character's vector", ge=1)
    skip: bool = option("every layer's output reaches the last layer, as their sum")
    tied: bool = option("the last layer uses the embedding's weights")
    embedding_dropout: Rate = option("locked dropout of the character vectors")
    output_dropout: Rate = option("locked dropout before the last layer")


class LanguageModelSpec(Section):
    """What the language model must know of the data."""

    vocabulary: int = Field(ge=1)
    unknown: int = Field(ge=0)


class ChargenTask(Task):
    """What is learned and which score decides."""

    monitor: Literal["val/nats", "val/nats_windows"] = option("score that chooses the best checkpoint")


class ChargenTrain(Train):
    """A training run of task=chargen."""

    task: ChargenTask
    data: TextData
    tokenizer: CodePoints
    model: LanguageModel
