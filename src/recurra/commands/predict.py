"""``python predict.py``: answers of a checkpoint to texts, as lines of JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from recurra.commands.cli import run
from recurra.config import Predict
from recurra.data.files import read_rows, table_format
from recurra.errors import UserError


def main(argv: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    return run("predict", predict, argv)


def predict(config: Predict) -> None:
    """Answers every text, in order, with as much memory for a million of them as for one.

    Raises:
        UserError: no text, no checkpoint, or an input that cannot be read; then no output file is left.
    """
    if (config.text is None) == (config.input is None):
        raise UserError('give either text="…" or input=FILE (input=- reads standard input)')
    import recurra
    from recurra.checkpoint import write_atomically
    from recurra.hardware import prepare_process
    from recurra.runs import resolve_checkpoint
    from recurra.terminal import console

    prepare_process()
    checkpoint = resolve_checkpoint(config.checkpoint, config.paths)
    if config.checkpoint is None:
        console.print(f"newest finished run: {checkpoint}")
    predictor = recurra.load(checkpoint)
    texts = _texts(config, predictor.text_columns)

    def answer(output: TextIO) -> None:
        while some := list(islice(texts, config.batch_size)):
            for text, reply in zip(some, predictor.predict(some), strict=True):
                print(json.dumps({"text": text, **reply}, ensure_ascii=False), file=output)

    def write(temporary: Path) -> None:
        with temporary.open("w", encoding="utf-8") as file:
            answer(file)

    if config.output is None:
        answer(sys.stdout)
        return
    path = Path(config.output).resolve()  # a link stays a link
    try:
        if path.exists() and not path.is_file():  # a pipe or a device
            write(path)
        else:
            write_atomically(path, write)
    except OSError as error:
        raise UserError(f"cannot write to {config.output}: {error.strerror}") from None


def _texts(config: Predict, columns: list[str]) -> Iterator[str]:
    """The texts one after the other: from the command line, standard input, or a file."""
    if config.text is not None:
        for text in [config.text] if isinstance(config.text, str) else config.text:
            if not text.isprintable() and any("\ud800" <= sign <= "\udfff" for sign in text):
                raise UserError("text= is not UTF-8; set the terminal to UTF-8, or give a file: input=FILE")
            yield text
    elif config.input == "-":
        for number, line in enumerate(sys.stdin.buffer, 1):
            try:
                yield line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            except UnicodeDecodeError as error:
                raise UserError(f"standard input, line {number}: byte {error.start} is not UTF-8") from None
    else:
        assert config.input is not None
        path = Path(config.input)
        wanted = ["text"] if table_format(path) == ".txt" else [config.column] if config.column else columns
        for number, row in read_rows(path):
            column = next((name for name in wanted if name in row), None)
            if column is None:
                raise UserError(
                    f"{path}, line {number}: there is no column {' or '.join(map(repr, wanted))}, "
                    f"but {', '.join(map(repr, row))}; give column=NAME"
                )
            yield "" if row[column] is None else str(row[column])
