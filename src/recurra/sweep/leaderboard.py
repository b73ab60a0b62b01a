"""Which points of a sweep were best: means over seeds, a table, ``leaderboard.csv``, and the commands to repeat them."""

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

from recurra.config.sweep import is_better
from recurra.sweep.space import SEED, VARIANT

SHOWN = 20
"""Rows of the table in the terminal; ``leaderboard.csv`` has all of them."""

_STATES = {
    TrialState.COMPLETE: "done", TrialState.PRUNED: "given up", TrialState.FAIL: "failed",
    TrialState.RUNNING: "unfinished",
}  # fmt: skip


@dataclass
class Row:
    """The trials of one point, which differ in their seeds."""

    scores: list[str]
    labels: dict[str, Any]
    watched: str
    trials: list[FrozenTrial] = field(default_factory=list)
    on_front: bool = False

    @property
    def done(self) -> list[FrozenTrial]:
        return [trial for trial in self.trials if trial.state is TrialState.COMPLETE]

    @property
    def state(self) -> str:
        """What became of them: the best that can be said."""
        return next((word for state, word in _STATES.items() if any(t.state is state for t in self.trials)), "")

    def mean(self, number: int = 0) -> float:
        """Mean of a score over seeds."""
        return statistics.mean(trial.values[number] for trial in self.done) if self.done else math.nan

    def deviation(self, number: int = 0) -> float | None:
        values = [trial.values[number] for trial in self.done]
        return statistics.stdev(values) if len(values) > 1 else None

    def fact(self, name: str) -> float | None:
        """Mean of what was measured besides."""
        values = [trial.user_attrs.get("metrics", {}).get(name) for trial in self.done]
        known = [value for value in values if value is not None]
        return statistics.mean(known) if known else None

    @property
    def seconds(self) -> float:
        return statistics.mean(trial.user_attrs.get("seconds", 0.0) for trial in self.trials)

    @property
    def reasons(self) -> str:
        return "; ".join(dict.fromkeys(t.user_attrs["reason"] for t in self.trials if "reason" in t.user_attrs))

    @property
    def best(self) -> FrozenTrial:
        """The best of its trials by the first score."""
        return max(self.done, key=lambda trial: _sign(self.scores[0], self.watched) * trial.values[0])

    def command(self) -> str:
        """What to type to have it again: the same words, with what ``auto`` chose."""
        trials = self.done or self.trials
        words: list[str] = list(trials[0].user_attrs.get("words", []))
        words += trials[0].user_attrs.get("chosen", [])
        seeds = list(dict.fromkeys(str(t.user_attrs.get("labels", {}).get(SEED)) for t in trials))
        sweep = []
        if len(seeds) > 1:
            sweep = ["-m"]
            words = [f"{SEED}={','.join(seeds)}" if word.startswith(f"{SEED}=") else word for word in words]
        script = Path(sys.argv[0])
        program = ["python", script.name] if script.suffix == ".py" else [script.name]
        return shlex.join([*program, *sweep, *words])


def rows(trials: list[FrozenTrial], scores: list[str]) -> list[Row]:
    """The best first; then those that were given up, cut off or failed."""
    found: dict[tuple[Any, ...], Row] = {}
    for trial in trials:
        labels = {name: value for name, value in trial.user_attrs.get("labels", {}).items() if name != SEED}
        watched = trial.user_attrs.get("watched", scores[0])
        row = found.setdefault((*labels.items(),), Row(scores, labels, watched))
        row.watched = trial.user_attrs.get("watched", row.watched)
        row.trials.append(trial)
    front = _front([row for row in found.values() if row.done], scores)
    for row in front if len(scores) > 1 else []:
        row.on_front = True
    order = list(_STATES.values())

    def rank(row: Row) -> tuple[Any, ...]:
        value = -_sign(scores[0], row.watched) * row.mean() if row.done else 0.0
        return row.watched, order.index(row.state), value, row.trials[0].number

    return sorted(found.values(), key=rank)


def _sign(score: str, watched: str) -> int:
    """1 where more is better. The score that a task watches is that of its own."""
    name = score if score.partition("/")[0] == "model" else watched or score
    return 1 if name and is_better(name if len(score) == 0 else score) == "max" else -1


def _front(candidates: list[Row], scores: list[str]) -> list[Row]:
    """Rows that no other row beats in all scores."""

    def values(row: Row) -> list[float]:
        return [_sign(score, row.watched) * row.mean(number) for number, score in enumerate(scores)]

    def beaten(row: Row) -> bool:
        own = values(row)
        others = [values(other) for other in candidates if other is not row]
        return any(all(b >= a for a, b in zip(own, o, strict=True)) and o != own for o in others)

    return [row for row in candidates if not beaten(row)]


def write_csv(found: list[Row], path: Path) -> None:
    """All rows, with their commands."""
    names = list(dict.fromkeys(name for row in found for name in row.labels))
    scores = found[0].scores if found else []
    several = len({row.watched for row in found}) > 1
    heads = [(score or "score") if len(scores) > 1 or not several else "score" for score in scores]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        means = [word for head in heads for word in (head, f"{head} deviation")]
        facts = ["parameters", "megabytes", "milliseconds"]
        writer.writerow(["rank", "state", *means, "seeds", *names, *facts, "seconds", "trials", "reason", "command"])
        for rank, row in enumerate(found, 1):
            values = [cell for n in range(len(scores)) for cell in (_cell(row.mean(n)), _cell(row.deviation(n)))]
            writer.writerow(
                [
                    rank if row.done else "", "front" if row.on_front else row.state, *values, len(row.done),
                    *(row.labels.get(name, "") for name in names),
                    *(_cell(row.fact(f"model/{name}")) for name in facts), f"{row.seconds:.1f}",
                    " ".join(str(trial.number) for trial in row.trials), row.reasons, row.command(),
                ]
            )  # fmt: skip


def tables(found: list[Row]) -> list[Table]:
    """What to show in the terminal: a table for each task, the best rows first."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in found:
        groups[row.watched].append(row)
    return [_table(group, watched) for watched, group in groups.items()]


def _table(found: list[Row], watched: str) -> Table:
    names = [name for name in found[0].labels if name != "task"]
    names.sort(key=lambda name: name != VARIANT)
    table = Table(box=None, pad_edge=False, header_style="bold")
    shown = [score or "score" for score in found[0].scores] if len(found[0].scores) > 1 else [watched or "score"]
    several = any(len(row.trials) > 1 for row in found)
    facts = {
        name: any(row.fact(f"model/{name}") is not None for row in found) for name in ("parameters", "milliseconds")
    }
    heads = ["", *shown, *(["seeds"] if several else []), *(name for name, is_there in facts.items() if is_there)]
    for head in [*heads, "seconds"]:
        table.add_column(head, justify="right", no_wrap=True)
    for name in [*(name.rpartition(".")[2] if _unique(name, names) else name for name in names), "trials"]:
        table.add_column(name, overflow="fold")
    for rank, row in enumerate(found[:SHOWN], 1):
        mark = f"{rank}*" if row.on_front else str(rank) if row.done else ""
        values = [_shown(row, number) for number in range(len(row.scores))]
        cells = [
            f"{row.fact(f'model/{name}') or 0:,.{0 if name == 'parameters' else 1}f}" for name in facts if facts[name]
        ]
        numbers = ",".join(str(trial.number) for trial in row.trials)
        table.add_row(
            mark, *values, *([str(len(row.done))] if several else []), *cells, f"{row.seconds:.0f}",
            *(str(row.labels.get(name, "")) for name in names), numbers,
        )  # fmt: skip
    return table


def _unique(name: str, names: list[str]) -> bool:
    last = name.rpartition(".")[2]
    return sum(other.rpartition(".")[2] == last for other in names) == 1


def _shown(row: Row, number: int) -> str:
    if not row.done:
        return row.state
    deviation = row.deviation(number)
    return f"{row.mean(number):.4f}" + ("" if deviation is None else f" ± {deviation:.4f}")


def _cell(value: float | None) -> str:
    return "" if value is None or math.isnan(value) else f"{value:.6g}"
