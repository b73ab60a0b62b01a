"""Finding the rows of a data set: a folder under ``paths.data``, the user's own files, or the Hugging Face Hub."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from recurra.config import Data, Paths
from recurra.data.files import Row, read_rows, table_format
from recurra.errors import UserError

SPLITS = {"train": ("train",), "validation": ("validation", "valid", "val", "dev"), "test": ("test",)}

Rows = Callable[[], Iterator[tuple[str, Row]]]
"""Gives the rows anew at each call, each with the words that tell where it stands (``a.csv, line 7``)."""


@dataclass(frozen=True)
class Source:
    """A data set that was found, not yet read."""

    description: str
    splits: dict[str, Rows]
    fingerprint: str
    """Changes whenever the rows do."""
    label_names: dict[str, list[str]]
    """Names of the numbered values of a column, where the data set itself knows them."""


def find_source(data: Data, paths: Paths) -> Source:
    """The user's own files if there are any, then the folder of that name, then the hub."""
    if data.train is not None:
        own = {"train": data.train, "validation": data.validation, "test": data.test}
        files = {split: _paths(value) for split, value in own.items() if value is not None}
        return _from_files(files, ", ".join(str(path) for paths_ in files.values() for path in paths_))
    if data.validation is not None or data.test is not None:
        raise UserError("data.validation and data.test are given but not data.train")
    folder = Path(paths.data) / data.name
    if folder.is_dir():
        return _from_folder(folder)
    if data.id is None:
        raise UserError(_how_to_fill(data, folder, f"there is no folder {folder}"))
    if Path(data.id).is_dir():
        return _from_folder(Path(data.id))
    return _from_hub(data, folder)


def _paths(value: str | list[str]) -> list[Path]:
    return [Path(path) for path in ([value] if isinstance(value, str) else value)]


def _how_to_fill(data: Data, folder: Path, found: str) -> str:
    page = f" Download it from {data.page} and put" if data.page else " Put"
    return (
        f"data={data.name}: {found}.{page} train.jsonl, validation.jsonl and test.jsonl (or .csv, .parquet …) "
        f"into {folder}, or set paths.data (RECURRA_DATA_DIR) to the folder that holds {data.name}/."
    )


def _from_files(files: dict[str, list[Path]], description: str) -> Source:
    digest = hashlib.sha256()
    for path in (path for group in files.values() for path in group):
        if not path.is_file():
            raise UserError(f"there is no file {path}" + (" (it is a folder)" if path.is_dir() else ""))
        digest.update(str(path.resolve()).encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())

    def rows(group: list[Path]) -> Rows:
        return lambda: ((f"{path}, line {number}", row) for path in group for number, row in read_rows(path))

    return Source(description, {split: rows(group) for split, group in files.items()}, digest.hexdigest(), {})


def _from_folder(folder: Path) -> Source:
    files: dict[str, list[Path]] = {}
    for split, names in SPLITS.items():
        found = [p for p in sorted(folder.iterdir()) if p.name.split(".")[0] in names and table_format(p)]
        if len(found) > 1:
            raise UserError(f"{folder}: several files for {split}: {', '.join(p.name for p in found)}; keep one")
        if found:
            files[split] = found
    if "train" in files:
        return _from_files(files, f"folder {folder}")
    import datasets

    try:
        saved = (folder / "dataset_dict.json").exists()
        loaded = datasets.load_from_disk(str(folder)) if saved else datasets.load_dataset(str(folder))
    except Exception as error:
        raise UserError(
            f"folder {folder}: no train.jsonl, train.csv or the like, and datasets cannot load it: {_first_line(error)}"
        ) from None
    return _from_dataset(loaded, f"folder {folder}")


def _from_hub(data: Data, folder: Path) -> Source:
    assert data.id is not None
    if not hub_reachable():
        os.environ["HF_HUB_OFFLINE"] = "1"  # a cached copy may still serve, and without one it fails at once
    import datasets

    try:
        loaded = datasets.load_dataset(data.id, data.config)
    except Exception as error:
        reason = f"the hub set {data.id!r} cannot be loaded ({_first_line(error)}) and there is no folder {folder}"
        raise UserError(_how_to_fill(data, folder, reason)) from None
    return _from_dataset(loaded, f"hub {data.id}" + (f" ({data.config})" if data.config else ""))


def _from_dataset(loaded: Any, description: str) -> Source:
    splits: dict[str, Rows] = {}
    fingerprint = hashlib.sha256()
    label_names: dict[str, list[str]] = {}

    def rows(dataset: Any, split: str) -> Rows:
        return lambda: ((f"{description}, {split} row {number}", row) for number, row in enumerate(dataset, 1))

    for split, names in SPLITS.items():
        name = next((name for name in names if name in loaded), None)
        if name is not None:
            splits[split] = rows(loaded[name], name)
            fingerprint.update(loaded[name]._fingerprint.encode())
            for column, feature in loaded[name].features.items():
                if hasattr(feature, "names"):
                    label_names[column] = list(feature.names)
    if "train" not in splits:
        raise UserError(f"{description}: no split named train, but {', '.join(loaded)}")
    return Source(description, splits, fingerprint.hexdigest(), label_names)


def hub_reachable(seconds: float = 3.0) -> bool:
    """Whether the hub (or the mirror named by ``HF_ENDPOINT``) answers; behind a proxy it is taken to."""
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "TRUE", "YES", "ON"):
        return False
    if any(os.environ.get(name) for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")):
        return True
    endpoint = urlparse(os.environ.get("HF_ENDPOINT", "https://huggingface.co"))
    try:
        port = endpoint.port or (80 if endpoint.scheme == "http" else 443)
        socket.create_connection((endpoint.hostname or "", port), seconds).close()
    except OSError:
        return False
    return True


def _first_line(error: Exception) -> str:
    return (
        f"{type(error).__name__}: {str(error).strip().splitlines()[0]}" if str(error).strip() else type(error).__name__
    )
