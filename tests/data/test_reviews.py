"""The built-in reviews: reproducible, balanced, split by template, and more than a bag of words."""

import re
from collections import Counter, defaultdict
from math import log

import pytest

from recurra.data.reviews import LENGTHS, SHARES, SIZES, generate, templates
from recurra.data.reviews.grammar import past, plural_or_third, polish, variants

Rows = list[dict[str, str]]
SPLITS = tuple(SIZES)


@pytest.fixture(scope="module")
def corpus() -> dict[str, Rows]:
    return generate()


def words(text: str) -> list[str]:
    return re.findall(r"[a-z]+(?:['-][a-z]+)*", text.lower())


def test_same_seed_same_corpus(corpus: dict[str, Rows]) -> None:
    assert generate(0) == corpus
    assert generate(1)["train"] != corpus["train"]


def test_sizes_and_columns(corpus: dict[str, Rows]) -> None:
    assert {split: len(rows) for split, rows in corpus.items()} == SIZES
    for row in corpus["train"]:
        assert list(row) == ["text", "label", "phenomenon"]


def test_no_text_stands_twice(corpus: dict[str, Rows]) -> None:
    texts = [row["text"] for rows in corpus.values() for row in rows]
    assert len({" ".join(words(text)) for text in texts}) >= 13_000
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("split", SPLITS)
def test_labels_are_balanced_within_every_phenomenon(corpus: dict[str, Rows], split: str) -> None:
    counts = Counter((row["phenomenon"], row["label"]) for row in corpus[split])
    assert {phenomenon for phenomenon, _ in counts} == set(SHARES)
    for phenomenon in SHARES:
        assert counts[phenomenon, "positive"] == counts[phenomenon, "negative"] > 0


def test_no_template_in_two_splits() -> None:
    """Not even one of the forms that the choices in a template give it, and not across phenomena either."""
    forms = {
        split: {
            form.removeprefix("P: ").removeprefix("N: ")
            for lines in templates(split).values()
            for line in lines
            for form in variants(line)
        }
        for split in SPLITS
    }
    assert not forms["train"] & forms["test"]
    assert not forms["train"] & forms["validation"]
    assert not forms["validation"] & forms["test"]


def test_words_are_many_and_those_of_the_test_are_known(corpus: dict[str, Rows]) -> None:
    known = {word for row in corpus["train"] for word in words(row["text"])}
    assert len(known) >= 1_500
    for split in ("validation", "test"):
        tokens = [word for row in corpus[split] for word in words(row["text"])]
        assert sum(word not in known for word in tokens) / len(tokens) < 0.03


def test_texts_are_well_formed(corpus: dict[str, Rows]) -> None:
    for row in (row for rows in corpus.values() for row in rows):
        text = row["text"]
        assert len(text.split()) in LENGTHS
        assert re.fullmatch(r"[\"A-Z][A-Za-z ,.;:!'\"-]+[.!]", text), text
        assert not re.search(r"  | [,.;:!]|[.!,;:]{2}|[.!] [a-z]|\b(\w+) \1\b", text), text
        assert not re.search(r"\b[Aa] (?!one)[aeio]|\b[Aa]n [bcdfgjklmnpqrstvwxyz]", text), text


def test_agreement() -> None:
    assert polish("an odd opening, a honest ending. a useful app is a ugly one") == (
        "An odd opening, an honest ending. A useful app is an ugly one"
    )
    assert polish("it was more good than the first") == "It was better than the first"
    assert [plural_or_third(word) for word in ("plot", "comedy", "watch", "play")] == [
        "plots",
        "comedies",
        "watches",
        "plays",
    ]
    assert [past(word) for word in ("grip", "love", "annoy", "satisfy", "fall")] == [
        "gripped",
        "loved",
        "annoyed",
        "satisfied",
        "fell",
    ]


def test_counting_words_is_not_enough(corpus: dict[str, Rows]) -> None:
    """Naive Bayes over words does well on plain reviews and badly wherever scope decides."""
    counts = {label: Counter[str]() for label in ("positive", "negative")}
    for row in corpus["train"]:
        counts[row["label"]].update(set(words(row["text"])))
    vocabulary = set().union(*counts.values())
    positive, negative = counts["positive"], counts["negative"]
    weight = {word: log((positive[word] + 1) / (negative[word] + 1)) for word in vocabulary}

    right: dict[str, list[bool]] = defaultdict(list)
    for row in corpus["test"]:
        score = sum(weight.get(word, 0.0) for word in set(words(row["text"])))
        right[row["phenomenon"]].append((score > 0) == (row["label"] == "positive"))
    accuracy = {phenomenon: sum(hits) / len(hits) for phenomenon, hits in right.items()}

    assert accuracy["plain"] > 0.9
    for phenomenon in ("negation", "contrast", "intensifier", "comparison", "attribution"):
        assert accuracy[phenomenon] < 0.8, phenomenon  # two negations, by nature, leave a word on its own side
    assert sum(map(sum, right.values())) / len(corpus["test"]) < 0.8


def test_evaluative_words_take_both_sides(corpus: dict[str, Rows]) -> None:
    """A frequent adjective is met in positive and in negative reviews."""
    counts = {label: Counter[str]() for label in ("positive", "negative")}
    for row in corpus["train"]:
        counts[row["label"]].update(words(row["text"]))
    for word in ("gripping", "tedious", "delicious", "wooden", "superb", "awful", "funny", "dull"):
        assert min(counts["positive"][word], counts["negative"][word]) >= 1, word
