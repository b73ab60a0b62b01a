"""Which points were best, what they cost, and how to have them again."""

from __future__ import annotations

import csv
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from optuna import create_trial
from optuna.trial import FrozenTrial, TrialState
from rich.console import Console
from tests.sweep.test_study import study

from recurra.sweep.leaderboard import Row, best_of_each_task, rows, tables, write_csv


def trial(number: int, labels: dict[str, Any], *values: float, state: str = "COMPLETE", **attrs: Any) -> FrozenTrial:
    words = ["data=sst2", *(f"{name}={value}" for name, value in labels.items())]
    made = create_trial(
        state=TrialState[state],
        values=list(values) or None,
        user_attrs={"labels": labels, "words": words, "watched": "val/accuracy", "seconds": 2.0, **attrs},
    )
    made.number = number
    return made


def shown(found: list[Row]) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        for table in tables(found):
            console.print(table)
    return capture.get()


SEEDS = [trial(n, {"model.cell": cell, "seed": seed}, value) for n, (cell, seed, value) in enumerate([
    ("gru", 1, 0.70), ("lstm", 1, 0.80), ("gru", 2, 0.90), ("lstm", 2, 0.84),
])]  # fmt: skip


def test_points_are_means_over_seeds_the_best_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["somewhere/train.py"])
    found = rows(SEEDS, None)
    assert [row.labels["model.cell"] for row in found] == ["lstm", "gru"]
    assert found[0].mean() == pytest.approx(0.82)
    assert found[0].deviation() == pytest.approx(0.0282843, abs=1e-6)
    assert found[0].best.number == 3
    assert found[0].command() == "python train.py -m data=sst2 model.cell=lstm seed=1,2"
    assert "0.8200 ± 0.0283" in shown(found)


def test_a_point_drawn_twice_is_no_second_seed() -> None:
    (row,) = rows([trial(n, {"model.cell": "gru", "seed": 1}, 0.7) for n in range(2)], None)
    assert row.mean() == 0.7
    assert row.deviation() is None
    (row,) = rows([trial(n, {"model.cell": "gru"}, 0.7) for n in range(2)], None)
    assert row.deviation() is None


def test_lucky_seeds_alone_are_not_the_best() -> None:
    given_up = trial(4, {"model.cell": "gru", "seed": 3}, state="PRUNED")
    lucky = trial(5, {"model.cell": "mingru", "seed": 1}, 0.99)
    failed = trial(6, {"model.cell": "mingru", "seed": 2}, state="FAIL")
    found = rows([*SEEDS, given_up, lucky, failed], None)
    assert [row.labels["model.cell"] for row in found] == ["lstm", "mingru", "gru"]


def test_a_point_that_misses_seeds_is_not_the_best() -> None:
    early = trial(4, {"model.cell": "mingru", "seed": 1}, 0.99)
    assert [row.labels["model.cell"] for row in rows([*SEEDS, early], None)] == ["lstm", "gru", "mingru"]


def test_times_are_those_of_trials_that_ended() -> None:
    done = trial(0, {"a": 0, "seed": 1}, 0.5, seconds=100.0)
    cut_off = trial(1, {"a": 0, "seed": 2}, state="RUNNING")
    del cut_off.user_attrs["seconds"]
    (row,) = rows([done, cut_off], None)
    assert row.seconds == 100.0
    (row,) = rows([cut_off], None)
    assert "nan" not in shown([row])


def test_each_task_has_a_best() -> None:
    trials = [
        trial(0, {"task": "chargen"}, state="FAIL", reason="boom"),
        trial(1, {"task": "sentiment", "a": 1}, 0.5),
        trial(2, {"task": "sentiment", "a": 2}, 0.6),
    ]
    assert [row.best.number for row in best_of_each_task(rows(trials, None))] == [2]


def test_less_is_better_where_it_is() -> None:
    losses = [trial(n, {"a": n}, value, watched="val/nats") for n, value in enumerate([1.5, 1.4, 1.6])]
    assert [row.labels["a"] for row in rows(losses, None)] == [1, 0, 2]


def test_what_did_not_end_well_comes_last_with_its_reason(tmp_path: Path) -> None:
    trials = [
        trial(0, {"a": 0}, state="FAIL", reason="boom"),
        trial(1, {"a": 1}, state="PRUNED"),
        trial(2, {"a": 2}, 0.5, chosen=["trainer.threads=1"], metrics={"model/parameters": 7_053_696}),
    ]
    found = rows(trials, None)
    assert [row.state for row in found] == ["done", "given up", "failed"]
    write_csv(found, tmp_path / "l.csv")
    with (tmp_path / "l.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["val/accuracy"] for line in lines] == ["0.5", "", ""]
    assert [line["reason"] for line in lines] == ["", "", "boom"]
    assert lines[0]["parameters"] == "7053696"
    assert lines[0]["command"].endswith("data=sst2 a=2 trainer.threads=1")
    assert "7,053,696" in shown(found)


def test_the_score_is_named_after_the_task_that_has_one(tmp_path: Path) -> None:
    trials = [
        trial(0, {"task": "chargen"}, state="FAIL", reason="boom", watched="val/nats"),
        trial(1, {"task": "sentiment"}, 0.5),
    ]
    write_csv(rows(trials, None), tmp_path / "l.csv")
    with (tmp_path / "l.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["val/accuracy"] for line in lines] == ["", "0.5"]


def test_a_command_can_be_typed_again() -> None:
    (row,) = rows([trial(0, {"a": 1}, 0.5, words=["data.text='it\\'s, = great'", "paths.data='/a b'", "a=1"])], None)
    assert shlex.split(row.command())[-3:] == ["data.text=it's, = great", "paths.data=/a b", "a=1"]


def test_the_command_of_an_experiment_is_that_of_its_best_seed() -> None:
    runs = [
        trial(seed, {"variant": "v", "seed": seed}, 0.1 * seed, words=["experiment=e", f"seed={seed}"])
        for seed in (1, 2)
    ]
    (row,) = rows(runs, None)
    assert shlex.split(row.command())[-2:] == ["experiment=e", "seed=2"]
    assert "-m" not in row.command()


def test_the_front_of_two_scores() -> None:
    scores = ["val/accuracy", "model/megabytes"]
    trials = [trial(n, {"a": n}, *values) for n, values in enumerate([(0.9, 5.0), (0.8, 1.0), (0.7, 2.0), (0.9, 6.0)])]
    found = rows(trials, scores)
    assert {row.labels["a"] for row in found if row.on_front} == {0, 1}
    assert "1*" in shown(found)


def test_each_task_has_a_table() -> None:
    trials = [
        trial(0, {"task": "sentiment"}, 0.8),
        trial(1, {"task": "chargen"}, 1.5, watched="val/nats"),
        trial(2, {"task": "chargen"}, state="FAIL"),
    ]
    assert len(tables(rows(trials, None))) == 2


def test_pictures(tmp_path: Path) -> None:
    from recurra.sweep.pictures import draw

    words = ["optimizer.lr=tag(log,interval(1e-4,1e-1))", "model.cell=lstm,gru", "model.layers=1,2", "seed=1,2"]
    made = study(tmp_path, words, trials=20)
    while (point := made.ask()) is not None:
        facts = {"watched": "val/accuracy", "seconds": 1.0}
        made.tell(point, TrialState.COMPLETE, [0.5 + point.number / 100], facts)
    names = draw(made, rows(made.trials, None), tmp_path)
    assert names == ["history.png", "importance.png", "parallel.png"]
    assert all((tmp_path / name).read_bytes().startswith(b"\x89PNG") for name in names)


def test_a_picture_of_two_scores(tmp_path: Path) -> None:
    from recurra.sweep.pictures import draw

    scores = ["val/accuracy", "model/megabytes"]
    made = study(tmp_path, ["optimizer.lr=interval(0,1)", "a=interval(0,1)"], trials=5, objectives=scores)
    while (point := made.ask()) is not None:
        made.tell(point, TrialState.COMPLETE, [0.5 + point.number / 100, float(point.number)], {})
    assert draw(made, rows(made.trials, scores), tmp_path) == ["parallel.png", "pareto.png"]
