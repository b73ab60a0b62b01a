"""The texts and labels of task=sentiment: three splits, checked, kept on disk and not in memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

import datasets
import numpy as np

from recurra.config.sentiment import SentimentData
from recurra.config.train import Paths
from recurra.data.built_in import built_in
from recurra.data.cache import cached_rows, column
from recurra.data.files import Row, cell_text, find_column, plain_text
from recurra.data.sources import Source, find_source
from recurra.data.split import distinct, spread, stratified_split
from recurra.errors import UserError

Split: TypeAlias = datasets.Dataset
"""Rows with the columns ``text``, ``label`` (its name), ``group`` (may be empty) and ``where``."""


@dataclass
class Corpus:
    """A data set as the task sees it."""

    name: str
    description: str
    fingerprint: str
    """Changes whenever the rows do."""
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


def load_corpus(data: SentimentData, paths: Paths, labels: list[str] | None = None, split: str | None = None) -> Corpus:
    """Finds, reads and checks a data set; with ``labels`` (those of a checkpoint) only these may occur.

    With ``split`` only that one is wanted: the corpus has it, and the others only where it may depend on them.
    """
    if data.name == "reviews" and not data.own_files():
        written, fingerprint = built_in("reviews", Path(paths.data))
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
            for split, rows in written.items()
        }
        corpus = Corpus(data.name, "built in, made by a grammar", fingerprint, made, ["negative", "positive"])
    else:
        corpus = _read(data, paths, find_source(data, paths), labels, split)
    if data.limit:
        corpus.splits = {name: spread(rows, data.limit) for name, rows in corpus.splits.items()}
    if labels is not None:
        corpus.labels = labels
    elif len(corpus.labels) < 2:
        raise UserError(
            f"{corpus.description}: every training row has the label {corpus.labels[0]!r}; two classes are needed"
        )
    return corpus


def _read(data: SentimentData, paths: Paths, source: Source, labels: list[str] | None, split: str | None) -> Corpus:
    cells = _Cells(data, source)
    columns = [data.text, data.label, data.labels, data.phenomenon]
    settings = json.dumps([version("recurra"), source.description, source.fingerprint, columns])
    key = hashlib.sha256(settings.encode()).hexdigest()[:32]

    def read(name: str) -> Split:
        rows = source.splits[name]
        found: Split = cached_rows(
            Path(paths.data), f"{key}-{name}", COLUMNS, lambda: (cells.normalise(where, row) for where, row in rows())
        )
        return found

    alone = split == "test" or "train" not in source.splits  # else validation may be told as test, and be cut anew
    if split is not None and alone and labels is not None and split in source.splits:
        rows = read(split)
        if _labelled(rows, labels):
            return Corpus(data.name, source.description, source.fingerprint, {split: rows}, labels)
    if "train" not in source.splits:
        raise UserError(f"{source.description}: there is no training split; give data.train=FILE")
    splits = {name: read(name) for name in source.splits}
    if data.phenomenon and not any(any(rows["group"][:]) for rows in splits.values()):
        raise UserError(f"{source.description}: no row has a column {data.phenomenon!r}; mend data.phenomenon=")
    found = set(splits["train"]["label"][:])
    notes: list[str] = []
    for name in list(splits):
        if not _labelled(splits[name], labels or found):
            if name == "train":
                raise UserError(f"{splits[name][0]['where']}: the label is empty or -1, and so are all others")
            del splits[name]
            notes.append(f"the {name} split has no labels and is left out")
    if "test" not in splits and "test" in source.splits and "validation" in splits:
        splits["test"] = splits.pop("validation")
        notes.append("scores are told on the validation split, which nothing is chosen on")
    for name, fraction in (("test", data.test_fraction), ("validation", data.validation_fraction)):
        if name not in splits:
            train = splits["train"]
            kept, held = stratified_split(np.array(train["label"][:]), fraction, distinct(column(train, "text")))
            if len(held) == 0:
                raise UserError(f"{source.description}: too few different texts in train to cut a {name} split")
            splits[name] = splits["train"].select(held)
            splits["train"] = splits["train"].select(kept)
            notes.append(f"no {name} split: {len(held):,} rows of train stand in for it (stratified, always the same)")
    ordered = {name: splits[name] for name in ("train", "validation", "test")}
    return Corpus(data.name, source.description, source.fingerprint, ordered, cells.order(found), notes)


HIDDEN = ""
COLUMNS = ("text", "label", "group", "where")


def _labelled(rows: Split, labels: Collection[str]) -> bool:
    """Whether the rows have labels; published test splits often have -1 in their place.

    Raises:
        UserError: some rows have labels and others do not.
    """
    hidden = {HIDDEN} if "-1" in labels else {HIDDEN, "-1"}
    where = [row for row, label in enumerate(rows["label"][:]) if label in hidden]
    if where and len(where) < len(rows):
        raise UserError(f"{rows[where[0]]['where']}: the label is empty or -1; give it one, or leave the row out")
    return not where


class _Cells:
    """Turns the cells of a row into text and label, whatever the columns are called and hold."""

    def __init__(self, data: SentimentData, source: Source) -> None:
        self.data = data
        self.names = data.labels
        self.own_names = source.label_names

    def normalise(self, where: str, row: Row) -> dict[str, str]:
        text = cell_text(where, row, self.data.text, "data.text=COLUMN")
        label = find_column(where, row, self.data.label, "data.label=COLUMN")
        group = self.data.phenomenon
        return {
            "text": text,
            "label": self.label_name(where, label, row[label]),
            "group": plain_text(where, group, row.get(group)) if group else "",
            "where": where,
        }

    def label_name(self, where: str, column: str, value: Any) -> str:
        """The label in words, or the number as it stands where it has no name; ``2.0`` is the number 2."""
        text = plain_text(where, column, value).strip()
        whole = text.removesuffix(".0")
        number = whole if whole.removeprefix("-").isdecimal() else None
        names = self.names
        if names is None and isinstance(value, int):
            names = self.own_names.get(column)
        if names is None:
            return text if number is None else number
        if text in names:
            return text
        if text == "" or number == "-1":
            return HIDDEN
        if number is not None and 0 <= int(number) < len(names):
            return names[int(number)]
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
            return sorted(sorted(found), key=float)
        except ValueError:
            return sorted(found)
