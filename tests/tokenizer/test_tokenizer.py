"""Words, characters and subwords: what they keep, what they never do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from recurra.config.tokenizer import Tokenizer
from recurra.tokenizer.tokenizer import PAD, UNKNOWN, TextTokenizer
from recurra.tokenizer.vocabulary import frozen_vocabulary

Kind = Literal["word", "character", "bpe"]
KINDS: list[Kind] = ["word", "character", "bpe"]

ENGLISH = ["The film isn't good, it's great!", "Dull, dull ... really dull?!", "I'd watch The Film again."] * 4
CHINESE = ["这部电影很好，非常好！", "剧情太差了。", "演员 很好 but slow"] * 4
TEXTS = ENGLISH + CHINESE


def make(
    kind: Kind, texts: list[str] = TEXTS, size: int = 300, min_count: int = 1, lowercase: bool = True
) -> TextTokenizer:
    config = Tokenizer(kind=kind, lowercase=lowercase, size=size, min_count=min_count)
    return TextTokenizer.train(config, lambda: iter(texts))


def unknown_share(tokenizer: TextTokenizer, texts: list[str]) -> float:
    ids = [i for row in tokenizer.encode(texts) for i in row]
    return ids.count(tokenizer.unknown) / len(ids)


@pytest.mark.parametrize("kind", KINDS)
def test_json_gives_the_same_tokenizer_back(kind: Kind) -> None:
    tokenizer = make(kind)
    again = TextTokenizer.from_json(tokenizer.to_json())
    new = [*TEXTS, "unseen words, 未见过的词 😀", "", "<pad>"]
    assert again.encode(new) == tokenizer.encode(new)
    assert again.tokens() == tokenizer.tokens()
    assert (again.pad, again.unknown, len(again)) == (tokenizer.pad, tokenizer.unknown, len(tokenizer))
    assert again.to_json() == tokenizer.to_json()


@pytest.mark.parametrize("kind", KINDS)
def test_ids_are_the_places_of_the_tokens(kind: Kind) -> None:
    tokenizer = make(kind)
    tokens = tokenizer.tokens()
    assert tokens[:2] == [PAD, UNKNOWN]
    assert (tokenizer.pad, tokenizer.unknown) == (0, 1)
    assert len(tokens) == len(set(tokens)) == len(tokenizer)
    for text in TEXTS:
        assert [tokens[i] for i in tokenizer.encode([text])[0]] == tokenizer.split(text)


@pytest.mark.parametrize("kind", KINDS)
def test_tokens_spell_the_text(kind: Kind) -> None:
    for text in TEXTS:
        spelled = "".join(make(kind).split(text)).replace("▁", "").replace(" ", "")
        assert spelled == text.lower().replace(" ", "")


@pytest.mark.parametrize("kind", KINDS)
def test_texts_that_it_was_trained_on_have_no_unknown_token(kind: Kind) -> None:
    assert unknown_share(make(kind), TEXTS) == 0.0


def test_share_of_unknown_tokens() -> None:
    assert unknown_share(make("word"), ["film zebra film zebra"]) == 0.5
    assert unknown_share(make("character"), ["fzzf"]) == 0.5
    assert unknown_share(make("bpe"), ["film film"]) == 0.0


@pytest.mark.parametrize("kind", KINDS)
def test_the_vocabulary_is_that_of_the_texts_given(kind: Kind) -> None:
    letters = set("".join(make(kind, ["abc", "cab"]).tokens()[2:])) - {"▁"}
    assert letters == set("abc")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [8, 12, 40, 100])
def test_the_vocabulary_is_no_larger_than_told(kind: Kind, size: int) -> None:
    tokenizer = make(kind, size=size)
    assert len(tokenizer) <= size
    assert max(i for row in tokenizer.encode(TEXTS) for i in row) < size


def test_the_most_frequent_tokens_are_kept() -> None:
    assert make("word", ["a b c", "b c", "c"], size=8).tokens()[2:] == ["c", "b", "a"]
    many = [" ".join(f"w{i}" for i in range(n)) for n in range(1, 20)]
    assert make("word", many, size=10).tokens()[2:] == [f"w{i}" for i in range(8)]


def test_rare_tokens_are_left_out() -> None:
    texts = ["often often twice", "often twice once"]
    assert make("word", texts, min_count=2).tokens()[2:] == ["often", "twice"]
    assert make("word", texts, min_count=3).tokens()[2:] == ["often"]
    assert set(make("character", ["aab", "ab", "c"], min_count=2).tokens()[2:]) == {"a", "b"}
    assert "once" not in "".join(make("bpe", texts, min_count=2).tokens())


TIES = [f"word{chr(97 + i)} {chr(0x4E00 + 7 * i)} {chr(0xE0 + i)}" for i in range(26)]

LEARN = f"""
import sys
from recurra.config.tokenizer import Tokenizer
from recurra.tokenizer.tokenizer import TextTokenizer

for kind in {KINDS}:
    config = Tokenizer(kind=kind, lowercase=True, size=60, min_count=1)
    sys.stdout.buffer.write(TextTokenizer.train(config, lambda: iter({TIES})).to_json().encode())
"""


def test_equal_counts_give_the_same_order_in_every_process() -> None:
    other = subprocess.run([sys.executable, "-c", LEARN], capture_output=True, check=True).stdout.decode()
    assert other == "".join(make(kind, TIES, size=60).to_json() for kind in KINDS)


def test_equally_frequent_words_stand_in_the_order_of_the_alphabet() -> None:
    assert make("word", ["c a d b", "d c b a"]).tokens()[2:] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("kind", KINDS)
def test_reserved_words_in_a_text_are_texts(kind: Kind) -> None:
    """Learned from texts that are full of them, too."""
    for tokenizer in (make(kind), make(kind, ["a <pad>b<pad> <unk> x<unk>y <PAD>"] * 30, size=100)):
        for text in ("<pad>", "a<pad>b", "<PAD> <unk>", "< pad >", "<pad><pad>"):
            assert tokenizer.pad not in tokenizer.encode([text])[0]
    learned = make(kind, ["<pad> <unk>"] * 30, size=100)
    assert unknown_share(learned, ["<pad> <unk>"]) == 0.0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["", " ", " \t\r\n\u3000\u2028", "<br />", "<br><br/>"])
def test_a_text_without_a_token_is_one_unknown_token(kind: Kind, text: str) -> None:
    assert make(kind).encode(["good", text]) == [*make(kind).encode(["good"]), [1]]


@pytest.mark.parametrize("kind", KINDS)
def test_blanks_do_not_matter(kind: Kind) -> None:
    one, two = make(kind).encode(["the film  is\n\ngood ", "<br />the film is<br/> good"])
    assert one == two == make(kind).encode(["the film is good"])[0]


def test_words() -> None:
    tokenizer = make("word", ["Isn't it good?! It's Anna's 3rd film ... (10/10), well-made don’t"])
    split = tokenizer.split
    assert split("ISN'T it") == ["is", "n't", "it"]
    assert split("Anna's film...") == ["anna", "'s", "film", "..."]
    assert split("don’t don't don`t") == ["do", "n't"] * 3
    assert split("well-made (10/10)") == ["well", "-", "made", "(", "10", "/", "10", ")"]


def test_chinese_characters_come_one_by_one_as_words() -> None:
    tokenizer = make("word")
    assert tokenizer.split("这部电影很好！") == list("这部电影很好！")
    assert tokenizer.split("演员but很good") == ["演", "员", "but", "很", "good"]
    assert tokenizer.split("很𠮷") == ["很", UNKNOWN], "beyond the basic plane too"


def test_chinese_characters_are_characters() -> None:
    assert make("character").split("很好 the") == ["很", "好", " ", "t", "h", "e"]


def test_subwords_of_unseen_words() -> None:
    tokenizer = make("bpe", ["lower slower lowest"] * 10, size=60)
    tokens = tokenizer.split("slowest")
    assert "".join(tokens) == "▁slowest"
    assert 1 < len(tokens) < 7


@pytest.mark.parametrize("lowercase", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_capital_letters(kind: Kind, lowercase: bool) -> None:
    tokenizer = make(kind, ["Good good ÉTÉ été"], lowercase=lowercase)
    assert (tokenizer.encode(["Good"]) == tokenizer.encode(["good"])) == lowercase
    assert (tokenizer.encode(["ÉTÉ"]) == tokenizer.encode(["été"])) == lowercase


UNUSUAL = [
    "😀😀 fine",
    "👩‍👩‍👧‍👦",
    "❤️good",
    "مرحبا بالعالم",
    "e\u0301te\u0301",
    "नमस्ते",
    "\u200b\ufeff",
    "a\x00b",
    "\ufffd",
    "𝒢ood",
]


@pytest.mark.parametrize("text", UNUSUAL)
@pytest.mark.parametrize("kind", KINDS)
def test_unusual_signs_are_tokens_like_others(kind: Kind, text: str) -> None:
    assert unknown_share(make(kind), [text]) > 0 or text == "a\x00b"
    tokenizer = make(kind, [*TEXTS, *UNUSUAL], size=400)
    assert unknown_share(tokenizer, [text]) == 0.0
    assert TextTokenizer.from_json(tokenizer.to_json()).encode([text]) == tokenizer.encode([text])


@pytest.mark.parametrize("kind", KINDS)
def test_composed_and_combining_letters_are_the_same(kind: Kind) -> None:
    tokenizer = make(kind, ["café"])
    assert tokenizer.encode(["cafe\u0301"]) == tokenizer.encode(["café"])
    assert unknown_share(tokenizer, ["cafe\u0301"]) == 0.0


def test_a_sign_keeps_its_own_marks() -> None:
    """The variation selector after a heart is no part of the next word."""
    assert make("word", ["good"]).split("❤️good") == [UNKNOWN, "good"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_long_text_is_encoded_whole(kind: Kind) -> None:
    words = 50_000
    (ids,) = make(kind).encode(["film " * words])
    assert ids.count(ids[0]) >= words


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_is_encoded_as_its_texts_are(kind: Kind) -> None:
    tokenizer = make(kind)
    assert tokenizer.encode(TEXTS) == [tokenizer.encode([text])[0] for text in TEXTS]
    assert tokenizer.encode([]) == []


def test_texts_are_taken_one_by_one(tmp_path: Path) -> None:
    """A corpus is never in memory as a whole: an iterator that is used up will do."""

    def texts() -> Iterator[str]:
        yield from TEXTS

    config = Tokenizer(kind="word", lowercase=True, size=300, min_count=1)
    assert TextTokenizer.train(config, texts).to_json() == make("word").to_json()


def test_the_vocabulary_does_not_grow_when_it_is_asked() -> None:
    tokenizer = make("word")
    before = len(tokenizer)
    tokenizer.encode(["never seen before"])
    assert len(tokenizer) == before


def test_a_special_token_that_occurs_is_not_counted_twice() -> None:
    from collections import Counter

    assert frozen_vocabulary(Counter({"a": 2, PAD: 9}), [PAD, UNKNOWN], 10, 1) == [PAD, UNKNOWN, "a"]
