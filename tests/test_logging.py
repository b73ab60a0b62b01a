"""Where a run is written down: log, scores, pictures, W&B, TensorBoard."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest
import yaml

from recurra.checkpoint import read_checkpoint
from recurra.logger import csv as csv_log
from recurra.logger.csv import CSVLog
from tests.conftest import write_reviews
from tests.helpers import interrupted_after, log, make_run, metrics, only_run

FAST = ["model.ngrams=0", "model.subwords=null", "trainer.max_epochs=1", "trainer.log_every_n_steps=1"]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("logging")
    write_reviews(made / "data" / "tiny")
    return made


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


class TestCSV:
    def test_columns_grow_as_scores_turn_up(self, tmp_path: Path) -> None:
        made = CSVLog(tmp_path / "log.csv")
        made.log_metrics({"a": 1.5}, step=1)
        made.log_metrics({"b": 2.5}, step=2)
        made.log_metrics({"a": 3.5, "c": 4.5}, step=3)
        assert (tmp_path / "log.csv").read_text().splitlines() == ["step,a,b,c", "1,1.5,,", "2,,2.5,", "3,3.5,,4.5"]

    def test_a_run_that_goes_on_keeps_the_rows_that_its_checkpoint_counts(self, tmp_path: Path) -> None:
        path = tmp_path / "log.csv"
        before = CSVLog(path)
        for step in range(1, 6):
            before.log_metrics({"a": step}, step=step)
        path.write_text(path.read_text() + "6,")  # half a row
        after = CSVLog(path, keep=3)
        assert [row["step"] for row in rows(path)] == ["1", "2", "3"]
        after.log_metrics({"a": 40, "b": 1}, step=4)
        assert [row["a"] for row in rows(path)] == ["1", "2", "3", "40"]

    def test_a_new_run_begins_with_an_empty_log(self, tmp_path: Path) -> None:
        path = tmp_path / "log.csv"
        CSVLog(path).log_metrics({"a": 1}, step=1)
        CSVLog(path)
        assert path.read_text() == "step\n"

    @pytest.mark.parametrize("columns", [{"a": 2.0}, {"a": 2.0, "b": 3.0}])
    def test_a_full_disk_delays_rows(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: dict[str, float]
    ) -> None:
        path = tmp_path / "log.csv"
        made = CSVLog(path)
        made.log_metrics({"a": 1.0}, step=1)

        class Full(csv.DictWriter):  # type: ignore[type-arg]
            def writerows(self, rows: object) -> None:
                self.writer.writerow(["half"])
                raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(csv_log.csv, "DictWriter", Full)
            made.log_metrics(columns, step=2)
        assert path.read_text().splitlines() == ["step,a", "1,1.0"]
        made.log_metrics({"a": 3.0}, step=3)
        assert [row["step"] for row in rows(path)] == ["1", "2", "3"]
        assert [row["a"] for row in rows(path)] == ["1.0", "2.0", "3.0"]


class TestRunFolder:
    def test_it_holds_all_that_a_run_leaves(self, trained: Path) -> None:
        names = {path.name for path in trained.iterdir()}
        assert {
            "config.yaml", "metrics.csv", "metrics.json", "best.ckpt", "last.ckpt", "confusion.png",
            "predictions.jsonl",
        } <= names  # fmt: skip
        assert not [name for name in names if name.endswith(".tmp")]
        assert (trained / "confusion.png").read_bytes().startswith(b"\x89PNG")

    def test_every_text_of_the_test_split_has_its_prediction(self, trained: Path) -> None:
        answers = [json.loads(line) for line in (trained / "predictions.jsonl").read_text("utf-8").splitlines()]
        texts = (trained.parent / "data" / "tiny" / "test.jsonl").read_text("utf-8").splitlines()
        assert [answer["text"] for answer in answers] == [json.loads(line)["text"] for line in texts]
        right = [answer["label"] == answer["predicted"] for answer in answers]
        assert metrics(trained)["test/accuracy"] == pytest.approx(sum(right) / len(right))
        for answer in answers:
            assert sum(answer["probabilities"].values()) == pytest.approx(1.0, abs=1e-5)
            assert max(answer["probabilities"], key=answer["probabilities"].get) == answer["predicted"]

    def test_scores_have_the_names_that_others_read(self, trained: Path) -> None:
        found = metrics(trained)
        for name in (
            "test/accuracy", "test/macro_f1", "test/calibration_error", "test/accuracy_low", "test/accuracy_high",
            "val/accuracy", "val/loss", "train/loss", "train/seconds", "train/steps", "model/parameters",
        ):  # fmt: skip
            assert isinstance(found[name], int | float), name
        assert found["debug"] is None
        assert found["seed"] == 1

    def test_the_config_is_whole_readable_and_leaves_nothing_to_chance(self, root: Path, quick: None) -> None:
        run = make_run(root, "config", *FAST, "trainer.precision=auto", "trainer.threads=auto")
        text = (run / "config.yaml").read_text("utf-8")
        config = yaml.safe_load(text)
        assert config == read_checkpoint(run / "last.ckpt").config.model_dump(mode="json")
        assert config["trainer"]["precision"] in ("32-true", "bf16-mixed")
        assert isinstance(config["trainer"]["threads"], int)
        assert "!!" not in text

    def test_the_log_tells_each_step_and_each_validation_once(self, root: Path, quick: None) -> None:
        run = make_run(root, "log", *FAST, "trainer.max_epochs=2")
        lines = log(run)
        steps = [row for row in lines if row["step/loss"]]
        assert [int(row["step"]) for row in steps] == list(range(1, 17))
        for name in ("step/lr", "step/gradient_norm", "step/tokens_per_second"):
            assert all(float(row[name]) >= 0 for row in steps)
        validations = [row for row in lines if row["val/accuracy"]]
        assert [int(row["step"]) for row in validations] == [8, 16]
        assert [int(row["epoch"]) for row in validations] == [0, 1]
        assert all(row["train/loss"] and row["val/loss"] for row in validations)
        assert len(lines) == 16 + 2 + 1
        assert float(lines[-1]["test/accuracy"]) == pytest.approx(metrics(run)["test/accuracy"])


class TestWandb:
    def test_it_is_offline_in_the_run_folder_and_closed_after_each_run(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Two trainings of one process have a W&B run each; one that goes on keeps its own."""
        import wandb

        monkeypatch.setenv("WANDB_MODE", "offline")
        whole = make_run(root, "wandb-whole", *FAST, "logger=wandb")
        assert wandb.run is None
        (folder,) = (whole / "wandb").glob("offline-run-*")
        assert list(folder.glob("files/media/images/**/*confusion*.png"))
        assert list(folder.glob("files/media/table/**/*worst_mistakes*"))
        assert (whole / "metrics.csv").exists()

        with interrupted_after(3):
            make_run(root, "wandb-cut", *FAST, "logger=wandb")
        assert wandb.run is None
        cut = make_run(root, "wandb-cut", *FAST, "logger=wandb", "resume=auto")
        files = [[file.name for file in (run / "wandb").glob("offline-run-*/*.wandb")] for run in (whole, cut)]
        assert list(map(len, files)) == [1, 2]
        assert files[1][0] == files[1][1] != files[0][0]


@pytest.mark.usefixtures("quick")
class TestOtherLoggers:
    def test_wandb_is_left_out_when_asked(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("WANDB_MODE", "disabled")
        assert not (make_run(root, "disabled", *FAST, "logger=wandb") / "wandb").exists()
        monkeypatch.setenv("WANDB_MODE", "offline")
        assert not (make_run(root, "csv", *FAST) / "wandb").exists()

    def test_tensorboard_on_request(self, root: Path) -> None:
        pytest.importorskip("tensorboard")
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

        run = make_run(root, "tensorboard", *FAST, "logger.tensorboard=true")
        assert only_run(root / "tensorboard") == run
        events = EventAccumulator(os.fspath(run / "tensorboard")).Reload()
        assert len(events.Scalars("step/loss")) == 8
        assert [event.step for event in events.Scalars("val/accuracy")] == [8]
        assert events.Scalars("test/accuracy")[0].value == pytest.approx(metrics(run)["test/accuracy"])
