"""Where what was read of a data set is kept for the next time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from recurra.atomic import write_atomically
from recurra.errors import UserError
from recurra.runs import make_folder


def cached(data: Path, name: str, write: Callable[[Path], None]) -> Path:
    """The file of that name in the cache; where there is none, ``write(path)`` makes it.

    The cache is a folder under ``data``, or, where that cannot be written, one in the cache of ``datasets``.
    """
    path = _folder(data) / name
    if not path.exists():
        try:
            write_atomically(path, write)
        except OSError as error:
            raise UserError(f"cannot write to {path.parent}: {error}; paths.data=FOLDER moves it") from None
    return path


def cached_rows(data: Path, name: str, columns: Sequence[str], rows: Callable[[], Iterable[dict[str, str]]]) -> Any:
    """Rows of texts as an Arrow file that is mapped into memory, not read into it; the same are not read twice."""
    import datasets
    from datasets.arrow_writer import ArrowWriter

    features = datasets.Features({column: datasets.Value("string") for column in columns})

    def write(temporary: Path) -> None:
        with ArrowWriter(path=str(temporary), features=features) as writer:
            for row in rows():
                writer.write(row)
            writer.finalize()

    return datasets.Dataset.from_file(str(cached(data, f"{name}.arrow", write)))


def column(rows: Any, name: str) -> Iterator[str]:
    """The texts of a column one after the other, read from disk a thousand at a time."""
    for batch in rows.select_columns(name).iter(1000):
        some: Any = batch[name]
        yield from some


def _folder(data: Path) -> Path:
    cache = data / ".cache"
    try:
        cache.mkdir(parents=True, exist_ok=True)
        if os.access(cache, os.W_OK):
            return cache
    except OSError:
        pass
    from datasets import config

    return make_folder(Path(config.HF_DATASETS_CACHE) / "recurra")
