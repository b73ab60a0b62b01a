"""A sweep from the first point to the last: points are asked for, run side by side, and told about."""

from __future__ import annotations

import math
import os
import time
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from omegaconf import DictConfig, OmegaConf
from optuna.trial import TrialState

from hydra_plugins.recurra_sweeps import RecurraLauncher, RecurraSweeper
from recurra.config.sweep import Space, Sweep
from recurra.errors import Pruned, TrialsFailed, UserError
from recurra.stop import StopRequest
from recurra.sweep import folder as folders
from recurra.sweep import launcher
from recurra.sweep.facts import facts_of, read_metrics, values_of
from recurra.sweep.process import LOG, Outcome, Process
from recurra.sweep.progress import Progress
from recurra.sweep.result import tell_result
from recurra.sweep.space import plan
from recurra.sweep.study import Point, Study
from recurra.terminal import console

_SECONDS_TO_SAVE = 20.0  # what a trial has to finish its batch and write its checkpoint


def sweep(sweeper: RecurraSweeper, arguments: list[str]) -> list[list[JobReturn]]:
    """Runs a sweep; the returns of the trials that were run now, in batches where a batch has a size.

    Raises:
        TrialsFailed: at the end, if some did.
        UserError: the sweep cannot be had as it is asked for.
    """
    config, context = sweeper.config, sweeper.hydra_context
    assert config is not None
    assert context is not None
    options, space = options_of(config)
    loader = context.config_loader
    planned = plan(arguments, space, options.kind == "grid", loader, lambda name: OmegaConf.select(config, name))
    if options.kind != "grid" and not planned.axes:
        raise UserError(f"sweep={options.kind}: there is nothing to search; give ranges, or space=NAME")
    folder, lock = folders.take(config, options, arguments)
    with ExitStack() as held:
        held.callback(lock.release)
        scores = options.objectives or [_watched(config)]
        study = Study(options, planned, folder, scores)
        running = _Sweep(sweeper, options, study, folder, scores)
        try:
            running.run()
        finally:
            tell_result(study, folder)
        failed, count = running.counts()
        if failed:
            raise TrialsFailed(f"{failed} of {count} trials failed")
    size = sweeper.max_batch_size or max(1, len(running.returns))
    returns = [running.returns[number] for number in sorted(running.returns)]
    return [returns[start : start + size] for start in range(0, len(returns), size)] or [[]]


def options_of(config: DictConfig) -> tuple[Sweep, Space | None]:
    """The options of a sweep; those that a grid is shipped with where a config has none, as other applications' do."""
    if "sweep" not in config or OmegaConf.is_missing(config, "sweep"):
        shipped = resources.files("recurra.conf") / "sweep" / "base_sweep.yaml"
        plain: Any = {"kind": "grid", **OmegaConf.create(shipped.read_text(encoding="utf-8")), "jobs": 1}
        return Sweep.model_validate(plain), None
    plain = OmegaConf.to_container(config.sweep, resolve=True)
    space: Any = OmegaConf.to_container(config.space, resolve=True) if config.get("space") is not None else None
    return Sweep.model_validate(plain), None if space is None else Space.model_validate(space)


def _watched(config: DictConfig) -> str:
    """The score that the task watches; an application without tasks returns what is to be small."""
    return str(OmegaConf.select(config, "task.monitor") or "")


@dataclass
class _Running:
    point: Point
    config: DictConfig
    process: Process


class _Sweep:
    """The trials that run, and those that have ended."""

    def __init__(self, sweeper: RecurraSweeper, options: Sweep, study: Study, folder: Path, scores: list[str]) -> None:
        self.sweeper, self.options, self.study, self.folder, self.scores = sweeper, options, study, folder, scores
        self.returns: dict[int, JobReturn] = {}
        self.waiting = study.unfinished()
        self.cut_off = {point.number for point in self.waiting}
        self.jobs = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        if options.jobs != "auto":
            self.jobs = options.jobs
        self.ends = math.inf if options.timeout is None else time.monotonic() + options.timeout

    def run(self) -> None:
        """Runs what is missing."""
        with Progress(self.study.limit) as self.progress:
            self._tell_progress(0)
            any_launcher: Any = self.sweeper.launcher
            if getattr(any_launcher, "starts_processes", False):
                self._side_by_side(any_launcher)
            else:
                self._in_batches(any_launcher)

    def counts(self) -> tuple[int, int]:
        """Failed trials, and all that ended."""
        ended = [trial for trial in self.study.trials if trial.state.is_finished()]
        return sum(trial.state is TrialState.FAIL for trial in ended), len(ended)

    def _next(self) -> Point | None:
        if time.monotonic() >= self.ends:
            return None
        return self.waiting.pop(0) if self.waiting else self.study.ask()

    def _side_by_side(self, ours: RecurraLauncher) -> None:
        """Our own launcher: as soon as a trial ends the next one starts."""
        running: list[_Running] = []
        try:
            with StopRequest("when the trials have saved their state", "sweep.resume=auto") as stop:
                self._until_the_end(ours, running, stop)
        finally:  # a second signal raises again by now
            self._stop(running)

    def _until_the_end(self, ours: RecurraLauncher, running: list[_Running], stop: StopRequest) -> None:
        more = True
        while more or running:
            while more and len(running) < self.jobs:
                stop.check()
                point = self._next()
                if point is None:
                    more = False
                else:
                    running += self._start(ours, point)
            running[:] = [each for each in running if not self._ended(each)]
            if time.monotonic() >= self.ends and running:
                console.print(f"sweep.timeout: trials cut off: {len(running)}; sweep.resume=auto goes on with them")
                return
            stop.check()
            self._tell_progress(len(running))
            time.sleep(launcher.TICK)

    def _start(self, ours: RecurraLauncher, point: Point) -> list[_Running]:
        try:
            config = launcher.compose(ours, point.words, point.number)
        except Exception as error:  # a config that cannot be composed is a failed trial like others
            self._fail(point, str(error).strip().split("\n")[0])
            return []
        if point.number in self.cut_off and self._had_finished(point, config):
            return []
        return [_Running(point, config, launcher.start(ours, config, self.options.trial_timeout))]

    def _had_finished(self, point: Point, config: DictConfig) -> bool:
        """Whether a trial came to its end when the sweep no longer listened; its score is then in its folder."""
        folder, watched = launcher.folder_of(config), _watched(config)
        score = read_metrics(folder).get(watched)
        if score is None:
            return False
        returned = JobReturn(status=JobStatus.COMPLETED)
        returned.return_value = score
        self._finish(point, Outcome(returned, None, False, 0.0), folder, watched)
        return True

    def _ended(self, running: _Running) -> bool:
        point, process = running.point, running.process
        judged = self.options.objectives in (None, [_watched(running.config)])
        process.answer(lambda score: not judged or self.study.report(point, score.step, score.value))
        outcome = process.poll()
        if outcome is None:
            return False
        self.returns[point.number] = launcher.returned(outcome, running.config)
        self._finish(point, outcome, process.log.parent, _watched(running.config))
        return True

    def _stop(self, running: list[_Running]) -> None:
        """Lets trials save their state; they stay unfinished."""
        for each in running:
            each.process.interrupt()
        try:
            ends = time.monotonic() + _SECONDS_TO_SAVE
            while time.monotonic() < ends and any(each.process.poll() is None for each in running):
                for each in running:
                    each.process.answer()
                time.sleep(launcher.TICK)
        finally:  # also where a second signal cuts the waiting short
            for each in running:
                each.process.end("the sweep ended")

    def _in_batches(self, theirs: Launcher) -> None:
        """Launchers of others take several trials at once, and are heard again when all of them have ended."""
        size = self.sweeper.max_batch_size or (self.study.limit if self.options.kind == "grid" else self.jobs)
        while True:
            batch = [point for point in (self._next() for _ in range(size)) if point is not None]
            if not batch:
                return
            self.sweeper.validate_batch_is_legal([point.words for point in batch])
            again = {point.number: point for point in batch if point.number in self.cut_off}
            had_finished = {
                number
                for number, point in again.items()
                if self._had_finished(point, launcher.compose(theirs, point.words, number))
            }
            batch = [point for point in batch if point.number not in had_finished]
            while batch:  # numbers must follow each other
                count = next((i for i in range(1, len(batch)) if batch[i].number != batch[0].number + i), len(batch))
                now, batch = batch[:count], batch[count:]
                began = time.monotonic()
                returns = theirs.launch([point.words for point in now], now[0].number)
                seconds = (time.monotonic() - began) / count
                for point, returned in zip(now, returns, strict=True):
                    self.returns[point.number] = returned
                    error = None if returned.status is JobStatus.COMPLETED else returned._return_value
                    reason = None if error is None else str(error)
                    outcome = Outcome(returned, reason, isinstance(error, Pruned), seconds)
                    folder = Path(returned.hydra_cfg.hydra.runtime.output_dir) if returned.hydra_cfg else self.folder
                    self._finish(point, outcome, folder, _watched(returned.cfg or OmegaConf.create()))
                self._tell_progress(0)

    def _finish(self, point: Point, outcome: Outcome, folder: Path, watched: str) -> None:
        """Takes down how a trial ended, and says so in a line."""
        metrics = read_metrics(folder)
        facts = {"watched": watched, **facts_of(folder, point.words, outcome.seconds, metrics)}
        if outcome.reason is not None and not outcome.pruned:
            self._fail(point, outcome.reason, facts, folder / LOG)
            return
        if outcome.pruned:
            self.study.tell(point, TrialState.PRUNED, None, facts)
            self.progress.say(f"trial {point.number}: given up  {' '.join(_axes(point))}")
            return
        needs_number = self.options.kind != "grid"
        values = values_of(outcome.result.return_value, metrics, self.scores, self.options.objectives, needs_number)
        if isinstance(values, str):
            self._fail(point, values, facts, folder / LOG)
            return
        self.study.tell(point, TrialState.COMPLETE, values, facts)
        shown = "  ".join(f"{value:.4f}" for value in values)
        self.progress.say(f"trial {point.number}: {shown}  {' '.join(_axes(point))}  {outcome.seconds:.0f} s")

    def _fail(self, point: Point, reason: str, facts: dict[str, Any] | None = None, log: Path | None = None) -> None:
        self.study.tell(point, TrialState.FAIL, None, {**(facts or {}), "reason": reason})
        where = f" ({log})" if log is not None and log.exists() else ""
        self.progress.say(f"trial {point.number} failed: {reason}  {' '.join(_axes(point))}{where}")

    def _tell_progress(self, running: int) -> None:
        if self.progress.is_due():
            failed, ended = self.counts()
            self.progress.show(ended, failed, running, self.study.best())


def _axes(point: Point) -> list[str]:
    return [f"{name}={value}" for name, value in point.labels.items()]
