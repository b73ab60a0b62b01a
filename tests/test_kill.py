"""Real processes that are interrupted and killed: nothing is lost, and nothing is shared by mistake."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from recurra.checkpoint import read_checkpoint
from recurra.runs import BEST, LAST, METRICS
from recurra.stop import StopRequest
from tests.conftest import SMALL, write_reviews
from tests.helpers import assert_same, below, make_run, own_files

ROOT = Path(__file__).parents[1]
OPTIONS = [
    "model.ngrams=0", "model.subwords=null", "trainer.max_epochs=12", "scheduler=constant",
    "trainer.log_every_n_steps=1",
]  # fmt: skip

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


class Command:
    """``python train.py …`` in a process of its own, that writes a checkpoint after every batch."""

    def __init__(self, root: Path, name: str, *overrides: str) -> None:
        often = "callbacks.checkpoint_seconds=0.001"
        words = [*SMALL, *OPTIONS, often, *own_files(root / "data" / "tiny"), *below(root, name), *overrides]
        self.log = (root / f"{name}-{time.monotonic_ns()}.log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, ROOT / "train.py", *words],
            stderr=self.log,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )

    def said(self) -> str:
        """What it wrote to standard error."""
        self.log.seek(0)
        return self.log.read()

    def after(self, rows: int) -> Path:
        """Waits until it has a checkpoint and that many rows in its log; returns its folder."""
        for _ in range(60_000):
            if named := re.search(r"^(.+): [0-9,]+ parameters", self.said(), re.MULTILINE):
                run = Path(named[1])
                if (run / LAST).exists() and len((run / "metrics.csv").read_text().splitlines()) > rows:
                    return run
            assert self.process.poll() is None, self.said()
            time.sleep(0.005)
        raise AssertionError(self.said())

    def send(self, *signals: int) -> None:
        for number in signals:
            self.process.send_signal(number)

    def end(self) -> int:
        """The exit code."""
        return self.process.wait(timeout=300)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("kill")
    write_reviews(made / "data" / "tiny")
    return made


@pytest.fixture
def start(root: Path) -> Iterator[Callable[..., Command]]:
    started: list[Command] = []

    def make(name: str, *overrides: str) -> Command:
        started.append(Command(root, name, *overrides))
        return started[-1]

    yield make
    for command in started:
        if command.process.poll() is None:
            command.process.kill()
            command.process.wait()
        command.log.close()


def test_killed_in_the_middle_the_same_command_goes_on_bit_for_bit(
    root: Path, quick: None, start: Callable[..., Command]
) -> None:
    """Of two runs that start at once the older is killed and gone on with; the newer lives, and is left alone."""
    commands, folders = [start("out"), start("out")], []
    for command in commands:
        folders.append(command.after(rows=3))
        command.send(signal.SIGSTOP)  # it does not come to its end while the other begins
    assert folders[0] != folders[1]
    ages = [(folder / "config.yaml").stat().st_mtime_ns for folder in folders]
    older, newer = sorted((0, 1), key=lambda i: ages[i])
    commands[older].send(signal.SIGCONT)
    commands[older].after(rows=11)
    commands[older].send(signal.SIGKILL)
    assert commands[older].end() == -signal.SIGKILL
    assert not (folders[older] / METRICS).exists()

    again = start("out", "resume=auto")
    assert again.end() == 0, again.said()
    assert f"resume=auto: going on with {folders[older]}" in again.said()
    assert len(list((root / "out").glob("sentiment/*"))) == 2
    assert not list(folders[older].glob(".*.tmp"))
    assert_same(make_run(root, "whole", *OPTIONS), folders[older])

    commands[newer].send(signal.SIGINT, signal.SIGTERM, signal.SIGCONT)  # the second of two signals ends it at once
    assert commands[newer].end() == 128 + signal.SIGTERM
    assert "interrupted;" not in commands[newer].said()
    assert read_checkpoint(folders[newer] / LAST).resumable


def test_the_first_signal_ends_a_run_in_good_order(root: Path, start: Callable[..., Command]) -> None:
    """Ctrl-C, then the same command again until SIGTERM: exit codes, a checkpoint, and the words to go on."""
    first = start("endless", "trainer.max_epochs=-1")
    run = first.after(rows=3)
    first.send(signal.SIGINT)
    assert first.end() == 130
    assert "resume=auto" in first.said().splitlines()[-1]
    assert "Traceback" not in first.said()
    steps = int(read_checkpoint(run / LAST).raw["global_step"])
    assert steps >= 3

    second = start("endless", "trainer.max_epochs=-1", "resume=auto")
    assert second.after(rows=0) == run
    second.after(rows=steps + 10)
    second.send(signal.SIGTERM)
    assert second.end() == 143
    assert int(read_checkpoint(run / LAST).raw["global_step"]) > steps
    assert read_checkpoint(run / BEST).weights.keys() == read_checkpoint(run / LAST).weights.keys()
    assert not (run / METRICS).exists()
    rows = (run / "metrics.csv").read_text().splitlines()
    steps_logged = [row.split(",")[0] for row in rows[1:] if row.split(",")[1]]
    assert steps_logged == [str(step) for step in range(1, len(steps_logged) + 1)]


def test_a_second_signal_exits_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    before = signal.getsignal(signal.SIGINT)
    with StopRequest() as stop:
        signal.raise_signal(signal.SIGINT)
        assert (stop.signal, codes) == (signal.SIGINT, [])
        signal.raise_signal(signal.SIGINT)
        assert codes == [130]
    assert signal.getsignal(signal.SIGINT) is before
