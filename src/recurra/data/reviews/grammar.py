"""The engine behind the built-in reviews: it turns a template into English.

A slot is `{sign name.reference}` without the blank. What a name may be:

    a b c who       an aspect of the thing (`plot`, `rooms`) or a person, drawn once per template
    thing, things   what is reviewed, drawn once per text; `other` is what it is compared with
    be do have seem was
                    a verb that agrees with its reference (none: `it`) in number and in the tense of the text
    act affect love try
                    verbs too, with two more references: `to` for the infinitive, `ed` for the past
    he              the pronoun of a person
    adj             an adjective that fits the reference
    detail          the reference with an adjective: `a dull plot`, `dull acting`
    a clause        of `CLAUSES`, with the slot's sign and reference
    anything else   a list of the lexicon

No evaluative word stands twice in a text.
"""

import re
from random import Random

from . import lexicon
from .lexicon import Domain, Words
from .templates import CLAUSES

SLOT = re.compile(r"\{([+-]?)([a-z]+)(?:\.([a-z@]+))?\}")
CHOICE = re.compile(r"\[([^][]*)\]")
ASPECTS = ("a", "b", "c")

PER_SENTENCE = (*ASPECTS, "who")

DOUBLED = ("grip", "drag", "flop", "sag", "plod", "regret", "excel", "repel")
IRREGULAR_PAST = {word: f"{word}{word[-1]}ed" for word in DOUBLED} | {
    "fall": "fell",
    "win": "won",
    "buy": "bought",
    "upset": "upset",
    "shine": "shone",
}
AUXILIARY = {  # (it now, they now, it then, they then)
    "be": ("is", "are", "was", "were"),
    "do": ("does", "do", "did", "did"),
    "have": ("has", "have", "had", "had"),
    "was": ("was", "were", "was", "were"),
    "seem": ("seems", "seem", "seemed", "seemed"),
}
COMPARED = {f"more {word}": better for word, better in map(str.split, lexicon.COMPARATIVES)}
VOWEL = re.compile(r"\b([Aa]) (?=(?:(?!one\b|use|uni[qft]|user)[aeiou]|hon(?:est|or)|hour))")
START = re.compile(r"(?:^|(?<=[.!?] )|(?<=^\")|(?<=[.!?] \"))[a-z]")


def plural_or_third(word: str) -> str:
    """`plot` → `plots`, `comedy` → `comedies`; English forms both the plural and the third person so."""
    if re.search(r"(s|x|ch|sh)$", word):
        return word + "es"
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + "s"


def past(word: str) -> str:
    if word in IRREGULAR_PAST:
        return IRREGULAR_PAST[word]
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ied"
    return word + ("d" if word.endswith("e") else "ed")


def polish(text: str) -> str:
    """Agreement of `a` and `an`, capitals, one blank between words."""
    text = re.sub(r" +([,.;:!?]|$)", r"\1", re.sub(r" {2,}", " ", text.strip()))
    text = re.sub(r"\bmore [a-z]+\b", lambda match: COMPARED.get(match[0], match[0]), text)
    text = VOWEL.sub(r"\1n ", text)
    return START.sub(lambda match: match[0].upper(), text)


def variants(template: str) -> list[str]:
    """The template under every combination of its choices, the slots left open."""
    choice = CHOICE.search(template)
    if choice is None:
        return [re.sub(r" +([,.;:!?]|$)", r"\1", template)]
    return [
        text
        for option in choice[1].split("|")
        for text in variants(template[: choice.start()] + option + template[choice.end() :])
    ]


class Writer:
    """Writes one text: remembers what has been drawn for it, so that references and agreement hold."""

    def __init__(self, random: Random, sign: int) -> None:
        self.random = random
        self.sign = sign
        self.domain: Domain = random.choices(lexicon.DOMAINS, DOMAIN_WEIGHTS)[0]
        self.then = random.random() < 0.5
        self.used: set[str] = set()
        self.drawn: dict[str, str] = {}
        self.group: dict[str, str] = {}
        self.pronoun = "it"

    def write(self, *templates: str) -> str:
        """The templates as the sentences of one text."""
        sentences = []
        for template in templates:
            sentences.append(self.expand(template, self.sign))
            self.drawn = {key: word for key, word in self.drawn.items() if key not in PER_SENTENCE}
        return polish(" ".join(sentences))

    def expand(self, template: str, sign: int) -> str:
        template = CHOICE.sub(lambda match: self.random.choice(match[1].split("|")), template)
        return SLOT.sub(lambda match: self.fill(match[1], match[2], match[3] or "", sign), template)

    def fill(self, mark: str, name: str, reference: str, sign: int) -> str:
        if mark == "-":
            sign = -sign
        if name in CLAUSES:
            return self.expand(self.random.choice(CLAUSES[name]).replace("@", reference), sign)
        if name in lexicon.SIGNED or name == "adj":
            word = self.evaluate(name, reference, sign)
            return self.conjugate(word, reference) if name in ("act", "affect", "love") else word
        if name == "detail":
            return self.detail(reference, sign)
        if name in ASPECTS:
            return self.aspect(name)
        if name in AUXILIARY:
            return AUXILIARY[name][2 * self.then + self.many(reference)]
        if name == "try":
            return self.conjugate(self.once("try", self.domain.tries), reference)
        return self.plain(name)

    def plain(self, name: str) -> str:
        """A slot that depends on nothing but its name."""
        if name == "thing":
            return self.once("thing", self.domain.things)
        if name == "things":
            return plural_or_third(self.plain("thing"))
        if name == "other":
            return self.once("other", self.domain.others)
        if name == "made":
            return self.fresh(self.domain.made)
        if name == "he":
            return self.pronoun
        if name == "who":
            if "who" not in self.drawn:
                self.pronoun = self.random.choice(tuple(lexicon.PEOPLE))
            return self.once("who", lexicon.PEOPLE[self.pronoun])
        return self.fresh(PHRASES[name])

    def evaluate(self, name: str, reference: str, sign: int) -> str:
        """A word of praise (`sign` 1) or of blame (-1) that fits the reference."""
        table = lexicon.ADJECTIVES if name == "adj" else lexicon.SIGNED[name]
        if reference in ASPECTS:
            self.aspect(reference)
            group = self.group[reference]
        else:
            group = self.random.choice(self.domain.groups)
        if group not in table or self.random.random() < 0.35:
            group = "general"
        positive, negative = table[group]
        return self.fresh(positive if sign > 0 else negative).replace("{try}", self.domain.tries[0])

    def aspect(self, reference: str) -> str:
        while reference not in self.drawn:
            group, noun = self.random.choice(self.domain.aspects)
            if noun not in self.used:
                self.used.add(noun)
                self.drawn[reference], self.group[reference] = noun, group
        return self.drawn[reference]

    def detail(self, reference: str, sign: int) -> str:
        noun = self.aspect(reference)
        article = "" if noun in lexicon.MASS or self.many(reference) else "a "
        return f"{article}{self.evaluate('adj', reference, sign)} {noun}"

    def many(self, reference: str) -> bool:
        """Whether a reference is plural; a noun in `s`, but not in `ss`, is."""
        if reference in ("they", "who"):
            return reference == "they" or self.pronoun == "they"
        return reference in ASPECTS and re.search(r"[^s]s$", self.aspect(reference)) is not None

    def conjugate(self, verb: str, reference: str) -> str:
        """The verb, of which the first word is inflected, as its reference and the tense want it."""
        first, _, rest = verb.partition(" ")
        if reference == "ed" or (reference != "to" and self.then):
            first = past(first)
        elif reference != "to" and not self.many(reference):
            first = plural_or_third(first)
        return f"{first} {rest}".rstrip()

    def once(self, key: str, choices: Words) -> str:
        if key not in self.drawn:
            self.drawn[key] = self.random.choice(choices)
        return self.drawn[key]

    def fresh(self, choices: Words) -> str:
        """A choice that this text has not used yet."""
        word = self.random.choice(choices)
        while word in self.used:
            word = self.random.choice(choices)
        self.used.add(word)
        return word


DOMAIN_WEIGHTS = [domain.weight for domain in lexicon.DOMAINS]
PHRASES: dict[str, Words] = {
    "flip": lexicon.FLIP,
    "keep": lexicon.KEEP,
    "very": lexicon.VERY,
    "right": lexicon.RIGHT,
    "wrong": lexicon.WRONG,
    "agree": lexicon.AGREE,
    "disagree": lexicon.DISAGREE,
    "when": lexicon.WHEN,
    "company": lexicon.COMPANY,
    "friend": lexicon.PEOPLE["he"] + lexicon.PEOPLE["she"],
}
