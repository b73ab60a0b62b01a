"""How good translations are: BLEU and chrF of whole texts, perplexity, and the error rate of word alignments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

KANA = re.compile(r"[\u3041-\u30ff]")
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
NO_BLANKS = re.compile(r"[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff]")  # Thai, Lao, Burmese, Khmer


def tokenization(references: Sequence[str]) -> str:
    """How sacreBLEU is to cut texts like these: by its own rules for Chinese, into characters where else no blanks
    stand between words, and otherwise as the machine translation campaigns do.

    The script says so, and not the name of the language, which may be any column's.
    """
    text = "".join(references)
    letters = sum(map(str.isalpha, text))
    kana, han, others = (len(script.findall(text)) for script in (KANA, HAN, NO_BLANKS))
    if 2 * max(kana + han, others) <= letters:
        return "13a"
    return "zh" if han > 9 * kana and han > others else "char"


def text_scores(translations: Sequence[str], references: Sequence[str]) -> dict[str, float]:
    """BLEU (Papineni et al. 2002) and chrF (Popović 2015) of cased, detokenised text, by sacreBLEU (Post 2018)."""
    bleu, chrf = metrics(references)
    return {
        "bleu": float(bleu.corpus_score(list(translations), [list(references)]).score),
        "chrf": float(chrf.corpus_score(list(translations), [list(references)]).score),
    }


def count_words(texts: Sequence[str]) -> int:
    """Words of texts; their characters, where no blanks stand between words."""
    blanks = tokenization(texts) == "13a"
    return sum(len(text.split() if blanks else "".join(text.split())) for text in texts)


def signatures(references: Sequence[str]) -> list[str]:
    """What one must know to compare scores against ``references`` with others."""
    told = []
    for metric in metrics(references):
        metric.corpus_score([""], [[""]])  # counts the references
        told.append(str(metric.get_signature()))
    return told


def metrics(references: Sequence[str]) -> tuple[Any, Any]:
    """sacreBLEU's BLEU and chrF for texts like these."""
    return BLEU(tokenize=tokenization(references)), CHRF()


def alignment_error(found: Sequence[set[tuple[int, int]]], reference: Sequence[set[tuple[int, int]]]) -> float:
    """Alignment error rate (Och & Ney 2003) where all links of the reference are sure: 0 is perfect, 1 the worst."""
    hits = sum(len(a & b) for a, b in zip(found, reference, strict=True))
    return 1.0 - 2.0 * hits / max(1, sum(map(len, found)) + sum(map(len, reference)))


def word_alignment(
    attention: np.ndarray, source_words: Sequence[int], target_words: Sequence[int]
) -> set[tuple[int, int]]:
    """The source word that each target word looked at most.

    Args:
        attention: (target tokens, source tokens) weights.
        source_words: number of the word that each source token belongs to, or -1.
        target_words: the same for the target tokens.
    """
    count = max(source_words, default=-1) + 1
    words = np.zeros((max(target_words, default=-1) + 1, count))
    for j, target in enumerate(target_words):
        for i, source in enumerate(source_words):
            if target >= 0 and source >= 0:
                words[target, source] += attention[j, i]
    return {(int(row.argmax()), j) for j, row in enumerate(words) if count and row.any()}


def compare(a: Sequence[str], b: Sequence[str], references: Sequence[str], draws: int = 500) -> dict[str, float]:
    """BLEU of two systems on the same texts, with a bootstrap interval of the difference (Koehn 2004)."""
    bleu, _ = metrics(references)
    generator = np.random.default_rng(0)
    parts = [np.array(_statistics(bleu, side, references)) for side in (a, b)]  # (texts, statistics)

    def score(statistics: np.ndarray) -> float:
        return float(bleu._compute_score_from_stats(statistics.sum(0).tolist()).score)

    differences = []
    for _ in range(draws):
        drawn = generator.integers(len(references), size=len(references))
        differences.append(score(parts[0][drawn]) - score(parts[1][drawn]))
    low, high = np.quantile(differences, [0.025, 0.975])
    one, two = (score(part) for part in parts)
    return {
        "bleu_a": one,
        "bleu_b": two,
        "difference": one - two,
        "difference_low": float(low),
        "difference_high": float(high),
    }


def _statistics(bleu: Any, texts: Sequence[str], references: Sequence[str]) -> list[list[int]]:
    statistics: list[list[int]] = bleu._extract_corpus_statistics(list(texts), [list(references)])
    return statistics
