"""Checkpoints: self-contained and plain.

A checkpoint holds the weights and everything that gives them meaning: the config, the spec (what the network must
know of the data), the tokenizer. All of it is dicts, lists, strings, numbers and tensors, which
``torch.load(weights_only=True)`` reads; the only thing in it that chooses code is the name of the task.
"""

from __future__ import annotations

import pickle
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from torch import Tensor, nn

from recurra.config import SCHEMAS, SPECS
from recurra.config.train import Train
from recurra.errors import UserError

FORMAT = 1
KEY = "recurra"


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint says, checked."""

    path: Path
    task: str
    config: Train
    spec: dict[str, Any]
    tokenizer: str
    data: dict[str, str]
    """``description`` and ``fingerprint`` of the data that it was trained on."""
    weights: dict[str, Tensor]
    """The network's weights: the averaged ones where weights are averaged."""
    raw: dict[str, Any]
    """All that Lightning keeps: loops, optimizers, callbacks."""

    def load_into(self, network: nn.Module) -> None:
        """Gives a network, built from the config, its weights."""
        try:
            network.load_state_dict(self.weights)
        except RuntimeError as error:
            fault = str(error).splitlines()[-1].strip()
            raise UserError(f"{self.path}: its weights do not fit this version of recurra: {fault}") from None

    @property
    def resumable(self) -> bool:
        return "optimizer_states" in self.raw

    @property
    def rows_logged(self) -> int:
        """Rows of the log that were written before it."""
        return int(self.raw["callbacks"]["Record"]["rows"])


KINDS = {"task": str, "config": dict, "spec": dict, "tokenizer": str, "data": dict}
"""What gives the weights their meaning."""


def contents(config: Train, spec: dict[str, Any], tokenizer: str, data: dict[str, str]) -> dict[str, Any]:
    """What a checkpoint holds besides weights and the state of training."""
    return {
        "format": FORMAT,
        "task": config.task.name,
        "config": config.model_dump(mode="json"),
        "spec": spec,
        "tokenizer": tokenizer,
        "data": data,
    }


def read_checkpoint(path: Path) -> Checkpoint:
    """Reads a checkpoint, or a bundle; nothing in it is ever executed.

    Raises:
        UserError: no such file, truncated, not ours, of a newer format, or with anything but plain values in it.
    """
    if path.is_dir():
        from recurra.export.bundle import read_bundle

        return read_bundle(path)
    if not path.is_file():
        raise UserError(f"there is no checkpoint {path}")
    cut_off = f"{path} is not a checkpoint, or was cut off while it was written"
    if not zipfile.is_zipfile(path):
        raise UserError(cut_off)
    try:
        raw = torch.load(path, map_location="cpu", weights_only=True, mmap=False)
    except pickle.UnpicklingError:
        raise UserError(f"{path} holds something other than plain values and tensors; it was not opened") from None
    except Exception as error:  # a foreign file may raise anything
        raise UserError(f"{cut_off} ({str(error).strip().partition(chr(10))[0]})") from None
    about = raw.get(KEY) if isinstance(raw, dict) else None
    if not isinstance(about, dict) or "state_dict" not in raw:
        raise UserError(f"{path} is a PyTorch file, but not a checkpoint of recurra")
    prefix = "network."
    weights = {name.removeprefix(prefix): w for name, w in raw["state_dict"].items() if name.startswith(prefix)}
    return check_contents(path, about, weights, raw)


def check_contents(path: Path, about: dict[str, Any], weights: dict[str, Tensor], raw: dict[str, Any]) -> Checkpoint:
    """What stands in a checkpoint, or in a bundle, held against the schema.

    Raises:
        UserError: of a newer format, or not for this version.
    """
    if about.get("format") != FORMAT:
        raise UserError(f"{path} has format {about.get('format')}, this version of recurra reads format {FORMAT}")
    if missing := [name for name, kind in KINDS.items() if not isinstance(about.get(name), kind)]:
        raise UserError(f"{path} is not a checkpoint of recurra: it has no {', '.join(missing)}")
    if missing := sorted({"description", "fingerprint"} - about["data"].keys()):
        raise UserError(f"{path} is not a checkpoint of recurra: its data have no {', '.join(missing)}")
    if about["task"] not in SCHEMAS["train"]:
        raise UserError(f"{path} is of the task {about['task']!r}, which this version of recurra does not know")
    try:
        config = SCHEMAS["train"][about["task"]].model_validate(about["config"])
        SPECS[about["task"]].model_validate(about["spec"])
    except ValidationError as error:
        faults = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors()[:5])
        raise UserError(f"{path}: its config or spec does not fit this version of recurra: {faults}") from None
    assert isinstance(config, Train)
    return Checkpoint(path, about["task"], config, about["spec"], about["tokenizer"], about["data"], weights, raw)
