"""Reading a user's own tables: csv, tsv, jsonl, txt, parquet, each also as ``.gz``.

Every fault names the file, the row and what was expected. Cells stay what they are: the words ``NA`` and ``null``
are texts, and an empty cell is an empty text.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from recurra.errors import UserError

FORMATS = (".csv", ".tsv", ".jsonl", ".json", ".ndjson", ".txt", ".parquet")

Row = dict[str, Any]


def table_format(path: Path) -> str | None:
    """``.csv`` and the like for a file this module can read, with or without ``.gz``; otherwise None."""
    name = path.name.removesuffix(".gz")
    return next((ending for ending in FORMATS if name.endswith(ending)), None)


def read_rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Line number (from 1, the header of a csv counts) and columns of each row.

    Raises:
        UserError: missing or empty file, unknown ending, invalid UTF-8, a row that is malformed.
    """
    if not path.is_file():
        raise UserError(f"there is no file {path}" + (" (it is a folder)" if path.is_dir() else ""))
    kind = table_format(path)
    if kind is None:
        raise UserError(f"{path}: unknown ending; files may be {', '.join(FORMATS)}, also with .gz")
    empty = True
    try:
        for number, row in _READERS[kind](path):
            empty = False
            yield number, row
    except (gzip.BadGzipFile, EOFError) as error:
        raise UserError(f"{path}: not a complete gzip file ({error})") from None
    except PermissionError:
        raise UserError(f"{path}: no permission to read it") from None
    if empty:
        raise UserError(f"{path} holds no rows")


def _open(path: Path) -> BinaryIO:
    return gzip.open(path, "rb") if path.name.endswith(".gz") else path.open("rb")  # type: ignore[return-value]


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines with their ends, decoded one by one so that a fault has a line number."""
    with _open(path) as raw:
        offset = 0
        for number, line in enumerate(raw, 1):
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise UserError(
                    f"{path}, line {number}: byte {offset + error.start} is not UTF-8; save the file as UTF-8 "
                    f"(for example: iconv -f gb18030 -t utf-8, or -f latin1)"
                ) from None
            offset += len(line)
            yield number, text


def _delimited(path: Path) -> Iterator[tuple[int, Row]]:
    delimiter = "\t" if table_format(path) == ".tsv" else ","
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    reader = csv.reader((line for _, line in _lines(path)), delimiter=delimiter, strict=True)
    try:
        header = next(reader, None)
        if not header:
            return
        if len(set(header)) != len(header):
            raise UserError(f"{path}, line 1: a column name stands twice: {', '.join(header)}")
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(header):
                raise UserError(
                    f"{path}, line {reader.line_num}: {len(cells)} cells, but the first line names {len(header)} "
                    f"columns ({', '.join(header)}); a text that contains {delimiter!r} must stand in double quotes"
                )
            yield reader.line_num, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise UserError(f"{path}, line {reader.line_num}: {error}") from None


def _json_lines(path: Path) -> Iterator[tuple[int, Row]]:
    for number, line in _lines(path):
        if number == 1 and line.lstrip().startswith("["):
            yield from _json_array(path)
            return
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise UserError(f"{path}, line {number}: not valid JSON: {error.msg} at column {error.colno}") from None
        if not isinstance(row, dict):
            raise UserError(f'{path}, line {number}: expected an object such as {{"text": …, "label": …}}')
        yield number, row


def _json_array(path: Path) -> Iterator[tuple[int, Row]]:
    try:
        rows = json.loads("".join(line for _, line in _lines(path)))
    except json.JSONDecodeError as error:
        raise UserError(f"{path}, line {error.lineno}: not valid JSON: {error.msg}") from None
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise UserError(f'{path}, item {number}: expected an object such as {{"text": …, "label": …}}')
        yield number, row


def _plain(path: Path) -> Iterator[tuple[int, Row]]:
    for number, line in _lines(path):
        yield number, {"text": line.rstrip("\r\n")}


def _parquet(path: Path) -> Iterator[tuple[int, Row]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with _open(path) as raw:
            source = pq.ParquetFile(io.BytesIO(raw.read()) if path.name.endswith(".gz") else raw)
            number = 0
            for batch in source.iter_batches():
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except pa.ArrowInvalid as error:
        raise UserError(f"{path}: not a parquet file ({error})") from None


_READERS = {
    ".csv": _delimited,
    ".tsv": _delimited,
    ".jsonl": _json_lines,
    ".json": _json_lines,
    ".ndjson": _json_lines,
    ".txt": _plain,
    ".parquet": _parquet,
}
