"""The built-in corpus `phrasebook`: English and German sentences from a synchronous grammar of our own.

A sentence is drawn as a tree of its meaning, and `english` and `german` each put that tree into words: agreement,
case, adjective endings, the order of clauses and the separable verbs are rules, and two words are aligned if they
express the same part of the tree. Commas that one language alone has, the "to" of an infinitive without "zu", the
"of" of a date and the like stay unaligned. No sentence of either language stands there with two translations. By
convention "you" is the polite "Sie", the English past is the German perfect (but "war" and "hatte"), and the names
of professions are masculine; the progressive is said of what happens now or is planned, the simple present of habits
and states.

**What the test asks for.** Every word of the test has been met in training, in the very form, at least five times;
what is new is the company that it keeps. `heldout.HELD_OUT` names the combinations:

- an adjective before a noun: of the nouns that an adjective goes with, one in eight is kept for the test;
- a verb and the noun that is its object (accusative, dative or prepositional; pronouns are free): one in eight of
  the nouns that the verb may have, if it has eight;
- a number and the noun that it counts, a day and its month, the minutes and the hour of a clock time: one in eight;
- a kind of main clause and what begins it: a modal verb after a place, the past of a separable verb after a
  subordinate clause, the present of one after a clock time.

Every sentence of the test has at least one of them, no sentence of training or validation has any. Validation is
drawn alike, with as many combinations of its own (other ones), which stand in no other split either.

`lexicon` and `verbs` hold the words, `tree` the meaning; `phrases`, `clauses`, `simple` and `grammar` draw it.
"""

import re
from collections import Counter, defaultdict
from random import Random
from typing import Any

from . import english, german
from .grammar import Grammar
from .heldout import split_of
from .tree import Sentence, Words, text

SIZES = {"train": 20_000, "validation": 1_000, "test": 1_000}
SHARES = {  # how much of each split a construction has; they add up to 1
    "plain": 0.11,
    "fronting": 0.09,
    "subordinate": 0.14,
    "separable verb": 0.10,
    "perfect": 0.07,
    "modal": 0.07,
    "negation": 0.07,
    "question": 0.07,
    "request": 0.03,
    "number": 0.04,
    "date": 0.05,
    "pronoun": 0.03,
    "infinitive": 0.03,
    "relative": 0.03,
    "comparison": 0.02,
    "genitive": 0.03,
    "position": 0.02,
}
SIDES = ("en", "de")
FAMILIAR = 5
"""How often a word has to stand in training, in the same form, to be used in the other splits."""
WORD = re.compile(r"\w+(?:['’-]\w+)*|[^\w\s]")

Row = dict[str, Any]
"""en, de, alignment (pairs of a token of en and one of de) and phenomenon."""


def tokens(text: str) -> list[str]:
    """The words and the punctuation of a text: what an alignment counts."""
    return WORD.findall(text)


def generate(seed: int = 0) -> dict[str, list[Row]]:
    """The whole corpus by split, as rows of `en`, `de`, `alignment` and `phenomenon`."""
    random = Random(seed)
    source = _Source(random)
    seen: set[str] = set()
    known: Counter[str] = Counter()
    corpus = {}
    for split, size in SIZES.items():
        rows: list[Row] = []
        for phenomenon, share in SHARES.items():
            wanted = len(rows) + round(size * share)
            while len(rows) < wanted:
                row = realise(source.draw(phenomenon, split), phenomenon)
                words = [f"{side} {word}" for side in SIDES for word in tokens(row[side])]
                new = split != "train" and any(known[word] < FAMILIAR for word in words)
                if new or not seen.isdisjoint(row[side] for side in SIDES):
                    continue
                seen.update(row[side] for side in SIDES)
                rows.append(row)
                if split == "train":
                    known.update(words)
        random.shuffle(rows)
        corpus[split] = rows
    return corpus


class _Source:
    """Draws sentences; one that belongs to another split waits until that is written."""

    def __init__(self, random: Random) -> None:
        self.constructions = Grammar(random).constructions
        self.waiting: dict[tuple[str, str | None], list[Sentence]] = defaultdict(list)

    def draw(self, phenomenon: str, split: str) -> Sentence:
        waiting = self.waiting[phenomenon, split]
        while not waiting:
            sentence = self.constructions[phenomenon]()
            self.waiting[phenomenon, split_of(sentence)].append(sentence)
        return waiting.pop()


def realise(sentence: Sentence, phenomenon: str) -> Row:
    """The sentence in both languages, with the pairs of words that express the same."""
    source, target = english.sentence(sentence), german.sentence(sentence)
    return {"en": text(source), "de": text(target), "alignment": align(source, target), "phenomenon": phenomenon}


def align(source: Words, target: Words) -> list[list[int]]:
    """The pairs of a word of the source and one of the target that have a meaning in common."""
    places: dict[tuple[object, str], list[int]] = defaultdict(list)
    for j, word in enumerate(target):
        for meaning in word.means:
            places[meaning].append(j)
    pairs = {(i, j) for i, word in enumerate(source) for meaning in word.means for j in places.get(meaning, ())}
    return [list(pair) for pair in sorted(pairs)]
