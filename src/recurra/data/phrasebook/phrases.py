"""Draws the parts of a sentence: people, things, times and places."""

from random import Random

from . import english, german, lexicon
from .lexicon import ADJECTIVES, FITTING, KIN, NOUNS, POOLS, Adjective, Noun
from .tree import Name, Nominal, Phrase, Predicate, Prepositional, Pronoun, Relative, Thing
from .verbs import Verb

PRONOUNS = {
    "I": Pronoun("I", "ich"),
    "you": Pronoun("you", "Sie"),
    "he": Pronoun("he", "er"),
    "she": Pronoun("she", "sie"),
    "we": Pronoun("we", "wir"),
    "they": Pronoun("they", "sie+"),
}
GERMAN_IT = {"m": "er", "f": "sie", "n": "es"}
POSSESSIVES = ("my", "his", "her", "our", "their", "your")
COLORS = ("red", "blue", "green", "yellow", "black", "white", "brown")
INCOMPARABLE = (*COLORS, *lexicon.STATES, "broken")
REPEATED, FREQUENT, SOON, NOW, PAST, DONE, NOT_YET = (
    lexicon.adverbials(table)
    for table in (
        lexicon.REPEATED,
        lexicon.FREQUENT,
        lexicon.SOON,
        lexicon.NOW,
        lexicon.PAST,
        lexicon.DONE,
        lexicon.NOT_YET,
    )
)
INSIDE = ("room", "building", "region")
SURFACES = ("table", "chair", "bed", "sofa", "shelf", "carpet", "cupboard")
CLOCK = {  # minute: English, German; `h` is the hour and `n` the next one
    0: ("at/1 h/2 o'clock/3", "um/1 h/2 Uhr/3"),
    15: ("at/1 a/3 quarter/3 past/4 h/2", "um/1 Viertel/3 nach/4 h/2"),
    30: ("at/1 half/3 past/3 h/2", "um/1 halb/3 n/2"),
    45: ("at/1 a/3 quarter/3 to/4 n/2", "um/1 Viertel/3 vor/4 n/2"),
    5: ("at/1 five/3 past/4 h/2", "um/1 fünf/3 nach/4 h/2"),
    10: ("at/1 ten/3 past/4 h/2", "um/1 zehn/3 nach/4 h/2"),
    20: ("at/1 twenty/3 past/4 h/2", "um/1 zwanzig/3 nach/4 h/2"),
    40: ("at/1 twenty/3 to/4 n/2", "um/1 zwanzig/3 vor/4 n/2"),
    50: ("at/1 ten/3 to/4 n/2", "um/1 zehn/3 vor/4 n/2"),
    55: ("at/1 five/3 to/4 n/2", "um/1 fünf/3 vor/4 n/2"),
}


class Phrases:
    """Noun phrases and adverbials, drawn at random."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def one_of(self, table: list[tuple[str, str]], kind: str) -> Phrase:
        return Phrase(kind, *self.random.choice(table))

    # people and things

    def noun(self, kinds: tuple[str, ...]) -> Noun:
        return self.random.choice(POOLS[self.random.choice(kinds)])

    def adjective(self, noun: Noun, share: float = 0.4) -> Adjective | None:
        fitting = [each for each in FITTING[noun] if each.english not in lexicon.PREDICATE_ONLY]
        return self.random.choice(fitting) if fitting and self.chance(share) else None

    def pronoun(self, *but: str) -> Pronoun:
        """A new node: each word of a sentence is a node of its own."""
        chosen = PRONOUNS[self.random.choice([each for each in PRONOUNS if each not in but])]
        return Pronoun(chosen.english, chosen.german)

    def name(self) -> Name:
        pronoun = self.random.choice(tuple(lexicon.NAMES))
        return Name(self.random.choice(lexicon.NAMES[pronoun]), pronoun)

    def known(self, noun: Noun, plural: bool | None = None) -> Nominal:
        """`the`, `this` or `my`: what stands before `nicht` in German."""
        single = noun.mass or noun.english in lexicon.FEW_KIN
        many = (not single and self.chance(0.2)) if plural is None else plural
        weights = [0.2, 0, 0.8] if noun.english in KIN else [0.6, 0.15, 0.25 * (noun.english not in lexicon.UNOWNED)]
        [determiner] = self.random.choices(["the", "this", "my"], weights)
        if determiner == "my":
            determiner = self.random.choice(POSSESSIVES)
        return Nominal(noun, determiner, self.adjective(noun), many)

    def new(self, noun: Noun) -> Nominal:
        """`a`, or a bare mass noun or plural."""
        many = not noun.mass and self.chance(0.25)
        return Nominal(noun, "" if noun.mass or many else "a", self.adjective(noun, 0.55), many)

    def some(self, kinds: tuple[str, ...], known: bool = False) -> Nominal:
        """A thing to do something with."""
        noun = self.noun(kinds)
        if noun.kind == "person" or known or self.chance(0.5):
            return self.known(noun)
        if not noun.mass and self.chance(0.12):
            [determiner, plural] = self.random.choice([("every", False), ("many", True)])
            return Nominal(noun, str(determiner), self.adjective(noun), bool(plural))
        return self.new(noun)

    def who(self, pronouns: float = 0.4) -> Thing:
        """The subject of an action."""
        if self.chance(pronouns):
            return self.pronoun()
        if self.chance(0.2):
            return self.name()
        noun = self.noun(("person",))
        if self.chance(0.2) and noun.english not in KIN:
            return Nominal(noun, "a", self.adjective(noun, 0.8))
        return self.known(noun)

    def whom(self, subject: Thing) -> Thing:
        """A person something is done to: not the one who does it."""
        if self.chance(0.3):
            said = subject.english if isinstance(subject, Pronoun) else ""
            same = {"I": ("I", "we"), "we": ("I", "we")}.get(said, (said,))
            return self.pronoun(*same)
        if self.chance(0.2):
            return self.different_name(subject)
        while True:
            found = self.known(self.noun(("person",)))
            if not isinstance(subject, Nominal) or found.noun != subject.noun:
                return found

    def different_name(self, other: Thing) -> Name:
        found = self.name()
        return self.different_name(other) if isinstance(other, Name) and other.name == found.name else found

    def refer(self, to: Thing) -> Pronoun | None:
        """The pronoun for something that was named; None if English leaves it open."""
        if isinstance(to, Pronoun):
            return Pronoun(to.english, to.german)
        if isinstance(to, Name):
            return Pronoun(to.pronoun, PRONOUNS[to.pronoun].german)
        if isinstance(to, Relative):
            return None
        if to.plural:
            return Pronoun("they", "sie+")
        if to.noun.kind != "person":
            return Pronoun("it", GERMAN_IT[to.noun.gender])
        if to.noun.english == "child":
            return None
        said = "he" if to.noun.gender == "m" else "she"
        return Pronoun(said, PRONOUNS[said].german)

    # predicates

    def predicate(self, subject: Nominal) -> Predicate:
        """An adjective that neither repeats nor contradicts that of the noun."""
        said = subject.adjective.english if subject.adjective else ""
        excluded = {said}.union(*(group for group in lexicon.OPPOSITES if said in group))
        fitting = [each for each in FITTING[subject.noun] if each.english not in excluded]
        if not fitting:
            subject.adjective = None
        return Predicate(self.random.choice(fitting or FITTING[subject.noun]))

    def state(self) -> Predicate:
        """tired, happy, ill, hungry."""
        return Predicate(self.random.choice([each for each in ADJECTIVES if each.english in lexicon.STATES]))

    # times

    def clock(self) -> Phrase:
        minute, hour = self.random.choice(tuple(CLOCK)), self.random.randint(1, 12)
        sides = []
        for pattern, names in zip(CLOCK[minute], (english, german), strict=True):
            this, following = names.number(hour), names.number(hour % 12 + 1)
            if minute == 0:
                this = this.removesuffix("s") if this == "eins" else this
            sides.append(pattern.replace(" h/", f" {this}/").replace(" n/", f" {following}/"))
        return Phrase("clock", sides[0], sides[1], str(minute), str(hour))

    def date(self) -> Phrase:
        month = self.random.randrange(12)
        days = 29 if month == 1 else 30 if month in (3, 5, 8, 10) else 31
        day = self.random.randint(1, days)
        name = german.MONTH_NAMES[month]
        said = f"on/1 the/1 {english.ordinal(day)}/2 of/4 {english.MONTH_NAMES[month]}/3"
        return Phrase("date", said, f"am/1 {german.ordinal(day)}en/2 {name}/3", name, str(day))

    def when(self, tense: str, modal: bool, planned: bool = True) -> Phrase | Prepositional | None:
        """A time that suits the tense."""
        if tense == "present" and not modal:
            return self.one_of(REPEATED, "time")
        if tense == "perfect":
            return None
        if tense == "progressive" and (not planned or self.chance(0.25)):
            return self.one_of(NOW, "time")
        roll = self.random.random()
        if roll < 0.15:
            return self.clock()
        if roll < 0.3:
            return self.date()
        if roll < 0.4 and tense == "past":
            return self.during()
        return self.one_of(PAST if tense == "past" else SOON, "time")

    def during(self) -> Prepositional:
        """`during the break` and `because of the rain`: the genitive."""
        if self.chance(0.5):
            return Prepositional("time", "during", "während", "genitive", self.only_the("event"))
        return Prepositional("time", "because of", "wegen", "genitive", self.only_the("reason"))

    def only_the(self, kind: str) -> Nominal:
        return Nominal(self.noun((kind,)), "the")

    # places

    def where(self) -> Prepositional:
        if self.chance(0.7):
            return Prepositional("place", "in", "in", "dative", self.place(INSIDE))
        return Prepositional("place", "at", "an", "dative", self.place(("spot",)))

    def place(self, kinds: tuple[str, ...]) -> Nominal:
        noun = self.noun(kinds)
        if self.chance(0.7):
            return Nominal(noun, "the", self.adjective(noun, 0.3))
        return self.known(noun, plural=False)

    def direction(self, kinds: tuple[str, ...]) -> Prepositional:
        place = self.place(kinds)
        if place.noun.kind == "spot":
            return Prepositional("direction", "to", "zu", "dative", place)
        return Prepositional("direction", "into", "in", "accusative", place)

    def position(self, verb: Verb, moved: bool) -> Prepositional:
        """One of the prepositions that ask for the accusative where something moves, else for the dative."""
        case = "accusative" if moved else "dative"
        roll = self.random.random()
        if roll < 0.5:
            surface = self.random.choice([noun for noun in NOUNS["furniture"] if noun.english in SURFACES])
            return Prepositional("position", "on", "auf", case, self.known(surface, plural=False))
        if roll < 0.65:
            insides = ("cupboard", "box") if "dish" in verb.objects else ("drawer", "box", "bag", "suitcase", "basket")
            inside = self.noun(insides)
            return Prepositional("position", "into" if moved else "in", "in", case, self.known(inside, plural=False))
        pairs = [("under", "unter"), ("next to", "neben"), ("behind", "hinter"), ("in front of", "vor")]
        said, words = self.random.choice(pairs)
        kinds = (
            ("chair", "bed", "sofa", "table")
            if said == "under"
            else ("chair", "bed", "sofa", "shelf", "lamp", "door", "window")
        )
        return Prepositional("position", said, words, case, self.known(self.noun(kinds), plural=False))
