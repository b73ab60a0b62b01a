"""The constructions of one clause: each draws the tree of a sentence."""

from . import english, german
from .clauses import ANY, SEPARABLE, SIMPLE, SUDDEN, TIMELESS, Clauses, placed, planned
from .lexicon import FITTING
from .phrases import INCOMPARABLE, NOT_YET
from .tree import Clause, Name, Nominal, Phrase, Predicate, Pronoun, Sentence, Thing
from .verbs import MODALS, OTHER, VERBS, Verb

QUESTION_WORDS = {
    "when": ("when/1", "wann/1"),
    "why": ("why/1", "warum/1"),
    "where": ("where/1", "wo/1"),
}
IMPOSSIBLE_REQUEST = ("lose", "find", "forget", "see", "need", "know", "hear", "love", "understand", "dream", "hide")


class Simple(Clauses):
    """Sentences of one clause, drawn at random."""

    def plain(self) -> Sentence:
        roll = self.random.random()
        if roll < 0.25:
            return Sentence(self.described(self.random.choice(["present", "past"])))
        if roll < 0.4:
            verb = self.random.choice([OTHER["haben"], OTHER["gehören"]])
            if verb.english == "belong":
                owned = self.known(self.noun(verb.objects))
                return Sentence(Clause(owned, verb, indirect=self.whom(owned)))
            return Sentence(Clause(self.who(), verb, object=self.some(verb.objects)))
        return Sentence(self.timed(self.event(self.random.choice(["present", "progressive"]), SIMPLE)))

    def fronting(self) -> Sentence:
        while True:
            clause = self.timed(self.event(self.tense()), share=1)
            if self.front(clause):
                return Sentence(clause)

    def separable(self) -> Sentence:
        tense = self.tense()
        clause = self.event(tense, SEPARABLE)
        if self.chance(0.2):
            clause.tense, clause.modal = "present", self.random.choice(list(MODALS.values()))
        self.timed(clause)
        if self.chance(0.4):
            self.front(clause)
        return Sentence(clause)

    def perfect(self) -> Sentence:
        clause = self.timed(self.event(self.random.choice(["past", "perfect"])), share=0.8)
        if self.chance(0.3):
            self.front(clause)
        return Sentence(clause)

    def modal(self) -> Sentence:
        clause = self.event("present")
        clause.modal = self.random.choice(list(MODALS.values()))
        if clause.verb.state or clause.verb.english in SUDDEN:
            return self.modal()
        if clause.modal.past_german and self.chance(0.4):
            clause.tense = "past"
        self.timed(clause)
        if self.chance(0.35):
            self.front(clause)
        return Sentence(clause)

    def negation(self) -> Sentence:
        roll = self.random.random()
        if roll < 0.15:
            clause = self.described(self.random.choice(["present", "past"]))
        elif roll < 0.3:
            clause = Clause(self.who(), OTHER["haben"], object=self.unspecific(OTHER["haben"]))
        elif roll < 0.45:
            clause = self.event("perfect", known=True)
            clause.adverb = self.one_of(NOT_YET, "not yet")
            return Sentence(clause)
        else:
            clause = self.event(self.random.choice(["progressive", "past"]), known=True)
            patient = clause.object if clause.verb.frame in ("accusative", "separable") else None
            if isinstance(patient, Nominal) and patient.noun.kind != "person" and self.chance(0.5):
                clause.object = self.new(patient.noun)
            if self.chance(0.2) and not clause.verb.state:
                clause.tense, clause.modal = "present", self.random.choice(list(MODALS.values()))
            if self.chance(0.5):
                self.timed(clause, share=1).place = None
        clause.negated = True
        return Sentence(clause)

    def unspecific(self, verb: Verb) -> Nominal:
        return self.new(self.noun(verb.objects))

    def question(self) -> Sentence:
        roll = self.random.random()
        tense = self.random.choice(["progressive", "past"])
        if roll < 0.35:
            clause = self.timed(self.event(tense), share=0.3)
            if self.chance(0.25) and not clause.verb.state:
                clause.tense, clause.modal = "present", MODALS[self.random.choice(["can", "must", "will", "want"])]
                clause.time = None
        elif roll < 0.55:
            clause = self.timed(self.event(tense, subject=Pronoun("who", "wer")), share=0.4)
        elif roll < 0.75:
            clause = self.event(tense, {"accusative": 1, "separable": 1})
            while "person" in clause.verb.objects or clause.verb.particle_english == "on":
                clause = self.event(tense, {"accusative": 1, "separable": 1})
            if self.chance(0.5):
                clause.object = Pronoun("what", "was")
            else:
                assert isinstance(clause.object, Nominal)
                noun = clause.object.noun
                many = not noun.mass and self.chance(0.3)
                clause.object = Nominal(noun, "which", self.adjective(noun), many)
            clause.front = "object"
        else:
            clause = self.event(tense, known=True)
            if clause.verb.state:
                return self.question()
            word = self.random.choice(["when", "why", *["where"] * 2 * placed(clause.verb)])
            clause.front = "place" if word == "where" else "time"
            setattr(clause, clause.front, Phrase("question", *QUESTION_WORDS[word]))
        return Sentence(clause, "question")

    def request(self) -> Sentence:
        frames = {"separable": 4, "accusative": 3, "ditransitive": 2, "dative": 1, "put": 2}
        clause = self.event("present", frames, known=True)
        clause.subject = Pronoun("you", "Sie")
        if clause.verb.state or clause.verb.english in IMPOSSIBLE_REQUEST:
            return self.request()
        if any(isinstance(each, Pronoun) and each.english == "you" for each in (clause.object, clause.indirect)):
            return self.request()
        if self.chance(0.2):
            clause.negated = True
            if isinstance(clause.object, Nominal):
                clause.object = self.known(clause.object.noun)
        return Sentence(clause, "request")

    def number(self) -> Sentence:
        value = self.random.randint(2, 99)
        said, words = english.number(value), german.number(value)
        roll = self.random.random()
        if roll < 0.2:
            subject: Thing = self.who()
            if isinstance(subject, Nominal) and subject.noun.english in ("child", "boy", "girl"):
                subject = self.name()
            age = Phrase("measure", f"{said}/1 years/2 old/3", f"{words}/1 Jahre/2 alt/3")
            return Sentence(Clause(subject, OTHER["sein"], complement=age))
        if roll < 0.4:
            verb = OTHER["kosten"]
            price = Phrase("measure", f"{said}/1 euros/2", f"{words}/1 Euro/2")
            tense = self.random.choice(["present", "past"])
            subject = self.known(self.noun(verb.objects), plural=False)
            return Sentence(Clause(subject, verb, tense, complement=price))
        kinds = ("food", "thing", "dish", "furniture", "text", "animal", "clothes", "container")
        noun = self.noun(kinds)
        verbs = [each for each in self.verbs_with(noun) if each.english not in TIMELESS]
        verb = self.random.choice([*verbs, *[OTHER["haben"]] * (noun.kind != "food")])
        tense = "present" if verb.english == "have" else "past"
        counted = Nominal(noun, "", self.adjective(noun, 0.3), plural=True, number=value)
        clause = Clause(self.who(), verb, tense, object=counted)
        if tense == "past" and self.chance(0.5):
            clause.time = self.when("past", False)
        return Sentence(clause)

    def date_or_time(self) -> Sentence:
        tense = self.random.choice(["past", "progressive"])
        frames = ANY if tense == "past" else SEPARABLE | {"motion": 2}
        clause = self.event(tense, frames)
        if clause.verb.english in TIMELESS or (tense == "progressive" and not planned(clause.verb)):
            return self.date_or_time()
        if self.chance(0.2) and not clause.verb.state:
            clause.tense, clause.modal = "present", MODALS[self.random.choice(["must", "will", "can", "want"])]
        clause.time = self.date() if self.chance(0.5) else self.clock()
        if self.chance(0.4):
            self.front(clause)
        return Sentence(clause)

    def put_or_lie(self) -> Sentence:
        if self.chance(0.5):
            clause = self.timed(self.event(self.tense(), {"put": 1}), share=0.4)
        else:
            verb = self.random.choice(VERBS["stay"])
            subject = self.known(self.noun(verb.objects))
            tense = self.random.choice(["progressive", "past"])
            clause = Clause(subject, verb, tense, complement=self.position(verb, moved=False))
            if self.chance(0.3):
                clause.time = self.when(tense, False, planned=False)
        if self.chance(0.2):
            self.front(clause)
        return Sentence(clause)

    def comparison(self) -> Sentence:
        kinds = ("person", "person", "text", "clothes", "vehicle", "furniture", "room", "building", "animal", "food")
        kind = self.random.choice(kinds)
        subject, other = self.known(self.noun((kind,))), self.known(self.noun((kind,)))
        subject.adjective = None
        shared = set(FITTING[subject.noun]) & set(FITTING[other.noun])
        fitting = [each for each in FITTING[subject.noun] if each in shared and each.english not in INCOMPARABLE]
        if other.noun == subject.noun or not fitting:
            return self.comparison()
        than: Thing = self.name() if kind == "person" and self.chance(0.4) else other
        predicate = Predicate(self.random.choice(fitting), than)
        return Sentence(Clause(subject, OTHER["sein"], self.random.choice(["present", "past"]), complement=predicate))

    def owned(self, kinds: tuple[str, ...]) -> Nominal:
        """The teacher's car: the genitive."""
        noun = self.noun(kinds)
        owner: Nominal | Name = self.known(self.noun(("person",)), plural=False)
        if self.chance(0.25):
            owner = self.name()
            while owner.name[-1] in "sx":
                owner = self.name()
        owned = Nominal(noun, "the", self.adjective(noun), plural=self.chance(0.2), owner=owner)
        if isinstance(owner, Nominal) and owned.adjective:
            owner.adjective = None
        return owned

    def genitive(self) -> Sentence:
        if self.chance(0.5):
            subject = self.owned(("clothes", "vehicle", "text", "container", "device", "furniture"))
            tense = self.random.choice(["present", "past"])
            return Sentence(Clause(subject, OTHER["sein"], tense, complement=self.predicate(subject)))
        if self.chance(0.6):
            kinds = ("clothes", "vehicle", "text", "container", "thing")
            thing = self.owned(kinds)
            verb = self.random.choice(self.verbs_with(thing.noun))
            sudden = verb.state or verb.english in SUDDEN
            clause = Clause(self.who(), verb, "past" if sudden else self.random.choice(["past", "progressive"]))
            clause.object = thing
            return Sentence(self.timed(clause, share=0.3))
        clause = self.event("past")
        if clause.verb.english in TIMELESS:
            return self.genitive()
        clause.time = self.during()
        clause.front = "time" if self.chance(0.4) else ""
        return Sentence(clause)
