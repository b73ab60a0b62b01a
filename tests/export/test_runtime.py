"""The runtime decodes as training's own code does, needs no PyTorch, and takes texts of every odd kind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tests.decode.test_beam import BEGIN, END, KINDS, PAD, Toy
from tests.export.conftest import TEXTS

import recurra
import recurra_runtime
from recurra.decode import sampling
from recurra.errors import UserError
from recurra_runtime.sampling import Drawing, draw, uniforms
from recurra_runtime.search import Search, beam_search, greedy

ODD = [
    "",
    " \n\t",
    "\0",
    "\ud800",
    "👩‍👩‍👧 🇩🇪",
    "<pad> </s> <unk>",
    "a" * 5000,
    "ﬁ ½ é\u0301",
    "الفيلم رائع",
    "\u2028\ufeff",
]
SEARCHES = [{"beam": 1}, {"beam": 2}, {"beam": 5, "nbest": 5}, {"beam": 3, "nbest": 2, "length_penalty": 1.0}]
SEARCHES += [{"beam": 4, "nbest": 2, "length_penalty": 0.6, "coverage_penalty": 0.4}, {"beam": 40, "nbest": 10}]


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("options", SEARCHES)
def test_both_searches_find_the_same(kind: str, options: dict[str, Any], ties: bool) -> None:
    toy = Toy(list(range(12)), kind, ties=ties)
    wanted = toy.greedy(**options) if options["beam"] == 1 else toy.beam(**options)
    search = Search(BEGIN, END, (PAD, BEGIN), **options)
    for number, hypotheses in enumerate(wanted):
        row = torch.tensor([number])

        def step(tokens: np.ndarray, state: np.ndarray, row: torch.Tensor = row) -> tuple[np.ndarray, ...]:
            rows = row.expand(len(tokens))
            p, after, looks = toy.step(torch.from_numpy(tokens), torch.from_numpy(state), rows)
            best, words = p.sort(stable=True, descending=True)
            count = options["beam"] + 3
            length = int(toy.lengths[row])
            return (
                p.numpy(),
                best[:, :count].numpy(),
                words[:, :count].numpy(),
                after.numpy(),
                looks[:, :length].numpy(),
            )

        state = toy.state[:, [number]].numpy()
        way = greedy if options["beam"] == 1 else beam_search
        found = way(step, state, int(toy.longest[number]), search)  # type: ignore[arg-type]
        assert [each.tokens for each in found] == [each.tokens for each in hypotheses]
        for a, b in zip(found, hypotheses, strict=True):
            assert (a.score, a.log_probability) == pytest.approx((b.score, b.log_probability), abs=1e-5)
            assert a.attention == pytest.approx(b.attention.numpy().reshape(a.attention.shape), abs=1e-6)


@pytest.mark.parametrize("options", [{}, {"temperature": 0.0}, {"temperature": 0.5, "top_k": 3}, {"top_p": 0.7}])
def test_both_draw_the_same(options: dict[str, Any]) -> None:
    random = np.random.default_rng(0)
    for _ in range(300):
        logits, uniform = random.normal(size=20).astype(np.float32), random.random()
        logits[3] = -np.inf
        (wanted,) = sampling.draw(logits[None], np.array([uniform]), **options)
        assert draw(logits, uniform, **options) == wanted


def test_random_numbers_are_those_of_training() -> None:
    ours, theirs = uniforms(7), np.random.default_rng(7)
    assert [next(ours) for _ in range(600)] == theirs.random(256 * 3)[:600].tolist()


@pytest.mark.parametrize("task", TEXTS)
@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_odd_texts_are_answered(shipped: dict[str, Path], task: str, precision: str) -> None:
    model = recurra_runtime.load(shipped[task] / "bundle", precision)
    assert len(model.predict(ODD)) == len(ODD)
    assert model.predict(ODD[0]) == model.predict(ODD[:1])
    json.dumps(model.predict(ODD))
    with pytest.raises(TypeError, match="a text is a string, not int"):
        model.predict([1])


@pytest.mark.parametrize("task", TEXTS)
def test_what_is_no_text_is_refused_as_by_the_checkpoint(shipped: dict[str, Path], task: str) -> None:
    both = recurra.load(shipped[task]), recurra_runtime.load(shipped[task] / "bundle")
    for odd in (None, 3, b"good", [None], [["good"]], [("good", "bad")], [1.5]):
        told = []
        for model in both:
            with pytest.raises(TypeError, match="string") as error:
                model.predict(odd)
            told.append(str(error.value))
        assert told[0] == told[1]
    (half,) = both[0].predict(["\ud800"])
    (other,) = both[1].predict(["\ud800"])
    assert half == pytest.approx(other) if task == "chargen" else half.keys() == other.keys()


@pytest.mark.parametrize(
    "options",
    [
        {"temperature": -1.0}, {"temperature": float("nan")}, {"temperature": float("inf")},
        {"top_p": 0.0}, {"top_p": 1.1}, {"top_k": -1},
    ],
)  # fmt: skip
def test_odd_drawing_is_refused_as_by_the_checkpoint(shipped: dict[str, Path], options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        Drawing(**options)
    for model in (recurra.load(shipped["chargen"]), recurra_runtime.load(shipped["chargen"] / "bundle")):
        with pytest.raises(ValueError, match=next(iter(options))):
            list(model.generate("the", 3, **options))
        with pytest.raises(ValueError, match="length"):
            list(model.generate("the", 1.5))
        with pytest.raises(TypeError, match="string"):
            list(model.generate(["the", "cat"], 3))
        with pytest.raises(ValueError):  # noqa: PT011
            model.write(["a", "b"], 3, seeds=[1])
        assert model.write([], 3) == []


@pytest.mark.parametrize("options", [{"length_penalty": -1.0}, {"coverage_penalty": float("nan")}, {"nbest": 9}])
def test_odd_searches_are_refused_as_by_the_checkpoint(shipped: dict[str, Path], options: dict[str, Any]) -> None:
    for model in (recurra.load(shipped["translation"]), recurra_runtime.load(shipped["translation"] / "bundle")):
        with pytest.raises((ValueError, UserError)):
            model.translate(["the cat."], **options)


def test_the_coldest_is_the_likeliest(shipped: dict[str, Path]) -> None:
    for model in (recurra.load(shipped["chargen"]), recurra_runtime.load(shipped["chargen"] / "bundle")):
        assert len({"".join(model.generate("the", 9, temperature=t)) for t in (0.0, 1e-320, 1e-9)}) == 1


def test_a_text_goes_on_without_end(shipped: dict[str, Path]) -> None:
    model = recurra_runtime.load(shipped["chargen"] / "bundle")
    written = model.generate("the", length=None, seed=3)
    assert "".join(next(written) for _ in range(50)) == "".join(model.generate("the", 50, seed=3))
    assert list(model.generate("the", 0)) == []
    assert "\N{REPLACEMENT CHARACTER}" not in "".join(model.generate("ßß", 100, temperature=2.0))


def test_translations_come_with_their_attention(shipped: dict[str, Path]) -> None:
    model = recurra_runtime.load(shipped["translation"] / "bundle")
    ((best, second),) = model.translate("the big cat.", nbest=2, beam=4)
    assert best.score >= second.score
    assert best.attention.shape == (len(best.target), len(best.source))
    assert best.attention.sum(1) == pytest.approx(1.0, abs=1e-5)
    with pytest.raises(ValueError, match="nbest=9"):
        model.translate("the", nbest=9)
    with pytest.raises(TypeError, match="no option bean"):
        model.translate("the", bean=3)


def test_translations_are_drawn_as_from_the_checkpoint(shipped: dict[str, Path]) -> None:
    texts, drawing = ["the big cat.", "a dog sees the bird."], Drawing(temperature=1.3, top_k=20, top_p=0.9, seed=5)
    run = shipped["translation"]
    bundle = recurra_runtime.load(run / "bundle").predict(texts, nbest=3, drawing=drawing)
    checkpoint: Any = recurra.load(run)
    for one, two in zip(bundle, checkpoint.predict(texts, nbest=3, drawing=drawing), strict=True):
        assert [each["translation"] for each in one["nbest"]] == [each["translation"] for each in two["nbest"]]
        assert [each["score"] for each in one["nbest"]] == pytest.approx([e["score"] for e in two["nbest"]], abs=1e-4)


WITHOUT_TORCH = """
import importlib.abc, json, sys, time

class Forbidden(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("torch", "pytorch_lightning", "hydra", "recurra", "pydantic"):
            raise ImportError(f"{name} must not be needed")

sys.meta_path.insert(0, Forbidden())
start = time.perf_counter()
import recurra_runtime
answer = recurra_runtime.load(sys.argv[1]).predict(["fine"])
print(json.dumps([time.perf_counter() - start, answer]))
"""


@pytest.mark.parametrize("task", TEXTS)
def test_it_needs_no_torch(shipped: dict[str, Path], task: str) -> None:
    bundle = shipped[task] / "bundle"
    python = os.environ.get("RECURRA_RUNTIME_PYTHON", sys.executable)  # an environment with the runtime alone
    done = subprocess.run([python, "-c", WITHOUT_TORCH, bundle], capture_output=True, text=True, check=True)
    seconds, answer = json.loads(done.stdout)
    assert answer == recurra_runtime.load(bundle).predict(["fine"])
    assert seconds < 3  # 0.3 on a free core


def test_what_is_no_bundle_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(recurra_runtime.BundleError, match="no bundle"):
            recurra_runtime.load(folder)
