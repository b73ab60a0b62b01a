"""The tasks: one folder each, one row each in `TASKS`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from recurra.task.base import Task

TASKS = {
    "sentiment": "recurra.task.sentiment.task:SentimentTask",
    "chargen": "recurra.task.chargen.task:ChargenTask",
    "translation": "recurra.task.translation.task:TranslationTask",
}
"""Where each task's class is; imported only when it is asked for, since it brings torch."""


def load_task(name: str) -> Task:
    """The task of that name."""
    module, _, attribute = TASKS[name].partition(":")
    return cast("Task", getattr(import_module(module), attribute)())
