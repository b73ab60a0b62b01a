"""What the process of one trial does; it is started by `recurra.sweep.process`.

It is the head of a process group of its own and never outlives its parent. It tells scores and its end through a pipe,
and hears there whether to go on; what is printed goes to the log.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import pickle
import queue
import signal
import sys
import threading
import traceback
from dataclasses import dataclass
from multiprocessing import connection, parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

import cloudpickle

from recurra.errors import Pruned
from recurra.stop import SIGNALS


@dataclass(frozen=True)
class Score:
    """What a trial says after a validation; the answer is whether to go on."""

    step: int
    value: float


@dataclass(frozen=True)
class Done:
    """The last word of a trial: what Hydra calls the return of a job, or why there is none."""

    result: Any = None
    reason: str | None = None
    pruned: bool = False


class Channel:
    """The trial's end of the pipe."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe
        self.answers: queue.SimpleQueue[bool] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def send(self, message: Score | Done) -> None:
        self.pipe.send_bytes(cloudpickle.dumps(message))

    def _listen(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                self.answers.put(self.pipe.recv())


_channel: Channel | None = None


def in_trial() -> bool:
    """Whether this process is that of a trial."""
    return _channel is not None


def worth_going_on(step: int, value: float) -> bool:
    """Tells the sweep a score of validation; whether this trial should go on."""
    if _channel is None:
        return True
    _channel.send(Score(step, value))
    return _channel.answers.get()


def main(pipe: Connection, log: Path, environment: dict[str, str | None], job: bytes) -> None:
    """Runs ``job``, which `cloudpickle` wrote, and tells its end through ``pipe``."""
    global _channel
    if hasattr(os, "setsid"):
        os.setsid()
    _print_to(log)
    for name, value in environment.items():  # the process that this one is a copy of may be older than what was set
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    _die_with_parent()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored by what a shell has started in the background
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    faulthandler.enable()  # a crash in compiled code leaves its traceback in the log
    _channel = Channel(pipe)
    _channel.send(_done(pickle.loads(job)))


def _print_to(log: Path) -> None:
    """Whatever this process and its children print goes to the end of ``log``."""
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (1, 2):
        os.dup2(file, stream)
    if file > 2:  # the sweep itself may have been started without a terminal
        os.close(file)
    sys.stdout, sys.stderr = (os.fdopen(n, "w", buffering=1, encoding="utf-8", closefd=False) for n in (1, 2))


def _die_with_parent() -> None:
    """Sees to it that this process and all that it starts end when the parent does, whatever keeps them busy."""
    if not hasattr(os, "fork"):
        threading.Thread(target=_wait_for_parent, daemon=True).start()
    elif os.fork() == 0:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        _wait_for_parent()


def _wait_for_parent() -> NoReturn:
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _done(job: Any) -> Done:
    from hydra.core.utils import JobStatus

    try:
        result = job()
        if result.status is JobStatus.COMPLETED:
            return Done(result)
        error = result._return_value
    except Exception as raised:
        error = raised
    if isinstance(error, Pruned):
        return Done(reason=str(error), pruned=True)
    if not getattr(error, "told", False):
        traceback.print_exception(error)
    return Done(reason=getattr(error, "told", None) or ": ".join(filter(None, [type(error).__name__, str(error)])))
