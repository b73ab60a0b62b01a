"""BPE dropout: with nothing left out it is the tokenizer, whatever is left out the text is the same."""

from __future__ import annotations

import random

import pytest

from recurra.config.tokenizer import PairTokenizer
from recurra.tokenizer.pair import SidesTokenizer
from recurra.tokenizer.tokenizer import text_of

TEXTS = ["The lower towers were lower than the tallest towers.", "Die niedrigeren Türme, 春眠不觉晓!", "", "  a  "]


@pytest.fixture(scope="module", params=[True, False])
def tokenizer(request: pytest.FixtureRequest) -> SidesTokenizer:
    config = PairTokenizer(kind="bpe", joint=request.param, lowercase=False, size=60, min_count=1, dropout=0.1)
    return SidesTokenizer.train(config, lambda: TEXTS, lambda: [text[::-1] for text in TEXTS])


def test_without_dropout_it_is_the_tokenizer(tokenizer: SidesTokenizer) -> None:
    same = tokenizer.with_dropout(0.0, random.Random(1))
    assert same.encode_source([*TEXTS, "unheard ∆"]) == tokenizer.encode_source([*TEXTS, "unheard ∆"])
    assert same.encode_target(TEXTS) == tokenizer.encode_target(TEXTS)


def test_with_all_merges_left_out_characters_remain(tokenizer: SidesTokenizer) -> None:
    (ids,) = tokenizer.with_dropout(1.0, random.Random(1)).encode_source(["towers"])
    assert len(ids) == len("▁towers") + 1


def test_the_text_is_the_same_and_the_seed_decides(tokenizer: SidesTokenizer) -> None:
    drawn = [tokenizer.with_dropout(0.3, random.Random(seed)).encode_source(TEXTS[:1])[0] for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert text_of(tokenizer.source.core.id_to_token(i) for i in drawn[2]) == TEXTS[0]
    assert len(drawn[2]) > len(tokenizer.encode_source(TEXTS[:1])[0])


@pytest.mark.parametrize("kind", ["word", "character"])
def test_a_tokenizer_without_merges_has_none_to_leave_out(kind: str) -> None:
    with pytest.raises(ValueError, match="leaves merges out"):
        PairTokenizer(kind=kind, joint=True, lowercase=False, size=60, min_count=1, dropout=0.1)  # type: ignore[arg-type]
