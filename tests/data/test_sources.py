"""Where the rows of a data set are found: own files, a folder, the hub."""

from __future__ import annotations

import gzip
import json
import socket
from pathlib import Path
from typing import Any, NoReturn

import datasets
import pytest
from huggingface_hub import constants

from recurra.config.train import Paths, Table
from recurra.data.sources import Source, find_source
from recurra.errors import UserError

BASE: dict[str, Any] = {
    "name": "films", "task": "sentiment", "id": None, "config": None, "page": None,
    "train": None, "validation": None, "test": None, "validation_fraction": 0.1, "test_fraction": 0.1,
    "limit": 0, "batch_size": 8, "batch_tokens": 100,
}  # fmt: skip

PAGE = "https://example.org/films"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``paths.data``, and the library's own cache beside it."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def find(home: Path, **options: Any) -> Source:
    return find_source(Table(**{**BASE, **options}), Paths(data=str(home), outputs="outputs", run=None))


def fault(home: Path, **options: Any) -> str:
    with pytest.raises(UserError) as caught:
        find(home, **options)
    message = str(caught.value)
    assert "\n" not in message
    return message


def rows(count: int, mark: str = "row") -> list[dict[str, Any]]:
    return [{"text": f"{mark} {i}", "label": i % 2} for i in range(count)]


def write(path: Path, content: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = "".join(json.dumps(row) + "\n" for row in content).encode()
    path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)
    return path


def texts(source: Source, split: str) -> list[str]:
    return [row["text"] for _, row in source.splits[split]()]


@pytest.mark.parametrize("validation", ["validation", "valid", "val", "dev"])
@pytest.mark.parametrize("ending", [".jsonl", ".jsonl.gz", ".json"])
def test_a_folder_of_that_name(home: Path, validation: str, ending: str) -> None:
    for name, mark in (("train", "a"), (validation, "b"), ("test", "c")):
        write(home / "films" / f"{name}{ending}", rows(3, mark))
    (home / "films" / "README.md").write_text("about train.jsonl")
    source = find(home, id="org/films")
    assert str(home / "films") in source.description
    assert {name: texts(source, name)[0][0] for name in source.splits} == {"train": "a", "validation": "b", "test": "c"}


def test_the_words_tell_where_a_row_stands(home: Path) -> None:
    path = write(home / "films" / "train.jsonl", rows(3))
    assert [where for where, _ in find(home).splits["train"]()] == [f"{path}, line {i}" for i in (1, 2, 3)]


def test_rows_can_be_read_again(home: Path) -> None:
    write(home / "films" / "train.jsonl", rows(3))
    source = find(home)
    assert texts(source, "train") == texts(source, "train") == ["row 0", "row 1", "row 2"]


def test_a_folder_with_two_files_for_a_split(home: Path) -> None:
    for name in ("train.jsonl", "dev.jsonl", "validation.jsonl"):
        write(home / "films" / name, rows(3))
    message = fault(home)
    assert "several files for validation: dev.jsonl, validation.jsonl; keep one" in message


def test_a_folder_without_data(home: Path) -> None:
    (home / "films").mkdir()
    message = fault(home)
    assert str(home / "films") in message
    assert "train.jsonl" in message


def test_a_folder_as_the_hub_has_it(home: Path) -> None:
    write(home / "films" / "data" / "train-00000-of-00002.jsonl", rows(3))
    write(home / "films" / "data" / "train-00001-of-00002.jsonl", rows(2))
    write(home / "films" / "data" / "test-00000-of-00001.jsonl", rows(2, "test"))
    source = find(home)
    assert len(texts(source, "train")) == 5
    assert texts(source, "test") == ["test 0", "test 1"]


def test_a_folder_that_was_saved_to_disk(home: Path) -> None:
    features = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["no", "yes"])})
    one = datasets.Dataset.from_list(rows(4), features=features)
    datasets.DatasetDict({"train": one, "dev": one.select([1])}).save_to_disk(home / "films")
    source = find(home)
    assert texts(source, "train") == ["row 0", "row 1", "row 2", "row 3"]
    assert texts(source, "validation") == ["row 1"]
    assert source.label_names == {"label": ["no", "yes"]}


def test_a_single_table_that_was_saved_to_disk_is_the_training_split(home: Path) -> None:
    datasets.Dataset.from_list(rows(4)).save_to_disk(home / "films")
    source = find(home)
    assert list(source.splits) == ["train"]
    assert len(texts(source, "train")) == 4
    before = source.fingerprint
    datasets.Dataset.from_list(rows(4, "other")).save_to_disk(home / "films")
    assert find(home).fingerprint != before


def test_the_id_may_be_a_folder(home: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "mine" / "train.jsonl", rows(3, "mine"))
    assert texts(find(home, name="hub", id=str(path.parent)), "train")[0] == "mine 0"


def test_a_folder_for_each_id_of_the_hub(home: Path) -> None:
    write(home / "org" / "one" / "train.jsonl", rows(3, "one"))
    assert texts(find(home, name="hub", id="org/one"), "train")[0] == "one 0"
    assert f"there is no folder {home / 'org' / 'two'}" in fault(home, name="hub", id="org/two")


def test_own_files_come_first(home: Path, tmp_path: Path) -> None:
    write(home / "films" / "train.jsonl", rows(3, "folder"))
    one, two = write(tmp_path / "a.jsonl", rows(2, "one")), write(tmp_path / "b.jsonl.gz", rows(2, "two"))
    source = find(home, train=[str(one), str(two)], validation=str(two))
    assert texts(source, "train") == ["one 0", "one 1", "two 0", "two 1"]
    assert texts(source, "validation") == ["two 0", "two 1"]
    assert "test" not in source.splits
    assert [where for where, _ in source.splits["train"]()][-1] == f"{two}, line 2"


def test_the_fingerprint_is_that_of_contents_and_roles(home: Path, tmp_path: Path) -> None:
    a, b, c = (str(write(tmp_path / f"{name}.jsonl", rows(3, name))) for name in "abc")
    prints = {
        find(home, **files).fingerprint
        for files in (
            {"train": a},
            {"train": b},
            {"train": [a, b]},
            {"train": [b, a]},
            {"train": a, "validation": b},
            {"train": a, "test": b},
            {"train": [a, b], "test": c},
            {"train": a, "test": [b, c]},
        )
    }
    assert len(prints) == 8
    before = find(home, train=a).fingerprint
    assert find(home, train=a).fingerprint == before
    write(Path(a), rows(3, "z"))
    assert find(home, train=a).fingerprint != before


@pytest.mark.parametrize("role", ["train", "validation", "test"])
def test_a_file_that_is_missing(home: Path, tmp_path: Path, role: str) -> None:
    files = {"train": str(write(tmp_path / "a.jsonl", rows(3))), role: str(tmp_path / "none.csv")}
    assert fault(home, **files) == f"there is no file {tmp_path / 'none.csv'}"
    assert "it is a folder" in fault(home, **{**files, role: str(tmp_path)})


def test_nothing_found_tells_what_to_fill(home: Path) -> None:
    message = fault(home, page=PAGE)
    assert f"there is no folder {home / 'films'}" in message
    assert PAGE in message
    assert "paths.data" in message
    assert "data.train=FILE" in message


class Network:
    """Counts attempts to reach the network, and lets none succeed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.attempts = 0
        for place, name in ((socket, "create_connection"), (socket, "getaddrinfo"), (socket.socket, "connect")):
            monkeypatch.setattr(place, name, self.refuse)

    def refuse(self, *_: object, **__: object) -> NoReturn:
        self.attempts += 1
        raise OSError("no network")


@pytest.mark.parametrize("offline", [True, False])
def test_a_hub_that_cannot_be_reached(home: Path, monkeypatch: pytest.MonkeyPatch, offline: bool) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", offline)
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", offline)
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    network = Network(monkeypatch)
    message = fault(home, id="org/films", page=PAGE)
    assert "'org/films'" in message
    assert "the hub does not answer" in message
    assert f"there is no folder {home / 'films'}" in message
    assert PAGE in message
    assert network.attempts == (0 if offline else 1), "the libraries would try for half a minute"
    assert constants.HF_HUB_OFFLINE == datasets.config.HF_HUB_OFFLINE == offline, "as it was"


def test_a_set_that_the_hub_does_not_have(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load_dataset(name: str, config: str | None) -> NoReturn:
        raise FileNotFoundError(f"Dataset '{name}' doesn't exist\non the Hub")

    monkeypatch.setattr("recurra.data.sources.hub_reachable", lambda: True)
    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    message = fault(home, id="org/filns")
    assert "Dataset 'org/filns' doesn't exist" in message


def test_a_set_of_the_hub(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str | None]] = []

    def load_dataset(name: str, config: str | None) -> datasets.DatasetDict:
        asked.append((name, config))
        made = datasets.Dataset.from_list(rows(3))
        return datasets.DatasetDict({"train": made, "val": made, "unsupervised": made})

    monkeypatch.setattr("recurra.data.sources.hub_reachable", lambda: True)
    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    source = find(home, id="org/films", config="plain")
    assert asked == [("org/films", "plain")]
    assert source.description == "hub org/films (plain)"
    assert list(source.splits) == ["train", "validation"]
    assert next(source.splits["train"]())[0] == "hub org/films (plain), train row 1"
