"""Each trial in a process of its own: one that fails, is killed or hangs costs that trial alone."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra.core.hydra_config import HydraConfig
from hydra.core.singleton import Singleton
from hydra.core.utils import JobReturn, JobStatus, configure_log, run_job, setup_globals
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf, open_dict

from recurra.sweep.process import Outcome, Process
from recurra.task import TASKS

if TYPE_CHECKING:
    from hydra_plugins.recurra_sweeps import RecurraLauncher

TICK = 0.05


def launch(launcher: RecurraLauncher, job_overrides: Sequence[Sequence[str]], first: int) -> list[JobReturn]:
    """Runs trials for any of Hydra's sweepers, ``launcher.jobs`` at a time; a failed one is a failed `JobReturn`."""
    waiting = [(first + index, list(overrides)) for index, overrides in enumerate(job_overrides)]
    configs = {number: compose(launcher, overrides, number) for number, overrides in waiting}
    running: dict[int, Process] = {}
    returns: dict[int, JobReturn] = {}
    try:
        while waiting or running:
            while waiting and len(running) < launcher.jobs:
                number, _ = waiting.pop(0)
                running[number] = start(launcher, configs[number], limit=None)
            for number, process in list(running.items()):
                process.answer()
                if (outcome := process.poll()) is not None:
                    del running[number]
                    returns[number] = returned(outcome, configs[number])
            time.sleep(TICK)
    finally:
        for process in running.values():
            process.end("the sweep ended")
    return [returns[number] for number in sorted(returns)]


def compose(launcher: Any, overrides: list[str], number: int) -> DictConfig:
    """The config of a trial, which Hydra runs in the folder ``hydra.sweep.subdir`` of ``hydra.sweep.dir``."""
    setup_globals()
    config: DictConfig = launcher.hydra_context.config_loader.load_sweep_config(launcher.config, overrides)
    with open_dict(config):
        config.hydra.job.id = f"{config.hydra.job.name}_{number}"
        config.hydra.job.num = number
    return config


def folder_of(config: DictConfig) -> Path:
    """The folder that Hydra makes for a trial."""
    before = HydraConfig.instance().cfg
    HydraConfig.instance().set_config(config)  # which names of folders may refer to
    try:
        sweep = config.hydra.sweep
        return Path(str(sweep.dir)) / str(sweep.subdir)
    finally:
        HydraConfig.instance().cfg = before


def start(launcher: RecurraLauncher, config: DictConfig, limit: float | None) -> Process:
    """Starts the process of a trial."""
    job = partial(_run, launcher.hydra_context, launcher.task_function, config, Singleton.get_state())
    modules = []
    if OmegaConf.select(config, "task.name") in TASKS:
        if OmegaConf.select(config, "logger.wandb.mode", default="disabled") != "disabled":
            modules += ["wandb.apis.public"]  # first, see `import_wandb`
        modules += ["recurra.sweep.preload"]
    return Process(job, folder_of(config), limit, modules)


def returned(outcome: Outcome, config: DictConfig) -> JobReturn:
    """What Hydra calls the return of a job."""
    if isinstance(outcome.result, JobReturn):
        return outcome.result
    overrides: Any = OmegaConf.to_container(config.hydra.overrides.task)
    failed = JobReturn(overrides=overrides, status=JobStatus.FAILED)
    failed.return_value = RuntimeError(outcome.reason)
    return failed


def _run(context: HydraContext, task: TaskFunction, config: DictConfig, state: Any) -> JobReturn:
    """In the process of the trial."""
    setup_globals()
    Singleton.set_state(state)
    configure_log(config.hydra.hydra_logging, config.hydra.verbose)
    return run_job(
        hydra_context=context,
        task_function=task,
        config=config,
        job_dir_key="hydra.sweep.dir",
        job_subdir_key="hydra.sweep.subdir",
    )
