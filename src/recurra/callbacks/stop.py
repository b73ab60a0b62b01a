"""Ctrl-C and SIGTERM: the first asks the run to stop where it can be gone on with, the second ends it at once."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from recurra.errors import Interrupted

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopRequest:
    """Remembers the signal that asked for an end; a context manager that puts the former handlers back."""

    def __init__(self) -> None:
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

    def check(self, run: Path) -> None:
        """Raises `Interrupted` if a signal came, with the words that say how to go on."""
        if self.signal is not None:
            raise Interrupted(self.signal, f"interrupted; the same command with resume=auto, or resume={run}, goes on")

    def handle(self, number: int, frame: FrameType | None) -> None:
        if self.signal is not None:
            os._exit(128 + number)
        self.signal = number
        os.write(2, b"\nstopping after this batch; once more to stop at once\n")  # print() may be at work right now
