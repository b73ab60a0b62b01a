"""Characters become ids and characters again."""

from __future__ import annotations

from collections import Counter

import numpy as np
import tokenizers

from recurra.tokenizer.codepoints import MARK, CodePointTokenizer

TEXT = "ab\n\r\t b\u00a0春春\U0001f600 <unk>\u0301"


def test_there_and_back() -> None:
    made = CodePointTokenizer.learn(Counter(TEXT), 1)
    assert len(made) == len(set(TEXT)) + 1
    assert made.decode(made.encode(TEXT)) == TEXT
    again = CodePointTokenizer.from_json(made.to_json())
    assert again.characters == made.characters
    assert (again.encode(TEXT) == made.encode(TEXT)).all()


def test_rare_and_unheard_characters_are_unknown() -> None:
    made = CodePointTokenizer.learn(Counter("aaabbc"), 2)
    assert made.characters == [MARK, "a", "b"]
    assert made.encode("abcz\U0010ffff").tolist() == [1, 2, 0, 0, 0]
    assert made.unknown_in("cabzc") == ["c", "z"]
    assert made.decode([1, 0]) == f"a{MARK}"


def test_the_file_is_one_that_the_library_reads() -> None:
    made = CodePointTokenizer.learn(Counter(TEXT), 1)
    core = tokenizers.Tokenizer.from_str(made.to_json())
    for text in (TEXT, "xyz", "", "a" * 300):
        assert core.encode(text).ids == made.encode(text).tolist()


def test_arrays_of_code_points_keep_their_shape() -> None:
    made = CodePointTokenizer.learn(Counter("abc"), 1)
    points = np.array([[97, 98], [99, 100]], dtype="<u4")
    assert made.look_up(points).tolist() == [[1, 2], [3, 0]]
