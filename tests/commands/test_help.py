"""Help names every option, fits the terminal, and its examples work."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import time

import pytest

from recurra.commands.check import check
from recurra.commands.help import EXAMPLES, print_help
from recurra.commands.options import options, schema_for
from recurra.commands.quoting import quote
from recurra.config import SCHEMAS
from recurra.errors import UserError


@pytest.fixture
def page(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Prints the help of a command and gives its text."""
    monkeypatch.setenv("COLUMNS", "80")

    def print_page(command: str, *overrides: str) -> str:
        print_help(command, list(overrides))
        return capsys.readouterr().out

    return print_page


@pytest.mark.parametrize("command", sorted(SCHEMAS))
def test_every_option_is_named(command: str, page) -> None:  # type: ignore[no-untyped-def]
    parts = {"evaluate": ["data=imdb"], "train": ["space=sentiment"]}  # which are null by themselves
    text = page(command, *parts.get(command, []))
    for name in options(schema_for(command, None)):
        assert re.search(rf"^  {re.escape(name)}=", text, re.MULTILINE), name


@pytest.mark.parametrize("command", sorted(SCHEMAS))
def test_the_page_fits_80_columns_and_has_no_colour_codes(command: str, page) -> None:  # type: ignore[no-untyped-def]
    text = page(command)
    assert "\x1b" not in text
    assert max(map(len, text.split("\n"))) <= 80


def test_the_page_respects_overrides(page) -> None:  # type: ignore[no-untyped-def]
    text = page("train", "optimizer=sgd", "model.layers=7", "logger=csv")
    assert "optimizer.kind=sgd" in text
    assert "model.layers=7" in text
    assert "logger.wandb=null" in text
    assert "logger.wandb.mode" not in text


def test_choices_are_told_with_what_they_are(page) -> None:  # type: ignore[no-untyped-def]
    text = page("train")
    assert re.search(r"data=imdb +IMDb", text)
    assert "base_rows" not in text
    flowing = " ".join(text.split())
    assert "one upon the other (from 1 to 32)" in flowing
    assert "recurrent cell (one of rnn_tanh, rnn_relu, gru, lstm, mingru)" in flowing


def test_wrong_overrides_are_refused() -> None:
    with pytest.raises(UserError, match=r"optimizer\.lr"):
        print_help("train", ["lr=1"])


@pytest.mark.parametrize(("command", "line"), [(c, line) for c, (_, lines) in EXAMPLES.items() for line, _ in lines])
def test_the_examples_are_sound(command: str, line: str) -> None:
    words = quote(shlex.split(line))
    assert check(command, [word for word in words if word != "-m"], "-m" in words) == []


def test_help_is_quick_and_light() -> None:
    """The target is 0.6 s on a free machine; the limit here leaves room for a busy one."""
    code = (
        "import sys; from recurra.commands.cli import run; code = run('train', print, ['--help']);"
        "sys.exit(code or bool({'torch', 'pytorch_lightning', 'datasets', 'wandb', 'optuna'} & set(sys.modules)))"
    )
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Trains")
    assert time.perf_counter() - began < 3.0
