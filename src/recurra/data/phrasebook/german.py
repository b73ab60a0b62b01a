"""A tree as a German sentence: four cases, three genders, and verbs in two brackets.

Of "Am Montag macht der alte Mann das Fenster auf", "am Montag" is the Vorfeld, "macht" and "auf" are the left and
the right bracket, and the middle field is between them. In "dass der alte Mann am Montag das Fenster aufgemacht
hat" all verbs stand in the right bracket.
"""

from .lexicon import MONTHS, Noun, entries, words
from .tree import (
    Clause,
    Complement,
    Name,
    Nominal,
    Phrase,
    Prepositional,
    Pronoun,
    Relative,
    Sentence,
    Thing,
    Word,
    Words,
    tidy,
)
from .verbs import Verb

CASES = ("nominative", "accusative", "dative", "genitive")
_ENDINGS = {  # by case: m, f, n, plural
    "strong": ("er e es e", "en e es e", "em er em en", "es er es er"),
    "definite": ("er ie as ie", "en ie as ie", "em er em en", "es er es er"),
    "indefinite": ("- e - e", "en e - e", "em er em en", "es er es er"),
    "weak": ("e e e en", "en e e en", "en en en en", "en en en en"),
}
ENDINGS = {
    kind: {
        case: dict(zip("mfnp", (ending.strip("-") for ending in row.split()), strict=True))
        for case, row in zip(CASES, rows, strict=True)
    }
    for kind, rows in _ENDINGS.items()
}
DETERMINERS = {"this": "dies", "every": "jed", "which": "welch", "many": "viel"}
INDEFINITE = {
    "a": "ein",
    "my": "mein",
    "his": "sein",
    "her": "ihr",
    "our": "unser",
    "your": "Ihr",
    "their": "ihr",
}
PRONOUNS = {
    "ich": ("ich", "mich", "mir"),
    "er": ("er", "ihn", "ihm"),
    "sie": ("sie", "sie", "ihr"),
    "es": ("es", "es", "ihm"),
    "wir": ("wir", "uns", "uns"),
    "Sie": ("Sie", "Sie", "Ihnen"),
    "sie+": ("sie", "sie", "ihnen"),
    "wer": ("wer", "wen", "wem"),
    "was": ("was", "was", "was"),
}
RELATIVE = {"m": "der den dem", "f": "die die der", "n": "das das dem", "p": "die die denen"}
CONTRACTED = {
    "in dem": "im",
    "an dem": "am",
    "zu dem": "zum",
    "zu der": "zur",
    "von dem": "vom",
    "in das": "ins",
    "an das": "ans",
}
PRESENT = {
    "sein": ("bin", "ist", "sind"),
    "haben": ("habe", "hat", "haben"),
    "wissen": ("weiß", "weiß", "wissen"),
}
PAST = {"sein": ("war", "war", "waren"), "haben": ("hatte", "hatte", "hatten")}
"""The verbs whose past is the preterite; that of the others is the perfect."""
ONES = words(
    """null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn
    achtzehn neunzehn"""
)
TENS = words("- - zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig")
ORDINALS = {1: "erst", 3: "dritt", 7: "siebt", 8: "acht"}
MONTH_NAMES = [german for _, german in entries(MONTHS)]


FRONTED_CASES = {"object": "accusative", "indirect": "dative"}


def number(value: int) -> str:
    """0 to 99 in words."""
    if value < 20:
        return ONES[value]
    return (f"{ONES[value % 10].replace('eins', 'ein')}und" if value % 10 else "") + TENS[value // 10]


def ordinal(value: int) -> str:
    """The stem: `dritt`, `einundzwanzigst`."""
    return ORDINALS.get(value) or number(value) + ("t" if value < 20 else "st")


def person(subject: Thing) -> int:
    """0 for `ich`, 1 for the third person singular, 2 for the plural and the polite form."""
    if isinstance(subject, Pronoun):
        return {"ich": 0, "wir": 2, "Sie": 2, "sie+": 2}.get(subject.german, 1)
    if isinstance(subject, Relative):
        return 2 if subject.gender == "p" else 1
    return 2 if isinstance(subject, Nominal) and subject.plural else 1


def noun_form(noun: Noun, case: str, plural: bool) -> str:
    if plural:
        return noun.plural_german + ("n" if case == "dative" and noun.plural_german[-1] not in "ns" else "")
    if noun.gender != "f" and (case == "genitive" or (noun.weak and case != "nominative")):
        return noun.german + noun.ending
    return noun.german


def determiner(node: Nominal, case: str, gender: str) -> tuple[str, str]:
    """The determiner (or nothing), and the declension of the adjective after it."""
    text = node.determiner
    if isinstance(node.owner, Name):
        return f"{node.owner.name}s", "strong"
    if text == "the":
        return f"d{ENDINGS['definite'][case][gender]}", "weak"
    if text in DETERMINERS:
        return DETERMINERS[text] + ENDINGS["strong"][case][gender], "strong" if text == "many" else "weak"
    if not text or (text == "a" and gender == "p"):
        return "", "strong"
    ending = ENDINGS["indefinite"][case][gender]
    return INDEFINITE[text] + ending, "weak" if ending else "strong"


def thing(node: Thing, case: str, negates: Clause | None = None) -> Words:
    """A nominal in a case; as `kein` if it carries the negation of the clause `negates`."""
    if isinstance(node, Pronoun):
        return node.words(PRONOUNS[node.german][CASES.index(case)], "pronoun")
    if isinstance(node, Relative):
        return node.words(RELATIVE[node.gender].split()[CASES.index(case)], "pronoun")
    if isinstance(node, Name):
        return node.words(node.name, "noun")
    gender = "p" if node.plural else node.noun.gender
    if negates:
        ending = ENDINGS["indefinite"][case][gender]
        word = node.word(f"kein{ending}", "determiner")
        words = [word._replace(means=(*word.means, (negates, "not")))]
        declension = "weak" if ending else "strong"
    else:
        text, declension = determiner(node, case, gender)
        owner = node.owner
        words = owner.words(text, "noun") if isinstance(owner, Name) else node.words(text, "determiner")
    if node.number:
        words += node.words(number(node.number), "number")
    if node.adjective:
        words += node.words(node.adjective.stem + ENDINGS[declension][case][gender], "adjective")
    words += node.words(noun_form(node.noun, case, node.plural), "noun")
    if isinstance(node.owner, Nominal):
        words += thing(node.owner, "genitive")
    if node.relative:
        words += [Word(","), *subordinate([], node.relative), Word(",")]
    return words


def phrase(node: Phrase) -> Words:
    return [node.word(word, *parts) for word, _, parts in (each.partition("/") for each in node.german.split())]


def complement(node: Complement) -> Words:
    if isinstance(node, Phrase):
        return phrase(node)
    if isinstance(node, Prepositional):
        return prepositional(node)
    if not node.than:
        return node.words(node.adjective.german, "adjective")
    words = [node.word(node.adjective.more_german, "adjective"), node.word("als", "than")]
    return words + thing(node.than, "nominative")


def prepositional(node: Prepositional) -> Words:
    first, *rest = thing(node.nominal, node.case)
    preposition = node.word(node.german, "preposition")
    contracted = CONTRACTED.get(f"{node.german} {first.text}")
    if contracted and isinstance(node.nominal, Nominal):
        return [Word(contracted, preposition.means + first.means), *rest]
    return [preposition, first, *rest]


def front(node: Clause) -> Words:
    """What fills the Vorfeld."""
    fronted = node.fronted
    if isinstance(fronted, (Phrase, Prepositional)):
        return complement(fronted)
    if fronted:
        return thing(fronted, FRONTED_CASES[node.front])
    return [] if node.front == "clause" else thing(node.subject, "nominative")


def finite(node: Clause) -> tuple[Word, Words]:
    """The finite verb, and the right bracket of a main clause."""
    verb, who = node.verb, person(node.subject)
    particle = node.words(verb.particle, verb.particle_means)
    if node.modal:
        form = node.modal.german[who]
        if node.tense == "past":
            form = node.modal.past_german + "n" * (who == 2)
        return node.word(form, "finite"), [node.word(verb.particle + verb.german, *_parts(verb))]
    if node.tense in ("past", "perfect"):
        if node.tense == "past" and verb.german in PAST:
            return node.word(PAST[verb.german][who], "finite", "verb"), []
        auxiliary = PRESENT["sein" if verb.sein else "haben"][who]
        return node.word(auxiliary, "finite"), [node.word(verb.participle, *_parts(verb))]
    return node.word(present(verb, who), "finite", "verb"), particle


def _parts(verb: Verb) -> tuple[str, ...]:
    """What a form expresses that is joined with its particle."""
    return ("verb", verb.particle_means) if verb.particle_means != "verb" else ("verb",)


def present(verb: Verb, who: int) -> str:
    if verb.german in PRESENT:
        return PRESENT[verb.german][who]
    stem = verb.german.removesuffix("n").removesuffix("e")
    return (f"{stem}e", verb.third, verb.german)[who]


def definite(node: Thing) -> bool:
    """Whether an object is known, and so stands before `nicht` and `schon`."""
    if isinstance(node, Nominal):
        return bool(node.owner) or (node.determiner not in ("", "a", "many", "every") and not node.number)
    return True


def middle(node: Clause) -> Words:
    """The middle field without the subject.

    Pronouns come first, then names and datives, times, what is known, the negation, places, and what is new.
    """
    objects = [(node.indirect, "dative"), (node.object, "accusative")]
    held = [(each, case) for each, case in objects if each and each is not node.fronted]
    new = [(each, case) for each, case in held if not definite(each)]
    pronouns = [(each, case) for each, case in held if isinstance(each, Pronoun)]
    known = [(each, case) for each, case in held if definite(each) and not isinstance(each, Pronoun)]
    light = [(each, case) for each, case in known if isinstance(each, Name) or case == "dative"]
    heavy = [(each, case) for each, case in known if (each, case) not in light]
    adverb = phrase(node.adverb) if node.adverb else []
    frequent = node.adverb is not None and node.adverb.kind == "frequency"

    words: Words = []
    for each, case in [*reversed(pronouns), *light]:
        words += thing(each, case)
    if node.time and node.front != "time":
        words += complement(node.time)
    if frequent:
        words += adverb
    for each, case in heavy:
        words += thing(each, case)
    if not frequent:
        words += adverb
    if node.negated and not new:
        words.append(node.word("nicht", "not"))
    if node.place and node.front != "place":
        words += complement(node.place)
    for each, case in new:
        words += thing(each, case, node if node.negated else None)
    if node.complement:
        words += complement(node.complement)
    return words


def main(node: Clause, begin: Words) -> Words:
    """A clause with its finite verb after `begin`, which is the subject itself, something else or nothing."""
    verb, right = finite(node)
    subject = thing(node.subject, "nominative") if node.front or not begin else []
    return [*begin, verb, *subject, *middle(node), *right, *infinitive(node)]


def subordinate(conjunction: Words, node: Clause) -> Words:
    """A clause with its finite verb last; a separable particle stays with it."""
    verb, right = finite(node)
    if node.verb.particle and len(right) == 1 and right[0].text == node.verb.particle:
        verb, right = Word(right[0].text + verb.text, right[0].means + verb.means), []
    if isinstance(node.fronted, Relative):
        conjunction = [*conjunction, *thing(node.fronted, FRONTED_CASES[node.front])]
    return [*conjunction, *thing(node.subject, "nominative"), *middle(node), *right, verb, *infinitive(node)]


def infinitive(node: Clause) -> Words:
    """The clause with `zu` that ends this one."""
    inner = node.infinitive
    if not inner:
        return []
    verb = inner.verb
    if verb.particle:
        form = [inner.word(f"{verb.particle}zu{verb.german}", "to", *_parts(verb))]
    else:
        form = [inner.word("zu", "to"), inner.word(verb.german, "verb")]
    return [Word(","), *middle(inner), *form]


def sentence(node: Sentence) -> Words:
    clause = node.clause
    comma = node.mark.word(",", "comma")
    end = node.mark.word("?" if node.mode == "question" else ".", "end")
    begin = front(clause)
    if node.mode == "question" and not clause.front and not clause.asks_for_subject:
        begin = []
    words = main(clause, begin)
    if node.mode == "request":
        words = [node.word("bitte", "please"), *main(clause, [])]
    if node.conjunction and node.second:
        conjunction = phrase(node.conjunction)
        if node.coordinate:
            words += [comma, *conjunction, *main(node.second, front(node.second))]
        elif clause.front == "clause":
            words = [*subordinate(conjunction, node.second), comma, *words]
        else:
            words += [comma, *subordinate(conjunction, node.second)]
    return tidy([*words, end])
