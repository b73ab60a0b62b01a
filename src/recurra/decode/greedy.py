"""One hypothesis a sentence: the likeliest token at every step, or one that is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count

import numpy as np
import torch
from torch import Tensor

from recurra.decode.sampling import draw
from recurra.decode.search import Hypothesis, Search, Step, Trail


def greedy(step: Step, state: Tensor, lengths: Tensor, longest: Tensor, search: Search) -> list[list[Hypothesis]]:
    """The hypothesis of the likeliest tokens, one for each sentence; arguments as of ``beam_search``."""
    return write(step, state, lengths, longest, search, lambda log_probabilities, rows: log_probabilities.argmax(1))


def sample_sequences(
    step: Step,
    state: Tensor,
    lengths: Tensor,
    longest: Tensor,
    search: Search,
    seeds: Sequence[int],
    temperature: float = 1.0,
    top_k: int = 0,
    top_p: float = 1.0,
) -> list[list[Hypothesis]]:
    """One hypothesis for each sentence, drawn by its seed alone; arguments as of ``beam_search`` and ``draw``.

    Its log-probability is the network's, whatever the temperature.
    """
    generators = [np.random.default_rng(seed) for seed in seeds]

    def choose(log_probabilities: Tensor, rows: Tensor) -> Tensor:
        uniform = np.array([generators[row].random() for row in rows.tolist()])
        drawn = draw(log_probabilities.float().cpu().numpy(), uniform, temperature, top_k, top_p)
        return torch.from_numpy(drawn).to(rows.device)

    return write(step, state, lengths, longest, search, choose)


@torch.inference_mode()
def write(
    step: Step,
    state: Tensor,
    lengths: Tensor,
    longest: Tensor,
    search: Search,
    choose: Callable[[Tensor, Tensor], Tensor],
) -> list[list[Hypothesis]]:
    """One hypothesis for each sentence; ``choose`` has log-probabilities ``(n, vocabulary)`` and sentences ``(n,)``."""
    norms = search.norms(longest)
    trail = Trail(len(lengths), 1, lengths.device)
    rows = origin = torch.arange(len(lengths), device=lengths.device)  # sentences that go on
    total = torch.zeros(len(lengths), device=lengths.device)
    tokens = torch.full_like(rows, search.begin)
    attended = torch.zeros(len(lengths), 1, device=lengths.device)
    never = torch.tensor(search.never, dtype=torch.long, device=lengths.device)
    for written in count():
        log_probabilities, state, attention = step(tokens, state, rows)
        trail.read(tokens, origin, attention)
        attended = attended[origin] + attention  # (n, source)
        allowed = log_probabilities.index_fill(1, never, -torch.inf)
        tokens = torch.where(longest[rows] == written, search.end, choose(allowed, rows))
        total = total + allowed.gather(1, tokens[:, None])[:, 0]

        ended = tokens == search.end
        if ended.any():
            score = total / norms[written + 1] + search.coverage(attended, lengths[rows])
            (end,) = ended.nonzero(as_tuple=True)  # rows of this step
            trail.finish(rows[end], score[end, None], total[end, None], end[:, None])
        (origin,) = (~ended).nonzero(as_tuple=True)
        if len(origin) == 0:
            break
        if ended.any():
            tokens, total, rows, state = tokens[origin], total[origin], rows[origin], state.index_select(1, origin)
    return trail.hypotheses(lengths)
