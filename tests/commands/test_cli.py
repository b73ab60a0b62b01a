"""From the words on the command line to an exit code."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from recurra.commands.cli import run
from recurra.commands.predict import json_line
from recurra.config.commands import Predict
from recurra.config.sentiment import SentimentTrain
from recurra.errors import Interrupted, TrainingFailed, UserError

SCRIPT = """
import sys
from recurra.commands.cli import run

def job(config):
    for _ in range(20000):
        print("x" * 60)

sys.exit(run("train", job))
"""


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


HYDRAS_OWN = ["-m", "hydra/sweeper=basic", "hydra/launcher=basic"]
"""Hydra's own sweeper and launcher run the trials in this process."""


class Jobs:
    """A job that remembers its configs and does what the number of layers says."""

    raised: dict[int, BaseException] = {  # noqa: RUF012
        2: UserError("no such file"),
        3: TrainingFailed("the loss is not finite"),
        4: Interrupted(signal.SIGTERM, "saved"),
        5: KeyboardInterrupt(),
        6: ZeroDivisionError("a bug"),
        7: SystemExit(1),
    }

    def __init__(self) -> None:
        self.configs: list[Any] = []

    def __call__(self, config: SentimentTrain) -> float:
        self.configs.append(config)
        if config.model.layers in self.raised:
            raise self.raised[config.model.layers]
        return 0.5

    @property
    def layers(self) -> list[int]:
        return [config.model.layers for config in self.configs]


def test_the_job_gets_the_validated_config(tmp_path: Path) -> None:
    jobs = Jobs()
    assert run("train", jobs, ["model.layers=8", "logger.wandb.name=It's, = great"]) == 0
    (config,) = jobs.configs
    assert isinstance(config, SentimentTrain)
    assert config.model.layers == 8
    assert config.logger.wandb is not None
    assert config.logger.wandb.name == "It's, = great"
    assert list(tmp_path.iterdir()) == [], "the command makes its own folders"


@pytest.mark.parametrize("text", ["null", "1e3", "${x}", "", "这部电影很好", "a, 'b'\n", "???", "'a', 'b"])
def test_free_text_reaches_the_job(text: str) -> None:
    seen: list[Predict] = []
    assert run("predict", seen.append, [f"text={text}"]) == 0
    assert seen[0].text == text


def test_words_are_those_of_the_shell_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = Jobs()
    monkeypatch.setattr(sys, "argv", ["train.py", "model.layers=9"])
    assert run("train", jobs) == 0
    assert jobs.layers == [9]
    assert sys.argv == ["train.py", "model.layers=9"]


@pytest.mark.parametrize(
    ("layers", "code", "message"),
    [
        (2, 2, "error: no such file\n"),
        (3, 1, "error: the loss is not finite\n"),
        (4, 143, "error: saved\n"),
        (5, 130, ""),
        (7, 1, ""),
    ],
)
def test_what_a_job_raises_becomes_an_exit_code(
    layers: int, code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("train", Jobs(), [f"model.layers={layers}"]) == code
    assert capsys.readouterr().err == message


def test_a_bug_keeps_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("train", Jobs(), ["model.layers=6"]) == 1
    shown = capsys.readouterr().err
    assert "Traceback" in shown
    assert "ZeroDivisionError: a bug" in shown
    assert "in __call__" in shown
    assert "HYDRA_FULL_ERROR" not in shown
    assert "HYDRA_FULL_ERROR" not in os.environ


def test_faults_are_told_before_anything_is_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    jobs = Jobs()
    assert run("train", jobs, ["model.layers=0", "data=ssst2", "seed=x"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert [line.split(":")[0] for line in shown.err.splitlines()] == ["error"] * 3
    assert jobs.configs == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("argv", "part"),
    [
        (["--seed=3"], "without dashes"),
        (["--cfg", "nope"], "--cfg"),
        (["--cfg", "job", "lr=3"], "did you mean optimizer.lr?"),
        (["--config-dir", "nowhere"], "nowhere"),
        (["--cfg", "job", "--multirun"], "Only one of"),
    ],
)
def test_wrong_flags(argv: list[str], part: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("train", Jobs(), argv) == 2
    shown = capsys.readouterr().err
    assert shown.startswith("error: ")
    assert part in shown


def test_hydra_answers_its_own_flags(capsys: pytest.CaptureFixture[str]) -> None:
    jobs = Jobs()
    assert run("train", jobs, ["--cfg", "job", "--package", "model", "model.layers=2"]) == 0
    assert "layers: 2" in capsys.readouterr().out
    assert run("train", jobs, ["--info", "defaults"]) == 0
    assert run("train", jobs, ["--hydra-help"]) == 0
    assert run("train", jobs, ["--version"]) == 0
    assert jobs.configs == []


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help(flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("train", Jobs(), ["model.layers=2", flag]) == 0
    assert "model.layers=2" in capsys.readouterr().out
    assert run("train", Jobs(), [flag, "lr=2"]) == 2


def test_a_folder_of_own_experiments(tmp_path: Path) -> None:
    (tmp_path / "mine" / "experiment").mkdir(parents=True)
    (tmp_path / "mine" / "experiment" / "e.yaml").write_text("# @package _global_\nmodel: {layers: 8}\n")
    jobs = Jobs()
    assert run("train", jobs, ["--config-dir", "mine", "experiment=e"]) == 0
    assert jobs.layers == [8]
    assert run("train", jobs, ["--config-dir", "mine", "experiment=e", "model.layers=0"]) == 2


def test_a_sweep_runs_every_combination() -> None:
    jobs = Jobs()
    assert run("train", jobs, ["model.layers=1,8", *HYDRAS_OWN, "seed=1,2"]) == 0
    assert [(config.model.layers, config.seed) for config in jobs.configs] == [(1, 1), (1, 2), (8, 1), (8, 2)]


def test_a_failed_trial_costs_that_trial_alone(capsys: pytest.CaptureFixture[str]) -> None:
    jobs = Jobs()
    assert run("train", jobs, [*HYDRAS_OWN, "model.layers=1,2,3,6,7,8"]) == 1
    assert jobs.layers == [1, 2, 3, 6, 7, 8]
    shown = capsys.readouterr().err
    assert "error: no such file\nerror: trial 1 failed: model.layers=2" in shown
    assert shown.endswith("error: 4 of 6 trials failed\n")


@pytest.mark.parametrize(("layers", "code"), [(4, 143), (5, 130)])
def test_an_interrupted_trial_ends_the_sweep(layers: int, code: int) -> None:
    jobs = Jobs()
    assert run("train", jobs, [*HYDRAS_OWN, f"model.layers=1,{layers},8"]) == code
    assert jobs.layers == [1, layers]


def test_what_an_encoding_does_not_have_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="cp1252"))
    assert run("predict", lambda _: print("déjà 中"), []) == 0
    assert written.getvalue().decode("cp1252") == "déjà \\u4e2d\n"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii"])
def test_an_answer_is_json_in_every_encoding(encoding: str) -> None:
    written = io.BytesIO()
    output = io.TextIOWrapper(written, encoding=encoding)
    print(json_line({"text": "déjà 中 😀"}, output), file=output, flush=True)
    assert json.loads(written.getvalue().decode(encoding)) == {"text": "déjà 中 😀"}
    assert ("中" in written.getvalue().decode(encoding)) is (encoding == "utf-8")


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    process = subprocess.Popen([sys.executable, "train.py"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == "x" * 60 + "\n"
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == 141
    process.stderr.close()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("python train.py opt", {"optimizer=", "optimizer."}),
        ("python train.py optimizer=s", {"optimizer=sgd"}),
        ("recurra-train model.hidden", {"model.hidden_size="}),
    ],
)
def test_shell_completion(
    line: str, expected: set[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COMP_LINE", line)
    monkeypatch.setenv("COMP_POINT", str(len(line)))
    monkeypatch.setattr(sys, "argv", [line.split()[-2]])
    assert run("train", Jobs(), ["-sc", "query=bash"]) == 0
    assert set(capsys.readouterr().out.split()) == expected


def test_shell_completion_is_installed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/bin/recurra-train"])
    assert run("train", Jobs(), ["-sc", "install=bash"]) == 0
    assert capsys.readouterr().out.rstrip().endswith("hydra_bash_completion recurra-train")
