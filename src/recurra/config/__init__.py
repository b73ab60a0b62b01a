"""The schema of every option: its type, its range and one line of help.

An option stands in two places: here, with what it may be, and in ``conf/``, with its value. Nothing in this
package imports torch, so that a config can be checked, and help printed, in a fraction of a second.

Shapes are written ``(batch, time, size)`` throughout the project.
"""

from __future__ import annotations

from recurra.config.chargen import ChargenTrain, LanguageModelSpec
from recurra.config.commands import ChargenEvaluate, Export, Predict, SentimentEvaluate, TranslationEvaluate
from recurra.config.section import Section
from recurra.config.sentiment import ClassifierSpec, SentimentTrain
from recurra.config.translation import Seq2SeqSpec, TranslationTrain

SCHEMAS: dict[str, dict[str, type[Section]]] = {
    "train": {"sentiment": SentimentTrain, "chargen": ChargenTrain, "translation": TranslationTrain},
    "evaluate": {"sentiment": SentimentEvaluate, "chargen": ChargenEvaluate, "translation": TranslationEvaluate},
    "predict": {"sentiment": Predict, "chargen": Predict, "translation": Predict},
    "export": {"sentiment": Export, "chargen": Export, "translation": Export},
}
"""Schema of each command for each task."""

SPECS: dict[str, type[Section]] = {
    "sentiment": ClassifierSpec, "chargen": LanguageModelSpec, "translation": Seq2SeqSpec,
}  # fmt: skip
"""What the network of each task knows of its data; stored with the weights."""
