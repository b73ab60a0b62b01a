"""What a sweep searches: ranges and lists in Hydra's syntax, as axes of a grid or as distributions to draw from."""

from __future__ import annotations

import itertools
import math
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import IntervalSweep, Override, Quote, QuotedString, RangeSweep, Transformer

from recurra.config.sweep import Space
from recurra.errors import UserError

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import Trial

SEED = "seed"
VARIANT = "variant"
OWN = ("sweep", "space")
"""Groups that say how to sweep, and are no part of a trial."""

Value = str | int | float


@dataclass(frozen=True)
class Choice:
    """One of some values, each with the words of a command line that it stands for."""

    name: str
    words: dict[Value, list[str]]

    def distribution(self) -> BaseDistribution:
        from optuna.distributions import CategoricalDistribution

        return CategoricalDistribution(list(self.words))

    def suggest(self, trial: Trial) -> Value:
        value = trial.suggest_categorical(self.name, list(self.words))
        assert value is not None
        return value

    def written(self, value: Value) -> list[str]:
        return self.words[value]


@dataclass(frozen=True)
class Interval:
    """A number between two others, both included."""

    key: str
    low: float
    high: float
    log: bool = False
    step: float | None = None
    whole: bool = False

    @property
    def name(self) -> str:
        return self.key.lstrip("+")

    def distribution(self) -> BaseDistribution:
        from optuna.distributions import FloatDistribution, IntDistribution

        if self.whole:
            return IntDistribution(int(self.low), int(self.high), self.log, int(self.step or 1))
        return FloatDistribution(self.low, self.high, self.log, self.step)

    def suggest(self, trial: Trial) -> Value:
        value = trial._suggest(self.name, self.distribution())
        return int(value) if self.whole else float(f"{value:.6g}")  # to be read, and typed again

    def written(self, value: Value) -> list[str]:
        return [f"{self.key}={value}"]


Axis = Choice | Interval


@dataclass(frozen=True)
class Plan:
    """The words of a trial, in order: those that are the same in all trials, and the axes."""

    parts: list[str | Axis]
    seeds: Choice | None
    """Seeds that each point is tried with, where points are drawn; in a grid they are an axis like others."""

    @property
    def axes(self) -> list[Axis]:
        return [part for part in self.parts if not isinstance(part, str)]

    def words(self, point: dict[str, Value]) -> list[str]:
        """The command line of a point."""
        found: list[str] = []
        for part in self.parts:
            found += [part] if isinstance(part, str) else part.written(point[part.name])
        if self.seeds is not None and SEED in point:
            found += self.seeds.written(point[SEED])
        return found

    def grid(self) -> list[dict[str, Value]]:
        """All points of a grid; the last axis changes fastest."""
        axes = [axis for axis in self.axes if isinstance(axis, Choice)]
        return [
            dict(zip((axis.name for axis in axes), values, strict=True))
            for values in itertools.product(*(axis.words for axis in axes))
        ]


def own(override: Override) -> bool:
    """Whether an override says how to sweep."""
    return override.key_or_group.partition(".")[0] in OWN


def words_of(space: Space, given: set[str]) -> list[str]:
    """The words that a space stands for, those left out that are ``given`` on the command line."""
    words = [f"{name}={value}" for name, value in space.options.items() if name not in given]
    if space.seeds and SEED not in given:
        words.append(f"{SEED}={','.join(map(str, space.seeds))}")
    return words


def plan(
    arguments: list[str],
    space: Space | None,
    grid: bool,
    loader: ConfigLoader,
    current: Callable[[str], object] = lambda name: None,
) -> Plan:
    """What to search, from a command line and a space; ``current`` gives the value of an option without the sweep.

    Raises:
        UserError: an option is given that the variants of the space set.
    """
    parser = OverridesParser.create(config_loader=loader)
    overrides = [override for override in parser.parse_overrides(arguments) if not own(override)]
    variants: list[str | Axis] = []
    if space is not None:
        given = {override.key_or_group for override in overrides}
        overrides += parser.parse_overrides(words_of(space, given))
        if space.variants:
            set_by_them = {word.partition("=")[0].lstrip("+") for words in space.variants.values() for word in words}
            if both := set_by_them & {name.lstrip("+") for name in given}:
                raise UserError(f"{', '.join(sorted(both))}: set by the variants of the space; leave it out")
            variants = [Choice(VARIANT, dict(space.variants.items()))]
    parts: dict[str, str | Axis] = {}
    for override in overrides:
        if override.is_sweep_override():
            one_by_one = grid or override.key_or_group == SEED
            parts[override.get_key_element()] = axis(override, one_by_one, current(override.key_or_group))
        else:
            parts[override.get_key_element()] = str(override.input_line)
    seeds = None if grid else parts.get(SEED)
    if isinstance(seeds, Choice):
        del parts[SEED]
    return Plan([*variants, *parts.values()], seeds if isinstance(seeds, Choice) else None)


def axis(override: Override, grid: bool, current: object) -> Axis:
    """An axis, from Hydra's syntax; numbers are whole where both ends are and the option is."""
    key, value = override.get_key_element(), override.value()
    if isinstance(value, IntervalSweep):
        low, high = ends(value)
        whole = isinstance(value.start, int) or (isinstance(current, int) and not isinstance(current, bool))
        return Interval(key, low, high, "log" in value.tags, None, whole and low.is_integer() and high.is_integer())
    if isinstance(value, RangeSweep) and not grid and not value.shuffle:
        numbers = [float(number) for number in override.sweep_iterator()]  # type: ignore[arg-type]
        step = abs(float(value.step))
        whole = all(number.is_integer() for number in [*numbers, step])
        return Interval(key, min(numbers), max(numbers), False, step, whole)
    return Choice(key.lstrip("+"), {label: [f"{key}={word}"] for label, word in values_of(override).items()})


def ends(interval: IntervalSweep) -> tuple[float, float]:
    """Both ends of an interval."""
    return float(interval.start or 0), float(interval.end or 0)


_PLAIN = re.compile(r"(?!(?:null|true|false|nan|inf)$)[a-z_][\w./:-]*", re.ASCII | re.IGNORECASE)
"""Texts that Hydra reads as they stand."""


def values_of(override: Override) -> dict[Value, str]:
    """The values of a sweep over single ones, each as it is typed; a text that is no plain word is quoted.

    What is to be shuffled comes in the same order each time, so that a sweep can be gone on with.
    """
    found: dict[Value, str] = {}
    state = random.getstate()
    random.seed(0)
    values = list(override.sweep_iterator())
    random.setstate(state)
    for value in values:
        if isinstance(value, QuotedString):
            found[str(value.text)] = value.with_quotes()
        elif isinstance(value, str) and not _PLAIN.fullmatch(value):
            found[value] = QuotedString(value, Quote.single).with_quotes()
        else:
            word = Transformer.str(value)
            found[_number(word)] = word
    return found


def _number(word: str) -> Value:
    """A number where it is one, so that pictures and samplers know their order."""
    for kind in (int, float):
        try:
            number = kind(word)
        except ValueError:
            continue
        return number if math.isfinite(number) else word
    return word


def described(axes: list[Axis]) -> list[list[Any]]:
    """What is searched, as plain values and in order, to tell one search from another."""
    found: list[list[Any]] = []
    for part in axes:
        if isinstance(part, Interval):
            found.append([part.name, part.low, part.high, part.log, part.step])
        else:
            found.append([part.name, part.words if part.name == VARIANT else list(part.words)])
    return found
