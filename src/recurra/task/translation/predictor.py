"""A trained translator: what ``recurra.load(RUN)`` gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from recurra.checkpoint import Checkpoint
from recurra.config.translation import Decode, Seq2SeqSpec, TranslationTrain
from recurra.data.loader import cut_by_length
from recurra.decode.beam import beam_search
from recurra.decode.greedy import greedy, sample_sequences
from recurra.decode.search import Hypothesis, Search, Step, replace_unknown
from recurra.errors import UserError
from recurra.model.attention import Memory
from recurra.model.seq2seq import Seq2SeqNetwork
from recurra.tokenizer.pair import SidesTokenizer
from recurra.tokenizer.tokenizer import END, UNKNOWN, text_of
from recurra_runtime.bundle import texts_of
from recurra_runtime.sampling import Drawing
from recurra_runtime.search import LONGEST
from recurra_runtime.translator import Answer, Translation, pieces

BATCH, TOKENS = 64, 8192
"""Sentences that are translated at a time, and their tokens with padding."""


class TranslationPredictor:
    """A network and its tokenizers, ready to translate, in fp32."""

    task = "translation"

    def __init__(
        self, network: Seq2SeqNetwork, tokenizer: SidesTokenizer, config: TranslationTrain, device: str = "cpu"
    ) -> None:
        self.network = network
        self.tokenizer = tokenizer
        self.config = config
        self.device = device
        self.beam = config.decode.beam
        self.text_columns = [config.data.source, "text"]

    @classmethod
    def from_checkpoint(cls, checkpoint: Checkpoint, device: str = "cpu") -> TranslationPredictor:
        assert isinstance(checkpoint.config, TranslationTrain)
        network = Seq2SeqNetwork(checkpoint.config.model, Seq2SeqSpec.model_validate(checkpoint.spec))
        checkpoint.load_into(network)
        tokenizer = SidesTokenizer.from_json(checkpoint.tokenizer)
        return cls(network.eval().to(device), tokenizer, checkpoint.config, device)

    def predict(
        self, texts: str | Sequence[str], nbest: int = 1, drawing: Drawing | None = None, **decode: Any
    ) -> list[Answer]:
        """The best translation of each text; ``decode`` are options of `Decode` that differ from those of training."""
        answers: list[Answer] = []
        for found in self.translate([texts] if isinstance(texts, str) else texts, nbest, drawing, **decode):
            every = [Answer(translation=each.text, score=round(each.score, 5)) for each in found]
            answers.append(Answer(**every[0], nbest=every) if nbest > 1 else every[0])
        return answers

    def predict_texts(self, texts: Sequence[str], **decode: Any) -> list[str]:
        """The best translations alone."""
        return [best.text for (best, *_) in self.translate(texts, **decode)]

    def translate(
        self, texts: Sequence[str], nbest: int = 1, drawing: Drawing | None = None, **decode: Any
    ) -> list[list[Translation]]:
        """The ``nbest`` translations of each text, best first; with ``drawing``, as many that are drawn."""
        if unknown := decode.keys() - Decode.model_fields.keys():
            raise TypeError(f"there is no option {', '.join(sorted(unknown))}, but {', '.join(Decode.model_fields)}")
        texts = texts_of(texts)
        options = self.config.decode.model_copy(update=decode)
        if options.beam < 1:
            raise UserError(f"beam={options.beam}: from 1; translations are drawn with drawing=Drawing(…)")
        if drawing is None and nbest > options.beam:
            raise UserError(f"nbest={nbest}: a beam of {options.beam} finds at most as many; give beam={nbest}")
        ids = self.tokenizer.encode_source(texts)
        lengths = np.array([len(row) for row in ids])
        order = np.argsort(lengths, kind="stable")
        found: list[list[Translation]] = [[] for _ in texts]
        for cut in cut_by_length(lengths[order], BATCH, TOKENS):
            rows = order[cut]
            hypotheses_of = self.search([ids[row] for row in rows], options, nbest, drawing)
            for row, hypotheses in zip(rows, hypotheses_of, strict=True):
                found[row] = [self.read(texts[row], ids[row], hypothesis, options) for hypothesis in hypotheses]
        return found

    @torch.inference_mode()
    def search(
        self, ids: list[list[int]], options: Decode, nbest: int, drawing: Drawing | None
    ) -> list[list[Hypothesis]]:
        """Hypotheses of sources, given as ids."""
        spec = self.network.spec
        lengths = torch.tensor([len(row) for row in ids], device=self.device)
        source = torch.full((len(ids), int(lengths.max())), spec.pad, device=self.device)
        for number, row in enumerate(ids):
            source[number, : len(row)] = torch.tensor(row, device=self.device)
        memory, state = self.network.encode(source, lengths)
        never = (spec.pad, spec.begin) if options.replace_unknown else (spec.pad, spec.begin, spec.unknown)
        penalties = options.length_penalty, options.coverage_penalty
        longest = ((options.max_ratio * lengths).long() + 10).clamp(max=LONGEST)
        if drawing is not None:
            search = Search(spec.begin, spec.end, never)
            drawn = [
                sample_sequences(
                    self.step(memory), state, lengths, longest, search, [drawing.seed + number] * len(ids),
                    drawing.temperature, drawing.top_k, drawing.top_p,
                )
                for number in range(nbest)
            ]  # fmt: skip
            return [[one for (one,) in several] for several in zip(*drawn, strict=True)]
        search = Search(spec.begin, spec.end, never, options.beam, nbest, *penalties)
        way = greedy if options.beam == 1 else beam_search
        return way(self.step(memory), state, lengths, longest, search)

    def step(self, memory: Memory) -> Step:
        """The network's step, for hypotheses of the sentences in ``memory``."""
        selected: tuple[Tensor | None, Memory] = (None, memory)

        def step(tokens: Tensor, state: Tensor, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            nonlocal selected
            if selected[0] is not rows:
                selected = rows, memory.select(rows)
            logits, state, attention = self.network.step(tokens, state, selected[1])
            return logits.log_softmax(-1), state, attention

        return step

    def read(self, text: str, ids: list[int], hypothesis: Hypothesis, options: Decode) -> Translation:
        """A hypothesis as a text."""
        source = pieces(self.tokenizer.source.core, text)
        tokens = [self.tokenizer.target.core.id_to_token(token) or UNKNOWN for token in hypothesis.tokens]
        if options.replace_unknown:
            tokens = replace_unknown(tokens, hypothesis.attention, source, UNKNOWN)
        attention = hypothesis.attention.numpy()
        return Translation(text_of(tokens), hypothesis.score, [*source, END], tokens, attention)
