"""What greedy decoding, sampling and beam search share: the step function, the options, the trail of what was read.

Sizes: ``n`` hypotheses are alive at a step, ``m`` candidates are looked at; ``source`` is the longest source.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

import recurra_runtime.search

Step = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor, Tensor]]
"""Reads one token of each hypothesis: ``tokens`` ``(n,)``, the state before them ``(parts, n, size)`` and ``rows``
``(n,)``, the sentence that each belongs to, to log-probabilities ``(n, vocabulary)`` of the next token, the state after
them and the attention ``(n, source)``, which is 0 on padding.

The hypotheses of a sentence stand beside each other, equally many for every sentence, the sentences in ascending order.
``rows`` is the same object as at the step before whenever it says the same, so that what was selected by it can be
kept.
"""

UNSEEN = 1e-9
"""The least coverage of a source token, so that its logarithm is finite."""


class Search(recurra_runtime.search.Search):
    """What is searched for, and how it is scored on tensors."""

    def norms(self, longest: Tensor) -> Tensor:
        """By what log-probabilities are divided, for lengths from 0 to the longest with its end: ``(lengths,)``."""
        lengths = torch.arange(int(longest.max()) + 2, device=longest.device)
        return ((5 + lengths) / 6) ** self.length_penalty

    def coverage(self, attended: Tensor, lengths: Tensor) -> Tensor:
        """What is added to the scores of hypotheses that have ``attended`` ``(n, source)`` to their sources: ``(n,)``.

        β · Σ log min(attended, 1) over the ``lengths`` ``(n,)`` first columns (Wu et al. 2016).
        """
        if self.coverage_penalty == 0:
            return attended.new_zeros(len(attended))
        padding = torch.arange(attended.shape[1], device=attended.device) >= lengths[:, None]
        return self.coverage_penalty * attended.clamp(UNSEEN, 1.0).log().masked_fill(padding, 0.0).sum(1)

    def bound(self, log_probability: Tensor, norm: Tensor) -> Tensor:
        """What living hypotheses can score at most, if ``norm`` is that of the longest that they can become.

        A token more never adds to the log-probability, which is negative, and coverage is complete at best.
        """
        return log_probability / norm


@dataclass(frozen=True, eq=False)
class Hypothesis:
    tokens: list[int]  # without begin and end
    score: float
    log_probability: float  # the end's included
    attention: Tensor  # (target, source): a row for each token, a column for each token of the source


def likeliest(scores: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The ``count`` largest of each row of ``scores`` ``(n, m)`` (all, if fewer) and their columns, largest first.

    Of equals the lower column comes first, which ``topk`` leaves open.
    """
    count = min(count, scores.shape[1])
    values, columns = scores.topk(min(count + 1, scores.shape[1]))
    left_out = (values[:, count - 1] == values[:, -1]) & (values[:, -1] > -torch.inf)
    if values.shape[1] > count and left_out.any():
        ordered, order = scores[left_out].sort(stable=True, descending=True)
        values[left_out], columns[left_out] = ordered[:, : count + 1], order[:, : count + 1]
    columns, order = columns[:, :count].sort()
    values, by_value = values.gather(1, order).sort(stable=True, descending=True)
    return values, columns.gather(1, by_value)


class Trail:
    """What was read at every step, and the best finished hypotheses of every sentence, best first."""

    def __init__(self, sentences: int, nbest: int, device: torch.device) -> None:
        self.tokens: list[Tensor] = []  # of each step (n,)
        self.origins: list[Tensor] = []  # of each step (n,): the row at the step before
        self.attention: list[Tensor] = []  # of each step (n, source)
        self.score = torch.full((sentences, nbest), -torch.inf, device=device)
        self.log_probability = torch.full((sentences, nbest), -torch.inf, device=device)
        self.step = torch.zeros(sentences, nbest, dtype=torch.long, device=device)  # at which the end was written
        self.row = torch.zeros(sentences, nbest, dtype=torch.long, device=device)  # of that step

    def read(self, tokens: Tensor, origin: Tensor, attention: Tensor) -> None:
        self.tokens.append(tokens)
        self.origins.append(origin)
        self.attention.append(attention)

    def finish(self, sentences: Tensor, score: Tensor, log_probability: Tensor, row: Tensor) -> None:
        """Candidates ``(sentences, m)`` that ended at this step; ``score`` is -inf where one did not."""
        step = torch.full_like(row, len(self.tokens) - 1)
        best, order = likeliest(torch.cat((self.score[sentences], score), 1), self.score.shape[1])
        self.score[sentences] = best
        for kept, new in ((self.log_probability, log_probability), (self.step, step), (self.row, row)):
            kept[sentences] = torch.cat((kept[sentences], new), 1).gather(1, order)

    def hypotheses(self, lengths: Tensor) -> list[list[Hypothesis]]:
        """The finished hypotheses of every sentence; ``lengths`` ``(sentences,)`` of their sources."""
        found = self.score > -torch.inf  # (sentences, nbest)
        if not found.any(1).all():
            raise ValueError("every way to go on has probability 0 or one that is not a number")
        written, row = self.step[found], self.row[found]  # (m,)
        tokens = written.new_zeros(len(written), int(written.max()))  # (m, target)
        attention = self.attention[0].new_zeros(*tokens.shape, self.attention[0].shape[1])  # (m, target, source)
        for step in range(tokens.shape[1], 0, -1):  # from the last token to the first
            (longer,) = (written >= step).nonzero(as_tuple=True)
            at = row[longer]
            tokens[longer, step - 1] = self.tokens[step][at]
            row[longer] = at = self.origins[step][at]
            attention[longer, step - 1] = self.attention[step - 1][at]
        sources = lengths[found.nonzero()[:, 0]].tolist()
        table = zip(
            tokens.tolist(),
            self.score[found].tolist(),
            self.log_probability[found].tolist(),
            attention.cpu(),
            written.tolist(),
            sources,
            strict=True,
        )
        every = iter([Hypothesis(t[:end], s, p, a[:end, :source]) for t, s, p, a, end, source in table])
        return [[next(every) for _ in range(count)] for count in found.sum(1).tolist()]


def replace_unknown(words: Sequence[str], attention: Tensor, source: Sequence[str], unknown: str) -> list[str]:
    """Each ``unknown`` one of ``words`` becomes the word of ``source`` that was attended to most (Luong et al. 2015).

    ``attention`` ``(target, source)``; columns after the last word of the source, such as its end, are left out.
    """
    if not source:
        return list(words)
    most = attention[:, : len(source)].argmax(1).tolist()
    return [source[column] if word == unknown else word for word, column in zip(words, most, strict=True)]
