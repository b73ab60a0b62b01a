"""A small trained model of each task, shipped."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import SMALL, write_reviews
from tests.helpers import own_files
from tests.task.chargen import test_contract as chargen
from tests.task.translation import test_contract as translation

from recurra.commands import export
from recurra.commands.check import compose
from recurra.commands.train import train
from recurra.export import graph, layers

TEXTS = {
    "sentiment": ["a fine film", "dull w3 w3, awful!", "", "unheard 春 of", "lovely w1 " * 60],
    "chargen": ["the cat", "a", "", "处处闻啼鸟。", "the dogs " * 40],
    "translation": ["the cat.", "a dog sees the big cat.", "", "unheard 春 of!", "bird " * 30],
}


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Run folders, each with its ``bundle``; in int8 even the smallest matrix is quantised."""
    root = tmp_path_factory.mktemp("shipped")
    options = {
        "sentiment": [*SMALL, *own_files(write_reviews(root / "reviews")), "model.subwords=[3,4]", "model.ngrams=2"],
        "chargen": [*chargen.SMALL, "data=plain", f"data.path={chargen.write_text(root / 'text')}"],
        "translation": [
            *translation.SMALL, "data=parallel", *own_files(translation.write_pairs(root / "pairs"))[1:],
            "data.source=en", "data.target=fr", "decode.beam=3",
        ],
    }  # fmt: skip
    runs = {task: root / task for task in options}
    with pytest.MonkeyPatch.context() as patch:
        for module in (graph, layers):
            patch.setattr(module, "SMALL", 0)
        for task, run in runs.items():
            train(compose("train", [*options[task], f"paths.data={root}", f"paths.run={run}", "trainer.max_epochs=2"]))
            assert export.main([f"checkpoint={run}", f"paths.data={root}"]) == 0
    return runs
