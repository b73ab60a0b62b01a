"""Ranges and lists in Hydra's syntax, as axes and as command lines."""

from __future__ import annotations

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser

from recurra.config.sweep import Space
from recurra.errors import UserError
from recurra.sweep.space import Choice, Interval, Plan, plan


def planned(*words: str, space: Space | None = None, grid: bool = False) -> Plan:
    current = {"model.layers": 1, "optimizer.lr": 0.1, "model.bidirectional": True}
    return plan(list(words), space, grid, None, current.get)  # type: ignore[arg-type]


def test_words_keep_their_order_and_the_last_axis_changes_fastest() -> None:
    made = planned("a=1,2", "text='x, y'", "+b=u,v", grid=True)
    assert [made.words(point) for point in made.grid()] == [
        ["a=1", "text='x, y'", "+b=u"],
        ["a=1", "text='x, y'", "+b=v"],
        ["a=2", "text='x, y'", "+b=u"],
        ["a=2", "text='x, y'", "+b=v"],
    ]


@pytest.mark.parametrize("word", ["seed=1,2,3", "seed=range(1,4)"])
def test_seeds_are_tried_one_by_one_and_never_searched(word: str) -> None:
    made = planned("optimizer.lr=interval(0.1,0.2)", word)
    assert [axis.name for axis in made.axes] == ["optimizer.lr"]
    assert made.seeds is not None
    assert list(made.seeds.words) == [1, 2, 3]


def test_without_a_sweep_there_is_one_point() -> None:
    made = planned("a=1", grid=True)
    assert [made.words(point) for point in made.grid()] == [["a=1"]]


@pytest.mark.parametrize(
    ("word", "axis"),
    [
        ("optimizer.lr=tag(log,interval(1e-4,1e-2))", Interval("optimizer.lr", 1e-4, 1e-2, log=True)),
        ("optimizer.lr=interval(1,2)", Interval("optimizer.lr", 1, 2)),
        ("model.layers=interval(1,4)", Interval("model.layers", 1, 4, whole=True)),
        ("x=int(interval(8,64))", Interval("x", 8, 64, whole=True)),
        ("x=tag(log,int(interval(8,64)))", Interval("x", 8, 64, log=True, whole=True)),
        ("x=range(1,8,2)", Interval("x", 1, 7, step=2, whole=True)),
        ("x=range(0.1,0.5,0.1)", Interval("x", 0.1, 0.4, step=0.1)),
        ("x=64,128", Choice("x", {64: ["x=64"], 128: ["x=128"]})),
        ("x=choice(lstm,1e-3)", Choice("x", {"lstm": ["x=lstm"], 0.001: ["x=0.001"]})),
    ],
)
def test_an_axis(word: str, axis: object) -> None:
    (found,) = planned(word).axes
    if isinstance(axis, Interval):
        assert isinstance(found, Interval)
        assert found.high == pytest.approx(axis.high)
        found = Interval(found.key, found.low, axis.high, found.log, found.step, found.whole)
    assert found == axis


def test_a_range_of_a_grid_is_a_list_of_values() -> None:
    (axis,) = planned("x=range(1,6,2)", grid=True).axes
    assert isinstance(axis, Choice)
    assert list(axis.words) == [1, 3, 5]


def test_the_command_line_wins_over_the_space() -> None:
    space = Space(options={"a": "1,2", "b": "3,4"}, variants={"v": ["c=1", "d=2"], "w": ["c=2"]}, seeds=[1, 2])
    made = planned("a=9", space=space, grid=True)
    assert [axis.name for axis in made.axes] == ["variant", "b", "seed"]
    assert made.words(made.grid()[0]) == ["c=1", "d=2", "a=9", "b=3", "seed=1"]
    assert [axis.name for axis in planned("seed=5", space=space, grid=True).axes] == ["variant", "a", "b"]


def test_what_the_variants_set_cannot_be_given_beside_them() -> None:
    space = Space(options={}, variants={"v": ["c=1", "d=2"], "w": ["c=2"]}, seeds=None)
    with pytest.raises(UserError, match=r"^c: set by the variants"):
        planned("c=3", "e=1", space=space)


def test_seeds_are_no_axis_where_points_are_drawn() -> None:
    made = planned("seed=1,2,3", "optimizer.lr=interval(0,1)")
    assert [axis.name for axis in made.axes] == ["optimizer.lr"]
    assert made.seeds is not None
    assert made.words({"optimizer.lr": 0.5, "seed": 2}) == ["optimizer.lr=0.5", "seed=2"]


def test_texts_of_every_kind_can_be_swept() -> None:
    texts = ["评论.csv", "it's.csv", "a b", "123", "null", "data/x.csv", "lstm"]
    words = ",".join('"' + text + '"' for text in texts)
    for written in (words, f"choice({words})"):
        (axis,) = planned(f"data.train={written}", grid=True).axes
        assert isinstance(axis, Choice)
        assert list(axis.words) == texts
        assert [OverridesParser.create().parse_override(word).value() for (word,) in axis.words.values()] == texts


def test_options_of_the_sweep_are_no_part_of_a_trial() -> None:
    assert planned("sweep=tpe", "sweep.trials=3", "space=sentiment", "a=1").parts == ["a=1"]
