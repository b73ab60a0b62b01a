"""What the model makes of fixed inputs after each validation: texts that it writes, for a person to read."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytorch_lightning as pl

from recurra.atomic import write_atomically
from recurra.logger.build import wandb_run
from recurra.task.base import TaskModule
from recurra.terminal import console

FILE = "samples.jsonl"


class Samples(pl.Callback):
    """Asks the module for samples with the weights that are validated; for tasks that have some.

    They go to ``samples.jsonl``, to W&B as a table, and the first of them to the terminal; pictures go to a folder for
    each validation. Nothing random is drawn from the generators of training.
    """

    def __init__(self, run: Path) -> None:
        self.path = run / FILE
        self.rows: list[dict[str, Any]] = []

    def on_validation_epoch_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        assert isinstance(module, TaskModule)
        made = module.samples()
        if not made:
            return
        self.rows += [{"step": trainer.global_step, **sample} for sample in made]
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in self.rows)
        pictures: dict[str, Path] = {}
        with suppress(OSError):  # a full disk must not end a run
            write_atomically(self.path, lambda path: path.write_text(lines, encoding="utf-8"))
            pictures = module.draw_samples(self.path.with_name(f"samples-{trainer.global_step:06d}"))
        text = " ⏎ ".join("".join(str(value) for value in list(made[0].values())[:2]).strip().splitlines())
        console.print(f"  {text[:200]}", style="dim", highlight=False, markup=False)
        run = wandb_run()
        if run is not None:
            import wandb

            table = wandb.Table(list(self.rows[0]), [list(row.values()) for row in self.rows])
            run.log({"samples": table, **{name: wandb.Image(str(path)) for name, path in pictures.items()}})

    def state_dict(self) -> dict[str, Any]:
        return {"rows": self.rows}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.rows = state["rows"]
