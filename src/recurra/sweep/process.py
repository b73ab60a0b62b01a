"""The process of one trial, seen from the sweep: started, heard, limited in time, and told about."""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cloudpickle

from recurra.sweep.trial import Done, Score

LOG = "trial.log"

_ONE_THREAD = [f"{name}_NUM_THREADS" for name in ("OMP", "MKL", "OPENBLAS", "RAYON")]
_SECONDS_TO_END = 10.0  # what a trial has for its last breath, once it has said that it is done


@dataclass(frozen=True)
class Outcome:
    """How a trial ended: with a result, or for a reason."""

    result: Any
    reason: str | None
    pruned: bool
    seconds: float


class Process:
    """``job`` runs in a process group of its own, with one thread; what it prints is added to ``folder/trial.log``."""

    def __init__(self, job: Callable[[], Any], folder: Path, limit: float | None) -> None:
        self.log = folder / LOG
        self.began = time.monotonic()
        self.limit = limit
        self.scores: queue.SimpleQueue[Score] = queue.SimpleQueue()
        self.done: Done | None = None
        self.done_at = 0.0
        self.cut: str | None = None
        folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._popen = subprocess.Popen(
                [sys.executable, "-m", "recurra.sweep.trial", str(os.getpid()), str(_life()[0])],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **dict.fromkeys(_ONE_THREAD, "1"), "PYTHONUNBUFFERED": "1"},
                start_new_session=True,
                pass_fds=[_life()[0]] if hasattr(os, "fork") else (),
            )
        self._send(list(sys.path))
        self._send(job)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def answer(self, go_on: bool) -> None:
        """Answers the oldest score that has not been answered."""
        self._send(go_on)

    def poll(self) -> Outcome | None:
        """How the trial ended, or None while it runs; one past its time is ended here."""
        now = time.monotonic()
        if self._popen.poll() is None:
            if self.limit is not None and now - self.began > self.limit and self.done is None:
                self.end(f"still running after {self.limit:g} s (sweep.trial_timeout)")
            elif self.done is not None and now - self.done_at > _SECONDS_TO_END:
                self._kill()
            return None
        self._reader.join(2.0)
        self._kill()  # what the trial may have left behind
        for pipe in (self._popen.stdin, self._popen.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        done = self.done or Done(reason=self.cut or _why(self._popen.returncode))
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
                os.killpg(self._popen.pid, number)
            else:
                self._popen.send_signal(number)

    def _send(self, message: Any) -> None:
        assert self._popen.stdin is not None
        with contextlib.suppress(OSError):  # a trial that has ended hears nothing more; `poll` finds out
            self._popen.stdin.write(cloudpickle.dumps(message))
            self._popen.stdin.flush()

    def _read(self) -> None:
        assert self._popen.stdout is not None
        with contextlib.suppress(Exception):  # a trial that is killed may break off amid a word
            while True:
                message = pickle.load(self._popen.stdout)
                if isinstance(message, Score):
                    self.scores.put(message)
                else:
                    self.done, self.done_at = message, time.monotonic()


@cache
def _life() -> tuple[int, int]:
    """A pipe that ends when this process does: nobody else has its second end."""
    return os.pipe()


def _why(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"killed ({name})" + (", as the system does when memory runs out" if name == "SIGKILL" else "")
