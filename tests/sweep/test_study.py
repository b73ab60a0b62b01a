"""What a study remembers: no point twice, whatever happens to those who work on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from optuna.trial import TrialState

from recurra.config.sweep import Sweep
from recurra.errors import UserError
from recurra.sweep.space import Plan, plan
from recurra.sweep.study import JOURNAL, Point, Study

LR = ["optimizer.lr=tag(log,interval(1e-4,1e-1))"]


def options(**changes: Any) -> Sweep:
    plain = {
        "kind": "random", "trials": 6, "jobs": 1, "timeout": None, "trial_timeout": None, "pruner": "none",
        "warmup": 1, "objectives": None, "seed": 1, "storage": None, "study": None, "resume": None,
    }  # fmt: skip
    return Sweep.model_validate({**plain, **changes})


def planned(words: list[str], kind: str = "random") -> Plan:
    return plan(words, None, kind == "grid", None)  # type: ignore[arg-type]


def study(folder: Path, words: list[str] | None = None, **changes: Any) -> Study:
    made = options(**changes)
    return Study(made, planned(words or LR, made.kind), folder, made.objectives or ["val/accuracy"])


def asked(made: Study) -> list[Point]:
    """All points that are left, each told as done."""
    points = []
    while (point := made.ask()) is not None:
        points.append(point)
        made.tell(point, TrialState.COMPLETE, [float(point.number)], {})
    return points


@pytest.mark.parametrize("kind", ["random", "tpe", "cmaes", "qmc", "gp"])
def test_points_are_new_after_every_start(tmp_path: Path, kind: str) -> None:
    words = [*LR, "model.dropout=interval(0,1)"]
    drawn: list[list[str]] = []
    for _ in range(3):  # a process that is killed after its second trial
        made = study(tmp_path, words, kind=kind)
        for _ in range(2):
            point = made.ask()
            assert point is not None
            made.tell(point, TrialState.COMPLETE, [0.5], {})
            drawn.append(point.words)
    assert study(tmp_path, words, kind=kind).ask() is None
    assert len({tuple(each) for each in drawn}) == 6


def test_the_same_seed_draws_the_same_points_another_seed_others(tmp_path: Path) -> None:
    found = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        (tmp_path / name).mkdir()
        found.append([tuple(point.words) for point in asked(study(tmp_path / name, seed=seed))])
    assert found[0] == found[1]
    assert not set(found[0]) & set(found[2])


def test_a_grid_gives_each_point_once_in_order(tmp_path: Path) -> None:
    words = ["a=1,2", "b=x,y"]
    first = study(tmp_path, words, kind="grid", trials=None)
    assert [first.ask().words, first.ask().words] == [["a=1", "b=x"], ["a=1", "b=y"]]  # type: ignore[union-attr]
    again = study(tmp_path, words, kind="grid", trials=None)
    assert [point.words for point in again.unfinished()] == [["a=1", "b=x"], ["a=1", "b=y"]]
    assert [point.words for point in asked(again)] == [["a=2", "b=x"], ["a=2", "b=y"]]


def test_a_trial_that_was_cut_off_is_the_same_again(tmp_path: Path) -> None:
    point = study(tmp_path).ask()
    assert point is not None
    (again,) = study(tmp_path).unfinished()
    assert (again.number, again.words, again.labels) == (point.number, point.words, point.labels)


def test_two_workers_share_the_points(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/shared.db"
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    workers = [study(tmp_path / name, storage=url, study="s", kind="tpe") for name in ("a", "b")]
    points = []
    for turn in range(8):
        if (point := workers[turn % 2].ask()) is not None:
            points.append(point)
    assert [point.number for point in points] == [0, 1, 2, 3, 4, 5]
    assert len({tuple(point.words) for point in points}) == 6
    assert [point.number for point in workers[0].unfinished()] == [0, 2, 4], "those of the other one may live"


def test_a_trial_too_many_waits_for_a_longer_sweep(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/shared.db"
    made = study(tmp_path, storage=url, study="s", trials=1)
    assert len(asked(made)) == 1
    made.study.get_trials = lambda deepcopy=True: []  # type: ignore[method-assign,assignment]  # it looked too early
    assert made.ask() is None
    longer = study(tmp_path, storage=url, study="s", trials=3)
    assert [point.number for point in asked(longer)] == [1, 2]


def test_each_point_is_tried_with_each_seed(tmp_path: Path) -> None:
    points = asked(study(tmp_path, [*LR, "seed=1,2,3"]))
    assert [point.labels["seed"] for point in points] == [1, 2, 3, 1, 2, 3]
    rates = [point.labels["optimizer.lr"] for point in points]
    assert len(set(rates[:3])) == len(set(rates[3:])) == 1
    assert rates[0] != rates[3]


def test_a_study_of_other_ranges_is_refused(tmp_path: Path) -> None:
    study(tmp_path)
    with pytest.raises(UserError, match="other ranges"):
        study(tmp_path, ["optimizer.lr=interval(0,1)"])


def test_a_grid_in_another_order_is_another(tmp_path: Path) -> None:
    study(tmp_path, ["a=1,2", "b=x,y"], kind="grid", trials=None)
    with pytest.raises(UserError, match="other ranges"):
        study(tmp_path, ["b=x,y", "a=1,2"], kind="grid", trials=None)


def test_workers_on_one_study_have_the_same_scores_and_options(tmp_path: Path) -> None:
    study(tmp_path, [*LR, "data=sst2"])
    for words, changes in (([*LR, "data=imdb"], {}), ([*LR, "data=sst2"], {"objectives": ["val/loss"]})):
        with pytest.raises(UserError, match="scores or options"):
            study(tmp_path, words, **changes)
    study(tmp_path, [*LR, "data=sst2", "paths.data=elsewhere", "trainer.threads=2"])


def test_what_is_shuffled_is_shuffled_the_same_way_again(tmp_path: Path) -> None:
    words = ["a=shuffle(1,2,3,4,5,6,7,8,9)"]
    first = study(tmp_path, words, kind="grid", trials=None)
    labels = [point["a"] for point in first.points]
    assert sorted(labels, key=int) == list(range(1, 10)) != labels
    assert study(tmp_path, words, kind="grid", trials=None).points == first.points


def test_a_sequence_whose_first_point_failed_begins_with_another(tmp_path: Path) -> None:
    found = set()
    for _ in range(3):
        made = study(tmp_path, kind="qmc")
        point = made.ask()
        assert point is not None
        made.tell(point, TrialState.FAIL, None, {})
        found.add(tuple(point.words))
    assert len(found) == 3


def test_a_worker_knows_its_trials_wherever_its_folder_is(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/shared.db"
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "sweep.json").write_text('{"words": [], "id": "a7"}')
    point = study(tmp_path / "here", storage=url, study="s").ask()
    assert point is not None
    (tmp_path / "here").rename(tmp_path / "there")
    assert [each.number for each in study(tmp_path / "there", storage=url, study="s").unfinished()] == [point.number]


def test_a_storage_that_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"sweep\.storage=nonsense://x"):
        study(tmp_path, storage="nonsense://x", study="s")


def test_half_a_line_of_the_journal_is_dropped(tmp_path: Path) -> None:
    study(tmp_path).ask()
    with (tmp_path / JOURNAL).open("ab") as file:
        file.write(b'{"op_code": 4, "wor')
    assert len(study(tmp_path).unfinished()) == 1
    assert len(asked(study(tmp_path))) == 5


@pytest.mark.parametrize("pruner", ["median", "halving", "hyperband"])
def test_the_weak_are_given_up(tmp_path: Path, pruner: str) -> None:
    made = study(tmp_path, trials=30, pruner=pruner, warmup=1)
    given_up = 0
    while (point := made.ask()) is not None:
        strength = 0.9 if point.number % 3 == 0 else 0.1 + 0.01 * point.number
        for step in range(1, 10):
            if not made.report(point, step, strength * step):
                assert step > 1, "the first validation is for all"
                made.tell(point, TrialState.PRUNED, None, {})
                given_up += 1
                break
        else:
            made.tell(point, TrialState.COMPLETE, [9 * strength], {})
    assert given_up >= 5
    assert made.best() == ["best 8.1000"]


def test_of_two_scores_none_gives_up(tmp_path: Path) -> None:
    made = study(tmp_path, objectives=["val/accuracy", "model/megabytes"], pruner="median")
    point = made.ask()
    assert point is not None
    assert all(made.report(point, step, 0.0) for step in range(9))
