"""Which combinations are kept out of training: every part of them is learnt, in other company."""

from collections.abc import Iterator
from zlib import crc32

from . import german
from .lexicon import ADJECTIVES, NOUNS, nouns
from .phrases import CLOCK
from .tree import Clause, Node, Nominal, Phrase, Prepositional, Sentence
from .verbs import VERBS, Verb

Combination = tuple[str, str, str]
ONE_IN = 8
"""So many partners of a word are there to each one that is kept for the test, and to each for validation."""
SPLITS = ("test", "validation")
NUMBERS = range(2, 100)
DAYS = range(1, 32)
HOURS = range(1, 13)
ORDERS = {  # what the main clause is, and what begins it
    ("modal", "place"): "test",
    ("past separable", "clause"): "test",
    ("present separable", "clock"): "test",
    ("modal separable", "date"): "validation",
    ("past", "place"): "validation",
    ("present", "clause"): "validation",
}


def label(verb: Verb) -> str:
    return f"{verb.particle}{verb.german} ({verb.frame})"


def _groups() -> Iterator[tuple[str, str, list[str]]]:
    """Each word that has partners: the sort of combination, the word, the partners."""
    for adjective in ADJECTIVES:
        yield "adjective", adjective.german, [noun.german for noun in nouns(adjective.kinds)]
    for verbs in VERBS.values():
        for verb in (each for each in verbs if each.frame != "stay" and each.english not in ("belong", "cost")):
            yield "object", label(verb), [noun.german for noun in nouns(verb.objects)]
    counted = [noun.german for each in NOUNS.values() for noun in each if not noun.mass]
    for value in NUMBERS:
        yield "number", german.number(value), counted
    for month in german.MONTH_NAMES:
        yield "date", month, [str(day) for day in DAYS]
    for minute in CLOCK:
        yield "clock", str(minute), [str(hour) for hour in HOURS]


def _held_out() -> dict[Combination, str]:
    held: dict[Combination, str] = {}
    for sort, word, partners in _groups():
        ranked = sorted(set(partners), key=lambda partner: crc32(f"{word} {partner}".encode()))
        share = len(ranked) // ONE_IN
        for place, partner in enumerate(ranked[: 2 * share]):
            held[sort, word, partner] = SPLITS[place // share]
    return held | {("order", *order): split for order, split in ORDERS.items()}


HELD_OUT = _held_out()


def combinations(sentence: Sentence) -> Iterator[Combination]:
    """All that stands together in a sentence and could have been held out."""
    for node in sentence.walk():
        yield from _of(node)
    if sentence.mode == "main":
        yield "order", shape(sentence.clause), opening(sentence.clause)


def _of(node: Node) -> Iterator[Combination]:
    if isinstance(node, Nominal):
        if node.adjective:
            yield "adjective", node.adjective.german, node.noun.german
        if node.number:
            yield "number", german.number(node.number), node.noun.german
    if isinstance(node, Clause):
        governed = [node.object, node.indirect]
        if isinstance(node.complement, Prepositional) and node.verb.preposition[0]:
            governed.append(node.complement.nominal)
        for each in governed:
            if isinstance(each, Nominal):
                yield "object", label(node.verb), each.noun.german
    if isinstance(node, Phrase) and node.kind in ("date", "clock"):
        yield node.kind, node.whole, node.part


def shape(clause: Clause) -> str:
    """modal, past or present, and whether the verb is separable."""
    time = "modal" if clause.modal else "past" if clause.tense in ("past", "perfect") else "present"
    return f"{time} separable" if clause.verb.particle else time


def opening(clause: Clause) -> str:
    """What begins a main clause: subject, time, clock, date, place or clause."""
    fronted = clause.fronted
    return fronted.kind if isinstance(fronted, (Phrase, Prepositional)) else clause.front or "subject"


def split_of(sentence: Sentence) -> str | None:
    """train if nothing in it is held out; None if it has both something of the test and of validation."""
    splits = {HELD_OUT[each] for each in combinations(sentence) if each in HELD_OUT}
    return None if len(splits) > 1 else splits.pop() if splits else "train"
