"""Faults of a sweep: what needs ``-m``, and what its space and its options cannot be."""

from __future__ import annotations

import shlex
from typing import Any

from hydra.core.override_parser.types import IntervalSweep, Override
from omegaconf import OmegaConf
from pydantic import ValidationError

from recurra.commands.composition import Composer
from recurra.commands.faults import written
from recurra.config.sweep import Space
from recurra.sweep.space import SEED, ends, own, words_of


def needs_multirun(command: str, overrides: list[Override]) -> list[str]:
    """A fault for options of a sweep without ``-m``, with the command that was meant."""
    given = [str(override.input_line) for override in overrides if own(override)]
    if command != "train" or not given:
        return []
    words = shlex.join(str(override.input_line) for override in overrides)
    return [f"{' '.join(given)}: a sweep takes -m: python train.py -m {words}"]


def searched(
    conf: Composer, fixed: list[Override], sweeps: list[Override]
) -> tuple[list[Override], list[list[str]], list[str]]:
    """The words of the space that was chosen, its variants, and the faults of what is searched and how."""
    config = conf.compose(fixed).config
    kind = OmegaConf.select(config, "sweep.kind")
    plain: Any = OmegaConf.to_container(config.space) if config.get("space") else None
    try:
        space = None if plain is None else Space.model_validate(plain)
    except ValidationError:  # the schema of the whole says what is wrong with it
        return [], [], []
    words = words_of(space, {override.key_or_group for override in [*fixed, *sweeps]}) if space else []
    overrides, found = conf.parse(words)
    every = [override for override in [*sweeps, *overrides] if override.is_sweep_override()]
    variants = list(space.variants.values()) if space else []
    if kind != "grid" and not every and not variants:
        found.append(f"sweep={kind}: there is nothing to search; give ranges, or space=NAME")
    for override in every:
        if override.is_interval_sweep():
            found += _interval_faults(override, str(kind))
    for override in fixed:
        if override.key_or_group == "resume" and override.value() is not None:
            found.append(f"{written(override)}: goes on with one run; a sweep goes on with sweep.resume=auto")
        if override.key_or_group == "paths.run":
            found.append(
                f"{written(override)}: each trial has a folder of its own; hydra.sweep.dir=FOLDER is the sweep's"
            )
    return overrides, variants, found


def _interval_faults(override: Override, kind: str) -> list[str]:
    line, value = override.input_line, override.value()
    assert isinstance(value, IntervalSweep)
    if kind == "grid":
        ways = "sweep=tpe or sweep=random draws from an interval"
        return [f"{line}: a grid takes values one by one (a,b,c or range(1,9,2)); {ways}"]
    if override.key_or_group == SEED:
        return [f"{line}: seeds are tried one by one: seed=1,2,3 or seed=range(1,4)"]
    low, high = ends(value)
    if low > high:
        return [f"{line}: the lower end comes first"]
    if "log" in value.tags and low <= 0:
        return [f"{line}: on a logarithmic scale both ends are above 0"]
    return []
