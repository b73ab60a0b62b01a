"""Which points of a sweep were best: means over seeds, a table, a CSV file, and the commands to have them again."""

from __future__ import annotations

import csv
import math
import shlex
import statistics
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from optuna.trial import FrozenTrial, TrialState
from rich.table import Table

from recurra.commands.quoting import typed
from recurra.config.sweep import is_better
from recurra.sweep.space import SEED, VARIANT, Value

SHOWN = 20
"""Rows of the table in the terminal; the CSV file has all of them."""

_STATES = {
    TrialState.COMPLETE: "done",
    TrialState.PRUNED: "given up",
    TrialState.FAIL: "failed",
    TrialState.RUNNING: "unfinished",
}
_MEASURED = {"parameters": 0, "megabytes": 1, "milliseconds": 1}
"""What a model costs, with the decimals to show."""


@dataclass
class Row:
    """The trials of one point, which differ in their seeds."""

    scores: list[str]
    labels: dict[str, Value]
    trials: list[FrozenTrial] = field(default_factory=list)
    on_front: bool = False

    @property
    def done(self) -> list[FrozenTrial]:
        return [trial for trial in self.trials if trial.state is TrialState.COMPLETE]

    @property
    def by_seed(self) -> list[FrozenTrial]:
        """One for each seed; a sampler may have drawn the same point twice."""
        return list({trial.user_attrs.get("labels", {}).get(SEED): trial for trial in self.done}.values())

    @property
    def state(self) -> str:
        """What became of them: the best that can be said."""
        return next(word for state, word in _STATES.items() if any(trial.state is state for trial in self.trials))

    def sign(self, number: int = 0) -> int:
        """1 where more is better, -1 where less is."""
        score = self.scores[number]
        return 1 if score and is_better(score) == "max" else -1

    def mean(self, number: int = 0) -> float:
        """Mean of a score over seeds."""
        return statistics.mean(float(trial.values[number]) for trial in self.by_seed) if self.done else math.nan

    def deviation(self, number: int = 0) -> float | None:
        values = [trial.values[number] for trial in self.by_seed]
        return statistics.stdev(values) if len(values) > 1 else None

    def measured(self, name: str) -> float | None:
        """Mean of what a model costs."""
        every = [trial.user_attrs.get("metrics", {}).get(f"model/{name}") for trial in self.done]
        known = [value for value in every if value is not None]
        return statistics.mean(known) if known else None

    @property
    def seconds(self) -> float:
        """Mean time of a trial by the clock; of those that came to their end, if there are any."""
        known = [t.user_attrs["seconds"] for t in self.done or self.trials if "seconds" in t.user_attrs]
        return statistics.mean(map(float, known)) if known else math.nan

    @property
    def reasons(self) -> str:
        return "; ".join(dict.fromkeys(t.user_attrs["reason"] for t in self.trials if "reason" in t.user_attrs))

    @property
    def best(self) -> FrozenTrial:
        """The best of its trials by the first score."""
        return max(self.done, key=lambda trial: self.sign() * trial.values[0])

    def command(self) -> str:
        """What to type to have it again: the same words, with what ``auto`` chose.

        All seeds of it, unless an experiment is among the words, which may bring a space of its own: then the best.
        """
        trials = self.done or self.trials
        if any(word.startswith("experiment=") for word in trials[0].user_attrs.get("words", [])):
            trials = [self.best] if self.done else trials[:1]
        words = [*trials[0].user_attrs.get("words", []), *trials[0].user_attrs.get("chosen", [])]
        seeds = list(dict.fromkeys(str(t.user_attrs.get("labels", {}).get(SEED)) for t in trials))
        if len(seeds) > 1:
            words = [f"{SEED}={','.join(seeds)}" if word.startswith(f"{SEED}=") else word for word in words]
        script = Path(sys.argv[0])
        program = ["python", script.name] if script.suffix == ".py" else [script.name]
        return shlex.join([*program, *(["-m"] if len(seeds) > 1 else []), *map(typed, words)])


def rows(trials: list[FrozenTrial], objectives: list[str] | None) -> list[Row]:
    """The best first, task by task; then those of which some or all trials were given up, failed or were cut off."""
    found: dict[tuple[Any, ...], Row] = {}
    for trial in trials:
        labels = {name: value for name, value in trial.user_attrs.get("labels", {}).items() if name != SEED}
        row = found.setdefault((*labels.items(),), Row(objectives or [""], labels))
        if objectives is None and "watched" in trial.user_attrs:
            row.scores = [trial.user_attrs["watched"]]
        row.trials.append(trial)
    if objectives is not None and len(objectives) > 1:
        _mark_front([row for row in found.values() if row.done])
    order = list(_STATES.values())
    seeds = max((len(row.by_seed) for row in found.values()), default=0)

    def rank(row: Row) -> tuple[Any, ...]:
        best_first = -row.sign() * row.mean() if row.done else 0.0
        partly = len(row.done) < len(row.trials) or len(row.by_seed) < seeds  # its mean is one of lucky seeds
        return row.labels.get("task", ""), order.index(row.state), partly, best_first, row.trials[0].number

    return sorted(found.values(), key=rank)


def best_of_each_task(found: list[Row]) -> list[Row]:
    """Of each task that has one the best row, from rows in order."""
    best: dict[Value, Row] = {}
    for row in found:
        if row.done:
            best.setdefault(row.labels.get("task", ""), row)
    return list(best.values())


def _mark_front(candidates: list[Row]) -> None:
    """Marks the rows that no other row beats in all scores."""
    values = [[row.sign(n) * row.mean(n) for n in range(len(row.scores))] for row in candidates]
    for row, own in zip(candidates, values, strict=True):
        row.on_front = not any(
            other != own and all(b >= a for a, b in zip(own, other, strict=True)) for other in values
        )


def write_csv(found: list[Row], path: Path) -> None:
    """All rows, with their commands."""
    names = list(dict.fromkeys(name for row in found for name in row.labels))
    scores = {tuple(row.scores) for row in found if row.done}
    heads = list(scores.pop()) if len(scores) == 1 else ["score"]
    heads = [head or "score" for head in heads]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        means = [word for head in heads for word in (head, f"{head} deviation")]
        writer.writerow(
            ["rank", "state", *means, "seeds", *names, *_MEASURED, "seconds", "trials", "reason", "command"]
        )
        for rank, row in enumerate(found, 1):
            values = [cell for n in range(len(heads)) for cell in (_cell(row.mean(n)), _cell(row.deviation(n)))]
            labels = [row.labels.get(name, "") for name in names]
            costs = [_cell(row.measured(name)) for name in _MEASURED]
            numbers = " ".join(str(trial.number) for trial in row.trials)
            state = "front" if row.on_front else row.state
            first = [rank if row.done else "", state, *values, len(row.by_seed)]
            writer.writerow([*first, *labels, *costs, _cell(row.seconds), numbers, row.reasons, row.command()])


def tables(found: list[Row]) -> list[Table]:
    """What to show in the terminal: a table for each task, the best rows first."""
    groups: dict[Value, list[Row]] = defaultdict(list)
    for row in found:
        groups[row.labels.get("task", "")].append(row)
    return [_table(group) for group in groups.values()]


def _table(found: list[Row]) -> Table:
    names = sorted(found[0].labels, key=lambda name: name != VARIANT)
    several = any(len(row.trials) > 1 for row in found)
    costs = [name for name in _MEASURED if any(row.measured(name) is not None for row in found)]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ["", *(score or "score" for score in found[0].scores), *(["seeds"] if several else []), *costs]:
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("seconds", justify="right", no_wrap=True)
    for head in [*(_short(name, names) for name in names), "trials"]:
        table.add_column(head, no_wrap=True)
    for rank, row in enumerate(found[:SHOWN], 1):
        mark = f"{rank}*" if row.on_front else str(rank) if row.done else ""
        values = [_shown(row, number) for number in range(len(row.scores))]
        seeds = [str(len(row.by_seed))] if several else []
        measured = [_counted(row.measured(name), _MEASURED[name]) for name in costs]
        labels = [_label(row.labels.get(name, "")) for name in names]
        numbers = ",".join(str(trial.number) for trial in row.trials)
        table.add_row(mark, *values, *seeds, *measured, _counted(row.seconds, 0), *labels, numbers)
    return table


def _short(name: str, names: list[str]) -> str:
    """The last part of a name, where no other ends so."""
    last = name.rpartition(".")[2]
    return last if sum(other.rpartition(".")[2] == last for other in names) == 1 else name


def _shown(row: Row, number: int) -> str:
    if not row.done:
        return row.state if number == 0 else ""
    deviation = row.deviation(number)
    return f"{row.mean(number):.4f}" + ("" if deviation is None else f" ± {deviation:.4f}")


def _label(value: Value) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _counted(value: float | None, digits: int) -> str:
    return "" if value is None or math.isnan(value) else f"{value:,.{digits}f}"


def _cell(value: float | None) -> str:
    if value is None or math.isnan(value):
        return ""
    return f"{value:.0f}" if 1e5 <= abs(value) < 1e15 else f"{value:.6g}"  # counts are told in full
