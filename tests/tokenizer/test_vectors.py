"""Pretrained vectors in the text forms of GloVe, word2vec and fastText."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from recurra.errors import UserError
from recurra.tokenizer.vectors import read_vectors

VOCABULARY = ["<pad>", "<unk>", "good", "bad", "new york", "好", "film"]
EXPECTED = {2: [0.5, -1.0, 2.0], 3: [1e-3, 0.0, 3.0], 4: [1.0, 2.0, 3.0], 5: [-1.0, -2.0, -3.0]}

GLOVE = "good 0.5 -1.0 2\nother 9 9 9\nbad 1e-3 0 3.0\nnew york 1 2 3\n好 -1 -2 -3\n"
WORD2VEC = "5 3\n" + GLOVE
FASTTEXT = "5 3\n" + GLOVE.replace("\n", " \n")


def write(path: Path, content: str) -> Path:
    path.write_bytes(gzip.compress(content.encode()) if path.suffix == ".gz" else content.encode())
    return path


def fault(path: Path, size: int = 3) -> str:
    with pytest.raises(UserError) as caught:
        read_vectors(path, VOCABULARY, size)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize("name", ["vectors.txt", "vectors.vec", "vectors.txt.gz"])
@pytest.mark.parametrize("content", [GLOVE, WORD2VEC, FASTTEXT, GLOVE.replace("\n", "\r\n"), GLOVE.rstrip()])
def test_all_forms_give_the_same_vectors(tmp_path: Path, content: str, name: str) -> None:
    rows, vectors = read_vectors(write(tmp_path / name, content), VOCABULARY, 3)
    assert rows.tolist() == list(EXPECTED)
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, np.array(list(EXPECTED.values()), dtype=np.float32))


def test_only_the_vocabulary_is_kept(tmp_path: Path) -> None:
    content = "".join(f"w{i} {i} 0\n" for i in range(5000)) + "good 1 2\n"
    rows, vectors = read_vectors(write(tmp_path / "v.txt", content), VOCABULARY, 2)
    assert rows.tolist() == [2]
    assert vectors.tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize("content", ["Good 1 1\ngood 2 2\nGOOD 3 3\n", "good 2 2\nGood 1 1\n"])
def test_the_exact_word_comes_before_capitals(tmp_path: Path, content: str) -> None:
    rows, vectors = read_vectors(write(tmp_path / "v.txt", content), VOCABULARY, 2)
    assert (rows.tolist(), vectors.tolist()) == ([2], [[2.0, 2.0]])


def test_capitals_will_do_where_there_is_no_exact_word(tmp_path: Path) -> None:
    rows, vectors = read_vectors(write(tmp_path / "v.txt", "Good 1 1\nGOOD 3 3\n"), VOCABULARY, 2)
    assert (rows.tolist(), vectors.tolist()) == ([2], [[1.0, 1.0]]), "the first, which is the more frequent"
    with pytest.raises(UserError, match="none of the 1 words"):
        read_vectors(tmp_path / "v.txt", ["gOOD"], 2)


def test_wrong_size_names_the_option(tmp_path: Path) -> None:
    message = fault(write(tmp_path / "v.txt", WORD2VEC), size=100)
    assert "line 2: 3 numbers, but model.embedding_size=100" in message
    assert "give model.embedding_size=3" in message


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("other 1 2 3\ngood 1 x 3\n", "line 2: 'good' is not followed by numbers alone"),
        ("good 1 nan 3\n", "line 1: 'good' is not followed by numbers alone"),
        ("good 1 2 inf\n", "line 1: 'good' is not followed by numbers alone"),
        ("5 3\nother 1 2 3\ngood 1\n", "line 3: expected a word and 3 numbers"),
        ("good\nbad\n", "line 1: expected a word and numbers, with blanks between them"),
        ("good\t1\t2\n", "line 1: expected a word and numbers"),
        ("other 1 2 3\nwords 4 5 6\n", "none of the 7 words of the training texts is in this file"),
        ("", "none of the 7 words"),
    ],
)
def test_faults_name_the_line(tmp_path: Path, content: str, expected: str) -> None:
    assert expected in fault(write(tmp_path / "v.txt", content))


def test_files_that_hold_no_text(tmp_path: Path) -> None:
    assert "there is no file" in fault(tmp_path / "none.txt")
    (tmp_path / "folder").mkdir()
    assert "not a text file of word vectors" in fault(tmp_path / "folder")
    binary = tmp_path / "vectors.bin"
    binary.write_bytes(b"5 3\ngood \xcd\xcc\x8c\x3f\xff\xff")
    assert "not a text file of word vectors" in fault(binary)


def test_gzip_files_that_are_damaged(tmp_path: Path) -> None:
    path = tmp_path / "v.gz"
    whole = gzip.compress("".join(f"w{i} {i} 0\n" for i in range(500)).encode())
    for content in (whole[: len(whole) // 2], b"good 1 2 3\n", whole[:20] + b"\xff" * 40 + whole[60:]):
        path.write_bytes(content)
        assert "not a text file of word vectors" in fault(path)
