"""What options are made of: sections of plain values, and the kinds of values that many of them share."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Free:
    """Marks an option whose value is free text: quoted before Hydra's grammar can stumble over it."""

    def __init__(self, kind: Literal["text", "path"]) -> None:
        self.kind = kind


Text = Annotated[str, Free("text")]
"""Anything at all: ``null``, ``1e3``, ``${x}`` and ``It's great, really`` are texts."""

Path = Annotated[str, Free("path")]
"""A file, a folder, a hub id: free text too, but ``null`` means none and ``${…}`` is an interpolation."""

Names = Annotated[list[Text], Field(min_length=1)]
"""Several columns, of which the first that exists is meant."""

Rate = Annotated[float, Field(ge=0.0, lt=1.0)]
"""A probability of dropping something: 0 switches it off."""

Count = Annotated[int, Field(ge=1)]
Weight = Annotated[float, Field(gt=0.0)]
Share = Annotated[float, Field(gt=0.0, le=1.0)]
Limit = Annotated[int, Field(ge=1)] | Literal[-1]
"""A number of something, -1 for no limit."""


class Section(BaseModel):
    """A group of options. Plain values only; unknown names and wrong types are faults."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, defer_build=True)


def option(help: str, **constraints: Any) -> Any:
    """A required field with its line of help; its value comes from ``conf/``."""
    return Field(description=help, **constraints)
