"""The text of task=chargen: three parts of it, mapped into memory and not read into it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from recurra.config.chargen import TextData
from recurra.config.train import Paths
from recurra.data.cache import cached
from recurra.data.files import cell_text
from recurra.data.plain import digest, read_text, standard_library, text_files
from recurra.data.sources import SPLITS, Rows, find_source
from recurra.errors import UserError

BETWEEN_ROWS = "\n\n"
"""What stands between the texts of a data set of rows."""


@dataclass
class Corpus:
    """A text as the task sees it: code points ``(characters,)`` of each part."""

    name: str
    description: str
    fingerprint: str
    """Changes whenever the text does."""
    splits: dict[str, np.ndarray]
    notes: list[str] = field(default_factory=list)

    def counts(self, split: str) -> Counter[str]:
        """How often each character occurs."""
        text = self.splits[split]
        total = np.zeros(0x110000, dtype=np.int64)
        for start in range(0, len(text), 1 << 20):
            total += np.bincount(text[start : start + (1 << 20)], minlength=len(total))
        return Counter({chr(point): int(total[point]) for point in np.flatnonzero(total)})

    def text(self, split: str, start: int, stop: int) -> str:
        return "".join(map(chr, self.splits[split][start:stop]))


def load_corpus(data: TextData, paths: Paths) -> Corpus:
    """Finds and reads a text and cuts it into its parts.

    Raises:
        UserError: there is no such text, it is empty, too short for its parts, or no text at all.
    """
    if given := data.own_files().get("train"):
        files = text_files(given)
        return _from_files(data, paths, files, ", ".join(given) + (f" ({len(files)} files)" if len(files) > 1 else ""))
    if data.name == "stdlib":
        return _from_files(data, paths, *standard_library())
    folder = Path(paths.data) / data.name
    if (folder / "input.txt").is_file():
        return _from_files(data, paths, [folder / "input.txt"], f"folder {folder}")
    return _from_rows(data, paths)


def _from_files(data: TextData, paths: Paths, files: list[Path], description: str) -> Corpus:
    fingerprint = digest(files)
    text = _mapped(paths, [fingerprint], (piece for path in files for piece in read_text(path)), data.limit)
    parts = _cut(text, data.validation_fraction, data.test_fraction)
    return _checked(Corpus(data.name, description, fingerprint, parts), data)


def _from_rows(data: TextData, paths: Paths) -> Corpus:
    source = find_source(data, paths)
    key = [source.description, source.fingerprint, data.text]
    parts = {
        split: _mapped(paths, [*key, split], _texts(rows, data), data.limit) for split, rows in source.splits.items()
    }
    if "train" not in parts:
        raise UserError(f"{source.description}: there is no part to train on, but {', '.join(parts)}")
    notes = []
    if len(parts) == 1:
        parts = _cut(parts["train"], data.validation_fraction, data.test_fraction)
    elif "validation" not in parts:
        parts = {**_cut(parts["train"], data.validation_fraction, 0.0), "test": parts["test"]}
        notes.append("no validation part: the end of the training part stands in for it")
    return _checked(Corpus(data.name, source.description, source.fingerprint, parts, notes), data)


def _cut(text: np.ndarray, validation: float, test: float) -> dict[str, np.ndarray]:
    """The text in the order of its parts: to train on, to validate on, to test on."""
    first = int(len(text) * (1.0 - validation - test) + 1e-6)
    second = len(text) if test == 0.0 else int(len(text) * (1.0 - test) + 1e-6)
    return {"train": text[:first], "validation": text[first:second], "test": text[second:]}


def _checked(corpus: Corpus, data: TextData) -> Corpus:
    """The corpus without a test part in which there is nothing to foretell.

    Raises:
        UserError: a part is too short for its use.
    """
    sizes = {name: len(part) for name, part in corpus.splits.items()}
    total = sum(sizes.values())
    if total == 0:
        raise UserError(f"{corpus.description}: there is no text in it")
    if sizes["validation"] < 2:
        raise UserError(
            f"{corpus.description}: {total:,} characters leave {sizes['validation']} to validate on; "
            f"give more text, or a larger data.validation_fraction (now {data.validation_fraction:g})"
        )
    if sizes["train"] <= data.window:
        raise UserError(
            f"{corpus.description}: of {total:,} characters {sizes['train']:,} are too few to train on windows of "
            f"{data.window}; give more text, or a smaller data.window"
        )
    corpus.splits = {name: corpus.splits[name] for name in SPLITS if sizes.get(name, 0) > 1}
    return corpus


def _texts(rows: Rows, data: TextData) -> Iterator[str]:
    for number, (where, row) in enumerate(rows()):
        if number > 0:
            yield BETWEEN_ROWS
        yield cell_text(where, row, data.text, "data.text=COLUMN")


def _mapped(paths: Paths, key: list[object], pieces: Iterable[str], limit: int) -> np.ndarray:
    """Code points of a text as a file that is mapped into memory, four bytes each; ``limit`` 0 takes all."""
    name = hashlib.sha256(repr([*key, limit]).encode()).hexdigest()[:32]

    def write(path: Path) -> None:
        left = limit or float("inf")
        with path.open("wb") as file:
            for piece in pieces:
                text = piece[: int(min(left, len(piece)))]
                left -= len(text)
                file.write(text.encode("utf-32-le", "surrogatepass"))
                if left <= 0:
                    return

    path = cached(Path(paths.data), f"{name}.points", write)
    return np.memmap(path, dtype="<u4", mode="r") if path.stat().st_size else np.zeros(0, dtype="<u4")
