"""Ctrl-C and SIGTERM: the first asks for a stop where the work can be gone on with, the second ends it at once.

A handler that raised would do so wherever the program happens to be, and libraries turn what is raised into errors of
their own.
"""

from __future__ import annotations

import os
import signal
from types import FrameType, TracebackType
from typing import Any

from recurra.errors import Interrupted

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopRequest:
    """Remembers the signal that asked for an end; a context manager that puts the former handlers back.

    ``after`` says when the stop comes, ``again`` the options with which the same command goes on.
    """

    def __init__(self, after: str = "after this batch", again: str = "resume=auto") -> None:
        self.after, self.again = after, again
        self.signal: int | None = None
        self.former: dict[int, Any] = {}

    def __enter__(self) -> StopRequest:
        self.former = {number: signal.getsignal(number) for number in SIGNALS}
        self.listen()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        for number, handler in self.former.items():
            signal.signal(number, handler)

    def listen(self) -> None:
        """Becomes the handler, whoever is."""
        for number in SIGNALS:
            signal.signal(number, self.handle)

    def check(self) -> None:
        """Raises `Interrupted` if a signal came, with the words that say how to go on."""
        if self.signal is not None:
            raise Interrupted(self.signal, f"interrupted; the same command with {self.again} goes on")

    def handle(self, number: int, frame: FrameType | None) -> None:
        if self.signal is not None:
            os._exit(128 + number)
        self.signal = number
        said = f"\nstopping {self.after}; once more to stop at once\n"
        os.write(2, said.encode())  # print() may be at work right now
