"""Makes the sweeper and the launcher of Recurra known to Hydra: ``hydra/sweeper=recurra``, ``hydra/launcher=recurra``.

Hydra imports this whenever it starts, so it imports nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.utils import JobReturn
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig


class RecurraLauncher(Launcher):
    """Runs each trial as a process of its own, which cannot take the sweep down with it."""

    starts_processes = True
    """Hydra may import this module more than once, so that a class is not known by its identity."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        self.hydra_context, self.task_function, self.config = hydra_context, task_function, config

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        from recurra.sweep.launcher import launch

        return launch(self, job_overrides, initial_job_idx)


class RecurraSweeper(Sweeper):
    """Grid, random and model-based search that goes on where it stopped; options in ``sweep``, spaces in ``space``."""

    def __init__(self, max_batch_size: int | None, params: dict[str, str] | None) -> None:
        self.max_batch_size, self.params = max_batch_size, params

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        from hydra.core.plugins import Plugins

        self.hydra_context, self.config = hydra_context, config
        self.launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )

    def sweep(self, arguments: list[str]) -> Any:
        from recurra.sweep.sweeper import sweep

        return sweep(self, [*(f"{name}={value}" for name, value in (self.params or {}).items()), *arguments])


_HERE = "hydra_plugins.recurra_sweeps"
_LAUNCHER = {"_target_": f"{_HERE}.RecurraLauncher", "jobs": 1}  # side by side, when another sweeper is in charge
_SWEEPER = {"_target_": f"{_HERE}.RecurraSweeper", "max_batch_size": None, "params": None}  # as Hydra's own has them

ConfigStore.instance().store(group="hydra/launcher", name="recurra", node=_LAUNCHER, provider="recurra")
ConfigStore.instance().store(group="hydra/sweeper", name="recurra", node=_SWEEPER, provider="recurra")
