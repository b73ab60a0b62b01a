"""Hydra's side of a check: overrides are parsed and composed one by one, so that no fault hides another."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources

import hydra
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.default_element import GroupDefault
from hydra.core.global_hydra import GlobalHydra
from hydra.core.object_type import ObjectType
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import GrammarParseError, OmegaConfBaseException
from yaml import YAMLError  # type: ignore[import-untyped]

from recurra.commands import faults
from recurra.commands.options import schema_for
from recurra.config.section import Section

CONFIG_ERRORS = (HydraException, OmegaConfBaseException, YAMLError, ValueError, TypeError, AssertionError)
"""What Hydra raises for a config or an override that it cannot use."""

_NOT_A_CHOICE = HydraException("a file that others are made of is not a choice")


@dataclass
class Composed:
    """A config, what was chosen in its groups, and the faults of the overrides left out of it."""

    config: DictConfig
    choices: dict[str, str | None]
    faults: list[str]

    @property
    def task(self) -> str | None:
        """Name of the task, or of that which the data are for; None for a command that has neither."""
        return task_of(self.config)


@contextmanager
def composer(command: str) -> Iterator[Composer]:
    """A composer over the shipped ``conf/``."""
    with hydra.initialize_config_module("recurra.conf", job_name=command, version_base="1.3"):
        loader = GlobalHydra.instance().config_loader()
        assert isinstance(loader, ConfigLoaderImpl)
        yield Composer(command, loader)


class Composer:
    """Composes the config of one command."""

    def __init__(self, command: str, loader: ConfigLoaderImpl) -> None:
        self.command = command
        self._loader = loader
        self._groups = set(loader.list_groups("")) - {"hydra"}
        self._parser = OverridesParser.create(loader)
        self._cache: dict[tuple[str, ...], tuple[DictConfig, dict[str, str | None]]] = {}

    def parse(self, words: list[str]) -> tuple[list[Override], list[str]]:
        """The words that Hydra's grammar can read, and a fault for each of the others."""
        overrides, found = [], []
        for word in words:
            try:
                (override,) = self._parser.parse_overrides([word])
            except CONFIG_ERRORS:
                found.append(faults.unreadable(word))
            else:
                if override.key_or_group:
                    overrides.append(override)
                else:
                    found.append(faults.unreadable(word))
        return overrides, found

    def compose(self, overrides: list[Override]) -> Composed:
        """Composes all overrides that are sound; there must be no sweeps among them."""
        groups = [override for override in overrides if self.is_group(override)]
        composed = self._compose_groups(groups)
        for override in overrides:
            if override in groups:
                continue
            tried = copy.deepcopy(composed.config)  # an override that fails may leave its traces
            try:
                ConfigLoaderImpl._apply_overrides_to_config([override], tried)
            except CONFIG_ERRORS as error:
                composed.faults.append(self._option_fault(override, error, composed))
            else:
                composed.config = tried
        return composed

    def is_group(self, override: Override) -> bool:
        """Whether an override chooses in a group, or concerns Hydra itself."""
        return override.is_hydra_override() or (
            override.key_or_group in self._groups and not isinstance(override.value(), dict)
        )

    def choices(self, group: str, task: str | None = None) -> list[str]:
        """The choices of a group; of the data sets only those of the task, if one is named."""
        names = self._loader.repository.get_group_options(group, ObjectType.CONFIG)
        shown = [name for name in names if not faults.is_base(name)]
        if group == "data" and task is not None:
            return [name for name in shown if _task_of(name) == task]
        return shown

    def picks_task(self, experiment: str) -> bool:
        """Whether an experiment is for one task alone."""
        loaded = self._loader.repository.load_config(f"experiment/{experiment}")
        if loaded is None or loaded.defaults_list is None:  # from elsewhere
            return True
        picks = [default for default in loaded.defaults_list if isinstance(default, GroupDefault)]
        return any(default.override and default.group == "/task" for default in picks)

    def _compose_groups(self, overrides: list[Override]) -> Composed:
        try:
            if any(self._is_hidden(override) for override in overrides):
                raise _NOT_A_CHOICE
            return Composed(*self._hydra(overrides), [])
        except CONFIG_ERRORS:
            found: list[str] = []
            sound: list[Override] = []
            for override in sorted(overrides, key=_rank):
                settings = [other for other in sound if _rank(other) < 2]  # a search path, or the task
                if fault := self._group_fault(override, settings):
                    found.append(fault)
                else:
                    sound.append(override)
        try:
            return Composed(*self._hydra(sound), found)
        except CONFIG_ERRORS as error:
            return Composed(*self._hydra([]), [*found, faults.first_line(error)])

    def _hydra(self, overrides: list[Override]) -> tuple[DictConfig, dict[str, str | None]]:
        """A config of its own for the caller, and what was chosen."""
        words = tuple(str(override.input_line) for override in overrides)
        if words not in self._cache:
            config = hydra.compose(self.command, list(words), return_hydra_config=True)
            choices = {str(group): choice for group, choice in config.hydra.runtime.choices.items()}
            with open_dict(config):
                del config["hydra"]
            self._cache[words] = config, choices
        config, choices = self._cache[words]
        return copy.deepcopy(config), choices

    def _group_fault(self, override: Override, settings: list[Override]) -> str | None:
        group, value, line = override.key_or_group, override.value(), faults.written(override)
        try:
            if self._is_hidden(override):
                raise _NOT_A_CHOICE
            self._hydra([*settings, override])
            return None
        except CONFIG_ERRORS as failure:
            error = failure
        composed = Composed(*self._hydra(settings), [])
        chosen = composed.choices
        if group not in chosen and not override.is_hydra_override():
            own = [name for name in chosen if not name.startswith("hydra/")]
            return f"{line}: {self.command} has no {group}=; its groups are {', '.join(own)}"
        if override.is_add():
            return f"{line}: {group} is there already; write {line.lstrip('+')}"
        if value is None:
            return f"{line}: choose one with {group}=NAME ({', '.join(self.choices(group, composed.task))})"
        if value in self.choices(group) or (not self.choices(group) and override.is_hydra_override()):
            return f"{line}: {faults.first_line(error)}"
        names = self.choices(group, composed.task)
        return faults.unknown_choice(group, value, names, self._schema(composed))

    def _option_fault(self, override: Override, error: Exception, composed: Composed) -> str:
        name, line = override.key_or_group, faults.written(override)
        if override.is_add() and selected(composed.config, name) is not None:
            return f"{line}: {name} is there already; write {line.lstrip('+')}"
        if isinstance(error.__cause__, GrammarParseError) or isinstance(error, GrammarParseError):
            return f"{line}: the interpolation in this value cannot be read"
        if isinstance(override.value(), dict):
            return f"{line}: its options are given one by one: {name}.NAME=VALUE"
        group, *rest = name.split(".")[:-1] or [name]
        for depth in range(len(rest) + 1):
            parent = ".".join([group, *rest[:depth]])
            if OmegaConf.select(composed.config, parent, default=0, throw_on_missing=False) is None:
                choice = composed.choices.get(group) or "null"
                return f"{line}: {parent} is null here ({group}={choice}); choose one with {group}=NAME"
        return faults.unknown_option(override, self._schema(composed), sorted(self._groups), self.command)

    def _is_hidden(self, override: Override) -> bool:
        return override.key_or_group in self._groups and faults.is_base(override.value())

    def _schema(self, composed: Composed) -> type[Section]:
        return schema_for(self.command, composed.task)


def selected(config: DictConfig, name: str) -> object:
    """A value of a config; None where it is missing or its interpolation leads nowhere."""
    try:
        return OmegaConf.select(config, name, throw_on_missing=False)
    except OmegaConfBaseException:
        return None


def task_of(config: DictConfig) -> str | None:
    """The task that a config is for."""
    name = selected(config, "task.name") or selected(config, "data.task")
    return None if name is None else str(name)


def source(group: str, choice: str) -> str:
    """The text of a file of ``conf/``; empty where there is none of that name."""
    file = resources.files("recurra.conf") / group / f"{choice}.yaml"
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _task_of(data: str) -> str | None:
    """The task that a data set is for, as its file or the one that it is made of says: no file is parsed."""
    text = source("data", data)
    task = re.search(r"^task: *(\w+)", text, re.MULTILINE)
    base = re.search(r"^ *- (base_\w+)", text, re.MULTILINE)
    return task[1] if task else _task_of(base[1]) if base else None


def _rank(override: Override) -> int:
    """What the choices of other groups depend on comes first: Hydra's own settings, then the task."""
    return 0 if override.is_hydra_override() else 1 if override.key_or_group in ("task", "experiment") else 2
