"""The commands of the README run as they stand there, with ``debug=fast`` and a small network."""

from __future__ import annotations

import io
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from recurra.commands import evaluate, export, predict, train
from tests.conftest import SMALL, write_reviews
from tests.task.chargen import test_contract as chargen
from tests.task.chargen.test_contract import write_text
from tests.task.translation import test_contract as translation

ROOT = Path(__file__).parents[1]
READMES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md")}
COMMAND = re.compile(
    r"(?:(?P<input>\w+\.txt) \| )?python (?P<name>train|evaluate|predict|export)\.py\b(?P<words>[^`&\n]*)"
)
MAIN = {"train": train.main, "evaluate": evaluate.main, "predict": predict.main, "export": export.main}


def commands(text: str) -> list[str]:
    """Every command of ours in a fenced block or an inline one, without its comment; asking Hydra is not training."""
    found = [re.sub(r"\s+#.*", "", match.group(0)).strip() for match in COMMAND.finditer(text)]
    return [line for line in dict.fromkeys(found) if not {"--help", "-sc"} & set(line.split()) and "…" not in line]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the commands take for granted: some texts, data sets by name, two runs."""
    place = tmp_path_factory.mktemp("readme")
    (place / "reviews.csv").write_text(
        "review,stars\n" + "".join(f"a good film {n},5\na dull film {n},1\n" for n in range(30)), encoding="utf-8"
    )
    for name in ("a.csv", "b.csv"):
        (place / name).write_text("text,label\n" + "a good film,good\na dull film,bad\n" * 20, encoding="utf-8")
    (place / "reviews.txt").write_text("a good film\n\n这部电影很好\n", encoding="utf-8")
    for name in ("dev.jsonl", "test.jsonl"):
        shutil.copy(write_reviews(place / "some") / "test.jsonl", place / name)
    write_reviews(place / "org" / "name")
    for file in (place / "org" / "name").iterdir():
        file.write_text(file.read_text().replace('"text"', '"sentence"'), encoding="utf-8")
    for name in ("rotten_tomatoes", "sst2", "imdb", "chnsenticorp"):
        for file in write_reviews(place / "data" / name).iterdir():
            renamed = file.read_text().replace('"good"', '"positive"').replace('"bad"', '"negative"')
            file.write_text(renamed, encoding="utf-8")
    outputs = place / "outputs" / "sentiment"
    text = write_text(place / "data" / "tinyshakespeare")
    shutil.copy(text, place / "book.txt")
    for file in translation.write_pairs(place / "data" / "multi30k").iterdir():
        file.write_text(file.read_text().replace('"fr"', '"de"'), encoding="utf-8")
    for name in ("a.en", "a.de"):
        (place / name).write_text("".join(f"{name} {number}\n" for number in range(60)), encoding="utf-8")
    run = [*SMALL, "data=sst2", f"paths.data={place}/data", f"paths.run={outputs}/RUN", "trainer.max_epochs=1"]
    assert train.main(run) == 0
    shutil.copytree(outputs / "RUN", outputs / "OTHER_RUN")
    run = [*chargen.SMALL, "data=plain", f"data.path={text}", f"paths.run={place}/outputs/chargen/RUN"]
    assert train.main([*run, f"paths.data={place}/data", "trainer.max_epochs=1"]) == 0
    run = [*translation.SMALL, "data=multi30k", f"paths.run={place}/outputs/translation/RUN"]
    assert train.main([*run, f"paths.data={place}/data", "trainer.max_epochs=1"]) == 0
    newest = outputs / "RUN" / "config.yaml"  # a command that names no run means this one
    newest.touch()
    return place


@pytest.mark.parametrize("line", commands(READMES["README.md"]))
def test_command_runs(
    line: str, place: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    match = COMMAND.search(line)
    assert match is not None
    words = [re.sub(r"=(RUN|OTHER_RUN)$", r"=outputs/sentiment/\1", word) for word in shlex.split(match["words"])]
    if match["input"]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((place / match["input"]).read_bytes())))
    if match["name"] == "train":
        asked = {word.partition("=")[0] for word in words}
        writes = "task=chargen" in words or any(word.startswith("experiment=tiny") for word in words)
        translates = {"task=translation", "experiment=compare_decoders"} & set(words)
        options = chargen.SMALL if writes else translation.SMALL if translates else SMALL
        small = [word for word in options if word.partition("=")[0] not in asked]
        small = [word for word in small if "experiment" not in asked or not word.startswith("task=")]
        if any(word.startswith("experiment=compare_") for word in words):  # their variants have sizes of their own
            small = [word for word in small if not word.startswith("model.")]
        fast = [] if "debug" in asked else ["debug=fast"]
        words += [*small, *fast]
        if "-m" in words:  # two trials, in this process
            words = [word for word in words if not word.startswith("sweep.trials=")]
            words += ["hydra/launcher=basic", "sweep.trials=2"]
    assert MAIN[match["name"]](words) == 0, capfd.readouterr().err
    if match["name"] == "predict" and "output=" not in line:
        out = capfd.readouterr().out
        wanted = "def " if "prompt=" in line else '"translation"' if "/translation/" in line else '"label"'
        assert wanted in out or '"prompt"' in out


def test_both_languages_give_the_same_commands() -> None:
    english, chinese = (commands(text) for text in READMES.values())
    assert english
    assert english == chinese


@pytest.mark.parametrize("name", READMES)
def test_what_the_readme_names_exists(name: str) -> None:
    for target in re.findall(r"\]\(((?!http)[^)#]+)\)", READMES[name]):
        assert (ROOT / target).exists(), target
