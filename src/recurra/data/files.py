"""Reading a user's own tables: csv, tsv, jsonl, txt, parquet, each also as ``.gz``.

Every fault names the file, the row and what was expected. Cells stay what they are: the words ``NA`` and ``null``
are texts, and an empty cell is an empty text.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from recurra.errors import UserError

FORMATS = (".csv", ".tsv", ".jsonl", ".json", ".ndjson", ".txt", ".parquet")

Row = dict[str, Any]


def table_format(path: Path) -> str | None:
    """``.csv`` and the like for a file this module can read, with or without ``.gz``; otherwise None."""
    name = path.name.lower().removesuffix(".gz")
    return next((ending for ending in FORMATS if name.endswith(ending)), None)


def read_rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Number of the line where each row begins (from 1, the header of a csv counts), and its columns.

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
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UserError(f"{path}: not a complete gzip file ({error})") from None
    except PermissionError:
        raise UserError(f"{path}: no permission to read it") from None
    if empty:
        raise UserError(f"{path} holds no rows")


def cell_text(where: str, row: Row, wanted: str | Sequence[str], option: str) -> str:
    """The first of the ``wanted`` columns that a row has, as a text: an empty one where nothing stands.

    Raises:
        UserError: there is no such column, or it holds a list, an object or anything else that is not one text.
    """
    column = find_column(where, row, wanted, option)
    return plain_text(where, column, row[column])


def plain_text(where: str, column: str, value: Any) -> str:
    """A cell of ``column`` as a text; a number stands as it is written, and what is not a number is missing."""
    if value is None or value != value:
        return ""
    if not isinstance(value, str | int | float):
        raise UserError(f"{where}: the column {column!r} holds no text but a {type(value).__name__}")
    return str(value)


def find_column(where: str, row: Row, wanted: str | Sequence[str], option: str) -> str:
    """The first of the ``wanted`` columns that a row has.

    Raises:
        UserError: it has none of them; says which it has, and that ``option`` chooses.
    """
    names = [wanted] if isinstance(wanted, str) else wanted
    found = next((name for name in names if name in row), None)
    if found is None:
        advice = f"give {option}"
        if ".txt" in where:
            advice = "a txt holds texts alone: give a csv, tsv, jsonl or parquet"
        elif ".csv" in where or ".tsv" in where:
            advice += "; the first line of a csv or tsv names its columns"
        raise UserError(
            f"{where}: there is no column {' or '.join(map(repr, names))}, but {', '.join(map(repr, row))}; {advice}"
        )
    return found


def _is_gzip(path: Path) -> bool:
    return path.name.lower().endswith(".gz")


def _open(path: Path) -> BinaryIO:
    return gzip.open(path, "rb") if _is_gzip(path) else path.open("rb")  # type: ignore[return-value]


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines with their ends, decoded one by one so that a fault has a line number."""
    with _open(path) as raw:
        offset = 0
        for number, line in enumerate(raw, 1):
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError as error:
                utf16 = number == 1 and line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
                example = "iconv -f utf-16 -t utf-8" if utf16 else "iconv -f gb18030 -t utf-8, or -f latin1"
                raise UserError(
                    f"{path}, line {number}: byte {offset + error.start} is not UTF-8; save the file as UTF-8 "
                    f"(for example: {example})"
                ) from None
            offset += len(line)
            yield number, text.removeprefix("\ufeff") if number == 1 else text


def _delimited(path: Path) -> Iterator[tuple[int, Row]]:
    lines = (line for _, line in _lines(path))
    first = next(lines, "")
    semicolons = ";" in first and "," not in first  # as spreadsheets write where the comma is in decimal numbers
    delimiter = "\t" if table_format(path) == ".tsv" else ";" if semicolons else ","
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    reader = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
    header: list[str] = []
    while True:
        number = reader.line_num + 1  # where the row begins: an unclosed quote runs to the end of the file
        try:
            cells = next(reader, None)
        except csv.Error as error:
            advice = (
                "lines must end with a line feed, not with a carriage return alone"
                if "new-line character" in str(error)
                else "a text with quotes or line feeds must stand in double quotes, each quote within it doubled"
            )
            raise UserError(f"{path}, line {number}: {error}; {advice}") from None
        if cells is None:
            return
        if not cells:
            continue
        if not header:
            header = cells
            if len(set(header)) != len(header):
                raise UserError(f"{path}, line {number}: a column name stands twice: {', '.join(header)}")
        elif len(cells) != len(header):
            raise UserError(
                f"{path}, line {number}: {len(cells)} cells, but the first line names {len(header)} "
                f"columns ({', '.join(header)}); a text that contains {delimiter!r} must stand in double quotes"
            )
        else:
            yield number, dict(zip(header, cells, strict=True))


def _json_lines(path: Path) -> Iterator[tuple[int, Row]]:
    first = True
    for number, line in _lines(path):
        if not line.strip():
            continue
        if first and line.lstrip().startswith("["):
            yield from _json_array(path)
            return
        first = False
        yield number, _object(_parse(line.rstrip(), path, number), f"{path}, line {number}")


def _json_array(path: Path) -> Iterator[tuple[int, Row]]:
    for number, item in enumerate(_parse("".join(line for _, line in _lines(path)), path), 1):
        yield number, _object(item, f"{path}, item {number}")


def _parse(text: str, path: Path, line: int = 1) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"{path}, line {line + error.lineno - 1}"
        raise UserError(f"{place}: not valid JSON: {error.msg} at column {error.colno}") from None
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, brackets 1,000 deep
        raise UserError(f"{path}, line {line}: not valid JSON: {error}") from None


def _object(item: Any, where: str) -> Row:
    """An object as a row; half an emoji, which JSON can spell though no UTF-8 can, becomes U+FFFD."""
    if not isinstance(item, dict):
        raise UserError(f'{where}: expected an object such as {{"text": …, "label": …}}')
    return {name: _whole(value) if isinstance(value, str) else value for name, value in item.items()}


def _whole(text: str) -> str:
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _plain(path: Path) -> Iterator[tuple[int, Row]]:
    for number, line in _lines(path):
        yield number, {"text": line.rstrip("\r\n")}


def _parquet(path: Path) -> Iterator[tuple[int, Row]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with _open(path) as raw:
        source = io.BytesIO(raw.read()) if _is_gzip(path) else raw
        try:
            rows = (row for batch in pq.ParquetFile(source).iter_batches() for row in batch.to_pylist())
            yield from enumerate(rows, 1)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise UserError(f"{path}: not a parquet file, or not a whole one ({str(error).splitlines()[0]})") from None


_READERS = {
    ".csv": _delimited,
    ".tsv": _delimited,
    ".jsonl": _json_lines,
    ".json": _json_lines,
    ".ndjson": _json_lines,
    ".txt": _plain,
    ".parquet": _parquet,
}
