"""``--help``, written for a person: examples, what can be chosen, and every option with its value."""

from __future__ import annotations

import textwrap
from typing import Any

from pydantic.fields import FieldInfo
from rich.console import Console
from rich.text import Text

from recurra.commands import faults
from recurra.commands.check import resolved
from recurra.commands.composition import Composed, Composer, composer, source
from recurra.commands.options import allowed, choices, of_training, schema_for, section_of
from recurra.config.section import Section
from recurra.errors import UserError

EXAMPLES = {
    "train": (
        "Trains a recurrent model on texts and tells how good it is.",
        [
            ("", "sentiment on the built-in reviews"),
            ("data=imdb model.cell=gru model.layers=2", "another data set, another network"),
            ("data=files data.train=my.csv data.text=review data.label=stars", "your own table"),
            ("debug=fast", "every step of a run, in seconds"),
            ("resume=auto", "goes on where the last run stopped"),
            ("-m model.hidden_size=128,256 seed=1,2,3", "six runs, one for each combination"),
            ("-m sweep=tpe space=sentiment sweep.trials=20", "a search over the shipped space"),
            ("-m experiment=compare_cells", "which recurrent network is best for this task"),
        ],
    ),
    "evaluate": (
        "Scores a trained model on a data set.",
        [
            ("", "the newest finished run on its own test split"),
            ("checkpoint=outputs/sentiment/my-run", "a run folder, a .ckpt file or a bundle"),
            ("data=sst2", "on another data set"),
            ("split=validation", "on another part of the data set"),
            ("checkpoint=a.ckpt against=b.ckpt", "two models on the same texts"),
        ],
    ),
    "predict": (
        "Answers texts with a trained model, a line of JSON for each.",
        [
            ('text="It\'s great, really"', "one text, by the newest finished run"),
            ('text=["Well made","Far too long"]', "several texts"),
            ("input=reviews.txt output=answers.jsonl", "a file with a text on each line"),
            ("input=reviews.csv column=review", "a table"),
            ("input=-", "from standard input"),
            ("checkpoint=outputs/sentiment/my-run input=-", "by this run"),
            ('checkpoint=outputs/chargen/my-run prompt="def "', "goes on writing"),
            ('checkpoint=my-translator text="It is late." nbest=3', "three translations, by a bundle"),
        ],
    ),
    "export": (
        "Ships a trained model: a folder of files that run without PyTorch.",
        [
            ("", "the newest finished run, as the folder bundle in it"),
            ("checkpoint=outputs/sentiment/my-run output=my-model", "this run, as this folder"),
            ("formats=[onnx]", "without the graphs in int8"),
            ("license=apache-2.0 push=user/name", "and upload it to the Hugging Face Hub"),
        ],
    ),
}
"""What each command does, and command lines to start from."""

_FLAGS = [
    ("--help NAME=VALUE …", "this page, with these values and choices"),
    ("-m, --multirun", "a sweep: every combination of values with commas, one run each"),
    ("--cfg job", "print the config instead of running (--resolve, --package=NAME)"),
    ("--info defaults", "print which file of conf/ each part comes from"),
    ("--config-dir DIR", "a folder with groups and experiments of your own"),
    ("-sc install=bash", 'shell completion: eval "$(python COMMAND.py -sc install=bash)"; zsh, fish'),
    ("--hydra-help", "all flags of Hydra, which composes the config"),
]

_GAP = 36
"""Column at which explanations begin."""


def print_help(command: str, overrides: list[str]) -> None:
    """Prints the help of a command, with its values under these overrides, to standard output."""
    with composer(command) as conf:
        parsed, found = conf.parse(overrides)
        composed = conf.compose(parsed)
        if found := [*found, *composed.faults]:
            raise UserError("\n".join(found))
        Page(conf, composed).print()


class Page:
    """The help of one command, laid out for the width of the terminal."""

    def __init__(self, conf: Composer, composed: Composed) -> None:
        self._conf, self._composed = conf, composed
        self._console = Console(highlight=False, soft_wrap=True)
        self._lines: list[Text] = []  # of the page, which is printed in one go: each by itself would take longer
        self._schema = schema_for(conf.command, composed.task)
        self._config = resolved(composed.config, self._schema)[0]

    def print(self) -> None:
        """Prints the page from top to bottom."""
        command = self._conf.command
        what, examples = EXAMPLES[command]
        self._lines = [Text(what)]
        self._title("Examples")
        for line, meaning in examples:
            self._row(f"python {command}.py {line}".rstrip(), meaning)
        self._groups()
        self._title("Options", "with their values now; change any of them by NAME=VALUE")
        self._options(self._schema, self._config)
        self._title("Flags")
        for flag, meaning in _FLAGS:
            self._row(flag, meaning.replace("COMMAND", command))
        self._console.print(Text("\n").join(self._lines))

    def _groups(self) -> None:
        chosen = self._composed.choices
        order = [name for name in self._schema.model_fields if name in chosen]
        others = set(chosen) - set(order) - of_training(self._schema)
        for group in [*order, *(name for name in chosen if name in others and "/" not in name)]:
            names = self._conf.choices(group, self._composed.task)
            if names and names != ["default"]:
                self._title(f"{group}=", f"now {chosen[group] or 'null'}")
                for choice in names:
                    self._row(f"{group}={choice}", _comment(group, choice))

    def _options(self, section: type[Section], config: dict[str, Any], prefix: str = "") -> None:
        sections = {name: inner for name, field in section.model_fields.items() if (inner := section_of(field))}
        for name, field in section.model_fields.items():
            if name not in sections:
                self._row(f"{prefix}{name}={faults.shown(config.get(name))}", f"{field.description}{_limits(field)}")
            elif config.get(name) is None:
                self._row(f"{prefix}{name}=null", _first_line(sections[name]))
        for name, inner in sections.items():
            if config.get(name) is not None:
                self._title(f"{prefix}{name}", _first_line(inner))
                self._options(inner, config[name], f"{prefix}{name}.")

    def _title(self, title: str, meaning: str = "") -> None:
        self._lines.append(Text())
        for number, line in enumerate(textwrap.wrap(f"{title}  {meaning}", self._console.width - 1)):
            text = Text(line)
            if number == 0:
                text.stylize("bold", 0, len(title))
            self._lines.append(text)

    def _row(self, left: str, right: str) -> None:
        """An entry and its explanation, which begins on the next line where the entry is too long."""
        text = Text(f"  {left}", style="cyan")
        lines = textwrap.wrap(right, self._console.width - _GAP - 1)
        if len(left) + 4 > _GAP:
            self._lines.append(text)
            text = Text()
        for line in lines or [""]:
            text.append(" " * (_GAP - len(text)))
            text.append(line, style="default")
            self._lines.append(text)
            text = Text()


def _comment(group: str, choice: str) -> str:
    """The first comment in a file of ``conf/``."""
    lines = source(group, choice).split("\n")
    comments = (line[1:].strip() for line in lines if line.startswith("#"))
    return next((comment for comment in comments if not comment.startswith("@package")), "")


def _limits(field: FieldInfo) -> str:
    """What an option may be, where that is not plain from its value."""
    text = allowed(field)
    if not choices(field) and not any(letter.isdigit() for letter in text):
        return ""
    for words in ("a whole number ", "a number "):
        text = text.replace(f"{words}of ", "").replace(words, "")
    return f" ({text})"


def _first_line(section: type[Section]) -> str:
    return (section.__doc__ or "").split("\n")[0]
