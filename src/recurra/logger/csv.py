"""``metrics.csv``: one line a step or validation, one column a score."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

from pytorch_lightning.loggers.logger import Logger

from recurra.atomic import write_atomically


class CSVLog(Logger):
    """Rows are appended as they come; the file is written anew only when a new column turns up.

    A run that goes on keeps the first rows, as many as its checkpoint counts, and writes the others again. A disk
    that is full delays rows, but does not end a run.
    """

    def __init__(self, path: Path, keep: int = 0) -> None:
        super().__init__()
        self.path = path
        self.waiting: list[dict[str, Any]] = []
        rows = self.read()[:keep] if path.exists() else []
        self.rewrite(rows, list(rows[0]) if rows else ["step"])

    @property
    def name(self) -> str:
        return "csv"

    @property
    def version(self) -> str:
        return ""

    def log_hyperparams(self, params: Any, *args: Any, **kwargs: Any) -> None:
        """The config stands in ``config.yaml``."""

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        self.waiting.append({"step": step or 0, **metrics})
        columns = list(dict.fromkeys([*self.columns, *(name for row in self.waiting for name in row)]))
        try:
            if columns == self.columns:
                self.append(self.waiting)
            else:
                self.rewrite(self.read() + self.waiting, columns)
        except OSError:
            return
        self.waiting.clear()

    def read(self) -> list[dict[str, Any]]:
        with self.path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def append(self, rows: list[dict[str, Any]]) -> None:
        size = self.path.stat().st_size
        try:
            with self.path.open("a", newline="", encoding="utf-8") as file:
                csv.DictWriter(file, self.columns, restval="").writerows(rows)
        except OSError:
            os.truncate(self.path, size)  # half a line must not stay
            raise

    def rewrite(self, rows: list[dict[str, Any]], columns: list[str]) -> None:
        def write(temporary: Path) -> None:
            with temporary.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, columns, restval="")
                writer.writeheader()
                writer.writerows(rows)

        write_atomically(self.path, write)
        self.columns = columns
