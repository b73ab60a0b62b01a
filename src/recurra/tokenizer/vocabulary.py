"""The vocabulary of words or characters, counted and cut by torchtext."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def frozen_vocabulary(counts: Counter[str], specials: Sequence[str], size: int, min_count: int) -> list[str]:
    """The ``size`` most frequent tokens, specials first, equally frequent ones in alphabetical order.

    A list and not torchtext's own object, whose ``stoi`` grows whenever an unknown word is looked up.
    """
    try:
        from torchtext.vocab import Vocab
    except (ImportError, OSError) as error:  # releases from 0.7 on are compiled against an old torch
        raise ImportError("torchtext 0.6.0 is needed, the release that works beside any torch: "
                          "pip install torchtext==0.6.0") from error  # fmt: skip
    vocabulary = Vocab(counts, max_size=size - len(specials), min_freq=min_count, specials=list(specials))
    return list(vocabulary.itos)
