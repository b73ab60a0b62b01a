"""The memory of a sweep: an Optuna study, in a file of the sweep's folder or in a storage that workers share.

One trial is one run, with the number that names its folder. In a grid the number says which point it is; numbers are
given out by the storage, so that no two workers, and no worker that starts again, run the same point.
"""

from __future__ import annotations

import logging
import math
import time
import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import optuna
from optuna.trial import FrozenTrial, Trial, TrialState

from recurra.config.sweep import Sweep, is_better
from recurra.errors import UserError
from recurra.sweep.folder import identity
from recurra.sweep.sampler import make_sampler
from recurra.sweep.space import SEED, Plan, Value, described

Direction = Literal["minimize", "maximize"]

JOURNAL, SQLITE = "study.log", "study.db"

_SECONDS_TO_CLAIM = 60.0
_MAY_DIFFER = ("logger", "paths.", "callbacks.progress=", "trainer.threads=", "trainer.accelerator=")
"""Options that workers on one study may have each for itself."""


@dataclass(frozen=True)
class Point:
    """A trial that is to be run."""

    trial: Trial
    labels: dict[str, Value]
    words: list[str]

    @property
    def number(self) -> int:
        return self.trial.number


class Study:
    """Hands out points, and remembers how they ended."""

    def __init__(self, options: Sweep, plan: Plan, folder: Path, scores: list[str]) -> None:
        """``scores`` are those that trials are told with; one without a name is to be small."""
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        logging.getLogger("sqlalchemy").setLevel(logging.WARNING)
        warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
        warnings.filterwarnings("ignore", message="The reported value is ignored")  # by a trial that went on
        self.options, self.plan, self.folder = options, plan, folder.resolve()
        self.points = plan.grid() if options.kind == "grid" else []
        self.limit = min(len(self.points), options.trials or len(self.points)) if self.points else options.trials or 0
        self.place = identity(folder)
        self.study = self._opened(
            ["maximize" if score and is_better(score) == "max" else "minimize" for score in scores]
        )
        searched = {
            "kind": "grid" if self.points else "drawn",
            "axes": described(plan.axes),
            "scores": scores,
            "options": [part for part in plan.parts if isinstance(part, str) and not part.startswith(_MAY_DIFFER)],
        }
        known = self.study.user_attrs.get("searched")
        if known is None:
            self.study.set_user_attr("searched", searched)
        elif known != searched:
            raise UserError(
                f"the study in {options.storage if options.shared else folder} has other ranges, scores or options; "
                f"search these under another name: sweep.study=NAME"
            )

    def _opened(self, directions: list[Direction]) -> optuna.Study:
        """The study, made if there is none; of two workers who make it at once one has to try again."""
        for attempt in range(6):
            try:
                return optuna.create_study(
                    storage=_storage(self.options, self.folder),
                    sampler=make_sampler(self.options, len(directions)),
                    pruner=_pruner(self.options),
                    study_name=self.options.study or "sweep",
                    directions=directions,
                    load_if_exists=True,
                )
            except Exception as error:  # each kind of storage raises errors of its own
                reason = str(error).strip().split("\n")[0]
                if not self.options.shared or "Error)" not in reason:  # not one of a database's own
                    break
                time.sleep(0.2 * 2**attempt)
        raise UserError(f"sweep.storage={self.options.storage}: cannot be used: {reason}")

    @property
    def trials(self) -> list[FrozenTrial]:
        """All trials that count, in order."""
        every = self.study.get_trials(deepcopy=False)
        return [trial for trial in every if trial.number < self.limit and trial.state is not TrialState.WAITING]

    def unfinished(self) -> list[Point]:
        """Trials that this worker began before and that were cut off; its folder is held, so that nobody runs them."""
        running = [trial for trial in self.trials if trial.state is TrialState.RUNNING]
        mine = [trial for trial in running if not self.options.shared or self._is_mine(trial)]
        return [self._point(Trial(self.study, trial._trial_id)) for trial in mine]

    def _is_mine(self, trial: FrozenTrial) -> bool:
        """Whether a trial is this worker's, or nobody's: who began it was killed before saying so."""
        place, began = trial.user_attrs.get("place"), trial.datetime_start
        nobodys = place is None and began is not None and (datetime.now() - began).total_seconds() > _SECONDS_TO_CLAIM
        return place == self.place or nobodys

    def ask(self) -> Point | None:
        """The next point; None when as many have been given out as there should be."""
        every = self.study.get_trials(deepcopy=False)
        waiting = any(trial.state is TrialState.WAITING and trial.number < self.limit for trial in every)
        if len(every) >= self.limit and not waiting:
            return None
        trial = self.study.ask()
        if trial.number >= self.limit:  # another worker took the last one meanwhile
            self.study._storage.set_trial_state_values(trial._trial_id, TrialState.WAITING)  # for more trials, later
            return None
        return self._point(trial)

    def report(self, point: Point, step: int, value: float) -> bool:
        """Takes down a score of validation; whether the trial should go on."""
        if len(self.study.directions) > 1 or math.isnan(value):
            return True
        point.trial.report(value, step)
        return step <= self.options.warmup or not point.trial.should_prune()

    def tell(self, point: Point, state: TrialState, values: list[float] | None, facts: dict[str, Any]) -> None:
        """Takes down how a trial ended."""
        for name, fact in facts.items():
            point.trial.set_user_attr(name, fact)
        if state is TrialState.PRUNED:
            values = None  # Optuna takes the last score reported
        self.study.tell(point.trial, values, state)

    def best(self) -> list[str]:
        """The best score so far, in words, if there is one score."""
        sign = -1 if self.study.directions[0] is optuna.study.StudyDirection.MINIMIZE else 1
        values = [sign * trial.values[0] for trial in self.trials if trial.state is TrialState.COMPLETE]
        return [f"best {sign * max(values):.4f}"] if values and len(self.study.directions) == 1 else []

    def _point(self, trial: Trial) -> Point:
        """What a trial is to run; the same if asked twice."""
        trial.set_user_attr("place", self.place)
        if self.points:
            labels = dict(self.points[trial.number])
        else:
            labels = {axis.name: axis.suggest(trial) for axis in self.plan.axes}
            if self.plan.seeds is not None:
                labels[SEED] = self._seed(trial)
        words = self.plan.words(labels)
        trial.set_user_attr("labels", labels)
        trial.set_user_attr("words", words)
        return Point(trial, labels, words)

    def _seed(self, trial: Trial) -> Value:
        """The seed of a trial; the first one with a point sees to it that the other seeds come next."""
        assert self.plan.seeds is not None
        seeds = list(self.plan.seeds.words)
        if SEED in trial.user_attrs:
            return trial.user_attrs[SEED]  # type: ignore[no-any-return]
        others = [other.user_attrs for other in self.study.get_trials(deepcopy=False)]
        there = {attrs[SEED] for attrs in others if attrs.get("first") == trial.number}
        for seed in seeds[1:]:
            if seed not in there:
                self.study.enqueue_trial(trial.params, user_attrs={"first": trial.number, SEED: seed})
        trial.set_user_attr(SEED, seeds[0])
        return seeds[0]


def _storage(options: Sweep, folder: Path) -> optuna.storages.BaseStorage:
    from optuna.storages import JournalStorage, RDBStorage
    from optuna.storages.journal import JournalFileBackend

    if options.storage is None:
        journal = folder / JOURNAL
        _drop_half_a_line(journal)
        return JournalStorage(JournalFileBackend(str(journal)))
    url = f"sqlite:///{folder / SQLITE}" if options.storage == "sqlite" else options.storage
    if url.startswith("sqlite"):  # it locks the whole file: workers wait for each other
        return RDBStorage(url, engine_kwargs={"connect_args": {"timeout": 60}})
    return RDBStorage(url, engine_kwargs={"pool_pre_ping": True})  # a server may have closed an idle connection


def _drop_half_a_line(journal: Path) -> None:
    """What a worker had half written when it was killed would make the next line unreadable."""
    if journal.exists() and (text := journal.read_bytes()) and not text.endswith(b"\n"):
        with journal.open("r+b") as file:
            file.truncate(text.rfind(b"\n") + 1)


def _pruner(options: Sweep) -> optuna.pruners.BasePruner:
    """Steps are validations, counted from 1."""
    least = options.warmup + 1
    match options.pruner:
        case "median":
            return optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=options.warmup)
        case "halving":
            return optuna.pruners.SuccessiveHalvingPruner(min_resource=least, reduction_factor=3)
        case "hyperband":
            return optuna.pruners.HyperbandPruner(min_resource=least, reduction_factor=3)
        case _:
            return optuna.pruners.NopPruner()
