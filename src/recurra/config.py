"""The schema of every option: its type, its range and one line of help.

An option stands in two places: here, with what it may be, and in ``conf/``, with its value. Nothing in this
module imports torch, so that a config can be checked, and help printed, in a fraction of a second.

Shapes are written ``(batch, time, size)`` throughout the project.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Free:
    """Marks an option whose value is free text: quoted before Hydra's grammar can stumble over it."""

    def __init__(self, kind: Literal["text", "path"]) -> None:
        self.kind = kind


Text = Annotated[str, Free("text")]
"""Anything at all: ``null``, ``1e3``, ``${x}`` and ``It's great, really`` are texts."""

Path = Annotated[str, Free("path")]
"""A file, a folder, a hub id: free text too, but ``null`` means none and ``${…}`` is an interpolation."""

Names = Annotated[list[Text], Field(min_length=1)]
"""Several columns, of which the first that exists is meant."""

Rate = Annotated[float, Field(ge=0.0, lt=1.0)]
"""A probability of dropping something: 0 switches it off."""

Count = Annotated[int, Field(ge=1)]
Weight = Annotated[float, Field(gt=0.0)]
Share = Annotated[float, Field(gt=0.0, le=1.0)]
Limit = Annotated[int, Field(ge=1)] | Literal[-1]
"""A number of something, -1 for no limit."""


class Section(BaseModel):
    """A group of options. Plain values only; unknown names and wrong types are faults."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def option(help: str, **constraints: Any) -> Any:
    """A required field with its line of help; its value comes from ``conf/``."""
    return Field(description=help, **constraints)


class Data(Section):
    """Where the texts come from and how they are put into batches."""

    name: Text = option("name of the data set; a folder of that name under paths.data is used first")
    task: str = option("the task that this data set is for")
    id: Path | None = option("Hugging Face Hub id, asked when there is no local folder")
    config: Text | None = option("configuration of the hub set, if it has several")
    page: Text | None = option("page to download the data set from by hand")
    train: Path | list[Path] | None = option("your own training file, or several")
    validation: Path | list[Path] | None = option("your own validation file; without one a part of train is used")
    test: Path | list[Path] | None = option("your own test file; without one a part of train is used")
    validation_fraction: float = option("share of the training rows to validate on, if no split exists", gt=0, lt=0.5)
    test_fraction: float = option("share of the training rows to test on, if no split exists", gt=0, lt=0.5)
    limit: int = option("read at most this many rows of each split; 0 reads all", ge=0)
    batch_size: int = option("texts in a batch", ge=1)
    batch_tokens: int = option("tokens in a batch at most, padding included; long texts make smaller batches", ge=1)

    @model_validator(mode="after")
    def told_where(self) -> Data:
        if self.name == "files" and not (self.train or self.validation or self.test):
            raise ValueError("data.train: must be given for data=files, for example data.train=reviews.csv")
        if self.name == "hub" and self.id is None:
            raise ValueError("data.id: must be given for data=hub, for example data.id=org/name")
        return self


class SentimentData(Data):
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


class Tokenizer(Section):
    """How a text becomes a sequence of tokens."""

    kind: Literal["word", "character", "bpe"] = option("unit: words, characters, or subwords (byte-pair encoding)")
    lowercase: bool = option("fold capital letters")
    size: int = option("entries in the vocabulary at most", ge=8)
    min_count: int = option("a token rarer than this in the training split is unknown", ge=1)


class Recurrent(Section):
    """A stack of recurrent layers."""

    cell: Literal["rnn_tanh", "rnn_relu", "gru", "lstm"] = option("recurrent cell")
    hidden_size: int = option("units of a layer, in each direction", ge=1)
    layers: int = option("recurrent layers, one upon the other", ge=1, le=32)
    bidirectional: bool = option("read each text from both ends")
    residual: bool = option("add the input of a layer to its output, where their sizes agree")
    layer_norm: bool = option("layer normalisation between layers")
    dropout: Rate = option("locked dropout between layers: one mask for all time steps")
    recurrent_dropout: Rate = option("DropConnect on the recurrent weights: one mask a batch")


class Classifier(Recurrent):
    """The network of task=sentiment: embedding, recurrent layers, pooling over time, linear layer."""

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


class ClassifierSpec(Section):
    """What the classifier must know of the data."""

    vocabulary: int = option("number of tokens", ge=1)
    pad: int = option("id of the padding token", ge=0)
    unknown: int = option("id of the unknown token", ge=0)
    pieces: int = option("character n-grams of all tokens together; 0 without subwords", ge=0)
    units: int = option("words and Han characters of all tokens together; 0 without n-grams", ge=0)
    labels: list[str] = option("names of the classes, in the order of the logits", min_length=2)


class Optimizer(Section):
    """How gradients change the weights."""

    kind: Literal["adamw", "adam", "rmsprop", "sgd"] = option("update rule")
    lr: float = option("highest learning rate", gt=0)
    weight_decay: float = option("pull of the weights towards zero", ge=0)
    betas: list[Rate] = option("decay of the running means of adam and adamw", min_length=2, max_length=2)
    momentum: float = option("momentum of sgd and rmsprop", ge=0, lt=1)
    averaging: float = option("decay of the weight average that is evaluated and kept; 0 switches it off", ge=0, lt=1)


class Scheduler(Section):
    """How the learning rate changes while training."""

    kind: Literal["cosine", "one_cycle", "plateau", "constant"] = option("course of the learning rate")
    warmup: float = option("share of all steps in which the rate rises from 0 (not for plateau)", ge=0, lt=1)
    floor: float = option("lowest rate as a share of the highest", ge=0, le=1)
    factor: float = option("plateau: the rate is multiplied by this", gt=0, lt=1)
    patience: int = option("plateau: validations without improvement before that", ge=0)


class Trainer(Section):
    """How long, on what and in which precision; other arguments of Lightning's Trainer: +trainer.NAME=…"""

    model_config = ConfigDict(extra="allow")

    max_epochs: Limit = option("passes over the training split; -1 for no limit")
    max_minutes: float | None = option("stop after so many minutes of training", gt=0)
    max_steps: Limit = option("updates of the weights; -1 for no limit")
    accelerator: Literal["auto", "cpu", "cuda", "mps"] = option(
        "auto takes a CUDA device if there is one, else the CPU"
    )
    precision: Literal["auto", "32-true", "bf16-mixed", "16-mixed"] = option("auto takes bf16 where it is faster")
    threads: Annotated[int, Field(ge=1, le=1024)] | Literal["auto"] = option(
        "CPU threads; auto measures which number is faster"
    )
    gradient_clip_val: float | None = option("largest gradient", gt=0)
    gradient_clip_algorithm: Literal["norm", "value"] = option("clip the norm of all gradients, or each value")
    accumulate_grad_batches: int = option("batches that make one update", ge=1)
    val_check_interval: Share | Count = option("validate after this share of an epoch (or so many batches)")
    limit_train_batches: Share | Count = option("use only this share (or so many) of the training batches")
    log_every_n_steps: int = option("steps between two lines of the log", ge=1)
    profiler: Literal["simple", "pytorch"] | None = option("measure where the time goes")


class Callbacks(Section):
    """What else happens while training."""

    early_stopping: int = option("stop after so many validations without improvement; 0 never does", ge=0)
    checkpoint_seconds: float = option("write last.ckpt at least this often", gt=0)
    progress: bool = option("show a progress bar")


class Wandb(Section):
    """Weights & Biases."""

    mode: Literal["offline", "online", "disabled"] = option("offline keeps everything on this machine")
    project: Text = option("project that the runs are filed under")
    entity: Text | None = option("user or team; null is your default")
    group: Text | None = option("group of the run")
    name: Text | None = option("name of the run; null is the name of its folder")
    tags: list[Text] = option("tags of the run")


class Logger(Section):
    """Where curves and scores go; a CSV file is always written."""

    wandb: Wandb | None = option("Weights & Biases")
    tensorboard: bool = option("write event files for TensorBoard too")


class Paths(Section):
    """The two folders that everything is read from and written to."""

    data: Path = option("where data sets are looked for and cached (RECURRA_DATA_DIR)")
    outputs: Path = option("where runs go (RECURRA_OUTPUT_DIR)")
    run: Path | None = option("folder of this run; null makes one below paths.outputs, named by the time")


class Task(Section):
    """What is learned and which score decides."""

    name: str = option("the task, chosen with task=")
    monitor: str = option("score that chooses the best checkpoint")

    @property
    def mode(self) -> Literal["max", "min"]:
        """Whether a larger or a smaller score is better."""
        return "min" if self.monitor.rpartition("/")[2] in ("loss", "nats", "perplexity") else "max"


class SentimentTask(Task):
    """What is learned and which score decides."""

    monitor: Literal["val/accuracy", "val/macro_f1", "val/loss"] = option("score that chooses the best checkpoint")


class ClassificationLoss(Section):
    """What is minimised."""

    label_smoothing: float = option("share of the probability spread over all classes", ge=0, lt=1)
    class_weights: Literal["balanced"] | list[Weight] | None = option("weights of the classes in the loss")
    rdrop: float = option("R-Drop: weight of the divergence between two passes; 0 switches it off", ge=0)


class Train(Section):
    """A training run."""

    task: Task
    data: Data
    tokenizer: Tokenizer
    model: Section
    loss: Section
    optimizer: Optimizer
    scheduler: Scheduler
    trainer: Trainer
    callbacks: Callbacks
    logger: Logger
    paths: Paths
    seed: int = option("seed of everything that is drawn at random", ge=0, lt=2**32)
    resume: Path | None = option("auto, or a run folder or checkpoint: go on where it stopped")
    init_from: Path | None = option("run folder or checkpoint whose weights to start from")
    debug: str | None = option("set by debug=…: such a run is never taken for a finished one")

    @model_validator(mode="after")
    def one_beginning(self) -> Train:
        if self.resume not in (None, "auto") and self.init_from is not None:
            raise ValueError("resume=RUN goes on with a run, init_from= starts a new one: give one of the two")
        return self


class SentimentTrain(Train):
    """A training run of task=sentiment."""

    task: SentimentTask
    data: SentimentData
    model: Classifier
    loss: ClassificationLoss


class Evaluate(Section):
    """Scores of a checkpoint on a data set."""

    checkpoint: Path | None = option("run folder or .ckpt file; null takes the newest finished run")
    against: Path | None = option("a second checkpoint to compare with on the same texts")
    split: Literal["test", "validation", "train"] = option("which part of the data set")
    data: Data | None
    output: Path | None = option("folder for scores, pictures and predictions")
    paths: Paths


class SentimentEvaluate(Evaluate):
    """Scores of a sentiment checkpoint."""

    data: SentimentData | None


class Predict(Section):
    """Answers of a checkpoint to texts."""

    checkpoint: Path | None = option("run folder or .ckpt file; null takes the newest finished run")
    text: Text | list[Text] | None = option("the text, or several as a list in brackets")
    input: Path | None = option("file with one text a line, or jsonl or csv with a column; - is standard input")
    column: Text | None = option("column of the input that holds the text; null takes the checkpoint's")
    output: Path | None = option("file for the answers as jsonl; null writes them to standard output")
    batch_size: int = option("texts that are read and answered at a time", ge=1)
    paths: Paths


SCHEMAS: dict[str, dict[str, type[Section]]] = {
    "train": {"sentiment": SentimentTrain},
    "evaluate": {"sentiment": SentimentEvaluate},
    "predict": {"sentiment": Predict},
}
"""Schema of each command for each task."""
