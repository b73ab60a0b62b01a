"""A tree as an English sentence."""

import re

from .lexicon import MONTHS, Noun, entries, words
from .tree import (
    Adjunct,
    Clause,
    Complement,
    Name,
    Nominal,
    Phrase,
    Predicate,
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

OBJECT_FORMS = {"I": "me", "he": "him", "she": "her", "we": "us", "they": "them"}
DOUBLED = ("put", "get", "run", "swim", "forget", "begin", "plan", "sit")
BE = {"first": ("am", "was"), "third": ("is", "was"), "plural": ("are", "were")}
ONES = words(
    """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen"""
)
TENS = words("- - twenty thirty forty fifty sixty seventy eighty ninety")
ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
MONTH_NAMES = [english for english, _ in entries(MONTHS)]


def number(value: int) -> str:
    """0 to 99 in words."""
    if value < 20:
        return ONES[value]
    return TENS[value // 10] + (f"-{ONES[value % 10]}" if value % 10 else "")


def ordinal(value: int) -> str:
    """`third`, `twentieth`, `twenty-first`."""
    head, dash, last = number(value).rpartition("-")
    regular = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return head + dash + ORDINALS.get(last, regular)


def add_s(word: str) -> str:
    """`dog` → `dogs`, `box` → `boxes`; the plural and the third person are formed alike."""
    if re.search(r"(s|x|ch|sh|^go|^do)$", word):
        return word + "es"
    return re.sub(r"(?<=[^aeiou])y$", "ie", word) + "s"


def add_ed(word: str) -> str:
    return re.sub(r"(?<=[^aeiou])y$", "i", word).removesuffix("e") + "ed"


def add_ing(word: str) -> str:
    if word.endswith("ie"):
        return word[:-2] + "ying"
    if word in DOUBLED:
        return word + word[-1] + "ing"
    return (word[:-1] if re.search(r"[^e]e$", word) and word != "be" else word) + "ing"


def plural(noun: Noun) -> str:
    return noun.plural_english or add_s(noun.english)


def person(subject: Thing) -> str:
    """first, third or plural: what the verb agrees with."""
    if isinstance(subject, Pronoun):
        return {"I": "first", "we": "plural", "you": "plural", "they": "plural"}.get(subject.english, "third")
    if isinstance(subject, Relative):
        return "plural" if subject.gender == "p" else "third"
    return "plural" if isinstance(subject, Nominal) and subject.plural else "third"


def thing(node: Thing, subject: bool = False) -> Words:
    if isinstance(node, Pronoun):
        return node.words(node.english if subject else OBJECT_FORMS.get(node.english, node.english), "pronoun")
    if isinstance(node, Relative):
        return node.words(node.english, "pronoun")
    if isinstance(node, Name):
        return node.words(node.name, "noun")
    words = possessor(node.owner) if node.owner else determiner(node)
    if node.number:
        words += node.words(number(node.number), "number")
    if node.adjective:
        words += node.words(node.adjective.english, "adjective")
    words += node.words(plural(node.noun) if node.plural else node.noun.english, "noun")
    if node.relative:
        words += clause(node.relative)
    if words[0].text == "a" and words[1].text[0] in "aeiou":
        words[0] = words[0]._replace(text="an")
    return words


def possessor(owner: Nominal | Name) -> Words:
    *words, last = thing(owner)
    return [*words, last._replace(text=f"{last.text}'s")]


def determiner(node: Nominal) -> Words:
    text = node.determiner
    if node.plural:
        text = {"a": "", "this": "these"}.get(text, text)
    return node.words(text, "determiner")


def phrase(node: Phrase) -> Words:
    return [node.word(word, *parts) for word, _, parts in (each.partition("/") for each in node.english.split())]


def complement(node: Complement) -> Words:
    if isinstance(node, Phrase):
        return phrase(node)
    if isinstance(node, Prepositional):
        return node.words(node.english, "preposition") + thing(node.nominal)
    if not node.than:
        return node.words(node.adjective.english, "adjective")
    return node.words(comparative(node), "adjective") + node.words("than", "than") + thing(node.than)


def comparative(node: Predicate) -> str:
    """`older`, `bigger`, `happier`, `more expensive`."""
    adjective = node.adjective
    word = adjective.english
    if adjective.more_english:
        return adjective.more_english
    if len(re.findall(r"[aeiou]+", word.removesuffix("e"))) > 1 and not re.fullmatch(r"clever|quiet", word):
        return f"more {word}"
    if word.endswith("y"):
        return f"{word[:-1]}ier"
    if re.search(r"[^aeiou][aeiou][bdgnt]$", word):
        word += word[-1]
    return word.removesuffix("e") + "er"


def either(node: Thing | Adjunct | None, subject: bool = False) -> Words:
    if node is None:
        return []
    return complement(node) if isinstance(node, (Phrase, Prepositional)) else thing(node, subject)


def past(verb: Verb) -> str:
    return verb.past_english or add_ed(verb.english)


def participle(verb: Verb) -> str:
    return verb.participle_english or add_ed(verb.english)


def verbs(node: Clause, inverted: bool) -> tuple[Words, Words]:
    """The auxiliary, which stands before `not` and may stand before the subject; and the verbs after it."""
    verb, who, then = node.verb, person(node.subject), node.tense == "past"
    if node.modal:
        to = [Word("to")] if node.modal.infinitive_mark else []
        lexical = [*to, node.word(verb.english, "verb")]
        if not node.modal.auxiliary:
            return simple(node, node.modal.english, node.modal.past_english, "finite", inverted, lexical)
        if node.modal.english == "can" and node.negated and not inverted:
            return [node.word("cannot", "finite", "not")], lexical
        if node.modal.english == "would":
            lexical.insert(0, node.word("like", "finite"))
        return [node.word(node.modal.english, "finite")], lexical
    if verb.english == "be" and node.tense != "perfect":
        return [node.word(BE[who][then], "finite", "verb")], []
    if node.tense == "progressive":
        return [node.word(BE[who][0], "finite")], [node.word(add_ing(verb.english), "verb")]
    if node.tense == "perfect":
        return [node.word("has" if who == "third" else "have", "finite")], [node.word(participle(verb), "verb")]
    return simple(node, verb.english, past(verb), "finite verb", inverted, [])


def simple(node: Clause, base: str, then: str, parts: str, inverted: bool, rest: Words) -> tuple[Words, Words]:
    """The simple present or past, with `do` where it is asked for."""
    third = person(node.subject) == "third"
    if inverted or (node.negated and not _has_not(node)):
        form = "did" if node.tense == "past" else "does" if third else "do"
        return [node.word(form, "finite")], [node.word(base, *parts.split()), *rest]
    form = then if node.tense == "past" else base
    if third and node.tense != "past":
        form = "has" if base == "have" else add_s(base)
    return [], [node.word(form, *parts.split()), *rest]


def _has_not(node: Clause) -> bool:
    """Whether the adverb negates already: `not yet`."""
    return node.adverb is not None and node.adverb.kind == "not yet"


def tail(node: Clause) -> Words:
    """All that follows the verbs."""
    verb = node.verb
    particle = node.words(verb.particle_english, verb.particle_means)
    indirect = thing(node.indirect) if node.indirect and node.front != "indirect" else []
    direct = thing(node.object) if node.object and node.front != "object" else []
    shifted = verb.shifting and isinstance(node.object, Pronoun)
    words = indirect + direct + particle if shifted else particle + indirect + direct
    if node.complement:
        words += complement(node.complement)
    for name in ("place", "time"):
        if node.front != name:
            words += either(getattr(node, name))
    if node.infinitive:
        inner = node.infinitive
        words += [inner.word("to", "to"), inner.word(inner.verb.english, "verb"), *tail(inner)]
    return words


def clause(node: Clause, inverted: bool = False) -> Words:
    """A clause; after `inverted`, as a question."""
    auxiliary, lexical = verbs(node, inverted)
    subject = thing(node.subject, subject=True)
    adverb = phrase(node.adverb) if node.adverb else []
    negation = [node.word("not", "not")] if node.negated and not _has_not(node) else []
    if any(word.text == "cannot" for word in auxiliary):
        negation = []
    front = either(node.fronted)
    if inverted:
        return front + auxiliary + subject + negation + adverb + lexical + tail(node)
    if isinstance(node.fronted, (Phrase, Prepositional)):
        front.append(Word(","))
    return front + subject + auxiliary + negation + adverb + lexical + tail(node)


def sentence(node: Sentence) -> Words:
    main = node.clause
    mark = "?" if node.mode == "question" else "."
    if node.mode == "request":
        negation = [main.word("do", "finite"), main.word("not", "not")] if main.negated else []
        verb = main.word(main.verb.english, "finite", "verb")
        words = [node.word("please", "please"), *negation, verb, *tail(main)]
    else:
        words = clause(main, inverted=node.mode == "question" and not main.asks_for_subject)
    if node.conjunction and node.second:
        second = phrase(node.conjunction) + clause(node.second)
        comma = node.mark.word(",", "comma")
        if main.front == "clause":
            words = [*second, comma, *words]
        else:
            words += [comma, *second] if node.coordinate else second
    return tidy([*words, node.mark.word(mark, "end")])
