"""The built-in phrasebook: grammatical, aligned by its grammar, and tested on combinations that training never has."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from recurra.data.phrasebook import FAMILIAR, SHARES, SIDES, SIZES, english, generate, german, realise, tokens
from recurra.data.phrasebook.heldout import HELD_OUT, label, split_of
from recurra.data.phrasebook.lexicon import ADJECTIVES, NOUNS, POOLS
from recurra.data.phrasebook.lexicon import words as words_of
from recurra.data.phrasebook.phrases import CLOCK
from recurra.data.phrasebook.tree import (
    Clause,
    Name,
    Nominal,
    Phrase,
    Predicate,
    Prepositional,
    Pronoun,
    Relative,
    Sentence,
    Thing,
)
from recurra.data.phrasebook.verbs import MODALS, OTHER, VERBS, Verb

Rows = list[dict[str, Any]]
Corpus = dict[str, Rows]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return generate()


# the corpus as a whole


def test_same_seed_same_corpus(corpus: Corpus) -> None:
    assert generate(0) == corpus


def test_sizes_and_columns(corpus: Corpus) -> None:
    assert {split: len(rows) for split, rows in corpus.items()} == SIZES
    assert sum(SIZES.values()) >= 20_000
    for split, rows in corpus.items():
        counts = Counter(row["phenomenon"] for row in rows)
        assert counts == {phenomenon: round(share * SIZES[split]) for phenomenon, share in SHARES.items()}
        assert all(list(row) == ["en", "de", "alignment", "phenomenon"] for row in rows)


@pytest.mark.parametrize("side", SIDES)
def test_one_translation_each(corpus: Corpus, side: str) -> None:
    """No sentence stands twice, so none has two translations, and none of the test is known from training."""
    texts = [row[side] for rows in corpus.values() for row in rows]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("side", SIDES)
def test_words_of_the_test_are_familiar(corpus: Corpus, side: str) -> None:
    known = Counter(word for row in corpus["train"] for word in tokens(row[side]))
    assert len(known) >= 1_000
    for split in ("validation", "test"):
        assert all(known[word] >= FAMILIAR for row in corpus[split] for word in tokens(row[side]))


def test_texts_are_well_formed(corpus: Corpus) -> None:
    for row in (row for rows in corpus.values() for row in rows):
        for side in SIDES:
            assert re.fullmatch(r"[A-Z][A-Za-zÄÖÜäöüß' ,-]+[.?]", row[side]), row
            assert not re.search(r"  | [,.?]|,[,.?]", row[side]), row
        assert row["en"][-1] == row["de"][-1]
        assert not re.search(r"\b[Aa] [aeio]|\b[Aa]n [bcdfgjklmnpqrstvwxyz]", row["en"]), row
        assert not re.search(r"\b(in|an|von|zu) dem\b|\b(in|an) das\b|\bzu der\b", row["de"]), row


# the alignment


def test_alignment(corpus: Corpus) -> None:
    """Every pair is in range, and every word that means something has a partner."""
    free = {"en": {",", "to", "of", "."}, "de": {",", "Sie", "der", "die", "das", "den", "dem"}}
    for row in (row for rows in corpus.values() for row in rows):
        for k, side in enumerate(SIDES):
            words = tokens(row[side])
            aligned = {pair[k] for pair in row["alignment"]}
            assert aligned <= set(range(len(words)))
            lone = {word for i, word in enumerate(words) if i not in aligned}
            assert {word if word == "Sie" else word.lower() for word in lone} <= free[side], row
        assert row["alignment"] == sorted(row["alignment"])


def test_names_are_aligned_with_themselves(corpus: Corpus) -> None:
    for row in corpus["test"]:
        words = {side: tokens(row[side]) for side in SIDES}
        for i, word in enumerate(words["en"]):
            if word in ("Anna", "Paul", "Lukas", "April", "November"):
                assert [words["de"][j] for at, j in row["alignment"] if at == i] == [word]


# what is held out

DETERMINERS = ("", *words_of("a an the this these every which many my his her our your their"))


def said(sort: str, word: str, partner: str) -> list[str]:
    """What a combination looks like in English, lower case."""
    if sort == "date":
        month = english.MONTH_NAMES[german.MONTH_NAMES.index(word)]
        return [f"{english.ordinal(int(partner))} of {month}".lower()]
    if sort == "clock":
        here, following = (english.number(int(partner)), english.number(int(partner) % 12 + 1))
        pattern, _ = CLOCK[int(word)]
        return [re.sub(r"/\d", "", pattern.replace(" h/", f" {here}/").replace(" n/", f" {following}/"))]
    nouns = [noun for noun in NOUN if noun.german == partner]
    forms = [form for noun in nouns for form in {noun.english, english.plural(noun)}]
    if sort == "number":
        value = next(value for value in range(2, 100) if german.number(value) == word)
        return [f"{english.number(value)} {english.plural(noun)}" for noun in nouns]
    if sort == "adjective":
        return [f"{each.english} {form}" for each in ADJECTIVES if each.german == word for form in forms]
    [verb] = [verb for verbs in VERBS.values() for verb in verbs if label(verb) == word]
    conjugated = {verb.english, english.add_s(verb.english), english.past(verb), english.add_ing(verb.english)}
    heads = [" ".join(f"{form} {verb.particle_english} {verb.preposition[0]}".split()) for form in conjugated]
    return [" ".join(f"{head} {before} {form}".split()) for head in heads for before in DETERMINERS for form in forms]


def runs(rows: Rows) -> set[str]:
    """All that stands in a row in the English texts, up to five words."""
    found: set[str] = set()
    for row in rows:
        words = tokens(row["en"].lower())
        found.update(" ".join(words[i : i + n]) for i in range(len(words)) for n in range(2, 6))
    return found


def test_held_out_combinations_stand_in_one_split_alone(corpus: Corpus) -> None:
    """Read off the texts, not the trees that they were written from."""
    found = {split: runs(rows) for split, rows in corpus.items()}
    hits: Counter[tuple[str, str]] = Counter()
    for (sort, word, partner), kept in HELD_OUT.items():
        for phrase in said(sort, word, partner) if sort != "order" else ():
            for split in found:
                assert split == kept or phrase not in found[split], (phrase, split)
            hits[kept, sort] += phrase in found[kept]
    for kept in ("validation", "test"):
        assert all(hits[kept, sort] >= 8 for sort in ("adjective", "object", "number", "date", "clock")), hits


def test_held_out_orders(corpus: Corpus) -> None:
    """A modal verb after a place that begins the sentence stands in the test alone."""
    modal = re.compile(
        r"(In|At) (the|this|my|his|her|our|your|their) (?!moment)[^,]+, [^,]*"
        r"\b(can|may|will|should|would|wants?|wanted|(has|have|had) to)\b[^,]*\."
    )
    place = re.compile(r"(In|At) (the|this|my|his|her|our|your|their) (?!moment)[^,]+, ")
    counts = {split: sum(bool(modal.match(row["en"])) for row in rows) for split, rows in corpus.items()}
    assert counts["test"] >= 5
    assert counts["train"] == counts["validation"] == 0
    assert sum(bool(place.match(row["en"])) for row in corpus["train"]) > 50


def test_split_of() -> None:
    """A sentence that has something of both splits belongs to neither, and so to none."""
    first, second = (
        next(each for each, kept in HELD_OUT.items() if kept == split and each[0] == "adjective")
        for split in ("test", "validation")
    )

    def nominal(combination: tuple[str, str, str]) -> Nominal:
        _, word, partner = combination
        [adjective] = [each for each in ADJECTIVES if each.german == word and partner in fitting(each.kinds)]
        return Nominal(next(noun for noun in NOUN if noun.german == partner), "the", adjective)

    def fitting(kinds: tuple[str, ...]) -> list[str]:
        return [noun.german for kind in kinds for noun in POOLS[kind]]

    def sentence(subject: Thing, other: Thing) -> Sentence:
        return Sentence(Clause(subject, OTHER["gehören"], indirect=other))

    assert split_of(sentence(nominal(first), HE)) == "test"
    assert split_of(sentence(nominal(second), HE)) == "validation"
    assert split_of(sentence(nominal(first), nominal(second))) is None
    assert split_of(sentence(HE, HE)) == "train"


# agreement and order, on sentences checked by hand

NOUN = [noun for nouns in NOUNS.values() for noun in nouns]
ME, HE, SHE = Pronoun("I", "ich"), Pronoun("he", "er"), Pronoun("she", "sie")
WE, YOU, THEY = Pronoun("we", "wir"), Pronoun("you", "Sie"), Pronoun("they", "sie+")
IT = Pronoun("it", "es")
ANNA = Name("Anna", "she")
MONDAY = Phrase("time", "on/1 Monday/2", "am/1 Montag/2")
YESTERDAY = Phrase("time", "yesterday/1", "gestern/1")
TOMORROW = Phrase("time", "tomorrow/1", "morgen/1")
THIRD_OF_MAY = Phrase("date", "on/1 the/1 third/2 of/4 May/3", "am/1 dritten/2 Mai/3")
HALF_PAST = Phrase("clock", "at/1 half/3 past/3 seven/2", "um/1 halb/3 acht/2")
ALREADY = Phrase("done", "already/1", "schon/1")
NOT_YET = Phrase("not yet", "not/2 yet/1", "noch/1 nicht/2")
OFTEN = Phrase("frequency", "often/1", "oft/1")


def np(text: str, **more: Any) -> Nominal:
    """`the old man`, `- fresh bread`; a plus marks the plural."""
    determiner, *adjectives, name = text.split()
    noun = next(each for each in NOUN if each.english == name.removesuffix("+").replace("_", " "))
    adjective = next((each for each in ADJECTIVES if [each.english] == adjectives), None)
    return Nominal(noun, determiner.strip("-"), adjective, name.endswith("+"), **more)


def verb(name: str, frame: str = "") -> Verb:
    """A verb by its German infinitive."""
    found = [each for verbs in VERBS.values() for each in verbs if each.particle + each.german == name]
    return next(each for each in found if frame in ("", each.frame))


def clause(subject: Thing, name: str, tense: str = "present", frame: str = "", **more: Any) -> Clause:
    return Clause(subject, verb(name, frame), tense, **more)


def to(english: str, german: str, case: str, nominal: Thing, kind: str = "place") -> Prepositional:
    return Prepositional(kind, english, german, case, nominal)


def link(main: Clause, words: str, second: Clause, coordinate: bool = False) -> Sentence:
    english, german = words.split()
    conjunction = Phrase("conjunction", f"{english}/1", f"{german}/1")
    return Sentence(main, conjunction=conjunction, second=second, coordinate=coordinate)


DOOR = np("the door")
GARDEN = to("in", "in", "dative", np("the garden"))
CAN, MUST, WILL = MODALS["can"], MODALS["must"], MODALS["will"]


def bare(adjective: str) -> Predicate:
    return Predicate(next(each for each in ADJECTIVES if each.english == adjective))


def than(adjective: str, other: Thing) -> Predicate:
    return Predicate(bare(adjective).adjective, other)


GOLDEN: dict[str, tuple[str, Sentence | Clause]] = {
    # adjective endings: weak, mixed, strong
    "The old man is buying a red coat.": (
        "Der alte Mann kauft einen roten Mantel.",
        clause(np("the old man"), "kaufen", "progressive", object=np("a red coat")),
    ),
    "A young girl has a small dog.": (
        "Ein junges Mädchen hat einen kleinen Hund.",
        clause(np("a young girl"), "haben", object=np("a small dog")),
    ),
    "This new car belongs to my poor aunt.": (
        "Dieses neue Auto gehört meiner armen Tante.",
        clause(np("this new car"), "gehören", indirect=np("my poor aunt")),
    ),
    "She drinks cold milk.": (
        "Sie trinkt kalte Milch.",
        clause(SHE, "trinken", object=np("- cold milk")),
    ),
    "We eat fresh bread.": ("Wir essen frisches Brot.", clause(WE, "essen", object=np("- fresh bread"))),
    "I am drinking hot tea.": (
        "Ich trinke heißen Tee.",
        clause(ME, "trinken", "progressive", object=np("- hot tea")),
    ),
    "Our expensive hats are dark.": (
        "Unsere teuren Hüte sind dunkel.",
        clause(np("our expensive hat+"), "sein", complement=bare("dark")),
    ),
    "He needs an expensive skirt.": (
        "Er braucht einen teuren Rock.",
        clause(HE, "brauchen", object=np("a expensive skirt")),
    ),
    "Many tired students see every dark church.": (
        "Viele müde Studenten sehen jede dunkle Kirche.",
        clause(np("many tired student+"), "sehen", object=np("every dark church")),
    ),
    # cases, weak nouns, the dative plural, the genitive
    "I am helping the old neighbor.": (
        "Ich helfe dem alten Nachbarn.",
        clause(ME, "helfen", "progressive", indirect=np("the old neighbor")),
    ),
    "They are thanking their friendly teachers.": (
        "Sie danken ihren freundlichen Lehrern.",
        clause(THEY, "danken", "progressive", indirect=np("their friendly teacher+")),
    ),
    "She gives the child a blue ball.": (
        "Sie gibt dem Kind einen blauen Ball.",
        clause(SHE, "geben", indirect=np("the child"), object=np("a blue ball")),
    ),
    "The clever boy's book is interesting.": (
        "Das Buch des klugen Jungen ist interessant.",
        clause(np("the book", owner=np("the clever boy")), "sein", complement=bare("interesting")),
    ),
    "Anna's old bicycle was broken.": (
        "Annas altes Fahrrad war kaputt.",
        clause(np("the old bicycle", owner=ANNA), "sein", "past", complement=bare("broken")),
    ),
    "We slept because of the storm.": (
        "Wir haben wegen des Sturmes geschlafen.",
        clause(WE, "schlafen", "past", time=to("because of", "wegen", "genitive", np("the storm"), "time")),
    ),
    # two-way prepositions and contractions
    "He lays the book on the small table.": (
        "Er legt das Buch auf den kleinen Tisch.",
        clause(HE, "legen", object=np("the book"), complement=to("on", "auf", "accusative", np("the small table"))),
    ),
    "The book is lying on the small table.": (
        "Das Buch liegt auf dem kleinen Tisch.",
        clause(np("the book"), "liegen", "progressive", complement=to("on", "auf", "dative", np("the small table"))),
    ),
    "I am going into the old house.": (
        "Ich gehe ins alte Haus.",
        clause(ME, "gehen", "progressive", complement=to("into", "in", "accusative", np("the old house"))),
    ),
    "You are going to the station.": (
        "Sie gehen zum Bahnhof.",
        clause(YOU, "gehen", "progressive", complement=to("to", "zu", "dative", np("the station"))),
    ),
    # verb second
    "On Monday, the teacher is coming back.": (
        "Am Montag kommt der Lehrer zurück.",
        clause(np("the teacher"), "zurückkommen", "progressive", time=MONDAY, front="time"),
    ),
    "In the garden, she is reading a book.": (
        "Im Garten liest sie ein Buch.",
        clause(SHE, "lesen", "progressive", object=np("a book"), place=GARDEN, front="place"),
    ),
    "She often reads the book in the garden.": (
        "Sie liest oft das Buch im Garten.",
        clause(SHE, "lesen", object=np("the book"), place=GARDEN, adverb=OFTEN),
    ),
    # separable verbs
    "He opens the door.": ("Er macht die Tür auf.", clause(HE, "aufmachen", object=DOOR)),
    "I will call you tomorrow.": (
        "Ich werde Sie morgen anrufen.",
        clause(ME, "anrufen", modal=WILL, object=YOU, time=TOMORROW),
    ),
    "She has already opened the door.": (
        "Sie hat die Tür schon aufgemacht.",
        clause(SHE, "aufmachen", "perfect", object=DOOR, adverb=ALREADY),
    ),
    "I know that he opens the door.": (
        "Ich weiß, dass er die Tür aufmacht.",
        link(clause(ME, "wissen"), "that dass", clause(HE, "aufmachen", object=DOOR)),
    ),
    "He is trying to open the door.": (
        "Er versucht, die Tür aufzumachen.",
        clause(HE, "versuchen", "progressive", infinitive=clause(HE, "aufmachen", object=DOOR)),
    ),
    "Please pick her up.": (
        "Bitte holen Sie sie ab.",
        Sentence(clause(YOU, "abholen", object=SHE), "request"),
    ),
    # the perfect
    "Yesterday, we ran to the beach.": (
        "Gestern sind wir zum Strand gelaufen.",
        clause(
            WE,
            "laufen",
            "past",
            complement=to("to", "zu", "dative", np("the beach")),
            time=YESTERDAY,
            front="time",
        ),
    ),
    "He has not yet got up.": (
        "Er ist noch nicht aufgestanden.",
        clause(HE, "aufstehen", "perfect", adverb=NOT_YET),
    ),
    # verb last
    "If it rains, we will sleep.": (
        "Wenn es regnet, werden wir schlafen.",
        link(clause(WE, "schlafen", modal=WILL, front="clause"), "if wenn", clause(IT, "regnen")),
    ),
    "She is working although she is tired.": (
        "Sie arbeitet, obwohl sie müde ist.",
        link(
            clause(SHE, "arbeiten", "progressive", "intransitive"),
            "although obwohl",
            clause(SHE, "sein", complement=bare("tired")),
        ),
    ),
    "He cried because he had to wash up the cup.": (
        "Er hat geweint, weil er die Tasse abwaschen musste.",
        link(
            clause(HE, "weinen", "past"),
            "because weil",
            clause(HE, "abwaschen", "past", modal=MUST, object=np("the cup")),
        ),
    ),
    "The man whom she is helping is rich.": (
        "Der Mann, dem sie hilft, ist reich.",
        clause(
            np(
                "the man",
                relative=clause(SHE, "helfen", "progressive", indirect=Relative("whom", "m"), front="indirect"),
            ),
            "sein",
            complement=bare("rich"),
        ),
    ),
    "The coat is old, but she wears it.": (
        "Der Mantel ist alt, aber sie trägt ihn.",
        link(
            clause(np("the coat"), "sein", complement=bare("old")),
            "but aber",
            clause(SHE, "tragen", object=Pronoun("it", "er")),
            coordinate=True,
        ),
    ),
    # modal verbs, negation, questions
    "He cannot find the key.": (
        "Er kann den Schlüssel nicht finden.",
        clause(HE, "finden", modal=CAN, negated=True, object=np("the key")),
    ),
    "She does not have to wait for the bus.": (
        "Sie muss nicht auf den Bus warten.",
        clause(
            SHE,
            "warten",
            frame="prepositional",
            modal=MUST,
            negated=True,
            complement=to("for", "auf", "accusative", np("the bus")),
        ),
    ),
    "They did not buy big apples.": (
        "Sie haben keine großen Äpfel gekauft.",
        clause(THEY, "kaufen", "past", negated=True, object=np("- big apple+")),
    ),
    "Does he see the bear?": (
        "Sieht er den Bären?",
        Sentence(clause(HE, "sehen", object=np("the bear")), "question"),
    ),
    "Which book did the student forget?": (
        "Welches Buch hat der Student vergessen?",
        Sentence(clause(np("the student"), "vergessen", "past", object=np("which book"), front="object"), "question"),
    ),
    "Who invited the guests?": (
        "Wer hat die Gäste eingeladen?",
        Sentence(clause(Pronoun("who", "wer"), "einladen", "past", object=np("the guest+")), "question"),
    ),
    # numbers, dates, clock times, comparison
    "I have twenty-one black cats.": (
        "Ich habe einundzwanzig schwarze Katzen.",
        clause(ME, "haben", object=np("- black cat+", number=21)),
    ),
    "On the third of May, the doctor left.": (
        "Am dritten Mai ist der Arzt abgereist.",
        clause(np("the doctor"), "abreisen", "past", time=THIRD_OF_MAY, front="time"),
    ),
    "He is arriving at half past seven.": (
        "Er kommt um halb acht an.",
        clause(HE, "ankommen", "progressive", time=HALF_PAST),
    ),
    "The white house is older than our church.": (
        "Das weiße Haus ist älter als unsere Kirche.",
        clause(np("the white house"), "sein", complement=than("old", np("our church"))),
    ),
    "My coat is more expensive than this warm jacket.": (
        "Mein Mantel ist teurer als diese warme Jacke.",
        clause(np("my coat"), "sein", complement=than("expensive", np("this warm jacket"))),
    ),
}


@pytest.mark.parametrize("source", GOLDEN)
def test_sentences_checked_by_hand(source: str) -> None:
    target, tree = GOLDEN[source]
    row = realise(tree if isinstance(tree, Sentence) else Sentence(tree), "golden")
    assert (row["en"], row["de"]) == (source, target)


@pytest.mark.parametrize(
    ("source", "pairs"),
    [
        ("He opens the door.", "He-Er opens-macht opens-auf the-die door-Tür .-."),
        ("Please pick her up.", "Please-Bitte pick-holen her-sie up-ab .-."),
        ("They did not buy big apples.", "They-Sie did-haben not-keine buy-gekauft big-großen apples-Äpfel .-."),
        ("Yesterday, we ran to the beach.", "Yesterday-Gestern we-wir ran-sind ran-gelaufen to-zum the-zum"),
        ("I am going into the old house.", "I-Ich am-gehe going-gehe into-ins the-ins old-alte house-Haus .-."),
        ("The clever boy's book is interesting.", "The-des clever-klugen boy's-Jungen book-Buch is-ist"),
        ("He is arriving at half past seven.", "He-Er is-kommt arriving-kommt arriving-an at-um half-halb past-halb"),
    ],
)
def test_alignments_checked_by_hand(source: str, pairs: str) -> None:
    _, tree = GOLDEN[source]
    row = realise(tree if isinstance(tree, Sentence) else Sentence(tree), "golden")
    left, right = tokens(row["en"]), tokens(row["de"])
    assert set(pairs.split()) <= {f"{left[i]}-{right[j]}" for i, j in row["alignment"]}


@pytest.mark.parametrize(
    ("spell", "values", "words"),
    [
        (
            german.number,
            (1, 7, 16, 17, 20, 21, 30, 61, 76),
            """eins sieben sechzehn siebzehn zwanzig einundzwanzig
            dreißig einundsechzig sechsundsiebzig""",
        ),
        (english.number, (1, 12, 13, 40, 58, 99), "one twelve thirteen forty fifty-eight ninety-nine"),
        (german.ordinal, (1, 3, 7, 8, 19, 20, 31), "erst dritt siebt acht neunzehnt zwanzigst einunddreißigst"),
        (english.ordinal, (1, 2, 5, 9, 12, 20, 23), "first second fifth ninth twelfth twentieth twenty-third"),
    ],
)
def test_numbers_and_ordinals(spell: Callable[[int], str], values: tuple[int, ...], words: str) -> None:
    assert [spell(value) for value in values] == words.split()
