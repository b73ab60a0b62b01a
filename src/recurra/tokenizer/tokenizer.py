"""From text to token ids: words, characters or subwords.

Whatever the unit, the rules and the vocabulary end up in one ``tokenizers`` object, that is in one
``tokenizer.json``, which Python, Rust and JavaScript can read and which encodes in parallel.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

import tokenizers
from tokenizers import models, normalizers, pre_tokenizers, trainers

from recurra.config.tokenizer import Tokenizer as Config
from recurra.tokenizer.vocabulary import frozen_vocabulary

PAD, UNKNOWN, BEGIN, END = "<pad>", "<unk>", "<s>", "</s>"
SPECIALS = [PAD, UNKNOWN]
BLANK = "▁"
"""What stands for a blank in front of a token."""

WORD = r"\p{Han}|n't|'(?:s|re|ve|ll|d|m)(?![\p{L}\p{N}])|(?:(?!\p{Han}|n't)[\p{L}\p{M}\p{N}_])+|\.+|!+|\?+|\S\p{M}*"
"""A Han character; an English contraction; a run of letters and digits; repeated stops; any other sign."""


class TextTokenizer:
    """Encodes texts; made by `train` or read by `from_json`."""

    def __init__(self, core: tokenizers.Tokenizer) -> None:
        self.core = core
        self.pad, self.unknown = (SPECIALS.index(token) for token in (PAD, UNKNOWN))

    @classmethod
    def train(
        cls, config: Config, texts: Callable[[], Iterable[str]], specials: Sequence[str] = SPECIALS
    ) -> TextTokenizer:
        """Learns the vocabulary from ``texts()``, the training split alone; for bpe it is called twice.

        With ``specials`` beyond the two usual ones it is for writing, too: blanks are then kept, whatever the unit, so
        that `text_of` gives the text again.
        """
        core = tokenizers.Tokenizer(models.WordLevel({PAD: 0, UNKNOWN: 1}, unk_token=UNKNOWN))
        writes = len(specials) > len(SPECIALS)
        core.normalizer = normalizers.Sequence(_normalizers(config, writes))
        core.pre_tokenizer = _pre_tokenizer(config.kind, writes)
        if config.kind == "bpe":
            core.model = _learn_bpe(config, core, texts, specials)
        else:
            counts = Counter(_pieces(core, texts()))
            entries = frozen_vocabulary(counts, specials, config.size, config.min_count)
            core.model = models.WordLevel({token: i for i, token in enumerate(entries)}, unk_token=UNKNOWN)
        return cls(core)

    @classmethod
    def from_json(cls, text: str) -> TextTokenizer:
        return cls(tokenizers.Tokenizer.from_str(text))

    def to_json(self) -> str:
        return self.core.to_str()

    def __len__(self) -> int:
        return self.core.get_vocab_size()

    def tokens(self) -> list[str]:
        """The vocabulary in the order of its ids."""
        vocabulary = self.core.get_vocab()
        return sorted(vocabulary, key=lambda token: vocabulary[token])

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of each text: at least one, since a text without a token becomes a single unknown token."""
        return [ids or [self.unknown] for ids in self.ids(texts)]

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of each text, none of an empty one."""
        return [encoding.ids for encoding in self.core.encode_batch_fast(list(texts))]

    def split(self, text: str) -> list[str]:
        """The tokens of a text as they stand in the vocabulary, unknown ones as the unknown token."""
        return self.core.encode(text).tokens or [UNKNOWN]


def text_of(tokens: Iterable[str]) -> str:
    """The text that tokens spell, without the special ones; of a tokenizer that is for writing."""
    return "".join(token for token in tokens if token not in (PAD, BEGIN, END)).replace(BLANK, " ").strip()


def _normalizers(config: Config, writes: bool) -> list[normalizers.Normalizer]:
    steps: list[normalizers.Normalizer] = [normalizers.NFC()]
    if not writes:
        steps += [
            normalizers.Replace(tokenizers.Regex(r"<br\s*/?>"), " "),
            normalizers.Replace(tokenizers.Regex(r"[’‘`]"), "'"),
        ]
    steps += [normalizers.Replace(tokenizers.Regex(r"\s+"), " "), normalizers.Strip()]
    return [*steps, normalizers.Lowercase()] if config.lowercase else steps


def _pre_tokenizer(kind: str, writes: bool) -> pre_tokenizers.PreTokenizer:
    """Cuts a text into words, characters, or what subwords may not reach beyond."""
    if kind != "bpe" and not writes:
        pattern = WORD if kind == "word" else r"."
        return pre_tokenizers.Split(tokenizers.Regex(pattern), "removed", invert=True)
    inside = {"word": r"\p{P}|\p{S}|\p{Han}", "character": r".", "bpe": r"\p{P}|\p{S}|\p{N}"}[kind]
    if writes and kind != "character":
        inside = f"(?!{BLANK})(?:{inside})"  # a sign like others, which here is part of the word after it
    return pre_tokenizers.Sequence(
        [pre_tokenizers.Metaspace(), pre_tokenizers.Split(tokenizers.Regex(inside), "isolated")]
    )


def _pieces(core: tokenizers.Tokenizer, texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for piece, _ in core.pre_tokenizer.pre_tokenize_str(core.normalizer.normalize_str(text)):
            yield piece


def _learn_bpe(
    config: Config, core: tokenizers.Tokenizer, texts: Callable[[], Iterable[str]], specials: Sequence[str]
) -> models.BPE:
    """Merges learned from the texts (Sennrich et al. 2016), in a model that knows no reserved strings.

    The trainer would register the special tokens as strings to be found in any text; a review that contains
    ``<pad>`` must not turn into padding, so the model is taken apart and made anew. (Nor do merges spell it: signs
    stand alone.) The alphabet is chosen here, since the trainer leaves it to chance which of two equally frequent
    characters is in it.
    """
    counts: Counter[str] = Counter(BLANK)  # stands before every text and for every blank
    for text in texts():
        counts.update(core.normalizer.normalize_str(text).replace(" ", BLANK))
    alphabet = sorted(counts, key=lambda sign: (-counts[sign], sign))[: max(config.size // 2, 4)]
    learner = tokenizers.Tokenizer(models.BPE(unk_token=UNKNOWN))
    learner.normalizer, learner.pre_tokenizer = core.normalizer, core.pre_tokenizer
    trainer = trainers.BpeTrainer(
        vocab_size=config.size,
        min_frequency=config.min_count,
        special_tokens=list(specials),
        initial_alphabet=alphabet,
        limit_alphabet=len(alphabet),
        show_progress=False,
    )
    learner.train_from_iterator(texts(), trainer)
    learned = json.loads(learner.to_str())["model"]
    return models.BPE(learned["vocab"], [tuple(pair) for pair in learned["merges"]], unk_token=UNKNOWN)
