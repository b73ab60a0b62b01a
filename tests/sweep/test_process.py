"""A trial may do what it likes: it is one failed trial, and never outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hydra.core.utils import JobReturn, JobStatus
from tests.helpers import wait_for

from recurra.sweep.process import LOG, Outcome, Process

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")

PARENT = """
import os, sys, time
from pathlib import Path
from recurra.sweep.process import Process

def job():
    import subprocess
    child = subprocess.Popen(["sleep", "600"])
    Path("pids").write_text(f"{os.getpid()} {child.pid}")
    while True:
        time.sleep(0.1)

process = Process(job, Path("."), None)
time.sleep(600)
"""


def returning(action: Callable[[], Any]) -> Callable[[], JobReturn]:
    """A job, as Hydra would run it."""

    def job() -> JobReturn:
        returned = JobReturn(status=JobStatus.COMPLETED)
        returned.return_value = action()
        return returned

    return job


def outcome(action: Callable[[], Any], folder: Path) -> Outcome:
    process = Process(returning(action), folder, None)

    def ended() -> Outcome | None:
        process.answer(lambda score: score.value < 3)
        return process.poll()

    return wait_for(ended)


def test_a_result_comes_back_and_what_is_printed_stays_in_the_log(tmp_path: Path) -> None:
    def action() -> int:
        print("by Python")
        os.system("echo by a shell")
        return 42

    found = outcome(action, tmp_path)
    assert found.result.return_value == 42
    assert found.reason is None
    assert (tmp_path / LOG).read_text() == "by Python\nby a shell\n"


def test_it_has_one_thread_and_a_group_of_its_own(tmp_path: Path) -> None:
    found = outcome(lambda: (os.environ["OMP_NUM_THREADS"], os.getpgrp() == os.getpid()), tmp_path)
    assert found.result.return_value == ("1", True)


def test_the_ways_to_fail(tmp_path: Path) -> None:
    def raises() -> None:
        raise ValueError("boom")

    ways: dict[str, tuple[Callable[[], Any], str]] = {
        "raises": (raises, "ValueError: boom"),
        "exits": (lambda: os._exit(3), "ended with exit code 3"),
        "leaves": (lambda: sys.exit(4), "ended with exit code 4"),
        "killed": (lambda: os.kill(os.getpid(), signal.SIGKILL), "killed (SIGKILL), as the system does"),
        "crashes": (lambda: os.kill(os.getpid(), signal.SIGSEGV), "killed (SIGSEGV)"),
    }
    for name, (action, reason) in ways.items():
        found = outcome(action, tmp_path / name)
        assert found.result is None, name
        assert (found.reason or "").startswith(reason), name
    assert "in raises" in (tmp_path / "raises" / LOG).read_text()
    assert "Segmentation fault" in (tmp_path / "crashes" / LOG).read_text()


def test_one_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    def action() -> None:
        child = subprocess.Popen(["sleep", "600"])
        (tmp_path / "child").write_text(str(child.pid))
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)

    process = Process(returning(action), tmp_path, None)
    wait_for(lambda: (tmp_path / "child").exists() and (tmp_path / "child").read_text() != "")
    process.limit = 0.01
    assert wait_for(process.poll).reason == "still running after 0.01 s (sweep.trial_timeout)"
    assert is_gone(int((tmp_path / "child").read_text()))


def test_scores_are_told_until_the_answer_is_no(tmp_path: Path) -> None:
    def action() -> None:
        from recurra.errors import Pruned
        from recurra.sweep.trial import in_trial, worth_going_on

        assert in_trial()
        for step in range(1, 9):
            if not worth_going_on(step, float(step)):
                raise Pruned(f"at {step}")

    found = outcome(action, tmp_path)
    assert (found.pruned, found.reason) == (True, "at 3")


def test_outside_of_a_trial_nobody_gives_up() -> None:
    from recurra.sweep.trial import in_trial, worth_going_on

    assert not in_trial()
    assert worth_going_on(1, 0.0)


@pytest.mark.parametrize(
    ("read", "told"), [("__import__('time').sleep(1) or 42", None), ("1 / 0", "ZeroDivisionError")]
)
def test_a_result_may_take_its_time_to_be_read_or_be_unreadable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: str, told: str | None
) -> None:
    monkeypatch.setattr("recurra.sweep.process._SECONDS_TO_READ", 0.5)

    class Result:
        def __reduce__(self) -> Any:
            return eval, (read,)

    found = outcome(Result, tmp_path)
    if told is None:
        assert found.result.return_value == 42
    else:
        assert found.reason is not None
        assert told in found.reason


SCRIPT = """
import sys, time
from pathlib import Path
from recurra.sweep.process import Process

def job():
    from hydra.core.utils import JobReturn, JobStatus
    print("told")
    returned = JobReturn(status=JobStatus.COMPLETED)
    returned.return_value = 42
    return returned

process = Process(job, Path("."), None)  # without a guard: a trial that imported this would start another one
while (outcome := process.poll()) is None:
    time.sleep(0.01)
Path("result").write_text(str(outcome.result and outcome.result.return_value))
"""


@pytest.mark.parametrize("case", ["plain", "without a terminal", "long folder of temporary files"])
def test_any_script_may_start_it_anywhere(tmp_path: Path, case: str) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    temporary = tmp_path / ("long" * 30)
    temporary.mkdir()
    command = f"{sys.executable} script.py" + (" 0<&- 1>&- 2>&-" if case == "without a terminal" else "")
    environment = {**os.environ, **({"TMPDIR": str(temporary)} if case.startswith("long") else {})}
    subprocess.run(command, shell=True, cwd=tmp_path, env=environment, check=True, timeout=120)
    assert (tmp_path / "result").read_text() == "42"
    assert (tmp_path / LOG).read_text() == "told\n"


def test_a_signal_to_all_is_passed_on_by_the_sweep_alone(tmp_path: Path) -> None:
    script = SCRIPT.replace('print("told")', 'import time; Path("began").touch(); time.sleep(3)')
    script = script.replace("process = ", "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\nprocess = ")
    (tmp_path / "script.py").write_text(script)
    sweep = subprocess.Popen([sys.executable, "script.py"], cwd=tmp_path, start_new_session=True)
    wait_for((tmp_path / "began").exists, sweep)
    os.killpg(sweep.pid, signal.SIGTERM)
    assert sweep.wait(60) == 0
    assert (tmp_path / "result").read_text() == "42"


def test_it_can_be_interrupted_where_a_shell_has_ctrl_c_ignored(tmp_path: Path) -> None:
    script = SCRIPT.replace('print("told")', 'import time; Path("began").touch(); time.sleep(600)')
    script = script.replace(
        "\nwhile (", '\nwhile not Path("began").exists(): time.sleep(0.01)\nprocess.interrupt()\nwhile ('
    )
    (tmp_path / "script.py").write_text(
        script.replace("outcome.result and outcome.result.return_value", "outcome.reason")
    )
    command = f"trap '' INT; exec {sys.executable} script.py"
    subprocess.run(command, shell=True, cwd=tmp_path, check=True, timeout=60)
    assert (tmp_path / "result").read_text() == "ended with exit code 1"


def test_it_dies_with_its_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], cwd=tmp_path)
    pids = tmp_path / "pids"
    wait_for(lambda: pids.exists() and len(pids.read_text().split()) == 2, parent)
    parent.kill()
    parent.wait()
    assert [is_gone(int(pid)) for pid in pids.read_text().split()] == [True, True]


def is_gone(pid: int) -> bool:
    """Whether a process ends within some seconds; a zombie has ended."""

    def ended() -> bool:
        try:
            os.kill(pid, 0)
            stat = Path(f"/proc/{pid}/stat").read_text() if sys.platform == "linux" else ""
        except (ProcessLookupError, FileNotFoundError):
            return True
        return stat.rpartition(")")[2].split()[:1] == ["Z"]

    return wait_for(ended, seconds=5.0)
