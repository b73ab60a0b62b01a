"""The last words of a run: where everything is, and what to try next."""

from __future__ import annotations

import shlex
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from recurra import runs
from recurra.config.train import COLUMNS, LANGUAGES, OWN, Data, Train
from recurra.task.base import Report, Task


def closing_words(task: Task, config: Train, run: Path, report: Report, seconds: float) -> RenderableType:
    """Where everything is, and what to try next."""
    lines = [
        Text(f"\ndone in {seconds:.0f} s; in {run}:", style="bold"),
        Text(f"  checkpoint  {runs.BEST}"),
        Text(f"  scores      {', '.join(['metrics.json', 'metrics.csv', *report.files])}"),
    ]
    if report.pictures:
        lines.insert(2, Text(f"  pictures    {', '.join(path.name for path in report.pictures.values())}"))
    if config.logger.wandb is not None and config.logger.wandb.mode == "offline":
        lines.append(Text(f"  W&B         wandb/ (wandb sync {run / 'wandb'}/offline-run-*)"))
    lines.append(Text("next:", style="bold"))
    checkpoint = shlex.quote(f"checkpoint={run}")
    commands = task.commands(checkpoint, f"task={config.task.name} {same_data(config.data)}", config.data)
    lines += [Text(f"  {command}") for command in [*commands, f"python export.py {checkpoint}"]]
    return Group(*lines)


def same_data(data: Data) -> str:
    """The words of the command line that name this data again."""
    names = OWN.get(data.name, LANGUAGES)
    if data.name not in OWN and data.own_files():
        names = (*data.own_files(), *COLUMNS, *LANGUAGES)
    values = {name: getattr(data, name, None) for name in names}
    words = [f"data={data.name}"]
    words += [f"data.{name}={_listed(value)}" for name, value in values.items() if value is not None]
    return " ".join(shlex.quote(word) for word in words)


def _listed(value: str | list[str]) -> str:
    return value if isinstance(value, str) else f"[{','.join(value)}]"
