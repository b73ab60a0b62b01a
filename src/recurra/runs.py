"""Run folders: one a run, never shared; which of them is finished, living, or to be gone on with.

    outputs/sentiment/2026-01-31_12-00-00/
        config.yaml  metrics.csv  metrics.json  best.ckpt  last.ckpt  *.png  predictions.jsonl  wandb/

A run is finished when it holds ``metrics.json``, which is written last.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from recurra.checkpoint import Checkpoint, read_checkpoint
from recurra.config.train import Paths, Train
from recurra.errors import UserError
from recurra_runtime.bundle import is_bundle

BEST, LAST, METRICS, LOCK = "best.ckpt", "last.ckpt", "metrics.json", ".lock"


def new_run_folder(outputs: Path, task: str, given: str | None = None) -> Path:
    """Makes a folder that no other run has: ``given`` where one is given, else one named by the time."""
    try:
        if given is not None:
            folder = Path(given)
            folder.mkdir(parents=True, exist_ok=True)
            if (folder / LAST).exists() or (folder / METRICS).exists():
                raise UserError(f"{folder} already holds a run; resume={folder} goes on with it")
            return folder
        parent = outputs / task
        parent.mkdir(parents=True, exist_ok=True)
        stamp = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
        for number in range(1000):
            run = parent / (f"{stamp}_{number}" if number else stamp)
            try:
                run.mkdir()
            except FileExistsError:
                continue
            return run
        raise UserError(f"{parent}: too many runs in one second")
    except OSError as error:
        raise UserError(
            f"cannot write to {given or outputs}: {error.strerror}; paths.outputs=FOLDER moves it"
        ) from None


def make_folder(folder: Path) -> Path:
    """Makes a folder, or says why it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot write to {folder}: {error.strerror}") from None
    return folder


def refuse_run(folder: Path) -> None:
    """Keeps the scores of a run from being overwritten by others."""
    if (folder / BEST).exists() or (folder / LAST).exists():
        raise UserError(f"{folder} is the folder of a run, whose scores it holds; give another output=FOLDER")


def hold(run: Path) -> FileLock:
    """Takes the run for this process; the system lets go of it when the process ends, however it ends.

    Raises:
        UserError: a living process holds it.
    """
    lock = FileLock(run / LOCK)
    try:
        lock.acquire(timeout=0.2)  # another process may have taken it for an instant, to see whether it can
    except Timeout:
        raise UserError(f"{run} is in use by another process") from None
    except OSError as error:
        raise UserError(f"cannot write to {run}: {error.strerror}") from None
    return lock


def is_held(run: Path) -> bool:
    """Whether a living process has it, or it cannot be written to at all."""
    try:
        hold(run).release()
    except UserError:
        return True
    return False


def reopen(run: Path) -> None:
    """A run that goes on is not finished any more; what a process that was killed had half written is removed."""
    (run / METRICS).unlink(missing_ok=True)
    for half in run.glob(".*.tmp"):
        half.unlink()


def newest_first(outputs: Path, task: str = "*") -> Iterator[Path]:
    """Folders of single runs (not the trials of sweeps), the newest first."""
    runs = [path.parent for path in outputs.glob(f"{task}/*/config.yaml")]
    yield from sorted(runs, key=lambda run: (run / "config.yaml").stat().st_mtime_ns, reverse=True)


def resolve_checkpoint(given: str | None, paths: Paths) -> Path:
    """What ``checkpoint=`` means: a file, a run folder's ``best.ckpt``, a bundle, or the newest finished run's.

    Raises:
        UserError: there is none; says where it looked.
    """
    if given is not None:
        path = Path(given)
        if path.is_dir():
            if is_bundle(path):
                return path
            if not (path / BEST).is_file():
                raise UserError(f"{path} holds no {BEST}" + _newest_hint(paths))
            return path / BEST
        if not path.is_file():
            raise UserError(f"there is no run folder or checkpoint {path}" + _newest_hint(paths))
        return path
    for run in newest_first(Path(paths.outputs)):
        if (run / BEST).is_file() and _is_finished(run):
            return run / BEST
    raise UserError(
        f"no finished run below {paths.outputs} (debug runs and the trials of sweeps do not count); "
        f"train one: python train.py task=sentiment, or name one: checkpoint=RUN"
    )


def _is_finished(run: Path) -> bool:
    """Whether a run came to its end and was in earnest; a file that no run has written does not say so."""
    try:
        metrics = json.loads((run / METRICS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(metrics, dict) and metrics.get("debug") is None


def _newest_hint(paths: Paths) -> str:
    run = next((run for run in newest_first(Path(paths.outputs)) if (run / BEST).is_file()), None)
    return f"; the newest run is {run}" if run else ""


def find_resumable(config: Train) -> tuple[Path, Checkpoint] | None:
    """The newest unfinished run of the same config that no living process holds.

    A run that finished counts as unfinished if it is now to train longer. With ``paths.run`` only that folder is meant.
    """
    given = config.paths.run
    for run in newest_first(Path(config.paths.outputs), config.task.name) if given is None else [Path(given)]:
        if not (run / LAST).is_file() or is_held(run):
            continue
        try:
            checkpoint = read_checkpoint(run / LAST)
        except UserError:
            continue
        done = (run / METRICS).is_file() and not _trains_longer(config, checkpoint.config)
        if not done and not differences(checkpoint.config, config):
            return run, checkpoint
    return None


LENGTH = ("trainer.max_epochs", "trainer.max_steps", "trainer.max_minutes")
CHOSEN = ("trainer.precision", "trainer.threads")


def differences(before: Train, now: Train) -> list[str]:
    """Options that keep ``now`` from going on where ``before`` stopped, with the values that they had.

    A training may become longer, what ``auto`` chose is used again, and it does not matter where a run lies and is
    logged.
    """
    old, new = _flat(before), _flat(now)

    def agree(name: str) -> bool:
        a, b = old.get(name), new.get(name)
        return a == b or (name in CHOSEN and b == "auto") or (name in LENGTH and _limit(a) <= _limit(b))

    return [f"{name}={json.dumps(old.get(name))}" for name in sorted({*old, *new}) if not agree(name)]


def _trains_longer(now: Train, before: Train) -> bool:
    old, new = _flat(before), _flat(now)
    return any(_limit(new[name]) > _limit(old[name]) for name in LENGTH)


def _limit(value: float | None) -> float:
    return float("inf") if value is None or value == -1 else value


def _flat(config: Train) -> dict[str, Any]:
    """Options by their full names, those apart that a run may change when it goes on."""
    free: Any = {"callbacks": {"progress", "checkpoint_seconds"}, "trainer": {"profiler"}}
    plain = config.model_dump(mode="json", exclude={"resume": True, "logger": True, "paths": True, **free})
    flat: dict[str, Any] = {}
    for name, value in plain.items():
        flat |= {f"{name}.{key}": v for key, v in value.items()} if isinstance(value, dict) else {name: value}
    return flat
