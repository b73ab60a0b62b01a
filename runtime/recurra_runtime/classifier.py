"""Labels of texts: task=sentiment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypedDict

import numpy as np
from tokenizers import Tokenizer

from recurra_runtime.bundle import Bundle, texts_of


class Answer(TypedDict):
    """The likeliest label and the probability of each."""

    label: str
    probabilities: dict[str, float]


class Classifier:
    """A classifier of texts. Each is answered by itself: an answer does not depend on what else is asked."""

    task = "sentiment"

    def __init__(self, bundle: Bundle) -> None:
        self.labels: list[str] = bundle.spec["labels"]
        self.unknown: int = bundle.spec["unknown"]
        self.tokenizer = Tokenizer.from_str(bundle.tokenizer())
        self.graph = bundle.graph(
            "model", {"tokens": [None, None], "lengths": [None]}, {"logits": [None, len(self.labels)]}
        )
        columns = bundle.options["data"]["text"]
        self.text_columns: list[str] = [columns] if isinstance(columns, str) else columns

    def predict(self, texts: str | Sequence[str]) -> list[Answer]:
        """Label and probabilities of each text."""
        answers: list[Answer] = []
        for text in texts_of(texts):
            p = self.probabilities(text)
            named = {name: round(each, 6) for name, each in zip(self.labels, p, strict=True)}
            answers.append({"label": self.labels[p.index(max(p))], "probabilities": named})
        return answers

    def probabilities(self, text: str) -> list[float]:
        """The probability of each class for one text."""
        (encoding,) = self.tokenizer.encode_batch_fast([text])
        ids = encoding.ids or [self.unknown]
        (logits,) = self.graph(tokens=np.array([ids]), lengths=np.array([len(ids)]))
        row = logits[0].tolist()
        largest = max(row)
        p = [math.exp(each - largest) for each in row]  # numpy would take longer for a handful of numbers
        total = sum(p)
        return [each / total for each in p]
