"""The built-in corpus `reviews`: short English reviews from a grammar of our own, the same for everybody.

Three choices make it worth learning from:

- **Order decides, not words.** Each template is written once, for both labels: `{+...}` takes the side of the
  label and `{-...}` the other, so "the plot is dull but the acting is superb" has twins of the opposite label
  with nearly the same words. Counting words goes astray wherever scope matters. The column `phenomenon` says
  what a text asks of its reader: to weigh the last clause of a contrast or the main clause of a concession,
  to know which of two films is this one, or who was wrong about it.
- **The test asks for the phenomenon, not for the template.** The templates, those of the opening and closing
  sentences too, were divided between the splits before any text was written. A template of the test arranges
  the words and clauses of training anew; no text and no template stands in two splits.
- **The words are those of real reviews**, film reviews foremost: hundreds of adjectives, verbs, nouns and
  idioms, met in reviews of both labels, over eleven domains from films to phones.

`lexicon` holds the words, `templates` the sentences, `grammar` the engine. By convention a contrast ends with
what counts ("dull but superb" is positive) and a concession counts less than the clause it depends on.
"""

from random import Random

from .grammar import Writer
from .templates import CLOSERS, OPENERS, TEMPLATES

LABELS = {1: "positive", -1: "negative"}
SIZES = {"train": 16_000, "validation": 1_500, "test": 1_500}
SHARES = {  # how much of each split a phenomenon has; they add up to 1
    "plain": 0.24,
    "negation": 0.12,
    "contrast": 0.08,
    "intensifier": 0.10,
    "comparison": 0.10,
    "concession": 0.06,
    "double negation": 0.10,
    "hypothetical": 0.08,
    "attribution": 0.12,
}
SENTENCES = {1: 0.4, 2: 0.45, 3: 0.15}
"""The share of texts in which so many templates of the phenomenon follow each other."""
OPENED, CLOSED = 0.15, 0.2
"""The share of texts with a neutral sentence in front, and with a plain one of the same label at the end."""
LENGTHS = range(6, 41)
"""How many words a text may have."""


def generate(seed: int = 0) -> dict[str, list[dict[str, str]]]:
    """The whole corpus by split, as rows of `text`, `label` (positive, negative) and `phenomenon`."""
    random = Random(seed)
    seen: set[str] = set()
    corpus = {}
    for split, size in SIZES.items():
        rows = []
        for phenomenon, share in SHARES.items():
            lines = templates(split)[phenomenon]
            for sign, label in LABELS.items():
                fitting = [line.removeprefix(_mark(sign)) for line in lines if not line.startswith(_mark(-sign))]
                for _ in range(round(size * share / 2)):
                    text = _new_text(random, split, fitting, sign, seen)
                    rows.append({"text": text, "label": label, "phenomenon": phenomenon})
        random.shuffle(rows)
        corpus[split] = rows
    return corpus


def templates(split: str) -> dict[str, tuple[str, ...]]:
    """The templates that a split is written with, by phenomenon."""
    return {phenomenon: splits[split] for phenomenon, splits in TEMPLATES.items()}


def _mark(sign: int) -> str:
    """What begins a template that makes sense for one label alone."""
    return "P: " if sign > 0 else "N: "


def _new_text(random: Random, split: str, lines: list[str], sign: int, seen: set[str]) -> str:
    """A text that is neither too long nor too short and that no split has yet; it is added to `seen`."""
    while True:
        opener = [random.choice(OPENERS[split])] if random.random() < OPENED else []
        closer = [random.choice(CLOSERS[split])] if random.random() < CLOSED else []
        [count] = random.choices(list(SENTENCES), list(SENTENCES.values()))
        text = Writer(random, sign).write(*opener, *random.sample(lines, count), *closer)
        if text not in seen and len(text.split()) in LENGTHS:
            seen.add(text)
            return text
