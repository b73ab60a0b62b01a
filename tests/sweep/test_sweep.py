"""Whole sweeps of tiny jobs, and two of real trainings."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import SMALL, write_reviews
from tests.helpers import below, own_files, wait_for

from recurra.commands.cli import run
from recurra.sweep import launcher

ROOT = Path(__file__).parents[2]
SWEEP = ["-m", "sweep.jobs=2", "logger=csv"]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["train.py"])


def jobs() -> Callable[[Any], float]:
    """A job, as a local function: pickled with all that it needs."""

    def job(config: Any) -> float:
        import json
        import os
        from pathlib import Path

        layers = config.model.layers
        if layers == 2:
            raise ValueError("boom")
        if layers == 3:
            os.kill(os.getpid(), 9)
        if layers == 4:
            return float("nan")
        folder = Path(config.paths.run)
        with (folder / "ran").open("a") as file:
            file.write("x")
        scores = {"val/accuracy": 0.9 - 0.1 * layers, "model/megabytes": 10.0 - layers, "seed": config.seed}
        (folder / "metrics.json").write_text(json.dumps(scores))
        return 0.9 - 0.1 * layers + 0.01 * config.seed

    return job


def leaderboard(folder: Path) -> list[dict[str, str]]:
    with (folder / "leaderboard.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def only_sweep(root: Path = Path("outputs")) -> Path:
    (table,) = root.glob("*/sweeps/*/sweep.json")
    return table.parent


def test_failures_cost_themselves_alone(capfd: pytest.CaptureFixture[str]) -> None:
    assert run("train", jobs(), [*SWEEP, "model.layers=1,2,3,4,5", "seed=1,2"]) == 1
    said = capfd.readouterr().err
    assert said.endswith("error: 6 of 10 trials failed\n")
    lines = leaderboard(only_sweep())
    assert [line["state"] for line in lines] == ["done", "done", "failed", "failed", "failed"]
    assert [line["model.layers"] for line in lines[:2]] == ["1", "5"]
    assert lines[0]["command"] == "python train.py -m logger=csv model.layers=1 seed=1,2"
    assert float(lines[0]["val/accuracy deviation"]) == pytest.approx(0.00707, abs=1e-5)
    reasons = {line["model.layers"]: line["reason"] for line in lines[2:]}
    assert reasons["2"] == "ValueError: boom"
    assert reasons["3"].startswith("killed (SIGKILL)")
    assert reasons["4"] == "val/accuracy is nan"
    assert "ValueError: boom" in (only_sweep() / "2" / "trial.log").read_text()

    assert run("train", jobs(), [*SWEEP, "model.layers=1,2,3,4,5", "seed=1,2", "sweep.resume=auto"]) == 1
    assert "going on with" in capfd.readouterr().err
    assert [path.read_text() for path in only_sweep().glob("*/ran")] == ["x"] * 4, "nothing was run again"


def test_more_trials_of_the_same_sweep(capfd: pytest.CaptureFixture[str]) -> None:
    words = [*SWEEP, "sweep=tpe", "model.layers=5", "optimizer.lr=interval(0.1,1)", "sweep.storage=sqlite"]
    assert run("train", jobs(), [*words, "sweep.trials=3"]) == 0
    assert run("train", jobs(), [*words, "sweep.trials=5", "sweep.resume=auto"]) == 0
    lines = leaderboard(only_sweep())
    assert len({line["optimizer.lr"] for line in lines}) == 5
    folder = only_sweep()
    assert run("train", jobs(), [*words, "sweep.trials=5", f"hydra.sweep.dir={folder}"]) == 2
    assert "already holds a sweep" in capfd.readouterr().err
    assert run("train", jobs(), [*words, "sweep.trials=5", f"sweep.resume={folder}", "seed=2"]) == 2
    assert "other words: seed=2" in capfd.readouterr().err


def test_a_trial_that_ended_when_nobody_listened_is_not_run_again() -> None:
    words = ["-m", "logger=csv", "sweep.jobs=1", "seed=1,2", "model.layers=5"]

    def first(config: Any) -> float:
        import json
        import os
        import signal
        import time
        from multiprocessing import parent_process
        from pathlib import Path

        (Path(config.paths.run) / "metrics.json").write_text(json.dumps({"val/accuracy": 0.25}))
        os.kill(parent_process().pid, signal.SIGTERM)
        time.sleep(60)
        return 0.0

    assert run("train", first, words) == 143
    assert run("train", jobs(), [*words, "sweep.resume=auto"]) == 0
    (row,) = leaderboard(only_sweep())
    assert float(row["val/accuracy"]) == pytest.approx((0.25 + 0.42) / 2)
    assert not (only_sweep() / "0" / "ran").exists()


def test_the_sweep_is_a_group_of_wandb() -> None:
    def job(config: Any) -> float:
        assert config.logger.wandb.group == Path(config.paths.run).parent.name
        return 1.0

    assert run("train", job, ["-m", "hydra/launcher=basic", "model.layers=1"]) == 0


def test_two_scores_have_a_front() -> None:
    objectives = "sweep.objectives=[val/accuracy,model/megabytes]"
    assert run("train", jobs(), [*SWEEP, "sweep=tpe", "sweep.trials=4", objectives, "model.layers=5,6,7"]) == 0
    assert {line["state"] for line in leaderboard(only_sweep())} == {"front"}
    assert (only_sweep() / "pareto.png").exists()


def test_a_score_that_there_is_not() -> None:
    assert run("train", jobs(), [*SWEEP, "sweep.objectives=[val/macro_f1]", "model.layers=5"]) == 1
    (line,) = leaderboard(only_sweep())
    assert line["reason"] == "metrics.json has no val/macro_f1; it has val/accuracy, model/megabytes"


@pytest.mark.parametrize("theirs", ["hydra/launcher=basic", "hydra/launcher=joblib", "hydra/sweeper=basic"])
def test_the_plugins_of_others_stay_selectable(theirs: str) -> None:
    if "joblib" in theirs:
        pytest.importorskip("hydra_plugins.hydra_joblib_launcher")
    assert run("train", jobs(), [*SWEEP, theirs, "model.layers=1,5"]) == 0
    assert len(list(Path("outputs").glob("sentiment/sweeps/*/*/ran"))) == 2


def test_what_another_launcher_had_finished_is_not_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from recurra.sweep.sweeper import _Sweep

    words = [*SWEEP, "hydra/launcher=basic", "model.layers=1,5"]
    with monkeypatch.context() as cut_off:
        cut_off.setattr(_Sweep, "_finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert run("train", jobs(), words) == 130
    assert run("train", jobs(), [*words, "sweep.resume=auto"]) == 0
    assert [path.read_text() for path in only_sweep().glob("*/ran")] == ["x", "x"]
    assert [line["state"] for line in leaderboard(only_sweep())] == ["done", "done"]


def test_values_in_brackets_are_shown_as_they_are(capfd: pytest.CaptureFixture[str]) -> None:
    assert run("train", jobs(), [*SWEEP, "model.layers=5", "data.prompts=[/a]"]) == 2
    capfd.readouterr()
    assert run("train", jobs(), [*SWEEP, "model.layers=5", "data.text=choice([/a],[b])"]) == 0
    assert "[/a]" in capfd.readouterr().err


def test_trials_share_no_folder(capfd: pytest.CaptureFixture[str]) -> None:
    assert run("train", jobs(), [*SWEEP, "paths.run=x", "seed=1,2"]) == 2
    assert "paths.run=x: each trial has a folder of its own" in capfd.readouterr().err


def test_the_task_may_be_swept() -> None:
    def job(config: Any) -> float:
        return {"val/accuracy": 0.8, "val/nats": 1.5, "val/loss": 2.5}[config.task.monitor]

    assert run("train", job, [*SWEEP, "task=sentiment,chargen,translation"]) == 0
    assert [line["task"] for line in leaderboard(only_sweep())] == ["chargen", "sentiment", "translation"]


def test_the_whole_sweep_ends_in_time(capfd: pytest.CaptureFixture[str]) -> None:
    def job(config: Any) -> float:
        import time

        time.sleep(0.0 if config.seed == 1 else 3600.0)
        return 0.5

    assert run("train", job, [*SWEEP, "seed=choice(1)"]) == 0  # what trials are copies of has been imported now
    began = time.monotonic()
    assert run("train", job, [*SWEEP, "seed=1,2,3", "sweep.timeout=10"]) == 0
    assert time.monotonic() - began < 30
    assert "trials cut off: 2" in capfd.readouterr().err


def worker(name: str, workers: Sequence[str], *words: str) -> subprocess.Popen[str]:
    """A sweep of its own process, one of ``workers``, whose trials report ten scores."""
    code = """
import sys
from pathlib import Path
from recurra.commands.cli import run

workers = [Path(name).absolute() for name in sys.argv[1].split(",")]

def job(config):
    import time
    from recurra.errors import Pruned
    from recurra.sweep.trial import worth_going_on
    while not all(list(worker.glob("**/trial.log")) for worker in workers):
        time.sleep(0.02)  # until all workers have a trial
    for step in range(1, 11):
        time.sleep(0.05)
        if not worth_going_on(step, config.optimizer.lr * step):
            raise Pruned(f"at {step}")
    return config.optimizer.lr

sys.exit(run("train", job, sys.argv[2:]))
"""
    command = [sys.executable, "-c", code, ",".join(workers), *SWEEP, f"paths.outputs={name}", *words]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def test_two_workers_on_one_storage_with_pruning(tmp_path: Path) -> None:
    shared = [f"sweep.storage=sqlite:///{tmp_path}/shared.db", "sweep.study=s", "sweep=random", "sweep.pruner=halving"]
    words = [*shared, "sweep.trials=12", "sweep.jobs=1", "optimizer.lr=interval(0.01,1)"]
    workers = [worker(name, ("a", "b"), *words) for name in ("a", "b")]
    said = [each.communicate(timeout=300)[1] for each in workers]
    assert [each.returncode for each in workers] == [0, 0], said
    ran = [[int(path.parent.name) for path in tmp_path.glob(f"{name}/**/trial.log")] for name in ("a", "b")]
    assert sorted(ran[0] + ran[1]) == list(range(12))
    assert all(ran)
    tables = [leaderboard(only_sweep(tmp_path / name)) for name in ("a", "b")]
    whole = max(tables, key=lambda lines: sum(line["state"] in ("done", "given up") for line in lines))
    assert {line["state"] for line in whole} == {"done", "given up"}
    assert len({line["optimizer.lr"] for line in whole}) == 12


def test_an_interrupted_sweep_says_how_to_go_on(tmp_path: Path) -> None:
    process = worker("out", ["out"], "model.layers=1,2,3,4,5,6,7,8,9", "optimizer.lr=0.1")
    wait_for(lambda: list(tmp_path.glob("out/sentiment/sweeps/*/0/trial.log")), process)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 143, said
    assert "interrupted; the same command with sweep.resume=auto goes on" in said
    assert "Traceback" not in said


def test_a_signal_is_heard_where_a_library_would_take_it_for_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    compose = launcher.compose

    def interrupted(*arguments: Any) -> Any:
        try:
            signal.raise_signal(signal.SIGTERM)
        except BaseException as error:
            raise ValueError from error
        return compose(*arguments)

    monkeypatch.setattr(launcher, "compose", interrupted)
    words = ["-m", "logger=csv", "sweep.jobs=1", "model.layers=1,5"]
    assert run("train", jobs(), words) == 143
    assert "failed" not in [line["state"] for line in leaderboard(only_sweep())]


def test_a_trial_that_was_cut_off_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    """A real training, in a sweep that is killed."""
    write_reviews(tmp_path / "data" / "tiny")
    options = ["callbacks.checkpoint_seconds=0.001", "model.ngrams=0", "model.subwords=null", "trainer.max_epochs=15"]
    own = [*SMALL, *options, *own_files(tmp_path / "data" / "tiny"), *below(tmp_path, "out")]
    command = [sys.executable, ROOT / "train.py", "-m", *own, "model.layers=choice(1)", "sweep.resume=auto"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    found = wait_for(lambda: list(tmp_path.glob("out/sentiment/sweeps/*/0/last.ckpt")), process)
    process.kill()
    process.wait()

    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stderr
    folder = only_sweep(tmp_path / "out")
    assert [path.name for path in folder.iterdir() if path.is_dir()] == ["0"]
    step = re.search(r"resume=auto: going on with .*, step (\d+)", (found[0].parent / "trial.log").read_text())
    assert step is not None
    assert int(step[1]) > 0
    (row,) = leaderboard(folder)
    assert float(row["milliseconds"]) > 0
    assert float(row["seconds"]) == json.loads((folder / "0" / "metrics.json").read_text())["train/seconds"]
    assert "trainer.threads=1" in row["command"]
    assert (folder / "best.ckpt").resolve() == folder.resolve() / "0" / "best.ckpt"
