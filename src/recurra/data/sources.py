"""Finding the rows of a data set: a folder under ``paths.data``, the user's own files, or the Hugging Face Hub."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recurra.config.train import OWN, Data, Paths
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
    """Changes whenever the rows do, and with nothing else."""
    label_names: dict[str, list[str]]
    """Names of the numbered values of a column, where the data set itself knows them."""


def find_source(data: Data, paths: Paths) -> Source:
    """The user's own files if there are any, then the folder of that name, then the hub."""
    files = {split: [Path(path) for path in given] for split, given in data.own_files().items()}
    if files:
        return _from_files(files, ", ".join(str(path) for group in files.values() for path in group))
    name = data.id if data.name in OWN and data.id else data.name
    folder = Path(paths.data) / name
    if folder.is_dir():
        return _from_folder(folder)
    if data.id is None:
        raise UserError(_how_to_fill(data, folder, f"there is no folder {folder}"))
    if Path(data.id).is_dir():
        return _from_folder(Path(data.id))
    return _from_hub(data, folder)


def _how_to_fill(data: Data, folder: Path, found: str) -> str:
    page = f" Download it from {data.page} and put" if data.page else " Put"
    return (
        f"data={data.name}: {found}.{page} {data.files} "
        f"into {folder}, set paths.data (RECURRA_DATA_DIR) to the folder that holds {folder.name}/, "
        f"or give your own file: {data.own}=FILE"
    )


def _from_files(files: dict[str, list[Path]], description: str) -> Source:
    digest = hashlib.sha256()
    for split, path in ((split, path) for split, group in files.items() for path in group):
        if not path.is_file():
            raise UserError(f"there is no file {path}" + (" (it is a folder)" if path.is_dir() else ""))
        digest.update(split.encode())
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
        saved = any((folder / name).exists() for name in ("dataset_dict.json", "state.json"))
        loaded = datasets.load_from_disk(str(folder)) if saved else datasets.load_dataset(str(folder))
    except Exception as error:
        raise UserError(
            f"folder {folder}: no train.jsonl, train.csv or the like, and datasets cannot load it: {_first_line(error)}"
        ) from None
    return _from_dataset(loaded, f"folder {folder}")


def _from_hub(data: Data, folder: Path) -> Source:
    assert data.id is not None
    import datasets

    reachable = hub_reachable()
    try:
        with nullcontext() if reachable else _offline():
            loaded = datasets.load_dataset(data.id, data.config)
    except Exception as error:
        why = _first_line(error) if reachable else "the hub does not answer, and no copy is in its cache"
        reason = f"the hub set {data.id!r} cannot be loaded ({why}) and there is no folder {folder}"
        raise UserError(_how_to_fill(data, folder, reason)) from None
    return _from_dataset(loaded, f"hub {data.id}" + (f" ({data.config})" if data.config else ""))


def _from_dataset(loaded: Any, description: str) -> Source:
    import datasets

    loaded = {"train": loaded} if isinstance(loaded, datasets.Dataset) else loaded
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
    return Source(description, splits, fingerprint.hexdigest(), label_names)


def hub_reachable(seconds: float = 3.0) -> bool:
    """Whether the hub, or the mirror named by ``HF_ENDPOINT``, answers; through a proxy where one is set."""
    from huggingface_hub import constants, get_session

    try:
        get_session().head(constants.ENDPOINT, timeout=seconds)
    except Exception:  # whatever went wrong (offline by choice, no name, no route, a proxy's refusal), it does not
        return False
    return True


@contextmanager
def _offline() -> Iterator[None]:
    """Lets a cached copy serve, and fail at once without one, instead of trying again for half a minute.

    The libraries read ``HF_HUB_OFFLINE`` when they are imported, so setting it now would change nothing.
    """
    import datasets
    from huggingface_hub import constants

    before = constants.HF_HUB_OFFLINE, datasets.config.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = datasets.config.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE, datasets.config.HF_HUB_OFFLINE = before


def _first_line(error: Exception) -> str:
    return (
        f"{type(error).__name__}: {str(error).strip().splitlines()[0]}" if str(error).strip() else type(error).__name__
    )
