"""What a sentence means, in one tree for both languages; `english` and `german` each put it into words.

A word remembers which part of the tree it expresses, as pairs of a node and the name of the part. Two words are
aligned if they express something in common: that is the reference alignment, and no word is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from .lexicon import Adjective, Noun
from .verbs import Modal, Verb


class Word(NamedTuple):
    text: str
    means: tuple[tuple[object, str], ...] = ()


Words = list[Word]


@dataclass(eq=False)
class Node:
    def word(self, text: str, *parts: str) -> Word:
        """A word that expresses these parts of the node."""
        return Word(text, tuple([(self, part) for part in parts]))

    def words(self, text: str, *parts: str) -> Words:
        means = tuple([(self, part) for part in parts])
        return [Word(word, means) for word in text.split()]

    def walk(self) -> list[Node]:
        """The node and all below it."""
        return [self, *(node for value in vars(self).values() if isinstance(value, Node) for node in value.walk())]


@dataclass(eq=False)
class Pronoun(Node):
    english: str
    """The subject form."""
    german: str
    """The nominative; `sie+` is the plural."""


@dataclass(eq=False)
class Name(Node):
    name: str
    pronoun: str


@dataclass(eq=False)
class Nominal(Node):
    noun: Noun
    determiner: str = "the"
    """the, a, this, every, which, many, a possessive, or nothing."""
    adjective: Adjective | None = None
    plural: bool = False
    number: int = 0
    owner: Nominal | Name | None = None
    """In front of the English noun, in place of the determiner."""
    relative: Clause | None = None


@dataclass(eq=False)
class Relative(Node):
    """The relative pronoun, which agrees with a noun that stands outside of its clause."""

    english: str
    gender: str


Thing = Nominal | Name | Pronoun | Relative


@dataclass(eq=False)
class Phrase(Node):
    """A fixed phrase: `on/1 Monday/2` and `am/1 Montag/2`; the figures are its parts."""

    kind: str
    english: str
    german: str
    whole: str = ""
    part: str = ""
    """The two things that a date (month, day) or a time (minute, hour) puts together."""


@dataclass(eq=False)
class Prepositional(Node):
    kind: str
    english: str
    german: str
    case: str
    nominal: Thing


@dataclass(eq=False)
class Predicate(Node):
    """What follows `be`: an adjective, or its comparative if there is something to compare with."""

    adjective: Adjective
    than: Thing | None = None


Adjunct = Phrase | Prepositional
Complement = Phrase | Prepositional | Predicate


@dataclass(eq=False)
class Clause(Node):
    subject: Thing
    verb: Verb
    tense: str = "present"
    """present, progressive, past, perfect; German knows two of them, the present and the perfect."""
    modal: Modal | None = None
    negated: bool = False
    object: Thing | None = None
    indirect: Thing | None = None
    """In the dative."""
    complement: Complement | None = None
    adverb: Phrase | None = None
    """One that English puts before the verb."""
    time: Adjunct | None = None
    place: Adjunct | None = None
    infinitive: Clause | None = None
    """`to` and a verb; its subject is that of this clause."""
    front: str = ""
    """The name of what begins the clause if it is not the subject: time, place, object, indirect, clause."""

    @property
    def fronted(self) -> Thing | Adjunct | None:
        fronts = {"time": self.time, "place": self.place, "object": self.object, "indirect": self.indirect}
        return fronts.get(self.front)

    @property
    def asks_for_subject(self) -> bool:
        return isinstance(self.subject, Pronoun) and self.subject.english == "who"


@dataclass(eq=False)
class Sentence(Node):
    clause: Clause
    mode: str = "main"
    """main, question, request."""
    conjunction: Phrase | None = None
    second: Clause | None = None
    """What the conjunction begins."""
    coordinate: bool = False
    mark: Node = field(default_factory=Node)
    """The punctuation."""


def tidy(words: Words) -> Words:
    """A comma gives way to the punctuation that follows it."""
    return [
        word for word, after in pairwise([*words, Word("")]) if word.text != "," or after.text not in (",", ".", "?")
    ]


def text(words: Words) -> str:
    """As it is written: a capital first, no blank before punctuation."""
    joined = " ".join(word.text for word in words)
    for mark in ",.?":
        joined = joined.replace(f" {mark}", mark)
    return joined[0].upper() + joined[1:]
