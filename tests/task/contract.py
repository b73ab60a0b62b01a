"""What every task owes: a task's tests inherit `TaskContract` and say on which texts."""

from __future__ import annotations

import math
import pickletools
import random
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, ClassVar, Literal, Union, get_args, get_origin

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from tests.helpers import assert_same, below, interrupted_after, log, metrics, only_run, same_weights, weights

import recurra
from recurra.checkpoint import read_checkpoint
from recurra.commands.check import compose
from recurra.commands.train import train
from recurra.config import SCHEMAS
from recurra.config.section import Section
from recurra.config.train import Train
from recurra.runs import BEST
from recurra.task import load_task
from recurra.task.base import TaskModule


def option_values(section: type[Section], prefix: str) -> dict[str, list[str]]:
    """Values to try of each option that has few: words to choose from, switches, rates, how many layers."""
    found: dict[str, list[str]] = {}
    for name, field in section.model_fields.items():
        kind: Any = field.annotation
        if get_origin(kind) in (Union, UnionType):
            kind = next(part for part in get_args(kind) if part is not type(None))
        if get_origin(kind) is Literal:
            found[f"{prefix}.{name}"] = [str(value) for value in get_args(kind)]
        elif get_origin(kind) is list and get_origin(get_args(kind)[0]) is Literal:
            choices = get_args(get_args(kind)[0])
            found[f"{prefix}.{name}"] = [f"[{choice}]" for choice in choices] + [f"[{','.join(choices)}]"]
        elif kind is bool:
            found[f"{prefix}.{name}"] = ["false", "true"]
        elif kind is float and {"ge=0.0", "lt=1.0"} <= {str(part).split("(")[-1][:-1] for part in field.metadata}:
            found[f"{prefix}.{name}"] = ["0.0", "0.4"]
        elif name == "layers":
            found[f"{prefix}.{name}"] = ["1", "2"]
    return found


class TaskContract:
    """Inherit, and give these; every test here then runs for the task."""

    task: ClassVar[str]
    options: ClassVar[list[str]]
    """Overrides that make a run small."""
    texts: ClassVar[list[str]]
    """A handful to answer, of different lengths."""
    fitted: ClassVar[tuple[str, float, float]] = ("train/accuracy", 1.0, 1e-6)
    """Score that ``debug=overfit`` reaches, and how nearly."""
    to_fit: ClassVar[list[str]] = []
    """Overrides with which so small a network learns fast."""
    more: ClassVar[dict[str, list[str]]] = {}
    """Further options and the values of each to train with."""

    @staticmethod
    def corpus(folder: Path) -> list[str]:
        """Writes small files into ``folder``; returns the overrides that train on them."""
        raise NotImplementedError

    # what the tests share

    @pytest.fixture(scope="class")
    @classmethod
    def root(cls, tmp_path_factory: pytest.TempPathFactory, quick: None) -> Path:
        made = tmp_path_factory.mktemp(cls.task)
        cls.corpus(made / "corpus")
        return made

    @pytest.fixture(scope="class")
    @classmethod
    def run(cls, root: Path) -> Path:
        """A finished run with all that is on by default, and an average that is far from the last weights."""
        return cls.make(root, "run", "trainer.max_epochs=2", "optimizer.averaging=0.8")

    @classmethod
    def overrides(cls, root: Path, name: str, *more: str) -> list[str]:
        return [f"task={cls.task}", *cls.corpus(root / "corpus"), *cls.options, *below(root, name), *more]

    @classmethod
    def make(cls, root: Path, name: str, *more: str) -> Path:
        train(compose("train", cls.overrides(root, name, *more)))
        return only_run(root / name)

    def module(self, root: Path, *more: str) -> tuple[TaskModule, Any, Any]:
        """An untrained network, its config and its loaders."""
        config = compose("train", self.overrides(root, "none", *more))
        assert isinstance(config, Train)
        task = load_task(self.task)
        prepared = task.prepare(config, None)
        pl.seed_everything(config.seed, verbose=False)
        return task.module(config, prepared), config, task.loaders(config, prepared)

    @pytest.fixture
    def elsewhere(self, root: Path, run: Path, tmp_path: Path) -> Iterator[Path]:
        """A copy of the checkpoint, while the run and the data are gone."""
        copy = tmp_path / "model.ckpt"
        shutil.copy(run / BEST, copy)
        root.rename(root.with_name("hidden"))
        yield copy
        root.with_name("hidden").rename(root)

    # learning

    def test_a_gradient_reaches_every_parameter(self, root: Path) -> None:
        module, _, loaders = self.module(root)
        module.train()
        for batch in loaders.train:
            loss = module.loss(batch)[0]
            assert math.isfinite(float(loss.detach()))
            loss.backward()  # type: ignore[no-untyped-call]
        for name, weight in module.network.named_parameters():
            assert weight.grad is not None, name
            assert bool((weight.grad != 0).any()), name

    def test_ten_examples_can_be_learned_by_heart(self, root: Path) -> None:
        name, wanted, nearly = self.fitted
        run = self.make(root, "overfit", "debug=overfit", *self.to_fit)
        reached = [float(row[name]) for row in log(run) if row.get(name)]
        assert reached[-1] == pytest.approx(wanted, abs=nearly)
        assert metrics(run)["debug"] == "overfit"

    def test_the_fast_run_finishes(self, root: Path) -> None:
        run = self.make(root, "fast", "debug=fast")
        assert metrics(run)["debug"] == "fast"

    def test_every_option_value_builds_and_trains(self, root: Path) -> None:
        """The i-th run has the i-th value of every option, so that each value is in at least one of them."""
        schema = SCHEMAS["train"][self.task].model_fields
        model: Any = schema["model"].annotation
        values = {
            **option_values(model, "model"),
            "optimizer": ["adamw", "adam", "rmsprop", "sgd", "muon"],
            "scheduler": ["cosine", "one_cycle", "plateau", "constant"],
            "optimizer.momentum": ["0.0", "0.5"],
            "optimizer.averaging": ["0.0", "0.9"],
            **self.more,
        }
        for trial in range(max(map(len, values.values()))):
            chosen = [f"{name}={those[trial % len(those)]}" for name, those in values.items()]
            run = self.make(
                root, f"values-{trial}", "trainer.max_steps=2", "trainer.log_every_n_steps=1", *chosen
            )  # fmt: skip
            losses = [float(row["step/loss"]) for row in log(run) if row["step/loss"]]
            assert len(losses) == 2, chosen
            assert all(map(math.isfinite, losses)), chosen
            assert metrics(run)["train/steps"] == 2
            assert all(bool(w.isfinite().all()) for w in weights(run).values() if w.is_floating_point()), chosen

    def test_the_seed_decides_the_weights(self, root: Path) -> None:
        one, two, other = (
            self.make(root, f"seed-{i}", f"seed={seed}", "trainer.max_steps=2") for i, seed in enumerate((7, 7, 8))
        )
        assert_same(one, two)
        assert not same_weights(one, other)

    # checkpoints

    def test_the_best_checkpoint_holds_the_weights_that_were_scored(self, root: Path, run: Path) -> None:
        """The averaged ones, that is: what validation measured is what is loaded."""
        checkpoint = read_checkpoint(run / BEST)
        task = load_task(self.task)
        prepared = task.prepare(checkpoint.config, checkpoint)
        module = task.module(checkpoint.config, prepared)
        module.network.load_state_dict(checkpoint.weights)
        trainer = pl.Trainer(
            accelerator="cpu", logger=False, enable_progress_bar=False, enable_model_summary=False,
            enable_checkpointing=False,
        )  # fmt: skip
        trainer.validate(module, task.loaders(checkpoint.config, prepared).validation, verbose=False)
        scores = {name: float(value) for name, value in trainer.callback_metrics.items()}
        assert scores[checkpoint.config.task.monitor] == metrics(run)[checkpoint.config.task.monitor]
        assert scores == pytest.approx({name: metrics(run)[name] for name in scores}, abs=1e-6)

    def test_a_checkpoint_is_plain(self, run: Path) -> None:
        """Dicts, lists, strings, numbers and tensors; nothing that names code but PyTorch's own."""

        def assert_plain(value: Any, where: str) -> None:
            if isinstance(value, dict):
                for key, inner in value.items():
                    assert isinstance(key, str | int), where
                    assert_plain(inner, f"{where}.{key}")
            elif isinstance(value, list | tuple):
                for i, inner in enumerate(value):
                    assert_plain(inner, f"{where}[{i}]")
            else:
                assert value is None or type(value) in (str, int, float, bool, torch.Tensor), (where, type(value))

        for path in (run / BEST, run / "last.ckpt"):
            raw = torch.load(path, weights_only=True)
            assert_plain(raw, path.name)
            about = raw["recurra"]
            assert about["format"] == 1
            assert about["task"] == self.task == about["config"]["task"]["name"]
            assert {"config", "spec", "tokenizer"} <= set(about)
            with zipfile.ZipFile(path) as archive:
                (member,) = (name for name in archive.namelist() if name.endswith("data.pkl"))
                read = list(pickletools.genops(archive.read(member)))
            named = {str(argument) for op, argument, _ in read if op.name == "GLOBAL"}
            assert all(name.split()[0].split(".")[0] in ("torch", "collections") for name in named), named
            assert not any(op.name == "STACK_GLOBAL" for op, _, _ in read)
            assert not any("recurra." in str(argument) for _, argument, _ in read)

    def test_the_best_checkpoint_holds_no_more_than_it_needs(self, run: Path) -> None:
        assert (run / BEST).stat().st_size < 0.6 * (run / "last.ckpt").stat().st_size
        assert not read_checkpoint(run / BEST).resumable
        assert read_checkpoint(run / "last.ckpt").resumable

    def test_a_checkpoint_is_enough_by_itself(self, run: Path, elsewhere: Path) -> None:
        """Moved away, with the run and the data gone, it still answers."""
        assert not run.exists()
        assert len(recurra.load(elsewhere).predict(self.texts)) == len(self.texts)

    def test_loaded_again_it_answers_the_same(self, run: Path) -> None:
        assert recurra.load(run).predict(self.texts) == recurra.load(run / BEST).predict(self.texts)

    def test_answers_do_not_depend_on_what_else_is_asked(self, run: Path) -> None:
        predictor = recurra.load(run)
        together = predictor.predict(self.texts)
        order = list(range(len(self.texts)))
        random.Random(0).shuffle(order)
        shuffled = predictor.predict([self.texts[i] for i in order])
        for place, i in enumerate(order):
            self.assert_alike(together[i], shuffled[place])
            self.assert_alike(together[i], predictor.predict([self.texts[i]])[0])

    def assert_alike(self, a: Any, b: Any) -> None:
        """The same but for the last digit of what was computed in another order."""
        if isinstance(a, Mapping):
            assert list(a) == list(b)
            for key in a:
                self.assert_alike(a[key], b[key])
        elif isinstance(a, float):
            assert a == pytest.approx(b, abs=2.1e-6)
        else:
            assert a == b

    # going on

    def test_an_interrupted_run_goes_on_bit_for_bit(self, root: Path) -> None:
        options = ["trainer.max_epochs=2", "trainer.log_every_n_steps=1"]
        whole = self.make(root, "whole", *options)
        steps = metrics(whole)["train/steps"]
        with interrupted_after(steps // 2 + 1):
            self.make(root, "cut", *options)
        assert_same(whole, self.make(root, "cut", "resume=auto", *options))

    def test_a_new_run_starts_from_the_weights_of_another(self, root: Path, run: Path) -> None:
        """Before it has learned anything its scores are those of the run that it starts from."""
        new = self.make(
            root, "new", f"init_from={run}", "optimizer=sgd", "optimizer.lr=1e-30", "optimizer.weight_decay=0",
            "optimizer.averaging=0", "trainer.max_steps=1",
        )  # fmt: skip
        assert same_weights(run, new, BEST)
        before, after = metrics(run), metrics(new)
        scores = [name for name in before if name.startswith("val/")]
        assert scores
        assert {name: after[name] for name in scores} == pytest.approx({name: before[name] for name in scores})

    def test_random_numbers_of_the_caller_are_not_in_the_result(self, root: Path) -> None:
        """What was drawn in the process before has no influence."""
        one = self.make(root, "calm", "trainer.max_steps=2")
        random.random(), np.random.rand(), torch.rand(3)
        assert_same(one, self.make(root, "noisy", "trainer.max_steps=2"))
