"""What a person sees of a sweep: a bar for the whole of it on a terminal, and a line for each trial that ends."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from recurra.terminal import console

if TYPE_CHECKING:
    from recurra.sweep.study import Study


class Progress:
    """A context manager, so that the terminal is left as it was."""

    def __init__(self, trials: int) -> None:
        self._shown = -1.0
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

    def show(self, ended: int, failed: int, running: int, study: Study) -> None:
        """Moves the bar, at most five times a second."""
        if self._bar is None or time.monotonic() - self._shown < 0.2:
            return
        self._shown = time.monotonic()
        words = [f"{running} running", *([f"{failed} failed"] if failed else []), *study.best()]
        self._bar.update(self._line, completed=ended, description=", ".join(words))
        self._bar.refresh()
