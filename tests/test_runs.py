"""Run folders: nobody shares one, and the right one is found again."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from recurra import runs
from recurra.commands import evaluate
from recurra.commands.check import compose
from recurra.commands.train import train
from recurra.config.commands import Evaluate
from recurra.config.section import Section
from recurra.config.train import Paths, Train
from recurra.errors import UserError
from tests.conftest import SMALL, write_reviews
from tests.helpers import below, interrupted_after, log, make_run, metrics, own_files, weights

FAST = ["model.ngrams=0", "model.subwords=null", "trainer.max_epochs=1", "scheduler=constant"]


def folder(outputs: Path, name: str, age: int, *files: str, debug: str | None = None) -> Path:
    """A made-up run with these files, so many seconds old."""
    run = outputs / "sentiment" / name
    run.mkdir(parents=True)
    for file in files:
        (run / file).write_text("")
    if runs.METRICS in files:
        (run / runs.METRICS).write_text(json.dumps({"debug": debug}))
    (run / "config.yaml").write_text("")
    os.utime(run / "config.yaml", (10_000 - age, 10_000 - age))
    return run


def paths(outputs: Path) -> Paths:
    return Paths(data="data", outputs=str(outputs), run=None)


FINISHED = (runs.BEST, runs.LAST, runs.METRICS)


def test_without_a_checkpoint_the_newest_finished_run_is_taken(tmp_path: Path) -> None:
    folder(tmp_path, "old", 50, *FINISHED)
    wanted = folder(tmp_path, "wanted", 40, *FINISHED)
    folder(tmp_path, "unfinished", 30, runs.BEST, runs.LAST)
    folder(tmp_path, "debug", 20, *FINISHED, debug="fast")
    folder(tmp_path, "sweeps/today/0", 10, *FINISHED)
    assert runs.resolve_checkpoint(None, paths(tmp_path)) == wanted / runs.BEST


def test_a_run_is_a_folder_or_a_file(tmp_path: Path) -> None:
    run = folder(tmp_path, "run", 0, *FINISHED)
    assert runs.resolve_checkpoint(str(run), paths(tmp_path)) == run / runs.BEST
    assert runs.resolve_checkpoint(str(run / runs.LAST), paths(tmp_path)) == run / runs.LAST


def test_a_run_that_is_not_there_is_told_with_the_newest_that_is(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no finished run below"):
        runs.resolve_checkpoint(None, paths(tmp_path))
    run = folder(tmp_path, "run", 0, *FINISHED)
    with pytest.raises(UserError, match=f"there is no run folder or checkpoint nowhere; the newest run is {run}"):
        runs.resolve_checkpoint("nowhere", paths(tmp_path))
    empty = folder(tmp_path, "empty", 0)
    with pytest.raises(UserError, match=r"holds no best\.ckpt"):
        runs.resolve_checkpoint(str(empty), paths(tmp_path))


def test_no_two_runs_of_one_second_share_a_folder(tmp_path: Path) -> None:
    made = {runs.new_run_folder(tmp_path, "sentiment") for _ in range(5)}
    assert len(made) == 5
    assert not any(sign in path.name for path in made for sign in ":= ")


def test_a_folder_that_holds_a_run_is_not_given_to_another(tmp_path: Path) -> None:
    run = folder(tmp_path, "run", 0, runs.LAST)
    with pytest.raises(UserError, match="already holds a run"):
        runs.new_run_folder(tmp_path, "sentiment", str(run))
    assert runs.new_run_folder(tmp_path, "sentiment", str(tmp_path / "own")) == tmp_path / "own"


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"cannot write to .*paths\.outputs="):
        runs.new_run_folder(tmp_path / "file", "sentiment")


def test_a_run_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    half = tmp_path / ".last.ckpt.123.tmp"
    half.write_text("")
    assert not runs.is_held(tmp_path)
    lock = runs.hold(tmp_path)
    assert half.exists(), "another process may be writing it"
    assert runs.is_held(tmp_path)
    with pytest.raises(UserError, match="in use by another process"):
        runs.hold(tmp_path)
    lock.release()
    assert not runs.is_held(tmp_path)
    runs.reopen(tmp_path)
    assert not half.exists()


def test_what_may_differ_when_a_run_goes_on(config: Callable[..., Section]) -> None:
    def changed(*overrides: str) -> list[str]:
        now = config("train", "trainer.max_epochs=5", "trainer.max_minutes=3", *overrides)
        assert isinstance(now, Train)
        return runs.differences(before, now)

    before = config("train", "trainer.max_epochs=5", "trainer.max_minutes=3")
    assert isinstance(before, Train)
    for same in (
        [], ["resume=auto"], ["logger=wandb"], ["trainer.max_epochs=6"], ["trainer.max_epochs=-1"],
        ["trainer.max_minutes=null"], ["trainer.precision=auto", "trainer.threads=auto"], ["paths.data=elsewhere"],
        ["callbacks.progress=true"], ["callbacks.checkpoint_seconds=5"], ["trainer.profiler=simple"],
    ):  # fmt: skip
        assert changed(*same) == []
    lr = before.optimizer.lr
    assert changed("optimizer.lr=0.5", "seed=9") == [f"optimizer.lr={lr}", "seed=1"]
    assert changed("trainer.max_epochs=4") == ["trainer.max_epochs=5"]
    assert changed("trainer.max_minutes=2") == ["trainer.max_minutes=3.0"]
    assert changed("trainer.precision=bf16-mixed") == ['trainer.precision="32-true"']
    assert changed("trainer.threads=2") == ["trainer.threads=1"]
    assert changed("model.cell=gru", "data.batch_size=3", "tokenizer.lowercase=false", "loss.rdrop=0.1")
    assert changed("+trainer.detect_anomaly=true") == ["trainer.detect_anomaly=null"]
    assert changed("debug=fast")


def test_a_score_file_that_was_cut_off_is_of_no_finished_run(tmp_path: Path) -> None:
    wanted = folder(tmp_path, "wanted", 40, *FINISHED)
    cut = folder(tmp_path, "cut", 30, *FINISHED)
    (cut / runs.METRICS).write_text('{"debug": nu')
    assert runs.resolve_checkpoint(None, paths(tmp_path)) == wanted / runs.BEST


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ([], "evaluate-reviews-test"),
        (["data=sst2", "data.test=a/own.csv"], "evaluate-sst2-a-own.csv-test"),
        (["data=files", "data.test=b/own.csv"], "evaluate-b-own.csv-test"),
        (["data=hub", "data.id=org/set", "split=validation"], "evaluate-org-set-validation"),
    ],
)
def test_scores_of_other_data_go_into_other_folders(
    config: Callable[..., Section], words: list[str], name: str
) -> None:
    made = config("evaluate", *(words or ["data=reviews"]))
    assert isinstance(made, Evaluate)
    assert made.data is not None
    assert evaluate.folder_name(made.data, made.split) == name


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("runs")
    write_reviews(made / "data" / "tiny")
    return made


@pytest.mark.usefixtures("quick")
class TestGoingOn:
    def test_without_an_unfinished_run_it_says_so_and_starts_anew(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        none_yet = make_run(root, "new", *FAST, "resume=auto")
        assert "no unfinished run of this config; a new one starts" in capsys.readouterr().err
        for different in ("resume=auto", "optimizer.lr=0.3"):  # finished now; another config
            train(self.config(root, "new", different, "resume=auto"))
            assert "no unfinished run of this config; a new one starts" in capsys.readouterr().err
        assert len(list((root / "new").glob("sentiment/*"))) == 3
        assert metrics(none_yet)["train/steps"] == 8

    def test_a_changed_option_does_not_match_and_the_newest_that_does_is_taken(self, root: Path) -> None:
        outputs = root / "several"
        made = []
        for option in ("seed=1", "seed=1", "seed=2"):
            before = set(outputs.glob("sentiment/*"))
            with interrupted_after(2):
                train(self.config(root, "several", option))
            made += set(outputs.glob("sentiment/*")) - before
        found = runs.find_resumable(self.config(root, "several", "resume=auto"))
        assert found is not None
        assert found[0] == made[1]
        (made[1] / runs.LAST).write_bytes(b"cut off")
        found = runs.find_resumable(self.config(root, "several", "resume=auto"))
        assert found is not None
        assert found[0] == made[0]
        with runs.hold(made[0]):
            assert runs.find_resumable(self.config(root, "several", "resume=auto")) is None

    def test_a_run_given_by_name_goes_on_with_the_same_options_alone(self, root: Path) -> None:
        run = make_run(root, "named", *FAST)
        with pytest.raises(UserError, match=r"had other options: model.hidden_size=12; .*init_from="):
            train(self.config(root, "named", f"resume={run}", "model.hidden_size=13"))
        with pytest.raises(UserError, match=r"best\.ckpt holds weights only; resume=.* takes its last\.ckpt"):
            train(self.config(root, "named", f"resume={run}/best.ckpt"))
        with pytest.raises(UserError, match="there is no checkpoint"):
            train(self.config(root, "named", f"resume={root}"))
        assert metrics(run)["train/steps"] == 8
        train(self.config(root, "named", f"resume={run}", "trainer.max_epochs=2"))
        assert metrics(run)["train/steps"] == 16
        assert [row["test/accuracy"] != "" for row in log(run)].count(True) == 1

    def test_a_folder_of_its_own_is_found_again(self, root: Path) -> None:
        own = [f"paths.run={root}/own"]
        with interrupted_after(2):
            train(self.config(root, "elsewhere", *own))
        train(self.config(root, "elsewhere", *own, "resume=auto"))
        assert metrics(root / "own")["train/steps"] == 8

    def test_it_does_not_go_on_with_other_data(self, root: Path) -> None:
        data = write_reviews(root / "data" / "changing")
        options = [*own_files(data), "resume=auto"]
        with interrupted_after(2):
            train(self.config(root, "changing", *options))
        lines = (data / "train.jsonl").read_text().splitlines(keepends=True)
        (data / "train.jsonl").write_text("".join(lines[1:]))
        with pytest.raises(
            UserError, match=r"the data has changed since .*last\.ckpt was written, on .*; .*init_from="
        ):
            train(self.config(root, "changing", *options))
        (data / "train.jsonl").write_text("".join(lines))
        train(self.config(root, "changing", *options))

    def test_weights_are_taken_over_and_what_is_counted_is_counted_anew(self, root: Path) -> None:
        counting = ["model.ngrams=2"]
        first = make_run(root, "counted", *FAST, *counting)
        data = write_reviews(root / "data" / "other", rows=60)
        other = [*own_files(data), *counting]
        train(self.config(root, "fresh", *other))
        train(self.config(root, "taken", *other, f"init_from={first}", "optimizer.lr=1e-9", "optimizer.averaging=0"))
        (fresh,), (taken,) = ((root / name).glob("sentiment/*") for name in ("fresh", "taken"))
        name = "network.ngrams.weight"
        assert torch.count_nonzero(weights(taken)[name]) > 0
        assert not torch.equal(weights(taken)[name], weights(first)[name])
        for key, weight in weights(first, "best.ckpt").items():
            assert "ngrams" in key or torch.allclose(weights(taken)[key], weight), key
        assert torch.count_nonzero(weights(taken)[name]) == torch.count_nonzero(weights(fresh)[name])

    @pytest.mark.parametrize("by_name", [False, True])
    def test_a_run_from_other_weights_is_gone_on_with_by_the_same_command(self, root: Path, by_name: bool) -> None:
        name = f"based-{by_name}"
        words = [f"init_from={make_run(root, f'basis-{by_name}', *FAST)}", "trainer.max_epochs=2"]
        with interrupted_after(2):
            train(self.config(root, name, *words))
        (run,) = (root / name).glob("sentiment/*")
        with pytest.raises(UserError, match="had other options: init_from="):
            train(self.config(root, name, "trainer.max_epochs=2", "init_from=elsewhere", f"resume={run}"))
        train(self.config(root, name, *words, f"resume={run if by_name else 'auto'}"))
        assert list((root / name).glob("sentiment/*")) == [run]
        assert metrics(run)["train/steps"] == 16

    def test_a_score_on_data_that_have_changed_is_told_as_one(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        data = write_reviews(root / "data" / "growing")
        file = data / "train.jsonl"
        train(self.config(root, "growing", f"data.train={file}", "data.validation=null", "data.test=null"))
        (run,) = (root / "growing").glob("sentiment/*")
        words = [f"checkpoint={run}", f"paths.data={root}/data", f"output={root}/again"]
        assert evaluate.main(words) == 0
        assert "have changed" not in capsys.readouterr().err
        file.write_text(file.read_text() + '{"text": "one more", "label": "good"}\n')
        assert evaluate.main(words) == 0
        assert "the data have changed since the training" in capsys.readouterr().err
        train(self.config(root, "grown", f"data.train={file}", "data.validation=null", "data.test=null"))
        (grown,) = (root / "grown").glob("sentiment/*")
        words[0] = f"checkpoint={grown}"
        assert evaluate.main([*words, f"against={run}"]) == 0
        said = " ".join(capsys.readouterr().err.split())
        assert "have changed" not in said
        assert "was trained on other data; what was trained on may be among the rows scored here" in said

    def test_weights_of_another_form_are_refused_by_name(self, root: Path) -> None:
        run = make_run(root, "form", *FAST)
        with pytest.raises(UserError, match=r"has another form \(see .*weight_ih_l0"):
            train(self.config(root, "form", f"init_from={run}", "model.hidden_size=13"))
        with pytest.raises(UserError, match=r"another tokenizer; give tokenizer\.kind=word tokenizer\.lowercase=true"):
            train(self.config(root, "form", f"init_from={run}", "tokenizer=bpe", "tokenizer.lowercase=false"))

    @staticmethod
    def config(root: Path, name: str, *more: str) -> Train:
        made = compose("train", [*SMALL, *FAST, *own_files(root / "data" / "tiny"), *below(root, name), *more])
        assert isinstance(made, Train)
        return made
