"""The schema of every option: its type, its range and one line of help.

An option stands in two places: here, with what it may be, and in ``conf/``, with its value. Nothing in this
package imports torch, so that a config can be checked, and help printed, in a fraction of a second.

Shapes are written ``(batch, time, size)`` throughout the project.
"""

from __future__ import annotations

from recurra.config.chargen import ChargenTrain
from recurra.config.commands import ChargenEvaluate, Export, Predict, SentimentEvaluate, TranslationEvaluate
from recurra.config.section import Section
from recurra.config.sentiment import SentimentTrain
from recurra.config.translation import TranslationTrain

SCHEMAS: dict[str, dict[str, type[Section]]] = {
    "train": {"sentiment": SentimentTrain, "chargen": ChargenTrain, "translation": TranslationTrain},
    "evaluate": {"sentiment": SentimentEvaluate, "chargen": ChargenEvaluate, "translation": TranslationEvaluate},
    "predict": {"sentiment": Predict, "chargen": Predict, "translation": Predict},
    "export": {"sentiment": Export, "chargen": Export, "translation": Export},
}
"""Schema of each command for each task."""
