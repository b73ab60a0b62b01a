"""Pairs from everywhere, and what is wrong with them, said in a sentence."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from tests.task.translation.test_contract import SMALL, write_pairs

from recurra.commands import train
from recurra.commands.check import compose
from recurra.config.translation import TranslationTrain
from recurra.errors import UserError
from recurra.task import load_task
from recurra.task.translation.batch import batch_maker, dropping_batch_maker, encode
from recurra.task.translation.corpus import Corpus, load_corpus
from recurra.tokenizer.pair import SidesTokenizer


def config(home: Path, *words: str) -> TranslationTrain:
    made = compose("train", [*SMALL, f"paths.data={home}/data", f"paths.outputs={home}/outputs", *words])
    assert isinstance(made, TranslationTrain)
    return made


def corpus(home: Path, *words: str) -> Corpus:
    made = config(home, *words)
    return load_corpus(made.data, made.paths)


def aligned(home: Path, source: str, target: str) -> list[str]:
    (home / "a.en").write_text(source, encoding="utf-8")
    (home / "a.fr").write_text(target, encoding="utf-8")
    return ["data=parallel", f"data.train=[{home}/a.en,{home}/a.fr]", "data.source=en", "data.target=fr"]


LINES = "".join(f"line {number}\n" for number in range(60))
LIGNES = "".join(f"ligne {number}\n" for number in range(60))


@pytest.mark.parametrize("direction", [("en", "fr"), ("fr", "en")])
def test_two_files_of_lines_in_either_direction(tmp_path: Path, direction: tuple[str, str]) -> None:
    words = aligned(tmp_path, LINES, LIGNES.replace("\n", "\r\n"))
    source, target = direction
    found = corpus(tmp_path, *words, f"data.source={source}", f"data.target={target}")
    texts = {"en": "line", "fr": "ligne"}
    row = found.splits["train"][0]
    assert row["source"].split()[0] == texts[source]
    assert row["target"].split()[0] == texts[target]
    assert row["source"].split()[1] == row["target"].split()[1]
    assert sum(map(len, found.splits.values())) == 60
    assert len(found.notes) == 2, "both other splits are cut from train, and that is said"


def test_both_layouts_of_a_named_set_and_another_test_set(tmp_path: Path) -> None:
    folder = write_pairs(tmp_path / "data" / "multi30k")
    other = tmp_path / "data" / "multi30k_flickr2017"
    other.mkdir()
    (other / "test.jsonl").write_text('{"en": "flat", "fr": "plat"}\n', encoding="utf-8")
    (other / "train.jsonl").write_text('{"en": "flat", "fr": "plat"}\n', encoding="utf-8")
    words = ["data=multi30k", "data.target=fr"]
    nested = corpus(tmp_path, *words)
    assert len(nested.splits["test"]) == 16
    found = corpus(tmp_path, *words, "data.test=flickr2017")
    assert found.splits["test"]["source"][:] == ["flat"]
    assert found.splits["train"]["source"][:] == nested.splits["train"]["source"][:]
    assert found.fingerprint != nested.fingerprint
    rows = [json.loads(line)["translation"] for line in (folder / "train.jsonl").read_text().splitlines()]
    (folder / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert corpus(tmp_path, *words).splits["train"]["target"][:] == nested.splits["train"]["target"][:]


def test_pairs_with_an_empty_side_are_left_out_and_counted(tmp_path: Path) -> None:
    lines = LIGNES.splitlines()
    lines[3], lines[9] = "", "   "
    found = corpus(tmp_path, *aligned(tmp_path, LINES, "\n".join(lines)))
    assert sum(map(len, found.splits.values())) == 58
    assert "2 pairs with an empty side are left out (the first: " in found.notes[0]
    assert "a.en, line 4)" in found.notes[0]


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        (LINES, LIGNES + "une de plus\n", r"a\.fr, line 61: .*a\.en has no such line; the files must be of equal"),
        (LINES + "one more", LIGNES, r"a\.en, line 61: .*a\.fr has no such line"),
        (LINES, LINES, "source and target are the same in most rows; see data.source and data.target"),
        (LINES, "\n" * 60, "there is no pair to train on"),
        ("", "", "there is no pair to train on"),
        ("one\n", "un\n", "too few training rows to cut a test split"),
    ],
)
def test_files_with_a_fault(tmp_path: Path, source: str, target: str, expected: str) -> None:
    with pytest.raises(UserError, match=expected):
        corpus(tmp_path, *aligned(tmp_path, source, target))


def test_a_language_that_the_data_do_not_have(tmp_path: Path) -> None:
    write_pairs(tmp_path / "data" / "multi30k")
    with pytest.raises(UserError, match=r"there is no column 'cs', but 'en', 'fr'; give data\.target=NAME"):
        corpus(tmp_path, "data=multi30k", "data.target=cs")
    with pytest.raises(UserError, match="data=phrasebook has the languages en and de, not en and fr"):
        corpus(tmp_path, "data.target=fr")


def test_a_single_file_of_lines(tmp_path: Path) -> None:
    (tmp_path / "a.en").write_text(LINES)
    with pytest.raises(
        UserError, match=r"files of lines come in twos, .*: data\.train=\[a\.en,a\.de\]; a single file is"
    ):
        corpus(tmp_path, "data=parallel", f"data.train={tmp_path}/a.en")


def test_source_and_target_must_differ(capsys: pytest.CaptureFixture[str]) -> None:
    assert train.main(["task=translation", "data.target=en"]) == 2
    assert "data.target=en: is the language to translate from, too" in capsys.readouterr().err


def test_pairs_that_are_too_long_are_left_out_of_training_alone(tmp_path: Path) -> None:
    long = "".join("word " * 50 + f"{number}\n" for number in range(10))
    words = aligned(tmp_path, LINES + long, LIGNES + long.replace("word", "mot"))
    made = config(tmp_path, *words, "data.max_tokens=20", "tokenizer.kind=word")
    prepared = load_task("translation").prepare(made, None)
    left_out = len(prepared.corpus.splits["train"]) - len(prepared.kept)
    assert left_out == sum(text.startswith("word") for text in prepared.corpus.splits["train"]["source"]) > 0
    assert sum(map(len, prepared.corpus.splits.values())) == 70
    with pytest.raises(UserError, match=r"no training pair has at most data\.max_tokens=1"):
        load_task("translation").prepare(config(tmp_path, *words, "data.max_tokens=1"), None)


def test_without_dropout_a_batch_from_texts_is_that_from_ids(tmp_path: Path) -> None:
    found = corpus(tmp_path, *aligned(tmp_path, LINES, LIGNES)).splits["train"]
    options = config(tmp_path, "tokenizer.kind=bpe").tokenizer
    tokenizer = SidesTokenizer.train(options, lambda: found["source"], lambda: found["target"])
    rows = np.array(random.Random(0).sample(range(len(found)), 8))
    one = batch_maker(encode(found, tokenizer), 0)(rows)
    two = dropping_batch_maker(found, tokenizer, 0.0, 0)(rows)
    assert (one.source == two.source).all()
    assert (one.target == two.target).all()
    other = dropping_batch_maker(found, tokenizer, 0.5, 0)(rows)
    assert other.source.shape != one.source.shape or (other.source != one.source).any()
