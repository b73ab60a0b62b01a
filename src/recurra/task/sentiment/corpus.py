"""The texts and labels of task=sentiment: three splits, checked, kept on disk and not in memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import datasets
import numpy as np

from recurra.config import Paths, SentimentData
from recurra.data.files import Row
from recurra.data.sources import Rows, Source, find_source
from recurra.data.split import stratified_split
from recurra.errors import UserError

Split: TypeAlias = datasets.Dataset
"""Rows with the columns ``text``, ``label`` (its name), ``group`` (may be empty) and ``where``."""


@dataclass
class Corpus:
    """A data set as the task sees it."""

    name: str
    description: str
    splits: dict[str, Split]
    labels: list[str]
    notes: list[str] = field(default_factory=list)

    def label_ids(self, split: str) -> np.ndarray:
        """Numbers of the labels ``(rows,)``.

        Raises:
            UserError: a label that the training split does not have.
        """
        ids = {name: number for number, name in enumerate(self.labels)}
        rows = self.splits[split]
        names = rows["label"][:]
        for row, name in enumerate(names):
            if name not in ids:
                raise UserError(
                    f"{rows[row]['where']}: the label {name!r} is not among those of training "
                    f"({', '.join(self.labels[:20])})"
                )
        return np.fromiter((ids[name] for name in names), dtype=np.int64, count=len(names))


def load_corpus(data: SentimentData, paths: Paths, labels: list[str] | None = None) -> Corpus:
    """Finds, reads and checks a data set; with ``labels`` (those of a checkpoint) only these may occur."""
    if data.name == "reviews" and data.train is None:
        from recurra.data.reviews import generate

        made = {
            split: datasets.Dataset.from_list(
                [
                    {
                        "text": r["text"],
                        "label": r["label"],
                        "group": r["phenomenon"],
                        "where": f"reviews {split} {i}",
                    }
                    for i, r in enumerate(rows, 1)
                ]
            )
            for split, rows in generate().items()
        }
        corpus = Corpus(data.name, "built in, made by a grammar", made, ["negative", "positive"])
    else:
        corpus = _read(data, paths, find_source(data, paths))
    if data.limit:
        corpus.splits = {name: _spread(rows, data.limit) for name, rows in corpus.splits.items()}
    if labels is not None:
        corpus.labels = labels
    elif len(corpus.labels) < 2:
        raise UserError(
            f"{corpus.description}: every training row has the label {corpus.labels[0]!r}; two classes are needed"
        )
    return corpus


def _spread(rows: Split, limit: int) -> Split:
    """At most ``limit`` rows, taken at even distances, since files are often sorted by label."""
    return rows.select(np.linspace(0, len(rows) - 1, limit).astype(int)) if len(rows) > limit else rows


def _read(data: SentimentData, paths: Paths, source: Source) -> Corpus:
    cells = _Cells(data, source)
    settings = json.dumps([data.text, data.label, data.labels, data.phenomenon], ensure_ascii=True)
    fingerprint = hashlib.sha256(f"{source.fingerprint} {settings}".encode()).hexdigest()[:32]
    splits: dict[str, Split] = {}
    notes: list[str] = []
    for name, rows in source.splits.items():
        read = _to_disk(cells, rows, f"{fingerprint}{name}", Path(paths.data))
        hidden = sum(label == HIDDEN for label in read["label"])
        if hidden == len(read) and name != "train":
            notes.append(f"the {name} split has no labels and is left out")
            continue
        if hidden:
            row = read[read["label"].index(HIDDEN)]
            raise UserError(f"{row['where']}: the label is empty or -1")
        splits[name] = read
    if "test" not in splits and any("no labels" in note for note in notes) and "validation" in splits:
        splits["test"] = splits.pop("validation")
        notes.append("scores are told on the validation split, which nothing is chosen on")
    for name, fraction in (("test", data.test_fraction), ("validation", data.validation_fraction)):
        if name not in splits:
            kept, held = stratified_split(np.array(splits["train"]["label"][:]), fraction)
            if len(held) == 0:
                raise UserError(f"{source.description}: too few training rows to cut a {name} split from them")
            splits[name] = splits["train"].select(held)
            splits["train"] = splits["train"].select(kept)
            notes.append(f"no {name} split: {len(held):,} rows of train stand in for it (stratified, always the same)")
    ordered = {name: splits[name] for name in ("train", "validation", "test")}
    return Corpus(data.name, source.description, ordered, cells.order(set(splits["train"]["label"])), notes)


HIDDEN = ""


def _to_disk(cells: _Cells, rows: Rows, fingerprint: str, data: Path) -> Split:
    """Rows as an Arrow file that is mapped into memory, not read into it; the same rows are not read twice."""

    def generate() -> Iterator[dict[str, Any]]:
        for where, row in rows():
            yield cells.normalise(where, row)

    cache = data / ".cache"
    try:
        cache.mkdir(parents=True, exist_ok=True)
        cache_dir: str | None = str(cache)
    except OSError:
        cache_dir = None  # the folder cannot be written: the library's own cache will do
    features = datasets.Features({name: datasets.Value("string") for name in ("text", "label", "group", "where")})
    datasets.disable_progress_bars()
    try:
        return datasets.Dataset.from_generator(generate, features, cache_dir=cache_dir, fingerprint=fingerprint)
    except Exception as error:
        if isinstance(error.__cause__, UserError):
            raise error.__cause__ from None
        raise


class _Cells:
    """Turns the cells of a row into text and label, whatever the columns are called and hold."""

    def __init__(self, data: SentimentData, source: Source) -> None:
        self.data = data
        self.names = data.labels
        self.own_names = source.label_names

    def normalise(self, where: str, row: Row) -> dict[str, str]:
        text = self.cell(where, row, self.data.text, "data.text")
        label = self.cell(where, row, self.data.label, "data.label")
        if text is not None and not isinstance(text, str | int | float):
            raise UserError(f"{where}: the text is no string but {type(text).__name__}")
        return {
            "text": "" if text is None else str(text),
            "label": self.label_name(where, row, label),
            "group": str(row.get(self.data.phenomenon, "")) if self.data.phenomenon else "",
            "where": where,
        }

    def cell(self, where: str, row: Row, columns: str | list[str], option: str) -> Any:
        for column in [columns] if isinstance(columns, str) else columns:
            if column in row:
                return row[column]
        wanted = columns if isinstance(columns, str) else " or ".join(columns)
        raise UserError(
            f"{where}: there is no column {wanted!r}, but {', '.join(map(repr, row))}; give {option}=COLUMN"
        )

    def label_name(self, where: str, row: Row, value: Any) -> str:
        text = "" if value is None else str(value).strip()
        if text in ("", "-1"):
            return HIDDEN
        names = self.names
        if names is None and isinstance(value, int):
            column = self.data.label if isinstance(self.data.label, str) else ""
            names = self.own_names.get(column)
        if names is None:
            return text.removesuffix(".0") if isinstance(value, float) else text
        if text in names:
            return text
        if text.removesuffix(".0").isdecimal() and int(text.removesuffix(".0")) < len(names):
            return names[int(text.removesuffix(".0"))]
        raise UserError(
            f"{where}: the label {text!r} is neither one of {', '.join(names[:20])} "
            f"nor a number from 0 to {len(names) - 1}"
        )

    def order(self, found: set[str]) -> list[str]:
        """Labels in their own order where one is known, numbers by size, words by the alphabet."""
        known = self.names or next((n for n in self.own_names.values() if found <= set(n)), None)
        if known:
            return [name for name in known if name in found]
        try:
            return sorted(found, key=float)
        except ValueError:
            return sorted(found)
