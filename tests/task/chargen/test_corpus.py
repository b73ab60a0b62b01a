"""Texts from everywhere, cut into their parts; and what is wrong with them, said in a sentence."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from tests.helpers import interrupted_after
from tests.task.chargen.test_contract import SMALL, write_text

from recurra.commands import predict, train
from recurra.commands.check import compose
from recurra.config.chargen import ChargenTrain
from recurra.errors import UserError
from recurra.runs import find_resumable
from recurra.task.chargen.corpus import Corpus, load_corpus


def config(home: Path, *words: str) -> ChargenTrain:
    made = compose("train", [*SMALL, f"paths.data={home}/data", f"paths.outputs={home}/outputs", *words])
    assert isinstance(made, ChargenTrain)
    return made


def corpus(home: Path, *words: str) -> Corpus:
    made = config(home, *words)
    return load_corpus(made.data, made.paths)


def whole(found: Corpus, split: str) -> str:
    return found.text(split, 0, len(found.splits[split]))


def test_a_text_is_cut_in_order(tmp_path: Path) -> None:
    text = "".join(f"{number}\r\n春" for number in range(300))
    (tmp_path / "a.txt").write_bytes(text.encode())
    found = corpus(tmp_path, "data=plain", f"data.path={tmp_path}/a.txt")
    parts = [whole(found, split) for split in ("train", "validation", "test")]
    assert "".join(parts) == text
    assert 0.04 < len(parts[1]) / len(text) < 0.06
    assert found.counts("train")["春"] == parts[0].count("春")


def test_the_usual_cut_of_tiny_shakespeare(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "tinyshakespeare"
    folder.mkdir(parents=True)
    (folder / "input.txt").write_text("ab\n" * 371_798, encoding="utf-8")  # 1,115,394 characters
    found = corpus(tmp_path, "data=tinyshakespeare")
    assert {name: len(part) for name, part in found.splits.items()} == {"train": 1_003_854, "validation": 111_540}
    assert "folder" in found.description


def test_rows_become_a_text_with_a_blank_line_between(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "tang_poems"
    folder.mkdir(parents=True)
    rows = {"train": ["春眠不觉晓，\n处处闻啼鸟。"] * 20, "validation": ["a", "b"], "test": ["c", "d", "e"]}
    for split, texts in rows.items():
        lines = "".join(json.dumps({"title": "t", "text": text}) + "\n" for text in texts)
        with gzip.open(folder / f"{split}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.write(lines)
    found = corpus(tmp_path, "data=tang_poems")
    assert {split: whole(found, split) for split in rows} == {
        split: "\n\n".join(texts) for split, texts in rows.items()
    }


def test_rows_of_ones_own_and_a_validation_part_that_is_cut(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "text8"
    folder.mkdir(parents=True)
    (folder / "train.jsonl").write_text('{"body": "abcdefgh"}\n' * 100)
    (folder / "test.jsonl").write_text('{"body": "xy"}\n' * 3)
    found = corpus(tmp_path, "data=text8", "data.text=[content,body]")
    assert whole(found, "test") == "xy\n\nxy\n\nxy"
    assert len(found.splits["validation"]) == pytest.approx(0.05 * 998, abs=1)
    assert "stands in for it" in found.notes[0]
    with pytest.raises(UserError, match=r"line 1: there is no column 'text', but 'body'; give data.text=COLUMN"):
        corpus(tmp_path, "data=text8")


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"test": 900}, "there is no part to train on, but test"),
        ({"train": 20, "validation": 900}, "of 920 characters 20 are too few to train on windows of"),
        ({"train": 900, "validation": 1}, "901 characters leave 1 to validate on"),
        ({"train": 0, "validation": 0, "test": 0}, "there is no text in it"),
    ],
)
def test_parts_that_are_too_short(tmp_path: Path, parts: dict[str, int], expected: str) -> None:
    folder = tmp_path / "data" / "text8"
    folder.mkdir(parents=True)
    for split, length in parts.items():
        (folder / f"{split}.jsonl").write_text(json.dumps({"text": "a" * length}) + "\n")
    with pytest.raises(UserError, match=expected):
        corpus(tmp_path, "data=text8", "data.window=32")


def test_a_test_part_without_anything_to_foretell_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "text8"
    folder.mkdir(parents=True)
    for split, length in {"train": 900, "validation": 90, "test": 1}.items():
        (folder / f"{split}.jsonl").write_text(json.dumps({"text": "a" * length}) + "\n")
    assert list(corpus(tmp_path, "data=text8").splits) == ["train", "validation"]


def test_files_one_after_the_other_and_a_limit(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.txt").write_text(name * 500)
    found = corpus(tmp_path, "data=plain", f"data.path=[{tmp_path}/b.txt,{tmp_path}/a.txt]", "data.limit=900")
    assert "".join(whole(found, split) for split in found.splits) == "b" * 500 + "a" * 400


def test_the_standard_library_is_built_in(tmp_path: Path) -> None:
    found = corpus(tmp_path, "data=stdlib", "data.limit=50000")
    assert sum(map(len, found.splits.values())) == 50_000
    assert "import" in whole(found, "train")
    assert "Python 3." in found.description


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "there is no text in it"),
        (b"short", "5 characters leave 0 to validate on; give more text, or a larger data.validation_fraction"),
        (
            b"still short" * 4,
            "of 44 characters 39 are too few to train on windows of 64; give more text, or a smaller data",
        ),
        (b"a" * 100 + b"\xff", "byte 100 is not UTF-8"),
        (b"\x7fELF\0\0", "byte 4 is 0, as in no text"),
    ],
)
def test_a_text_with_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, expected: str) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    words = [*SMALL, f"paths.data={tmp_path}/data", f"paths.outputs={tmp_path}/outputs"]
    assert train.main([*words, "data=plain", f"data.path={tmp_path}/a.txt", "data.window=64"]) == 2
    told = capsys.readouterr().err
    assert expected in told
    assert "Traceback" not in told
    assert not (tmp_path / "outputs").exists()
    assert not list((tmp_path / "data").rglob("*.tmp"))


def test_a_vocabulary_without_characters(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("to be or not to be. " * 40)
    with pytest.raises(UserError, match=r"tokenizer\.min_count=1000: no character is as frequent"):
        train.train(config(tmp_path, "data=plain", f"data.path={tmp_path}/a.txt", "tokenizer.min_count=1000"))


def test_it_is_said_where_to_get_a_text_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=r"there is no folder .*tinyshakespeare\. Download it from .* input\.txt .*data\.path"
    ):
        corpus(tmp_path, "data=tinyshakespeare")


@pytest.mark.usefixtures("quick")
class TestWholeRuns:
    def test_a_run_does_not_go_on_with_another_text(self, tmp_path: Path) -> None:
        path = write_text(tmp_path / "text")
        words = ["data=plain", f"data.path={path}", "trainer.max_epochs=2"]
        with interrupted_after(2):
            train.train(config(tmp_path, *words))
        assert find_resumable(config(tmp_path, *words, "resume=auto")) is not None
        path.write_text(path.read_text(encoding="utf-8").replace("dog", "cow"), encoding="utf-8")
        with pytest.raises(UserError, match="the data has changed since"):
            train.train(config(tmp_path, *words, "resume=auto"))

    def test_small_texts_are_trained_on_with_advice(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "a.txt").write_text("to be or not to be, that is the question.\n" * 2)
        words = ["data=plain", f"data.path={tmp_path}/a.txt", "trainer.max_epochs=1", "data.batch_size=32"]
        train.train(config(tmp_path, *words))
        told = capsys.readouterr().err
        assert "characters are few" in told
        assert "data.batch_size=8" in told

    def test_writing_from_the_command_line(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        train.train(config(tmp_path, "data=plain", f"data.path={write_text(tmp_path / 'text')}"))
        (run,) = (tmp_path / "outputs" / "chargen").iterdir()
        capsys.readouterr()

        def written(*words: str) -> str:
            assert predict.main([f"checkpoint={run}", *words]) == 0
            return capsys.readouterr().out

        one = written("prompt=the cat\\nsat", "length=40", "seed=7")
        assert one.startswith("the cat\nsat")
        assert len(one) == len("the cat\nsat") + 40 + 1
        assert one == written("prompt=the cat\\nsat", "length=40", "seed=7")
        assert one != written("prompt=the cat\\nsat", "length=40", "seed=8")
        assert one.startswith(written("prompt=the cat\\nsat", "length=20", "seed=7")[:-1])
        lines = [
            json.loads(line) for line in written("prompt=[the,a]", "samples=2", "length=20", "seed=7").splitlines()
        ]
        assert [(line["prompt"], line["seed"]) for line in lines] == [("the", 7), ("the", 8), ("a", 7), ("a", 8)]
        assert "the" + lines[1]["text"] + "\n" == written("prompt=the", "length=20", "seed=8")
        assert written("prompt=it's [great], ß", "length=3").startswith("it's [great], ß")
        greedy = written("prompt=the", "length=50", "temperature=0")
        assert greedy == written("prompt=the", "length=50", "temperature=0", "seed=9")
        scores = json.loads(written("text=the cat sat on the mat."))
        assert scores["characters"] == 23
        assert predict.main([f"checkpoint={run}", "prompt=a", "text=b"]) == 2
        assert "give one of text=" in capsys.readouterr().err
