"""The options of a training run that all tasks have."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, get_args

from pydantic import ConfigDict, Field, model_validator

from recurra.config.section import Count, Limit, Path, Rate, Section, Share, Text, option
from recurra.config.sweep import Space, Sweep, is_better

COLUMNS = ("text", "label", "labels", "phenomenon")
LANGUAGES = ("config", "source", "target")
OWN = {
    "files": ("train", "validation", "test", *COLUMNS),
    "hub": ("id", "config", *COLUMNS),
    "plain": ("path", "id", "config"),
    "parallel": ("train", "validation", "test", "id", *LANGUAGES),
}
"""The data sets that stand for any of the user's own, and the options that say which one it is."""


class Data(Section):
    """Where the texts come from."""

    name: Text = option("name of the data set; a folder of that name under paths.data is used first")
    task: str = option("the task that this data set is for")
    id: Path | None = option("Hugging Face Hub id, asked when there is no local folder")
    config: Text | None = option("configuration of the hub set, if it has several")
    page: Text | None = option("page to download the data set from by hand")
    limit: int = option("use no more than this of each split; 0 uses all", ge=0)
    batch_size: int = option("sequences side by side in a batch", ge=1)
    validation_fraction: float = option("share of the training part to validate on, if no split exists", gt=0, lt=0.5)

    files: ClassVar[str] = "train.jsonl, validation.jsonl and test.jsonl (or .csv, .parquet …)"
    """What a folder of that name holds."""
    own: ClassVar[str] = "data.train"
    """How to give a file of one's own instead."""

    def own_files(self) -> dict[str, list[str]]:
        """The files that the user named, by split."""
        return {}

    @model_validator(mode="after")
    def told_which(self) -> Data:
        if self.name == "hub" and self.id is None:
            raise ValueError("data.id: must be given for data=hub, for example data.id=org/name")
        return self


class Table(Data):
    """Rows with columns, in files of one split each."""

    train: Path | list[Path] | None = option("your own training file, or several")
    validation: Path | list[Path] | None = option("your own validation file; without one a part of train is used")
    test: Path | list[Path] | None = option("your own test file; without one a part of train is used")
    test_fraction: float = option("share of the training rows to test on, if no split exists", gt=0, lt=0.5)
    batch_tokens: int = option("tokens in a batch at most, padding included; long texts make smaller batches", ge=1)

    def own_files(self) -> dict[str, list[str]]:
        own = {"train": self.train, "validation": self.validation, "test": self.test}
        return {split: [given] if isinstance(given, str) else given for split, given in own.items() if given}

    @model_validator(mode="after")
    def told_where(self) -> Table:
        if self.name in ("files", "parallel") and not self.own_files():
            example = "reviews.csv" if self.name == "files" else "[a.en,a.de]"
            raise ValueError(f"data.train: must be given for data={self.name}, for example data.train={example}")
        return self


class Recurrent(Section):
    """A stack of recurrent layers."""

    cell: Literal["rnn_tanh", "rnn_relu", "gru", "lstm", "mingru"] = option("recurrent cell")
    hidden_size: int = option("units of a layer, in each direction", ge=1)
    layers: int = option("recurrent layers, one upon the other", ge=1, le=32)
    residual: bool = option("add the input of a layer to its output, where their sizes agree")
    layer_norm: bool = option("layer normalisation between layers")
    dropout: Rate = option("locked dropout between layers: one mask for all time steps")
    recurrent_dropout: Rate = option("DropConnect on the recurrent weights: one mask a batch (mingru has none)")


class Optimizer(Section):
    """How gradients change the weights."""

    kind: Literal["adamw", "adam", "rmsprop", "sgd", "muon"] = option("update rule")
    lr: float = option("highest learning rate", gt=0)
    weight_decay: float = option("pull of the weights towards zero", ge=0)
    betas: list[Rate] = option("decay of the running means of adam, adamw and muon", min_length=2, max_length=2)
    momentum: float = option("momentum of sgd, rmsprop and muon", ge=0, lt=1)
    matrix_lr: float = option("muon: highest learning rate of the recurrent layers' matrices", gt=0)
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
    max_minutes: float | None = option("stop after so many minutes of training, with the rate come down by then", gt=0)
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
    val_check_interval: Share | Count = option(
        "validate after this share of an epoch (or so many batches), and at its end"
    )
    limit_train_batches: Share | Count = option("use only this share (or so many) of the training batches")
    log_every_n_steps: int = option("steps between two lines of the log", ge=1)
    profiler: Literal["simple", "pytorch"] | None = option("measure where the time goes")


class Callbacks(Section):
    """What else happens while training."""

    early_stopping: int = option("stop after so many validations without improvement; 0 never does", ge=0)
    checkpoint_seconds: float = option("write last.ckpt at least this often", gt=0)
    progress: bool = option("show a progress bar")
    prune: Literal["weights", "units"] | None = option(
        "take the smallest weights, or whole hidden units, away before training (with init_from=RUN)", default=None
    )
    prune_share: Rate = option("share of the weights or units that go", default=0.5)


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
    keep: Literal["best", "last"] = option("which weights best.ckpt holds: the best on validation, or the last")

    @property
    def mode(self) -> Literal["max", "min"]:
        """Whether a larger or a smaller score is better."""
        return is_better(self.monitor)


COSTS = ("train/seconds", "model/parameters", "model/megabytes", "model/milliseconds")
"""Numbers of ``metrics.json`` that a sweep may weigh against a score."""


class Train(Section):
    """A training run."""

    task: Task
    data: Data
    tokenizer: Section
    model: Section
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
    sweep: Sweep | None = Field(default=None, exclude=True)  # neither is a part of what a run is made of
    space: Space | None = Field(default=None, exclude=True)

    @model_validator(mode="after")
    def pruning_of_what_has_learned(self) -> Train:
        if self.callbacks.prune is not None and self.init_from is None:
            raise ValueError("callbacks.prune takes the least of a trained network away; name it with init_from=RUN")
        return self

    @model_validator(mode="after")
    def scores_that_there_are(self) -> Train:
        known = [*get_args(type(self.task).model_fields["monitor"].annotation), *COSTS]
        for score in (self.sweep.objectives or []) if self.sweep else []:
            if score not in known:
                raise ValueError(f"sweep.objectives={score}: must be one of {', '.join(known)}")
        return self
