"""Checkpoints are whole or not there, and nothing in a foreign one is executed."""

from __future__ import annotations

import os
import pickle
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch

from recurra.atomic import write_atomically
from recurra.checkpoint import FORMAT, read_checkpoint
from recurra.commands.train import main
from recurra.errors import TrainingFailed, UserError
from recurra.runs import BEST, LAST
from tests.conftest import SMALL, write_reviews
from tests.helpers import below, make_run, metrics, only_run, own_files, weights

FAST = ["model.ngrams=0", "model.subwords=null", "trainer.max_epochs=2", "trainer.log_every_n_steps=1"]


def test_the_old_file_stays_when_writing_fails(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_atomically(file, lambda temporary: temporary.write_text("old"))

    def half(temporary: Path) -> None:
        temporary.write_text("ne")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        write_atomically(file, half)
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]
    write_atomically(file, lambda temporary: temporary.write_text("new"))
    assert file.read_text() == "new"


class Sabotage:
    """What must not run."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(Path(os.environ["SABOTAGED"])),)


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
def test_nothing_in_a_foreign_file_is_executed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SABOTAGED", str(tmp_path / "sabotaged"))
    torch.save({"state_dict": {}, "recurra": Sabotage()}, tmp_path / "zip.ckpt")
    (tmp_path / "pickle.ckpt").write_bytes(pickle.dumps(Sabotage()))
    with pytest.raises(UserError, match="something other than plain values"):
        read_checkpoint(tmp_path / "zip.ckpt")
    with pytest.raises(UserError, match="not a checkpoint"):
        read_checkpoint(tmp_path / "pickle.ckpt")
    assert not (tmp_path / "sabotaged").exists()


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.6, 0.99])
def test_a_truncated_checkpoint_is_refused(trained: Path, tmp_path: Path, share: float) -> None:
    whole = (trained / BEST).read_bytes()
    (tmp_path / "cut.ckpt").write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(UserError, match=r"cut\.ckpt is not a checkpoint, or was cut off"):
        read_checkpoint(tmp_path / "cut.ckpt")


def test_other_files_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "file.ckpt"
    with pytest.raises(UserError, match="there is no checkpoint"):
        read_checkpoint(file)
    noise = [random.Random(seed).randbytes(500) for seed in range(50)]
    for content in (b"just a text\n", b"PK\x03\x04 not a zip", pickle.dumps({}), *noise):
        file.write_bytes(content)
        with pytest.raises(UserError, match="not a checkpoint"):
            read_checkpoint(file)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a/data.pkl", random.Random(0).randbytes(500))
    with pytest.raises(UserError, match=str(file)):
        read_checkpoint(file)
    for value in (torch.zeros(3), {"state_dict": {}}, {"recurra": {}}, [1], {"recurra": [], "state_dict": {}}):
        torch.save(value, file)
        with pytest.raises(UserError, match="not a checkpoint of recurra"):
            read_checkpoint(file)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": FORMAT + 1}, "has format 2, this version of recurra reads format 1"),
        ({"task": "weather"}, "of the task 'weather', which this version of recurra does not know"),
        ({"config": {}}, r"its config or spec does not fit this version of recurra: task, data, .*"),
        ({"spec": {"labels": 3}}, r"its config or spec does not fit this version of recurra: vocabulary, .*"),
        ({"config": None}, "not a checkpoint of recurra: it has no config"),
        ({"spec": None, "tokenizer": None}, "not a checkpoint of recurra: it has no spec, tokenizer"),
        ({"data": "a description alone"}, "not a checkpoint of recurra: it has no data"),
    ],
)
def test_a_checkpoint_of_another_kind_is_refused(
    trained: Path, tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    raw = torch.load(trained / BEST, weights_only=True)
    raw["recurra"] = {name: value for name, value in {**raw["recurra"], **change}.items() if value is not None}
    torch.save(raw, tmp_path / "other.ckpt")
    with pytest.raises(UserError, match=words):
        read_checkpoint(tmp_path / "other.ckpt")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("checkpoint")
    write_reviews(made / "data" / "tiny")
    return made


@pytest.mark.usefixtures("quick")
class TestWhileTraining:
    def test_a_full_disk_costs_the_checkpoint_and_not_the_run(
        self, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Files can be no larger than a few hundred bytes from the second epoch until shortly before its end."""
        resource = pytest.importorskip("resource")
        from recurra.callbacks.record import Record

        original = Record.on_train_batch_end
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        seen: list[int] = []

        def limited(self: Record, trainer: Any, *args: Any) -> None:
            if trainer.global_step == 9:
                size = only_run(root / "full").joinpath("metrics.csv").stat().st_size
                resource.setrlimit(resource.RLIMIT_FSIZE, (size + 200, hard[1]))
            if trainer.global_step == 14:
                seen.append(int(read_checkpoint(only_run(root / "full") / LAST).raw["global_step"]))
                resource.setrlimit(resource.RLIMIT_FSIZE, hard)
            original(self, trainer, *args)

        monkeypatch.setattr(Record, "on_train_batch_end", limited)
        try:
            run = make_run(root, "full", *FAST, "callbacks.checkpoint_seconds=0.0001")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, hard)
        assert seen == [8]
        assert "last.ckpt could not be written" in capsys.readouterr().err
        monkeypatch.undo()
        assert read_checkpoint(run / LAST).raw["global_step"] == 16
        rows = (run / "metrics.csv").read_text().splitlines()
        steps = [row.split(",")[0] for row in rows[1:] if row.split(",")[1]]
        assert steps == [str(step) for step in range(1, 17)]
        assert len({row.count(",") for row in rows}) == 1

    def test_a_best_checkpoint_that_could_not_be_written_is_not_taken_for_written(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The first validation's fails; then the second's is the best, whatever its score."""
        from recurra.callbacks import checkpointing

        written: list[str] = []

        def failing(path: Path, write: Any) -> None:
            if path.name == BEST and not written:
                written.append("failed")
                raise OSError(28, "No space left on device")
            write_atomically(path, write)

        monkeypatch.setattr(checkpointing, "write_atomically", failing)
        run = make_run(root, "best", *FAST, "optimizer.lr=1e-9")
        assert written == ["failed"]
        assert read_checkpoint(run / BEST).raw["global_step"] == 16

    @pytest.mark.parametrize("averaging", [0.0, 0.5])
    def test_a_loss_that_is_not_finite_ends_the_run_and_leaves_the_last_good_checkpoint(
        self, root: Path, monkeypatch: pytest.MonkeyPatch, averaging: float
    ) -> None:
        """The weights overflow in the update of step 12; both checkpoints are from before."""
        from recurra.task.base import TaskModule

        original = TaskModule.configure_gradient_clipping

        def overflow(self: TaskModule, *args: Any, **options: Any) -> None:
            original(self, *args, **options)
            if self.global_step == 11:
                for weight in self.network.parameters():
                    weight.data.mul_(1e38).mul_(1e38)

        monkeypatch.setattr(TaskModule, "configure_gradient_clipping", overflow)
        name = f"infinite-{averaging}"
        with pytest.raises(TrainingFailed, match=r"the loss became nan in epoch 2, step 12; try a smaller optimizer"):
            make_run(root, name, *FAST, f"optimizer.averaging={averaging}", "callbacks.checkpoint_seconds=0.0001")
        run = only_run(root / name)
        assert read_checkpoint(run / LAST).raw["global_step"] == 11
        assert read_checkpoint(run / BEST).raw["global_step"] == 8
        assert all(bool(w.isfinite().all()) for name in (BEST, LAST) for w in weights(run, name).values())
        assert not (run / "metrics.json").exists()

    def test_a_rate_that_is_far_too_high_ends_with_exit_code_1_and_advice(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        words = [*SMALL, *FAST, *own_files(root / "data" / "tiny"), *below(root, "high"), "optimizer.lr=1e20"]
        assert main(words) == 1
        last = capsys.readouterr().err.splitlines()[-1]
        assert last.startswith("error: the loss became nan")
        assert "try a smaller optimizer.lr (now 1e+20)" in last

    def test_a_run_without_time_for_a_validation_still_has_one(self, root: Path) -> None:
        assert metrics(make_run(root, "steps", *FAST, "trainer.max_steps=3"))["train/steps"] == 3
        minutes = metrics(make_run(root, "minutes", *FAST, "trainer.max_minutes=0.00001"))
        assert 1 <= minutes["train/steps"] < 16
        assert "val/accuracy" in minutes

    def test_intervals_beyond_the_data_are_cut_to_it(self, root: Path) -> None:
        run = make_run(
            root, "cut", *FAST, "trainer.val_check_interval=1000", "trainer.limit_train_batches=0.001",
            "trainer.max_epochs=2",
        )  # fmt: skip
        assert metrics(run)["train/steps"] == 2
