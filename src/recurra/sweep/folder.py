"""The folder of a sweep, ``outputs/<task>/sweeps/<time>/``: one a sweep and worker, found again by its command line.

sweep.json  study.log  leaderboard.csv  *.png  best.ckpt  0/  1/  2/ …
"""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from hydra.core.override_parser.types import Quote, QuotedString
from omegaconf import DictConfig, OmegaConf

from recurra.config.sweep import Sweep
from recurra.errors import UserError
from recurra.terminal import console

SWEEP, LOCK = "sweep.json", ".lock"
_MAY_CHANGE = ("resume", "jobs", "timeout", "trial_timeout", "trials")
"""Options of a sweep that may be others when it goes on; so may those of logging."""


def take(config: DictConfig, options: Sweep, words: list[str]) -> tuple[Path, FileLock]:
    """The folder of this sweep, new or to be gone on with, held by this process until it ends.

    Raises:
        UserError: it cannot be had, or holds another sweep.
    """
    given = Path(str(config.hydra.sweep.dir))
    named = any(word.startswith("hydra.sweep.dir=") for word in config.hydra.overrides.hydra)
    try:
        if options.resume is None:
            folder, lock = _new(given, named)
        elif options.resume == "auto":
            folder, lock = _found([given] if named else _newest_first(given.parent), words) or _new(given, named)
        else:
            folder = Path(options.resume)
            if not (folder / SWEEP).is_file():
                raise UserError(f"sweep.resume={folder}: there is no sweep in it")
            if other := _differences(folder, words):
                raise UserError(f"sweep.resume={folder}: its command had other words: {', '.join(other)}")
            lock = _hold(folder)
        if not (folder / SWEEP).exists():
            text = json.dumps({"words": words, "id": uuid.uuid4().hex}, indent=2, ensure_ascii=False)
            (folder / SWEEP).write_text(text + "\n", encoding="utf-8")
            OmegaConf.save(config, folder / "multirun.yaml")
    except OSError as error:
        raise UserError(f"cannot write to {given}: {error.strerror}") from None
    quoted = QuotedString(str(folder), Quote.single).with_quotes()
    config.hydra.overrides.hydra.append(f"hydra.sweep.dir={quoted}")  # launchers compose the configs of trials from it
    config.hydra.sweep.dir = str(folder)
    return folder, lock


def _new(given: Path, named: bool) -> tuple[Path, FileLock]:
    """A folder that no other sweep has."""
    for number in range(1000):
        folder = given.with_name(f"{given.name}_{number}") if number else given
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock = _hold(folder)
        except UserError:
            if named:
                raise
            continue
        if not (folder / SWEEP).exists():
            return folder, lock
        lock.release()
        if named:
            raise UserError(f"{folder} already holds a sweep; sweep.resume={folder} finishes what is missing of it")
    raise UserError(f"{given.parent}: too many sweeps in one second")


def _found(folders: list[Path], words: list[str]) -> tuple[Path, FileLock] | None:
    """The newest sweep of the same command line that no living process holds."""
    for folder in folders:
        if (folder / SWEEP).is_file() and not _differences(folder, words):
            try:
                lock = _hold(folder)
            except UserError:
                continue
            console.print(f"sweep.resume=auto: going on with {folder}")
            return folder, lock
    console.print("sweep.resume=auto: no sweep of this command line is waiting; a new one starts")
    return None


def _newest_first(parent: Path) -> list[Path]:
    found = [path.parent for path in parent.glob(f"*/{SWEEP}")]
    return sorted(found, key=lambda folder: (folder / SWEEP).stat().st_mtime_ns, reverse=True)


def identity(folder: Path) -> str:
    """What tells a worker from all others, wherever its folder is moved."""
    return str(_read(folder).get("id", folder.resolve()))


def _read(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / SWEEP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _differences(folder: Path, words: list[str]) -> list[str]:
    """Words of one command line that the other does not have, or not in that place; those apart that may change."""

    def fixed(words: list[str]) -> list[str]:
        ways = tuple(f"sweep.{name}=" for name in _MAY_CHANGE)
        return [word for word in words if not word.startswith((*ways, "logger", "callbacks.progress="))]

    before, now = fixed(_read(folder).get("words", [])), fixed(words)
    if before == now:  # the order tells the number of a point
        return []
    return sorted({*before} ^ {*now}) or [*before, "in this order"]


def _hold(folder: Path) -> FileLock:
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise UserError(f"{folder} is in use by another process") from None
    return lock
