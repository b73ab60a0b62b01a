"""A config that cannot work is refused in the first second, with all its faults at once.

Hydra stops at the first fault; here the overrides are tried one by one, the sound ones are composed, and the
result is held against the schema of ``recurra.config``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_type_hints

from hydra.core.override_parser.types import Override, RangeSweep
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from pydantic import TypeAdapter, ValidationError

from recurra.commands import faults, sweeping
from recurra.commands.composition import Composed, Composer, composer, selected, task_of
from recurra.commands.options import of_training, schema_for
from recurra.commands.quoting import quote
from recurra.config.section import Section
from recurra.errors import UserError
from recurra.sweep.space import Interval, axis, own, values_of


def check(command: str, overrides: list[str], multirun: bool = False) -> list[str]:
    """All faults of a command line, a line each; ``overrides`` are quoted for Hydra already.

    In a sweep each value of each override is checked at least once.
    """
    with composer(command) as conf:
        parsed, found = conf.parse(overrides)
        sweeps = [override for override in parsed if override.is_sweep_override()]
        fixed = [override for override in parsed if override not in sweeps]
        if not multirun:
            found += [_not_a_sweep(override) for override in sweeps]
            found += sweeping.needs_multirun(command, parsed)
            parsed = [override for override in fixed if not own(override)]
        variants: list[list[str]] = []
        if multirun and command == "train":
            searched, variants, more = sweeping.searched(conf, fixed, sweeps)
            found += more
            parsed += searched
        unswept = conf.compose([override for override in fixed if not own(override)]).config if multirun else None
        for words in _trials(parsed, variants, found, lambda name: unswept and selected(unswept, name)):
            trial, more = conf.parse(words)
            found += more + _trial_faults(conf, trial)
    return list(dict.fromkeys(found))


def compose(command: str, overrides: list[str] | None = None) -> Section:
    """The validated config of a command, as ``python <command>.py`` with these overrides would get it."""
    words = quote(overrides or [])
    if found := check(command, words):
        raise UserError("\n".join(found))
    with composer(command) as conf:
        return validated(command, conf.compose(conf.parse(words)[0]).config)


def validated(command: str, config: DictConfig) -> Section:
    """A composed config as a validated model."""
    schema = schema_for(command, task_of(config))
    plain, unusable = resolved(config, schema)
    found = unusable or faults.schema_faults(schema, plain, set(), {})
    if found:
        raise UserError("\n".join(found.values()))
    return schema.model_validate(plain)


OURS = {
    "barebones", "callbacks", "check_val_every_n_epoch", "default_root_dir", "devices", "enable_checkpointing",
    "enable_model_summary", "enable_progress_bar", "fast_dev_run", "limit_predict_batches", "limit_test_batches",
    "limit_val_batches", "logger", "max_time", "model_registry", "num_nodes", "num_sanity_val_steps",
    "overfit_batches", "plugins", "reload_dataloaders_every_n_epochs", "strategy", "sync_batchnorm",
    "use_distributed_sampler",
}  # fmt: skip
"""Arguments of Lightning's Trainer whose values follow from the other options."""


def trainer_faults(extras: dict[str, Any]) -> list[str]:
    """Faults of ``+trainer.NAME=VALUE``, held against the signature of Lightning's Trainer, which this imports."""
    if not extras:
        return []
    from pytorch_lightning import Trainer

    kinds = {name: kind for name, kind in get_type_hints(Trainer.__init__).items() if name != "return"}
    found = []
    for name, value in extras.items():
        word = f"+trainer.{name}={faults.shown(value)}"
        if name in OURS:
            found.append(f"{word}: set by the command itself, from the other options")
        elif name not in kinds:
            near = "".join(f"; did you mean +trainer.{other}?" for other in faults.nearest(name, list(kinds))[:1])
            found.append(f"{word}: Lightning's Trainer has no such argument{near}")
        else:
            try:
                TypeAdapter(kinds[name]).validate_python(value, strict=True)
            except ValidationError as error:
                found.append(f"{word}: Lightning's Trainer refuses this: {error.errors()[0]['msg']}")
    return found


def _not_a_sweep(override: Override) -> str:
    name, _, value = str(override.input_line).partition("=")
    return f"{name}={value}: several values are a sweep, which takes -m; a list is written {name}=[{value}]"


def _trials(
    overrides: list[Override], variants: list[list[str]], found: list[str], current: Callable[[str], object]
) -> list[list[str]]:
    """Command lines without sweeps that hold each variant and each value of each sweep at least once.

    Of an interval these are both ends, and a fraction between whole ones where it may be drawn; ``current`` is as in
    `plan`.
    """
    values: list[list[str]] = []
    for override in overrides:
        name = override.get_key_element()
        if override.is_sweep_override() and (override.is_hydra_override() or own(override)):
            whose = "Hydra's own options" if override.is_hydra_override() else "the options of a sweep"
            found.append(f"{override.input_line}: {whose} cannot be swept over")
        elif override.is_interval_sweep():
            drawn = axis(override, False, current(override.key_or_group))
            assert isinstance(drawn, Interval)
            low, high = (int(end) if end.is_integer() else end for end in (drawn.low, drawn.high))
            broken = isinstance(low, int) and isinstance(high, int) and not drawn.whole
            between = [float(f"{low + 0.618 * (high - low):.6g}")] if broken else []
            values.append([f"{name}={number}" for number in (low, high, *between)])
        elif override.is_discrete_sweep():
            if isinstance(override.value(), RangeSweep) and float(override.value().step) == 0.0:  # type: ignore[union-attr]
                found.append(f"{override.input_line}: the step of a range is not 0")
                continue
            words = [f"{name}={word}" for word in values_of(override).values()]
            if isinstance(override.value(), RangeSweep):
                words = [words[0], words[-1]] if words else []
            if words:
                values.append(words)
            else:
                found.append(f"{override.input_line}: this sweep has no values")
        else:
            values.append([str(override.input_line)])
    count = max([len(variants), *map(len, values)], default=1) or 1
    return [
        [*(variants[trial % len(variants)] if variants else []), *(words[trial % len(words)] for words in values)]
        for trial in range(count)
    ]


def _trial_faults(conf: Composer, overrides: list[Override]) -> list[str]:
    """The faults of one command line without sweeps."""
    composed = conf.compose(overrides)
    schema = schema_for(conf.command, composed.task)
    plain, unusable = resolved(composed.config, schema)
    found = [*composed.faults, *_task_faults(conf, overrides, composed), *unusable.values()]
    lacks = (
        f"task={composed.task} has none"
        if conf.command == "train"
        else f"{conf.command} takes this from the checkpoint"
    )
    found += [
        f"{faults.written(override)}: {lacks}"
        for override in overrides
        if override.key_or_group.partition(".")[0] in of_training(schema)
        if conf.command != "train" or conf.is_group(override)  # an option that a task lacks is told by its name
    ]
    skipped = {*unusable, *(["data"] if _other_task(plain) else [])}
    given = {override.key_or_group for override in overrides if not conf.is_group(override)}
    refused = faults.schema_faults(schema, plain, given, composed.choices)
    found += [text for name, text in refused.items() if name not in skipped]
    if unsound := {*refused, *skipped}:  # rules between options are looked at where those are sound
        tasks = [override for override in overrides if override.key_or_group in ("task", "experiment")]
        shipped = conf.compose([override for override in tasks if conf.is_group(override)]).config
        mended = _mended(plain, unsound, resolved(shipped, schema)[0])
        rules = faults.schema_faults(schema, mended, set(), {})
        found += [text for name, text in rules.items() if not (name and _inside(name, unsound))]
    return found


def _task_faults(conf: Composer, overrides: list[Override], composed: Composed) -> list[str]:
    """A data set of another task, and an experiment beside a task that is not its own."""
    data = selected(composed.config, "data.task")
    found = []
    if composed.task is not None and data is not None and data != composed.task:
        fitting = ", ".join(conf.choices("data", composed.task)) or "none"
        found.append(
            f"data={composed.choices.get('data')}: is for task={data}, not for task={composed.task};"
            f" data sets of this task: {fitting}"
        )
    groups = {override.key_or_group: override for override in overrides if conf.is_group(override)}
    if "experiment" in groups and "task" in groups and conf.picks_task(str(groups["experiment"].value())):
        own = conf.compose([override for name, override in groups.items() if name != "task"])
        task = composed.choices.get("task")
        if not own.faults and own.choices.get("task") != task:
            found.append(
                f"task={task}: {groups['experiment'].input_line} is for task={own.choices.get('task')}; leave task= out"
            )
    return found


def _other_task(plain: dict[str, Any]) -> bool:
    task, data = plain.get("task"), plain.get("data")
    return isinstance(task, dict) and isinstance(data, dict) and data.get("task") != task.get("name")


def resolved(config: DictConfig, schema: type[Section]) -> tuple[dict[str, Any], dict[str, str]]:
    """The plain config, and a fault for each value that must be given or that leads nowhere."""
    config = OmegaConf.masked_copy(config, [str(name) for name in config if name not in of_training(schema)])
    unusable: dict[str, str] = {}
    while True:
        try:
            plain = OmegaConf.to_container(config, resolve=True, throw_on_missing=False)
            missing = OmegaConf.missing_keys(config)
        except OmegaConfBaseException as error:
            name = error.full_key or ""
            if not name or name in unusable:
                raise
            unusable[name] = f"{name}: {faults.first_line(error)}"
            OmegaConf.update(config, name, None)
        else:
            assert isinstance(plain, dict)
            unusable |= {name: faults.must_be_given(name, schema) for name in sorted(missing)}
            return {str(key): value for key, value in plain.items()}, unusable


def _inside(section: str, names: set[str]) -> bool:
    return any(name == section or name.startswith(f"{section}.") for name in names)


def _mended(plain: dict[str, Any], names: set[str], shipped: dict[str, Any]) -> dict[str, Any]:
    """A config in which these options have the values that they are shipped with."""
    mended = dict(plain)
    for name in names:
        head, _, rest = name.partition(".")
        own, other = mended.get(head), shipped.get(head)
        if rest and isinstance(own, dict):
            mended[head] = _mended(own, {rest}, other if isinstance(other, dict) else {})
        elif head in shipped:
            mended[head] = other
        else:
            mended.pop(head, None)
    return mended
