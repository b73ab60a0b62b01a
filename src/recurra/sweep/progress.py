"""What a person sees of a sweep: a bar for the whole of it on a terminal, and a line for each trial that ends."""

from __future__ import annotations

import math
import time
from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from recurra.terminal import console


class Progress:
    """A context manager, so that the terminal is left as it was."""

    def __init__(self, trials: int) -> None:
        self._shown = -math.inf
        self._bar: Bar | None = None
        if console.is_terminal:
            columns = (
                TextColumn("trials"), BarColumn(None), MofNCompleteColumn(), TextColumn("{task.description}"),
                TimeElapsedColumn(), TimeRemainingColumn(),
            )  # fmt: skip
            self._bar = Bar(*columns, console=console, auto_refresh=False, transient=True)
            self._line = self._bar.add_task("", total=trials)

    def __enter__(self) -> Progress:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()

    def say(self, line: str) -> None:
        """A line that stays."""
        console.print(line)

    def is_due(self) -> bool:
        """Whether the bar should move: on a terminal, twice a second."""
        return self._bar is not None and time.monotonic() - self._shown > 0.5

    def show(self, ended: int, failed: int, running: int, best: list[str]) -> None:
        """Moves the bar."""
        assert self._bar is not None
        self._shown = time.monotonic()
        words = [f"{running} running", *([f"{failed} failed"] if failed else []), *best]
        self._bar.update(self._line, completed=ended, description=", ".join(words))
        self._bar.refresh()
