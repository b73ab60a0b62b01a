"""How well a language model foretells a text: nats, bits and perplexity of a character."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from recurra.data.loader import Loader
from recurra.data.streams import FixedLoader, Windows, scattered, whole
from recurra.model.language_model import RecurrentLanguageModel
from recurra.task.chargen.batch import NOT_SCORED, WindowBatch, batch_maker, begin
from recurra.tokenizer.codepoints import CodePointTokenizer

CONTIGUOUS = 200_000
"""Characters up to which a text is scored in one pass; a longer one is read in parts side by side."""


def in_other_units(nats: float) -> dict[str, float]:
    """Bits and perplexity of a character."""
    return {"bits": nats / math.log(2.0), "perplexity": math.exp(min(nats, 700.0))}


def streams_for(length: int) -> int:
    """Parts of a text that are scored side by side: one up to `CONTIGUOUS` characters."""
    return 1 if length <= CONTIGUOUS else 32


@torch.inference_mode()
def losses(
    network: RecurrentLanguageModel, batches: Loader[Windows, WindowBatch], device: str
) -> Iterator[tuple[WindowBatch, Tensor]]:
    """Each batch and the nats of its characters ``(streams, time)``, zero where they are not scored."""
    state: Tensor | None = None
    for batch in batches:
        here = batch.to(device)
        logits, state = network(here.tokens, begin(state, here.fresh))
        nats = F.cross_entropy(
            logits.transpose(1, 2), here.targets, ignore_index=NOT_SCORED, reduction="none"
        )  # (streams, time)
        yield batch, nats.double().cpu()


def nats_of(
    network: RecurrentLanguageModel, text: np.ndarray, tokenizer: CodePointTokenizer, device: str, parts: int = 1
) -> np.ndarray:
    """Nats ``(characters - 1,)`` of each character of a text ``(characters,)`` of code points but the first.

    The text is read in one pass, or faster in so many ``parts`` side by side; see `streams_for`.
    """
    windows = whole(len(text), parts)
    result = np.zeros(len(text) - 1)
    loader = FixedLoader(windows, batch_maker(text, tokenizer))
    for window, (batch, nats) in zip(windows, losses(network, loader, device), strict=True):
        places = window.starts[:, None] + np.arange(window.size)
        counts = (batch.targets != NOT_SCORED).numpy()
        result[places[counts]] = nats.numpy()[counts]
    return result


def nats_by_context(
    network: RecurrentLanguageModel, text: np.ndarray, tokenizer: CodePointTokenizer, device: str
) -> np.ndarray:
    """Mean nats ``(window,)`` of the first, second, … character of random windows that are read without context."""
    loader = FixedLoader(scattered(len(text)), batch_maker(text, tokenizer))
    return torch.cat([nats for _, nats in losses(network, loader, device)]).mean(0).numpy()


def dynamic_nats(
    network: RecurrentLanguageModel,
    text: np.ndarray,
    past: np.ndarray,
    tokenizer: CodePointTokenizer,
    rate: float,
    decay: float = 0.002,
    window: int = 32,
) -> float:
    """Mean nats of a text by a model that goes on learning from what it has just read (Krause et al. 2018).

    Each window is scored before the model learns from it. A step is scaled by the size that gradients had on a
    sample of the ``past``, the training text, and the weights are drawn back to what they were.
    """
    model = copy.deepcopy(network).eval()
    weights = [p for p in model.parameters() if p.requires_grad]
    squares = [torch.zeros_like(p) for p in weights]
    sample = FixedLoader(whole(min(len(past), 64 * window), 1, window), batch_maker(past, tokenizer))
    for step, (_, gradients) in enumerate(_gradients(model, weights, sample), 1):
        for square, gradient in zip(squares, gradients, strict=True):
            square += (gradient**2 - square) / step
    scales = [square.sqrt() for square in squares]
    mean = torch.cat([scale.flatten() for scale in scales]).mean()
    total = 0.0
    start = [p.detach().clone() for p in weights]
    loader = FixedLoader(whole(len(text), 1, window), batch_maker(text, tokenizer))
    for nats, gradients in _gradients(model, weights, loader):
        total += nats
        with torch.no_grad():
            for p, gradient, scale, origin in zip(weights, gradients, scales, start, strict=True):
                p.sub_(rate * gradient / (scale + mean))
                p.lerp_(origin, decay)
    return total / (len(text) - 1)


def _gradients(
    model: RecurrentLanguageModel, weights: list[torch.nn.Parameter], loader: Loader[Windows, WindowBatch]
) -> Iterator[tuple[float, tuple[Tensor, ...]]]:
    """Nats of each window and the gradients of their mean, with the weights as they are by then."""
    state: Tensor | None = None
    for batch in loader:
        logits, state = model(batch.tokens, None if state is None else state.detach())
        loss = F.cross_entropy(logits.flatten(0, 1), batch.targets.flatten(), ignore_index=NOT_SCORED)
        yield float(loss.detach()) * batch.scored, torch.autograd.grad(loss, weights)


def compare(a: np.ndarray, b: np.ndarray, blocks: int = 200, draws: int = 10_000, seed: int = 0) -> dict[str, float]:
    """Mean nats of two models on the same text, given those ``(characters - 1,)`` of each; with a bootstrap interval.

    Whole blocks of the text are drawn, since neighbouring characters are hard or easy together.
    """
    difference = np.array([block.mean() for block in np.array_split(a - b, min(blocks, len(a)))])
    drawn = np.random.default_rng(seed).integers(len(difference), size=(draws, len(difference)))
    low, high = np.quantile(difference[drawn].mean(1), [0.025, 0.975])
    return {
        "nats_a": float(a.mean()),
        "nats_b": float(b.mean()),
        "difference": float(a.mean() - b.mean()),
        "difference_low": float(low),
        "difference_high": float(high),
    }
