"""The pairs of task=translation: three splits, checked, kept on disk and not in memory."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

import datasets
import numpy as np
import pyarrow.compute as pc

from recurra.config.train import Paths
from recurra.config.translation import ParallelData
from recurra.data.built_in import built_in
from recurra.data.cache import cached_rows, column
from recurra.data.files import Row, cell_text, table_format
from recurra.data.plain import digest, read_text
from recurra.data.sources import Rows, Source, find_source
from recurra.data.split import distinct, spread, stratified_split
from recurra.errors import UserError

Split: TypeAlias = datasets.Dataset
"""Rows with the columns `COLUMNS`; ``alignment`` (JSON) may be empty."""

COLUMNS = ("source", "target", "alignment", "where")


@dataclass
class Corpus:
    """A parallel corpus as the task sees it."""

    name: str
    description: str
    fingerprint: str
    """Changes whenever the rows do."""
    splits: dict[str, Split]
    notes: list[str] = field(default_factory=list)


def load_corpus(data: ParallelData, paths: Paths, only: str | None = None) -> Corpus:
    """Finds, reads and checks a parallel corpus; of files of the user's own no more than the split ``only``.

    Raises:
        UserError: no such data, a language that they do not have, an empty side, files of unequal length.
    """
    if data.name == "phrasebook" and only is None and data.own_files():
        raise UserError(
            "data=phrasebook is built in as a whole; python evaluate.py data=parallel data.test=FILE scores your own "
            "sentences, and data=parallel data.train=FILE trains on them"
        )
    if data.name == "phrasebook" and not data.own_files():
        corpus = _phrasebook(data, paths)
    elif only in data.own_files():
        source, notes = _sources(data, paths, only), list[str]()
        splits = {only: _split(data, paths, source, only, notes)}
        if len(splits[only]) == 0:
            raise UserError(f"{source.description}: there is no pair in it")
        corpus = Corpus(data.name, source.description, source.fingerprint, splits, notes)
    else:
        corpus = _read(data, paths, _sources(data, paths))
    if data.limit:
        corpus.splits = {name: spread(rows, data.limit) for name, rows in corpus.splits.items()}
    return corpus


def _phrasebook(data: ParallelData, paths: Paths) -> Corpus:
    if {data.source, data.target} != {"en", "de"}:
        raise UserError(f"data=phrasebook has the languages en and de, not {data.source} and {data.target}")
    written, fingerprint = built_in("phrasebook", Path(paths.data))
    made = {}
    for split, rows in written.items():
        cells = [_cells(data, f"phrasebook {split} {number}", row) for number, row in enumerate(rows, 1)]
        if data.source == "de":
            for cell, row in zip(cells, rows, strict=True):
                cell["alignment"] = json.dumps([[j, i] for i, j in row["alignment"]])
        made[split] = datasets.Dataset.from_list(cells)
    return Corpus(data.name, "built in, made by a grammar", fingerprint, made)


def _sources(data: ParallelData, paths: Paths, only: str | None = None) -> Source:
    """The data set, with the parts that the user named in the place of its own; or ``only`` one of these."""
    base = data.model_copy(update={"train": None, "validation": None, "test": None})
    own = {split: files for split, files in data.own_files().items() if only in (None, split)}
    found: list[Source] = []
    splits: dict[str, Rows] = {}
    if only is None and "train" not in own:
        found.append(find_source(base, paths))
        splits |= found[0].splits
    for split, files in own.items():
        found.append(_part(base, paths, split, files))
        splits[split] = next(iter(found[-1].splits.values()))
    fingerprint = hashlib.sha256(" ".join(source.fingerprint for source in found).encode()).hexdigest()
    return Source("; ".join(source.description for source in found), splits, fingerprint, {})


def _part(base: ParallelData, paths: Paths, split: str, files: list[str]) -> Source:
    """One part: another one of a named set (``data.test=flickr2017``), two files of lines, or tables."""
    name = f"{base.name}_{files[0]}"
    if len(files) == 1 and (Path(paths.data) / name).is_dir():
        other = find_source(base.model_copy(update={"name": name, "id": None}), paths)
        if split not in other.splits:
            raise UserError(f"{other.description}: there is no {split} split")
        return Source(other.description, {split: other.splits[split]}, other.fingerprint, {})
    if _is_aligned(files):
        return _aligned(base, files)
    if unknown := [file for file in files if _is_lines(file)]:
        if not Path(unknown[0]).is_file():
            raise UserError(f"there is no file {unknown[0]}, and no folder {Path(paths.data) / name}")
        raise UserError(
            f"{unknown[0]}: files of lines come in twos, one for each language: data.{split}=[a.{base.source},"
            f"a.{base.target}]; a single file is a table with a column for each: .tsv where tabs part them, .csv, "
            f".jsonl …"
        )
    return find_source(base.model_copy(update={"train": files}), paths)


def _is_aligned(files: list[str]) -> bool:
    """Whether these are two files of lines, one for each language, and not tables."""
    return len(files) == 2 and all(map(_is_lines, files))


def _is_lines(file: str) -> bool:
    """Whether a file's name says that it holds texts alone, and is no table."""
    return table_format(Path(file)) in (None, ".txt")


def _aligned(data: ParallelData, files: list[str]) -> Source:
    """Two files of as many lines; which is which says their ending, or else their order."""
    source, target = map(Path, files)
    if _language(source) == data.target or _language(target) == data.source:
        source, target = target, source
    for path in (source, target):
        if not path.is_file():
            raise UserError(f"there is no file {path}")
    named = (_language(source), _language(target))
    if named != (data.source, data.target) and named[0] != named[1] and all(map(LANGUAGE.fullmatch, named)):
        raise UserError(
            f"{source} and {target} are in {named[0]} and {named[1]} by their names, not in {data.source} and "
            f"{data.target}; give data.source={named[0]} data.target={named[1]}, or name the files otherwise"
        )

    def rows() -> Iterator[tuple[str, Row]]:
        sides = [enumerate(_lines(path), 1) for path in (source, target)]
        while True:
            one, two = (next(side, None) for side in sides)
            if one is None and two is None:
                return
            if one is None or two is None:
                shorter, longer = (source, target) if one is None else (target, source)
                number = (one or two or (0, ""))[0]
                raise UserError(
                    f"{longer}, line {number}: {shorter} has no such line; the files must be of equal length"
                )
            yield f"{source}, line {one[0]}", {data.source: one[1], data.target: two[1]}

    return Source(f"{source} and {target}", {"train": rows}, digest([source, target]), {})


LANGUAGE = re.compile(r"[a-z]{2}")
"""A file's ending that names a language, as in ISO 639-1."""


def _language(path: Path) -> str:
    """What the ending says: ``de`` of ``a.de`` and ``a.de.gz``."""
    return Path(path.name.removesuffix(".gz")).suffix[1:]


def _lines(path: Path) -> Iterator[str]:
    rest = ""
    for piece in read_text(path):
        *lines, rest = (rest + piece).split("\n")
        yield from (line.rstrip("\r") for line in lines)
    if rest:
        yield rest


def _read(data: ParallelData, paths: Paths, source: Source) -> Corpus:
    if "train" not in source.splits:
        raise UserError(f"{source.description}: there is no training split; give data.train=FILE")
    notes: list[str] = []
    splits = {name: _split(data, paths, source, name, notes) for name in source.splits}
    if len(splits["train"]) == 0:
        raise UserError(f"{source.description}: there is no pair to train on")
    for name in [name for name, rows in splits.items() if len(rows) == 0]:
        del splits[name]
        notes.append(f"the {name} split has no pair and is left out")
    for name, fraction in (("test", data.test_fraction), ("validation", data.validation_fraction)):
        if name not in splits:
            sources = distinct(column(splits["train"], "source"))
            kept, held = stratified_split(np.zeros(len(sources)), fraction, sources)
            if len(held) == 0:
                raise UserError(f"{source.description}: too few different texts in train to cut a {name} split")
            splits[name] = splits["train"].select(held)
            splits["train"] = splits["train"].select(kept)
            notes.append(f"no {name} split: {len(held):,} rows of train stand in for it (always the same)")
    some = splits["train"][:1000]
    if sum(map(str.__eq__, some["source"], some["target"])) > 0.5 * len(some["source"]):
        raise UserError(
            f"{source.description}: source and target are the same in most rows; see data.source and data.target"
        )
    ordered = {name: splits[name] for name in ("train", "validation", "test")}
    return Corpus(data.name, source.description, source.fingerprint, ordered, notes)


def _split(data: ParallelData, paths: Paths, source: Source, name: str, notes: list[str]) -> Split:
    """The pairs of a split that have both sides; what is left out is noted."""
    settings = json.dumps(
        [version("recurra"), COLUMNS, source.description, source.fingerprint, data.source, data.target]
    )
    key = hashlib.sha256(settings.encode()).hexdigest()[:32]
    given = source.splits[name]
    rows: Split = cached_rows(
        Path(paths.data), f"{key}-{name}", COLUMNS, lambda: (_cells(data, where, row) for where, row in given())
    )
    empty = [np.flatnonzero(pc.equal(rows.data.column(side), "").to_numpy()) for side in ("source", "target")]
    left_out = np.union1d(*empty)
    if len(left_out) == 0:
        return rows
    first = rows[int(left_out[0])]["where"]
    notes.append(f"{name}: {len(left_out):,} pairs with an empty side are left out (the first: {first})")
    return rows.select(np.setdiff1d(np.arange(len(rows)), left_out))


def _cells(data: ParallelData, where: str, row: Row) -> dict[str, str]:
    """Both sides of a row: of columns of their own, or of one column ``translation``."""
    sides = row["translation"] if isinstance(row.get("translation"), dict) else row
    return {
        "source": " ".join(cell_text(where, sides, data.source, "data.source=NAME").split()),
        "target": " ".join(cell_text(where, sides, data.target, "data.target=NAME").split()),
        "alignment": _alignment(row.get("alignment")),
        "where": where,
    }


def _alignment(given: Any) -> str:
    """Pairs of a source and a target word, as a list or as ``0-0 1-2``, in JSON; anything else is no alignment."""
    if isinstance(given, str):
        pairs = [word.split("-") for word in given.split()]
        given = [[int(i), int(j)] for i, j in pairs] if all(map(_is_link, pairs)) else None
    return json.dumps(given) if given and isinstance(given, list) and all(map(_is_link, given)) else ""


def _is_link(pair: Any) -> bool:
    return isinstance(pair, list | tuple) and len(pair) == 2 and all(str(number).isdecimal() for number in pair)
