"""Whatever is wrong with what the user gave: one sentence, exit code 2, no traceback, nothing half-written."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from recurra.commands import evaluate, export, predict, train
from tests.conftest import SMALL, write_reviews


class Fault:
    """Runs commands that must be refused below a folder of their own."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self.capsys = capsys

    def __call__(self, main: Callable[[list[str]], int], *words: object) -> str:
        """The one sentence of a command that was refused."""
        small = SMALL if main is train.main else []
        before = self.files()
        code = main([*small, f"paths.data={self.home}/data", f"paths.outputs={self.home}/outputs", *map(str, words)])
        told = self.capsys.readouterr()
        faults = [line for line in told.err.splitlines() if line.startswith("error: ")]
        assert code == 2, told.err
        assert len(faults) == 1, told.err
        assert "Traceback" not in told.err
        assert told.err.rstrip().endswith(faults[0]), "the sentence comes last, and in one line"
        assert told.out == ""
        assert self.files() == before, "nothing half-written"
        assert not list((self.home / "outputs").glob("*/*")), "no run folder"
        return faults[0].removeprefix("error: ")

    def files(self) -> set[Path]:
        """Every file below the folder but what was read of the data, which is kept for the next time."""
        return {path for path in self.home.rglob("*") if path.is_file() and ".cache" not in path.parts}


@pytest.fixture
def fault(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Fault:
    monkeypatch.chdir(tmp_path)
    return Fault(tmp_path, capsys)


@pytest.fixture
def own(tmp_path: Path) -> Callable[..., list[str]]:
    """``own(test=PATH)``: options for good files of one's own, some of them replaced."""
    folder = write_reviews(tmp_path / "mine", rows=40)

    def options(**replaced: Path) -> list[str]:
        files = {split: folder / f"{split}.jsonl" for split in ("train", "validation", "test")}
        return ["data=files", *(f"data.{split}={path}" for split, path in (files | replaced).items())]

    return options


Own = Callable[..., list[str]]


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


ROW = '{"text": "fine", "label": "good"}\n'


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_missing_file(fault: Fault, own: Own, tmp_path: Path, split: str) -> None:
    path = tmp_path / "none.jsonl"
    assert fault(train.main, *own(**{split: path})) == f"there is no file {path}"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.jsonl", "", "holds no rows"),
        ("a.csv", "text,label\n", "holds no rows"),
        ("a.csv", "text,label\nfine,good\ncaf\xe9,bad\n".encode("latin1"), "line 3: byte 24 is not UTF-8"),
        ("a.jsonl", ROW + "{oops\n", "line 2: not valid JSON"),
        ("a.csv", "text,label\nfine, really,good\n", "line 2: 3 cells"),
        (
            "a.csv",
            "review,stars\nfine,5\n",
            "line 2: there is no column 'text', but 'review', 'stars'; give data.text=COLUMN; the first line of a csv",
        ),
        ("a.txt", "fine\n", "line 1: there is no column 'label'"),
        ("a.jsonl", ROW * 40, "every training row has the label 'good'; two classes are needed"),
        ("a.jsonl", ROW + '{"text": "x", "label": null}\n', "line 2: the label is empty or -1"),
        ("a.jsonl.gz", gzip.compress(ROW.encode() * 99, mtime=0)[:-12], "not a complete gzip file"),
        ("a.parquet", b"PAR1", "not a parquet file"),
        ("a.xlsx", b"PK", "unknown ending"),
    ],
)
def test_a_training_file_with_a_fault(
    fault: Fault, own: Own, tmp_path: Path, name: str, content: str | bytes, expected: str
) -> None:
    path = write(tmp_path / name, content)
    message = fault(train.main, *own(train=path))
    assert expected in message
    assert str(path) in message


@pytest.mark.parametrize("split", ["validation", "test"])
def test_a_label_that_training_never_saw(fault: Fault, own: Own, tmp_path: Path, split: str) -> None:
    path = write(tmp_path / "other.jsonl", ROW * 3 + ROW.replace("good", "so-so"))
    message = fault(train.main, *own(**{split: path}))
    assert f"{path}, line 4: the label 'so-so' is not among those of training (bad, good)" in message


def test_a_set_that_is_not_there(fault: Fault) -> None:
    message = fault(train.main, "data=chnsenticorp_dedup")
    assert str(fault.home / "data" / "chnsenticorp_dedup") in message
    message = fault(train.main, "data=imdb")
    assert "the hub does not answer" in message
    assert "https://huggingface.co/datasets/stanfordnlp/imdb" in message
    assert str(fault.home / "data" / "imdb") in message


def test_vectors_of_another_size(fault: Fault, own: Own, tmp_path: Path) -> None:
    path = write(tmp_path / "vectors.txt", "fine 1 2 3\n")
    message = fault(train.main, *own(), f"model.vectors={path}")
    assert f"{path}, line 1: 3 numbers" in message
    assert "give model.embedding_size=3" in message


@pytest.mark.parametrize("option", ["paths.outputs", "paths.run"])
def test_an_output_folder_that_cannot_be_written(fault: Fault, own: Own, tmp_path: Path, option: str) -> None:
    way = write(tmp_path / "way", "a file in the way")
    message = fault(train.main, *own(), f"{option}={way}/runs")
    assert f"cannot write to {way}" in message
    assert way.read_text() == "a file in the way"


# Checkpoints


class Trap:
    """Unpickled, it would make a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def damaged(path: Path, whole: Path, kind: str) -> Path:
    """A checkpoint with something wrong."""
    raw = whole.read_bytes()
    match kind:
        case "cut off":
            path.write_bytes(raw[: len(raw) // 2])
        case "text":
            path.write_text("not a checkpoint at all\n")
        case "weights":
            torch.save({"weight": torch.ones(3)}, path)
        case "other task":
            contents = torch.load(whole, weights_only=True)
            contents["recurra"]["task"] = "os.system"
            torch.save(contents, path)
        case "other config":
            contents = torch.load(whole, weights_only=True)
            contents["recurra"]["config"]["model"]["cell"] = "transformer"
            torch.save(contents, path)
        case "no tokenizer":
            contents = torch.load(whole, weights_only=True)
            del contents["recurra"]["tokenizer"]
            torch.save(contents, path)
        case "other weights":
            contents = torch.load(whole, weights_only=True)
            contents["state_dict"]["network.embedding.embedding.weight"] = torch.ones(1)
            torch.save(contents, path)
    return path


KINDS = {
    "cut off": "was cut off while it was written",
    "text": "is not a checkpoint",
    "weights": "is a PyTorch file, but not a checkpoint of recurra",
    "other task": "is of the task 'os.system'",
    "other config": "does not fit this version of recurra",
    "no tokenizer": "it has no tokenizer",
    "other weights": "its weights do not fit this version of recurra",
}

COMMANDS: dict[str, tuple[Callable[[list[str]], int], str, list[str]]] = {
    "predict": (predict.main, "checkpoint", ["text=fine"]),
    "evaluate": (evaluate.main, "checkpoint", []),
    "export": (export.main, "checkpoint", []),
    "resume": (train.main, "resume", []),
    "init_from": (train.main, "init_from", []),
}


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_checkpoint_with_a_fault(fault: Fault, trained: Path, tmp_path: Path, kind: str) -> None:
    path = damaged(tmp_path / "bad.ckpt", trained / "best.ckpt", kind)
    message = fault(predict.main, f"checkpoint={path}", "text=fine")
    assert str(path) in message
    assert KINDS[kind] in message


@pytest.mark.parametrize(("command", "kind"), list(zip(COMMANDS, ["cut off", "weights"] * 3, strict=False)))
def test_every_command_refuses_it(
    fault: Fault, own: Own, trained: Path, tmp_path: Path, kind: str, command: str
) -> None:
    main, option, words = COMMANDS[command]
    data = own() if main is train.main else []
    path = damaged(tmp_path / "bad.ckpt", trained / "best.ckpt", kind)
    message = fault(main, f"{option}={path}", *words, *data)
    assert str(path) in message
    assert KINDS[kind] in message


@pytest.mark.parametrize(("command", "zipped"), [*zip(COMMANDS, [True] * 5, strict=True), ("predict", False)])
def test_nothing_in_a_checkpoint_is_executed(
    fault: Fault, own: Own, trained: Path, tmp_path: Path, zipped: bool, command: str
) -> None:
    sprung, path = tmp_path / "sprung", tmp_path / "trap.ckpt"
    contents = torch.load(trained / "best.ckpt", weights_only=True)
    contents["recurra"]["spec"] = Trap(sprung)
    torch.save(contents, path, _use_new_zipfile_serialization=zipped)
    main, option, words = COMMANDS[command]
    message = fault(main, f"{option}={path}", *words, *(own() if main is train.main else []))
    assert not sprung.exists()
    assert str(path) in message
    torch.load(path, weights_only=False)
    assert sprung.exists(), "the trap works"


def test_no_checkpoint_at_all(fault: Fault, tmp_path: Path) -> None:
    message = fault(predict.main, "text=fine")
    assert f"no finished run below {tmp_path}/outputs" in message
    assert "train.py" in message
    assert "no finished run" in fault(evaluate.main)
    assert "there is no run folder or checkpoint nowhere" in fault(predict.main, "checkpoint=nowhere", "text=fine")
    (tmp_path / "empty").mkdir()
    assert "empty holds no best.ckpt" in fault(evaluate.main, "checkpoint=empty")


# Evaluate and predict


def test_evaluated_on_labels_that_it_does_not_know(fault: Fault, trained: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "other.jsonl", ROW * 20 + ROW.replace("good", "so-so"))
    before = set(trained.iterdir())
    data = ["data=files", f"data.train={path}", f"data.test={path}"]
    message = fault(evaluate.main, f"checkpoint={trained}", *data)
    assert f"{path}, line 21: the label 'so-so' is not among those of training (bad, good)" in message
    assert set(trained.iterdir()) == before


def test_evaluated_on_a_test_file_alone(trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "a.jsonl", ROW * 20)
    words = [f"checkpoint={trained}", "data=files", f"data.test={path}", f"output={tmp_path}/scores"]
    assert evaluate.main([*words, f"paths.data={tmp_path}/data"]) == 0
    assert len((tmp_path / "scores" / "predictions.jsonl").read_text().splitlines()) == 20
    assert "test/accuracy" in capsys.readouterr().out


@pytest.mark.parametrize("word", ["split=all", "dynamic=0.001"])
def test_evaluated_as_its_task_cannot_be(fault: Fault, trained: Path, word: str) -> None:
    assert "split=all and dynamic= are for task=chargen" in fault(evaluate.main, f"checkpoint={trained}", word)


def test_evaluated_on_data_that_is_gone(fault: Fault, trained: Path, tmp_path: Path) -> None:
    message = fault(evaluate.main, f"checkpoint={trained}", "data=files", f"data.train={tmp_path}/none.csv")
    assert message == f"there is no file {tmp_path}/none.csv"


def test_evaluated_into_a_folder_that_cannot_be_written(fault: Fault, trained: Path, tmp_path: Path) -> None:
    way = write(tmp_path / "way", "a file in the way")
    assert f"cannot write to {way}/scores" in fault(evaluate.main, f"checkpoint={trained}", f"output={way}/scores")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "a.csv",
            "review,stars\nfine,5\n",
            "line 2: there is no column 'text', but 'review', 'stars'; give column=NAME",
        ),
        ("a.jsonl", '{"text": "fine"}\n{"txt": "dull"}\n', "line 2: there is no column 'text', but 'txt'"),
        ("a.jsonl", '{"text": "fine"}\noops\n', "line 2: not valid JSON"),
        ("a.txt", b"fine\n\xff\n", "line 2: byte 5 is not UTF-8"),
        ("a.txt", "", "holds no rows"),
        ("a.doc", "fine\n", "unknown ending"),
    ],
)
def test_an_input_with_a_fault(
    fault: Fault, trained: Path, tmp_path: Path, name: str, content: str | bytes, expected: str
) -> None:
    path = write(tmp_path / name, content)
    answers = tmp_path / "answers.jsonl"
    words = [f"checkpoint={trained}", f"input={path}", f"output={answers}", "batch_size=1"]
    message = fault(predict.main, *words)
    assert expected in message
    assert str(path) in message
    assert not answers.exists()


def test_a_named_column_that_is_missing(fault: Fault, trained: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text,stars\nfine,5\n")
    message = fault(predict.main, f"checkpoint={trained}", f"input={path}", "column=评论")
    assert "there is no column '评论', but 'text', 'stars'" in message


def test_answers_that_cannot_be_written(fault: Fault, trained: Path, tmp_path: Path) -> None:
    way = write(tmp_path / "way", "a file in the way")
    for output in (way / "answers.jsonl", tmp_path / "none" / "answers.jsonl", tmp_path):
        message = fault(predict.main, f"checkpoint={trained}", "text=fine", f"output={output}")
        assert f"cannot write to {output}" in message


def test_a_run_keeps_its_own_scores(fault: Fault, trained: Path, own: Own) -> None:
    before = (trained / "metrics.json").read_bytes()
    message = fault(evaluate.main, f"checkpoint={trained}", *own(), f"output={trained}")
    assert "is the folder of a run" in message
    assert (trained / "metrics.json").read_bytes() == before


def test_a_second_checkpoint_that_is_not_there(fault: Fault, trained: Path, own: Own) -> None:
    message = fault(evaluate.main, f"checkpoint={trained}", *own(), "against=nowhere", "output=scores")
    assert "no run folder or checkpoint nowhere" in message


def test_a_column_of_groups_that_is_not_there(fault: Fault, own: Own) -> None:
    assert "no row has a column 'nope'" in fault(train.main, *own(), "data.phenomenon=nope")


@pytest.mark.parametrize(
    ("word", "part"),
    [
        ("+trainer.max_time=3", "set by the command itself"),
        ("+trainer.detect_anomly=true", "did you mean +trainer.detect_anomaly?"),
        ("+trainer.min_epochs=many", "Lightning's Trainer refuses this"),
    ],
)
def test_arguments_of_lightning_that_cannot_be(fault: Fault, own: Own, word: str, part: str) -> None:
    assert part in fault(train.main, *own(), word)


@pytest.mark.skipif(torch.backends.mps.is_available(), reason="has the device")
def test_a_device_that_is_not_there(fault: Fault, own: Own) -> None:
    assert "PyTorch finds no such device here" in fault(train.main, *own(), "trainer.accelerator=mps")


def test_odd_texts_are_answered(trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = ["", "  ", "NA", "null", "It's [great], {really} = 1e3!", "这部电影很好", "x" * 1_000_000]
    path = write(tmp_path / "a.jsonl", "".join(json.dumps({"text": text}) + "\n" for text in texts))
    assert predict.main([f"checkpoint={trained}", f"input={path}"]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["text"] for answer in answers] == texts
    assert all(abs(sum(answer["probabilities"].values()) - 1) < 1e-5 for answer in answers)
