"""Pretrained word vectors, read from the text form of GloVe, fastText or word2vec."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from recurra.errors import UserError


def read_vectors(path: Path, vocabulary: Sequence[str], size: int) -> tuple[np.ndarray, np.ndarray]:
    """Vectors of those words of the ``vocabulary`` that the file has.

    Returns the rows found ``(found,)`` as indices into the vocabulary and their vectors ``(found, size)``. Words are
    compared as they are, and in lower case where that alone is found. Only the vocabulary's vectors are kept, so a
    file may be larger than memory.

    Raises:
        UserError: no such file, a line that is no vector, or vectors of another size.
    """
    wanted = {word: row for row, word in enumerate(vocabulary)}
    found: dict[int, np.ndarray] = {}
    for number, word, numbers in _lines(path):
        row = wanted.get(word, wanted.get(word.lower()))
        if row is None or (row in found and word not in wanted):
            continue
        try:
            vector = np.array(numbers, dtype=np.float32)
            if not np.isfinite(vector).all():
                raise ValueError
        except ValueError:
            raise UserError(f"{path}, line {number}: {word!r} is not followed by numbers alone") from None
        if len(vector) != size:
            raise UserError(
                f"{path}, line {number}: {len(vector)} numbers, but model.embedding_size={size}; "
                f"give model.embedding_size={len(vector)}"
            )
        found[row] = vector
    if not found:
        raise UserError(f"{path}: none of the {len(vocabulary)} words of the training texts is in this file")
    rows = np.array(sorted(found), dtype=np.int64)
    return rows, np.stack([found[row] for row in rows])


def _lines(path: Path) -> Iterator[tuple[int, str, list[str]]]:
    """Line number, word and numbers of each line; a first line with two integers is a header and left out."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8", errors="strict", newline="\n") as lines:
            width = None
            for number, line in enumerate(lines, 1):
                parts = line.rstrip().split(" ")
                if number == 1 and len(parts) == 2 and all(part.isdigit() for part in parts):
                    width = int(parts[1])
                    continue
                if width is None:
                    width = len(parts) - 1
                if width < 1 or len(parts) <= width:
                    many = f"{width} numbers" if width else "numbers, with blanks between them"
                    raise UserError(f"{path}, line {number}: expected a word and {many}: {line[:60]!r}")
                yield number, " ".join(parts[:-width]), parts[-width:]  # some words of GloVe contain blanks
    except FileNotFoundError:
        raise UserError(f"model.vectors: there is no file {path}") from None
    except (UnicodeDecodeError, OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path}: not a text file of word vectors ({error})") from None
