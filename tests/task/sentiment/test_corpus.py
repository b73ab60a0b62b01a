"""Texts and labels as they are, whatever the columns are called and hold."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest

from recurra.config.sentiment import SentimentData
from recurra.config.train import Paths
from recurra.errors import UserError
from recurra.task.sentiment.corpus import Corpus, load_corpus

BASE: dict[str, Any] = {
    "name": "films", "task": "sentiment", "id": None, "config": None, "page": None,
    "train": None, "validation": None, "test": None, "validation_fraction": 0.1, "test_fraction": 0.1,
    "limit": 0, "batch_size": 8, "batch_tokens": 100,
    "text": "text", "label": "label", "labels": None, "phenomenon": None,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "library")


def load(home: Path, known: list[str] | None = None, split: str | None = None, **options: Any) -> Corpus:
    options = {name: str(value) if isinstance(value, Path) else value for name, value in options.items()}
    data = SentimentData(**{**BASE, **options})
    return load_corpus(data, Paths(data=str(home / "data"), outputs="outputs", run=None), known, split)


def fault(home: Path, known: list[str] | None = None, split: str | None = None, **options: Any) -> str:
    """The message of the fault in a data set, found when it is loaded or when its labels are numbered."""

    def use() -> None:
        corpus = load(home, known, split, **options)
        for name in corpus.splits:
            corpus.label_ids(name)

    with pytest.raises(UserError) as caught:
        use()
    message = str(caught.value)
    assert "\n" not in message
    return message


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def rows(count: int, labels: tuple[Any, ...] = ("bad", "good"), mark: str = "text") -> list[dict[str, Any]]:
    return [{"text": f"{mark} {i}", "label": labels[i % len(labels)]} for i in range(count)]


def three(home: Path, **splits: list[dict[str, Any]]) -> dict[str, str]:
    """Options for a training, a validation and a test file."""
    made = {name: splits.get(name, rows(10, mark=name)) for name in ("train", "validation", "test")}
    return {name: str(write(home / f"{name}.jsonl", content)) for name, content in made.items()}


def texts(corpus: Corpus, split: str) -> list[str]:
    return list(corpus.splits[split]["text"][:])


# Labels


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (("good", "bad"), ["bad", "good"]),
        (("很好", "不好"), ["不好", "很好"]),
        ((1, 0), ["0", "1"]),
        (("10", "9", "1"), ["1", "9", "10"]),
        ((2.0, 1.0), ["1", "2"]),
        (("2.0", "1.0"), ["1", "2"]),
        (("1", 1.0, "0.0", 0), ["0", "1"]),
        ((0.5, 10.0, 2.5), ["0.5", "2.5", "10"]),
        ((True, False), ["False", "True"]),
        ((" good", "bad\n"), ["bad", "good"]),
        ((-1, 0, 1), ["-1", "0", "1"]),
        (("NA", "null", "nan"), ["NA", "nan", "null"]),
    ],
)
def test_labels_are_words_or_numbers(tmp_path: Path, labels: tuple[Any, ...], names: list[str]) -> None:
    corpus = load(tmp_path, **three(tmp_path, **{s: rows(12, labels) for s in ("train", "validation", "test")}))
    assert corpus.labels == names
    assert set(corpus.label_ids("test").tolist()) == set(range(len(names)))


def test_label_ids_are_places_in_the_list_of_labels(tmp_path: Path) -> None:
    corpus = load(tmp_path, **three(tmp_path, train=rows(5, (3, 1, 2))))
    assert corpus.labels == ["1", "2", "3"]
    assert corpus.label_ids("train").tolist() == [2, 0, 1, 2, 0]
    assert corpus.label_ids("train").dtype == np.int64


@pytest.mark.parametrize("given", [(0, 1), ("0", "1"), (0.0, 1.0), ("0.0", "1.0"), ("negative", "positive")])
def test_names_for_numbered_labels(tmp_path: Path, given: tuple[Any, ...]) -> None:
    splits = {name: rows(10, given) for name in ("train", "validation", "test")}
    corpus = load(tmp_path, **three(tmp_path, **splits), labels=["negative", "positive"])
    assert corpus.labels == ["negative", "positive"], "in their own order"
    assert corpus.label_ids("train").tolist() == [0, 1] * 5


@pytest.mark.parametrize("wrong", [2, "2.0", "good", -2, 0.5])
def test_a_label_that_has_no_name(tmp_path: Path, wrong: Any) -> None:
    files = three(tmp_path, train=[*rows(10, (0, 1)), {"text": "x", "label": wrong}])
    message = fault(tmp_path, **files, labels=["negative", "positive"])
    assert f"{files['train']}, line 11: the label '{wrong}' is neither one of negative, positive" in message
    assert "0 to 1" in message


def test_names_of_the_data_set_itself(tmp_path: Path) -> None:
    names = ["negative", "neutral", "positive"]
    features = datasets.Features({"text": datasets.Value("string"), "stars": datasets.ClassLabel(names=names)})
    made = datasets.Dataset.from_list([{"text": f"text {i}", "stars": 2 - i % 3} for i in range(90)], features=features)
    made.save_to_disk(tmp_path / "data" / "films")
    corpus = load(tmp_path, name="films", label=["label", "stars"])
    assert corpus.labels == names
    assert corpus.splits["train"][0]["label"] == names[2 - int(corpus.splits["train"][0]["text"].split()[1]) % 3]


@pytest.mark.parametrize("split", ["validation", "test"])
def test_a_label_that_training_never_saw(tmp_path: Path, split: str) -> None:
    files = three(tmp_path, **{split: [*rows(4), {"text": "x", "label": "so-so"}]})
    message = fault(tmp_path, **files)
    assert f"{files[split]}, line 5: the label 'so-so' is not among those of training (bad, good)" in message


def test_a_label_that_the_checkpoint_never_saw(tmp_path: Path) -> None:
    files = three(tmp_path)
    assert load(tmp_path, ["good", "bad", "other"], **files).labels == ["good", "bad", "other"]
    assert "line 1: the label 'bad' is not among those of training (good)" in fault(tmp_path, ["good"], **files)


def test_one_class_only(tmp_path: Path) -> None:
    splits = {name: rows(10, ("good",)) for name in ("train", "validation", "test")}
    message = fault(tmp_path, **three(tmp_path, **splits))
    assert "every training row has the label 'good'; two classes are needed" in message
    assert str(tmp_path / "train.jsonl") in message
    assert "two classes" in fault(tmp_path, train=write(tmp_path / "alone.jsonl", rows(50, (-1,))))


@pytest.mark.parametrize("hidden", ["", None, "  "])
@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_single_row_without_a_label(tmp_path: Path, split: str, hidden: Any) -> None:
    files = three(tmp_path, **{split: [*rows(6), {"text": "x", "label": hidden}, *rows(2)]})
    assert f"{files[split]}, line 7: the label is empty" in fault(tmp_path, **files)


def test_no_row_with_a_label(tmp_path: Path) -> None:
    files = three(tmp_path, train=rows(5, ("",)))
    assert f"{files['train']}, line 1: the label is empty" in fault(tmp_path, **files)


@pytest.mark.parametrize("hidden", [-1, "-1", -1.0, "", None])
@pytest.mark.parametrize("names", [None, ["bad", "good"]])
def test_hidden_test_labels_are_scored_on_validation(tmp_path: Path, hidden: Any, names: list[str] | None) -> None:
    splits = {"train": rows(100, (0, 1), "train"), "test": rows(10, (hidden,), "test")}
    files = three(tmp_path, **splits, validation=rows(20, (0, 1), "validation"))
    corpus = load(tmp_path, **files, labels=names)
    assert texts(corpus, "test") == [f"validation {i}" for i in range(20)]
    assert len(corpus.splits["validation"]) == 10
    assert sorted(texts(corpus, "train") + texts(corpus, "validation")) == sorted(f"train {i}" for i in range(100))
    assert "the test split has no labels and is left out" in corpus.notes
    del files["validation"]
    corpus = load(tmp_path, **files, labels=names)
    assert {text.split()[0] for text in texts(corpus, "test")} == {"train"}


def test_minus_one_is_a_label_where_training_has_it(tmp_path: Path) -> None:
    corpus = load(
        tmp_path, **three(tmp_path, train=rows(9, (-1, 0, 1)), validation=rows(9, (0, -1)), test=rows(3, (-1,)))
    )
    assert corpus.labels == ["-1", "0", "1"]
    assert corpus.label_ids("test").tolist() == [0, 0, 0]


# Splits


@pytest.mark.parametrize("split", ["validation", "test"])
def test_a_file_of_ones_own_is_scored_without_training_rows(tmp_path: Path, split: str) -> None:
    path = write(tmp_path / "a.jsonl", rows(4, ("good", "bad")))
    corpus = load(tmp_path, ["bad", "good"], split, **{split: path})
    assert corpus.label_ids(split).tolist() == [1, 0, 1, 0]


def test_missing_splits_are_cut_off_the_training_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", rows(400, ("a", "a", "a", "b")))
    corpus = load(tmp_path, train=path, validation_fraction=0.2, test_fraction=0.1)
    parts = [texts(corpus, split) for split in ("train", "validation", "test")]
    assert sorted(text for part in parts for text in part) == sorted(f"text {i}" for i in range(400)), (
        "disjoint, and nothing lost"
    )
    assert [len(part) for part in parts] == [288, 72, 40]
    for split in corpus.splits:
        assert Counter(corpus.splits[split]["label"][:])["b"] == len(corpus.splits[split]) / 4
    assert len([note for note in corpus.notes if "stand in for it" in note]) == 2


def test_the_same_rows_are_held_out_at_every_call(tmp_path: Path) -> None:
    one = load(tmp_path / "one", train=write(tmp_path / "a.jsonl", rows(200)))
    two = load(tmp_path / "two", train=tmp_path / "a.jsonl")
    for split in one.splits:
        assert texts(one, split) == texts(two, split)
    assert texts(one, "test") != [f"text {i}" for i in range(len(texts(one, "test")))]


def test_a_validation_split_alone_is_cut_too(tmp_path: Path) -> None:
    files = three(tmp_path, train=rows(100, mark="train"))
    del files["validation"]
    corpus = load(tmp_path, **files)
    assert texts(corpus, "test") == [f"test {i}" for i in range(10)]
    assert len(texts(corpus, "validation")) == 10
    assert not set(texts(corpus, "validation")) & set(texts(corpus, "train"))


def test_splits_come_in_order(tmp_path: Path) -> None:
    assert list(load(tmp_path, train=write(tmp_path / "a.jsonl", rows(100))).splits) == ["train", "validation", "test"]


def test_too_few_rows_to_cut(tmp_path: Path) -> None:
    assert "too few different texts in train to cut a test split" in fault(
        tmp_path, train=write(tmp_path / "a.jsonl", rows(2))
    )


def test_no_training_split(tmp_path: Path) -> None:
    message = fault(tmp_path, test=write(tmp_path / "a.jsonl", rows(9)))
    assert "there is no training split; give data.train=FILE" in message
    datasets.DatasetDict({"test": datasets.Dataset.from_list(rows(4))}).save_to_disk(tmp_path / "data" / "films")
    assert "there is no training split" in fault(tmp_path, name="films")


def test_a_model_that_exists_is_scored_on_a_test_file_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", rows(9))
    corpus = load(tmp_path, ["bad", "good"], "test", test=path)
    assert list(corpus.splits) == ["test"]
    assert len(texts(corpus, "test")) == 9
    assert "'bad' is not among" in fault(tmp_path, ["x", "good"], "test", test=path)
    assert "there is no training split" in fault(tmp_path, ["bad", "good"], "validation", test=path)


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_one_split_is_the_same_as_of_all(tmp_path: Path, split: str, hidden: bool) -> None:
    files = three(tmp_path, train=rows(100), test=rows(5, (-1,) if hidden else ("good",)))
    alone = load(tmp_path, ["bad", "good"], split, **files)
    assert texts(alone, split) == texts(load(tmp_path, **files), split)


def test_several_training_files(tmp_path: Path) -> None:
    files = three(tmp_path)
    more = write(tmp_path / "more.jsonl", rows(3, mark="more"))
    corpus = load(tmp_path, **{**files, "train": [files["train"], str(more)]})
    assert texts(corpus, "train") == [f"train {i}" for i in range(10)] + ["more 0", "more 1", "more 2"]


def test_identical_files(tmp_path: Path) -> None:
    one, two = write(tmp_path / "a.jsonl", rows(10)), write(tmp_path / "b.jsonl", rows(10))
    corpus = load(tmp_path, train=one, validation=one, test=two)
    assert texts(corpus, "train") == texts(corpus, "validation") == texts(corpus, "test")
    assert corpus.splits["test"][0]["where"] == f"{two}, line 1"


@pytest.mark.parametrize("limit", [1, 4, 9, 10, 1000])
def test_a_limit(tmp_path: Path, limit: int) -> None:
    train = [*rows(50, ("bad",)), *rows(50, ("good",), mark="other")]
    corpus = load(tmp_path, **three(tmp_path, train=train), limit=limit)
    assert [len(split) for split in corpus.splits.values()] == [min(limit, n) for n in (100, 10, 10)]
    assert limit == 1 or set(corpus.splits["train"]["label"][:]) == {"bad", "good"}, "though sorted by label"
    assert len(set(texts(corpus, "train"))) == min(limit, 100)


# Texts

ODD = ["", "  \t ", "NA", "null", "a\nb", 'commas, "quotes"', "很好 😀", "x" * 1_000_000, "<pad>", "\x00"]


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_odd_texts_are_kept_as_they_are(tmp_path: Path, split: str) -> None:
    odd = [{"text": text, "label": ("bad", "good")[i % 2]} for i, text in enumerate(ODD)]
    assert texts(load(tmp_path, **three(tmp_path, **{split: odd})), split) == ODD


def test_texts_that_are_no_strings(tmp_path: Path) -> None:
    some = [{"text": text, "label": i % 2} for i, text in enumerate([None, 5, 2.5, True])]
    assert texts(load(tmp_path, **three(tmp_path, train=some, validation=some, test=some)), "train") == [
        "", "5", "2.5", "True"
    ]  # fmt: skip
    files = three(tmp_path, train=[*rows(4), {"text": ["a"], "label": "good"}])
    assert f"{files['train']}, line 5: the column 'text' holds no text but a list" in fault(tmp_path, **files)


def test_labels_that_are_none(tmp_path: Path) -> None:
    for label in (["good"], {"good": 1}):
        files = three(tmp_path, train=[*rows(4), {"text": "a", "label": label}])
        assert f"line 5: the column 'label' holds no text but a {type(label).__name__}" in fault(tmp_path, **files)
    files = three(tmp_path, train=[*rows(4), {"text": "a", "label": math.nan}])
    assert "line 5: the label is empty" in fault(tmp_path, **files)


def test_a_file_of_texts_alone_has_no_labels(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a good film\n" * 9)
    assert "a txt holds texts alone" in fault(tmp_path, train=str(file))


def renamed(content: list[dict[str, Any]], text: str, label: str) -> list[dict[str, Any]]:
    return [{text: row["text"], label: row["label"]} for row in content]


def test_of_several_columns_the_first_that_exists(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [{"review": f"r{i}", "评论": f"no{i}", "stars": i % 2} for i in range(40)])
    corpus = load(tmp_path, train=path, text=["text", "review", "评论"], label=["label", "stars"])
    assert all(text.startswith("r") for text in texts(corpus, "train"))
    corpus = load(tmp_path, train=path, text="评论", label="stars")
    assert texts(corpus, "train")
    assert set(texts(corpus, "train")) <= {f"no{i}" for i in range(40)}


@pytest.mark.parametrize(("option", "columns"), [("text", "review"), ("label", ["stars", "score"])])
def test_a_missing_column(tmp_path: Path, option: str, columns: Any) -> None:
    path = write(tmp_path / "a.jsonl", rows(40))
    message = fault(tmp_path, train=path, **{option: columns})
    wanted = "'review'" if option == "text" else "'stars' or 'score'"
    assert f"{path}, line 1: there is no column {wanted}, but 'text', 'label'; give data.{option}=COLUMN" in message


def test_a_row_without_the_column(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [*rows(7), {"text": "x"}, *rows(30)])
    assert f"{path}, line 8: there is no column 'label'" in fault(tmp_path, train=path)


def test_a_column_of_groups(tmp_path: Path) -> None:
    some = [{**row, "kind": kind} for row, kind in zip(rows(4), ["plain", None, 3, ""], strict=True)]
    files = three(tmp_path, train=some)
    assert load(tmp_path, **files, phenomenon="kind").splits["train"]["group"][:] == ["plain", "", "3", ""]
    assert load(tmp_path, **files).splits["train"]["group"][:] == [""] * 4


# Disk


def test_the_same_rows_are_not_read_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.jsonl", rows(50))
    before = load(tmp_path, train=path)
    monkeypatch.setattr("recurra.data.sources.read_rows", None)
    assert texts(load(tmp_path, train=path), "train") == texts(before, "train")


def test_a_file_that_changed_is_read_anew(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", rows(50))
    load(tmp_path, train=path)
    write(path, rows(50, mark="xxxx"))
    assert {text.split()[0] for text in texts(load(tmp_path, train=path), "train")} == {"xxxx"}


def test_other_columns_of_the_same_file_are_read_anew(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [{**row, "other": f"o{n}"} for n, row in enumerate(rows(50))])
    load(tmp_path, train=path)
    others = texts(load(tmp_path, train=path, text="other"), "train")
    assert others
    assert set(others) <= {f"o{n}" for n in range(50)}
    assert load(tmp_path, train=path, labels=["good", "bad"]).labels == ["good", "bad"]


def test_a_fault_leaves_nothing_behind(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [*rows(50), {"text": "x"}])
    assert "line 51" in fault(tmp_path, train=path)
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and file != path]
    assert "line 51" in fault(tmp_path, train=path), "and is found again"


def test_names_of_files_in_the_cache_are_plain(tmp_path: Path) -> None:
    load(tmp_path, train=write(tmp_path / "a=b.jsonl", rows(50)))
    made = [file.relative_to(tmp_path / "data") for file in (tmp_path / "data").rglob("*")]
    assert made
    assert not [file for file in made if "=" in str(file) or ":" in str(file)]


def test_a_data_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in the way")
    path = write(tmp_path / "a.jsonl", rows(50))
    assert len(load(tmp_path, train=path).splits["train"]) > 0
    assert (tmp_path / "data").read_text() == "a file in the way"


def test_no_folder_at_all_that_can_be_written(tmp_path: Path) -> None:
    for name in ("data", "library"):
        (tmp_path / name).write_text("a file in the way")
    assert f"cannot write to {tmp_path / 'library'}" in fault(tmp_path, train=write(tmp_path / "a.jsonl", rows(50)))


def test_the_built_in_corpus(tmp_path: Path) -> None:
    corpus = load(tmp_path, name="reviews", phenomenon="phenomenon", limit=50)
    assert corpus.labels == ["negative", "positive"]
    assert [len(rows) for rows in corpus.splits.values()] == [50, 50, 50]
    assert all(corpus.splits["test"]["group"][:])
    message = fault(tmp_path, name="reviews", test=write(tmp_path / "a.jsonl", rows(50)))
    assert "there is no training split" in message, "own files are never passed over"
