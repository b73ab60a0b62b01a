"""What shipping is worth: a checkpoint in eager PyTorch against its graphs, in one process on one thread.

    python benchmarks/latency.py                       a 2 x 512 LSTM over characters, with random weights
    python benchmarks/latency.py RUN [RUN …]           trained ones, of any task

Eager is the code that ``predict.py`` runs for a checkpoint. All take turns, so that the ratios hold whatever else the
machine is doing; figures are medians of processor time. Of a translator the end is forbidden until 20 tokens are
written. Start-up is that of a fresh process: import, load, first answer.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

import recurra_runtime
from recurra.checkpoint import KEY, contents, read_checkpoint
from recurra.commands.check import compose
from recurra.config.chargen import LanguageModelSpec
from recurra.export import bundle
from recurra.export.shipment import load_shipment, seconds
from recurra.hardware import prepare_process
from recurra.model.language_model import RecurrentLanguageModel
from recurra.task import load_task
from recurra.tokenizer.codepoints import CodePointTokenizer
from recurra_runtime.bundle import PRECISIONS

TEXT = "the film is a long and winding road through all of the habits of its maker , yet never bores"  # 20 words
CHARACTERS, STEPS = 200, 20


def untrained_writer(folder: Path) -> Path:
    """A checkpoint of a 2 x 512 LSTM over 65 characters, with random weights, and its bundle."""
    config = compose("train", ["task=chargen", "model.hidden_size=512"])
    tokenizer = CodePointTokenizer([chr(point) for point in range(32, 97)])
    spec = LanguageModelSpec(vocabulary=len(tokenizer), unknown=tokenizer.unknown)
    network = RecurrentLanguageModel(config.model, spec)  # type: ignore[attr-defined]
    data = {"description": "nothing", "fingerprint": ""}
    about = contents(config, spec.model_dump(), tokenizer.to_json(), data)  # type: ignore[arg-type]
    weights = {f"network.{name}": weight for name, weight in network.state_dict().items()}
    folder.mkdir()
    torch.save({"state_dict": weights, KEY: about}, folder / "best.ckpt")
    return folder


def ship(run: Path, folder: Path) -> dict[str, Any]:
    """The checkpoint's predictor and both kinds of graphs of it, from a bundle that is made in ``folder``."""
    checkpoint = read_checkpoint(run / "best.ckpt")
    if checkpoint.task == "translation":
        checkpoint.weights["output.bias"][checkpoint.spec["end"]] = -30.0
    predictor: Any = load_task(checkpoint.task).predictor(checkpoint, "cpu")
    shipment = load_shipment(checkpoint.task)(checkpoint, predictor, None, "", real=False)
    folder.mkdir()
    models = {"eager": predictor}
    for precision, ending in PRECISIONS.items():
        graphs = shipment.graphs(precision)  # type: ignore[arg-type]
        files = {name + ending: graph.SerializeToString() for name, graph in graphs.items()}
        bundle.write(folder, {**bundle.contents(checkpoint), **files})
        models[precision] = recurra_runtime.load(folder, precision)
    return models


def label(model: Any) -> Callable[[], object]:
    return lambda: model.predict([TEXT])


def character(model: Any) -> Callable[[], object]:
    written = model.generate("A", 10**9, temperature=0.8)
    return lambda: [next(written) for _ in range(CHARACTERS)]


def translation(model: Any) -> Callable[[], object]:
    """Beam 5; so many tokens at most, which are all used, and the end."""
    source = "a group of men are loading cotton onto a truck"
    tokens = len(model.translate([source], beam=1)[0][0].source)
    return lambda: model.translate([source], beam=5, max_ratio=(STEPS - 9.5) / tokens)  # ten are always allowed


def first_answer(folder: Path) -> float:
    """Seconds from the start of a process to its first answer, the interpreter's own start apart."""
    code = (
        "import time; start = time.perf_counter(); import sys, recurra_runtime; "
        "recurra_runtime.load(sys.argv[1]).predict(['It is great']); print(time.perf_counter() - start)"
    )
    taken = [float(subprocess.check_output([sys.executable, "-c", code, folder])) for _ in range(5)]
    return statistics.median(taken)


def size(folder: Path) -> float:
    """Megabytes that the runtime reads in int8."""
    names = [*bundle.graph_files(folder, "int8"), "tokenizer.json", "config.json"]
    return sum((folder / name).stat().st_size for name in names) / 1e6


QUESTIONS: dict[str, tuple[str, Callable[[Any], Callable[[], object]], int, int]] = {
    "sentiment": ("20 words, from text to label", label, 1, 200),
    "chargen": ("a character, drawn", character, CHARACTERS, 10),
    "translation": (f"a sentence, beam 5 over {STEPS} steps", translation, 1, 40),
}


def tell(what: str, taken: dict[str, float], each: int = 1) -> None:
    print(what)
    for name, time_ in taken.items():
        rate = f"{each / time_:>10,.0f} a second"
        print(f"  {name:6} {1000 * time_ / each:8.3f} ms {rate} {taken['eager'] / time_:6.1f} times eager")


def main() -> None:
    prepare_process()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as place:
        runs = [Path(word) for word in sys.argv[1:]] or [untrained_writer(Path(place) / "run")]
        for number, run in enumerate(runs):
            folder = Path(place) / str(number)
            models = ship(run, folder)
            what, ask, each, rounds = QUESTIONS[models["eager"].task]
            taken = seconds({name: ask(model) for name, model in models.items()}, rounds)
            tell(f"{run.name}: {what}", taken, each)
            print(f"  int8: {size(folder):.2f} MB; a fresh process answers after {first_answer(folder):.2f} s")
    print(f"{time.strftime('%Y-%m-%d')}, one thread, {torch.backends.cpu.get_cpu_capability()}")


if __name__ == "__main__":
    main()
