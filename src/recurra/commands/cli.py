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
from recurra.errors import Interrupted, TrainingFailed, UserError

Job = Callable[[Any], float | None]
"""What a command does with its validated config; in a sweep the result is the score of the trial."""

_BROKEN_PIPE = 141  # what a shell reports for a command that SIGPIPE ended


class _TrialFailed(Exception):
    """Tells Hydra that a trial failed; what went wrong is written already."""


def run(command: str, job: Job, argv: list[str] | None = None) -> int:
    """Runs a command and returns its exit code; nothing is raised.

    ``job`` gets the validated config. It ends with a score for sweeps, or None, or raises what went wrong.
    """

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
        score: float | None = None
        hydra_config = HydraConfig.get()
        if hydra_config.mode == RunMode.MULTIRUN and OmegaConf.select(config, "paths.run", default="") is None:
            config.paths.run = hydra_config.runtime.output_dir  # the folder that Hydra made for this trial

        def job() -> int:
            nonlocal score
            score = self._job(validated(self._command, config))
            return 0

        self.count += 1
        code = _guarded(job)
        if code == 0 or hydra_config.mode != RunMode.MULTIRUN:
            self.code = code
            return score
        if code > 128:
            raise SystemExit(code)
        self.failed += 1
        _tell(f"trial {hydra_config.job.num} failed: {' '.join(hydra_config.overrides.task)}")
        raise _TrialFailed


def _guarded(action: Callable[[], int | None]) -> int:
    """The exit code of an action, whatever it raises; a traceback is for bugs alone."""
    try:
        return action() or 0
    except UserError as error:
        return _tell(str(error))
    except TrainingFailed as error:
        return _tell(str(error), code=1)
    except Interrupted as error:
        return _tell(str(error), code=128 + error.signal)
    except KeyboardInterrupt:
        return 130
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BrokenPipeError:
        if _reader_is_gone():
            return _BROKEN_PIPE
        traceback.print_exc()
        return 1
    except OSError as error:
        if error.filename is not None and error.strerror is not None:
            return _tell(f"{error.filename}: {error.strerror}")
        traceback.print_exc()
        return 1
    except Exception:
        traceback.print_exc()
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
