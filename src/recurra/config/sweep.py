"""The options of a sweep (``-m``): how points are chosen, and from what."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from recurra.config.section import Count, Path, Section, Text, option

LOWER = (
    "loss", "nats", "nats_windows", "bits", "perplexity", "calibration_error", "alignment_error",
    "seconds", "parameters", "megabytes", "milliseconds",
)  # fmt: skip
"""Last parts of the names of scores of which the smaller is the better."""


def is_better(score: str) -> Literal["max", "min"]:
    """Whether a larger or a smaller value of this score is better."""
    return "min" if score.rpartition("/")[2] in LOWER else "max"


class Sweep(Section):
    """How the points of a sweep are chosen (with -m)."""

    kind: Literal["grid", "random", "tpe", "gp", "cmaes", "qmc"] = option("how points are chosen")
    trials: Count | None = option("runs in all, the failed ones included; null: all of the grid")
    jobs: Count | Literal["auto"] = option("trials side by side, of one thread each; auto: one for each core")
    timeout: float | None = option("seconds after which no trial is started any more, and those that run are cut", gt=0)
    trial_timeout: float | None = option("seconds after which a trial counts as hung and is killed", gt=0)
    pruner: Literal["none", "median", "halving", "hyperband"] = option(
        "which trials are given up early, where the objective is the score that the task watches"
    )
    warmup: int = option("validations of a trial before it may be given up", ge=0)
    objectives: list[str] | None = option(
        "one or two scores of validation, or costs; null: the score that the task watches", min_length=1, max_length=2
    )
    seed: int = option("seed of the points that are drawn", ge=0, lt=2**32)
    storage: Path | None = option("null or sqlite: a file in the sweep's folder; or the URL of an Optuna storage")
    study: Text | None = option("name under which several workers meet in one storage")
    resume: Path | None = option("auto, or the folder of a sweep: finish what is missing")

    @model_validator(mode="after")
    def sensible(self) -> Sweep:
        if self.kind != "grid" and self.trials is None:
            raise ValueError(f"sweep.trials: must be given for sweep={self.kind}")
        for score in self.objectives or []:
            if score.startswith("test/"):
                raise ValueError(
                    f"sweep.objectives={score}: what is chosen on the test split cannot be scored on it any more; "
                    f"take the same score of val/"
                )
        if len(self.objectives or []) > 1 and self.kind == "cmaes":
            raise ValueError("sweep=cmaes: takes one objective; sweep=tpe takes two")
        if self.shared and self.study is None:
            raise ValueError("sweep.study: must be given with sweep.storage=URL, the same for all who work on it")
        return self

    @property
    def shared(self) -> bool:
        """Whether the study lies outside of the sweep's folder, where others may work on it too."""
        return self.storage not in (None, "sqlite")


class Space(Section):
    """What a sweep searches, besides the ranges on the command line, which win."""

    options: dict[str, str] = option("options and their values, as they stand on the command line")
    variants: dict[str, list[str]] = option("named variants, each a list of NAME=VALUE that belong together")
    seeds: list[Annotated[int, Field(ge=0, lt=2**32)]] | None = option("seeds with which each point is tried")
