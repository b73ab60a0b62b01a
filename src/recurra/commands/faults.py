"""The sentences that say what is wrong with an option, what it may be, and how to mend it."""

from __future__ import annotations

import re
import shlex
from difflib import SequenceMatcher
from typing import Any

from hydra.core.override_parser.types import Override, Quote, QuotedString
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from recurra.commands.options import allowed, choices, options, section_at, section_of
from recurra.config.section import Section


def is_base(name: object) -> bool:
    """Whether a file of ``conf/`` only holds what other choices share: its name begins with ``base_``."""
    return isinstance(name, str) and name.startswith("base_")


def nearest(name: str, names: list[str]) -> list[str]:
    """The names most like this one: in the same section, as a whole, or in their last part alone."""
    section, _, last = name.rpartition(".")

    def likeness(other: str) -> float:
        other_section, _, other_last = other.rpartition(".")
        same_last = SequenceMatcher(None, last, other_last).ratio()
        if section == other_section:
            return same_last
        return max(0.95 * SequenceMatcher(None, name, other).ratio(), 0.9 * same_last)

    scores = {other: likeness(other) for other in names}
    best = max(scores.values(), default=0.0)
    near = [other for other, score in scores.items() if score >= max(0.7, best - 0.04)]
    return sorted(near, key=lambda other: -scores[other])[:3]


def first_line(error: Exception) -> str:
    """The gist of an error of Hydra or OmegaConf."""
    return str(error).strip().split("\n")[0]


def shown(value: object) -> str:
    """A value as it is written on the command line, shortened."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list):
        return f"[{','.join(shown(item) for item in value)}]"
    text = str(value).replace("\n", "\\n")
    return (text if len(text) <= 60 else text[:57] + "…") or "''"


def written(override: Override) -> str:
    """An override as the user wrote it, without the quotes that were put around free text."""
    if isinstance(override._value, QuotedString):
        return f"{override.get_key_element()}={shown(override.value())}"
    return str(override.input_line)


def unreadable(word: str) -> str:
    """An override that Hydra's grammar refuses."""
    name, equals, value = word.partition("=")
    if not equals or not name:
        return f"{word}: an option is written name=value, without spaces around ="
    if not re.fullmatch(r"(\+\+|\+|~)?[A-Za-z_$][\w$./@-]*", name, re.ASCII):
        return f"{word}: {name} is not the name of an option"
    quoted = f"{name}={QuotedString(value, Quote.single).with_quotes()}"
    typed = shlex.quote(quoted) if re.search(r'["$`\\!]', quoted) else f'"{quoted}"'
    return f"{word}: this value cannot be read; as a plain text it is written {typed}"


def unknown_choice(group: str, value: object, names: list[str], schema: type[Section]) -> str:
    """A choice that a group does not have."""
    text = f"{group}={shown(value)}: there is no such choice"
    section = section_at(schema, group)
    inside = [name for name, field in options(section).items() if shown(value) in choices(field)] if section else []
    near = [f"{group}.{name}={shown(value)}" for name in inside]
    near = near or [f"{group}={name}" for name in nearest(shown(value), names)]
    return f"{text}{_did_you_mean(near)} (choices: {', '.join(names) or 'none'})"


def unknown_option(override: Override, schema: type[Section], groups: list[str], command: str) -> str:
    """An override of something that is no option."""
    name = override.key_or_group
    section = section_at(schema, name.rpartition(".")[0])
    near = nearest(name, [*options(schema), *([] if "." in name else groups)])
    if section is not None and section.model_config.get("extra") == "allow":
        plus = f"any other argument of Lightning's Trainer takes a plus: +{name}=VALUE"
        return f"{name}: not one of the listed options{_did_you_mean(near)} ({plus})"
    hint = _did_you_mean(near) or f"; python {command}.py --help lists them all"
    return f"{override.get_key_element()}: there is no such option{hint}"


def must_be_given(name: str, schema: type[Section]) -> str:
    """A mandatory value that is missing."""
    field = options(schema).get(name)
    meaning = f" ({field.description})" if field else ""
    return f"{name}: must be given; write {name}=VALUE{meaning}"


def schema_faults(
    schema: type[Section], config: dict[str, Any], given: set[str], chosen: dict[str, str | None]
) -> dict[str, str]:
    """What the schema refuses in a plain config: a sentence for each option.

    ``given`` are the options that the user named. Names that are missing or too many without that come from a
    group's choice that is not for this task: one sentence for the group.
    """
    try:
        schema.model_validate(config)
    except ValidationError as error:
        found: dict[str, str] = {}
        for detail in error.errors():
            name = _option_name(schema, detail["loc"])
            group = name.partition(".")[0]
            if detail["type"] in ("extra_forbidden", "missing") and name not in given and chosen.get(group):
                found[group] = f"{group}={chosen[group]}: does not fit this task; choose another {group}="
            else:
                found.setdefault(name, _sentence(name, detail, schema, config))
        return {name: text for name, text in found.items() if "." not in name or name.partition(".")[0] not in found}
    return {}


def _option_name(schema: type[Section], loc: tuple[int | str, ...]) -> str:
    """The dotted name in an error's place; the rest is an index or a member of a union."""
    names: list[str] = []
    section: type[Section] | None = schema
    for part in loc:
        if section is None:
            break
        names.append(str(part))
        field = section.model_fields.get(str(part))
        section = section_of(field) if field else None
    return ".".join(names)


def _sentence(name: str, detail: ErrorDetails, schema: type[Section], config: dict[str, Any]) -> str:
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    if detail["type"] == "extra_forbidden":
        return f"{name}: there is no such option{_did_you_mean(nearest(name, list(options(schema))))}"
    parent, _, last = name.rpartition(".")
    section = section_at(schema, parent)
    assert section is not None
    field = section.model_fields[last]
    if detail["type"] == "missing" and section_of(field):
        return f"{name}: is missing; choose one with {name}=NAME"
    if detail["type"] == "missing":
        return f"{name}: is missing; it must be {allowed(field)}"
    value: Any = config
    for part in name.split("."):
        value = value[part]
    near = nearest(detail["input"], choices(field)) if isinstance(detail["input"], str) else []
    return f"{name}={shown(value)}: must be {allowed(field)}{_did_you_mean(near)}"


def _did_you_mean(near: list[str]) -> str:
    return f"; did you mean {' or '.join(near)}?" if near else ""
