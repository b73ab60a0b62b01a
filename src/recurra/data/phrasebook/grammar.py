"""The constructions of two clauses, and the list of all."""

from collections.abc import Callable

from .clauses import ANY
from .lexicon import KIN, NOUNS, words
from .simple import Simple
from .tree import Clause, Nominal, Phrase, Pronoun, Relative, Sentence, Thing
from .verbs import MODALS, OTHER, VERBS, Verb

CONJUNCTIONS = {
    "because": ("because/1", "weil/1"),
    "although": ("although/1", "obwohl/1"),
    "if": ("if/1", "wenn/1"),
    "when": ("when/1", "als/1"),
    "before": ("before/1", "bevor/1"),
    "that": ("that/1", "dass/1"),
    "whether": ("whether/1", "ob/1"),
    "but": ("but/1", "aber/1"),
}
REPORTS = ("sagen", "wissen", "denken", "glauben", "hoffen")
ACTIVITIES = words("eat drink read write wash repair paint build pack unpack clean cook work dance sing laugh cry draw")
ACQUIRED = ("buy", "look", "find", "order", "forget", "hide")
"""What one does to a thing before one does the next."""
AFTERWARDS = words(
    """sell lose forget hide read wear repair wash eat drink throw take try bring give pick invite call visit greet
    paint feed"""
)
UNTRIED = ("lose", "forget", "see", "hear", "dream", "fall", "wake", "laugh", "cry", "meet")


class Grammar(Simple):
    """Every construction, drawn at random."""

    @property
    def constructions(self) -> dict[str, Callable[[], Sentence]]:
        return {
            "plain": self.plain,
            "fronting": self.fronting,
            "subordinate": self.subordinate,
            "separable verb": self.separable,
            "perfect": self.perfect,
            "modal": self.modal,
            "negation": self.negation,
            "question": self.question,
            "request": self.request,
            "number": self.number,
            "date": self.date_or_time,
            "pronoun": self.coreference,
            "infinitive": self.with_infinitive,
            "relative": self.relative,
            "comparison": self.comparison,
            "genitive": self.genitive,
            "position": self.put_or_lie,
        }

    def conjunction(self, word: str) -> Phrase:
        return Phrase("conjunction", *CONJUNCTIONS[word])

    # subordinate clauses

    def subordinate(self) -> Sentence:
        kinds = [self.reason, self.condition, self.moment, self.report, self.doubt]
        [kind] = self.random.choices(kinds, [0.35, 0.15, 0.2, 0.22, 0.08])
        return kind()

    def joined(self, main: Clause, word: str, second: Clause) -> Sentence:
        """Main clause and subordinate clause, in either order; the name comes first, its pronoun after it."""
        if self.chance(0.4):
            main.front = "clause"
            if isinstance(second.subject, Pronoun) and second.subject.english != "it" and second.object is None:
                same = self.refer(main.subject)
                if same and same.english == second.subject.english:
                    main.subject, second.subject = second.subject, main.subject
        return Sentence(main, conjunction=self.conjunction(word), second=second)

    def reason(self) -> Sentence:
        main = self.event(self.random.choice(["progressive", "past"]))
        if main.verb.state:
            return self.reason()
        if self.chance(0.25):
            main.tense, main.modal = "present", MODALS[self.random.choice(["can", "must", "want", "should", "will"])]
        then = "past" if main.tense == "past" else "present"
        subject = self.refer(main.subject)
        if subject is None or self.chance(0.2):
            weather = OTHER[self.random.choice(["regnen", "schneien"])]
            second = Clause(Pronoun("it", "es"), weather, "past" if then == "past" else "progressive")
        elif self.chance(0.5):
            second = Clause(subject, OTHER["sein"], then, complement=self.state())
        else:
            second = self.event("present", subject=subject)
            while second.verb.state or second.verb == main.verb or second.verb.english in UNTRIED:
                second = self.event("present", subject=subject)
            second.tense, second.modal = then, MODALS[self.random.choice(["must", "want"])]
        return self.joined(main, self.random.choice(["because", "because", "although"]), second)

    def condition(self) -> Sentence:
        main = self.event("present")
        if main.verb.state:
            return self.condition()
        main.modal = MODALS[self.random.choice(["will", "will", "must", "can", "should"])]
        roll = self.random.random()
        if roll < 0.25:
            second = Clause(Pronoun("it", "es"), OTHER[self.random.choice(["regnen", "schneien"])])
        elif roll < 0.5:
            second = Clause(self.who(0.3), OTHER["sein"], complement=self.state())
        else:
            second = self.event("present")
            while second.verb.state or second.verb == main.verb:
                second = self.event("present")
        return self.joined(main, "if", second)

    def moment(self) -> Sentence:
        main, second = self.event("past"), self.event("past")
        if main.verb.state or second.verb.state or main.verb == second.verb:
            return self.moment()
        return self.joined(main, self.random.choice(["when", "when", "before"]), second)

    def report(self) -> Sentence:
        main = Clause(self.who(), OTHER[self.random.choice(REPORTS)])
        return Sentence(main, conjunction=self.conjunction("that"), second=self.content())

    def doubt(self) -> Sentence:
        main = Clause(self.who(), OTHER["wissen"], negated=True)
        return Sentence(main, conjunction=self.conjunction("whether"), second=self.content())

    def content(self) -> Clause:
        """What one knows or says."""
        if self.chance(0.25):
            return self.described(self.random.choice(["present", "past"]))
        clause = self.event(self.random.choice(["present", "progressive", "past", "perfect"]))
        if self.chance(0.25) and not clause.verb.state and clause.tense == "present":
            clause.modal = self.random.choice(list(MODALS.values()))
        return self.timed(clause, share=0.3)

    # two clauses of another kind

    def coreference(self) -> Sentence:
        """A thing, and its pronoun: of the gender of its noun in German."""
        if self.chance(0.5):
            verb = self.random.choice([each for each in VERBS["accusative"] if each.english in ACQUIRED])
            noun = self.noun(tuple(kind for kind in verb.objects if kind not in ("person", "mass")))
            thing = self.known(noun) if self.chance(0.5) else self.new(noun)
            first = Clause(self.who(), verb, "past", object=thing)
            subject: Thing = self.refer(first.subject) or self.pronoun()
        else:
            first = self.described()
            if not isinstance(first.subject, Nominal) or first.subject.noun.english == "child":
                return self.coreference()
            thing, verb = first.subject, first.verb
            subject = self.who()
        fitting = self.afterwards(thing, verb)
        pronoun = self.refer(thing)
        if not fitting or pronoun is None or _alike(subject, pronoun):
            return self.coreference()
        second = Clause(subject, self.random.choice(fitting), "past", object=pronoun)
        roll = self.random.random()
        if roll < 0.4:
            second.tense, second.modal = "present", self.random.choice(list(MODALS.values()))
            second.negated = self.chance(0.3)
        elif roll < 0.6:
            second.tense, second.adverb = "perfect", Phrase("done", "already/1", "schon/1")
        elif roll < 0.8:
            second.tense, second.adverb = "perfect", Phrase("not yet", "not/2 yet/1", "noch/1 nicht/2")
        else:
            second.negated = True
        return Sentence(first, conjunction=self.conjunction("but"), second=second, coordinate=True)

    def afterwards(self, thing: Nominal, before: Verb) -> list[Verb]:
        fitting = [each for each in self.verbs_with(thing.noun) if each.english in AFTERWARDS and each != before]
        return [each for each in fitting if each.particle_english not in ("on", "off")]

    def with_infinitive(self) -> Sentence:
        matrix, tenses = self.random.choice(
            [
                ("versuchen", ["progressive", "past"]),
                ("vergessen", ["past"]),
                ("beginnen", ["past"]),
                ("versprechen", ["past"]),
                ("hoffen", ["present"]),
            ]
        )
        main = Clause(self.who(), OTHER[matrix], self.random.choice(tenses))
        inner = self.event("present", ANY | {"separable": 8}, subject=main.subject)
        wanted = inner.verb.english in ACTIVITIES if matrix == "beginnen" else inner.verb.english not in UNTRIED
        if inner.verb.state or not wanted:
            return self.with_infinitive()
        main.infinitive = inner
        if main.tense == "past" and self.chance(0.3):
            main.time = self.when("past", False)
            main.front = "time"
        return Sentence(main)

    def relative(self) -> Sentence:
        if self.chance(0.5):
            noun = self.random.choice([each for each in NOUNS["person"] if each.english not in KIN])
            known = Nominal(noun, "the", self.adjective(noun), self.chance(0.2))
            known.relative = self.about_person(known)
            if self.chance(0.5):
                verb = self.random.choice([each for each in VERBS["accusative"] if each.english in ("know", "see")])
                return Sentence(Clause(self.who(), verb, object=known))
        else:
            kinds = ("clothes", "vehicle", "text", "thing", "container", "furniture", "device")
            noun = self.noun(kinds)
            known = Nominal(noun, "the", self.adjective(noun, 0.25), self.chance(0.2))
            verb = self.random.choice([each for each in self.verbs_with(noun) if not each.state])
            relative = Relative("that", "p" if known.plural else noun.gender)
            known.relative = Clause(self.who(0.5), verb, "past", object=relative, front="object")
        tense = self.random.choice(["present", "past"])
        return Sentence(Clause(known, OTHER["sein"], tense, complement=self.predicate(known)))

    def about_person(self, known: Nominal) -> Clause:
        """who bought the car, whom she is helping."""
        gender = "p" if known.plural else known.noun.gender
        tense = self.random.choice(["progressive", "past"])
        if self.chance(0.6):
            return self.event(tense, subject=Relative("who", gender))
        case = self.random.choice(["object", "indirect"])
        verbs = [*VERBS["accusative"], *VERBS["separable"]] if case == "object" else VERBS["dative"]
        verb = self.random.choice([each for each in verbs if "person" in each.objects and not each.state])
        clause = Clause(self.who(0.5), verb, tense, front=case)
        setattr(clause, case, Relative("whom", gender))
        return clause


def _alike(subject: Thing, pronoun: Pronoun) -> bool:
    """Whether a subject and an object might be taken for the same."""
    return isinstance(subject, Pronoun) and subject.english == pronoun.english
