"""The loggers of a run."""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path
from typing import Any

from pytorch_lightning.loggers.logger import Logger

from recurra.config.train import Logger as Config
from recurra.config.train import Train
from recurra.errors import UserError
from recurra.logger.csv import CSVLog

WANDB_ID = "wandb-id.txt"


def make_loggers(config: Train, run: Path, rows: int) -> list[Logger]:
    """CSV always, Weights & Biases and TensorBoard as asked for; a resumed run goes on with its own ``rows``."""
    loggers: list[Logger] = [CSVLog(run / "metrics.csv", rows)]
    if config.logger.wandb is not None and config.logger.wandb.mode != "disabled":
        loggers.append(_wandb(config.logger, run, config))
    if config.logger.tensorboard:
        try:
            from pytorch_lightning.loggers import TensorBoardLogger

            loggers.append(TensorBoardLogger(run, name="tensorboard", version=""))
        except ModuleNotFoundError:
            raise UserError("logger.tensorboard=true needs TensorBoard: pip install tensorboard") from None
    return loggers


def _wandb(config: Config, run: Path, train: Train) -> Logger:
    import wandb
    from pytorch_lightning.loggers import WandbLogger

    options = config.wandb
    assert options is not None
    id_file = run / WANDB_ID
    if not id_file.exists():
        id_file.write_text(uuid.uuid4().hex[:8], encoding="utf-8")
    os.environ.setdefault("WANDB_SILENT", "true")
    try:
        logger = WandbLogger(
            name=options.name or run.name,
            save_dir=run,
            id=id_file.read_text(encoding="utf-8"),
            resume="allow" if options.mode == "online" else None,
            project=options.project,
            entity=options.entity,
            group=options.group,
            tags=options.tags,
            config=train.model_dump(mode="json"),
            mode=options.mode,
            settings=wandb.Settings(init_timeout=30, console="off", x_disable_meta=False),
        )
        logger._wandb_init.pop("anonymous", None)  # W&B warns of it, although nobody set it
        _ = logger.experiment  # starts the run now, where a failure can still be explained
    except wandb.errors.Error as error:
        raise UserError(
            f"Weights & Biases: {error}. Log in (wandb login), or keep the run on this machine: "
            f"logger.wandb.mode=offline; or leave it out: logger=csv"
        ) from None
    return logger


def close_loggers() -> None:
    """Ends the W&B run, so that the next one in this process does not silently join it."""
    run = wandb_run()
    if run is not None:
        run.finish()


def wandb_run() -> Any | None:
    """The W&B run that is open, if any, for tables and pictures."""
    module = sys.modules.get("wandb")
    return module.run if module is not None else None
