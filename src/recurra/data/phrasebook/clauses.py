"""Draws clauses: a verb, what it asks for, and when and where it happens."""

from .lexicon import NOUNS, Noun, words
from .phrases import DONE, FREQUENT, Phrases
from .tree import Clause, Phrase, Prepositional, Thing
from .verbs import OTHER, VERBS, Verb

SIMPLE = {
    "accusative": 8,
    "intransitive": 2,
    "motion": 2,
    "dative": 2,
    "ditransitive": 2,
    "prepositional": 2,
    "put": 1,
}
SEPARABLE = {"separable": 4, "separable intransitive": 1}
ANY = SIMPLE | {"separable": 5, "separable intransitive": 2}
PLANNED = words("buy sell visit meet repair paint work cook help bring get arrive leave come go move")
"""What one does tomorrow, said in the progressive; so are the separable verbs with an object."""
TIMELESS = ("know", "love", "trust", "believe", "belong", "cost")
SUDDEN = ("forget", "lose", "find", "fall", "wake")
"""Of these there is hardly a progressive."""
PLACED_VERBS = ("eat", "drink", "read", "write", "meet", "find", "lose", "buy", "draw", "repair", "see", "wait", "hide")
GOALS = {
    "go": ("room", "building", "region", "spot"),
    "run": ("room", "region", "spot"),
    "drive": ("region", "spot"),
    "come": ("room", "building", "spot"),
}
"""Where one gets to, in which way."""


def planned(verb: Verb) -> bool:
    """Whether one says of it in the progressive what will be tomorrow."""
    return verb.frame == "separable" or verb.english in PLANNED


def placed(verb: Verb) -> bool:
    """Whether one asks where it happens."""
    return verb.frame == "intransitive" or (verb.english in PLACED_VERBS and not verb.particle)


class Clauses(Phrases):
    """Clauses, drawn at random."""

    def verb(self, frames: dict[str, int], tense: str) -> Verb:
        while True:
            [frame] = self.random.choices(list(frames), list(frames.values()))
            verb = self.random.choice(VERBS[frame])
            if tense in ("present", "past") or not (verb.state or (tense == "progressive" and verb.english in SUDDEN)):
                return verb

    def event(
        self, tense: str, frames: dict[str, int] = ANY, subject: Thing | None = None, known: bool = False
    ) -> Clause:
        """Somebody does something; `known`: with definite objects alone."""
        return self.complete(Clause(subject or self.who(), self.verb(frames, tense), tense), known)

    def complete(self, clause: Clause, known: bool = False) -> Clause:
        """Adds what the verb asks for."""
        verb = clause.verb
        if verb.frame in ("accusative", "separable"):
            clause.object = self.patient(verb, clause.subject, known)
        elif verb.frame == "dative":
            clause.indirect = self.patient(verb, clause.subject, known=True)
        elif verb.frame == "ditransitive":
            clause.indirect = self.whom(clause.subject)
            clause.object = self.some(verb.objects, known)
        elif verb.frame == "prepositional":
            preposition, german, case = verb.preposition
            object_ = self.patient(verb, clause.subject, known=True)
            clause.complement = Prepositional("object", preposition, german, case, object_)
        elif verb.frame == "motion":
            clause.complement = self.direction(GOALS[verb.english])
        elif verb.frame == "put":
            clause.object = self.some(verb.objects, known)
            clause.complement = self.position(verb, moved=True)
        return clause

    def patient(self, verb: Verb, subject: Thing, known: bool) -> Thing:
        kind = self.random.choice(verb.objects)
        return self.whom(subject) if kind == "person" else self.some((kind,), known)

    def verbs_with(self, noun: Noun) -> list[Verb]:
        """The verbs that may have it as their accusative object."""
        verbs = (*VERBS["accusative"], *VERBS["separable"])
        return [each for each in verbs if noun.kind in each.objects or noun.english in each.objects]

    def timed(self, clause: Clause, share: float = 0.6) -> Clause:
        """Adds a time, which a habit always has, and a place."""
        verb, tense = clause.verb, clause.tense
        if tense == "perfect":
            clause.adverb = self.one_of(DONE, "done")
        elif tense == "present" and not clause.modal and not verb.state and self.chance(0.45):
            clause.adverb = self.one_of(FREQUENT, "frequency")
        elif not (verb.english in TIMELESS or (verb.state and tense == "present")) and (
            self.chance(share) or (tense == "present" and not clause.modal)
        ):
            clause.time = self.when(tense, clause.modal is not None, planned(verb))
        if placed(verb) and self.chance(0.35):
            clause.place = self.where()
        return clause

    def tense(self) -> str:
        [tense] = self.random.choices(["present", "progressive", "past"], [0.4, 0.3, 0.3])
        return tense

    def described(self, tense: str = "present") -> Clause:
        """Something or somebody is so."""
        kinds = tuple(kind for kind in NOUNS if kind not in ("event", "reason", "wall", "opening", "spot"))
        noun = self.noun(kinds)
        subject = self.known(noun)
        return Clause(subject, OTHER["sein"], tense, complement=self.predicate(subject))

    def front(self, clause: Clause) -> bool:
        """Puts a time or a place first, if the clause has one that may stand there."""
        if clause.adverb and clause.adverb.english in ("sometimes/1", "usually/1"):
            clause.time, clause.adverb = Phrase("time", clause.adverb.english, clause.adverb.german), None
        fronts = [name for name in ("time", "place") if getattr(clause, name)]
        if fronts:
            clause.front = self.random.choice(fronts)
        return bool(fronts)
