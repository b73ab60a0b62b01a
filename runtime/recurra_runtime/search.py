"""Greedy and beam search for one sentence, over any step function: the twin of what training's own code does.

Sizes: ``n`` hypotheses are alive at a step, of each ``m`` candidates are looked at; ``source`` tokens were read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import numpy as np

from recurra_runtime.sampling import Drawing, draw, uniforms

Step = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]]
"""Reads ``tokens`` ``(n,)`` after the state ``(parts, n, size)``; gives the log-probabilities ``(n, vocabulary)`` of
the next token, the best of them ``(n, m)`` and their words, best first, the state, the attention ``(n, source)``."""

LONGEST = 2_000
"""Tokens of a translation at most, however long the source: what each looked at is kept until the end."""

UNSEEN = np.float32(1e-9)
"""The least coverage of a source token, so that its logarithm is finite."""


@dataclass(frozen=True)
class Search:
    """What is searched for. Of a finished hypothesis Y, whose length |Y| counts the end, the score is

        log P(Y) / ((5 + |Y|) / 6) ** length_penalty + coverage_penalty · Σ_source log min(Σ_target attention, 1)

    (Wu et al. 2016, equation 14). Without penalties it is the log-probability.
    """

    begin: int  # read before the first token
    end: int
    never: tuple[int, ...] = ()  # never written: padding, begin, perhaps unknown
    beam: int = 1
    nbest: int = 1
    length_penalty: float = 0.0
    coverage_penalty: float = 0.0

    def __post_init__(self) -> None:
        if not 1 <= self.nbest <= self.beam:
            raise ValueError(f"nbest must be from 1 to the beam of {self.beam}, not {self.nbest}")
        if not (self.length_penalty >= 0 and self.coverage_penalty >= 0):
            raise ValueError("penalties must be 0 or above")
        if self.end in self.never:
            raise ValueError("the end must be allowed")


def _score(search: Search, log_probability: np.ndarray, norm: np.float32, attended: np.ndarray) -> np.ndarray:
    """Scores ``(n,)`` of what has ``log_probability`` ``(n,)`` and has ``attended`` ``(n, source)``."""
    score: np.ndarray = log_probability / norm
    if search.coverage_penalty > 0.0:
        score = score + np.float32(search.coverage_penalty) * np.log(np.clip(attended, UNSEEN, 1.0)).sum(-1)
    return score


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """A finished translation."""

    tokens: list[int]  # without begin and end
    score: float
    log_probability: float  # the end's included
    attention: np.ndarray  # (target, source)


@dataclass
class _Trail:
    """What was read at every step, and the best finished hypotheses, best first."""

    nbest: int
    tokens: list[np.ndarray] = field(default_factory=list)
    origins: list[np.ndarray] = field(default_factory=list)  # the row at the step before
    attention: list[np.ndarray] = field(default_factory=list)
    finished: list[tuple[float, float, int, int]] = field(default_factory=list)  # score, log-probability, step, row

    def finish(self, score: np.float32, log_probability: np.float32, row: int) -> None:
        self.finished.append((float(score), float(log_probability), len(self.tokens) - 1, int(row)))
        self.finished.sort(key=lambda each: -each[0])  # of equals the earlier stays first
        del self.finished[self.nbest :]

    @property
    def worst(self) -> float:
        return self.finished[-1][0] if len(self.finished) == self.nbest else -np.inf

    def hypotheses(self) -> list[Hypothesis]:
        if not self.finished:
            raise ValueError("every way to go on has probability 0 or one that is not a number")
        found = []
        for score, log_probability, step, row in self.finished:
            tokens, looks = [], []
            for at in range(step, 0, -1):  # from the last token to the first
                tokens.append(int(self.tokens[at][row]))
                row = int(self.origins[at][row])
                looks.append(self.attention[at - 1][row])
            source = self.attention[0].shape[1]
            attention = np.array(looks[::-1], dtype=np.float32).reshape(-1, source)
            found.append(Hypothesis(tokens[::-1], score, log_probability, attention))
        return found


def norms(longest: int, length_penalty: float) -> np.ndarray:
    """By what log-probabilities are divided, for lengths from 0 to the longest with its end."""
    lengths = np.arange(longest + 2, dtype=np.float32)
    result: np.ndarray = ((np.float32(5.0) + lengths) / np.float32(6.0)) ** np.float32(length_penalty)
    return result


def greedy(step: Step, state: np.ndarray, longest: int, search: Search) -> list[Hypothesis]:
    """The hypothesis of the likeliest tokens; after ``longest`` of them the end must follow."""
    return write(step, state, longest, search, lambda log_probabilities: int(log_probabilities.argmax()))


def sample_sequence(
    step: Step, state: np.ndarray, longest: int, search: Search, drawing: Drawing, seed: int
) -> list[Hypothesis]:
    """A hypothesis that is drawn."""
    random = uniforms(seed)

    def choose(log_probabilities: np.ndarray) -> int:
        return draw(log_probabilities, next(random), drawing.temperature, drawing.top_k, drawing.top_p)

    return write(step, state, longest, search, choose)


def write(
    step: Step, state: np.ndarray, longest: int, search: Search, choose: Callable[[np.ndarray], int]
) -> list[Hypothesis]:
    """The hypothesis of the tokens that ``choose`` takes by their log-probabilities ``(vocabulary,)``."""
    norm = norms(longest, search.length_penalty)
    trail, total = _Trail(1), np.zeros(1, dtype=np.float32)
    attended = np.zeros((1, 1), dtype=np.float32)
    tokens, never = np.array([search.begin]), list(search.never)
    for written in count():
        log_probabilities, _, _, state, attention = step(tokens, state)
        trail.tokens.append(tokens)
        trail.origins.append(np.zeros(1, dtype=np.int64))
        trail.attention.append(attention)
        attended = attended + attention
        log_probabilities[:, never] = -np.inf
        tokens = np.array([search.end if written == longest else choose(log_probabilities[0])])
        total = total + log_probabilities[0, tokens]
        if tokens[0] == search.end:
            trail.finish(_score(search, total, norm[written + 1], attended)[0], total[0], 0)
            return trail.hypotheses()
    raise AssertionError


def beam_search(step: Step, state: np.ndarray, longest: int, search: Search) -> list[Hypothesis]:
    """The ``nbest`` hypotheses found, best first; ``state`` ``(parts, 1, size)`` is that before the first token.

    A hypothesis ends when its end is among the ``beam`` best candidates; the ``beam`` best others live on. The search
    is over when none that lives can beat the worst of ``nbest`` finished ones any more.
    """
    norm = norms(longest, search.length_penalty)
    trail, total = _Trail(search.nbest), np.zeros(1, dtype=np.float32)  # log-probabilities, best first
    tokens, origin = np.array([search.begin]), np.zeros(1, dtype=np.int64)
    attended = np.zeros((1, 1), dtype=np.float32)
    for written in count():
        log_probabilities, p, words, state, attention = step(tokens, state)
        if written == 0:
            forbidden = np.zeros(log_probabilities.shape[1], dtype=np.float32)
            forbidden[list(search.never)] = -np.inf
        trail.tokens.append(tokens)
        trail.origins.append(origin)
        trail.attention.append(attention)
        attended = attended[origin] + attention  # (n, source)

        if written == longest:  # the end is the only way to go on
            p = log_probabilities[:, [search.end]]
            words = np.full_like(p, search.end, dtype=np.int64)
        else:
            p = p + forbidden[words]
        scores = (total[:, None] + p).ravel()
        order = np.argsort(-scores, kind="stable")[: 2 * search.beam]  # of equals the earlier comes first
        best, word, row = scores[order], words.ravel()[order], order // p.shape[1]

        ended = word == search.end
        for place in np.flatnonzero(ended[: search.beam]):
            if best[place] > -np.inf:
                parent = row[place]
                score = _score(search, best[[place]], norm[written + 1], attended[[parent]])
                trail.finish(score[0], best[place], parent)
        live = np.flatnonzero(~ended & (best > -np.inf))[: search.beam]
        if written == longest or len(live) == 0 or best[live[0]] / norm[longest + 1] <= trail.worst:
            return trail.hypotheses()
        total, tokens, origin = best[live], word[live], row[live]
        state = state[:, origin]
    raise AssertionError
