"""Decoding of toy models, of which all sentences can be enumerated."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from recurra.decode.beam import beam_search
from recurra.decode.greedy import greedy, sample_sequences
from recurra.decode.search import UNSEEN, Hypothesis, Search, likeliest, replace_unknown

PAD, BEGIN, END, UNKNOWN = range(4)
KINDS = {"markov": (0, 1, 0), "two tokens": (0, 1, 1), "position": (1, 0, 0), "all": (1, 1, 1)}  # what counts
SEARCH = Search(BEGIN, END, never=(PAD, BEGIN))


class Toy:
    """Random tables of log-probabilities and attention, a pair of tables for each sentence by its number."""

    def __init__(
        self, numbers: list[int], kind: str = "all", vocabulary: int = 6, limit: int = 4, ties: bool = False
    ) -> None:
        logits, attention = [], []
        self.lengths = torch.tensor([1 + number % 5 for number in numbers])
        position, last, before = KINDS[kind]
        for number, length in zip(numbers, self.lengths.tolist(), strict=True):
            random = np.random.default_rng((number, vocabulary, limit))
            shape = (limit + 1 if position else 1, vocabulary if before else 1, vocabulary if last else 1, vocabulary)
            one = random.normal(size=shape) * 2
            logits.append(np.broadcast_to(one.round() if ties else one, (limit + 1, *[vocabulary] * 3)))
            one = np.zeros((limit + 1, vocabulary, int(self.lengths.max())))
            one[..., :length] = random.dirichlet(np.ones(length) / 2, size=(limit + 1, vocabulary))
            attention.append(one)
        self.table = torch.tensor(np.array(logits), dtype=torch.float32).log_softmax(-1)
        self.attention = torch.tensor(np.array(attention), dtype=torch.float32)
        self.longest = torch.full((len(numbers),), limit)
        self.state = torch.zeros(3, len(numbers), 1)  # position, last token, sentence
        self.state[2, :, 0] = torch.arange(len(numbers))
        self.calls: list[Tensor] = []

    def step(self, tokens: Tensor, state: Tensor, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        self.calls.append(rows)
        position, before, sentence = state[..., 0].long()
        assert (sentence == rows).all()
        after = torch.stack((position + 1, tokens, sentence))[..., None].float()
        return self.table[rows, position, before, tokens], after, self.attention[rows, position, tokens]

    def beam(self, **options: Any) -> list[list[Hypothesis]]:
        return beam_search(self.step, self.state, self.lengths, self.longest, replace(SEARCH, **options))

    def greedy(self, **options: Any) -> list[list[Hypothesis]]:
        return greedy(self.step, self.state, self.lengths, self.longest, replace(SEARCH, **options))

    def sample(self, seeds: list[int], search: Search = SEARCH, **options: Any) -> list[list[Hypothesis]]:
        return sample_sequences(self.step, self.state, self.lengths, self.longest, search, seeds, **options)

    def judge(self, row: int, tokens: tuple[int, ...], search: Search) -> tuple[float, float, np.ndarray]:
        """Score, log-probability and attention of one sentence, step by step."""
        p, attention, before, last = 0.0, [], 0, BEGIN
        for position, token in enumerate((*tokens, END)):
            p += float(self.table[row, position, before, last, token])
            attention.append(self.attention[row, position, last, : int(self.lengths[row])].double().numpy())
            before, last = last, token
        coverage = sum(math.log(min(max(covered, UNSEEN), 1.0)) for covered in np.sum(attention, 0))
        score = p / ((5 + len(tokens) + 1) / 6) ** search.length_penalty + search.coverage_penalty * coverage
        return score, p, np.array(attention[:-1])

    def all(self, row: int, search: Search) -> list[tuple[float, tuple[int, ...]]]:
        """Every sentence that can be written, with its score, best first."""
        words = [t for t in range(self.table.shape[-1]) if t != search.end and t not in search.never]
        every = [t for length in range(int(self.longest[row]) + 1) for t in product(words, repeat=length)]
        return sorted(((self.judge(row, tokens, search)[0], tokens) for tokens in every), reverse=True)


def same(one: list[Hypothesis], other: list[Hypothesis]) -> bool:
    return all(
        a.tokens == b.tokens
        and math.isclose(a.score, b.score, rel_tol=1e-5, abs_tol=1e-6)
        and math.isclose(a.log_probability, b.log_probability, rel_tol=1e-5, abs_tol=1e-6)
        and torch.equal(a.attention, b.attention)
        for a, b in zip(one, other, strict=True)
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length_penalty", [0.0, 0.6, 1.0, 2.0])
@pytest.mark.parametrize("coverage_penalty", [0.0, 0.2, 1.0])
def test_a_wide_beam_finds_what_enumeration_finds(kind: str, length_penalty: float, coverage_penalty: float) -> None:
    toy = Toy([1, 2, 3, 4], kind, limit=3)
    options = {"beam": 64, "nbest": 7, "length_penalty": length_penalty, "coverage_penalty": coverage_penalty}
    for row, found in enumerate(toy.beam(**options)):
        best = toy.all(row, replace(SEARCH, **options))[:7]  # type: ignore[arg-type]
        assert [tuple(h.tokens) for h in found] == [tokens for _, tokens in best]
        assert [h.score for h in found] == pytest.approx([score for score, _ in best], rel=1e-5)


def test_fewer_sentences_than_asked_for_are_all_there_are() -> None:
    toy = Toy([1, 2], limit=2)
    assert [len(found) for found in toy.beam(beam=50, nbest=50)] == [1 + 3 + 9] * 2


def plain(toy: Toy, row: int, search: Search) -> list[tuple[int, ...]]:
    """Beam search as in a textbook, over lists, up to the last step."""
    living: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    finished = []
    for position in range(int(toy.longest[row]) + 1):
        candidates = []
        for p, tokens in living:
            before, last = (0, BEGIN, *tokens)[-2:]
            after = toy.table[row, position, before, last].tolist()
            final = position == toy.longest[row]
            candidates += [
                (p + after[token], (*tokens, token))
                for token in range(len(after))
                if token not in search.never and (token == END or not final)
            ]
        candidates.sort(reverse=True)
        finished += [tokens[:-1] for _, tokens in candidates[: search.beam] if tokens[-1] == END]
        living = [c for c in candidates if c[1][-1] != END][: search.beam]
    return sorted(finished, key=lambda tokens: toy.judge(row, tokens, search)[0], reverse=True)[: search.nbest]


@pytest.mark.parametrize("beam", [1, 2, 3, 5])
@pytest.mark.parametrize("never", [(), (PAD, BEGIN)])
@pytest.mark.parametrize(("length_penalty", "coverage_penalty"), [(0.0, 0.0), (1.0, 0.0), (0.8, 0.3)])
def test_a_narrow_beam_keeps_what_it_should(
    beam: int, never: tuple[int, ...], length_penalty: float, coverage_penalty: float
) -> None:
    toy = Toy(list(range(20)), vocabulary=12, limit=8)
    options: dict[str, Any] = {"nbest": beam, "never": never}
    options |= {"length_penalty": length_penalty, "coverage_penalty": coverage_penalty}
    for row, found in enumerate(toy.beam(beam=beam, **options)):
        search = replace(SEARCH, beam=beam, **options)
        assert [tuple(h.tokens) for h in found] == plain(toy, row, search)


@pytest.mark.parametrize("ties", [False, True])
def test_beam_1_is_greedy(ties: bool) -> None:
    toy = Toy(list(range(60)), vocabulary=12, limit=10, ties=ties)
    beam, likeliest_tokens = toy.beam(), toy.greedy()
    assert {len(found[0].tokens) for found in beam} >= {0, 1, 10}
    for one, other in zip(beam, likeliest_tokens, strict=True):
        assert same(one, other)
        assert one[0].score == one[0].log_probability == other[0].log_probability


def test_greedy_takes_the_likeliest_token() -> None:
    toy = Toy(list(range(30)), vocabulary=12, limit=8)
    for row, (found,) in enumerate(toy.greedy(length_penalty=0.7, coverage_penalty=0.3)):
        tokens = [0, BEGIN]
        for position in range(8):
            p = toy.table[row, position, tokens[-2], tokens[-1]].clone()
            p[[PAD, BEGIN]] = -torch.inf
            if p.argmax() == END:
                break
            tokens.append(int(p.argmax()))
        assert found.tokens == tokens[2:]
        expected = toy.judge(row, tuple(found.tokens), replace(SEARCH, length_penalty=0.7, coverage_penalty=0.3))
        assert (found.score, found.log_probability) == pytest.approx(expected[:2], rel=1e-5)


def test_nbest_are_sorted_distinct_and_rightly_scored() -> None:
    toy = Toy(list(range(40)), vocabulary=15, limit=9)
    options = {"beam": 6, "nbest": 5, "length_penalty": 0.9, "coverage_penalty": 0.4}
    for row, found in enumerate(toy.beam(**options)):
        assert [h.score for h in found] == sorted((h.score for h in found), reverse=True)
        assert len({tuple(h.tokens) for h in found}) == 5
        for h in found:
            score, p, attention = toy.judge(row, tuple(h.tokens), replace(SEARCH, **options))  # type: ignore[arg-type]
            assert (h.score, h.log_probability) == pytest.approx((score, p), rel=1e-5)
            assert h.attention.shape == (len(h.tokens), int(toy.lengths[row]))
            assert h.attention.numpy().flatten() == pytest.approx(attention.flatten())


@pytest.mark.parametrize("ties", [False, True])
def test_a_sentence_does_not_depend_on_what_is_beside_it(ties: bool) -> None:
    numbers = list(range(24))
    options = {"beam": 4, "nbest": 3, "length_penalty": 1.0, "coverage_penalty": 0.3}

    def decode(chosen: list[int]) -> list[tuple[list[Hypothesis], ...]]:
        toy = Toy(chosen, vocabulary=12, limit=8, ties=ties)
        toy.longest = torch.tensor([number % 9 for number in chosen])
        return list(zip(toy.beam(**options), toy.greedy(), toy.sample(chosen), strict=True))

    together = decode(numbers)
    for chosen in (numbers[::-1], numbers[5:9], [3], [23, 1, 1, 7]):
        for number, found in zip(chosen, decode(chosen), strict=True):
            assert all(same(*pair) for pair in zip(found, together[number], strict=True))


class Patient(Search):
    """Never gives a living hypothesis up."""

    def bound(self, log_probability: Tensor, norm: Tensor) -> Tensor:
        return torch.full_like(log_probability, torch.inf)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize(("length_penalty", "coverage_penalty"), [(0.0, 0.0), (1.0, 0.0), (1.5, 0.0), (0.8, 0.1)])
def test_early_stopping_changes_nothing_but_the_work(
    length_penalty: float, coverage_penalty: float, ties: bool
) -> None:
    toy = Toy(list(range(50)), vocabulary=12, limit=12, ties=ties)
    options = {"beam": 3, "nbest": 2, "length_penalty": length_penalty, "coverage_penalty": coverage_penalty}
    early = toy.beam(**options)
    work = sum(map(len, toy.calls))
    toy.calls.clear()
    patient = Patient(BEGIN, END, SEARCH.never, **options)  # type: ignore[arg-type]
    late = beam_search(toy.step, toy.state, toy.lengths, toy.longest, patient)
    assert work < sum(map(len, toy.calls)) == 50 * (1 + 3 * 12)
    assert all(same(*pair) for pair in zip(early, late, strict=True))


def test_rows_are_in_order_and_the_same_object_while_they_say_the_same() -> None:
    toy = Toy(list(range(30)), vocabulary=12, limit=12)
    toy.beam(beam=4)
    toy.calls.append(torch.empty(0))
    toy.greedy()
    assert len(toy.calls[1]) == 4 * len(toy.calls[1].unique())
    for before, after in zip(toy.calls, toy.calls[1:], strict=False):
        assert (after.diff() >= 0).all()
        assert (before is after) == torch.equal(before, after)
        assert len(after.unique(return_counts=True)[1].unique()) <= 1  # equally many of every sentence


def test_the_end_follows_the_longest_of_each_sentence() -> None:
    toy = Toy(list(range(40)), vocabulary=12, limit=9)
    toy.table[..., END] -= 20  # would never end
    toy.longest = torch.arange(40) % 10
    for decoded in (toy.beam(beam=3, nbest=2, length_penalty=1.0), toy.greedy(), toy.sample(list(range(40)))):
        for row, found in enumerate(decoded):
            for h in found:
                assert len(h.tokens) == row % 10
                assert h.log_probability == pytest.approx(toy.judge(row, tuple(h.tokens), SEARCH)[1], rel=1e-5)


@pytest.mark.parametrize("never", [(), (PAD,), (PAD, BEGIN), (PAD, BEGIN, UNKNOWN)])
def test_forbidden_tokens_are_never_written(never: tuple[int, ...]) -> None:
    toy = Toy(list(range(40)), vocabulary=7, limit=6)
    toy.table[..., [PAD, BEGIN, UNKNOWN]] += 3.0  # more than likely
    search = replace(SEARCH, never=never)
    decoded = (toy.beam(never=never, beam=9, nbest=9), toy.greedy(never=never), toy.sample(list(range(40)), search))
    for sentences in decoded:
        written = {token for found in sentences for h in found for token in h.tokens}
        assert written.isdisjoint({*never, END})
        assert written >= {PAD, BEGIN, UNKNOWN} - {*never}


def test_coverage_by_hand() -> None:
    """What two tokens and the end attend to adds up to 1.2, 0.6 and 0.5 of three words; column four is padding."""
    attention = torch.tensor([[0.2, 0.5, 0.3, 0.0], [0.7, 0.1, 0.2, 0.0], [0.3, 0.0, 0.0, 0.0]])

    def step(tokens: Tensor, state: Tensor, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        p = torch.full((len(tokens), 6), -torch.inf)
        p[:, 4 if state[0, 0, 0] < 2 else END] = math.log(0.5)
        return p, state + 1, attention[state[0, :, 0].long()]

    search = Search(BEGIN, END, beam=2, length_penalty=1.0, coverage_penalty=0.5)
    for decode in (beam_search, greedy):
        [[found]] = decode(step, torch.zeros(1, 1, 1), torch.tensor([3]), torch.tensor([5]), search)
        assert found.tokens == [4, 4]
        assert found.score == pytest.approx(3 * math.log(0.5) / (8 / 6) + 0.5 * (math.log(0.6) + math.log(0.5)))
        assert found.attention.tolist() == attention[:2, :3].tolist()


def test_samples_are_written_as_often_as_they_are_likely() -> None:
    count = 20_000
    toy = Toy([3], vocabulary=6, limit=2)
    for name in ("table", "attention"):
        setattr(toy, name, getattr(toy, name).expand(count, *getattr(toy, name).shape[1:]))
    toy.lengths, toy.longest, toy.state = toy.lengths.expand(count), toy.longest.expand(count), torch.zeros(3, count, 1)
    toy.state[2, :, 0] = torch.arange(count)
    drawn = toy.sample(list(range(count)), Search(BEGIN, END))
    written = [tuple(found[0].tokens) for found in drawn]
    for _, tokens in toy.all(0, Search(BEGIN, END))[:10]:
        p = 1.0
        for position, token in enumerate(tokens + (END,) * (len(tokens) < 2)):
            before, last = (0, BEGIN, *tokens[:position])[-2:]
            p *= math.exp(toy.table[0, position, before, last, token])
        assert written.count(tokens) / count == pytest.approx(p, abs=5 * math.sqrt(p * (1 - p) / count))
    assert all(
        found[0].log_probability == pytest.approx(toy.judge(0, tuple(found[0].tokens), SEARCH)[1], rel=1e-5)
        for found in drawn[:100]
    )


def test_samples_without_chance_are_greedy() -> None:
    toy = Toy(list(range(30)), vocabulary=12, limit=8)
    seeds = list(range(30))
    for options in ({"temperature": 0.0}, {"top_k": 1}, {"top_p": 1e-6}):
        assert all(map(same, toy.sample(seeds, **options), toy.greedy()))
    assert not all(map(same, toy.sample(seeds), toy.sample(seeds[::-1])))


def test_of_equals_the_first_is_the_likeliest() -> None:
    scores = torch.randint(0, 4, (200, 30), generator=torch.Generator().manual_seed(0)).float()
    scores[:100] += torch.rand(100, 30, generator=torch.Generator().manual_seed(1)).round(decimals=1)
    scores[::7, 3:] = -torch.inf
    for count in (1, 3, 29, 30, 99):
        values, columns = likeliest(scores, count)
        expected = scores.sort(stable=True, descending=True)
        assert torch.equal(values, expected.values[:, :count])
        real = values > -torch.inf
        assert torch.equal(columns[real], expected.indices[:, :count][real])


def test_unknown_words_are_looked_up_in_the_source() -> None:
    attention = torch.tensor([[0.1, 0.8, 0.1], [0.3, 0.1, 0.6], [0.2, 0.7, 0.1]])
    words = ["in", "<unk>", "<unk>"]
    assert replace_unknown(words, attention, ["a", "Ulm", "c"], "<unk>") == ["in", "c", "Ulm"]
    assert replace_unknown(words, attention, ["a", "Ulm"], "<unk>") == ["in", "a", "Ulm"]  # the last column is the end
    assert replace_unknown(words, attention, [], "<unk>") == words
    assert replace_unknown([], attention[:0], ["a"], "<unk>") == []


@pytest.mark.parametrize(
    "options", [{"beam": 0, "nbest": 0}, {"nbest": 2}, {"length_penalty": -1.0}, {"coverage_penalty": -1.0}]
)
def test_options_out_of_range_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"nbest|penalties"):
        replace(SEARCH, **options)
    with pytest.raises(ValueError, match="end must be allowed"):
        Search(BEGIN, END, never=(END,))


def test_what_is_not_a_number_is_told() -> None:
    toy = Toy([1, 2])
    toy.table[1] = torch.nan
    for decode in (toy.beam, toy.greedy):
        with pytest.raises(ValueError, match="not a number"):
            decode()
