"""Texts as they are, read piece by piece: files, folders, globs, and the source code of the standard library."""

from __future__ import annotations

import codecs
import glob
import gzip
import hashlib
import platform
import sysconfig
import zlib
from collections.abc import Iterator
from pathlib import Path

from recurra.errors import UserError

PIECE = 1 << 20
"""Bytes that are read at a time."""


def text_files(given: list[str]) -> list[Path]:
    """The files that paths, folders and globs stand for, sorted within each.

    Raises:
        UserError: one of them stands for nothing.
    """
    found: list[Path] = []
    for name in given:
        path = Path(name)
        if path.is_dir():
            meant = [file for file in sorted(path.rglob("*")) if not _is_hidden(file, path)]
        else:
            meant = [path] if path.is_file() else [Path(file) for file in sorted(glob.glob(name, recursive=True))]
        files = [file for file in meant if file.is_file()]
        if not files:
            raise UserError(f"data.path={name}: there is no such file, and no file in such a folder or glob")
        found += files
    return list(dict.fromkeys(found))


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def read_text(path: Path) -> Iterator[str]:
    """The text of a file, plain or ``.gz``, in pieces, line ends as they are; a byte order mark is left out.

    Raises:
        UserError: it cannot be read, is not UTF-8, or is no text at all.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset = 0
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
            while True:
                raw = file.read(PIECE)
                if b"\0" in raw:
                    place = offset + raw.index(b"\0")
                    raise UserError(f"{path}: byte {place} is 0, as in no text; this seems to be a binary file")
                pending = len(decoder.getstate()[0])  # bytes of a character that the piece before has begun
                try:
                    text = decoder.decode(raw, final=not raw)
                except UnicodeDecodeError as error:
                    raise UserError(
                        f"{path}: byte {offset - pending + error.start} is not UTF-8; save the file as UTF-8 "
                        f"(for example: iconv -f gb18030 -t utf-8, or -f latin1)"
                    ) from None
                if text:
                    yield text.removeprefix("\ufeff") if offset == 0 else text
                if not raw:
                    return
                offset += len(raw)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise UserError(f"{path}: not a complete gzip file") from None
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None


def digest(files: list[Path]) -> str:
    """Changes whenever what stands in the files does."""
    whole = hashlib.sha256()
    for path in files:
        try:
            with path.open("rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise UserError(f"{path}: {error.strerror}") from None
    return whole.hexdigest()


def standard_library() -> tuple[list[Path], str]:
    """The modules of the Python that runs, in a fixed order, and the words that say which Python that is.

    Packages come after the modules of the top level; tests, and what was installed besides, are left out.
    """
    folder = Path(sysconfig.get_paths()["stdlib"])
    skipped = {"test", "tests", "site-packages", "dist-packages", "idlelib", "lib2to3", "ensurepip", "__pycache__"}
    found = sorted(
        (len(path.relative_to(folder).parts) > 1, path.relative_to(folder).as_posix(), path)
        for path in folder.rglob("*.py")
        if not skipped & set(path.relative_to(folder).parts)
    )
    if not found:
        raise UserError(f"data=stdlib: this Python has no source code in {folder}; give your own text: data=plain")
    return [path for _, _, path in found], f"standard library of Python {platform.python_version()}"
