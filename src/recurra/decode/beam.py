"""Beam search over all hypotheses of all sentences at once."""

from __future__ import annotations

from itertools import count

import torch
from torch import Tensor

from recurra.decode.search import Hypothesis, Search, Step, Trail, likeliest


@torch.inference_mode()
def beam_search(step: Step, state: Tensor, lengths: Tensor, longest: Tensor, search: Search) -> list[list[Hypothesis]]:
    """The ``nbest`` hypotheses found for each sentence, best first.

    ``state`` ``(parts, sentences, size)`` is that before the first token; ``lengths`` ``(sentences,)`` are those of the
    sources; of ``longest`` ``(sentences,)`` tokens at most, the end must follow.

    A hypothesis ends when its end is among the ``beam`` best candidates of its sentence; the ``beam`` best others live
    on. A sentence leaves the batch when none that lives can beat the worst of its ``nbest`` finished ones any more.
    """
    device = lengths.device
    norms = search.norms(longest)
    trail = Trail(len(lengths), search.nbest, device)
    living = rows = origin = torch.arange(len(lengths), device=device)  # sentences
    total = torch.zeros(len(lengths), 1, device=device)  # (living, width): log-probabilities, best first
    tokens = torch.full_like(rows, search.begin)
    attended = torch.zeros(len(lengths), 1, device=device)
    for written in count():
        log_probabilities, state, attention = step(tokens, state, rows)
        trail.read(tokens, origin, attention)
        attended = attended[origin] + attention  # (n, source)

        # of each hypothesis as many candidates as can be needed, then of all of a sentence
        p, words = candidates(log_probabilities, search, final=longest[rows] == written)  # (n, m)
        best, index = likeliest((total.view(-1, 1) + p).view(len(living), -1), 2 * search.beam)
        word = words.view(len(living), -1).gather(1, index)  # (living, 2 · beam)
        width = total.shape[1]
        row = torch.arange(len(living), device=device)[:, None] * width + index // p.shape[1]

        ended = word == search.end
        total, place = likeliest(best.masked_fill(ended, -torch.inf), search.beam)
        best, ended, parent = best[:, : search.beam], ended[:, : search.beam], row[:, : search.beam]
        score = best / norms[written + 1] + search.coverage(attended, lengths[rows])[parent]
        trail.finish(living, score.masked_fill(~ended, -torch.inf), best, parent)

        limit = longest[living]
        goes_on = (search.bound(total[:, 0], norms[limit + 1]) > trail.score[living, -1]) & (written < limit)
        if not goes_on.any():
            break
        total = total[goes_on]
        origin = row.gather(1, place)[goes_on].flatten()
        tokens = word.gather(1, place)[goes_on].flatten()
        state = state.index_select(1, origin)
        if len(total) < len(living) or total.shape[1] != width:
            living = living[goes_on]
            rows = living.repeat_interleave(total.shape[1])
    return trail.hypotheses(lengths)


def candidates(log_probabilities: Tensor, search: Search, final: Tensor) -> tuple[Tensor, Tensor]:
    """The likeliest next tokens of each hypothesis, best first: log-probabilities ``(n, m)`` and tokens ``(n, m)``.

    They hold the ``beam`` best that do not end, and the end if it is among the ``beam`` best; what must never be
    written has -inf. Where ``final`` ``(n,)``, the end is the only one.
    """
    p, words = likeliest(log_probabilities, search.beam + 1 + len(search.never))
    for token in search.never:
        p = p.masked_fill(words == token, -torch.inf)
    p = p.masked_fill(final[:, None], -torch.inf)
    p[final, 0] = log_probabilities[final, search.end]
    words[final, 0] = search.end
    return p, words
