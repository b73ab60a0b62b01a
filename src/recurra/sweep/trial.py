"""The process of one trial: ``python -m recurra.sweep.trial``, started by `recurra.sweep.process`.

It is the head of a process group of its own and never outlives its parent. It gets what to do by standard input, and
answers by standard output, both as pickles; what is printed goes to the log.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import os
import pickle
import queue
import signal
import sys
import threading
import traceback
from dataclasses import dataclass
from typing import Any, NoReturn

from recurra.errors import Pruned


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
    """The two pipes to the parent."""

    def __init__(self) -> None:
        self.input = os.fdopen(os.dup(0), "rb")
        self.output = os.fdopen(os.dup(1), "wb")
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        self.answers: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def listen(self) -> None:
        """Takes answers from now on; when the parent ends, so does this process, whatever it is doing."""

        def read() -> None:
            with contextlib.suppress(EOFError, OSError, pickle.UnpicklingError):
                while True:
                    self.answers.put(pickle.load(self.input))
            end_group()

        threading.Thread(target=read, daemon=True).start()

    def send(self, message: Score | Done) -> None:
        import cloudpickle

        self.output.write(cloudpickle.dumps(message))
        self.output.flush()


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


def end_group() -> NoReturn:
    """Ends this process and all that it has started."""
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def die_with(parent: int, life: int) -> None:
    """Sees to it that this process group ends when its parent does, whatever keeps it busy.

    On Linux the system kills this process; what it has started is killed by a process that waits for the end of the
    pipe ``life``, whose other end only the parent has. Without `os.fork`, `Channel.listen` does what it can.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:  # which ended before that
            end_group()
    if hasattr(os, "fork"):
        if os.fork() == 0:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
            os.close(0)
            os.close(1)
            os.read(life, 1)
            os.killpg(0, signal.SIGKILL)
        os.close(life)


def main() -> None:
    global _channel
    die_with(*map(int, sys.argv[1:]))
    faulthandler.enable()  # a crash in compiled code leaves its traceback in the log
    channel = Channel()
    sys.path[:] = pickle.load(channel.input)  # where a module of the script's own is found
    job = pickle.load(channel.input)
    channel.listen()
    _channel = channel
    channel.send(_done(job))


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


if __name__ == "__main__":
    from recurra.sweep import trial  # the module that others import is not the one named __main__

    trial.main()
