"""How points are drawn: Optuna's samplers, each trial with a seed of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial, TrialState

from recurra.config.sweep import Sweep


def make_sampler(options: Sweep, objectives: int) -> BaseSampler:
    """The sampler of a sweep."""

    def seed(number: int) -> int:
        """That of a trial: sweeps with other seeds have none of them."""
        return int(np.random.SeedSequence([options.seed, number]).generate_state(1)[0])

    first = min(10, max(4, (options.trials or 0) // 4))
    match options.kind:
        case "tpe":
            return Numbered(
                lambda n: optuna.samplers.TPESampler(
                    n_startup_trials=first, multivariate=True, constant_liar=objectives == 1, seed=seed(n),
                )
            )  # fmt: skip
        case "gp":
            return Numbered(lambda n: optuna.samplers.GPSampler(n_startup_trials=first, seed=seed(n)))
        case "cmaes":
            return Numbered(lambda n: optuna.samplers.CmaEsSampler(seed=seed(n)))
        case "qmc":  # one sequence, whose place the study remembers: the seed that scrambles it stays
            alone = Numbered(lambda n: optuna.samplers.RandomSampler(seed=seed(n)))  # before the sequence begins
            return optuna.samplers.QMCSampler(scramble=True, seed=options.seed, independent_sampler=alone)
        case _:
            return Numbered(lambda n: optuna.samplers.RandomSampler(seed=seed(n)))


class Numbered(BaseSampler):
    """Seeds a sampler anew by the number of each trial: a sweep that goes on, or a second worker, draws other points.

    What a sampler has learned it reads from the study.
    """

    def __init__(self, make: Callable[[int], BaseSampler]) -> None:
        self._make = make
        self._sampler = make(0)

    def before_trial(self, study: optuna.Study, trial: FrozenTrial) -> None:
        self._sampler = self._make(trial.number)
        self._sampler.before_trial(study, trial)

    def infer_relative_search_space(self, study: optuna.Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return self._sampler.infer_relative_search_space(study, trial)

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        return self._sampler.sample_relative(study, trial, search_space)

    def sample_independent(
        self, study: optuna.Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        return self._sampler.sample_independent(study, trial, param_name, param_distribution)

    def after_trial(
        self, study: optuna.Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None
    ) -> None:
        self._sampler.after_trial(study, trial, state, values)
