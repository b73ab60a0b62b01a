"""The folder that a model is shipped in: written whole, or not at all; and read again as a checkpoint.

What is in it stands in `recurra_runtime.bundle`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path, PurePath
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from recurra.checkpoint import Checkpoint, check_contents
from recurra.errors import UserError
from recurra_runtime.bundle import CHECKSUMS, CONFIG, FORMAT, PRECISIONS, TOKENIZER, Bundle, BundleError, is_bundle

WEIGHTS = "model.safetensors"


def contents(checkpoint: Checkpoint) -> dict[str, bytes]:
    """What every bundle has: weights, config and tokenizer."""
    return {
        WEIGHTS: _weights(checkpoint.weights),
        CONFIG: contents_of_config(checkpoint),
        TOKENIZER: checkpoint.tokenizer.encode(),
    }


def contents_of_config(checkpoint: Checkpoint) -> bytes:
    """``config.json``: what gives the weights their meaning, without the folders of this machine."""
    return _json(
        {
            "format": FORMAT,
            "task": checkpoint.task,
            "version": version("recurra"),
            "spec": checkpoint.spec,
            "config": _without_folders(checkpoint.config.model_dump(mode="json")),
            "data": {**checkpoint.data, "description": _names_alone(checkpoint)},
        }
    )


def read_bundle(folder: Path) -> Checkpoint:
    """A bundle as the checkpoint that it was made from.

    Raises:
        UserError: a file of it is missing, altered, or not what it should be.
    """
    try:
        bundle = Bundle(folder)
        weights = _read_weights(bundle.read(WEIGHTS))
        tokenizer = bundle.tokenizer()
    except (BundleError, SafetensorError) as error:
        raise UserError(str(error)) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:  # a file with its checksum, but not its content
        raise UserError(f"{folder} is not what export.py writes ({type(error).__name__}: {error})") from None
    about = {**bundle.config, "tokenizer": tokenizer}
    return check_contents(folder, about, weights, {})


@contextlib.contextmanager
def draft(folder: Path) -> Iterator[Path]:
    """A folder beside ``folder`` to write into, which takes its place when all went well, and is removed otherwise.

    Raises:
        UserError: ``folder`` holds something that is no bundle, or cannot be written.
    """
    try:
        folder = folder.resolve()
    except (OSError, RuntimeError):  # a link to itself
        raise UserError(f"{folder} leads nowhere; give another output=FOLDER") from None
    _check_place(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise UserError(f"cannot write to {folder}: {error.strerror}") from None
    try:
        yield made
        _check_place(folder)  # an export takes minutes
        made.chmod(0o755)
        _put(made, folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _check_place(folder: Path) -> None:
    """Whether a bundle may stand there: in the place of nothing, or of another one and nothing else."""
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise UserError(f"{folder} is there already, and is no bundle; give another output=FOLDER")
    if os.path.ismount(folder):
        raise UserError(f"{folder} is where a disk is mounted; give a folder in it: output={folder / 'bundle'}")
    known = {CHECKSUMS}
    if is_bundle(folder):
        with contextlib.suppress(ValueError, TypeError, RecursionError):
            known |= set(json.loads((folder / CHECKSUMS).read_bytes()))
    if foreign := sorted({path.name for path in folder.iterdir()} - known):
        raise UserError(
            f"{folder} holds what is no part of a bundle ({', '.join(foreign[:3])}); give another output=FOLDER"
        )


def _put(made: Path, folder: Path) -> None:
    """Moves a folder to the place of another one, which is there until the new one is."""
    before = made.with_name(f"{made.name}.before")
    try:
        if folder.exists():
            folder.rename(before)
        try:
            made.rename(folder)
        except OSError:
            if before.exists():
                before.rename(folder)
            raise
    except OSError as error:
        raise UserError(f"cannot write to {folder}: {error.strerror}") from None
    shutil.rmtree(before, ignore_errors=True)


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Writes files, and the checksums of all that are in the folder."""
    try:
        for name, content in files.items():
            (folder / name).write_bytes(content)
        sums = {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.iterdir())
            if path.name != CHECKSUMS
        }
        (folder / CHECKSUMS).write_bytes(_json(sums))
    except OSError as error:
        raise UserError(f"cannot write to {folder}: {error.strerror}") from None


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _weights(weights: dict[str, torch.Tensor]) -> bytes:
    """The weights as safetensors; of those that share their numbers one is kept, the others are named."""
    kept: dict[str, torch.Tensor] = {}
    seen: dict[tuple[Any, ...], str] = {}
    same: dict[str, str] = {}
    for name, weight in weights.items():
        place = (weight.untyped_storage().data_ptr(), weight.storage_offset(), weight.shape)
        if place in seen and weight.numel() > 0:
            same[name] = seen[place]
        else:
            seen[place] = name
            kept[name] = weight.clone().contiguous()
    written: bytes = save(kept, metadata={"format": "pt", "same": json.dumps(same)})
    return written


def _read_weights(content: bytes) -> dict[str, torch.Tensor]:
    weights: dict[str, torch.Tensor] = load(content)
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    same: dict[str, str] = json.loads(header.get("__metadata__", {}).get("same", "{}"))
    return {**weights, **{name: weights[other] for name, other in same.items()}}


def _without_folders(config: dict[str, Any]) -> dict[str, Any]:
    """A config in which no folder of this machine is named."""
    config["paths"] = {"data": "data", "outputs": "outputs", "run": None}
    config |= {"resume": None, "init_from": None}
    for section, names in (("data", ("train", "validation", "test", "path")), ("model", ("vectors",))):
        for name in names:
            given = config[section].get(name)
            if isinstance(given, str):
                config[section][name] = PurePath(given).name
            elif isinstance(given, list):
                config[section][name] = [PurePath(each).name for each in given]
    if _is_folder(config["data"].get("id")):
        config["data"]["id"] = PurePath(config["data"]["id"]).name
    return config


def _is_folder(name: str | None) -> bool:
    """Whether what may be a data set on the Hub is a folder of this machine."""
    return name is not None and (PurePath(name).is_absolute() or Path(name).is_dir())


def _names_alone(checkpoint: Checkpoint) -> str:
    """The description of the data, in which files stand without their folders."""
    data: Any = checkpoint.config.data
    description: str = checkpoint.data["description"]
    given = getattr(data, "id", None)
    for folder in (checkpoint.config.paths.data, given if _is_folder(given) else None):
        if folder is not None and PurePath(folder).is_absolute():
            description = description.replace(str(PurePath(folder)), PurePath(folder).name)
    for name in ("train", "validation", "test", "path"):
        given = getattr(data, name, None)
        for path in [given] if isinstance(given, str) else given or []:
            for written in (path, str(PurePath(path))):
                description = description.replace(written, PurePath(path).name)
    return " ".join(PurePath(word).name if "/" in word and PurePath(word).is_absolute() else word
                    for word in description.split(" "))  # fmt: skip


def graph_files(folder: Path, precision: str) -> list[str]:
    """The graphs of a precision in a folder."""
    ending, small = PRECISIONS[precision], PRECISIONS["int8"]
    names = [path.name for path in sorted(folder.glob("*.onnx"))]
    return [name for name in names if name.endswith(ending) and (precision == "int8") == name.endswith(small)]


def remove(folder: Path, names: list[str]) -> None:
    """Removes files of a bundle that is being made."""
    for name in names:
        (folder / name).unlink()
    write(folder, {})
