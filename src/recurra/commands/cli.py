"""The one way in of all commands: from the words on the command line to an exit code.

0 done; 1 training or a trial failed; 2 what the user gave is wrong; 130 and 143 interrupted.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import hydra
from hydra._internal.utils import get_args_parser
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError  # type: ignore[import-untyped]

from recurra.commands.check import check, validated
from recurra.commands.quoting import quote
from recurra.errors import Interrupted, Pruned, TrainingFailed, TrialsFailed, UserError
from recurra.sweep.trial import in_trial

Job = Callable[[Any], float | None]
"""What a command does with its validated config; in a sweep the result is the score of the trial."""

_BROKEN_PIPE = 141  # what a shell reports for a command that SIGPIPE ended


class _TrialFailed(Exception):
    """Tells Hydra, and the sweep, that a trial failed; what went wrong is written already."""

    def __init__(self, told: str) -> None:
        super().__init__(told)
        self.told = told


def run(command: str, job: Job, argv: list[str] | None = None) -> int:
    """Runs a command and returns its exit code; nothing is raised.

    ``job`` gets the validated config. It ends with a score for sweeps, or None, or raises what went wrong.
    """

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # what a terminal's encoding does not have is escaped
            stream.reconfigure(errors="backslashreplace")

    def whole() -> int:
        with _terminable():
            code = _run(command, job, quote(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
        return code

    return _guarded(whole)


def _run(command: str, job: Job, argv: list[str]) -> int:
    parser = get_args_parser()
    parser.error = _refuse  # type: ignore[method-assign]
    args = parser.parse_intermixed_args(argv)
    overrides: list[str] = args.overrides
    if args.help:
        from recurra.commands.help import print_help

        return _guarded(lambda: print_help(command, overrides))
    asks_hydra = args.cfg or args.info or args.hydra_help or args.shell_completion or args.experimental_rerun
    multirun = args.multirun or "hydra.mode=MULTIRUN" in overrides
    ours = not (args.config_dir or args.config_path or args.config_name)  # else Hydra alone can look in there
    if ours and not asks_hydra and (found := check(command, overrides, multirun)):
        return _tell(*found)
    trials = _Trials(command, job)
    flags = [word for word in argv if word not in overrides]
    with _command_line([*overrides, *flags]):
        main = hydra.main(config_path="pkg://recurra.conf", config_name=command, version_base="1.3")
        try:
            main(trials.one)()
        except TrialsFailed as error:
            return _tell(str(error), code=1)
        except _TrialFailed:
            return _tell(f"{trials.failed or 'some'} of {trials.count or 'the'} trials failed", code=1)
        except BrokenPipeError:
            raise
        except (HydraException, OmegaConfBaseException, YAMLError, ValueError, OSError) as error:
            found = check(command, overrides, multirun) if ours else []
            return _tell(*(found or [str(error).strip()]))
    return trials.code


class _Trials:
    """What Hydra calls: once, or for each trial of a sweep."""

    def __init__(self, command: str, job: Job) -> None:
        self.count = self.failed = self.code = 0
        self._command, self._job = command, job

    def one(self, config: DictConfig) -> float | None:
        """A failed trial lets the others run; an interrupted one ends the sweep."""
        hydra_config = HydraConfig.get()
        in_sweep = hydra_config.mode == RunMode.MULTIRUN
        if in_sweep:
            _settle(config, Path(hydra_config.runtime.output_dir), Path(hydra_config.sweep.dir))
            given = any(word.startswith("trainer.threads=") for word in hydra_config.overrides.task)
            if in_trial() and "trainer" in config and not given:
                config.trainer.threads = 1  # an experiment may have another number, for a run that is alone
        self.count += 1
        try:
            score = self._job(validated(self._command, config))
        except Pruned:
            raise
        except BaseException as error:
            code = _explained(error)
            if not in_sweep:
                self.code = code
                return None
            if code > 128:
                raise SystemExit(code) from None
            self.failed += 1
            _tell(f"trial {hydra_config.job.num} failed: {' '.join(hydra_config.overrides.task)}")
            kind = "" if isinstance(error, UserError | TrainingFailed) else type(error).__name__
            raise _TrialFailed(": ".join(filter(None, [kind, str(error)]))) from None
        self.code = 0
        return score


def _settle(config: DictConfig, folder: Path, sweep: Path) -> None:
    """Gives a trial its place: the folder that Hydra made for it, in which it goes on if it was cut off there."""
    if OmegaConf.select(config, "paths.run", default="") is None:
        config.paths.run = str(folder)
        if (folder / "last.ckpt").exists() and config.resume is None:
            config.resume = "auto"
    if OmegaConf.select(config, "logger.wandb.group", default="") is None:
        config.logger.wandb.group = OmegaConf.select(config, "sweep.study") or sweep.name


def _guarded(action: Callable[[], int | None]) -> int:
    """The exit code of an action, whatever it raises."""
    try:
        return action() or 0
    except BaseException as error:
        return _explained(error)


def _explained(error: BaseException) -> int:
    """Says what went wrong, and gives the exit code; a traceback is for bugs alone."""
    match error:
        case UserError():
            return _tell(str(error))
        case TrainingFailed():
            return _tell(str(error), code=1)
        case Interrupted():
            return _tell(str(error), code=128 + error.signal)
        case KeyboardInterrupt():
            return 130
        case SystemExit():
            return error.code if isinstance(error.code, int) else int(error.code is not None)
        case BrokenPipeError() if _reader_is_gone():
            return _BROKEN_PIPE
        case OSError() if not isinstance(error, BrokenPipeError) and error.filename and error.strerror:
            return _tell(f"{error.filename}: {error.strerror}")
        case _:
            traceback.print_exception(error)
            return 1


def _reader_is_gone() -> bool:
    """Whether nobody reads standard output any more (``| head``); what is left of it is then dropped."""
    try:
        print(flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True
    return False


def _tell(*messages: str, code: int = 2) -> int:
    for message in messages:
        print(f"error: {message}", file=sys.stderr)
    return code


def _refuse(message: str) -> NoReturn:
    """In the place of argparse's own message about a flag."""
    unknown = message.removeprefix("unrecognized arguments: ")
    if unknown != message:
        message = f"{unknown}: no such flag; options are written without dashes: name=value"
    raise SystemExit(_tell(message))


@contextmanager
def _terminable() -> Iterator[None]:
    """Lets SIGTERM end a command as Ctrl-C does: on the way out half-written files are removed."""

    def leave(number: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


@contextmanager
def _command_line(words: list[str]) -> Iterator[None]:
    """Hydra reads ``sys.argv``, and hands errors on, instead of printing them, in its full-error mode."""
    argv, full = sys.argv, os.environ.get("HYDRA_FULL_ERROR")
    sys.argv = [argv[0], *words]
    os.environ["HYDRA_FULL_ERROR"] = "1"
    try:
        yield
    finally:
        sys.argv = argv
        if full is None:
            del os.environ["HYDRA_FULL_ERROR"]
        else:
            os.environ["HYDRA_FULL_ERROR"] = full
