"""What the shell passes on arrives exactly, however Hydra's grammar would read it."""

from __future__ import annotations

import random

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf

from recurra.commands.check import compose, resolved
from recurra.commands.composition import composer
from recurra.commands.options import free_options, schema_for
from recurra.commands.quoting import quote

# fmt: off
NASTY = [
    "It's great, really", '"', "'", "a\\", "\\", "\\\\", '\\"', "\\'", "a\\'b", "[x", "x]", "a=b", "!", "=",
    "这部电影很好", "café", "😀", " lead", "trail ", "", " ", "\n", "a\nb", "\t", "1e3", "007", "null",
    "true", "NaN", "${x}", "\\${x}", "\\\\${x}", "a\\b${", "${", "$", "???", "~", "+", ":", "{a: b}", "(b)",
    "choice(", "choice(a,b)", "x,y", "${x}\\", "a'${b}'\\'", "#", "epoch=3-step=100.ckpt",
    "C:\\texts\\new.txt", "'a' b'", "\"a\", 'b'",
]
# fmt: on
ALPHABET = [*"ab ',\"\\${}[]()=!:~+?#\n\t1e.评é😀", "${", "\\${", "null", "\\'", '\\"', "???"]


def arrived(name: str, value: str) -> object:
    """The value of an option of ``predict`` or ``train`` after Hydra composed it."""
    command = "train" if "." in name else "predict"
    with composer(command) as conf:
        parsed, faults = conf.parse(quote([f"{name}={value}"]))
        assert faults == []
        composed = conf.compose(parsed)
        assert composed.faults == []
    config: object = resolved(composed.config, schema_for(command, composed.task))[0]
    for part in name.split("."):
        assert isinstance(config, dict)
        config = config[part]
    return config


def is_quoted(value: str) -> bool:
    return value[:1] in ("'", '"') and len(value) > 1 and value[0] == value[-1]


@pytest.mark.parametrize("value", NASTY)
def test_a_text_arrives_exactly(value: str) -> None:
    assert arrived("column", value) == value


def test_random_texts_arrive_exactly() -> None:
    """Hydra's parser and OmegaConf's resolution, without composing each of them."""
    draw = random.Random(0)
    parser = OverridesParser.create()
    config = OmegaConf.create({"column": None})
    for _ in range(800):
        value = "".join(draw.choice(ALPHABET) for _ in range(draw.randint(0, 9)))
        if is_quoted(value):
            continue
        (word,) = quote([f"column={value}"])
        assert quote([word]) == [word], "quoting twice changes nothing"
        OmegaConf.update(config, "column", parser.parse_override(word).value())
        plain = OmegaConf.to_container(config, resolve=True)
        assert plain == {"column": value}, word


@pytest.mark.parametrize("value", [value for value in NASTY if "${" not in value and value != "null"])
def test_a_path_arrives_exactly(value: str) -> None:
    assert arrived("input", value) == value


def test_null_and_interpolations_of_paths_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOMEWHERE", "/a b, c")
    assert arrived("input", "null") is None
    assert arrived("paths.run", "${oc.env:SOMEWHERE}/it's") == "/a b, c/it's"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("[评论.csv,b.csv]", ["评论.csv", "b.csv"]),
        ("[a.csv, b.csv]", ["a.csv", "b.csv"]),
        ('[it\'s, "x, y.csv"]', ["it's", "x, y.csv"]),
        ("['a,b']", ["a,b"]),
        ("[1,2]", ["1", "2"]),
        ("[]", []),
        ("plain.csv", "plain.csv"),
    ],
)
def test_a_list_in_brackets_is_a_list(value: str, expected: object) -> None:
    assert arrived("data.train", value) == expected


def test_an_option_that_takes_only_lists_keeps_null() -> None:
    assert quote(["data.labels=null", "data.labels=[好,坏]"]) == [
        "data.labels=null",
        "data.labels=['好','坏']",
    ]
    assert arrived("data.labels", "[0,null]") == ["0", "null"]


def test_what_is_quoted_already_is_left_alone() -> None:
    words = ["text='a, b'", 'text="a, b"', "text=['a','b']", "data.train=[a.csv,b.csv]"]
    assert quote(words) == words


def test_prefixes_are_respected() -> None:
    assert quote(["+text=a,b", "++text=a,b", "~text=a,b"]) == ["+text='a,b'", "++text='a,b'", "~text='a,b'"]


def test_other_words_are_left_alone() -> None:
    words = ["model.layers=1,2", "-m", "--cfg", "job", "data=imdb", "seed=choice(1,2)", "text", "=", "task=a"]
    assert quote(words) == words


def test_a_choice_is_a_sweep_only_with_multirun() -> None:
    assert quote(["-m", "model.vectors=choice(a.txt,b.txt)"])[1] == "model.vectors=choice(a.txt,b.txt)"
    assert quote(["model.vectors=choice(a.txt,b.txt)"]) == ["model.vectors='choice(a.txt,b.txt)'"]


def test_free_options_are_found_in_all_forms_of_annotation() -> None:
    free = free_options()
    assert not free["text"].path
    assert free["text"].one
    assert free["text"].many
    assert free["checkpoint"].path
    assert not free["checkpoint"].many
    assert free["data.labels"].many
    assert not free["data.labels"].one
    assert {"data.text", "data.train", "paths.run", "logger.wandb.name", "resume", "model.vectors"} <= set(free)
    assert "model.layers" not in free


def test_a_python_user_needs_no_quotes() -> None:
    config = compose("predict", ["text=It's great, really"])
    assert config.model_dump()["text"] == "It's great, really"
