"""Pairs from everywhere, and what is wrong with them, said in a sentence."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import numpy as np
import pytest
from tests.task.translation.test_contract import SMALL, write_pairs

from recurra.closing import same_data
from recurra.commands import train
from recurra.commands.check import compose
from recurra.config.translation import TranslationTrain
from recurra.errors import UserError
from recurra.task import load_task
from recurra.task.translation.batch import batch_maker, dropping_batch_maker, encode
from recurra.task.translation.corpus import Corpus, load_corpus
from recurra.task.translation.scores import signatures, text_scores, tokenization
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


SIDES = ("source", "target")
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


@pytest.mark.parametrize("direction", [("en", "de"), ("de", "fr"), ("es", "de")])
def test_two_files_of_other_languages_by_their_names(tmp_path: Path, direction: tuple[str, str]) -> None:
    words = aligned(tmp_path, LINES, LIGNES)
    with pytest.raises(UserError, match=r"are in (en and fr|fr and en) by their names"):
        corpus(tmp_path, *words, *(f"data.{side}={name}" for side, name in zip(SIDES, direction, strict=True)))


def test_two_files_whose_names_say_nothing_are_in_order(tmp_path: Path) -> None:
    aligned(tmp_path, LINES, LIGNES)
    (tmp_path / "a.fr").rename(tmp_path / "a.txt")
    given = f"data.train=[{tmp_path}/a.txt,{tmp_path}/a.en]"
    found = corpus(tmp_path, "data=parallel", given, "data.source=de", "data.target=pl")
    assert found.splits["train"][0]["source"].startswith("ligne")


def test_cells_that_are_no_text(tmp_path: Path) -> None:
    rows = [{"en": f"a {number}", "fr": number} for number in range(60)]
    file = tmp_path / "a.jsonl"
    words = ["data=parallel", f"data.train={file}", "data.source=en", "data.target=fr"]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert sum(map(len, corpus(tmp_path, *words).splits.values())) == 60, "0 is a text like any number"
    rows[7] = {"en": ["a"], "fr": "b"}
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(UserError, match=r"a\.jsonl, line 8: the column 'en' holds no text but a list"):
        corpus(tmp_path, *words)


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
        ("one\n", "un\n", "too few different texts in train to cut a test split"),
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


def test_a_split_without_pairs_is_left_out_and_cut_from_train(tmp_path: Path) -> None:
    words = aligned(tmp_path, LINES, LIGNES)
    for ending, text in (("en", "hidden\n"), ("fr", "\n")):
        (tmp_path / f"test.{ending}").write_text(text, encoding="utf-8")
    test = f"data.test=[{tmp_path}/test.en,{tmp_path}/test.fr]"
    found = corpus(tmp_path, *words, test)
    assert len(found.splits["test"]) == 3
    assert "the test split has no pair and is left out" in found.notes
    made = config(tmp_path, *words, test)
    with pytest.raises(UserError, match="there is no pair in it"):
        load_corpus(made.data, made.paths, "test")


def test_a_sentence_with_several_translations_is_in_one_split_alone(tmp_path: Path) -> None:
    found = corpus(tmp_path, *aligned(tmp_path, LINES * 3, LIGNES + LIGNES.upper() + LIGNES.replace("ligne", "trait")))
    sources = {name: {text.lower() for text in rows["source"]} for name, rows in found.splits.items()}
    assert sum(map(len, found.splits.values())) == 180
    assert not sources["train"] & (sources["validation"] | sources["test"])
    assert not sources["validation"] & sources["test"]


def test_files_of_lines_may_be_compressed(tmp_path: Path) -> None:
    for ending, text in (("en", LINES), ("fr", LIGNES)):
        (tmp_path / f"a.{ending}.gz").write_bytes(gzip.compress(text.encode()))
    words = ["data=parallel", "data.source=fr", "data.target=en"]
    found = corpus(tmp_path, *words, f"data.train=[{tmp_path}/a.en.gz,{tmp_path}/a.fr.gz]")
    assert found.splits["train"][0]["source"].startswith("ligne")
    (tmp_path / "a.fr.gz").write_bytes(gzip.compress(LIGNES.encode())[:-12])
    with pytest.raises(UserError, match=r"a\.fr\.gz: not a complete gzip file"):
        corpus(tmp_path, *words, f"data.train=[{tmp_path}/a.en.gz,{tmp_path}/a.fr.gz]")


@pytest.mark.parametrize(
    ("given", "links"),
    [
        ([[0, 0], [1, 2]], [[0, 0], [1, 2]]), ("0-0 1-2", [[0, 0], [1, 2]]), ("left", None), ("0-0 1:2", None),
        (["a", "b"], None), ([1, 2], None), ({}, None), (None, None), ("", None),
    ],
)  # fmt: skip
def test_word_alignments_are_read_where_they_are_some(tmp_path: Path, given: object, links: object) -> None:
    rows = [
        {"en": f"line {n}", "fr": f"ligne {n}", **({} if given is None else {"alignment": given})} for n in range(60)
    ]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    found = corpus(tmp_path, "data=parallel", f"data.train={tmp_path}/a.jsonl", "data.target=fr")
    assert found.splits["test"][0]["alignment"] == ("" if links is None else json.dumps(links))


def test_another_test_set_that_is_not_there(tmp_path: Path) -> None:
    write_pairs(tmp_path / "data" / "multi30k")
    with pytest.raises(UserError, match=r"there is no file flickr2018, and no folder .*multi30k_flickr2018"):
        corpus(tmp_path, "data=multi30k", "data.target=fr", "data.test=flickr2018")
    with pytest.raises(UserError, match="data=phrasebook is built in as a whole"):
        corpus(tmp_path, "data=phrasebook", "data.test=a.tsv")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["The old man is reading.", "我"], "13a"), (["那位老人在看书。", "你好 Tom!"], "zh"),
        (["老人は本を読んでいます。"], "char"), (["노인이 책을 읽고 있다."], "13a"), (["ชายชรากำลังอ่านหนังสือ"], "char"),
        ([""], "13a"),
    ],
)  # fmt: skip
def test_how_a_text_is_cut_for_bleu_is_read_off_its_script(texts: list[str], expected: str) -> None:
    assert tokenization(texts) == expected
    (bleu, _) = signatures(texts)
    assert f"tok:{expected}|" in bleu
    assert text_scores(texts, texts)["chrf"] in (0.0, pytest.approx(100.0))


def test_the_same_data_again_are_named_in_full(tmp_path: Path) -> None:
    named = config(tmp_path, "data=multi30k", "data.source=de", "data.target=en", "data.test=flickr2017").data
    assert same_data(named) == "data=multi30k data.test=flickr2017 data.source=de data.target=en"
