"""``python predict.py``: answers of a checkpoint or a bundle to texts, as lines of JSON, or a text that goes on."""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from recurra.atomic import write_atomically
from recurra.commands.cli import run
from recurra.config.chargen import unescaped
from recurra.config.commands import Predict
from recurra.data.files import cell_text, read_rows, table_format
from recurra.errors import UserError
from recurra_runtime.bundle import LONE, is_bundle
from recurra_runtime.sampling import Drawing


def main(argv: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    return run("predict", predict, argv)


def predict(config: Predict) -> None:
    """Answers every text, in order, with as much memory for a million of them as for one.

    Raises:
        UserError: no text, no checkpoint, or an input that cannot be read; then no output file is left.
    """
    if [config.text, config.input, config.prompt].count(None) != 2:
        raise UserError('give one of text="…", input=FILE (input=- reads standard input) and prompt="…" (chargen)')
    predictor, name = _load(config)
    if config.prompt is not None:
        if predictor.task != "chargen":
            raise UserError(f"{name} does not write texts; prompt= is for task=chargen, text= is for all tasks")
        _to_output(config.output, lambda output: _write(config, predictor, output))
        return
    options: dict[str, Any] = {"beam": config.beam} if config.beam is not None else {}
    if config.beam == 0:
        options = {"drawing": Drawing(config.temperature, config.top_k, config.top_p, config.seed)}
    options |= {"nbest": config.nbest} if config.nbest > 1 else {}
    if (options or config.attention) and predictor.task != "translation":
        raise UserError(f"{name} does not translate; beam=, nbest= and attention= are for task=translation")
    beam = getattr(predictor, "beam", 1) if config.beam is None else config.beam
    if config.nbest > beam > 0:
        raise UserError(f"nbest={config.nbest}: a beam of {beam} finds at most as many; give beam={config.nbest}")
    if config.attention is not None:
        _draw(config, predictor, options)
    texts = _texts(config, predictor.text_columns)

    def answer(output: TextIO) -> None:
        while some := list(islice(texts, config.batch_size)):
            for text, reply in zip(some, predictor.predict(some, **options), strict=True):
                print(json_line({"text": text, **reply}, output), file=output)

    _to_output(config.output, answer)


def _load(config: Predict) -> tuple[Any, Path]:
    """The model that is asked, and where it lies; of a bundle without PyTorch, in a fraction of a second."""
    import recurra

    if config.checkpoint is not None and is_bundle(Path(config.checkpoint)):
        return recurra.load(config.checkpoint, precision=config.precision), Path(config.checkpoint)
    from recurra.imports import import_lightning

    import_lightning()
    from recurra.hardware import prepare_process
    from recurra.runs import resolve_checkpoint
    from recurra.terminal import console

    prepare_process()
    checkpoint = resolve_checkpoint(config.checkpoint, config.paths)
    if config.checkpoint is None:
        console.print(f"newest finished run: {checkpoint}")
    return recurra.load(checkpoint, precision=config.precision), checkpoint


def _draw(config: Predict, predictor: Any, options: dict[str, Any]) -> None:
    """The attention of one text's translation, as a picture."""
    from recurra.task.translation.pictures import attention_picture
    from recurra.terminal import console

    if not isinstance(config.text, str) or config.attention is None:
        raise UserError("attention=FILE draws one text: give it as text=")
    if Path(config.attention).suffix.lower() != ".png":
        raise UserError(f"attention={config.attention}: the picture is a PNG; give a name that ends in .png")
    ((best, *_),) = predictor.translate([config.text], **options)
    if not best.target:
        console.print("the translation is empty: there is no attention to draw")
        return
    try:
        attention_picture(best.attention, best.source, best.target, config.attention)
    except OSError as error:
        raise UserError(f"cannot write to {config.attention}: {error.strerror}") from None


def _to_output(name: str | None, answer: Callable[[TextIO], None]) -> None:
    """Standard output, or a file that is whole or not there."""
    if name is None:
        answer(sys.stdout)
        return

    def write(temporary: Path) -> None:
        with temporary.open("w", encoding="utf-8", newline="") as file:
            answer(file)

    try:
        path = Path(name).resolve()  # a link stays a link
    except (OSError, RuntimeError):  # a link to itself
        raise UserError(f"output={name} leads nowhere; give another file") from None
    try:
        if path.exists() and not path.is_file():  # a pipe or a device
            write(path)
        else:
            write_atomically(path, write)
    except OSError as error:
        raise UserError(f"cannot write to {name}: {error.strerror}") from None


def json_line(answer: dict[str, Any], output: TextIO) -> str:
    """An answer as JSON, in signs that the encoding of the output has."""
    utf8 = codecs.lookup(output.encoding or "utf-8").name == "utf-8"
    return json.dumps(answer, ensure_ascii=not utf8)


def _write(config: Predict, predictor: Any, output: TextIO) -> None:
    """Goes on with the prompts: a single text as it is written, several as lines of JSON when they are done."""
    from recurra.terminal import console

    assert config.prompt is not None
    given = [config.prompt] if isinstance(config.prompt, str) else config.prompt
    for prompt in given:
        _check_utf8("prompt", prompt)
    prompts = [unescaped(prompt) for prompt in given for _ in range(config.samples)]
    seeds = [config.seed + number for _ in given for number in range(config.samples)]
    if unknown := predictor.unknown_in("".join(prompts)):
        console.print(f"never seen in training, read as unknown: {' '.join(map(repr, unknown))}", markup=False)
    how = (config.length, config.temperature, config.top_k, config.top_p)
    if len(prompts) == 1:
        output.write(prompts[0])
        for sign in predictor.generate(prompts[0], *how, seeds[0]):
            output.write(sign)
            output.flush()
        output.write("\n")
        return
    texts = predictor.write(prompts, *how, seeds)
    for prompt, seed, text in zip(prompts, seeds, texts, strict=True):
        print(json_line({"prompt": prompt, "text": text, "seed": seed}, output), file=output)


def _check_utf8(name: str, text: str) -> None:
    if LONE.search(text):
        raise UserError(f"{name}= is not UTF-8; set the terminal to UTF-8, or give a file: input=FILE")


def _texts(config: Predict, columns: list[str]) -> Iterator[str]:
    """The texts one after the other: from the command line, standard input, or a file."""
    if config.text is not None:
        for text in [config.text] if isinstance(config.text, str) else config.text:
            _check_utf8("text", text)
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
            yield cell_text(f"{path}, line {number}", row, wanted, "column=NAME")
