"""``metrics.csv``: one line a step or validation, one column a score."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from pytorch_lightning.loggers.logger import Logger

from recurra.checkpoint import write_atomically


class CSVLog(Logger):
    """Rows are appended as they come; the file is written anew only when a new column turns up.

    A run that goes on from step n first drops the lines after step n, which it is about to write again.
    """

    def __init__(self, path: Path, resume_step: int | None = None) -> None:
        super().__init__()
        self.path = path
        self.columns = ["step"]
        if resume_step is not None and path.exists():
            with path.open(newline="", encoding="utf-8") as file:
                reader = csv.DictReader(file)
                rows = [row for row in reader if int(row["step"]) <= resume_step]
                self.columns = list(reader.fieldnames or self.columns)
            self.rewrite(rows)

    @property
    def name(self) -> str:
        return "csv"

    @property
    def version(self) -> str:
        return ""

    def log_hyperparams(self, params: Any, *args: Any, **kwargs: Any) -> None:
        """The config stands in ``config.yaml``."""

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        row: dict[str, Any] = {"step": step or 0, **metrics}
        new = [name for name in row if name not in self.columns]
        if new or not self.path.exists():
            rows = []
            if self.path.exists():
                with self.path.open(newline="", encoding="utf-8") as file:
                    rows = list(csv.DictReader(file))
            self.columns += new
            self.rewrite(rows)
        with self.path.open("a", newline="", encoding="utf-8") as file:
            csv.DictWriter(file, self.columns, restval="").writerow(row)

    def rewrite(self, rows: list[dict[str, Any]]) -> None:
        def write(temporary: Path) -> None:
            with temporary.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, self.columns, restval="")
                writer.writeheader()
                writer.writerows(rows)

        write_atomically(self.path, write)
