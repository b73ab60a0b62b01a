"""The process of one trial, seen from the sweep: started, heard, limited in time, and told about.

On Linux a process stands ready that has imported what the trials need, and each trial is a copy of it: it begins at
once, and shares the memory of what was imported.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import queue
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

import cloudpickle

from recurra.stop import SIGNALS
from recurra.sweep import trial
from recurra.sweep.trial import Done, Score

LOG = "trial.log"

_SOCKET = 70  # letters of the folder of temporary files that leave room for the name of a socket in it
_COPIES = sys.platform == "linux" and len(tempfile.gettempdir()) <= _SOCKET
_STARTS: Any = multiprocessing.get_context("forkserver" if _COPIES else "spawn")
_ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS", "RAYON")}
_AT_START = {
    **_ONE_THREAD,
    "PYTHONUNBUFFERED": "1",
    "PYTHONSAFEPATH": "1",  # what lies in the folder where somebody works takes the place of no library
    "TERM": "dumb",  # what is printed goes to a log
}
_SECONDS_TO_END = 10.0  # what a trial has for its last breath, once it has said that it is done
_SECONDS_TO_READ = 5.0  # for its last words, when it has ended; a process that it left behind may hold the line open


@dataclass(frozen=True)
class Outcome:
    """How a trial ended: with a result, or for a reason."""

    result: Any
    reason: str | None
    pruned: bool
    seconds: float


class Process:
    """``job`` runs in a process group of its own, with one thread; what it prints is added to ``folder/trial.log``.

    ``modules`` are imported beforehand, when the first trial of a sweep starts; ``limit`` is in seconds.
    """

    def __init__(self, job: Callable[[], Any], folder: Path, limit: float | None, modules: Sequence[str] = ()) -> None:
        self.log = folder / LOG
        self.limit = limit
        self._heard: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._scores: list[Score] = []
        self.done: Done | None = None
        self.done_at = 0.0
        self.cut: str | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self._pipe, theirs = _STARTS.Pipe()
        environment = {**dict.fromkeys(_AT_START), **os.environ, **_ONE_THREAD}
        arguments = (theirs, self.log.absolute(), environment, cloudpickle.dumps(job))
        self._process = _STARTS.Process(target=trial.main, args=arguments)
        if _COPIES:
            _STARTS.set_forkserver_preload(list(modules))
        with _starting():
            self._process.start()
        theirs.close()
        self.began = time.monotonic()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def answer(self, worth_going_on: Callable[[Score], bool] = lambda score: True) -> None:
        """Answers the scores that the trial has told since: whether it should go on."""
        self._understand()
        while self._scores:
            go_on = worth_going_on(self._scores.pop(0))
            with contextlib.suppress(OSError):  # a trial that has ended hears nothing more; `poll` finds out
                self._pipe.send(go_on)

    def poll(self) -> Outcome | None:
        """How the trial ended, or None while it runs; one past its time is ended here."""
        now = time.monotonic()
        self._understand()
        if self._process.is_alive():
            if self.limit is not None and now - self.began > self.limit and self.done is None:
                self.end(f"still running after {self.limit:g} s (sweep.trial_timeout)")
            elif self.done is not None and now - self.done_at > _SECONDS_TO_END:
                self._kill()
            return None
        self._kill()  # what the trial may have left behind
        self._reader.join(_SECONDS_TO_READ)
        self._understand()
        self._pipe.close()
        done = self.done or Done(reason=self.cut or _why(self._process.exitcode))
        return Outcome(done.result, done.reason, done.pruned, now - self.began)

    def end(self, reason: str) -> None:
        """Kills the trial, for this reason."""
        self.cut = self.cut or reason
        self._kill()

    def interrupt(self) -> None:
        """Asks the trial to save its state and end, as Ctrl-C does."""
        self._signal(signal.SIGINT)

    def _kill(self) -> None:
        self._signal(getattr(signal, "SIGKILL", signal.SIGTERM))

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._process.pid, number)
                    return
            if self._process.is_alive():  # which has no group of its own yet
                os.kill(self._process.pid, number)

    def _read(self) -> None:
        with contextlib.suppress(EOFError, OSError):  # a trial that is killed may break off amid a word
            while True:
                self._heard.put(self._pipe.recv_bytes())

    def _understand(self) -> None:
        """Takes in what was heard; it may have to import modules first, for which the reader has no time."""
        while not self._heard.empty():
            try:
                message = pickle.loads(self._heard.get())
            except Exception as error:  # whatever a class does that is unpickled
                message = Done(reason=f"its result cannot be read: {type(error).__name__}: {error}")
            if isinstance(message, Score):
                self._scores.append(message)
            else:
                self.done, self.done_at = message, time.monotonic()


@contextlib.contextmanager
def _starting() -> Iterator[None]:
    """What a process has from its beginning, which is this one's for a while.

    Signals that go to a whole group wait for ever in the process that stands ready: trials are told by the sweep. The
    script that was started is none of a trial's business; its job brings what it needs of it.
    """
    before = dict(os.environ)
    os.environ.update(_AT_START)
    main = vars(sys.modules["__main__"])
    hidden: dict[str, Any] = {name: main.pop(name) for name in ("__file__", "__spec__") if name in main}
    main["__spec__"] = None
    blocks = hasattr(signal, "pthread_sigmask")
    if blocks:
        resource_tracker.ensure_running()  # which would let them through again
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        if blocks:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        main.update(hidden)
        for name in _AT_START:
            if name in before:
                os.environ[name] = before[name]
            else:
                del os.environ[name]


def _why(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"killed ({name})" + (", as the system does when memory runs out" if name == "SIGKILL" else "")
