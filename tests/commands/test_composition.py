"""What a file of the configuration asks for is what is composed: nothing that stands later undoes it unseen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from omegaconf import OmegaConf
from yaml import safe_load  # type: ignore[import-untyped]

from recurra.commands.composition import composer
from recurra.config import SCHEMAS
from recurra.config.sweep import is_better

CONF = Path(__file__).parents[2] / "conf"
GLOBAL = [path.stem for path in sorted((CONF / "data").glob("*.yaml")) if "@package _global_" in path.read_text()]
"""Data sets that set options beside their own."""


def composed(*words: str) -> Any:
    with composer("train") as conf:
        return conf.compose(conf.parse(list(words))[0]).config


def asked_for(name: str) -> Iterator[tuple[str, Any]]:
    """The options that a file in ``conf/data`` sets, and those of the files that it begins with."""
    read = safe_load((CONF / "data" / f"{name}.yaml").read_text(encoding="utf-8"))
    for default in read.pop("defaults", []):
        if default == "base_chinese":
            yield from asked_for(default)
        elif isinstance(default, dict):
            ((group, choice),) = default.items()
            group = group.removeprefix("override /")
            yield from leaves(safe_load((CONF / group / f"{choice}.yaml").read_text(encoding="utf-8")), f"{group}.")
    yield from leaves(read, "")


def leaves(tree: dict[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if name == "defaults":
            continue
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


@pytest.mark.parametrize("name", [name for name in GLOBAL if not name.startswith("base_")])
def test_what_a_data_set_asks_for(name: str) -> None:
    task = composed(f"data={name}").data.task
    config = composed(f"task={task}", f"data={name}")
    wanted = dict(asked_for(name))
    assert wanted
    assert {key: OmegaConf.select(config, key) for key in wanted} == wanted


@pytest.mark.parametrize(
    ("words", "option", "value"),
    [
        (["data=chnsenticorp_dedup"], "tokenizer.kind", "bpe"),
        (["data=chnsenticorp_dedup", "tokenizer=word"], "tokenizer.kind", "word"),
        (["optimizer=sgd"], "optimizer.lr", 0.5),
        (["task=chargen", "scheduler=one_cycle"], "scheduler.warmup", 0.3),
        (["task=translation"], "optimizer.averaging", 0.98),
        (["task=translation", "data=multi30k", "data.source=en", "data.target=de"], "optimizer.averaging", 0.99),
    ],
)
def test_what_is_chosen_by_name_keeps_its_values(words: list[str], option: str, value: object) -> None:
    assert OmegaConf.select(composed(*words), option) == value


@pytest.mark.parametrize("task", SCHEMAS["train"])
def test_of_a_loss_less_is_better(task: str) -> None:
    """A monitor that is taken for an accuracy would keep the worst checkpoint."""
    names = get_args(SCHEMAS["train"][task].model_fields["task"].annotation.model_fields["monitor"].annotation)
    more = {"val/accuracy", "val/macro_f1", "val/bleu", "val/chrf"}
    assert {name for name in names if is_better(name) == "max"} == more & set(names)
    assert names
