"""What the schema says of its options: their names, whether they are free text, what they may be."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from recurra.config import SCHEMAS
from recurra.config.section import Free, Section

_PLAIN = {int: "a whole number", float: "a number", bool: "true or false", str: "a text", NoneType: "null"}
_PLURAL = {"a whole number": "whole numbers", "a number": "numbers", "a text": "texts", "a path": "paths"}
_LIMITS = ("ge", "gt", "le", "lt")
_RANGES = {
    ("ge", "le"): "from {ge:g} to {le:g}",
    ("ge", "lt"): "from {ge:g} to below {lt:.10g}",
    ("gt", "lt"): "above {gt:g} and below {lt:g}",
    ("gt", "le"): "above {gt:g} and at most {le:g}",
    ("ge",): "of at least {ge:g}",
    ("gt",): "above {gt:g}",
    ("le",): "of at most {le:g}",
    ("lt",): "below {lt:g}",
}


class FreeText(NamedTuple):
    """How the value of a free-text option is read."""

    path: bool
    """``null`` means none and ``${…}`` is an interpolation."""
    one: bool
    """The value may be a single text."""
    many: bool
    """The value may be a list of texts."""


def schema_for(command: str, task: str | None) -> type[Section]:
    """The schema of a command; where it does not depend on the task, or the task is unknown, the first."""
    tasks = SCHEMAS[command]
    return tasks.get(task or "") or next(iter(tasks.values()))


def of_training(schema: type[Section]) -> set[str]:
    """Parts of a training run that a command of this schema lacks: a data set's file may set them all the same."""
    training = {name for train in SCHEMAS["train"].values() for name in train.model_fields}
    return training - set(schema.model_fields)


def section_of(field: FieldInfo) -> type[Section] | None:
    """The section that a field holds, or None where it holds a value."""
    for part in _parts(field.annotation):
        if isinstance(part, type) and issubclass(part, Section):
            return part
    return None


def options(schema: type[Section], prefix: str = "") -> dict[str, FieldInfo]:
    """All options of a schema by their dotted names, in order."""
    found: dict[str, FieldInfo] = {}
    for name, field in schema.model_fields.items():
        section = section_of(field)
        if section is None:
            found[prefix + name] = field
        else:
            found |= options(section, f"{prefix}{name}.")
    return found


def section_at(schema: type[Section], name: str) -> type[Section] | None:
    """The section with this dotted name; the schema itself for the empty name."""
    section: type[Section] | None = schema
    for part in filter(None, name.split(".")):
        field = section.model_fields.get(part) if section else None
        section = section_of(field) if field else None
    return section


@cache
def free_options() -> dict[str, FreeText]:
    """The options of all commands and tasks whose value is free text."""
    found: dict[str, FreeText] = {}
    for schema in (schema for tasks in SCHEMAS.values() for schema in tasks.values()):
        for name, field in options(schema).items():
            every = [*_parts(field.annotation), *field.metadata]
            inside = [part for listed in every if get_origin(listed) is list for part in _parts(listed)]
            marks = [mark for mark in every if isinstance(mark, Free)]
            listed = [mark for mark in inside if isinstance(mark, Free)]
            if marks:
                path = all(mark.kind == "path" for mark in marks)
                found[name] = FreeText(path, one=len(marks) > len(listed), many=bool(listed))
    return found


def choices(field: FieldInfo) -> list[str]:
    """The words that an option, or an item of it, may be chosen from."""
    return [str(word) for part in _parts(field.annotation) if get_origin(part) is Literal for word in get_args(part)]


def allowed(field: FieldInfo) -> str:
    """What an option may be, in words: 'a whole number from 1 to 32'."""
    return _describe(field.annotation, field.metadata)


def _parts(annotation: Any) -> Iterator[Any]:
    """An annotation and all that it is made of, markers included."""
    yield annotation
    if get_origin(annotation) is not Literal:
        for part in get_args(annotation):
            yield from _parts(part)


def _describe(annotation: Any, metadata: list[Any]) -> str:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        marks = [m for mark in args[1:] for m in (mark.metadata if isinstance(mark, FieldInfo) else [mark])]
        return _describe(args[0], marks)
    if origin in (Union, UnionType):
        parts = [part for part in args if not (part is int and float in args)]
        return " or ".join(_describe(part, metadata) for part in parts)
    if origin is Literal:
        words = [str(word) for word in args]
        return words[0] if len(words) == 1 else f"one of {', '.join(words)}"
    if origin is dict:
        return "names with their values"
    if origin is list:
        item = _describe(args[0], []).removeprefix("one of ")
        for one, many in _PLURAL.items():
            item = item.replace(one, many)
        return f"a list of {item}{_length(metadata)}"
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return "a section with options of its own"
    if annotation is str and any(isinstance(mark, Free) and mark.kind == "path" for mark in metadata):
        return "a path"
    return _PLAIN[annotation] + (_range(metadata) if annotation in (int, float) else "")


def _range(metadata: list[Any]) -> str:
    limits = {name: getattr(mark, name) for mark in metadata for name in _LIMITS if hasattr(mark, name)}
    for names, words in _RANGES.items():
        if set(names) == set(limits):
            return " " + words.format(**limits)
    return ""


def _length(metadata: list[Any]) -> str:
    low = [mark.min_length for mark in metadata if hasattr(mark, "min_length")]
    high = [mark.max_length for mark in metadata if hasattr(mark, "max_length")]
    if low == high:
        return f" ({low[0]} of them)" if low else ""
    return "".join([*(f" (at least {number})" for number in low), *(f" (at most {number})" for number in high)])
